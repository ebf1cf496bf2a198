"""`banken explain`: why a mail was warned about, or let go."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.text import Text

from banken.cli.check import FilesArgument, PermissionOption, StageOption, judged
from banken.cli.faults import faults
from banken.cli.options import ConfigOption, configuration, console
from banken.guard import Assumed, Examined
from banken.i18n import _
from banken.respond import category_name, level_name, permission_name, stage_name
from banken.service import house as rooms
from banken.words import Permission, SegmentKind

STYLES = {
    SegmentKind.BODY: "",
    SegmentKind.FRAME: "dim",
    SegmentKind.QUOTE: "green",
    SegmentKind.HISTORY: "green",
    SegmentKind.FORWARD: "blue",
    SegmentKind.SIGNATURE: "dim italic",
    SegmentKind.HIDDEN: "magenta",
}


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(help=_("Show why mail files are warned about, or let go."))(explain)


def explain(
    files: FilesArgument,
    stage: StageOption = None,
    permission: PermissionOption = Permission.NONE,
    config: ConfigOption = None,
) -> None:
    """Show why mail files are warned about, or let go."""
    with faults():
        house = rooms.build(configuration(config, accounts=False))
        assumed = Assumed(stage, permission) if stage else None
        for path in files:
            for examined in judged(house, path, assumed, explain=True):
                _show(console(), examined)


def _show(out: Console, one: Examined) -> None:
    mail, standing, verdict = one.correspondence, one.standing, one.verdict
    out.rule(Text(one.message.subject or "—"))
    facts = [
        (_("from"), f"{one.message.sender.name} <{one.message.sender.address}>"),
        (_("recognised as"), f"{mail.channel} {mail.kind} — {mail.why}"),
        (_("really from there"), f"{mail.authentic} — {mail.authentic_why}"),
        (_("client, job"), f"{mail.client or '—'}, {mail.job or '—'}"),
        (_("deal"), f"{standing.deal or '—'}: {stage_name(standing.stage)}, {permission_name(standing.permission)}"),
        (_("because"), standing.why or "—"),
        (_("reading notes"), ", ".join(one.message.notes) or "—"),
    ]
    for name, value in facts:
        out.print(Text.assemble((f"{name}: ", "bold"), value))
    out.print(_words(one))
    level, head = level_name(verdict.level) if verdict.level else _("nothing found"), _("verdict")
    out.print(Text.assemble((f"{head}: ", "bold"), level, f" {verdict.why}"))
    for finding in verdict.findings:
        quotes = " / ".join(f"“{evidence.text}”" for evidence in finding.evidence)
        out.print(Text(f"  ● {category_name(finding.category)} [{finding.rule}] {finding.title}: {quotes}", "red"))
    for excused in verdict.excused:
        out.print(Text(f"  ○ {category_name(excused.category)} [{excused.rule}] {excused.excuse}: “{excused.text}”"))
    for line in verdict.trace:
        out.print(Text(f"    {line}", "dim"))


def _words(one: Examined) -> Text:
    """Return the mail's text coloured by whose words they are, with the evidence marked."""
    text = Text(one.message.text)
    for segment in one.correspondence.segments or one.message.segments:
        text.stylize(STYLES[segment.kind], segment.start, segment.end)
    for finding in one.verdict.findings:
        for evidence in finding.evidence:
            text.stylize("reverse red", evidence.start, evidence.end)
    return text
