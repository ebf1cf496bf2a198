"""Read what a mailbox holds that was not read yet, in order of time, and let the guard look at each message.

The mark of a folder moves only past UIDs that the server answered for (design.md 4.1): a message that came, one that
is gone, or one that is held in quarantine. Messages of several folders are examined in the order they arrived, so that
a verdict never depends on which folder was read first.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby

from banken.guard import Examined, Guard
from banken.ledger import Mark, Poison
from banken.mailbox.errors import MailboxError, concerns_all
from banken.mailbox.header import received
from banken.mailbox.model import FolderState, Mailbox, Place, RawMessage
from banken.message import Message, read_header
from banken.message.provider import learn_authserv
from banken.service.examining import Examiner, batches
from banken.service.isolation import Isolation, held_in, look_again
from banken.service.pace import uptime
from banken.service.shelf import Queue, Shelf, Waiting

CHUNK = 100
"""Messages whose texts are held at a time."""

LEARN_FROM = 1000
"""Headers, the latest read, from which is learned who writes Authentication-Results."""

GUARDED_SINCE = "guarded since"
"""Name under which the ledger keeps the moment an account was first looked at."""

AUTHSERV = "authserv"

SCANNED = "scanned {}"
"""Name under which the ledger keeps how far a folder went when it was scanned last: its UIDVALIDITY and last UID."""

_BEGINNING, _ALWAYS = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
"""No clock tells an earlier time: there was no Banken. Small machines begin in 1970 until they have asked the network."""

CLOCKS_DIFFER = timedelta(days=1)
"""How far a server's clock (or its zone) may be off."""


@dataclass(slots=True, kw_only=True)
class CatchUp:
    """One pass over a mailbox.

    `since`: look at all that arrived from then on, read before or not (scan); None: only at what is new (run).
    `keep`: write down what was seen and is owed; without it the pass leaves no trace (dry).
    `resume`: leave out the oldest mails as far as these very rules examined them before. The first new one ends that:
    it may tell how far a deal was when those behind it came.
    `listing`: seconds that finding out what is new may take; what was not come to then is for the next pass, so that each
    gets somewhere however much there is.
    `tell`: called with (messages done, messages in all).
    """

    guard: Guard
    mailbox: Mailbox
    folders: Sequence[str]
    since: datetime | None = None
    until: datetime | None = None
    keep: bool = True
    resume: bool = False
    listing: float = math.inf
    tell: Callable[[int, int], None] = lambda _done, _all: None
    passed: list[Place] = field(default_factory=list)
    """Where the mails lie that `resume` left out."""
    missing: dict[str, MailboxError] = field(default_factory=dict)
    """The folders that could not be opened or read, each with the reason; the others were read all the same."""
    behind: bool = False
    """Whether more is new than could be found out in the time for listing."""
    _shelves: dict[str, Shelf] = field(default_factory=dict)
    _examiner: Examiner = field(init=False)
    _isolation: Isolation = field(init=False)

    @property
    def poisoned(self) -> list[Poison]:
        """What was set aside."""
        return self._examiner.poisoned

    def __post_init__(self) -> None:
        self._examiner = Examiner(self.guard, self.keep, leave_forgotten=self.since is None)
        self._isolation = Isolation(self._examiner)

    def run(self) -> Iterator[Examined]:
        """Yield each message with the guard's verdict, in order of arrival.

        Raises MailboxError (for a folder that cannot be read only when none can be), LedgerError.
        """
        waiting = self._list()
        start = self._go_on(waiting) if self.resume else 0
        for begin in range(start, len(waiting), CHUNK):
            chunk = waiting.part(begin, begin + CHUNK)
            done = begin - start
            for raws in batches(self._fetch(chunk)):
                yield from self._examiner.examine_all(raws)
                done += len(raws)
                self.tell(done, len(waiting) - start)
            self._settle(chunk)
        self._advance()
        if self.since is None and not waiting:
            look_again(self._examiner, self.mailbox, self.folders)

    def _list(self) -> Queue:
        waiting = Queue(self.folders)
        headers: deque[Message] = deque(maxlen=LEARN_FROM)
        until = _ALWAYS
        for folder in self.folders:
            try:
                until = min(until, self._list_folder(folder, waiting, headers))
            except MailboxError as error:
                self._miss(folder, error)
        self._learn(headers)
        waiting.sort()
        self.behind = until < _ALWAYS
        waiting.end_at(until)  # in order of time also where one folder was listed further than another
        return waiting

    def _list_folder(self, folder: str, waiting: Queue, headers: deque[Message]) -> datetime:
        """Put what is new in a folder into `waiting`; return until which arrival that is known."""
        shelf, latest = self._opened(folder), _BEGINNING
        guarded = self._guarded_since() - CLOCKS_DIFFER if shelf.anew or shelf.doubtful else _BEGINNING
        end = uptime() + self.listing / len(self.folders)
        for raw in self._isolation.ask(shelf.state, "header", shelf.unanswered(), self.mailbox.headers):
            header = read_header(raw.raw, arrived=raw.arrived)
            headers.append(header)
            # Some servers that mail is moved to give all of it the time of the move; what it came through still tells.
            history = (received(raw.raw) or _ALWAYS) < guarded
            if self._is_wanted(raw) and not history and not (shelf.doubtful and self._is_known(raw.place, header)):
                needs_body = self.guard.needs_body(header)
                waiting.add(raw.arrived, Waiting(folder, raw.place.uid, needs_body))
                shelf.wait(raw.place.uid)
            latest = max(latest, raw.arrived)
            if uptime() > end and not shelf.doubtful:  # there, what was examined before is only known by being listed
                return latest
        # Of what was asked for, the rest is answered too: it is gone, or it arrived before the moment asked for.
        shelf.answered()
        return _ALWAYS

    def _go_on(self, waiting: Queue) -> int:
        """Return how many of the oldest mails were examined before, and are left out."""
        guard = self.guard
        known = {
            folder: guard.ledger.seen.uids(
                guard.account, folder, shelf.state.uidvalidity, rules_version=guard.knowledge.rules_version
            )
            for folder, shelf in self._shelves.items()
        }
        for start in range(0, len(waiting), CHUNK):
            for one in waiting.part(start, start + CHUNK):
                shelf = self._shelves[one.folder]
                if one.uid not in known[one.folder]:
                    return len(self.passed)
                shelf.settle(one.uid)
                self.passed.append(Place(one.folder, shelf.state.uidvalidity, one.uid))
        return len(self.passed)

    def _opened(self, folder: str) -> Shelf:
        shelf = self._shelves[folder] = self._shelf(self.mailbox.open(folder))
        self._advance()  # a folder that is seen for the first time is guarded from now on, whatever happens next
        return shelf

    def _miss(self, folder: str, error: MailboxError) -> None:
        """Go on without a folder that is gone, or sick: what lies in it when it comes back is new.

        Raises why, when the others cannot be had either.
        """
        if concerns_all(error):
            raise error
        self.missing[folder] = error
        ledger, account = self.guard.ledger, self.guard.account
        if self.keep and self.since is None and ledger.marks.get(account, folder) is None:
            self._guarded_since()
            ledger.marks.advance(Mark(account=account, folder=folder, uidvalidity=0, uid=0, at=self.guard.clock()))
        if self.missing.keys() == set(self.folders):
            raise next(iter(self.missing.values()))

    def _shelf(self, state: FolderState) -> Shelf:
        """Return the shelf of an opened folder, with what is to be looked at.

        What lies in a folder when it is seen for the first time is history, and for `scan`: told by its UIDs, since a
        server's clock may differ from ours. In a folder that was numbered anew, all since we guard is looked at again;
        what was judged before is known by its fingerprint.
        """
        ledger, account = self.guard.ledger, self.guard.account
        held = held_in(self.guard, state)
        if self.since is not None:
            self._note_scan(state)
            return Shelf(state, self.mailbox.uids(since=self.since), held)
        mark = ledger.marks.get(account, state.name)
        if mark is None:
            self._guarded_since(self._newest())
            return self._first_shelf(state, held)
        if state.uidvalidity == 0 or self._goes_back(state, mark):
            return Shelf(state, self.mailbox.uids(), self._before_the_guard() | held, doubtful=True)
        if mark.uidvalidity != state.uidvalidity:
            seen = ledger.seen.uids(account, state.name, state.uidvalidity)
            return Shelf(state, self.mailbox.uids(), self._before_the_guard() | seen | held, anew=True)
        seen = ledger.seen.uids(account, state.name, state.uidvalidity, after=mark.uid)
        return Shelf(state, self.mailbox.uids(after=mark.uid), seen | held)

    def _first_shelf(self, state: FolderState, held: frozenset[int]) -> Shelf:
        """Return the shelf of a folder without a mark: all in it is history.

        Where it was scanned before, what has come since is new: people scan first, and let the guard run later. The same
        where it was watched under another name.
        """
        listed = list(self.mailbox.uids())
        before = self._renamed(state)
        if before is not None:
            return Shelf(state, listed, _up_to(before.uid, listed) | self._before_the_guard() | held)
        scanned = self.guard.ledger.learned.get(self.guard.account, SCANNED.format(state.name)) or ""
        validity, _space, last = scanned.partition(" ")
        if state.uidvalidity and validity == str(state.uidvalidity):
            return Shelf(state, listed, _up_to(int(last), listed) | held)
        history = Shelf(state, listed)
        history.answered()
        return history

    def _renamed(self, state: FolderState) -> Mark | None:
        """Return the mark of the folder that is called so by now: watched before, numbered like it, and gone from the server."""
        marks = self.guard.ledger.marks.all(self.guard.account)
        alike = [one for one in marks if one.uidvalidity == state.uidvalidity and one.folder not in self.folders]
        there = self.mailbox.folders() if alike and state.uidvalidity else ()
        gone = [one for one in alike if there and one.folder not in there]
        return gone[0] if len(gone) == 1 else None

    def _note_scan(self, state: FolderState) -> None:
        """Note what lies in a folder when a scan that is kept begins, whether or not it is asked for."""
        if self.keep and state.uidnext is not None:
            last, now = f"{state.uidvalidity} {state.uidnext - 1}", self.guard.clock()
            self.guard.ledger.learned.put(self.guard.account, SCANNED.format(state.name), last, now)

    def _before_the_guard(self) -> frozenset[int]:
        """Return the UIDs of what lay in the open folder before it was guarded."""
        since = self.mailbox.uids(since=self._guarded_since() - CLOCKS_DIFFER)
        return frozenset(self.mailbox.uids()).difference(since)

    def _goes_back(self, state: FolderState, mark: Mark) -> bool:
        """Return whether the server gives UIDs anew that it gave before, as after a backup was put back.

        UIDs may only grow (RFC 9051 section 2.3.1.1). A server whose messages have higher UIDs than it announces merely
        tells nonsense.
        """
        if mark.uidvalidity != state.uidvalidity or state.uidnext is None or state.uidnext > mark.uid:
            return False
        return max(self.mailbox.uids(), default=0) < state.uidnext

    def _is_known(self, place: Place, header: Message) -> bool:
        """Return whether the message that was examined at a place is the one that lies there now."""
        row = self.guard.ledger.seen.at(self.guard.account, place.folder, place.uidvalidity, place.uid)
        return row is not None and row.message_id == header.message_id and row.arrived == header.date

    def _is_wanted(self, raw: RawMessage) -> bool:
        if self.since is not None and raw.arrived < self.since:
            return False
        return self.until is None or raw.arrived < self.until

    def _newest(self) -> datetime:
        """Return when the newest mail of the open folder came, where this machine's clock tells an impossible time."""
        if self.guard.clock() >= WRITTEN:
            return _BEGINNING
        return max((raw.arrived for raw in self.mailbox.headers(self.mailbox.uids()[-1:])), default=_BEGINNING)

    def _guarded_since(self, at_least: datetime = _BEGINNING) -> datetime:
        ledger, account = self.guard.ledger, self.guard.account
        known = ledger.learned.get(account, GUARDED_SINCE)
        if known is None:
            now = self.guard.clock()
            known = max(now, at_least).isoformat()
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
            try:
                found += [] if folder in self.missing else self._fetch_folder(folder, list(group))
            except MailboxError as error:
                self._miss(folder, error)
        return sorted(found, key=lambda raw: (raw.arrived, raw.place))

    def _fetch_folder(self, folder: str, wanted: Sequence[Waiting]) -> list[RawMessage]:
        state = self.mailbox.open(folder)
        whole = sorted(one.uid for one in wanted if one.needs_body)
        rest = sorted({one.uid for one in wanted} - set(whole))
        texts = self._isolation.ask(state, "text", whole, self.mailbox.fetch)
        headers = self._isolation.ask(state, "header", rest, self.mailbox.headers)
        return [*texts, *headers]

    def _settle(self, chunk: Sequence[Waiting]) -> None:
        """Count a chunk as answered: its FETCH ended with OK, so that what did not come is gone."""
        for one in chunk:
            if one.folder not in self.missing:
                self._shelves[one.folder].settle(one.uid)
        self._advance()

    def _advance(self) -> None:
        if not self.keep or self.since is not None:
            return  # a scan may leave a gap behind it; only the pass that reads on from the mark may move it
        ledger, account, now = self.guard.ledger, self.guard.account, self.guard.clock()
        for folder, shelf in self._shelves.items():
            if shelf.anew and not shelf.is_done:
                continue  # behind a mark of the new numbers, the next pass would take history for new
            mark = Mark(account=account, folder=folder, uidvalidity=shelf.state.uidvalidity, uid=shelf.reached, at=now)
            if shelf.doubtful and shelf.is_done:
                ledger.marks.reset(account, folder)
            if mark.uid or ledger.marks.get(account, folder) is None:
                ledger.marks.advance(mark)


def _up_to(last: int, uids: Iterable[int]) -> frozenset[int]:
    return frozenset(uid for uid in uids if uid <= last)
