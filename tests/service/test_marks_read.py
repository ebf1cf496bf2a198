"""The worker's marks: on which mail they may lie, each taken once, and what comes too early taken later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from tests.respond.scene import MemoryMailbox

from banken.ledger import Ledger, Owed, SeenMessage
from banken.mailbox.folders import Abilities
from banken.respond import Answer
from banken.service.answers import answered, take_answers
from banken.words import Stage

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
WARNING = "<banken.warning@worker.example>"


class Mailbox(MemoryMailbox):
    """One in memory that has labels as Gmail has them: each is a folder, too."""

    def __init__(self, *, gmail):
        super().__init__(mail={"INBOX": {}})
        self.abilities = Abilities(frozenset({"X-GM-EXT-1"} if gmail else ()))
        self.read = 0
        self.all_mail = None

    def whole(self):
        return self.all_mail

    def marked(self, labels):
        return [uid for uid in self.uids() if self.labels(uid) & set(labels)]

    def uids(self, *, after=0):
        return [uid for uid in self.mail[self.folder] if uid > after]

    def headers(self, uids):
        self.read += len(uids)
        return super().headers(uids)


class Deals:
    def __init__(self):
        self.said = []
        self.undone = []

    def set_stage(self, deal, stage, _at, _of):
        self.said.append((deal, stage))
        return len(self.said)

    def let_go(self, deal, rule, _at, _of):
        self.said.append((deal, rule))
        return len(self.said)

    def undo(self, number):
        self.undone.append(number)


@pytest.fixture
def guard():
    with Ledger.open(":memory:") as ledger:
        yield SimpleNamespace(account="home", ledger=ledger, deals=Deals(), clock=lambda: NOW)


def letter(message_id):
    return f"Message-ID: {message_id}\r\n\r\nx\r\n".encode()


def examined(guard, uid, message_id, *, deal="d1", fingerprint="print-1"):
    guard.ledger.seen.record(
        SeenMessage(
            account="home",
            folder="INBOX",
            uidvalidity=7,
            uid=uid,
            arrived=NOW - timedelta(hours=1),
            examined=NOW,
            fingerprint=fingerprint,
            message_id=message_id,
            deal=deal,
        )
    )


def warned(guard):
    owed = Owed(
        account="home", fingerprint="print-1", action="warn", target="append:INBOX", message_id=WARNING, payload="{}"
    )
    guard.ledger.outbox.plan([owed], NOW)


@pytest.mark.parametrize("gmail", [True, False])
@pytest.mark.parametrize("name", ["<ask@client.example>", WARNING])
def test_a_mail_or_its_warning_in_a_folder_called_so_is_an_answer_once(guard, gmail, name):
    examined(guard, 1, "<ask@client.example>")
    examined(guard, 2, WARNING, deal="", fingerprint="ours")
    warned(guard)
    box = Mailbox(gmail=gmail)
    box.mail["banken/契約中"] = {1: letter(name)}
    assert [take_answers(guard, box, ["INBOX"]) for _look in range(3)] == [1, 0, 0]
    assert guard.deals.said == [("d1", Stage.UNDER)]
    assert box.read == 1  # what was read there is not read again
    assert "print-1" in answered(guard.ledger, "home", Answer.CONTRACT)
    assert "print-1" not in answered(guard.ledger, "home", Answer.DONE)


def test_a_label_on_the_warning_speaks_of_the_mail(guard):
    examined(guard, 1, "<ask@client.example>")
    examined(guard, 2, WARNING, deal="", fingerprint="ours")
    warned(guard)
    box = Mailbox(gmail=True)
    box.mail["INBOX"] = {1: letter("<ask@client.example>"), 2: letter(WARNING)}
    box.marks["INBOX", 2] = {"banken/完了"}
    assert take_answers(guard, box, ["INBOX"]) == 1
    assert guard.deals.said == [("d1", Stage.COMPLETED)]


def test_a_mail_that_was_not_examined_yet_is_looked_at_again(guard):
    examined(guard, 1, "<old@client.example>")
    box = Mailbox(gmail=False)
    box.mail["banken/完了"] = {1: letter("<ask@client.example>"), 2: letter("<old@client.example>")}
    assert take_answers(guard, box, ["INBOX"]) == 1
    examined(guard, 2, "<ask@client.example>", deal="d2", fingerprint="print-2")
    assert take_answers(guard, box, ["INBOX"]) == 1
    assert guard.deals.said == [("d1", Stage.COMPLETED), ("d2", Stage.COMPLETED)]
    box.read = 0
    take_answers(guard, box, ["INBOX"])
    assert box.read == 0


def moved(box, uid, source, target):
    """As a mail program moves a mail: it has a new number where it goes."""
    box.deliver(target, box.mail[source].pop(uid))


@pytest.fixture
def answered_box(guard):
    """A mailbox whose warning was put into the folder of an answer, and read there."""
    examined(guard, 1, "<ask@client.example>")
    examined(guard, 2, WARNING, deal="", fingerprint="ours")
    warned(guard)
    box = Mailbox(gmail=False)
    box.mail |= {"INBOX": {1: letter("<ask@client.example>")}, "banken/完了": {1: letter(WARNING)}, "Archive": {}}
    assert take_answers(guard, box, ["INBOX"]) == 1
    return box


def test_a_warning_moved_back_takes_its_answer_back_and_can_be_answered_again(guard, answered_box):
    moved(answered_box, 1, "banken/完了", "INBOX")
    assert take_answers(guard, answered_box, ["INBOX"]) == 0
    assert guard.deals.undone == [1]
    assert "print-1" not in answered(guard.ledger, "home", Answer.DONE)
    take_answers(guard, answered_box, ["INBOX"])
    assert guard.deals.undone == [1]
    answered_box.mail["banken/完了"][2] = letter(WARNING)
    assert take_answers(guard, answered_box, ["INBOX"]) == 1
    assert len(guard.deals.said) == 2


@pytest.mark.parametrize("target", ["Archive", None, "banken/契約中"])
def test_a_warning_that_is_tidied_away_takes_nothing_back(guard, answered_box, target):
    if target:
        moved(answered_box, 1, "banken/完了", target)
    else:
        del answered_box.mail["banken/完了"][1]
    for _look in range(2):
        take_answers(guard, answered_box, ["INBOX"])
    assert not guard.deals.undone
    assert "print-1" in answered(guard.ledger, "home", Answer.DONE)


def test_a_folder_that_is_gone_or_numbered_anew_takes_nothing_back(guard, answered_box):
    answered_box.mail["INBOX"][2] = letter(WARNING)  # a copy of it
    answered_box.uidvalidity = 8
    take_answers(guard, answered_box, ["INBOX"])
    del answered_box.mail["banken/完了"]
    take_answers(guard, answered_box, ["INBOX"])
    assert not guard.deals.undone


def test_a_copy_that_is_deleted_takes_its_answer_back(guard, answered_box):
    answered_box.mail["INBOX"][2] = letter(WARNING)
    take_answers(guard, answered_box, ["INBOX"])
    assert not guard.deals.undone
    del answered_box.mail["banken/完了"][1]
    take_answers(guard, answered_box, ["INBOX"])
    assert guard.deals.undone == [1]


def labelled(guard, *, gmail):
    examined(guard, 1, "<ask@client.example>")
    box = Mailbox(gmail=gmail)
    box.mail["INBOX"] = {1: letter("<ask@client.example>")}
    box.marks["INBOX", 1] = {"banken-completed"}
    assert take_answers(guard, box, ["INBOX"]) == 1
    return box


def test_a_label_taken_off_takes_its_answer_back(guard):
    box = labelled(guard, gmail=False)
    box.marks["INBOX", 1] = {"banken-under-contract"}
    assert take_answers(guard, box, ["INBOX"]) == 1
    assert guard.deals.undone == [1]
    assert "print-1" in answered(guard.ledger, "home", Answer.CONTRACT)


def test_a_labelled_mail_that_is_moved_takes_nothing_back(guard):
    box = labelled(guard, gmail=False)
    moved(box, 1, "INBOX", "Archive")
    take_answers(guard, box, ["INBOX"])
    assert not guard.deals.undone
    box.deliver("INBOX", letter("<other@client.example>"))  # which has the number that the other one had
    take_answers(guard, box, ["INBOX"])
    assert not guard.deals.undone


@pytest.mark.parametrize("thrown_away", [True, False])
def test_on_gmail_a_label_taken_off_an_archived_mail_takes_its_answer_back(guard, thrown_away):
    box = labelled(guard, gmail=True)
    box.all_mail = "[Gmail]/すべてのメール"
    box.mail |= {"banken/completed": {1: letter("<ask@client.example>")}, box.all_mail: {}}
    if not thrown_away:
        box.mail[box.all_mail][1] = letter("<ask@client.example>")
    take_answers(guard, box, ["INBOX"])
    del box.mail["INBOX"][1]
    take_answers(guard, box, ["INBOX"])
    assert not guard.deals.undone
    del box.mail["banken/completed"][1]
    take_answers(guard, box, ["INBOX"])
    assert bool(guard.deals.undone) is not thrown_away


def test_an_answer_from_before_answers_could_be_taken_back_stays(guard):
    box = labelled(guard, gmail=False)
    guard.ledger.learned.put("home", "answer done print-1", "2026-11-24T03:00:00+00:00", NOW)
    assert take_answers(guard, box, ["INBOX"]) == 0
    box.marks.clear()
    take_answers(guard, box, ["INBOX"])
    assert "print-1" in answered(guard.ledger, "home", Answer.DONE)
    assert not guard.deals.undone
