"""The whole chain for one mail after the other: what a forged notice is told as, and to whom an approval is lent."""

from __future__ import annotations

import email
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime

import pytest

from banken.config import Config
from banken.guard import Trust
from banken.ledger import Ledger
from banken.mailbox.model import Place, RawMessage
from banken.message import reading
from banken.respond import Warn, WarningSettings
from banken.respond.letter import write
from banken.service import house as rooms
from banken.words import Category, Level, Permission, Stage

START = datetime(2026, 11, 10, tzinfo=UTC)
WORKER = "nao@example.jp"
CLIENT, JOB = "ハルカゼ企画", "SNS投稿文の作成"
NUMBER = "https://crowdworks.jp/messages/410000202"
ASK = "やりとりはLINEに移らせてください。IDは harukaze_2026 です。追加をお願いします。"
MESSAGE = (
    f"【クラウドワークス】{CLIENT}さんからメッセージが届いています",
    f"nao さん\n\n{CLIENT} さんから「{JOB}」についてメッセージが届いています。\n\n{{words}}\n\n▼ メッセージを確認する\n{NUMBER}\n",
)
APPROVED = (
    "【クラウドワークス】サービス外連絡申請を承認しました",
    f"クライアント：{CLIENT}\nお仕事：{JOB}\n申請いただいた内容は承認されました。\n{NUMBER}\n",
)
CONTRACTED = (
    f"【クラウドワークス】「{JOB}」の契約が成立しました",
    f"{CLIENT} さんとの「{JOB}」の契約が成立しました。\n\n契約の内容 https://crowdworks.jp/contracts/77000202\n{NUMBER}\n",
)


class Desk:
    """One guard, to which mail comes in by the hour."""

    def __init__(self, ledger):
        self.house = rooms.build(Config())
        self.settings = WarningSettings(to=(WORKER,), via="append", levels=frozenset(Level), sender=WORKER)
        trust = Trust(("mx.example.jp",))
        self.guard = rooms.guard(self.house, "home", ledger, settings=self.settings, trust=trust)
        self.uid = 0

    def get(self, subject, text, sender="no-reply@crowdworks.jp", result="pass", name="クラウドワークス"):
        self.uid += 1
        at, domain = START + timedelta(hours=self.uid), sender.rpartition("@")[2]
        mail = EmailMessage(policy=SMTP)
        mail["Authentication-Results"] = f"mx.example.jp; dmarc={result} header.from={domain}"
        mail["From"], mail["To"], mail["Subject"] = f"{name} <{sender}>", WORKER, subject
        mail["Date"], mail["Message-ID"] = format_datetime(at), f"<{self.uid}@{domain}>"
        mail.set_content(text)
        self.raw = mail.as_bytes()
        examined = self.guard.examine(self.guard.look(RawMessage(Place("INBOX", 7, self.uid), at, self.raw)))
        self.guard.remember(examined)
        return examined

    def direct(self, address):
        return self.get(f"{JOB}の件", f"{CLIENT}の岡です。{ASK}", address, name=CLIENT)

    def letter(self, examined):
        facts = next(one.facts for one in examined.actions if isinstance(one, Warn))
        now = START + timedelta(days=1)
        raw = write(facts, self.house.advice, self.settings, to=WORKER, message_id="<w@x>", now=now, original=self.raw)
        return email.message_from_bytes(raw, policy=default).get_body(("plain",)).get_content()


@pytest.fixture
def desk():
    with Ledger.open(":memory:") as ledger:
        yield Desk(ledger)


def said(words):
    return MESSAGE[0], MESSAGE[1].format(words=words)


def rules(examined, category=Category.IMPERSONATION):
    return [one.rule for one in examined.verdict.findings if one.category is category]


def test_a_forged_message_is_not_told_as_a_false_contract(desk):
    forged = desk.get(*said(ASK), result="fail")
    letter = desk.letter(forged)
    assert rules(forged) == ["impersonation.forged"]
    assert "あなたのメールサーバーは、クラウドワークスが送ったものではないと判定しました" in letter
    assert "契約や仮払いが済んだと書かれています" not in letter
    assert "mx.example.jp の判定は dmarc=fail" in letter


@pytest.mark.parametrize(("mail", "rule"), [(CONTRACTED, "event"), (APPROVED, "forged")])
def test_a_forged_event_is_told_as_what_it_claims(desk, mail, rule):
    assert rules(desk.get(*mail, result="fail")) == [f"impersonation.{rule}"]


def test_a_forged_mail_of_nothing_that_happened_is_told(desk):
    forged = desk.get("アカウントの確認", "パスワードの有効期限です。下のページで更新してください。", result="fail")
    assert (forged.verdict.level, rules(forged)) == (Level.DANGER, ["impersonation.forged"])


@pytest.mark.parametrize("before", [[], [CONTRACTED]])
def test_an_approval_is_not_lent_to_whoever_names_client_and_title(desk, before):
    for mail in (said("はじめまして。"), *before, APPROVED):
        desk.get(*mail)
    impostor = desk.direct("harukaze.kikaku@freemail.example")
    assert impostor.standing.permission is Permission.NONE
    assert impostor.standing.stage is (Stage.UNDER if before else Stage.BEFORE)
    assert "クライアントのものと分かっていない" in impostor.standing.why
    if not before:
        assert impostor.verdict.level is Level.WARNING


def test_an_approved_client_keeps_it_who_writes_from_the_address_he_told(desk):
    for mail in (said("今後は info@harukaze.example からもお送りします。"), APPROVED):
        desk.get(*mail)
    client = desk.direct("info@harukaze.example")
    assert (client.standing.permission, client.verdict.level) == (Permission.APPROVED, Level.NOTICE)
    assert desk.get(*said(ASK)).standing.permission is Permission.APPROVED


def test_an_approved_client_keeps_it_whose_address_the_worker_tied(desk):
    for mail in (said("はじめまして。"), APPROVED):
        desk.get(*mail)
    (deal,) = desk.guard.deals.deals()
    desk.guard.deals.tie_address(deal.id, "oka@harukaze.example", START)
    assert desk.direct("oka@harukaze.example").verdict.level is Level.NOTICE


@pytest.fixture
def _unreadable(monkeypatch):
    """A fault of ours, over each mail."""
    monkeypatch.setattr(reading, "_read", lambda *_words: 1 / 0)


@pytest.mark.usefixtures("_unreadable")
def test_each_mail_that_cannot_be_read_is_warned_of_also_after_the_first_was_erased(desk):
    for number in (1, 2):
        raw = f"クラウドワークスでご応募いただいた件です。{number} {ASK}".encode()
        look = desk.guard.look(RawMessage(Place("INBOX", 7, number), START, raw))
        assert not desk.guard.forgot(look)
        desk.guard.remember(desk.guard.examine(look))
        desk.guard.ledger.retain(START + timedelta(days=1))
    assert [row.action for row in desk.guard.ledger.outbox.open("home")].count("warn") == 2
