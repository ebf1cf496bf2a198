"""Which charset octets are written in, when nobody says so or nobody can be believed.

UTF-8, cp932, EUC-JP and Western octets are read in each way, and the reading that looks most like Japanese text wins;
tests/message/test_guess.py says how often that is right for two characters and more.
"""

from __future__ import annotations

import re
from functools import lru_cache

from banken.message import jis

ASCII, JIS, CP932, EUC, UTF8, UTF7, LATIN = "ascii", "jis", "cp932", "euc_jp", "utf-8", "utf-7", "cp1252"

WORTH = 0.55
"""The score from which a reading counts as Japanese without looking for a better one."""
_SAMPLE = 1_000
_GLANCE = 400
_MIXED_LINES = 2_000
_KANA = re.compile("[ぁ-んァ-ヶー、。]")
_UTF8_RUN = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}){3}")
_JIS8 = re.compile(rb"[\x00-\x7f\xa1-\xdf]*")
_SURROGATES = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")


def fits(data: bytes, name: str) -> bool:
    """Return whether `data` is good text in the codec `name`; UTF-8 under another label is not."""
    try:
        text = data.decode(name)
    except ValueError:
        return False
    if name not in (CP932, EUC):
        return not _decodes(data, UTF8)
    if _UTF8_RUN.search(data):
        return False
    sample = text[:_GLANCE]
    if len(_KANA.findall(sample)) * 4 > len(sample):
        return True
    rivals = [other for other in (UTF8, CP932, EUC) if other != name and _decodes(data, other)]
    if score(text) >= WORTH or _ONLY_HALF_KANA.fullmatch(text):
        rivals = [other for other in rivals if other == UTF8]
    return all(score(data.decode(other)) < _PLAIN for other in rivals)


_ONLY_HALF_KANA = re.compile("[\x00-\x7f｡-ﾟ]*")
_PLAIN = 0.8
"""The score that leaves no doubt: kanji of the first level, kana, Japanese marks."""


def _decodes(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except ValueError:
        return False
    return True


def beside_jis(run: bytes) -> str:
    """Read octets that stand beside ISO-2022-JP: half-width kana of eight bits, or what another program appended."""
    kana = _JIS8.fullmatch(run) is not None and not _decodes(run, UTF8)
    return run.decode(CP932) if kana else best(run)[1]


def best(data: bytes, said: str = "") -> tuple[str, str]:
    """Return the codec and the text that read `data` best; `said` is tried too and wins over its equals."""
    if said in ("", ASCII, JIS, LATIN) and _decodes(data, UTF8):
        return UTF8, data.decode(UTF8)
    names = dict.fromkeys(name for name in (said, UTF8, CP932, EUC, LATIN) if name not in ("", ASCII, JIS))
    readings = {name: _read(data, name) for name in names}
    used = max(readings, key=lambda name: score(readings[name]) + 0.1 * (name == said) + 0.05 * (name == UTF8))
    return used, readings[used]


def _read(data: bytes, name: str) -> str:
    if name == UTF8 and _SURROGATES.search(data):  # CESU-8: emoji as old Java programs write them
        try:
            text = data.decode(UTF8, "surrogatepass")
        except UnicodeDecodeError:  # and something else is broken beside it
            return data.decode(UTF8, "replace")
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return data.decode(name, jis.VENDOR if name == EUC else "replace")


def mixed(data: bytes, used: str, text: str) -> str:
    """Return `text`, or a reading line by line if two programs wrote `data` (a list's footer in another charset)."""
    if "\ufffd" not in text and (used == UTF8 or not _UTF8_RUN.search(data)):
        return text
    lines = data.split(b"\n")
    if len(lines) > _MIXED_LINES:
        return text
    other = "\n".join(_line(line, used) for line in lines)
    return other if other.count("\ufffd") <= text.count("\ufffd") else text


def _line(line: bytes, used: str) -> str:
    if not _UTF8_RUN.search(line) and _decodes(line, used):
        return line.decode(used)
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
