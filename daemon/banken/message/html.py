"""HTML as a person sees it: text, links, what is hidden, what is quoted.

The tree comes from selectolax (Lexbor); this walks it once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from banken.message import flatten, style
from banken.message.flatten import BLOCKS, PARAGRAPHS
from banken.message.notes import Note
from banken.message.style import Style
from banken.message.writer import Writer

_SKIPPED, _BREAK, _LINES, _PARAGRAPH, _CELL, _TELLING, _PAINTED, _PREFORMATTED, _STRUCTURE = (
    1 << bit for bit in range(9)
)
_MARKED = _LINES | _CELL | _TELLING
_TRAITS: dict[str, int] = {}
"""What is special about an element, as bits; most elements are looked up here once and have nothing special."""
for _bit, _tags in (
    (
        _SKIPPED,
        "head script style template title noframes noembed iframe audio video canvas datalist -comment -doctype",
    ),
    (_BREAK, "br"),
    (_LINES, f"{BLOCKS} {PARAGRAPHS}"),
    (_PARAGRAPH, PARAGRAPHS),
    (_CELL, "td th"),
    (_TELLING, "a area img input blockquote div"),
    (_PAINTED, "font body table tr td th div p"),
    (_PREFORMATTED, "pre textarea"),
    (_STRUCTURE, "html table thead tbody tfoot tr ul ol dl select"),
):
    for _tag in _tags.split():
        _TRAITS[_tag] = _TRAITS.get(_tag, 0) | _bit
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
    if flatten.is_hostile(source):
        return Page(text=flatten.text(source), notes=[Note.HTML_FLATTENED])
    tree = LexborHTMLParser(source)
    root = tree.root
    return _Walk(tree).run(root) if root is not None else Page()


class _Look:
    """What an element hands down to what stands in it; one object for each combination in a page."""

    __slots__ = ("background", "colour", "handed", "hidden", "pre", "shown", "tiny")

    def __init__(
        self,
        *,
        hidden: bool = False,
        tiny: bool = False,
        colour: style.Colour = style.BLACK,
        background: style.Colour | None = style.WHITE,
        pre: bool = False,
    ) -> None:
        self.hidden = hidden
        self.tiny = tiny
        self.colour = colour
        self.background = background
        self.pre = pre
        self.shown = not (hidden or tiny) and (background is None or not style.alike(colour, background))
        self.handed: dict[int, tuple[Style, _Look]] = {}

    def with_style(self, said: Style) -> _Look:
        """Return the look inside an element that says `said`; remembered, for pages say the same over and over."""
        known = self.handed.get(id(said))
        if known:
            return known[1]
        look = _Look(
            hidden=self.hidden or said.hidden is True or said.clear,
            tiny=self.tiny if said.tiny is None else said.tiny,
            colour=said.colour or self.colour,
            background=said.background or (None if said.picture else self.background),
            pre=self.pre if said.pre is None else said.pre,
        )
        self.handed[id(said)] = said, look  # holding `said` keeps its id from being used anew
        return look


class _Walk:
    """One walk over a tree."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self.visible = Writer()
        self.concealed = Writer()
        self.page = Page()
        self.styles: dict[str, Style] = {}
        self.sheet: dict[int, Style] = {}
        self.painted = False
        """A style sheet sets backgrounds, so that a colour alone tells nothing."""
        self._read_sheets(tree)

    def run(self, root: LexborNode) -> Page:
        """Walk below `root` without recursion, in one loop: here the time goes."""
        look = _Look(background=None if self.painted else style.WHITE)
        stack: list[tuple[Iterator[LexborNode], _Look, _Open | None]] = [(root.iter(include_text=True), look, None)]
        while stack:
            children, look, opened = stack[-1]
            writer = self.visible if look.shown else self.concealed
            for node in children:
                tag = node.tag or ""
                if tag == "-text":
                    writer.write(node.text_content or "", pre=look.pre)
                    continue
                traits = _TRAITS.get(tag, 0)
                if traits & _SKIPPED:
                    continue
                if traits & _BREAK:
                    writer.newline()
                    continue
                stack.append(self._enter(node, tag, traits, look))
                break
            else:
                stack.pop()
                if opened is not None:
                    self._leave(opened)
        page = self.page
        page.text, page.hidden = self.visible.text(), self.concealed.text()
        if page.hidden:
            page.notes.append(Note.HIDDEN_TEXT)
        return page

    def _enter(
        self, node: LexborNode, tag: str, traits: int, look: _Look
    ) -> tuple[Iterator[LexborNode], _Look, _Open | None]:
        attributes = node.attributes
        said = self._said(node, traits, attributes) if attributes or self.sheet else style.NOTHING
        if said is not style.NOTHING:
            look = look.with_style(said)
        if traits & _PREFORMATTED:
            look = look.with_style(_PRE)
        # White space between rows and items is no text; the parser steps over it faster.
        children = node.iter(include_text=True, skip_empty=bool(traits & _STRUCTURE))
        if not traits & _MARKED:
            return children, look, None
        opened = _Open(tag, traits, self.visible if look.shown else self.concealed)
        if traits & _LINES:
            opened.lines = 2 if traits & _PARAGRAPH and not said.tight else 1
            opened.writer.block(opened.lines)
        if traits & _TELLING and attributes:
            self._note(opened, attributes)
        return children, look, opened

    def _said(self, node: LexborNode, traits: int, attributes: dict[str, str | None]) -> Style:
        said = style.NOTHING
        text = attributes.get("style")
        if text:
            said = self.styles.get(text) or self.styles.setdefault(text, style.parse(text))
        if self.sheet and (ruled := self.sheet.get(node.mem_id)) and said.hidden is None:
            said = ruled
        if "hidden" in attributes and said.hidden is None:
            return _HIDDEN
        if traits & _PAINTED and ("bgcolor" in attributes or "color" in attributes or "background" in attributes):
            return style.painted(said, *(attributes.get(name) or "" for name in ("color", "bgcolor", "background")))
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
            opened.quote = "class" in attributes and bool(_HISTORY_CLASS.search(attributes["class"] or ""))
        opened.start = writer.length

    def _leave(self, opened: _Open) -> None:
        writer = opened.writer
        if opened.lines:
            writer.block(opened.lines)
        elif opened.traits & _CELL:
            writer.space()
        if opened.href:
            shown = writer is self.visible and writer.length > opened.start
            self.page.links.append((opened.href, opened.start, writer.length) if shown else (opened.href, 0, 0))
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


class _Open:
    """An element that is not closed yet and means something when it is."""

    __slots__ = ("href", "lines", "quote", "start", "tag", "traits", "writer")

    def __init__(self, tag: str, traits: int, writer: Writer) -> None:
        self.tag = tag
        self.traits = traits
        self.writer = writer
        self.lines = self.start = 0
        self.href = ""
        self.quote = False


def _select(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    if ":" in selector or len(selector) > 200:
        return []
    try:
        return tree.css(selector)
    except (SelectolaxError, ValueError):  # a selector that Lexbor does not know; newsletters are full of them
        return []
