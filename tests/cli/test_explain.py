"""`banken explain` on files: what was found, what was let go and why; nothing hostile reaches the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from banken.cli.app import build
from banken.cli.explain import _labels
from banken.i18n import set_language
from banken.message.notes import Note, describe

pytestmark = pytest.mark.usefixtures("english")

STORY = Path(__file__).parents[1] / "story"


def run(*words, code=0):
    result = CliRunner().invoke(build(), [str(word) for word in words], env={"LANGUAGE": "en", "COLUMNS": "120"})
    assert result.exit_code == code, result.output
    return result.output


def test_what_was_found_and_which_stage_was_used():
    out = run("explain", STORY / "27.eml")
    assert "[payment.app]" in out
    assert "248d613a" in out or "契約中" in out or "under contract" in out


def test_what_was_let_go_is_told_with_the_excuses_name():
    out = run("explain", STORY / "34.eml")
    assert "contact.phone" in out
    assert "“面談や電話”" in out or "「面談や電話」" in out


def test_every_step_only_when_asked():
    assert "sentence:" not in run("explain", STORY / "27.eml").replace("文:", "sentence:")
    assert "sentence:" in run("explain", STORY / "27.eml", "--steps").replace("文:", "sentence:")


def test_the_steps_begin_with_the_way_that_the_mail_came(tmp_path):
    mail = tmp_path / "mail.eml"
    came = "Received: from mx.shop.example by mx.example.jp; Tue, 24 Nov 2026 10:00:05 +0900\r\n"
    mail.write_bytes(came.encode() + (STORY / "27.eml").read_bytes())
    assert "届いた経路: mx.shop.example → mx.example.jp" in run("explain", mail, "--steps")
    assert "mx.shop.example" not in run("explain", mail)


def test_why_not_goes_through_the_rules_of_the_category():
    out = run("explain", STORY / "27.eml", "--why-not", "resident_work")
    assert "resident.named" in out
    assert "contact.line" not in out


def test_one_rule_is_asked_about_one_file():
    out = run("rules", "why-not", "contact.line", STORY / "27.eml")
    assert "line" in out
    assert "contact.line" in run("rules", "why-not", "contact.lin", STORY / "27.eml", code=2)


def test_the_terminal_gets_no_control_and_no_direction_marks(tmp_path):
    mail = tmp_path / "evil.eml"
    mail.write_bytes(
        "From: \x1b[2J\u202eevil <a@b.example>\r\nSubject: \x1b]0;owned\x07 LINE\u202e\r\n"
        "Content-Type: text/html; charset=utf-8\r\n\r\n"
        "<p>LINEのIDを\u202e教えて\u200bください\x1b[31m。</p><p style='display:none'>hidden words</p>\r\n".encode()
    )
    out = run("explain", mail, "--stage", "before_contract")
    assert not set(out) & set("\x1b\x07\u202e\u200b")
    assert "hidden words" in out


@pytest.mark.parametrize(
    ("fields", "body", "note"),
    [
        (b"Content-Type: text/plain", "面談のお願い".encode("cp932"), Note.CHARSET_GUESSED),
        (b"Content-Type: text/plain; charset=utf-8", "面談のお願い".encode("cp932"), Note.CHARSET_WRONG),
        (b"Content-Type: text/plain; charset=x-none", "面談のお願い".encode(), Note.CHARSET_UNKNOWN),
        (b"Content-Type: text/plain; charset=utf-8", "面談のお願い".encode()[:-1], Note.CHARACTERS_LOST),
        (b"Content-Type: text/html", b"<p>shown</p><p style='display:none'>kept</p>", Note.HIDDEN_TEXT),
        (b"Content-Type: text/html", b"<a href='https://b.example/'>https://a.example/</a>", Note.LINK_DIFFERS),
    ],
)
def test_what_was_guessed_lost_or_hidden_in_reading_is_told(tmp_path, fields, body, note):
    mail = tmp_path / "doubtful.eml"
    mail.write_bytes(
        b"From: taro@client.example\r\nDate: Mon, 3 Jun 2024 10:12:00 +0900\r\n" + fields + b"\r\n\r\n" + body
    )
    out = "".join(run("explain", mail).split())
    set_language("ja")  # as the files' verbs speak without a configuration
    assert "".join(describe(note).split()) in out


def test_kinds_and_labels_are_told_by_name():
    assert "種類: 相手の言葉が入ったお知らせ · メッセージ — " in run("explain", STORY / "06.eml")
    set_language("ja")
    assert _labels("danger+direct_contact") == "番犬/危険 · 番犬/外部連絡"
