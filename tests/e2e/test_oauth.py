"""Logging in by OAuth: the real program, a real Dovecot that asks our token server, and an SMTP sink that does, too."""

from __future__ import annotations

import contextlib
import copy
import json
import re
import time
import urllib.error
import urllib.request

import pytest
import yaml
from tests.e2e.conftest import USERS, Desk, notice
from tests.servers import Dovecot, SmtpSink
from tests.tokenserver import TokenServer

pytestmark = pytest.mark.server


@pytest.fixture
def tokens():
    with TokenServer() as server:
        yield server


@pytest.fixture
def mechanisms(request):
    return getattr(request, "param", "xoauth2 oauthbearer")


both = pytest.mark.parametrize("mechanisms", ["xoauth2 oauthbearer", "oauthbearer"], indirect=True)


@pytest.fixture
def desk(tokens, mechanisms, tmp_path):
    settings = f"auth_mechanisms = plain {mechanisms}"
    names = tuple(mechanisms.upper().split())
    with (
        Dovecot(USERS, oauth=tokens.introspection, settings=settings) as server,
        SmtpSink("tls", tokens=tokens.knows, mechanisms=names) as sink,
    ):
        one = Desk(server, sink, next(iter(USERS)), tmp_path)
        one.environment = {"REQUESTS_CA_BUNDLE": str(tokens.ca_file)}
        configure(one, {"provider": "microsoft", "client_id": tokens.client, "authority": tokens.authority})
        yield one


def configure(desk, oauth, **account):
    imap = {"host": "127.0.0.1", "port": desk.server.tls_port, "user": desk.user, "ca": str(desk.server.ca_file)}
    smtp = {"host": "127.0.0.1", "port": desk.sink.port, "user": desk.user, "ca": str(desk.sink.ca_file)}
    one = {"name": "home", "imap": imap | {"oauth": oauth}, "authserv": "mx.example.jp", **account}
    desk.configure(
        language="en",
        accounts=[one],
        warn={"to": [desk.user], "via": "smtp", "smtp": smtp | {"oauth": copy.deepcopy(oauth)}},
    )


def log_in(desk, tokens, *words):
    """Log in as a worker does, reading what the program says; return all of it."""
    said = ""
    with desk.start("login", *words) as process:
        for line in process.stdout:
            said += line
            if code := re.fullmatch(r"    ([0-9A-F]{8})\n", line):
                tokens.approve(code[1], desk.user)
            if line.startswith("https://") and "authorize" in line:
                back = tokens.visit(line.strip(), desk.user)
                with contextlib.suppress(urllib.error.HTTPError):  # a browser asks for more than it should
                    urllib.request.urlopen(back.partition("?")[0] + "favicon.ico", timeout=60)
                urllib.request.urlopen(back, timeout=60).close()
        said += process.stderr.read()
    assert process.returncode == 0, said
    return said


def file_of(desk):
    return desk.folder / "state" / "oauth" / f"{desk.user}.json"


def until(true, seconds=180.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


@both
def test_from_the_first_login_to_the_warning_by_one_login(desk, tokens, mechanisms):
    refused = desk.run("scan", "--since", "1d", expect=3)
    assert "banken login" in refused.err
    said = log_in(desk, tokens)
    assert "https://example.jp/device" in said
    assert "lets" in said
    assert file_of(desk).stat().st_mode & 0o777 == 0o600
    desk.deliver(notice("続きはLINEで話しましょう。", number=1))
    answer = desk.run("scan", "--since", "1d", "--apply")
    (mail,) = desk.sink.messages
    assert mail.user == desk.user  # sent with the same login
    assert f"method={mechanisms.upper().split()[0]}" in desk.server.log()
    assert ("AUTH", f"{mechanisms.upper().split()[0]} {desk.user}") in desk.sink.attempts
    assert tokens.refreshed == 0
    for secret in tokens.given:
        assert secret not in said + answer.out + answer.err + desk.config.read_text()


@both
def test_a_token_that_ran_out_or_was_withdrawn_is_renewed_without_a_word(desk, tokens):
    log_in(desk, tokens)
    tokens.lifetime = 100  # renewed each time from now on: less than five minutes are left
    desk.run("scan", "--since", "1d")
    assert tokens.refreshed == 0  # the first one is good yet
    tokens.withdraw()  # the server refuses it before its time
    desk.deliver(notice("続きはLINEで話しましょう。", number=1))
    desk.run("scan", "--since", "1d", "--apply")
    assert tokens.refreshed >= 1
    assert len(desk.sink.messages) == 1


@pytest.mark.slow
def test_a_consent_that_was_revoked_is_told_once_and_a_new_login_heals_it_at_once(desk, tokens):
    log_in(desk, tokens)
    # The warnings go by a relay at home here, which needs no login: by the revoked one nothing could be told.
    whole = yaml.safe_load(desk.config.read_text())
    with SmtpSink() as relay:
        whole["warn"]["smtp"] = {"host": "127.0.0.1", "port": relay.port, "security": "plain"}
        whole["accounts"][0] |= {"every": "1s", "push": False}
        desk.config.write_text(yaml.safe_dump(whole))
        with desk.start("run", "--log", "json") as process:
            until(lambda: desk.run("status", "--json", expect=None).code == 0)
            tokens.revoke()
            until(lambda: relay.messages)
            asked = len(tokens.asked)
            time.sleep(4)
            assert len(tokens.asked) == asked  # it does not knock every second
            (letter,) = relay.messages
            assert "banken login" in letter.message.get_payload(decode=True).decode()
            desk.deliver(notice("続きはLINEで話しましょう。", number=1))
            log_in(desk, tokens)
            until(lambda: len(relay.messages) == 3)
            subjects = sorted(str(one.message["Subject"]) for one in relay.messages)
            assert len({one.message_id for one in relay.messages}) == 3, subjects
            process.terminate()
            out, err = process.communicate(timeout=60)
    lost = [json.loads(line) for line in err.splitlines() if "account not reached" in line]
    assert 1 <= len(lost) <= 3, lost
    for secret in tokens.given:
        assert secret not in out + err


def test_doctor_says_what_to_do(desk, tokens):
    signs = json.loads(desk.run("doctor", "--json", expect=1).out)["signs"]
    found = [one for one in signs if one["mark"] == "bad" and one["topic"] in ("login", "smtp")]
    assert len(found) == 2
    assert all("banken login" in one["what"] + one["todo"] for one in found)
    log_in(desk, tokens)
    signs = json.loads(desk.run("doctor", "--json", expect=None).out)["signs"]
    assert not [one for one in signs if one["mark"] == "bad" and one["topic"] in ("login", "smtp")]
    assert any(one["topic"] == "login" and one["mark"] == "good" for one in signs)
    assert any(one["topic"] == "smtp" and one["mark"] == "good" for one in signs)


def test_google_by_a_browser_that_comes_back(desk, tokens):
    tokens.secret = "of the app"
    (desk.folder / "client.secret").write_text("of the app\n")
    (desk.folder / "client.secret").chmod(0o600)
    oauth = {"provider": "google", "client_id": tokens.client, "authority": tokens.host}
    configure(desk, oauth | {"client_secret": {"file": "client.secret"}})
    said = log_in(desk, tokens)
    assert "in" in said
    desk.run("scan", "--since", "1d")
    tokens.withdraw()
    desk.run("scan", "--since", "1d")
    assert tokens.refreshed == 1
    assert "of the app" not in said + file_of(desk).read_text()


def test_by_a_browser_for_microsoft_too_and_only_for_accounts_that_want_it(desk, tokens):
    log_in(desk, tokens, "--browser")
    assert tokens.asked[-1]["grant_type"] == "authorization_code"
    assert "nobody" in desk.run("login", "nobody", expect=2).err
    desk.configure()
    assert desk.run("login", expect=2).err


def test_another_persons_login_is_refused_by_the_mail_server(desk, tokens):
    with desk.start("login") as process:
        for line in process.stdout:
            if code := re.fullmatch(r"    ([0-9A-F]{8})\n", line):
                tokens.approve(code[1], "somebody@example.jp")
        assert "127.0.0.1" in process.stderr.read()
    assert process.returncode == 3
