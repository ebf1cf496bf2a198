"""What is generated from the schema is what lies in the repository, and it is true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from banken.config import Config, load
from banken.config.example import example
from banken.config.options import options
from banken.config.section import Section
from banken.config.tables import BEGIN, END, tables, updated
from banken.strictyaml import ProblemsError

ROOT = Path(__file__).parents[2]
PAGES = {"ja": ROOT / "docs/configuration.ja.md", "en": ROOT / "docs/configuration.md"}


def every_option(section: type[Section] = Config, path: tuple[str, ...] = ()):
    for option in options(section):
        yield (*path, option.key), option
        if option.below is not None:
            yield from every_option(option.below, (*path, option.key))


def uncommented(text: str) -> str:
    """Switch on every option that the example shows switched off."""
    return re.sub(r"^( *)#(?=[a-z-])", r"\1", text, flags=re.MULTILINE)


def test_the_example_in_the_repository_is_the_generated_one():
    assert (ROOT / "config.example.yaml").read_text(encoding="utf-8") == example(), "run `make example`"


@pytest.mark.parametrize("language", PAGES)
def test_the_tables_in_the_repository_are_the_generated_ones(language):
    page = PAGES[language].read_text(encoding="utf-8")
    assert updated(page, language) == page, "run `make example`"


def test_the_example_is_a_good_configuration(config_file):
    loaded = load(config_file(example()))
    assert loaded.warnings == []
    loaded.need_accounts()
    shown = loaded.config
    assert (shown.language, shown.timezone, shown.state) == (Config().language, Config().timezone, Config().state)
    assert shown.retention == Config().retention
    assert shown.rules == Config().rules


def test_the_example_shows_every_option_with_both_languages():
    shown = yaml.safe_load(uncommented(example()))
    for path, option in every_option():
        place = shown
        for key in path:
            place = next(iter(place.values())) if isinstance(place, dict) and key not in place else place
            place = place[0] if isinstance(place, list) else place
            assert key in place, path
            place = place[key]
        assert re.search("[ぁ-んァ-ヶ一-龠]", option.about.ja), path
        assert re.search("[a-z]{3}", option.about.en), path
        assert not re.search("[ぁ-んァ-ヶ一-龠]", option.about.en), path


def test_each_option_that_is_switched_off_can_be_switched_on(config_file, tmp_path):
    home = tmp_path / "home"
    (home / "mail-ca.pem").write_text("")
    with pytest.raises(ProblemsError) as caught:
        load(config_file(uncommented(example())))
    # the alternatives contradict each other, as they should; nothing else is wrong
    both = ["password と oauth の両方が書かれています", "provider と token の両方が書かれています"]
    assert [problem.what for problem in caught.value.problems] == both * 2
    alone = re.sub(r"^ *(password|token): .*\n", "", uncommented(example()), flags=re.MULTILINE)
    assert load(config_file(alone)).warnings == []


def test_defaults_in_the_tables_are_the_real_ones():
    assert "| `every` | 時間の長さ（`30s`、`2m`、`1h`、`30d`） | `2m` |" in tables("ja")
    assert "| `levels` | a list `[…, …]` of: `notice` / `warning` / `danger` | `[warning, danger]` |" in tables("en")
    assert "| `host` | a host's name | (needed) |" in tables("en")
    for language in PAGES:
        rows = [line for line in tables(language).splitlines() if line.startswith("|")]
        assert all(row.count("|") == 5 for row in rows)
        assert str(Path.home()) not in tables(language)


def test_every_value_says_how_it_is_written():
    assert [path for path, option in every_option() if not option.forms and option.below is None] == []


@pytest.mark.parametrize("language", PAGES)
def test_the_short_configuration_of_the_page_works(language, config_file):
    page = PAGES[language].read_text(encoding="utf-8")
    short = re.search(r"```yaml\n(accounts.*?)```", page, re.DOTALL)
    loaded = load(config_file(short.group(1)))
    loaded.need_accounts()
    assert loaded.warnings == []
    assert loaded.config.warn.via == "append"


@pytest.mark.parametrize("language", PAGES)
def test_the_complaints_on_the_page_are_real(language, config_file, monkeypatch):
    monkeypatch.setenv("LANG", {"ja": "ja_JP.UTF-8", "en": "en_US.UTF-8"}[language])
    page = PAGES[language].read_text(encoding="utf-8")
    wrong, told = re.search(r"```yaml\n(# wrong.*?)```.*?```\n(config\.yaml:.*?)```", page, re.DOTALL).groups()
    path = config_file(wrong)
    with pytest.raises(ProblemsError) as caught:
        load(path)
    assert str(caught.value).replace(str(path), "config.yaml") == told.strip()


def test_the_command(tmp_path):
    run = [sys.executable, "-m", "banken.config"]
    done = subprocess.run([*run, "example"], capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stdout == example()
    page = tmp_path / "page.ja.md"
    page.write_text(f"before\n{BEGIN}\nYESTERDAY'S\n{END}\nafter\n")
    subprocess.run([*run, "tables", str(page)], check=True)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "YESTERDAY" not in text
    assert "いちばん外側" in text
    assert subprocess.run([*run, "nonsense"], capture_output=True, check=False).returncode == 2
