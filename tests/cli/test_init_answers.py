"""`banken init`: answers that cannot stand in the configuration, before any server is asked."""

from __future__ import annotations

import pytest
import yaml
from typer.testing import CliRunner

from banken.cli.app import build
from banken.i18n import set_language
from banken.service.setup.discover import Discovery
from banken.service.setup.probe import Found

WORDS = ("--imap", "127.0.0.1", "--password-env", "SECRET", "--via", "append", "--language", "en")


@pytest.fixture
def init(tmp_path, monkeypatch):
    """Run `init` where the mailbox takes any login."""
    monkeypatch.setattr("banken.cli.wizard.discover", lambda _address: Discovery())
    monkeypatch.setenv("SECRET", "sesame")
    monkeypatch.setattr("banken.cli.wizard.log_in", lambda _imap, **_how: None)
    monkeypatch.setattr("banken.cli.wizard.look", lambda _server: Found(("INBOX", "仕事"), "keyword", True, None))

    def run(*words, typed="", expect=0):
        given = ["init", "--output", tmp_path / "new.yaml", "--no-scan", "--no-systemd", *words]
        result = CliRunner().invoke(build(), list(map(str, given)), input=typed)
        assert result.exit_code == expect, result.output
        return result.output

    yield run
    set_language("ja")


@pytest.fixture
def written(tmp_path):
    return lambda: yaml.safe_load((tmp_path / "new.yaml").read_text())


@pytest.mark.parametrize(
    ("option", "word"),
    [("--address", "foo"), ("--warn-to", "foo"), ("--name", "  "), ("--imap", "127.0.0.1:993993"), ("--smtp", "a b")],
)
def test_what_was_given_wrong_is_told_and_nothing_is_left(init, tmp_path, monkeypatch, option, word):
    monkeypatch.setattr("banken.cli.wizard.look", lambda _server: pytest.fail("a server was asked"))
    address = () if option == "--address" else ("--address", "worker@example.jp")
    assert option in init(*WORDS, *address, "--non-interactive", option, word, expect=2)
    assert not list(tmp_path.iterdir())


def test_what_was_typed_wrong_is_asked_again_at_once_and_full_width_is_taken(init, written):
    typed = [
        *("foo", "ｗｏｒｋｅｒ＠ｅｘａｍｐｌｅ．ｊｐ"),
        *("127.0.0.1:993993", "imaps://imap.example.jp/", "１２７．０．０．１：９９３"),
        *(
            "",
            "INBOX、仕事",
            "foo",
            "ｗｏｒｋｅｒ＠ｅｘａｍｐｌｅ。ｊｐ",
        ),  # the login's name and the folder; then who is warned
    ]
    said = init(*WORDS[2:], "--name", "home", typed="\n".join(typed) + "\n")
    assert said.count("is no server") == 2
    assert written()["warn"]["to"] == ["worker@example.jp"]
    (account,) = written()["accounts"]
    assert (account["imap"]["host"], account["imap"]["port"]) == ("127.0.0.1", 993)
    assert account["imap"]["user"] == "worker@example.jp"
    assert account["folders"] == ["INBOX", "仕事"]


def test_a_configuration_that_would_be_refused_is_not_left_behind(init, tmp_path, monkeypatch):
    monkeypatch.setattr("banken.cli.wizard.look", lambda _server: Found(("jobs*",), "keyword", True, None))
    words = ("--address", "worker@example.jp", "--non-interactive", "--folder", "jobs*")
    assert "cannot stand in a folder" in init(*WORDS, *words, expect=2)
    assert not list(tmp_path.iterdir())


def test_only_an_ordinary_file_is_written_over(init, tmp_path):
    (tmp_path / "real.yaml").write_text("precious")
    (tmp_path / "new.yaml").symlink_to("real.yaml")
    said = init(*WORDS, "--address", "worker@example.jp", "--non-interactive", "--force", expect=2)
    assert "ordinary file" in " ".join(said.split())
    assert (tmp_path / "real.yaml").read_text() == "precious"
    assert (tmp_path / "new.yaml").is_symlink()


def test_a_secret_that_cannot_be_had_is_told_without_an_empty_place(init, monkeypatch):
    monkeypatch.delenv("SECRET")
    said = init(*WORDS, "--address", "worker@example.jp", "--non-interactive", expect=2)
    assert "\nthe environment variable SECRET" in said
