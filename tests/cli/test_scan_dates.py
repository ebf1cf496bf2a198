"""`banken scan --from` looks at all mail of a file, whatever its Date field claims."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from banken.cli.app import build


@pytest.mark.parametrize("verb", [("scan", "--from"), ("check",)])
def test_a_file_that_is_not_there_is_a_mistake_of_the_command_line(tmp_path, verb):
    assert CliRunner().invoke(build(), [*verb, str(tmp_path / "none.eml")]).exit_code == 2


@pytest.mark.parametrize("year", ["0001", "0900", "1969", "1970", "9999"])
def test_a_mail_of_any_year_is_looked_at(tmp_path, year):
    head = f"From: a@b.example\r\nMessage-ID: <1@b.example>\r\nDate: Tue, 24 Nov {year} 10:00:00 +0000\r\n\r\nwords\r\n"
    (tmp_path / "1.eml").write_bytes(head.encode())
    result = CliRunner().invoke(build(), ["scan", "--from", str(tmp_path), "--json"])
    assert result.exit_code == 0, result.output
    assert [json.loads(line)["file"] for line in result.stdout.splitlines()] == ["1.eml"]
