"""Labelled messages (JSON lines) as mail, for `banken rules measure`.

A row says what the mail was and what must be found in it. Its stage is taken from the row, its sender as proved, and
the sender of a direct row as a known client; everything else the product recognises itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from banken.guard import case
from banken.i18n import _
from banken.judge import Case
from banken.judge.measure import Report, measure
from banken.message import read
from banken.message.authenticity import Authenticity
from banken.platform import AddressBook
from banken.service.house import House
from banken.strictyaml import Problem, ProblemsError
from banken.words import Authentic, Channel, Stage, Standing

_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""Rows carry no date, and none of what is measured depends on one."""


class Row(BaseModel):
    """One labelled message; what else stands in it (styles, notes) is kept for the breakdown."""

    model_config = ConfigDict(extra="allow")

    id: str
    channel: Channel
    stage: Stage = Stage.UNKNOWN
    from_name: str = ""
    from_addr: str
    subject: str = ""
    body: str
    expect: list[str] = []
    notice: list[str] = []


def measure_file(house: House, path: Path) -> Report:
    """Return how good rules and reader are on a corpus. Raises ProblemsError with every line that is no message."""
    plain = [row.model_dump(mode="json") for row in rows(path)]
    return measure(plain, house.knowledge.judge, lambda row: case_of(house, Row.model_validate(row)))


def rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a corpus. Raises ProblemsError, after the good ones, with every line that is none."""
    problems = []
    for number, line in enumerate(_lines(path), start=1):
        try:
            if line.strip():
                yield Row.model_validate_json(line)
        except ValidationError:
            what = _("this line is no labelled message")
            problems.append(Problem(str(path), number, 1, what, _("id, channel, from_addr and body are needed")))
    if problems:
        raise ProblemsError(problems)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        what = _("cannot read this file: {why}").format(why=getattr(error, "strerror", "") or type(error).__name__)
        raise ProblemsError([Problem(str(path), 0, 0, what)]) from None


def case_of(house: House, row: Row) -> Case:
    """Return what the judge is asked about a row; of mail that is not judged, nothing."""
    message = read(_mail(row), arrived=_DAY)
    claims = any(
        message.sender.domain == domain or message.sender.domain.endswith(f".{domain}")
        for domain in house.knowledge.domains
    )
    proof = Authenticity(Authentic.VERIFIED if claims else Authentic.UNVERIFIED, "", "")
    book = AddressBook(clients={message.sender.address: ""} if row.channel is Channel.DIRECT else {})
    mail = house.knowledge.recogniser.recognise(message, proof, book)
    asked = case(message, mail, Standing(stage=row.stage, deal=row.id))
    if not mail.judged:
        return replace(asked, segments=(), channel=Channel.UNRELATED)
    return replace(asked, reached=False)  # a row is labelled by its words alone


def _mail(row: Row) -> bytes:
    mail = EmailMessage(policy=SMTP)
    # Line breaks cannot stand in a header; a corpus may hold them, and so may an attacker's.
    mail["From"] = Address(" ".join(row.from_name.split()), addr_spec=row.from_addr)
    mail["Subject"] = " ".join(row.subject.split())
    mail["Message-ID"] = f"<{row.id}@corpus.example>"
    mail.set_content(row.body)
    return mail.as_bytes()
