"""A mail that was judged wrongly becomes a test with nobody's name in it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from banken.cli.app import build
from banken.judge import Case, load
from banken.judge.nearest import nearest, new_words
from banken.places import rules_root
from banken.report.invented import ADDRESS, Inventor
from banken.words import Category, Stage

pytestmark = pytest.mark.usefixtures("english")

HEAD = """\
From: "Sora Trading, Sato" <sato.kenji@real-client.example>
To: worker@example.jp
Subject: hello
Message-ID: <1@x.example>
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

"""
FOUND = HEAD + (
    "株式会社青空商会の佐藤健二と申します。\n山田さん、LINEで連絡してください。"
    "https://line.me/ti/p/abcDEF123 です。電話は090-0000-4321、sato.kenji@real-client.example まで。\n"
)
MISSED = HEAD + "お世話になります。\n原稿の件、ポケットトーカーというアプリで佐藤様から直接ご連絡できればと思います。\n"


@pytest.fixture(scope="module")
def judge():
    return load(rules_root())


def learn(tmp_path, mail, *options):
    path = Path(tmp_path) / "mail.eml"
    path.write_text(mail, encoding="utf-8")
    words = ["rules", "learn", str(path), "--stage", "before_contract", *options]
    result = CliRunner().invoke(build(), words, env={"LANGUAGE": "en"})
    assert result.exit_code == 0, result.output
    return result.output


def stubs_in(out):
    blocks = out.split("tests:")[1:]
    return [test for block in blocks for test in yaml.safe_load("tests:" + block.split("\n#")[0])["tests"]]


def test_a_false_alarm_is_a_near_miss_to_be_and_names_nobody(tmp_path):
    out = learn(tmp_path, FOUND)
    for name in ("佐藤", "健二", "青空", "山田", "4321", "abcDEF", "sato", "real-client"):
        assert name not in out, name
    assert {"miss": "鈴木さん、LINEで連絡してください。", "stage": "before_contract"} in stubs_in(out)
    assert "contact.line" in out


def test_a_missed_mail_is_a_hit_to_be_with_the_nearest_rule_and_the_new_words(tmp_path):
    out = learn(tmp_path, MISSED, "--missed", "direct_contact")
    (test,) = stubs_in(out)
    assert "ポケットトーカー" in test["hit"]
    assert "佐藤" not in out
    assert "# どの一覧にもない言葉: ポケットトーカー" in out
    assert "# contact." in out.split("tests:")[0]
    assert "の言葉がありません" in out


def test_a_mail_without_anything_near_says_so(tmp_path):
    assert learn(tmp_path, HEAD + "。\n").startswith("# このメールに近いルールはありません")


def test_what_was_let_go_comes_first_with_its_excuse(judge):
    near = nearest(judge, Case.of("納期は金曜です。LINEで連絡しません。", stage=Stage.BEFORE), Category.DIRECT_CONTACT)
    assert near[0].rule.id == "contact.line"
    assert "let go: negation" in near[0].why
    assert near[0].sentence.start == len("納期は金曜です。")


def test_known_words_are_not_new(judge):
    assert new_words(judge, "LINEで連絡ください。ポケットトーカー") == ["ポケットトーカー"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("田中様、お世話になります", "Suzuki様、お世話になります"),
        ("お客様の声と皆様", "お客様の声と皆様"),
        ("株式会社青空です", "株式会社Midori Planningです"),
        ("佐藤と申します", "Suzukiと申します"),
        ("taro@client.example", ADDRESS),
        ("https://line.me/ti/p/abc", "https://line.me/x"),
        ("https://taro.example/me", "https://client.example/"),
    ],
)
def test_names_are_invented(judge, text, told):
    assert Inventor(judge, []).text(text) == told
