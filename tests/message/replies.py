"""Replies and forwards as mail programs write them, made from the corpus; and how well they are taken apart.

`python -m tests.message.replies` prints, for this project and for mail-parser-reply, which share of the new words is kept and
which share of the earlier ones is let go.
"""

from __future__ import annotations

import json
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from banken.message import segments
from banken.words import SegmentKind

CORPUS = Path(__file__).parent.parent / "corpus"
WHO, ADDRESS = "山田太郎", "taro@client.example"


@dataclass(frozen=True)
class Reply:
    """One text: the lines that are new, and those that are not."""

    program: str
    text: str
    new: tuple[str, ...]
    old: tuple[str, ...]
    subject: str = "Re: お仕事の件"


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def _quoted(text: str, mark: str = "> ") -> str:
    return "\n".join((mark + line).rstrip() for line in text.split("\n"))


def _header(*names: str) -> str:
    values = (f"{WHO} <{ADDRESS}>", "2024年6月3日 10:12", "worker@example.jp", "Re: お仕事の件")
    return "\n".join(f"{name}{value}" for name, value in zip(names, values, strict=True))


JA = _header("差出人: ", "送信日時: ", "宛先: ", "件名: ")
EN = _header("From: ", "Sent: ", "To: ", "Subject: ")
OLD_EN = _header("From: ", "Date: ", "To: ", "Subject: ")
SIGNATURE = "山田商店 山田太郎\n〒150-0000 東京都渋谷区〇〇1-2-3\nTEL 03-0000-1234\nhttps://yamada.client.example/"

# What stands between the new words (above) and the earlier mail (below), and how that is quoted; None: not at all.
TOP: dict[str, tuple[str, str | None]] = {
    "gmail ja": (f"2024年6月3日(月) 10:12 {WHO} <{ADDRESS}>:", "> "),
    "gmail ja, broken line": (f"2024年6月3日(月) 10:12 {WHO}\n<{ADDRESS}>:", "> "),
    "gmail ja, from html": (f"2024年6月3日(月) 10:12 {WHO} <{ADDRESS}>:", None),
    "gmail en": (f"On Mon, Jun 3, 2024 at 10:12 AM {WHO} <{ADDRESS}> wrote:", "> "),
    "gmail en, broken line": (f"On Mon, Jun 3, 2024 at 10:12 AM {WHO}\n<{ADDRESS}> wrote:", "> "),
    "gmail en, from html": (f"On Mon, 3 Jun 2024 at 10:12, {WHO} <{ADDRESS}> wrote:", None),
    "outlook ja": (f"________________________________\n{JA}\n", None),
    "outlook ja, no line": (f"{JA}\n", None),
    "outlook en": (
        f"________________________________\nFrom: {WHO} <{ADDRESS}>\nSent: Monday, June 3, 2024 10:12 AM\nTo: worker@example.jp\nSubject: RE: x\n",
        None,
    ),
    "outlook en, no line": (f"{EN}\n", None),
    "outlook original message": (f"-----Original Message-----\n{EN}\n", None),
    "outlook original message, marked": (f"-----Original Message-----\n{_quoted(EN)}\n>", "> "),
    "outlook ja, bold": ("\n".join(f"*{line.replace(': ', ':* ', 1)}" for line in JA.split("\n")) + "\n", None),
    "outlook ios ja": (f"iOS 版 Outlook を入手\n________________________________\n{JA}\n", None),
    "outlook ios en": (f"Get Outlook for iOS<https://aka.example/o0>\n________________________________\n{EN}\n", None),
    "apple ja": (f"2024/06/03 10:12、{WHO} <{ADDRESS}>のメール:\n", "> "),
    "apple ja, ios": (f"iPhoneから送信\n\n2024/06/03 10:12、{WHO} <{ADDRESS}>のメール:\n", "> "),
    "apple ja, name only": (f"2024/06/03 10:12、{WHO}のメール:\n", "＞"),
    "apple en": (f"On Jun 3, 2024, at 10:12, {WHO} <{ADDRESS}> wrote:\n", "> "),
    "apple en, marked": (f"> On Jun 3, 2024, at 10:12, {WHO} <{ADDRESS}> wrote:\n>", "> "),
    "yahoo japan": (f"----- Original Message -----\n{OLD_EN}\n", "> "),
    "yahoo japan, unmarked": (f"----- Original Message -----\n{OLD_EN}\n", None),
    "yahoo japan, old": (f"--- {ADDRESS} wrote:\n", "> "),
    "yahoo japan, app": (f"Yahoo!メールアプリから送信\n\n2024/06/03 10:12、{WHO} <{ADDRESS}>のメール:\n", "> "),
    "thunderbird en": (f"On 2024/06/03 10:12, {WHO} wrote:", "> "),
    "thunderbird old": (f"(2024/06/03 10:12), {WHO} wrote:", ">"),
    "thunderbird ja": (f"{WHO} さんは書きました:", "> "),
    "thunderbird ja, date": (f"2024/06/03 10:12 に {WHO} さんは書きました:", "> "),
    "becky": (f"On Mon, 3 Jun 2024 10:12:00 +0900\n{WHO} <{ADDRESS}> wrote:\n", "> "),
    "becky, written": (f"{WHO} <{ADDRESS}> さんは書きました:\n", "> "),
    "docomo": (f"---- 元のメッセージ ----\n{JA}\n", None),
    "docomo, marked": (f"2024/06/03 10:12 {WHO} <{ADDRESS}>:\n", "> "),
    "au": (f"-----元のメッセージ-----\n{JA}\n", "＞"),
    "softbank": (f"----- 受信メッセージ -----\nFrom: {ADDRESS}\nDate: 2024/06/03 10:12\nSub: x\n", None),
    "marks only": ("", "> "),
    "wide marks only": ("", "＞"),
    "bar": (f"2024年6月3日(月) 10:12 {WHO} <{ADDRESS}>:", "| "),
    "double marks": (f"2024年6月3日(月) 10:12 {WHO} <{ADDRESS}>:", ">> "),
    "date and name": (f"2024年6月3日 {WHO} 様", "> "),
    "name": (f"{WHO} 様より:", "> "),
}
FORWARDS: dict[str, str] = {
    "gmail": f"---------- Forwarded message ---------\n{OLD_EN}\n",
    "gmail ja": f"---------- 転送メッセージ ---------\n{JA}\n",
    "apple": f"Begin forwarded message:\n\n{OLD_EN}\n",
    "apple ja": f"転送されたメッセージ:\n\n差出人: {WHO} <{ADDRESS}>\n件名: x\n日付: 2024年6月3日 10:12:00 JST\n宛先: worker@example.jp\n",
    "thunderbird": f"-------- Forwarded Message --------\n{OLD_EN}\n",
    "thunderbird ja": f"-------- 転送されたメッセージ --------\n件名: \tx\n日付: \tMon, 3 Jun 2024\n差出人: \t{WHO} <{ADDRESS}>\n宛先: \tworker@example.jp\n",
    "outlook": f"{JA}\n",
    "outlook line": f"-----Original Message-----\n{EN}\n",
}


def texts() -> list[str]:
    """Return the bodies of the corpus that hold neither quotations nor frames."""
    rows = [
        json.loads(line) for name in "BCD" for line in (CORPUS / f"dev-{name}.jsonl").read_text("utf-8").splitlines()
    ]
    bodies = [row["body"].strip() for row in rows if row["channel"] in ("direct", "unrelated")]
    return [
        body for body in bodies if not any(mark in body for mark in (">", "＞", "--", "==", "＝＝", "|", "0-0", "00-"))
    ]


def replies(seed: int = 1, each: int = 20) -> Iterator[Reply]:
    """Yield replies and forwards of every program, `each` of a kind."""
    chosen = random.Random(seed)
    bodies = texts()
    for _ in range(each):
        for program, (between, mark) in TOP.items():
            new, old = chosen.sample(bodies, 2)
            quoted = old if mark is None else _quoted(old, mark)
            below = f"{between}\n{quoted}".strip("\n")
            yield Reply(f"top: {program}", f"{new}\n\n{below}", _lines(new), _lines(below))
            if mark is not None:
                yield Reply(f"bottom: {program}", f"{below}\n\n{new}", _lines(new), _lines(below))
        yield from _others(chosen, bodies)


def _others(chosen: random.Random, bodies: list[str]) -> Iterator[Reply]:
    new, old, more, older = chosen.sample(bodies, 4)
    attribution = f"2024年6月3日(月) 10:12 {WHO} <{ADDRESS}>:"
    inline = f"{attribution}\n{_quoted(old)}\n{new}\n\n{_quoted(older)}\n\n{more}"
    yield Reply("inline", inline, _lines(f"{new}\n{more}"), _lines(f"{attribution}\n{_quoted(old)}\n{_quoted(older)}"))
    for program, between in FORWARDS.items():
        yield Reply(
            f"forward: {program}", f"{new}\n\n{between}\n{old}", _lines(new), _lines(f"{between}\n{old}"), "Fwd: x"
        )
    rule = "━" * 20
    for name, block in {
        "delimiter": f"-- \n{SIGNATURE}",
        "rules": f"{rule}\n{SIGNATURE}\n{rule}",
        "paragraph": SIGNATURE,
        "device": "iPhoneから送信",
    }.items():
        yield Reply(f"signature: {name}", f"{new}\n\n{block}", _lines(new), _lines(block))
        below = f"{attribution}\n{_quoted(old)}"
        yield Reply(
            f"signature above: {name}", f"{new}\n\n{block}\n\n{below}", _lines(new), _lines(f"{block}\n{below}")
        )
    yield Reply("new words only", new, _lines(new), (), "お仕事の件")


def ours(reply: Reply) -> str:
    found = segments.split(reply.text, forwarded=segments.is_forward(reply.subject))
    return "".join(reply.text[each.start : each.end] for each in found if each.kind is SegmentKind.BODY)


def theirs(reply: Reply) -> str:
    from mailparser_reply import EmailReplyParser

    read = EmailReplyParser(languages=["ja", "en"]).read(reply.text)
    return read.replies[0].body if read.replies else ""


def measure(splitter: Callable[[Reply], str], every: list[Reply]) -> dict[str, list[int]]:
    """Return by program: new lines kept, new lines, earlier lines let go, earlier lines, texts, texts wholly right."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * 6)
    for reply in every:
        kept = set(_lines(splitter(reply)))
        old = [line for line in reply.old if line not in reply.new]
        right = sum(line in kept for line in reply.new), sum(line not in kept for line in old)
        row = (right[0], len(reply.new), right[1], len(old), 1, right == (len(reply.new), len(old)))
        for name in (reply.program, "all"):
            counts[name] = [before + now for before, now in zip(counts[name], row, strict=True)]
    return counts


def main() -> None:
    every = list(replies())
    readers = {"banken": ours}
    try:
        import mailparser_reply
    except ImportError:
        sys.stderr.write("mail-parser-reply is not installed: pip install mail-parser-reply\n")
    else:
        readers["mail-parser-reply"] = theirs
        assert mailparser_reply
    tables = {name: measure(splitter, every) for name, splitter in readers.items()}
    print(f"{len(every)} texts; new lines kept / earlier lines let go / texts wholly right, in per cent")
    for program in tables["banken"]:
        row = "".join(_cells(table[program]) for table in tables.values())
        print(f"{program:36}{row}")


def _cells(row: list[int]) -> str:
    kept, new, gone, old, texts_, right = row
    return f"{100 * kept / max(new, 1):9.1f}{100 * gone / old if old else 100:8.1f}{100 * right / texts_:8.1f}   "


if __name__ == "__main__":
    main()
