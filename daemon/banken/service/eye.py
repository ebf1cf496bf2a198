"""One look at one account: read what is new, carry out what is owed."""

from __future__ import annotations

import structlog

from banken.config import Account
from banken.guard import Examined, Guard
from banken.ledger import Ledger, LedgerError
from banken.mailbox.errors import LoginRefused, MailboxError, TooMany
from banken.mailbox.imap import ImapMailbox
from banken.platform import UNKNOWN, shapes
from banken.respond import carry_out, send_notices
from banken.service import house as rooms
from banken.service import missing
from banken.service.answers import take_answers
from banken.service.catchup import CatchUp
from banken.service.runner import LOOK_SECONDS, Leash
from banken.words import Authentic

log = structlog.get_logger("banken")


class Eye:
    """Looks at the accounts of a house, each by one thread at a time, and keeps a guard for each."""

    def __init__(self, house: rooms.House, ledger: Ledger) -> None:
        self.house = house
        self._ledger = ledger
        self._guards: dict[str, Guard] = {}
        self._refused: set[str] = set()

    def look(self, account: Account, leash: Leash) -> None:
        """Look at an account once; ends early when the leash is pulled. Raises MailboxError, SecretError, LedgerError."""
        try:
            # After a refused login the secret is fetched anew: it may have been changed meanwhile.
            with rooms.mailbox(account, fresh=account.name in self._refused) as box:
                self._refused.discard(account.name)
                leash.attach(box.cut)
                self._look(account, box, leash)
        except LoginRefused:
            self._refused.add(account.name)
            raise
        except LedgerError:
            self._guards.pop(account.name, None)  # what it noted may have been rolled back
            raise

    def _look(self, account: Account, box: ImapMailbox, leash: Leash) -> None:
        guard = self._guard(account)
        guard.deals.refresh()  # the worker may have set one right by `banken deals` in the meantime
        guard.elsewhere = rooms.known_elsewhere(self.house, account.name, self._ledger)
        found = 0
        catch_up = CatchUp(guard=guard, mailbox=box, folders=account.folders, listing=LOOK_SECONDS / 3)
        for examined in catch_up.run():
            found += bool(examined.verdict.level)
            self._tell_unknown(account, examined)
            if leash.pulled:
                return
        awaited = missing.note(
            self._ledger,
            account.name,
            account.folders,
            catch_up.missing,
            guard.warning,
            now=guard.clock(),
            patience=self.house.config.health.unreachable,
        )
        outcome = carry_out(self._ledger, account.name, box, guard.warning, self.house.advice)
        trouble = self._take_answers(guard, box, account)
        if not awaited and not catch_up.behind:  # else what it would remind of may have come
            guard.remind(guard.clock())
        if trouble is None or not trouble.lost:
            outcome.take(carry_out(self._ledger, account.name, box, guard.warning, self.house.advice))
        outcome.take(send_notices(self._ledger, account.name, guard.warning))
        log.info(
            "looked",
            account=account.name,
            found=found,
            done=len(outcome.done),
            later=len(outcome.later),
            failed=len(outcome.failed),
            held=len(outcome.held),
            set_aside=len(catch_up.poisoned),
        )
        if isinstance(trouble, TooMany):  # the server wants to be left alone for a while
            raise trouble

    def _take_answers(self, guard: Guard, box: ImapMailbox, account: Account) -> MailboxError | None:
        """Take the worker's answers, behind all else: whatever is wrong with them keeps no mail unguarded; return it."""
        try:
            take_answers(guard, box, account.folders)
        except MailboxError as error:
            log.warning("answers not read", account=account.name, why=str(error))
            return error
        return None

    def _tell_unknown(self, account: Account, examined: Examined) -> None:
        """Log the shape of genuine mail that no kind fits: `banken platform unknown` tells how to add it."""
        mail = examined.correspondence
        if mail.kind == UNKNOWN and mail.authentic is Authentic.VERIFIED:
            packs = (pack for pack in self.house.packs if pack.id == mail.platform)
            found = [shape.pattern for pack in packs for shape in shapes(pack, [examined.message.subject])]
            log.info("unknown kind of mail", account=account.name, shape=found)

    def _guard(self, account: Account) -> Guard:
        if account.name not in self._guards:
            self._guards[account.name] = rooms.account_guard(self.house, account, self._ledger)
        return self._guards[account.name]
