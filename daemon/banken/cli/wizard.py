"""The questions of `banken init`, and what becomes of the answers."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import AfterValidator, BeforeValidator, TypeAdapter, ValidationError

from banken.cli.faults import Exit, errors
from banken.cli.login import log_in
from banken.cli.outgoing import Outgoing
from banken.cli.talk import Answers, Talk, half_width, valid
from banken.config import Imap
from banken.config.values import Host, Line, MailAddress, Port
from banken.config.written import commented
from banken.i18n import _, language
from banken.mailbox.errors import LoginRefused, Unreachable
from banken.service import house as rooms
from banken.service.setup.discover import Discovery, discover
from banken.service.setup.keep import SERVICE, KeepError, has_keyring, keep_in_file, keep_in_keyring
from banken.service.setup.probe import Found, first_that_answers, look, way_of
from banken.service.setup.providers import Endpoint
from banken.strictyaml import Mistake, did_you_mean, shown

PORTS = {("imap", "tls"): 993, ("imap", "starttls"): 143, ("imap", "plain"): 143}
PORTS |= {("smtp", "tls"): 465, ("smtp", "starttls"): 587, ("smtp", "plain"): 25}
OAUTH = ("google", "microsoft")
_SHOWN = 40


class Wizard:
    """Makes a configuration out of answers, trying each before it goes on. `home` is where a secret's file goes."""

    def __init__(self, given: Answers, talk: Talk, home: Path) -> None:
        self._given, self._talk, self._home = given, talk, home

    def run(self) -> str:
        """Return the text of the configuration. Raises MailboxError, SecretError, KeepError, ProblemsError."""
        given, talk = self._checked(), self._talk
        address = talk.answer(_Address, given.address, _("Your mail address"), "--address")
        name = talk.answer(Line, given.name, _("What do you call this account?"), "--name", "home")
        self._given = given = replace(given, name=name)
        found = self._discover(address)
        imap, offers = self._imap(address, found)
        account: dict[str, Any] = {"name": name, "imap": imap, "folders": self._folders(offers)}
        if offers.authserv:
            account["authserv"] = offers.authserv
        warn = self._warn(address, found, imap)
        return commented({"language": given.language or language(), "accounts": [account], "warn": warn})

    def _checked(self) -> Answers:
        """Return what was given, before anything is tried with it."""
        given, talk = self._given, self._talk
        return replace(
            given,
            imap=given.imap and talk.answer(_Server, given.imap, "", "--imap"),
            smtp=given.smtp and talk.answer(_Server, given.smtp, "", "--smtp"),
            warn_to=tuple(talk.answer(_Address, to, "", "--warn-to") for to in given.warn_to if to),
        )

    def _discover(self, address: str) -> Discovery:
        if self._given.imap and self._given.smtp:
            return Discovery()
        self._talk.say(_("Looking for the mail servers of {domain} …").format(domain=address.rpartition("@")[2]))
        found = discover(address)
        if (provider := found.provider) is not None:
            self._talk.say(f"{provider.name}: {provider.advice}")
            if provider.unproved:
                self._talk.say(_("(What these servers are called was found on no page of theirs; they are tried now.)"))
        return found

    def _imap(self, address: str, found: Discovery) -> tuple[dict[str, Any], Found]:
        given = self._given
        server = self._server("imap", given.imap, given.imap_security, found.imap, b"* ")
        usual = found.provider.user_of(address) if found.provider else address
        login: dict[str, Any] = {}
        while True:
            login = login or self._login(usual, found)
            section = {"host": server.host, "security": server.security, "port": server.port, **login}
            imap = valid(Imap, section)
            try:
                log_in(imap, only_when_needed=True)
                offers = look(rooms.imap_server(imap))
            except (LoginRefused, Unreachable) as error:
                if self._talk.silent or (isinstance(error, LoginRefused) and (given.secret or self._given.oauth)):
                    raise
                self._talk.say(str(error))
                if isinstance(error, LoginRefused):
                    usual, login = str(login["user"]), {}
                    self._given = replace(self._given, user="")
                else:
                    server = self._server("imap", "", given.imap_security, [], b"* ", known=server)
                continue
            self._tell(offers)
            if isinstance(typed := section.get("password"), str):  # it is kept only now that it has proved right
                section["password"] = self._keep(typed, str(section["user"]))
            return section, offers

    def _tell(self, offers: Found) -> None:
        say = self._talk.say
        say(_("Logged in. Messages will be labelled by {way}.").format(way=way_of(offers)))
        if offers.push:
            say(_("New mail is heard of at once (IDLE)."))
        if offers.authserv:
            say(_("Who really sent a mail is told by {name}.").format(name=offers.authserv))
        else:
            say(_("It is not known yet whose word on a mail's sender counts; DKIM is checked here instead."))

    def _login(self, usual: str, found: Discovery) -> dict[str, Any]:
        """Return how to log in, as given or asked."""
        given = self._given
        login: dict[str, Any] = {"user": given.user or self._talk.ask(_("Login name"), "--user", usual)}
        if given.ca is not None:
            login["ca"] = str(given.ca.absolute())
        return login | self._secret(found)

    def _server(
        self,
        kind: str,
        given: str,
        security: str,
        found: list[Endpoint],
        greeting: bytes,
        *,
        known: Endpoint | None = None,
    ) -> Endpoint:
        """Return the server: as given, else the first that answers (or `known`), which the worker agrees to."""
        if given:
            return endpoint(kind, given, security)
        first = known or first_that_answers(found, greeting, self._given.ca)
        if first is None and found:
            self._talk.say(_("None of the usual servers answers; look its name up in your provider's help."))
        question = _("Incoming mail server (IMAP)") if kind == "imap" else _("Outgoing mail server (SMTP)")
        asked = self._talk.answer(_Server, "", question, f"--{kind}", _written(first) if first else "")
        return first if first is not None and asked == _written(first) else endpoint(kind, asked, security)

    def _secret(self, found: Discovery) -> dict[str, Any]:
        given, talk = self._given, self._talk
        if given.secret:
            return given.secret
        if given.oauth or (found.provider is not None and found.provider.login == "oauth" and not talk.silent):
            return {"oauth": self._oauth(given.oauth or "microsoft")}
        if talk.silent:
            talk.missing(
                "--password-file, --password-command, --password-env, --password-keyring, --oauth, --token-command"
            )
        return {"password": talk.secret(_("Password (app password)"))}

    def _oauth(self, provider: str) -> dict[str, Any]:
        """Return the section of a login by OAuth with an app of the worker's own."""
        given, talk = self._given, self._talk
        app = given.client_id or talk.ask(
            _("Client id of your app (docs/oauth.md shows how to get one)"), "--client-id"
        )
        section: dict[str, Any] = {"provider": provider, "client_id": app}
        if given.client_secret_file is not None:
            section["client_secret"] = {"file": str(given.client_secret_file.absolute())}
        elif provider == "google":
            if talk.silent:
                talk.missing("--client-secret-file")
            place = self._home / f"{given.name}.client-secret"
            section["client_secret"] = keep_in_file(talk.secret(_("Client secret of your app")), place)
        if given.authority:
            section["authority"] = given.authority
        self._given = replace(given, oauth=provider, client_id=app)
        return section

    def _keep(self, secret: str, user: str, *, sending: bool = False) -> dict[str, Any]:
        more = "-smtp" if sending else ""
        talk, file = self._talk, self._home / f"{self._given.name}{more}.password"
        if has_keyring() and talk.agree(
            _("Keep it in the key ring of your desktop? (Otherwise in a file that only you can read.)"),
            None,
            silently=False,
        ):
            try:
                return keep_in_keyring(secret, user, SERVICE + more)
            except KeepError as error:
                talk.say(str(error))
        talk.say(_("It is kept in {path}, which only you can read.").format(path=file))
        return keep_in_file(secret, file)

    def _folders(self, offers: Found) -> list[str]:
        given, talk = self._given, self._talk
        known = {name.upper() if name.upper() == "INBOX" else name for name in offers.folders}
        if not given.folders and not talk.silent:
            talk.say(_("Folders: {names}").format(names=", ".join(offers.folders[:_SHOWN])))
        while True:
            asked = ",".join(given.folders) or talk.ask(
                _("Which are watched? (separated by commas)"), "--folder", "INBOX"
            )
            names = [name.strip() for name in re.split("[,，、､]", asked) if name.strip()]
            strange = next((name for name in names if name not in known and name.upper() != "INBOX"), "")
            if names and not strange:
                return names
            text = _("there is no folder “{name}”").format(name=strange)
            text = f"{text} — {did_you_mean(strange, sorted(known))}"
            if talk.silent or given.folders:
                errors().print(text, markup=False)
                raise typer.Exit(Exit.USAGE)
            talk.say(text)

    def _warn(self, address: str, found: Discovery, imap: dict[str, Any]) -> dict[str, Any]:
        given, talk = self._given, self._talk
        to = list(given.warn_to) or [talk.answer(_Address, "", _("Who gets the warnings?"), "--warn-to", address)]
        usual = "smtp" if given.smtp or (found.smtp and not talk.silent) else "append"
        question = _("By smtp (sent as mail), or append (put into the inbox, without SMTP)?")
        if (given.via or talk.choose(question, "--via", ("smtp", "append"), usual)) != "smtp":
            return {"to": to, "via": "append"}
        outgoing = Outgoing(given, talk, partial(self._smtp_server, found), partial(self._keep, sending=True))
        return {"to": to, "via": "smtp", "smtp": outgoing.ask(address, to[0], imap, found.provider)}

    def _smtp_server(self, found: Discovery, known: Endpoint | None) -> Endpoint:
        given = self._given
        return self._server("smtp", "" if known else given.smtp, given.smtp_security, found.smtp, b"220", known=known)


def endpoint(kind: str, written: str, security: str) -> Endpoint:
    """Return the server that is written as `HOST` or `HOST:PORT`; some ports are known to begin without encryption."""
    host, port = _parts(written)
    if port is None:
        port = PORTS[kind, security]
    elif security == "tls" and port in (143, 587):
        security = "starttls"
    return Endpoint.model_validate({"host": host, "port": port, "security": security})


def _parts(written: str) -> tuple[str, int | None]:
    host, colon, port = written.rpartition(":")
    if not colon or not port.isdecimal():
        host, port = written, ""
    return host.strip("[]"), int(port) if port else None


def _is_server(written: str) -> str:
    host, port = _parts(written)
    try:
        TypeAdapter(tuple[Host, Port | None]).validate_python((host, port))
    except ValidationError:
        what = _("“{value}” is no server").format(value=shown(written))
        raise Mistake(what, _("write it like imap.example.jp or imap.example.jp:993")) from None
    return written


_Address = Annotated[MailAddress, BeforeValidator(half_width)]
_Server = Annotated[str, BeforeValidator(half_width), AfterValidator(_is_server)]
"""`HOST` or `HOST:PORT`, as `endpoint` reads it."""


def _written(one: Endpoint) -> str:
    return f"{one.host}:{one.port}"
