"""The part of the configuration that says how the watch shows that it watches."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from banken.config.secrets import PrivateUrl
from banken.config.section import About, Section
from banken.config.sources import Plain
from banken.config.values import Interval, Port
from banken.i18n import _
from banken.strictyaml import Mistake


class WebUrl(PrivateUrl):
    """A private address of the web."""

    @classmethod
    def _plain(cls, written: str) -> Plain:
        if not re.match(r"https?://[^\s/]", written, re.IGNORECASE):
            raise Mistake(_("this is no address of the web"), _("write it like https://…"))
        return super()._plain(written)


class Health(Section):
    """How the watch shows that it watches."""

    unreachable: Annotated[
        Interval,
        About(
            "アカウントをこの時間見られないままのとき、メールで知らせます（また見られるようになったときも）。",
            "After an account could not be looked at for so long you get a mail, and another one when it can be again.",
        ),
    ] = timedelta(hours=1)
    heartbeat: Annotated[
        WebUrl | None,
        About(
            "すべてのアカウントを見られている間、5 分ごとに開く URL（healthchecks.io などの見守りサービス用）。"
            "開かれなくなったら、そのサービスがあなたに知らせます。",
            "A URL that is fetched every five minutes as long as all accounts are looked at (healthchecks.io and the "
            "like): when that stops, the service tells you.",
            "https://hc.example/ping/0000",
            off=True,
        ),
    ] = None
    port: Annotated[
        Port | None,
        About(
            "このパソコンの中（127.0.0.1）だけに /healthz と /metrics（Prometheus）を出すポート。\n"
            "見張れていないアカウントがあるとき /healthz は 503 を返します。/metrics はいつも 200 で、"
            "banken_account_fresh が 0 になります。",
            "A port on this machine alone (127.0.0.1) that answers /healthz and /metrics (Prometheus).\n"
            "While an account is not watched, /healthz answers 503; /metrics always answers 200, with banken_account_fresh 0.",
            "9113",
            off=True,
        ),
    ] = None
