"""The configuration: one schema, from which validation, `config.example.yaml` and the tables of `docs/` come."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from banken.config.health import Health
from banken.config.knowledge import Client, Loudness, Rules
from banken.config.notify import Notify
from banken.config.section import About, Remark, Section, listed
from banken.config.servers import Imap, Smtp, logins_below
from banken.config.state import State, StatePlace
from banken.config.values import Folder, Interval, Line, MailAddress, Platform, Retention, Zone
from banken.i18n import _
from banken.strictyaml import shown
from banken.words import Level


class Account(Section):
    """One mailbox that is watched."""

    name: Annotated[
        Line,
        About(
            "このアカウントの呼び名。あとから変えると、新しいアカウントとして扱われます。",
            "What you call this account. Changing it later makes it a new account.",
            "home",
        ),
    ]
    imap: Annotated[Imap, About("メールを読みにいく IMAP サーバー。", "The IMAP server the mail is read from.")]
    folders: Annotated[
        tuple[Folder, ...],
        Field(min_length=1),
        About("見張るフォルダー。", "The folders that are watched."),
    ] = ("INBOX",)
    every: Annotated[
        Interval,
        About("新しいメールを見にいく間隔。", "How often the mailbox is looked at."),
    ] = timedelta(minutes=2)
    push: Annotated[
        bool,
        About(
            "サーバーからの新着の知らせ（IMAP IDLE）も待つかどうか。待つのは folders の最初のフォルダーです。",
            "Whether the server may announce new mail in between (IMAP IDLE), in the first of the folders.",
        ),
    ] = True
    labels: Annotated[
        Literal["auto", "gmail", "keyword", "folder", "flag", "none"],
        About(
            "印の付け方。\nauto（使えるものを選ぶ）、gmail（Gmail のラベル）、keyword（IMAP キーワード）、"
            "folder（フォルダーへ写しを置く）、flag（スター・フラグ）、none（付けない）。",
            "How a message is marked: auto (what the server offers), gmail (Gmail's labels), keyword (IMAP keywords), "
            "folder (a copy in a folder), flag (the star), none.",
        ),
    ] = "auto"
    authserv: Annotated[
        Line | None,
        About(
            "受信サーバーが Authentication-Results に書く名前。この名前の判定だけを信じます。",
            "The name that your provider's server writes into Authentication-Results; only its word is believed.",
            "mx.example.jp",
            off=True,
        ),
    ] = None

    @classmethod
    def contradictions(cls, given: Mapping[str, Any]) -> Iterator[Remark]:
        """Yield folders that are named twice (INBOX in any case, RFC 9051 section 5.1)."""
        for index in _repeated([name.upper() if _is_inbox(name) else name for name in listed(given.get("folders"))]):
            yield Remark(("folders", index), _("this folder stands here twice"), _("keep one of them"))


class Warn(Section):
    """Where warnings go."""

    to: Annotated[
        tuple[MailAddress, ...],
        Field(min_length=1),
        About(
            "警告メールの宛先（あなた自身のアドレス）。",
            "Who gets the warnings: your own address.",
            "[worker@example.jp]",
        ),
    ]
    via: Annotated[
        Literal["smtp", "append"],
        About(
            "届け方。smtp（メールとして送る）、append（IMAP で受信箱に直接置く。SMTP の設定は不要）。",
            "How they get there: smtp (sent as mail) or append (put into the inbox by IMAP; needs no SMTP).",
            "smtp",
        ),
    ] = "append"
    sender: Annotated[
        MailAddress | None,
        Field(alias="from"),
        About(
            "警告メールの差出人。書かなければ SMTP のログイン名（メールアドレスの場合）か、最初の宛先です。",
            "The warnings' sender; when left out, the SMTP login name if it is an address, else the first recipient.",
            "banken@example.jp",
            off=True,
        ),
    ] = None
    levels: Annotated[
        tuple[Loudness, ...],
        About(
            "警告メールを送る判定。notice（お知らせ）、warning（注意）、danger（危険）。",
            "The levels that are mailed: notice, warning, danger.",
        ),
    ] = (Level.WARNING, Level.DANGER)
    reminders: Annotated[
        bool,
        About(
            "取引で起きるはずのことが見当たらないとき、一度だけメールで知らせる。",
            "Tell you once by mail when something that should have happened in a deal was not seen.",
        ),
    ] = True
    smtp: Annotated[
        Smtp | None,
        About("via: smtp のときの送信サーバー。", "The server that sends them, for via: smtp."),
    ] = None
    notify: Annotated[
        tuple[Notify, ...],
        About(
            "メールのほかに知らせる先。いくつでも書けます。",
            "Other ways to be told beside mail, as many as you like.",
            off=True,
        ),
    ] = ()

    @property
    def author(self) -> str:
        """The address in the From field of a warning."""
        user = self.smtp.user if self.smtp and self.smtp.user else ""
        return self.sender or (user if "@" in user else self.to[0])

    @classmethod
    def contradictions(cls, given: Mapping[str, Any]) -> Iterator[Remark]:
        """Yield sending by SMTP without a server."""
        if given.get("via") == "smtp" and given.get("smtp") is None:
            yield Remark(("via",), _("via: smtp needs a server"), _("add smtp:, or write via: append"))

    def doubts(self) -> Iterator[Remark]:
        """Yield a server that is never used."""
        if self.smtp is not None and self.via != "smtp":
            yield Remark(("smtp",), _("this server is not used"), _("write via: smtp to use it"))


class Config(Section):
    """The whole configuration; all of it has defaults, so that files can be checked without any."""

    language: Annotated[
        Literal["ja", "en"],
        About(
            "表示とメールの言語。ja（日本語）か en（英語）。",
            "The language of all texts: ja (Japanese) or en (English).",
        ),
    ] = "ja"
    timezone: Annotated[
        Zone,
        About("日時を表示するタイムゾーン。", "The time zone in which times are shown."),
    ] = ZoneInfo("Asia/Tokyo")
    state: Annotated[
        StatePlace,
        About(
            "記録（どこまで読んだか、取引の段階など）を置くフォルダー。"
            "複数台で見張るときは PostgreSQL（postgresql://…）も使えます。",
            "The folder for what must be remembered (what was read, how far the deals are); for several machines a "
            "PostgreSQL database (postgresql://…).",
            "~/.local/state/banken",
        ),
    ] = Field(default_factory=State.default)
    retention: Annotated[
        Retention,
        About(
            "メールから書き写した抜粋を残しておく期間。",
            "How long excerpts copied from mail are kept.",
        ),
    ] = timedelta(days=730)
    accounts: Annotated[
        tuple[Account, ...],
        Field(min_length=1),
        About(
            "見張るメールアカウント。いくつでも書けます。", "The mail accounts that are watched, as many as you like."
        ),
    ] = ()
    warn: Annotated[
        Warn | None,
        About(
            "警告の届け先。accounts があるときは必要です。", "Where warnings go; needed as soon as there are accounts."
        ),
    ] = None
    health: Annotated[
        Health,
        About("見張りが動いているかの確かめ方。", "How you can see that the watch really watches."),
    ] = Health()
    platforms: Annotated[
        tuple[Platform, ...],
        Field(min_length=1),
        About("見張るサイト。", "The platforms whose deals are watched."),
    ] = ("crowdworks",)
    clients: Annotated[
        tuple[Client, ...],
        About(
            "すでに知っているクライアント。書かなくても、メールから少しずつ覚えます。",
            "The clients you know already. Without this Banken learns them from the mail.",
            off=True,
        ),
    ] = ()
    rules: Annotated[
        Rules,
        About("規則への自分の変更。更新しても残ります。", "Your own changes to the rules; they survive updates."),
    ] = Rules()

    @model_validator(mode="after")
    def _settle_logins(self) -> Self:
        """Tell each login by OAuth where its tokens lie, and whether reading and sending share it."""
        servers: list[Imap | Smtp] = [one.imap for one in self.accounts]
        if self.warn is not None and self.warn.smtp is not None:
            servers.append(self.warn.smtp)
        sharing: dict[tuple[Any, ...], set[Literal["imap", "smtp"]]] = {}
        for one in servers:
            sharing.setdefault(_login(one), set()).add("imap" if isinstance(one, Imap) else "smtp")
        for one in servers:
            if one.oauth is not None:
                one.oauth.settle(logins_below(self.state.folder), frozenset(sharing[_login(one)]))
        return self

    @classmethod
    def contradictions(cls, given: Mapping[str, Any]) -> Iterator[Remark]:
        """Yield accounts of one name, and accounts nobody would be warned about."""
        accounts = listed(given.get("accounts"))
        names = [account.get("name") if isinstance(account, Mapping) else None for account in accounts]
        for index in _repeated([_fold(name) for name in names]):
            what = _("two accounts are called “{name}”").format(name=shown(names[index]))
            yield Remark(("accounts", index, "name"), what, _("rename one of them"))
        if accounts and given.get("warn") is None:
            what = _("nobody would be warned: “warn” is missing")
            yield Remark(("accounts",), what, _("add warn: with to: [your own address]"))


def _login(server: Imap | Smtp) -> tuple[Any, ...]:
    oauth = server.oauth
    return (server.user, oauth and (oauth.provider, oauth.client_id, oauth.authority, oauth.keep))


def _is_inbox(name: Any) -> bool:
    return isinstance(name, str) and name.upper() == "INBOX"


def _fold(name: Any) -> Any:
    return unicodedata.normalize("NFKC", name).casefold() if isinstance(name, str) else None


def _repeated(values: list[Any]) -> Iterator[int]:
    """Yield the position of each text that has stood before."""
    seen = set()
    for index, value in enumerate(values):
        if isinstance(value, str) and value in seen:
            yield index
        elif isinstance(value, str):
            seen.add(value)
