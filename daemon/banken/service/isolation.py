"""Find the message over which a server drops the connection each time, and set it aside, so that the others go on.

A window whose fetching lost the connection is fetched message by message the next time; a message over which it was
lost three times, alone, is held. A bad line may look the same, so what is held because of its server is asked for again when all
is quiet, at growing intervals; and so is what this machine failed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from pydantic import BaseModel, ValidationError

from banken.guard import Guard
from banken.mailbox.errors import MailboxError, TooMany
from banken.mailbox.model import FolderState, Mailbox, Place, RawMessage
from banken.service import held
from banken.service.examining import FETCH, MACHINE, Examiner

CONNECTION = "connection"
"""The step at which a message is held that costs the connection."""

PATIENCE = 3
"""How often the connection may be lost over one message alone."""

FIRST_WAIT = timedelta(minutes=10)
LONGEST_WAIT = timedelta(days=1)

Ask = Callable[[Sequence[int]], Iterator[RawMessage]]


class _Suspicion(BaseModel):
    """What is suspected in one folder: the bad one is among the UIDs `first` to `last`.

    `alone`: how often the connection was lost over one message alone, by what was asked of it and its UID.
    """

    uidvalidity: int
    first: int = 0
    last: int = 0
    alone: dict[str, dict[int, int]] = {}


@dataclass(slots=True)
class Isolation:
    """Asks a mailbox for messages, and remembers over which of them it lost the connection."""

    examiner: Examiner
    _known: dict[str, _Suspicion] = field(default_factory=dict)

    def ask(self, folder: FolderState, what: str, uids: Sequence[int], ask: Ask) -> Iterator[RawMessage]:
        """Yield what `ask` gives for `uids`, in windows or, where one is suspected, each alone. Raises MailboxError.

        `what` names the question: a message may give its header, and break the connection with its text.
        """
        suspicion = self._suspicion(folder)
        alone = suspicion.alone.setdefault(what, {})
        for portion in _portions(uids, suspicion):
            try:
                yield from ask(portion)
            except MailboxError as error:
                self._blame(folder, suspicion, alone, error)
                raise
            if len(portion) == 1:
                alone.pop(portion[0], None)

    def _blame(self, folder: FolderState, suspicion: _Suspicion, alone: dict[int, int], error: MailboxError) -> None:
        match error.uids:
            case []:
                return
            case _ if isinstance(error, TooMany):  # the account asks for too much, whichever message it is
                return
            case [uid]:
                alone[uid] = alone.get(uid, 0) + 1
                if alone[uid] >= PATIENCE:
                    del alone[uid]
                    self.examiner.set_aside(Place(folder.name, folder.uidvalidity, uid), CONNECTION, str(error))
            case [first, *_others, last]:
                suspicion.first, suspicion.last = first, last
        guard = self.examiner.guard
        if self.examiner.keep:
            guard.ledger.learned.put(guard.account, _name(folder), suspicion.model_dump_json(), guard.clock())

    def _suspicion(self, folder: FolderState) -> _Suspicion:
        if folder.name not in self._known:
            self._known[folder.name] = self._remembered(folder)
        return self._known[folder.name]

    def _remembered(self, folder: FolderState) -> _Suspicion:
        guard = self.examiner.guard
        written = guard.ledger.learned.get(guard.account, _name(folder))
        try:
            known = _Suspicion.model_validate_json(written or "")
        except ValidationError:
            return _Suspicion(uidvalidity=folder.uidvalidity)
        return known if known.uidvalidity == folder.uidvalidity else _Suspicion(uidvalidity=folder.uidvalidity)


def look_again(examiner: Examiner, mailbox: Mailbox, folders: Sequence[str]) -> None:
    """Ask once more for one message that is held because of its server or of this machine, if its time has come.

    To be called when nothing else is to be done: the connection may be lost over it. Raises LedgerError.
    """
    ledger, account, now = examiner.guard.ledger, examiner.guard.account, examiner.guard.clock()
    not_its_own_fault = (one for one in ledger.quarantine.held(account) if one.step in (CONNECTION, FETCH, MACHINE))
    mine = (one for one in not_its_own_fault if one.folder in folders)
    poison = next((one for one in mine if not one.last <= now < one.last + _wait(one.tries)), None)
    if poison is None or ledger.outbox.due(now, account, limit=1):
        return
    try:
        held.again(examiner, mailbox, poison)
    except MailboxError as error:
        place = Place(poison.folder, poison.uidvalidity, poison.uid, poison.file)
        examiner.set_aside(place, CONNECTION, str(error))


def held_in(guard: Guard, folder: FolderState) -> frozenset[int]:
    """Return the UIDs in a folder over which the connection is lost: they must not be asked for in passing."""
    held = guard.ledger.quarantine.held(guard.account)
    here = (one for one in held if (one.folder, one.uidvalidity) == (folder.name, folder.uidvalidity))
    return frozenset(one.uid for one in here if one.step == CONNECTION)


def _wait(tries: int) -> timedelta:
    return min(FIRST_WAIT * (1 << min(tries - 1, 20)), LONGEST_WAIT)


def _portions(uids: Sequence[int], suspicion: _Suspicion) -> Iterator[Sequence[int]]:
    def is_suspected(uid: int) -> bool:
        return suspicion.first <= uid <= suspicion.last

    alone = [uid for uid in uids if is_suspected(uid)]
    together = [uid for uid in uids if not is_suspected(uid)]
    if together:  # first: the others need not wait for the bad one
        yield together
    for uid in alone:
        yield [uid]


def _name(folder: FolderState) -> str:
    return f"suspected in {folder.name}"
