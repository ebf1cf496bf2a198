"""The part of the configuration that names other ways to be told than mail."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import time, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from banken.config.knowledge import Loudness
from banken.config.secrets import PLACES, PrivateUrl
from banken.config.section import About, Form, Section
from banken.config.values import Repeat
from banken.i18n import _
from banken.strictyaml import Mistake, shown
from banken.words import Category, Level

_TIME = re.compile(r"(\d{1,2}):(\d{2})")


def _time(text: object) -> time:
    """Return a time of day written like `8:00`; raises Mistake."""
    found = _TIME.fullmatch(unicodedata.normalize("NFKC", str(text)).strip())
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise Mistake(_("“{value}” is no time of day").format(value=shown(text)), _("write it like 8:00 or 21:30"))
    return time(int(found[1]), int(found[2]))


def _hours(text: object) -> tuple[time, time]:
    """Return a part of the day written like `22:00-7:00`; raises Mistake."""
    parts = re.split(r"\s*[-~〜–]\s*", unicodedata.normalize("NFKC", str(text)).strip())
    if len(parts) != 2 or _time(parts[0]) == _time(parts[1]):
        what = _("“{value}” is no part of the day").format(value=shown(text))
        raise Mistake(what, _("write it like 22:00-7:00"))
    return _time(parts[0]), _time(parts[1])


def _times(given: object) -> object:
    return [_time(one) for one in given] if isinstance(given, list) else [_time(given)]


Hours = Annotated[
    tuple[time, time],
    BeforeValidator(_hours),
    PlainSerializer(lambda hours: "-".join(f"{one:%H:%M}" for one in hours), return_type=str),
    Form("時間帯（`22:00-7:00`）", "a part of the day (`22:00-7:00`)"),
]
"""From one time of day to another, over midnight when the second is the earlier one."""
Times = Annotated[
    tuple[time, ...],
    BeforeValidator(_times),
    PlainSerializer(lambda times: [f"{one:%H:%M}" for one in times], return_type=list[str]),
    Form("時刻（`8:00`）、または一覧 `[8:00, 20:00]`", "a time of day (`8:00`), or a list `[8:00, 20:00]`"),
]
"""Times of day."""


class Notify(Section):
    """Another way to be told. Its URL alone, as text or as a secret, stands for the whole."""

    url: Annotated[
        PrivateUrl,
        About(
            "知らせる先（Apprise の URL。ntfy、Discord、Slack、LINE、Telegram など）。URL を知る人は誰でもそこへ送れるので、"
            "秘密として扱います。ほかの項目が要らなければ、一覧に URL だけを書けます。",
            "Where you are told (an Apprise URL: ntfy, Discord, Slack, LINE, Telegram and many more). Whoever knows it "
            "can send there, so it is kept secret. When you need no other key, the URL alone may stand in the list.",
            "ntfys://ntfy.example/my-secret-topic",
        ),
    ]
    says: Annotated[
        Literal["category", "full"],
        About(
            "知らせる内容。category（判定と種類だけ）、full（相手の名前、仕事の題名、見つけた言葉も）。"
            "full では、メールの言葉が外のサービスに渡ります。",
            "What is told: category (level and categories only), or full (also client, job and the words found, which "
            "then pass through a service outside).",
        ),
    ] = "category"
    levels: Annotated[
        tuple[Loudness, ...],
        Field(min_length=1),
        About("ここに知らせる判定。", "The levels that are told here: notice, warning, danger."),
    ] = (Level.WARNING, Level.DANGER)
    categories: Annotated[
        tuple[Category, ...],
        Field(min_length=1),
        About("ここに知らせる種類。書かなければすべて。", "The categories that are told here; all when left out."),
    ] = tuple(Category)
    quiet: Annotated[
        Hours | None,
        About(
            "静かにしておく時間帯。その間の知らせは終わってからまとめて届きます。danger（危険）だけはすぐに届きます。",
            "Hours of silence: what is found then is told together when they end. Danger is told at once.",
            "22:00-7:00",
            off=True,
        ),
    ] = None
    digest: Annotated[
        Times,
        About(
            "すぐにではなく、毎日この時刻にまとめて知らせます。danger（危険）だけはすぐに届きます。",
            "Tell everything together at these times of each day instead of at once. Danger is told at once.",
            "[8:00, 20:00]",
            off=True,
        ),
    ] = ()
    repeat: Annotated[
        Repeat,
        About(
            "同じ取引の同じ種類の知らせは、この時間たってから、その間の分をまとめて届けます（0s ならまとめない）。",
            "The same thing in the same deal is told again only after this time, and then together (0s: each time).",
        ),
    ] = timedelta(hours=6)

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, given: Any) -> Any:
        is_url = isinstance(given, str | PrivateUrl) or (
            isinstance(given, Mapping) and len(given) == 1 and set(given) <= PLACES
        )
        return {"url": given} if is_url else given
