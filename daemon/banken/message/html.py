"""HTML as a person sees it: text, links, what is hidden, what is quoted.

The tree comes from selectolax (Lexbor); this walks it once. Three things slow Lexbor down by the square of their number
(nesting, unclosed formatting tags, attributes of one tag; measured 2026-11), so a page with too many of them is
flattened instead.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from banken.message import style
from banken.message.notes import Note
from banken.message.style import Style
from banken.message.writer import Writer

_SKIPPED = frozenset(
    {
        "head",
        "script",
        "style",
        "template",
        "title",
        "noframes",
        "noembed",
        "iframe",
        "audio",
        "video",
        "canvas",
        "datalist",
    }
    | {"-comment", "-doctype"}
)
_BLOCKS = frozenset(
    "address article aside body caption center dd details dialog dir div dt fieldset figcaption figure footer form header hr "
    "html legend li main menu nav optgroup option pre section select summary table tbody textarea tfoot thead tr".split()
)
_PARAGRAPHS = frozenset("p h1 h2 h3 h4 h5 h6 ul ol dl blockquote".split())
_CELLS = frozenset({"td", "th"})
_TELLING = frozenset({"a", "area", "img", "input", "blockquote", "font", "body", "table", "tr", "td", "th", "div", "p"})
_BUTTONS = frozenset({"submit", "button", "reset", "text", "email", "url", "tel", ""})
_HISTORY_CLASS = re.compile(r"\b(?:yahoo_quoted|protonmail_quote|tutanota_quote)\b")
_DATA = re.compile(r"""data:[a-z]+/[^"'<>)\s]{100,}""", re.IGNORECASE)


@dataclass(slots=True)
class Page:
    """An HTML part as text. Spans and links are places in `text`; `hidden` is apart, in no place."""

    text: str = ""
    hidden: str = ""
    links: list[tuple[str, int, int]] = field(default_factory=list)
    quotes: list[tuple[int, int]] = field(default_factory=list)
    pictures: list[tuple[int, int]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def render(source: str) -> Page:
    """Return the page that `source` shows."""
    if "data:" in source:
        source = _DATA.sub("data:", source)
    if _is_hostile(source):
        return Page(text=_flatten(source), notes=[Note.HTML_FLATTENED])
    tree = LexborHTMLParser(source)
    root = tree.root
    return _Walk(tree).run(root) if root is not None else Page()


@dataclass(frozen=True, slots=True)
class _Look:
    """What an element hands down to what stands in it."""

    hidden: bool = False
    tiny: bool = False
    colour: style.Colour = style.BLACK
    background: style.Colour | None = style.WHITE
    pre: bool = False

    def seen(self) -> bool:
        return not (self.hidden or self.tiny) and (
            self.background is None or not style.alike(self.colour, self.background)
        )

    def with_style(self, said: Style) -> _Look:
        background = said.background or (None if said.picture else self.background)
        return _Look(
            hidden=self.hidden or said.hidden is True or said.clear,
            tiny=self.tiny if said.tiny is None else said.tiny,
            colour=said.colour or self.colour,
            background=background,
            pre=self.pre if said.pre is None else said.pre,
        )


class _Walk:
    """One walk over a tree."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self.visible = Writer()
        self.concealed = Writer()
        self.page = Page()
        self.sheet: dict[int, Style] = {}
        self.painted = False
        """A style sheet sets backgrounds, so that a colour alone tells nothing."""
        self._read_sheets(tree)

    def run(self, root: LexborNode) -> Page:
        start = _Look(background=None if self.painted else style.WHITE)
        stack = [(root.iter(include_text=True), start, _Open(writer=self.visible))]
        while stack:
            children, look, _ = stack[-1]
            deeper = self._children(children, look)
            if deeper:
                stack.append(deeper)
            else:
                self._leave(stack.pop()[2])
        page = self.page
        page.text, page.hidden = self.visible.text(), self.concealed.text()
        if page.hidden:
            page.notes.append(Note.HIDDEN_TEXT)
        return page

    def _children(
        self, children: Iterator[LexborNode], look: _Look
    ) -> tuple[Iterator[LexborNode], _Look, _Open] | None:
        """Write texts until an element comes, and return that opened; None when there is nothing left."""
        writer = self.visible if look.seen() else self.concealed
        for node in children:
            tag = node.tag or ""
            if tag == "-text":
                writer.write(node.text_content or "", pre=look.pre)
            elif tag == "br":
                writer.newline()
            elif tag not in _SKIPPED:
                return self._enter(node, tag, look)
        return None

    def _enter(self, node: LexborNode, tag: str, look: _Look) -> tuple[Iterator[LexborNode], _Look, _Open]:
        attributes = node.attributes
        tight = False
        if attributes or self.sheet:
            said = self._said(node, tag, attributes)
            if said is not style.NOTHING:
                look, tight = look.with_style(said), said.tight
        if tag in ("pre", "textarea"):
            look = look.with_style(_PRE)
        writer = self.visible if look.seen() else self.concealed
        opened = _Open(tag, writer)
        if tag in _PARAGRAPHS:
            opened.lines = 1 if tight else 2
        elif tag in _BLOCKS:
            opened.lines = 1
        if opened.lines:
            writer.block(opened.lines)
        if tag in _TELLING and attributes:
            self._note(opened, attributes)
        return node.iter(include_text=True), look, opened

    def _said(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> Style:
        said = style.parse(attributes.get("style") or "") if "style" in attributes else style.NOTHING
        if self.sheet and (ruled := self.sheet.get(node.mem_id)) and said.hidden is None:
            said = ruled
        if "hidden" in attributes and said.hidden is None:
            return _HIDDEN
        if tag in _TELLING and ("bgcolor" in attributes or "color" in attributes or "background" in attributes):
            said = Style(
                hidden=said.hidden,
                tiny=said.tiny,
                colour=said.colour or style.colour(attributes.get("color") or ""),
                background=said.background or style.colour(attributes.get("bgcolor") or ""),
                picture=said.picture or bool(attributes.get("background")),
                pre=said.pre,
            )
        return said

    def _note(self, opened: _Open, attributes: dict[str, str | None]) -> None:
        """Take from an element's attributes what is text, a link or a quotation."""
        tag, writer = opened.tag, opened.writer
        if tag in ("a", "area"):
            opened.href = (attributes.get("href") or "").strip()
        elif tag == "img" and (alt := attributes.get("alt")):
            start = writer.length
            writer.write(alt)
            self._span(writer, self.page.pictures, start)
        elif tag == "input" and (attributes.get("type") or "").lower() in _BUTTONS:
            writer.write(attributes.get("value") or "")
        elif tag == "blockquote":
            opened.quote = attributes.get("type") == "cite" or "gmail_quote" in (attributes.get("class") or "")
        elif tag == "div":
            opened.quote = bool(_HISTORY_CLASS.search(attributes.get("class") or ""))
        opened.start = writer.length

    def _leave(self, opened: _Open) -> None:
        writer = opened.writer
        if opened.tag in _CELLS:
            writer.space()
        elif opened.lines:
            writer.block(opened.lines)
        if opened.href and writer is self.visible and writer.length > opened.start:
            self.page.links.append((opened.href, opened.start, writer.length))
        elif opened.href:
            self.page.links.append((opened.href, 0, 0))
        if opened.quote:
            self._span(writer, self.page.quotes, opened.start)

    def _span(self, writer: Writer, spans: list[tuple[int, int]], start: int) -> None:
        if writer is self.visible and writer.length > start:
            spans.append((start, writer.length))

    def _read_sheets(self, tree: LexborHTMLParser) -> None:
        hiding: dict[str, Style] = {}
        for sheet in tree.css("style")[:_SHEETS]:
            for selector, said in style.rules(sheet.text()[:_SHEET_LENGTH]):
                self.painted = self.painted or said.background is not None or said.picture
                if (said.hidden or said.tiny or said.clear) and len(hiding) < _HIDING_RULES:
                    hiding[selector] = said
        for selector, said in hiding.items():
            for node in _select(tree, selector)[:_RULED]:
                self.sheet[node.mem_id] = said


_SHEETS, _SHEET_LENGTH, _HIDING_RULES, _RULED = 20, 200_000, 100, 2_000
_PRE = Style(pre=True)
_HIDDEN = Style(hidden=True)


@dataclass(slots=True)
class _Open:
    """An element that is not closed yet."""

    tag: str = ""
    writer: Writer = field(default_factory=Writer)
    lines: int = 0
    start: int = 0
    href: str = ""
    quote: bool = False


def _select(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    if ":" in selector or len(selector) > 200:
        return []
    try:
        return tree.css(selector)
    except ValueError:  # a selector that Lexbor does not know
        return []


_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_NEVER_DEEP = frozenset(
    "p li td th tr dt dd option tbody thead tfoot br img hr meta link input area col base wbr".split()
)
_FEW_TAGS, _SOME_TAGS = 600, 5_000
_CLONES, _DEPTH = 1_000_000, 500
_SHORT = 20_000
_MANY_ATTRIBUTES = re.compile(
    r"""<[a-zA-Z][^\s/>]*+(?:[\s/]++[^\s/>=][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+){300}"""
)


def _is_hostile(source: str) -> bool:
    """Return whether `source` would cost Lexbor time by the square of its length."""
    tags = source.count("<")
    if tags <= _FEW_TAGS:
        return len(source) > _SHORT and _MANY_ATTRIBUTES.search(source) is not None
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
    return (
        most_formatting * tags > _CLONES
        or (tags > _SOME_TAGS and most > _DEPTH)
        or (len(source) > _SHORT and _MANY_ATTRIBUTES.search(source) is not None)
    )


_ANY_TAG = re.compile(r"(<[^<>]*>)")


def _flatten(source: str) -> str:
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
        elif name in _BLOCKS or name in _PARAGRAPHS:
            writer.block(1)
        elif not match and not piece.startswith(("<!", "<?")):
            writer.write(html.unescape(piece))
    return writer.text()
