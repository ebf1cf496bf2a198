"""Every kind of notice in the wordings of several hands, and the same notices forged."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.platform.cases import BOOK, FORGED, GENUINE, UNPROVED, letter, pack, recogniser

from banken import strictyaml
from banken.message.model import Address
from banken.words import Authentic, Channel

DATA = strictyaml.read(Path(__file__).parent / "wordings.yaml").data
CASES = [(event, subject, body) for event, pairs in DATA.items() for subject, body in pairs]
IDS = [f"{event}-{number}" for event, pairs in DATA.items() for number in range(len(pairs))]
NAMES = {"{job}": "帯のコピー", "{client}": "ヤナギ文庫"}
HINTS = {"linked_contract", "linked_proposal", "shown_under", "shown_before", "shown_completed"}


def fill(text: str) -> str:
    for name, value in NAMES.items():
        text = text.replace(name, value)
    return text


def notice(subject: str, body: str):
    return letter(subject=fill(subject), text="ナナ さん\n\n" + fill(body))


def events(found) -> list[str]:
    return [event.kind for event in found.events if event.kind not in HINTS]


def test_the_examples_in_the_file_hold():
    assert pack().test() == []


def test_every_kind_has_three_examples():
    assert {kind.id: len(kind.examples) for kind in pack().file.kinds if len(kind.examples) < 3} == {}


def test_every_event_of_a_kind_has_three_more_wordings():
    said = {kind.event for kind in pack().file.kinds if kind.event}
    assert {event for event in said if len(DATA.get(event, [])) < 3} == set()


@pytest.mark.parametrize(("event", "subject", "body"), CASES, ids=IDS)
def test_it_is_known_and_believed(event, subject, body):
    found = recogniser().recognise(notice(subject, body), GENUINE, BOOK)
    assert events(found) == ([] if event == "none" else [event])
    assert all(one.believed for one in found.events)
    if "{job}" in subject + body:
        assert found.job == NAMES["{job}"]
    if "{client}" in subject + body:
        assert found.client == NAMES["{client}"]


@pytest.mark.parametrize("proof", [UNPROVED, FORGED], ids=["unproved", "forged"])
@pytest.mark.parametrize(("event", "subject", "body"), CASES, ids=IDS)
def test_without_proof_it_is_shown_and_not_believed(event, subject, body, proof):
    found = recogniser().recognise(notice(subject, body), proof, BOOK)
    assert events(found) == ([] if event == "none" else [event])
    assert not any(one.believed for one in found.events)
    assert all(proof.why in one.why for one in found.events)
    assert found.authentic is proof.result


@pytest.mark.parametrize(("_event", "subject", "body"), CASES, ids=IDS)
@pytest.mark.parametrize("address", ["no-reply@crowdworks.jp.example", "no-reply@crowdw0rks.example"])
def test_from_a_look_alike_it_is_not_believed(_event, subject, body, address):
    mail = letter(subject=fill(subject), text=fill(body), sender=Address("クラウドワークス", address))
    found = recogniser().recognise(mail, GENUINE, BOOK)
    assert found.impersonates
    assert found.authentic is Authentic.FORGED
    assert not any(one.believed for one in found.events)


def test_messages_alone_bring_a_clients_words():
    for kind in pack().file.kinds:
        for example in kind.examples:
            if kind.channel == "notification":
                assert example.channel in (None, "notification")
    told = [kind.id for kind in pack().file.kinds if kind.channel == Channel.NOTIFICATION.value]
    assert told == ["scout", "message", "message_loose"]
