"""What counts as yes and no when it is typed."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from banken.cli.talk import confirmed


@pytest.mark.parametrize(
    ("typed", "default", "meant"),
    [
        ("y", False, True),
        ("ｙ", False, True),
        ("はい", False, True),
        ("", False, False),
        ("", True, True),
        ("いいえ", True, False),
        ("ｎ", True, False),
        ("さあ\nＹｅｓ", False, True),
    ],
)
def test_yes_and_no_of_a_japanese_keyboard(typed, default, meant):
    app = typer.Typer()
    app.command()(lambda: typer.echo(confirmed("sure?", default=default)))
    assert CliRunner().invoke(app, input=f"{typed}\n").output.endswith(f"{meant}\n")
