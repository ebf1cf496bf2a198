"""platform.yaml is read strictly: every mistake at its place, all at once."""

from __future__ import annotations

import pytest
from tests.platform.cases import pack

from banken.places import rules_root
from banken.platform import load
from banken.platform.unknown import shapes, stub
from banken.strictyaml import ProblemsError

SOURCE = (rules_root() / "crowdworks" / "platform.yaml").read_text(encoding="utf-8")


def changed(tmp_path, old: str, new: str):
    assert old in SOURCE
    folder = tmp_path / "crowdworks"
    folder.mkdir()
    (folder / "platform.yaml").write_text(SOURCE.replace(old, new, 1), encoding="utf-8")
    return folder


def test_several_mistakes_are_told_at_once(tmp_path):
    folder = changed(tmp_path, "    event: permission_denied\n", "    event: permission_denid\n    colour: red\n")
    with pytest.raises(ProblemsError) as caught:
        load(folder)
    assert [problem.what for problem in caught.value.problems if "colour" in problem.what]
    folder.joinpath("platform.yaml").write_text(
        SOURCE.replace("event: permission_denied", "event: permission_denid", 1)
    )
    with pytest.raises(ProblemsError) as caught:
        load(folder)
    (problem,) = caught.value.problems
    line = SOURCE.split("\n").index("    event: permission_denied") + 1
    assert (problem.line, "permission_denied" in problem.todo) == (line, True)


def test_a_bad_pattern_is_told_at_its_place(tmp_path):
    folder = changed(tmp_path, "firm: [", 'firm: ["{client", ')
    with pytest.raises(ProblemsError) as caught:
        load(folder)
    (problem,) = caught.value.problems
    assert SOURCE.split("\n")[problem.line - 1].strip().startswith("firm:")


def test_a_failing_example_says_what_was_read(tmp_path):
    folder = (
        changed(tmp_path, "job: 縫製マニュアルの校閲", "job: 別の仕事")
        if "job: 縫製マニュアルの校閲" in SOURCE
        else changed(tmp_path, 'job: "縫製マニュアルの校閲"', 'job: "別の仕事"')
    )
    (failure,) = load(folder).test()
    assert "別の仕事" in str(failure)
    assert "縫製マニュアルの校閲" in str(failure)


def test_every_sender_and_rule_says_since_when():
    assert all(sender.as_of for sender in pack().file.senders)
    assert all(rule.as_of and rule.source.startswith("https://") for rule in pack().file.reminders)


def test_what_is_unknown_becomes_a_stub_without_names(tmp_path):
    subjects = [
        "【クラウドワークス】「夜の図書館」の感謝状をお送りします",
        "【クラウドワークス】「朝の図書館」の感謝状をお送りします",
        "会員番号 12345 の yamada@example.jp 様へ",
    ]
    found = shapes(pack(), subjects)
    assert next((shape.pattern, shape.count) for shape in found) == ("の感謝状をお送りします", 2)
    text = stub(found)
    assert not any(word in text for word in ("図書館", "12345", "yamada"))
    folder = changed(tmp_path, "\nkinds:\n", "\nkinds:\n" + text)
    kinds = [kind.id for kind in load(folder).file.kinds]
    assert kinds[:2] == ["new_kind_1", "new_kind_2"]
