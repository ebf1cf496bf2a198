"""Write the manual pages from the command line itself: `python -m tests.manual`.

The verbs with their options come from the program, in both languages; what else a page says stands here.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import typer.main

from banken.cli.app import VERBS, build
from banken.i18n import set_language

DOCS = Path(__file__).parent.parent / "docs"
PAGES = {"en": DOCS / "banken.1", "ja": DOCS / "ja" / "banken.1"}


class Words(NamedTuple):
    """What a page says besides the verbs."""

    name: str
    name_text: str
    synopsis: str
    description: str
    text: str
    verbs: str
    general: str
    rest: str


_EN = Words(
    "NAME",
    "a watchdog for a freelancer's inbox",
    "SYNOPSIS",
    "DESCRIPTION",
    "Banken reads the mail of a platform and of its clients, knows how far each deal has come, and labels and warns when a "
    "client leads a deal off the platform. It never marks mail as read, and adds labels only.",
    "VERBS",
    "Every verb takes \\fB\\-\\-help\\fR. Most take \\fB\\-\\-config\\fR \\fIFILE\\fR.",
    """.SH SIGNALS
.TP
.B SIGTERM, SIGINT
End within ten seconds; nothing is lost or done twice.
.TP
.B SIGHUP
Read configuration and rules again; when something in them is wrong, the old ones stay.
.SH FILES
.TP
.I config.yaml, ~/.config/banken/config.yaml, /etc/banken/config.yaml
The configuration: the first that is there, unless
.B \\-\\-config
or
.B BANKEN_CONFIG
names another.
.TP
.I ~/.local/state/banken
What must be remembered, unless
.B state
names another place.
.SH ENVIRONMENT
.TP
.B BANKEN_CONFIG
The configuration.
.TP
.B LC_ALL, LC_MESSAGES, LANG
The language, where no configuration names one.
.TP
.B NOTIFY_SOCKET
systemd's; the service tells it how it is.
.SH EXIT STATUS
.TP
.B 0
All is well.
.TP
.B 1
.B scan \\-\\-fail\\-on
found something, or
.B status
or
.B doctor
found something wrong.
.TP
.B 2
The command line or the configuration is wrong.
.TP
.B 3
A server could not be reached or refused the login, or
.B scan \\-\\-apply
could not deliver something that is owed.
.TP
.B 130
Interrupted.
""",
)

_JA = Words(
    "名前",
    "フリーランスの受信箱の見張り役",
    "書式",
    "説明",
    "番犬（Banken）は、サイトとクライアントからのメールを読み、それぞれの取引がどこまで進んだかを覚え、"
    "クライアントが取引をサイトの外へ誘うと、ラベルを付けて警告します。メールを既読にすることはなく、ラベルは付けるだけです。",
    "コマンド",
    "どのコマンドにも \\fB\\-\\-help\\fR があります。多くは \\fB\\-\\-config\\fR \\fIFILE\\fR で設定ファイルを指定できます。",
    """.SH シグナル
.TP
.B SIGTERM, SIGINT
10 秒以内に終わります。何も失われず、二度行われることもありません。
.TP
.B SIGHUP
設定と規則を読み直します。まちがいがあるときは、前のものを使い続けます。
.SH ファイル
.TP
.I config.yaml, ~/.config/banken/config.yaml, /etc/banken/config.yaml
設定。最初に見つかったものを使います（
.B \\-\\-config
や
.B BANKEN_CONFIG
で指定できます）。
.TP
.I ~/.local/state/banken
覚えておくもの（設定の
.B state
で変えられます）。
.SH 環境変数
.TP
.B BANKEN_CONFIG
設定ファイル。
.TP
.B LC_ALL, LC_MESSAGES, LANG
設定がないときの表示言語。
.TP
.B NOTIFY_SOCKET
systemd が使います。サービスの様子をここへ伝えます。
.SH 終了コード
.TP
.B 0
問題はありません。
.TP
.B 1
.B scan \\-\\-fail\\-on
で見つかったもの、または
.B status
や
.B doctor
で見つかった問題があります。
.TP
.B 2
コマンドの使い方か設定がまちがっています。
.TP
.B 3
サーバーにつながらないか、ログインを断られました。または
.B scan \\-\\-apply
で、送るべきものを送れませんでした。
.TP
.B 130
途中で止められました。
""",
)


def page(language: str) -> str:
    """Return the manual page in "en" or "ja"; made by a process of its own, for the verbs speak but one language."""
    environment = {**os.environ, "LC_ALL": {"en": "en_US.UTF-8", "ja": "ja_JP.UTF-8"}[language]}
    command = [sys.executable, "-m", "tests.manual", language]
    return subprocess.run(command, env=environment, cwd=DOCS.parent, check=True, capture_output=True).stdout.decode()


def _page(language: str) -> str:
    words = _JA if language == "ja" else _EN
    set_language(language)
    root = typer.main.get_command(build())
    verbs = "\n".join(line for verb in VERBS for line in _verb("", verb, root.get_command(None, verb)))
    return (
        '.\\" Generated from the program by `make example`.\n'
        '.TH BANKEN 1 "" Banken "User commands"\n'
        f".SH {words.name}\nbanken \\- {_text(words.name_text)}\n"
        f".SH {words.synopsis}\n.B banken\n.I VERB\n.RI [ OPTION ...]\n"
        f".SH {words.description}\n{_text(words.text)}\n.PP\n{words.general}\n"
        f".SH {words.verbs}\n{verbs}\n{words.rest}"
    )


def _verb(before: str, name: str, command: Any) -> Iterator[str]:
    """Yield a verb with what it takes, and the verbs below it."""
    whole = f"{before}{name}"
    takes = [one for one in command.params if not getattr(one, "hidden", False) and "--help" not in one.opts]
    arguments = [one for one in takes if one.param_type_name == "argument"]
    yield f".SS {_text(' '.join([whole, *map(_argument, arguments)]))}"
    yield _text(command.help or "")
    for one in takes:
        if "--config" not in one.opts:
            yield from _taken(one)
    for below, inner in getattr(command, "commands", {}).items():
        yield from _verb(f"{whole} ", below, inner)


def _argument(one: Any) -> str:
    name = re.sub(r"[\[\]]", "", one.metavar or one.name.upper())
    many = "" if one.nargs == 1 or "…" in name or "..." in name else " ..."
    return f"{name}{many}" if one.required else f"[{name}{many}]"


def _taken(one: Any) -> Iterator[str]:
    """Yield one option or argument, with what it means."""
    if one.param_type_name == "argument":
        if one.help:
            yield from (".TP", f".I {_text(_argument(one))}", _text(one.help))
        return
    names = ", ".join(sorted([*one.opts, *one.secondary_opts], key=len))
    value = "" if one.is_flag else f" {one.metavar or one.name.upper()}"
    yield from (".TP", f".B {_text(names + value)}", _text(one.help or ""))


def _text(plain: str) -> str:
    """Return text as roff takes it: on one line, no dot or quote at its head, hyphens that can be copied."""
    line = " ".join(plain.split()).replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{line}" if line.startswith((".", "'")) else line


def main() -> None:
    """Print the page of the language named, or write both."""
    if len(sys.argv) > 1:
        sys.stdout.write(_page(sys.argv[1]))
        return
    for language, path in PAGES.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(page(language), encoding="utf-8")


if __name__ == "__main__":
    main()
