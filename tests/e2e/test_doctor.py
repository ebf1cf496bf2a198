"""`banken doctor`: a set-up that is well, and ways in which one is not; each line says what to do."""

from __future__ import annotations

import json

import pytest
from tests.e2e.conftest import USERS
from tests.servers import Dovecot, SmtpSink

from banken.ledger import Ledger

pytestmark = pytest.mark.server


def examine(desk, *words, **environment):
    """Return the signs by topic, each with its mark, words and advice."""
    whole = json.loads(desk.run("doctor", "--json", *words, expect=None, LANG="en_US.UTF-8", **environment).out)
    signs = {}
    for sign in whole["signs"]:
        signs.setdefault(sign["topic"], []).append(sign)
    assert whole["well"] is not any(sign["mark"] == "bad" for sign in whole["signs"])
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
        assert "expired" in wrong(examine(desk))["tls"][0]["what"]


def test_a_certificate_for_another_name(desk):
    with Dovecot({desk.user: USERS[desk.user]}, hosts=["other.example"]) as other:
        desk.server = other
        desk.configure(language="en")
        assert "tls" in wrong(examine(desk))


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
