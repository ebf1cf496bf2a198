"""Every kind of notice in the wordings of several hands, and the same notices forged."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.platform.cases import BOOK, FORGED, GENUINE, UNPROVED, letter, own_words, pack, recogniser

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


TITLES = [
    "サービス外連絡申請承認済みのライター募集",
    "「急募」サービス外連絡申請承認済み「在宅」",
    "サービス外連絡申請を承認しました" + "とても長い題の仕事" * 15,
    "「急募」契約中の「在宅」",
    "「A」の契約が成立しました「B」",
    "」仮払いが完了しました「",
]
SHAPES = [
    "「{}」にご応募いただきありがとうございます",
    "【クラウドワークス】「{}」への応募が完了しました",
    "【クラウドワークス】{}について相談がありました",
    "「{}」に新しいメッセージがあります",
    "お気に入りのお仕事「{}」の締切が近づいています",
    "{}へのご応募いただきありがとうございます",
    "[CrowdWorks] {} - 新着メッセージ",
]
TOLD = {"scouted", "contacted", "applied", "shown_before", "linked_proposal"}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("title", TITLES, ids=lambda title: title[:20])
def test_a_title_is_no_event_whatever_quotes_it_holds(title, shape):
    text = "ナナ さん\n\nヤナギ文庫 さんからメッセージが届きました。\n\nよろしくお願いします。\n\nhttps://crowdworks.jp/messages/1000001"
    found = recogniser().recognise(letter(subject=shape.format(title), text=text), GENUINE, BOOK)
    assert {event.kind for event in found.events} <= TOLD


def test_a_title_that_holds_quotes_is_one_title():
    found = recogniser().recognise(letter("「「急募」帯のコピー『3本』」に新しいメッセージがあります"), GENUINE, BOOK)
    assert found.job == "「急募」帯のコピー『3本』"


@pytest.mark.parametrize("title", ["AIエージェントサービスの紹介", "ビズマッチ構築", "エージェントから学ぶ営業"])
def test_a_title_that_names_the_agent_is_a_clients_mail(title):
    text = "ヤナギ文庫 さんから相談が届きました。\n\nよろしくお願いします。\n\nhttps://crowdworks.jp/messages/1000001?ref=um_invitation"
    found = recogniser().recognise(letter(f"【クラウドワークス】{title}について相談がありました", text), GENUINE, BOOK)
    assert (found.channel, found.agent, found.offer, found.job) == (Channel.NOTIFICATION, False, False, title)


def test_a_forged_notice_without_news_is_judged_whole():
    text = "本人確認のためLINEで身分証をお送りください。"
    mail = letter("【重要】アカウント停止のお知らせ", text)
    forged, unproved = (recogniser().recognise(mail, proof, BOOK) for proof in (FORGED, UNPROVED))
    assert (forged.channel, forged.judged, own_words(mail, forged)) == (Channel.NOTIFICATION, True, text)
    assert (unproved.channel, unproved.judged) == (Channel.PLATFORM, False)
    agent = letter("面談のご案内", text, Address("ビズマッチ", "bizmatch@crowdworks.jp"))
    forged, unproved = (recogniser().recognise(agent, proof, BOOK) for proof in (FORGED, UNPROVED))
    assert (forged.judged, forged.agent) == (True, False)
    assert (unproved.judged, unproved.agent) == (False, True)
