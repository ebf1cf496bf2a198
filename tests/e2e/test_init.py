"""`banken init`: from an address to a configuration that works, with and without questions."""

from __future__ import annotations

import re
import shutil

import pytest
import yaml
from tests.e2e.conftest import USERS, notice
from tests.servers import Dovecot
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


def test_what_cannot_be_an_answer_is_told_before_anything_is_tried(desk, words):
    for option, word in (("--oauth", "yahoo"), ("--via", "pigeon"), ("--language", "fr")):
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
