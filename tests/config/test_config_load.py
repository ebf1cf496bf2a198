"""Finding the configuration, reading a good one, and the language of it all."""

from __future__ import annotations

import os
import sys
import threading
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banken.config import Config, SecretError, find, format_duration, load, parse_duration
from banken.config.values import is_loopback
from banken.i18n import language
from banken.strictyaml import Mistake, ProblemsError
from banken.words import Level, Permission, Stage

# where it is looked for


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """Stand in an empty folder, with nothing in /etc either; returns a function that makes a file."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    places = ("config.yaml", "~/.config/banken/config.yaml", str(tmp_path / "etc/config.yaml"))
    monkeypatch.setattr(sys.modules["banken.config.load"], "PLACES", places)

    def make(name):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("language: en\n")
        return path

    return make


def test_the_order_of_places(nowhere, monkeypatch, tmp_path):
    etc = nowhere("etc/config.yaml")
    assert find() == etc
    home = nowhere("home/.config/banken/config.yaml")
    assert find() == home
    nowhere("here/config.yaml")
    assert find().resolve() == tmp_path / "here/config.yaml"
    monkeypatch.setenv("BANKEN_CONFIG", "~/mine.yaml")
    assert find() == tmp_path / "home/mine.yaml"
    assert find(tmp_path / "named.yaml") == tmp_path / "named.yaml"


def test_the_places_are_those_of_the_documentation():
    from banken.config.load import PLACES

    assert PLACES == ("config.yaml", "~/.config/banken/config.yaml", "/etc/banken/config.yaml")


@pytest.mark.usefixtures("nowhere")
def test_none_anywhere_names_all_places_and_what_to_do():
    with pytest.raises(ProblemsError) as caught:
        find()
    (problem,) = caught.value.problems
    for place in ("config.yaml", "~/.config/banken/config.yaml", "etc/config.yaml"):
        assert place in problem.what
    assert "見つかりません" in problem.what
    assert "--config" in problem.todo


def test_a_named_file_that_is_missing_is_not_replaced_by_another(nowhere, tmp_path, monkeypatch):
    nowhere("here/config.yaml")
    monkeypatch.setenv("BANKEN_CONFIG", str(tmp_path / "gone.yaml"))
    with pytest.raises(ProblemsError, match=r"gone\.yaml"):
        load(find())


# the language


@pytest.mark.parametrize(
    ("variables", "spoken"),
    [
        ({}, "ja"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "C.UTF-8"}, "ja"),
        ({"LANG": "POSIX"}, "ja"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
    ],
)
def test_the_language_of_the_locale(variables, spoken, monkeypatch, tmp_path):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    find(tmp_path / "any.yaml")
    assert language() == spoken


def test_the_language_of_the_file_comes_first(config_file, monkeypatch):
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    load(config_file('"language": en\n'))
    assert language() == "en"
    load(config_file(""))
    assert language() == "ja"


# what is in it


def test_a_pipe_is_read_once(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found = []
    # in threads, since a second opening would wait for ever
    reader = threading.Thread(target=lambda: found.append(load(pipe).config.language), daemon=True)
    reader.start()
    threading.Thread(target=pipe.write_text, args=["language: en\n"], daemon=True).start()
    reader.join(10)
    assert found == ["en"]
    assert language() == "en"


def test_an_empty_file_is_all_defaults(config_file, tmp_path):
    loaded = load(config_file(""))
    assert loaded.config == Config()
    assert loaded.config.timezone == ZoneInfo("Asia/Tokyo")
    assert loaded.config.state.folder == tmp_path / "home/.local/state/banken"
    assert loaded.config.platforms == ("crowdworks",)
    assert loaded.warnings == []
    with pytest.raises(ProblemsError, match="見張るアカウントがありません"):
        loaded.need_accounts()


def test_a_small_configuration(loaded):
    config = loaded().config
    loaded().need_accounts()
    (account,) = config.accounts
    assert (account.name, account.folders, account.every, account.push) == (
        "home",
        ("INBOX",),
        timedelta(minutes=2),
        True,
    )
    assert (account.labels, account.authserv) == ("auto", None)
    assert (account.imap.host, account.imap.port, account.imap.security) == ("imap.example.jp", 993, "tls")
    assert (config.warn.via, config.warn.levels) == ("append", (Level.WARNING, Level.DANGER))
    assert config.warn.author == "worker@example.jp"
    with pytest.raises(SecretError):
        account.imap.password.reveal()


def test_a_full_configuration(config_file, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "ca.pem").write_text("")
    loaded = load(
        config_file("""\
language: en
timezone: Europe/Berlin
state: state
retention: 365日
accounts:
  - name: 仕事
    imap: {host: IMAP.Example.JP, security: starttls, user: w, password: {env: A}, ca: ca.pem}
    folders: [INBOX, 仕事/応募]
    every: 1m30s
    push: false
    labels: keyword
    authserv: mx.example.jp
  - name: local
    imap: {host: 127.0.0.1, security: plain, port: 31143, user: w, oauth: {token: {command: [t, x]}}}
warn:
  to: [w@example.jp, x@example.jp]
  via: smtp
  smtp: {host: localhost, security: plain}
  from: banken@example.jp
  levels: [danger]
  notify: ["ntfy://topic", {env: N}]
clients:
  - {name: サンプル商事, addresses: [C@Sample.example], stage: under_contract, since: 2026-10-01, note: 丁寧}
  - {name: サンプル商事, job: ロゴ制作, permission: approved}
rules: {add: [mine], disable: [a.b], override: {c.d: {level: notice}}, reader: false}
""")
    )
    config = loaded.config
    assert loaded.warnings == []
    assert config.state.folder == tmp_path / "state"
    assert config.retention == timedelta(days=365)
    first, second = config.accounts
    assert (first.imap.host, first.imap.port, first.imap.ca) == ("imap.example.jp", 143, tmp_path / "ca.pem")
    assert (first.folders, first.every, first.push) == (("INBOX", "仕事/応募"), timedelta(seconds=90), False)
    assert (second.imap.port, second.imap.password) == (31143, None)
    assert second.imap.oauth is not None
    assert config.warn.smtp.port == 25
    assert config.warn.author == "banken@example.jp"
    assert config.warn.levels == (Level.DANGER,)
    assert config.warn.notify[0].url.reveal() == "ntfy://topic"
    known, approved = config.clients
    assert (known.stage, known.permission, known.since) == (Stage.UNDER, Permission.NONE, date(2026, 10, 1))
    assert (approved.stage, approved.permission, approved.job) == (Stage.UNKNOWN, Permission.APPROVED, "ロゴ制作")
    assert config.rules.add == (tmp_path / "mine",)
    assert config.rules.override["c.d"].level is Level.NOTICE
    assert config.rules.reader is False


@pytest.mark.parametrize(("security", "imap", "smtp"), [("tls", 993, 465), ("starttls", 143, 587), ("plain", 143, 25)])
def test_the_usual_port_belongs_to_the_security(loaded, security, imap, smtp):
    server = f"{{host: localhost, security: {security}, user: w, password: {{env: X}}}}"
    loaded_ = loaded(f"  via: smtp\n  smtp: {server}\n")
    assert loaded_.config.warn.smtp.port == smtp
    assert (
        Config.model_validate(
            {
                "accounts": [
                    {
                        "name": "a",
                        "imap": {"host": "localhost", "security": security, "user": "w", "password": {"env": "X"}},
                    }
                ],
                "warn": {"to": ["w@example.jp"]},
            }
        )
        .accounts[0]
        .imap.port
        == imap
    )


def test_the_author_of_a_warning_is_the_smtp_login_when_it_is_an_address(loaded):
    smtp = "  via: smtp\n  smtp: {{host: localhost, user: {user}, password: {{env: X}}}}\n"
    assert loaded(smtp.format(user="s@example.jp")).config.warn.author == "s@example.jp"
    assert loaded(smtp.format(user="someone")).config.warn.author == "worker@example.jp"


def test_a_port_of_another_security_and_an_unused_server_are_doubted(loaded):
    found = loaded("  smtp: {host: smtp.example.jp, port: 587}\n").warnings
    assert [(p.line, p.column) for p in found] == [(7, 3), (7, 33)]
    assert "not used" in found[0].what
    assert "security: starttls" in found[1].what


def test_a_problem_of_another_room_finds_its_place(loaded):
    document = loaded("rules:\n  disable: [a.b, no.such]\n").document
    assert document.problem(("rules", "disable", 1), "x").line == 8
    assert document.problem(("rules", "disable", 1), "x").column == 18


def test_a_configuration_does_not_change(loaded):
    config = loaded().config
    with pytest.raises(ValueError, match="frozen"):
        config.language = "ja"


def test_two_readings_of_one_file_are_equal_until_a_secret_in_it_changes(config_file):
    path = config_file("warn: {to: [w@example.jp], notify: [ntfy://a]}\n")
    before = load(path).config
    assert load(path).config == before
    config_file("warn: {to: [w@example.jp], notify: [ntfy://b]}\n")
    assert load(path).config != before


# kinds of values


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("2m", 120), ("1h30m", 5400), ("30d", 2592000), ("1 h 5 s", 3605), ("２分", 120), ("1時間", 3600)],
)
def test_durations(text, seconds):
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "2", "m", "2x", "-2m", "2m!", "1.5h", "2mm", 120, None, True, "9" * 9 + "d", "9" * 99]
)
def test_no_durations(text):
    with pytest.raises(Mistake):
        parse_duration(text)


@given(st.integers(min_value=0, max_value=36500 * 86400))
def test_a_written_duration_reads_as_itself(seconds):
    assert parse_duration(format_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("imap.localhost", True),
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("localhost.example.jp", False),
        ("127.0.0.1.example.jp", False),
        ("0.0.0.0", False),
        ("192.168.0.2", False),
        ("", False),
        (None, False),
    ],
)
def test_loopback(host, here):
    assert is_loopback(host) is here
