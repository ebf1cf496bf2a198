"""Stories: mails in order, told in short in `tests/stories/*.yaml`, composed in many hands' frames and wordings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from tests.deals.memory import MemoryStore

from banken import strictyaml
from banken.deals import Deals, Tie
from banken.message.model import Address, Message
from banken.message.segments import split
from banken.places import rules_root
from banken.platform import AddressBook, Correspondence, Recogniser, load
from banken.platform.examples import Genuine
from banken.words import Authentic, Channel, Event, Standing

TESTS = Path(__file__).parent.parent
PAGES = {"message": "messages", "proposal": "proposals", "contract": "contracts", "job": "public/jobs"}
PROOFS = {
    "verified": Genuine(Authentic.VERIFIED, "dkim=pass"),
    "unverified": Genuine(Authentic.UNVERIFIED, "no result"),
    "forged": Genuine(Authentic.FORGED, "dkim=fail"),
}


@cache
def frames() -> list[dict[str, str]]:
    """The frames that say nothing of a stage and name client and job."""
    telling = {"consultation", "contract_page", "scout_points", "status_table"}
    found = strictyaml.read(TESTS / "platform" / "frames.yaml").data["frames"]
    return [one for one in found if one["id"] not in telling and "{job}" in one["subject"] + one["body"]]


@cache
def wordings() -> dict[str, list[list[str]]]:
    return strictyaml.read(TESTS / "platform" / "wordings.yaml").data


@cache
def pack():
    return load(rules_root() / "crowdworks")


@cache
def recogniser() -> Recogniser:
    return Recogniser([pack()])


@dataclass(frozen=True)
class Step:
    """One mail of a story, or one correction by the worker."""

    message: Message | None
    proof: Genuine
    expect: dict[str, Any]
    correct: list[Any]
    at: datetime


@dataclass(frozen=True)
class Heard:
    """What became of one mail."""

    mail: Correspondence
    tie: Tie
    standing: Standing
    events: tuple[Event, ...]


def read(path: Path) -> list[Step]:
    data = strictyaml.read(path).data
    start = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
    return [_step(one, path.stem, number, start) for number, one in enumerate(data["mails"])]


def fresh(store=None) -> Deals:
    return Deals(store or MemoryStore(), pack().effects, pack().file.company)


def hear(deals: Deals, step: Step) -> Heard:
    message = step.message
    known = deals.known()
    book = AddressBook(known.addresses, known.names, frozenset({"worker@example.jp"}), known.threads)
    mail = recogniser().recognise(message, step.proof, book)
    if mail.channel is Channel.UNRELATED:
        return Heard(mail, Tie("", ""), Standing(), ())
    tie, events = deals.record(mail, message)
    return Heard(mail, tie, deals.standing(tie.deal, message.date, message.fingerprint), events)


def _step(one: dict[str, Any], story: str, number: int, start: datetime) -> Step:
    at = start + timedelta(days=one.get("day", number), minutes=number)
    direct = "from" in one
    subject, body = _words(one, int(hashlib.sha256(f"{story}{number}".encode()).hexdigest(), 16))
    message = Message(
        message_id=f"<{story}-{number}@example.jp>",
        date=at,
        subject=subject,
        sender=Address(
            one.get("name", "" if direct else "クラウドワークス"), one.get("from", "no-reply@crowdworks.jp")
        ),
        recipients=(Address("", "worker@example.jp"),),
        in_reply_to=tuple(f"<{story}-{earlier}@example.jp>" for earlier in one.get("answers", [])),
        bulk=one.get("bulk", False),
        text=body,
        segments=tuple(split(body)),
        fingerprint=f"{story}-{number}",
    )
    proof = PROOFS[one.get("auth", "unverified" if direct else "verified")]
    return Step(None if "correct" in one else message, proof, one.get("expect", {}), one.get("correct", []), at)


def _words(one: dict[str, Any], choice: int) -> tuple[str, str]:
    if "say" in one:
        frame = frames()[choice % len(frames())] if "frame" not in one else _frame(one["frame"])
        page = next((page for page in PAGES if page in one), "message")
        body = frame["body"].replace("contracts/{id}", "messages/{id}").replace("proposals/{id}", "messages/{id}")
        body = body.replace("messages/{id}", f"{PAGES[page]}/{{id}}").replace("scouts/{id}", f"{PAGES[page]}/{{id}}")
        return _filled(frame["subject"], one), _filled(body, one)
    if "event" in one:
        choices = wordings()[one["event"]]
        subject, body = choices[one.get("wording", choice) % len(choices)]
        pages = "\n".join(f"https://crowdworks.jp/{PAGES[page]}/{one[page]}" for page in PAGES if page in one)
        body = "\n".join(line for line in body.split("\n") if not line.startswith("https://"))
        return _filled(subject, one), _filled(f"mori_writes さん\n\n{body}\n\n{pages}\n", one)
    return one.get("subject", ""), one.get("body", "")


def _frame(name: str) -> dict[str, str]:
    found = strictyaml.read(TESTS / "platform" / "frames.yaml").data["frames"]
    return next(frame for frame in found if frame["id"] == name)


def _filled(template: str, one: dict[str, Any]) -> str:
    text = str(one.get("say", "")).strip()
    number = next((str(one[page]) for page in PAGES if page in one), "")
    values = {
        "client": one.get("client", ""),
        "job": one.get("job", ""),
        "worker": "mori_writes",
        "id": number,
        "quoted": "\n".join("> " + line for line in text.split("\n")),
        "text": text,
    }
    for name, value in values.items():
        template = template.replace("{" + name + "}", value)
    return template
