"""The frame below the client's words, read from the bottom."""

from __future__ import annotations

from banken.platform.frame import BRACKETS, Cut, FrameReader, alike
from banken.platform.lines import Line

THREADS = ("message", "proposal", "contract", "other")
"""Shapes of the pages that a button of a notice leads to; a job's page may stand in the client's own words."""


class Foot:
    """Reads up to the last line that is the client's: `high` is the line behind it."""

    def __init__(self, reader: FrameReader, lines: list[Line], cut: Cut) -> None:
        self._reader = reader
        self._lines = lines
        self._cut = cut
        self._low = 0
        self._untitled = len(lines)
        """No line from here up to `high` begins a list of cautions."""
        self._link = len(lines)
        """The last link to the thread: what stands below it is nobody's but the platform's."""
        self.high = len(lines)

    def closers(self, low: int) -> list[int]:
        """Return where the frame itself ends the words: 「ここまで」, the same rule again, a closing bracket."""
        opener = self._opener(low)
        return [position for position in range(low, self.high) if self._closes(self._lines[position], opener)]

    def _closes(self, line: Line, opener: str) -> bool:
        if opener and line.text.strip() == opener:
            return True
        found = self._reader.field(line) if self._cut.marked else None
        return found is not None and found.kind == "text_ends"

    def _opener(self, low: int) -> str:
        """Return the line that would close what the last line of the head opened, "" for none."""
        above = next((line for line in reversed(self._lines[:low]) if not line.blank), None)
        if above is None:
            return ""
        return above.text.strip() if above.ruler else BRACKETS.get(above.text.strip(), "")

    def thread_link(self, low: int) -> int | None:
        """Return the line with the last link to the thread, below which nothing is the client's."""
        return self._last_link(low, self.high)

    def _last_link(self, low: int, high: int) -> int | None:
        for position in range(high - 1, low - 1, -1):
            line = self._lines[position]
            if self._reader.is_button(line) and (_leads_to_thread(line) or _is_counted(line)):
                return position
        return None

    def words(self, low: int, high: int) -> int:
        """Count the lines in `[low, high)` that no shape of the frame fits."""
        listed = False
        count = 0
        for line in self._lines[low:high]:
            listed = (listed or self._reader.is_caution_title(line)) and not line.blank
            count += not listed and not self._is_foot(line)
        return count

    def read(self, low: int) -> None:
        """Read upwards as long as the lines are the platform's, never above `low`."""
        self._low = low
        link = self._last_link(low, len(self._lines))
        self._link = len(self._lines) if link is None else link
        while self.high > low and (self._step() or self._block() or self._ruled()):
            pass

    def _step(self) -> bool:
        line = self._lines[self.high - 1]
        if not (self._is_foot(line) or self._leads_on(line)) or (self._reader.is_caution(line) and self._above_link()):
            return False
        self.high -= 1
        return True

    def _is_foot(self, line: Line) -> bool:
        return self._reader.is_foot(line) or self._repeats(line) or self._is_names(line)

    def _repeats(self, line: Line) -> bool:
        """Whether a line is a field that names the job or the client; what a client lists is no such field."""
        found = self._reader.field(line)
        if found is None or found.kind not in ("client", "job") or not found.value:
            return False
        below = self._lines[self.high] if self.high < len(self._lines) else line
        beside = below is not line and (below.linked or self._is_field(below))
        return found.quoted or beside or alike(getattr(self._cut, found.kind), found.value)

    def _is_field(self, line: Line) -> bool:
        found = self._reader.field(line)
        if found is None or line.foreign:
            return False
        return found.kind in ("client", "job", "due", "status", "worker") or (found.kind == "other" and found.is_plain)

    def _is_names(self, line: Line) -> bool:
        """Whether a line is only the client's name and perhaps the job's title (「山田商店 さん（仕事名）」)."""
        cut = self._cut
        rest = self._reader.rest_of_names(line, [cut.job, cut.client])
        if rest and line.text.rstrip().endswith((")", "）")) and not cut.job:
            cut.note("job", line.text.rstrip()[:-1].replace("（", "(").rpartition("(")[2])
            return True
        return rest == ""

    def _leads_on(self, line: Line) -> bool:
        """Whether a line has a button's words and stands right above the button's link."""
        below = self._lines[self.high : self.high + 2]
        link = next((one for one in below if not one.blank), None)
        return link is not None and link.linked and not link.words and self._reader.is_lead(line)

    def _above_link(self) -> bool:
        """Whether a client's own 【注意事項】 may end here: none stands below the link to the thread."""
        return self.high <= self._link

    def _block(self) -> bool:
        """Pass a whole paragraph that begins as a list of cautions does."""
        if self.high > self._untitled or self._above_link():
            return False
        for position in range(self.high - 1, self._low - 1, -1):
            line = self._lines[position]
            if line.blank or line.foreign or self._reader.invites(line):
                self._untitled = position + 1
                return False
            if self._reader.is_caution_title(line):
                self.high = position
                return True
        self._untitled = self._low
        return False

    def _ruled(self) -> bool:
        """Pass cautions that are no list, when a rule stands above them and nothing else."""
        for position in range(self.high - 1, self._low - 1, -1):
            line = self._lines[position]
            if line.ruler:
                self.high = position
                return True
            if not (self._is_foot(line) or self._reader.is_caution(line) or self._is_field(line)):
                return False
        return False


def _leads_to_thread(line: Line) -> bool:
    return any(page.shape in THREADS for page in line.pages)


def _is_counted(line: Line) -> bool:
    """Whether a button's link goes through a counter's host, so that its page cannot be seen."""
    return line.linked and not line.pages
