"""Texts in the worker's language: one gettext catalogue, English in the code, Japanese beside it."""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

LANGUAGES = ("ja", "en")
"""The languages of the product, the default first."""

_LOCALE = Path(__file__).parent / "locale"


class _Speaker:
    """The language spoken now; one for the process, so that threads speak it too."""

    language = LANGUAGES[0]


def set_language(language: str) -> None:
    """Speak `language` ("ja" or "en") from now on; anything else means the default."""
    _Speaker.language = language if language in LANGUAGES else LANGUAGES[0]


def language() -> str:
    """Return the language spoken now."""
    return _Speaker.language


def _(message: str) -> str:
    """Return `message` (written in English) in the language spoken now; the caller fills `{placeholders}`."""
    return _catalogue(_Speaker.language).gettext(message)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("banken", _LOCALE, [language], fallback=True)
