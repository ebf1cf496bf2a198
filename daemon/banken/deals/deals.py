"""The deals: every mail tied to one, every event kept, and how far each had come at any moment."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from banken.deals import reasons
from banken.deals.alarms import FALSE_ALARM, from_then_on, in_mail
from banken.deals.courses import Courses
from banken.deals.fold import PERMISSION, STAGE, Course, counts
from banken.deals.model import WORKER, Deal, Effect, EventStore, Key, Known, Line, Noted, Spoken, Tie
from banken.deals.names import Names
from banken.deals.register import MERGE, SPLIT, TIE, Register
from banken.deals.reminders import DUE, TALK, Reminder, ReminderRule, day_of, reminders
from banken.deals.told import ALWAYS, Told, ToldClients
from banken.deals.tying import Tier, Traits, conversation, told_addresses, traits
from banken.deals.undoing import ASKED, forsake, rejoined, take_back
from banken.i18n import _
from banken.message.model import Message
from banken.words import Authentic, Channel, Event, Permission, Stage, Standing

MAIL = "mail:"
"""Kind of the line that every tied mail leaves in the timeline; what follows is its kind."""

KEYS = ("contract", "proposal", "message", "job", "title", "client", "address")
"""Kinds of keys that a person can tell apart."""

_ID_LENGTH = 8


class Deals:
    """All deals of one account.

    `effects` says what each event does (of all platforms in use), `company` which words of a name say nothing;
    `scope` (the account) keeps the ids of several accounts in one store apart; `told` is what the configuration says of
    clients; `zone` is where the worker lives, for the days that are told.
    """

    def __init__(
        self,
        store: EventStore,
        effects: Mapping[str, Effect],
        company: Sequence[str] = (),
        scope: str = "",
        told: Sequence[Told] = (),
        zone: tzinfo = UTC,
    ) -> None:
        self._scope = scope
        self._zone = zone
        self._store = store
        self._effects = effects
        self._names = Names(company)
        self._told = ToldClients(told, self._names)
        self._stamp: object = None
        self.reload()

    def reload(self) -> None:
        """Read everything from the store again, after what was written there was rolled back."""
        self._read()
        self._open_told()

    def refresh(self) -> None:
        """Read everything again when the store holds other rows than those that are known."""
        if self._stamp != self._store.stamp():
            self.reload()

    @contextmanager
    def step(self) -> Iterator[None]:
        """Within a transaction: begin with all that others wrote; what is written until its end is known to be our own."""
        self.refresh()
        self._stamp = None
        yield
        self._stamp = self._store.stamp()

    def _read(self) -> None:
        self._stamp = self._store.stamp()
        self._register = Register(self._store)
        self._courses = self._of(self._register)

    def _of(self, register: Register) -> Courses:
        return Courses(register, self._effects, self._told)

    def _open_told(self) -> None:
        """Open a deal for each client of the configuration of whom no mail has come yet."""
        for one, keys in self._told.unknown(self._register):
            deal = Deal(self._id("told", *map(str, keys)), one.since or ALWAYS, client=one.name, job=one.job)
            self._put(deal)
            self._key(deal.id, keys, deal.opened)

    # Mail

    def tie(self, spoken: Spoken, message: Message) -> Tie:
        """Return the deal that a mail is about; nothing is written down.

        A mail that was recorded before stays where it was tied then: what became known later changes no verdict.
        """
        told = self._register.told(message.fingerprint)
        if told is not None:
            return Tie(*told)
        found = traits(spoken, message, self._names)
        tie = Tier(self._register, self._names).tie(spoken, message, found)
        if tie.deal or found.main is not None:
            return tie
        return self._by_permission(spoken) or tie

    def record(self, spoken: Spoken, message: Message, tie: Tie | None = None) -> tuple[Tie, tuple[Event, ...]]:
        """Write down what a mail says; return its tie and its events, each with the deal.

        Only a genuine mail (`verified`) opens a deal with all its keys or joins two deals; another one may open a deal
        of its own, by one key, and can never lead one deal's mail to another. A mail that is recorded twice changes
        nothing.
        """
        found = traits(spoken, message, self._names)
        tie = tie if tie is not None else self.tie(spoken, message)
        # A notice of nothing that happened belongs to a deal, and teaches nothing of it.
        tells = spoken.channel is Channel.NOTIFICATION or bool(spoken.events)
        genuine, joined = spoken.authentic is Authentic.VERIFIED and tells, False
        if not tie.deal and self._opens(spoken, found):
            tie = Tie(self._open(spoken, message, found), _("a new deal"), sure=True)
        elif genuine and tie.deal:
            joined = self._join(tie.deal, found, message)
            tie = replace(tie, deal=self._register.now(tie.deal))
        if tie.deal and (genuine or spoken.channel is Channel.DIRECT):
            self._learn(tie, spoken, message, found, genuine=genuine)
        events = tuple(replace(event, deal=tie.deal or None, source=message.fingerprint) for event in spoken.events)
        self._write(events, spoken, message, tie, found)
        if joined or any(self._courses.permits(event) for event in events):
            self._adopt()
        return tie, events

    def _opens(self, spoken: Spoken, found: Traits) -> bool:
        told = spoken.channel is Channel.NOTIFICATION or any(event.believed for event in spoken.events)
        return told and spoken.authentic is not Authentic.FORGED and found.main is not None

    def _open(self, spoken: Spoken, message: Message, found: Traits) -> str:
        main = found.main
        assert main is not None
        deal = Deal(
            id=self._id(spoken.platform, str(main), found.client),
            opened=message.date,
            platform=spoken.platform,
            client=spoken.client,
            job=spoken.job,
        )
        self._put(deal)
        self._key(deal.id, [main], message.date)
        if spoken.authentic is Authentic.VERIFIED:
            self._learn(Tie(deal.id, "", sure=True), spoken, message, found, genuine=True)
        return deal.id

    def _join(self, deal: str, found: Traits, message: Message) -> bool:
        """Merge the deals that one genuine mail shows to be the same; return whether there were others."""
        joined = False
        for other in Tier(self._register, self._names).all_numbered(found):
            if other != deal and not (self._register.is_apart(other) or self._register.is_apart(deal)):
                event = Event(MERGE, message.date, believed=True, why=_("one mail names both"), deal=deal)
                self._note(replace(event, source=message.fingerprint), other)
                joined = True
        return joined

    def _learn(self, tie: Tie, spoken: Spoken, message: Message, found: Traits, *, genuine: bool) -> None:
        """Remember what leads to the deal: of genuine mail all, of direct mail only its thread."""
        names = [message.message_id, *conversation(message)]
        keys = [Key("thread", name) for name in names if name]
        if genuine:
            keys += found.numbers
            # A deal keeps its first title: another one in later mail may be a client's word.
            titled = self._register.keys_of(tie.deal, "title")
            keys += [Key("title", found.title)] if found.title and not titled else []
            keys += [Key("client", found.client)] if found.client else []
            keys += [Key("address", one) for one in told_addresses(spoken, message)]
            self._complete(tie.deal, spoken)
        self._key(tie.deal, keys, message.date)

    def _complete(self, deal: str, spoken: Spoken) -> None:
        known = self._register.deal(deal)
        if known is not None and ((spoken.client and not known.client) or (spoken.job and not known.job)):
            self._put(replace(known, client=known.client or spoken.client, job=known.job or spoken.job))

    def _write(self, events: Iterable[Event], spoken: Spoken, message: Message, tie: Tie, found: Traits) -> None:
        note = ASKED if tie.asked else str(found.main or "")
        for event in events:
            self._note(event, note)
        if tie.deal:
            believed = spoken.authentic is Authentic.VERIFIED
            due = day_of(spoken.due, message.date) if believed and spoken.due else None
            facts = [(TALK + said, "") for said in spoken.talk]
            facts += [(f"{DUE}{due.isoformat()}", "")] if due else []
            facts.append((MAIL + spoken.kind, tie.why))
            for kind, why in facts:
                self._note(Event(kind, message.date, believed, why, tie.deal, message.fingerprint), note)

    # Permission without a name

    def _by_permission(self, spoken: Spoken) -> Tie | None:
        """Tie the office's answer that names no job to the one deal that waits for an answer."""
        waiting = next((some for one in spoken.events if one.believed and (some := self._courses.waiting(one))), [])
        why = _("the only deal that waits for this answer")
        return Tie(waiting[0], why, sure=False, asked=True) if len(waiting) == 1 else None

    def _adopt(self) -> None:
        """Give an answer that nobody, or more than one, had asked for to the only deal that turned out to wait for it."""
        for noted in self._register.orphans():
            if counts(noted) and not noted.note and self._register.told(noted.event.source) is None:
                waiting = self._courses.waiting(noted.event)
                if len(waiting) == 1:
                    self._give(replace(noted.event, deal=waiting[0]))

    def _give(self, answer: Event) -> None:
        """Give an answer to its deal, also when that had it before and it was taken back with something else."""
        mine = (answer.source, answer.kind, answer.deal, ASKED)
        for noted in self._store.list():
            if (noted.event.source, noted.event.kind, noted.event.deal, noted.note) == mine:
                self._store.redo(noted.number)
                self._read()
                return
        self._note(answer, ASKED)

    # How far

    def standing(self, deal: str, at: datetime, own: str = "") -> Standing:
        """Return how far `deal` had come before `at`, and by the mail `own` itself and what was read before it of `at`."""
        if not deal or (known := self._register.deal(deal)) is None:
            return Standing(why=_("no deal is known for it"))
        course = self._courses.of(deal, at, own)
        why = reasons.why(course.by, self._effects, self._zone)
        since = None if course.since == ALWAYS else course.since
        return Standing(course.stage, course.permission, self._register.now(deal), since, why, known.client)

    def has_contract(self, deal: str, at: datetime) -> bool:
        """Whether any deal with the client of `deal` is, or was, under contract before `at`."""
        names = self._register.keys_of(deal, "client") if deal else frozenset()
        theirs = {other for name in names for other in self._register.by(Key("client", name))} | {deal}
        return any(self._courses.of(one, at).stage in (Stage.UNDER, Stage.COMPLETED) for one in theirs if one)

    def title(self, kind: str) -> str:
        """Return an event's name for people."""
        return reasons.title(kind, self._effects)

    def timeline(self, deal: str) -> tuple[Line, ...]:
        """Return everything that happened in a deal, in order of time, and how far it was after each.

        What the configuration says without a day moves the deal, and is no line: it has no place in time.
        """
        course = Course()
        lines = []
        for noted in self._courses.events(deal):
            if counts(noted):
                course.take(noted, self._effects)
            if noted.event.at > ALWAYS:
                line = Line(noted.number, noted.event, noted.note, noted.undone, course.stage, course.permission)
                lines.append(line)
        return tuple(lines)

    def reminders(self, rules: Sequence[ReminderRule], now: datetime) -> tuple[Reminder, ...]:
        """Return the reminders that are due at `now`, of all deals."""
        return tuple(
            one
            for deal in self.deals()
            for one in reminders(deal.id, self._courses.events(deal.id), rules, self._effects, now)
        )

    def deals(self) -> tuple[Deal, ...]:
        """Return all deals, the oldest first."""
        return tuple(sorted(self._register.deals(), key=lambda deal: (deal.opened, deal.id)))

    def members(self, deal: str) -> tuple[str, ...]:
        """Return the ids under which a deal was ever known."""
        return tuple(self._register.members(deal))

    def deal(self, deal: str) -> Deal | None:
        """Return a deal by its id; one that was merged, as what it goes on as."""
        return self._register.deal(deal)

    def find(self, text: str) -> tuple[Deal, ...]:
        """Return the deals that a person may mean by `text`: the id or its beginning, a client, a title, a number."""
        wanted = self._names.name(text)
        exact = self._register.deal(text)
        if exact is not None:
            return (exact,)
        return tuple(
            deal
            for deal in self.deals()
            if deal.id.startswith(text.lower())
            or (wanted and any(wanted in self._names.name(one) for one in (deal.client, deal.job)))
            or any(text in self._register.keys_of(deal.id, kind) for kind in ("contract", "proposal", "message", "job"))
        )

    def known(self) -> Known:
        """Return whom the deals know."""
        return Known(
            addresses={key.value: deal for key, deal in self._register.keys("address")},
            names={deal.client: deal.id for deal in self.deals() if deal.client},
            threads=self._register.leading("thread"),
        )

    def hears_from(self, address: str) -> bool:
        """Whether a client is known to write from a mail address."""
        return bool(self._register.by(Key("address", address)))

    # What the worker sets right

    def set_stage(self, deal: str, stage: Stage, at: datetime, of: Key | None = None) -> int:
        """Put a deal at a stage from `at` on; return the number by which it can be undone.

        `of`: the mail on which the worker said so; it counts for the deal of that mail, wherever that goes.
        """
        return self._correct(Event(STAGE + stage, at, believed=True, deal=deal), str(of or ""))

    def set_permission(self, deal: str, permission: Permission, at: datetime, of: Key | None = None) -> int:
        """Set what the office said of a deal, from `at` on; return the number by which it can be undone.

        `of` as in `set_stage`.
        """
        return self._correct(Event(PERMISSION + permission, at, believed=True, deal=deal), str(of or ""))

    def let_go(self, deal: str, rule: str, at: datetime, of: Key) -> int:
        """Say that a rule's alarm was false: in the mail `of`, and from `at` on in its deal ("": of the writer `of`).

        Return the number by which it can be undone.
        """
        return self._correct(Event(FALSE_ALARM + rule, at, believed=True, deal=deal), str(of))

    def silenced_in(self, deal: str, mail: str) -> frozenset[str]:
        """Return the rules whose alarms the worker called false in this very mail."""
        return in_mail([*self._register.orphans(), *self._register.events(deal)], mail)

    def silenced(self, deal: str, at: datetime, of: Key | None = None) -> frozenset[str]:
        """Return the rules whose alarms the worker called false before `at`: in a deal, or of a writer without one."""
        if deal:
            return from_then_on(self._register.events(deal), at)
        return from_then_on(self._register.orphans(), at, of) if of is not None else frozenset()

    def merge(self, keep: str, other: str, at: datetime) -> int:
        """Make one deal of two; return the number by which it can be undone."""
        return self._correct(Event(MERGE, at, believed=True, deal=keep), other)

    def split(self, deal: str, key: Key, at: datetime) -> tuple[int, str]:
        """Make what `key` leads to a deal of its own; return the number to undo it, and the new deal's id."""
        old = self._register.deal(deal)
        new = self._id("split", deal, str(key))
        self._put(Deal(new, at, old.platform if old else "", old.client if old else ""))
        return self._correct(Event(SPLIT, at, believed=True, deal=new), str(key)), new

    def tie_address(self, deal: str, address: str, at: datetime) -> int:
        """Let mail from `address` lead to a deal; return the number by which it can be undone."""
        return self._correct(Event(TIE, at, believed=True, deal=deal), str(Key("address", address.lower())))

    def keys(self, deal: str) -> tuple[Key, ...]:
        """Return what leads mail to a deal, without the threads of mails."""
        return tuple(key for kind in KEYS for key in self._register.keys_to(deal, kind))

    def undo(self, number: int) -> bool:
        """Take back one event or correction; False when there is none, or it is taken back already."""
        done = self._store.undo(number)
        if done:
            forsake(self._store, number)
            take_back(self._store, number, self._of)
        self._read()
        if done:
            for old, new, at in rejoined(self._store, self._register, number):
                self.merge(old, new, at)
            self._adopt()
        return done

    def _correct(self, event: Event, note: str = "") -> int:
        number = self._store.append(replace(event, source=WORKER), note)
        self._read()
        assert number is not None  # the worker may say the same thing twice
        self._adopt()
        return number

    def _id(self, *parts: str) -> str:
        return hashlib.sha256("\n".join((self._scope, *parts)).encode()).hexdigest()[:_ID_LENGTH]

    # Writing

    def _put(self, deal: Deal) -> None:
        self._store.put(deal)
        self._register.add_deal(deal)

    def _key(self, deal: str, keys: Sequence[Key], at: datetime) -> None:
        self._store.tie(deal, keys, at)
        for key in keys:
            self._register.add_key(deal, key)

    def _note(self, event: Event, note: str) -> None:
        number = self._store.append(event, note)
        if number is not None:
            noted = Noted(number, event, note)
            self._register.correct(noted)
            self._register.add_event(noted)
