"""`--help` in Japanese on a terminal of 80 columns: nothing of it is cut off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import typer.main
from typer.testing import CliRunner

from banken.cli.app import VERBS, build
from banken.i18n import set_language


def verbs(group, path=()) -> Iterator[tuple[str, ...]]:
    for name in group.list_commands(None):
        yield (*path, name)
        verb = group.get_command(None, name)
        if hasattr(verb, "commands"):
            yield from verbs(verb, (*path, name))


@pytest.fixture(scope="module")
def program():
    set_language("ja")
    return build()


def test_no_help_is_cut_off(program):
    whole = typer.main.get_command(program)
    known = [(), *verbs(whole)]
    assert len(known) > 2 * len(VERBS)
    for path in known:
        verb = whole
        for name in path:
            verb = verb.get_command(None, name)
        shown = CliRunner().invoke(program, [*path, "--help"], env={"COLUMNS": "80", "TERMINAL_WIDTH": "80"}).output
        assert not [line for line in shown.splitlines() if line.rstrip(" │").endswith("…")], path
        below = [verb.get_command(None, name) for name in verb.list_commands(None)] if hasattr(verb, "commands") else []
        told = [one.help for one in (verb, *below, *verb.params) if getattr(one, "help", "")]
        for text in told:
            assert "".join(text.split()) in "".join(shown.split()), (path, text)
