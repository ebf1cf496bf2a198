"""A server that misbehaves: what it said is used as far as it goes, and nothing else is believed."""

from __future__ import annotations

import contextlib
import re

import pytest
from tests.mailbox.letters import letter, uids_in

from banken.mailbox.errors import Garbled, MailboxError, Refused, Unavailable, Unreachable

pytestmark = pytest.mark.server  # a scripted one


def test_a_line_cut_in_a_literal_loses_nothing_silently(fakes):
    fake = fakes.start(letter(1), letter(2), letter(3))
    mailbox = fakes.connect(fake)

    def half(session, _tag, _line):
        session.send(session.fetch_line(fake.inbox.mails[0], "BODY.PEEK[]"))
        session.send(b"* 2 FETCH (UID 2 BODY[] {500}\r\nSubject: ")
        session.drop()

    fake.on(r"FETCH .*BODY\.PEEK\[\]", half)
    with pytest.raises(Unreachable) as caught:
        list(mailbox.fetch([1, 2, 3]))
    assert caught.value.uids == (1, 2, 3)  # so that the caller can look for the one that breaks it


def test_goodbye_in_the_middle(fakes):
    fake = fakes.start(letter(1))
    mailbox = fakes.connect(fake)
    fake.on("FETCH", b"* BYE [UNAVAILABLE] going down\r\n")
    with pytest.raises(Unavailable, match="going down"):
        list(mailbox.fetch([1]))


@pytest.mark.parametrize(
    "line", ["", "* OK [UIDNEXT 0] lies\r\n", "* OK [UIDNEXT -3] lies\r\n", "* OK [UIDNEXT x] lies\r\n"]
)
def test_uidnext_missing_or_lying(fakes, line):
    fake = fakes.start(letter(1), letter(2))
    fake.uidnext_line = line
    mailbox = fakes.connect(fake)
    state = mailbox.open("INBOX")
    assert state.uidnext in (None, 0)
    assert (state.exists, state.uidvalidity) == (2, 7)
    assert mailbox.uids() == [1, 2]
    assert mailbox.uids(after=1) == [2]
    assert len(list(mailbox.fetch(mailbox.uids()))) == 2


def test_n_to_star_never_brings_back_the_last_message(fakes):
    fake = fakes.start(letter(1), letter(2))
    mailbox = fakes.connect(fake)
    assert mailbox.uids(after=2) == []
    assert mailbox.uids(after=1000) == []


def test_no_search_response_and_several(fakes):
    fake = fakes.start(letter(1))
    mailbox = fakes.connect(fake)
    fake.on("SEARCH", b"TAG OK nothing\r\n", times=1)
    assert mailbox.uids() == []
    fake.on("SEARCH", b"* SEARCH 1 2\r\n* SEARCH\r\n* SEARCH 5 x 3\r\nTAG OK\x20\r\n", times=1)
    assert mailbox.uids() == [1, 2, 3, 5]


def test_unasked_fetch_responses_belong_to_nobody(fakes):
    fake = fakes.start(letter(1), letter(2))
    fake.inbox.mails[0].uid, fake.inbox.mails[1].uid = 2, 3
    mailbox = fakes.connect(fake)

    def chatty(session, tag, line):
        session.send(b"* 2 FETCH (FLAGS (\\Seen other))\r\n")  # sequence 2 is UID 3
        session.answer(tag, line)

    fake.on("FETCH|SEARCH|STORE", chatty)
    assert mailbox.uids() == [2, 3]
    assert mailbox.labels(2) == frozenset()
    assert mailbox.label(2, ["banken-danger"]).how == "keyword"
    assert [(raw.place.uid, raw.flags) for raw in mailbox.fetch([2, 3])] == [(2, {"banken-danger"}), (3, frozenset())]


@pytest.mark.parametrize("whole", [False, True])
def test_answers_about_messages_nobody_asked_for(fakes, whole):
    fake = fakes.start(letter(1), letter(2))
    mailbox = fakes.connect(fake)

    def also(session, tag, line):
        unasked = session.fetch_line(fake.inbox.mails[1], line)
        session.send(unasked if whole else b"* 2 FETCH (UID 2 FLAGS (\\Seen))\r\n")
        session.answer(tag, line)

    fake.on("FETCH", also)
    assert [raw.place.uid for raw in mailbox.fetch([1])] == [1]
    assert [raw.place.uid for raw in mailbox.headers([1])] == [1]


def test_a_message_that_the_server_refuses_stands_alone(fakes):
    fake = fakes.start(*[letter(number) for number in range(1, 12)])
    mailbox = fakes.connect(fake)

    def refuse(session, tag, line):
        if 7 in uids_in(line):
            session.send(f"{tag} NO [SERVERBUG] cannot read message\r\n".encode())
        else:
            session.answer(tag, line)

    fake.on(r"FETCH .*BODY", refuse)
    got = list(mailbox.fetch(mailbox.uids()))
    assert [raw.place.uid for raw in got] == list(range(1, 12))
    assert [raw.place.uid for raw in got if raw.broken] == [7]
    assert "cannot read message" in got[6].broken
    assert (got[6].raw, got[6].complete) == (b"", False)
    assert [raw.place.uid for raw in mailbox.headers(mailbox.uids()) if raw.broken] == [7]
    assert len([line for line in fake.commands if "BODY.PEEK[]" in line]) < 11  # halved, not one by one


def test_even_the_facts_may_be_refused(fakes):
    fake = fakes.start(letter(1), letter(2))
    mailbox = fakes.connect(fake)
    fake.on(r"UID FETCH (1:2|2) ", b"TAG NO [SERVERBUG] broken index\r\n")
    got = list(mailbox.fetch([1, 2]))
    assert [(raw.place.uid, bool(raw.broken)) for raw in got] == [(1, False), (2, True)]


@pytest.mark.parametrize(
    "nonsense",
    [
        rb'* 2 FETCH (UID 2 BODY[] "unescaped " quote")',
        b"* 2 FETCH (UID 2 BODY[] (" + b"(" * 5_000,
        b"* 2 FETCH (UID 2 BODY[]",
        b"* 2 FETCH",
        b"* 2 FETCH (UID 2 FLAGS \\Seen BODY[] NIL)",
        b"* 2 FETCH (UID 2 BODY[] NIL)",
        b"* 2 FETCH (UID two BODY[] x)",
    ],
)
def test_an_unreadable_answer_spoils_one_message(fakes, nonsense):
    fake = fakes.start(letter(1), letter(2), letter(3))
    mailbox = fakes.connect(fake)

    def garble(session, tag, line):
        for mail in session._in_set(line.split()[2]):
            session.send(nonsense + b"\r\n" if mail.uid == 2 else session.fetch_line(mail, line))
        session.ok(tag)

    fake.on(r"FETCH .*BODY\.PEEK\[\]", garble)
    got = list(mailbox.fetch([1, 2, 3]))
    assert [raw.raw for raw in got if raw.place.uid != 2] == [letter(1), letter(3)]
    assert [bool(raw.broken) for raw in got if raw.place.uid == 2] in ([True], [])
    if b"UID 2 B" in nonsense:
        assert len(got) == 3


def test_messages_left_out_by_a_busy_server_are_asked_for_again(fakes):
    fake = fakes.start(*[letter(number) for number in range(1, 6)])
    mailbox = fakes.connect(fake)

    def lazy(session, tag, line):
        for mail in session._in_set(line.split()[2])[:2]:
            session.send(session.fetch_line(mail, line))
        session.ok(tag)

    fake.on(r"FETCH .*BODY\.PEEK\[\]", lazy, times=1)
    assert [raw.place.uid for raw in mailbox.fetch(mailbox.uids())] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("verb", "answer"),
    [
        ("SEARCH", b"* SEARCH " + b"9" * 5_000 + b"\r\nTAG OK x\r\n"),
        ("EXAMINE", b"* " + b"9" * 5_000 + b" EXISTS\r\n* OK [UIDNEXT " + b"9" * 5_000 + b"]\r\nTAG OK x\r\n"),
        ("SEARCH", b"* SEARCH {3}\r\n1 2\r\nTAG OK x\r\n"),
        ("EXAMINE", b"* OK [UIDNEXT {0}\r\n]\r\n* FLAGS {3}\r\nabc\r\n* {1}\r\n3 EXISTS\r\nTAG OK x\r\n"),
        ("SELECT", b"* OK [PERMANENTFLAGS {3}\r\nabc]\r\n* OK [UIDVALIDITY {1}\r\n7]\r\nTAG OK x\r\n"),
        ("LIST", b"* LIST {3}\r\nabc {0}\r\n\r\nTAG OK x\r\n"),
        ("CAPABILITY", b"* CAPABILITY {9}\r\nIMAP4rev1\r\nTAG OK x\r\n"),
        ("STORE", b"* 1 FETCH {3}\r\nabc)\r\n* FETCH\r\n* 1 FETCH\r\nTAG OK x\r\n"),
        ("LOGIN", b"* NO {3}\r\nabc\r\nTAG NO\x20\r\n"),
    ],
)
def test_numbers_and_literals_where_none_belong(fakes, verb, answer):
    fake = fakes.start(letter(1))
    fake.on(f"^(UID )?{verb}", answer)
    with contextlib.suppress(MailboxError):  # any of them, but nothing else
        mailbox = fakes.connect(fake, timeout=0.5)
        mailbox.folders()
        mailbox.uids()
        mailbox.label(1, ["banken-danger"])
    assert [line for line in fake.commands if re.match(f"(UID )?{verb}", line)]


def test_a_literal_of_absurd_size(fakes):
    fake = fakes.start(letter(1))
    mailbox = fakes.connect(fake)
    fake.on(r"FETCH .*BODY", b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\nx")
    with pytest.raises(Garbled):
        list(mailbox.fetch([1]))


def test_a_literal_shorter_than_announced(fakes):
    fake = fakes.start(letter(1), letter(2))
    mailbox = fakes.connect(fake, timeout=0.3)
    fake.on(r"FETCH .*BODY\.PEEK\[\]", b"* 1 FETCH (UID 1 BODY[] {5000}\r\nSubject: x)\r\nTAG OK done\r\n")
    with pytest.raises(Unreachable) as caught:
        list(mailbox.fetch([1]))
    assert caught.value.uids == (1,)


@pytest.mark.parametrize("beginning", ["", "EOF ", "- * BYE "])
def test_a_mails_words_behind_a_literal_announced_too_short_are_not_told(fakes, beginning):
    fake = fakes.start(letter(1))
    mailbox = fakes.connect(fake)
    words = f"Subject: a\r\n\r\nwell,\r\n x\r\n{beginning}my secret\r\n".encode()
    short = b"* 1 FETCH (UID 1 BODY[] {%d}\r\n" % words.index(b" x") + words + b")\r\nTAG OK done\r\n"
    fake.on(r"FETCH .*BODY\.PEEK\[\]", short)
    with pytest.raises(Garbled, match="unexpected response") as caught:
        list(mailbox.fetch([1]))
    assert "secret" not in str(caught.value)


def test_a_literal_longer_than_announced(fakes):
    fake = fakes.start(letter(1), letter(2))
    mailbox = fakes.connect(fake)

    def longer(session, tag, line):
        for mail in session._in_set(line.split()[2]):
            honest = session.fetch_line(mail, line)
            session.send(honest if mail.uid == 1 else honest.replace(b"BODY[] {", b"BODY[] {1}\r\n{"))
        session.ok(tag)

    fake.on(r"FETCH .*BODY\.PEEK\[\]", longer)
    with pytest.raises(MailboxError):  # its lines are taken for answers: nothing after them can be believed
        list(mailbox.fetch([1, 2]))
    with pytest.raises(Unreachable, match="closed"):
        mailbox.uids()


def test_an_endless_line(fakes):
    fake = fakes.start(letter(1))
    mailbox = fakes.connect(fake)
    fake.on("SEARCH", b"* SEARCH" + b" 1" * 1_000_000)
    with pytest.raises(MailboxError):
        mailbox.uids()
    with pytest.raises(Unreachable, match="closed"):  # the line was out of step: nothing more is read from it
        mailbox.uids()


@pytest.mark.parametrize("date", ['"32-Foo-2026 99:00:00 +0000"', '"01-Nov-2026 00:00:00"', "NIL", "12", '""'])
def test_a_broken_internaldate(fakes, date):
    fake = fakes.start(letter(1))
    mailbox = fakes.connect(fake)
    answer = f"* 1 FETCH (UID 1 FLAGS () RFC822.SIZE 400 INTERNALDATE {date})\r\nTAG OK x\r\n"
    fake.on("FETCH .*INTERNALDATE", answer.encode())
    [got] = mailbox.fetch([1])
    assert got.arrived.tzinfo is not None
    assert got.raw == letter(1)


def test_a_refusal_leaves_the_line_usable(fakes):
    fake = fakes.start(letter(1))
    mailbox = fakes.connect(fake)
    for answer in (b"TAG NO no\r\n", b"TAG BAD no\r\n", b"* 9 EXISTS\r\n* NO odd\r\nTAG NO [X-ODD foo] no\r\n"):
        fake.on("SEARCH", answer, times=1)
        with pytest.raises(Refused, match="refuses"):
            mailbox.uids()
        assert mailbox.uids() == [1]


def test_what_a_server_says_cannot_forge_lines_of_a_log(fakes):
    fake = fakes.start(letter(1))
    mailbox = fakes.connect(fake)
    fake.on("SEARCH", b"TAG NO \x1b[31m\x07red " + b"x" * 5_000 + b"\r\n")
    with pytest.raises(Refused) as caught:
        mailbox.uids()
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300
