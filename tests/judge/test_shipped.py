"""The rules as shipped: they load quickly, their own tests pass, and every forbidden thing of the platform has one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from banken.judge import Case, load
from banken.judge.lint import lint
from banken.judge.loading import load_book
from banken.judge.passage import Passage
from banken.judge.ruletests import run
from banken.judge.views import fold
from banken.places import rules_root
from banken.words import Category, Level, Permission, SegmentKind, Stage

OBFUSCATIONS = Path(__file__).parents[1] / "corpus" / "obfuscations.jsonl"


@pytest.fixture(scope="module")
def shipped():
    return load(rules_root(), reader=False)


def test_their_own_tests_pass(shipped):
    assert [(one.rule, one.text, one.why) for one in run(shipped) if one.why] == []


def test_every_category_has_rules_and_a_gate(shipped):
    assert {rule.category for rule in shipped.book.rules} == set(Category)
    assert set(shipped.book.categories) == set(Category)


@pytest.mark.parametrize("category", [one for one in Category if one not in ("direct_contact", "interview")])
@pytest.mark.parametrize("stage", list(Stage))
def test_what_is_always_forbidden_is_always_a_danger(shipped, category, stage):
    for permission in Permission:
        case = Case.of("x", stage=stage, permission=permission)
        assert shipped._gate.level(category, case) is Level.DANGER


@pytest.mark.parametrize("category", [Category.DIRECT_CONTACT, Category.INTERVIEW])
def test_what_a_contract_or_permission_lowers(shipped, category):
    levels = {stage: shipped._gate.level(category, Case.of("x", stage=stage)) for stage in Stage}
    assert levels == {
        Stage.BEFORE: Level.WARNING,
        Stage.UNKNOWN: Level.WARNING,
        Stage.UNDER: Level.NOTICE,
        Stage.COMPLETED: Level.NOTICE,
    }
    approved = Case.of("x", stage=Stage.BEFORE, permission=Permission.APPROVED)
    assert shipped._gate.level(category, approved) is Level.NOTICE


def test_disguised_brands_are_found_end_to_end(shipped):
    rows = [json.loads(line) for line in OBFUSCATIONS.read_text(encoding="utf-8").splitlines()]
    hidden = [row for row in rows if row["means"] not in (None, "jochu")]
    missed = [
        row["text"]
        for row in hidden
        if not shipped.judge(Case.of(f"よければ{row['text']}でご連絡ください", stage=Stage.BEFORE)).findings
    ]
    assert len(missed) <= 0.05 * len(hidden), missed


def test_they_load_quickly():
    code = (
        "import time; from banken.judge import load, Case; from banken.places import rules_root; load;"
        "begin = time.process_time(); load(rules_root(), reader=False).judge(Case.of('LINEで'));"
        "print(time.process_time() - begin)"
    )
    best = min(
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(3)
    )
    assert best < 3  # 0.3 s on a quiet machine; `python -m tests.bench.judge` prints the figure


@pytest.mark.parametrize(
    "line",
    [
        "平日になるかも",
        "振込は月末ごと、変更なし",
        "これで回していこうや",
        "納品前に連絡すること",
        "水曜は出社、ほかはリモート",
        "今回は表紙のイラスト",
        "届いたら短くコメント",
    ],
)
def test_lines_that_end_their_sentence_though_they_look_as_if_it_went_on(shipped, line):
    assert len(shipped.book.splitter.sentences(fold(f"{line}\n次の話に移ります").text)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "Please speak to Ms. Sato.",
        "It takes approx. $300 a month.",
        "Put the slogan, e.g. “fresh daily”, on top.",
        "We meet on Dec. 5 at 3 p.m. on Zoom.",
        "Between 10 a.m. - 6 p.m. JST I am free.",
        "The shop is Orchid Co. Ltd. of Kyoto.",
        "Set the card as: tel. 03-0000-0000, ext. 12.",
    ],
)
def test_full_stops_that_end_no_sentence(shipped, text):
    assert sentences(shipped, text) == 1


@pytest.mark.parametrize(
    "text",
    [
        "The site doesn't allow WhatsApp, LINE etc. But add me on Telegram.",
        "We never work past 5 p.m. To talk, add me on Telegram.",
        "We do not pay by wire, only 300 USD. For payment, use my PayPal directly.",
        "Please don't send files to Sato Inc. But email me at my private address.",
        "The invoice is out on the 1st. If you agree, begin.",
        "The page loads in 200 ms. Please add me on Telegram.",
        "Ask our HR dept. They will pay you directly.",
        "Is a call fine? No. Only mail.",
        "do you need escrow? no. 300 usd by paypal today.",
        "Do not send anything by fax. 300 USD by PayPal today.",
        "we never pay by bank in dec. please add me on line.",
        "do not reply here after 5 p.m. use my whatsapp",
        "we don't do escrow with sato inc. send me your paypal",
        "I never met the prof. Add me on Telegram.",
    ],
)
def test_full_stops_that_end_one(shipped, text):
    assert sentences(shipped, text) > 1


def sentences(shipped, text):
    return len(Passage(SegmentKind.BODY, 0, text, shipped.book.splitter, shipped.book.lexicon).sentences)


def test_lines_that_leave_their_sentence_open(shipped):
    for line in (
        "資料はこちらも",
        "火曜ですと",
        "午後になると",
        "急ぎでやれと",
        "費用は5万円ぐらいと",
        "簡単なまとめも",
        "それは違うんと",
    ):
        assert len(shipped.book.splitter.sentences(fold(f"{line}\n見てください").text)) == 1


@pytest.mark.parametrize(
    ("link", "concept"),
    [
        ("https://line.me/R/ti/p/@abc", "line"),
        ("https://line.me/ti/g2/abc", "line"),
        ("https://u.line.me/abc", "line"),
        ("https://us02web.zoom.us/j/81234567890", "zoom"),
        ("https://www.chatwork.com/g/abc", "chatwork"),
        ("https://zoom.us/rec/share/abc", None),
        ("https://store.line.me/stickershop/product/1", None),
        ("https://creator.line.me/ja/", None),
        ("https://help.chatwork.com/hc/ja", None),
    ],
)
def test_a_link_to_people_is_told_from_one_to_a_page(shipped, link, concept):
    assert set(shipped.book.hosts.concepts(link)) & {"line", "zoom", "chatwork"} == ({concept} if concept else set())


@pytest.mark.parametrize(
    ("more", "told"), [("その後はLINEでやりとりしましょう。", False), ("よろしくお願いします。", True)]
)
def test_an_interview_by_zoom_is_no_second_thing_beside_an_ask_for_line(shipped, more, told):
    verdict = shipped.judge(Case.of(f"まずはZoomで30分ほど面談をお願いします。{more}", stage=Stage.BEFORE))
    rules = {one.rule for one in verdict.findings}
    assert {"interview.video", "interview.named"} <= rules
    assert ("interview.video_contact" in rules) is told
    assert ("contact.line" in rules) is not told
    assert ("interview.video_contact", "said elsewhere") in {(one.rule, one.excuse) for one in verdict.excused} or told


@pytest.mark.usefixtures("english")
def test_no_word_of_the_house_blocks_nothing():
    told = [str(problem) for problem in lint(load_book(rules_root()))]
    assert [one for one in told if "holds no word of it" in one or "nothing uses" in one or "has no test" in one] == []
