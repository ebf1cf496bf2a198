"""Write short, plain messages made from parts: `python -m tests.training.parts`, tests/corpus/extra-parts-*.jsonl.

People who write examples vary what they say; real clients mostly say the same few things in the same few frames, with other
nouns. What is listed in tests/training/parts/*.yaml is put together at random (one seed, so that a repeat gives the same
bytes): asks, the same words denied or as the matter of a job, and everyday talk around both.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml
from tests.training.corpus import CORPUS

PARTS = Path(__file__).with_name("parts")
SEEDS = {"ja": 11, "en": 12}
AROUND = 0.18
"""How often a sentence of everyday talk stands before, and behind, what a message is about."""
TRIES = 30
"""So many times the wanted number is tried: few parts make few different messages."""
LONGEST = 600
_PART = re.compile(r"\{(\w+)\}")
_ENDS = "。？?!！.…😊"
_ASKS = ("Could", "Can", "Would", "Do you", "Are you")
Words = Mapping[str, Sequence[str]]


class Kind(NamedTuple):
    """A kind of message: the part that it is about, its label, and how many there are to be."""

    of: str
    category: str
    label: str
    also: list[str]
    count: int
    why: str


class Maker:
    """Makes messages of one language."""

    def __init__(self, language: str) -> None:
        file = yaml.safe_load((PARTS / f"{language}.yaml").read_text(encoding="utf-8"))
        self.kinds = [Kind(**row) for row in file["rows"]]
        self._words: Words = file["words"]
        self._japanese = language == "ja"
        self._chance = random.Random(SEEDS[language])  # noqa: S311 - texts to learn from, no secret

    def rows(self) -> list[dict[str, object]]:
        """Return all messages, shuffled, as rows of the corpus without ids."""
        seen: set[str] = set()
        rows = [row for kind in self.kinds for row in self._of(kind, seen)]
        self._chance.shuffle(rows)
        return rows

    def _of(self, kind: Kind, seen: set[str]) -> list[dict[str, object]]:
        made: list[dict[str, object]] = []
        for _try in range(kind.count * TRIES):
            if len(made) == kind.count:
                break
            text, about = self._message(kind.of)
            if text not in seen and len(text) <= LONGEST:
                seen.add(text)
                made.append(_row(kind, text, about))
        return made

    def _message(self, part: str) -> tuple[str, str]:
        """Return a message and the sentence in it that it is about."""
        about = self._sentence(part)
        before = [self._sentence("day")] if self._chance.random() < AROUND else []
        behind = [self._sentence("day")] if self._chance.random() < AROUND else []
        parts = [self._expanded("{hi}"), *before, about, *behind, self._expanded("{by}")]
        between = ("", "", "", "\n", " ") if self._japanese else (" ", " ", " ", "\n")
        return self._chance.choice(between).join(part for part in parts if part), about

    def _sentence(self, part: str) -> str:
        said = self._expanded(f"{{{part}}}").strip()
        return self._ended_ja(said) if self._japanese else self._ended_en(said)

    def _ended_ja(self, said: str) -> str:
        if said[-1] == "か" and self._chance.random() < 0.4:
            return said + self._chance.choice("？?。")
        return said if said[-1] in _ENDS else said + self._chance.choice(["。", "。", "。", "。", "", "!", "！", "😊"])

    def _ended_en(self, said: str) -> str:
        if said.startswith(_ASKS) and not said.endswith("?"):
            said += self._chance.choice("???.")
        if self._chance.random() < 0.8:
            said = said[0].upper() + said[1:]
        return said if said[-1] in _ENDS else said + self._chance.choice([".", ".", ".", "", "!", " :)"])

    def _expanded(self, text: str) -> str:
        while found := _PART.search(text):
            text = text[: found.start()] + self._chance.choice(self._words[found[1]]) + text[found.end() :]
        return text


def _row(kind: Kind, text: str, about: str) -> dict[str, object]:
    guilty = [about] if kind.label == "ask" and text != about else []
    facts = {"category": kind.category, "label": kind.label, "stage": "before_contract", "style": "plain"}
    return {"text": text, **facts, "why": kind.why, "also": kind.also, "guilty": guilty}


def main() -> None:
    """Write the files."""
    for language in SEEDS:
        path = CORPUS / f"extra-parts-{language}.jsonl"
        rows = Maker(language).rows()
        lines = [
            json.dumps({"id": f"pm{language}-{at:04}", **row}, ensure_ascii=False) for at, row in enumerate(rows, 1)
        ]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{path.name}: {len(rows)} messages")


if __name__ == "__main__":
    main()
