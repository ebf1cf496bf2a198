"""The parts of the configuration in which workers add what they know: their clients, their changes to the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from banken.config.section import About, Remark, Section, listed
from banken.config.values import Day, FilePath, Line, MailAddress
from banken.i18n import _
from banken.strictyaml import shown
from banken.words import Level, Permission, Stage

Loudness = Literal[Level.NOTICE, Level.WARNING, Level.DANGER]
"""The levels that say something."""


class Client(Section):
    """What you already know of a client."""

    name: Annotated[
        Line | None,
        About("クライアント名（サイトでの表示名）。", "The client's name as the platform shows it.", "サンプル商事"),
    ] = None
    addresses: Annotated[
        tuple[MailAddress, ...],
        About(
            "直接メールを送ってくるときのアドレス。",
            "The addresses from which direct mail comes.",
            "[client@sample.example]",
        ),
    ] = ()
    job: Annotated[
        Line | None,
        About(
            "仕事の題名。同じ相手と複数の仕事があるとき、仕事ごとに書きます。",
            "The job's title, when you have several with this client; then one entry for each.",
            "ロゴ制作",
        ),
    ] = None
    stage: Annotated[
        Stage,
        About(
            "取引の段階。\nbefore_contract（契約前）、under_contract（契約中）、completed（完了）、unknown（メールから判断する）。",
            "How far the deal is: before_contract, under_contract, completed, or unknown (the mail tells).",
            "under_contract",
        ),
    ] = Stage.UNKNOWN
    permission: Annotated[
        Permission,
        About(
            "サイト外での連絡の申請。\nnone（なし）、applied（申請中）、approved（承認済み）、denied（不承認）。",
            "The application for contact outside the platform: none, applied, approved or denied.",
        ),
    ] = Permission.NONE
    since: Annotated[
        Day | None,
        About(
            "stage と permission がいつからそうか。それより前のメールには使いません。",
            "Since when stage and permission are so; older mail is not judged by them.",
            "2026-10-01",
        ),
    ] = None
    note: Annotated[
        Line | None,
        About("自分用のメモ。", "A note to yourself.", "打ち合わせはサイト内の機能で"),
    ] = None

    @classmethod
    def contradictions(cls, given: Mapping[str, Any]) -> Iterator[Remark]:
        """Yield a client nobody could recognise, and a date for nothing."""
        if not given.get("name") and not given.get("addresses"):
            yield Remark((), _("this client has neither name nor addresses"), _("add one of them"))
        if given.get("since") is not None and not given.keys() & {"stage", "permission"}:
            yield Remark(("since",), _("since says nothing without stage or permission"), _("add one of them"))


class Override(Section):
    """What you change in one rule."""

    level: Annotated[
        Loudness,
        About(
            "この規則の判定を、取引の段階によらずこれにします。",
            "The level of this rule's findings, whatever the stage.",
            "notice",
        ),
    ]


class Rules(Section):
    """Your own changes to the rules that came with the program; they survive updates."""

    add: Annotated[
        tuple[FilePath, ...],
        About("追加する規則のファイルまたはフォルダー。", "Files or folders with rules of your own."),
    ] = ()
    disable: Annotated[
        tuple[Line, ...],
        About("使わない規則の ID。", "The ids of rules you do not want."),
    ] = ()
    override: Annotated[
        dict[str, Override],
        About(
            "規則ごとの変更。規則の ID の下に書きます。",
            "Changes in single rules, each below the rule's id.",
            "contact.line",
            off=True,
        ),
    ] = Field(default_factory=dict)
    reader: Annotated[
        bool,
        About(
            "学習した読み手（言い回しの広さを補う小さな分類器）も使うかどうか。",
            "Whether the learned reader, a small classifier for wordings that no rule lists, is used as well.",
        ),
    ] = True

    @classmethod
    def contradictions(cls, given: Mapping[str, Any]) -> Iterator[Remark]:
        """Yield rules that are both changed and left out."""
        changed = given.get("override")
        for name in listed(given.get("disable")):
            if isinstance(changed, Mapping) and isinstance(name, str) and name in changed:
                what = _("the rule “{name}” is disabled and overridden").format(name=shown(name))
                yield Remark(("override", name), what, _("keep one of them"))
