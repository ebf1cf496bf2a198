"""`banken rules`: a rule that is not there is a mistake, with the one that may be meant."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from banken.cli.app import build
from banken.cli.rules import without_advice
from banken.judge.loading import load_book
from banken.places import rules_root


@pytest.mark.parametrize(("name", "told"), [("nosuch", "banken rules list"), ("contact.lime", "contact.line")])
@pytest.mark.parametrize("words", [("test",), ("why-not", "none.eml")])
def test_an_unknown_rule_is_a_mistake(words, name, told):
    verb, *rest = words
    result = CliRunner().invoke(build(), ["rules", verb, name, *rest])
    assert result.exit_code == 2
    assert told in result.output


def test_a_rule_that_names_no_advice_is_told_where_it_stands(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text(
        "version: 1\n"
        "rules:\n"
        "  - id: own.chat\n"
        "    title: {ja: チャット, en: chat}\n"
        "    category: direct_contact\n"
        "    find: {any: [{mention: line}]}\n"
        "    advice: contact.chta\n"
        "    as_of: 2026-11-28\n"
        "    source: https://crowdworks.example/rules\n"
        "    tests: [{hit: LINEでどうぞ。}, {miss: はい。}]\n",
        encoding="utf-8",
    )
    config = tmp_path / "config.yaml"
    config.write_text(f"state: {tmp_path}/state\nrules: {{add: [{own}]}}\n", encoding="utf-8")
    config.chmod(0o600)
    result = CliRunner().invoke(build(), ["rules", "lint", "--config", str(config)])
    assert result.exit_code == 1
    assert f"{own}:3:1" in result.output
    assert "contact.chta" in result.output
    assert "contact.chat" in result.output.rpartition("contact.chta")[2]


def test_a_category_whose_reader_names_no_advice_is_told():
    book = load_book(rules_root(), "crowdworks")
    known = {rule.advice for rule in book.rules} | {kind.reader.advice for kind in book.categories.values()}
    assert list(without_advice(book, known)) == []
    [told] = without_advice(book, known - {"off_platform_payment"})
    assert "off_platform_payment" in str(told)
