"""Who sends: the platform, its agent arm, somebody who looks like it, or somebody else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from banken.i18n import _
from banken.message import lookalike
from banken.message.model import Address, Message
from banken.platform.kinds import Subjects, masked
from banken.platform.pattern import Patterns, fold
from banken.platform.schema import PlatformFile

_LONG_SOUND = re.compile("(?<=[ァ-ヺ])[一\u2010-\u2015\u2212\uff0d-](?=[ァ-ヺ])")
_SEPARATORS = " 　・･|｜/／-—_.,、。()（）[]【】「」<>＜＞:：\"'@＠|"
_CLOSED = str.maketrans("", "", _SEPARATORS)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sender claims to be: `role` of the platform's ("" for none), and why it looks false ("" when not)."""

    role: str = ""
    agent: bool = False
    offer: bool = False
    """Whether it comes with an offer that deserves a first look."""
    false: str = ""
    note: str = ""


class Senders:
    """Knows the senders of one platform."""

    def __init__(self, file: PlatformFile, names: Sequence[str], subjects: Subjects) -> None:
        self._subjects = subjects
        # The longest domain first: magazine.example.jp before example.jp.
        self._senders = sorted(file.senders, key=lambda sender: -len(sender.domain))
        self._agent = file.agent
        self._agent_names = Patterns(file.agent.names, names)
        self._agent_subjects = Patterns(file.agent.subjects, names)
        self._offers = Patterns(file.agent.offers, names)
        self._brands = tuple(names)
        self._names = sorted((fold(name) for name in names), key=len, reverse=True)
        self._skeletons = {lookalike.skeleton(name) for name in names if name.isascii()}
        offices = file.look_alike.offices
        self._roles = sorted(map(fold, (*file.look_alike.roles, *offices)), key=len, reverse=True)
        self._offices = tuple((name + fold(office)).translate(_CLOSED) for name in self._names for office in offices)

    @property
    def domains(self) -> tuple[str, ...]:
        """The domains of the platform's official list."""
        return tuple(sender.domain for sender in self._senders if sender.role != "unlisted")

    def claim(self, message: Message) -> Claim:
        """Return what the sender of `message` claims to be."""
        address = message.sender
        for sender in self._senders:
            if _within(address.domain, sender.domain):
                agent = self._is_agent(message, sender.role)
                offer = agent and sender.role in ("service", "staff") and self._is_offer(message)
                return Claim(sender.role, agent, offer, note=sender.note)
        return Claim(false=self._looks_alike(message))

    def is_ours(self, address: Address) -> bool:
        """Whether an address is the platform's, or of a sender that it is known to work with."""
        return any(_within(address.domain, sender.domain) for sender in self._senders)

    def _is_agent(self, message: Message, role: str) -> bool:
        local = message.sender.address.partition("@")[0]
        return (
            role == "unlisted"
            or local in self._agent.locals
            or self._agent_names.matches(fold(message.sender.name))
            or self._agent_subjects.matches(self._said(message))
        )

    def _is_offer(self, message: Message) -> bool:
        told = (fold(message.sender.address.partition("@")[0]), fold(message.sender.name), self._said(message))
        return not message.bulk and any(map(self._offers.matches, told))

    def _said(self, message: Message) -> str:
        """Return the subject, folded, without the names and titles that a client chose."""
        return masked(self._subjects.read(message.subject).rest)

    def _looks_alike(self, message: Message) -> str:
        found = lookalike.reason(message, self.domains, self._brands)
        if found or not self._claims(message.sender.name):
            return found
        what = _("the sender calls itself “{name}” and writes from {domain}, which is not the platform's")
        return what.format(name=message.sender.name, domain=message.sender.domain or "?")

    def _claims(self, name: str) -> bool:
        """Whether a display name is the platform's name and nothing but offices beside it, or begins with such an office."""
        rest = fold(_as_seen(name))
        if not any(name in rest for name in self._names):
            return lookalike.skeleton(rest).strip(_SEPARATORS) in self._skeletons
        if rest.translate(_CLOSED).startswith(self._offices):
            return True
        for word in (*self._names, *self._roles):
            rest = rest.replace(word, " ")
        return not rest.strip(_SEPARATORS)


def _as_seen(name: str) -> str:
    """Return a name as it looks: without invisible characters, the kanji 一 and dashes between katakana as the long sound."""
    seen = "".join(one for one in name if unicodedata.category(one) not in ("Cf", "Mn"))
    return _LONG_SOUND.sub("ー", seen)


def _within(domain: str, parent: str) -> bool:
    return domain == parent or domain.endswith("." + parent)
