"""The verb `demo`: fill the server, run the real `banken scan --apply` against it, show what the server then holds."""

from __future__ import annotations

import email
import os
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from zoneinfo import ZoneInfo

import typer
import yaml
from imapclient import IMAPClient
from rich import box
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from banken.cli.demo import server as demo_server
from banken.cli.demo import story
from banken.cli.faults import Exit, errors
from banken.cli.options import console
from banken.i18n import _, language

ZONE = ZoneInfo("Asia/Tokyo")


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(help=_("Play a story mailbox on a small local mail server, and guard it."))(demo)


def demo() -> None:
    """Play a story mailbox on a small local mail server, and guard it."""
    tale = story.load()
    try:
        with demo_server.running() as server, tempfile.TemporaryDirectory(prefix="banken-demo-") as folder:
            count = _fill(server, tale)
            console().print(
                _("A mailbox with {count} mails on a local server: this is what Banken makes of it.").format(
                    count=count
                )
            )
            code = _scan(server, tale, Path(folder))
            if code == Exit.DONE:
                _show_server(server)
    except demo_server.NoServerError as error:
        errors().print(str(error), markup=False)
        raise typer.Exit(Exit.UNREACHABLE) from None
    raise typer.Exit(code)


def _client(server: demo_server.DemoServer) -> IMAPClient:
    client = IMAPClient("127.0.0.1", server.port, ssl=False, timeout=20)
    client.login(demo_server.USER, server.password)
    return client


def _fill(server: demo_server.DemoServer, tale: story.Story) -> int:
    client = _client(server)
    deliveries = list(story.deliveries(tale, datetime.now(ZONE)))
    for delivery in deliveries:
        client.append("INBOX", delivery.raw, (), delivery.at)
    client.logout()
    return len(deliveries)


def _scan(server: demo_server.DemoServer, tale: story.Story, folder: Path) -> int:
    """Run the real program, as a user would; return its exit code."""
    config = folder / "config.yaml"
    config.write_text(yaml.safe_dump(_configuration(server, tale, folder), allow_unicode=True), encoding="utf-8")
    config.chmod(0o600)
    command = [sys.executable, "-m", "banken", "scan", "--since", "30d", "--apply", "--config", str(config)]
    environment = {**os.environ, "BANKEN_DEMO_PASSWORD": server.password}
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - our own interpreter


def _configuration(server: demo_server.DemoServer, tale: story.Story, folder: Path) -> dict[str, object]:
    imap = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "plain",
        "user": demo_server.USER,
        "password": {"env": "BANKEN_DEMO_PASSWORD"},
    }
    return {
        "language": language(),
        "state": str(folder / "state"),
        "accounts": [{"name": "demo", "imap": imap, "authserv": tale.authserv}],
        "warn": {"to": [tale.worker.address], "via": "append"},
    }


def _show_server(server: demo_server.DemoServer) -> None:
    client = _client(server)
    table = Table(title=_("What the mail server holds now"), box=box.ROUNDED)
    table.add_column(_("folder"))
    table.add_column(_("messages"), justify="right")
    table.add_column(_("of them unread"), justify="right")
    for flags_of_folder, _separator, name in sorted(client.list_folders(), key=lambda one: str(one[2])):
        if {b"\\Noselect", b"\\NonExistent"} & set(flags_of_folder):
            continue
        client.select_folder(name, readonly=True)
        messages = client.search()
        flags: Counter[bytes] = Counter(flag for one in client.get_flags(messages).values() for flag in one)
        table.add_row(str(name), str(len(messages)), str(len(messages) - flags[b"\\Seen"]))
    console().print(table)
    _show_warning(client)
    client.logout()


def _show_warning(client: IMAPClient) -> None:
    """Show one of the warnings that lie in the inbox, as a plain-text mail program shows it."""
    client.select_folder("INBOX", readonly=True)
    warnings = client.search(["HEADER", "Auto-Submitted", "auto-generated"])
    if not warnings:
        return
    raw = client.fetch(warnings[:1], ["BODY.PEEK[]"])[warnings[0]][b"BODY[]"]
    mail = email.message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    body = mail.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    console().print(
        Panel(
            Text(text.strip()),
            title=Text(str(mail["Subject"]), "bold"),
            subtitle=_("one of the warnings"),
            box=box.ROUNDED,
        )
    )
