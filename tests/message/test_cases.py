"""The case table: every mail is read, whole, in time, without an exception of our own behind it."""

import time

import pytest
from tests.message.cases import all_cases
from tests.message.readers import banken, verdict

from banken.message import Limits, read, read_header
from banken.message.notes import Note

CASES = {case.name: case for case in all_cases()}


@pytest.mark.parametrize("name", CASES)
def test_case(name):
    case = CASES[name]
    started = time.process_time()
    message = read(case.raw)
    took = time.process_time() - started
    assert verdict(case, banken) == "ok"
    assert Note.UNREADABLE not in message.notes
    assert took < 6
    _is_sound(message)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.subject])
def test_the_first_look_sees_the_same_header(name):
    case = CASES[name]
    whole, header = read(case.raw), read_header(case.raw)
    assert header.text == header.fingerprint == ""
    assert (header.subject, header.sender, header.message_id) == (whole.subject, whole.sender, whole.message_id)


def test_there_are_no_two_cases_of_one_name():
    assert len(CASES) == len(all_cases()) > 390


def _is_sound(message):
    """Segments tile the text in order, links lie in it, nothing in a header breaks its line."""
    place = 0
    for segment in message.segments:
        assert (segment.start, segment.start < segment.end) == (place, True)
        place = segment.end
    assert place == len(message.text)
    assert all(message.text[link.start : link.end] == link.text for link in message.links if link.end)
    lines = [message.subject, message.message_id, message.sender.name, message.sender.address]
    lines += [each.filename for each in message.attachments]
    assert not any(character < " " or character == "\x7f" for line in lines for character in line)
    message.text.encode()  # no lone surrogates: it goes into JSON and SQLite
    assert "\x00" not in message.text


@pytest.mark.parametrize(
    ("limits", "note"),
    [
        (Limits(message=2_000), Note.CUT_MESSAGE),
        (Limits(text=100), Note.CUT_TEXT),
        (Limits(parts=3), Note.CUT_PARTS),
        (Limits(depth=1), Note.CUT_DEPTH),
        (Limits(header=10), Note.CUT_HEADER),
        (Limits(addresses=2), Note.CUT_ADDRESSES),
        (Limits(seconds=0.0), Note.CUT_TIME),
    ],
)
def test_over_a_limit_the_mail_is_read_as_far_as_possible_and_marked(limits, note):
    from tests.message.build import inner_multipart, multipart, part

    text = part("text/plain; charset=utf-8", "最初の文です。".encode() * 20)
    inner = inner_multipart("mixed", text, text)
    header = b"From: a@client.example\r\nTo: " + b", ".join(b"u%d@example.jp" % each for each in range(9)) + b"\r\n"
    raw = multipart("mixed", text, inner, text, text, text, header=header)
    message = read(raw, limits=limits)
    assert note in message.notes
    assert message.sender.address == ("a@client.example" if note is not Note.CUT_HEADER else message.sender.address)
    if note is not Note.CUT_TIME:
        assert message.text.startswith("最初の文です。")
    assert len(message.text) <= limits.text
    _is_sound(message)


def test_a_limit_not_reached_leaves_no_mark():
    message = read(CASES["mixed-two-texts"].raw)
    assert message.notes == ()
