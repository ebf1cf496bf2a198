"""What was guessed, lost, cut or odd in reading a mail: one word each, kept in `Message.notes`, told by `explain`."""

from __future__ import annotations

from enum import StrEnum

from banken.i18n import _


class Note(StrEnum):
    """One word for one doubt; a `Message` carries them as plain strings."""

    CHARSET_GUESSED = "charset-guessed"
    CHARSET_WRONG = "charset-wrong"
    CHARSET_UNKNOWN = "charset-unknown"
    CHARACTERS_LOST = "characters-lost"
    CONTROLS_REMOVED = "controls-removed"
    TRANSFER_BROKEN = "transfer-broken"
    HEADER_BROKEN = "header-broken"
    HEADER_REPEATED = "header-repeated"
    STRUCTURE_BROKEN = "structure-broken"
    DATE_MISSING = "date-missing"
    ALTERNATIVE_DIFFERS = "alternative-differs"
    HIDDEN_TEXT = "hidden-text"
    LINK_DIFFERS = "link-differs"
    HTML_FLATTENED = "html-flattened"
    ENCRYPTED = "encrypted"
    OMITTED = "part-omitted"
    CUT_MESSAGE = "cut-message"
    CUT_TEXT = "cut-text"
    CUT_PARTS = "cut-parts"
    CUT_DEPTH = "cut-depth"
    CUT_HEADER = "cut-header"
    CUT_ADDRESSES = "cut-addresses"
    CUT_TIME = "cut-time"
    UNREADABLE = "unreadable"


def describe(note: str) -> str:
    """Return one sentence for people about `note`; a word that is not ours comes back as it is."""
    return _TEXTS[Note(note)]() if note in _TEXTS else note


_TEXTS = {
    Note.CHARSET_GUESSED: lambda: _("The mail does not say its character set; it was guessed."),
    Note.CHARSET_WRONG: lambda: _(
        "The mail names a character set that its text is not written in; another one fitted."
    ),
    Note.CHARSET_UNKNOWN: lambda: _("The mail names a character set nobody knows; it was guessed."),
    Note.CHARACTERS_LOST: lambda: _("Some characters could not be decoded."),
    Note.CONTROLS_REMOVED: lambda: _("Control characters were taken out of the text."),
    Note.TRANSFER_BROKEN: lambda: _("The base64 or quoted-printable coding is damaged; what could be read was read."),
    Note.HEADER_BROKEN: lambda: _("A line of the header is malformed."),
    Note.HEADER_REPEATED: lambda: _("A header field that may stand only once stands there several times."),
    Note.STRUCTURE_BROKEN: lambda: _("The parts of the mail are not properly separated."),
    Note.DATE_MISSING: lambda: _("The mail has no usable date."),
    Note.ALTERNATIVE_DIFFERS: lambda: _("The plain text and the HTML of the mail say different things."),
    Note.HIDDEN_TEXT: lambda: _("The HTML holds text that a reader does not see."),
    Note.LINK_DIFFERS: lambda: _("A link shows one address and leads to another."),
    Note.HTML_FLATTENED: lambda: _("The HTML is nested too deeply; its text was taken without its layout."),
    Note.ENCRYPTED: lambda: _("The mail is encrypted or sealed; its text cannot be read."),
    Note.OMITTED: lambda: _("A large part was left on the server and not read."),
    Note.CUT_MESSAGE: lambda: _("The mail is larger than the limit; the rest was not read."),
    Note.CUT_TEXT: lambda: _("The text is longer than the limit; the rest was not read."),
    Note.CUT_PARTS: lambda: _("The mail has more parts than the limit; the rest was not read."),
    Note.CUT_DEPTH: lambda: _("The parts are nested more deeply than the limit; the innermost were not read."),
    Note.CUT_HEADER: lambda: _("A header field is longer than the limit; the rest was not read."),
    Note.CUT_ADDRESSES: lambda: _("The mail has more addresses than the limit; the rest was not read."),
    Note.CUT_TIME: lambda: _("Reading the mail took longer than the limit; the rest was not read."),
    Note.UNREADABLE: lambda: _("The mail could not be read as a mail; its octets were taken as text."),
}
