"""The table's lines: nothing is lost, nothing is too wide, words stay whole where they can."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text
from typer.testing import CliRunner

from banken.cli.app import build
from banken.cli.rows import wrapped


def lines(text, width):
    return wrapped(Text(text), width).plain.split("\n")


@pytest.mark.parametrize(
    ("text", "width", "wanted"),
    [
        ("contact outside", 14, ["contact", "outside"]),
        ("before the contract", 16, ["before the", "contract"]),
        ("平日10時から19時の勤務", 13, ["平日10時から1", "9時の勤務"]),
        ("warning", 8, ["warning"]),
        ("常駐", 1, ["常", "駐"]),
        ("", 5, [""]),
    ],
)
def test_lines_break_where_people_would(text, width, wanted):
    assert lines(text, width) == wanted


@given(st.text("aあ　 字-L", max_size=60), st.integers(2, 20))
def test_nothing_is_lost_and_nothing_is_too_wide(text, width):
    broken = lines(text, width)
    assert "".join(broken).replace(" ", "") == text.replace(" ", "")
    assert all(cell_len(line) <= width for line in broken)


STORY = Path(__file__).parents[1] / "story"


@pytest.mark.parametrize("width", [30, 44, 78])
def test_on_a_narrow_screen_it_is_a_list_that_holds_the_same(width):
    out = CliRunner().invoke(build(), ["scan", "--from", str(STORY)], env={"COLUMNS": str(width)}).stdout
    assert max(map(cell_len, out.splitlines())) <= width
    assert "╭" not in out
    flat = "".join(out.split())
    for words in ("危険10/2920:15", "ハルカゼ企画·契約前", "やりとりはＬＩＮＥに移らせて", "06.eml", "未判定1件："):
        assert words in flat


def test_a_forged_mail_is_not_shown_as_the_clients():
    out = CliRunner().invoke(build(), ["scan", "--from", str(STORY / "15.eml")], env={"COLUMNS": "44"}).stdout
    assert "差出人不明（" in "".join(out.split())


def test_on_a_wide_screen_it_is_a_table():
    out = CliRunner().invoke(build(), ["scan", "--from", str(STORY)], env={"COLUMNS": "79"}).stdout
    assert "╭" in out
    assert max(map(cell_len, out.splitlines())) <= 79
