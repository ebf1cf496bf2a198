"""The questions of `banken init`, and what becomes of the answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import typer
from pydantic import ValidationError

from banken.cli.faults import Exit, errors
from banken.cli.options import console
from banken.config import Imap, Smtp
from banken.config.written import commented
from banken.i18n import _, language
from banken.mailbox.errors import LoginRefused
from banken.respond import Post, PostError
from banken.service import house as rooms
from banken.service.setup.discover import Discovery, discover
from banken.service.setup.keep import KeepError, keep_in_file, keep_in_keyring
from banken.service.setup.probe import Found, first_that_answers, look, way_of
from banken.service.setup.providers import Endpoint

_Part = TypeVar("_Part", Imap, Smtp)

PORTS = {("imap", "tls"): 993, ("imap", "starttls"): 143, ("imap", "plain"): 143}
PORTS |= {("smtp", "tls"): 465, ("smtp", "starttls"): 587, ("smtp", "plain"): 25}


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
    token_command: str = ""
    ca: Path | None = None
    folders: tuple[str, ...] = ()
    warn_to: tuple[str, ...] = ()
    via: str = ""
    smtp: str = ""
    smtp_security: str = "tls"


@dataclass(frozen=True, slots=True)
class Talk:
    """Asks at the terminal; `silent` asks nothing, and what is missing then is a mistake of the command line."""

    silent: bool

    def say(self, text: str) -> None:
        """Tell something."""
        console().print(text, markup=False)

    def ask(self, question: str, option: str, default: str = "") -> str:
        """Return the answer to a question; `option` is how it is given on the command line."""
        if self.silent:
            if default:
                return default
            errors().print(_("{option} is missing").format(option=option), markup=False)
            raise typer.Exit(Exit.USAGE)
        return str(typer.prompt(question, default=default or None, show_default=bool(default))).strip()

    def secret(self, question: str) -> str:
        """Return a secret that is not shown while it is typed."""
        return str(typer.prompt(question, hide_input=True))

    def agree(self, question: str, given: bool | None, *, silently: bool) -> bool:
        """Return whether the worker agrees: as `given`, else asked, else `silently`."""
        if given is not None:
            return given
        return silently if self.silent else bool(typer.confirm(question, default=True))


class Wizard:
    """Makes a configuration out of answers, trying each before it goes on. `home` is where a secret's file goes."""

    def __init__(self, given: Answers, talk: Talk, home: Path) -> None:
        self._given, self._talk, self._home = given, talk, home

    def run(self) -> str:
        """Return the text of the configuration. Raises MailboxError, SecretError, KeepError, ProblemsError."""
        given, talk = self._given, self._talk
        address = given.address or talk.ask(_("Your mail address"), "--address")
        name = given.name or talk.ask(_("What do you call this account?"), "--name", "home")
        found = discover(address) if not (given.imap and given.smtp) else Discovery()
        if found.provider is not None:
            talk.say(f"{found.provider.name}: {found.provider.advice}")
        imap, offers = self._imap(address, found)
        account: dict[str, Any] = {"name": name, "imap": imap, "folders": self._folders(offers)}
        if offers.authserv:
            account["authserv"] = offers.authserv
        warn = self._warn(address, found, imap)
        return commented({"language": given.language or language(), "accounts": [account], "warn": warn})

    def _imap(self, address: str, found: Discovery) -> tuple[dict[str, Any], Found]:
        given, talk = self._given, self._talk
        server = self._server("imap", given.imap, given.imap_security, found.imap, b"* ")
        usual = found.provider.user_of(address) if found.provider else address
        user = given.user or talk.ask(_("Login name"), "--user", usual)
        section: dict[str, Any] = {"host": server.host, "security": server.security, "port": server.port, "user": user}
        if given.ca is not None:
            section["ca"] = str(given.ca.absolute())
        while True:
            section |= self._secret(user)
            try:
                offers = look(rooms.imap_server(_valid(Imap, section)), (given.folders or ("INBOX",))[0])
            except LoginRefused as error:
                if talk.silent or not self._may_ask_secret():
                    raise
                talk.say(str(error))
                continue
            talk.say(_("Logged in. Messages will be labelled by {way}.").format(way=way_of(offers)))
            return section, offers

    def _server(self, kind: str, given: str, security: str, found: list[Endpoint], greeting: bytes) -> Endpoint:
        """Return the server: as given, else the first that answers, which the worker agrees to."""
        if given:
            return endpoint(kind, given, security)
        first = first_that_answers(found, greeting, self._given.ca)
        asked = self._talk.ask(
            _("{kind} server").format(kind=kind.upper()), f"--{kind}", _written(first) if first else ""
        )
        if first is not None and asked == _written(first):
            return first
        return endpoint(kind, asked, security)

    def _may_ask_secret(self) -> bool:
        given = self._given
        return not (given.password_file or given.password_command or given.password_env or given.token_command)

    def _secret(self, user: str) -> dict[str, Any]:
        given, talk = self._given, self._talk
        if given.token_command:
            return {"oauth": {"token": {"command": given.token_command}}}
        if given.password_command:
            return {"password": {"command": given.password_command}}
        if given.password_file is not None:
            return {"password": {"file": str(given.password_file.absolute())}}
        if given.password_env:
            return {"password": {"env": given.password_env}}
        if talk.silent:
            talk.ask("", "--password-file, --password-command, --password-env, --token-command")
        secret = talk.secret(_("Password (app password)"))
        ring = _("Keep it in the key ring of your desktop? (Otherwise in a file that only you can read.)")
        if talk.agree(ring, None, silently=False):
            try:
                return {"password": keep_in_keyring(secret, user)}
            except KeepError as error:
                talk.say(str(error))
        return {"password": keep_in_file(secret, self._home / "mail.password")}

    def _folders(self, offers: Found) -> list[str]:
        given, talk = self._given, self._talk
        if given.folders:
            return list(given.folders)
        if talk.silent:
            return ["INBOX"]
        talk.say(_("Folders: {names}").format(names=", ".join(offers.folders[:40])))
        asked = talk.ask(_("Which are watched? (separated by commas)"), "--folder", "INBOX")
        return [name.strip() for name in asked.split(",") if name.strip()]

    def _warn(self, address: str, found: Discovery, imap: dict[str, Any]) -> dict[str, Any]:
        given, talk = self._given, self._talk
        to = list(given.warn_to) or [talk.ask(_("Who gets the warnings?"), "--warn-to", address)]
        usual = "smtp" if given.smtp or found.smtp else "append"
        way = given.via or talk.ask(
            _("By smtp, or append (put into the inbox)?"), "--via", "append" if talk.silent else usual
        )
        if way != "smtp":
            return {"to": to, "via": "append"}
        server = self._server("smtp", given.smtp, given.smtp_security, found.smtp, b"220")
        section: dict[str, Any] = {"host": server.host, "security": server.security, "port": server.port}
        if server.security != "plain":  # a relay on this machine asks for no login
            section |= {key: imap[key] for key in ("user", "password", "oauth", "ca") if key in imap}
        self._try_smtp(section, to[0])
        return {"to": to, "via": "smtp", "smtp": section}

    def _try_smtp(self, section: dict[str, Any], to: str) -> None:
        """Find out whether the server takes mail for `to`; no mail is sent."""
        try:
            with Post(rooms.smtp_server(_valid(Smtp, section))) as post:
                post.ask(user if "@" in (user := section.get("user", "")) else to, to)
        except PostError as error:
            self._talk.say(_("The SMTP server does not take warnings yet: {why}").format(why=error))
            self._talk.say(_("Set it right in the configuration; “banken doctor” tries it again."))
        else:
            self._talk.say(_("The SMTP server takes warnings to {address}.").format(address=to))


def endpoint(kind: str, written: str, security: str) -> Endpoint:
    """Return the server that is written as `HOST` or `HOST:PORT`."""
    host, colon, port = written.rpartition(":")
    if not colon or not port.isdecimal():
        host, port = written, str(PORTS.get((kind, security), 993))
    return Endpoint.model_validate({"host": host.strip("[]"), "port": int(port), "security": security})


def _valid(kind: type[_Part], section: dict[str, Any]) -> _Part:
    """Return a part of the configuration; an answer that cannot stand there ends the program with a line on it."""
    try:
        return kind.model_validate(section)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            place = ".".join(map(str, detail["loc"]))
            errors().print(f"{place}: {detail.get('ctx', {}).get('error', detail['msg'])}", markup=False)
        raise typer.Exit(Exit.USAGE) from None


def _written(one: Endpoint) -> str:
    return f"{one.host}:{one.port}"
