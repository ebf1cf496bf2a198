"""Read configuration and rules in a process of their own, and take over only what came of it.

Reading and checking takes far more memory than what was read, and leaves a heap full of holes behind, which a service
would keep for years. A process that ends gives all of it back.

Both must be the same program: after an upgrade under a service that still runs, its old code would not understand what the new
one writes, or worse, misunderstand it. And after some upgrades (a Python environment made anew) there is none to be started.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import banken
from banken.config.secrets import Secret, taken_apart
from banken.heap import left_at_the_end
from banken.i18n import _, set_language
from banken.judge.reader import ReaderError
from banken.platform import VoiceError
from banken.service import reload
from banken.strictyaml import Problem, ProblemsError

PATIENCE = 0.5
"""Seconds between two times at which it is asked whether the settings are still wanted."""


_PACKAGE = Path(banken.__file__).parent


def program() -> bytes:
    """Return a digest of the program's files as they are on the disk now."""
    digest = sha256(banken.__version__.encode())
    for file in sorted(_PACKAGE.rglob("*.py")):
        with suppress(OSError):  # one that has just gone, or an editor's dangling link
            digest.update(repr((str(file), file.read_bytes())).encode())
    return digest.digest()


_RUNNING = program()
"""The program as this process was started."""


class NotReadError(ProblemsError):
    """The settings could not be read, whatever is in them; another time they may."""


class ProgramChangedError(NotReadError):
    """The program on the disk is another than the one that runs."""

    def __init__(self) -> None:
        what = _("the program was changed while it was running")
        super().__init__([Problem(str(_PACKAGE), 0, 0, what, _("restart Banken, so that all of it is the new one"))])


class GivenUpError(Exception):
    """Nobody wants the settings any more."""


def read(path: Path, wanted: Callable[[], bool] = lambda: True) -> reload.Settings:
    """Return what `path` and the rules say now, and speak its language.

    Raises strictyaml.ProblemsError with every mistake in them (NotReadError when they could not be read at all), ReaderError,
    VoiceError; GivenUpError as soon as they are no longer `wanted`.
    """
    said, code = _read(path, wanted)
    if said and not said.startswith(_RUNNING):
        raise ProgramChangedError
    try:
        came = pickle.loads(said[len(_RUNNING) :])  # noqa: S301 - our own program wrote it
    except (EOFError, pickle.UnpicklingError):
        came = None
    except Exception as error:  # a library beneath it was changed: pickle raises whatever it meets
        raise ProgramChangedError from error
    match came:
        case reload.Settings():
            set_language(came.house.config.language)
            return came
        case Exception():
            raise came
    what = _("reading it was cut short (the reader ended with {code})").format(code=code)
    raise NotReadError([Problem(str(path), 0, 0, what, _("see whether there is memory left, then try again"))])


def _read(path: Path, wanted: Callable[[], bool]) -> tuple[bytes, int]:
    """Return what the reading process says, and the code that it ends with (of the system, when it cannot even begin)."""
    command = [sys.executable, "-P", "-m", __name__, str(path)]
    try:
        # In a group of its own: Ctrl-C is for the service, which ends in its own way.
        with subprocess.Popen(  # noqa: S603 - our own program
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, process_group=0
        ) as process:
            return _said(process, wanted), process.returncode
    except FileNotFoundError as error:
        raise ProgramChangedError from error
    except OSError as error:  # no memory for a process, or too many of them
        return b"", error.errno or 1


def _said(process: subprocess.Popen[bytes], wanted: Callable[[], bool]) -> bytes:
    """Return all that `process` writes until it ends; raises GivenUpError, and ends it, when that is not `wanted`."""
    while True:
        try:
            return process.communicate(timeout=PATIENCE)[0]
        except subprocess.TimeoutExpired:
            if not wanted():
                process.kill()
                raise GivenUpError from None


def main(path: Path) -> None:
    """Read, and write what came of it to the output: the settings, or why there are none."""
    came: reload.Settings | Exception
    try:
        came = reload.read(path)
        came.house.knowledge.judge.book.prepare()
    except (ProblemsError, ReaderError, VoiceError) as error:
        came = error
    sys.stdout.buffer.write(_RUNNING)
    _Parcel(sys.stdout.buffer, pickle.HIGHEST_PROTOCOL).dump(came)


class _Parcel(pickle.Pickler):
    """Hands over secrets too, which nothing else writes out."""

    def reducer_override(self, one: object) -> Any:
        """Return how `one` is made again."""
        return taken_apart(one) if isinstance(one, Secret) else NotImplemented


if __name__ == "__main__":
    left_at_the_end()
    main(Path(sys.argv[1]))
