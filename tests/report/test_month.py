"""A month is the worker's month, each mail counts once, and the bars are as long as they say."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banken.ledger import Ledger, Owed, SeenMessage, SeenState
from banken.report.bars import TALLEST, bars, columns
from banken.report.month import LOUD, _by_client, month_of, month_page
from banken.words import Category, Evidence, Finding, Level

pytestmark = pytest.mark.usefixtures("english")

TOKYO = ZoneInfo("Asia/Tokyo")
NOVEMBER = date(2026, 11, 1)
MIDNIGHT = datetime(2026, 10, 31, 15, 0, tzinfo=UTC)
"""When November begins in Tokyo."""


@pytest.fixture
def ledger():
    with Ledger.open(":memory:") as opened:
        yield opened


def saw(ledger, uid, arrived, *, level="warning", **more):
    facts = {"channel": "notification", "client": "山田商店", "stage": "before_contract", "fingerprint": f"p{uid}"}
    row = ledger.seen.record(
        SeenMessage(
            account="home",
            folder="INBOX",
            uidvalidity=7,
            uid=uid,
            arrived=arrived,
            examined=arrived,
            level=level,
            **(facts | more),
        )
    )
    if level in ("notice", "warning", "danger"):
        found = Finding(Category.INTERVIEW, Level(level), "r", "t", evidence=(Evidence("Zoom", 0, 4),))
        ledger.findings.record(row, [found], "v")


def november(ledger):
    return month_of(ledger, ["home"], NOVEMBER, TOKYO)


def test_a_month_begins_and_ends_at_the_workers_midnight(ledger):
    second = timedelta(seconds=1)
    for uid, arrived in enumerate([MIDNIGHT - second, MIDNIGHT, MIDNIGHT + timedelta(days=30) - second], start=1):
        saw(ledger, uid, arrived)
    saw(ledger, 9, MIDNIGHT + timedelta(days=30))
    assert [mail.uid for mail in november(ledger).mails] == [2, 3]


def test_december_is_followed_by_january(ledger):
    saw(ledger, 1, datetime(2026, 12, 31, 14, 59, tzinfo=UTC))
    assert len(month_of(ledger, ["home"], date(2026, 12, 1), TOKYO).mails) == 1


def test_copies_other_mail_and_other_accounts_do_not_count(ledger):
    saw(ledger, 1, MIDNIGHT)
    saw(ledger, 2, MIDNIGHT, fingerprint="p1", state=SeenState.MOVED)
    saw(ledger, 3, MIDNIGHT, level="", channel="unrelated", state=SeenState.SKIPPED)
    told = november(ledger)
    assert ([mail.uid for mail in told.mails], told.other) == ([1], 1)
    assert not month_of(ledger, ["work"], NOVEMBER, TOKYO).mails


def test_a_warning_counts_once_it_is_sent(ledger):
    for uid in (1, 2):
        saw(ledger, uid, MIDNIGHT)
        ledger.outbox.plan(
            [Owed(account="home", fingerprint=f"p{uid}", action="warn", target="smtp:a@b.example")], MIDNIGHT
        )
    first = ledger.outbox.of("home", "p1")[0]
    ledger.outbox.claim(first.id, MIDNIGHT)
    ledger.outbox.done(first.id, MIDNIGHT, "ok")
    assert november(ledger).warned == 1


def test_the_page_tells_what_was_found_by_category_stage_and_client(ledger):
    saw(ledger, 1, MIDNIGHT)
    saw(ledger, 2, MIDNIGHT, level="unjudged", client="カササギ")
    page = month_page(november(ledger), TOKYO, MIDNIGHT)
    for words in ("2026-11", "interview", "before the contract", "山田商店", "Mails about this work: 2"):
        assert words in page
    assert "カササギ" not in page  # nothing was found there
    assert "<script" not in page


def test_a_forged_mail_is_not_counted_as_the_clients(ledger):
    for uid in (1, 2):
        saw(ledger, uid, MIDNIGHT, authentic="verified")
    saw(ledger, 3, MIDNIGHT, authentic="forged")
    told = {bar.name: bar.count for bar in _by_client(november(ledger))}
    assert told == {"山田商店": 2, "unknown sender (in the name of 山田商店)": 1}


def test_an_empty_month_says_so(ledger):
    assert "Nothing was found" in month_page(november(ledger), TOKYO, MIDNIGHT)


counts = st.builds(
    lambda *numbers: Counter(dict(zip(LOUD, numbers, strict=True))), *(st.integers(0, 50) for _level in LOUD)
)


@given(st.lists(counts, max_size=31))
def test_bars_are_as_long_as_they_say(found):
    most = max((count.total() for count in found), default=0)
    for count, bar in zip(found, bars([("x", count) for count in found], LOUD), strict=True):
        long = sum(piece.size for piece in bar.pieces)
        assert long == pytest.approx(100 * count.total() / most if most else 0, abs=0.05)
        assert bar.count == count.total()
    for count, column in zip(found, columns(found, LOUD), strict=True):
        tall = sum(piece.size for piece in column.pieces)
        assert tall == pytest.approx(TALLEST * count.total() / most if most else 0, abs=0.05)
        assert all(-0.05 <= piece.start <= TALLEST for piece in column.pieces)
