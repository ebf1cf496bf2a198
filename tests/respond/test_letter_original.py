"""The mail that is warned about travels with the warning, octet for octet."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.respond.scene import (
    ORIGINAL,
)
from tests.respond.written import parsed, plain, written

from banken.respond.letter import travels


def attached(raw: bytes):
    return list(parsed(raw).iter_attachments())


def octets_of(raw: bytes) -> bytes:
    """The octets between the header of the attached mail and the boundary, as they stand in the mail."""
    kind = b"Content-Type: message/rfc822"
    rest = raw[raw.index(kind) :].split(b"\r\n\r\n", 1)[1]
    return rest[: rest.rindex(b"\r\n--")]


def test_the_original_is_attached_octet_for_octet(advice):
    raw = written(advice)
    [part] = attached(raw)
    assert part.get_content_type() == "message/rfc822"
    assert part.get_filename() == "original.eml"
    assert octets_of(raw) == ORIGINAL
    assert "attached" in plain(raw)
    assert part.get_content()["Message-ID"] == "<ask@client.example>"


EIGHT_BIT = b"Subject: x\r\n\r\n" + "日本語".encode() + b"\r\n"


@pytest.mark.parametrize(
    ("original", "eight_bit", "as_mail"),
    [
        (ORIGINAL, False, True),
        (EIGHT_BIT, True, True),
        (EIGHT_BIT, False, False),
        (b"Subject: x\r\n\r\n" + b"y" * 998 + b"\r\n", True, True),
        (b"Subject: x\r\n\r\n" + b"y" * 999 + b"\r\n", True, False),
        (b"Subject: x\r\n\r\nsmuggled\n.\nMAIL FROM:<x>\r\n", True, False),
        (b"Subject: x\r\n\r\nsmuggled\r.\r\r\n", True, False),
        (b"Subject: x\r\n\r\nnul\0\r\n", True, False),
        (b"Subject: x\r\n\r\nno line end", True, True),
        (b"", True, True),
    ],
)
def test_an_original_that_cannot_travel_as_a_mail_travels_as_a_file(advice, original, eight_bit, as_mail):
    raw = written(advice, original=original, eight_bit=eight_bit)
    assert travels(original, eight_bit=eight_bit) == as_mail
    [part] = attached(raw)
    if as_mail:
        assert octets_of(raw) == original
    else:
        assert part.get_content_type() == "application/octet-stream"
        assert part.get_content() == original
    assert eight_bit or raw.isascii()
    assert b"\0" not in raw
    assert not set(re.findall(rb"[^\r]\n|\r[^\n]", raw))
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


@given(st.binary(max_size=400))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_original_comes_through_unchanged(advice, original):
    raw = written(advice, original=original)
    [part] = attached(raw)
    got = octets_of(raw) if part.get_content_type() == "message/rfc822" else part.get_content()
    assert got == original


def test_an_original_with_our_own_boundary_does_not_break_the_mail(advice):
    first = written(advice)
    again = written(advice, original=first)
    [part] = attached(again)
    assert octets_of(again) == first
    assert part.get_content()["Message-ID"] == "<banken.abc@example.jp>"


def test_without_the_original_it_says_where_it_is(advice):
    raw = written(advice, original=None)
    assert attached(raw) == []
    assert "could not be attached" in plain(raw)
