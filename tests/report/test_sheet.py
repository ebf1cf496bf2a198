"""The table as CSV: what a spreadsheet reads back, and what it must never run."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.report.scenes import EVIL, NOON, find, mail

from banken.report.sheet import cell, sheet
from banken.words import Category, Level

pytestmark = pytest.mark.usefixtures("english")

TOKYO = ZoneInfo("Asia/Tokyo")


def rows(*mails):
    octets = sheet(mails, TOKYO)
    assert octets.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(octets.decode("utf-8-sig"), newline="")))


def test_a_line_for_each_find_the_oldest_mail_first():
    late = mail(2, at=NOON + timedelta(hours=1), finds=[find("Zoom", category=Category.INTERVIEW), find("LINE")])
    found = rows(late, mail(1))
    assert [(one["place"], one["the words"]) for one in found] == [
        ("INBOX:1", "LINE"),
        ("INBOX:2", "Zoom"),
        ("INBOX:2", "LINE"),
    ]
    assert found[0]["date"] == "2026-11-03 12:00"
    assert found[0]["the sentence"] == "続きはLINEで。"
    assert found[1]["category"] == "interview"


def test_a_mail_that_was_not_judged_has_a_line_that_says_why():
    (line,) = rows(mail(finds=[], level=Level.UNJUDGED, why="no words in it"))
    assert (line["level"], line["why not judged"], line["the words"]) == ("not judged", "no words in it", "")


def test_what_was_done_is_told():
    (line,) = rows(mail(done=("labelled", "warned")))
    assert line["what was done"] == "labelled / warned"


def test_nothing_from_outside_becomes_a_formula_or_a_line():
    (line,) = rows(mail(subject=EVIL, client=EVIL, finds=[find(EVIL)], message_id="@SUM(1)", sender="-1+1"))
    for value in line.values():
        assert not value.startswith(("=", "+", "-", "@"))
        assert not set(value) & set("\r\n\0\u202e\t")
    assert line["subject"].startswith("'=HYPERLINK")
    assert line["the words"].startswith("'=HYPERLINK")


@given(st.text(max_size=60))
def test_no_cell_begins_like_a_formula(text):
    told = cell(text)
    assert not told or told[0] not in "=+-@＝＋－＠\t\r\n"
    assert not set(told) & set("\r\n\t\0")
