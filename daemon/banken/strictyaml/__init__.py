"""Read YAML that people write by hand: strictly, with the place of every mistake, all mistakes at once.

Three differences from plain YAML 1.1, all for people who write in Japanese: `NO`, `on`, `y` stay words (only `true`
and `false` are truth values), anchors are refused, since an alias may stand for a billion others, and a full-width
space or colon where YAML wants a half-width one is named instead of being read as text.
"""

from __future__ import annotations

from banken.strictyaml.document import Document, parse, read
from banken.strictyaml.explain import validate
from banken.strictyaml.problem import Mistake, Problem, ProblemsError, Trail, did_you_mean, nearest, shown

__all__ = [
    "Document",
    "Mistake",
    "Problem",
    "ProblemsError",
    "Trail",
    "did_you_mean",
    "nearest",
    "parse",
    "read",
    "shown",
    "validate",
]
