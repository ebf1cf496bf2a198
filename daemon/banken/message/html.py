"""HTML as a person sees it: text, links, what is hidden, what is quoted.

The tree comes from selectolax (Lexbor); this walks it once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError, create_tag

from banken.message import flatten, style
from banken.message.flatten import BLOCKS, PARAGRAPHS
from banken.message.notes import Note
from banken.message.style import Style
from banken.message.writer import Writer

_Attributes = dict[str, str | None]


@dataclass(frozen=True, slots=True, eq=False)
class _Kind:
    """What is special about an element."""

    skipped: bool = False
    """Nothing in it is text."""
    lines: int = 0
    """How many line ends stand around it."""
    cell: bool = False
    telling: bool = False
    """Its attributes may hold text, a link, the word that it is a quotation."""
    painted: bool = False
    """It may have a colour as an attribute."""
    preformatted: bool = False
    structure: bool = False
    """White space between what stands in it is no text."""


_INLINE, _TEXT, _BREAK, _PICTURE = _Kind(), _Kind(), _Kind(), _Kind()


def _special() -> dict[str, _Kind]:
    """Return the elements that have something special, by name."""
    kinds = {"br": _BREAK, "img": _PICTURE}
    for special, tags in (
        ({"skipped": True}, "head script style template title noframes noembed iframe audio video canvas datalist"),
        ({"lines": 1}, BLOCKS),
        ({"lines": 2}, PARAGRAPHS),
        ({"cell": True}, "td th"),
        ({"telling": True}, "a area input blockquote div"),
        ({"painted": True}, "font body table tr td th div p"),
        ({"preformatted": True}, "pre textarea"),
        ({"structure": True}, "html table thead tbody tfoot tr ul ol dl select"),
    ):
        for tag in tags.split():
            kinds[tag] = replace(kinds.get(tag, _INLINE), **special)
    return kinds


def _by_number() -> dict[int, _Kind]:
    """Return the kinds by Lexbor's numbers, which cost less to ask for than names; text, comments, doctypes have some too."""
    kinds = {create_tag(tag).tag_id: kind for tag, kind in _special().items()}
    root = LexborHTMLParser("<!doctype html><p>text<!--comment--></p>").root
    document = root.parent if root else None
    nodes = document.traverse(include_text=True) if document else ()
    apart = {"-text": _TEXT, "-comment": _Kind(skipped=True), "-doctype": _Kind(skipped=True)}
    return kinds | {node.tag_id: apart[node.tag] for node in nodes if node.tag in apart}


_KINDS = _by_number()
_TIGHT = {kind: replace(kind, lines=1) for kind in _KINDS.values() if kind.lines > 1}
"""The same without a margin: a paragraph is a line."""
_COLOURING = frozenset({"color", "bgcolor", "background"})
_MORE = _COLOURING | {"hidden"}
"""Attributes beside `style` that say how an element looks."""
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
    """What an element hands down to what stands in it, and where that is written; one object for each combination."""

    __slots__ = ("background", "colour", "concealed", "handed", "hidden", "pre", "styled", "tiny", "visible", "writer")

    def __init__(
        self,
        visible: Writer,
        concealed: Writer,
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
        shown = not (hidden or tiny) and (background is None or not style.alike(colour, background))
        self.visible, self.concealed = visible, concealed
        self.writer = visible if shown else concealed
        self.handed: dict[int, tuple[Style, _Look]] = {}
        self.styled: dict[str, tuple[_Look, bool]] = {}
        """By the text of a `style` attribute: the look inside, and whether it takes a paragraph's margin."""

    def inside(self, said: Style) -> _Look:
        """Return the look inside an element that says `said`; remembered, for pages say the same over and over."""
        known = self.handed.get(id(said))
        if known:
            return known[1]
        look = _Look(
            self.visible,
            self.concealed,
            hidden=self.hidden or said.hidden is True or said.clear,
            tiny=self.tiny if said.tiny is None else said.tiny,
            colour=said.colour or self.colour,
            background=said.background or (None if said.picture else self.background),
            pre=self.pre if said.pre is None else said.pre,
        )
        self.handed[id(said)] = said, look  # holding `said` keeps its id from being used anew
        return look

    def under(self, text: str) -> tuple[_Look, bool]:
        """Return what `styled` holds of `text`, put there if need be."""
        said = style.parse(text[: style.LENGTH])
        self.styled[text] = found = self.inside(said), said.tight
        return found


class _Mark:
    """An element that is not closed yet and means a link or a quotation when it is."""

    __slots__ = ("href", "quote", "start")

    def __init__(self, start: int, href: str, *, quote: bool) -> None:
        self.start = start
        self.href = href
        self.quote = quote


class _Walk:
    """One walk over a tree."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self.visible = Writer()
        self.concealed = Writer()
        self.page = Page()
        self.sheet: dict[int, Style] = {}
        self.seen: dict[int, int] = {}
        """Elements that a style sheet shows, on every screen or on some, and how much that weighs."""
        self.painted = False
        """A style sheet sets backgrounds, so that a colour alone tells nothing."""
        self._read_sheets(tree)

    def run(self, root: LexborNode) -> Page:  # noqa: C901, PLR0912 - a call for each node would cost a fifth of the whole
        """Walk below `root` without recursion, in one loop: here the time goes."""
        look = _Look(self.visible, self.concealed, background=None if self.painted else style.WHITE)
        writer, kind, mark, kinds = self.visible, _INLINE, None, _KINDS
        outside: list[tuple[LexborNode | None, _Look, _Kind, _Mark | None]] = []
        node = root.first_child
        while True:
            if node is None:
                if not outside:
                    return self._finished()
                if kind.lines:
                    writer.block(kind.lines)
                elif kind.cell:
                    writer.space()
                if mark:
                    self._leave(writer, mark)
                node, look, kind, mark = outside.pop()
                writer = look.writer
                continue
            inner = kinds.get(node.tag_id, _INLINE)
            if inner is _TEXT:
                if not node.is_empty_text_node or (look.pre and not kind.structure):
                    writer.write(node.text_content or "", look.pre)
                elif not kind.structure:
                    writer.space()
            elif inner is _BREAK:
                writer.newline()
            elif inner is _PICTURE:
                self._picture(node, look)
            elif not inner.skipped:
                outside.append((node.next, look, kind, mark))
                kind, mark, attributes = inner, None, node.attributes
                if attributes or self.sheet or kind.preformatted:
                    look, kind = self._styled(node, kind, look, attributes)
                    writer = look.writer
                if kind.lines:
                    writer.block(kind.lines)
                if attributes and kind.telling:
                    mark = self._mark(node.tag, attributes, writer)
                node = node.first_child
                continue
            node = node.next

    def _finished(self) -> Page:
        page = self.page
        page.text, page.hidden = self.visible.text(), self.concealed.text()
        if page.hidden:
            page.notes.append(Note.HIDDEN_TEXT)
        return page

    def _styled(self, node: LexborNode, kind: _Kind, look: _Look, attributes: _Attributes) -> tuple[_Look, _Kind]:
        """Return the look inside an element, and its kind there."""
        if self.sheet or self.seen or not _MORE.isdisjoint(attributes):
            said = self._said(node, kind, attributes)
            look, tight = look.inside(said), said.tight
        elif text := attributes.get("style"):
            look, tight = look.styled.get(text) or look.under(text)
        else:
            tight = False
        if kind.preformatted:
            look = look.inside(_PRE)
        return look, _TIGHT[kind] if tight and kind.lines > 1 else kind

    def _leave(self, writer: Writer, mark: _Mark) -> None:
        """Keep the link or the quotation that ends here."""
        if mark.href:
            shown = writer is self.visible and writer.length > mark.start
            self.page.links.append((mark.href, mark.start, writer.length) if shown else (mark.href, 0, 0))
        if mark.quote:
            self._span(writer, self.page.quotes, mark.start)

    def _said(self, node: LexborNode, kind: _Kind, attributes: _Attributes) -> Style:
        text = attributes.get("style")
        said = style.parse(text[: style.LENGTH]) if text else style.NOTHING
        own = said.hidden is not None
        if self.sheet and (ruled := self.sheet.get(node.mem_id)) and _weight(ruled) >= _weight(said) + own:
            said, own = ruled, False
        if said.hidden and self.seen.get(node.mem_id, -1) >= _weight(said) + own:
            return style.shown(said)
        if "hidden" in attributes and said.hidden is None:
            return _HIDDEN
        if kind.painted and not _COLOURING.isdisjoint(attributes):
            return style.painted(said, *(attributes.get(name) or "" for name in ("color", "bgcolor", "background")))
        return said

    def _mark(self, tag: str | None, attributes: _Attributes, writer: Writer) -> _Mark | None:
        """Take from an element's attributes what is text, a link or a quotation."""
        if tag in ("a", "area"):
            href = (attributes.get("href") or "").strip()
            return _Mark(writer.length, href, quote=False) if href else None
        if tag == "input":
            if (attributes.get("type") or "").lower() in _BUTTONS:
                writer.write(attributes.get("value") or "")
            return None
        name = attributes.get("class") or ""
        if tag == "div":
            quote = _HISTORY_CLASS.search(name) is not None
        else:
            quote = attributes.get("type") == "cite" or "gmail_quote" in name
        return _Mark(writer.length, "", quote=True) if quote else None

    def _picture(self, node: LexborNode, look: _Look) -> None:
        attributes = node.attributes
        if not (alt := attributes.get("alt")):
            return
        look, _ = self._styled(node, _INLINE, look, attributes)
        writer = look.writer
        start = writer.length
        writer.write(alt)
        self._span(writer, self.page.pictures, start)

    def _span(self, writer: Writer, spans: list[tuple[int, int]], start: int) -> None:
        if writer is self.visible and writer.length > start:
            spans.append((start, writer.length))

    def _read_sheets(self, tree: LexborHTMLParser) -> None:
        kept: dict[tuple[str, bool, bool], Style] = {}
        count = {True: 0, False: 0}
        for sheet in tree.css("style")[:_SHEETS]:
            for selector, said, everywhere in style.rules(sheet.text()[:_SHEET_LENGTH]):
                if everywhere:
                    self.painted = self.painted or said.background is not None or said.picture
                hides = bool(said.hidden or said.tiny or said.clear)
                if not (everywhere if hides else said.hidden is False and _is_apart(selector)):
                    continue
                known = kept.pop((selector, everywhere, hides), None)
                if known or count[hides] < _HIDING_RULES:
                    count[hides] += not known
                    kept[selector, everywhere, hides] = said
        # Among rules for every screen the later one holds; then come those for some.
        for (selector, _, hides), said in sorted(kept.items(), key=lambda rule: not rule[0][1]):
            self._rule(_select(tree, selector)[:_RULED], said, hides=hides)

    def _rule(self, nodes: list[LexborNode], said: Style, *, hides: bool) -> None:
        """Keep what a rule says of `nodes`. Only what stands on lines of its own is shown again: no letters within a word."""
        for node in nodes:
            if hides:
                self.sheet[node.mem_id] = said
                if self.seen.get(node.mem_id, -1) <= _weight(said):
                    self.seen.pop(node.mem_id, None)
            elif node.tag in _SHOWN_AGAIN:
                self.seen[node.mem_id] = max(self.seen.get(node.mem_id, 0), _weight(said))


_SHEETS, _SHEET_LENGTH, _HIDING_RULES, _RULED, _SELECTOR = 20, 200_000, 100, 2_000, 200
_PRE = Style(pre=True)
_HIDDEN = Style(hidden=True)
_SHOWN_AGAIN = frozenset(f"{BLOCKS} {PARAGRAPHS} td th".split())
_APART = re.compile(r"(?:[.#]|\[\s*(?:class|id)\b)[^\s>+]*$", re.IGNORECASE)


def _is_apart(selector: str) -> bool:
    """Return whether `selector` means elements by their class or id, not all of a kind: a newsletter's reset shows nothing."""
    return len(selector) <= _SELECTOR and all(_APART.search(one.strip()) for one in selector.split(","))


def _weight(said: Style) -> int:
    """Return how much a rule's word on being hidden weighs; what an element says itself weighs one more."""
    return 2 * said.important


def _select(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    if ":" in selector or len(selector) > _SELECTOR:
        return []
    try:
        return tree.css(selector)
    except (SelectolaxError, ValueError):  # a selector that Lexbor does not know; newsletters are full of them
        return []
