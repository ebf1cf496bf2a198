"""A configuration as a person would like to find it: what was chosen, and every other option beside it, commented out."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from rich.cells import cell_len

from banken.config.options import Option, options
from banken.config.schema import Config
from banken.config.section import Section
from banken.i18n import _, language

_WIDTH = 100
_PIECE = re.compile(r"[（「『]*(?:[!-~]+|[ァ-ヺー]+|.)[。、」』）！？：；ー]* *")
"""What stays on one line."""


def commented(given: Mapping[str, Any]) -> str:
    """Return `given` (as YAML would hold it) as the text of a configuration, with comments in the language spoken now."""
    head = _("Settings of Banken. A line that begins with “#” directly before a key shows an option that is not set.")
    parts = ("\n".join(_option(option, given.get(option.key), "")) for option in options(Config))
    return "".join(f"# {line}\n" for line in _wrapped(head, "")) + "".join(f"\n{part}\n" for part in parts)


def _option(option: Option, value: Any, indent: str, dash: str = "", *, off: bool = False) -> Iterator[str]:
    """Yield the comment and the lines of one option; `dash` stands in front of the first key of a list's item."""
    off = off or value is None
    mark = "#" if off else ""
    for line in _wrapped(option.about.ja if language() == "ja" else option.about.en, indent):
        yield f"{indent}# {line}"
    if option.below is None:
        text = _yaml(value) if not off else option.about.example or option.default
        yield f"{indent}{mark}{dash}{option.key}: {text}"
        return
    yield f"{indent}{mark}{dash}{option.key}:"
    inner = indent + " " * (len(dash) + 2)
    if option.shape == "named":
        yield f"{inner}{mark}{option.about.example}:"
        inner += "  "
    items = value if option.shape == "list" and value else [value]
    for item in items:
        yield from _section(option.below, item or {}, inner, dash="- " if option.shape == "list" else "", off=off)


def _section(section: type[Section], given: Mapping[str, Any], indent: str, *, dash: str, off: bool) -> Iterator[str]:
    for option in options(section):
        yield from _option(option, given.get(option.key), indent, dash, off=off)
        indent += " " * len(dash)
        dash = ""


def _wrapped(text: str, indent: str) -> list[str]:
    width = _WIDTH - len(indent)
    wrap = _wrapped_japanese if language() == "ja" else textwrap.wrap
    return [line for part in text.splitlines() for line in wrap(part, width)]


def _wrapped_japanese(text: str, width: int) -> list[str]:
    """Return lines of at most `width` columns: Latin words stay whole, and no line begins with a full stop or the like."""
    lines = [""]
    for piece in _PIECE.findall(text):
        if lines[-1] and cell_len((lines[-1] + piece).rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


def _yaml(value: Any) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000).strip()
    return text.removesuffix("\n...").strip()
