"""Text of a page in the making: white space as a browser shows it."""

from __future__ import annotations

import re

_SPACES = re.compile(r"[ \t\n\r\f]+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")  # by way of character references
# A line end between two East Asian characters is no space (CSS Text 3 section 4.1.3).
_WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"
_BREAK = re.compile(rf"(?<={_WIDE})[ \t]*\r?\n[ \t\r\n]*(?={_WIDE})")
_MOST_LINES = 3


class Writer:
    """Collects text; line ends and spaces wait until something follows them."""

    def __init__(self) -> None:
        self.length = 0
        """Characters written so far; what is pending does not count."""
        self._pieces: list[str] = []
        self._lines = 0
        self._space = False

    def write(self, text: str, pre: bool = False) -> None:
        """Add `text`, its white space collapsed unless it is preformatted (`pre`)."""
        if pre:
            words = text = _CONTROL.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
        elif " " in text or not text.isprintable():
            if "  " in text or not text.isprintable():
                text = _collapsed(text)
            words = text.strip(" ")
            self._space = self._space or text[:1] == " "
        else:
            words = text
        if not words:
            return
        if self.length:
            if self._lines:
                words = "\n" * min(self._lines, _MOST_LINES) + words
            elif self._space:
                words = " " + words
        self._pieces.append(words)
        self.length += len(words)
        self._lines = 0
        self._space = not pre and text[-1] == " "

    def newline(self) -> None:
        """End the line, as `<br>` does."""
        self._lines += 1

    def block(self, lines: int) -> None:
        """Make sure that at least `lines` line ends stand here."""
        self._lines = max(self._lines, lines)

    def space(self) -> None:
        """Keep what follows apart, as the next cell of a table."""
        self._space = True

    def text(self) -> str:
        """Return what was written."""
        return "".join(self._pieces)


def _collapsed(text: str) -> str:
    if text.isspace() and "\u3000" not in text and "\xa0" not in text:
        return " "
    text = _CONTROL.sub("", text)
    if "\n" in text:
        text = _BREAK.sub("", text)
    return _SPACES.sub(" ", text)
