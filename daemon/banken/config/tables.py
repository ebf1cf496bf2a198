"""The tables of options in `docs/configuration.md` and `docs/configuration.ja.md`."""

from __future__ import annotations

from collections.abc import Iterator

from banken.config.options import Option, options
from banken.config.schema import Config
from banken.config.section import About, Form, Section

BEGIN = "<!-- options: generated from the schema by `make example` -->"
END = "<!-- end of options -->"

_HEADER = {"ja": ["項目", "書き方", "省略時", "意味"], "en": ["key", "value", "default", "meaning"]}
_NEEDED = {"ja": "（必須）", "en": "(needed)"}
_TOP = {"ja": "いちばん外側の項目", "en": "Top level"}
_LIST = {"ja": "一覧 `[…, …]`：", "en": "a list `[…, …]` of: "}


def updated(page: str, language: str) -> str:
    """Return a page of `docs/` with the tables between its two marks made anew, in "ja" or "en"."""
    before, _begin, rest = page.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables(language)}\n{END}{after}"


def tables(language: str) -> str:
    """Return one Markdown table for each section of the schema."""
    paths: dict[type[Section], list[str]] = {}
    for path, section in _sections(Config, ""):
        paths.setdefault(section, []).append(path)
    return "\n".join(
        f"### {', '.join(f'`{path}`' for path in places if path) or _TOP[language]}\n\n{_table(section, language)}"
        for section, places in paths.items()
    )


def _sections(section: type[Section], path: str) -> Iterator[tuple[str, type[Section]]]:
    yield path, section
    for option in options(section):
        if option.below is not None:
            yield from _sections(option.below, _path(path, option))


def _path(path: str, option: Option) -> str:
    tail = {"list": "[]", "named": ".ID"}.get(option.shape, "")
    return f"{path}.{option.key}{tail}".lstrip(".")


def _table(section: type[Section], language: str) -> str:
    rows = [_HEADER[language], ["---"] * 4]
    for option in options(section):
        default = _NEEDED[language] if option.required else f"`{option.default}`" if option.default else ""
        rows.append([f"`{option.key}`", _form(option, language), default, _said(option.about, language)])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _form(option: Option, language: str) -> str:
    if option.below is not None:
        return f"`{_path('', option)}`"
    text = " / ".join(_said(form, language) for form in option.forms)
    return f"{_LIST[language]}{text}" if option.many else text


def _said(text: About | Form, language: str) -> str:
    return text.ja.replace("\n", "") if language == "ja" else text.en.replace("\n", " ")
