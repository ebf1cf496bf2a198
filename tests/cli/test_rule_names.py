"""`banken rules`: a rule that is not there is a mistake, with the one that may be meant."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from banken.cli.app import build


@pytest.mark.parametrize(("name", "told"), [("nosuch", "banken rules list"), ("contact.lime", "contact.line")])
@pytest.mark.parametrize("words", [("test",), ("why-not", "none.eml")])
def test_an_unknown_rule_is_a_mistake(words, name, told):
    verb, *rest = words
    result = CliRunner().invoke(build(), ["rules", verb, name, *rest])
    assert result.exit_code == 2
    assert told in result.output
