"""The lines by which mail programs say "here begins another mail".

Their shapes are facts about programs: Gmail, Outlook, Apple Mail, Thunderbird, Becky!, Yahoo! JAPAN Mail and the
mail of the Japanese carriers, in Japanese and English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_LONGEST = 300
_RULE = r"[-_=*~+#>─━―—–－ー＿＝]"
SEPARATING = frozenset("-_=*~+#>─━―—–－ー＿＝")
"""What a line that separates mails begins with."""
_COLONS = (":", "：")
_ENDINGS = ("wrote", "writes", ">", "メール", "メッセージ", "書きました", "書かれました", "書いた", "さん")
"""What an attribution says before its colon; looked at first, for the patterns are slow to say no."""
_FORWARDING = SEPARATING | frozenset("bB以転▼▽■◆")
BEGINNING = _FORWARDING | frozenset("OoAI")
"""What the head of an earlier mail that holds no colon begins with, where it begins with no digit."""
_DATE_FIRST = re.compile(r"[0-9](?:\d{3}[年/.-]|\d?[月\s])")
_HISTORY_WORDS = (
    r"original\s+(?:message|mail|e-mail|appointment)|reply\s+message|previous\s+message"
    r"|(?:元の?|オリジナル|オリジナルの|返信元の?|以前の|前の|受信|引用)(?:メッセージ|メール|文)"
)
_FORWARD_WORDS = (
    r"(?:begin\s+)?forwarded\s+(?:message|mail|e-mail|by.{0,80})|forward\s+(?:message|header)"
    r"|(?:以下、?\s?)?転送(?:(?:された|する|元の?)?(?:メッセージ|メール|文))?(?:\s?ここから)?"
)
_HISTORY_LINE = re.compile(
    rf"{_RULE}{{2,}}\s*(?:{_HISTORY_WORDS}|on\s.{{5,220}}\swrote)\s*[:：]?\s*{_RULE}*", re.IGNORECASE
)
_FORWARD_LINE = re.compile(
    rf"(?:{_RULE}{{2,}}|[▼▽■◆]+)\s*(?:{_FORWARD_WORDS})\s*[:：]?\s*{_RULE}*|(?:begin forwarded message|(?:以下、?)?転送(?:された)?メッセージ)[:：]",
    re.IGNORECASE,
)
_ADDRESS = r"[^\s<>@]{1,80}@[^\s<>@]{1,120}"
_DATE = (
    r"(?:\d{4}年\s?\d{1,2}月\s?\d{1,2}日|\d{4}[/.-]\d{1,2}[/.-]\d{1,2}|\d{1,2}月\d{1,2}日"
    r"|\d{1,2}\s(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?\s\d{4}"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s\d{1,2},?\s\d{4})"
)
# Says by itself that another mail follows, quoted or not.
_STRONG = re.compile(
    rf"(?:on\s.{{5,220}}\swrote|.{{0,80}}{_DATE}.{{0,200}}\b(?:wrote|writes)|.{{0,120}}{_ADDRESS}>?\)?\s?(?:wrote|writes)"
    rf"|.{{0,20}}{_DATE}.{{0,160}}<(?:mailto:)?{_ADDRESS}(?:<mailto:{_ADDRESS}>)?>(?:\s?(?:のメール|のメッセージ|さん|さんのメール))?"
    rf"|.{{0,20}}{_DATE}.{{1,20}}\d:\d\d.{{0,160}}(?:のメール|のメッセージ|からのメール|さんのメッセージ)"
    rf"|.{{1,120}}(?:さん|様|氏)(?:は|が|の)(?:.{{0,60}}に)?(?:書きました|書かれました|書いた|のメッセージ)"
    rf"|.{{0,120}}<{_ADDRESS}>\s?(?:さん|様)?(?:から)?の(?:メッセージ|メール)"
    rf"|{_RULE}{{2,}}\s?{_ADDRESS}\swrote)\s?[:：]",
    re.IGNORECASE,
)
# Says so only when a quotation follows.
_WEAK = re.compile(
    rf".{{0,30}}{_DATE}[^。]{{0,120}}|.{{1,80}}\s(?:wrote|writes|said)\s?[:：]|[^。]{{0,80}}{_ADDRESS}>?[^。]{{0,20}}[:：]"
    r"|[^。、]{1,40}(?:さん|様|さま|氏|先生)(?:より|から|からの?(?:メール|メッセージ)|のメール|のメッセージ)?\s?[:：]"
    r"|[^。、]{1,40}(?:さん|様|さま|氏|先生)(?:より|から)|[^。]{0,40}(?:引用|のメール|のメッセージ)\s?[:：]"
    r"|[【〔\[［][^。]{0,20}引用[^。]{0,10}[】〕\]］]|.{1,120}\swrote\s?\(.{1,40}\)\s?[:：]",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d[/.年月\s-]\s?\d|\d\s?[A-Za-z]{3}")
_BEGINS = re.compile(
    rf"(?:(?:on|at)\s.{{0,40}}{_DATE}|(?:on|at)\s(?:mon|tue|wed|thu|fri|sat|sun)|in\s(?:message|article)\s|{_DATE}).{{0,200}}",
    re.IGNORECASE,
)

_FROM, _DATED, _TO, _SUBJECT, _OTHER = "from", "date", "to", "subject", "other"
_NAMES = {
    _FROM: "from|差出人|送信者|送信元|発信者|発信元|from名",
    _DATED: "sent|date|送信日時|送信日|日時|日付|送信時刻",
    _TO: "to|宛先|受取人|あて先",
    _SUBJECT: "subject|件名|題名",
    _OTHER: "cc|bcc|reply-to|返信先|重要度|importance|添付ファイル|attachments",
}
_KINDS = {name: kind for kind, names in _NAMES.items() for name in names.split("|")}
_FIELD = re.compile(
    rf"[>\s*]{{0,6}}({'|'.join(sorted(_KINDS, key=len, reverse=True))})[\s*]{{0,4}}[:：]\s*\**(.*)", re.IGNORECASE
)
_MOST_FIELDS = 12


def begins_dated(line: str) -> bool:
    """Return whether `line` may begin with a date."""
    return _DATE_FIRST.match(line) is not None


def is_history(line: str) -> bool:
    """Return whether `line` separates the new words from an earlier mail."""
    return line[0] in SEPARATING and len(line) <= _LONGEST and _HISTORY_LINE.fullmatch(line) is not None


def is_forward(line: str) -> bool:
    """Return whether `line` says that a mail handed on follows."""
    return line[0] in _FORWARDING and len(line) <= _LONGEST and _FORWARD_LINE.fullmatch(line) is not None


def is_strong(line: str) -> bool:
    """Return whether `line` names the writer of what follows so clearly that no quote marks are needed."""
    if line[-1:] not in _COLONS or len(line) > _LONGEST:
        return False
    return line[:-1].rstrip().lower().endswith(_ENDINGS) and _STRONG.fullmatch(line) is not None


def is_weak(line: str) -> bool:
    """Return whether `line` may name the writer of the quotation that follows it."""
    return (
        len(line) <= 160 and (line[-1] in ":：りら" or _DIGITS.search(line) is not None) and bool(_WEAK.fullmatch(line))
    )


def begins(line: str) -> bool:
    """Return whether `line` may be the first of an attribution that goes on in the next one."""
    return (
        (line[0].isdigit() or line[:3] in ("On ", "on ", "At ", "In "))
        and len(line) <= _LONGEST
        and bool(_BEGINS.fullmatch(line))
    )


def header_block(lines: Sequence[str], at: int, *, separated: bool) -> int:
    """Return how many lines from `at` on are the header of an earlier mail as Outlook and others show it; 0 for none.

    Without a separator line above, it must name writer and time and either the reader or an address: platforms too put
    "差出人" and "件名" above words that are new.
    """
    kinds: set[str] = set()
    address = False
    count = 0
    for line in lines[at : at + _MOST_FIELDS]:
        match = _FIELD.match(line) if len(line) <= 4 * _LONGEST else None
        if match:
            kinds.add(_KINDS[match[1].lower()])
            address = address or "@" in match[2]
        elif not (kinds and line.startswith((" ", "\t", "<", "　")) and "@" in line):
            break
        count += 1
    enough = len(kinds) >= 2 if separated else {_FROM, _DATED} < kinds and (address or _TO in kinds)
    return count if enough else 0
