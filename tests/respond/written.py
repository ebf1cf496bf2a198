"""A warning written as a mail, and what is seen of it."""

from __future__ import annotations

import email
from email import policy
from html.parser import HTMLParser

from tests.respond.scene import (
    NOW,
    ORIGINAL,
    SETTINGS,
    SPOT,
    STANDING,
    WORKER,
    Spoken,
    message,
    verdict,
)

from banken.respond import Warn, plan
from banken.respond.letter import write

EVIL = "山田\r\nBcc: victim@example.com\u202e\0 <script>alert(1)</script>"


def facts(judged=None, *, mail=None, spoken=None, standing=STANDING):
    actions = plan(judged or verdict(), mail or message(), spoken or Spoken(), standing, spot=SPOT, settings=SETTINGS)
    return next(action.facts for action in actions if isinstance(action, Warn))


def written(advice, told=None, *, original=ORIGINAL, eight_bit=True, to=WORKER) -> bytes:
    return write(
        told or facts(),
        advice,
        SETTINGS,
        to=to,
        message_id="<banken.abc@example.jp>",
        now=NOW,
        original=original,
        eight_bit=eight_bit,
    )


def parsed(raw: bytes):
    return email.message_from_bytes(raw, policy=policy.default)


def plain(raw: bytes) -> str:
    return parsed(raw).get_body(("plain",)).get_content().replace("\r\n", "\n")


def html(raw: bytes) -> str:
    return parsed(raw).get_body(("html",)).get_content()


class Page(HTMLParser):
    """What a reader sees, what is marked, and what would be loaded or pressed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen, self.marked, self.links, self.tags = "", "", [], set()
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self._open.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src", "background", "srcset", "action")]

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if "style" not in self._open:
            self.seen += data
        if "mark" in self._open:
            self.marked += data
