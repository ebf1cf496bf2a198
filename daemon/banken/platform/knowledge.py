"""One platform as its `platform.yaml` describes it, compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from banken.message.model import Address
from banken.platform.direct import DirectMail
from banken.platform.frame import FrameReader
from banken.platform.kinds import Kinds, Subjects
from banken.platform.links import Pages
from banken.platform.pattern import Patterns
from banken.platform.schema import EventRule, PlatformFile, ReminderRule
from banken.platform.senders import Senders
from banken.platform.voice import Voice


class Knowledge:
    """A platform's knowledge, ready to be asked."""

    def __init__(self, file: PlatformFile, voice: Voice | None = None) -> None:
        self.file = file
        self.voice = voice
        self.id = file.id
        names = tuple(file.names)
        self.subjects = Subjects(file.frame, names)
        self.senders = Senders(file, names, self.subjects)
        self.pages = Pages(file.urls, self.senders.domains)
        self.kinds = Kinds(file.kinds, file.about, names)
        self.names = Patterns(file.frame.names, names)
        self.frame = FrameReader(file.frame, names)
        self.direct = DirectMail(file.direct, file.unrelated, names, file.company)
        self.hints = [(hint, Patterns(hint.subject, names), Patterns(hint.lines, names)) for hint in file.hints]
        talk = file.talk
        self.talk = {
            "asks_work": Patterns(talk.asks_work, names),
            "got_delivery": Patterns(talk.got_delivery, names),
            "claims_permission": Patterns(talk.claims_permission, names),
        }

    @property
    def effects(self) -> Mapping[str, EventRule]:
        """What each event of this platform does to a deal."""
        return self.file.events

    @property
    def reminders(self) -> Sequence[ReminderRule]:
        """When to remind of what."""
        return self.file.reminders

    def sends(self, address: str) -> bool:
        """Whether a mail address is the platform's, or of a sender that it is known to work with."""
        return self.senders.is_ours(Address("", address))

    @property
    def domains(self) -> tuple[str, ...]:
        """The domains whose mail can be the platform's (with their subdomains)."""
        return self.senders.domains
