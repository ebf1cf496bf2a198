"""A small house of rules of our own, so that these tests do not move with the rules that are shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from banken.judge import Case, load
from banken.judge.loading import load_book
from banken.words import Stage

HOUSE = Path(__file__).parent / "house"


@pytest.fixture(scope="session")
def house():
    return HOUSE


@pytest.fixture(scope="session")
def book():
    return load_book(HOUSE, "market")


@pytest.fixture(scope="session")
def judge():
    return load(HOUSE, "market", reader=False)


@pytest.fixture
def ask(judge):
    """Judge a text before the contract; returns `{rule: evidence texts}` of what was found."""

    def ask(text, **facts):
        verdict = judge.judge(Case.of(text, **{"stage": Stage.BEFORE, **facts}))
        return {one.rule: [evidence.text for evidence in one.evidence] for one in verdict.findings}

    return ask


@pytest.fixture
def excused(judge):
    """Judge a text before the contract; returns the excuses by name, for the rules that were let go."""

    def excused(text, **facts):
        verdict = judge.judge(Case.of(text, **{"stage": Stage.BEFORE, **facts}))
        return {one.rule: one.excuse for one in verdict.excused}

    return excused
