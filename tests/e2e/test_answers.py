"""The worker answers in the mail program: a label moves the deal, or calls an alarm false."""

from __future__ import annotations

import datetime as dt
import email
import os
import signal
import subprocess
import sys
import time
from email import policy

import pytest
from tests.e2e.conftest import USERS, notice

pytestmark = pytest.mark.server
PATIENCE = 120


@pytest.fixture
def watched(desk):

    account = desk.configure()["accounts"][0]
    desk.configure(accounts=[account | {"every": "1s", "push": False}])
    log = (desk.folder / "log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "banken", "run", "--log", "human", "--config", str(desk.config)],
        env={**os.environ, "MAIL_PASSWORD": USERS[desk.user]},
        stderr=log,
    )
    until(lambda: "looked" in (desk.folder / "log").read_text())
    yield desk
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    log.close()


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.1)


def later():
    return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=5)  # INTERNALDATE knows whole seconds only


def label(desk, uid, keyword):
    with desk.server.client(desk.user) as client:
        client.select_folder("INBOX")
        client.add_flags([uid], [keyword])


def ours(desk, uid):
    return {flag for flag in desk.flags().get(uid, ()) if flag.startswith("banken-")}


def taken(desk, count):
    return (desk.folder / "log").read_text().count("answer taken") == count


def test_a_label_says_that_there_is_a_contract(watched):
    first = watched.deliver(notice("続きはLINEで。", number=1))
    until(lambda: "banken-warning" in ours(watched, first))
    label(watched, first, "banken-under-contract")
    until(lambda: taken(watched, 1))
    (deal,) = watched.run("deals", "list", "--json").objects()
    assert deal["stage"] == "under_contract"
    second = watched.deliver(notice("細かい確認はLINEでお願いします。", number=1), when=later())
    until(lambda: ours(watched, second))
    assert "banken-notice" in ours(watched, second)
    time.sleep(3)  # several looks
    assert taken(watched, 1)


def test_a_false_alarm_silences_the_same_rule_in_the_same_deal_only(watched):
    first = watched.deliver(notice("続きはLINEで。", number=1))
    until(lambda: "banken-warning" in ours(watched, first))
    label(watched, first, "banken-no-problem")
    until(lambda: taken(watched, 1))
    again = watched.deliver(notice("続きはLINEで。 よろしくお願いします。", number=1), when=later())
    until(lambda: len(watched.run("deals", "list", "--json").objects()) == 1)
    worse = watched.deliver(notice("直接契約しませんか。手数料がもったいないので。", number=1), when=later())
    until(lambda: "banken-danger" in ours(watched, worse))
    other = watched.deliver(
        notice(
            "続きはLINEで。", number=2, subject="【クラウドワークス】赤い屋根さんからメッセージが届いています"
        ).replace("青空工房".encode(), "赤い屋根".encode()),
        when=later(),
    )
    until(lambda: "banken-warning" in ours(watched, other))
    assert not ours(watched, again)
    assert not any("no problem" in flag for flag in ours(watched, first))


def test_a_copy_in_a_folder_called_so_says_the_same(watched):
    first = watched.deliver(notice("続きはLINEで。", number=1))
    until(lambda: "banken-warning" in ours(watched, first) and watched.sink.messages)
    with watched.server.client(watched.user) as client:
        client.select_folder("INBOX")
        client.copy([first], "banken/完了")
    until(lambda: taken(watched, 1))
    (deal,) = watched.run("deals", "list", "--json").objects()
    assert deal["stage"] == "completed"


@pytest.mark.parametrize("folder", ["banken/契約中", "banken/問題なし"])
def test_the_warning_itself_can_be_put_into_a_folder_that_it_names(watched, folder):
    """As a phone does it: the warning lies in the inbox, and its mail program can move it, no more."""
    first = watched.deliver(notice("続きはLINEで。", number=1))
    until(lambda: "banken-warning" in ours(watched, first) and watched.sink.messages)
    warning = watched.deliver(watched.sink.messages[0].raw)
    with watched.server.client(watched.user) as client:
        assert folder in [name for _flags, _separator, name in client.list_folders()]
        client.select_folder("INBOX")
        client.copy([warning], folder)
        client.delete_messages([warning])
        client.expunge()
    until(lambda: taken(watched, 1))
    (deal,) = watched.run("deals", "list", "--json").objects()
    again = watched.deliver(notice("続きはLINEでお願いします。", number=1), when=later())
    other = watched.deliver(notice("直接契約しませんか。手数料がもったいないので。", number=1), when=later())
    until(lambda: ours(watched, other))
    if folder == "banken/契約中":
        assert deal["stage"] == "under_contract"
        assert "banken-notice" in ours(watched, again)
    else:
        assert deal["stage"] != "under_contract"
        assert not ours(watched, again)
        assert "続きはLINEで" in watched.run("report", "--false-alarms").out


def move(desk, source, target):
    """Move the only mail of a folder as a phone does it; it has a new number where it goes."""
    with desk.server.client(desk.user) as client:
        client.select_folder(source)
        client.copy(client.search("ALL"), target)
        client.delete_messages(client.search("ALL"))
        client.expunge()


def withdrawn(desk):
    return (desk.folder / "log").read_text().count("answer withdrawn")


def test_a_warning_that_is_moved_back_to_the_inbox_warns_again(watched):
    """What the warning says of taking an answer back: the false alarm that was told by mistake."""
    first = watched.deliver(notice("続きはLINEで。", number=1))
    until(lambda: "banken-warning" in ours(watched, first) and watched.sink.messages)
    letter = watched.sink.messages[0].raw
    assert "受信トレイに戻します" in email.message_from_bytes(letter, policy=policy.default).get_body().get_content()
    with watched.server.client(watched.user) as client:
        client.append("banken/問題なし", letter)
    until(lambda: taken(watched, 1))
    silent = watched.deliver(notice("続きはLINEで。 よろしくお願いします。", number=1), when=later())
    other = watched.deliver(notice("直接契約しませんか。手数料がもったいないので。", number=1), when=later())
    until(lambda: ours(watched, other))
    assert not ours(watched, silent)
    move(watched, "banken/問題なし", "INBOX")
    until(lambda: withdrawn(watched) == 1)
    again = watched.deliver(notice("続きはLINEでお願いします。", number=1), when=later())
    until(lambda: "banken-warning" in ours(watched, again))
    assert "続きはLINEで" not in watched.run("report", "--false-alarms").out
    move_back_count = withdrawn(watched)
    time.sleep(3)  # several looks
    assert (move_back_count, withdrawn(watched)) == (1, 1)


def test_a_tag_that_is_taken_off_puts_the_deal_back(watched):
    first = watched.deliver(notice("続きはLINEで。", number=1))
    until(lambda: "banken-warning" in ours(watched, first))
    label(watched, first, "banken-under-contract")
    until(lambda: taken(watched, 1))
    with watched.server.client(watched.user) as client:
        client.select_folder("INBOX")
        client.remove_flags([first], ["banken-under-contract"])
    until(lambda: withdrawn(watched) == 1)
    (deal,) = watched.run("deals", "list", "--json").objects()
    assert deal["stage"] == "before_contract"
    label(watched, first, "banken-completed")
    until(lambda: taken(watched, 2))
    (deal,) = watched.run("deals", "list", "--json").objects()
    assert deal["stage"] == "completed"


def straight(words, *, sender="kikaku@aozora.example", name="青空工房", subject="クラウドワークスの件"):
    """Return a mail that somebody of whom nothing is known sent without the platform."""
    body = f"クラウドワークスで募集を拝見した者です。\r\n{words}\r\n"
    head = f"From: {name} <{sender}>\r\nTo: nao@example.jp\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n"
    head += f"Message-ID: <{abs(hash((words, sender)))}@aozora.example>\r\nDate: Tue, 24 Nov 2026 10:00:00 +0900\r\n"
    head += "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    return (head + body).encode()


def test_a_false_alarm_on_mail_of_no_deal_silences_the_rule_for_its_sender_only_until_it_is_taken_back(watched):
    first = watched.deliver(straight("続きはLINEで。"))
    until(lambda: "banken-warning" in ours(watched, first))
    assert watched.run("deals", "list", "--json").objects() == []
    label(watched, first, "banken-no-problem")
    until(lambda: taken(watched, 1))
    again = watched.deliver(straight("続きはLINEで。 よろしくお願いします。"), when=later())
    worse = watched.deliver(straight("直接契約しませんか。手数料がもったいないので。"), when=later())
    other = watched.deliver(straight("続きはLINEで。", sender="akai@yane.example", name="赤い屋根"), when=later())
    until(lambda: "banken-danger" in ours(watched, worse) and "banken-warning" in ours(watched, other))
    assert not ours(watched, again)
    # A notice of the platform that names the same client has a deal, and is warned about.
    deal = watched.deliver(notice("続きはLINEで。", number=1), when=later())
    until(lambda: "banken-warning" in ours(watched, deal))
    # The mail itself is shown as let go when it is looked through again, and is a test to be all the same.
    rows = {row["message_id"]: row for row in watched.run("scan", "--since", "2d", "--json", expect=None).objects()}
    (row,) = [one for one in rows.values() if one["uid"] == first]
    assert row["level"] is None
    assert {one["excuse"] for one in row["excused"]} >= {"false_alarm"}
    assert "続きはLINEで" in watched.run("report", "--false-alarms").out
    with watched.server.client(watched.user) as client:
        client.select_folder("INBOX")
        client.remove_flags([first], ["banken-no-problem"])
    until(lambda: withdrawn(watched) == 1)
    once_more = watched.deliver(straight("続きはLINEでお願いします。"), when=later())
    until(lambda: "banken-warning" in ours(watched, once_more))


def test_what_was_called_a_false_alarm_is_not_forgotten_when_the_mail_is_examined_again(watched):
    first = watched.deliver(straight("続きはLINEで。"))
    until(lambda: "banken-warning" in ours(watched, first))
    label(watched, first, "banken-no-problem")
    until(lambda: taken(watched, 1))
    watched.run("scan", "--since", "2d", "--apply", "--again", expect=None)
    assert "続きはLINEで" in watched.run("report", "--false-alarms").out
