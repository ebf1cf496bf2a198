"""The strict reader under both the configuration and the rules."""

from __future__ import annotations

import time
from typing import Annotated, Literal

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from banken.strictyaml import (
    Mistake,
    Problem,
    ProblemsError,
    did_you_mean,
    nearest,
    parse,
    read,
    shown,
    validate,
)


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _even(value: int) -> int:
    if value % 2:
        raise Mistake("odd", "add one")
    return value


class Leaf(Strict):
    kind: Literal["leaf"] = "leaf"
    size: Annotated[int, Field(gt=0, lt=100), AfterValidator(_even)] = 2


class Twig(Strict):
    word: Annotated[str, Field(min_length=1, max_length=5)]
    leaves: tuple[Leaf, ...] = ()


class Tree(Strict):
    twigs: dict[str, Twig] = {}
    pair: Annotated[tuple[int, ...], Field(min_length=2, max_length=3)] = (1, 2)
    either: Leaf | Twig | None = None
    height: float = 1.5


def complaints(yaml_text: str) -> list[str]:
    with pytest.raises(ProblemsError) as caught:
        validate(parse(yaml_text, "f"), Tree)
    return [str(problem) for problem in caught.value.problems]


def test_words_stay_words():
    text = "a: NO\nb: on\nc: y\nd: yes\ne: 1e3\nf: 0x10\ng: 012\nh: 12:30\ni: 2026-10-01\nj: .inf\nk: '1'\n"
    assert set(map(type, parse(text, "f").data.values())) == {str}


def test_the_few_types():
    text = "a: true\nb: False\nc: 12\nd: -3\ne: 1.50\nf: ~\ng: null\nh:\ni: 12345678901234567890123\n"
    assert parse(text, "f").data == {
        "a": True,
        "b": False,
        "c": 12,
        "d": -3,
        "e": 1.5,
        "f": None,
        "g": None,
        "h": None,
        "i": "12345678901234567890123",
    }
    assert parse("", "f").data is None
    assert parse("# only a comment\n", "f").data is None


def test_places_are_those_of_the_keys():
    document = parse("a:\n  - b: 1\n    c: [x, y]\n", "f")
    assert document.places == {
        (): (1, 1),
        ("a",): (1, 1),
        ("a", 0): (2, 5),
        ("a", 0, "b"): (2, 5),
        ("a", 0, "c"): (3, 5),
        ("a", 0, "c", 0): (3, 9),
        ("a", 0, "c", 1): (3, 12),
    }
    assert document.problem(("a", 0, "c", 7, "z"), "what") == Problem("f", 3, 5, "what")


def test_a_document_does_not_show_its_data():
    assert "hunter2" not in repr(parse("password: hunter2", "f"))


def test_byte_order_mark_and_dos_line_ends(tmp_path):
    (tmp_path / "f").write_bytes("\ufeffa: 1\r\nb: x\r\n".encode())
    assert read(tmp_path / "f").data == {"a": 1, "b": "x"}


def test_not_utf8_names_the_line(tmp_path):
    (tmp_path / "f").write_bytes("a: 1\nb: 契約\n".encode("euc-jp"))
    with pytest.raises(ProblemsError, match=r"^name:2:4: "):
        read(tmp_path / "f", "name")


def test_an_ampersand_or_a_star_inside_text_is_no_anchor():
    assert parse("a: Q&A\nb: 'x * y'\nc: |\n  &a *b\n", "f").data == {"a": "Q&A", "b": "x * y", "c": "&a *b\n"}


@given(st.text("&*ax: \n-[]{},\"'!?|#契", max_size=30))
@example('{"k":&a x}')
@example("- &a\n- x")
@example("[&a x,*a]")
@example("? &a x\n: *a")
@example("--- &a x")
def test_no_anchor_is_overlooked(text):
    try:
        anchored = any(getattr(event, "anchor", None) is not None for event in yaml.parse(text, yaml.CSafeLoader))
    except yaml.YAMLError:
        return
    if anchored:
        with pytest.raises(ProblemsError):
            parse(text, "f")


def test_all_anchors_are_told_at_once():
    with pytest.raises(ProblemsError) as caught:
        parse("a: &x [1]\nb: *x\n", "f")
    assert [(p.line, p.column) for p in caught.value.problems] == [(1, 4), (2, 4)]


def test_a_billion_laughs_is_refused_at_once():
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{here}: &{here} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, here in zip("abcdefgh", "bcdefghi", strict=True)
    )
    started = time.process_time()
    with pytest.raises(ProblemsError):
        parse(bomb, "f")
    assert time.process_time() - started < 1


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", '["'])
def test_deep_nesting_is_refused(opening):
    with pytest.raises(ProblemsError):
        parse(opening * 20000, "f")


def test_without_libyaml_the_complaints_are_still_lines():
    class Pure(yaml.SafeLoader):
        pass

    with pytest.raises(yaml.MarkedYAMLError) as caught:
        yaml.compose("a: [1\nb: 2", Loader=Pure)
    from banken.strictyaml.syntax import syntax_problem

    problem = syntax_problem(caught.value, "a: [1\nb: 2", "f")
    assert problem.line >= 1
    assert "\n" not in str(problem)


def test_what_a_model_refuses(monkeypatch):
    monkeypatch.setattr("banken.i18n._Speaker.language", "en")
    assert complaints("""\
twigs:
  a: {word: toolong, leaves: [{size: 3}, {size: 0}, {size: 100}, {kind: laef}]}
  b: {word: '', leves: []}
  c: {leaves: {}}
  d: word
pair: [1]
either: {wrod: x}
height: tall
""") == [
        "f:2:7: “word” must not be longer than 5 characters",
        "f:2:32: odd — add one",
        "f:2:43: “size” must be more than 0, not 0",
        "f:2:54: “size” must be less than 100, not 100",
        "f:2:67: “kind” cannot be “laef” — did you mean “leaf”?",
        "f:3:7: “word” must not be empty — fill it in",
        "f:3:17: unknown key “leves” — did you mean “leaves”?",
        "f:4:3: “word” is missing — add it",
        "f:4:7: “leaves” must be a list, not (several values) — write it as [one, another]",
        "f:5:3: “d” must have keys of its own below it — indent them under it",
        "f:6:1: “pair” must hold 2 or more — add what is missing",
        "f:7:1: “word” is missing — add it",
        "f:7:10: unknown key “wrod” — did you mean “word”?",
        "f:8:1: “height” must be a number, not tall",
    ]


def test_a_list_is_not_called_short_when_its_entries_are_wrong(monkeypatch):
    monkeypatch.setattr("banken.i18n._Speaker.language", "en")
    assert complaints("pair: [x, y]\n") == [
        "f:1:8: “pair” must be a whole number, not x",
        "f:1:11: “pair” must be a whole number, not y",
    ]


def test_a_part_of_a_document_is_told_at_its_own_place():
    document = parse("trees:\n  - pair: [1]\n", "f")
    with pytest.raises(ProblemsError, match=r"^f:2:5: "):
        validate(document, Tree, document.data["trees"][0], at=("trees", 0))


def test_what_a_message_repeats_is_short_and_visible():
    assert shown("a\u200bb\x1b[31m\u3000") == "a\\u200bb\\u001b[31m\\u3000"
    assert len(shown("x" * 1000)) == 60
    assert shown(True) == "true"
    for value in (None, [1], {"a": 1}, (1,)):
        assert "1" not in shown(value)


def test_nearest():
    known = ["direct_contact", "interview", "escrow_bypass", "面談"]
    assert nearest("interveiw", known) == "interview"
    assert nearest("ＩＮＴＥＲＶＩＥＷ", known) == "interview"
    assert nearest("面談の", known) == "面談"
    assert nearest("zzz", known) == ""
    assert nearest("", known) == ""
    assert did_you_mean("zzz", []) == ""
    assert len(did_you_mean("zzz", [f"k{n}" for n in range(1000)])) < 200
    started = time.process_time()
    nearest("a" * 1_000_000, known)
    assert time.process_time() - started < 1


def test_problems_come_in_order_and_once():
    problems = [Problem("f", 10, 1, "b"), Problem("f", 9, 2, "a"), Problem("f", 9, 2, "a")]
    assert [p.line for p in ProblemsError(problems).problems] == [9, 10]


_SIGNS = list("abn:-[]{}#&*!|>%@`'\"\\,?~ \n\t\u3000：")
_PIECES = st.sampled_from([*_SIGNS, "\r\n", "- ", ": ", "  ", "true", "12", "!!int ", "---\n", "&a ", "*a", "<<"])


def told(action) -> tuple[Problem, ...]:
    """Return the problems that `action` raises, none when it succeeds; anything else it raises is a failure."""
    try:
        action()
    except ProblemsError as error:
        return error.problems
    return ()


@given(st.lists(_PIECES, max_size=60).map("".join) | st.text(max_size=200))
@example("!!int x")
@example("? [a]\n: b")
@example("!!map [a]")
@example("%YAML 9.9\n---\na: 1")
@example("a: !!binary 9")
@settings(max_examples=400)
def test_any_text_is_read_or_told_in_lines(text):
    for problem in told(lambda: validate(parse(text, "f"), Tree)):
        assert len(str(problem).splitlines()) == 1
        assert problem.line >= 1
        assert problem.column >= 1


@given(st.binary(max_size=200))
@settings(max_examples=200)
def test_any_octets_are_read_or_told(tmp_path_factory, octets):
    path = tmp_path_factory.getbasetemp() / "octets.yaml"
    path.write_bytes(octets)
    for problem in told(lambda: read(path)):
        assert len(str(problem).splitlines()) == 1
