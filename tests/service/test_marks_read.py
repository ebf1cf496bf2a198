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

    def marked(self, labels):
        return [uid for (folder, uid), held in self.marks.items() if folder == self.folder and held & set(labels)]

    def uids(self, *, after=0):
        return [uid for uid in self.mail[self.folder] if uid > after]

    def headers(self, uids):
        self.read += len(uids)
        return super().headers(uids)


class Deals:
    def __init__(self):
        self.said = []

    def set_stage(self, deal, stage, _at):
        self.said.append((deal, stage))

    def let_go(self, deal, rule, _at):
        self.said.append((deal, rule))


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
    assert answered(guard.ledger, "home", "print-1", Answer.CONTRACT)
    assert not answered(guard.ledger, "home", "print-1", Answer.DONE)


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
