"""Tell the platform's frame from the client's own words, line by line, from the outside in.

Nothing is ever cut from within: a line that looks like a frame but stands amid the client's words stays theirs. The
shapes of the lines are data (platform.yaml, `frame:`); what is here is the order in which they are believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from banken.message.model import Message
from banken.platform.labels import Field, Labelled
from banken.platform.lines import Line, split
from banken.platform.links import Pages
from banken.platform.pattern import Patterns
from banken.platform.schema import Frame

Span = tuple[int, int]

THREADS = ("message", "proposal", "contract", "other")
"""Shapes of the pages that a button of a notice leads to; a job's page may stand in the client's own words."""

_SHORT = 30
"""Code points beside a link that still make it a button."""

_TAIL = 12
"""Code points behind a "came in" that are only the end of its sentence."""

_BRACKETS = {"「": "」", "『": "』", "“": "”", "《": "》", "[": "]", "{": "}"}
"""Brackets that stand alone on a line around the words."""

_AFTER = " 　。.、,:：!！」』)）】|｜"


@dataclass(slots=True)
class Cut:
    """What the cutting found. `body` are the client's words, `history` the worker's own of before."""

    body: list[Span] = field(default_factory=list)
    history: list[Span] = field(default_factory=list)
    frame: list[Line] = field(default_factory=list)
    client: str = ""
    job: str = ""
    due: str = ""
    status: list[str] = field(default_factory=list)
    """Values of fields like 「ステータス：業務中」."""
    announced: bool = False
    """The frame says that somebody's words follow."""
    marked: bool = False
    """The frame marks where they begin."""


class FrameReader:
    """Cuts mails of one platform."""

    def __init__(self, frame: Frame, names: Sequence[str], pages: Pages) -> None:
        self._pages = pages
        self._labels = Labelled(frame.labels)
        self._banner, self._greeting, self._announce, self._buttons, self._footer, self._titles, self._safety = (
            Patterns(sources, names)
            for sources in (
                frame.banner,
                frame.greeting,
                frame.announce,
                frame.buttons,
                frame.footer,
                frame.safety_titles,
                frame.safety,
            )
        )

    def cut(self, message: Message, client: str = "", job: str = "") -> Cut:
        """Cut `message`; `client` and `job` are what the subject said, since frames repeat them as bare lines."""
        lines = split(message, self._pages.places(message.text, message.links))
        return _Cutting(self, lines, client, job).run()

    # What a line is

    def field(self, line: Line) -> Field | None:
        """Return the label and value of a line, if it is one of the frame's."""
        return self._labels.read(line)

    def is_head(self, line: Line) -> bool:
        """Whether a line above the client's words is the platform's."""
        return (
            line.blank
            or line.ruler
            or line.text.strip() in _BRACKETS
            or self._banner.matches(line.folded)
            or self._greeting.matches(line.folded)
            or self.is_button(line)
            or self._footer.matches(line.folded)
            or self.is_safety(line)
        )

    def is_foot(self, line: Line) -> bool:
        """Whether a line below the client's words is the platform's."""
        return (
            line.blank
            or line.ruler
            or self.is_button(line)
            or self._footer.matches(line.folded)
            or self.is_safety(line)
        )

    def is_button(self, line: Line) -> bool:
        """Whether a line leads to the site: an address of the platform with few words, or a button's own words."""
        if line.foreign:
            return False
        if line.pages and len(line.words) <= _SHORT:
            return True
        return (line.item or line.linked) and self.is_lead(line)

    def is_lead(self, line: Line) -> bool:
        """Whether a line has a button's words; alone they prove nothing, a client says 「サイトから確認を」 too."""
        return len(line.words) <= 2 * _SHORT and self._buttons.matches(line.folded)

    def is_safety(self, line: Line) -> bool:
        """Whether a line is one of the platform's cautions: a note or item, without a way to reach somebody."""
        if line.foreign or not line.item:
            return False
        return self._titles.matches(line.folded) or self._safety.matches(line.folded)

    def is_safety_title(self, line: Line) -> bool:
        """Whether a line opens a list of cautions."""
        return not line.foreign and self._titles.matches(line.folded)

    def announcement(self, line: Line) -> tuple[dict[str, str], int] | None:
        """Return what a "somebody's message came in" line names, and where it ends in the line."""
        names: dict[str, str] = {}
        end = 0
        for hit in self._announce.hits(line.folded):
            end = max(end, hit.end)
            for name, (low, high) in hit.spans.items():
                names.setdefault(name, line.text[low:high].strip())
        return (names, end) if end else None


class _Cutting:
    """One mail being cut: `_low` and `_high` close in on the client's words."""

    def __init__(self, reader: FrameReader, lines: list[Line], client: str, job: str) -> None:
        self._reader = reader
        self._lines = lines
        self._low = 0
        self._high = len(lines)
        self._start: int | None = None
        """Where the words begin within the line `_low`, when not at its start."""
        self.cut = Cut(client=client, job=job)

    def run(self) -> Cut:
        self._head()
        closers = self._closers()
        if closers:
            self._high = closers[-1]
        else:
            self._thread_link()
        if len(closers) != 1:  # a rule that stands again and again may be the foot's own
            self._foot()
        self._collect()
        return self.cut

    # From the top

    def _head(self) -> None:
        while self._low < self._high:
            line = self._lines[self._low]
            if self._opens(line):
                self._skip_rules()
                return
            if not self._is_head(line):
                return
            self._low += 1

    def _skip_rules(self) -> None:
        """Pass the rule or bracket below 「メッセージ」."""
        while self._start is None and self._low < self._high:
            line = self._lines[self._low]
            if not (line.blank or line.ruler or line.text.strip() in _BRACKETS):
                return
            self._low += 1

    def _opens(self, line: Line) -> bool:
        """Whether the client's words begin here: behind 「メッセージ：」, or in the rest of an announcement."""
        found = self._reader.field(line)
        if found is not None and found.kind == "text":
            self.cut.marked = self.cut.announced = True
            self._start = line.start + found.at if found.value else None
            self._low += 0 if found.value else 1
            return True
        named = self._reader.announcement(line)
        if named is None:
            return False
        self._note(named[0])
        rest = line.text[named[1] :].lstrip(_AFTER)
        if rest.startswith(("(", "（")) and rest.endswith((")", "）")):
            self._note({"job": rest[1:-1].strip()})
            return False
        while rest and self._reader.is_foot(Line.of(rest.partition("。")[0])):
            rest = rest.partition("。")[2].lstrip(_AFTER)
        if len(rest) <= _TAIL:
            return False
        self._start = line.end - len(rest)
        return True

    def _is_head(self, line: Line) -> bool:
        reader, cut = self._reader, self.cut
        if reader.announcement(line) is not None:
            cut.announced = True
            return True
        found = reader.field(line)
        if found is not None:
            self._note({found.kind: found.value})
            return True
        return reader.is_head(line) or self._is_name(line) or self._is_title(line)

    def _is_name(self, line: Line) -> bool:
        """Whether a line is the client's name alone (「山田商店」「山田商店：」「山田商店 さん」)."""
        bare = line.bare.removesuffix("さん").removesuffix("様").strip()
        if not self.cut.client or bare != _folded(self.cut.client):
            return False
        self.cut.announced = True
        return True

    def _is_title(self, line: Line) -> bool:
        if self.cut.job:
            return line.bare.strip("「」『』") == _folded(self.cut.job)
        return self._names_job(line)

    def _names_job(self, line: Line) -> bool:
        """Whether a line stands between the client's bare name and a blank line, as a job's title does."""
        if self._low == 0 or self._low + 1 == len(self._lines):
            return False
        above, below = self._lines[self._low - 1], self._lines[self._low + 1]
        if not self._is_name(above) or above.text.rstrip().endswith((":", "：")) or not below.blank:
            return False
        self.cut.job = line.text.strip()
        return True

    def _note(self, names: dict[str, str]) -> None:
        for name, value in names.items():
            if name == "status" and value:
                self.cut.status.append(value)
            if name in ("client", "job", "due") and value and not getattr(self.cut, name):
                setattr(self.cut, name, value)

    # From the bottom

    def _closers(self) -> list[int]:
        """Return where the frame itself ends the words: 「ここまで」, the same rule again, a closing bracket."""
        opener = self._opener()
        found = []
        for position in range(self._low, self._high):
            line = self._lines[position]
            field_ = self._reader.field(line) if self.cut.marked else None
            ends = field_ is not None and field_.kind == "text_ends"
            if ends or (opener and line.text.strip() == opener):
                found.append(position)
        return found

    def _opener(self) -> str:
        """Return the line that would close what the last line of the head opened, "" for none."""
        for position in range(self._low - 1, -1, -1):
            line = self._lines[position]
            if not line.blank:
                return line.text.strip() if line.ruler else _BRACKETS.get(line.text.strip(), "")
        return ""

    def _thread_link(self) -> None:
        """Let the foot begin at the last link to the thread, unless the words stand below the link."""
        last = None
        for position in range(self._low, self._high):
            line = self._lines[position]
            if self._reader.is_button(line) and any(page.shape in THREADS for page in line.pages):
                last = position
        if last is None:
            return
        above, below = self._words(self._low, last), self._words(last + 1, self._high)
        if below > 2 and below > 2 * above:
            self._low = last + 1
            self._head()
        else:
            self._high = last

    def _words(self, low: int, high: int) -> int:
        titled = False
        count = 0
        for line in self._lines[low:high]:
            titled = (titled or self._reader.is_safety_title(line)) and not line.blank
            count += not titled and not self._reader.is_foot(line) and self._reader.field(line) is None
        return count

    def _foot(self) -> None:
        while self._high > self._low:
            paragraph = self._paragraph()
            if self._reader.is_safety_title(self._lines[paragraph]) and not any(
                line.foreign for line in self._lines[paragraph : self._high]
            ):
                self._high = paragraph
            elif self._is_foot(self._lines[self._high - 1]) or self._leads_on():
                self._high -= 1
            else:
                return

    def _paragraph(self) -> int:
        """Return where the last caution's list, or else the last line, begins."""
        for position in range(self._high - 1, self._low - 1, -1):
            line = self._lines[position]
            if line.blank:
                break
            if self._reader.is_safety_title(line):
                return position
        return self._high - 1

    def _leads_on(self) -> bool:
        """Whether the last line has a button's words and stands right above the button's link."""
        below = self._lines[self._high : self._high + 2]
        link = next((line for line in below if not line.blank), None)
        return link is not None and link.linked and not link.words and self._reader.is_lead(self._lines[self._high - 1])

    def _is_foot(self, line: Line) -> bool:
        if self._reader.is_foot(line):
            return True
        found = self._reader.field(line)
        if found is None or found.kind in ("text", "history"):
            return False
        self._note({found.kind: found.value})
        return True

    # What is left

    def _collect(self) -> None:
        into = self.cut.body
        for position, line in enumerate(self._lines):
            if not self._low <= position < self._high:
                self.cut.frame.append(line)
                continue
            found = self._reader.field(line)
            if found is not None and found.kind == "history" and not found.value:
                into = self.cut.history
            start = line.start if position > self._low or self._start is None else self._start
            _append(into, (start, line.end))


def _append(spans: list[Span], span: Span) -> None:
    if spans and span[0] <= spans[-1][1] + 2:
        spans[-1] = (spans[-1][0], span[1])
    else:
        spans.append(span)


def _folded(text: str) -> str:
    return Line.of(text).bare
