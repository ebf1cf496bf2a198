"""How far a pass over a mailbox has come, kept small: a folder may hold hundreds of thousands of messages."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from banken.mailbox.model import FolderState

_LISTED, _WAITS, _DONE = b"\0", b"\1", b"\2"
_ANSWERED = bytes.maketrans(_LISTED, _DONE)
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_UID_BITS, _FOLDER_BITS = 32, 16


class Shelf:
    """One folder during a pass: the UIDs that were listed, and what became of each.

    `but`: those that need not be looked at; `anew`: the folder was numbered anew, so that history may lie among what is
    new, under any UID; `doubtful`: the server numbers its messages anew without saying so, so that a UID alone tells
    nothing.
    """

    def __init__(
        self,
        state: FolderState,
        listed: Iterable[int],
        but: Container[int] = (),
        *,
        anew: bool = False,
        doubtful: bool = False,
    ) -> None:
        self.state = state
        self.anew = anew
        self.doubtful = doubtful
        self._uids = array("Q", listed)
        self._fate = bytearray(_DONE[0] if uid in but else _LISTED[0] for uid in self._uids)
        self._reached = 0

    def unanswered(self) -> list[int]:
        """Return the UIDs of which nothing is known yet."""
        return [uid for uid, fate in zip(self._uids, self._fate, strict=True) if fate == _LISTED[0]]

    def wait(self, uid: int) -> None:
        """Note that the message is there, and is to be looked at."""
        self._put(uid, _WAITS)

    def settle(self, uid: int) -> None:
        """Note that the message is dealt with: examined, held, or gone."""
        self._put(uid, _DONE)

    def answered(self) -> None:
        """Note that the server has answered for all that were listed: those that do not wait are gone, or not asked for."""
        self._fate = self._fate.translate(_ANSWERED)

    @property
    def reached(self) -> int:
        """The highest UID up to which all listed ones are dealt with, 0 for none."""
        while self._reached < len(self._fate) and self._fate[self._reached] == _DONE[0]:
            self._reached += 1
        return self._uids[self._reached - 1] if self._reached else 0

    @property
    def is_done(self) -> bool:
        """Whether all are dealt with."""
        _uid = self.reached
        return self._reached == len(self._fate)

    def _put(self, uid: int, fate: bytes) -> None:
        at = bisect_left(self._uids, uid)
        if at < len(self._uids) and self._uids[at] == uid:
            self._fate[at] = fate[0]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that is to be looked at."""

    folder: str
    uid: int
    needs_body: bool


class Queue:
    """The messages of several folders that are to be looked at, in the order they arrived.

    Each is one whole number, from the left: when it arrived, the folder's place by name, the UID, whether its body is
    needed. Objects would take four times the memory.
    """

    def __init__(self, folders: Iterable[str]) -> None:
        self._folders = sorted(set(folders))
        self._packed: list[int] = []

    def __len__(self) -> int:
        return len(self._packed)

    def add(self, arrived: datetime, one: Waiting) -> None:
        """Put a message in; `sort` before any is taken out."""
        place = self._folders.index(one.folder) << _UID_BITS | one.uid
        when = (arrived - _BEGINNING) // _TICK
        self._packed.append((when << _FOLDER_BITS + _UID_BITS | place) << 1 | one.needs_body)

    def sort(self) -> None:
        """Put them in order."""
        self._packed.sort()

    def end_at(self, moment: datetime) -> None:
        """Leave out those that arrived after `moment`; to be called on a sorted queue."""
        beyond = ((moment - _BEGINNING) // _TICK + 1) << _FOLDER_BITS + _UID_BITS + 1
        del self._packed[bisect_left(self._packed, beyond) :]

    def part(self, start: int, stop: int) -> list[Waiting]:
        """Return those from `start` to before `stop`."""
        return [self._unpack(packed) for packed in self._packed[start:stop]]

    def _unpack(self, packed: int) -> Waiting:
        place = packed >> 1
        folder = self._folders[place >> _UID_BITS & (1 << _FOLDER_BITS) - 1]
        return Waiting(folder, place & (1 << _UID_BITS) - 1, bool(packed & 1))
