"""Asks in disguise and innocents that look alike, written by someone who had not read how the views work.

Blind, 110 of the 142 were found by the rules and 108 with the reader; the views were mended after that.
"""

import json
from pathlib import Path

import pytest

from banken.judge import Case, load
from banken.places import rules_root
from banken.words import Level, Stage

ROWS = [
    json.loads(line) for line in (Path(__file__).parent / "disguises.jsonl").read_text(encoding="utf-8").splitlines()
]
ASKS, INNOCENT = [row for row in ROWS if row["expect"]], [row for row in ROWS if not row["expect"]]


@pytest.fixture(scope="module", params=[False, True], ids=["rules", "rules and reader"])
def shipped(request):
    return load(rules_root(), reader=request.param)


def warned(judge, row):
    verdict = judge.judge(Case.of(row["text"], stage=Stage.BEFORE))
    return {one.category.value for one in verdict.findings if one.level in (Level.WARNING, Level.DANGER)}


def test_there_are_enough_of_both():
    assert len(ASKS) >= 80
    assert len(INNOCENT) >= 60


def test_nineteen_in_twenty_disguised_asks_are_found(shipped):
    missed = [row["text"] for row in ASKS if not warned(shipped, row).intersection(row["expect"])]
    assert len(missed) <= 0.05 * len(ASKS), missed


def test_no_innocent_is_accused_by_a_rule():
    judge = load(rules_root())
    for row in INNOCENT:
        told = judge.judge(Case.of(row["text"], stage=Stage.BEFORE)).findings
        assert [one.rule for one in told if one.by == "rule" and one.level is not Level.NOTICE] == [], row["text"]


def test_what_is_found_is_quoted_as_it_was_written(shipped):
    for row in ASKS:
        for finding in shipped.judge(Case.of(row["text"], stage=Stage.BEFORE)).findings:
            for one in finding.evidence:
                assert one.text == row["text"][one.start : one.end] != ""
