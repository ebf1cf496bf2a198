"""Put labels on a message in the best way the server has, and read back that they are there.

Gmail label, else keyword, else a copy in a folder, else the flag. Labels are only ever added, a message is never
moved, and putting the same label twice changes nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from banken.i18n import _
from banken.mailbox import speech
from banken.mailbox.connection import Connection
from banken.mailbox.errors import FolderMissing, Gone, Refused
from banken.mailbox.folders import Folders
from banken.mailbox.model import Labelled
from banken.mailbox.reader import text, words
from banken.mailbox.search import Likeness

Way = Literal["auto", "gmail", "keyword", "folder", "flag", "none"]
FLAGGED = "\\Flagged"


@dataclass(frozen=True, slots=True)
class _Marks:
    flags: frozenset[str]
    labels: frozenset[str]


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
        self._present(uid)
        for how, rung in self._rungs():
            try:
                return Labelled(how, ", ".join(rung(uid, wanted)))
            except (Refused, FolderMissing):
                if self._way != "auto":
                    raise
        return Labelled("none", "")

    def of(self, uid: int) -> frozenset[str]:
        """Return the flags, keywords and Gmail labels of a message; none when it is not there."""
        marks = self._marks(uid)
        return marks.flags | marks.labels if marks else frozenset()

    def _marks(self, uid: int) -> _Marks | None:
        gmail = " X-GM-LABELS" if self._folders.abilities.gmail else ""
        items = self._connection.fetch([uid], f"(UID FLAGS{gmail})").items.get(uid)
        if items is None:
            return None
        labels = items.get("X-GM-LABELS")
        names = labels if isinstance(labels, list) else []
        return _Marks(words(items.get("FLAGS")), frozenset(text(name) for name in names))

    def _flags(self, uid: int) -> frozenset[str]:
        return self._present(uid).flags

    def _labels(self, uid: int) -> frozenset[str]:
        return self._present(uid).labels

    def _present(self, uid: int) -> _Marks:
        marks = self._marks(uid)
        if marks is None:
            raise Gone(_("The message is no longer in its folder."))
        return marks

    def _rungs(self) -> Iterator[tuple[str, Callable[[int, list[str]], list[str]]]]:
        ladder = {"gmail": self._gmail, "keyword": self._keyword, "folder": self._copy, "flag": self._flag}
        for how, rung in ladder.items():
            if self._way in ("auto", how):
                yield how, rung

    def _gmail(self, uid: int, labels: list[str]) -> list[str]:
        if not self._folders.abilities.gmail:
            raise Refused(_("This server has no Gmail labels."))
        names = [self._name(label) for label in labels]
        if not _has(self._labels(uid), names):
            self._folders.write()
            self._store(uid, "+X-GM-LABELS", " ".join(speech.quoted_name(name, _("label")) for name in names))
            _check_kept(self._labels(uid), names)
        return names

    def _keyword(self, uid: int, labels: list[str]) -> list[str]:
        if not all(speech.is_atom(label) for label in labels):
            raise Refused(_("A keyword can only hold ASCII letters and digits."))
        return self._set_flags(uid, labels)

    def _flag(self, uid: int, _labels: list[str]) -> list[str]:
        return self._set_flags(uid, [FLAGGED])

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

    def _set_flags(self, uid: int, flags: list[str]) -> list[str]:
        if _has(self._flags(uid), flags):
            return flags
        permanent = self._folders.write()
        is_free = "\\*" in permanent and FLAGGED not in flags
        if not is_free and not _has(permanent, flags):  # some servers say OK to a keyword and drop it
            raise Refused(_("This folder does not keep {labels}.").format(labels=", ".join(flags)))
        self._store(uid, "+FLAGS.SILENT", " ".join(flags))
        _check_kept(self._flags(uid), flags)
        return flags

    def _store(self, uid: int, what: str, wire: str) -> None:
        """Store flags or labels; on a refusal once more, for it may be the answer to a command that was garbled on the way.

        What is believed here leads "auto" down the ladder, to a copy in a folder for good.
        """
        try:
            self._connection.uid("STORE", str(uid), what, f"({wire})", uids=[uid])
        except Refused:
            self._connection.uid("STORE", str(uid), what, f"({wire})", uids=[uid])

    def _name(self, label: str) -> str:
        return speech.clean(self._shown.get(label, label), _("label"))


def _check_kept(held: frozenset[str], wanted: list[str]) -> None:
    if not _has(held, wanted):
        raise Refused(_("The server did not keep {labels}.").format(labels=", ".join(wanted)))


def _has(flags: frozenset[str], wanted: list[str]) -> bool:
    """Say whether all of `wanted` are among `flags`; keywords know no case (RFC 9051 section 2.3.2)."""
    held = {flag.casefold() for flag in flags}
    return all(label.casefold() in held for label in wanted)
