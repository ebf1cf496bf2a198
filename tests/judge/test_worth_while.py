"""The judge passes over most finders after a glance; it must never pass over one that would find something."""

import json
from pathlib import Path

import pytest

from banken.judge import Case, load
from banken.judge.reading import read
from banken.places import rules_root
from banken.words import Stage

CORPUS = Path(__file__).parents[1] / "corpus"
FILES = ("dev-B.jsonl", "dev-D.jsonl", "phrases2-shady.jsonl", "phrases2-innocent.jsonl")
EVERY = 5


def texts(file):
    rows = [json.loads(line) for line in (CORPUS / file).read_text(encoding="utf-8").splitlines()]
    return [row.get("text") or row["body"] for row in rows[::EVERY]]


def passed_over(judge, text):
    """Return the rules of finders that find something in `text` and were not asked."""
    reading = read(Case.of(text, stage=Stage.BEFORE), judge.book)
    asked = {id(look.finder) for look in judge._worth_while(reading)}
    return [
        look.rule.id
        for look in judge.book.looks
        if look.channel is None
        and id(look.finder) not in asked
        and look.finder.places(reading.passages, judge.book.grammar)
    ]


@pytest.mark.parametrize("file", FILES)
def test_no_finder_that_finds_is_passed_over(file):
    judge = load(rules_root(), reader=False)
    said = texts(file)
    assert said
    assert {text: rules for text in said if (rules := passed_over(judge, text))} == {}
