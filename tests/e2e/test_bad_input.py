"""What people get wrong: one clear line, the right exit code, no traceback, nothing lost."""

from __future__ import annotations

import os

import pytest
from tests.e2e.conftest import notice
from tests.servers import Dovecot, free_port

pytestmark = pytest.mark.server


def change(desk, **imap):
    account = desk.configure()["accounts"][0]
    account["imap"] |= imap
    desk.configure(accounts=[account])


def test_wrong_password(desk):
    answer = desk.run("scan", "--since", "1d", expect=3, MAIL_PASSWORD="wrong one")
    assert len(answer.err.strip().splitlines()) == 1
    assert "wrong one" not in answer.err


def test_unknown_host(desk):
    change(desk, host="imap.nowhere.example")
    answer = desk.run("scan", "--since", "1d", expect=3)
    assert "imap.nowhere.example" in answer.err


def test_nobody_listens(desk):
    change(desk, port=free_port())
    desk.run("scan", "--since", "1d", expect=3)


def test_expired_certificate(desk):
    with Dovecot({desk.user: "any"}, expired=True) as server:
        change(desk, port=server.tls_port, ca=str(server.ca_file))
        answer = desk.run("scan", "--since", "1d", expect=3)
    assert "証明書" in answer.err


def test_missing_folder(desk):
    account = desk.configure()["accounts"][0]
    account["folders"] = ["INBOX", "ないフォルダー"]
    desk.configure(accounts=[account])
    answer = desk.run("scan", "--since", "1d", expect=3)
    assert "ないフォルダー" in answer.err


def test_empty_mailbox(desk):
    assert "0 通" in desk.run("scan", "--since", "30d", "--apply").out


def test_a_tab_and_an_unknown_key(desk):
    desk.config.write_text("accounts:\n\t- name: x\n")
    assert f"{desk.config}:2:" in desk.run("scan", expect=2).err
    desk.config.write_text("langage: ja\ntimezon: Asia/Tokyo\n")
    answer = desk.run("scan", expect=2)
    assert "language" in answer.err
    assert "timezone" in answer.err


def test_no_point_in_time(desk):
    assert "30d" in desk.run("scan", "--since", "いつか", expect=2).err


def test_unwritable_state_folder(desk):
    (desk.folder / "file").write_text("")
    desk.configure(state=str(desk.folder / "file" / "state"))
    desk.deliver(notice("LINEで。"))
    answer = desk.run("scan", "--since", "1d", "--apply", expect=2)
    assert "file" in answer.err
    assert not desk.sink.messages


def test_unreadable_eml(desk):
    path = desk.folder / "x.eml"
    path.write_bytes(bytes(range(256)) * 20)
    assert desk.run("check", path, "--json").objects()
    desk.run("check", desk.folder / "none.eml", expect=2)


def test_unknown_account_and_deal(desk):
    assert "home" in desk.run("scan", "--account", "hom", expect=2).err
    assert desk.run("deals", "show", "nobody", expect=2).err


def test_english_speaks_english(desk):
    desk.configure(language="en")
    answer = desk.run("scan", "--since", "1d")
    assert "Messages read" in answer.out
    assert not any("぀" <= letter <= "ヿ" for letter in answer.out + answer.err)


def test_no_password_reaches_the_state_or_the_log(desk):
    desk.deliver(notice("LINEで。"))
    answer = desk.run("scan", "--since", "1d", "--apply")
    secret = os.fsencode(desk.server.users[desk.user])
    files = [path for path in (desk.folder / "state").rglob("*") if path.is_file()]
    assert files
    assert not any(secret in path.read_bytes() for path in files)
    assert secret.decode() not in answer.out + answer.err
