"""One look of the service at a (small) server: whatever is wrong with the answers, the mail is guarded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest
from imapclient.imap_utf7 import encode
from tests.e2e.conftest import notice
from tests.fakeimap import FakeImap, Folder

from banken.config import Config
from banken.deals import LedgerStore
from banken.deals.register import Register
from banken.ledger import Ledger, LedgerError, SeenState
from banken.service import eye
from banken.service import house as rooms
from banken.service.checkup import accounts
from banken.service.eye import Eye
from banken.service.isolation import CONNECTION
from banken.service.runner import Leash
from banken.words import Event, Stage

ANSWERS = "banken/問題なし"
NO_KEYWORDS = b"TAG BAD Command Argument Error. 11\r\n"
"""What Outlook.com, Microsoft 365 and Exchange say to SEARCH KEYWORD."""


class Desk:
    """The service's eye on one account of `server`, whose warnings are put into the inbox."""

    def __init__(self, server, ledger, name="home", known=()):
        self.server, self.ledger, self.began = server, ledger, datetime.now(UTC)
        imap = {"host": server.host, "port": server.port, "security": "plain", "user": "w@example.jp", "password": "x"}
        names = [name, *known]
        accounts = [{"name": one, "imap": imap, "authserv": "mx.example.jp"} for one in names]
        warn = {"to": ["w@example.jp"], "via": "append"}
        self.config = Config.model_validate({"accounts": accounts, "warn": warn})
        self._eye = Eye(rooms.build(self.config), ledger)
        self.look()

    @property
    def guard(self):
        return self._eye._guard(self.config.accounts[0])

    def look(self):
        self._eye.look(self.config.accounts[0], Leash())

    def deliver(self, number, folder="INBOX"):
        mail = self.server.folders[folder].add(notice("続きはLINEで。", number=number))
        mail.when = self.began  # before any answer, however long the test takes
        return mail

    def warnings(self):
        return sum(b"\nX-Banken: warning" in mail.raw for mail in self.server.inbox.mails)


@pytest.fixture
def desk():
    with FakeImap() as server, Ledger.open(":memory:") as ledger:
        yield Desk(server, ledger)


@pytest.fixture
def shared(tmp_path):
    """A desk whose ledger another process may write to."""
    with FakeImap() as server, Ledger.open(tmp_path) as ledger:
        yield Desk(server, ledger)


@pytest.fixture
def read(monkeypatch):
    """Count how often all that is known of the deals is read."""
    times = []

    def whole(store):
        times.append(store)
        return Register(store)

    monkeypatch.setattr("banken.deals.deals.Register", whole)
    return times


def test_a_look_reads_the_history_of_the_deals_only_when_another_process_wrote_to_it(shared, read, tmp_path):
    shared.look()
    shared.deliver(1)
    shared.look()
    shared.deliver(2)
    shared.look()
    shared.look()
    assert (shared.warnings(), read) == (2, [])
    with Ledger.open(tmp_path, alone=False) as ledger:
        other = LedgerStore(ledger, "home")
        (deal,) = (one.id for one in other.deals())
        number = other.append(Event("stage:under_contract", datetime.now(UTC), True, deal=deal, source="worker"))
        shared.look()
        assert (len(read), shared.guard.deals.standing(deal, datetime.now(UTC)).stage) == (1, Stage.UNDER)
        other.undo(number)
        shared.look()
        assert (len(read), shared.guard.deals.standing(deal, datetime.now(UTC)).stage) == (2, Stage.BEFORE)
        ledger.forget("青空工房")
        shared.look()
        assert (len(read), shared.guard.deals.deals()) == (3, ())


def test_what_another_process_wrote_during_a_look_counts_for_the_mail_behind_it(shared, tmp_path):
    shared.deliver(1)
    shared.look()
    with Ledger.open(tmp_path, alone=False) as ledger:
        other = LedgerStore(ledger, "home")
        (deal,) = (one.id for one in other.deals())
        with shared.ledger.transaction(), shared.guard.deals.step():
            pass
        other.append(Event("stage:under_contract", datetime.now(UTC), True, deal=deal, source="worker"))
        with shared.ledger.transaction(), shared.guard.deals.step():
            assert shared.guard.deals.standing(deal, datetime.now(UTC)).stage is Stage.UNDER


def test_a_client_known_to_one_account_is_recognised_when_he_writes_to_another(desk):
    address = "tanto@client.example"
    words = f"こちらのアドレスです。{address}"
    with FakeImap() as server:
        other = Desk(server, desk.ledger, "work", known=["home"])
        told = desk.server.inbox.add(notice(words))
        told.when = desk.began
        desk.look()
        asks = message(address, "資料の件", "続きはLINEで連絡しましょう。")
        stranger = message("someone@client.example", "資料の件", "続きはLINEで連絡しましょう。")
        for raw in (asks, stranger):
            server.inbox.add(raw).when = desk.began
        other.look()
        rows = desk.ledger.seen.between(desk.began - timedelta(days=1), account="work")
        assert [(row.sender, row.channel) for row in rows if row.channel != "unrelated"] == [(address, "direct")]
        assert other.warnings() == 1


def message(sender, subject, words):
    head = f"From: <{sender}>\r\nTo: nao@example.jp\r\nMessage-ID: <{hash(sender)}@client.example>\r\nSubject: {subject}\r\n"
    return f"{head}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n".encode()


@pytest.fixture
def _escrow_missing(desk):
    """A deal whose client asks for work days after the contract, and no notice of the escrow came."""
    desk.deliver(1)
    desk.look()
    store = LedgerStore(desk.ledger, "home")
    (deal,) = (one.id for one in store.deals())
    for kind, days in (("contracted", 4), ("talk:asks_work", 3)):
        store.append(Event(kind, desk.began - timedelta(days=days), True, deal=deal, source=kind))


@pytest.mark.usefixtures("_escrow_missing")
def test_nobody_is_reminded_while_the_answer_may_lie_in_a_folder_that_cannot_be_read(desk):
    desk.config = folders(desk.config, "INBOX", "仕事")
    desk.look()
    assert reminders(desk) == 0
    desk.server.folders["仕事"] = Folder(uidvalidity=9)
    desk.look()
    assert reminders(desk) == 1


@pytest.mark.usefixtures("_escrow_missing")
def test_a_folder_that_is_gone_for_good_keeps_no_reminder_back(desk):
    desk.config = folders(desk.config, "INBOX", "仕事")
    desk.look()
    lost = datetime.now(UTC) - desk.config.health.unreachable
    desk.ledger.learned.put("home", "missing 仕事", lost.isoformat(), lost)
    desk.look()
    assert reminders(desk) == 1
    assert sum(b"\nX-Banken: news" in mail.raw for mail in desk.server.inbox.mails) == 1


@pytest.mark.usefixtures("_escrow_missing")
def test_nobody_is_reminded_while_not_all_that_is_new_was_looked_at(desk, monkeypatch):
    for number in (2, 3):
        desk.deliver(number)
    with monkeypatch.context() as slow:
        slow.setattr(eye, "LOOK_SECONDS", -1.0)
        desk.look()
        assert reminders(desk) == 0
    desk.look()
    assert reminders(desk) == 1


def reminders(desk):
    return sum(b"\nX-Banken: reminder" in mail.raw for mail in desk.server.inbox.mails)


def folders(config, *names):
    return config.model_copy(update={"accounts": (config.accounts[0].model_copy(update={"folders": names}),)})


@pytest.mark.parametrize("how", ["numbered anew", "moved"])
def test_a_client_who_was_forgotten_stays_so_when_his_mail_turns_up_elsewhere(desk, how):
    desk.config = folders(desk.config, "INBOX", "仕事")
    desk.server.folders["仕事"] = Folder(uidvalidity=9)
    desk.look()
    mail = desk.deliver(1)
    desk.look()
    desk.ledger.forget("青空工房")
    if how == "moved":
        desk.server.inbox.mails.remove(mail)
        desk.server.folders["仕事"].add(mail.raw).when = mail.when
    else:
        desk.server.inbox.uidvalidity += 1
    desk.look()
    rows = desk.ledger.seen.same("home", desk.ledger.seen.by_message_id(message_id(mail))[0].fingerprint)
    assert [(row.client, row.subject, row.state) for row in rows] == [("", "", SeenState.FORGOTTEN)] * 2
    assert desk.guard.deals.deals() == ()
    desk.deliver(2)
    desk.look()
    assert [deal.client for deal in desk.guard.deals.deals()] == ["青空工房"]  # who writes anew is known anew


def message_id(mail):
    return str(message_from_bytes(mail.raw)["Message-ID"])


def test_what_was_rolled_back_is_not_known(shared, monkeypatch):
    def full(*_words):
        raise LedgerError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(shared.ledger.seen, "record", full)
        shared.deliver(1)
        with pytest.raises(LedgerError):
            shared.look()
    assert shared.guard.deals.deals() == ()
    shared.look()
    assert len(shared.guard.deals.deals()) == shared.warnings() == 1


def test_a_server_that_cannot_search_keywords_is_guarded(desk):
    desk.server.on("SEARCH .*KEYWORD", NO_KEYWORDS)
    desk.deliver(1)
    desk.look()
    assert desk.warnings() == 1


def test_an_answer_folder_that_cannot_be_opened_keeps_no_mail_unguarded(desk):
    desk.server.folders[ANSWERS] = Folder(uidvalidity=9)
    name = encode("問題なし").decode().replace("+", r"\+")
    desk.server.on(f"EXAMINE .*{name}", b"TAG NO [SERVERBUG] Internal error occurred.\r\n")
    desk.deliver(1)
    desk.look()
    assert desk.warnings() == 1


def test_a_mail_in_an_answer_folder_over_which_the_connection_drops_is_set_aside_and_the_others_are_taken(desk):
    folder = desk.server.folders[ANSWERS] = Folder(uidvalidity=9)

    def over(session, tag, line):
        words = line.split()
        if session.folder is folder and "1" in words[2].replace(":", ",").split(","):
            session.drop()
        else:
            session.answer(tag, line)

    desk.server.on("UID FETCH .*HEADER", over)
    desk.deliver(70, ANSWERS)
    desk.server.folders[ANSWERS].add(desk.deliver(1).raw)
    for number in range(2, 8):
        desk.look()
        assert desk.warnings() == number - 1
        desk.deliver(number)
    assert [(one.folder, one.uid, one.step) for one in desk.ledger.quarantine.held()] == [(ANSWERS, 1, CONNECTION)]
    assert desk.ledger.learned.named("home", "answer fine ")


def test_what_was_said_by_a_tag_stands_while_the_server_does_not_let_it_be_looked_for(desk):
    mail = desk.deliver(1)
    desk.look()
    mail.flags.add("banken-no-problem")
    desk.look()
    (answer,) = desk.ledger.learned.named("home", "answer fine ").items()
    desk.server.on("SEARCH .*KEYWORD", NO_KEYWORDS)
    desk.look()
    assert list(desk.ledger.learned.named("home", "answer ").items()) == [answer]


def test_the_doctor_tells_that_tags_cannot_be_searched(desk):
    told = [sign.topic for sign in accounts.signs(desk.config, desk.config.accounts[0])]
    desk.server.on("SEARCH .*KEYWORD", NO_KEYWORDS)
    then = [sign.topic for sign in accounts.signs(desk.config, desk.config.accounts[0])]
    assert "answers" not in told
    assert "answers" in then
