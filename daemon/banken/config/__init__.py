"""One schema: validation, example file, tables of options; secrets that are fetched late and never shown."""

from __future__ import annotations

from banken.config.knowledge import Client, Override, Rules
from banken.config.load import Loaded, find, load
from banken.config.notify import Notify
from banken.config.schema import Account, Config, Warn
from banken.config.secrets import PrivateUrl, Secret, SecretError
from banken.config.servers import Imap, OAuth, Smtp
from banken.config.state import State
from banken.config.values import format_duration, parse_duration

__all__ = [
    "Account",
    "Client",
    "Config",
    "Imap",
    "Loaded",
    "Notify",
    "OAuth",
    "Override",
    "PrivateUrl",
    "Rules",
    "Secret",
    "SecretError",
    "Smtp",
    "State",
    "Warn",
    "find",
    "format_duration",
    "load",
    "parse_duration",
]
