"""A point in time as people say it: `30d`, `2026-10-01`, `yesterday`, 昨日."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from banken.i18n import _

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAYS = {"today": 0, "今日": 0, "yesterday": 1, "昨日": 1, "一昨日": 2}


class SinceError(ValueError):
    """The words are no point in time; the message says what can be written."""


def since(words: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment that `words` mean, aware, in `zone`; a day means its first moment there.

    Raises SinceError.
    """
    words = words.strip().lower()
    span = re.fullmatch(r"(\d{1,5})([mhdw])", words)
    try:
        if span:
            return now.astimezone(zone) - timedelta(**{_UNITS[span[2]]: int(span[1])})
        if words in _DAYS:
            return _midnight(now.astimezone(zone).date() - timedelta(days=_DAYS[words]), zone)
        return _moment(words, zone)
    except (ValueError, OverflowError):
        what = _("“{words}” is no point in time — write 30d, 12h, 2026-10-01, today or yesterday").format(words=words)
        raise SinceError(what) from None


def _moment(words: str, zone: ZoneInfo) -> datetime:
    if re.fullmatch(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}", words):
        year, month, day = (int(part) for part in re.split("[-/]", words))
        return _midnight(date(year, month, day), zone)
    moment = datetime.fromisoformat(words)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)
