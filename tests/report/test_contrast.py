"""Letters stand out from what they stand on, in the light and in the dark: 4.5:1 (WCAG 2.2, 1.4.3, level AA).

The colours are read from the style that the mail and the pages really carry. A colour for letters that no pair below
names fails, so that a new one cannot slip by.
"""

from __future__ import annotations

import email
import re
from email import policy

import pytest
from tests.respond.scene import NOW as SENT
from tests.respond.scene import SETTINGS, SPOT, STANDING, WORKER, Spoken, message, verdict

from banken.places import rules_root
from banken.report.pages import render
from banken.respond import Warn, load_advice, plan
from banken.respond.letter import write

SCHEMES = ("light", "dark")
DARK = re.compile(r"@media \(prefers-color-scheme: dark\) \{(.*?\n)\}", re.DOTALL)
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")

PAGE = {
    "body": ("body",),
    "a": ("body",),
    "dt": ("body",),
    ".small": ("body", ".entry"),
    ".chip": (".danger", ".warning", ".notice", ".unjudged", ".event", ".doubt"),
    "mark": ("mark",),
    "svg text": (".picture",),
    "svg .on-band": (
        ".band-before_contract, .band-applied",
        ".band-under_contract, .band-approved",
        ".band-completed",
        ".band-unknown, .band-denied",
    ),
}
MAIL = {
    "body": ("body", "blockquote", ".reply"),
    "a": ("body",),
    ".level": (".danger", ".warning", ".notice, .unjudged"),
    "mark": ("mark",),
    ".small": ("body",),
    "dt": ("body",),
}
"""For each selector that colours letters: the selectors that colour what these letters stand on."""


def styles(css, scheme):
    """Return the declarations of each selector as they hold in a colour scheme."""
    dark = DARK.search(css)
    parts = [DARK.sub("", css), dark[1] if dark and scheme == "dark" else ""]
    found = {}
    for part in parts:
        for selectors, body in RULE.findall(re.sub(r"/\*.*?\*/", "", part, flags=re.DOTALL)):
            declared = dict(pair.split(":", 1) for pair in body.split(";") if ":" in pair)
            declared = {name.strip(): value.strip() for name, value in declared.items()}
            whole = " ".join(selectors.split())
            for selector in {whole, *whole.split(", ")}:
                found.setdefault(selector, {}).update(declared)
    return found


def value(found, text):
    named = re.fullmatch(r"var\((--[\w-]+)\)", text)
    return found[":root"][named[1]] if named else text


def ink(found, selector):
    return value(found, found[selector].get("color") or found[selector]["fill"])


def ground(found, selector):
    return value(found, found[selector].get("background") or found[selector]["fill"])


def light(colour):
    assert re.fullmatch(r"#[0-9a-f]{6}", colour), colour
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    bright, faint = sorted((light(one), light(other)), reverse=True)
    return (bright + 0.05) / (faint + 0.05)


def style_of(html):
    return re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]


@pytest.fixture(scope="module")
def mail_css():
    actions = plan(verdict(), message(), Spoken(), STANDING, spot=SPOT, settings=SETTINGS)
    facts = next(action.facts for action in actions if isinstance(action, Warn))
    advice = load_advice(rules_root() / "crowdworks" / "advice")
    raw = write(facts, advice, SETTINGS, to=WORKER, message_id="<x@y.example>", now=SENT, original=None)
    return style_of(email.message_from_bytes(raw, policy=policy.default).get_body(("html",)).get_content())


@pytest.fixture(scope="module")
def page_css():
    return style_of(render("base.html.j2"))


def faint(css, pairs, scheme):
    found = styles(css, scheme)
    return {
        (letters, on): round(contrast(ink(found, letters), ground(found, on)), 2)
        for letters, grounds in pairs.items()
        for on in grounds
        if contrast(ink(found, letters), ground(found, on)) < 4.5
    }


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_pages_can_be_read(page_css, scheme):
    assert faint(page_css, PAGE, scheme) == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_warning_can_be_read(mail_css, scheme):
    assert faint(mail_css, MAIL, scheme) == {}


def test_no_colour_of_letters_is_left_out(mail_css, page_css):
    for css, pairs in ((mail_css, MAIL), (page_css, PAGE)):
        coloured = {
            " ".join(selectors.split())
            for selectors, body in RULE.findall(DARK.sub("", css))
            if re.search(r"(?<![\w-])color:", body)
        }
        alone = {one for selectors in coloured for one in selectors.split(", ")} - {":root"}
        assert alone <= pairs.keys(), alone - pairs.keys()


def test_a_faint_colour_would_be_seen(page_css):
    paler = page_css.replace("--soft: #5a554c", "--soft: #8a857c")
    assert paler != page_css
    assert ("dt", "body") in faint(paler, PAGE, "light")
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
