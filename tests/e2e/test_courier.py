"""The real program on a real Courier: `INBOX.` before every folder, `.` between them, no MOVE, no UIDNEXT on EXAMINE."""

from __future__ import annotations

import imaplib
import os
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from email import message_from_bytes

import pytest
import yaml
from imapclient.exceptions import IMAPClientError
from tests.courier import Courier
from tests.e2e.conftest import notice

from banken.config.load import load
from banken.ledger import Ledger
from banken.mailbox.errors import MailboxError
from banken.respond import carry_out
from banken.service import house as rooms
from banken.service.catchup import CatchUp

pytestmark = pytest.mark.server

FOLDERS = ("INBOX", "INBOX.仕事")
ASKS, PLAIN = "続きはLINEで。", "お見積もりをお願いします。"


@pytest.fixture
def courier():
    with Courier() as server:
        with server.client() as client:
            client.create_folder(FOLDERS[1])
        yield server


@pytest.fixture
def config(courier, tmp_path, monkeypatch):
    monkeypatch.setenv("MAIL_PASSWORD", courier.password)
    path = tmp_path / "config.yaml"

    def write(**account):
        imap = {"host": courier.host, "port": courier.port, "security": "plain", "user": courier.user}
        imap |= {"password": {"env": "MAIL_PASSWORD"}}
        one = {"name": "home", "imap": imap, "folders": list(FOLDERS), "authserv": "mx.example.jp"} | account
        warn = {"to": [courier.user], "via": "append"}
        whole = {"language": "ja", "state": str(tmp_path / "state"), "accounts": [one], "warn": warn}
        path.write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
        path.chmod(0o600)
        return path

    write()
    write.path = path
    return write


def banken(config, *words):
    command = [sys.executable, "-m", "banken", *words, "--config", str(config.path)]
    return subprocess.run(command, env=os.environ, capture_output=True, text=True, check=False)


def warnings(courier):
    raws = courier.messages("INBOX").values()
    return Counter(message_from_bytes(raw)["In-Reply-To"] for raw in raws if b"X-Banken: warning" in raw)


def labelled(courier, folder):
    return {
        uid for uid, flags in courier.flags(folder).items() if "banken-warning" in flags or "banken-danger" in flags
    }


def test_a_scan_labels_and_warns_and_a_second_one_does_nothing(courier, config):
    for folder in FOLDERS:
        courier.append(folder, notice(ASKS, number=1 + len(folder)), flags=["\\Flagged"])
        courier.append(folder, notice(PLAIN, number=100 + len(folder)), flags=["\\Seen"])
    before = [courier.flags(folder) for folder in FOLDERS]
    answer = banken(config, "scan", "--since", "1d", "--apply")
    assert answer.returncode == 0, answer.stderr
    assert [labelled(courier, folder) for folder in FOLDERS] == [{1}, {1}]
    assert sorted(warnings(courier).values()) == [1, 1]
    again = banken(config, "scan", "--since", "1d", "--apply")
    assert again.returncode == 0, again.stderr
    assert sorted(warnings(courier).values()) == [1, 1]
    for folder, flags in zip(FOLDERS, before, strict=True):
        now = courier.flags(folder)
        theirs = {uid: {flag for flag in now[uid] if not flag.startswith("banken-")} for uid in flags}
        assert theirs == flags


def test_copies_go_into_folders_with_the_prefix(courier, config):
    config(labels="folder")
    courier.append("INBOX", notice(ASKS))
    for _ in range(2):
        answer = banken(config, "scan", "--since", "1d", "--apply")
        assert answer.returncode == 0, answer.stderr
    with courier.client() as client:
        names = {name for _flags, _separator, name in client.list_folders()} - {*FOLDERS}
    assert all(name.startswith("INBOX.") for name in names), names
    copies = []
    for name in names:
        with suppress(IMAPClientError, imaplib.IMAP4.error):  # what only holds other folders cannot be opened
            copies += courier.messages(name).values()
    assert copies == [courier.messages("INBOX")[1]]


def test_a_missing_folder_names_the_one_with_the_prefix(courier, config):
    config(folders=["INBOX", "仕事"])
    answer = banken(config, "scan", "--since", "1d")
    assert answer.returncode == 3
    assert "INBOX.仕事" in answer.stderr


def test_a_mail_moved_by_copy_and_expunge_is_judged_once_and_labelled_where_it_lies(courier, config):
    house = rooms.build(load(config.path).config)
    [account] = house.config.accounts
    with Ledger.open(":memory:") as ledger:
        guard = rooms.account_guard(house, account, ledger)

        def look(*, carry=True):
            with rooms.mailbox(account) as box:
                found = list(CatchUp(guard=guard, mailbox=box, folders=account.folders).run())
                if carry:
                    carry_out(ledger, "home", box, guard.warning, house.advice)
            return [one.message.message_id for one in found if not one.message.own]

        assert look() == []
        raw = notice(ASKS)
        courier.append("INBOX", raw)
        assert len(look(carry=False)) == 1
        with courier.client() as client:
            client.select_folder("INBOX")
            client.copy([1], FOLDERS[1])
            client.delete_messages([1])
            client.uid_expunge([1])
        look()
        assert labelled(courier, FOLDERS[1]) == {1}
        assert list(warnings(courier).values()) == [1]


def test_a_warning_whose_append_was_not_answered_is_found_and_not_repeated(courier, config):
    """The mail was put there, and the connection lost before the answer: it has to be found by its Message-ID."""
    house = rooms.build(load(config.path).config)
    [account] = house.config.accounts
    with Ledger.open(":memory:") as ledger:
        guard = rooms.account_guard(house, account, ledger)
        with rooms.mailbox(account) as box:
            list(CatchUp(guard=guard, mailbox=box, folders=account.folders).run())
        courier.append("INBOX", notice(ASKS))
        with rooms.mailbox(account) as box:
            list(CatchUp(guard=guard, mailbox=box, folders=account.folders).run())
            put = box.append

            def put_and_lose(folder, raw):
                put(folder, raw)
                raise MailboxError("the line was lost")

            box.append = put_and_lose
            carry_out(ledger, "home", box, guard.warning, house.advice)
        assert sum(warnings(courier).values()) == 1
        later = datetime.now(UTC).replace(year=datetime.now(UTC).year + 1)
        with rooms.mailbox(account) as box:
            carry_out(ledger, "home", box, guard.warning, house.advice, clock=lambda: later)
        assert sum(warnings(courier).values()) == 1
        assert ledger.outbox.open() == []
