"""The kinds of values in the configuration, and how each is checked."""

from __future__ import annotations

import ipaddress
import os
import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, PlainValidator, ValidationInfo

from banken.config.section import Form
from banken.i18n import _
from banken.places import rules_root
from banken.strictyaml import Mistake, did_you_mean, nearest, shown

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "秒": 1, "分": 60, "時間": 3600, "日": 86400}
_PART = re.compile(r"(\d{1,9})\s*(秒|分|時間|日|[smhd])")
_LONGEST = timedelta(days=36500)


def parse_duration(text: object) -> timedelta:
    """Return a length of time written like `30s`, `2m`, `1h30m`, `30d` (or 秒, 分, 時間, 日); raises Mistake."""
    plain = unicodedata.normalize("NFKC", text).strip() if isinstance(text, str) else ""
    parts = _PART.findall(plain)
    seconds = sum(int(number) * _UNITS[unit] for number, unit in parts)
    if not parts or _PART.sub("", plain).strip() or seconds > _LONGEST.total_seconds():
        what = _("“{value}” is no length of time").format(value=shown(text))
        raise Mistake(what, _("write it like 30s, 2m, 1h or 30d"))
    return timedelta(seconds=seconds)


def format_duration(length: timedelta) -> str:
    """Return `length` as `parse_duration` reads it, in the biggest units that fit: `90s` is `1m30s`."""
    rest, text = int(length.total_seconds()), ""
    for unit in "dhms":
        count, rest = divmod(rest, _UNITS[unit])
        text += f"{count}{unit}" if count else ""
    return text or "0s"


def _between(low: timedelta, high: timedelta) -> Callable[[timedelta], timedelta]:
    def check(length: timedelta) -> timedelta:
        if low <= length <= high:
            return length
        bounds = {"low": format_duration(low), "high": format_duration(high)}
        what = _("“{value}” is too short or too long").format(value=format_duration(length))
        raise Mistake(what, _("write {low} to {high}").format(**bounds))

    return check


_DURATION = (
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    Form("時間の長さ（`30s`、`2m`、`1h`、`30d`）", "a length of time (`30s`, `2m`, `1h`, `30d`)"),
)
Interval = Annotated[timedelta, *_DURATION, AfterValidator(_between(timedelta(seconds=1), timedelta(days=1)))]
"""How often something is done: a second to a day."""
Repeat = Annotated[timedelta, *_DURATION, AfterValidator(_between(timedelta(0), timedelta(days=7)))]
"""How long something is not said again: nothing to a week."""
Retention = Annotated[timedelta, *_DURATION, AfterValidator(_between(timedelta(days=1), _LONGEST))]
"""How long something is kept: a day or more."""


def _zone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):  # not found; a path such as ../x; a folder such as Asia
        near = nearest(str(name), available_timezones())
    todo = _("did you mean “{word}”?").format(word=near) if near else _("write it like Asia/Tokyo")
    raise Mistake(_("there is no time zone “{value}”").format(value=shown(name)), todo)


Zone = Annotated[
    ZoneInfo,
    PlainValidator(_zone),
    PlainSerializer(str, return_type=str),
    Form("タイムゾーン名", "the name of a time zone"),
]
"""A time zone of the IANA database."""


def _day(text: object) -> date:
    try:
        return date.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        what = _("“{value}” is no date").format(value=shown(text))
        raise Mistake(what, _("write it like 2026-10-01")) from None


Day = Annotated[date, BeforeValidator(_day), Form("日付（`2026-10-01`）", "a date (`2026-10-01`)")]
"""A calendar day in the configured time zone."""


def one_line(text: str) -> str:
    """Return `text` when it is one line without control characters; raises Mistake."""
    if any(unicodedata.category(char) in ("Cc", "Zl", "Zp") for char in text):
        raise Mistake(_("a control character stands in “{value}”").format(value=shown(text)), _("delete it"))
    if not text.strip():
        raise Mistake(_("this must not be empty"), _("fill it in"))
    return text


Line = Annotated[str, Field(max_length=1000), AfterValidator(one_line), Form("文字列", "text")]
"""Text of one line, not empty."""


def _host(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip()
    if _is_host(plain):
        return plain.lower()
    name, _sep, port = plain.rpartition("://")[2].rstrip("/").rpartition(":")
    if _is_host(name) and port.isdecimal():
        raise Mistake(_("“{value}” is more than a host's name").format(value=shown(text)), _("use host: and port:"))
    raise Mistake(_("“{value}” is no host's name").format(value=shown(text)), _("write it like imap.example.jp"))


def _is_host(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return re.fullmatch(r"(?!-)[\w-]{1,63}(\.[\w-]{1,63})*\.?", text) is not None and len(text) <= 253
    return True


def is_loopback(host: object) -> bool:
    """Return whether `host` can only be this machine (RFC 6761 section 6.3 for names)."""
    name = str(host).lower().rstrip(".")
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


Host = Annotated[str, AfterValidator(_host), Form("ホスト名", "a host's name")]
"""A host's name or IP address."""
Port = Annotated[int, Field(ge=1, le=65535), Form("1 〜 65535", "1 to 65535")]


def _web(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme == "https" and _is_host(parts.hostname or "") and not parts.query and not parts.username:
        return text.rstrip("/")
    raise Mistake(
        _("“{value}” is no https address").format(value=shown(text)), _("write it like https://login.example.jp")
    )


WebAddress = Annotated[str, AfterValidator(one_line), AfterValidator(_web), Form("`https://…`", "`https://…`")]
"""The address of a server that is asked by HTTPS."""


def _address(text: str) -> str:
    # Loose on purpose: docomo hands out local parts that RFC 5322 forbids (two dots in a row, one at the end).
    if re.fullmatch(r"[^\s@<>,;:()\[\]\"\\\x00-\x1f\x7f]{1,64}@[\w.-]{1,253}", text):
        return text
    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("mailto:")
    inner = re.search(r"[^\s@<>]+@[\w.-]+", plain)
    meant = _("did you mean “{word}”?").format(word=inner.group()) if inner else ""
    todo = meant or _("write it like worker@example.jp")
    raise Mistake(_("“{value}” is no mail address").format(value=shown(text)), todo)


MailAddress = Annotated[str, AfterValidator(_address), Form("メールアドレス", "a mail address")]
"""A bare address (RFC 5322 addr-spec), without a name beside it."""


def _folder(name: str) -> str:
    if wild := next((char for char in "*%" if char in one_line(name)), ""):
        what = _("“{wild}” cannot stand in a folder's name").format(wild=wild)
        raise Mistake(what, _("name each folder"))
    return name


Folder = Annotated[str, AfterValidator(_folder), Form("フォルダー名", "a folder's name")]
"""A mail folder's whole name as the mail program shows it; `*` and `%` are wildcards of LIST (RFC 9051 6.3.9)."""


def resolved(text: str, info: ValidationInfo) -> Path:
    """Return the path that a configuration means: `~` opened, relative to the folder of its file."""
    path = Path(os.path.expanduser(one_line(text)))  # noqa: PTH111 - Path.expanduser raises where there is no home
    return Path((info.context or {}).get("folder", "")) / path


def _file(value: Any, info: ValidationInfo) -> Path:
    if not isinstance(value, str):
        what = _("“{value}” is no file's name").format(value=shown(value))
        raise Mistake(what, _("put it in quotes"))
    path = resolved(value, info)
    if not os.path.exists(path):  # noqa: PTH110 - Path.exists raises where a folder may not be entered
        raise Mistake(_("there is no “{name}” that can be read").format(name=path), _("check the name"))
    return path


FilePath = Annotated[
    Path,
    PlainValidator(_file),
    PlainSerializer(str, return_type=str),
    Form(
        "ファイル名（`~` 可。相対パスは設定ファイルの場所から）",
        "a file (`~` is opened; relative to the configuration)",
    ),
]
"""A file or folder that is there."""


def _platform(name: str) -> str:
    known = sorted(path.parent.name for path in rules_root().glob("*/platform.yaml"))
    if name in known:
        return name
    raise Mistake(_("there is no platform “{value}”").format(value=shown(name)), did_you_mean(name, known))


Platform = Annotated[str, AfterValidator(_platform), Form("`rules/` の中のフォルダー名", "a folder below `rules/`")]
"""A platform that has a `platform.yaml`."""
