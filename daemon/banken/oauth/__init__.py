"""Logging in by OAuth 2.0: once by the worker in a browser, from then on by tokens that are renewed before they run out."""

from __future__ import annotations

from banken.oauth.keep import FileKeep, Keep, RingKeep
from banken.oauth.model import Access, Door, Grant, LoginNeeded, Uses
from banken.oauth.tokens import Tokens

__all__ = ["Access", "Door", "FileKeep", "Grant", "Keep", "LoginNeeded", "RingKeep", "Tokens", "Uses"]
