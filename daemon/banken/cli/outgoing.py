"""The questions of `banken init` on how warnings are sent: which server, and a login of its own where IMAP's does not do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import typer

from banken.cli.faults import Exit, errors
from banken.cli.talk import Answers, Talk, valid
from banken.config import Smtp
from banken.i18n import _
from banken.respond import Post, PostError
from banken.service import house as rooms
from banken.service.setup.providers import Endpoint, Provider

_LOGIN = ("user", "password", "oauth", "ca")
OPTIONS = "--smtp-user, --smtp-password-file, --smtp-password-command, --smtp-password-env, --smtp-password-keyring"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Asks how warnings are sent and tries it, without sending one.

    `server` asks for the submission server, with the one that is known so far; `keep` puts a secret for a user away.
    """

    given: Answers
    talk: Talk
    server: Callable[[Endpoint | None], Endpoint]
    keep: Callable[[str, str], dict[str, Any]]

    def ask(self, address: str, to: str, imap: dict[str, Any], provider: Provider | None) -> dict[str, Any]:
        """Return the section `smtp` of the configuration; `imap` is the account's, whose login is tried first.

        Ends the program when nobody can be asked and the server refuses for good. Raises KeepError, SecretError.
        """
        usual = {key: imap[key] for key in _LOGIN if key in imap}
        login = self._known(address, usual, provider)
        section = self._section(self.server(None), login)
        while (trouble := _refusal(section, to)) is not None:
            self.talk.say(_("The SMTP server does not take warnings yet: {why}").format(why=trouble))
            if self.talk.silent and trouble.permanent:
                errors().print(
                    _("If sending wants a login of its own: {options}").format(options=OPTIONS), markup=False
                )
                raise typer.Exit(Exit.UNREACHABLE)
            if not self.talk.agree(_("Try another server or login for sending?"), None, silently=False):
                self.talk.say(_("Set it right in the configuration; “banken doctor” tries it again."))
                return self._section(_endpoint(section), login)
            section = self._again(section, usual)
        self.talk.say(_("The SMTP server takes warnings to {address}.").format(address=to))
        if isinstance(typed := section.get("password"), str):  # it is kept only now that it has proved right
            section["password"] = self.keep(typed, str(section["user"]))
        return section

    def _known(self, address: str, usual: dict[str, Any], provider: Provider | None) -> dict[str, Any]:
        """Return the login as it was given, else IMAP's, with the name that the provider wants for sending."""
        login = dict(usual)
        if provider is not None and provider.smtp_user == "other":
            login["user"] = self.given.smtp_user or self.talk.ask(
                _("Login name for sending"), "--smtp-user", usual["user"]
            )
        elif provider is not None and usual["user"] == provider.user_of(address):
            login["user"] = provider.smtp_user_of(address) or usual["user"]
        if self.given.smtp_user:
            login["user"] = self.given.smtp_user
        return _with(login, self.given.smtp_secret)

    def _again(self, before: dict[str, Any], usual: dict[str, Any]) -> dict[str, Any]:
        """Ask for the server and for a login of its own."""
        server = self.server(_endpoint(before))
        if server.security == "plain":
            return self._section(server, {})
        user = self.talk.ask(_("Login name for sending"), "--smtp-user", before.get("user", usual["user"]))
        typed = self.talk.secret(_("Password for sending (Enter: the same as for reading)"), needed=False)
        return self._section(server, _with(usual | {"user": user}, {"password": typed} if typed else {}))

    def _section(self, server: Endpoint, login: dict[str, Any]) -> dict[str, Any]:
        section = {"host": server.host, "security": server.security, "port": server.port}
        # A relay on this machine asks for no login, unless one was given.
        wanted = server.security != "plain" or self.given.smtp_user or self.given.smtp_secret
        return section | login if wanted else section


def _with(login: dict[str, Any], secret: dict[str, Any]) -> dict[str, Any]:
    """Return a login with another secret in the place of its own."""
    return (
        {key: value for key, value in login.items() if key not in ("password", "oauth")} | secret if secret else login
    )


def _endpoint(section: dict[str, Any]) -> Endpoint:
    return Endpoint(host=section["host"], port=section["port"], security=section["security"])


def _refusal(section: dict[str, Any], to: str) -> PostError | None:
    """Return why the server does not take mail for `to`, None when it does; no mail is sent."""
    user = section.get("user", "")
    try:
        with Post(rooms.smtp_server(valid(Smtp, section))) as post:
            post.ask(user if "@" in user else to, to)
    except PostError as error:
        return error
    return None
