"""What is big comes in pieces: windows, short commands, a message without its attachments."""

from __future__ import annotations

import pytest
from tests.mailbox.letters import big, letter, uids_in

pytestmark = pytest.mark.server  # a scripted one


def test_a_big_message_whose_structure_is_unusable(fakes):
    fake = fakes.start(big())
    mailbox = fakes.connect(fake)
    for structure in ("NIL", "((", '("TEXT")', "(NIL NIL)", "(" * 400 + ")" * 400, '((NIL) "MIXED")'):
        fake.inbox.mails[0].structure = structure
        [got] = mailbox.fetch([1])
        assert (got.broken, got.complete) == ("", False), structure
        assert b"the words" in got.raw
        assert b"X-Banken-Omitted" in got.raw
        assert len(got.raw) < 530_000


def test_a_big_message_whose_structure_the_server_refuses(fakes):
    fake = fakes.start(big())
    mailbox = fakes.connect(fake)
    fake.on("BODYSTRUCTURE", b"TAG NO [SERVERBUG] no structure\r\n")
    [got] = mailbox.fetch([1])
    assert b"the words" in got.raw
    fake.on("FETCH .*BODY", b"TAG NO [SERVERBUG] nothing at all\r\n")
    [got] = mailbox.fetch([1])
    assert "nothing at all" in got.broken


def test_windows_by_count_and_octets(fakes, monkeypatch):
    from banken.mailbox import fetching

    monkeypatch.setattr(fetching, "WINDOW_MESSAGES", 4)
    monkeypatch.setattr(fetching, "WINDOW_OCTETS", 5_000)
    monkeypatch.setattr(fetching, "SMALL", 4_000)
    sizes = [100, 100, 100, 100, 100, 2_000, 2_000, 2_000, 9_000, 100]
    fake = fakes.start(*[b"Subject: x\r\n\r\n" + b"." * (size - 14) for size in sizes])
    got = list(fakes.connect(fake).fetch(range(1, 11)))
    assert [raw.size for raw in got] == sizes
    windows = [uids_in(line) for line in fake.commands if "BODY.PEEK[])" in line]
    assert windows == [{1, 2, 3, 4}, {5, 6, 7}, {8}, {10}]


def test_the_commands_stay_short(fakes):
    fake = fakes.start(letter(1))
    mailbox = fakes.connect(fake)
    list(mailbox.fetch(range(1_000_001, 1_002_001, 2)))
    list(mailbox.headers(range(1_000_001, 1_002_001, 2)))
    assert max(len(line) for line in fake.commands) < 4_000
    list(mailbox.fetch(range(1, 2_000)))
    assert "UID FETCH 1:400 " in "".join(fake.commands)


def test_the_original_comes_in_pieces(fakes, monkeypatch):
    from banken.mailbox import fetching

    monkeypatch.setattr(fetching, "_PIECE", 1_000)
    raw = letter(1, b"0123456789" * 500)
    fake = fakes.start(raw, raw[:2_000])
    mailbox = fakes.connect(fake)
    assert mailbox.original(1, 10_000) == raw
    assert mailbox.original(2, 2_000) == raw[:2_000]
    assert mailbox.original(2, 1_999) is None
    fake.on(r"RFC822\.SIZE", b"* 1 FETCH (UID 1 RFC822.SIZE 10)\r\nTAG OK x\r\n")  # a size that lies
    assert mailbox.original(1, 3_000) is None
