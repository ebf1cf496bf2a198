"""The writer's card at the end of a mail."""

from __future__ import annotations

import re
from collections.abc import Sequence

_DELIMITERS = frozenset({"--", "—", "――", "－－"})
_RULE = re.compile(r"[\s]*(?:([-=*_~+#.:─━―－＝＊＿～・…┄┈＋◆◇■□●○★☆▼▲♪┌┐└┘┏┓┗┛])[\s]?){5,}[^\w\s]*")
_RULING = frozenset("-=*_~+#.:─━―－＝＊＿～・…┄┈＋◆◇■□●○★☆▼▲♪┌┐└┘┏┓┗┛")
_DEVICE = re.compile(
    r"(?:[\w!.＋+ ]{2,30}(?:アプリ)?から送信(?:しました)?。?|sent from (?:my |yahoo|outlook|mail for|proton)[\w !,.'’]{0,40}"
    r"|(?:get|outlook for|i?os|android)[\w 版]{0,20}outlook.{0,40}|(?:ios|android) 版 ?outlook を入手.{0,60}"
    r"|.{0,20}outlook for (?:ios|android|mac|windows).{0,60})",
    re.IGNORECASE,
)
_HINT = re.compile("送信|入手|[Ss]ent from|[Oo]utlook")
_CONTACT = re.compile(
    r"〒\s?\d{3}|\b0\d{1,4}[-(（ ‐－ー]\d{1,4}[-)） ‐－ー]\d{3,4}\b|[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,60}"
    r"|(?:^|[\s/／|｜])(?:tel|fax|phone|mobile|mail|e-mail|電話|携帯|メール)\s?[:：./ ]|☎|℡|✉|📞|内線",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"[。！？!?♪]\s*$|(?:です|ます|ません|ました|ください|下さい|でしょうか|ください[まね].{0,3})[^\w]*$"
)
_STOPS = tuple("。！？!?♪")
_ASKING = re.compile(r"ください|下さい|お願い|連絡先|ご?連絡(?:は|を|お|下)|登録|追加|こちら|下記|まで|どうぞ|[?？]")
_HIRAGANA_END = re.compile(r"[ぁ-ん]$")
_MOST_LINES = 14
MOST_LINES = 40
"""How many lines from the end of the new words a signature is looked for."""
_WIDEST = 70


def is_device(line: str) -> bool:
    """Return whether `line` is what a telephone's mail program puts below a mail."""
    return len(line) <= 120 and _HINT.search(line) is not None and _DEVICE.fullmatch(line) is not None


def is_sentence(line: str) -> bool:
    """Return whether `line` speaks to the reader, as no card does."""
    return line.endswith(_STOPS) or _SENTENCE.search(line) is not None or _ASKING.search(line) is not None


def begin(lines: Sequence[str]) -> tuple[int, bool]:
    """Return where in `lines` (stripped; the writer's new words) the signature begins, and whether "-- " announces it.

    The first is `len(lines)` when there is none. Without the delimiter (RFC 3676 section 4.3) a signature is a short last
    block that names a way to reach the writer and holds no sentence: words that ask for something stay words.
    """
    last = len(lines)
    while last and not lines[last - 1]:
        last -= 1
    for at in range(last - 1, max(last - _MOST_LINES - 2, -1), -1):
        if lines[at] in _DELIMITERS and at + 1 < last:
            return at, True
    return _block(lines, last), False


def _block(lines: Sequence[str], last: int) -> int:
    """Return where a card without delimiter begins: behind a rule, or as the last paragraph."""
    at = last
    bottom = last
    if at and _is_rule(lines[at - 1]):
        at -= 1
        bottom = at
    while at and bottom - at < _MOST_LINES and lines[at - 1] and not _is_rule(lines[at - 1]):
        at -= 1
    if at and _is_rule(lines[at - 1]) and _is_card(lines[at:bottom]):
        return at - 1
    if at and bottom == last and not _is_card(lines[at:bottom]):
        return len(lines)
    return at if at and _is_card(lines[at:bottom]) else len(lines)


def _is_rule(line: str) -> bool:
    return line[:1] in _RULING and 4 < len(line) <= 200 and _RULE.fullmatch(line) is not None


def _is_card(lines: Sequence[str]) -> bool:
    if any(len(line) > _WIDEST or is_sentence(line) for line in lines):
        return False
    reaching = [bool(_CONTACT.search(line)) for line in lines]
    if not any(reaching):
        return False
    # A name may end in hiragana; an address, a number, a town does not: "taro@client.example に送って" is no card.
    return not any(_HIRAGANA_END.search(line) for at, line in enumerate(lines) if at or reaching[at])
