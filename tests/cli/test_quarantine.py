"""`banken quarantine`: on a real ledger, and a server that misbehaves over one message."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import yaml
from tests.fakeimap import FakeImap, Session
from typer.testing import CliRunner

from banken.cli.app import build
from banken.i18n import set_language
from banken.ledger import Ledger, Poison

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
MAIL = (
    b"From: CrowdWorks <no-reply@crowdworks.jp>\r\nSubject: =?utf-8?q?new?=\r\nMessage-ID: <%d@crowdworks.jp>\r\n"
    b"Date: Tue, 24 Nov 2026 10:00:00 +0900\r\n\r\nbody %d\r\n"
)


class House:
    def __init__(self, server, folder):
        self.server, self.state, self.folder = server, folder / "state", folder
        self.config = folder / "config.yaml"
        imap = {"host": server.host, "port": server.port, "security": "plain", "user": "worker@example.jp"}
        account = {"name": "home", "imap": imap | {"password": {"env": "MAIL_PASSWORD"}}, "authserv": "mx.example.jp"}
        whole = {"state": str(self.state), "language": "en", "accounts": [account]}
        whole["warn"] = {"to": ["worker@example.jp"], "via": "append"}
        self.config.write_text(yaml.safe_dump(whole))

    def run(self, *words, expect=0):
        set_language("en")
        environment = {"COLUMNS": "200", "MAIL_PASSWORD": "open sesame"}
        result = CliRunner().invoke(build(), [*map(str, words), "--config", str(self.config)], env=environment)
        assert result.exit_code == expect, result.output
        return result.stdout + result.stderr

    def listed(self):
        return [json.loads(line) for line in self.run("quarantine", "list", "--json").splitlines()]

    def hold(self, *uids, uidvalidity=7, folder="INBOX", reason="RecursionError"):
        place = {"account": "home", "folder": folder, "uidvalidity": uidvalidity, "step": "html:9"}
        with Ledger.open(self.state) as ledger:
            return [ledger.quarantine.put(Poison(**place, uid=uid, reason=reason, first=NOW, last=NOW)) for uid in uids]


@pytest.fixture
def house(tmp_path):
    with FakeImap(*(MAIL % (number, number) for number in (1, 2, 3))) as server:
        yield House(server, tmp_path)
    set_language("ja")


def test_nothing_is_set_aside(house):
    assert "Nothing is set aside." in house.run("quarantine", "list")


def test_they_are_listed_with_where_and_why(house):
    house.hold(1, reason="\x1b[31mred [bold]")
    said = house.run("quarantine", "list")
    assert "html:9" in said
    assert "\x1b[31m" not in said
    assert "[bold]" in said
    (one,) = house.listed()
    assert (one["account"], one["folder"], one["uid"], one["tries"]) == ("home", "INBOX", 1, 1)


def test_the_raw_mail_is_saved_for_its_owner_alone(house):
    (number,) = house.hold(2)
    path = house.folder / "mail.eml"
    house.run("quarantine", "show", number, "--to", path)
    assert path.read_bytes() == MAIL % (2, 2)
    assert path.stat().st_mode & 0o777 == 0o600
    house.run("quarantine", "show", number, "--to", path, expect=2)  # nothing is written over
    house.run("quarantine", "show", 99, expect=2)


def test_a_mail_that_is_gone_cannot_be_saved(house):
    (number,) = house.hold(2, uidvalidity=6)
    house.run("quarantine", "show", number, "--to", house.folder / "mail.eml", expect=3)
    assert not (house.folder / "mail.eml").exists()


def test_examined_again_they_are_let_go(house):
    house.hold(1, 2, 9)
    house.hold(1, folder="no such folder")
    assert "2 examined, 0 still set aside, 2 no longer in the mailbox" in house.run("quarantine", "retry")
    assert house.listed() == []
    with Ledger.open(house.state) as ledger:
        assert ledger.seen.uids("home", "INBOX", 7) == {1, 2}


def test_one_that_breaks_again_stays(house):
    _first, second = house.hold(1, 2)
    house.server.on(r"FETCH 2 \(UID FLAGS", b"TAG NO [SERVERBUG] cannot read it\r\n")
    assert "0 examined, 1 still set aside" in house.run("quarantine", "retry", second)
    house.run("quarantine", "retry")
    assert [(one["uid"], one["tries"]) for one in house.listed()] == [(2, 3)]


def test_one_that_costs_the_connection_is_told(house):
    house.hold(2)
    house.server.on(r"FETCH 2 ", lambda session, _tag, _line: Session.drop(session))
    house.run("quarantine", "retry", expect=3)
    assert len(house.listed()) == 1
