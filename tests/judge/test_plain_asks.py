"""The plainest words there are: what a careless company writes must never be missed, whatever the reader learned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from banken.judge import Case, load
from banken.places import rules_root
from banken.words import Level, Stage

PLAIN = Path(__file__).parents[1] / "corpus" / "extra-plain.jsonl"
ROWS = [json.loads(line) for line in PLAIN.read_text(encoding="utf-8").splitlines()]
EARLY = [row for row in ROWS if row["stage"] in ("before_contract", "unknown")]


@pytest.fixture(scope="module")
def judge():
    return load(rules_root())


def test_every_plain_ask_is_warned_about_and_nothing_else(judge):
    wrong = []
    for row in EARLY:
        verdict = judge.judge(Case.of(row["text"], stage=Stage.BEFORE))
        loud = any(one.level in (Level.WARNING, Level.DANGER) for one in verdict.findings)
        wrong += [row["text"]] if loud != (row["label"] == "ask") else []
    assert wrong == []
    assert len(EARLY) > 200


def test_a_mail_that_came_straight_is_told_only_where_its_words_are_not(judge):
    quiet = Case.of("資料をお送りします。", stage=Stage.BEFORE, reached=True)
    assert [one.rule for one in judge.judge(quiet).findings] == ["contact.reached"]
    loud = Case.of("LINEのIDを教えてください。", stage=Stage.BEFORE, reached=True)
    assert "contact.reached" not in {one.rule for one in judge.judge(loud).findings}
    assert judge.judge(loud).findings


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("ペイペイ💰でお支払いします。", "payment.app"),
        ("アマギフ🎁でお支払いします。", "payment.gift"),
        ("ビットコイン💰お支払いします。", "payment.app"),
        ("このサイト🌐を通さずに契約したいです。", "contract.bypass"),
        ("クラウドワークス🌐を通さずにお願いします。", "contract.bypass"),
        ("仮払いは♪なしで、すぐに😊始めてください。", "escrow.before"),
        ("スカイプ📞でお話ししたいです。", "interview.video"),
    ],
)
def test_little_pictures_amid_a_sentence_do_not_break_it(text, rule):
    rules = load(rules_root(), reader=False)
    verdict = rules.judge(Case.of(f"はじめまして、山田です😊 記事は月に4本です(笑) {text}", stage=Stage.BEFORE))
    assert rule in {one.rule for one in verdict.findings}
