"""The answers that were taken: where each one's mark lies, and what takes it back again.

An answer is taken back by taking its mark off: a label from its mail, a mail out of its folder to where it lay before.
A mail that is gone altogether (thrown away, put into an archive) takes nothing back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from banken.guard import Guard
from banken.ledger import Ledger
from banken.mailbox.errors import FolderMissing, Refused
from banken.mailbox.imap import ImapMailbox
from banken.respond import Answer

_NAME = "answer "


@dataclass(frozen=True, slots=True)
class Mark:
    """A message that bears an answer: by a label on it, or by lying in a folder called so."""

    folder: str
    uidvalidity: int
    uid: int
    labelled: bool
    ours: bool
    """Whether the message is our warning about the mail that is meant, not that mail itself."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an answer: the numbers by which it is undone, and where its marks were seen last."""

    numbers: tuple[int, ...] = ()
    marks: tuple[Mark, ...] = ()


_JSON = TypeAdapter(Taken)


class Book:
    """The answers taken of one account, kept in the ledger."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def get(self, answer: Answer, fingerprint: str) -> Taken | None:
        """Return what became of an answer on a mail, None when it was not given."""
        value = self._guard.ledger.learned.get(self._guard.account, _name(answer, fingerprint))
        return None if value is None else _read(value)

    def put(self, answer: Answer, fingerprint: str, taken: Taken) -> None:
        """Write an answer down."""
        learned, now = self._guard.ledger.learned, self._guard.clock()
        learned.put(self._guard.account, _name(answer, fingerprint), _JSON.dump_json(taken).decode(), now)

    def drop(self, answer: Answer, fingerprint: str) -> None:
        """Forget an answer, so that it counts when it is given again."""
        self._guard.ledger.learned.drop(self._guard.account, _name(answer, fingerprint))

    def all(self) -> Iterator[tuple[Answer, str, Taken]]:
        """Yield every answer with the fingerprint of its mail."""
        for name, value in self._guard.ledger.learned.named(self._guard.account, _NAME).items():
            _word, answer, fingerprint = name.split(" ", 2)
            yield Answer(answer), fingerprint, _read(value)


def answered(ledger: Ledger, account: str, answer: Answer) -> frozenset[str]:
    """Return the fingerprints of the mails on which the worker gave this answer."""
    beginning = _name(answer, "")
    return frozenset(name.removeprefix(beginning) for name in ledger.learned.named(account, beginning))


def is_back(box: ImapMailbox, mark: Mark, message_ids: Iterable[str], folders: Sequence[str]) -> bool:
    """Return whether a mail is there without the mark that it had. Raises MailboxError.

    `message_ids`: what it may be found by; `folders`: those that are watched.
    """
    if mark.labelled:
        return _opened(box, mark.folder) == mark.uidvalidity and any(box.headers([mark.uid]))
    whole = box.whole()
    where = [folder for folder in (*folders, whole or "") if folder not in ("", mark.folder)]
    return any(_opened(box, folder) is not None and box.find(one) for one in message_ids for folder in where)


def _opened(box: ImapMailbox, folder: str) -> int | None:
    """Open a folder and return its UIDVALIDITY, None when it cannot be opened."""
    try:
        return box.open(folder).uidvalidity
    except (FolderMissing, Refused):
        return None


def _name(answer: Answer, fingerprint: str) -> str:
    return f"{_NAME}{answer.value} {fingerprint}"


def _read(value: str) -> Taken:
    try:
        return _JSON.validate_json(value)
    except ValidationError:  # written before answers could be taken back
        return Taken()
