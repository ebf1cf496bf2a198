"""µs per mail, read by this project, mail-parser and the standard library in one run: `python -m tests.bench.message`.

small: 2 kB of Japanese in three charsets with the header of a delivered mail; medium: text and 20 kB of HTML that say
different things; alike: the same HTML with a text that says what it says, as most notifications have it; html only: that
HTML alone; large: a 10 MB attachment, left on the server as the mailbox leaves it, and once whole.
"""

from __future__ import annotations

import base64
import contextlib
import email
import email.policy
import gc
import logging
import statistics
import time
import tracemalloc
from collections.abc import Callable

import mailparser
from tests.message.build import inner_multipart, part
from tests.message.readers import compat32, mail_parser, policy_default

from banken.message import html, read, read_header

_HEADER = """\
Return-Path: <bounce@crowdworks.jp>
Delivered-To: worker@example.jp
Received: from mx1.example.jp (mx1.example.jp [192.0.2.1]) by mail.example.jp with ESMTPS id abc123 for <worker@example.jp>;
 Mon, 3 Jun 2024 10:12:04 +0900
Received: from out.crowdworks.jp (out.crowdworks.jp [192.0.2.9]) by mx1.example.jp with ESMTP id x9; Mon, 3 Jun 2024 10:12:03 +0900
Received: from app (localhost) by out.crowdworks.jp with ESMTP id x8; Mon, 3 Jun 2024 10:12:02 +0900
Authentication-Results: mx.example.jp; dkim=pass header.d=crowdworks.jp; spf=pass smtp.mailfrom=bounce@crowdworks.jp;
 dmarc=pass header.from=crowdworks.jp
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=crowdworks.jp; s=s1; h=from:to:subject:date; bh=47DEQpj8HBSa+/TImW=;
 b=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
From: =?UTF-8?B?44Kv44Op44Km44OJ44Ov44O844Kv44K5?= <no-reply@crowdworks.jp>
To: worker@example.jp
Subject: =?UTF-8?B?44CQ44Kv44Op44Km44OJ44Ov44O844Kv44K544CR44Ot44K044Gu5Yi25L2c44Gr44Gk44GE44Gm?=
 =?UTF-8?B?55u46KuH44GM44GC44KK44G+44GX44Gf?=
Date: Mon, 3 Jun 2024 10:12:00 +0900
Message-ID: <665d@crowdworks.jp>
MIME-Version: 1.0
""".replace("\n", "\r\n").encode()
_TEXT = "worker さん\r\n\r\n山田商店 さんからメッセージが届いています。\r\nロゴの制作についてご相談があります。一度お話しできればと思います。\r\nhttps://crowdworks.jp/messages/12345678\r\n\r\n> 前回のご連絡ありがとうございます。\r\n> 納期は月末でよろしいでしょうか。\r\n\r\nはい、月末で問題ありません。よろしくお願いいたします。\r\n\r\n--\r\n山田商店 山田太郎 / TEL 03-0000-1234"
_ROW = """\
<tr><td style="padding:12px 20px;font-size:14px;line-height:1.7;color:#333333;font-family:'Hiragino Kaku Gothic ProN',Meiryo,sans-serif">
<p style="margin:0 0 8px">{number}件目のお仕事です。報酬と納期をご確認のうえ、ご応募ください。</p>
<a href="https://crowdworks.jp/public/jobs/{number}?ref=mail" style="color:#0066cc;text-decoration:none"><b>ロゴの制作</b>（{number}）</a><br>
<img src="https://crowdworks.jp/images/{number}.png" alt="" width="1" height="1" style="display:block"></td></tr>
"""


def small() -> list[bytes]:
    """Return mails of about 2 kB."""
    return [
        _HEADER
        + b"Content-Type: text/plain; charset="
        + label
        + b"\r\nContent-Transfer-Encoding: "
        + transfer
        + b"\r\n\r\n"
        + body
        for label, transfer, body in (
            (b"UTF-8", b"base64", base64.encodebytes(_TEXT.encode()).replace(b"\n", b"\r\n")),
            (b"ISO-2022-JP", b"7bit", _TEXT.encode("iso2022_jp")),
            (b"Shift_JIS", b"8bit", _TEXT.encode("cp932")),
        )
    ]


def _page() -> bytes:
    rows = "".join(_ROW.format(number=number) for number in range(27))
    return f'<html><body bgcolor="#f5f5f5"><table width="600" bgcolor="#ffffff">{rows}</table></body></html>'.encode()


def medium() -> list[bytes]:
    """Return mails of text and about 20 kB of HTML."""
    plain = part("text/plain; charset=UTF-8", _TEXT.encode(), "Content-Transfer-Encoding: 8bit")
    page = part("text/html; charset=UTF-8", _page(), "Content-Transfer-Encoding: 8bit")
    return [_HEADER + inner_multipart("alternative", plain, page)]


def alike() -> list[bytes]:
    """Return the mail of `medium` with the text that its page shows."""
    shown = html.render(_page().decode()).text.replace("\n", "\r\n")
    plain = part("text/plain; charset=UTF-8", shown.encode(), "Content-Transfer-Encoding: 8bit")
    page = part("text/html; charset=UTF-8", _page(), "Content-Transfer-Encoding: 8bit")
    return [_HEADER + inner_multipart("alternative", plain, page)]


def html_only() -> list[bytes]:
    """Return the page of `medium` alone."""
    return [_HEADER + part("text/html; charset=UTF-8", _page())]


def large(*, omitted: bool) -> list[bytes]:
    """Return a mail with a 10 MB attachment, `omitted` as the mailbox leaves it on the server."""
    body = b"" if omitted else base64.encodebytes(bytes(range(256)) * 30_000)
    left = ["X-Banken-Omitted: 10485760"] if omitted else []
    plain = part("text/plain; charset=ISO-2022-JP", _TEXT.encode("iso2022_jp"))
    attached = part("application/zip; name=a.zip", body, "Content-Transfer-Encoding: base64", *left)
    return [_HEADER + inner_multipart("mixed", plain, attached)]


READERS: dict[str, Callable[[bytes], object]] = {
    "banken": read,
    "banken, header only": read_header,
    "mail-parser, parse": mailparser.parse_from_bytes,
    "mail-parser, texts": mail_parser,
    "policy.default, parse": lambda raw: email.message_from_bytes(raw, policy=email.policy.default),
    "policy.default, texts": policy_default,
    "compat32, parse": email.message_from_bytes,
    "compat32, texts": compat32,
}


def _times(mails: list[bytes], repeat: int) -> dict[str, float]:
    """Return for each reader the best of its rounds, in µs per mail; what raises is timed until it does.

    The readers take turns, so that what else the machine does meets them all alike.
    """
    best = dict.fromkeys(READERS, float("inf"))
    for _ in range(_ROUNDS):
        for name, reader in READERS.items():
            gc.collect()
            started = time.process_time()
            for _ in range(repeat):
                for mail in mails:
                    with contextlib.suppress(ValueError, LookupError):
                        reader(mail)
            best[name] = min(best[name], (time.process_time() - started) / repeat / len(mails) * 1e6)
    return best


def _peak(reader: Callable[[bytes], object], mail: bytes) -> float:
    """Return the memory that reading `mail` takes at most beside the mail itself, in MB."""
    tracemalloc.start()
    kept = reader(mail)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del kept
    return peak / 1e6


_ROUNDS = 15
_SETS = {
    "small": (small(), 20),
    "medium": (medium(), 20),
    "alike": (alike(), 20),
    "html only": (html_only(), 20),
    "large omitted": (large(omitted=True), 20),
    "large whole": (large(omitted=False), 1),
}


def main() -> None:
    logging.disable(logging.CRITICAL)
    print(f"message: µs per mail (best of {_ROUNDS} rounds, the readers taking turns)")
    print(f"{'':24}" + "".join(f"{name:>15}" for name in _SETS) + f"{'peak MB':>10}")
    sizes = [statistics.mean(len(mail) for mail in mails) / 1000 for mails, _ in _SETS.values()]
    print(f"{'kB':24}" + "".join(f"{size:15.1f}" for size in sizes))
    figures = [_times(mails, repeat) for mails, repeat in _SETS.values()]
    for name, reader in READERS.items():
        peak = _peak(reader, _SETS["large whole"][0][0])
        print(f"{name:24}" + "".join(f"{each[name]:15.0f}" for each in figures) + f"{peak:10.1f}")


if __name__ == "__main__":
    main()
