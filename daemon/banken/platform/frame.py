"""What a line of a notice is: the shapes of the platform's own lines, as platform.yaml gives them (`frame:`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from banken.platform.labels import Field, Labelled
from banken.platform.lines import Line
from banken.platform.pattern import Patterns, fold
from banken.platform.schema import Frame

Span = tuple[int, int]

BRACKETS = {"「": "」", "『": "』", "“": "”", "《": "》", "[": "]", "{": "}"}
"""Brackets that stand alone on a line around the words."""

_SHORT = 30
"""Code points beside a link that still make it a button."""


@dataclass(slots=True)
class Cut:
    """What the cutting found. `body` are the client's words, `history` the worker's own of before."""

    body: list[Span] = field(default_factory=list)
    history: list[Span] = field(default_factory=list)
    frame: list[Line] = field(default_factory=list)
    doubtful: list[Span] = field(default_factory=list)
    """Lines of the frame that the client could have written as well: their links prove nothing."""
    claimed: list[Line] = field(default_factory=list)
    """Lines of the frame that the client could have written as well: what they say of the deal proves nothing."""
    inviting: list[Span] = field(default_factory=list)
    """Lines of `body` that lead off the platform: theirs, even where they are dressed up as a signature or an older mail."""
    comment: list[Span] = field(default_factory=list)
    """Where a client's words would stand, if this is a notice of something that happened."""
    client: str = ""
    job: str = ""
    worker: str = ""
    due: str = ""
    status: list[str] = field(default_factory=list)
    """Values of fields like 「ステータス：業務中」."""
    announced: bool = False
    """The frame says that somebody's words follow."""
    marked: bool = False
    """The frame marks where they begin."""
    enclosed: bool = False
    """The frame marks where they begin and end."""
    linked: bool = False
    """A notice that leads to a thread of messages."""

    words: int = 0
    """Lines of `body` that no shape of the frame fits."""
    voiced: int = 0
    """Those of them in which a person speaks, not a system."""
    commented: bool = False
    """A notice of something that happened, with a client's words in it."""

    def take_comment(self) -> None:
        """Let what may be a client's words be the client's words, and all else the platform's."""
        self.body, self.commented = self.comment, True

    def note(self, name: str, value: str) -> None:
        """Remember a name or value of the frame; the first one said counts."""
        if name == "status" and value:
            self.status.append(value)
        elif name in ("client", "job", "due", "worker") and value and not getattr(self, name):
            setattr(self, name, value.strip())


@dataclass(frozen=True, slots=True)
class Announcement:
    """A "somebody's message came in" line: whom and what it names, and where it ends in the line."""

    names: dict[str, str]
    end: int


class FrameReader:
    """Knows the frame of one platform."""

    def __init__(self, frame: Frame, names: Sequence[str]) -> None:
        self._labels = Labelled(frame.labels)
        self._honorifics = sorted(map(fold, frame.honorifics), key=len, reverse=True)
        self._banner = Patterns(frame.banner, names)
        self._greeting = Patterns(frame.greeting, names)
        self._announce = Patterns(frame.announce, names)
        self._buttons = Patterns(frame.buttons, names)
        self._footer = Patterns(frame.footer, names)
        self._titles = Patterns(frame.safety_titles, names)
        self._safety = Patterns(frame.safety, names)
        self._unsafe = Patterns(frame.safety_unless, names)
        self._voice = Patterns(frame.voice, names)
        self._invites = Patterns(frame.invites, names)
        self._invites_unless = Patterns(frame.invites_unless, names)

    def field(self, line: Line) -> Field | None:
        """Return the label and value of a line, if it is one of the frame's."""
        return self._labels.read(line)

    def greets(self, line: Line) -> str | None:
        """Return whom a greeting names ("" for nobody), None when the line is none."""
        hit = self._greeting.find(line.folded)
        if hit is None or self.invites(line):
            return None
        start, end = hit.spans.get("worker", (0, 0))
        return line.text[start:end].strip()

    def is_head(self, line: Line) -> bool:
        """Whether a line above the client's words is the platform's."""
        return (
            line.text.strip() in BRACKETS
            or self._banner.matches(line.folded)
            or self.greets(line) is not None
            or self.is_foot(line)
        )

    def is_foot(self, line: Line) -> bool:
        """Whether a line below the client's words is the platform's."""
        return (
            line.blank
            or line.ruler
            or (self.is_button(line) and (not line.pages or not line.words or self.is_lead(line)))
            or (not line.foreign and self._footer.matches(line.folded) and not self.invites(line))
            or (line.item and self.is_caution(line))
        )

    def is_button(self, line: Line) -> bool:
        """Whether a line leads to the site: an address of the platform with few words, or a button's own words."""
        if line.foreign:
            return False
        if line.pages and (len(line.words) <= _SHORT or self.is_lead(line) or self._footer.matches(line.folded)):
            return True
        return (line.arrow or line.linked) and self.is_lead(line)

    def is_lead(self, line: Line) -> bool:
        """Whether a line has a button's words; alone they prove nothing, a client says 「サイトから確認を」 too."""
        short = len(line.words) <= 2 * _SHORT and "。" not in line.words
        return short and self._buttons.matches(line.folded) and not self._unsafe.matches(line.folded)

    def is_caution(self, line: Line) -> bool:
        """Whether a line is one of the platform's cautions: no way to reach somebody, none of an inviter's turns."""
        if line.foreign or self._unsafe.matches(line.folded) or self.invites(line):
            return False
        return self._titles.matches(line.folded) or self._safety.matches(line.folded)

    def is_word(self, line: Line) -> bool:
        """Whether a line between head and foot is none of the frame's."""
        return not (self.is_foot(line) or self.is_caution(line) or self._banner.matches(line.folded))

    def is_voice(self, line: Line) -> bool:
        """Whether a person speaks in a line: a system has no "we at our shop", no "I'd be glad"."""
        return self._voice.matches(line.folded)

    def invites(self, line: Line) -> bool:
        """Whether a line leads off the platform, which no line of the platform's own does, wherever it stands."""
        return self._invites.matches(line.folded) and not self._invites_unless.matches(line.folded)

    def is_caution_title(self, line: Line) -> bool:
        """Whether a line opens a list of cautions: short, and no sentence."""
        short = len(line.words) <= _SHORT and "。" not in line.text
        return short and not line.foreign and self._titles.matches(line.folded) and not self.invites(line)

    def announcement(self, line: Line, known: Cut) -> Announcement | None:
        """Return what a "somebody's message came in" line says; None if it names others than the frame does."""
        names: dict[str, str] = {}
        end = 0
        if self._footer.matches(line.folded):
            return None  # 「上の文面は…さんが送信したものです」 stands below the words
        for hit in self._announce.hits(line.folded):
            end = max(end, hit.end)
            for name, (low, high) in hit.spans.items():
                names.setdefault(name, trimmed(line.text[low:high]))
        others = [name for name, value in names.items() if (one := getattr(known, name)) and not alike(one, value)]
        return Announcement(names, end) if end and not others else None

    def rest_of_names(self, line: Line, names: Sequence[str]) -> str | None:
        """Return what a line holds beside these names and their honorifics; None when it holds none of them."""
        rest = line.bare
        for name in names:
            rest = rest.replace(Line.of(name).bare, " ") if name else rest
        if rest == line.bare:
            return None
        for word in self._honorifics:
            rest = rest.replace(word, " ")
        return Line.of(rest).bare


def trimmed(name: str) -> str:
    """Return a name without the pictures and marks around it."""
    start, end = 0, len(name)
    while start < end and not name[start].isalnum() and name[start] not in "(（「【[":
        start += 1
    while end > start and not name[end - 1].isalnum() and name[end - 1] not in ")）」】].!！?？ー・☆★":
        end -= 1
    return name[start:end]


def alike(one: str, other: str) -> bool:
    """Whether two names are the same but for width, case and decoration, or one holds the other."""
    first, second = Line.of(one).bare, Line.of(other).bare
    return bool(first and second) and (first in second or second in first)
