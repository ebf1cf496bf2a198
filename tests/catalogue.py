"""Gather the texts of the product into the Japanese catalogue and compile it: `python -m tests.catalogue`.

Texts stand in the code and in templates as `_("…")`; those that stand in a table and reach `_()` as a variable are
named in TABLES.
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).parent.parent / "daemon"
PO = SOURCE / "banken/locale/ja/LC_MESSAGES/banken.po"
MO = PO.with_suffix(".mo")

METHODS = [("banken/**.py", "python"), ("banken/**.j2", "jinja2.ext:babel_extract")]
"""Which of Babel's extractors reads which files."""

TABLES = {
    "banken.strictyaml.explain": ("_EXPECTED",),
    "banken.strictyaml.syntax": ("_COMPLAINTS",),
}
"""Modules that hand a variable to `_()`, and where the texts stand that it can hold."""


def msgids() -> dict[str, set[str]]:
    """Return every text of the code with the files it stands in (relative to the source root)."""
    found: dict[str, set[str]] = {}
    extracted = extract_from_dir(SOURCE, METHODS, keywords={"_": None})
    for file, _line, message, _comments, _context in extracted:
        if isinstance(message, str) and message:
            found.setdefault(message, set()).add(file)
    for module, tables in TABLES.items():
        for table in tables:
            for message in _texts(getattr(importlib.import_module(module), table)):
                found.setdefault(message, set()).add(f"{module.replace('.', '/')}.py")
    return found


def variables() -> Iterator[tuple[str, int]]:
    """Yield module and line of each call `_(…)` that is not given a literal text, in modules without a table."""
    for path in sorted(SOURCE.rglob("*.py")):
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        if module in TABLES:
            continue
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "_":
                literal = len(call.args) == 1 and isinstance(call.args[0], ast.Constant)
                if not literal:
                    yield module, call.lineno


def placeholders(text: str) -> set[str]:
    """Return the names in braces of a text that is filled by `str.format`."""
    return {name for _text, name, _spec, _conversion in Formatter().parse(text) if name is not None}


def catalogue() -> Catalog:
    """Return the Japanese catalogue as it lies in the repository."""
    with PO.open("rb") as file:
        return read_po(file, locale="ja", domain="banken")


def renewed(old: Catalog) -> Catalog:
    """Return a catalogue of exactly the texts in the code, with the translations of `old`."""
    new = Catalog(
        locale="ja",
        domain="banken",
        header_comment="# The texts of Banken in Japanese. Renewed by `make messages`.",
        project="Banken",
        version="1",
        msgid_bugs_address="-",
        last_translator="Banken",
        language_team="Japanese",
        charset="utf-8",
        creation_date=old.creation_date,
        revision_date=old.creation_date,
        fuzzy=False,
    )
    for text, files in msgids().items():
        known = old.get(text)
        new.add(text, known.string if known else "", locations=[(file, 0) for file in sorted(files)])
    return new


def main() -> int:
    """Renew both files; print what has no Japanese yet. Return 1 when something is missing."""
    new = renewed(catalogue() if PO.exists() else Catalog(locale="ja"))
    PO.parent.mkdir(parents=True, exist_ok=True)
    text = BytesIO()
    write_po(text, new, width=0, sort_output=True, include_lineno=False)
    PO.write_bytes(text.getvalue())
    with MO.open("wb") as file:
        write_mo(file, new)
    missing = [message.id for message in new if message.id and not message.string]
    for message in missing:
        sys.stdout.write(f"no Japanese: {message}\n")
    sys.stdout.write(f"{len(new)} texts, {len(missing)} without Japanese\n")
    return 1 if missing else 0


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts in a table: a string, or strings in its values."""
    if isinstance(value, str):
        yield from [value] if value else []
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    else:
        for item in value:
            yield from _texts(item)


if __name__ == "__main__":
    sys.exit(main())
