"""Tokens: logged in once, renewed in time, kept from others, told when they do not count any more."""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import sys
import threading
import traceback
from dataclasses import replace
from pathlib import Path

import keyring
import keyring.errors
import pytest
from tests.tokenserver import TokenServer

from banken.mailbox.errors import Unavailable, Unreachable
from banken.oauth import FileKeep, Grant, LoginNeeded, RingKeep, Tokens

pytestmark = pytest.mark.usefixtures("english")

USER = "worker@example.jp"


def _secret():
    return "of the app"


class Door:
    """A worker who logs in at once."""

    def __init__(self, server, user=USER, *, refuse=False):
        self.server, self.user, self.refuse = server, user, refuse
        self.pages = []

    def code(self, page, code, seconds):
        assert seconds > 60
        self.pages.append(page)
        (self.server.refuse(code) if self.refuse else self.server.approve(code, self.user))

    def address(self):
        return "http://localhost:12345/"

    def answer(self, page):
        self.pages.append(page)
        return self.server.visit(page, self.user, refuse=self.refuse)


@pytest.fixture(params=["microsoft", "microsoft-browser", "google"])
def way(request):
    return request.param


@pytest.fixture
def world(way, tmp_path, monkeypatch):
    """A token server, and the tokens of a worker who has not logged in yet."""
    with TokenServer(secret="of the app" if way == "google" else "") as server:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.ca_file))
        google = way == "google"
        grant = Grant(
            provider="google" if google else "microsoft",
            user=USER,
            client_id=server.client,
            client_secret=_secret if google else None,
            authority=server.host if google else server.authority,
            uses=frozenset({"imap", "smtp"}),
        )
        keep = FileKeep(tmp_path / "oauth" / "worker.json", tmp_path / "oauth" / "worker.lock")
        yield server, Tokens(grant, keep), Door(server), way == "microsoft-browser"


def test_logged_in_once_a_token_is_there_until_it_runs_out_and_then_a_new_one(world):
    server, tokens, door, browser = world
    assert tokens.log_in(door, browser=browser) is None
    first = tokens.access()
    assert server.knows(first) == USER
    assert tokens.access() == first
    assert server.refreshed == 0
    server.lifetime = 200  # less than the five minutes before which a token is renewed
    second = tokens.access(renew=True)
    assert second != first
    third = tokens.access()
    assert third not in (first, second)
    assert server.knows(third) == USER
    assert server.refreshed == 2


def test_what_is_asked_for_is_mail_and_nothing_else(world):
    server, tokens, door, browser = world
    tokens.log_in(door, browser=browser)
    tokens.access(renew=True)
    if tokens.grant.provider == "google":
        assert "scope=https%3A%2F%2Fmail.google.com%2F&" in door.pages[0]
        assert "access_type=offline" in door.pages[0]
        return
    scopes = set(server.asked[-1]["scope"].split())
    assert {one for one in scopes if "outlook" in one} == {
        "https://outlook.office.com/IMAP.AccessAsUser.All",
        "https://outlook.office.com/SMTP.Send",
    }
    assert scopes - {"openid", "profile", "offline_access"} == {one for one in scopes if "outlook" in one}


def test_a_login_for_reading_alone_is_not_one_for_sending(world):
    server, tokens, door, browser = world
    reading = replace(tokens, grant=replace(tokens.grant, uses=frozenset({"imap"})))
    reading.log_in(door, browser=browser)
    assert server.knows(reading.access()) == USER
    with pytest.raises(LoginNeeded, match="banken login"):
        tokens.access()


def test_nobody_else_can_read_it(world):
    _server, tokens, door, browser = world
    tokens.log_in(door, browser=browser)
    tokens.access(renew=True)
    assert tokens.keep.path.stat().st_mode & 0o777 == 0o600
    assert tokens.keep.path.parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in tokens.keep.path.parent.iterdir()].count("worker.json") == 1


def test_what_root_writes_belongs_to_whom_the_folder_belongs(world, tmp_path, monkeypatch):
    _server, tokens, door, browser = world
    given = {}
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda path, user, group: given.update({Path(path).name: (user, group)}))
    tokens.log_in(door, browser=browser)
    owner = tmp_path.stat()
    assert given == dict.fromkeys(("oauth", "worker.lock", ".worker.json.new"), (owner.st_uid, owner.st_gid))


def test_without_a_login_with_another_app_and_with_a_damaged_file_the_way_out_is_told(world):
    _server, tokens, door, browser = world
    with pytest.raises(LoginNeeded, match=f"{USER} is not logged in .* banken login"):
        tokens.access()
    tokens.log_in(door, browser=browser)
    for change in ({"client_id": "another"}, {"user": "other@example.jp"}, {"authority": "https://example.jp/x"}):
        with pytest.raises(LoginNeeded, match="banken login"):
            replace(tokens, grant=replace(tokens.grant, **change)).access()
    tokens.access()
    tokens.keep.path.write_text(tokens.keep.path.read_text()[:100])
    with pytest.raises(LoginNeeded, match="banken login"):
        tokens.access()


def test_a_revoked_login_is_told_with_the_way_out_and_a_new_one_heals_it(world):
    server, tokens, door, browser = world
    tokens.log_in(door, browser=browser)
    server.revoke()
    with pytest.raises(LoginNeeded, match="banken login") as caught:
        tokens.access(renew=True)
    assert USER in str(caught.value)
    assert "revoked" in str(caught.value)
    tokens.log_in(door, browser=browser)
    assert server.knows(tokens.access(renew=True)) == USER


def test_a_token_server_that_is_down_passes(world):
    server, tokens, door, browser = world
    tokens.log_in(door, browser=browser)
    server.down = True
    with pytest.raises((Unreachable, Unavailable)) as caught:
        tokens.access(renew=True)
    assert not isinstance(caught.value, LoginNeeded)
    assert server.knows(tokens.access())  # what is good yet is good
    server.down = False
    assert tokens.access(renew=True)
    nowhere = replace(tokens.grant, authority="https://localhost:1/x")
    with pytest.raises(Unreachable):
        replace(tokens, grant=nowhere).log_in(door, browser=browser)


def test_who_says_no_is_not_logged_in(world):
    server, tokens, _door, browser = world
    with pytest.raises(LoginNeeded):
        tokens.log_in(Door(server, refuse=True), browser=browser)
    assert not tokens.keep.path.exists()


def test_no_error_and_no_log_holds_a_secret(world, caplog):
    server, tokens, door, browser = world
    caplog.set_level(logging.DEBUG)
    tokens.log_in(door, browser=browser)
    tokens.access(renew=True)
    server.revoke()
    with pytest.raises(LoginNeeded) as caught:
        tokens.access(renew=True)
    told = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(tokens)
    assert len(server.given) >= 4
    for secret in (*server.given, "of the app"):
        assert secret not in told


def _renew(tokens, out):
    out.put(tokens.access())


def test_two_at_once_renew_once(world):
    server, tokens, door, browser = world
    tokens.log_in(door, browser=browser)
    known = json.loads(tokens.keep.path.read_text())
    tokens.keep.path.write_text(json.dumps(known | {"until": 0}))
    out = multiprocessing.get_context("spawn").Queue()
    some = [multiprocessing.get_context("spawn").Process(target=_renew, args=[tokens, out]) for _ in range(3)]
    others = [threading.Thread(target=_renew, args=[tokens, out]) for _ in range(3)]
    for one in (*some, *others):
        one.start()
    assert len({out.get(timeout=180) for _ in range(6)}) == 1
    for one in (*some, *others):
        one.join()
    assert server.refreshed == 1


def test_google_says_when_a_login_ends_by_itself(tmp_path, monkeypatch):
    with TokenServer(secret="s", testing=True) as server:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.ca_file))
        grant = Grant("google", USER, server.client, lambda: "s", server.host)
        keep = FileKeep(tmp_path / "t.json", tmp_path / "t.lock")
        assert Tokens(grant, keep).log_in(Door(server)) == 6


def test_the_key_ring_keeps_a_login_too(tmp_path, monkeypatch):
    ring = {}
    monkeypatch.setattr(keyring, "get_password", lambda service, user: ring.get((service, user)))
    monkeypatch.setattr(keyring, "set_password", lambda service, user, text: ring.update({(service, user): text}))
    with TokenServer() as server:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.ca_file))
        grant = Grant("microsoft", USER, server.client, authority=server.authority)
        tokens = Tokens(grant, RingKeep("banken", USER, tmp_path / "oauth" / "lock"))
        with pytest.raises(LoginNeeded):
            tokens.access()
        tokens.log_in(Door(server))
        assert server.knows(tokens.access()) == USER
        assert list(ring) == [("banken", USER)]
        assert not any(file.stat().st_size for file in (tmp_path / "oauth").iterdir())  # nothing beside it in a file

    def locked(*_words):
        raise keyring.errors.KeyringLocked("locked")

    monkeypatch.setattr(keyring, "get_password", locked)
    with pytest.raises(Unavailable, match="locked"):
        tokens.access()


def test_a_folder_that_cannot_be_written_is_no_reason_to_log_in_again(tmp_path):
    (tmp_path / "file").write_text("")
    keep = FileKeep(tmp_path / "file" / "t.json", tmp_path / "file" / "t.lock")
    with pytest.raises(Unavailable) as caught:
        Tokens(Grant("microsoft", USER, "app"), keep).access()
    assert not isinstance(caught.value, LoginNeeded)


def test_without_the_libraries_it_says_how_to_get_them(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "msal", None)
    monkeypatch.setitem(sys.modules, "google_auth_oauthlib.flow", None)
    for provider in ("microsoft", "google"):
        keep = FileKeep(tmp_path / "t.json", tmp_path / "t.lock")
        with pytest.raises(LoginNeeded, match=r"banken\[oauth\]"):
            Tokens(Grant(provider, USER, "app"), keep).log_in(None)
