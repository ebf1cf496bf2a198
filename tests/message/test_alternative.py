"""What a line says: told at a glance for most, and the same as by folding all of it first."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest

from banken.message.alternative import Form, says

_LETTERS = re.compile(r"[^\W_]+")


def slowly(line: str) -> str:
    return "".join(_LETTERS.findall(unicodedata.normalize("NFKC", line).lower()))


def test_every_character_says_what_its_fold_says():
    different = [chr(code) for code in range(sys.maxunicode + 1) if says(chr(code)) != slowly(chr(code))]
    assert not different


@pytest.mark.parametrize(
    "line",
    [
        "報酬と納期を、ご確認のうえ（2件）ご応募ください。",
        "か\u3099く\u3099 cafe\u0301 ﾊﾞﾝｹﾝ ①㈱髙﨑 ㎡ Ｌ Ｉ Ｎ Ｅ _under_line_ ÀÉ",
        "____", "──────", "",
    ],
)  # fmt: skip
def test_a_line_says_what_its_fold_says(line):
    assert says(line) == slowly(line)


def test_forms_that_differ_in_their_manner_only_miss_nothing():
    one, other = Form("㈱山田 です。\nか\u3099んばります_"), Form("(株)山田です\n* がんばります")
    assert not list(one.missing_in(other))
    assert not list(other.missing_in(one))
