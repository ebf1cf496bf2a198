"""Which way a mail came and what is malformed in it, for `explain`; read by mail-parser.

mail-parser is asked here and nowhere else: it reads Received fields, dates and defects well, but hands most Japanese bodies
on undecoded (tests/message/table.py), and parsing everything with it costs several times what our reading does. So it
is loaded when somebody asks, behind a cap and a net.
"""

from __future__ import annotations

from dataclasses import dataclass

from banken.message import headers

_LARGEST = 2_000_000
_MOST = 50
_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Hop:
    """One server on the way: who took the mail from whom, when (ISO 8601, UTC), and how long it had lain (seconds)."""

    by: str
    source: str
    date: str
    delay: float


@dataclass(frozen=True, slots=True)
class Trace:
    """The way of a mail, oldest hop first; its Date field (ISO 8601) and the defects that a parser names."""

    hops: tuple[Hop, ...] = ()
    date: str = ""
    defects: tuple[str, ...] = ()


def trace(raw: bytes) -> Trace:
    """Return the trace of the mail `raw`, an empty one where mail-parser cannot read it; never raises."""
    import mailparser  # noqa: PLC0415 - sixty milliseconds that only `explain` needs to spend

    try:
        mail = mailparser.parse_from_bytes(raw[:_LARGEST])
        date = mail.date.isoformat() if mail.date else ""
        return Trace(tuple(map(_hop, mail.received[:_MOST])), date, tuple(sorted(map(str, mail.defects_categories))))
    except Exception:  # noqa: BLE001 - it raises what hostile octets make of it, RecursionError among them
        return Trace()


def _hop(said: dict[str, object]) -> Hop:
    delay = said.get("delay")
    return Hop(
        _short(said.get("by")),
        _short(said.get("from")),
        _short(said.get("date_utc")),
        float(delay) if isinstance(delay, int | float) else 0.0,
    )


def _short(value: object) -> str:
    return headers.one_line(str(value or ""))[:_LENGTH]
