"""A batch of mail is examined in steps, and others may write between them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from tests.e2e.conftest import notice

from banken.config import Config
from banken.guard import Trust
from banken.ledger import Ledger
from banken.mailbox.model import Place, RawMessage
from banken.respond import WarningSettings
from banken.service import examining
from banken.service import house as rooms
from banken.service.examining import Examiner

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
HOUSE = rooms.build(Config())
SEEN = "SELECT count(*) FROM seen"


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(tmp_path) as one:
        yield one


def guarded(ledger):
    settings = WarningSettings(to=("worker@example.jp",), via="append")
    return rooms.guard(HOUSE, "home", ledger, settings=settings, trust=Trust(("mx.example.jp",)))


def raws(count):
    return [
        RawMessage(Place("INBOX", 1, number), NOW + timedelta(minutes=number), notice("続きはLINEで。", number=number))
        for number in range(1, count + 1)
    ]


def test_others_may_write_after_half_a_second_of_a_batch(ledger, monkeypatch):
    ticks = iter(range(100))
    written = []

    def write(_seconds):
        with closing(sqlite3.connect(ledger.file, timeout=0, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            written.append(other.execute(SEEN).fetchone()[0])
            other.execute("ROLLBACK")

    monkeypatch.setattr(examining.time, "sleep", write)
    examiner = Examiner(guarded(ledger), now=lambda: next(ticks) * 0.2)
    assert [one.place.uid for one in examiner.examine_all(raws(7))] == [1, 2, 3, 4, 5, 6, 7]
    assert written == [3, 6]  # the clock is asked before the first, and after each


def test_a_quick_batch_is_one_step(ledger, monkeypatch):
    monkeypatch.setattr(examining.time, "sleep", pytest.fail)
    assert len(list(Examiner(guarded(ledger), now=lambda: 7.0).examine_all(raws(7)))) == 7
