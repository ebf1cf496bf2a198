"""The worker's answers, given by a label in the mail program: how far a deal is, or that an alarm was false.

Each answer on a message is taken once. It counts from the moment it is seen, as `banken deals set` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import structlog

from banken.guard import Guard
from banken.ledger import SeenMessage
from banken.mailbox.imap import ImapMailbox
from banken.message import read_header
from banken.respond import Answer, answer_labels, answer_of
from banken.words import Category, Permission, Stage

log = structlog.get_logger("banken")

_STAGES = {Answer.CONTRACT: Stage.UNDER, Answer.DONE: Stage.COMPLETED}


def take_answers(guard: Guard, box: ImapMailbox, folders: Sequence[str]) -> int:
    """Look for the worker's labels and do what they say; return how many answers were new. Raises MailboxError."""
    found = [*_labelled(guard, box, folders), *_in_folders(guard, box)]
    return sum(_take(guard, row, answer) for row, answer in found)


def _labelled(guard: Guard, box: ImapMailbox, folders: Sequence[str]) -> Iterator[tuple[SeenMessage, Answer]]:
    """Yield the messages with an answer as a keyword or as Gmail's label."""
    for folder in folders:
        state = box.open(folder)
        for uid in box.marked(answer_labels()):
            row = guard.ledger.seen.at(guard.account, folder, state.uidvalidity, uid)
            answers = {answer for label in box.labels(uid) if (answer := answer_of(label)) is not None}
            if row is not None:
                yield from ((row, answer) for answer in Answer if answer in answers)


def _in_folders(guard: Guard, box: ImapMailbox) -> Iterator[tuple[SeenMessage, Answer]]:
    """Yield the messages that lie in a folder called like an answer: on servers without labels, the only way to say it."""
    if box.abilities.gmail:
        return  # there every label is a folder, too
    for folder in box.folders():
        answer = answer_of(folder.removeprefix(box.abilities.prefix).replace(box.abilities.separator, "/"))
        if answer is None:
            continue
        box.open(folder)
        for raw in box.headers(box.uids()):
            message_id = read_header(raw.raw, arrived=raw.arrived).message_id
            rows = guard.ledger.seen.by_message_id(message_id) if message_id else ()
            yield from ((row, answer) for row in rows if row.account == guard.account)


def _take(guard: Guard, row: SeenMessage, answer: Answer) -> bool:
    name, now = f"answer {answer.value} {row.fingerprint}", guard.clock()
    with guard.ledger.transaction():
        if guard.ledger.learned.get(guard.account, name) is not None:
            return False
        if row.deal:
            _apply(guard, row, answer, now)
        guard.ledger.learned.put(guard.account, name, now.isoformat(), now)
    log.info("answer taken", account=guard.account, answer=answer.value, deal=row.deal or "-")
    return True


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
