"""A masked bundle, taken apart: in none of its files does a name, an address or a number of the deal stand."""

from __future__ import annotations

import html
import re
import zipfile
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from typer.testing import CliRunner

from banken.cli.app import build

STORY = Path(__file__).parents[1] / "story"
DEALS = {
    "ナギサ商会": ["ナギサ", "nagisa", "ブログ記事の作成", "〇九〇", "shoukai"],
    "Larkspur Studio": ["Larkspur", "翻訳チェック", "0123", "Studio"],
    "みどり堂編集部": ["みどり堂", "葉山", "高橋様", "hayama"],
}


def bundle(deal, folder, *options):
    path = folder / "deal.zip"
    result = CliRunner().invoke(build(), ["report", deal, "--from", str(STORY), "--out", str(path), *options])
    assert result.exit_code == 0, result.output
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def texts(files):
    """Everything that can be read in a bundle: names of files, texts without markup, decoded parts of mails; no digests."""
    for name, octets in files.items():
        if name == "SHA256SUMS":  # any four digits may stand in one of them
            yield re.sub(rb"(?m)^[0-9a-f]{64}  ", b"", octets).decode()
            continue
        yield name
        yield html.unescape(re.sub(r"<[^>]*>", "", octets.decode("utf-8", "replace")))
        yield html.unescape(octets.decode("utf-8", "replace"))
        if name.endswith(".eml"):
            mail = message_from_bytes(octets, policy=policy.default)
            yield "\n".join(map(str, mail.values()))
            yield from (part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")


@pytest.mark.parametrize("deal", DEALS)
def test_no_name_stands_in_any_file_of_a_masked_bundle(deal, tmp_path):
    masked = bundle(deal, tmp_path, "--mask")
    assert sorted(masked) == ["README.txt", "SHA256SUMS", "findings.csv", "findings.json", "timeline.html"]
    whole = "\n".join(texts(masked))
    assert [name for name in DEALS[deal] if name.casefold() in whole.casefold()] == []
    assert "相手1" in whole


def test_the_names_are_there_where_nothing_is_masked(tmp_path):
    """Else the test above could not fail."""
    for deal, names in DEALS.items():
        whole = "\n".join(texts(bundle(deal, tmp_path)))
        assert [name for name in names if name.casefold() not in whole.casefold()] == [], deal
