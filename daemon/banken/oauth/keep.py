"""Where tokens are kept: a file of its owner alone, or the desktop's key ring. Written as a whole, by one at a time."""

from __future__ import annotations

import fcntl
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from banken.i18n import _
from banken.mailbox.errors import Unavailable
from banken.places import hand_over, private_file, private_folder

_PATIENCE = 120.0
"""Seconds: longer than any renewal by another process takes."""


class Keep(ABC):
    """A place for one login. `lock` is a file beside it; its time tells when the worker logged in."""

    lock: Path

    @abstractmethod
    def read(self) -> str:
        """Return what is kept, "" when nothing is. Raises Unavailable."""

    @abstractmethod
    def write(self, text: str) -> None:
        """Keep `text` instead. Raises Unavailable."""

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other threads and processes out: two renewals at once would each throw the other's token away."""
        try:
            private_folder(self.lock.parent)
            file = os.open(self.lock, os.O_CREAT | os.O_RDWR, 0o600)
            hand_over(self.lock)
        except OSError as error:
            raise _cannot(self.lock, error) from None
        try:
            _wait_for(file)
            yield
        finally:
            os.close(file)

    def mark(self) -> None:
        """Note that the worker has just logged in."""
        try:
            os.utime(self.lock)
        except OSError as error:
            raise _cannot(self.lock, error) from None


@dataclass(frozen=True, slots=True)
class FileKeep(Keep):
    """A file (0600)."""

    path: Path
    lock: Path

    def read(self) -> str:
        """Return what is kept."""
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise _cannot(self.path, error) from None

    def write(self, text: str) -> None:
        """Keep `text` instead."""
        try:
            private_file(self.path, text)
        except OSError as error:
            raise _cannot(self.path, error) from None


@dataclass(frozen=True, slots=True)
class RingKeep(Keep):
    """An entry of the key ring."""

    service: str
    user: str
    lock: Path

    def read(self) -> str:
        """Return what is kept."""
        keyring, wrong = _keyring()
        try:
            return str(keyring.get_password(self.service, self.user) or "")
        except wrong as error:
            raise _cannot(f"{self.service}/{self.user}", error) from None

    def write(self, text: str) -> None:
        """Keep `text` instead."""
        keyring, wrong = _keyring()
        try:
            keyring.set_password(self.service, self.user, text)
        except wrong as error:
            raise _cannot(f"{self.service}/{self.user}", error) from None


def _keyring() -> tuple[Any, tuple[type[Exception], ...]]:
    try:
        import keyring  # noqa: PLC0415 - an extra that need not be there
        from keyring.errors import KeyringError  # noqa: PLC0415
    except ModuleNotFoundError:
        raise Unavailable(_("the key ring needs one more library: pip install 'banken[keyring]'")) from None
    return keyring, (KeyringError, RuntimeError)


def _wait_for(file: int) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise Unavailable(_("another Banken is renewing this login and does not come to an end")) from None
            time.sleep(0.05)
        else:
            return


def _cannot(place: object, error: Exception) -> Unavailable:
    why = error.strerror if isinstance(error, OSError) and error.strerror else error
    return Unavailable(_("the tokens in {place} cannot be read or written: {why}").format(place=place, why=why))
