"""Nothing shows a secret, and careless ways to keep one are told."""

from __future__ import annotations

import copy
import json
import logging
import os
import pickle
import traceback

import pytest
from pydantic import ValidationError
from tests.config.samples import CANARY, CONFIG

from banken.config import Config, load, sources
from banken.strictyaml import ProblemsError


def texts_of(value) -> str:
    return f"{value} {value!r} {value:} %s" % (value,)


@pytest.fixture
def full(config_file):
    return load(
        config_file(f"""\
language: en
state: postgresql://banken:{CANARY}@db.example.jp/banken
accounts:
  - name: home
    imap: {{host: imap.example.jp, user: w, password: {CANARY}}}
  - name: token
    imap: {{host: imap.example.jp, user: w, oauth: {{token: {CANARY}}}}}
warn:
  to: [w@example.jp]
  via: smtp
  smtp: {{host: smtp.example.jp, user: w, password: {CANARY}}}
  notify: ["ntfy://user:{CANARY}@ntfy.example/x"]
""")
    )


def test_no_secret_in_anything_printed(full):
    config = full.config
    source = config.accounts[0].imap.password.source
    for part in (full, config, config.state, config.accounts, config.warn, full.document, source):
        assert CANARY not in texts_of(part)
    assert config.accounts[0].imap.password.reveal() == CANARY
    assert config.state.database.reveal().endswith("@db.example.jp/banken")
    assert CANARY not in texts_of(config)  # nor after it was fetched


def test_no_secret_in_dumps(full):
    assert CANARY not in full.config.model_dump_json()
    assert CANARY not in str(full.config.model_dump())
    assert json.loads(full.config.model_dump_json())["accounts"][0]["imap"]["password"] == "<Secret from plain>"
    with pytest.raises(TypeError):
        pickle.dumps(full.config.accounts[0].imap.password)
    assert copy.deepcopy(full.config.accounts[0].imap.password) is full.config.accounts[0].imap.password


def test_no_secret_in_warnings_nor_logs(full, caplog):
    logging.getLogger("test").warning("config %s %r", full.config, full)
    assert CANARY not in caplog.text
    assert CANARY not in "\n".join(map(str, full.warnings))


BROKEN = [
    f"password: {CANARY}, oauth: {{token: {CANARY}}}, prt: 1",  # contradiction and unknown key beside it
    f"password: {{{CANARY}: x}}",
    f"password: {{plain: {CANARY}}}",
    f"password: {{env: {CANARY}}}",  # a dash: no name of a variable
    f"password: {{credential: {CANARY}/x}}",
    f"password: {{keyring: {CANARY}}}",
    f"password: {{command: [{CANARY}, 1]}}",
    f"password: {{command: {CANARY}, file: {CANARY}}}",
    f"password: [{CANARY}]",
    f'password: "{CANARY}\\n"',
    f"password: *{CANARY}",
    f"password: &{CANARY} x",
    f"password: !{CANARY} x",
    f"password: @{CANARY}",
    f"password: {CANARY}: x",
    f'password: "{CANARY}\\q"',
    f"password: '{CANARY}",
    f"password: 1\n      password: {CANARY}\n      x",
    f"oauth: {CANARY}, password: null",
]


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("style", ["flow", "block"])
def test_no_secret_in_any_complaint(config_file, broken, style):
    imap = f"{{host: h.example.jp, user: w, {broken}}}" if style == "flow" else f"\n      user: w\n      {broken}"
    path = config_file(f"accounts:\n  - name: home\n    imap: {imap}\nwarn: {{to: [w@example.jp]}}\n")
    with pytest.raises(ProblemsError) as caught:
        load(path)
    assert CANARY not in str(caught.value)
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_no_secret_in_the_error_of_the_model_itself():
    imap = {"host": "h.example.jp", "user": "w", "password": CANARY, "oauth": {"token": CANARY}, "port": 0, "x": CANARY}
    data = {"accounts": [{"name": "a", "imap": imap}], "state": f"mysql://x:{CANARY}@h/x"}
    with pytest.raises(ValidationError) as caught:
        Config.model_validate(data)
    assert caught.value.error_count() >= 4
    assert CANARY not in str(caught.value)
    assert CANARY not in repr(caught.value)


# what is careless


def test_plain_text_is_warned_about_where_it_stands(full):
    careless = [(p.line, p.column) for p in full.warnings if "plain text" in p.what]
    assert careless == [(2, 1), (5, 44), (7, 52), (11, 42), (12, 12)]


def test_a_url_without_a_password_is_the_usual_way(loaded):
    assert loaded("  notify: [ntfy://topic, discord://id/token]\n").warnings == []
    assert loaded("state: postgresql:///banken\n").warnings == []


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_a_secret_file_that_others_can_read(config_file, tmp_path, mode, warned):
    password = tmp_path / "password"
    password.write_text(CANARY)
    password.chmod(mode)
    warnings = load(config_file(CONFIG.format(password="{file: password}"))).warnings
    assert [str(p).partition("config.yaml")[2] for p in warnings] == (
        [f":4:44: others on this machine can read the file “{password}” — chmod 600 {password}"] if warned else []
    )


@pytest.mark.parametrize(
    ("mode", "password", "warned"),
    [(0o600, CANARY, False), (0o644, CANARY, True), (0o640, CANARY, True), (0o644, "{env: X}", False)],
)
def test_a_configuration_that_others_can_read(config_file, mode, password, warned):
    path = config_file(CONFIG.format(password=password))
    path.chmod(mode)
    found = [p for p in load(path).warnings if "others on this machine" in p.what]
    assert [p.todo for p in found] == ([f"chmod 600 {path}"] if warned else [])


def test_a_file_of_root_that_we_read_through_its_group_is_well_kept(tmp_path, monkeypatch):
    path = tmp_path / "x"
    path.write_text("x")
    path.chmod(0o640)
    assert sources.open_to_others(path)
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    assert not sources.open_to_others(path)
    path.chmod(0o644)
    assert sources.open_to_others(path)
