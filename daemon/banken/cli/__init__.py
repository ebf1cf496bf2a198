"""One verb, one file."""

from banken.cli.app import main

__all__ = ["main"]
