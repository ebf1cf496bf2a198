"""`banken doctor`: a set-up that is well, and ways in which one is not; each line says what to do."""

from __future__ import annotations

import datetime as dt
import json
from types import SimpleNamespace

import pytest
from tests.e2e.conftest import USERS
from tests.servers import Dovecot, SmtpSink

from banken.config import load
from banken.i18n import set_language
from banken.ledger import Ledger
from banken.service.checkup import accounts, home

pytestmark = pytest.mark.server


def examine(desk, *words, **environment):
    """Return the signs by topic, each with its mark, words and advice."""
    whole = json.loads(desk.run("doctor", "--json", *words, expect=None, LANG="en_US.UTF-8", **environment).out)
    signs = {}
    for sign in whole["signs"]:
        signs.setdefault(sign["topic"], []).append(sign)
    assert whole["well"] is not any(sign["mark"] == "bad" for sign in whole["signs"])
    assert all(sign["todo"] for sign in whole["signs"] if sign["mark"] == "bad"), whole
    return signs


def wrong(signs):
    return {topic: found for topic, all_ in signs.items() if (found := [one for one in all_ if one["mark"] == "bad"])}


@pytest.fixture
def well(desk):
    """A set-up in which only the service does not run."""
    desk.configure(language="en")
    Ledger.open(desk.folder / "state").close()
    return desk


def imap_of(desk, **changes):
    whole = desk.configure(language="en")
    account = whole["accounts"][0]
    desk.configure(language="en", accounts=[account | {"imap": account["imap"] | changes}])


def test_a_good_set_up_has_nothing_wrong_but_that_it_does_not_run_yet(well):
    signs = examine(well)
    assert list(wrong(signs)) == ["service"]
    assert signs["service"][0]["todo"]
    for topic in (
        "configuration",
        "rules",
        "disk",
        "ledger",
        "dns",
        "tls",
        "login",
        "capabilities",
        "folder",
        "labels",
        "push",
        "smtp",
    ):
        assert signs[topic][0]["mark"] == "good" or topic in ("tls", "smtp"), signs[topic]
    assert "keyword" in signs["labels"][0]["what"]
    assert not well.sink.messages
    assert [verb for verb, _ in well.sink.attempts] == ["MAIL", "RCPT"]


def test_no_message_is_touched(well):
    uid = well.deliver(b"Subject: x\r\n\r\nhello\r\n")
    examine(well)
    assert well.flags() == {uid: set()}
    assert well.server.folders(user=well.user) == ["INBOX"]


def test_a_test_mail_is_sent_when_asked_for(well):
    examine(well, "--send-test")
    (mail,) = well.sink.messages
    assert mail.recipients == (well.user,)
    assert mail.message["Auto-Submitted"] == "auto-generated"


def test_a_test_mail_is_put_into_the_inbox_where_warnings_go_there(well):
    well.configure(language="en", warn={"to": [well.user], "via": "append"})
    before = set(well.flags())
    signs = examine(well, "--send-test")
    assert any("put into INBOX" in one["what"] for one in signs["warnings"])
    assert len(set(well.flags()) - before) == 1


def test_for_people_each_line_has_its_advice(well):
    answer = well.run("doctor", expect=1)
    lines = [line for line in answer.out.splitlines() if line.startswith("✗")]
    assert lines
    assert all("→" in line for line in lines)


def test_mistakes_in_the_configuration_are_all_told(desk):
    desk.config.write_text(desk.config.read_text().replace("language: ja", "language: xx") + "nonsense: 1\n")
    signs = examine(desk)
    assert len(signs["configuration"]) == 2
    assert all(":" in one["what"] and one["todo"] for one in signs["configuration"])


def test_a_host_that_does_not_exist(well):
    imap_of(well, host="imap.invalid")
    assert "imap.invalid" in wrong(examine(well))["dns"][0]["what"]


def test_a_port_where_nothing_answers(well):
    imap_of(well, port=1)
    assert "imap.port" in wrong(examine(well))["connection"][0]["todo"]


def test_a_certificate_of_an_unknown_authority(well):
    imap_of(well, ca=None)
    assert wrong(examine(well))["tls"][0]["todo"]


def test_a_certificate_that_has_expired(desk):
    with Dovecot({desk.user: USERS[desk.user]}, expired=True) as old:
        desk.server = old
        desk.configure(language="en")
        (sign,) = wrong(examine(desk))["tls"]
        assert "expired" in sign["what"]
        assert "clock" in sign["todo"]


def test_a_certificate_for_another_name(desk):
    with Dovecot({desk.user: USERS[desk.user]}, hosts=["other.example"]) as other:
        desk.server = other
        desk.configure(language="en")
        assert "tls" in wrong(examine(desk))


def test_a_port_that_speaks_tls_at_once_taken_for_one_that_does_not_and_the_other_way_round(well):
    imap_of(well, security="starttls")
    assert "speaks TLS from the start. Set `security: tls`" in wrong(examine(well))["tls"][0]["what"]
    imap_of(well, port=well.server.port)
    assert "does not speak TLS from the start. Try `security: starttls`" in wrong(examine(well))["tls"][0]["what"]


@pytest.mark.parametrize(
    ("spoken", "set_", "said"),
    [("tls", "starttls", "Set `security: tls`"), ("starttls", "tls", "Try `security: starttls`")],
)
def test_the_same_of_the_smtp_server(well, spoken, set_, said):
    with SmtpSink(security=spoken) as sink:
        smtp = {"host": "127.0.0.1", "port": sink.port, "security": set_, "ca": str(sink.ca_file)}
        well.configure(language="en", warn={"to": [well.user], "via": "smtp", "smtp": smtp})
        (sign,) = wrong(examine(well))["smtp"]
        assert said in sign["what"]
        assert "security" in sign["todo"]


def test_a_wrong_password_and_one_that_is_not_there(well):
    signs = examine(well, MAIL_PASSWORD="sesam, wrong")
    assert wrong(signs)["login"][0]["todo"]
    assert "sesam, wrong" not in json.dumps(signs)
    imap_of(well, password={"file": "nowhere"})
    assert wrong(examine(well))["secret"][0]["todo"]


def test_a_folder_that_is_not_there(well):
    account = well.configure(language="en")["accounts"][0]
    well.configure(language="en", accounts=[account | {"folders": ["INBOX", "Werk"]}])
    assert "Werk" in wrong(examine(well))["folder"][0]["what"]


def test_labels_that_the_server_does_not_offer(well):
    account = well.configure(language="en")["accounts"][0]
    well.configure(language="en", accounts=[account | {"labels": "gmail"}])
    assert "keyword" in wrong(examine(well))["labels"][0]["todo"]


def test_a_recipient_that_the_server_refuses_and_a_login_that_fails(well):
    well.sink.answer("RCPT", "450 4.2.0 greylisted")
    assert "try again later" in wrong(examine(well))["smtp"][0]["todo"]
    well.sink.answer("RCPT", "550 5.1.1 no such user")
    assert "550" in wrong(examine(well))["smtp"][0]["what"]
    with SmtpSink(security="tls", users={"w": "right"}) as closed:
        smtp = {
            "host": "127.0.0.1",
            "port": closed.port,
            "user": "w",
            "password": "wrong word",
            "ca": str(closed.ca_file),
        }
        well.configure(language="en", warn={"to": [well.user], "via": "smtp", "smtp": smtp})
        signs = examine(well)
        assert "535" in wrong(signs)["smtp"][0]["what"]
        assert "wrong word" not in json.dumps(signs)


def test_a_damaged_ledger(well):
    file = well.folder / "state" / "ledger.db"
    file.write_bytes(b"this is no database" * 500)
    assert wrong(examine(well))["ledger"][0]["todo"]


def test_a_rule_of_ones_own_with_a_mistake(well):
    (well.folder / "own.yaml").write_text("rules: [{id: x}]\n")
    well.configure(language="en", rules={"add": [str(well.folder / "own.yaml")]})
    assert "own.yaml" in wrong(examine(well))["rules"][0]["what"]


def test_without_a_configuration_it_says_so(desk):
    desk.config.unlink()
    assert "config.yaml" in json.dumps(examine(desk))


def test_a_connection_without_encryption_to_another_machine(desk):
    whole = desk.configure(language="en")
    imap = whole["accounts"][0]["imap"] | {"host": "192.0.2.7", "security": "plain", "port": 143}
    desk.configure(language="en", accounts=[whole["accounts"][0] | {"imap": imap}])
    signs = examine(desk)
    assert list(signs) == ["configuration"]  # nothing was tried: the password went nowhere
    assert "starttls" in signs["configuration"][0]["todo"]


def test_a_state_folder_that_cannot_be_written(well):
    well.configure(language="en", state="/proc/banken")  # for nobody, root or not
    found = wrong(examine(well))
    assert "disk" in found or "permissions" in found
    (well.folder / "file").write_text("")
    well.configure(language="en", state=str(well.folder / "file" / "state"))
    assert wrong(examine(well))


def test_a_folder_of_somebody_else_and_a_full_disk(well, monkeypatch):
    set_language("en")
    config = load(well.config).config
    monkeypatch.setattr(home.os, "access", lambda path, _mode: str(path) != str(config.state.folder))
    monkeypatch.setattr(home.shutil, "disk_usage", lambda _path: SimpleNamespace(free=99_000_000))
    found = {sign.topic: sign for sign in home.signs(config) if sign.mark == "bad"}
    set_language("ja")
    assert "chown" in found["permissions"].todo
    assert "99 MB" in found["disk"].what
    assert "another disk" in found["disk"].todo


def test_one_page_of_the_ledger_is_damaged(well):
    file = well.folder / "state" / "ledger.db"
    octets = bytearray(file.read_bytes())
    octets[8192:28672] = bytes(20480)
    file.write_bytes(octets)
    assert "backup" in wrong(examine(well))["ledger"][0]["todo"]


class Behind(dt.datetime):
    @classmethod
    def now(cls, tz=None):
        return dt.datetime.now(tz) - dt.timedelta(hours=3)


def test_a_clock_that_is_behind_the_servers(well, monkeypatch):
    well.deliver(b"Subject: x\r\n\r\nx\r\n")
    monkeypatch.setenv("MAIL_PASSWORD", USERS[well.user])
    config = load(well.config).config

    def told():
        return [sign for sign in accounts.signs(config, config.accounts[0]) if sign.topic == "clock"]

    assert not told()
    monkeypatch.setattr(accounts, "datetime", Behind)
    (found,) = told()
    set_language("ja")
    assert "180 minutes" in found.what
    assert "time zone" in found.todo


def test_a_secret_that_others_can_read(well):
    secret = well.folder / "secret"
    secret.write_text(USERS[well.user] + "\n")
    secret.chmod(0o644)
    imap_of(well, password={"file": str(secret)})
    signs = examine(well)
    assert any(one["todo"].startswith("chmod 600") for one in signs["configuration"])
    assert USERS[well.user] not in json.dumps(signs)
    (well.folder / "state").chmod(0o755)
    assert any(one["todo"].startswith("chmod 700") for one in examine(well)["permissions"])


def test_an_smtp_server_that_is_not_there_and_one_with_a_certificate_of_nobody(well):
    smtp = {"host": "127.0.0.1", "port": 1, "security": "plain"}
    well.configure(language="en", warn={"to": [well.user], "via": "smtp", "smtp": smtp})
    assert "Nothing answers at 127.0.0.1:1" in wrong(examine(well))["smtp"][0]["what"]
    with SmtpSink(security="tls") as strange:
        smtp = {"host": "127.0.0.1", "port": strange.port}
        well.configure(language="en", warn={"to": [well.user], "via": "smtp", "smtp": smtp})
        assert "nobody this machine knows" in wrong(examine(well))["smtp"][0]["what"]


def test_a_password_command_that_fails(well):
    imap_of(well, password={"command": "false"})
    assert "exit code 1" in wrong(examine(well))["secret"][0]["what"]
