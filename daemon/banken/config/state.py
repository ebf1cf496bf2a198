"""Where the ledger lies: a folder, or a database for a fleet."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, ValidationInfo

from banken.config.secrets import PrivateUrl
from banken.config.section import Form
from banken.config.values import resolved
from banken.i18n import _
from banken.strictyaml import Mistake, shown


@dataclass(frozen=True, slots=True)
class State:
    """One of the two: a folder on this machine, or the private URL of a PostgreSQL database."""

    folder: Path | None = None
    database: PrivateUrl | None = None

    @classmethod
    def default(cls) -> State:
        """Return the folder used when the configuration names none."""
        return cls(folder=Path(os.path.expanduser("~/.local/state/banken")))  # noqa: PTH111 - never raises

    def __str__(self) -> str:
        return str(self.folder or self.database)


def _state(written: Any, info: ValidationInfo) -> State:
    if isinstance(written, State):
        return written
    if isinstance(written, Mapping):
        return State(database=PrivateUrl.read(written, info))
    if not isinstance(written, str):
        what = _("“{value}” is neither a folder nor a database").format(value=shown(written))
        raise Mistake(what, _("write a folder, or postgresql://…"))
    scheme, sep, _rest = written.partition("://")
    if not sep:
        return State(folder=resolved(written, info))
    if re.fullmatch(r"postgresql(\+[a-z0-9]+)?", scheme):
        return State(database=PrivateUrl.read(written, info))
    what = _("“{value}” is no database that can be used here").format(value=f"{shown(scheme)}://")
    raise Mistake(what, _("write a folder, or postgresql://…"))


StatePlace = Annotated[
    State,
    PlainValidator(_state),
    PlainSerializer(str, return_type=str),
    Form(
        "フォルダー、または `postgresql://…`（[秘密](#secrets)の書き方も可）",
        "a folder, or `postgresql://…` (may be a [secret](#secrets))",
    ),
]
"""`state:` of the configuration."""
