"""What a warning says about answering it: the name that the worker's mail program shows, on the mail that can bear it."""

from __future__ import annotations

import email
from dataclasses import replace
from email import policy

import pytest
from tests.respond.scene import NOW, SPOT, STANDING, WORKER, MemoryMailbox, Spoken, finding, message, verdict

from banken.i18n import set_language
from banken.ledger import OutboxState
from banken.mailbox.errors import Refused, Unreachable
from banken.respond import Answer, Warn, WarningSettings, answer_of, carry_out, owe, plan
from banken.respond.answering import Answering, answers, answers_to, mark, tag
from banken.words import Category, Level, Permission, Stage

APPEND = WarningSettings(to=(WORKER,), via="append", sender=WORKER)


def facts(judged=None, standing=STANDING):
    actions = plan(judged or verdict(), message(), Spoken(), standing, spot=SPOT, settings=APPEND)
    return next(action.facts for action in actions if isinstance(action, Warn))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_mark_that_is_told_is_understood(language):
    set_language(language)
    for answer in Answer:
        assert answer_of(mark(answer)) is answer
        assert answer_of(tag(answer)) is answer


@pytest.mark.parametrize(
    ("way", "words"),
    [
        (Answering("label"), "ラベルを付けて"),
        (Answering("folder"), "フォルダーに移して"),
        (Answering("label", here=False), "元のメールに次のどれかのラベル"),
        (Answering("folder"), "番犬が作ったフォルダーです。スマホでは、メールを開いて「移動」"),
        (Answering("folder", here=False), "元のメールを次のどれかのフォルダーにコピー"),
        (Answering("folder", here=False), "「コピー」を選びます"),
        (Answering("folder", there=False), "同じ名前で作って"),
    ],
)
def test_it_says_how_the_mail_program_calls_it_and_which_mail(advice, way, words):
    set_language("ja")
    told = answers(facts(), advice, way)
    assert words in told.how
    assert ("元のメール" in told.how) is not way.here
    assert [name for name, _says in told.marks] == ["banken/問題なし", "banken/契約中", "banken/完了", "banken/承認済"]
    assert told.tags == ""
    assert "タグ" not in told.undo


@pytest.mark.parametrize(
    ("way", "words"),
    [
        (Answering("label"), "remove the label."),
        (Answering("label", here=False), "remove the label."),
        (Answering("folder"), "move the mail back to the inbox."),
        (Answering("folder", here=False), "delete the copy in the folder."),
    ],
)
def test_it_says_how_a_mark_is_taken_back(advice, way, words):
    assert answers(facts(), advice, way).undo == f"To take it back, {words}"
    assert answers(facts(standing=replace(STANDING, deal=None)), advice, way).undo
    impostor = facts(verdict(finding(category=Category.IMPERSONATION, level=Level.DANGER, key="")))
    assert not answers(impostor, advice, way).undo


def test_a_server_with_keywords_has_tags_too(advice):
    told = answers(facts(), advice, Answering(tags=True))
    assert told.undo.endswith("(A tag: remove it.)")
    assert "banken-no-problem, banken-under-contract, banken-completed, banken-approved" in told.tags


@pytest.mark.parametrize(
    ("standing", "categories", "expected"),
    [
        (STANDING, [Category.DIRECT_CONTACT], "fine contract done approved"),
        (STANDING, [Category.ESCROW_BYPASS], "fine contract done"),
        (STANDING, [Category.ESCROW_BYPASS, Category.INTERVIEW], "fine contract done approved"),
        (replace(STANDING, stage=Stage.UNDER), [Category.DIRECT_CONTRACT], "fine done"),
        (replace(STANDING, stage=Stage.COMPLETED), [Category.DIRECT_CONTRACT], "fine contract"),
        (replace(STANDING, permission=Permission.APPROVED), [Category.INTERVIEW], "fine contract done"),
        (replace(STANDING, deal=None), [Category.DIRECT_CONTACT], "fine"),
        (STANDING, [Category.IMPERSONATION], ""),
    ],
)
def test_only_what_would_change_something_is_offered(advice, standing, categories, expected):
    told = facts(verdict(*(finding(category=one, level=Level.DANGER, key="") for one in categories)), standing)
    assert [answer.value for answer in answers_to(told)] == expected.split()
    assert bool(answers(told, advice, Answering()).marks) is bool(expected)


def test_where_there_is_no_deal_the_mark_says_what_it_silences_there(advice):
    set_language("en")
    ((_name, says),) = answers(facts(standing=replace(STANDING, deal=None)), advice, Answering()).marks
    assert "from this sender" in says
    set_language("ja")
    ((name, says),) = answers(facts(standing=replace(STANDING, deal=None)), advice, Answering()).marks
    assert name == "banken/問題なし"
    assert "この相手から" in says
    assert "このお仕事" not in says


def carried(ledger, advice, box, settings=APPEND):
    said = message(fingerprint="print-1")
    owe(
        ledger,
        "home",
        "print-1",
        plan(verdict(), said, Spoken(), STANDING, spot=SPOT, settings=settings),
        NOW,
    )
    carry_out(ledger, "home", box, settings, advice, clock=lambda: NOW)
    return [row.state for row in ledger.outbox.of("home", "print-1") if row.action == "warn"]


def letter(box):

    raw = next(raw for raw in box.mail["INBOX"].values() if b"X-Banken: " in raw)
    return email.message_from_bytes(raw, policy=policy.default).get_body(("plain",)).get_content()


def test_the_folders_are_there_when_the_warning_arrives(ledger, advice):
    set_language("ja")
    box = MemoryMailbox(how="keyword")
    assert carried(ledger, advice, box) == [OutboxState.DONE]
    assert {"banken/問題なし", "banken/契約中", "banken/完了", "banken/承認済"} < set(box.mail)
    assert "このメールを次のどれかのフォルダーに移して" in letter(box)
    assert "banken-under-contract" in letter(box)
    assert "deals set" not in letter(box)


def test_on_gmail_they_are_labels(ledger, advice):
    set_language("ja")
    box = MemoryMailbox(how="gmail")
    carried(ledger, advice, box)
    assert "このメールに次のどれかのラベル" in letter(box)
    assert "banken-under-contract" not in letter(box)


@pytest.mark.parametrize("trouble", [Refused("no"), Unreachable("gone")])
def test_a_server_that_makes_no_folders_keeps_no_warning_back(ledger, advice, trouble):
    box = MemoryMailbox(trouble={"offer": [trouble]})
    assert carried(ledger, advice, box) == [OutboxState.DONE]
    assert "(make it if it is not there yet)" in letter(box)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_where_nobody_looks_for_marks_none_is_offered(advice, language):
    set_language(language)
    told = answers(facts(), advice, Answering(tags=True, gone="old"))
    assert "old" in told.how
    assert (told.marks, told.tags, told.undo) == ((), "", "")
    assert not any(name in told.how for one in Answer for name in (mark(one), tag(one)))
