"""How rules and the reader join, with a reader that says what it is told."""

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

from banken.judge import Case, Judge, load
from banken.judge.combine import (
    ALONE,
    ALONE_IN_FEW,
    ALONE_IN_FEW_LATIN,
    SUPPORT,
    SUPPORT_IN_FEW,
    SURE,
    Candidate,
    settle,
)
from banken.judge.judge import MOST_LINES
from banken.judge.lexicon import Hit
from banken.places import rules_root
from banken.words import Category, Level, Segment, SegmentKind, Stage


@dataclass
class Window:
    category: Category
    score: float
    first: int = 0
    last: int = 0


@dataclass
class Told:
    """A reader that always sees the same windows and remembers what it read."""

    windows: tuple = ()
    read_: list = field(default_factory=list)
    most: int = 1000

    def read(self, sentences):
        self.read_.append(list(sentences))
        return self.windows

    def reach(self, sentences):
        return min(len(sentences), self.most)

    def telling(self, sentence, category):
        return ((0, 2),) if category is CONTACT else ()


CONTACT = Category.DIRECT_CONTACT
TEXT = SimpleNamespace(is_heading=False)
MORE = "つぎの話です。おわりの話です。"
"""What makes a message one of more than few sentences."""


@pytest.fixture
def both(book):
    def both(text, *windows, explain=False, **facts):
        case = Case.of(text, **{"stage": Stage.BEFORE, **facts})
        return Judge(book, Told(windows)).judge(case, explain=explain)

    return both


def voices(verdict):
    return [(one.by, one.rule, one.level) for one in verdict.findings]


def test_the_reader_speaks_from_its_threshold_on(both):
    text = "前置き。例の方法で続きを。後置き。"
    verdict = both(text, Window(CONTACT, ALONE, 1, 1))
    assert voices(verdict) == [("reader", "reader.direct_contact", Level.WARNING)]
    (finding,) = verdict.findings
    assert [(one.text, one.how) for one in finding.evidence] == [("例の方法で続きを。", "reader")]
    assert (finding.title, finding.advice) == ("推定", "contact")
    assert both(text, Window(CONTACT, ALONE - 0.01, 1, 1)).findings == ()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("「前置き。例の方法で。」", ["前置き。", "例の方法で。"]),
        (" 「「例」の方法で」\n", ["「例」の方法で"]),
        ("「例」と「方法」", ["「例」と「方法」"]),
        ("「例の方法で", ["「例の方法で"]),
        ("例の方法で」", ["例の方法で」"]),
        ("」例の方法で「", ["」例の方法で「"]),
        ("「例の方法で」と", ["「例の方法で」と"]),
    ],
)
def test_marks_around_the_whole_are_not_read(book, text, read):
    reader = Told((Window(CONTACT, ALONE_IN_FEW),))
    verdict = Judge(book, reader).judge(Case.of(text, stage=Stage.BEFORE))
    assert reader.read_ == [read]
    (one,) = verdict.findings[0].evidence
    assert text[one.start : one.end] == one.text in text


def test_of_few_sentences_the_reader_must_be_surer(both):
    text = "例の方法で続きを。後置き。"
    assert voices(both(text, Window(CONTACT, ALONE_IN_FEW))) == [("reader", "reader.direct_contact", Level.WARNING)]
    assert both(text, Window(CONTACT, ALONE_IN_FEW - 0.01)).findings == ()
    assert voices(both(f"もう一つ。{text}", Window(CONTACT, ALONE_IN_FEW - 0.01, 1, 1))) != []
    assert [one[0] for one in voices(both("LINEで話しましょう。", Window(CONTACT, SUPPORT)))] == ["rule"]
    beside = "LINEで話しましょう。お待ちします。"
    assert [one[0] for one in voices(both(beside, Window(CONTACT, ALONE, 1, 1)))] == ["rule"]
    assert both(beside, Window(CONTACT, ALONE - 0.01, 1, 1)).findings == ()
    assert both(beside, Window(Category.INTERVIEW, ALONE, 1, 1)).findings == ()


def test_of_few_english_sentences_it_need_not_be_as_sure(both):
    assert voices(both("The usual way, please.", Window(CONTACT, ALONE_IN_FEW_LATIN))) != []
    assert both("The usual way, please.", Window(CONTACT, ALONE_IN_FEW_LATIN - 0.01)).findings == ()
    assert both("The usual way、お願いします。", Window(CONTACT, ALONE_IN_FEW_LATIN)).findings == ()


def test_the_reader_passes_the_same_gate(both):
    assert both("例の方法で。", Window(CONTACT, 0.9), stage=Stage.UNDER).level is Level.NOTICE
    assert both("例の方法で。", Window(Category.INTERVIEW, 0.9), stage=Stage.COMPLETED).findings == ()


def test_the_reader_passes_the_same_excuses(both):
    verdict = both(f"LINEの件はお受けできません。{MORE}", Window(CONTACT, 0.55))
    assert verdict.findings == ()
    assert ("reader.direct_contact", "negation") in [(one.rule, one.excuse) for one in verdict.excused]
    assert voices(both(f"LINEの件はありませんが、電話の件は。{MORE}", Window(CONTACT, 0.55))) != []


def test_a_sure_reader_heeds_few_excuses(both):
    assert voices(both(f"LINEの件はお受けできません。{MORE}", Window(CONTACT, 0.6))) != []
    assert voices(both(f"「LINEの件」と言われました。{MORE}", Window(CONTACT, 0.6))) == []


@pytest.mark.parametrize(
    ("text", "excuse"),
    [
        ("面談の議事録を作るお仕事ですので、木曜にお時間をください。", "job_topic"),
        ("先方の担当者は面談で決めるそうで、木曜にお時間をください。", "third_party"),
    ],
)
def test_a_sure_reader_is_past_topics_and_third_parties_in_interviews(text, excuse):
    for score, told in ((SURE, ["reader.interview"]), (SURE - 0.01, [])):
        judge = load(rules_root(), reader=Told((Window(Category.INTERVIEW, score),)))
        verdict = judge.judge(Case.of(f"{text}{MORE}", stage=Stage.BEFORE))
        assert [one.rule for one in verdict.findings] == told
        let_go = {(one.rule, one.excuse) for one in verdict.excused}
        assert (("reader.interview", excuse) in let_go) is not bool(told)


def test_a_rule_s_words_are_not_told_twice(both):
    verdict = both("LINEで話しましょう。", Window(CONTACT, 0.9))
    assert [one[0] for one in voices(verdict)] == ["rule"]
    apart = both("LINEで話しましょう。面白い。", Window(CONTACT, SUPPORT), Window(Category.INTERVIEW, 0.9))
    assert {one[0] for one in voices(apart)} == {"rule", "reader"}


def test_of_several_places_the_reader_tells_the_loudest_one(both):
    text = f"例の方法で続きを。例の件です。{MORE}"
    heard = (Window(CONTACT, 0.7), Window(CONTACT, 0.9, 1, 1), Window(CONTACT, 0.8, 2, 2))
    (finding,) = both(text, *heard).findings
    assert [one.text for one in finding.evidence] == ["例の件です。"]
    explained = both(text, *heard, explain=True).trace
    assert sum("よりはっきり" in line for line in explained) == 2
    other = both(text, Window(CONTACT, 0.9, 1, 1), Window(Category.INTERVIEW, 0.6))
    assert len(other.findings) == 2


def test_where_a_rule_tells_of_it_the_reader_is_silent_unless_it_is_louder(both):
    text = f"LINEで話しましょう。例の件です。{MORE}"
    heard = Window(CONTACT, SUPPORT), Window(CONTACT, 0.9, 1, 1)
    assert [one[0] for one in voices(both(text, *heard))] == ["rule"]
    quiet = both(text, *heard, stage=Stage.UNDER)
    assert [(one[0], one[2]) for one in voices(quiet)] == [("rule", Level.NOTICE)]
    assert [one[0] for one in voices(both(text, Window(CONTACT, 0.9, 1, 1)))] == ["reader"]  # the rule is not heard


def test_an_unsure_find_is_outdone_by_what_the_reader_hears_better_elsewhere():
    def placed(rule, start, score=None, *, sure=False, level=Level.WARNING, how="plain"):
        hits = (Hit(start, start + 5, "word", how),)
        place = SimpleNamespace(passage=TEXT, start=start, end=start + 5, hits=hits)
        return Candidate(CONTACT, rule, place, level, sure=sure, score=score)

    def told(find, *windows):
        return [one.rule for one, reason in settle([find, *windows], windows) if not reason]

    here, there = placed("here", 0, 0.7), placed("there", 10, 0.8)
    assert told(placed("rule", 0), here, there) == ["there"]
    assert told(placed("rule", 0, sure=True), here, there) == ["rule"]
    assert told(placed("rule", 0, how="masked"), here, there) == ["rule"]
    assert told(placed("rule", 0), placed("here", 0, 0.8), there) == ["rule"]
    assert told(placed("rule", 0), here, placed("there", 10, 0.8, level=Level.NOTICE)) == ["rule"]
    assert told(placed("rule", 0), placed("here", 0, 0.4), placed("there", 10, 0.49)) == ["rule"]


def test_a_rule_that_only_reminds_does_not_silence_a_reader_that_warns():
    def find(rule, level, start, score=None):
        place = SimpleNamespace(passage=TEXT, start=start, end=start + 5, hits=())
        return Candidate(CONTACT, rule, place, level, certain=True, score=score)

    rule, loud = find("contact.line", Level.NOTICE, 0), find("reader.direct_contact", Level.WARNING, 9, 0.8)
    quiet = find("reader.direct_contact", Level.NOTICE, 20, 0.9)
    told = [(one, reason) for one, reason in settle([rule, quiet, loud], [])]
    assert told == [(rule, ""), (loud, ""), (quiet, "said elsewhere")]
    assert [reason for _one, reason in settle([rule, quiet], [])] == ["", "said elsewhere"]
    covered = find("reader.direct_contact", Level.WARNING, 2, 0.8)
    assert [reason for _one, reason in settle([rule, covered], [])] == ["", "said by a rule"]


def test_a_rule_s_find_must_be_heard_by_the_reader(both, judge):
    text = f"LINEで話しましょう。{MORE}"
    assert [one[0] for one in voices(both(text, Window(CONTACT, SUPPORT)))] == ["rule"]
    for elsewhere in (Window(CONTACT, SUPPORT - 0.01), Window(CONTACT, 0.49, 1, 1), Window(Category.INTERVIEW, 0.49)):
        silent = both(text, elsewhere)
        assert [(one.rule, one.excuse) for one in silent.excused] == [("contact.line", "unheard")]
    assert judge.judge(Case.of(text, stage=Stage.BEFORE)).level is Level.WARNING  # no reader, no say


@pytest.mark.parametrize("text", ["L○NEで。", "L I N Eで。", "https://line.me/x"])
def test_what_is_no_accident_needs_no_hearing(both, text):
    assert {one[0] for one in voices(both(text))} == {"rule"}


def test_of_a_link_the_message_must_speak_unless_it_is_all_there_is(both):
    text = f"https://line.me/x です。{MORE}"
    assert {(one.rule, one.excuse) for one in both(text).excused} == {("contact.line", "unheard")}
    assert both(text, Window(CONTACT, SUPPORT - 0.01, 1, 1)).findings == ()
    assert both(text, Window(Category.INTERVIEW, SUPPORT, 1, 1)).findings == ()
    assert {one[0] for one in voices(both(text, Window(CONTACT, SUPPORT, 1, 1)))} == {"rule"}


def test_a_false_sender_needs_no_hearing(both):
    assert both("こんにちは", impersonates="look-alike").level is Level.DANGER


def test_an_unsure_find_needs_the_reader_or_where_none_is_asked_a_sure_one(both, judge):
    assert [one[0] for one in voices(both("LINEの話。", Window(CONTACT, SUPPORT_IN_FEW)))] == ["rule"]
    assert both("LINEの話。", Window(CONTACT, SUPPORT_IN_FEW - 0.01)).findings == ()
    assert both(f"LINEの話。{MORE}", Window(CONTACT, SUPPORT - 0.01)).findings == ()
    alone = judge.judge(Case.of("LINEの話。", stage=Stage.BEFORE))
    assert [(one.rule, one.excuse) for one in alone.excused] == [("contact.line", "unsure")]
    assert len(judge.judge(Case.of("LINEの話。電話をお教えください。", stage=Stage.BEFORE)).findings) == 2


def test_the_reader_reads_the_client_s_words_in_its_own_view(book):
    text = "Ｌ○ＮＥ の\nＩＤです。ＨＩＤＤＥＮ> 引用"
    segments = (
        Segment(SegmentKind.BODY, 0, 12),
        Segment(SegmentKind.HIDDEN, 12, 17),
        Segment(SegmentKind.QUOTE, 17, len(text)),
    )
    reader = Told()
    Judge(book, reader).judge(Case(text, segments))
    assert reader.read_ == [["line の", "idです。"]]


def test_blanks_around_a_sentence_are_neither_read_nor_quoted(book):
    reader = Told((Window(CONTACT, 0.9, 1, 1),))
    verdict = Judge(book, reader).judge(Case.of("Well done. Write to me. \n\n Bye. Ok.", stage=Stage.BEFORE))
    assert reader.read_ == [["well done.", "write to me.", "bye.", "ok."]]
    assert [one.text for one in verdict.findings[0].evidence] == ["Write to me."]


def test_windows_over_two_stretches_are_quoted_from_the_first(book):
    text = "一つ。> 引用\n二つ。"
    segments = (
        Segment(SegmentKind.BODY, 0, 3),
        Segment(SegmentKind.QUOTE, 3, 8),
        Segment(SegmentKind.BODY, 8, len(text)),
    )
    verdict = Judge(book, Told((Window(CONTACT, 0.9, 0, 1),))).judge(Case(text, segments, stage=Stage.BEFORE))
    assert [one.text for one in verdict.findings[0].evidence] == ["一つ。"]


def test_nobody_is_asked_about_nothing(book):
    reader = Told()
    Judge(book, reader).judge(Case("", ()))
    assert reader.read_ == []


def test_what_only_the_stage_makes_an_ask_needs_no_hearing():
    deaf = load(Path(__file__).parents[2] / "rules", reader=Told())
    case = Case.of("報酬の金額はチャットワークで相談させてください。", stage=Stage.UNDER)
    assert ("payment.terms", Level.DANGER) in [(one.rule, one.level) for one in deaf.judge(case).findings]


def test_what_is_not_sure_enough_is_told_step_by_step(book):
    """In words, not by the name that the policy has for it."""
    judge = Judge(book, Told((Window(CONTACT, ALONE_IN_FEW - 0.1),)))
    trace = "\n".join(judge.judge(Case.of("例の方法で続きを。", stage=Stage.BEFORE), explain=True).trace)
    assert "これだけで知らせるほど確かではありません" in trace
    assert "unsure" not in trace


def test_what_the_reader_heard_is_told_with_the_words_that_tell_most(book):
    judge = Judge(book, Told((Window(CONTACT, 0.9, 1, 1), Window(Category.INTERVIEW, 0.3, 0, 0))))
    case = Case.of("前置きです。㋹の方法で続きを。終わり。", stage=Stage.BEFORE)
    heard = [line for line in judge.judge(case, explain=True).trace if "決め手" in line]
    assert heard == [
        "reader.direct_contact 0.90 を聞き取り:「㋹の方法で続きを。」— 決め手になった言葉: “㋹の”",
        "reader.interview 0.30 を聞き取り:「前置きです。」— 決め手になった言葉: –",
    ]


def test_what_the_reader_did_not_read_any_more_needs_no_hearing(book):
    text = "前置き。つぎの話です。もう一つ。LINEで話しましょう。"
    deaf, tired = (Judge(book, Told(most=most)) for most in (1000, 3))
    case = Case.of(text, stage=Stage.BEFORE)
    assert deaf.judge(case).findings == ()
    assert [one[0] for one in voices(tired.judge(case))] == ["rule"]
    assert tired.judge(Case.of("LINEで話しましょう。" + MORE + "おわり。", stage=Stage.BEFORE)).findings == ()


def test_no_padding_hides_an_ask():
    judge = load(Path(__file__).parents[2] / "rules")
    pad = "".join(f"資料の{number}番を送りました。\n" for number in range(2500))
    case = Case.of(f"{pad}LINEで連絡ください。IDはabc123です。", stage=Stage.BEFORE)
    assert "contact.line" in {one.rule for one in judge.judge(case).findings}


class Hearing(Told):
    """A reader that hears contact asked for wherever one of these words stands, as loudly as is said here."""

    def __init__(self, **heard):
        super().__init__()
        self.heard = heard

    def read(self, sentences):
        said = [max((loud for word, loud in self.heard.items() if word in one), default=0.0) for one in sentences]
        return tuple(Window(CONTACT, score, at, at) for at, score in enumerate(said) if score)


def quoted(book, text, **heard):
    (finding,) = Judge(book, Hearing(**heard)).judge(Case.of(text + MORE, stage=Stage.BEFORE)).findings
    return [one.text for one in finding.evidence]


def test_of_a_sentence_of_several_lines_those_are_quoted_that_ask(book):
    text = "急ぎの用で、\n例の方法で、\n続きを。"
    assert quoted(book, text, 例の方法=0.9) == ["例の方法で、"]
    assert quoted(book, text, 例の方法=0.9, 急ぎ=0.58) == ["例の方法で、"]
    assert quoted(book, text, 例の方法=0.9, 急ぎ=0.62) == ["急ぎの用で、\n例の方法で、"]
    assert quoted(book, text, 急ぎ=0.9, 続き=0.9) == ["急ぎの用で、\n例の方法で、\n続きを。"]


def test_a_line_that_a_mail_program_broke_is_quoted_whole(book):
    text = f"{'ながい' * 9}前置の例\n方法で、\n続きを。"
    assert quoted(book, text, 方法で=0.9) == [f"{'ながい' * 9}前置の例\n方法で、"]


def test_a_sentence_of_very_many_lines_is_quoted_whole(book):
    many = "あ、\n" * MOST_LINES
    assert quoted(book, f"{many}例の方法で。", 例の方法=0.9) == [f"{many}例の方法で。"]
    assert quoted(book, f"{many[3:]}例の方法で。", 例の方法=0.9) == ["例の方法で。"]


def test_what_says_nothing_line_by_line_is_quoted_whole(book):
    class Deaf(Hearing):
        def read(self, sentences):
            return super().read(sentences) if len(sentences) > 1 else ()

    case = Case.of(f"急ぎの用で、\n例の方法で。{MORE}", stage=Stage.BEFORE)
    (finding,) = Judge(book, Deaf(例の方法=0.9)).judge(case).findings
    assert [one.text for one in finding.evidence] == ["急ぎの用で、\n例の方法で。"]
