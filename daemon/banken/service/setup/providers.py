"""What is known of mail providers: a data file, never trusted, only tried first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from banken.i18n import language
from banken.strictyaml import read, validate

Login = Literal["address", "local", "other"]

FILE = Path(__file__).with_name("providers.yaml")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Endpoint(_Part):
    """A server; `{mx}` as its host stands for the mail server that DNS names for the domain."""

    host: str
    port: int
    security: Literal["tls", "starttls", "plain"]


class Provider(_Part):
    """One provider."""

    name: str
    domains: tuple[str, ...] = ()
    mx: tuple[str, ...] = ()
    imap: Endpoint
    smtp: Endpoint
    user: Login = "address"
    smtp_user: Login | None = None
    """As `user` when not said."""
    login: Literal["password", "app_password", "oauth"] = "password"
    ja: str
    en: str
    source: str
    as_of: str
    proof: str
    """The page where the servers were read; "" when none was found."""
    unproved: tuple[Literal["imap", "smtp"], ...] = ()

    @property
    def advice(self) -> str:
        """How to log in there, in the language spoken now."""
        text = self.ja if language() == "ja" else self.en
        return f"{text} ({self.source})"

    def user_of(self, address: str) -> str:
        """Return the login name for a mail address, "" when only the provider knows it."""
        return _user(self.user, address)

    def smtp_user_of(self, address: str) -> str:
        """Return the login name for sending."""
        return _user(self.smtp_user or self.user, address)


def _user(kind: Login, address: str) -> str:
    return {"address": address, "local": address.partition("@")[0], "other": ""}[kind]


class _Providers(_Part):
    providers: tuple[Provider, ...]


@cache
def providers() -> tuple[Provider, ...]:
    """Return all providers that are known."""
    return validate(read(FILE), _Providers).providers


def of_address(address: str, mx: Sequence[str] = ()) -> Provider | None:
    """Return the provider of a mail address: by its domain, else by the domain's mail servers `mx`."""
    domain = address.rpartition("@")[2].lower()
    known = next((one for one in providers() if domain in one.domains), None)
    return known or next((one for one in providers() for host in mx if _ends(host, one.mx)), None)


def advice_for(host: str) -> str:
    """Return how to log in at a server, "" for an unknown one."""
    hosts = {one.imap.host: one for one in providers()} | {one.smtp.host: one for one in providers()}
    found = hosts.get(host.lower()) or next((one for one in providers() if _ends(host, one.mx)), None)
    return found.advice if found else ""


def _ends(host: str, ends: Sequence[str]) -> bool:
    plain = host.lower().rstrip(".")
    return any(plain == end or plain.endswith(f".{end}") for end in ends)
