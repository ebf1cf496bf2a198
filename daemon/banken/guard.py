"""The chain of the house, in one place: a raw message becomes a verdict and what is owed for it.

    mailbox ──▶ message ──▶ platform ──▶ deals ──▶ judge ──▶ respond        (ledger under all of it)

`Guard.look` and `Guard.examine` are that line; `Guard.remember` writes all that came of one message down in a single step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice

from banken.deals import Deals, Reminder, ReminderRule, Tie, writer
from banken.i18n import _
from banken.judge import Case, Judge
from banken.ledger import Ledger, SeenMessage, SeenState, crash_point
from banken.mailbox.model import Place, RawMessage
from banken.message import Limits, Message, read
from banken.message.authenticity import Authenticity, authenticate
from banken.message.dns import Resolver
from banken.message.notes import Note
from banken.message.subject import is_new
from banken.platform import AddressBook, Correspondence, Recogniser
from banken.respond import Action, Label, ReminderFacts, Spot, WarningSettings, owe, plan, plan_reminder
from banken.words import (
    Authentic,
    Category,
    Channel,
    Event,
    Excused,
    Finding,
    Permission,
    Stage,
    Standing,
    Verdict,
    strongest,
)

NOT_JUDGED = Verdict(None)
"""The verdict on mail that nobody's asks are looked for in."""

_MOST_PARENTS = 20
"""Mails that one mail says it answers, of which it is looked up whether they are ours; the nearest first."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the guard knows of the world: the platforms, and how to judge."""

    recogniser: Recogniser
    domains: tuple[str, ...]
    """The domains from which the platforms send."""
    judge: Judge
    rules_version: str
    reminders: tuple[ReminderRule, ...] = ()
    """When to remind the worker of what."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose word on a sender counts: the worker's own mail server's, else DKIM (asked of `resolver`)."""

    authservs: tuple[str, ...] = ()
    resolver: Resolver | None = None


@dataclass(frozen=True, slots=True)
class Assumed:
    """What a person says of the mail at hand: its sender is a client, and so far the deal has come."""

    stage: Stage
    permission: Permission = Permission.NONE


@dataclass(frozen=True, slots=True)
class Look:
    """One message, read, and whether it is from whom it says."""

    place: Place
    message: Message
    proof: Authenticity


@dataclass(frozen=True, slots=True)
class Examined:
    """One message and all that the house thinks of it."""

    account: str
    place: Place
    message: Message
    correspondence: Correspondence
    tie: Tie
    standing: Standing
    events: tuple[Event, ...]
    verdict: Verdict
    actions: tuple[Action, ...] = ()
    fine: tuple[Finding, ...] = ()
    """What was found but the worker called a false alarm in this very mail."""


_CUT = frozenset({Note.CUT_MESSAGE, Note.CUT_TEXT, Note.CUT_PARTS, Note.CUT_DEPTH, Note.CUT_TIME})
"""Notes that say that more stood in a mail than was read."""


@dataclass(slots=True, kw_only=True)
class Guard:
    """Guards one account."""

    account: str
    knowledge: Knowledge
    ledger: Ledger
    deals: Deals
    warning: WarningSettings
    trust: Trust = Trust()
    limits: Limits = field(default_factory=Limits)
    clients: Mapping[str, str] = field(default_factory=dict)
    """Addresses that the worker named as clients', each with its deal ("" for none)."""
    elsewhere: frozenset[str] = frozenset()
    """Addresses from which clients are known to write to the worker's other accounts."""
    own: frozenset[str] = frozenset()
    """The worker's own addresses."""
    assume: Assumed | None = None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def needs_body(self, header: Message) -> bool:
        """Whether more than the header of a mail must be fetched; of a mailing, when it comes from a client's address."""
        address = header.sender.address
        known = address in self.clients or address in self.elsewhere or self.deals.hears_from(address)
        return self.knowledge.recogniser.needs_body(header) or (known and not header.own)

    def look(self, raw: RawMessage) -> Look:
        """Read a message and find out who sent it: all that may ask the network or take its time."""
        message = read(raw.raw, arrived=raw.arrived, limits=self.limits, complete=raw.complete)
        return Look(raw.place, replace(message, own=self._is_own(message), thread=raw.thread), self._prove(message))

    def examine(self, look: Look, *, explain: bool = False) -> Examined:
        """Return what is thought of one message. Its events are known to `deals` from now on; nothing else is kept."""
        message = look.message
        mail = self.knowledge.recogniser.recognise(message, look.proof, self._book(message))
        tie, events = self._tied(message, mail)
        standing = self._standing(tie, message, mail)
        verdict, fine = self._silenced(self._judge(message, mail, standing, explain=explain), message, mail, standing)
        actions = plan(verdict, message, mail, standing, spot=_spot(look.place), settings=self.warning)
        return Examined(self.account, look.place, message, mail, tie, standing, events, verdict, tuple(actions), fine)

    def remember(self, examined: Examined) -> bool:
        """Write down one examined message and what is owed for it, as one step; return whether that is anything new.

        For one that was examined elsewhere only labels are owed: what was owed then is settled, or still stands in the
        outbox. It may be years old, and the settings or the rules others since.
        """
        fingerprint, here = examined.message.fingerprint, _spot(examined.place)
        with self.ledger.transaction():
            known = {_spot(one) for one in self.ledger.seen.same(self.account, fingerprint)}
            row = self.ledger.seen.record(self._row(examined, moved=bool(known - {here})))
            found = (*examined.verdict.findings, *examined.fine)  # what an answer was about is not forgotten
            self.ledger.findings.record(row, found, self.knowledge.rules_version)
            is_copy = bool(known) and here not in known
            actions = [one for one in examined.actions if isinstance(one, Label) or not is_copy]
            new = owe(self.ledger, self.account, fingerprint, actions, self.clock())
            crash_point("examine.written")
        return bool(new)

    def forgot(self, look: Look) -> bool:
        """Return whether the words of this very mail were erased before; then only where it lies now is written down."""
        known = self.ledger.seen.same(self.account, look.message.fingerprint)
        row = next((one for one in known if one.state is SeenState.FORGOTTEN), None)
        if row is not None:
            at = look.place
            here = replace(row, folder=at.folder, uidvalidity=at.uidvalidity, uid=at.uid, file=at.file)
            self.ledger.seen.record(replace(here, examined=self.clock()))
        return row is not None

    def remind(self, now: datetime) -> int:
        """Write down the reminders that are due at `now`; return how many are new. Each is given once."""
        due = self.deals.reminders(self.knowledge.reminders, now)
        return sum(
            owe(self.ledger, self.account, one.key, plan_reminder(self._facts(one), self.warning), now) for one in due
        )

    def _facts(self, reminder: Reminder) -> ReminderFacts:
        deal = self.deals.deal(reminder.deal)
        return ReminderFacts(
            key=reminder.key,
            title=reminder.title,
            text=reminder.text,
            as_of=reminder.as_of,
            source=reminder.source,
            client=deal.client if deal else "",
            job=deal.job if deal else "",
            deal=reminder.deal,
            stage=reminder.stage,
            since=reminder.since,
        )

    def _is_own(self, message: Message) -> bool:
        """Whether a mail is ours, or what a machine sent back for one of ours: a delivery failure, a holiday notice.

        Anyone can write our header into a mail; ours is only what the outbox knows that we wrote.
        """
        wrote = self.ledger.outbox.wrote
        if message.own and wrote(message.message_id):
            return True
        if not self.knowledge.recogniser.is_machine(message):
            return False
        parents = dict.fromkeys((*message.in_reply_to, *reversed(message.references)))
        return any(wrote(one) for one in islice(parents, _MOST_PARENTS))

    def _prove(self, message: Message) -> Authenticity:
        return authenticate(
            message,
            domains=self.knowledge.domains,
            trusted=self.trust.authservs,
            resolver=self.trust.resolver,
        )

    def _book(self, message: Message) -> AddressBook:
        known = self.deals.known()
        clients = {**dict.fromkeys(self.elsewhere, ""), **self.clients, **known.addresses}
        if self.assume is not None:
            clients.setdefault(message.sender.address, "")
        return AddressBook(clients, known.names, self.own, known.threads)

    def _tied(self, message: Message, mail: Correspondence) -> tuple[Tie, tuple[Event, ...]]:
        if message.own or mail.channel is Channel.UNRELATED:
            return Tie("", _("no mail of this work")), ()
        return self.deals.record(mail, message)

    def _standing(self, tie: Tie, message: Message, mail: Correspondence) -> Standing:
        standing = self.deals.standing(tie.deal, message.date, own=message.fingerprint)
        if self.assume is None:
            return standing if self._is_whose(mail) else _not_approved(standing)
        return replace(standing, stage=self.assume.stage, permission=self.assume.permission, why=_("as you said"))

    def _is_whose(self, mail: Correspondence) -> bool:
        """Whether a mail is the client's by more than the name and the title in it, which anybody can read on the site."""
        address = mail.client_address
        return mail.channel is not Channel.DIRECT or address in self.clients or self.deals.hears_from(address)

    def _judge(self, message: Message, mail: Correspondence, standing: Standing, *, explain: bool) -> Verdict:
        if message.own or not (mail.judged or mail.impersonates or _is_forged(mail)):
            return NOT_JUDGED
        asked = case(message, mail, standing)
        if asked.reached and self.deals.has_contract(standing.deal or "", message.date):
            asked = replace(asked, reached=False)
        return self.knowledge.judge.judge(asked, explain=explain)

    def _silenced(
        self, verdict: Verdict, message: Message, mail: Correspondence, standing: Standing
    ) -> tuple[Verdict, tuple[Finding, ...]]:
        """Return the verdict without what the worker called a false alarm before, and what was so in this very mail."""
        deal = standing.deal or ""
        here = self.deals.silenced_in(deal, message.fingerprint)
        who = writer(mail.channel, message.sender.address, mail.client)
        gone = _gone(verdict, here | self.deals.silenced(deal, message.date, who))
        return _without(verdict, gone), tuple(one for one in gone if one.rule in here)

    def _row(self, examined: Examined, *, moved: bool) -> SeenMessage:
        message, mail, standing = examined.message, examined.correspondence, examined.standing
        ours = mail.channel is not Channel.UNRELATED and not message.own
        state = SeenState.MOVED if moved else SeenState.EXAMINED if ours else SeenState.SKIPPED
        return SeenMessage(
            account=self.account,
            folder=examined.place.folder,
            uidvalidity=examined.place.uidvalidity,
            uid=examined.place.uid,
            file=examined.place.file,
            arrived=message.date,
            examined=self.clock(),
            fingerprint=message.fingerprint,
            message_id=message.message_id,
            # Of mail that is none of our business nothing is kept but that it was seen.
            sender=message.sender.address if ours else "",
            subject=message.subject if ours else "",
            channel=mail.channel,
            kind=mail.kind,
            client=mail.client,
            deal=standing.deal or "",
            stage=standing.stage,
            permission=standing.permission,
            authentic=mail.authentic,
            level=examined.verdict.level or "",
            state=state,
            reason=examined.verdict.why,
            rules_version=self.knowledge.rules_version,
        )


def case(message: Message, mail: Correspondence, standing: Standing) -> Case:
    """Return what the judge is asked about one recognised mail."""
    return Case(
        text=message.text,
        segments=mail.segments or message.segments,
        channel=mail.channel,
        stage=standing.stage,
        permission=standing.permission,
        agent=mail.agent,
        links=message.links,
        subject=mail.job or message.subject,
        heading=heading(message, mail),
        known_client=bool(standing.deal),
        impersonates=mail.impersonates,
        unbelieved=_unproved(mail),
        forged=_is_forged(mail),
        partial=not _CUT.isdisjoint(message.notes),
        reached=mail.channel is Channel.DIRECT and standing.stage is Stage.BEFORE and bool(standing.deal),
    )


def heading(message: Message, mail: Correspondence) -> str:
    """Return the subject where it is a client's own new words, "" where it is the platform's or an older mail's."""
    return message.subject if mail.channel is Channel.DIRECT and is_new(message.subject) else ""


def _not_approved(standing: Standing) -> Standing:
    """Return how far a deal is for one who only says to be its client: what the office approved is not lent to them."""
    if standing.permission is not Permission.APPROVED:
        return standing
    doubt = _("{why}; what was approved does not count for this address, which is not known to be the client's")
    return replace(standing, permission=Permission.NONE, why=doubt.format(why=standing.why))


def _gone(verdict: Verdict, silenced: frozenset[str]) -> Sequence[Finding]:
    # Mail that pretends to be the platform's is never let go by one click on another such mail.
    return [one for one in verdict.findings if one.rule in silenced and one.category is not Category.IMPERSONATION]


def _without(verdict: Verdict, gone: Sequence[Finding]) -> Verdict:
    """Return the verdict without findings that the worker called false alarms."""
    if not gone:
        return verdict
    kept = tuple(one for one in verdict.findings if one not in gone)
    excused = tuple(
        Excused(one.category, one.rule, "false_alarm", next((e.text for e in one.evidence), "")) for one in gone
    )
    level = strongest([one.level for one in kept])
    return replace(verdict, level=level, findings=kept, excused=(*verdict.excused, *excused))


def _unproved(mail: Correspondence) -> tuple[str, ...]:
    """Return the events that a forged mail claims; mail that merely cannot be proved is shown as such, not accused."""
    return tuple(event.kind for event in mail.events if not event.believed) if _is_forged(mail) else ()


def _is_forged(mail: Correspondence) -> bool:
    return mail.authentic is Authentic.FORGED


def _spot(place: Place | SeenMessage) -> Spot:
    return Spot(place.folder, place.uidvalidity, place.uid)
