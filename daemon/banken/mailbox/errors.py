"""What can go wrong with a source of mail, told apart by what the caller has to do about it.

The text of each error is one sentence for people, in their language, without secrets.
"""
# ruff: noqa: N818, the names say what happened; that they are errors is in the base class

from __future__ import annotations


class MailboxError(Exception):
    """A source of mail could not do what was asked.

    `permanent` says that trying again is useless until a person has changed something. `uids` are the messages that
    were being fetched, so that a message which breaks the connection each time can be found and put aside. `lost` says
    that the connection was given up: nothing more can be asked over it.
    """

    permanent = False
    lost = False

    def __init__(self, message: str, uids: tuple[int, ...] = ()) -> None:
        super().__init__(message)
        self.uids = uids


class Unreachable(MailboxError):
    """No connection, or it was lost: unknown name, refused, silent, closed, too slow."""

    lost = True


class Untrusted(Unreachable):
    """TLS failed: the server cannot prove who it is, or offers no encryption. Nothing secret was sent."""

    permanent = True


class OutOfDate(Untrusted):
    """The server's certificate has expired, or begins to hold only later: its owner's fault, or that of our clock."""


class Unavailable(MailboxError):
    """The server is there but cannot serve now; come back later."""


class TooMany(Unavailable):
    """The server limits connections, traffic or attempts; come back much later."""


class LoginRefused(MailboxError):
    """Wrong user, password or token, or the account may not use IMAP."""

    permanent = True


class FolderMissing(MailboxError):
    """The folder (or, for files, the path) does not exist."""

    permanent = True


class FileMissing(FolderMissing):
    """The path that was named on the command line does not exist."""


class FolderChanged(MailboxError):
    """The folder has gone, or its UIDVALIDITY is another than when it was opened: the UIDs known mean nothing now."""


class Gone(MailboxError):
    """The message is no longer in the folder."""

    permanent = True


class Refused(MailboxError):
    """The server (or Banken itself) says no to this request, and will say so again."""

    permanent = True


class NotOffered(Refused):
    """The server has no such ability: it need not be asked for again."""


class Garbled(MailboxError):
    """The server's answer makes no sense; the connection was given up."""

    lost = True


def concerns_all(error: MailboxError) -> bool:
    """Return whether an error is one of the connection or the account: no other folder need be asked then."""
    return error.lost or isinstance(error, TooMany)
