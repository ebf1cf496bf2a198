"""The frame above the client's words, read from the top."""

from __future__ import annotations

from banken.platform.frame import BRACKETS, Cut, FrameReader, alike
from banken.platform.labels import Field
from banken.platform.lines import Line

_TAIL = 12
"""Code points behind a "came in" that are only the end of its sentence."""

_PIECES = 20
"""So many sentences behind a "came in" may be the frame's; what follows is the client's."""

_AHEAD = 5
"""Lines of unknown shape that may stand above an announcement."""

_AHEAD_OF_MARK = 3
"""Lines of unknown shape that may stand between an announcement and the mark where the words begin."""

_AFTER = " 　。.、,:：!！」』)）】|｜"


class Head:
    """Reads down to the first line that is the client's: `low`, and `start` when the words begin within that line."""

    def __init__(self, reader: FrameReader, lines: list[Line], cut: Cut) -> None:
        self._reader = reader
        self._lines = lines
        self._cut = cut
        self._given = cut.client
        self.low = 0
        self._announced = 0
        self._skipped = False
        self._looked_at = (0, 0)
        """Where the block of fields lies that was looked at last."""
        self._by: tuple[tuple[int, int], str, str, str] = ((0, 0), "", "", "")
        self._fits_frame = False
        """Whether that block is the frame's, `_by` the names that were known then."""
        self.start: int | None = None

    @property
    def announced(self) -> int:
        """The line behind the first "came in": what stands above it is the platform's, if all of it has a known shape."""
        return 0 if self._skipped else self._announced

    def read(self, low: int, high: int) -> None:
        """Read the lines from `low` on, never beyond `high`."""
        self.low = low
        while self.low < high:
            line = self._lines[self.low]
            if self._opens(line):
                self._skip_rules(high)
                return
            if not self._is_head(line):
                further = self._further(high)
                if further is None:
                    return
                self.low = further
                self._skipped = True
                continue
            self.low += 1

    def _skip_rules(self, high: int) -> None:
        """Pass the rule or bracket below 「メッセージ」."""
        while self.start is None and self.low < high:
            line = self._lines[self.low]
            if not (line.blank or line.ruler or line.text.strip() in BRACKETS):
                return
            self.low += 1

    def _opens(self, line: Line) -> bool:
        """Whether the client's words begin here: behind 「メッセージ：」, or in the rest of an announcement."""
        found = self._reader.field(line)
        if found is not None and found.is_text:
            self._cut.marked = self._cut.announced = True
            self.start = line.start + found.at if found.value else None
            self.low += 0 if found.value else 1
            return True
        said = self._reader.announcement(line, self._cut)
        if said is None:
            return False
        for name, value in said.names.items():
            self._cut.note(name, value)
        rest = self._rest(line.text[said.end :].lstrip(_AFTER))
        if len(rest) <= _TAIL:
            return False
        self._cut.announced = True
        self.start = line.end - len(rest)
        return True

    def _rest(self, rest: str) -> str:
        """Return what stands behind an announcement and is not the frame's."""
        if rest.startswith(("(", "（")) and rest.endswith((")", "）")):
            self._cut.note("job", rest[1:-1])
            return ""
        for _piece in range(_PIECES):
            said, _stop, more = rest.partition("。")
            if not rest or not self._reader.is_foot(Line.of(said)):
                break
            rest = more.lstrip(_AFTER)
        return rest

    def _is_head(self, line: Line) -> bool:
        reader, cut = self._reader, self._cut
        if reader.announcement(line, cut) is not None:
            cut.announced = True
            self._announced = self._announced or self.low + 1
            return True
        found = reader.field(line)
        if found is not None and self._is_frames(found, line):
            if found.kind != "status":  # whether it is the client's claim shows only when all is cut
                cut.note(found.kind, found.value)
            return True
        worker = reader.greets(line)
        cut.note("worker", worker or "")
        return worker is not None or reader.is_head(line) or self._is_names(line) or self._is_title(line)

    def _is_frames(self, found: Field, line: Line) -> bool:
        """Whether a field is the frame's: it names client or job as known, or stands among nothing but such fields."""
        if found.kind in ("text_ends", "history") or line.foreign:
            return False
        if found.kind in ("client", "job") and alike(getattr(self._cut, found.kind), found.value):
            return True
        return self._is_frames_block()

    def _is_frames_block(self) -> bool:
        """Whether the lines around the present one are a block of the frame's fields, by the names known now."""
        block = self._bounds()
        by = (block, self._cut.client, self._cut.job, self._cut.worker)
        if by != self._by:
            fields = [(one, self._reader.field(one)) for one in self._lines[slice(*block)]]
            named = any(field is not None and field.kind in ("client", "job") for _line, field in fields)
            self._fits_frame = named and all(self._fits(one, field) for one, field in fields)
            self._looked_at, self._by = block, by
        return self._fits_frame

    def _fits(self, line: Line, found: Field | None) -> bool:
        """Whether a line can stand in a block of the frame's fields: what anybody could have said cannot."""
        if found is None:
            return self._reader.is_head(line) or self._reader.announcement(line, self._cut) is not None
        if found.kind in ("client", "job"):
            known = getattr(self._cut, found.kind)
            return not known or alike(known, found.value)
        return found.kind != "other" or found.is_plain

    def _bounds(self) -> tuple[int, int]:
        """Return where the lines around the present one begin and end, at a blank one or the mark where the words begin."""
        if self._looked_at[0] <= self.low < self._looked_at[1]:
            return self._looked_at
        low = high = self.low
        while low > 0 and not self._lines[low - 1].blank:
            low -= 1
        while high < len(self._lines) and not self._ends_block(self._lines[high]):
            high += 1
        return low, high

    def _ends_block(self, line: Line) -> bool:
        found = self._reader.field(line)
        return line.blank or line.ruler or (found is not None and found.is_text)

    def _is_names(self, line: Line) -> bool:
        """Whether a line is the client's name alone (「山田商店」「山田商店：」「山田商店 さん（仕事名）」)."""
        cut = self._cut
        if not cut.client or len(line.text) > 2 * len(cut.client) + 2 * len(cut.job) + 20:
            return False
        rest = self._reader.rest_of_names(line, [cut.job, cut.client])
        if rest is None or rest:
            return False
        cut.announced = True
        return True

    def _is_title(self, line: Line) -> bool:
        """Whether a line stands between the client's bare name and a blank line, as a job's title does."""
        if self._cut.job or self.low == 0 or self.low + 1 == len(self._lines):
            return False
        above, below = self._lines[self.low - 1], self._lines[self.low + 1]
        if not self._is_names(above) or above.text.rstrip().endswith((":", "：")) or not below.blank:
            return False
        self._cut.note("job", line.text)
        return True

    def _further(self, high: int) -> int | None:
        """Return where the frame goes on below a few lines of unknown shape: at an announcement, at 「本文」."""
        unknown = 0
        for position in range(self.low, high):
            line = self._lines[position]
            if line.foreign or unknown > _AHEAD:
                return None
            found = self._reader.field(line)
            if found is not None and found.kind == "text" and not found.value and line.item:
                return position if unknown <= _AHEAD_OF_MARK else None
            said = self._reader.announcement(line, self._cut)
            if said is not None and not self._cut.announced and (said.names or not self._given):
                return position
            unknown += not self._reader.is_head(line) and found is None
        return None
