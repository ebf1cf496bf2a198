"""The examples in platform.yaml, tried out: each kind must be recognised in its own examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from banken.i18n import _
from banken.message.model import Address, Message
from banken.platform.direct import AddressBook
from banken.platform.knowledge import Knowledge
from banken.platform.model import Correspondence
from banken.platform.recogniser import Recogniser
from banken.platform.schema import Example, Kind
from banken.words import Authentic, Segment, SegmentKind


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that was read differently from what it says."""

    kind: str
    subject: str
    what: str

    def __str__(self) -> str:
        """Return the failure in one line."""
        return f"{self.kind}: “{self.subject}”: {self.what}"


@dataclass(frozen=True, slots=True)
class Genuine:
    """Proof that an example is from the platform."""

    result: Authentic = Authentic.VERIFIED
    why: str = ""
    impersonates: str = ""


def failures(pack: Knowledge) -> list[Failure]:
    """Return every example of `pack` that fails, in the order of the file."""
    recogniser = Recogniser([pack])
    return [
        Failure(kind.id, example.subject, what)
        for kind in pack.file.kinds
        for example in kind.examples
        for what in _differences(pack, kind, example, recogniser)
    ]


def message_of(pack: Knowledge, example: Example) -> Message:
    """Return an example as the mail it stands for."""
    sender = example.sender or f"no-reply@{pack.domains[-1]}"
    return Message(
        message_id="<example@example.jp>",
        date=datetime(2026, 11, 1, tzinfo=UTC),
        subject=example.subject,
        sender=Address(example.name, sender),
        text=example.body,
        segments=(Segment(SegmentKind.BODY, 0, len(example.body)),),
        fingerprint="example",
    )


def _differences(pack: Knowledge, kind: Kind, example: Example, recogniser: Recogniser) -> Iterator[str]:
    message = message_of(pack, example)
    found = recogniser.recognise(message, Genuine(), AddressBook())
    wanted = {
        "kind": kind.id,
        "client": example.client,
        "job": example.job,
        "channel": example.channel,
        "events": example.events,
        "text": example.text,
    }
    for name, value in _read(message, found).items():
        if wanted[name] is not None and wanted[name] != value:
            what = _("{name} should be {wanted}, and is {found}")
            yield what.format(name=name, wanted=repr(wanted[name]), found=repr(value))


def _read(message: Message, found: Correspondence) -> dict[str, object]:
    words = (message.text[one.start : one.end] for one in found.segments if one.kind is SegmentKind.BODY)
    return {
        "kind": found.kind,
        "client": found.client,
        "job": found.job,
        "channel": found.channel.value,
        "events": [event.kind for event in found.events],
        "text": "".join(words).strip(),
    }
