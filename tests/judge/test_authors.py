"""What authors of rules are told: failed tests, lint, why a rule did not find something."""

from dataclasses import replace

import pytest

from banken.judge import Case, Judge
from banken.judge.lint import lint
from banken.judge.ruletests import run
from banken.judge.schema import Test as RuleTest
from banken.judge.whynot import why_not
from banken.words import Channel, Stage


def test_the_tests_beside_the_rules_pass(judge):
    outcomes = list(run(judge))
    assert len(outcomes) == 10
    assert [one for one in outcomes if one.why] == []
    assert {one.rule for one in run(judge, ["meet.asked"])} == {"meet.asked"}


@pytest.mark.parametrize(
    ("test", "why"),
    [
        ({"hit": "こんにちは"}, "not found"),
        ({"hit": "LINEで話しません"}, "let go by: negation"),
        ({"hit": "LINEで", "level": "danger"}, "found as warning, not as danger"),
        ({"hit": "LINEで", "evidence": "ライン"}, "evidence is “LINE”, not “ライン”"),
        ({"miss": "LINEで"}, "found: “LINE”"),
        ({"miss": "LINEで話しません", "because": "past"}, "let go by negation, not by past"),
        ({"miss": "以前LINEで話しません", "because": "past"}, ""),
        ({"miss": "こんにちは", "because": "past"}, "let go by —, not by past"),
        ({"hit": "LINEの話"}, ""),  # an unsure find is one, for its own tests
        ({"miss": "LINEの話"}, ""),
    ],
)
@pytest.mark.usefixtures("english")
def test_what_a_failed_test_is_told(book, test, why):
    rules = [
        one.model_copy(update={"tests": (RuleTest(**test),)}) if one.id == "contact.line" else one for one in book.rules
    ]
    (outcome,) = run(Judge(replace(book, rules=rules)), ["contact.line"])
    assert why in outcome.why if why else outcome.why == ""
    assert outcome.where.startswith("market/rules.yaml:")


@pytest.mark.usefixtures("english")
def test_lint(book):
    told = [str(problem) for problem in lint(book)]
    for complaint in (
        "“pay.fee” has no test that it finds",
        "“pay.fee” has no near miss",
        "“meet.asked” does not say from when and where it is known",
        "nothing uses the concept “chat”",
    ):
        assert any(complaint in one and one.startswith(("market/", "concepts/")) for one in told), complaint
    assert not any("contact.line" in one for one in told)


@pytest.mark.usefixtures("english")
def test_lint_of_words(book):
    line = book.concepts["line"].model_copy(update={"words": ("緑", "📞", "緑のアプリ"), "not_inside": ()})
    told = [str(problem) for problem in lint(replace(book, concepts={**book.concepts, "line": line}))]
    assert any("“緑” of “line” is a single character" in one for one in told), "a picture means what it shows"
    assert any("“緑のアプリ” of “line” needs no entry: “緑” finds it" in one for one in told)


@pytest.mark.usefixtures("english")
def test_an_entry_with_alternatives_is_superfluous_only_as_a_whole(book):
    line = book.concepts["line"].model_copy(update={"words": ("緑色", "(緑色|青)のアプリ"), "not_inside": ()})
    told = [str(problem) for problem in lint(replace(book, concepts={**book.concepts, "line": line}))]
    assert not any("needs no entry" in one and "“line”" in one for one in told)


@pytest.mark.usefixtures("english")
def test_lint_tells_what_can_block_nothing(book):
    line = book.concepts["line"].model_copy(
        update={"brand": (), "words": ("ライン",), "not_inside": ("オンライン", "電話")}
    )
    told = [str(problem) for problem in lint(replace(book, concepts={**book.concepts, "line": line}))]
    assert any(one.endswith("under “not_inside” of “line” this holds no word of it: 電話") for one in told)


@pytest.mark.parametrize(
    ("rule", "text", "said"),
    [
        ("contact.line", "こんにちは", "means: line: no word of line"),
        ("contact.line", "LINEの話", "means: line: the words are there, but do not stand as they must"),
        ("contact.line", "LINEで話しません", "means: line: “LINE” → let go negation (ません)"),
        ("contact.line", "LINEで", "means: line: “LINE” → warning"),
        ("contact.phone", "電話", "in_order: phone, give: no word of give"),
    ],
)
@pytest.mark.usefixtures("english")
def test_why_not(judge, rule, text, said):
    assert any(line.startswith(said) for line in why_not(judge, rule, Case.of(text, stage=Stage.BEFORE)))


@pytest.mark.usefixtures("english")
def test_why_not_without_words(judge):
    assert list(why_not(judge, "contact.line", Case("", ()))) == ["this mail holds no words of the client"]
    assert list(why_not(judge, "contact.line", Case.of("LINEで", channel=Channel.PLATFORM))) == ["not a client's words"]
    with pytest.raises(KeyError):
        list(why_not(judge, "contact.lime", Case("", ())))
