"""The subject of a client's own mail, judged as a passage of its own."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from tests.judge.test_reader_policy import CONTACT, MORE, Window

from banken.judge import Case, Judge
from banken.judge.combine import IN_SUBJECT, SUPPORT, SUPPORT_IN_FEW
from banken.judge.whynot import why_not
from banken.message import Link
from banken.words import SUBJECT, Category, Channel, Level, Segment, SegmentKind, Stage

HARMLESS = "お世話になります。納期は金曜です。よろしくお願いします。"


def headed(heading, text=HARMLESS, **facts):
    """Return a case with a subject that is its writer's own; it is the context, too, unless told otherwise."""
    return Case.of(text, **{"stage": Stage.BEFORE, "subject": heading, "heading": heading, **facts})


@dataclass
class Heard:
    """A reader that hears in each text what it was told to, and remembers what it read."""

    windows: dict
    read_: list = field(default_factory=list)

    def read(self, sentences):
        self.read_.append(list(sentences))
        return self.windows.get(sentences[0], ())

    def reach(self, sentences):
        return len(sentences)

    def telling(self, sentence, category):
        return ()


@pytest.mark.parametrize("text", [HARMLESS, "", "はい。"])
@pytest.mark.parametrize(
    ("heading", "words"),
    [("LINEで話しましょう", "LINE"), ("【㈱空】Ｌ Ｉ Ｎ Ｅで", "Ｌ Ｉ Ｎ Ｅ"), ("090-0000-1234まで", "090-0000-1234")],
)
def test_an_ask_in_the_subject_is_found_with_its_exact_words(judge, heading, words, text):
    verdict = judge.judge(headed(heading, text))
    assert verdict.level in (Level.WARNING, Level.DANGER)
    for one in (one for finding in verdict.findings for one in finding.evidence):
        assert (one.how, one.text) == (SUBJECT, words)
        assert heading[one.start : one.end] == words


def test_a_disguise_in_the_subject_is_as_loud_as_elsewhere(judge):
    assert judge.judge(headed("L○NEで")).level is Level.DANGER


def test_what_is_no_client_s_own_subject_asks_nothing(judge):
    assert judge.judge(Case.of(HARMLESS, subject="LINEで話しましょう", stage=Stage.BEFORE)).level is None
    assert judge.judge(headed("LINEで話しましょう", channel=Channel.PLATFORM)).findings == ()


def test_no_sentence_goes_on_from_the_subject_into_the_text(judge, ask):
    assert "contact.line" in ask("LINE\n教えてください")  # a rule that looks at the next sentence
    assert judge.judge(headed("LINE", "教えてください")).findings == ()
    assert judge.judge(headed("LINEで", "連絡しません。")).level is Level.WARNING  # no denial reaches into the subject


def test_excuses_look_at_the_subject_as_at_any_sentence(judge):
    verdict = judge.judge(headed("LINEで連絡しません。"))
    assert {(one.rule, one.excuse) for one in verdict.excused} == {("contact.line", "negation")}
    assert verdict.level is None


def test_the_subject_does_not_excuse_its_own_words(judge):
    assert judge.judge(headed("LINEで話しましょう")).level is Level.WARNING
    known = judge.judge(headed("LINEで話しましょう", subject="LINEの広告"))  # the job's title, told elsewhere
    assert {one.excuse for one in known.excused} == {"topic"}
    read_off = judge.judge(headed("「LINEの広告」の件、LINEで話しましょう", subject="LINEの広告"))
    assert read_off.level is Level.WARNING
    body = judge.judge(headed("LINEの件", "LINEで"))  # of the text it still is the context
    assert {one.excuse for one in body.excused if one.rule == "contact.line"} >= {"topic"}
    assert body.level is None


def test_a_mail_of_a_harmless_subject_alone_is_not_judged(judge):
    assert judge.judge(headed("ご相談", "")).level is Level.UNJUDGED
    assert judge.judge(headed("ご相談")).level is None


def test_the_first_thousand_characters_are_judged_and_no_more(judge):
    assert judge.judge(headed("あ" * 990 + "。LINEで")).level is Level.WARNING
    beyond = judge.judge(headed("あ" * 1000 + "。LINEで" * 20_000))
    assert (beyond.level, beyond.findings) == (Level.UNJUDGED, ())


def test_a_link_of_the_text_stands_in_no_subject(judge):
    link = Link("https://line.me/x", "お世話", 0, 3)
    quotes = [one for finding in judge.judge(headed("ご相談の件", links=(link,))).findings for one in finding.evidence]
    assert [one.how for one in quotes] == ["link"]


def test_what_is_hidden_stays_so_below_a_subject(judge):
    case = Case("LINEで", (Segment(SegmentKind.HIDDEN, 0, 5),), stage=Stage.BEFORE, heading="ご相談")
    assert [[one.how for one in finding.evidence] for finding in judge.judge(case).findings] == [["hidden"]]


def test_the_steps_tell_of_the_subject(judge):
    trace = "\n".join(judge.judge(headed("LINEで"), explain=True).trace)
    assert "subject [0, 5) LINEで" in trace
    assert "[0, 4) subject" in trace


def test_why_not_looks_into_the_subject(judge):
    assert "warning" in "\n".join(why_not(judge, "contact.line", headed("LINEで")))


# The reader

ASK = "LINEで話しましょう"
LONG = f"納期の話です。{MORE}"


def heard(book, heading=(), text=(), *, body=LONG, subject=ASK):
    reader = Heard({subject.lower(): heading, "納期の話です。": text})
    return reader, Judge(book, reader).judge(headed(subject, body))


def test_the_reader_is_asked_about_the_subject_apart(book):
    reader, _verdict = heard(book)
    assert reader.read_ == [[ASK.lower()], ["納期の話です。", "つぎの話です。", "おわりの話です。"]]


@pytest.mark.parametrize(
    ("heading", "text", "body", "told"),
    [
        ((Window(CONTACT, IN_SUBJECT),), (), LONG, True),
        ((Window(CONTACT, IN_SUBJECT - 0.01),), (), LONG, False),
        ((Window(Category.INTERVIEW, 0.99),), (), LONG, False),
        ((), (Window(CONTACT, SUPPORT),), LONG, True),
        ((), (Window(CONTACT, SUPPORT - 0.01),), LONG, False),
        ((Window(CONTACT, SUPPORT_IN_FEW),), (), "納期の話です。", True),
        ((Window(CONTACT, SUPPORT_IN_FEW - 0.01),), (), "納期の話です。", False),
    ],
)
def test_a_rule_s_find_in_the_subject_must_be_heard_there_or_below(book, heading, text, body, told):
    _reader, verdict = heard(book, heading, text, body=body)
    assert [one.rule for one in verdict.findings] == (["contact.line"] if told else [])
    assert told or {one.excuse for one in verdict.excused} == {"unheard"}


TAGGED = f"【至急】【ご相談】{ASK}"


def test_a_subject_is_heard_with_the_tags_before_it_and_without(book):
    reader, _verdict = heard(book, subject=TAGGED)
    assert reader.read_[:-1] == [[TAGGED.lower()], [ASK.lower()]]
    for plain in (ASK, f"お願い【至急】{ASK}", "【至急】", "【至急" + ASK, ""):
        reader, _verdict = heard(book, subject=plain)
        assert len(reader.read_) == (2 if plain else 1)


@pytest.mark.parametrize("louder", [TAGGED, ASK])
def test_the_louder_hearing_counts(book, louder):
    reader = Heard({louder.lower(): (Window(CONTACT, IN_SUBJECT),)})
    verdict = Judge(book, reader).judge(headed(TAGGED, LONG))
    assert [one.rule for one in verdict.findings] == ["contact.line"]
    (one,) = verdict.findings[0].evidence
    assert (TAGGED[one.start : one.end], one.text) == ("LINE", "LINE")


def test_the_reader_alone_tells_nothing_of_a_subject(book):
    _reader, verdict = heard(book, (Window(CONTACT, 0.99),), subject="先ほどの件")
    assert verdict.findings == ()


def test_what_the_reader_hears_in_the_text_is_told_beside_the_subject(book):
    _reader, verdict = heard(book, (Window(CONTACT, 0.9),), (Window(CONTACT, 0.9, 1, 1),))
    assert [(one.by, [each.text for each in one.evidence]) for one in verdict.findings] == [
        ("rule", ["LINE"]),
        ("reader", ["つぎの話です。"]),
    ]
