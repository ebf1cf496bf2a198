"""Text → any encoding, any transfer encoding, any folding → the same text."""

import base64
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.message.build import HEADER, euc_ms, jis_ms, plain

from banken.message import read
from banken.message.notes import Note

ENCODINGS = {
    "utf-8": str.encode,
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-7": lambda text: text.encode("utf-7"),
    "iso-2022-jp": jis_ms,
    "iso-2022-jp-1": lambda text: text.encode("iso2022_jp_1"),
    "cp50221": jis_ms,
    "shift_jis": lambda text: text.encode("cp932"),
    "windows-31j": lambda text: text.encode("cp932"),
    "euc-jp": euc_ms,
    "eucJP-ms": euc_ms,
    "gb18030": lambda text: text.encode("gb18030"),
    "utf-8n": str.encode,
}
_COMMON = "あいうえおかがきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをんアイウエオカキクケコサシスセソタチツテトラリルレロン、。「」・ー！？"
_KANJI = "面談契約直接仮払銀行振込連絡電話番号納品検収報酬手数料常駐出社会議日程候補希望山田株式会社担当者様宜願致申上"
_VENDOR = "①②③㈱№髙﨑"
TEXTS = st.text(st.sampled_from(_COMMON + _KANJI + "abcXYZ 019-/:\n"), min_size=1, max_size=200)
VENDOR_TEXTS = st.text(st.sampled_from(_COMMON + _KANJI + _VENDOR + "ｱｲｳｶﾞ \n"), min_size=1, max_size=80)
LINES = st.text(st.sampled_from(_COMMON + _KANJI + "abc 019"), min_size=1, max_size=80)


def _same(left, right):
    fold = str.maketrans("～－∥", "〜−‖")
    return (
        unicodedata.normalize("NFC", left.translate(fold)).strip()
        == unicodedata.normalize("NFC", right.translate(fold)).strip()
    )


def _encode(label, text):
    try:
        return ENCODINGS[label](text)
    except UnicodeEncodeError:
        return None


def _body(text):
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


@settings(max_examples=400)
@given(TEXTS, st.sampled_from(list(ENCODINGS)), st.sampled_from(["base64", "quoted-printable", "8bit", "7bit"]))
def test_bodies(text, label, transfer):
    text = _body(text)
    if label == "utf-16":
        transfer = "base64"  # its octets are no lines
    octets = _encode(label, text)
    if label != "utf-16":
        octets = octets.replace(b"\n", b"\r\n")
    message = read(plain(octets, label, cte=transfer))
    assert _same("\n".join(line.rstrip() for line in message.text.split("\n")), text), message.notes
    assert not {Note.CHARACTERS_LOST, Note.UNREADABLE} & set(message.notes)


@settings(max_examples=200)
@given(
    VENDOR_TEXTS, st.sampled_from(["iso-2022-jp", "cp50221", "shift_jis", "windows-31j", "euc-jp", "eucJP-ms", "utf-8"])
)
def test_bodies_with_vendor_characters(text, label):
    text = _body(text)
    message = read(plain(_encode(label, text), label, cte="base64"))
    assert _same("\n".join(line.rstrip() for line in message.text.split("\n")), text)


@settings(max_examples=300)
@given(
    LINES,
    st.sampled_from(["utf-8", "iso-2022-jp", "shift_jis", "euc-jp", "cp50221", "windows-31j", "eucJP-ms"]),
    st.sampled_from("BQ"),
    st.integers(5, 45),
    st.sampled_from([b"\r\n ", b"\r\n\t", b" ", b""]),
)
def test_subjects_cut_anywhere(text, label, coding, size, glue):
    text = " ".join(text.split())
    octets = _encode(label, text)
    pieces = [octets[at : at + size] for at in range(0, len(octets), size)]
    coded = [
        base64.b64encode(piece) if coding == "B" else b"".join(b"=%02X" % octet for octet in piece) for piece in pieces
    ]
    subject = glue.join(b"=?" + label.encode() + b"?" + coding.encode() + b"?" + piece + b"?=" for piece in coded)
    assert _same(read(HEADER + b"Subject: " + subject + b"\r\n\r\nx").subject, text)


@settings(max_examples=200)
@given(LINES, st.sampled_from(["utf-8", "iso-2022-jp", "shift_jis", "euc-jp"]))
def test_unlabelled_bodies_of_some_length(text, label):
    """A label is missing often; from a dozen Japanese characters on there is no doubt left."""
    text = " ".join(f"お世話になっております。{text}よろしくお願いいたします。".split())
    message = read(plain(_encode(label, text), None, cte="base64"))
    assert _same(message.text, text)


@settings(max_examples=200)
@given(LINES, st.sampled_from(["utf-8", "iso-2022-jp", "shift_jis", "euc-jp"]), st.sampled_from(["filename", "name"]))
def test_file_names_in_pieces(text, label, where):
    from urllib.parse import quote

    text = " ".join(text.replace(":", "").split())
    octets = _encode(label, text)
    pieces = [octets[at : at + 7] for at in range(0, len(octets), 7)]
    named = "; ".join(
        f"{where}*{number}*={label + chr(39) + chr(39) if number == 0 else ''}{quote(piece, safe='')}"
        for number, piece in enumerate(pieces)
    )
    kind, disposition = (
        ("application/x", "attachment; " + named) if where == "filename" else ("application/x; " + named, "attachment")
    )
    raw = HEADER + f"Content-Type: {kind}\r\nContent-Disposition: {disposition}\r\n\r\nx".encode()
    assert _same(read(raw).attachments[0].filename, text)
