"""Mail in files: what counts as mail, in which order, and every kind of file that is not what it seems."""

from __future__ import annotations

import datetime as dt
import os
import tracemalloc

import pytest
from tests.mailbox.letters import letter

from banken.mailbox.errors import FolderMissing, Refused
from banken.mailbox.files import open_files
from banken.mailbox.mbox import Mbox

FROM = b"From MAILER-DAEMON Mon Nov  2 03:30:00 2026\n"


def every(mailbox):
    """Return all messages of all folders."""
    got = []
    for folder in mailbox.folders():
        mailbox.open(folder)
        got += list(mailbox.fetch(mailbox.uids()))
    return got


def test_a_folder_with_subfolders_in_order(tmp_path):
    for name in ("b.eml", "a.EML", "sub/c.eml", "sub/deep/d.eml", ".hidden/e.eml", "f.txt", "empty/.keep"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(letter(1, name.encode()))
    got = every(open_files(tmp_path))
    assert [(raw.place.folder, raw.place.file, raw.place.uid) for raw in got] == [
        (str(tmp_path), "a.EML", 1),
        (str(tmp_path), "b.eml", 2),
        (str(tmp_path / "sub"), "c.eml", 1),
        (str(tmp_path / "sub" / "deep"), "d.eml", 1),
    ]


def test_the_path_as_the_user_named_it(tmp_path, monkeypatch):
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "a.eml").write_bytes(letter())
    monkeypatch.chdir(tmp_path)
    assert [raw.place.folder for raw in every(open_files("mail"))] == ["mail"]
    assert [raw.place.folder for raw in every(open_files("mail/a.eml"))] == ["mail"]


def test_one_message_under_any_name(tmp_path):
    (tmp_path / "saved.txt").write_bytes(letter())
    [got] = every(open_files(tmp_path / "saved.txt"))
    assert (got.raw, got.place.file) == (letter(), "saved.txt")


def test_nothing_there(tmp_path):
    with pytest.raises(FolderMissing, match=r"no\.eml"):
        open_files(tmp_path / "no.eml")
    assert every(open_files(tmp_path)) == []


def test_pipes_and_links_in_a_circle(tmp_path):
    os.mkfifo(tmp_path / "pipe.eml")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone.eml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "a.eml").write_bytes(letter())
    assert [raw.place.file for raw in every(open_files(tmp_path))] == ["a.eml"]
    with pytest.raises(FolderMissing):
        open_files(tmp_path / "pipe.eml")


@pytest.fixture
def no_root():
    """Read as somebody whom permissions hold back."""
    if os.getuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


def test_files_that_may_not_be_read(tmp_path, request):
    for parent in [tmp_path, *list(tmp_path.parents)[:3]]:
        if parent.stat().st_uid == os.getuid() and str(parent) != "/tmp":
            parent.chmod(0o755)
    (tmp_path / "a.eml").write_bytes(letter(1))
    (tmp_path / "b.eml").write_bytes(letter(2))
    (tmp_path / "b.eml").chmod(0)
    (tmp_path / "shut").mkdir(mode=0)
    request.getfixturevalue("no_root")
    got = every(open_files(tmp_path))
    assert [(raw.place.file, bool(raw.broken)) for raw in got] == [("a.eml", False), ("b.eml", True)]
    assert "b.eml" in got[1].broken
    assert "Permission denied" in got[1].broken
    for path in (tmp_path / "shut", tmp_path / "shut" / "x.eml"):
        with pytest.raises(Refused, match="Permission denied"):
            open_files(path)


def test_a_file_that_vanished_meanwhile(tmp_path):
    for name in ("a.eml", "b.eml"):
        (tmp_path / name).write_bytes(letter())
    mailbox = open_files(tmp_path)
    (tmp_path / "a.eml").unlink()
    assert [raw.place.uid for raw in every(mailbox)] == [2]


def test_a_file_too_big_to_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("banken.mailbox.files._MESSAGE_LIMIT", 1_000)
    (tmp_path / "a.eml").write_bytes(letter(1, b"x" * 5_000))
    [got] = every(open_files(tmp_path))
    assert (len(got.raw), got.complete, got.size > 5_000) == (1_000, False, True)


def test_maildir_flags_and_subfolders(tmp_path):
    for folder in ("", ".Work", ".Work.Old"):
        for kind in ("cur", "new", "tmp"):
            (tmp_path / folder / kind).mkdir(parents=True)
    (tmp_path / "cur" / "1700000002.M1.host:2,FS").write_bytes(letter(2))
    (tmp_path / "new" / "1700000001.M1.host").write_bytes(letter(1))
    (tmp_path / "tmp" / "1700000003.M1.host").write_bytes(letter(3))
    (tmp_path / "cur" / ".hidden").write_bytes(letter(4))
    (tmp_path / ".Work" / "cur" / "1700000004.M1.host:2,").write_bytes(letter(5))
    got = every(open_files(tmp_path))
    assert [(raw.place.folder, raw.raw, raw.flags) for raw in got] == [
        (str(tmp_path), letter(1), frozenset()),
        (str(tmp_path), letter(2), {"\\Seen", "\\Flagged"}),
        (str(tmp_path / ".Work"), letter(5), frozenset()),
    ]


def test_an_mbox_of_many_hands(tmp_path):
    path = tmp_path / "all.mbox"
    path.write_bytes(
        FROM + b"Subject: one\n\nFrom the start I liked it.\n\nFrom 10:00 we meet.\n>From me\n>>From you\n> quote\n\n"
        b"From - Tue Nov 03 10:00:00 2026\r\nSubject: two\r\n\r\ntwo\r\n\r\n"
        b"From 1791@xxx Mon Nov 02 03:30:00 +0000 2026\nSubject: three\n\nno empty line behind\n"
        b"From x@example Mon Nov  2 03:30:00 2026\nnot a separator: no empty line before it\n\n"
        + FROM
        + b"\n"
        + FROM
        + b"Subject: last\n\nlast"
    )
    got = every(open_files(path))
    assert [raw.raw for raw in got] == [
        b"Subject: one\n\nFrom the start I liked it.\n\nFrom 10:00 we meet.\nFrom me\n>From you\n> quote\n",
        b"Subject: two\r\n\r\ntwo\r\n",
        (
            b"Subject: three\n\nno empty line behind\nFrom x@example Mon Nov  2 03:30:00 2026\n"
            b"not a separator: no empty line before it\n"
        ),
        b"",
        b"Subject: last\n\nlast",
    ]
    assert {raw.place.folder for raw in got} == {str(path)}
    assert [raw.place.uid for raw in got] == [1, 2, 3, 4, 5]


def test_an_mbox_inside_a_folder_is_a_folder(tmp_path):
    (tmp_path / "a.eml").write_bytes(letter(1))
    (tmp_path / "mail.mbox").write_bytes(FROM + letter(2))
    assert open_files(tmp_path).folders() == [str(tmp_path), str(tmp_path / "mail.mbox")]
    assert [raw.raw for raw in every(open_files(tmp_path))] == [letter(1), letter(2)]


def test_the_labels_of_a_takeout(tmp_path):
    path = tmp_path / "Takeout.mbox"
    label = "=?UTF-8?B?5aSn5LqL?="
    path.write_bytes(
        FROM + letter(1, X_Gmail_Labels=f"Inbox,{label},Unread") + b"\n" + FROM + letter(2)
        + b"\n" + FROM + letter(3, X_Gmail_Labels="=?x?B?!!?=, b")
    )  # fmt: skip
    mailbox = open_files(path)
    got = every(mailbox)
    assert got[0].flags == {"Inbox", "大事", "Unread"}
    assert got[1].flags == frozenset()
    assert "b" in got[2].flags
    assert mailbox.labels(1) == got[0].flags


def test_a_large_mbox_takes_little_memory(tmp_path):
    path = tmp_path / "large.mbox"
    with path.open("wb") as file:
        for number in range(400):
            file.write(FROM + letter(number, b"x" * 70 + b"\n" + b"y" * 99_000) + b"\n\n")
    tracemalloc.start()
    mbox = Mbox(path)
    assert mbox.count == 400
    assert sum(len(mbox.read(number, 10**6)) for number in range(400)) > 39_000_000
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000


def test_separators_are_looked_for_in_linear_time(tmp_path):
    path = tmp_path / "evil.mbox"
    path.write_bytes(FROM + b"\n\n" + b"From x" + b" Mon" * 500_000 + b"\n\n" + b"\n" * 100_000 + b"From " * 300_000)
    assert Mbox(path).count == 1


def test_arrival_from_received_then_date_then_the_file(tmp_path):
    (tmp_path / "1.eml").write_bytes(letter(1, Received="from x by y; Tue, 03 Nov 2026 09:00:00 +0900"))
    (tmp_path / "2.eml").write_bytes(letter(2))
    (tmp_path / "3.eml").write_bytes(b"Subject: no date\r\n\r\nx\r\n")
    os.utime(tmp_path / "3.eml", (1_790_000_000, 1_790_000_000))
    assert [raw.arrived for raw in every(open_files(tmp_path))] == [
        dt.datetime(2026, 11, 3, tzinfo=dt.UTC),
        dt.datetime(2026, 11, 2, 1, tzinfo=dt.UTC),
        dt.datetime.fromtimestamp(1_790_000_000, dt.UTC),
    ]


def test_headers_of_whatever_line_ends(tmp_path):
    for number, raw in enumerate((b"A: b\n\nx\r\n\r\ny", b"A: b\r\n\r\nx\n\ny", b"A: b", b"\r\n\r\n", b"")):
        (tmp_path / f"{number}.eml").write_bytes(raw)
    mailbox = open_files(tmp_path)
    mailbox.open(str(tmp_path))
    heads = [raw.raw for raw in mailbox.headers(mailbox.uids())]
    assert heads == [b"A: b\n\n", b"A: b\r\n\r\n", b"A: b", b"\r\n\r\n", b""]
