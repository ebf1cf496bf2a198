"""Every text has its Japanese, with the same placeholders, and the compiled catalogue is the written one."""

from __future__ import annotations

import gettext
import re

import pytest
from tests import catalogue


@pytest.fixture(scope="module")
def texts():
    return catalogue.msgids()


@pytest.fixture(scope="module")
def japanese():
    """Return what is translated, by text."""
    return {message.id: message.string for message in catalogue.catalogue() if message.id and message.string}


def test_every_text_has_its_japanese(texts, japanese):
    missing = sorted(text for text in texts if text not in japanese)
    assert missing == [], "run `make messages` and translate these in the .po file"


def test_no_japanese_for_texts_that_are_gone(texts):
    gone = [message.id for message in catalogue.catalogue() if message.id and message.id not in texts]
    assert gone == [], "run `make messages`"


def test_placeholders_are_the_same(japanese):
    different = {
        text: there for text, there in japanese.items() if catalogue.placeholders(text) != catalogue.placeholders(there)
    }
    assert different == {}


def test_line_ends_are_the_same(japanese):
    assert [text for text, there in japanese.items() if text.endswith("\n") != there.endswith("\n")] == []


def test_the_japanese_is_japanese(japanese):
    """A text without any kana or kanji is either a form ({title}) or was forgotten."""
    words = {text: re.sub(r"\{[^}]*\}", "", text) for text in japanese}
    untouched = [
        text
        for text, there in japanese.items()
        if re.search("[a-z]{3}", words[text]) and not re.search("[ぁ-んァ-ヶ一-龠]", there)
    ]
    assert untouched == []


def test_the_compiled_catalogue_is_the_written_one(japanese):
    with catalogue.MO.open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert {text: compiled.gettext(text) for text in japanese} == japanese, "run `make messages`"


def test_no_text_reaches_the_catalogue_unseen():
    """`_(variable)` is allowed only where tests/catalogue.py knows the table that holds the texts."""
    assert list(catalogue.variables()) == []


def test_no_text_is_put_together_before_it_is_translated(texts):
    assert [text for text in texts if "%s" in text or "%(" in text] == []
