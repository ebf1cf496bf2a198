"""Mail in files as a `Mailbox`: folders of .eml, Maildirs, mbox files, a single message. Nothing is ever written.

A folder of .eml files is one folder named after its path; a Maildir (with its Maildir++ subfolders) likewise; an mbox
file is a folder of its own. The UID of a message is its position, UIDVALIDITY is 0.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from banken.i18n import _
from banken.mailbox.errors import FileMissing, FolderMissing, Refused
from banken.mailbox.header import arrival, message_ids
from banken.mailbox.mbox import Mbox, gmail_labels, looks_like_mbox
from banken.mailbox.model import FolderState, Labelled, Offer, Place, RawMessage
from banken.mailbox.parts import disowned

_HEADER_LIMIT = 256 * 1024
_MESSAGE_LIMIT = 32 * 1024 * 1024
"""A longer message is read up to here: its texts come before its attachments."""
_MAILDIR_FLAGS = {"S": "\\Seen", "F": "\\Flagged", "R": "\\Answered", "T": "\\Deleted", "D": "\\Draft"}
_SINCE_MARGIN = dt.timedelta(days=1)
_DAWN = dt.datetime.min.replace(tzinfo=dt.UTC) + _SINCE_MARGIN


class _Folder(Protocol):
    """The messages of one folder, numbered from 0; every method may raise OSError."""

    def __len__(self) -> int: ...
    def file(self, number: int) -> Path: ...
    def name(self, number: int) -> str: ...
    def size(self, number: int) -> int: ...
    def read(self, number: int, limit: int) -> bytes: ...
    def flags(self, number: int, header: bytes) -> frozenset[str]: ...


def open_files(path: Path | str) -> FilesMailbox:
    """Return the mail at `path`: a folder (searched with its subfolders), a Maildir, an mbox or a message.

    Raises FileMissing when there is nothing, Refused when it may not be read.
    """
    place = Path(path)
    try:
        folders = dict(_found(place))
    except FileNotFoundError as error:
        raise FileMissing(_("There is no file or folder {path}.").format(path=place)) from error
    except OSError as error:
        raise Refused(_unreadable(place, error)) from error
    return FilesMailbox(str(place), folders)


class FilesMailbox:
    """Mail that lies in files (see the Protocol `Mailbox`); a file that cannot be read is yielded as broken."""

    def __init__(self, name: str, folders: dict[str, _Folder]) -> None:
        self.name = name
        self._folders = folders
        self._open = ""

    def folders(self) -> Sequence[str]:
        """Return the folders that hold mail, by path."""
        return list(self._folders)

    def open(self, folder: str) -> FolderState:
        """Open one of `folders()`; raises FolderMissing."""
        if folder not in self._folders:
            raise FolderMissing(_("There is no mail in {path}.").format(path=folder))
        self._open = folder
        count = len(self._folders[folder])
        return FolderState(folder, 0, count + 1, count)

    def uids(self, *, after: int = 0, since: dt.datetime | None = None) -> Sequence[int]:
        """Return the positions above `after`, of messages that arrived a day before `since` or later."""
        uids = range(max(after, 0) + 1, len(self._opened) + 1)
        if since is None:
            return list(uids)
        earliest = max(since, _DAWN) - _SINCE_MARGIN
        return [uid for uid in uids if (raw := self._header(uid)) and (raw.broken or raw.arrived >= earliest)]

    def headers(self, uids: Sequence[int]) -> Iterator[RawMessage]:
        """Yield the messages with their header only."""
        for uid in sorted(set(uids)):
            if (raw := self._header(uid)) is not None:
                yield raw

    def fetch(self, uids: Sequence[int]) -> Iterator[RawMessage]:
        """Yield the messages, whole up to 32 MB."""
        for uid in sorted(set(uids)):
            if (raw := self._message(uid, _MESSAGE_LIMIT)) is not None:
                yield raw

    def original(self, uid: int, limit: int) -> bytes | None:
        """Return the whole message; None when it is gone or has more than `limit` octets."""
        raw = self._message(uid, limit)
        return raw.raw if raw and raw.complete else None

    def label(self, uid: int, labels: Sequence[str]) -> Labelled:  # noqa: ARG002, files are never written
        """Put nothing and say so."""
        return Labelled("none", "")

    def labels(self, uid: int) -> frozenset[str]:
        """Return a Maildir message's flags, or the labels of a Takeout export."""
        raw = self._header(uid)
        return raw.flags if raw else frozenset()

    def offer(self, folders: Sequence[str]) -> Offer:  # noqa: ARG002, files are never written
        """Make nothing."""
        return Offer("folder", there=False)

    def find(self, message_id: str) -> Sequence[int]:
        """Return the positions whose Message-ID is `message_id`."""
        wanted = message_id.strip()
        every = self.headers(range(1, len(self._opened) + 1))
        return [raw.place.uid for raw in every if wanted and wanted in message_ids(raw.raw)]

    def append(self, folder: str, raw: bytes) -> None:  # noqa: ARG002, files are never written
        """Refuse: raises Refused."""
        raise Refused(_("Mail in files is only read, never written: {path}").format(path=folder))

    def close(self) -> None:
        """Do nothing: no file stays open."""

    @property
    def _opened(self) -> _Folder:
        if not self._open:
            raise Refused(_("No folder is open."))
        return self._folders[self._open]

    def _header(self, uid: int) -> RawMessage | None:
        return self._message(uid, _HEADER_LIMIT, header_only=True)

    def _message(self, uid: int, limit: int, *, header_only: bool = False) -> RawMessage | None:
        """Return the message at position `uid`; None outside the folder, and when its file has gone meanwhile."""
        folder = self._opened
        if not 0 < uid <= len(folder):
            return None
        number = uid - 1
        place = Place(self._open, 0, uid, folder.name(number))
        try:
            size = folder.size(number)
            raw = folder.read(number, limit)
            written = dt.datetime.fromtimestamp(folder.file(number).stat().st_mtime, dt.UTC)
        except FileNotFoundError:
            return None
        except OSError as error:
            why = _unreadable(folder.file(number), error)
            return RawMessage(place, dt.datetime.now(dt.UTC), b"", complete=False, broken=why)
        header = _head(raw)
        flags = folder.flags(number, header)
        arrived = arrival(header) or written
        complete = size <= limit and not header_only
        kept = header if header_only else raw if complete else disowned(raw)
        return RawMessage(place, arrived, kept, size, flags, complete)


@dataclass(frozen=True, slots=True)
class _Loose:
    """Files that each hold one message."""

    files: tuple[Path, ...]

    def __len__(self) -> int:
        return len(self.files)

    def file(self, number: int) -> Path:
        return self.files[number]

    def name(self, number: int) -> str:
        return self.files[number].name

    def size(self, number: int) -> int:
        return self.files[number].stat().st_size

    def read(self, number: int, limit: int) -> bytes:
        with self.files[number].open("rb") as file:
            return file.read(limit)

    def flags(self, number: int, header: bytes) -> frozenset[str]:  # noqa: ARG002, a Takeout file has them inside
        """Return the flags in a Maildir file's name (`:2,FS`); loose files have none."""
        info = self.files[number].name.rpartition(":2,")[2] if ":2," in self.files[number].name else ""
        return frozenset(_MAILDIR_FLAGS[letter] for letter in info if letter in _MAILDIR_FLAGS)


@dataclass(frozen=True, slots=True)
class _MboxFolder:
    """The messages of one mbox file."""

    path: Path
    mbox: Mbox

    def __len__(self) -> int:
        return self.mbox.count

    def file(self, number: int) -> Path:  # noqa: ARG002, all messages lie in one file
        return self.path

    def name(self, number: int) -> str:  # noqa: ARG002
        return self.path.name

    def size(self, number: int) -> int:
        return self.mbox.size(number)

    def read(self, number: int, limit: int) -> bytes:
        return self.mbox.read(number, limit)

    def flags(self, number: int, header: bytes) -> frozenset[str]:  # noqa: ARG002, they are in the header
        return gmail_labels(header)


def _found(path: Path) -> Iterator[tuple[str, _Folder]]:
    """Yield each folder with mail at `path`, by name, in order; raises OSError when `path` itself cannot be read."""
    if not path.is_dir():
        yield _one_file(path)
        return
    os.scandir(path).close()  # os.walk says nothing of a folder that may not be read
    for at, subfolders, names in os.walk(path):
        here = Path(at)
        if _is_maildir(here):
            yield str(here), _Loose(_maildir_files(here))
            subfolders[:] = [name for name in subfolders if _is_maildir(here / name)]
        else:
            subfolders[:] = [name for name in subfolders if not name.startswith(".")]
            yield from _loose_files(here, names)
        subfolders.sort()


def _loose_files(here: Path, names: Sequence[str]) -> Iterator[tuple[str, _Folder]]:
    regular = sorted(here / name for name in names if (here / name).is_file())  # not a pipe, which would never end
    messages = tuple(path for path in regular if path.suffix.lower() == ".eml")
    if messages:
        yield str(here), _Loose(messages)
    for path in regular:
        if path.suffix.lower() == ".mbox":
            yield _one_file(path)


def _one_file(path: Path) -> tuple[str, _Folder]:
    if not path.is_file():
        raise FileNotFoundError(path)
    if looks_like_mbox(path):
        return str(path), _MboxFolder(path, Mbox(path))
    return str(path.parent), _Loose((path,))


def _is_maildir(path: Path) -> bool:
    return (path / "cur").is_dir() and (path / "new").is_dir()


def _maildir_files(path: Path) -> tuple[Path, ...]:
    """Return a Maildir's messages by file name, which begins with the time of delivery."""
    entries = itertools.chain(os.scandir(path / "new"), os.scandir(path / "cur"))
    files = [Path(entry.path) for entry in entries if entry.is_file() and not entry.name.startswith(".")]
    return tuple(sorted(files, key=lambda file: file.name))


def _head(raw: bytes) -> bytes:
    """Return the header block of a message with the empty line that ends it, whatever its line ends."""
    ends = [at + len(blank) for blank in (b"\r\n\r\n", b"\n\n") if (at := raw.find(blank, 0, _HEADER_LIMIT)) >= 0]
    return raw[: min(ends)] if ends else raw[:_HEADER_LIMIT]


def _unreadable(path: Path, error: OSError) -> str:
    return _("{path} cannot be read: {why}").format(path=path, why=error.strerror or type(error).__name__)
