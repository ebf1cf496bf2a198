"""What is read in a process of its own is the same as what is read here, and so is what is wrong in it."""

from __future__ import annotations

import errno
import os
import subprocess
import sys

import pytest

from banken.config import SecretError
from banken.i18n import language, set_language
from banken.judge import Case
from banken.service import apart, reload
from banken.service import program as service
from banken.strictyaml import ProblemsError
from banken.words import Stage

CONFIG = """
language: {language}
state: {state}
warn: {{to: [w@example.jp], via: append}}
accounts:
  - name: home
    imap: {{host: imap.example.jp, user: w@example.jp, password: {{env: NO_SUCH_VARIABLE}}}}
  - name: shop
    imap: {{host: imap.example.jp, user: s@example.jp, password: pass word}}
"""
TEXTS = [
    "続きはLINEでやり取りしませんか。IDは abc123 です。",
    "L I N E でお願いします。",
    "手数料がもったいないので直接契約しましょう。",
    "お見積もりをお願いします。",
    "Zoomで面談しましょう。090-0000-0000 までお電話ください。",
]


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG.format(language="en", state=tmp_path / "state"), encoding="utf-8")
    path.chmod(0o644)
    yield path
    set_language("ja")


def test_it_is_the_same_house(config):
    here = reload.read(config)
    set_language("ja")
    there = apart.read(config)
    assert language() == "en"
    assert there.doubts == here.doubts != ()
    assert there.house.knowledge.rules_version == here.house.knowledge.rules_version
    assert there.house.config.model_dump() == here.house.config.model_dump()
    cases = [Case.of(text, stage=stage) for text in TEXTS for stage in (Stage.BEFORE, Stage.UNDER)]
    verdicts = [[one.house.knowledge.judge.judge(case, explain=True) for case in cases] for one in (here, there)]
    assert verdicts[0] == verdicts[1]
    assert any(verdict.findings for verdict in verdicts[1])


def test_secrets_come_along_and_are_still_fetched_when_they_are_needed(config, monkeypatch):
    home, shop = apart.read(config).house.config.accounts
    assert shop.imap.password.reveal() == "pass word"
    with pytest.raises(SecretError, match=r"config\.yaml:7:"):
        home.imap.password.reveal()
    monkeypatch.setenv("NO_SUCH_VARIABLE", "later")
    assert home.imap.password.reveal() == "later"


def test_mistakes_are_told_as_they_are_here(config):
    config.write_text(config.read_text().replace("host:", "hast:"))
    with pytest.raises(ProblemsError) as here:
        reload.read(config)
    with pytest.raises(ProblemsError) as there:
        apart.read(config)
    assert there.value.problems == here.value.problems
    assert len(there.value.problems) > 1


def test_the_program_is_known_by_what_its_files_hold(monkeypatch, tmp_path):
    assert apart.program() == apart._RUNNING
    monkeypatch.setattr(apart, "_PACKAGE", tmp_path)
    part = tmp_path / "part.py"
    part.write_text("old")
    before = apart.program()
    (tmp_path / ".#part.py").symlink_to("nowhere")  # what some editors leave while they have a file open
    os.utime(part, (1, 1))
    assert apart.program() == before
    part.write_text("new")
    assert apart.program() != before


def test_what_another_program_wrote_is_not_taken_over(config, monkeypatch):
    """An upgrade under a service that still runs: the reading process is the new program, this one the old."""
    monkeypatch.setattr(apart, "_RUNNING", bytes(32))
    set_language("en")
    with pytest.raises(apart.ProgramChangedError, match=r"changed while it was running.*restart"):
        apart.read(config)


@pytest.mark.parametrize("came", [b"cno_such_module\nThing\n.", b"cbanken\nNoSuchThing\n."])
def test_what_a_changed_library_makes_unreadable_is_told_likewise(config, monkeypatch, came):
    monkeypatch.setattr(apart, "_said", lambda _process, _wanted: apart._RUNNING + came)
    with pytest.raises(apart.ProgramChangedError):
        apart.read(config)


def test_a_python_that_is_gone_is_told_likewise(config, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(apart.ProgramChangedError):
        apart.read(config)


def test_no_memory_for_a_process_is_a_problem_like_others(config, monkeypatch):
    def full(*_given, **_more):
        raise OSError(errno.ENOMEM, "no memory")

    monkeypatch.setattr(subprocess, "Popen", full)
    with pytest.raises(ProblemsError) as told:
        apart.read(config)
    assert not isinstance(told.value, apart.ProgramChangedError)
    assert str(errno.ENOMEM) in str(told.value)


@pytest.mark.parametrize("said", [bytes(64), b""])
def test_a_start_while_the_program_is_being_replaced_or_memory_lacks_is_tried_again(config, monkeypatch, capsys, said):
    """The units do not start a service again that ended with 2, a mistake of usage."""
    monkeypatch.setattr(apart, "_said", lambda _process, _wanted: said)
    assert service.main("human", str(config)) == 1
    assert capsys.readouterr().err


def test_a_start_with_mistakes_in_the_settings_is_not_tried_again(config):
    config.write_text(config.read_text().replace("host:", "hast:"))
    assert service.main("human", str(config)) == 2


def test_a_reading_that_is_cut_short_is_a_problem_like_others(config, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ProblemsError, match="1"):
        apart.read(config)


def test_a_reading_that_nobody_wants_any_more_is_ended(config, tmp_path, monkeypatch):
    slow, mark = tmp_path / "slow", tmp_path / "mark"
    slow.write_text(f"#!/bin/sh\necho $$ > {mark}\nexec sleep 600\n")
    slow.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(slow))
    with pytest.raises(apart.GivenUpError):
        apart.read(config, lambda: not mark.exists())
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)
