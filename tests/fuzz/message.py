"""Octets → Message: whatever they are, no exception of ours, in time, with everything in its place.

`python -m tests.fuzz.message --minutes 5 [--seed N]` changes the mails of the case table, of `tests/message/mailers` and of
`seeds/message/` at random, as somebody would who looks for a crack. What breaks a promise is written to `seeds/message/` as a seed for ever.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import time
from pathlib import Path

from tests.message.cases import all_cases
from tests.message.mailers import ALL as SENT

from banken.message import Limits, Message, read, read_header
from banken.message.authenticity import authenticate

SEEDS = Path(__file__).parent / "seeds" / "message"
_LARGEST = 60_000
_SLOWEST = 2.5
_SCRAPS = [
    b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"\x00", b"\xff", b"\x1b$B", b"\x1b(B", b"\x1b(I", b"\x1b$(D", b"\x0e", b"\x0f", b"--", b"--=_b1\r\n",
    b"--=_b1--\r\n", b"Content-Type: text/html\r\n", b"Content-Type: multipart/alternative; boundary==_b1\r\n", b"Content-Type: message/rfc822\r\n",
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: quoted-printable\r\n", b"; charset=utf-7", b"; charset=utf-16", b"; charset=iso-2022-jp",
    b"; charset=hz", b"; charset=euc-jp", b"; charset=shift_jis", b"; format=flowed; delsp=yes", b"=?utf-8?B?", b"=?iso-2022-jp?Q?", b"?=", b"=?", b"<", b">", b'"', b"\\", b"(", b")",
    b"@", b",", b";", b":", b"=", b"=\r\n", b"> ", b"On 3 Jun 2024, X <a@b.example> wrote:\r\n", b"-----Original Message-----\r\n", b"-- \r\n", b"<div style='display:none'>", b"</div>",
    b"<blockquote type=cite>", b"<a href='http://x.example/'>", b"<style>.a{display:none}</style>", b"<!--", b"-->", b"&#x202e;", b"&#0;", b"filename*0*=utf-8''%E3%81",
    b"\xe3\x81\x82", b"\x82\xa0", b"\xa4\xa2", b"\xed\xa0\xbd", b"BEGIN:VCALENDAR\r\nSUMMARY:x\r\n", b"X-Banken-Omitted: 9\r\n", b"From: no-reply@crowdworks.jp\r\n", b"From ",
    b"Authentication-Results: mx.example; dkim=pass header.d=crowdworks.jp\r\n", b"Date: Mon, 99 Foo 9999 99:99:99 +9999\r\n", b"DKIM-Signature: v=1; d=crowdworks.jp; s=a; h=from; bh=x; b=y\r\n",
]  # fmt: skip


def seeds() -> list[bytes]:
    """Return the mails to begin with: those of the table that are not large, and those that once broke something."""
    kept = [path.read_bytes() for path in sorted(SEEDS.glob("*.eml"))]
    made = [case.raw for case in all_cases()] + [sent.raw for sent in SENT]
    return kept + [raw for raw in made if len(raw) <= _LARGEST]


def change(chosen: random.Random, mail: bytes, others: list[bytes]) -> bytes:
    """Return `mail` with a few random changes."""
    data = bytearray(mail)
    for _ in range(chosen.choice((1, 1, 2, 3, 5, 9))):
        at = chosen.randrange(len(data) + 1)
        match chosen.randrange(7):
            case 0:
                data[at:at] = chosen.choice(_SCRAPS) * chosen.choice((1, 1, 1, 2, 40))
            case 1 if data:
                data[at % len(data)] = chosen.randrange(256)
            case 2:
                del data[at : at + chosen.randrange(1, 60)]
            case 3:
                piece = data[at : at + chosen.randrange(1, 400)]
                data[at:at] = piece * chosen.choice((1, 2, 30))
            case 4:
                other = chosen.choice(others)
                cut = chosen.randrange(len(other) + 1)
                data[at:] = other[cut:]
            case 5:
                other = chosen.choice(others)
                cut = chosen.randrange(len(other) + 1)
                data[at:at] = other[cut : cut + 300]
            case _:
                data[at : at + 4] = chosen.choice(_SCRAPS)
    return bytes(data[: 4 * _LARGEST])


def broken(raw: bytes) -> str:
    """Return which promise `raw` breaks, "" for none."""
    started = time.process_time()
    try:
        message = read(raw)
    except Exception:
        return "raised"
    if time.process_time() - started > _SLOWEST:
        return "slow"
    if "unreadable" in message.notes:
        return "exception"
    header = read_header(raw)
    if (header.subject, header.sender, header.recipients) != (message.subject, message.sender, message.recipients):
        return "header"
    authenticate(message, domains=("crowdworks.jp",), trusted=("mx.example",), resolver=lambda name: None)
    read(raw, limits=Limits(text=50, parts=3, depth=2, header=100, addresses=1), complete=False)
    return _misplaced(message)


def _misplaced(message: Message) -> str:
    place = 0
    for segment in message.segments:
        if segment.start != place or segment.end <= place:
            return "segments"
        place = segment.end
    if place != len(message.text):
        return "segments end"
    if any(link.end and message.text[link.start : link.end] != link.text for link in message.links):
        return "links"
    shown = [
        message.subject,
        message.message_id,
        message.sender.name,
        message.sender.address,
        *(each.filename for each in message.attachments),
    ]
    if any(character < " " or character == "\x7f" for line in shown for character in line):
        return "controls in the header"
    if any(character in message.text for character in "\x00\x1b\r"):
        return "controls in the text"
    try:
        "".join([message.text, *shown, *(link.href for link in message.links)]).encode()
    except UnicodeEncodeError:
        return "surrogates"
    return ""


def run(minutes: float, seed: int | None = None) -> int:
    """Fuzz for `minutes`; return how many mails broke a promise, each kept as a seed."""
    seed = seed if seed is not None else random.SystemRandom().randrange(1 << 32)
    chosen = random.Random(seed)
    mails = seeds()
    found: dict[str, bytes] = {}
    tried = 0
    until = time.monotonic() + 60 * minutes
    while time.monotonic() < until:
        raw = change(chosen, chosen.choice(mails), mails)
        tried += 1
        what = broken(raw)
        if what and what not in found:
            found[what] = raw
            path = SEEDS / f"{what.replace(' ', '-')}-{hashlib.sha256(raw).hexdigest()[:8]}.eml"
            path.write_bytes(raw)
            print(f"{what}: {path.name}")
    print(f"message: {tried} mails in {minutes:g} minutes (seed {seed}), {len(found)} broke a promise")
    return len(found)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=5)
    asked.add_argument("--seed", type=int)
    options = asked.parse_args()
    sys.exit(1 if run(options.minutes, options.seed) else 0)
