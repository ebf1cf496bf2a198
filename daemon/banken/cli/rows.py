"""Rows of words on a screen: as a table, or one below the other on one as narrow as a phone's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

NARROW = 79
"""Cells below which a table would be one letter a line."""
NOTHING = "—"
"""What stands in a cell of which nothing is known."""


def is_narrow(console: Console) -> bool:
    """Whether rows are shown as a list."""
    return console.width < NARROW


def print_rows(
    console: Console,
    heads: Sequence[str],
    rows: Iterable[Sequence[Text]],
    *,
    lines: box.Box = box.ROUNDED,
    lead: int = 1,
) -> None:
    """Print rows below their heads; on a narrow screen the first `lead` cells of each, and below them the others by name."""
    if is_narrow(console):
        for row in rows:
            console.print(_listed(heads, row, lead, console.width), soft_wrap=True)
        return
    table = Table(box=lines, header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _listed(heads: Sequence[str], row: Sequence[Text], lead: int, width: int) -> Text:
    first = Text("  ").join(cell for cell in row[:lead] if cell.plain)
    named = [
        (head, cell) for head, cell in zip(heads[lead:], row[lead:], strict=True) if cell.plain not in ("", NOTHING)
    ]
    about = Text(" · ").join(Text.assemble((f"{head}: ", "dim"), cell) for head, cell in named)
    return entry(first, [about], width)


def entry(head: Text, lines: Iterable[Text], width: int) -> Text:
    """Return a few lines below a first one, all of them within `width` cells, and a blank one behind them."""
    below = Text("\n").join(wrapped(line, max(width - 2, 2)) for line in lines if line.plain)
    inner = below.split("\n") if below.plain else ()
    return Text("\n").join([wrapped(head, width), *(Text.assemble("  ", line) for line in inner), Text()])


def wrapped(text: Text, width: int) -> Text:
    """Return `text` broken into lines of at most `width` cells: at a space where there is one, else anywhere.

    Done here, since rich drops a wide character that would straddle the edge (rich 15, 2026-11).
    """
    pieces: list[Text] = []
    for line in text.split("\n", allow_blank=True):
        rest = line
        while (fits := _fitting(rest.plain, width)) < len(rest):
            space = rest.plain.rfind(" ", 0, fits + 1)
            pieces.append(rest[: space if space > 0 else fits])
            rest = rest[space + 1 if space > 0 else fits :]
        pieces.append(rest)
    return Text("\n").join(pieces)


def _fitting(plain: str, width: int) -> int:
    """Return how many characters, at least one, fit into `width` cells."""
    used = 0
    for count, letter in enumerate(plain):
        used += cell_len(letter)
        if used > width:
            return max(count, 1)
    return len(plain)
