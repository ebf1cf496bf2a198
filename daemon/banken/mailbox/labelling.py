"""Put labels on a message in the best way the server has, and read back that they are there.

Gmail label, else keyword, else a copy in a folder, else the flag. Labels are only ever added, a message is never
moved, and putting the same label twice changes nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from imapclient.imap_utf7 import decode as _from_utf7

from banken.i18n import _
from banken.mailbox import speech
from banken.mailbox.connection import Connection
from banken.mailbox.errors import FolderMissing, Gone, Refused
from banken.mailbox.folders import Folders
from banken.mailbox.model import Labelled
from banken.mailbox.reader import words
from banken.mailbox.search import Likeness

Way = Literal["auto", "gmail", "keyword", "folder", "flag", "none"]
FLAGGED = "\\Flagged"


class Labeller:
    """Labels messages of the open folder in one `way`; "auto" goes down the ladder until a rung holds.

    `shown` names labels where names are free (on Gmail, in `folder`'s `{label}`); a label that is not in it keeps its
    own name.
    """

    def __init__(
        self, connection: Connection, folders: Folders, way: Way, folder: str, shown: Mapping[str, str]
    ) -> None:
        self._connection = connection
        self._folders = folders
        self._way = way
        self._folder = folder
        self._shown = shown

    def put(self, uid: int, labels: Sequence[str]) -> Labelled:
        """Put `labels` on the message and tell how; raises Refused, Gone, FolderChanged, or that the line is lost."""
        wanted = [speech.clean(label, _("label")) for label in dict.fromkeys(labels)]
        if not wanted or self._way == "none":
            return Labelled("none", "")
        self.of(uid, must_exist=True)
        for how, rung in self._rungs():
            try:
                return Labelled(how, ", ".join(rung(uid, wanted)))
            except (Refused, FolderMissing):
                if self._way != "auto":
                    raise
        return Labelled("none", "")

    def of(self, uid: int, *, must_exist: bool = False) -> frozenset[str]:
        """Return the flags, keywords and Gmail labels of a message; none, or Gone, when it is not there."""
        gmail = " X-GM-LABELS" if self._folders.abilities.gmail else ""
        items = self._connection.fetch([uid], f"(UID FLAGS{gmail})").items.get(uid)
        if items is None and must_exist:
            raise Gone(_("The message is no longer in its folder."))
        if items is None:
            return frozenset()
        labels = items.get("X-GM-LABELS")
        names = labels if isinstance(labels, list) else []
        return words(items.get("FLAGS")) | {_from_utf7(name) for name in names if isinstance(name, bytes)}

    def _rungs(self) -> Iterator[tuple[str, Callable[[int, list[str]], list[str]]]]:
        ladder = {"gmail": self._gmail, "keyword": self._keyword, "folder": self._copy, "flag": self._flag}
        for how, rung in ladder.items():
            if self._way in ("auto", how):
                yield how, rung

    def _gmail(self, uid: int, labels: list[str]) -> list[str]:
        if not self._folders.abilities.gmail:
            raise Refused(_("This server has no Gmail labels."))
        names = [self._name(label) for label in labels]
        self._store(uid, "+X-GM-LABELS", names, " ".join(speech.quoted_name(name, _("label")) for name in names))
        return names

    def _keyword(self, uid: int, labels: list[str]) -> list[str]:
        if not all(speech.is_atom(label) for label in labels):
            raise Refused(_("A keyword can only hold ASCII letters and digits."))
        self._permit(uid, labels, free=True)
        self._store(uid, "+FLAGS.SILENT", labels, " ".join(labels))
        return labels

    def _flag(self, uid: int, _labels: list[str]) -> list[str]:
        self._permit(uid, [FLAGGED], free=False)
        self._store(uid, "+FLAGS.SILENT", [FLAGGED], FLAGGED)
        return [FLAGGED]

    def _copy(self, uid: int, labels: list[str]) -> list[str]:
        message = Likeness.of(self._connection, uid)
        targets = [self._folders.own(self._folder.replace("{label}", self._name(label))) for label in labels]
        for target in targets:
            self._copy_once(uid, message, target)
        return targets

    def _copy_once(self, uid: int, message: Likeness, target: str) -> None:
        self._folders.make(target)
        if self._stands_in(target, message):
            return
        with self._connection.talk([uid]) as client:
            client.copy([uid], target)
        if not self._stands_in(target, message):
            raise Refused(_("The server did not copy the message into {folder}.").format(folder=target))

    def _stands_in(self, target: str, message: Likeness) -> bool:
        with self._elsewhere(target):
            return message.stands_in_open_folder(self._connection)

    @contextlib.contextmanager
    def _elsewhere(self, target: str) -> Iterator[None]:
        try:
            self._folders.look_elsewhere(target)
            yield
        finally:
            self._folders.back()

    def _permit(self, uid: int, flags: list[str], *, free: bool) -> None:
        """Raise Refused unless the folder keeps `flags`: some servers say OK to a keyword and drop it."""
        if _has(self.of(uid), flags):
            return
        permanent = self._folders.write()
        if not (free and "\\*" in permanent) and not _has(permanent, flags):
            raise Refused(_("This folder does not keep {labels}.").format(labels=", ".join(flags)))

    def _store(self, uid: int, what: str, names: list[str], wire: str) -> None:
        if _has(self.of(uid), names):
            return
        self._folders.write()
        self._connection.uid("STORE", str(uid), what, f"({wire})", uids=[uid])
        if not _has(self.of(uid, must_exist=True), names):
            raise Refused(_("The server did not keep {labels}.").format(labels=", ".join(names)))

    def _name(self, label: str) -> str:
        return speech.clean(self._shown.get(label, label), _("label"))


def _has(flags: frozenset[str], wanted: list[str]) -> bool:
    """Say whether all of `wanted` are among `flags`; keywords know no case (RFC 9051 section 2.3.2)."""
    held = {flag.casefold() for flag in flags}
    return all(label.casefold() in held for label in wanted)
