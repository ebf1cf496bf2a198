import pytest

from banken.judge import Case
from banken.words import Channel, Level, Stage


def test_negation_behind_in_the_same_clause(ask, excused):
    assert excused("LINEで連絡しません。") == {"contact.line": "negation"}
    assert "contact.line" in ask("LINEで。電話はしません。")
    assert "contact.line" in ask("LINEで早いので、心配いりません")
    assert "contact.line" in ask("規約にないけどLINEで")


def test_a_question_is_no_negation(ask):
    assert "contact.line" in ask("LINEで話しませんか")


def test_one_place_is_let_go_and_another_is_not(ask):
    assert ask("LINEで連絡しません。ラインで話しましょう。")["contact.line"] == ["ライン"]


def test_what_spoils_an_excuse(ask):
    assert "contact.line" in ask("LINEで構いません、教えてください")


def test_before_in_the_sentence(ask, excused):
    assert excused("以前LINEで話した方です") == {"contact.line": "past"}
    assert "contact.line" in ask("LINEで話します。以前は違いました。")
    assert "contact.phone" in ask("以前、電話をお教えください")  # the rule takes the excuse away


def test_around_lowers_to_a_notice(judge):
    verdict = judge.judge(Case.of("サイト内とLINEで", stage=Stage.BEFORE))
    assert [(one.rule, one.level) for one in verdict.findings] == [("contact.line", Level.NOTICE)]
    assert verdict.excused == ()


def test_quoted_speech(ask, excused):
    assert excused("「LINEで話そう」と言われた") == {"contact.line": "quoted"}
    assert "contact.line" in ask("「LINEで話そう」")
    assert "contact.line" in ask("「LINEで話そう」などと考え、と言われた")


def test_quotations_in_a_row(excused):
    assert excused("「LINEで」「電話で」、「面談で」と言われた")["contact.line"] == "quoted"


def test_the_own_side_quoted(ask):
    assert "contact.line" in ask("弊社では「LINEで話そう」と言われます")
    assert ask("「弊社のLINEで話そう」と言われた") == {}


def test_words_amid_a_find_count_as_around(judge):
    verdict = judge.judge(Case.of("電話のサイト内でお教えください", stage=Stage.BEFORE, channel=Channel.NOTIFICATION))
    assert [(one.rule, one.level) for one in verdict.findings] == [("contact.phone", Level.NOTICE)]


@pytest.mark.parametrize("head", ["お断りしていること:", "お断りしていること↓", "お断りしていること：　"])
def test_lines_below_a_colon_are_a_list(ask, excused, head):
    assert excused(f"{head}\nほか\nLINEで連絡") == {"contact.line": "listed"}
    assert "contact.line" in ask(f"{head}\nほか\n\nLINEで連絡")


@pytest.mark.parametrize("bullet", ["・", "- ", "1. ", "① ", "※", "A. ", "Q1: ", "× "])
def test_the_line_above_a_list(ask, excused, bullet):
    text = f"お断りしていること\n{bullet}LINEで連絡\n{bullet}ほか"
    assert excused(text) == {"contact.line": "listed"}
    assert "contact.line" in ask(f"お願い\n{bullet}LINEで連絡")
    assert "contact.line" in ask("お断りしていること\nLINEで連絡")
    assert excused(f"お断りしていること\n━━━━\n\n{bullet}LINEで連絡") == {"contact.line": "listed"}


def test_the_job_s_own_subject(ask, excused):
    assert excused("LINEで", subject="LINEの件") == {"contact.line": "topic"}
    assert "contact.line" in ask("LINEで", subject="オンラインの件")


def test_the_following_sentence(ask, excused):
    assert excused("LINEで。夏の記事です。") == {"contact.line": "topic"}
    assert "contact.line" in ask("LINEで。これは長い長い長い夏の記事です。")


def test_anywhere_in_the_client_s_words(excused):
    assert excused("LINEで。\n\n仲介部より") == {"contact.line": "agency"}


def test_facts_of_the_case(excused):
    assert excused("LINEで", agent=True) == {"contact.line": "agency"}


def test_an_excuse_looks_behind_all_that_was_found(excused):
    assert excused("電話番号をお教えくださいとは言いません") == {"contact.phone": "negation"}
