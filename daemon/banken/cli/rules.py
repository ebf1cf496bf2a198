"""`banken rules`: the rules as data, with their tests, and how good they are."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from banken.cli.check import PermissionOption, StageOption, judged
from banken.cli.faults import Exit, errors, faults
from banken.cli.options import ConfigOption, configuration, console
from banken.guard import Assumed, case
from banken.i18n import _
from banken.judge import lint as linting
from banken.judge import ruletests
from banken.judge.book import Rulebook
from banken.judge.measure import Report, Score, wilson
from banken.judge.whynot import why_not
from banken.platform import examples
from banken.report.invented import Inventor, names_in
from banken.report.lesson import lessons
from banken.report.stubs import as_yaml
from banken.respond import category_name
from banken.respond.tidy import visible
from banken.service import house as rooms
from banken.service.rows import measure_file
from banken.strictyaml import Problem, did_you_mean, nearest
from banken.words import Category, Permission


def add_to(app: typer.Typer) -> None:
    """Add the verb and its own verbs."""
    group = typer.Typer(no_args_is_help=True)
    group.command("list", help=_("List the rules."))(list_rules)
    group.command("test", help=_("Run the tests that stand beside the rules."))(test_rules)
    group.command("lint", help=_("Tell the weaknesses of the rules."))(lint_rules)
    group.command("why-not", help=_("Tell why a rule did not find anything in a mail file."))(why_not_rule)
    group.command("learn", help=_("Make a test of a mail that was judged wrongly, with invented names."))(learn_rule)
    group.command("measure", help=_("Measure the rules on labelled messages (JSON lines)."))(measure_rules)
    app.add_typer(group, name="rules", help=_("The rules: list, test, lint, why-not, learn, measure."))


def list_rules(config: ConfigOption = None) -> None:
    """List the rules."""
    with faults():
        house = rooms.build(configuration(config, accounts=False))
        table = Table(box=box.SIMPLE)
        for head in (_("rule"), _("category"), _("title"), _("as of"), _("tests")):
            table.add_column(head, overflow="fold")
        for rule in house.knowledge.judge.book.rules:
            row = (rule.id, category_name(rule.category), str(rule.title), rule.as_of, str(len(rule.tests)))
            table.add_row(*row)
        console().print(table)


def test_rules(
    names: Annotated[list[str] | None, typer.Argument(metavar="RULE…", help=_("Only these rules."))] = None,
    config: ConfigOption = None,
) -> None:
    """Run the tests that stand beside the rules."""
    with faults():
        house = rooms.build(configuration(config, accounts=False))
        known = [rule.id for rule in house.knowledge.judge.book.rules]
        for name in names or ():
            _need(name, known)
        outcomes = list(ruletests.run(house.knowledge.judge, names or ()))
        failed = [outcome for outcome in outcomes if outcome.why]
        for outcome in failed:
            errors().print(f"{outcome.where}: {outcome.rule}: 「{outcome.text}」 {outcome.why}", markup=False)
        broken = [] if names else [failure for pack in house.packs for failure in examples.failures(pack)]
        for failure in broken:
            errors().print(str(failure), markup=False)
        count = len(outcomes) + (
            0 if names else sum(len(kind.examples) for pack in house.packs for kind in pack.file.kinds)
        )
        bad = len(failed) + len(broken)
        console().print(_("{passed} passed, {failed} failed").format(passed=count - bad, failed=bad))
        if bad:
            raise typer.Exit(Exit.FOUND)


def lint_rules(config: ConfigOption = None) -> None:
    """Tell the weaknesses of the rules."""
    with faults():
        house = rooms.build(configuration(config, accounts=False))
        book = house.knowledge.judge.book
        gaps = [*linting.gaps(book), *without_advice(book, house.advice.keys)]
        hints = list(linting.hints(book))
        for problem in (*hints, *gaps):
            console().print(str(problem), markup=False, soft_wrap=True)
        counts = _("{gaps} rules are not fit to stay, {hints} hints.").format(gaps=len(gaps), hints=len(hints))
        console().print(counts, markup=False)
        if gaps:
            raise typer.Exit(Exit.FOUND)


def without_advice(book: Rulebook, known: Collection[str]) -> Iterator[Problem]:
    """Yield what names an advice that does not exist, rules and categories: the worker would only read the category's."""
    rules = [(rule.id, rule.advice) for rule in book.rules]
    for name, key in [*rules, *((one.value, kind.reader.advice) for one, kind in book.categories.items())]:
        if key and key not in known:
            what = _("“{name}” names the advice “{key}”, which does not exist").format(name=name, key=key)
            yield linting.at(book, name, what, did_you_mean(key, known))


def why_not_rule(
    rule: Annotated[str, typer.Argument(metavar="RULE", help=_("The rule's id."))],
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("A mail file (.eml)."))],
    stage: StageOption = None,
    permission: PermissionOption = Permission.NONE,
    config: ConfigOption = None,
) -> None:
    """Tell why a rule did not find anything in a mail file."""
    with faults():
        house = rooms.build(configuration(config, accounts=False))
        known = [one.id for one in house.knowledge.judge.book.rules]
        _need(rule, known)
        for examined in judged(house, file, Assumed(stage, permission) if stage else None):
            asked = case(examined.message, examined.correspondence, examined.standing)
            for line in why_not(house.knowledge.judge, rule, asked):
                console().print(visible(line), markup=False, soft_wrap=True)


def learn_rule(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("A mail file (.eml)."))],
    missed: Annotated[
        Category | None, typer.Option("--missed", help=_("What the mail asks for and nobody told of: a category."))
    ] = None,
    stage: StageOption = None,
    permission: PermissionOption = Permission.NONE,
    config: ConfigOption = None,
) -> None:
    """Make a test of a mail that was judged wrongly: found and harmless, or missed."""
    with faults():
        settings = configuration(config, accounts=False)
        house = rooms.build(settings)
        own = rooms.own_addresses(settings)
        for examined in judged(house, file, Assumed(stage, permission) if stage else None):
            inventor = Inventor(house.knowledge.judge, names_in(examined, own))
            found = lessons(house.knowledge.judge, examined, inventor, missed)
            if not found:
                typer.echo(_("# No rule comes near anything in this mail."))
            for lesson in found:
                for note in lesson.notes:
                    typer.echo(f"# {visible(note)}")
                typer.echo(as_yaml([lesson.stub]), nl=False)


def measure_rules(
    corpora: Annotated[list[Path], typer.Argument(metavar="CORPUS…", help=_("Labelled messages, JSON lines."))],
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON object for each file."))] = False,
    config: ConfigOption = None,
) -> None:
    """Measure the rules (and the reader) on labelled messages."""
    with faults():
        house = rooms.build(configuration(config, accounts=False))
        for path in corpora:
            report = measure_file(house, path)
            if as_json:
                typer.echo(json.dumps(report.as_json(), ensure_ascii=False))
            else:
                _print(path, report)


def _need(rule: str, known: list[str]) -> None:
    """Raise typer.BadParameter, with the rule that may be meant, when there is none of this id."""
    if rule not in known:
        near = nearest(rule, known)
        todo = _("did you mean “{word}”?").format(word=near) if near else _("“banken rules list” lists them")
        raise typer.BadParameter(_("there is no rule “{rule}”").format(rule=rule) + f" — {todo}")


def _print(path: Path, report: Report) -> None:
    table = Table(title=f"{path.name} ({report.messages})", box=box.SIMPLE)
    for head in ("", _("precision"), _("recall"), "F1", "tp", "fp", "fn"):
        table.add_column(head, justify="left" if not head else "right")
    groups = [("warn", report.warn), *sorted(report.categories.items())]
    groups += [(f"{key}: {name}", one) for key, names in report.apart.items() for name, one in sorted(names.items())]
    for name, score in groups:
        table.add_row(name, *_rates(score), str(score.tp), str(score.fp), str(score.fn))
    for voice, score in sorted(report.by.items()):
        table.add_row(
            f"by: {voice}",
            _rate(score.precision, score.tp, score.tp + score.fp),
            "",
            "",
            str(score.tp),
            str(score.fp),
            "",
        )
    console().print(table)
    for miss in report.misses:
        expected, found = (", ".join(miss[key]) or "—" for key in ("expected", "found"))
        line = _("{id}: expected {expected}, found {found}").format(id=miss["id"], expected=expected, found=found)
        console().print(line, markup=False, style="dim")


def _rates(score: Score) -> tuple[str, str, str]:
    precision = _rate(score.precision, score.tp, score.tp + score.fp)
    return precision, _rate(score.recall, score.tp, score.tp + score.fn), f"{score.f1:.3f}"


def _rate(rate: float, hits: int, total: int) -> str:
    low, high = wilson(hits, total)
    return f"{rate:.3f} ({low:.2f}–{high:.2f})"
