"""The worker's answers, given by a label in the mail program: how far a deal is, or that an alarm was false.

Each answer on a message is taken once. It counts from the moment it is seen, as `banken deals set` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import structlog

from banken.guard import Guard
from banken.ledger import Ledger, SeenMessage
from banken.mailbox.errors import FolderMissing, Refused
from banken.mailbox.imap import ImapMailbox
from banken.message import read_header
from banken.respond import Answer, answer_labels, answer_of
from banken.words import Category, Permission, Stage

log = structlog.get_logger("banken")

_STAGES = {Answer.CONTRACT: Stage.UNDER, Answer.DONE: Stage.COMPLETED}


def take_answers(guard: Guard, box: ImapMailbox, folders: Sequence[str]) -> int:
    """Look for the worker's marks and do what they say; return how many answers were new. Raises MailboxError."""
    labelled = sum(_take(guard, row, answer) for row, answer in _labelled(guard, box, folders))
    return labelled + _from_folders(guard, box)


def _labelled(guard: Guard, box: ImapMailbox, folders: Sequence[str]) -> Iterator[tuple[SeenMessage, Answer]]:
    """Yield the messages with an answer as a keyword or as Gmail's label."""
    for folder in folders:
        try:
            state = box.open(folder)
        except (FolderMissing, Refused):
            continue  # the catch-up tells of it
        for uid in box.marked(answer_labels()):
            row = guard.ledger.seen.at(guard.account, folder, state.uidvalidity, uid)
            about = _about(guard, row.message_id, row) if row is not None else None
            answers = {answer for label in box.labels(uid) if (answer := answer_of(label)) is not None}
            if about is not None:
                yield from ((about, answer) for answer in Answer if answer in answers)


def _from_folders(guard: Guard, box: ImapMailbox) -> int:
    """Take the answers that are given by putting a mail into a folder called like one (a label, on Gmail)."""
    taken = 0
    for folder in box.folders():
        answer = answer_of(folder.removeprefix(box.abilities.prefix).replace(box.abilities.separator, "/"))
        if answer is not None:
            taken += _from_folder(guard, box, folder, answer)
    return taken


def _from_folder(guard: Guard, box: ImapMailbox, folder: str, answer: Answer) -> int:
    """Take the answer of each mail in a folder that is new there; mail that was not examined yet is looked at again."""
    name = f"answers read {folder} {box.open(folder).uidvalidity}"
    read = int(guard.ledger.learned.get(guard.account, name) or 0)
    taken, reached, known = 0, read, True
    for raw in box.headers(box.uids(after=read)):
        about = _about(guard, read_header(raw.raw, arrived=raw.arrived).message_id)
        taken += about is not None and _take(guard, about, answer)
        known = known and about is not None
        reached = raw.place.uid if known else reached
    if reached != read:
        guard.ledger.learned.put(guard.account, name, str(reached), guard.clock())
    return taken


def _about(guard: Guard, message_id: str, row: SeenMessage | None = None) -> SeenMessage | None:
    """Return what is known of the mail that is meant: of the mail itself or, for a letter of ours, what it is about."""
    ledger = guard.ledger
    fingerprint = ledger.outbox.about(guard.account, message_id)
    if fingerprint is not None:
        return next(iter(ledger.seen.same(guard.account, fingerprint)), None)
    if row is not None or not message_id:
        return row
    return next((one for one in ledger.seen.by_message_id(message_id) if one.account == guard.account), None)


def _take(guard: Guard, row: SeenMessage, answer: Answer) -> bool:
    name, now = _name(answer, row.fingerprint), guard.clock()
    with guard.ledger.transaction():
        if guard.ledger.learned.get(guard.account, name) is not None:
            return False
        if row.deal:
            _apply(guard, row, answer, now)
        guard.ledger.learned.put(guard.account, name, now.isoformat(), now)
    log.info("answer taken", account=guard.account, answer=answer.value, deal=row.deal or "-")
    return True


def answered(ledger: Ledger, account: str, fingerprint: str, answer: Answer) -> bool:
    """Return whether the worker gave this answer on a mail."""
    return ledger.learned.get(account, _name(answer, fingerprint)) is not None


def _name(answer: Answer, fingerprint: str) -> str:
    return f"answer {answer.value} {fingerprint}"


def _apply(guard: Guard, row: SeenMessage, answer: Answer, now: datetime) -> None:
    if answer in _STAGES:
        guard.deals.set_stage(row.deal, _STAGES[answer], now)
    elif answer is Answer.APPROVED:
        guard.deals.set_permission(row.deal, Permission.APPROVED, now)
    else:
        findings = guard.ledger.findings.of(row.id)
        # Mail that pretends to be the platform's is never let go by one click on another such mail.
        for rule in sorted({one.rule for one in findings if one.category != Category.IMPERSONATION}):
            guard.deals.let_go(row.deal, rule, now)
