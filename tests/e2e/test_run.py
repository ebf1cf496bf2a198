"""`banken run`: the same, again and again, until told to stop."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing

import pytest
from tests.e2e.conftest import USERS, notice
from tests.fakeimap import FakeImap
from tests.respond.websink import WebSink
from tests.servers import free_port

pytestmark = pytest.mark.server
PATIENCE = 120
"""Seconds; a warning whose fate a kill left open is waited for a minute before it is sent again."""


@pytest.fixture
def running(desk):
    account = desk.configure()["accounts"][0]
    desk.configure(accounts=[account | {"every": "1s"}])
    processes = []

    def start(word="looked", script="", **environment):
        banken = ["-m", "banken", "run", "--log", "human", "--config"]
        process = subprocess.Popen(
            [sys.executable, *(["-c", script] if script else banken), str(desk.config)],
            env={**os.environ, "MAIL_PASSWORD": USERS[desk.user], **environment},
            stderr=subprocess.PIPE,
            text=True,
        )
        process.seen = ""
        processes.append(process)
        wait(process, word)
        return process

    yield start
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.wait()
        desk.said += (process.seen, process.stderr.read())
        process.stderr.close()


def wait(process, word):
    """Read the log until a line with `word`."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        line = process.stderr.readline()
        assert line, f"the program ended\n{process.seen}"
        process.seen += line
        if word in line:
            return line
    raise AssertionError(word)


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.1)


def test_new_mail_is_warned_about_and_old_mail_is_not(desk, running):
    old = desk.deliver(notice("LINEを交換しましょう。", number=1))
    process = running()
    new = desk.deliver(notice("続きはLINEで。", number=2))
    until(lambda: desk.sink.messages)
    until(lambda: any(flag.startswith("banken-") for flag in desk.flags()[new]))
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    assert len(desk.sink.messages) == 1
    assert not any(flag.startswith("banken-") for flag in desk.flags()[old])


def test_after_a_kill_nothing_is_lost_and_nothing_done_twice(desk, running):
    process = running()
    desk.deliver(notice("続きはLINEで。", number=1))
    until(lambda: desk.sink.messages)
    process.kill()
    process.wait()
    desk.deliver(notice("直接契約しませんか。手数料がもったいないので。", number=2))  # while nobody watches
    process = running()
    until(lambda: len(desk.sink.messages) >= 2)
    wait(process, "looked")
    assert len({one.message_id for one in desk.sink.messages}) == 2


def test_a_second_one_on_the_same_ledger_says_so_and_stops(desk, running):
    running()
    answer = desk.run("run", expect=1)
    assert answer.err.strip()


def test_a_server_that_goes_away_and_comes_back(desk, running):
    process = running()
    desk.server.stop()
    wait(process, "account not reached")
    desk.server.start()
    desk.deliver(notice("続きはLINEで。", number=3))
    until(lambda: desk.sink.messages)


def test_what_the_worker_sets_right_counts_at_once(desk, running):
    process = running()
    desk.deliver(notice("お見積もりをお願いします。", number=7))
    wait(process, "looked")
    until(lambda: desk.run("deals", "list", "--json").objects())
    desk.run("deals", "set", "青空工房", "--stage", "under_contract")
    later = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=5)  # INTERNALDATE knows whole seconds only
    uid = desk.deliver(notice("細かい確認はLINEでお願いします。", number=7), when=later)
    until(lambda: any(flag.startswith("banken-") for flag in desk.flags()[uid]))
    assert "banken-notice" in desk.flags()[uid]
    assert not desk.sink.messages


def test_it_stops_within_ten_seconds_although_a_server_says_nothing(desk, running):
    with FakeImap() as silent:
        silent.on("UID SEARCH|UID FETCH|SEARCH", lambda session, _tag, _line: session._stopped.wait(60))
        one = desk.configure()["accounts"][0]
        quiet = {"host": silent.host, "port": silent.port, "security": "plain", "user": "w", "password": {"env": "X"}}
        desk.configure(accounts=[one | {"every": "1s"}, {"name": "silent", "imap": quiet}])
        process = running(X="secret")
        until(lambda: any("SEARCH" in line for line in silent.commands))
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
        assert time.monotonic() - start < 10


def test_other_ways_are_told_as_they_want_to_be(desk, running):
    hour = dt.datetime.now(dt.timezone(dt.timedelta(hours=9)))
    silence = f"{hour - dt.timedelta(hours=2):%H:%M}-{hour + dt.timedelta(hours=2):%H:%M}"
    with WebSink() as loud, WebSink() as shy:
        ways = [{"url": loud.url, "says": "full"}, {"url": shy.url, "quiet": silence}]
        desk.configure(
            accounts=[desk.configure()["accounts"][0] | {"every": "1s"}],
            warn=desk.configure()["warn"] | {"notify": ways},
            timezone="Asia/Tokyo",
        )
        running()
        desk.deliver(notice("続きはLINEで。", number=1))
        until(lambda: loud.told)
        assert "「続きはLINEで。」" in loud.told[0][1]
        assert "青空工房" in loud.told[0][1]
        desk.deliver(notice("仮払いの前に作業を始めてください。", number=2))
        until(lambda: shy.told)
        assert len(shy.told) == 1, "only danger is told now"
        assert "危険" in shy.titles[0]
        assert "青空工房" not in "".join(shy.told[0])
        until(lambda: len(loud.told) == 2)
        assert len(desk.sink.messages) == 2


def test_what_hours_of_silence_hold_back_follows_new_hours_at_once(desk, running):
    hour = dt.datetime.now(dt.timezone(dt.timedelta(hours=9)))
    silence = f"{hour - dt.timedelta(hours=2):%H:%M}-{hour + dt.timedelta(hours=2):%H:%M}"
    with WebSink() as site:
        whole = desk.configure()
        whole["accounts"][0] |= {"every": "1s"}
        more = {"accounts": whole["accounts"], "timezone": "Asia/Tokyo"}
        desk.configure(warn=whole["warn"] | {"notify": [{"url": site.url, "quiet": silence}]}, **more)
        process = running()
        desk.deliver(notice("続きはLINEで。", number=1))
        until(lambda: held(desk))
        assert not site.told
        desk.configure(warn=whole["warn"] | {"notify": [{"url": site.url}]}, **more)
        wait(process, "new settings accounts")
        until(lambda: site.told)


def held(desk):
    """Return what is put off to later, as the ledger has it."""
    with closing(sqlite3.connect(f"file:{desk.folder}/state/ledger.db?mode=ro", uri=True)) as ledger:
        return ledger.execute(
            "SELECT 1 FROM outbox WHERE target = 'notify:1' AND due > planned AND state = 'planned'"
        ).fetchall()


def test_new_settings_are_taken_over_and_wrong_ones_are_not(desk, running):
    process = running()
    good = desk.config.read_text()
    desk.config.write_text(good.replace("language: ja", "language: klingon"))
    process.send_signal(signal.SIGHUP)
    assert "klingon" in wait(process, "new settings refused")
    first = desk.deliver(notice("続きはLINEで。", number=1))
    until(lambda: any(flag.startswith("banken-") for flag in desk.flags()[first]))
    desk.config.write_text(good + "rules: {override: {contact.line: {level: notice}}, reader: false}\n")
    wait(process, "new settings accounts")  # the changed file is noticed without a signal
    for number in (2, 3):  # a look that was going on ends under the old settings: it may find the second, not the third
        last = desk.deliver(notice("続きはLINEで。", number=number))
        until(lambda uid=last: any(flag.startswith("banken-") for flag in desk.flags()[uid]))
    assert "banken-warning" in desk.flags()[first]
    assert "banken-notice" in desk.flags()[last]


def test_a_wrong_password_of_one_account_is_told_and_the_other_is_watched_on(desk, running):
    one = desk.configure()["accounts"][0] | {"every": "1s"}
    wrong = {**one, "name": "wrong", "imap": one["imap"] | {"password": {"env": "WRONG"}}}
    desk.configure(accounts=[wrong, one])
    process = running(WRONG="sesam, sesam")
    uid = desk.deliver(notice("続きはLINEで。", number=1))
    until(lambda: any(flag.startswith("banken-") for flag in desk.flags()[uid]))
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    log = process.seen + process.stderr.read()
    assert log.count("account=wrong") == 1
    assert "sesam, sesam" not in log


def test_a_corrected_password_is_used_without_a_restart(desk, running):
    file = desk.folder / "password"
    file.write_text("not yet known")
    file.chmod(0o600)
    one = desk.configure()["accounts"][0]
    desk.configure(accounts=[one | {"every": "1s", "imap": one["imap"] | {"password": {"file": str(file)}}}])
    process = running(word="account not reached")
    file.write_text(USERS[desk.user])
    wait(process, "looked")  # the file is noticed; by itself the next try would come after five minutes


def test_announced_mail_is_warned_about_long_before_the_next_round(desk, running):
    one = desk.configure()["accounts"][0]
    desk.configure(accounts=[one | {"every": "1h"}])
    process = running("listening")
    wait(process, "looked")
    start = time.monotonic()
    desk.deliver(notice("続きはLINEで。", number=1))
    until(lambda: desk.sink.messages)
    assert time.monotonic() - start < 10
    desk.server.stop()  # the connection breaks, and with it what was waited for
    wait(process, "not listening")
    desk.server.start()
    process.send_signal(signal.SIGHUP)
    wait(process, "listening account")
    desk.deliver(notice("直接契約しませんか。手数料がもったいないので。", number=2))
    until(lambda: len(desk.sink.messages) == 2)


def test_all_who_ask_hear_that_an_account_is_stale(desk, running):
    """The program lives and says so, and looks at nothing: /healthz and `status` fail, /metrics tells which account it is."""
    one = desk.configure()["accounts"][0]
    port = free_port()
    gone = {"name": "gone", "imap": one["imap"] | {"password": {"env": "MAIL_PASSWORD"}, "port": 1}, "every": "1m"}
    desk.configure(accounts=[one | {"every": "1m"}, gone], health={"port": port})
    process = running()
    assert ask(port, "/healthz")[0] == 503
    status, figures = ask(port, "/metrics")
    assert status == 200
    assert 'banken_account_fresh{account="home"} 1.0' in figures
    assert 'banken_account_fresh{account="gone"} 0.0' in figures
    desk.run("status", expect=1)
    desk.configure(accounts=[one | {"every": "1m"}], health={"port": port})
    wait(process, "new settings accounts")
    until(lambda: ask(port, "/healthz")[0] == 200)
    assert "gone" not in ask(port, "/metrics")[1]
    desk.run("status")


def ask(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_status_is_well_while_it_is_watched_and_not_afterwards(desk, running):
    assert "banken run" in desk.run("status", expect=1).out
    one = desk.configure()["accounts"][0]
    desk.configure(accounts=[one | {"every": "2s"}], health={"port": (port := free_port())})
    process = running()
    whole = json.loads(desk.run("status", "--json").out)
    assert whole["fresh"] is True
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
        assert json.load(answer)["fresh"] is True
    desk.config.write_text(desk.config.read_text() + "nonsense: 1\n")
    process.send_signal(signal.SIGHUP)
    wait(process, "new settings refused")
    desk.configure(accounts=[one | {"every": "2s"}])
    assert "nonsense" in json.loads(desk.run("status", "--json").out)["settings"]
    process.kill()
    process.wait()
    until(lambda: not json.loads(desk.run("status", "--json", expect=None).out)["fresh"])
    desk.run("status", expect=1)


def test_systemd_is_told_the_truth_over_its_own_socket(desk, running, tmp_path):
    """What systemd would hear: ready, alive after each real answer of the server and never without one, reloading, the end."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(30)
        process = running(NOTIFY_SOCKET=str(tmp_path / "notify"))

        def hear(word, *, within=PATIENCE):
            end = time.monotonic() + within
            while time.monotonic() < end:
                said = manager.recv(4096).decode()
                if word in said:
                    return said
            raise AssertionError(word)

        hear("READY=1")
        assert "1/1" in hear("WATCHDOG=1")
        process.send_signal(signal.SIGHUP)
        hear("RELOADING=1")
        hear("READY=1")
        desk.server.stop()
        wait(process, "account not reached")
        manager.setblocking(False)
        with contextlib.suppress(BlockingIOError):  # what it said of earlier looks
            while manager.recv(4096):
                pass
        manager.settimeout(3)
        with pytest.raises(TimeoutError):  # a server that is away feeds no watchdog
            hear("WATCHDOG=1", within=3)
        desk.server.start()
        manager.settimeout(PATIENCE)
        hear("WATCHDOG=1")
        process.send_signal(signal.SIGTERM)
        hear("STOPPING=1")
        assert process.wait(15) == 0


SLOW = """
import sys, time
from banken.service import apart, program, watch
read = apart.read
def never(path, wanted=None):
    print("reading", file=sys.stderr, flush=True)
    while True:
        time.sleep(0.01)
def first(path):
    apart.read = never
    return read(path)
apart.read, watch.LATEST = first, 2.0
sys.exit(program.main("human", sys.argv[1]))
"""


def test_it_stops_in_time_although_new_settings_are_still_being_read(desk, running):
    process = running(script=SLOW)
    process.send_signal(signal.SIGHUP)
    wait(process, "reading")
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


HANGS = """
import os, sys
from banken.service import apart, program, watch
read = apart.read
def hangs(path, wanted):
    sys.executable = os.environ["HANGING"]
    return read(path, wanted)
def first(path):
    apart.read = hangs
    return read(path)
apart.read, watch.LATEST = first, 600.0
sys.exit(program.main("human", sys.argv[1]))
"""


def test_reading_new_settings_is_given_up_when_it_has_to_stop(desk, running, tmp_path):
    """Nothing but giving it up ends this one: the reading hangs, and the last resort is ten minutes away."""
    hanging = tmp_path / "hanging"
    hanging.write_text("#!/bin/sh\necho reading >&2\nexec sleep 600\n")
    hanging.chmod(0o755)
    process = running(script=HANGS, HANGING=str(hanging))
    process.send_signal(signal.SIGHUP)
    wait(process, "reading")
    process.send_signal(signal.SIGTERM)
    assert "stopped" in wait(process, "stopped")
    assert process.wait(15) == 0
