"""What is read in a process of its own is the same as what is read here, and so is what is wrong in it."""

from __future__ import annotations

import os
import sys

import pytest

from banken.config import SecretError
from banken.i18n import language, set_language
from banken.judge import Case
from banken.service import apart, reload
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


def test_what_another_program_wrote_is_not_taken_over(config, monkeypatch, tmp_path):
    """An upgrade under a service that still runs: the reading process is the new program, this one the old."""
    assert apart.program() == apart.program() == apart._RUNNING
    (tmp_path / "part.py").write_text("old")
    monkeypatch.setattr(apart, "_PACKAGE", tmp_path)
    before = apart.program()
    (tmp_path / "part.py").write_text("newer")
    assert apart.program() != before
    monkeypatch.setattr(apart, "_RUNNING", before)
    set_language("en")
    with pytest.raises(ProblemsError, match=r"changed while it was running.*restart"):
        apart.read(config)


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
