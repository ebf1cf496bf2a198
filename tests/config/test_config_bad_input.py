"""Every mistake we could think of: its place, what is wrong and what to do, in both languages."""

from __future__ import annotations

import os
import re

import pytest

from banken.config import load
from banken.strictyaml import ProblemsError

ACCOUNT = "accounts:\n  - name: home\n    imap: {host: imap.example.jp, user: w, password: {env: X}}\n"
WARN = "warn:\n  to: [w@example.jp]\n"
GOOD = ACCOUNT + WARN
SMTP = "warn:\n  to: [w@example.jp]\n  via: smtp\n  smtp: "

# name: (YAML, [(line, column, part of what is wrong, part of what to do)])
MISTAKES = {
    "tab": ("accounts:\n\t- name: home\n", [(2, 1, "tab", "spaces")]),
    "tab behind spaces": ("warn:\n  \tto: [w@example.jp]\n", [(2, 3, "tab", "spaces")]),
    "full-width colon": ("timezone：Asia/Tokyo\n" + GOOD, [(1, 9, "full-width colon", "half-width")]),
    "only a full-width colon": ("language：ja\n", [(1, 1, "key: value", "half-width colon")]),
    "full-width space": ("warn:\n  to: [w@example.jp]\n  　via: smtp\n", [(3, 3, "full-width space", "half-width")]),
    "open bracket": ("platforms: [crowdworks\n", [(1, 12, "bracket", "close it")]),
    "open quote": ('timezone: "Asia\n', [(1, 11, "quotation mark", "close it")]),
    "at sign": ("state: @home\n", [(1, 8, "cannot begin", "quotes")]),
    "alias": ("state: *home\n", [(1, 8, "anchors", "quotes")]),
    "anchor": ("state: &a home\n", [(1, 8, "anchors", "quotes")]),
    "tag": ("state: !home x\n", [(1, 8, "tags", "quotes")]),
    "colon in a value": ("state: home: x\n", [(1, 12, "colon", "quotes")]),
    "twice": ("state: a\nstate: a\n", [(2, 1, "twice", "keep one")]),
    "two documents": ("state: a\n---\nstate: a\n", [(2, 1, "second document", "one document")]),
    "escape": ('state: "C:\\banken\\q"\n', [(1, 18, "\\", "single quotes")]),
    "hexadecimal escape": ('state: "C:\\x"\n', [(1, 13, "\\", "single quotes")]),
    "invisible character": ("timezone: Asia/Tokyo\nstate: a\x07b\n", [(2, 9, "U+0007", "delete")]),
    "not UTF-8": ("timezone: 東京\n".encode("cp932"), [(1, 11, "UTF-8", "save it as UTF-8")]),
    "no mapping": ("just words\n", [(1, 1, "key: value", "write them")]),
    "list": ("- a\n- b\n", [(1, 1, "key: value", "write them")]),
    "too deep": ("rules: " + "[" * 100 + "]" * 100, [(1, 68, "too deep", "brackets")]),
    "unknown key": ("langage: en\n", [(1, 1, "“langage”", "“language”")]),
    "unknown key, none near": ("zzz: 1\n", [(1, 1, "“zzz”", "known here: language, timezone")]),
    "unknown key below": (
        "warn:\n  to: [w@example.jp]\n  form: a@example.jp\n",
        [(3, 3, "“form”", "“from”")],
    ),
    "unknown key in a list": (
        "accounts:\n  - name: a\n    folder: [INBOX]\n    imap: {host: h.jp, user: w, password: {env: X}}\n" + WARN,
        [(3, 5, "“folder”", "“folders”")],
    ),
    "language": ("language: jp\n", [(1, 1, "“jp”", "known here: ja, en")]),
    "no text": ("timezone: 9\n", [(1, 1, "time zone “9”", "Asia/Tokyo")]),
    "near time zone": ("timezone: asia/tokio\n", [(1, 1, "time zone", "“Asia/Tokyo”")]),
    "time zone outside": ("timezone: ../../etc/passwd\n", [(1, 1, "time zone", "Asia/Tokyo")]),
    "database": ("state: mysql://db/x\n", [(1, 1, "mysql://", "postgresql://")]),
    "postgres": ("state: postgres://db/x\n", [(1, 1, "postgres://", "postgresql://")]),
    "state of a wrong type": ("state: [a]\n", [(1, 1, "neither", "postgresql://")]),
    "empty state": ("state: ''\n", [(1, 1, "empty", "fill it in")]),
    "retention": ("retention: 1h\n", [(1, 1, "too short", "1d to")]),
    "no accounts": ("accounts: []\n" + WARN, [(1, 1, "“accounts”", "add")]),
    "accounts of a wrong type": ("accounts: home\n" + WARN, [(1, 1, "must be a list, not home", "[one, another]")]),
    "account of a wrong type": ("accounts: [home]\n" + WARN, [(1, 12, "keys of its own", "indent")]),
    "nobody warned": (ACCOUNT, [(1, 1, "nobody would be warned", "to:")]),
    "duplicate names": (
        GOOD.replace("warn", "  - name: ＨOME\n    imap: {host: h.jp, user: w, password: {env: X}}\nwarn"),
        [(4, 5, "two accounts", "rename")],
    ),
    "no host": (GOOD.replace("host: imap.example.jp, ", ""), [(3, 5, "“host” is missing", "add it")]),
    "URL as host": (
        GOOD.replace("imap.example.jp", '"imaps://imap.example.jp:993/"'),
        [(3, 12, "more than a host", "port:")],
    ),
    "host with blanks": (GOOD.replace("imap.example.jp", "imap example jp"), [(3, 12, "no host", "imap.example.jp")]),
    "line break in user": (
        GOOD.replace("user: w,", 'user: "w\\r\\nA1 LOGOUT",'),
        [(3, 35, "control character", "delete")],
    ),
    "number as user": (GOOD.replace("user: w,", "user: 12,"), [(3, 35, "must be text, not 12", "quotes")]),
    "no user": (GOOD.replace("user: w, ", ""), [(3, 5, "“user” is missing", "add it")]),
    "port too big": (GOOD.replace("host:", "port: 65536, host:"), [(3, 12, "65535 or less, not 65536", "")]),
    "port too small": (GOOD.replace("host:", "port: 0, host:"), [(3, 12, "1 or more, not 0", "")]),
    "port in words": (GOOD.replace("host:", "port: imaps, host:"), [(3, 12, "whole number, not imaps", "")]),
    "security": (GOOD.replace("host:", "security: ssl, host:"), [(3, 12, "“ssl”", "")]),
    "plain over a network": (
        GOOD.replace("host:", "security: plain, host:"),
        [(3, 12, "not encrypted", "tls or starttls")],
    ),
    "password and oauth": (
        GOOD.replace("{env: X}", "{env: X}, oauth: {token: {env: Y}}"),
        [(3, 64, "stand together", "keep one")],
    ),
    "neither password nor oauth": (GOOD.replace(", password: {env: X}", ""), [(3, 35, "neither", "add one")]),
    "oauth without anything": (
        GOOD.replace("password: {env: X}", "oauth: {}"),
        [(3, 44, "neither provider nor token", "add one")],
    ),
    "oauth by two ways": (
        GOOD.replace("password: {env: X}", "oauth: {token: {env: Y}, provider: microsoft, client_id: a}"),
        [(3, 52, "stand together", "keep one")],
    ),
    "oauth without an app": (
        GOOD.replace("password: {env: X}", "oauth: {provider: google}"),
        [(3, 52, "client_id is missing", "docs/oauth.md"), (3, 52, "client_secret", "add it")],
    ),
    "oauth with tokens nowhere": (
        GOOD.replace("password: {env: X}", "oauth: {provider: microsoft, client_id: a, keep: {env: Y}}"),
        [(3, 87, "cannot be kept", "file: … or keyring: …")],
    ),
    "oauth by a server that is not asked safely": (
        GOOD.replace("password: {env: X}", "oauth: {provider: microsoft, client_id: a, authority: 'http://h.jp/x'}"),
        [(3, 87, "no https address", "write it like")],
    ),
    "no folders": (GOOD.replace("warn", "    folders: []\nwarn"), [(4, 5, "“folders”", "add")]),
    "folder as text": (GOOD.replace("warn", "    folders: INBOX\nwarn"), [(4, 5, "a list, not INBOX", "[")]),
    "wildcard": (
        GOOD.replace("warn", '    folders: ["INBOX.*", "a%"]\nwarn'),
        [
            (4, 15, "“*”", "each folder"),
            (4, 26, "“%”", "each folder"),
        ],
    ),
    "folder twice": (GOOD.replace("warn", "    folders: [INBOX, inbox]\nwarn"), [(4, 22, "twice", "keep one")]),
    "control character in a folder": (
        GOOD.replace("warn", '    folders: ["a\\nb"]\nwarn'),
        [(4, 15, "control character", "delete")],
    ),
    "wildcard as label": (GOOD.replace("warn", "    labels: gm*\nwarn"), [(4, 5, "“gm*”", "gmail")]),
    "number as interval": (GOOD.replace("warn", "    every: 120\nwarn"), [(4, 5, "“120”", "2m")]),
    "interval of nothing": (GOOD.replace("warn", "    every: 0s\nwarn"), [(4, 5, "too short", "1s to 1d")]),
    "interval without end": (GOOD.replace("warn", "    every: 25h\nwarn"), [(4, 5, "too long", "1s to 1d")]),
    "push": (GOOD.replace("warn", "    push: sometimes\nwarn"), [(4, 5, "true or false", "")]),
    "nobody to warn": (ACCOUNT + "warn:\n  to: []\n", [(5, 3, "“to”", "add")]),
    "to is missing": (ACCOUNT + "warn: {}\n", [(4, 1, "“to” is missing", "add it")]),
    "to as text": (ACCOUNT + "warn:\n  to: w@example.jp\n", [(5, 3, "a list", "[")]),
    "no address": (ACCOUNT + "warn:\n  to: [worker]\n", [(5, 8, "no mail address", "worker@example.jp")]),
    "name and address": (
        ACCOUNT + 'warn:\n  to: ["Hanako <h@example.jp>"]\n',
        [(5, 8, "no mail address", "“h@example.jp”")],
    ),
    "full-width address": (ACCOUNT + "warn:\n  to: [ｗ＠example.jp]\n", [(5, 8, "no mail address", "“w@example.jp”")]),
    "line break in an address": (
        ACCOUNT + 'warn:\n  to: ["w@example.jp\\r\\nBcc: x@example.jp"]\n',
        [(5, 8, "no mail address", "“w@example.jp”")],
    ),
    "smtp without a server": (GOOD + "  via: smtp\n", [(6, 3, "needs a server", "append")]),
    "smtp plain": (
        ACCOUNT + SMTP + "{host: smtp.example.jp, security: plain}\n",
        [(7, 33, "not encrypted", "tls or starttls")],
    ),
    "smtp user alone": (ACCOUNT + SMTP + "{host: h.example.jp, user: w}\n", [(7, 30, "neither", "add one")]),
    "smtp password alone": (
        ACCOUNT + SMTP + "{host: h.example.jp, password: {env: X}}\n",
        [(7, 30, "no user", "add user")],
    ),
    "level": (GOOD + "  levels: [danger, unjudged]\n", [(6, 20, "“unjudged”", "danger")]),
    "notify without URL": (GOOD + "  notify: [my-topic]\n", [(6, 12, "no URL", "service://")]),
    "unknown platform": ("platforms: [crowdwork]\n", [(1, 13, "“crowdwork”", "“crowdworks”")]),
    "platform outside": ("platforms: [../rules/crowdworks]\n", [(1, 13, "no platform", "")]),
    "no platform": ("platforms: []\n", [(1, 1, "“platforms”", "add")]),
    "nameless client": ("clients:\n  - note: a\n", [(2, 5, "neither name nor addresses", "add one")]),
    "date for nothing": ("clients:\n  - {name: a, since: 2026-10-01}\n", [(2, 15, "since", "add one")]),
    "no date": ("clients:\n  - {name: a, stage: completed, since: 20261001}\n", [(2, 33, "no date", "2026-10-01")]),
    "no such day": ("clients:\n  - {name: a, stage: completed, since: 2026-02-30}\n", [(2, 33, "no date", "")]),
    "stage": ("clients:\n  - {name: a, stage: done}\n", [(2, 15, "“done”", "completed")]),
    "permission": ("clients:\n  - {name: a, permission: approve}\n", [(2, 15, "“approve”", "“approved”")]),
    "disabled and overridden": (
        "rules:\n  disable: [a.b]\n  override:\n    a.b: {level: notice}\n",
        [(4, 5, "“a.b”", "keep one")],
    ),
    "override level": ("rules:\n  override:\n    a.b: {level: loud}\n", [(3, 11, "“loud”", "danger")]),
    "no rule file": ("rules:\n  add: [missing.yaml]\n", [(2, 9, "missing.yaml", "check the name")]),
    "reader": ("rules: {reader: 7}\n", [(1, 9, "true or false, not 7", "")]),
    # secrets
    "number that loses digits": (GOOD.replace("{env: X}", "123456"), [(3, 44, "not read as text", "quotes")]),
    "truth as password": (GOOD.replace("{env: X}", "true"), [(3, 44, "not read as text", "quotes")]),
    "empty password": (GOOD.replace("{env: X}", "''"), [(3, 44, "empty", "fill it in")]),
    "line break in a password": (GOOD.replace("{env: X}", '"a\\nb"'), [(3, 44, "control character", "anew")]),
    "two places": (GOOD.replace("{env: X}", "{env: X, file: y}"), [(3, 44, "one place", "command: …, file: …")]),
    "no place": (GOOD.replace("{env: X}", "{}"), [(3, 44, "one place", "command: …")]),
    "unknown place": (GOOD.replace("{env: X}", "{comand: x}"), [(3, 44, "cannot be kept", "“command”")]),
    "unknown place, none near": (GOOD.replace("{env: X}", "{zzz: x}"), [(3, 44, "cannot be kept", "command: …")]),
    "empty command": (GOOD.replace("env: X", "command: []"), [(3, 44, "no command", "pass show")]),
    "command of numbers": (GOOD.replace("env: X", "command: [pass, 1]"), [(3, 44, "no command", "pass show")]),
    "open quote in a command": (GOOD.replace("env: X", 'command: "pass \'x"'), [(3, 44, "not closed", "close it")]),
    "dollar": (GOOD.replace("env: X", "env: $X"), [(3, 44, "environment variable", "without $")]),
    "credential outside": (GOOD.replace("env: X", "credential: ../x"), [(3, 44, "credential", "LoadCredential")]),
    "keyring without slash": (GOOD.replace("env: X", "keyring: mail"), [(3, 44, "keyring", "service/user")]),
    "file of a wrong type": (GOOD.replace("env: X", "file: [x]"), [(3, 44, "“file” must be text", "quotes")]),
}


def problems(path):
    with pytest.raises(ProblemsError) as caught:
        load(path)
    return caught.value.problems


@pytest.mark.parametrize("name", [name for name, (_yaml, expected) in MISTAKES.items() if expected])
def test_a_mistake_is_told_at_its_place(name, config_file, monkeypatch):
    yaml, expected = MISTAKES[name]
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    path = config_file(yaml)
    found = problems(path)
    assert [(p.line, p.column) for p in found] == [(line, column) for line, column, *_ in expected], found
    for problem, (line, column, what, todo) in zip(found, expected, strict=True):
        assert what in problem.what
        assert todo in problem.todo
        assert str(problem).startswith(f"{path}:{line}:{column}: ")


@pytest.mark.parametrize("name", [name for name, (_yaml, expected) in MISTAKES.items() if expected])
def test_the_same_mistake_in_japanese(name, config_file, monkeypatch):
    yaml, expected = MISTAKES[name]
    path = config_file(yaml)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    english = problems(path)
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    japanese = problems(path)
    places = [(p.line, p.column) for p in japanese]
    assert places == [(line, column) for line, column, *_ in expected]
    for there, here in zip(english, japanese, strict=True):
        assert re.search("[ぁ-ん]", here.what), here
        assert here.what != there.what
        assert bool(here.todo) == bool(there.todo)
        assert not here.todo or re.search("[ぁ-ん]", here.todo), here
        assert not re.search(r"\{[a-z]+\}", str(here))


def test_many_mistakes_are_told_at_once(config_file):
    yaml = """\
language: en
acounts: []
accounts:
  - name: home
    imap: {hsot: imap.example.jp, port: 70000, security: plain, user: w, password: p, oauth: {token: {comand: x}}}
    every: soon
  - {name: home, imap: {host: h.example.jp, user: [a], password: {env: X}}}
warn: {to: [], via: smtp, levels: [loud]}
platforms: [crowdwork]
"""
    found = problems(config_file(yaml))
    assert [(p.line, p.column) for p in found] == [
        (2, 1),  # acounts
        (5, 5),  # no host
        (5, 12),  # hsot
        (5, 35),  # port
        (5, 48),  # plain
        (5, 87),  # password and oauth
        (5, 95),  # comand
        (6, 5),  # every
        (7, 6),  # name
        (7, 45),  # user
        (8, 8),  # to
        (8, 16),  # via
        (8, 36),  # levels
        (9, 13),  # platform
    ]
    lines = str(ProblemsError(found)).splitlines()
    assert len(lines) == len(found)
    assert all(re.match(r".*config\.yaml:\d+:\d+: \S", line) for line in lines)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_language_key_is_honoured_when_the_rest_is_broken(config_file, language, monkeypatch):
    monkeypatch.setenv("LANG", {"ja": "en_US.UTF-8", "en": "ja_JP.UTF-8"}[language])
    for broken in (b"a: [\n", b"\ta: 1\n", b"b: \xff\n", b"zzz: 1\n"):
        (problem,) = problems(config_file(f"language: {language}\n".encode() + broken))
        assert bool(re.search("[ぁ-ん]", str(problem))) == (language == "ja"), problem


def test_a_folder_instead_of_a_file(tmp_path):
    (problem,) = problems(tmp_path)
    assert "フォルダー" in str(problem)
    assert "Errno" not in str(problem)


def test_no_file(tmp_path):
    (problem,) = problems(tmp_path / "config.yaml")
    assert str(problem) == f"{tmp_path}/config.yaml: このファイルはありません — 名前をお確かめください"


def test_a_file_that_may_not_be_read(config_file, monkeypatch):
    path = config_file("language: ja\n")
    path.chmod(0)
    if os.access(path, os.R_OK):  # root reads everything: let the system call itself refuse

        def refuse(*_args, **_kwargs):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(type(path), "open", refuse)
    (problem,) = problems(path)
    assert "権限" in problem.what
    assert "アクセス権" in problem.todo


def test_a_file_without_end_is_not_read_to_its_end(tmp_path):
    endless = tmp_path / "config.yaml"
    endless.symlink_to("/dev/zero")
    (problem,) = problems(endless)
    assert "大きすぎ" in problem.what
