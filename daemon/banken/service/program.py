"""The service from its start to its end: read what it is to do, open the ledger, watch."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

from banken.config import find
from banken.i18n import _
from banken.judge.reader import ReaderError
from banken.ledger import LedgerError
from banken.platform import VoiceError
from banken.service import apart, logs, memory
from banken.service import house as rooms
from banken.service.watch import Watch
from banken.strictyaml import ProblemsError

_AGAIN, _USAGE, _INTERRUPTED = 1, 2, 130
"""Exit codes, as every verb has them; after all but a mistake of usage the system starts the service again."""


def main(form: str, config: str = "") -> int:
    """Watch until stopped; return the exit code. `form`: of the log; `config`: the file, "" to look for it."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr] # a log line never ends the program
    try:
        _watch(logs.LogForm(form), Path(config) if config else None)
    except apart.NotReadError as error:  # at the start: no memory left, or the program is being replaced this moment
        _say(str(error))
        return _AGAIN
    except LedgerError as error:  # at the start: a database that is not up yet, another program that writes
        _say(str(error))
        return _USAGE if error.permanent else _AGAIN
    except (ProblemsError, ReaderError, VoiceError) as error:
        _say(str(error))
        return _USAGE
    except KeyboardInterrupt:
        _say(_("Stopped; nothing is lost, the next run goes on from here."))
        return _INTERRUPTED
    return 0


def _watch(form: logs.LogForm, config: Path | None) -> None:
    memory.leave_no_core()
    memory.few_heaps()
    path = find(config)
    settings = apart.read(path)
    for doubt in settings.doubts:
        _say(_("note: {warning}").format(warning=doubt))
    logs.set_up(form, _say)
    with rooms.open_ledger(settings.house.config) as ledger:
        Watch(settings.house, ledger, path).run()


def _say(line: str) -> None:
    with suppress(OSError):  # no room on the disk, nobody at the other end: the watch goes on without the line
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
