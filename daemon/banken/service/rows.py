"""Labelled messages (JSON lines) as mail, for `banken rules measure`.

A row says what the mail was and what must be found in it. Its stage is taken from the row, its sender as proved, and
the sender of a direct row as a known client; everything else the product recognises itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from pydantic import BaseModel, ValidationError

from banken.guard import case
from banken.i18n import _
from banken.judge import Case
from banken.judge.measure import Report, Sample, measure
from banken.message import read
from banken.message.authenticity import Authenticity
from banken.platform import AddressBook
from banken.service.house import House
from banken.strictyaml import Problem, ProblemsError
from banken.words import Authentic, Channel, Stage, Standing, Verdict

_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""Rows carry no date, and none of what is measured depends on one."""


class Row(BaseModel):
    """One labelled message; other keys of a corpus (notes, styles) are kept by nobody."""

    id: str
    channel: Channel
    stage: Stage = Stage.UNKNOWN
    from_name: str = ""
    from_addr: str
    subject: str = ""
    body: str
    expect: list[str] = []
    notice: list[str] = []


def rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a corpus. Raises ProblemsError with every line that is none."""
    problems = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        what = _("cannot read this file: {why}").format(why=getattr(error, "strerror", "") or type(error).__name__)
        raise ProblemsError([Problem(str(path), 0, 0, what)]) from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield Row.model_validate(json.loads(line))
        except (json.JSONDecodeError, ValidationError):
            what = _("this line is no labelled message")
            problems.append(Problem(str(path), number, 1, what, _("id, channel, from_addr and body are needed")))
    if problems:
        raise ProblemsError(problems)


def case_of(house: House, row: Row) -> Case | None:
    """Return what the judge is asked about a row; None when the mail is not one that is judged."""
    message = read(_mail(row), arrived=_DAY)
    claims = any(
        message.sender.domain == domain or message.sender.domain.endswith(f".{domain}")
        for pack in house.packs
        for domain in pack.domains
    )
    proof = Authenticity(Authentic.VERIFIED if claims else Authentic.UNVERIFIED, "", "")
    book = AddressBook(clients={message.sender.address: ""} if row.channel is Channel.DIRECT else {})
    mail = house.knowledge.recogniser.recognise(message, proof, book)
    return case(message, mail, Standing(stage=row.stage, deal=row.id)) if mail.judged else None


def _mail(row: Row) -> bytes:
    mail = EmailMessage(policy=SMTP)
    # Line breaks cannot stand in a header; a corpus may hold them, and so may an attacker's.
    mail["From"] = Address(" ".join(row.from_name.split()), addr_spec=row.from_addr)
    mail["Subject"] = " ".join(row.subject.split())
    mail["Message-ID"] = f"<{row.id}@corpus.example>"
    mail.set_content(row.body)
    return mail.as_bytes()


def measure_file(house: House, path: Path) -> Report:
    """Return how good rules and reader are on a corpus. Raises ProblemsError."""
    return measure(_sample(house, row) for row in rows(path))


def _sample(house: House, row: Row) -> Sample:
    asked = case_of(house, row)
    verdict = house.knowledge.judge.judge(asked) if asked is not None else Verdict(None)
    facets = (("channel", row.channel.value), ("stage", row.stage.value))
    return Sample(row.id, frozenset(row.expect), verdict, facets)
