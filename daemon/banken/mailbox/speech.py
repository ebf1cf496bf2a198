"""What may be said to a server: every name, label and value is looked at here before it becomes part of a command."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from imapclient.imap_utf7 import encode as _utf7

from banken.i18n import _
from banken.mailbox.errors import Refused

_ATOM = re.compile(r"[A-Za-z0-9!#$&'+,./:;<=>?@^_`|~-]+")
_UID_LIMIT = 2**32
_SET_MEMBERS = 400


def clean(text: str, what: str) -> str:
    """Return `text` if it can stand in a command; raises Refused for control characters and lone surrogates.

    A CR LF in a label, decoded from some mail's header, would otherwise be a command of its own (imaplib sends what
    it is given). `what` names the thing for the message, which does not repeat the text: it may be a password.
    """
    if any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c in "\u2028\u2029" or 0xD800 <= ord(c) < 0xE000 for c in text):
        raise Refused(_("There is a control character in the {what}; it was not sent to the server.").format(what=what))
    return text


def is_atom(text: str) -> bool:
    """Say whether `text` can be a keyword everywhere (RFC 9051 section 9, flag-keyword; brackets break clients)."""
    return bool(_ATOM.fullmatch(text)) and len(text) <= 100  # Dovecot refuses 300, others less


def quoted(text: str, what: str) -> str:
    """Return an ASCII `text` as a quoted string (RFC 9051 section 4.3), in which `(`, `*` and `{5}` mean nothing."""
    return '"' + clean(text, what).replace("\\", "\\\\").replace('"', '\\"') + '"'


def quoted_name(text: str, what: str) -> str:
    """Return `text` as a quoted string in modified UTF-7 (RFC 3501 section 5.1.3), as Gmail takes its labels."""
    return quoted(str(_utf7(clean(text, what)), "ascii"), what)


def compact(uids: Iterable[int]) -> str:
    """Return a sequence set (RFC 9051 section 9) for `uids` with runs drawn together: 1:3,7."""
    runs: list[list[int]] = []
    for uid in _ordered(uids):
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(str(a) if a == b else f"{a}:{b}" for a, b in runs)


def portions(uids: Iterable[int], members: int = _SET_MEMBERS) -> Iterator[Sequence[int]]:
    """Yield `uids`, sorted and without repeats, in portions whose sequence set keeps the command line short."""
    ordered = _ordered(uids)
    for start in range(0, len(ordered), members):
        yield ordered[start : start + members]


def _ordered(uids: Iterable[int]) -> list[int]:
    ordered = sorted(set(uids))
    for uid in ordered[:1] + ordered[-1:]:
        if not 0 < uid < _UID_LIMIT:
            raise Refused(_("{uid} is no UID.").format(uid=uid))
    return ordered
