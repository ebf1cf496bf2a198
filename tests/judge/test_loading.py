import shutil

import pytest

from banken.judge import Case, load
from banken.judge.loading import load_book
from banken.strictyaml import ProblemsError
from banken.words import Level, Stage


@pytest.fixture
def copy(tmp_path, house):
    return shutil.copytree(house, tmp_path / "rules")


@pytest.fixture
def problems(copy, english):  # noqa: ARG001 - a fixture cannot use `usefixtures`
    """Add a file to the market's folder; returns the complaints."""

    def problems(text, name="market/more.yaml", **options):
        (copy / name).write_text(text, encoding="utf-8")
        with pytest.raises(ProblemsError) as caught:
            load_book(copy, "market", **options)
        return [str(problem) for problem in caught.value.problems]

    return problems


RULE = "version: 1\nrules:\n  - id: new.rule\n    title: x\n    category: {category}\n    find: {{any: [{find}]}}\n"


def rule(find, category="direct_contact"):
    return RULE.format(find=find, category=category)


def test_all_mistakes_at_once_with_place_and_nearest_name(problems):
    text = (
        rule("{mention: lime}")
        + "    unless: [negatoin]\nexcuses:\n  new:\n    title: x\n    any: [{after: [negativ]}]\n"
    )
    assert problems(text) == [
        "market/more.yaml:6:19: unknown concept “lime” — did you mean “line”?",
        "market/more.yaml:7:14: unknown excuse “negatoin” — did you mean “negation”?",
        "market/more.yaml:11:20: unknown concept “negativ” — did you mean “negative”?",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("find", "complaint"),
    [
        ("{mentoin: line}", "unknown key “mentoin”"),
        ("{within: 3}", "one item finds one thing, not 0"),
        ("{mention: line, link: line}", "one item finds one thing, not 2"),
        ("{pattern: '(?<=a)b'}", "RE2 cannot read this pattern"),
        ("{pattern: '(a'}", "RE2 cannot read this pattern"),
        ("{same_sentence: [line, 'a b']}", "cannot be"),
        ("{same_clause: [line, means.lime|give]}", "unknown concept “lime”"),
        ("{all: [{mention: line}, {mention: lime}]}", "unknown concept “lime”"),
        ("{mention: line, without: [lime]}", "unknown concept “lime”"),
        ("{mention: line, at_most: loud}", "cannot be “loud”"),
    ],
)
def test_what_a_find_may_not_be(problems, find, complaint, capfd):
    (told,) = problems(rule(find))
    assert complaint in told
    assert told.startswith("market/more.yaml:6:")
    assert capfd.readouterr().err == ""  # RE2 must not talk to the terminal


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (rule("{mention: line}", "interviw"), "did you mean “interview”"),
        (rule("{mention: line}").replace("new.rule", "contact.line"), "exists already, at market/more.yaml:3"),
        ("version: 1\nconcepts: {line: {words: [x]}}\n", "exists already"),
        ("version: 1\nconcepts: {a: {use: [b]}, b: {use: [a]}}\n", "circle: a → b → a"),
        ("version: 1\nconcepts: {a: {words: ['(x']}}\n", "“(” without “)”"),
        ("version: 1\nconcepts: {a: {atoms: [fax]}}\n", "fax"),
        ("version: 2\n", "2"),
        ("version: 1\nmeans: [{right: [nothing_such]}]\n", "unknown concept “nothing_such”"),
        ("version: 1\nexcuses: {x: {title: x, any: [{after: [give], before: [give]}]}}\n", "one place, not 2"),
        (rule("{mention: line}") + "    tests: [{hit: a, miss: b}]\n", "either a hit or a miss"),
        (rule("{mention: line}") + "    tests: [{miss: b, because: nothing}]\n", "unknown excuse “nothing”"),
    ],
)
def test_what_a_file_may_not_hold(problems, text, complaint):
    assert any(complaint in told for told in problems(text))


@pytest.mark.usefixtures("english")
def test_a_category_needs_levels(copy):
    text = (copy / "market/rules.yaml").read_text(encoding="utf-8")
    start, end = text.index("  interview:"), text.index("  off_platform_payment:")
    (copy / "market/rules.yaml").write_text(text[:start] + text[end:], encoding="utf-8")
    with pytest.raises(ProblemsError, match="the category “interview” has no levels"):
        load_book(copy, "market")


@pytest.mark.usefixtures("english")
@pytest.mark.usefixtures("english")
def test_a_broken_file_is_reported_once(copy):
    words = (copy / "concepts/things.yaml").read_text(encoding="utf-8")
    (copy / "concepts/things.yaml").write_text(words.replace("緑のアプリ]", "(緑のアプリ]"), encoding="utf-8")
    with pytest.raises(ProblemsError) as caught:
        load_book(copy, "market")
    assert len(caught.value.problems) == 1


def test_a_missing_folder_is_a_mistake(tmp_path):
    with pytest.raises(ProblemsError) as caught:
        load_book(tmp_path, "market")
    assert len(caught.value.problems) == 3


def test_own_rules_and_words_survive_beside_the_house_s(tmp_path, house):
    own = tmp_path / "own.yaml"
    own.write_text(
        "version: 1\nconcepts: {line: {words: [例のアプリ], not_inside: [例のアプリの話]}, mine: {words: [伝書鳩]}}\n"
        "rules:\n  - {id: my.rule, title: 鳩, category: direct_contact, find: {any: [{mention: mine}]}}\n",
        encoding="utf-8",
    )
    for add in (own, tmp_path):
        judge = load(house, "market", add=[add], reader=False)
        found = judge.judge(Case.of("例のアプリで。伝書鳩。LINEで。例のアプリの話で。", stage=Stage.BEFORE)).findings
        assert sorted((one.rule, one.evidence[0].text) for one in found) == [
            ("contact.line", "LINE"), ("contact.line", "例のアプリ"), ("my.rule", "伝書鳩"),
        ]  # fmt: skip


@pytest.mark.usefixtures("english")
def test_own_files_must_exist(house, tmp_path):
    with pytest.raises(ProblemsError, match="no such file or folder"):
        load(house, "market", add=[tmp_path / "gone.yaml"], reader=False)


@pytest.mark.usefixtures("english")
def test_rules_can_be_left_out_and_changed(house):
    judge = load(
        house,
        "market",
        disable=["contact.phone"],
        override={"contact.line": {"when": {"before_contract": "notice"}, "unless": []}},
        reader=False,
    )
    verdict = judge.judge(Case.of("電話の件。LINEで連絡しません。", stage=Stage.BEFORE))
    assert [(one.rule, one.level) for one in verdict.findings] == [("contact.line", Level.NOTICE)]
    with pytest.raises(ProblemsError) as caught:
        load(
            house,
            "market",
            disable=["contact.fone"],
            override={"contact.lime": {}, "pay.fee": {"whn": {}}},
            reader=False,
        )
    told = [str(problem) for problem in caught.value.problems]
    assert told[0].startswith("rules.disable: there is no rule “contact.fone” — did you mean “contact.phone”?")
    assert any("contact.lime" in one and "contact.line" in one for one in told)
    assert any("unknown key “whn”" in one for one in told)


def test_re2_keeps_a_nasty_pattern_linear(copy):
    (copy / "market/more.yaml").write_text(rule("{pattern: '(a|aa|b)+$'}"), encoding="utf-8")
    judge = load(copy, "market", reader=False)
    assert judge.judge(Case.of("a" * 20_000 + "c")).findings == ()
