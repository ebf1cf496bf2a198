"""Freshness, and who is told of what: the ledger, systemd, a port, a heartbeat."""

from __future__ import annotations

import datetime as dt
import http.server
import json
import socket
import threading
import urllib.error
import urllib.request

import pytest

from banken.config import Config
from banken.ledger import Owed
from banken.service import systemd
from banken.service.endpoint import Endpoint
from banken.service.health import Health, Vitals, conditions, refused_settings
from banken.service.heartbeat import beat

NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


class Clock:
    now = NOON

    def __call__(self):
        return self.now


@pytest.fixture
def accounts():
    imap = {"host": "127.0.0.1", "user": "worker@example.jp", "password": "x"}
    two = [{"name": "a", "imap": imap, "every": "2m"}, {"name": "b", "imap": imap, "every": "1h"}]
    return Config.model_validate({"accounts": two, "warn": {"to": ["a@b.example"]}}).accounts


def fresh(ledger, accounts, seconds):
    now = NOON + dt.timedelta(seconds=seconds)
    return {one.account: one.fresh for one in conditions(ledger, accounts, now)}


def test_an_account_is_fresh_for_three_of_its_own_intervals(ledger, accounts):
    assert fresh(ledger, accounts, 0) == {"a": False, "b": False}
    health = Health(ledger, Clock())
    health.worked("a")
    health.worked("b")
    assert fresh(ledger, accounts, 360) == {"a": True, "b": True}
    assert fresh(ledger, accounts, 361) == {"a": False, "b": True}
    assert fresh(ledger, accounts, 3 * 3600 + 1) == {"a": False, "b": False}


def test_a_look_noted_by_a_clock_that_was_ahead_is_not_fresh_for_long(ledger, accounts):
    clock = Clock()
    clock.now = NOON + dt.timedelta(days=30)
    health = Health(ledger, clock)
    health.worked("a")
    health.failed("b", "no route")
    assert fresh(ledger, accounts, 24 * 3600) == {"a": False, "b": False}
    clock.now = NOON
    assert health.failed("b", "no route").since == NOON
    health.worked("a")
    assert fresh(ledger, accounts, -1)["a"]  # a clock that is set right by a second changes nothing


def test_a_failed_look_keeps_nothing_fresh_and_trouble_remembers_its_beginning(ledger, accounts):
    clock = Clock()
    health = Health(ledger, clock)
    health.worked("a")
    clock.now = NOON + dt.timedelta(minutes=10)
    health.failed("a", "no route")
    clock.now = NOON + dt.timedelta(minutes=20)
    health.failed("a", "refused")
    one = conditions(ledger, accounts, clock.now)[0]
    assert not one.fresh
    assert (one.trouble.since, one.trouble.tries, one.trouble.why) == (NOON + dt.timedelta(minutes=10), 2, "refused")
    assert health.worked("a") == one.trouble
    assert health.worked("a") is None
    assert conditions(ledger, accounts, clock.now)[0].trouble is None


def test_refused_settings_are_remembered_until_good_ones_come(ledger):
    health = Health(ledger)
    health.settings("config.yaml:1:1: no")
    assert refused_settings(ledger) == "config.yaml:1:1: no"
    health.settings("")
    assert refused_settings(ledger) == ""


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_is_told_on_the_socket_it_names(tmp_path, monkeypatch, abstract):
    name = f"@banken-test-{tmp_path.name}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + name[1:] if abstract else name)
        manager.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        systemd.ready(120)
        systemd.alive("2/2 accounts\nfresh")
        systemd.reloading()
        systemd.stopping()
        said = [manager.recv(4096).decode() for _ in range(4)]
    assert said[0] == "READY=1"
    assert said[1] == "WATCHDOG=1\nSTATUS=2/2 accounts fresh"
    assert said[2].startswith("RELOADING=1\nMONOTONIC_USEC=")
    assert said[3] == "STOPPING=1"


def test_the_watchdog_is_asked_to_wait_for_an_account_that_is_looked_at_rarely(tmp_path, monkeypatch):
    three_hours, twelve = 3 * 3600, 12 * 3600
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", str(three_hours * 1_000_000))
        systemd.ready(120)
        systemd.ready(twelve)
        monkeypatch.delenv("WATCHDOG_USEC")
        systemd.ready(twelve)
        said = [manager.recv(4096).decode() for _ in range(3)]
    assert said == [
        f"READY=1\nWATCHDOG_USEC={three_hours * 1_000_000}",
        f"READY=1\nWATCHDOG_USEC={3 * twelve * 1_000_000}",
        "READY=1",
    ]


def test_without_systemd_nothing_happens(monkeypatch, tmp_path):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    systemd.ready(120)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    systemd.ready(120)


@pytest.fixture
def endpoint(ledger, accounts):
    clock = Clock()
    more = {}
    one = Endpoint(0, lambda: Vitals(conditions(ledger, accounts, clock.now), **more), ledger)
    one.clock, one.more = clock, more
    yield one
    one.close()


def ask(endpoint, path, host="127.0.0.1"):
    request = urllib.request.Request(f"http://127.0.0.1:{endpoint.port}{path}", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_healthz_is_well_only_while_every_account_is_fresh(endpoint, ledger):
    health = Health(ledger, endpoint.clock)
    assert ask(endpoint, "/healthz")[0] == 503
    health.worked("a")
    assert ask(endpoint, "/healthz")[0] == 503
    health.worked("b")
    status, body = ask(endpoint, "/healthz")
    assert status == 200
    assert json.loads(body)["fresh"] is True
    endpoint.clock.now += dt.timedelta(minutes=7)
    status, body = ask(endpoint, "/healthz")
    assert status == 503
    assert [one["fresh"] for one in json.loads(body)["accounts"]] == [False, True]


@pytest.mark.parametrize("trouble", [{"hung": 1}, {"ledger": "the disk is full"}])
def test_healthz_tells_of_looks_that_do_not_end_and_of_a_ledger_that_fails(endpoint, ledger, trouble):
    for name in "ab":
        Health(ledger, endpoint.clock).worked(name)
    endpoint.more |= trouble
    status, body = ask(endpoint, "/healthz")
    assert status == 503
    assert trouble.items() <= json.loads(body).items()


def test_metrics_say_the_same_to_prometheus(endpoint, ledger):
    Health(ledger, endpoint.clock).worked("a")
    status, body = ask(endpoint, "/metrics")
    assert status == 200
    assert 'banken_account_fresh{account="a"} 1.0' in body
    assert 'banken_account_fresh{account="b"} 0.0' in body
    line = next(line for line in body.splitlines() if line.startswith("banken_last_look_timestamp_seconds{"))
    assert float(line.split()[1]) == NOON.timestamp()


def test_metrics_tell_what_is_owed_for_an_account_that_is_not_configured_any_more(endpoint, ledger):
    owed = [Owed(account=name, fingerprint="f", action="warn", target="append:INBOX") for name in ("a", "old", "")]
    owed += [Owed(account="old", fingerprint="f", action="warn", target="smtp:worker@example.jp")]
    owed += [Owed(account="old", fingerprint="f", action="label", target="warning")]  # kept, not owed
    ledger.outbox.plan(owed, NOON)
    whole = ask(endpoint, "/metrics")[1]
    said = [line for line in whole.splitlines() if line.startswith("banken_owed_actions{")]
    assert said == [
        f'banken_owed_actions{{account="{name}"}} {count}' for name, count in (("a", 1.0), ("b", 0.0), ("old", 1.0))
    ]
    assert 'banken_kept_actions{account="old"} 2.0' in whole


def test_metrics_are_given_when_an_account_is_stale_or_nobody_would_see_which(endpoint, ledger):
    for name in "ab":
        Health(ledger, endpoint.clock).worked(name)
    assert 'banken_account_fresh{account="a"} 1.0' in ask(endpoint, "/metrics")[1]
    endpoint.clock.now += dt.timedelta(minutes=7)
    status, body = ask(endpoint, "/metrics")
    assert (status, ask(endpoint, "/healthz")[0]) == (200, 503)
    assert 'banken_account_fresh{account="a"} 0.0' in body
    assert 'banken_account_fresh{account="b"} 1.0' in body


def test_other_paths_and_web_pages_get_nothing(endpoint):
    assert ask(endpoint, "/")[0] == 404
    assert ask(endpoint, "/healthz", host="attacker.example")[0] == 403
    assert ask(endpoint, "/healthz", host="localhost:1")[0] == 503


def test_the_port_is_open_on_this_machine_only(endpoint):
    assert endpoint._server.server_address[0] == "127.0.0.1"


@pytest.fixture
def site():
    """A web server that counts, and answers with the status in the path."""
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            self.send_response(int(self.path.strip("/")))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", seen
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_heartbeat_is_heard(site):
    url, seen = site
    assert beat(f"{url}/200") == ""
    assert seen == ["/200"]


def test_a_heartbeat_that_fails_is_told_without_its_address(site):
    url, _seen = site
    assert beat(f"{url}/404") == "HTTP 404"
    for wrong in ("http://127.0.0.1:1/secret", "http://[/secret", "file:///etc/passwd", "http://"):
        why = beat(wrong) if wrong != "http://[/secret" else "x"
        assert why
        assert "secret" not in why
        assert "passwd" not in why
