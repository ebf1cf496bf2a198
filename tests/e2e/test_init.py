"""`banken init`: from an address to a configuration that works, with and without questions."""

from __future__ import annotations

import re
import shutil

import pytest
import yaml
from tests.e2e.conftest import USERS, notice
from tests.servers import Dovecot, SmtpSink
from tests.tokenserver import TokenServer
from typer.testing import CliRunner

from banken.cli.app import build
from banken.cli.wizard import endpoint
from banken.i18n import set_language

pytestmark = pytest.mark.server


@pytest.fixture
def words(desk):
    """The answers that fit the desk's servers."""
    return [
        *("--address", desk.user, "--name", "home", "--imap", f"127.0.0.1:{desk.server.tls_port}", "--user", desk.user),
        *("--ca", desk.server.ca_file, "--output", desk.folder / "new.yaml"),
    ]


def init(desk, *words, expect=0, **environment):
    return desk.run("init", *words, expect=expect, HOME=str(desk.folder), named=False, **environment)


def test_every_answer_can_be_an_option(desk, words):
    smtp = ["--via", "smtp", "--smtp", f"127.0.0.1:{desk.sink.port}", "--smtp-security", "plain"]
    desk.deliver(notice("続きはLINEで。", number=1))
    answer = init(desk, *words, *smtp, "--password-env", "MAIL_PASSWORD", "--non-interactive", "--systemd", "--scan")
    whole = yaml.safe_load((desk.folder / "new.yaml").read_text())
    assert whole["accounts"][0]["imap"]["password"] == {"env": "MAIL_PASSWORD"}
    assert whole["warn"]["smtp"]["port"] == desk.sink.port
    assert (desk.folder / "new.yaml").stat().st_mode & 0o777 == 0o600
    assert USERS[desk.user] not in (desk.folder / "new.yaml").read_text()
    unit = (desk.folder / ".config/systemd/user/banken.service").read_text()
    assert f"run --config {desk.folder / 'new.yaml'}" in unit
    assert "青空工房" in answer.out  # the first scan
    assert not desk.sink.messages
    assert not any(flag.startswith("banken") for flags in desk.flags().values() for flag in flags)
    desk.run("scan", "--since", "1d", "--config", desk.folder / "new.yaml", "--apply")
    assert len(desk.sink.messages) == 1


def test_nothing_is_asked_when_nobody_is_there(desk, words):
    assert "--password-file" in init(desk, *words, "--non-interactive", expect=2).err
    assert "--address" in init(desk, "--non-interactive", expect=2).err
    assert not (desk.folder / "new.yaml").exists()


def test_a_login_that_fails_writes_nothing(desk, words):
    init(desk, *words, "--password-env", "WRONG", "--non-interactive", WRONG="sesam", expect=3)
    assert not (desk.folder / "new.yaml").exists()


def test_a_configuration_that_is_there_is_not_written_over(desk, words):
    (desk.folder / "new.yaml").write_text("precious")
    init(desk, *words, "--password-env", "MAIL_PASSWORD", "--non-interactive", expect=2)
    assert (desk.folder / "new.yaml").read_text() == "precious"
    init(desk, *words, "--password-env", "MAIL_PASSWORD", "--non-interactive", "--force")


def test_the_questions_lead_there_too_and_a_wrong_password_is_asked_for_again(desk, monkeypatch):
    monkeypatch.setenv("HOME", str(desk.folder))
    monkeypatch.setattr("banken.cli.wizard.has_keyring", lambda: False)
    set_language("en")
    systemd = ["n"] if shutil.which("systemctl") else []
    answers = [
        "127.0.0.1:1",  # IMAP server: nothing answers there
        desk.user,
        "wrong",
        f"127.0.0.1:{desk.server.tls_port}",
        desk.user,  # asked again, with the password
        USERS[desk.user],
        "INBOXX",  # there is none
        "INBOX",
        desk.user,  # who is warned
        "by pigeon",
        "append",
        *systemd,
        "n",  # scan
    ]
    words = ["--address", desk.user, "--name", "home", "--language", "en", "--ca", str(desk.server.ca_file)]
    result = CliRunner().invoke(
        build(), ["init", *words, "--output", str(desk.folder / "asked.yaml")], input="\n".join(answers) + "\n"
    )
    set_language("ja")
    assert result.exit_code == 0, result.output
    whole = yaml.safe_load((desk.folder / "asked.yaml").read_text())
    assert whole["warn"] == {"to": [desk.user], "via": "append"}
    secret = desk.folder / "home.password"
    assert secret.read_text() == USERS[desk.user] + "\n"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert "keyword" in result.output
    assert "no folder “INBOXX”" in result.output
    assert "smtp, append" in result.output
    assert USERS[desk.user] not in result.output


@pytest.fixture
def strict(desk):
    """A submission server that knows the worker by another name and password than the mailbox does."""
    with SmtpSink(security="tls", users={"sender": OTHER}) as sink:
        both = desk.folder / "both.pem"
        both.write_text(desk.server.ca_file.read_text() + sink.ca_file.read_text())
        yield sink


OTHER = "a word for sending"


def ask(desk, monkeypatch, words, answers):
    monkeypatch.setenv("HOME", str(desk.folder))
    monkeypatch.setattr("banken.cli.wizard.has_keyring", lambda: False)
    set_language("en")
    words = [*words, "--language", "en", "--no-systemd", "--no-scan"]
    result = CliRunner().invoke(build(), ["init", *map(str, words)], input="\n".join(answers) + "\n")
    set_language("ja")
    desk.said.append(result.output)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_login_of_its_own_for_sending_is_asked_for_when_the_mailboxes_is_refused(desk, words, strict, monkeypatch):
    words[words.index("--ca") + 1] = desk.folder / "both.pem"
    smtp = ["--via", "smtp", "--smtp", f"127.0.0.1:{strict.port}", "--folder", "INBOX", "--warn-to", desk.user]
    monkeypatch.setenv("MAIL_PASSWORD", USERS[desk.user])
    answers = ["y", "", "sender", "wrong", "y", "", "", OTHER]  # the server and then the name by Enter
    told = ask(desk, monkeypatch, [*words, *smtp, "--password-env", "MAIL_PASSWORD"], answers)
    assert told.count("does not take warnings yet: 535") == 2
    assert "takes warnings to" in told
    assert OTHER not in told
    assert list(dict.fromkeys(user for verb, user in strict.attempts if verb == "AUTH")) == [desk.user, "sender"]
    written = yaml.safe_load((desk.folder / "new.yaml").read_text())
    secret = desk.folder / "home-smtp.password"
    assert written["warn"]["smtp"]["user"] == "sender"
    assert written["warn"]["smtp"]["password"] == {"file": str(secret)}
    assert written["accounts"][0]["imap"]["password"] == {"env": "MAIL_PASSWORD"}
    assert secret.read_text() == OTHER + "\n"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert OTHER not in (desk.folder / "new.yaml").read_text()


def test_who_gives_up_on_sending_finds_the_mailboxes_login_in_the_configuration(desk, words, strict, monkeypatch):
    words[words.index("--ca") + 1] = desk.folder / "both.pem"
    smtp = ["--via", "smtp", "--smtp", f"127.0.0.1:{strict.port}", "--folder", "INBOX", "--warn-to", desk.user]
    monkeypatch.setenv("MAIL_PASSWORD", USERS[desk.user])
    told = ask(desk, monkeypatch, [*words, *smtp, "--password-env", "MAIL_PASSWORD"], ["y", "", "x", "wrong", "n"])
    assert "banken doctor" in told
    smtp = yaml.safe_load((desk.folder / "new.yaml").read_text())["warn"]["smtp"]
    assert (smtp["user"], smtp["password"]) == (desk.user, {"env": "MAIL_PASSWORD"})
    assert not (desk.folder / "home-smtp.password").exists()


def test_nothing_more_is_asked_where_the_mailboxes_login_does(desk, words, monkeypatch):
    with SmtpSink(security="tls", users={desk.user: USERS[desk.user]}) as sink:
        (desk.folder / "both.pem").write_text(desk.server.ca_file.read_text() + sink.ca_file.read_text())
        words[words.index("--ca") + 1] = desk.folder / "both.pem"
        smtp = ["--via", "smtp", "--smtp", f"127.0.0.1:{sink.port}", "--folder", "INBOX", "--warn-to", desk.user]
        monkeypatch.setenv("MAIL_PASSWORD", USERS[desk.user])
        ask(desk, monkeypatch, [*words, *smtp, "--password-env", "MAIL_PASSWORD"], [])
        assert ("AUTH", desk.user) in sink.attempts
    assert yaml.safe_load((desk.folder / "new.yaml").read_text())["warn"]["smtp"]["user"] == desk.user


def test_a_login_of_its_own_for_sending_can_be_given_as_options(desk, words, strict):
    words[words.index("--ca") + 1] = desk.folder / "both.pem"
    smtp = ["--via", "smtp", "--smtp", f"127.0.0.1:{strict.port}", "--password-env", "MAIL_PASSWORD"]
    answer = init(desk, *words, *smtp, "--non-interactive", expect=3)
    assert "535" in answer.out
    assert "--smtp-user" in answer.err
    assert not (desk.folder / "new.yaml").exists()
    own = ["--smtp-user", "sender", "--smtp-password-env", "SENDING"]
    init(desk, *words, *smtp, *own, "--non-interactive", SENDING=OTHER)
    written = yaml.safe_load((desk.folder / "new.yaml").read_text())["warn"]["smtp"]
    assert (written["user"], written["password"]) == ("sender", {"env": "SENDING"})
    assert ("AUTH", "sender") in strict.attempts


def test_a_server_that_takes_mail_later_keeps_nobody_from_setting_up(desk, words):
    desk.sink.answer("RCPT", "450 4.2.0 greylisted")
    smtp = ["--via", "smtp", "--smtp", f"127.0.0.1:{desk.sink.port}", "--smtp-security", "plain"]
    answer = init(desk, *words, *smtp, "--password-env", "MAIL_PASSWORD", "--non-interactive")
    assert "450" in answer.out
    assert (desk.folder / "new.yaml").exists()


def test_what_cannot_be_an_answer_is_told_before_anything_is_tried(desk, words):
    wrong = {
        "--oauth": "yahoo",
        "--via": "pigeon",
        "--language": "fr",
        "--imap-security": "ssl",
        "--smtp-security": "ssl",
    }
    for option, word in wrong.items():
        assert option in init(desk, *words, option, word, "--non-interactive", expect=2).err
    answer = init(desk, *words, "--password-env", "MAIL_PASSWORD", "--folder", "INBOXX", "--non-interactive", expect=2)
    assert "INBOXX" in answer.err
    assert not (desk.folder / "new.yaml").exists()


def test_ports_that_begin_without_encryption_are_known():
    assert endpoint("imap", "mail.example.jp:143", "tls").security == "starttls"
    assert endpoint("smtp", "mail.example.jp:587", "tls").security == "starttls"
    assert endpoint("smtp", "mail.example.jp", "tls").port == 465
    assert endpoint("imap", "[::1]:993", "tls").host == "::1"


def test_by_oauth_the_login_is_made_on_the_way(desk):
    with TokenServer() as tokens, Dovecot(USERS, oauth=tokens.introspection) as server:
        words = [
            "--address",
            desk.user,
            "--name",
            "home",
            "--imap",
            f"127.0.0.1:{server.tls_port}",
            "--user",
            desk.user,
        ]
        words += ["--ca", server.ca_file, "--oauth", "microsoft", "--client-id", tokens.client]
        words += ["--authority", tokens.authority, "--via", "append", "--non-interactive"]
        desk.environment = {"REQUESTS_CA_BUNDLE": str(tokens.ca_file), "HOME": str(desk.folder)}
        with desk.start("init", *words, "--output", desk.folder / "oauth.yaml", named=False) as process:
            for line in process.stdout:
                if code := re.fullmatch(r"    ([0-9A-F]{8})\n", line):
                    tokens.approve(code[1], desk.user)
            said = process.stderr.read()
        assert process.returncode == 0, said
        desk.run("scan", "--since", "1d", "--config", desk.folder / "oauth.yaml")  # with what was kept
        assert tokens.asked[-1]["grant_type"].endswith("device_code")
