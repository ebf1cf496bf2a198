"""ISO-2022-JP as it is really sent: vendor rows, half-width kana, broken and folded escape sequences.

Python's own codecs know neither the rows of NEC and IBM (①㈱髙﨑) nor forgive a lost octet, and so this reads the
escape sequences itself (RFC 1468, JIS X 0202) and leaves the tables to the codecs `euc_jp` and `cp932`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from functools import cache

VENDOR = "banken.vendor"
"""Error handler for `euc_jp`: NEC and IBM characters by way of cp932, U+FFFD for what nobody knows."""

_ESCAPE = re.compile(rb"\x1b(\$\([ABCDOPQ@]|\$\)C|\$[AB@]|\([ABHIJT]|\.[AF]|&@)|([\x0e\x0f])")
_HIGH = bytes(octet | 0x80 for octet in range(256))
_FOLD_INSIDE = re.compile(rb"(\x1b[$(]?\(?)\r?\n[ \t]+(?=[$(@-Z])")
_FOLD = re.compile(r"\r?\n[ \t]*")
_OPENING, _CLOSING = re.compile(rb"\$[B@]"), re.compile(rb"\([BJ]")
_LONGEST_RUN = 400

_ASCII, _ROMAN, _KANA, _KANJI, _SUPPLEMENT = "ascii", "roman", "kana", "kanji", "supplement"
_SETS = {
    b"(B": _ASCII,
    b"(H": _ASCII,
    b"(A": _ASCII,
    b"(T": _ASCII,
    b"(J": _ROMAN,
    b"(I": _KANA,
    b"\x0e": _KANA,
    b"\x0f": _ASCII,
    b"$@": _KANJI,
    b"$B": _KANJI,
    b"$(@": _KANJI,
    b"$(B": _KANJI,
    b"$(D": _SUPPLEMENT,
}
# Sets met once in ten years: Chinese, Korean, JIS X 0213. Their codec reads them with the escape in front.
_CODECS = {
    b"$A": "iso2022_jp_2",
    b"$(A": "iso2022_jp_2",
    b"$(C": "iso2022_jp_2",
    b"$)C": "iso2022_kr",
    b"$(O": "iso2022_jp_3",
    b"$(P": "iso2022_jp_3",
    b"$(Q": "iso2022_jp_2004",
}
_ROMAN_TO_UNICODE = {0x5C: "¥", 0x7E: "‾"}  # JIS X 0201 differs from ASCII in two places


Other = Callable[[bytes], str]


def _jis8(run: bytes) -> str:
    return run.decode("ascii") if run.isascii() else run.decode("shift_jis", "replace")


def has_escapes(data: bytes) -> bool:
    """Return whether `data` holds an escape sequence of the ISO-2022-JP family."""
    return b"\x1b" in data and _ESCAPE.search(data) is not None


def decode(data: bytes, other: Other = _jis8, *, folded: bool = False) -> tuple[str, bool]:
    """Return the text of `data` and whether characters were lost; `folded` says that it is a folded header field.

    `other` reads what stands between the escape sequences and has the high bit: half-width kana (JIS8), or the footer
    that another program wrote.
    """
    if folded:
        data = _FOLD_INSIDE.sub(rb"\1", data)
    elif _well_formed(data):
        try:
            return data.decode("iso2022_jp"), False
        except UnicodeDecodeError:
            pass  # vendor characters, kana, damage
    texts: list[str] = []
    charset, place = _ASCII, 0
    escape = b"(B"
    for match in _ESCAPE.finditer(data):
        texts.append(_run(data[place : match.start()], charset, escape, other, folded=folded))
        escape = match[1] or match[2]
        place = match.end()
        if escape != b"&@":  # announces the revision of 1990, changes nothing
            charset = _SETS.get(escape, "")
    texts.append(_run(data[place:], charset, escape, other, folded=folded))
    text = "".join(texts)
    return text, "\ufffd" in text


def _well_formed(data: bytes) -> bool:
    """Return whether each run of kanji is closed, so that Python's codec (ten times faster) reads it as we do."""
    return b"\x0e" not in data and data.count(b"\x1b$") <= data.count(b"\x1b(B") + data.count(b"\x1b(J")


def mend(data: bytes) -> bytes:
    """Put back escape octets that a gateway took out (`$B$3$s(B`), where what they enclose can only be Japanese."""
    return b"\n".join(_mended(line) if b"(B" in line or b"(J" in line else line for line in data.split(b"\n"))


def _mended(line: bytes) -> bytes:
    """Mend one line: each opening is tried once with the closing next to it, so that the line is gone through once."""
    made: list[bytes] = []
    place = 0
    while (opening := _OPENING.search(line, place)) and (closing := _CLOSING.search(line, opening.end())):
        run = line[opening.end() : closing.start()]
        if 0 < len(run) <= _LONGEST_RUN and len(run) % 2 == 0 and _kana(run):
            made.append(line[place : opening.start()] + b"\x1b$B" + run + b"\x1b(B")
        else:
            made.append(line[place : closing.end()])
        place = closing.end()
    return b"".join(made) + line[place:]


def _kana(run: bytes) -> bool:
    leads = run[::2]
    return 2 * sum(lead in b"\x21\x24\x25" for lead in leads) >= len(leads)


def _run(run: bytes, charset: str, escape: bytes, other: Other, *, folded: bool) -> str:
    if not run:
        return ""
    if charset in (_KANJI, _SUPPLEMENT):
        return _lines(run, charset, folded=folded)
    if charset == _KANA:
        return _jis8(run).translate(_HIGH_KANA)
    if charset == "":
        return (b"\x1b" + escape + run).decode(_CODECS.get(escape, "ascii"), "replace")
    text = run.decode("ascii") if run.isascii() else other(run)
    if charset == _ROMAN:
        text = text.translate(_ROMAN_TO_UNICODE)
    return _FOLD.sub(" ", text) if folded else text


_HIGH_KANA = {octet: chr(0xFF61 + octet - 0x21) for octet in range(0x21, 0x60)}


def _lines(run: bytes, charset: str, *, folded: bool) -> str:
    """Read two-octet characters; a line end inside (RFC 1468 forbids it) ends them unless the next line goes on."""
    if b"\n" not in run:
        return _pairs(run, charset)
    lines = re.split(rb"\r?\n", run)
    if folded:
        return _pairs(b"".join(line.lstrip(b" \t") for line in lines), charset)
    texts = [_pairs(lines[0], charset)]
    texts += [_pairs(line, charset) if _goes_on(line) else _jis8(line) for line in lines[1:]]
    return "\n".join(texts)


def _goes_on(line: bytes) -> bool:
    return len(line) > 1 and b" " not in line and line.isascii() and _kana(line)


def _pairs(run: bytes, charset: str) -> str:
    if b" " in run or b"\t" in run or not run.isascii():
        return "".join(
            _pairs(piece, charset) if piece[0] in _GRAPHIC else _jis8(piece) for piece in _PIECES.findall(run)
        )
    if len(run) % 2:
        cut = _lost_octet(run)
        return f"{_pairs(run[:cut], charset)}\ufffd{_pairs(run[cut + 1 :], charset)}"
    high = run.translate(_HIGH)
    if charset == _SUPPLEMENT:
        high = b"".join(b"\x8f" + high[place : place + 2] for place in range(0, len(high), 2))
    return high.decode("euc_jp", VENDOR)


_PIECES = re.compile(rb"[!-~]+|[^!-~]+")
_GRAPHIC = frozenset(range(0x21, 0x7F))
# How likely an octet leads a character: kana before marks before kanji of the first level.
_LEADS = bytes(3 if octet in b"\x24\x25" else 2 if octet == 0x21 else 0x30 <= octet < 0x50 for octet in range(256))


def _lost_octet(run: bytes) -> int:
    """Return where an octet too many stands: the place that leaves the likeliest characters on both sides of it."""
    leads = run.translate(_LEADS)
    before, after = 0, sum(leads[1::2])
    best, cut = after, 0
    for place in range(0, len(run) - 2, 2):
        before += leads[place]
        after -= leads[place + 1]
        if before + after > best:
            best, cut = before + after, place + 2
    return cut


def _vendor(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    pair = error.object[error.start : error.start + 2]
    if len(pair) == 2 and min(pair) >= 0xA1:
        return _by_cp932(pair[0] & 0x7F, pair[1] & 0x7F), error.start + 2
    if pair[:1] == b"\x8f" and len(error.object) >= error.start + 3:  # IBM rows behind SS3 (eucJP-ms)
        return _ibm(error.object[error.start + 1 : error.start + 3]), error.start + 3
    return "\ufffd", error.start + 1


def _by_cp932(row: int, cell: int) -> str:
    """Return the character at a JIS row and cell (octets 0x21 to 0x7E) as cp932 has it (JIS X 0208 annex 1)."""
    lead = ((row - 0x21) >> 1) + (0x81 if row <= 0x5E else 0xC1)
    trail = cell + (0x1F if cell <= 0x5F else 0x20) if row & 1 else cell + 0x7E
    return bytes((lead, trail)).decode("cp932", "replace")[:1]


# eucJP-ms puts at SS3 rows 0x73 and 0x74, from cell 0x53 on, what IBM's extension (cp932 0xFA40 and on) has beyond
# JIS X 0208 and JIS X 0212, in that order (checked against glibc's EUC-JP-MS, 2026-11).
def _ibm(pair: bytes) -> str:
    place = (pair[0] - 0xF3) * 94 + pair[1] - 0xA1 - 82
    return _ibm_characters()[place] if 0xF3 <= pair[0] <= 0xF4 and 0 <= place < len(_ibm_characters()) else "\ufffd"


@cache
def _ibm_characters() -> str:
    octets = bytes(octet for lead in (0xFA, 0xFB, 0xFC) for trail in range(0x40, 0xFD) for octet in (lead, trail))
    rows = octets.replace(b"\xfa\x7f", b"").replace(b"\xfb\x7f", b"").decode("cp932", "ignore")
    return "".join(c for c in rows if c == "№" or (c not in "￢￤∵" and len(c.encode("euc_jp", "ignore")) != 3))


codecs.register_error(VENDOR, _vendor)
