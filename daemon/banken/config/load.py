"""Find the configuration, read it, and tell what is wrong or careless in it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from banken.config.schema import Config
from banken.config.secrets import Secret
from banken.config.section import Section
from banken.config.sources import Plain, open_to_others
from banken.config.state import State
from banken.i18n import LANGUAGES, _, set_language
from banken.strictyaml import Document, Problem, ProblemsError, Trail, read, validate

PLACES = ("config.yaml", "~/.config/banken/config.yaml", "/etc/banken/config.yaml")
"""Where the configuration is looked for when nobody names it."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration that is valid, what is careless in it, and where each of its values stands."""

    path: Path
    config: Config
    warnings: list[Problem]
    document: Document = field(repr=False)

    def need_accounts(self) -> None:
        """Raise ProblemsError when there is no account to watch."""
        if not self.config.accounts:
            what, todo = _("there is no account to watch"), _("add accounts: (config.example.yaml shows how)")
            raise ProblemsError([Problem(str(self.path), 0, 0, what, todo)])


def find(explicit: Path | None = None) -> Path:
    """Return the configuration's path: `explicit` (--config), else $BANKEN_CONFIG, else the first of PLACES.

    Raises ProblemsError, naming all places looked at, when there is none. A path that was named is returned
    unseen: `load` tells what is wrong with it.
    """
    speak_locale()
    if explicit is not None:
        return _opened(str(explicit))
    if named := os.environ.get("BANKEN_CONFIG"):
        return _opened(named)
    for place in PLACES:
        if os.path.lexists(path := _opened(place)):
            return path
    what = _("there is no configuration in {places}").format(places=", ".join(PLACES))
    todo = _("“banken init” writes one; name yours with --config")
    raise ProblemsError([Problem("config.yaml", 0, 0, what, todo)])


def load(path: Path) -> Loaded:
    """Read the configuration at `path` and speak its language from now on, even if the rest of it is wrong.

    Raises ProblemsError with all mistakes at once; no secret is in them, and none is fetched.
    """
    _speak_language_of(path)
    document = read(path)
    config = validate(document, Config, context={"folder": path.parent})
    set_language(config.language)
    warnings = [*_doubts(config, document), *_secrets(config, document), *_open_configuration(config, path)]
    return Loaded(path, config, sorted(set(warnings)), document)


def speak_locale() -> None:
    """Speak the language of the locale: Japanese, unless it names another one."""
    named = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    stranger = named and not re.match(r"ja|C\b|POSIX", named)
    set_language("en" if stranger else LANGUAGES[0])


def _speak_language_of(path: Path) -> None:
    """Speak what the line `language:` says, read before and without the YAML around it."""
    speak_locale()
    try:
        if not path.is_file():  # a pipe can be read only once
            return
        with path.open("rb") as file:
            text = file.read(65536).decode("ascii", "replace")
    except OSError:
        return
    if found := re.search(r"""^language:[ \t]*['"]?(ja|en)\b""", text, re.MULTILINE):
        set_language(found.group(1))


def _opened(text: str) -> Path:
    return Path(os.path.expanduser(text))  # noqa: PTH111 - Path.expanduser raises where there is no home


def _doubts(config: Config, document: Document) -> Iterator[Problem]:
    for trail, part in _walk(config, ()):
        if isinstance(part, Section):
            for at, what, todo in part.doubts():
                yield document.problem((*trail, *at), what, todo)


def _secrets(config: Config, document: Document) -> Iterator[Problem]:
    """Tell each secret where it stands in the document; yield what is careless about them."""
    for trail, part in _walk(config, ()):
        if isinstance(part, Secret):
            part.bind(document.problem(trail, ""))
            if doubt := part.source.doubt():
                yield document.problem(trail, *doubt)


def _open_configuration(config: Config, path: Path) -> Iterator[Problem]:
    holds_secret = any(isinstance(part, Secret) and isinstance(part.source, Plain) for _at, part in _walk(config, ()))
    if holds_secret and open_to_others(path):
        what = _("others on this machine can read this file, and it holds a secret")
        yield Problem(str(path), 0, 0, what, f"chmod 600 {path}")


def _walk(part: Any, trail: Trail) -> Iterator[tuple[Trail, Any]]:
    """Yield `part` and all parts below it with their places in the file."""
    yield trail, part
    if isinstance(part, State):
        yield trail, part.database
    for key, value in _below(part):
        yield from _walk(value, (*trail, key))


def _below(part: Any) -> Iterable[tuple[str | int, Any]]:
    match part:
        case Section():
            fields = type(part).model_fields.items()
            return [(about.alias or name, getattr(part, name)) for name, about in fields]
        case tuple():
            return enumerate(part)
        case Mapping():
            return part.items()
    return ()
