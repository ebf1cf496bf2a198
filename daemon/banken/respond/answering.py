"""How the worker can answer a warning in the mail program: by which marks, on which mail.

A phone shows labels (Gmail) or folders and nothing else; programs that know IMAP keywords show those as tags.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from banken.i18n import _, language
from banken.ledger import Ledger, OutboxRow
from banken.mailbox.errors import MailboxError
from banken.mailbox.model import Mailbox
from banken.respond.advice import Advice
from banken.respond.labels import ANSWERS, Answer
from banken.respond.model import FACTS_JSON, WarningFacts, WarningSettings
from banken.words import Category, Permission, Stage

_ELSEWHERE = frozenset({Category.DIRECT_CONTACT, Category.INTERVIEW})
"""What an approved application allows."""


@dataclass(frozen=True, slots=True)
class Answering:
    """`here`: the warning lies in the guarded mailbox, so that it can bear the mark itself; else only the mail can.

    `shown_as` what the mail program calls the mark; `there`: whether it can be chosen or has to be made first;
    `tags`: whether the server keeps keywords too; `gone`: the account in which the mail lies, where that is not configured any
    more, so that nobody looks for marks, neither on the mail nor on the warning.
    """

    shown_as: Literal["label", "folder"] = "folder"
    here: bool = True
    there: bool = True
    tags: bool = False
    gone: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """The part of a warning that tells how to set Banken right: `how`, the marks with their meanings, more on tags.

    `undo` tells how to take such a mark back.
    """

    how: str
    marks: tuple[tuple[str, str], ...] = ()
    tags: str = ""
    undo: str = ""


def mark(answer: Answer) -> str:
    """Return the label or folder that says `answer` in the language spoken now."""
    japanese, english, _keyword = ANSWERS[answer]
    return japanese if language() == "ja" else english


def tag(answer: Answer) -> str:
    """Return the keyword that says `answer`."""
    return ANSWERS[answer][2]


def answers_to(facts: WarningFacts) -> Sequence[Answer]:
    """Return what the worker can say to a warning that would change anything."""
    categories = {point.category for point in facts.points}
    if categories == {Category.IMPERSONATION}:
        return ()
    if not facts.deal:  # nothing has a stage there
        return (Answer.FINE,)
    known = {Stage.UNDER: Answer.CONTRACT, Stage.COMPLETED: Answer.DONE}.get(facts.stage)
    approved = facts.permission is not Permission.APPROVED and bool(categories & _ELSEWHERE)
    told = (Answer.FINE, Answer.CONTRACT, Answer.DONE, *([Answer.APPROVED] if approved else []))
    return tuple(answer for answer in told if answer is not known)


def answers(facts: WarningFacts, advice: Advice, way: Answering) -> Answers:
    """Return what a warning says about answering it, in the language spoken now."""
    possible = answers_to(facts)
    if not possible:
        return Answers(
            _("Do the same then: do not use the links in the original mail; go on from the app or your bookmark.")
        )
    if way.gone:
        text = _(
            "This warning cannot be answered: the mail lies in the account “{account}”, which is not in the configuration any"
            " more, so that Banken looks for no marks there. Once it is there again, mark the mail itself."
        )
        return Answers(text.format(account=way.gone))
    marks = tuple((mark(answer), advice.answer(answer, language(), in_deal=bool(facts.deal))) for answer in possible)
    tags = ", ".join(tag(answer) for answer in possible)
    return Answers(
        _how(way),
        marks,
        _("Or with a tag, as in Thunderbird: {tags}").format(tags=tags) if way.tags else "",
        _undo(way),
    )


def _how(way: Answering) -> str:
    if way.shown_as == "label":
        if way.here:
            return _("In your mail program, put one of these labels on this mail. Banken reads it and learns from it.")
        return _(
            "In your mail program, put one of these labels on the mail itself. Banken reads it and learns from it."
        )
    text = (
        _(
            "In your mail program, move this mail into one of these folders{note}. Banken looks there and learns from it."
        )
        if way.here
        else _(
            "In your mail program, copy the mail itself into one of these folders{note}. Banken looks there and learns"
            " from it."
        )
    )
    if not way.there:
        return text.format(note=_(" (make it if it is not there yet)"))
    if way.here:
        return text.format(note=_(" (made by Banken; on a phone, open the mail and choose “Move”)"))
    return text.format(note=_(" (made by Banken; on a phone, open the mail and choose “Copy”)"))


def _undo(way: Answering) -> str:
    if way.shown_as == "label":
        told = _("To take it back, remove the label.")
    elif way.here:
        told = _("To take it back, move the mail back to the inbox.")
    else:
        told = _("To take it back, delete the copy in the folder.")
    return told + _(" (A tag: remove it.)") if way.tags else told


def answering(
    ledger: Ledger, box: Mailbox | None, row: OutboxRow, settings: WarningSettings, *, gone: bool = False
) -> Answering:
    """Return how the warning in `row` can be answered, with the folders for it made where the server lets us.

    `box` is the mailbox that is guarded, None when it cannot be had; its open folder stays open. `gone`: the account of the
    mail is not configured any more.
    """
    account = row.account if gone else FACTS_JSON.validate_json(row.payload).elsewhere
    if account:
        return Answering(gone=account)
    kind, _colon, target = row.target.partition(":")
    here = kind == "append" or target in settings.watched
    labelled = ledger.outbox.of(row.account, row.fingerprint)
    tags = any(one.action == "label" and one.result.startswith("keyword") for one in labelled)
    try:
        offer = box.offer([mark(answer) for answer in Answer]) if box else None
    except MailboxError:  # nothing about it may keep a warning back
        offer = None
    if offer is None:
        return Answering(here=here, there=False, tags=tags)
    return Answering(offer.shown_as, here, offer.there, tags)
