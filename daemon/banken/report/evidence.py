"""The mails of one deal as the ledger knows them, each with its original where it can still be had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from banken.guard import Guard
from banken.i18n import _
from banken.ledger import SeenMessage, SeenState
from banken.mailbox.errors import FolderMissing, Refused
from banken.mailbox.model import Mailbox, Place, RawMessage
from banken.message import Message, read, read_header
from banken.report.model import Find, Mail, examined_mail, in_context, known_mail
from banken.report.story import Story, sources, tell
from banken.report.summary import deed

LARGEST = 25_000_000
"""Octets of an original that is taken along."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One mail of a deal and its octets, None where they cannot be had (`mail.done` then says so)."""

    mail: Mail
    original: bytes | None


def gather(guard: Guard, box: Mailbox, deal: str, *, deeds: bool = True) -> tuple[Story, list[Proof]]:
    """Return the story of a deal and the proof of each mail, the oldest first. Raises MailboxError.

    With `deeds` what was done for each is told. `guard` must stand on a ledger that may be written to: mail whose words
    were erased is examined anew.
    """
    proofs = sorted(_proofs(guard, box, deal, deeds=deeds), key=lambda proof: proof.mail.at)
    return tell(guard.deals, guard.account, deal, [proof.mail for proof in proofs]), proofs


def _proofs(guard: Guard, box: Mailbox, deal: str, *, deeds: bool) -> Iterator[Proof]:
    for fingerprint in sources(guard.deals, deal):
        rows = guard.ledger.seen.same(guard.account, fingerprint)
        if not rows:
            continue
        original = next((octets for row in rows if (octets := _original(box, row)) is not None), None)
        mail = _mail(guard, rows[0], original)
        owed = guard.ledger.outbox.of(guard.account, fingerprint) if deeds else ()
        done = [deed(row) for row in owed] + (
            [_("the original is no longer in the mailbox")] if original is None else []
        )
        yield Proof(replace(mail, done=tuple(dict.fromkeys(done))), original)


def people(proofs: Iterable[Proof]) -> frozenset[str]:
    """Return the names to which the mails of a deal were sent, as far as the originals are at hand."""
    headers = (read_header(one.original, arrived=one.mail.at) for one in proofs if one.original is not None)
    return frozenset(name for header in headers for to in header.recipients for name in (to.name, to.address) if name)


def find_again(box: Mailbox, folder: str, uidvalidity: int, uid: int, message_id: str) -> int | None:
    """Return the UID under which a mail lies now in `folder`, which is then open; None when it is gone.

    A folder that was numbered anew is searched for the Message-ID.
    """
    with suppress(FolderMissing, Refused):
        if box.open(folder).uidvalidity == uidvalidity:
            return next((raw.place.uid for raw in box.headers([uid])), None)
        return next(iter(box.find(message_id)), None) if message_id else None
    return None


def in_sentences(mail: Mail, original: bytes) -> Mail:
    """Return a mail whose evidence has its sentence around it, where the text is what it was."""
    message = read(original, arrived=mail.at)
    return replace(mail, finds=tuple(_in_sentence(find, message) for find in mail.finds))


def _in_sentence(find: Find, message: Message) -> Find:
    """Return a find in its sentence where its words stand in `message`; the ledger keeps only the beginning of long ones."""
    words = message.source(find.how)[find.start : find.end]
    stands = bool(find.words) and words.startswith(find.words.rstrip("…"))
    return in_context(find, words, message) if stands else find


def _original(box: Mailbox, row: SeenMessage) -> bytes | None:
    uid = find_again(box, row.folder, row.uidvalidity, row.uid, row.message_id)
    return None if uid is None else box.original(uid, LARGEST)


def _mail(guard: Guard, row: SeenMessage, original: bytes | None) -> Mail:
    mail = known_mail(row, guard.ledger.findings.of(row.id))
    if original is None:
        return mail
    if row.state == SeenState.FORGOTTEN:
        place = Place(row.folder, row.uidvalidity, row.uid, row.file)
        return examined_mail(guard.examine(guard.look(RawMessage(place, row.arrived, original))))
    return in_sentences(mail, original)
