import json
from pathlib import Path

import pytest

from banken.judge.disguise import Disguises
from banken.judge.lexicon import Lexicon, Words
from banken.judge.passage import Passage
from banken.judge.sentences import Splitter
from banken.words import SegmentKind

CORPUS = Path(__file__).parents[1] / "corpus" / "obfuscations.jsonl"
ROWS = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
BRANDS = {
    "line": ("LINE", "ライン"),
    "skype": ("Skype", "スカイプ"),
    "chatwork": ("Chatwork", "チャットワーク"),
    "zoom": ("Zoom", "ズーム"),
    "kakao": ("カカオトーク",),
    "jochu": ("常駐",),
    "mail": ("メール",),
}
NOT_LINE = ("ライン引", "ラインを引", "line-height", "製造ライン")
LEXICON = Lexicon({name: Words((), words, NOT_LINE if name == "line" else ()) for name, words in BRANDS.items()})
DISGUISES = Disguises(BRANDS)


def passage_of(text):
    passage = Passage(SegmentKind.BODY, 0, text, Splitter(), LEXICON)
    passage.extra = list(DISGUISES.scan(passage.view, passage))
    return passage


def brands_in(text):
    passage = passage_of(text)
    return {name for name in passage.scan.hints if passage.scan.spans(name)}


AROUND = [("", ""), ("よければ", "でご連絡ください"), ("詳細は ", "のIDを教えて")]


@pytest.mark.parametrize(("before", "after"), AROUND)
def test_disguises_are_seen_through(before, after):
    hidden = [row for row in ROWS if row["means"]]
    missed = [row["text"] for row in hidden if row["means"] not in brands_in(before + row["text"] + after)]
    assert len(missed) <= 0.05 * len(hidden), missed


@pytest.mark.parametrize(("before", "after"), AROUND)
def test_the_innocent_are_left_alone(before, after):
    accused = [row["text"] for row in ROWS if not row["means"] and brands_in(before + row["text"] + after)]
    assert accused == []


@pytest.mark.parametrize(
    ("text", "shown", "how"),
    [
        ("L\nI\nN\nE", "L\nI\nN\nE", "disguised"),
        ("チャット\nワークで", "チャット\nワーク", "disguised"),
        ("L★I★N★Eで", "L★I★N★E", "masked"),
        ("まずＬ　Ｉ　Ｎ　Ｅで", "Ｌ　Ｉ　Ｎ　Ｅ", "disguised"),
        ("スカ〇プで", "スカ〇プ", "masked"),
        ("チ ャ ッ ト ワ ー ク", "チ ャ ッ ト ワ ー ク", "disguised"),
        ("L○○Eで", "L○○E", "masked"),
    ],
)
def test_evidence_is_the_disguise_itself(text, shown, how):
    passage = passage_of(text)
    evidence = [passage.evidence(hit.start, hit.end, hit.how) for hit in passage.extra]
    assert (shown, how) in [(one.text, one.how) for one in evidence]


@pytest.mark.parametrize(
    "text",
    ["つらいんです", "o n l i n e", "D E A D L I N E", "our team's", "100m", "カメラ・インク", "これからインスタ",
     "からインを", "○イン",
     "A○B", "の非常\n駐車場", "らいんじゃないか"],
)  # fmt: skip
def test_chance_is_no_disguise(text):
    assert brands_in(text) == set()


def test_a_storm_of_brands_is_not_looked_at_for_ever():
    assert len(passage_of("L○NE " * 50_000).extra) <= 2000
