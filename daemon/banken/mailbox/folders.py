"""The folders of an account: which there are, opening one to look or to write, and the folder that labels live in."""

from __future__ import annotations

import contextlib
import difflib
import imaplib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from imapclient import IMAPClient

from banken.i18n import _
from banken.mailbox import speech, trouble
from banken.mailbox.connection import Connection
from banken.mailbox.errors import FolderChanged, FolderMissing, Refused
from banken.mailbox.model import FolderState
from banken.mailbox.reader import number, read_folders

_PERMANENT = re.compile(rb"\[PERMANENTFLAGS \(([^)]*)\)")
_CLOSED_TO_SELECT = ("\\noselect", "\\nonexistent")


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the server can do, as it said itself.

    `prefix` and `separator` of the personal namespace (RFC 2342) shape the names of new folders. `permanent_flags`
    are those of the folder last opened for writing, None before that: only such an opening tells them.
    """

    capabilities: frozenset[str]
    prefix: str = ""
    separator: str = "/"
    permanent_flags: frozenset[str] | None = None

    @property
    def gmail(self) -> bool:
        """Whether Gmail's labels can be read and put (X-GM-EXT-1)."""
        return "X-GM-EXT-1" in self.capabilities


class Folders:
    """Knows which folder is open on a connection, and how."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._state: FolderState | None = None
        self._writing = False
        self.abilities = self._probe()

    def opened(self) -> FolderState:
        """Return the open folder as it was when opened; raises Refused when none is."""
        if self._state is None:
            raise Refused(_("No folder is open."))
        return self._state

    def names(self) -> list[str]:
        """Return the names of the folders that can be opened."""
        return [name for flags, _separator, name in self._listed("*") if not _is_closed(flags)]

    def whole(self) -> str | None:
        """Return the folder of all mail but what was thrown away or is junk (RFC 6154), None where there is none."""
        listed = ((flags, name) for flags, _separator, name in self._listed("*") if not _is_closed(flags))
        return next((name for flags, name in listed if "\\all" in map(str.lower, flags)), None)

    def open(self, folder: str) -> FolderState:
        """Open `folder` to look only (EXAMINE); raises FolderMissing with the nearest name there is."""
        self._state = None
        self._select(folder, readonly=True)
        self._state, self._writing = self._read_state(folder), False
        return self._state

    def write(self) -> frozenset[str]:
        """Open the same folder for writing (SELECT) and return its permanent flags; raises Refused if it is read-only.

        Done only when something is to be written: SELECT takes the Recent marks away, which some programs show.
        """
        if not self._writing:
            try:
                self._reopen(readonly=False)
            except Refused:
                self.back()  # a refused SELECT leaves no folder open (RFC 9051 section 6.3.2)
                raise
            self._writing = True
            self.abilities = replace(self.abilities, permanent_flags=self._permanent_flags())
        return self.abilities.permanent_flags or frozenset()

    def leave(self) -> bool:
        """Close the open folder if it is open to look only, so that nothing is expunged; `back` opens it again.

        Returns whether it was.
        """
        if self._state is None or self._writing:
            return False
        with self._connection.talk() as client:
            client.close_folder()
        return True

    def look_elsewhere(self, folder: str) -> None:
        """Open another folder to look, without forgetting the open one; `back` returns."""
        self._writing = False
        self._select(folder, readonly=True)

    def back(self) -> None:
        """Open the folder from before `look_elsewhere` again; raises FolderChanged when it is not the same any more."""
        self._writing = False
        self._reopen(readonly=True)

    def own(self, name: str) -> str:
        """Return the full name of a folder of ours: `a/b` with the server's prefix and separator."""
        return self.abilities.prefix + name.replace("/", self.abilities.separator)

    def make(self, folder: str) -> None:
        """Create and subscribe `folder` unless it exists; raises Refused when the server does not allow it."""
        speech.clean(folder, _("folder name"))
        try:
            with self._connection.talk() as client:
                client.create_folder(folder)
        except (Refused, FolderMissing):
            if folder not in self.names():
                raise
            return
        with contextlib.suppress(Refused, FolderMissing), self._connection.talk() as client:
            client.subscribe_folder(folder)  # a server without subscriptions shows every folder

    def _select(self, folder: str, *, readonly: bool) -> None:
        speech.clean(folder, _("folder name"))
        try:
            with self._connection.talk() as client:
                _select(client, folder, readonly=readonly)
        except (Refused, FolderMissing) as error:
            names = self.names()
            if folder in names or folder.upper() == "INBOX":
                raise Refused(str(error)) from error
            raise FolderMissing(_missing(folder, names)) from error

    def _read_state(self, folder: str) -> FolderState:
        told = self._number
        return FolderState(folder, told("UIDVALIDITY") or 0, told("UIDNEXT"), told("EXISTS") or 0)

    def _reopen(self, *, readonly: bool) -> None:
        state = self.opened()
        try:
            self._select(state.name, readonly=readonly)
        except FolderMissing as error:
            self._state = None
            raise FolderChanged(str(error)) from error
        if (self._number("UIDVALIDITY") or 0) != state.uidvalidity:
            self._state = None
            raise FolderChanged(_("The folder {folder} was made anew on the server.").format(folder=state.name))

    def _number(self, name: str) -> int | None:
        """Return a number that SELECT or EXAMINE told; None when it did not, or told nonsense (some servers do)."""
        said = self._untagged(name)
        return number(said[-1]) if said and said[-1].isdigit() else None

    def _permanent_flags(self) -> frozenset[str]:
        """Return what may be stored for good; without PERMANENTFLAGS the known flags may (RFC 9051 section 7.1)."""
        found = [hit for line in self._untagged("OK") if (hit := _PERMANENT.match(line))]
        listed = found[-1][1] if found else b" ".join(self._untagged("FLAGS")).strip(b"()")
        return frozenset(listed.decode("ascii", "replace").split())

    def _untagged(self, name: str) -> list[bytes]:
        with self._connection.talk() as client:
            values = client._imap.untagged_responses.get(name, [])  # noqa: SLF001, unparsed: int() fails in imapclient
        return [value for value in values if isinstance(value, bytes)]

    def _probe(self) -> Abilities:
        with self._connection.talk() as client:
            capabilities = frozenset(item.decode("ascii", "replace") for item in client.capabilities())
            prefix, separator = _personal(client) if "NAMESPACE" in capabilities else ("", "")
        return Abilities(capabilities, prefix, separator or self._separator())

    def _separator(self) -> str:
        """Return the hierarchy separator: LIST of nothing tells it (RFC 9051 section 6.3.9)."""
        return next((separator for _flags, separator, _name in self._listed("") if separator), "/")

    def _listed(self, pattern: str) -> list[tuple[frozenset[str], str, str]]:
        with self._connection.talk() as client:
            status, data = client._imap.list('""', f'"{pattern}"')  # noqa: SLF001, unparsed: see read_folders
            if status != "OK":
                raise trouble.refusal(trouble.said(data[0] if data else ""))
        return list(read_folders(data))


def _select(client: IMAPClient, folder: str, *, readonly: bool) -> None:
    try:
        client.select_folder(folder, readonly=readonly)
    except imaplib.IMAP4.readonly:
        client._imap.is_readonly = True  # noqa: SLF001, it is open all the same, and imaplib must not balk at it again
        raise Refused(_("The folder {folder} is read-only.").format(folder=folder)) from None
    except (ValueError, TypeError):
        pass  # a number that is none; imapclient has read the whole answer, and `_number` reads it with more patience


def _personal(client: IMAPClient) -> tuple[str, str]:
    personal = client.namespace().personal
    if not personal:
        return "", ""
    prefix, separator = personal[0]
    return str(prefix or ""), str(separator or "")


def _is_closed(flags: Iterable[str]) -> bool:
    return any(flag.lower() in _CLOSED_TO_SELECT for flag in flags)


def _missing(folder: str, names: Sequence[str]) -> str:
    text = _("There is no folder {folder} on the server.").format(folder=folder)
    near = difflib.get_close_matches(folder, names, n=1, cutoff=0.5) or [n for n in names if n.endswith(folder)][:1]
    return text + " " + _("Did you mean {name}?").format(name=near[0]) if near else text
