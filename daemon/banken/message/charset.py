"""Octets to text, whatever the charset: what the label says if it fits, else what the octets say.

Measured on Japanese mail: labels lie, are missing, or are names nobody knows; so a label is a strong hint and
no more. Every guess and every lost character is noted.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from banken.message import guess, jis
from banken.message.guess import ASCII, CP932, EUC, JIS, LATIN, UTF7, UTF8
from banken.message.notes import Note

_ALIASES = {
    JIS: "iso2022jp csiso2022jp iso2022jpms iso2022jp1 iso2022jp2 iso2022jp3 iso2022jpext iso2022jp2004 cp50220 cp50221 "
    "cp50222 jis xjis jis7 jis8 jisx0208 windows50220 windows50221",
    CP932: "shiftjis sjis xsjis xshiftjis csshiftjis mskanji windows31j cswindows31j cp932 ms932 windows932 sjiswin "
    "xmscp932 cp943 cp943c ibm943 ibm943c shiftjisms 932 31j sjisms",
    EUC: "eucjp xeucjp eucjpms eucjpwin eucjpopen cp51932 cseucpkdfmtjapanese ujis euc xeuc eucj japaneseeuc",
    UTF8: "utf8 utf8n utf8mb4 utf8bom utf8sig unicode11utf8 xutf8 cp65001 windows65001 utf",
    UTF7: "utf7 unicode11utf7 csunicode11utf7 xunicode20utf7 cp65000",
    ASCII: "usascii ascii ansix341968 ansix341986 iso646us 646 us cp367 ibm367 csascii",
    "gb18030": "gb2312 gb231280 csgb2312 gbk cp936 xgbk gb18030 xgb18030 ms936 windows936 euccn",
    "cp950": "big5 cnbig5 csbig5 xxbig5 cp950 big5hkscs",
    "cp949": "euckr ksc5601 ksc56011987 ksc56011989 cseuckr ksx1001 cp949 ms949 uhc windows949",
    LATIN: "iso88591 latin1 l1 cp819 ibm819 windows1252 cp1252 xansi ansi",
}
_BY_ALIAS = {alias: codec for codec, aliases in _ALIASES.items() for alias in aliases.split()}
# What a garbled label may still hold: "_iso-2022-jp$ESC", "text/plain;charset=utf-8".
_HINTS = (("2022jp", JIS), ("shiftjis", CP932), ("sjis", CP932), ("windows31j", CP932), ("eucjp", EUC), ("utf8", UTF8))
# Codecs a label may name beside the aliases; `idna`, `hex`, `undefined`, `rot13` and their like are none of them.
_ALLOWED = re.compile(
    r"(?:utf-(?:16|32)(?:-[lb]e)?|iso8859-\d+|cp(?:125\d|437|85\d|86\d|874)|koi8-[rut]|mac-\w+|tis-620|hz|iso2022_kr"
    r"|shift_jis(?:x0213|_2004)|shift_jis_2004|shift_jisx0213|euc_jisx0213|euc_jis_2004|johab|ptcp154)"
)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff]")
# SoftBank's pictograms in Shift_JIS and UTF-8: an escape sequence of its own, closed by SI, that no charset has.
_PICTOGRAM = re.compile(rb"\x1b\$[EFGOPQ][!-~]{1,40}\x0f")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROL_OCTETS = bytes({*range(9), *range(0x0B, 0x20), 0x7F} - {0x0E, 0x0F, 0x1B})  # these three: ISO-2022-JP
_RARE = tuple(map(chr, (0x0E, 0x0F, 0x1B, *range(0x80, 0xA0), 0x2028, 0x2029, 0xFEFF)))
_SEVEN_BIT = frozenset(
    {UTF7, "hz", "iso2022_kr", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"}
)


def decode(
    data: bytes, label: str | None = None, *, hint: str | None = None, folded: bool = False
) -> tuple[str, list[str]]:
    """Return the text of `data` and the notes made in reading it; never raises.

    `label` is the charset its header names, `hint` a weaker word (the HTML's own), `folded` says that it is a folded
    raw header field. Line ends become LF, control characters go.
    """
    if b"\x1b" in data and _PICTOGRAM.search(data):
        text, notes = decode(_PICTOGRAM.sub(b"", data), label, hint=hint, folded=folded)
        return text, [*notes, Note.CONTROLS_REMOVED]
    text, notes = _decode(data, label or "", hint or "", folded=folded)
    if text.isprintable() or not (_may_hold_controls(text, data) or UTF7 in (codec(label or ""), codec(hint or ""))):
        return text, notes
    cleaned, removed = _clean(text)
    return cleaned, notes + [Note.CONTROLS_REMOVED] * removed


def simply(data: bytes) -> str:
    """Return `data` as UTF-8, what is none replaced: for the moment when a fault of ours stands in the other way."""
    return _clean(data.decode(UTF8, "replace"))[0]


def _clean(text: str) -> tuple[str, bool]:
    text = _LINE_ENDS.sub("\n", text)
    cleaned = _CONTROL.sub("", text)
    return cleaned, len(cleaned) < len(text)


def _may_hold_controls(text: str, data: bytes) -> bool:
    """Return whether `text` may hold what `_LINE_ENDS` and `_CONTROL` look for; asked first, as looking is ten times slower."""
    return (
        len(data.translate(None, _CONTROL_OCTETS)) < len(data)
        or any(map(text.__contains__, _RARE))
        or data.isascii() != text.isascii()  # an encoding that writes others in ASCII
        or b"\0" in data
    )


def codec(label: str) -> str:
    """Return our codec for a charset's `label` (RFC 2978 names and what mailers make of them), "" for none known."""
    return _codec(label[:64])


@lru_cache(256)
def _codec(label: str) -> str:
    plain = re.sub(r"[^a-z0-9]", "", label.lower())
    if found := _BY_ALIAS.get(plain):
        return found
    for hint, name in _HINTS:
        if hint in plain:
            return name
    try:
        name = codecs.lookup(re.sub(r"[^\w.:-]", "", label)).name
    except (LookupError, ValueError):
        return ""
    return name if _ALLOWED.fullmatch(name) else ""


def _decode(data: bytes, label: str, hint: str, *, folded: bool) -> tuple[str, list[str]]:
    name = _codec(label[:64])
    for bom, marked in _BOMS:
        if data.startswith(bom):
            return data.decode(marked, "replace"), []
    if name in ("", ASCII) and data.count(b"\0") * 4 > len(data):
        return _zeros(data), [Note.CHARSET_GUESSED]
    if data.isascii() and (name not in _SEVEN_BIT or jis.has_escapes(data)):
        return _ascii(data, name, folded=folded)
    if name == UTF8 or name in _SEVEN_BIT:
        try:
            text = data.decode(name)
        except ValueError:
            pass
        else:
            if name in (UTF8, UTF7) or b"\0" in data or guess.score(text) >= guess.WORTH:
                return text, []
            name = ""  # "utf-16" over ASCII: every pair of letters is some Chinese character
    if not name and data.isascii():
        return _ascii(data, name, folded=folded)
    return _doubtful(data, label, name, _codec(hint[:64]), folded=folded)


def _zeros(data: bytes) -> str:
    """Read UTF-16 that does not say so: its ASCII characters have a zero octet before or behind them."""
    return data.decode("utf-16-be" if data[::2].count(0) > data[1::2].count(0) else "utf-16-le", "replace")


def _ascii(data: bytes, name: str, *, folded: bool) -> tuple[str, list[str]]:
    if name == JIS and b"\x1b" not in data and b"$B" in data:
        mended = jis.mend(data)
        if mended != data:
            return jis.decode(mended, folded=folded)[0], [Note.CHARSET_GUESSED]
    if not jis.has_escapes(data) and not (name == JIS and b"\x0e" in data):
        return data.decode("ascii"), []
    text, lost = jis.decode(data, folded=folded)
    notes: list[str] = [] if name == JIS else [Note.CHARSET_WRONG if name else Note.CHARSET_GUESSED]
    return text, notes + [Note.CHARACTERS_LOST] * lost


def _doubtful(data: bytes, label: str, name: str, hint: str, *, folded: bool) -> tuple[str, list[str]]:
    """Read 8-bit octets whose label is missing, odd or has to be looked at."""
    said = name if name not in (ASCII, JIS, LATIN) else ""
    if said and guess.fits(data, said):
        return data.decode(said), []
    if jis.has_escapes(data):
        used, text = JIS, jis.decode(data, guess.beside_jis, folded=folded)[0]
    else:
        used, text = guess.best(data, said or hint or name)
        text = guess.mixed(data, used, text)
    notes: list[str] = []
    if used != (name or hint):
        notes.append(Note.CHARSET_WRONG if name else Note.CHARSET_UNKNOWN if label else Note.CHARSET_GUESSED)
    if "\ufffd" in text:
        notes.append(Note.CHARACTERS_LOST)
    return text, notes
