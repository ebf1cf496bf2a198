"""Carry out what is owed: look first where a try may have worked, do it, read it back, write it down."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from banken.i18n import _
from banken.ledger import Ledger, LedgerError, OutboxRow, OutboxState, Owed, crash_point
from banken.mailbox.errors import FolderMissing, MailboxError, Refused, Unreachable
from banken.mailbox.header import message_ids
from banken.mailbox.model import Mailbox
from banken.respond import letter, news
from banken.respond.advice import Advice
from banken.respond.answering import Answering, answering
from banken.respond.labels import keyword
from banken.respond.model import FACTS_JSON, LABEL_JSON, REMINDER_JSON, Label, Spot, WarningSettings
from banken.respond.news import HOUSE
from banken.respond.outcome import Outcome, utc_now
from banken.respond.post import Post, PostError
from banken.respond.way import KIND

_MANY = ("gmail", "keyword")
"""Ways of labelling that bear a label for each category; a copy in a folder or a flag is made once, for the level."""

_INBOX = "INBOX"
"""The folder that every mailbox has (RFC 9051 section 5.1)."""

_PATIENCE = 4
"""How often a warning is tried with the original attached."""

_BELIEVED = 3
"""So often a label is tried before a refusal is believed, and it must have been refused the time before as well: a refusal may
be the answer to a command that was garbled on the way."""


def carry_out(
    ledger: Ledger,
    account: str,
    mailbox: Mailbox | None,
    settings: WarningSettings,
    advice: Advice,
    *,
    shelter: str = HOUSE,
    clock: Callable[[], datetime] = utc_now,
) -> Outcome:
    """Carry out all that is due for an account, each action at most once; return what became of it.

    Without a `mailbox` only what goes by SMTP is tried. Other ways than mail are used by `send_notices`. `shelter`: the account
    whose inbox takes what the submission server refuses for good, where it is not this one's: of the house, of an account
    that is not configured any more; HOUSE for none.

    Failures of servers are no exceptions here: they stand in the outbox, with the time of the next try. Raises
    LedgerError.
    """
    outcome = Outcome()
    hands = Hands(ledger=ledger, box=mailbox, settings=settings, advice=advice, shelter=shelter, clock=clock)
    by = "smtp:" if mailbox is None else ""
    with hands:
        while rows := ledger.outbox.due(clock(), account, by=by, but_not_to=f"{KIND}:"):
            for row in rows:
                outcome.add(hands.carry(row))
    return outcome


def _refuses(row: OutboxRow, error: MailboxError) -> bool:
    """Return whether the server refuses a label: it has answered, while a line that is lost leaves it in doubt."""
    return row.action == "label" and isinstance(error, FolderMissing | Refused)


def _hopeless(row: OutboxRow) -> bool:
    """Return whether trying again is of no use once a label is refused: it was the time before, too.

    A wrong password is set right some day, a full mailbox emptied; a message that is gone may turn up in another
    folder; and the inbox is the last way a warning has.
    """
    return row.tries >= _BELIEVED and not row.doubtful


@dataclass(slots=True, kw_only=True)
class Hands:
    """One account's mailbox and one connection to its submission server; a context manager."""

    ledger: Ledger
    box: Mailbox | None
    settings: WarningSettings
    advice: Advice
    shelter: str
    clock: Callable[[], datetime]
    _post: Post | None = None

    def __enter__(self) -> Self:
        if self.settings.smtp is not None:
            self._post = Post(self.settings.smtp)
        return self

    def __exit__(self, *_error: object) -> None:
        if self._post is not None:
            self._post.close()

    @property
    def mailbox(self) -> Mailbox:
        """The account's mailbox; raises Unreachable when there is none."""
        if self.box is None:
            raise Unreachable(_("no mailbox is open"))
        return self.box

    def carry(self, row: OutboxRow) -> OutboxRow | None:
        """Try one action; return its row as it stands then, None when another thread has it."""
        claimed = self.ledger.outbox.claim(row.id, self.clock())
        if claimed is None:
            return None
        try:
            self._settle(claimed)
        finally:
            self.ledger.outbox.let_go(row.id)
        return self.ledger.outbox.get(row.id)

    def _settle(self, claimed: OutboxRow) -> None:
        """Try a claimed action and write down what came of it."""
        try:
            self._try(claimed)
        except PostError as error:
            self._fail(claimed, str(error), permanent=error.permanent, doubtful=error.doubtful)
        except MailboxError as error:
            refused = _refuses(claimed, error)
            last_way = claimed.action != "label" and claimed.target.startswith("append:")
            given_up = refused and _hopeless(claimed)
            self._fail(claimed, str(error), permanent=given_up, doubtful=not refused, last_way=last_way)
        except LedgerError:
            raise
        except Exception as error:  # noqa: BLE001 - a mistake of ours must keep neither this warning nor the others back
            self.ledger.outbox.step_aside(claimed.id)
            self._fail(claimed, type(error).__name__, permanent=False, doubtful=True)

    def _try(self, row: OutboxRow) -> None:
        outbox = self.ledger.outbox
        if row.action == "label":
            put = self._label(row)
            if put is None:
                outbox.drop(row.id)
            else:
                outbox.done(row.id, self.clock(), put)
            return
        if row.doubtful and not self._must_repeat(row):
            return
        outbox.done(row.id, self.clock(), self._mail(row))

    def _must_repeat(self, row: OutboxRow) -> bool:
        """Settle a warning that may have gone out already; return whether it has to go out (again)."""
        outbox, now = self.ledger.outbox, self.clock()
        there = self._is_there(row)
        if row.tried > now:  # the clock was set back: its time is counted from now on
            outbox.again(row.id, now)
        on_its_way = min(row.tried, now) + self.settings.settle - now
        if there:
            outbox.done(row.id, now, _("it had arrived already"))
        elif there is False and row.target.startswith("smtp:") and on_its_way > timedelta(0):
            outbox.retry(row.id, now, _("it may be on its way"), doubtful=True, wait=on_its_way)
        else:
            outbox.again(row.id, now)
            return True
        return False

    def _label(self, row: OutboxRow) -> str | None:
        """Label a message where it lies now; return how, None when it is gone (and nothing is owed to it any more)."""
        action = LABEL_JSON.validate_json(row.payload)
        uid = self._lies_at(row, action)
        if uid is None:
            return None
        level, *categories = map(keyword, action.keys)
        labelled = self.mailbox.label(uid, [level])
        if categories and labelled.how in _MANY:
            labelled = self.mailbox.label(uid, [level, *categories])
        crash_point("label.put")
        return f"{labelled.how}: {labelled.name}"

    def _mail(self, row: OutboxRow) -> str:
        kind, _colon, target = row.target.partition(":")
        # A mail over whose text the connection is lost each time must not keep its own warning back.
        wanted = row.action == "warn" and row.tries <= _PATIENCE
        original = self._original(row) if wanted else None
        gone = bool(self.shelter)  # its own inbox cannot take it: nobody looks into its mailbox
        way = answering(self.ledger, self.box, row, self.settings, gone=gone) if row.action == "warn" else None
        if kind == "append":
            mail = self._letter(row, self.settings.to[0] if self.settings.to else "", original, eight_bit=True, way=way)
            # News may have been owed with the settings of the account that they tell of, and lie with another one's.
            folder = self._put(self.settings.folder if row.action == news.ACTION else target, mail)
            crash_point("warning.accepted")
            return _("put into {folder}").format(folder=folder)
        if self._post is None:
            raise PostError(_("no SMTP server is set"), permanent=True)

        def write(eight_bit: bool, largest: int | None) -> bytes:
            mail = self._letter(row, target, original, eight_bit=eight_bit, way=way)
            too_big = largest is not None and len(mail) > largest
            return self._letter(row, target, None, eight_bit=eight_bit, way=way) if too_big else mail

        return self._post.send(self.settings.sender or target, target, write)

    def _put(self, folder: str, mail: bytes) -> str:
        """Put a mail into a folder, or into the inbox where that folder is gone; return which it was."""
        try:
            self.mailbox.append(folder, mail)
        except (FolderMissing, Refused) as error:
            if folder.upper() == _INBOX or (isinstance(error, Refused) and self._opens(folder)):
                raise
        else:
            return folder
        self.mailbox.append(_INBOX, mail)
        return _INBOX

    def _letter(
        self, row: OutboxRow, to: str, original: bytes | None, *, eight_bit: bool, way: Answering | None = None
    ) -> bytes:
        to, now = to or self.settings.sender, self.clock()
        if row.action == news.ACTION:
            return news.write(row.payload, self.settings, to=to, message_id=row.message_id, now=now)
        if row.action == "remind":
            reminder = REMINDER_JSON.validate_json(row.payload)
            return letter.remind(reminder, self.settings, to=to, message_id=row.message_id, now=now)
        return letter.write(
            FACTS_JSON.validate_json(row.payload),
            self.advice,
            self.settings,
            to=to,
            message_id=row.message_id,
            now=now,
            original=original,
            eight_bit=eight_bit,
            answering=way,
        )

    def _original(self, row: OutboxRow) -> bytes | None:
        """Return the mail to attach; a warning without it is better than one that waits for a lost server."""
        facts = FACTS_JSON.validate_json(row.payload)
        try:
            uid = self._locate(facts.spot, facts.message_id)
            return None if uid is None else self.mailbox.original(uid, self.settings.original_limit)
        except MailboxError:
            return None

    def _lies_at(self, row: OutboxRow, action: Label) -> int | None:
        """Return a message's UID, with its folder open: where it was judged, else where it was seen since.

        One that was moved and not seen there yet is planned anew as soon as it is seen.
        """
        seen = reversed(self.ledger.seen.same(row.account, row.fingerprint))
        spots = [action.spot, *(Spot(one.folder, one.uidvalidity, one.uid) for one in seen)]
        for spot in dict.fromkeys(spots):
            with suppress(FolderMissing):
                uid = self._locate(spot, action.message_id)
                if uid is not None:
                    return uid
        return None

    def _locate(self, spot: Spot, message_id: str) -> int | None:
        """Return a message's UID now, with its folder open; None when it is gone from there.

        The UID is believed only with the Message-ID: a server may number its messages anew without saying so.
        """
        state = self.mailbox.open(spot.folder)
        if state.uidvalidity == spot.uidvalidity:
            there = next(iter(self.mailbox.headers([spot.uid])), None)
            if there is None:
                return None
            if not message_id or there.broken or message_id in message_ids(there.raw):
                return spot.uid
        return next(iter(self.mailbox.find(message_id)), None) if message_id else None

    def _is_there(self, row: OutboxRow) -> bool | None:
        """Return whether a warning lies in the worker's mailbox (in any folder: a filter or an answer may have moved it).

        None when that mailbox is not ours to look into, as the house has none. Raises MailboxError: whether it lies there
        will be known some day.
        """
        kind, _colon, target = row.target.partition(":")
        if kind != "append" and (row.account == HOUSE or target not in self.settings.watched):
            return None
        likely = target if kind == "append" else self.settings.folder
        return self._holds(likely, row.message_id) or any(
            self._holds(folder, row.message_id) for folder in self.mailbox.folders() if folder != likely
        )

    def _holds(self, folder: str, message_id: str) -> bool:
        return self._opens(folder) and bool(self.mailbox.find(message_id))

    def _opens(self, folder: str) -> bool:
        try:
            self.mailbox.open(folder)
        except (FolderMissing, Refused):  # a folder that only holds others (RFC 9051 section 7.3.1, \Noselect)
            return False
        return True

    def _fail(self, row: OutboxRow, why: str, *, permanent: bool, doubtful: bool, last_way: bool = False) -> None:
        """Write a failure down; a warning that is refused for good goes another way, into the inbox."""
        outbox, now = self.ledger.outbox, self.clock()
        with self.ledger.transaction():
            if permanent:
                outbox.failed(row.id, now, why)
            else:
                after = outbox.retry(row.id, now, why, doubtful=doubtful, last_way=last_way)
                permanent = after.state is OutboxState.FAILED
            account = self.shelter or row.account
            if permanent and account and row.action != "label" and row.target.startswith("smtp:"):
                outbox.plan([self._another_way(row, account)], now)

    def _another_way(self, row: OutboxRow, account: str) -> Owed:
        target, payload = f"append:{self.settings.folder}", row.payload
        if row.action == "warn" and account != row.account:
            facts = replace(FACTS_JSON.validate_json(payload), elsewhere=row.account)
            payload = FACTS_JSON.dump_json(facts).decode()
        return Owed(
            account=account,
            fingerprint=row.fingerprint,
            action=row.action,
            target=target,
            deal=row.deal,
            lane=f"{account}/{row.deal}/{target}" if row.deal else "",
            message_id=row.message_id,
            payload=payload,
        )
