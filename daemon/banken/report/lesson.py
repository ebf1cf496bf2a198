"""A mail that was judged wrongly, as a test to be beside the rule that it concerns, with nobody's name in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from banken.guard import Examined, case
from banken.i18n import _
from banken.judge import Case, Judge
from banken.judge.nearest import Near, nearest, new_words
from banken.report.invented import Inventor
from banken.report.model import examined_mail, in_context
from banken.report.stubs import Stub
from banken.words import Category, Level

LOUD = (Level.WARNING, Level.DANGER)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A test to be, and what its author should know: lines for people."""

    stub: Stub
    notes: tuple[str, ...]


def lessons(judge: Judge, examined: Examined, inventor: Inventor, missed: Category | None) -> list[Lesson]:
    """Return what is to be learned of a mail.

    With `missed`, a category that should have been told; without it, the findings as false alarms, or, where there
    are none, whatever came nearest to one.
    """
    if missed is None and any(one.level in LOUD for one in examined.verdict.findings):
        return list(_false(judge, examined, inventor))
    asked = case(examined.message, examined.correspondence, examined.standing)
    near = nearest(judge, asked, missed)
    return [_missed(judge, examined, inventor, near)] if near else []


def _false(judge: Judge, examined: Examined, inventor: Inventor) -> Iterator[Lesson]:
    message = examined.message
    by_rule = {find.rule: find for find in reversed(examined_mail(examined).finds) if find.level in LOUD}
    for rule, find in by_rule.items():
        whole = in_context(find, find.words, message)
        sentence = _flat(inventor.text(f"{whole.before}{whole.words}{whole.after}"))
        stage = examined.standing.stage
        verdict = judge.judge(Case.of(sentence, stage=stage))
        notes = [_("{rule} warned of “{words}”").format(rule=rule, words=_flat(inventor.text(find.words)))]
        if all(one.rule != rule for one in verdict.findings):
            notes.append(_("alone and with invented names the sentence is let go: what stood around it matters"))
        if find.by != "rule":
            notes.append(_("only the reader warned: put the test beside the rule of its category, and teach it anew"))
        yield Lesson(Stub(rule, sentence, stage, ""), tuple(notes))


def _missed(judge: Judge, examined: Examined, inventor: Inventor, near: list[Near]) -> Lesson:
    first = near[0]
    sentence = _flat(inventor.text(first.sentence.text))
    notes = [f"{one.rule.id} ({one.rule.category.value}): {one.why}" for one in near]
    if words := new_words(judge, sentence):
        notes.append(_("words that no list knows: {words}").format(words=_(", ").join(words)))
    if first.missing:
        notes.append(
            _("if one of them belongs there, add it to {concepts}").format(concepts=_(" or ").join(first.missing))
        )
    stub = Stub(first.rule.id, sentence, examined.standing.stage, "", "hit")
    return Lesson(stub, tuple(notes))


def _flat(text: str) -> str:
    return " ".join(text.split())
