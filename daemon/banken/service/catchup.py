"""Read what a mailbox holds that was not read yet, in order of time, and let the guard look at each message.

The mark of a folder moves only past UIDs that the server answered for (design.md 4.1): a message that came, one that
is gone, or one that is held in quarantine. Messages of several folders are examined in the order they arrived, so that
a verdict never depends on which folder was read first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby, takewhile

from banken.guard import Examined, Guard
from banken.ledger import Mark, Poison
from banken.mailbox.model import FolderState, Mailbox, Place, RawMessage
from banken.message import Message, read_header
from banken.message.provider import learn_authserv
from banken.service.examining import Examiner
from banken.service.isolation import Isolation, costs_the_connection, look_again

CHUNK = 100
"""Messages whose texts are held at a time."""

LEARN_FROM = 1000
"""Headers, the latest read, from which is learned who writes Authentication-Results."""

GUARDED_SINCE = "guarded since"
"""Name under which the ledger keeps the moment an account was first looked at."""

AUTHSERV = "authserv"

CLOCKS_DIFFER = timedelta(days=1)
"""How far a server's clock (or its zone) may be off."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that is to be looked at: when it arrived, and where it lies."""

    arrived: datetime
    folder: str
    uid: int
    needs_body: bool


@dataclass(slots=True)
class _Shelf:
    """One folder during a catch-up: which UIDs were listed, and which are dealt with."""

    state: FolderState
    listed: list[int]
    done: set[int] = field(default_factory=set)

    def reached(self) -> int:
        """Return the highest UID up to which all listed ones are dealt with, 0 for none."""
        reached = 0
        for uid in self.listed:
            if uid not in self.done:
                return reached
            reached = uid
        return reached


@dataclass(slots=True, kw_only=True)
class CatchUp:
    """One pass over a mailbox.

    `since`: look at all that arrived from then on, read before or not (scan); None: only at what is new (run).
    `keep`: write down what was seen and is owed; without it the pass leaves no trace (dry).
    `resume`: leave out the oldest mails as far as these very rules examined them before. The first new one ends that:
    it may tell how far a deal was when those behind it came.
    `tell`: called with (messages done, messages in all).
    """

    guard: Guard
    mailbox: Mailbox
    folders: Sequence[str]
    since: datetime | None = None
    until: datetime | None = None
    keep: bool = True
    resume: bool = False
    tell: Callable[[int, int], None] = lambda _done, _all: None
    passed: list[Place] = field(default_factory=list)
    """Where the mails lie that `resume` left out."""
    _shelves: dict[str, _Shelf] = field(default_factory=dict)
    _examiner: Examiner = field(init=False)
    _isolation: Isolation = field(init=False)

    @property
    def poisoned(self) -> list[Poison]:
        """What was set aside."""
        return self._examiner.poisoned

    def __post_init__(self) -> None:
        self._examiner = Examiner(self.guard, self.keep)
        self._isolation = Isolation(self._examiner)

    def run(self) -> Iterator[Examined]:
        """Yield each message with the guard's verdict, in order of arrival. Raises MailboxError, LedgerError."""
        waiting = sorted(self._list(), key=lambda one: (one.arrived, one.folder, one.uid))
        if self.resume:
            waiting = self._go_on(waiting)
        for start in range(0, len(waiting), CHUNK):
            chunk = waiting[start : start + CHUNK]
            for number, raw in enumerate(self._fetch(chunk), start=start + 1):
                examined = self._examiner.examine(raw)
                if examined is not None:
                    yield examined
                self.tell(min(number, len(waiting)), len(waiting))
            self._settle(chunk)
        self._advance()
        if self.since is None and not waiting:
            look_again(self._examiner, self.mailbox, self.folders)

    def _list(self) -> list[Waiting]:
        waiting: list[Waiting] = []
        headers: deque[Message] = deque(maxlen=LEARN_FROM)
        for folder in self.folders:
            shelf = self._open(folder)
            recent = sorted(set(shelf.listed) - shelf.done)
            for raw in self._isolation.ask(shelf.state, "header", recent, self.mailbox.headers):
                header = read_header(raw.raw, arrived=raw.arrived)
                headers.append(header)
                if self._is_wanted(raw):
                    needs_body = self.guard.knowledge.recogniser.needs_body(header)
                    waiting.append(Waiting(raw.arrived, folder, raw.place.uid, needs_body))
            # Of what was asked for, the rest is answered too: it is gone, or it arrived before the moment asked for.
            shelf.done |= set(recent) - {one.uid for one in waiting if one.folder == folder}
        self._learn(headers)
        return waiting

    def _go_on(self, waiting: list[Waiting]) -> list[Waiting]:
        """Return what follows the mails that were examined before."""
        guard = self.guard
        known = {
            folder: guard.ledger.seen.uids(
                guard.account, folder, shelf.state.uidvalidity, guard.knowledge.rules_version
            )
            for folder, shelf in self._shelves.items()
        }
        passed = list(takewhile(lambda one: one.uid in known[one.folder], waiting))
        for one in passed:
            shelf = self._shelves[one.folder]
            shelf.done.add(one.uid)
            self.passed.append(Place(one.folder, shelf.state.uidvalidity, one.uid))
        return waiting[len(passed) :]

    def _open(self, folder: str) -> _Shelf:
        state = self.mailbox.open(folder)
        mark = self.guard.ledger.marks.get(self.guard.account, folder)
        after = mark.uid if mark and self.since is None and mark.uidvalidity == state.uidvalidity else 0
        listed = sorted(self.mailbox.uids(after=after))
        shelf = self._shelves[folder] = _Shelf(state, listed)
        shelf.done = set(listed) - (self._recent(state, mark, listed) - self._held(state))
        self._advance()  # a folder that is seen for the first time is guarded from now on, whatever happens next
        return shelf

    def _recent(self, state: FolderState, mark: Mark | None, listed: Sequence[int]) -> set[int]:
        """Return which of the listed UIDs are to be looked at.

        What lies in a folder when it is seen for the first time is history, and for `scan`: told by its UIDs, since a
        server's clock may differ from ours. In a folder that was numbered anew, all since we guard is looked at again;
        what was judged before is known by its fingerprint.
        """
        if self.since is not None:
            return set(listed) & set(self.mailbox.uids(since=self.since))
        if mark is None:
            self._guarded_since()
            return set()
        fresh = set(listed) - self.guard.ledger.seen.uids(self.guard.account, state.name, state.uidvalidity)
        if mark.uidvalidity != state.uidvalidity:
            return fresh & set(self.mailbox.uids(since=self._guarded_since() - CLOCKS_DIFFER))
        return fresh

    def _held(self, state: FolderState) -> set[int]:
        held = self.guard.ledger.quarantine.held(self.guard.account)
        here = (one for one in held if (one.folder, one.uidvalidity) == (state.name, state.uidvalidity))
        return {one.uid for one in here if costs_the_connection(one)}

    def _is_wanted(self, raw: RawMessage) -> bool:
        if self.since is not None and raw.arrived < self.since:
            return False
        return self.until is None or raw.arrived < self.until

    def _guarded_since(self) -> datetime:
        ledger, account = self.guard.ledger, self.guard.account
        known = ledger.learned.get(account, GUARDED_SINCE)
        if known is None:
            now = self.guard.clock()
            known = now.isoformat()
            ledger.learned.put(account, GUARDED_SINCE, known, now)
        return datetime.fromisoformat(known)

    def _learn(self, headers: Iterable[Message]) -> None:
        """Find out whose Authentication-Results the worker's provider writes, when nobody told."""
        if self.guard.trust.authservs:
            return
        ledger, account = self.guard.ledger, self.guard.account
        name = ledger.learned.get(account, AUTHSERV) or learn_authserv(headers)
        if name:
            ledger.learned.put(account, AUTHSERV, name, self.guard.clock())
            self.guard.trust = replace(self.guard.trust, authservs=(name,))

    def _fetch(self, chunk: Sequence[Waiting]) -> list[RawMessage]:
        """Return the messages of a chunk in order of arrival, folder by folder from the server."""
        found: list[RawMessage] = []
        for folder, group in groupby(sorted(chunk, key=lambda one: one.folder), key=lambda one: one.folder):
            wanted = list(group)
            state = self.mailbox.open(folder)
            whole = sorted(one.uid for one in wanted if one.needs_body)
            rest = sorted({one.uid for one in wanted} - set(whole))
            found += self._isolation.ask(state, "text", whole, self.mailbox.fetch)
            found += self._isolation.ask(state, "header", rest, self.mailbox.headers)
        return sorted(found, key=lambda raw: (raw.arrived, raw.place))

    def _settle(self, chunk: Sequence[Waiting]) -> None:
        """Count a chunk as answered: its FETCH ended with OK, so that what did not come is gone."""
        for one in chunk:
            self._shelves[one.folder].done.add(one.uid)
        self._advance()

    def _advance(self) -> None:
        if not self.keep or self.since is not None:
            return  # a scan may leave a gap behind it; only the pass that reads on from the mark may move it
        ledger, account, now = self.guard.ledger, self.guard.account, self.guard.clock()
        for folder, shelf in self._shelves.items():
            reached = shelf.reached()
            if reached or ledger.marks.get(account, folder) is None:
                mark = Mark(account=account, folder=folder, uidvalidity=shelf.state.uidvalidity, uid=reached, at=now)
                ledger.marks.advance(mark)
