"""`banken demo`: a story mailbox on a small local mail server, guarded before your eyes."""

from banken.cli.demo.verb import add_to

__all__ = ["add_to"]
