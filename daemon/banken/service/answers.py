"""The worker's answers, given by a label in the mail program: how far a deal is, or that an alarm was false.

Each answer on a message is taken once. It counts from the moment it is seen, as `banken deals set` does, until its mark
is taken off again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog

from banken.deals import this_mail, writer
from banken.guard import Guard
from banken.ledger import SeenMessage
from banken.mailbox.errors import MailboxError, concerns_all
from banken.mailbox.imap import ImapMailbox
from banken.mailbox.model import FolderState
from banken.message import read_header
from banken.respond import Answer, answer_labels, answer_of
from banken.service.examining import Examiner
from banken.service.isolation import Isolation, held_in
from banken.service.taken import Book, Mark, Taken, answered, is_back
from banken.words import Category, Channel, Permission, Stage

__all__ = ["answered", "take_answers"]

log = structlog.get_logger("banken")

_STAGES = {Answer.CONTRACT: Stage.UNDER, Answer.DONE: Stage.COMPLETED}


def take_answers(guard: Guard, box: ImapMailbox, folders: Sequence[str]) -> int:
    """Look for the worker's marks and do what they say; return how many answers were new. Raises MailboxError.

    What is said by marks that were taken off is undone. A folder that cannot be opened, or (Exchange) not be searched for
    tags, is left out: its marks count as being where they were.
    """
    look = _Look(guard, box)
    taken = sum(look.at(folder, look.labels) for folder in folders)
    for folder, answer in look.answer_folders():
        taken += look.at(folder, partial(look.answers_in, answer))
    look.take_back(folders)
    return taken


class _Look:
    """One look at all marks: what lies where, and what is new of it."""

    def __init__(self, guard: Guard, box: ImapMailbox) -> None:
        self._guard = guard
        self._box = box
        self._book = Book(guard)
        self._isolation = Isolation(Examiner(guard))
        self._lying: dict[tuple[str, int], set[tuple[Answer, int]]] = {}
        """The answers by folder and UIDVALIDITY, each with the UID that bears it."""

    def at(self, folder: str, take: Callable[[FolderState], int]) -> int:
        """Return how many new answers `take` finds in a folder, 0 (and tell it) when the server does not let us look."""
        try:
            return take(self._box.open(folder))
        except MailboxError as error:
            if concerns_all(error):
                raise
            log.info("answers not read", account=self._guard.account, folder=folder, why=str(error))
            return 0

    def labels(self, folder: FolderState) -> int:
        """Take the answers that are keywords or Gmail's labels on a mail of the open folder."""
        given = {uid: self._given(uid) for uid in self._box.marked(answer_labels())}
        lying = self._lying.setdefault((folder.name, folder.uidvalidity), set())
        taken = 0
        for uid, answers in given.items():
            lying |= {(answer, uid) for answer in answers}
            row = self._guard.ledger.seen.at(self._guard.account, folder.name, folder.uidvalidity, uid)
            about, ours = self._about(row.message_id, row) if row is not None else (None, False)
            if about is not None:
                mark = Mark(folder.name, folder.uidvalidity, uid, labelled=True, ours=ours)
                taken += sum(self._take(about, answer, mark) for answer in Answer if answer in answers)
        return taken

    def _given(self, uid: int) -> set[Answer]:
        return {answer for label in self._box.labels(uid) if (answer := answer_of(label)) is not None}

    def answer_folders(self) -> Iterator[tuple[str, Answer]]:
        """Yield the folders (labels, on Gmail) that are called like an answer: putting a mail there gives it."""
        abilities = self._box.abilities
        for folder in self._box.folders():
            answer = answer_of(folder.removeprefix(abilities.prefix).replace(abilities.separator, "/"))
            if answer is not None:
                yield folder, answer

    def answers_in(self, answer: Answer, folder: FolderState) -> int:
        """Take the answer of each mail in the open folder that is new there; one not examined yet is looked at again."""
        guard = self._guard
        name = f"answers read {folder.name} {folder.uidvalidity}"
        read = int(guard.ledger.learned.get(guard.account, name) or 0)
        uids = self._box.uids()
        self._lying.setdefault((folder.name, folder.uidvalidity), set()).update((answer, uid) for uid in uids)
        taken, reached, known = 0, read, True
        for uid, message_id in self._message_ids(folder, [uid for uid in uids if uid > read]):
            about, ours = self._about(message_id)
            mark = Mark(folder.name, folder.uidvalidity, uid, labelled=False, ours=ours)
            taken += about is not None and self._take(about, answer, mark)
            known = known and about is not None
            reached = uid if known else reached
        if reached != read:
            guard.ledger.learned.put(guard.account, name, str(reached), guard.clock())
        return taken

    def _message_ids(self, folder: FolderState, uids: Sequence[int]) -> list[tuple[int, str]]:
        """Return each message's UID and Message-ID, in order of UID; a message that costs the connection is set aside."""
        held = held_in(self._guard, folder)
        asked = self._isolation.ask(folder, "answer", [uid for uid in uids if uid not in held], self._box.headers)
        return sorted((raw.place.uid, read_header(raw.raw, arrived=raw.arrived).message_id) for raw in asked)

    def take_back(self, folders: Sequence[str]) -> None:
        """Undo what is said no more."""
        for answer, fingerprint, taken in list(self._book.all()):
            left = tuple(mark for mark in taken.marks if self._lies(answer, mark))
            gone = [mark for mark in taken.marks if mark not in left]
            if taken.numbers and not left and any(self._is_back(fingerprint, mark, folders) for mark in gone):
                self._undo(answer, fingerprint, taken)
            elif gone:
                self._book.put(answer, fingerprint, replace(taken, marks=left))

    def _lies(self, answer: Answer, mark: Mark) -> bool:
        """Whether a mark is where it was seen; one whose folder could not be looked at counts as being there."""
        lying = self._lying.get((mark.folder, mark.uidvalidity))
        renewed = lying is None and any(folder == mark.folder for folder, _validity in self._lying)
        return not renewed if lying is None else (answer, mark.uid) in lying

    def _is_back(self, fingerprint: str, mark: Mark, folders: Sequence[str]) -> bool:
        ledger, account = self._guard.ledger, self._guard.account
        rows = ledger.outbox.of(account, fingerprint) if mark.ours else ledger.seen.same(account, fingerprint)
        return is_back(self._box, mark, {row.message_id for row in rows} - {""}, folders)

    def _undo(self, answer: Answer, fingerprint: str, taken: Taken) -> None:
        with self._guard.ledger.transaction():
            for number in taken.numbers:
                self._guard.deals.undo(number)
            self._book.drop(answer, fingerprint)
        log.info("answer withdrawn", account=self._guard.account, answer=answer.value)

    def _about(self, message_id: str, row: SeenMessage | None = None) -> tuple[SeenMessage | None, bool]:
        """Return what is known of the mail that is meant, and whether `message_id` is a letter of ours about it."""
        ledger, account = self._guard.ledger, self._guard.account
        fingerprint = ledger.outbox.about(account, message_id)
        if fingerprint is not None:
            return next(iter(ledger.seen.same(account, fingerprint)), None), True
        if row is not None or not message_id:
            return row, False
        return next((one for one in ledger.seen.by_message_id(message_id) if one.account == account), None), False

    def _take(self, row: SeenMessage, answer: Answer, mark: Mark) -> bool:
        with self._guard.ledger.transaction():
            known = self._book.get(answer, row.fingerprint)
            if known is not None:
                if known.numbers and mark not in known.marks:
                    self._book.put(answer, row.fingerprint, replace(known, marks=(*known.marks, mark)))
                return False
            numbers = _apply(self._guard, row, answer, self._guard.clock())
            self._book.put(answer, row.fingerprint, Taken(tuple(numbers), (mark,)))
        log.info("answer taken", account=self._guard.account, answer=answer.value, deal=row.deal or "-")
        return True


def _apply(guard: Guard, row: SeenMessage, answer: Answer, now: datetime) -> Iterator[int]:
    """Do what an answer says; yield the numbers by which that is undone."""
    if answer is Answer.FINE:
        yield from _let_go(guard, row, now)
    elif row.deal and answer in _STAGES:
        yield guard.deals.set_stage(row.deal, _STAGES[answer], now, this_mail(row.fingerprint))
    elif row.deal:
        yield guard.deals.set_permission(row.deal, Permission.APPROVED, now, this_mail(row.fingerprint))
        if row.channel == Channel.DIRECT and row.sender:  # what was approved counts for addresses known as the client's
            yield guard.deals.tie_address(row.deal, row.sender, now)


def _let_go(guard: Guard, row: SeenMessage, now: datetime) -> Iterator[int]:
    """Silence what was found in a mail: in the mail, and in its deal or (where there is none) of its writer."""
    findings = guard.ledger.findings.of(row.id)
    of = [this_mail(row.fingerprint)]
    if not row.deal and (who := writer(Channel(row.channel), row.sender, row.client)) is not None:
        of.append(who)
    # Mail that pretends to be the platform's is never let go by one click on another such mail.
    for rule in sorted({one.rule for one in findings if one.category != Category.IMPERSONATION}):
        for one in of:
            yield guard.deals.let_go(row.deal, rule, now, one)
