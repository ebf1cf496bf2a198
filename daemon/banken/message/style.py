"""What CSS does to text: hides it, shrinks it, paints it like its background, keeps its line ends.

No CSS engine: inline declarations, the few HTML attributes before them, and the simple rules of `<style>` sheets,
which is what mail programs honour and what hides words in mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)

_TELLING = re.compile(
    r"display|visib|opacity|font|colou?r|background|height|width|indent|left|top|right|clip|transform|white-space|margin|hide"
)
_NUMBER = re.compile(r"(-?\d*\.?\d+)\s*(px|pt|em|rem|ex|%|vw|vh|in|cm|mm)?")
_HEX = re.compile(r"#([0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})\b")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})\D+(\d{1,3})\D+(\d{1,3})(?:\s*[,/]\s*([\d.]+%?))?\s*\)")
_NAMED: dict[str, Colour] = {
    "white": WHITE,
    "black": BLACK,
    "red": (255, 0, 0),
    "blue": (0, 0, 255),
    "green": (0, 128, 0),
    "yellow": (255, 255, 0),
    "gray": (128, 128, 128),
    "grey": (128, 128, 128),
    "silver": (192, 192, 192),
    "navy": (0, 0, 128),
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "ghostwhite": (248, 248, 255),
    "whitesmoke": (245, 245, 245),
    "floralwhite": (255, 250, 240),
}
_TINY = {"px": 2.0, "pt": 1.5, "em": 0.15, "rem": 0.15, "ex": 0.3, "%": 15.0, "": 2.0}
_NEAR = 30
"""How far two colours may lie apart (sum over red, green, blue) and still look the same."""
_OFF_SCREEN = -900.0
LENGTH = 4_000
"""How much of one element's declarations is read."""


@dataclass(frozen=True, slots=True)
class Style:
    """What one element's declarations say; None where they say nothing."""

    hidden: bool | None = None
    important: bool = False
    """What it says of being hidden or shown is `!important`."""
    tiny: bool | None = None
    colour: Colour | None = None
    clear: bool = False
    """The text has no colour at all."""
    background: Colour | None = None
    picture: bool = False
    """The background is a picture or a gradient: its colour is not known."""
    pre: bool | None = None
    tight: bool = False
    """No margin, so that a paragraph is a line."""


NOTHING = Style()


@lru_cache(512)
def parse(declarations: str) -> Style:
    """Return what the text of a `style` attribute or the inside of a rule's braces says."""
    text = declarations[:LENGTH].lower()
    if not _TELLING.search(text):
        return NOTHING
    said: dict[str, str] = {}
    important: set[str] = set()
    for declaration in text.split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            value, mark, _ = value.partition("!")
            said[name.strip()] = value.strip()
            important |= {name.strip()} if mark else set()
    background = said.get("background-color") or said.get("background", "")
    paint = said.get("color", "")
    return Style(
        hidden=_hidden(said),
        important=not important.isdisjoint(("display", "visibility")),
        tiny=_tiny(said.get("font-size") or said.get("font", "")),
        colour=colour(paint),
        clear=paint == "transparent" or _alpha(paint) == 0,
        background=None if background == "transparent" or _alpha(background) == 0 else colour(background),
        picture="url(" in background or "gradient" in background or "background-image" in said,
        pre=_pre(said.get("white-space", "")),
        tight=_is_zero(said.get("margin-bottom") or said.get("margin", "").split(" ")[0]) and "margin-top" not in said,
    )


@lru_cache(512)
def painted(said: Style, colour_: str, background: str, picture: str) -> Style:
    """Return `said` with what the attributes `color`, `bgcolor` and `background` add to it."""
    return replace(
        said,
        colour=said.colour or colour(colour_[:LENGTH]),
        background=said.background or colour(background[:LENGTH]),
        picture=said.picture or bool(picture),
    )


def _hidden(said: dict[str, str]) -> bool | None:
    display = said.get("display", "")
    if display == "none" or said.get("visibility") in ("hidden", "collapse") or _is_zero(said.get("opacity", "")):
        return True
    if said.get("overflow", "").startswith(("hidden", "clip")) and any(
        _is_zero(said.get(name, "")) for name in ("max-height", "height", "max-width", "width")
    ):
        return True
    if _number(said.get("text-indent", "")) <= _OFF_SCREEN or re.search(
        r"scale\(\s*0\s*[,)]", said.get("transform", "")
    ):
        return True
    away = min(_number(said.get(name, "")) for name in ("left", "top", "right", "margin-left", "margin-top"))
    if away <= _OFF_SCREEN or re.search(r"rect\((?:\s*[01](?:px)?[\s,]*){4}\)|inset\((?:50|100)%", _clips(said)):
        return True
    return False if display or said.get("visibility") == "visible" else None


def _clips(said: dict[str, str]) -> str:
    return said.get("clip", "") + said.get("clip-path", "")


def _tiny(value: str) -> bool | None:
    """Return whether a font size cannot be read; a `font` shorthand names the size before the family."""
    match = _NUMBER.search(value)
    if not match or (match[2] is None and float(match[1]) != 0):
        return None
    return float(match[1]) <= _TINY.get(match[2] or "", 0.0)


def _pre(value: str) -> bool | None:
    return value.startswith(("pre", "break-spaces")) if value else None


def _number(value: str) -> float:
    match = _NUMBER.match(value)
    return float(match[1]) if match else 0.0


def _is_zero(value: str) -> bool:
    match = _NUMBER.match(value)
    return match is not None and abs(float(match[1])) < 0.05


def _alpha(value: str) -> float:
    match = _RGB.search(value)
    if not match or match[4] is None:
        return 1.0
    return _number(match[4])


@lru_cache(512)
def colour(value: str) -> Colour | None:
    """Return the colour that `value` (CSS or an HTML attribute) names; None for one we do not know."""
    value = value.strip().lower()
    if match := _HEX.search(value):
        digits = match[1]
        if len(digits) <= 4:
            digits = "".join(digit * 2 for digit in digits)
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    if match := _RGB.search(value):
        return int(match[1]), int(match[2]), int(match[3])
    return next((_NAMED[word] for word in value.split() if word in _NAMED), None)


def alike(one: Colour, other: Colour) -> bool:
    """Return whether nobody can tell two colours apart."""
    return sum(abs(left - right) for left, right in zip(one, other, strict=True)) <= _NEAR


_COMMENT = re.compile(r"/\*[^*]*\*+(?:[^/*][^*]*\*+)*/")
_BRACE = re.compile(r"[{}]")


@lru_cache(512)
def shown(said: Style) -> Style:
    """Return `said` for what is seen on some screen."""
    return replace(said, hidden=False)


def rules(sheet: str) -> Iterator[tuple[str, Style, bool]]:
    """Yield the selectors of a `<style>` sheet, what they say, and whether they hold on every screen.

    Those that do not (`@media` with a condition in parentheses) hide on a telephone what a computer shows, and show there
    what a computer hides.
    """
    sheet = _COMMENT.sub(" ", sheet).replace("<!--", " ").replace("-->", " ")
    prelude, place, skipped, everywhere = "", 0, False, True
    outside: list[tuple[bool, bool]] = []
    for brace in _BRACE.finditer(sheet):
        between, place = sheet[place : brace.start()].strip(), brace.end()
        if brace[0] == "{":
            outside.append((skipped, everywhere))
            prelude = between.rpartition(";")[2].strip()
            if prelude.startswith("@"):
                skipped = skipped or not _for_screens(prelude)
                everywhere = everywhere and "(" not in prelude
            continue
        if prelude and not (skipped or prelude.startswith("@")):
            yield prelude, parse(between), everywhere
        prelude = ""
        if outside:
            skipped, everywhere = outside.pop()


def _for_screens(prelude: str) -> bool:
    return prelude.startswith("@media") and "print" not in prelude
