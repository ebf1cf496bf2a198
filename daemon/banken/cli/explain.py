"""`banken explain`: why a mail was warned about, or let go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from banken.cli.check import PermissionOption, StageOption, judged
from banken.cli.faults import faults
from banken.cli.located import is_file, locate
from banken.cli.options import ConfigOption, configuration, console
from banken.guard import Assumed, Examined, case
from banken.i18n import _
from banken.judge.whynot import why_not
from banken.ledger import OutboxRow
from banken.message.notes import describe
from banken.message.trace import Hop, trace
from banken.report.summary import deed
from banken.respond import category_name, level_name, permission_name, shown_labels, stage_name
from banken.respond.labels import keyword
from banken.respond.tidy import visible
from banken.service import house as rooms
from banken.words import SUBJECT, Authentic, Category, Channel, Evidence, Permission, SegmentKind

STYLES = {
    SegmentKind.BODY: "",
    SegmentKind.FRAME: "dim",
    SegmentKind.QUOTE: "green",
    SegmentKind.HISTORY: "green",
    SegmentKind.FORWARD: "blue",
    SegmentKind.SIGNATURE: "dim italic",
    SegmentKind.HIDDEN: "magenta",
}
MARKED = "reverse red"


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(help=_("Show why a mail is warned about, or let go."))(explain)


def explain(
    messages: Annotated[
        list[str],
        typer.Argument(metavar="MESSAGE…", help=_("A mail file, a place such as INBOX:12, or a Message-ID.")),
    ],
    stage: StageOption = None,
    permission: PermissionOption = Permission.NONE,
    whynot: Annotated[
        Category | None, typer.Option("--why-not", help=_("Tell for each rule of this category why it found nothing."))
    ] = None,
    steps: Annotated[bool, typer.Option("--steps", help=_("Show every step of the judging."))] = False,
    account: Annotated[str, typer.Option("--account", help=_("The account, when there are several."))] = "",
    config: ConfigOption = None,
) -> None:
    """Show why a mail is warned about, or let go."""
    with faults():
        files = all(is_file(words) for words in messages)
        house = rooms.build(configuration(config, accounts=not files))
        page = Page(console(), house, steps=steps, whynot=whynot)
        assumed = Assumed(stage, permission) if stage else None
        for words in messages:
            if is_file(words):
                for examined in judged(house, Path(words), assumed, explain=True):
                    page.show(examined, None)
            else:
                found = locate(house, words, account)
                page.show(found.examined, found.done)


class Page:
    """Shows one examined mail after the other."""

    def __init__(self, out: Console, house: rooms.House, *, steps: bool, whynot: Category | None) -> None:
        self._out, self._house = out, house
        self._steps, self._whynot = steps, whynot
        self._kinds = {kind.id: str(kind.title) for pack in house.packs for kind in pack.file.kinds}

    def show(self, one: Examined, done: Sequence[OutboxRow] | None) -> None:
        """Show a mail: who, its words, what was found, what was let go, what was done (None: nothing is known)."""
        self._out.rule(_subject(one))
        for name, value in self._facts(one):
            self._line(Text.assemble((f"{name}: ", "bold"), visible(value)))
        self._line(_legend(one))
        self._line(_words(one))
        self._verdict(one)
        self._actions(one, done)
        if self._steps:
            self._way(one)
        for line in one.verdict.trace if self._steps else ():
            self._line(Text(f"    {visible(line)}", "dim"))
        if self._whynot is not None:
            self._tell_why_not(one, self._whynot)

    def _line(self, text: Text) -> None:
        self._out.print(text, soft_wrap=True)

    def _facts(self, one: Examined) -> Iterator[tuple[str, str]]:
        mail, standing = one.correspondence, one.standing
        what = " · ".join(filter(None, (_channel(mail.channel), self._kinds.get(mail.kind))))
        yield _("from"), f"{one.message.sender.name} <{one.message.sender.address}>"
        yield _("recognised as"), f"{what} — {mail.why}"
        yield _("really from there"), f"{_authentic(mail.authentic)} — {mail.authentic_why}"
        yield _("client, job"), f"{mail.client or '—'} · {mail.job or '—'}"
        yield _("stage"), f"{stage_name(standing.stage)} · {permission_name(standing.permission)}"
        yield _("deal"), standing.deal or "—"
        yield _("because"), standing.why or "—"
        for note in one.message.notes:
            yield _("reading note"), describe(note)

    def _way(self, one: Examined) -> None:
        """Show which servers handed the mail on, and what is malformed in it."""
        told = trace(one.message.raw)
        way, malformed = _("way"), _("malformed")
        steps = [f"{way}: {_leg(hop)}" for hop in told.hops]
        steps += [f"{malformed}: {', '.join(told.defects)}"] if told.defects else []
        for step in steps:
            self._line(Text(f"    {visible(step)}", "dim"))

    def _verdict(self, one: Examined) -> None:
        verdict = one.verdict
        level, head = level_name(verdict.level) if verdict.level else _("nothing found"), _("verdict")
        self._line(Text.assemble((f"{head}: ", "bold"), level, f" {verdict.why}".rstrip()))
        for finding in verdict.findings:
            quotes = " / ".join(f"{_quoted(evidence.text)}{_how(evidence.how)}" for evidence in finding.evidence)
            what = f"  ● {category_name(finding.category)}: {finding.title} [{finding.rule}] {quotes}"
            self._line(Text(visible(what), "red"))
        for excused in verdict.excused:
            text = _("  ○ {category}: let go “{words}” — {excuse} [{rule}]").format(
                category=category_name(excused.category),
                words=" ".join(excused.text.split()),
                excuse=self._excuse(excused.excuse),
                rule=excused.rule,
            )
            self._line(Text(visible(text)))

    def _excuse(self, name: str) -> str:
        known = self._house.knowledge.judge.book.excuses.get(name)
        ours = {
            "unheard": _("the words alone; the sentence as a whole does not read like it"),
            "said elsewhere": _("it is said already by other words that show it better"),
            "unsure": _("not sure enough to stand alone"),
            "stage": _("no matter for a warning at this stage of the deal"),
            "false_alarm": _("you called it a false alarm in this deal"),
        }
        return str(known.title) if known else ours.get(name, name)

    def _actions(self, one: Examined, done: Sequence[OutboxRow] | None) -> None:
        if done is None:
            return
        head = _("what was done")
        if not done:
            owed = _("nothing yet") if one.actions else _("nothing, and nothing is owed")
            self._line(Text.assemble((f"{head}: ", "bold"), owed))
        for row in done:
            when = row.touched.astimezone(self._house.config.timezone)
            target = _labels(row.target) if row.action == "label" else row.target.partition(":")[2]
            tries = _("tries: {count}").format(count=row.tries)
            what = f"{deed(row)} ({target}) {when:%Y-%m-%d %H:%M}, {tries} {row.result}"
            self._line(Text.assemble((f"{head}: ", "bold"), visible(what).rstrip()))

    def _tell_why_not(self, one: Examined, category: Category) -> None:
        judge = self._house.knowledge.judge
        asked = case(one.message, one.correspondence, one.standing)
        head = _("why not “{category}”").format(category=category_name(category))
        self._line(Text(head, "bold"))
        for rule in judge.book.rules:
            if rule.category is category:
                self._line(Text(f"  {rule.title} [{rule.id}]"))
                for line in why_not(judge, rule.id, asked):
                    self._line(Text(f"    {visible(line)}", "dim"))


def _labels(target: str) -> str:
    """Return the names of the labels that an action of the outbox puts on a mail."""
    names = shown_labels()
    return " · ".join(names.get(keyword(key), key) for key in target.split("+"))


def _leg(hop: Hop) -> str:
    return f"{hop.source} → {hop.by} {hop.date} (+{hop.delay:.0f} s)"


def _quoted(words: str) -> str:
    return _("“{words}”").format(words=words) if words else ""


def _how(how: str) -> str:
    """Return how words were found, where that is not plain to see."""
    ways = {
        "masked": _("masked letters"),
        "disguised": _("letters set apart or replaced"),
        "hidden": _("hidden from the eye"),
        "link": _("a link"),
        "sender": _("the sender"),
        SUBJECT: _("the subject"),
        "reader": _("the sentence as a whole"),
    }
    return f" ({ways[how]})" if how in ways else ""


def _channel(channel: Channel) -> str:
    return {
        Channel.NOTIFICATION: _("notification with a client's words"),
        Channel.DIRECT: _("direct mail"),
        Channel.PLATFORM: _("the platform's own mail"),
        Channel.UNRELATED: _("mail that is not about this work"),
    }[channel]


def _authentic(authentic: Authentic) -> str:
    return {
        Authentic.VERIFIED: _("yes"),
        Authentic.UNVERIFIED: _("cannot be told"),
        Authentic.FORGED: _("no, forged"),
    }[authentic]


def _segment(kind: SegmentKind) -> str:
    return {
        SegmentKind.BODY: _("the sender's words"),
        SegmentKind.FRAME: _("the platform's frame"),
        SegmentKind.QUOTE: _("quoted"),
        SegmentKind.HISTORY: _("earlier mail"),
        SegmentKind.FORWARD: _("handed on"),
        SegmentKind.SIGNATURE: _("signature"),
        SegmentKind.HIDDEN: _("hidden from the eye"),
    }[kind]


def _legend(one: Examined) -> Text:
    """Return whose words the colours below mean, as far as they occur."""
    kinds = dict.fromkeys(segment.kind for segment in one.correspondence.segments or one.message.segments)
    text = Text()
    for kind in kinds:
        text.append(f"■ {_segment(kind)}  ", STYLES[kind])
    return text.append(_("found"), MARKED) if one.verdict.findings else text


def _words(one: Examined) -> Text:
    """Return the mail's text coloured by whose words they are, with the evidence marked, the unseen shown as a dot."""
    text = Text(_seen(one.message.text))
    for segment in one.correspondence.segments or one.message.segments:
        text.stylize(STYLES[segment.kind], segment.start, segment.end)
    _mark(text, [found for found in _evidence(one) if found.how != SUBJECT])
    return text


def _subject(one: Examined) -> Text:
    """Return the mail's subject with the evidence marked, the unseen shown as a dot."""
    text = Text(_seen(one.message.subject) or "—")
    _mark(text, [found for found in _evidence(one) if found.how == SUBJECT])
    return text


def _evidence(one: Examined) -> Iterator[Evidence]:
    return (evidence for finding in one.verdict.findings for evidence in finding.evidence)


def _mark(text: Text, found: Iterable[Evidence]) -> None:
    for evidence in found:
        text.stylize(MARKED, evidence.start, evidence.end)


def _seen(text: str) -> str:
    return "".join(letter if visible(letter) else "·" for letter in text)
