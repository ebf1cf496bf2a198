"""`banken scan --from`: the story as files, with what each mail must come to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from banken.cli.app import build

STORY = Path(__file__).parents[1] / "story"
LOUD = {6, 9, 10, 13, 14, 15, 16, 18, 23, 26, 27, 30, 31, 37}


@pytest.fixture(scope="module")
def found():
    result = CliRunner().invoke(build(), ["scan", "--from", str(STORY), "--json"])
    assert result.exit_code == 0, result.output
    return {int(one["file"][:2]): one for one in map(json.loads, result.stdout.splitlines())}


def test_every_mail_is_told(found):
    assert sorted(found) == list(range(1, 38))


def test_what_is_loud_and_what_is_quiet(found):
    assert {number for number, one in found.items() if one["findings"]} == LOUD


def test_a_work_chat_under_contract_is_a_notice(found):
    assert (found[10]["stage"], found[10]["level"]) == ("under_contract", "notice")


def test_a_forged_contract_moves_nothing(found):
    assert found[15]["authentic"] == "forged"
    assert found[16]["stage"] == "before_contract"


def test_an_approved_interview_is_a_notice(found):
    assert (found[26]["permission"], found[26]["level"]) == ("approved", "notice")


def test_a_notice_without_the_words_is_not_judged(found):
    assert found[33]["level"] == "unjudged"


def test_the_agent_arm_and_strangers_are_let_be(found):
    assert found[20]["channel"] == "platform"
    assert {found[number]["channel"] for number in (4, 11, 17, 22, 32)} == {"unrelated"}


def test_apply_has_nothing_to_do_and_says_so():
    result = CliRunner().invoke(build(), ["scan", "--from", str(STORY), "--apply"])
    assert result.exit_code == 0, result.output
    assert "ラベルは付かず" in result.output
    assert "通にラベルを付け" not in result.output
