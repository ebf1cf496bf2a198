"""What is held survives restarts and kills of a real process."""

from __future__ import annotations

import signal

import pytest
from tests.respond.desk import at
from tests.respond.killed import process, tell
from tests.respond.websink import WebSink

from banken.ledger import Ledger


def look(where, site, moment, *, warnings=0, crash=""):
    """A process plans warnings, tells what is due, and is killed on the way when it is to `crash`."""
    assert process(tell, where, site.url, moment, warnings, crash_at=crash) == (-signal.SIGKILL if crash else 0)


@pytest.mark.parametrize("crash", ["outbox.claimed", "outbox.claimed:3", "warning.accepted", "outbox.settled:2"])
def test_what_is_held_survives_restarts_and_kills(tmp_path, crash):
    with WebSink() as site:
        look(tmp_path, site, at(23), warnings=3)
        look(tmp_path, site, at(1, day=25))
        assert site.told == []
        look(tmp_path, site, at(7, day=25), crash=crash)
        for minute in (1, 2):
            look(tmp_path, site, at(7, minute, day=25))
        with Ledger.open(tmp_path) as ledger:
            assert not ledger.outbox.open("home")
        told = [text for _title, text in site.told]
        if crash in ("warning.accepted", "outbox.settled:2"):
            # The service had it and the ledger did not know: told again, and said so.
            assert len(told) == 2
            assert told[1].count("\n") > told[0].count("\n")
        else:
            assert len(told) == 1
        assert "×3" in told[-1]


def test_what_a_crash_left_open_may_wait_for_the_morning_and_says_then_that_it_may_be_a_repeat(tmp_path):
    with WebSink() as site:
        look(tmp_path, site, at(12), warnings=1, crash="warning.accepted")
        look(tmp_path, site, at(23))
        assert len(site.told) == 1
        look(tmp_path, site, at(7, day=25))
        first, second = (text for _title, text in site.told)
        assert second.startswith(first)
        assert second != first
