"""The worker's false alarms as tests, ready to be put beside the rules that raised them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import yaml

from banken.i18n import _
from banken.mailbox.model import Mailbox
from banken.report.evidence import LARGEST, find_again, in_sentences
from banken.report.mask import Mask
from banken.report.model import Mail
from banken.respond import Answer, answer_of
from banken.words import Stage


@dataclass(frozen=True, slots=True)
class Stub:
    """One test to be: the rule, the sentence that it must let go (or find), the stage; `place` is where the mail lies."""

    rule: str
    text: str
    stage: Stage
    place: str
    kind: Literal["hit", "miss"] = "miss"


def false_alarms(box: Mailbox, mails: Iterable[Mail], mask: Mask, said: Container[str] = frozenset()) -> Iterator[Stub]:
    """Yield a stub for each sentence that was found in a mail which the worker marked as a false alarm.

    The mark is the worker's answer that was taken before (`said`: the places of those mails), or a label on the mail
    (`respond.labels.ANSWERS`), asked of the server now. Raises MailboxError.
    """
    for mail in mails:
        uid = find_again(box, mail.folder, mail.uidvalidity, mail.uid, mail.message_id)
        labels = box.labels(uid) if uid is not None else ()
        if mail.place not in said and Answer.FINE not in map(answer_of, labels):
            continue
        original = box.original(uid, LARGEST) if uid is not None else None
        told = mail if original is None else in_sentences(mail, original)
        for find in told.finds:
            sentence = mask.text(" ".join(f"{find.before}{find.words}{find.after}".split()))
            if sentence:
                yield Stub(find.rule, sentence, mail.stage, mail.place)


def as_yaml(stubs: Iterable[Stub]) -> str:
    """Return the stubs as YAML, by rule, as `tests:` has them."""
    rules: dict[str, dict[str, Stub]] = {}
    for stub in stubs:
        rules.setdefault(stub.rule, {}).setdefault(stub.text, stub)
    return "".join(_rule(rule, list(found.values())) for rule, found in sorted(rules.items()))


def _rule(rule: str, stubs: list[Stub]) -> str:
    places = ", ".join(dict.fromkeys(stub.place for stub in stubs if stub.place))
    tests = [{stub.kind: stub.text, "stage": stub.stage.value} for stub in stubs]
    text = yaml.safe_dump({"tests": tests}, allow_unicode=True, sort_keys=False, width=1000)
    note = _("# {rule}: read these through, and shorten them to what matters").format(rule=rule)
    where = f" ({' '.join(places.split())})" if places else ""
    return f"{note}{where}\n{text}\n"
