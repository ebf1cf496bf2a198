"""What `banken init` was told on the command line, and how it asks for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from banken.cli.faults import Exit, errors
from banken.cli.options import console
from banken.i18n import _


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

    @property
    def secret(self) -> dict[str, Any]:
        """Where the secret lies, as the configuration says it; empty when that was not answered."""
        places = {
            "command": self.password_command,
            "file": str(self.password_file.absolute()) if self.password_file else "",
            "env": self.password_env,
            "keyring": self.password_keyring,
        }
        if self.token_command:
            return {"oauth": {"token": {"command": self.token_command}}}
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

    def choose(self, question: str, option: str, words: tuple[str, ...], default: str) -> str:
        """Return one of `words`; anything else is asked again."""
        while (answer := self.ask(question, option, default).lower()) not in words:
            text = _("write one of {words}").format(words=", ".join(words))
            if self.silent:
                raise typer.BadParameter(text, param_hint=option)
            self.say(text)
        return answer

    def secret(self, question: str) -> str:
        """Return a secret that is not shown while it is typed."""
        return str(typer.prompt(question, hide_input=True))

    def agree(self, question: str, given: bool | None, *, silently: bool) -> bool:
        """Return whether the worker agrees: as `given`, else asked, else `silently`."""
        if given is not None:
            return given
        return silently if self.silent else bool(typer.confirm(question, default=True))

    def missing(self, option: str) -> None:
        """End the program for want of an answer."""
        errors().print(_("{option} is missing").format(option=option), markup=False)
        raise typer.Exit(Exit.USAGE)
