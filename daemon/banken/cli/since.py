"""A point in time as people say it: `30d`, `2026-10-01`, `yesterday`, 昨日, 30日, 2026年10月1日."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from banken.i18n import _

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks", "分": "minutes", "時間": "hours", "日": "days"}
_UNITS |= {"週": "weeks", "週間": "weeks"}
_MONTH = 30
"""Days of a か月 that is counted back, as in 30d."""
_DAYS = {"today": 0, "今日": 0, "yesterday": 1, "昨日": 1, "一昨日": 2}


class SinceError(ValueError):
    """The words are no point in time; the message says what can be written."""


def since(words: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment that `words` mean, aware, in `zone`; a day means its first moment there.

    Raises SinceError.
    """
    return _read(words, now, zone)[0]


def until(words: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment up to which `words` reach, aware, in `zone`; a day reaches to its end there.

    Raises SinceError.
    """
    moment, whole_day = _read(words, now, zone)
    if not whole_day or moment.date() == date.max:
        return moment
    return _midnight(moment.date() + timedelta(days=1), zone)


def half_width(words: str) -> str:
    """Return words as typed with a Japanese keyboard in half-width: ３０ｄ, 2026年11月1日 as 2026-11-1."""
    plain = unicodedata.normalize("NFKC", words).strip().lower()
    return re.sub(r"(\d{4})年(\d{1,2})月(?:(\d{1,2})日)?", lambda found: "-".join(filter(None, found.groups())), plain)


def _read(words: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, bool]:
    """Return the moment that `words` mean, a day's first one, and whether they name a day."""
    plain = half_width(words)
    span = re.fullmatch(rf"(\d{{1,5}})({'|'.join(_UNITS)})前?", plain)
    months = re.fullmatch(r"(\d{1,3})[かヶケカヵ]月前?", plain)
    try:
        if span:
            # In UTC: a wall clock that was put forward meanwhile would count an hour that never was.
            return (now.astimezone(UTC) - timedelta(**{_UNITS[span[2]]: int(span[1])})).astimezone(zone), False
        if months:
            return now.astimezone(zone) - timedelta(days=_MONTH * int(months[1])), False
        if plain in _DAYS:
            return _midnight(now.astimezone(zone).date() - timedelta(days=_DAYS[plain]), zone), True
        return _moment(plain, zone)
    except (ValueError, OverflowError):
        what = _("“{words}” is no point in time — write 30d, 12h, 2026-10-01, today or yesterday").format(words=words)
        raise SinceError(what) from None


def _moment(words: str, zone: ZoneInfo) -> tuple[datetime, bool]:
    if re.fullmatch(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}", words):
        year, month, day = (int(part) for part in re.split("[-/]", words))
        return _midnight(date(year, month, day), zone), True
    moment = datetime.fromisoformat(words)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone), False


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)
