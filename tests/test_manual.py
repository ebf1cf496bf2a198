"""The manual pages say what the program says, in both languages."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from tests.manual import PAGES, page

from banken.cli.app import VERBS


@pytest.mark.parametrize("language", PAGES)
def test_the_pages_are_those_of_this_program(language):
    text = PAGES[language].read_text(encoding="utf-8")
    assert text == page(language), "run `make example`"
    verbs = re.findall(r"^\.SS (\w+)", text, re.MULTILINE)
    assert set(VERBS) <= set(verbs)
    for option in ("--apply", "--since", "--fail-on", "--false-alarms", "--non-interactive", "--stage", "--log"):
        assert option.replace("-", r"\-") in text, option


@pytest.mark.parametrize("language", PAGES)
def test_nothing_stands_without_a_word_on_it(language):
    lines = PAGES[language].read_text(encoding="utf-8").splitlines()
    bare = [one for one, following in pairwise(lines) if one.startswith((".B \\-", ".SS")) and not following]
    assert bare == []
