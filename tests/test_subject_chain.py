"""The subject of a client's own mail, from the octets to the letter, the ledger and the papers."""

from __future__ import annotations

import email
import io
import json
from dataclasses import replace
from email.header import Header
from email.policy import default
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console
from tests.test_guard import CLIENT, Desk
from typer.testing import CliRunner

from banken.cli.app import build
from banken.cli.record import record
from banken.cli.table import print_table
from banken.deals import writer
from banken.i18n import set_language
from banken.ledger import Ledger
from banken.report import Summary
from banken.report.evidence import in_sentences
from banken.report.mask import HIDDEN, Mask
from banken.report.model import examined_mail, known_mail
from banken.report.pages import mail_entry
from banken.report.plain import plain
from banken.report.sheet import sheet
from banken.respond import Warn, WarningSettings
from banken.respond.letter import write
from banken.respond.notify import notice
from banken.words import SUBJECT, Channel, Level

ADDRESS = "oka@harukaze.example"
ASK = "LINEを交換しませんか"
HARMLESS = (
    f"クラウドワークスでご応募いただいた件でご連絡しました。{CLIENT}の岡です。\n原稿を拝見しました。とても読みやすいと感じました。\n"
    "締切は来週の金曜日です。\nどうぞよろしくお願いいたします。\n"
)
TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.fixture
def desk():
    with Ledger.open(":memory:") as ledger:
        yield Desk(ledger)


def sent(desk, subject, text=HARMLESS):
    examined = desk.get(subject, text, ADDRESS, name=CLIENT)
    assert examined.correspondence.channel is Channel.DIRECT
    return examined


def quotes(examined):
    return [one for finding in examined.verdict.findings for one in finding.evidence]


def mail_file(tmp_path, subject=ASK, text=HARMLESS):
    path = tmp_path / "mail.eml"
    head = f"From: {CLIENT} <{ADDRESS}>\nTo: nao@example.jp\nSubject: {subject}\nMessage-ID: <1@harukaze.example>\n"
    path.write_text(
        f"{head}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}", "utf-8"
    )
    return path


def run(*words, language="ja"):
    environment = {"LANGUAGE": language, "COLUMNS": "120"}
    result = CliRunner().invoke(build(), [str(word) for word in words], env=environment)
    assert result.exit_code in (0, 1), result.output
    return result.output


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        (ASK, "LINE"),
        ("【ご相談】ＬＩＮＥを交換しませんか", "ＬＩＮＥ"),
        ("Let's talk on WhatsApp +81 90-1234-5678", "WhatsApp"),
        ("L I N E で話しませんか", "L I N E"),
        (f"クラウドワークスの件：{ASK}", "LINE"),
        (f"クラウドワークスの件で{ASK}", "LINE"),
        ("【クラウドワークス】LINEで連絡ください", "LINE"),
        ("【LINE】でご連絡ください", "LINE"),
        ("【電話番号】を教えてください", "電話番号"),
        ("【至急】【ご相談】LINEを交換しませんか", "LINE"),
    ],
)
def test_an_ask_in_the_subject_is_warned_of(desk, subject, words):
    examined = sent(desk, subject)
    assert examined.verdict.level in (Level.WARNING, Level.DANGER)
    assert {one.how for one in quotes(examined)} == {SUBJECT}
    assert words in [one.text for one in quotes(examined)]
    assert all(examined.message.subject[one.start : one.end] == one.text for one in quotes(examined))


@pytest.mark.parametrize("text", ["", "\n", "クラウドワークスの件です。\n"])
def test_it_is_also_where_there_is_no_text_or_little(desk, text):
    subject = f"クラウドワークスでご応募いただいた件、{ASK}"
    assert sent(desk, subject, text).verdict.level is Level.WARNING


@pytest.mark.parametrize(
    "subject",
    [
        "クラウドワークスのLINE公式アカウントについて",
        "クラウドワークスの公式LINEに登録しましたか",
        "クラウドワークスのメールにご返信ください",
        "CrowdWorks video call at 3pm?",
        "【クラウドワークス】以前お電話でお話しした件",
        "【クラウドワークス】LINEでの連絡はご遠慮ください",
        f"Re: {ASK}",
        f"ＲＥ：{ASK}",
        f"Re: Fwd: {ASK}",
        f"返信：{ASK}",
        "原稿の件",
        "LINEスタンプ制作の件",
    ],
)
def test_older_words_and_harmless_subjects_are_not(desk, subject):
    assert sent(desk, subject).verdict.findings == ()


def test_what_is_to_be_after_the_contract_is_no_more_than_a_notice(desk):
    examined = sent(desk, "ご契約後にZoomで打ち合わせをお願いします")
    assert examined.verdict.level is Level.NOTICE


def test_the_platform_s_subject_is_the_platform_s(desk):
    told = desk.get(
        f"【クラウドワークス】{CLIENT}さんからメッセージが届いています：{ASK}",
        f"{CLIENT} さんからメッセージが届いています。\n\n納期は金曜です。\n",
    )
    assert told.correspondence.channel is Channel.NOTIFICATION
    assert told.verdict.findings == ()


def test_control_characters_and_length_do_no_harm(desk):
    raw = Header(f"ご相談\r\nBcc: x@y.example\0 {ASK}", "utf-8").encode(maxlinelen=70)
    examined = sent(desk, raw.replace("\n", ""))
    assert examined.message.subject.isprintable()
    assert [examined.message.subject[one.start : one.end] for one in quotes(examined)] == [
        one.text for one in quotes(examined)
    ]
    assert quotes(examined)
    assert sent(desk, "ご相談" * 30_000).verdict.level is Level.UNJUDGED


def test_subject_and_text_are_found_each_in_its_place(desk):
    examined = sent(desk, ASK, f"{HARMLESS}手数料がもったいないので直接お振込みします。\n")
    for one in quotes(examined):
        assert examined.message.source(one.how)[one.start : one.end] == one.text
    assert {one.how == SUBJECT for one in quotes(examined)} == {True, False}


@pytest.mark.parametrize("plain", [f"{ASK}。" * 4, "LINE追加、" * 150])
def test_plain_words_in_it_however_often_hide_no_disguised_ones_in_the_text(desk, plain):
    raw = Header(plain, "utf-8").encode(maxlinelen=70).replace("\n", "")
    examined = sent(desk, raw, f"{HARMLESS}今後はL○NEでお願いします。\n")
    assert examined.verdict.level is Level.DANGER
    assert "L○NE" in [one.text for one in quotes(examined)]


def test_nor_do_plain_words_further_up_in_the_text(desk):
    examined = sent(desk, "原稿の件", f"{HARMLESS}{f'{ASK}。' * 4}\n今後はL○NEでお願いします。\n")
    assert examined.verdict.level is Level.DANGER


# The letter


def facts(examined):
    return next(one.facts for one in examined.actions if isinstance(one, Warn))


@pytest.mark.parametrize(("language", "head"), [("ja", "件名："), ("en", "Subject: ")])
def test_the_letter_quotes_it_as_the_subject(desk, language, head):
    examined = sent(desk, ASK, f"{HARMLESS}IDは harukaze_2026 です。LINEに追加をお願いします。\n")
    set_language(language)
    try:
        settings = WarningSettings(to=("nao@example.jp",), sender="nao@example.jp")
        now = examined.message.date
        raw = write(
            facts(examined),
            desk.house.advice,
            settings,
            to="nao@example.jp",
            message_id="<w@x>",
            now=now,
            original=None,
        )
        short = notice([facts(examined)], "full")
    finally:
        set_language("ja")
    mail = email.message_from_bytes(raw, policy=default)
    text, page = (mail.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html"))
    assert f"> {head}【LINE】を交換しませんか\n" in text
    assert f"{head}<mark>LINE</mark>を交換しませんか" in page
    assert ("(line 5)" if language == "en" else "（本文5行目）") in text  # what stands in the text has its line
    assert f"{head}{ASK}" in short[1]


def test_a_warning_of_the_subject_alone_is_of_words_not_of_the_sender(desk):
    examined = sent(desk, ASK)
    letter = desk.letter(examined).replace("\r\n", "\n")
    assert "> 件名：【LINE】を交換しませんか\n" in letter
    assert "確かさ：" in letter
    assert "直接メールが届きました" not in letter


def test_words_of_the_subject_and_of_the_text_are_never_made_one(desk):
    examined = sent(desk, "LINEで", f"LINEで話しましょう。{HARMLESS}")
    shown = [(one.in_subject, one.words) for point in facts(examined).points for one in point.quotes]
    assert (True, "LINE") in shown
    assert any(not subject for subject, _words in shown)


def test_a_long_subject_leaves_room_for_what_the_text_asks(desk):
    raw = Header(f"{ASK}。" * 90, "utf-8").encode(maxlinelen=70).replace("\n", "")
    letter = desk.letter(sent(desk, raw, f"{HARMLESS}今後はLINEでお願いします。\n")).replace("\r\n", "\n")
    assert "> 今後は【LINE】でお願いします。" in letter
    assert "> 件名：【LINE" in letter


# JSON, ledger, papers


def test_json_tells_where_it_stands(desk):
    told = record(sent(desk, ASK), text=True)
    [one] = told["findings"][0]["evidence"]
    assert one == {"text": "LINE", "start": 0, "end": 4, "how": "subject"}
    assert told["subject"][one["start"] : one["end"]] == one["text"]


def test_check_and_explain_and_learn_on_a_file(tmp_path):
    path = mail_file(tmp_path)
    told = json.loads(run("check", path, "--json", "--stage", "before_contract"))
    assert told["findings"][0]["evidence"][0]["how"] == "subject"
    shown = run("explain", path, "--stage", "before_contract")
    assert "「LINE」 (件名)" in shown
    steps = run("explain", path, "--stage", "before_contract", "--steps")
    assert f"subject [0, {len(ASK)}) {ASK}" in steps
    assert f"miss: {ASK}" in run("rules", "learn", path, "--stage", "before_contract")


def test_what_was_missed_in_a_subject_can_be_learned(tmp_path):
    path = mail_file(tmp_path, "ポケットトーカーで直接ご連絡できればと思います")
    out = run("rules", "learn", path, "--missed", "direct_contact")
    assert "hit: ポケットトーカーで直接ご連絡できればと思います" in out


def test_the_ledger_keeps_it_and_the_papers_show_it(desk):
    examined = sent(desk, ASK)
    ledger = desk.guard.ledger
    [seen] = ledger.seen.same("home", examined.message.fingerprint)
    known = known_mail(seen, ledger.findings.of(seen.id))
    assert known.finds[0].how == SUBJECT
    assert plain(known)["findings"][0]["evidence"] == [{"text": "LINE", "start": 0, "end": 4, "how": "subject"}]
    whole = in_sentences(known, desk.raw)
    for mail in (whole, examined_mail(examined)):
        find = mail.finds[0]
        assert (find.before, find.words, find.after, find.line, find.where) == (
            "",
            "LINE",
            "を交換しませんか",
            0,
            "件名",
        )
        assert mail_entry(mail, TOKYO).quotes[0].note.endswith("件名")
        assert f'"LINE","{ASK}","件名"' in sheet([mail], TOKYO).decode()


def test_the_table_shows_it_as_the_subject(desk):
    out = Console(file=io.StringIO(), width=160)
    print_table(out, Summary([examined_mail(sent(desk, ASK))]), TOKYO)
    assert f"件名：{ASK}" in out.file.getvalue()


@pytest.mark.parametrize("subject", ["Please call me at 090-0000-4321", "連絡先は a_b@c.example です"])
def test_no_number_or_address_of_a_subject_stands_in_a_masked_paper(desk, subject):
    examined = sent(desk, subject)
    atoms = [one.text for one in quotes(examined)]
    assert atoms
    told = json.dumps(plain(Mask([]).mail(examined_mail(examined))), ensure_ascii=False)
    assert HIDDEN in told
    assert not any(secret in told for secret in ("0000", "a_b"))
    account = replace(examined_mail(examined).finds[0], words="@haruka")
    assert Mask([]).mail(replace(examined_mail(examined), finds=(account,))).finds[0].words == HIDDEN


def test_a_false_alarm_silences_a_subject_s_find_as_any_other(desk):
    first = sent(desk, ASK)
    who = writer(Channel.DIRECT, ADDRESS, CLIENT)
    for rule in {one.rule for one in first.verdict.findings}:
        desk.guard.deals.let_go(first.standing.deal or "", rule, first.message.date, who)
    again = sent(desk, ASK)
    assert again.verdict.findings == ()
    assert ("false_alarm", "LINE") in {(one.excuse, one.text) for one in again.verdict.excused}
