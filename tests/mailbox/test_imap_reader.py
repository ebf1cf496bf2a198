"""The reader of FETCH responses, the tree of parts, what may be said to a server: without any server."""

from __future__ import annotations

import datetime as dt
import email
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.imap_utf7 import decode
from tests.mailbox.letters import attachment, letter, multipart, part

from banken.mailbox import speech
from banken.mailbox.errors import Refused
from banken.mailbox.header import arrival, message_ids
from banken.mailbox.parts import assemble, end_header, sections
from banken.mailbox.reader import Nonsense, number, read, read_folders, words
from banken.mailbox.structure import structure


def one(*pieces):
    answers = read(pieces)
    assert answers.garbled == ""
    [(_uid, items)] = answers.items.items()
    return items


LITERAL = b"ab)\r\n"


def test_all_kinds_of_values():
    items = one(
        (
            b'3 (UID 9 RFC822.SIZE 12 MODSEQ (77) INTERNALDATE " 1-Nov-2026 00:00:00 +0900" X-gm-id 1 BODY[] {5}',
            LITERAL,
        ),
        (b" BODY[1.MIME]<0> {0}", b""),
        rb' BODY[2] "a\"b\\c" BODY[3] NIL X-GM-LABELS ("\\Inbox" bare "a b")'
        rb" FLAGS (\Seen [bad x]y OIB-Seen-[Gmail]/All Mail))",
    )
    assert items["UID"] == b"9"
    assert number(items["RFC822.SIZE"]) == 12
    assert items["INTERNALDATE"] == b" 1-Nov-2026 00:00:00 +0900"
    assert items["BODY[]"] == LITERAL
    assert items["BODY[1.MIME]"] == b""
    assert items["BODY[2]"] == b'a"b\\c'
    assert items["BODY[3]"] is None
    assert items["X-GM-LABELS"] == [b"\\Inbox", b"bare", b"a b"]
    assert words(items["FLAGS"]) == {"\\Seen", "[bad", "x]y", "OIB-Seen-[Gmail]/All", "Mail"}


def test_a_number_of_thousands_of_digits_is_none():
    assert read([b"1 (UID " + b"9" * 5_000 + b")"]).items == {}
    assert number(one(b"1 (UID 5 RFC822.SIZE " + b"9" * 5_000 + b")")["RFC822.SIZE"]) == 0


def test_the_names_of_fields_may_be_in_quotes():
    answers = read([(b'1 (UID 1 BODY[HEADER.FIELDS ("MESSAGE-ID")] {18}', b"Message-ID: <a@b>\n"), b")"])
    assert answers.items[1]["BODY[HEADER.FIELDS (MESSAGE-ID)]"] == b"Message-ID: <a@b>\n"


def test_two_responses_of_one_message_are_put_together():
    items = one(b"1 (UID 5 FLAGS (a))", (b"1 (BODY[] {1}", b"x"), b" UID 5)")
    assert (items["FLAGS"], items["BODY[]"]) == ([b"a"], b"x")


def test_without_uid_it_is_nobodys():
    assert read([b"5 (FLAGS (a))", b"5 (FLAGS (a) UID NIL)"]).items == {}


@given(st.lists(st.one_of(st.binary(max_size=60), st.tuples(st.binary(max_size=60), st.binary(max_size=9)), st.none())))
def test_whatever_comes_nothing_is_raised(data):
    read(data)
    list(read_folders(data))


FRAGMENTS = [b"1 (", b"UID 3", b" ", b"FLAGS (", b")", b'"', b"\\", b"BODY[]", b"{3}", b"NIL", b"(", b"[", b"<0>", b"x"]


@given(st.lists(st.lists(st.sampled_from(FRAGMENTS)).map(b"".join)), st.booleans())
def test_nor_for_what_is_nearly_right(lines, literal):
    read([(line, b"abc") for line in lines] + [b")"] if literal else lines)


def test_the_reader_takes_linear_time():
    for evil in (b"(" * 100_000, b'"' * 100_001, b'"\\' * 100_000, b"a " * 100_000, b"BODY[" * 50_000, b"{1" * 100_000):
        assert read([b"1 (UID 3 X " + evil]).garbled
        assert read([b"1 (UID 3 " + evil]).garbled


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1)


@given(names)
def test_any_name_goes_over_the_wire_and_back(name):
    said = speech.quoted_name(name, "label")
    assert said.isascii()
    inner = re.fullmatch(r'"((?:[^"\\]|\\["\\])*)"', said)
    assert inner
    assert decode(re.sub(r"\\(.)", r"\1", inner[1]).encode()) == name
    items = one(f"1 (UID 5 X-GM-LABELS ({said}))".encode())
    assert [decode(label) for label in items["X-GM-LABELS"]] == [name]
    assert [found for _flags, _separator, found in read_folders([f'(\\X) "/" {said}'.encode()])] == [name]


@given(st.text(), st.sampled_from("\r\n\0\x1b\x7f\x85\u2028\ud800"), st.text())
def test_no_control_character_gets_through(before, evil, after):
    with pytest.raises(Refused):
        speech.clean(before + evil + after, "label")


@given(st.text())
def test_an_atom_needs_no_quotes(text):
    if speech.is_atom(text):
        assert not set(text) & set('(){ %*"\\][')
        assert text.isascii()
        assert text.isprintable()


@given(st.sets(st.integers(1, 2**32 - 1)) | st.sets(st.integers(1, 60)))
def test_compact_sets_name_exactly_these(uids):
    ranges = [part.partition(":") for part in speech.compact(uids).split(",") if part]
    assert {uid for a, _colon, b in ranges for uid in range(int(a), int(b or a) + 1)} == uids
    assert [uid for portion in speech.portions(uids, 7) for uid in portion] == sorted(uids)


def test_a_compact_set_is_short():
    assert speech.compact([*range(1, 1_000), 2_000, 1_999]) == "1:999,1999:2000"


TEXT = [b"TEXT", b"PLAIN", None, None, None, b"7BIT", b"5", b"1"]
PDF = [b"APPLICATION", b"PDF", None, None, None, b"BASE64", b"900"]


def test_the_numbers_of_parts():
    inner = [TEXT, PDF, b"MIXED"]
    attached = [b"MESSAGE", b"RFC822", None, None, None, b"7BIT", b"50", [None], inner, b"3"]
    single = [b"MESSAGE", b"RFC822", None, None, None, b"7BIT", b"50", [None], TEXT, b"3"]
    coded = [b"MESSAGE", b"RFC822", None, None, None, b"BASE64", b"50", [None], TEXT, b"3"]
    root = structure([[TEXT, [TEXT, b"RELATED"], b"ALTERNATIVE"], attached, single, coded, PDF, b"MIXED"])
    # RFC 9051 section 6.4.5.1: the parts of an attached multipart share its number, a single part is .1
    assert sections(root) == [
        *["1.MIME", "1.1.MIME", "1.1", "1.2.MIME", "1.2.1.MIME", "1.2.1"],
        *["2.MIME", "2.HEADER", "2.1.MIME", "2.1", "2.2.MIME"],
        *["3.MIME", "3.HEADER", "3.1"],
        *["4.MIME", "5.MIME"],
    ]
    assert sections(structure(TEXT)) == ["1"]


@pytest.mark.parametrize("value", [None, [], b"x", [None], [[]], [[None], b"MIXED"], [TEXT], [b"TEXT"], [TEXT, None]])
def test_a_senseless_structure_is_told(value):
    with pytest.raises(Nonsense):
        structure(value)


leaves = st.one_of(st.none(), st.binary(max_size=8), st.sampled_from([b"MESSAGE", b"RFC822", b"7BIT", b"9"]))


@given(st.recursive(leaves, lambda inner: st.lists(inner, max_size=10)))
def test_any_other_value_is_a_tree_or_told(value):
    try:
        root = structure(value)
    except Nonsense:
        return
    assert len(sections(root)) <= 300


def test_assembling_what_was_asked_for_gives_the_message_again():
    raw = multipart(part("text/plain", b"hello"), attachment(90), head="Subject: x")
    tree = email.message_from_bytes(raw)
    pdf = [*PDF[:6], str(len(tree.get_payload()[1].get_payload())).encode()]
    fetched = {
        "1.MIME": b"Content-Type: text/plain\r\n\r\n",
        "1": b"hello",
        "2.MIME": b"Content-Type: application/pdf\r\n\r\n",
    }
    header = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    octets, complete = assemble(structure([TEXT, pdf, b"MIXED"]), header, fetched)
    again = email.message_from_bytes(octets)
    assert not complete
    assert [part.get_payload() for part in again.get_payload()] == ["hello", ""]
    assert not again.defects
    assert assemble(structure(TEXT), b"Subject: x\r\n\r\n", {"1": b"hello"}) == (b"Subject: x\r\n\r\nhello", True)


@pytest.mark.parametrize("content_type", [b"text/plain", b"multipart/mixed", b'multipart/mixed; boundary=""'])
def test_a_multipart_without_a_boundary_is_told(content_type):
    with pytest.raises(Nonsense):
        assemble(structure([TEXT, b"MIXED"]), b"Content-Type: " + content_type, {})


def test_the_end_of_a_header():
    assert end_header(b"") == b"\r\n"
    assert end_header(b"A: b") == end_header(b"A: b\r\n\r\n") == b"A: b\r\n\r\n"


@pytest.mark.parametrize(
    ("fields", "when"),
    [
        ({"Received": "from a by b; Tue, 03 Nov 2026 09:00:00 +0900 (JST)"}, "2026-11-03T00:00:00+00:00"),
        ({"Received": "from a by b"}, "2026-11-02T01:00:00+00:00"),
        ({"Received": "from a by b; nonsense"}, "2026-11-02T01:00:00+00:00"),
        ({"Received": "from a by b;\r\n Tue, 03 Nov 2026 09:00:00 -0000"}, "2026-11-03T09:00:00+00:00"),
        ({}, "2026-11-02T01:00:00+00:00"),
    ],
)
def test_when_a_message_arrived(fields, when):
    assert arrival(letter(**fields)).isoformat()
    assert arrival(letter(**fields)).timestamp() == arrival_of(when)


def arrival_of(text):

    return dt.datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize("date", [b"", b"0", b"Mon, 99 Foo 2026", b"\xff", b"1 Jan 99999999999 0:0:0"])
def test_no_time_at_all(date):
    assert arrival(b"Date: " + date + b"\r\n\r\n") is None


def test_message_ids_unfolded_and_in_linear_time():
    assert message_ids(b"MESSAGE-ID:\r\n\t<a@b>  \r\nX: y\r\nMessage-Id: <c@d>\n\n") == ["<a@b>", "<c@d>"]
    assert message_ids(b"Message-ID:" + b" " * 250_000 + b"x\r\n") == ["x"]
    assert message_ids(None) == []
