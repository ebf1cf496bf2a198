"""Kinds of genuine mail that platform.yaml does not know yet: their shapes without names, and a stub to paste."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import re2

from banken.platform.knowledge import Knowledge
from banken.platform.pattern import MASK

_PRIVATE = re2.compile(r"[^\s@]+@[^\s@]+|https?://\S+")
_NUMBER = re2.compile(r"[0-9]+(?:[,.:/][0-9]+)*")
_QUOTED = re2.compile(r"「[^」]*」|『[^』]*』|\"[^\"]*\"")
_GAPS = re2.compile(rf"(?:\s*(?:{MASK}|\*)\s*)+")
_SIGNS = re2.compile(r"[{}|]")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of unknown subjects, as a pattern: names are `*`, numbers `#`; and how many mails have it."""

    pattern: str
    count: int


def shapes(knowledge: Knowledge, subjects: Iterable[str]) -> tuple[Shape, ...]:
    """Return the shapes of `subjects` (of mail of kind `unknown`), the most frequent first; nobody's name is left."""
    counted = Counter(shape for subject in subjects if (shape := _shape(knowledge, subject)))
    return tuple(Shape(pattern, count) for pattern, count in counted.most_common())


def stub(found: Sequence[Shape]) -> str:
    """Return YAML to paste below `kinds:`, one kind for each shape, to be given a name, a title, an event."""
    return "".join(
        f"  - id: new_kind_{number}  # {shape.count}\n"
        "    title: {ja: 新しい種類, en: new kind}\n"
        "    channel: platform  # notification: 相手の文面が入っている / it brings a client's words\n"
        "    # event: contracted\n"
        f"    subject: [{json.dumps(shape.pattern, ensure_ascii=False)}]\n"
        for number, shape in enumerate(found, start=1)
    )


def _shape(knowledge: Knowledge, subject: str) -> str:
    rest = _PRIVATE.sub("*", knowledge.subjects.read(subject).rest)
    rest = _SIGNS.sub(" ", _NUMBER.sub("#", _QUOTED.sub("*", rest)))
    return str(_GAPS.sub("*", rest))[:_LONGEST].strip(" *")
