"""The log: lines for people on a terminal and in the journal, JSON for programs; no secret and no mail text in it."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from enum import StrEnum
from typing import Any

import structlog

_PRIORITY = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}
"""How journald tells levels apart: a number before the line (sd-daemon(3))."""


class LogForm(StrEnum):
    """How the log is written."""

    AUTO = "auto"
    """`human` on a terminal, `journal` under systemd, else `json`."""
    HUMAN = "human"
    JOURNAL = "journal"
    JSON = "json"


def set_up(form: LogForm, write: Callable[[str], object]) -> None:
    """Let the log be written in `form`, line by line."""
    stamp = structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%M:%S.%f%z", utc=False)
    last: dict[LogForm, Any] = {
        LogForm.HUMAN: _human,
        LogForm.JOURNAL: _journal,
        LogForm.JSON: structlog.processors.JSONRenderer(ensure_ascii=False),
    }
    structlog.configure(
        processors=[structlog.processors.add_log_level, stamp, last[_chosen(form)]],
        logger_factory=lambda *_args: _Lines(write),
        cache_logger_on_first_use=False,
    )
    # What libraries have to say would else go to standard error as it is, a mail's words and addresses with it.
    logging.basicConfig(level=logging.WARNING, handlers=[_Libraries()], force=True)


class _Libraries(logging.Handler):
    """Lets a library's warning into our log: who says it, and its fixed words, without what was filled in."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        said = record.msg if record.args and isinstance(record.msg, str) else f"{record.module}:{record.lineno}"
        log = structlog.get_logger("banken")
        tell = log.error if record.levelno >= logging.ERROR else log.warning
        tell("a library warns", of=record.name, said=said, kind=kind)


def _chosen(form: LogForm) -> LogForm:
    if form is not LogForm.AUTO:
        return form
    if sys.stderr.isatty():
        return LogForm.HUMAN
    return LogForm.JOURNAL if os.environ.get("JOURNAL_STREAM") else LogForm.JSON


def _human(_logger: object, _name: str, event: MutableMapping[str, Any]) -> str:
    return f"{event['timestamp']} {_facts(event)}"


def _journal(_logger: object, _name: str, event: MutableMapping[str, Any]) -> str:
    return f"<{_PRIORITY.get(event['level'], 5)}>{_facts(event)}"


def _facts(event: MutableMapping[str, Any]) -> str:
    """Return the event as one line: nothing in it can begin another."""
    facts = " ".join(f"{key}={value}" for key, value in event.items() if key not in ("event", "timestamp", "level"))
    line = f"{event['level']} {event['event']} {facts}".rstrip()
    return "".join(char if char.isprintable() else " " for char in line)


class _Lines:
    """What structlog writes to: every method takes a finished line."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write

    def msg(self, message: str) -> None:
        """Write one line; one that cannot be written must not end what it tells of."""
        with suppress(OSError):
            self._write(message)

    debug = info = warning = error = critical = msg
