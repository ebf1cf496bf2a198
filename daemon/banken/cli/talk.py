"""What `banken init` was told on the command line, and how it asks for the rest."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import typer
from pydantic import TypeAdapter, ValidationError

from banken.cli.faults import Exit, errors
from banken.cli.options import console
from banken.config import Imap, Smtp
from banken.i18n import _

_YES, _NO = frozenset(("y", "yes", "はい", "うん")), frozenset(("n", "no", "いいえ", "いや"))
_Part = TypeVar("_Part", Imap, Smtp)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was answered on the command line; "" and None: not yet."""

    address: str = ""
    language: str = ""
    name: str = ""
    imap: str = ""
    imap_security: str = "tls"
    user: str = ""
    password_file: Path | None = None
    password_command: str = ""
    password_env: str = ""
    password_keyring: str = ""
    token_command: str = ""
    oauth: str = ""
    client_id: str = ""
    client_secret_file: Path | None = None
    authority: str = ""
    ca: Path | None = None
    folders: tuple[str, ...] = ()
    warn_to: tuple[str, ...] = ()
    via: str = ""
    smtp: str = ""
    smtp_security: str = "tls"
    smtp_user: str = ""
    smtp_password_file: Path | None = None
    smtp_password_command: str = ""
    smtp_password_env: str = ""
    smtp_password_keyring: str = ""

    @property
    def secret(self) -> dict[str, Any]:
        """Where the secret lies, as the configuration says it; empty when that was not answered."""
        if self.token_command:
            return {"oauth": {"token": {"command": self.token_command}}}
        return _place(self.password_file, self.password_command, self.password_env, self.password_keyring)

    @property
    def smtp_secret(self) -> dict[str, Any]:
        """The same for sending, where it has a login of its own."""
        return _place(
            self.smtp_password_file, self.smtp_password_command, self.smtp_password_env, self.smtp_password_keyring
        )


def _place(file: Path | None, command: str, env: str, keyring: str) -> dict[str, Any]:
    places = {"command": command, "file": str(file.absolute()) if file else "", "env": env, "keyring": keyring}
    return next(({"password": {kind: place}} for kind, place in places.items() if place), {})


@dataclass(frozen=True, slots=True)
class Talk:
    """Asks at the terminal; `silent` asks nothing, and what is missing then is a mistake of the command line."""

    silent: bool

    def say(self, text: str) -> None:
        """Tell something."""
        console().print(text, markup=False, soft_wrap=True)

    def ask(self, question: str, option: str, default: str = "") -> str:
        """Return the answer to a question; `option` is how it is given on the command line."""
        if self.silent:
            if default:
                return default
            self.missing(option)
        return str(typer.prompt(question, default=default or None, show_default=bool(default))).strip()

    def answer(self, kind: Any, given: str, question: str, option: str, default: str = "") -> str:
        """Return an answer that the configuration takes as `kind`: as `given`, else asked until it does.

        One given that it does not take raises typer.BadParameter.
        """
        while True:
            words = given or self.ask(question, option, default)
            try:
                return str(TypeAdapter(kind).validate_python(words))
            except ValidationError as error:
                (why, *_more) = _complaints(error)
            if given or self.silent:
                raise typer.BadParameter(why, param_hint=option)
            self.say(why)

    def choose(self, question: str, option: str, words: tuple[str, ...], default: str) -> str:
        """Return one of `words`; anything else is asked again."""
        while (answer := self.ask(question, option, default).lower()) not in words:
            text = _("write one of {words}").format(words=", ".join(words))
            if self.silent:
                raise typer.BadParameter(text, param_hint=option)
            self.say(text)
        return answer

    def secret(self, question: str, *, needed: bool = True) -> str:
        """Return a secret that is not shown while it is typed; "" for none when it is not `needed`."""
        return str(typer.prompt(question, hide_input=True, default=None if needed else "", show_default=False))

    def agree(self, question: str, given: bool | None, *, silently: bool) -> bool:
        """Return whether the worker agrees: as `given`, else asked, else `silently`."""
        if given is not None:
            return given
        return silently if self.silent else confirmed(question, default=True)

    def missing(self, option: str) -> None:
        """End the program for want of an answer."""
        errors().print(_("{option} is missing").format(option=option), markup=False)
        raise typer.Exit(Exit.USAGE)


def valid(kind: type[_Part], section: dict[str, Any]) -> _Part:
    """Return a part of the configuration; an answer that cannot stand there ends the program with a line on it."""
    try:
        return kind.model_validate(section)
    except ValidationError as error:
        for why in _complaints(error):
            errors().print(why, markup=False)
        raise typer.Exit(Exit.USAGE) from None


def confirmed(question: str, *, default: bool) -> bool:
    """Return whether the worker says yes, as it may be typed with a Japanese keyboard as well."""
    while True:
        shown = f"{question} [{'Y/n' if default else 'y/N'}]"
        words = half_width(str(typer.prompt(shown, default="", show_default=False))).lower()
        if not words or words in _YES | _NO:
            return words in _YES if words else default
        console().print(_("answer y or n"), markup=False)


def half_width(words: str) -> str:
    """Return what was typed with a Japanese keyboard as the half-width characters that are meant."""
    return unicodedata.normalize("NFKC", words).replace("。", ".").strip()


def _complaints(error: ValidationError) -> list[str]:
    details = error.errors(include_url=False, include_input=False)
    told = [(".".join(map(str, one["loc"])), one.get("ctx", {}).get("error", one["msg"])) for one in details]
    return [f"{place}: {why}" if place else str(why) for place, why in told]
