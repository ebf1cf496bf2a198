from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banken.judge.sentences import LONGEST, Splitter, behind_mark
from banken.judge.shortened import Shortened
from banken.judge.views import fold

SPLITTER = Splitter(
    continues=("て", "を", "、"),
    halts=("かつて",),
    clauses=("ので、", "が、"),
    joins=("と", "という", "で"),
    closes=("です", "ます", "せん"),
    shortened=Shortened(("mr", "e.g", "st"), ("tel", "vol"), ("p.m", "co", "ltd"), ("on", "and", "jst", "ltd")),
)


def said(text):
    return [text[start:end].strip() for start, end in SPLITTER.sentences(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("はい。では!どう?", ["はい。", "では!", "どう?"]),
        ("一行目です\n二行目です", ["一行目です", "二行目です"]),
        ("資料を\n送って\nください", ["資料を\n送って\nください"]),
        ("資料をかつて\n送って\nください", ["資料をかつて", "送って\nください"]),
        ("条件を\n・面談", ["条件を", "・面談"]),
        ("条件を\n\n面談", ["条件を", "面談"]),
        ("「送って。」と言われた。次", ["「送って。」と言われた。", "次"]),
        ("「送って。」次に", ["「送って。」", "次に"]),
        ("See a.b at 3.5 now. Then", ["See a.b at 3.5 now.", "Then"]),
        ("\n\n 。", ["。"]),
        ("すみません(汗) 次はこれ", ["すみません(汗)", "次はこれ"]),
        ("遅れます(汗)(笑)😊次", ["遅れます(汗)(笑)😊", "次"]),
        ("みんな(笑)という店(新)です", ["みんな(笑)という店(新)です"]),
        ("(1)か(2)です", ["(1)か(2)です"]),
        ("あす(火)19時です(笑)という(株)です", ["あす(火)19時です(笑)という(株)です"]),
        ("了解です😊。また明日です(笑)!」次", ["了解です😊。", "また明日です(笑)!」", "次"]),
        ("ぺいぺい💰払い、くりすます🎄で。このさいと🌐を", ["ぺいぺい💰払い、くりすます🎄で。", "このさいと🌐を"]),
        ("ぺいぺい💰。次", ["ぺいぺい💰。", "次"]),
        ("よろしくです♪次はこれ", ["よろしくです♪", "次はこれ"]),
        ("よろしくです😊😊\n次はこれ", ["よろしくです😊😊", "次はこれ"]),
        ("📞電話で📅面談 l🍀i🍀n🍀e ら♪い♪ん", ["📞電話で📅面談 l🍀i🍀n🍀e ら♪い♪ん"]),
    ],
)
def test_where_sentences_end(text, sentences):
    assert said(text) == sentences


@pytest.mark.parametrize(
    "text",
    [
        "Ask Mr. Sato",
        "Ask Mr. 佐藤",
        "bring one, e.g. “a draft”",
        "set it as Tel. 03-0000-0000 (tel. +81 3)",
        "of vol. 3",
        "come at 3 p.m. on Monday",
        "from 3 p.m. - 6 p.m. (Monday) as ever",
        "at 3 p.m. JST",
        "Sato Co. Ltd. and we",
    ],
)
def test_full_stops_that_only_shorten_a_word(text):
    assert written(text) == [text]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("come at 3 p.m.", "please rest"),
        ("I said no.", "3 days"),
        ("we are Sato Co.", "Please sign"),
        ("give me your Tel.", "Thanks"),
        ("pay on the 1st.", "Then go"),
        ("it takes 200 st.", "add me"),
        ("I have no hotel.", "3 rooms"),
        ("it is at 3 p.m.", "土曜です"),
        ("it ends here, Mr.", "\nGo"),
        ("no.", "Ok"),
    ],
)
def test_full_stops_that_end_a_sentence_all_the_same(one, other):
    assert written(f"{one} {other}") == [one, other.strip()]


def written(text):
    folded = fold(text)
    spans = [folded.span(*span) for span in SPLITTER.sentences(folded.text)]
    return [text[start:end].strip() for start, end in spans]


def test_a_line_wrapped_inside_a_word_goes_on():
    line = "このたびはご応募いただきまして誠にありがとうございますつきましては一度面"
    assert said(f"{line}\n談をお願いします") == [f"{line}\n談をお願いします"]
    assert said("今日は面\n談をお願いします") == ["今日は面", "談をお願いします"]
    own = f"{line}本日中に必ずお返事をお送り願"
    assert said(f"{own}\n図面はその場で") == [own, "図面はその場で"]
    assert said(f"{line}\nPDFです") == [line, "PDFです"]


def test_a_line_of_latin_letters_goes_on_only_in_latin_letters_and_where_a_mail_program_would_break_it():
    long = "we would be glad if you could send us your sketches by the"
    assert said(f"{long}\nend of this week") == [f"{long}\nend of this week"]
    assert said(f"{long}\nよろしくお願いします") == [long, "よろしくお願いします"]
    assert said("https://example.jp/jobs/9931745\nまたご連絡します") == [
        "https://example.jp/jobs/9931745",
        "またご連絡します",
    ]
    link = "https://example.jp/jobs/9931745/with-a-path-as-long-as-a-line/of-mail"
    assert said(f"{link}\nthanks") == [link, "thanks"]
    own = "a line that its writer ended, which no mail program would have let run on as far as the ninety-fifth"
    assert said(f"{own}\nhop in there") == [own, "hop in there"]
    assert said(f"hello\n{long}\nend\n{own}\nhop") == ["hello", f"{long}\nend", own, "hop"]
    assert said("my name is on the first page of it\nthanks") == ["my name is on the first page of it", "thanks"]


@given(st.text(st.sampled_from("あ。!?\n「」 a.、てを♪😊(笑)"), max_size=80))
def test_sentences_cover_all_words_in_order(text):
    spans = SPLITTER.sentences(text)
    assert spans == sorted(spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    covered = "".join(text[start:end] for start, end in spans)
    assert "".join(covered.split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("・契約は不要です", "契約は不要です"),
        ("③ 一本仕上げて", "一本仕上げて"),
        ("(2) 面談です", "面談です"),
        ("2. call me", "call me"),
        ("l:taro88 で追加", "l:taro88 で追加"),
        ("t.me/taro_88", "t.me/taro_88"),
        ("5 : 00", "5 : 00"),
        ("+81 90", "+81 90"),
        ("1) call me", "call me"),
        ("10:30から面談", "10:30から面談"),
        ("3.5万円を振込", "3.5万円を振込"),
        ("-", "-"),
        ("a mail to me", "a mail to me"),
    ],
)
def test_where_the_words_of_an_item_begin(line, words):
    assert line[behind_mark(line, 0) :] == words
    assert f"x{line}"[behind_mark(f"x{line}", 1) :] == words


def test_endless_sentences_are_cut():
    assert all(end - start <= LONGEST for start, end in SPLITTER.sentences("あ" * 5000))


def test_clauses():
    text = "早いので、LINEで。"
    assert [text[a:b] for a, b in SPLITTER.clauses_of(text, 0, len(text))] == ["早いので、", "LINEで。"]
    assert Splitter().clauses_of(text, 0, 3) == [(0, 3)]
