"""Octets to text, whatever the charset: what the label says if it fits, else what the octets say.

Measured on Japanese mail: labels lie, are missing, or are names nobody knows; so a label is a strong hint and
no more. Every guess and every lost character is noted.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from banken.message import jis
from banken.message.notes import Note

ASCII, JIS, CP932, EUC, UTF8, UTF7 = "ascii", "jis", "cp932", "euc_jp", "utf-8", "utf-7"

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
    "cp1252": "iso88591 latin1 l1 cp819 ibm819 windows1252 cp1252 xansi ansi",
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
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SEVEN_BIT = frozenset(
    {UTF7, "hz", "iso2022_kr", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"}
)
_WORTH = 0.55
"""The score from which a reading counts as Japanese without looking for a better one."""
_SAMPLE = 1_000
_MIXED_LINES = 2_000


def decode(
    data: bytes, label: str | None = None, *, hint: str | None = None, folded: bool = False
) -> tuple[str, list[str]]:
    """Return the text of `data` and the notes made in reading it; never raises.

    `label` is the charset its header names, `hint` a weaker word (the HTML's own), `folded` says that it is a folded
    raw header field. Line ends become `\\n`, control characters go.
    """
    text, notes = _decode(data, label or "", hint or "", folded=folded)
    if _LINE_ENDS.search(text):
        text = _LINE_ENDS.sub("\n", text)
    if _CONTROL.search(text):
        text = _CONTROL.sub("", text)
        notes.append(Note.CONTROLS_REMOVED)
    return text, notes


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
    if data.isascii() and (name not in _SEVEN_BIT or jis.has_escapes(data)):
        return _ascii(data, name, folded=folded)
    if name == UTF8 or name in _SEVEN_BIT:
        try:
            return data.decode(name), []
        except ValueError:
            pass
    return _doubtful(data, label, name, _codec(hint[:64]), folded=folded)


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
    said = name if name not in (ASCII, JIS, "cp1252") else ""
    if said and _fits(data, said):
        return data.decode(said), []
    said = said or hint
    used, text = best(data, said, folded=folded)
    if name == "cp1252" and score(text) < _WORTH:
        return data.decode("cp1252", "replace"), []
    if used != JIS and ("\ufffd" in text or (used != UTF8 and _UTF8_RUN.search(data))):
        text = _line_by_line(data, used, text)
    notes: list[str] = []
    if used != (name or hint):
        notes.append(Note.CHARSET_WRONG if name else Note.CHARSET_UNKNOWN if label else Note.CHARSET_GUESSED)
    if "\ufffd" in text:
        notes.append(Note.CHARACTERS_LOST)
    return text, notes


def _fits(data: bytes, name: str) -> bool:
    """Return whether `data` is good text in the codec `name`; UTF-8 under a Japanese label is not."""
    try:
        text = data.decode(name)
    except ValueError:
        return False
    if name not in (CP932, EUC):
        return True
    if _UTF8_RUN.search(data):
        return False
    sample = text[:_GLANCE]
    return len(_KANA.findall(sample)) * 4 > len(sample) or score(text) >= _WORTH and not _is_utf8(data)


_GLANCE = 400
_KANA = re.compile("[ぁ-んァ-ヶー、。]")
_UTF8_RUN = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}){3}")


def _is_utf8(data: bytes) -> bool:
    try:
        return score(data.decode(UTF8)) >= _WORTH
    except UnicodeDecodeError:
        return False


def best(data: bytes, said: str = "", *, folded: bool = False) -> tuple[str, str]:
    """Return the codec and the text that read `data` best; `said` is tried too and wins over its equals."""
    names = dict.fromkeys(filter(None, (said, UTF8, CP932, EUC)))
    readings = {name: _read(data, name) for name in names}
    if jis.has_escapes(data):
        readings[JIS] = jis.decode(data, folded=folded)[0]
    used = max(readings, key=lambda name: score(readings[name]) + 0.1 * (name == said) + 0.05 * (name == UTF8))
    return used, readings[used]


def _read(data: bytes, name: str) -> str:
    return data.decode(name, jis.VENDOR if name == EUC else "replace")


def _line_by_line(data: bytes, used: str, whole: str) -> str:
    """Read a text that two programs wrote (a list's footer in another charset) line by line, if that loses less."""
    lines = data.split(b"\n")
    if len(lines) > _MIXED_LINES:
        return whole
    text = "\n".join(_line(line, used) for line in lines)
    return text if text.count("\ufffd") <= whole.count("\ufffd") else whole


def _line(line: bytes, used: str) -> str:
    if not _UTF8_RUN.search(line):
        try:
            return line.decode(used)
        except ValueError:
            pass
    return best(line, used)[1]


_KINDS = (
    (re.compile("[\u3000-\u30ff]"), 1.0),
    (re.compile("[！-～]"), 0.8),
    (re.compile("[\u2000-\u2bff\U0001f000-\U0001ffff①-⑳㈱℡№]"), 0.5),
    (re.compile("\ufffd"), -3.0),
    (re.compile("[\x80-\x9f\ue000-\uf8ff]"), -1.5),
)
_HALF_KANA = re.compile("[｡-ﾟ]")
_VOICED = re.compile("[ｶ-ﾄﾊ-ﾎｳ]ﾞ|[ﾊ-ﾎ]ﾟ")
_MARKS = re.compile("[ﾞﾟ]")
_NOT_ASCII = re.compile("[^\x00-\x7f]+")


def score(text: str) -> float:
    """Return how much the non-ASCII part of `text` looks like Japanese as people write it: at most 1.0, may be negative.

    Kana and Japanese marks count 1, kanji of the first level 0.8, others 0.2, what cannot be read -3.
    """
    foreign = "".join(_NOT_ASCII.findall(text[: 4 * _SAMPLE]))[:_SAMPLE]
    if not foreign:
        return 1.0
    total = sum(weight * len(kind.findall(foreign)) for kind, weight in _KINDS)
    kanji = [character for character in foreign if "一" <= character <= "鿿"]
    common = sum(character in _first_level() for character in kanji)
    total += 0.8 * common + 0.2 * (len(kanji) - common)
    if half := len(_HALF_KANA.findall(foreign)):
        marks = len(_MARKS.findall(foreign))
        total += half * (0.85 if marks and len(_VOICED.findall(foreign)) == marks else 0.25)
    return total / len(foreign)


@lru_cache(1)
def _first_level() -> frozenset[str]:
    """Return the kanji of the first level of JIS X 0208 (rows 16 to 47), those that everyday writing uses."""
    octets = bytes(octet for row in range(0xB0, 0xD0) for cell in range(0xA1, 0xFF) for octet in (row, cell))
    return frozenset(octets.decode("euc_jp", "ignore"))
