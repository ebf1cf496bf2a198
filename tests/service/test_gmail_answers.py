"""Answers by Gmail's own labels, in its own tongue; the other ways are tried on Dovecot in tests/e2e."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.e2e.conftest import notice
from tests.fakeimap import FakeImap

from banken.config import Config
from banken.guard import Trust
from banken.ledger import Ledger
from banken.mailbox.connection import Server
from banken.mailbox.imap import connect
from banken.respond import WarningSettings
from banken.service import house as rooms
from banken.service.answers import take_answers
from banken.service.catchup import CatchUp
from banken.words import Level, Permission, Stage


@pytest.fixture(scope="module")
def house():
    return rooms.build(Config())


class Gmail:
    """A worker's Gmail with one mail that was examined, and what guards it."""

    def __init__(self, fake, box, guard):
        self.fake, self.box, self.guard = fake, box, guard

    def look(self):
        taken = take_answers(self.guard, self.box, ["INBOX"])
        return taken, list(CatchUp(guard=self.guard, mailbox=self.box, folders=["INBOX"]).run())

    def label(self, *labels):
        self.fake.inbox.mails[-1].labels |= set(labels)

    def stage(self):
        (deal,) = self.guard.deals.deals()
        return self.guard.deals.standing(deal.id, self.guard.clock()).stage


@pytest.fixture
def gmail(house):
    with FakeImap(gmail=True) as fake, Ledger.open(":memory:") as ledger:
        server = Server(fake.host, fake.port, "plain", "worker", "secret-word", timeout=20, deadline=60)
        box = connect("home", server, label_folder="{label}")
        settings = WarningSettings(via="none")
        guard = rooms.guard(house, "home", ledger, settings=settings, trust=Trust(("mx.example.jp",)))
        one = Gmail(fake, box, guard)
        one.look()
        fake.inbox.add(notice("続きはLINEで。", number=1))
        one.look()
        yield one
        box.close()


@pytest.mark.parametrize(
    ("label", "stage"),
    [
        ("banken/契約中", Stage.UNDER),
        ("banken/under-contract", Stage.UNDER),
        ("banken/完了", Stage.COMPLETED),
        ("banken/completed", Stage.COMPLETED),
    ],
)
def test_a_label_moves_the_deal_once(gmail, label, stage):
    gmail.label("大事", label)
    assert gmail.look()[0] == 1
    assert gmail.stage() is stage
    assert gmail.look()[0] == 0


def test_other_labels_say_nothing(gmail):
    before = gmail.stage()
    gmail.label("大事", "契約中", "banken", "番犬/危険", "banken/契約")
    assert gmail.look()[0] == 0
    assert gmail.stage() is before


def test_a_false_alarm_silences_its_rule_in_its_deal(gmail):
    gmail.label("banken/問題なし")
    assert gmail.look()[0] == 1
    gmail.fake.inbox.add(notice("続きはLINEで。 よろしくお願いします。", number=1))
    gmail.fake.inbox.mails[-1].when = dt.datetime.now(dt.UTC) + dt.timedelta(
        minutes=1
    )  # an answer counts from its moment on
    (examined,) = gmail.look()[1]
    assert not examined.verdict.findings
    assert "false_alarm" in {one.excuse for one in examined.verdict.excused}


def test_a_label_taken_off_is_taken_back(gmail):
    before = gmail.stage()
    gmail.label("banken/契約中")
    gmail.look()
    assert gmail.stage() is Stage.UNDER
    gmail.fake.inbox.mails[-1].labels.clear()
    assert gmail.look()[0] == 0
    assert gmail.stage() is before


def other_client(words, number):
    said = notice(words, subject="【クラウドワークス】谷間商会さんからメッセージが届いています", number=number)
    for ours, theirs in (("青空工房", "谷間商会"), ("商品紹介文の作成", "年賀状のデザイン")):
        said = said.replace(ours.encode(), theirs.encode())
    return said


def test_an_answer_on_a_mail_of_a_deal_that_was_merged_goes_back_with_it(gmail):
    """Each answer was about the other client's mail; the first client's deal keeps none of them."""
    gmail.fake.inbox.add(other_client("続きはLINEで。", 2))
    gmail.look()
    deals = gmail.guard.deals
    one, other = sorted((deal.id for deal in deals.deals()), key=lambda deal: deals.deal(deal).client == "谷間商会")
    number = deals.merge(one, other, gmail.guard.clock())
    gmail.fake.inbox.add(other_client("続きはLINEでお願いします。", 2))
    assert [examined.tie.deal for examined in gmail.look()[1]] == [one]
    gmail.label("banken/承認済", "banken/問題なし", "banken/契約中")
    assert gmail.look()[0] == 3
    deals.undo(number)
    later = gmail.guard.clock() + dt.timedelta(seconds=1)
    standings = [deals.standing(deal, later) for deal in (one, other)]
    assert [(one.permission, one.stage is Stage.UNDER) for one in standings] == [
        (Permission.NONE, False),
        (Permission.APPROVED, True),
    ]
    assert [bool(deals.silenced(deal, later)) for deal in (one, other)] == [False, True]
    gmail.fake.inbox.mails[-1].labels.clear()
    gmail.look()
    assert deals.standing(other, later).permission is Permission.NONE
    assert not deals.silenced(other, later)


def direct(number):
    head = f"From: <oka@aozora.example>\r\nTo: nao@example.jp\r\nMessage-ID: <{number}@aozora.example>\r\nMIME-Version: 1.0\r\n"
    text = "青空工房の岡です。「商品紹介文の作成」の件、続きはLINEで連絡しましょう。"
    return f"{head}Content-Type: text/plain; charset=utf-8\r\nSubject: 商品紹介文の作成の件\r\n\r\n{text}\r\n".encode()


def test_an_approval_told_on_a_mail_holds_for_its_sender_until_it_is_taken_back(gmail):
    def write(number):
        gmail.fake.inbox.add(direct(number)).when = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=number)
        ((examined,),) = gmail.look()[1:]
        return examined.standing.permission, examined.verdict.level

    assert write(0) == (Permission.NONE, Level.WARNING)
    asked = gmail.fake.inbox.mails[-1]
    gmail.label("banken/承認済")
    assert gmail.look()[0] == 1
    assert write(1) == (Permission.APPROVED, Level.NOTICE)
    asked.labels.clear()
    gmail.look()
    assert write(2) == (Permission.NONE, Level.WARNING)


def test_all_mail_is_known_by_its_mark_not_by_its_name(gmail):
    assert gmail.box.whole() is None
    listed = b'* LIST (\\Noselect) "/" "[Gmail]"\r\n* LIST (\\All \\HasNoChildren) "/" "[Gmail]/Alle Nachrichten"\r\nTAG OK listed\r\n'
    gmail.fake.on(r'LIST "" "?\*', listed)
    assert gmail.box.whole() == "[Gmail]/Alle Nachrichten"
