"""Points in time as they are typed, also with a Japanese keyboard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from banken.cli.app import build
from banken.cli.located import _place
from banken.cli.report import _first
from banken.cli.since import SinceError, since, until

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
STORY = Path(__file__).parents[1] / "story"


@pytest.mark.parametrize(
    ("words", "ago"),
    [
        ("30日", 30),
        ("３０ｄ", 30),
        ("30日前", 30),
        ("２週間", 14),
        ("2週", 14),
        ("1か月", 30),
        ("3ヶ月", 90),
        ("1ｶ月", 30),
    ],
)
def test_a_span_in_japanese(words, ago):
    assert since(words, NOW, TOKYO) == NOW - timedelta(days=ago)


def test_a_span_is_as_long_on_the_morning_the_clocks_are_put_forward():
    zone = ZoneInfo("Europe/Berlin")
    now = datetime(2027, 3, 28, 1, 10, tzinfo=UTC)  # 3:10; from 2:00 the clocks went on to 3:00
    assert (now - since("30m", now, zone)).total_seconds() == 30 * 60


@pytest.mark.parametrize(
    "words", ["2026-11-01", "2026/11/1", "2026年11月1日", "２０２６年１１月１日", "２０２６／１１／０１"]
)
def test_a_day_begins_at_midnight_and_is_looked_at_to_its_end(words):
    assert since(words, NOW, TOKYO) == datetime(2026, 11, 1, tzinfo=TOKYO)
    assert until(words, NOW, TOKYO) == datetime(2026, 11, 2, tzinfo=TOKYO)


def test_a_moment_is_taken_as_it_is():
    assert until("2026-11-01T10:00", NOW, TOKYO) == datetime(2026, 11, 1, 10, tzinfo=TOKYO)
    with pytest.raises(SinceError):
        since("2026年", NOW, TOKYO)


def test_a_month_and_a_place_in_japanese():
    assert [_first(words).month for words in ("2026年11月", "２０２６－１１", "2026-11")] == [11, 11, 11]
    assert _place("INBOX：６") == ("INBOX", 6)


@pytest.mark.parametrize(
    "words",
    [("--since", "2026-11-02", "--until", "2026-11-01"), ("--since", "9000-01-01"), ("--until", "0d", "--since", "0d")],
)
def test_days_between_which_no_mail_can_lie_are_a_mistake(words):
    result = CliRunner().invoke(build(), ["scan", "--from", str(STORY), *words])
    assert result.exit_code == 2, result.output


def test_a_clients_name_is_taken_in_any_width_and_an_unknown_one_is_told():
    def scanned(name):
        return CliRunner().invoke(build(), ["scan", "--from", str(STORY), "--json", "--client", name])

    whole = scanned("雑貨のソラマメ")
    assert whole.stdout.count("\n") > 1
    assert scanned("雑貨のｿﾗﾏﾒ").stdout == scanned("ソラマメ").stdout == whole.stdout
    told = scanned("雑貨のソラマネ")
    assert not told.stdout
    assert "雑貨のソラマメ" in told.stderr
