"""What the judge is asked (`Case`), and the shapes that pass between its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from banken.words import Category, Channel, Permission, Segment, SegmentKind, Stage

if TYPE_CHECKING:  # the judge needs no mail reader to run
    from banken.message.model import Link


@dataclass(frozen=True, slots=True)
class Case:
    """One message as the judge sees it: words, whose they are, and how far the deal had come.

    `segments` point into `text`; only BODY, HIDDEN and (in a mail without other words) FORWARD are judged. `subject`
    is the mail's subject or the job's title: context, never evidence. `heading` is the subject of a client's own mail
    where it is new (`message.subject.is_new`), as it came: its words are judged like a first line.
    `impersonates` says why the sender looks like someone passing as the platform, `unbelieved` which event kinds the
    mail claims without proof, `forged` whether it was found not to be from whom it says, `reached` whether it came
    straight from a client with whom there is no contract yet, `partial` whether more stood in the mail than was read.
    """

    text: str
    segments: tuple[Segment, ...]
    channel: Channel = Channel.DIRECT
    stage: Stage = Stage.UNKNOWN
    permission: Permission = Permission.NONE
    agent: bool = False
    links: Sequence[Link] = ()
    subject: str = ""
    heading: str = ""
    known_client: bool = False
    impersonates: str = ""
    unbelieved: tuple[str, ...] = ()
    forged: bool = False
    reached: bool = False
    partial: bool = False

    @classmethod
    def of(cls, text: str, **facts: object) -> Case:
        """Return a case whose whole text is the client's own words."""
        return cls(text, (Segment(SegmentKind.BODY, 0, len(text)),), **facts)  # type: ignore[arg-type]


class ReaderWindow(Protocol):
    """One or two sentences in which the reader sees something asked; a score of 0.5 is its threshold."""

    @property
    def category(self) -> Category: ...  # noqa: D102
    @property
    def score(self) -> float: ...  # noqa: D102
    @property
    def first(self) -> int: ...  # noqa: D102
    @property
    def last(self) -> int: ...  # noqa: D102


class Reader(Protocol):
    """The learned second opinion (judge/reader): pure, deterministic, without state."""

    def read(self, sentences: Sequence[str]) -> Sequence[ReaderWindow]:
        """Return what is asked in `sentences`, given in the reader's view (`plain_sentences`)."""
        ...

    def reach(self, sentences: Sequence[str]) -> int:
        """Return how many of `sentences`, from the first, are read at all."""
        ...

    def telling(self, sentence: str, category: Category) -> Sequence[tuple[int, int]]:
        """Return the stretches of `sentence` that speak most for `category`, in order."""
        ...
