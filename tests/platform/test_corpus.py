"""The labelled mails of several authors: every channel right, every frame cut, no client's word lost."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from tests.platform.cases import BOOK, GENUINE, letter, recogniser

from banken.message.model import Address
from banken.platform import AddressBook
from banken.words import Channel, SegmentKind

CORPUS = Path(__file__).parent.parent / "corpus"
AUTHORS = ["dev-B", "dev-C", "dev-D"]
OFTEN = 3
"""A line that stands in more mails of one author is the frame's."""

KEPT = (SegmentKind.BODY, SegmentKind.QUOTE, SegmentKind.HISTORY, SegmentKind.SIGNATURE)


def rows(author: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (CORPUS / f"{author}.jsonl").read_text(encoding="utf-8").splitlines()]


def read(row):
    sender = Address(row["from_name"], row["from_addr"].lower())
    mail = letter(subject=row["subject"], text=row["body"], sender=sender)
    book = AddressBook(clients={sender.address: ""}) if row["channel"] == "direct" else BOOK
    return mail, recogniser().recognise(mail, GENUINE, book)


def shape(line: str) -> str:
    return re.sub(r"\d+", "#", line.strip())


def said(mail, found, *kinds: SegmentKind) -> list[str]:
    parts = "\n".join(mail.text[one.start : one.end] for one in found.segments if one.kind in kinds)
    return [line.strip() for line in parts.split("\n") if line.strip()]


@pytest.mark.parametrize("author", AUTHORS)
def test_every_channel_is_right(author):
    wrong = [
        (row["id"], found.channel.value, found.why)
        for row in rows(author)
        for _, found in [read(row)]
        if found.channel != row["channel"]
    ]
    print(f"{author}: {len(wrong)} of {len(rows(author))} channels wrong")
    assert wrong == []


@pytest.mark.parametrize("author", AUTHORS)
def test_no_stranger_is_taken_for_a_client(author):
    others = [row for row in rows(author) if row["channel"] == "unrelated"]
    taken = [row["id"] for row in others if read(row)[1].channel is not Channel.UNRELATED]
    assert taken == []


@pytest.mark.parametrize("author", ["dev-B", "dev-D"])
def test_frames_are_cut_and_words_are_kept(author):
    notices = [row for row in rows(author) if row["channel"] == "notification"]
    often = Counter(shape(line) for row in notices for line in row["body"].split("\n") if line.strip())
    left, lost, empty = [], [], []
    for row in notices:
        mail, found = read(row)
        words, kept = said(mail, found, SegmentKind.BODY), said(mail, found, *KEPT)
        left += [(row["id"], line) for line in words if often[shape(line)] > OFTEN]
        empty += [] if words else [row["id"]]
        lost += [
            (row["id"], line.strip())
            for line in row["body"].split("\n")
            if line.strip() and often[shape(line)] <= OFTEN and line.strip() not in kept and not is_named(line, found)
        ]
    print(f"{author}: {len(notices)} notices, {len(left)} frame lines left, {len(lost)} lines lost, {len(empty)} empty")
    assert (left, lost, empty) == ([], [], [])


def is_named(line: str, found) -> bool:
    """A line of the frame that is in one mail only since it names somebody."""
    return any(name and name in line for name in (found.client, found.job)) or bool(
        re.search(r"(?:さん|様)(?:、こんにちは。)?$", line.strip())
    )


@pytest.mark.parametrize("author", ["dev-C"])
def test_mails_without_a_frame_lose_nothing(author):
    for row in rows(author):
        if row["channel"] == "notification":
            mail, found = read(row)
            plain = [line.strip() for line in row["body"].split("\n") if line.strip()]
            assert [line for line in plain if line not in said(mail, found, *SegmentKind)] == []
            if row["expect"]:
                assert said(mail, found, SegmentKind.BODY), row["id"]
