"""The log: one line an event, in the form that its reader wants, and what libraries say without what they know."""

from __future__ import annotations

import errno
import json
import logging
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import structlog

from banken.service import logs, program


@pytest.fixture
def written():
    lines = []
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield lines
    root.handlers[:], root.level = before, level
    structlog.reset_defaults()


def test_each_form(written, monkeypatch):
    for form in (logs.LogForm.HUMAN, logs.LogForm.JOURNAL, logs.LogForm.JSON):
        logs.set_up(form, written.append)
        structlog.get_logger("banken").warning("account not reached", account="家", why="no\nanswer")
    human, journal, whole = written
    assert human.endswith("warning account not reached account=家 why=no answer")
    assert journal == "<4>warning account not reached account=家 why=no answer"
    assert json.loads(whole)["why"] == "no\nanswer"
    assert "\n" not in whole
    for stamp in (human.split(" ")[0], json.loads(whole)["timestamp"]):
        assert abs(datetime.fromisoformat(stamp) - datetime.now(UTC)) < timedelta(minutes=1)


def test_under_systemd_it_is_for_the_journal_else_for_programs(written, monkeypatch):
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    logs.set_up(logs.LogForm.AUTO, written.append)
    structlog.get_logger("banken").info("looked")
    monkeypatch.delenv("JOURNAL_STREAM")
    logs.set_up(logs.LogForm.AUTO, written.append)
    structlog.get_logger("banken").info("looked")
    assert written[0].startswith("<6>")
    assert written[1].startswith("{")


def test_a_library_is_heard_without_the_words_that_it_fills_in(written):
    logs.set_up(logs.LogForm.JSON, written.append)
    logger = logging.getLogger("some.library")
    logger.warning("cannot read %s", "worker@example.jp")
    logger.warning(f"cannot read {'worker@example.jp'}")  # noqa: G004 - as some libraries do
    try:
        int("worker@example.jp")
    except ValueError:
        logger.exception("failed: %r", "worker@example.jp")
    logger.info("chatter")
    assert len(written) == 3
    assert "worker" not in "".join(written)
    first, second, third = map(json.loads, written)
    assert (first["of"], first["said"], first["level"]) == ("some.library", "cannot read %s", "warning")
    assert second["said"].startswith("test_logs:")
    assert third["kind"] == "ValueError"


@pytest.mark.parametrize("trouble", [errno.ENOSPC, errno.EPIPE])
def test_a_line_that_cannot_be_written_ends_nothing(written, monkeypatch, trouble):
    def full(_text):
        raise OSError(trouble, "not now")

    logs.set_up(logs.LogForm.HUMAN, full)
    structlog.get_logger("banken").info("looked")
    logging.getLogger("library").warning("something")
    monkeypatch.setattr(sys, "stderr", SimpleNamespace(write=full, flush=lambda: None))
    program._say("looked")
