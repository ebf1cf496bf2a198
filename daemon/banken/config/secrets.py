"""Secrets: where the configuration says they lie, fetched only when needed, never shown."""

from __future__ import annotations

import re
import shlex
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from banken.config.section import Form
from banken.config.sources import Command, Credential, Env, File, Keyring, Plain, Source, printable
from banken.config.values import resolved
from banken.i18n import _
from banken.strictyaml import Mistake, Problem, ProblemsError, nearest


class SecretError(ProblemsError):
    """A secret cannot be had; its one problem says where it is asked for, why, and what to do. Never the secret."""

    def __init__(self, problem: Problem) -> None:
        super().__init__([problem])


class Secret:
    """A password, token or private address. Printing it, logging it and dumping it show only where it lies.

    Made by pydantic from `{command: …}`, `{file: …}`, `{env: …}`, `{credential: …}`, `{keyring: …}` or plain text.
    """

    form = Form("[秘密](#secrets)", "a [secret](#secrets)")

    def __init__(self, source: Source) -> None:
        self.source = source
        self._at = Problem("", 0, 0, "")
        self._value: str | None = None
        self._lock = threading.Lock()

    def bind(self, at: Problem) -> None:
        """Remember where in the configuration it is asked for: the place of `at`, for SecretError."""
        self._at = at

    def reveal(self, *, fresh: bool = False) -> str:
        """Return the secret, fetched once; `fresh` fetches it again (a token that ran out, a changed password).

        Raises SecretError.
        """
        with self._lock:
            if fresh or self._value is None:
                self._value = self._fetch()
            return self._value

    def _fetch(self) -> str:
        try:
            return one_secret_line(self.source.fetch())
        except Mistake as mistake:
            at = self._at
            raise SecretError(Problem(at.file, at.line, at.column, mistake.what, mistake.todo)) from None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} from {type(self.source).__name__.lower()}>"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.source == other.source

    def __hash__(self) -> int:
        return hash(self.source)

    def __deepcopy__(self, memo: Mapping[int, Any]) -> Self:
        return self

    def __copy__(self) -> Self:
        return self

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            cls.read, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def read(cls, written: Any, info: ValidationInfo) -> Self:
        """Return the secret that a configuration names; raises Mistake, which never repeats what was written."""
        if isinstance(written, cls):
            return written
        if isinstance(written, Mapping):
            return cls(_source_of(written, info))
        if not isinstance(written, str):  # 0123 and 1.10 would have lost a digit on the way
            raise Mistake(_("this secret is not read as text"), _("put it in quotes"))
        return cls(cls._plain(one_secret_line(written)))

    @classmethod
    def _plain(cls, written: str) -> Plain:
        return Plain(written)


class PrivateUrl(Secret):
    """An address that lets in whoever knows it: a notifier's, a database's. Plain text is the usual way to write it."""

    form = Form("URL、または[秘密](#secrets)", "a URL, or a [secret](#secrets)")

    @classmethod
    def _plain(cls, written: str) -> Plain:
        if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://.", written):
            raise Mistake(_("this is no URL"), _("write it like service://…"))
        try:
            password = urlsplit(written).password
        except ValueError:  # brackets that are no IPv6 address; Apprise may still read it
            password = None
        return Plain(written, careless=bool(password))


def taken_apart(secret: Secret) -> tuple[Any, ...]:
    """Return how another process of ours makes the secret again (as `pickle` wants it): nothing that was fetched."""
    return _placed, (type(secret), secret.source, secret._at)  # noqa: SLF001 - its own module


def _placed(kind: type[Secret], source: Source, at: Problem) -> Secret:
    secret = kind(source)
    secret.bind(at)
    return secret


def one_secret_line(text: str) -> str:
    """Return `text` when it is one line, not empty; raises Mistake without repeating it."""
    if not text.strip():
        raise Mistake(_("this secret is empty"), _("fill it in, or take the key away"))
    if not printable(text):
        raise Mistake(_("a control character stands in this secret"), _("write it anew"))
    return text


def _source_of(written: Mapping[str, Any], info: ValidationInfo) -> Source:
    if len(written) != 1:
        raise Mistake(_("a secret lies in one place"), _known())
    ((kind, value),) = written.items()
    if kind not in _SOURCES:
        near = nearest(str(kind), _SOURCES)  # the unknown word stays unsaid: it may be the secret
        todo = _("did you mean “{word}”?").format(word=near) if near else _known()
        raise Mistake(_("a secret cannot be kept like this"), todo)
    return _SOURCES[kind](value, info)


def _known() -> str:
    return _("write one of {words}").format(words=", ".join(f"{kind}: …" for kind in _SOURCES))


def _command(value: Any, _info: ValidationInfo) -> Command:
    if isinstance(value, str):
        try:
            value = shlex.split(value)
        except ValueError:
            raise Mistake(_("a quotation mark in this command is not closed"), _("close it")) from None
    if not isinstance(value, list) or not value or not all(isinstance(word, str) for word in value) or not value[0]:
        raise Mistake(_("this is no command"), _("write it like “pass show mail” or [pass, show, mail]"))
    return Command(tuple(value))


def _text(value: Any, kind: str) -> str:
    if not isinstance(value, str):
        raise Mistake(_("“{kind}” must be text").format(kind=kind), _("put it in quotes"))
    return one_secret_line(value).strip()


def _file(value: Any, info: ValidationInfo) -> File:
    return File(resolved(_text(value, "file"), info))


def _env(value: Any, _info: ValidationInfo) -> Env:
    name = _text(value, "env")
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        what = _("this is no name of an environment variable")
        raise Mistake(what, _("write the name alone, like BANKEN_PASSWORD, without $"))
    return Env(name)


def _credential(value: Any, _info: ValidationInfo) -> Credential:
    name = _text(value, "credential")
    if "/" in name or name.startswith("."):
        raise Mistake(_("this is no name of a systemd credential"), _("write the name given in LoadCredential="))
    return Credential(name)


def _keyring(value: Any, _info: ValidationInfo) -> Keyring:
    service, _slash, user = _text(value, "keyring").rpartition("/")
    if not service or not user:
        raise Mistake(_("this is no entry of a keyring"), _("write it like service/user"))
    return Keyring(service, user)


_SOURCES: dict[str, Callable[[Any, ValidationInfo], Source]] = {
    "command": _command,
    "file": _file,
    "env": _env,
    "credential": _credential,
    "keyring": _keyring,
}
"""The places where a secret can lie, by the key that names them."""

PLACES = frozenset(_SOURCES)
"""The keys that name them."""


def secret_files(part: Any) -> Iterator[Path]:
    """Yield the files in which secrets of a (part of a) configuration lie."""
    if isinstance(part, Secret):
        if isinstance(part.source, File):
            yield part.source.path
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from secret_files(getattr(part, name))
    elif isinstance(part, list | tuple):
        for one in part:
            yield from secret_files(one)
