"""`config.example.yaml`: every option of the schema, with its meaning in Japanese and English."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from banken.config.options import Option, options
from banken.config.schema import Config
from banken.config.section import Section

_HEAD = """\
# 番犬（Banken）の設定ファイルの見本です。すべての項目を載せています。
# config.yaml という名前で写しを作り、自分に合わせて書き換えてください。
# 「#」のすぐ後に項目名が続く行は、必要なときに「#」を消すと有効になります。
#
# A sample configuration of Banken with every option.
# Copy it to config.yaml and change what differs for you.
# A line that begins with “#” directly before a key takes effect when you delete the “#”.
"""


def example() -> str:
    """Return the text of `config.example.yaml`, generated from the schema."""
    parts = ("\n".join(_option(option, "", off=False)) for option in options(Config))
    return _HEAD + "".join(f"\n{part}\n" for part in parts)


def _option(option: Option, indent: str, *, off: bool, dash: str = "") -> Iterator[str]:
    """Yield the comment and the lines of one option; `dash` stands in front of the first key of a list's item."""
    off = off or option.about.off
    mark = "#" if off else ""
    for line in (*option.about.ja.splitlines(), *textwrap.wrap(option.about.en, 100 - len(indent))):
        yield f"{indent}# {line}"
    if option.below is None:
        yield f"{indent}{mark}{dash}{option.key}: {option.about.example or option.default}"
        return
    yield f"{indent}{mark}{dash}{option.key}:"
    indent += " " * (len(dash) + 2)
    if option.shape == "named":
        yield f"{indent}{mark}{option.about.example}:"
        indent += "  "
    yield from _section(option.below, indent, off=off, dash="- " if option.shape == "list" else "")


def _section(section: type[Section], indent: str, *, off: bool, dash: str) -> Iterator[str]:
    for option in options(section):
        yield from _option(option, indent, off=off, dash=dash)
        indent += " " * len(dash)
        dash = ""
