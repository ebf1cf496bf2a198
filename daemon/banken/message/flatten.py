"""Pages that are made to cost time: told from others, and read without their layout.

Three things slow Lexbor down by the square of their number: nesting, formatting tags that are never closed, attributes of
one tag (measured 2026-11: one megabyte of each took 88, 12 and 8 seconds). No mail that people write has thousands of any.
"""

from __future__ import annotations

import html
import re

from banken.message.writer import Writer

BLOCKS = (
    "address article aside body caption center dd details dialog dir div dt fieldset figcaption figure footer form header "
    "hr html legend li main menu nav optgroup option pre section select summary table tbody textarea tfoot thead tr"
)
PARAGRAPHS = "p h1 h2 h3 h4 h5 h6 ul ol dl blockquote"
"""Elements that stand on lines of their own; those of the second kind with an empty line around them."""
_ON_LINES = frozenset(f"{BLOCKS} {PARAGRAPHS}".split())

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_NEVER_DEEP = frozenset(
    "p li td th tr dt dd option tbody thead tfoot br img hr meta link input area col base wbr".split()
)
_FEW_TAGS, _SOME_TAGS = 600, 5_000
_CLONES, _DEPTH = 1_000_000, 500
_SHORT = 20_000
# One tag after the other, as HTML reads them: what one match has seen, the next does not see again.
_WHOLE_TAG = re.compile(
    r"""<[a-zA-Z][^\s/>]*+(?:[\s/]++[^\s/>=][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+)*+"""
)
_ATTRIBUTE = re.compile(r"""[\s/]++[^\s/>=][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+""")
_MOST_ATTRIBUTES = 300


def _has_many_attributes(source: str) -> bool:
    if len(source) <= _SHORT:
        return False
    tags = (match[0] for match in _WHOLE_TAG.finditer(source))
    return any(len(tag) > 2 * _MOST_ATTRIBUTES and len(_ATTRIBUTE.findall(tag)) > _MOST_ATTRIBUTES for tag in tags)


def is_hostile(source: str) -> bool:
    """Return whether `source` would cost Lexbor time by the square of its length."""
    tags = source.count("<")
    if tags <= _FEW_TAGS:
        return _has_many_attributes(source)
    open_now: dict[str, int] = {}
    formatting = depth = most_formatting = most = 0
    for closing, name in _TAG.findall(source):
        name = name.lower()  # noqa: PLW2901
        if name in _NEVER_DEEP:
            continue
        now = open_now.get(name, 0)
        if closing and not now:
            continue
        step = -1 if closing else 1
        open_now[name] = now + step
        depth += step
        most = max(most, depth)
        if name in _FORMATTING:
            formatting += step
            most_formatting = max(most_formatting, formatting)
    return most_formatting * tags > _CLONES or (tags > _SOME_TAGS and most > _DEPTH) or _has_many_attributes(source)


_ANY_TAG = re.compile(r"(<[^<>]*>)")


def text(source: str) -> str:
    """Return the text of `source` without its layout, in one pass whatever it holds."""
    writer = Writer()
    skipping = ""
    for piece in _ANY_TAG.split(source):
        match = _TAG.match(piece)
        name = match[2].lower() if match else ""
        if skipping:
            skipping = "" if match and match[1] and name == skipping else skipping
        elif name in ("script", "style"):
            skipping = "" if match and match[1] else name
        elif name == "br":
            writer.newline()
        elif name in _ON_LINES:
            writer.block(1)
        elif not match and not piece.startswith(("<!", "<?")):
            writer.write(html.unescape(piece))
    return writer.text()
