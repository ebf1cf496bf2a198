"""The warning as a mail: sound for every reader, no header that a client could write, nothing to load or to press."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.respond.scene import (
    NOW,
    SETTINGS,
    STANDING,
    WORKER,
    Spoken,
    finding,
    message,
    verdict,
)
from tests.respond.written import EVIL, Page, facts, html, parsed, plain, written

from banken.i18n import set_language
from banken.message import read
from banken.respond import letter
from banken.respond.letter import write
from banken.words import Authentic, Category, Level, Stage


def test_the_headers_say_whose_it_is_and_stop_every_loop(advice):
    mail = parsed(written(advice))
    assert mail["From"] == f"Banken <{WORKER}>"
    assert mail["To"] == WORKER
    assert mail["Message-ID"] == "<banken.abc@example.jp>"
    assert mail["Date"].datetime == NOW
    assert mail["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"warning; version=[\w.]+; hops=1", mail["X-Banken"])
    assert mail["Subject"] == "[Banken: warning] contact outside (山田商店)"
    assert "Reply-To" not in mail


def test_an_upgrade_brings_no_other_templates_into_a_running_service(advice, monkeypatch):
    before = written(advice)
    templates = letter._templates()
    for name in templates.list_templates():
        monkeypatch.setattr(templates.get_template(name), "_uptodate", lambda: False)
    monkeypatch.setattr(templates.loader, "load", None)
    assert plain(written(advice)) == plain(before)
    assert html(written(advice)) == html(before)


def test_our_own_reader_knows_it_as_ours(advice):
    mail = read(written(advice), arrived=NOW)
    assert mail.own is True
    assert mail.auto_submitted == "auto-generated"


def test_it_stands_in_one_conversation_with_the_mail_and_the_deal(advice):
    first, second = parsed(written(advice)), parsed(written(advice, facts(mail=message(message_id="<two@b.example>"))))
    assert first["In-Reply-To"] == "<ask@client.example>"
    root, parent = first["References"].split()
    assert parent == "<ask@client.example>"
    assert second["References"].split() == [root, "<two@b.example>"]
    other = parsed(written(advice, facts(standing=replace(STANDING, deal="deal-2"))))
    assert other["References"].split()[0] != root


@pytest.mark.parametrize("broken", ["", "no brackets", "<a b>", "<ü@b.example>", "<a\r\nBcc: x@y.example>"])
def test_a_broken_message_id_is_not_passed_on(advice, broken):
    mail = parsed(written(advice, facts(mail=message(message_id=broken), standing=replace(STANDING, deal=None))))
    assert "In-Reply-To" not in mail
    assert "References" not in mail
    assert "Bcc" not in mail


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_client_can_write_no_header_and_no_html(advice, language):
    set_language(language)
    told = facts(
        verdict(finding(EVIL, text=EVIL)),
        mail=message(subject=EVIL, text=EVIL, message_id=f"<{EVIL}>"),
        spoken=Spoken(client=EVIL, job=EVIL, authentic=Authentic.UNVERIFIED, authentic_why=EVIL),
        standing=replace(STANDING, why=EVIL),
    )
    raw = written(advice, told)
    mail = parsed(raw)
    assert set(map(str.lower, mail.keys())) == {
        *("from", "to", "subject", "date", "message-id", "references", "in-reply-to", "auto-submitted"),
        *("x-auto-response-suppress", "x-banken", "x-banken-settings", "x-banken-rules"),
        *("mime-version", "content-type"),
    }
    assert "\u202e" not in mail["Subject"] + plain(raw) + html(raw)
    page = Page(html(raw))
    assert "script" not in page.tags
    assert "<script>alert(1)</script>" in page.seen


@given(
    st.text(max_size=80),
    st.text(max_size=80),
    st.text(max_size=200),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_make_a_sound_mail(advice, client, subject, text):
    told = facts(
        verdict(finding(text or "x", text=text)),
        mail=message(subject=subject, text=text),
        spoken=Spoken(client=client, job=subject),
    )
    raw = written(advice, told, original=None)
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    head = raw.split(b"\r\n\r\n", 1)[0]
    assert head.isascii()
    assert not [defect for part in parsed(raw).walk() for defect in part.defects]
    assert "X-Banken" in parsed(raw)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_both_parts_tell_the_same_story(advice, language):
    set_language(language)
    raw = written(advice)
    page = Page(html(raw))
    counsel = advice.counsel(
        "contact.chat", Category.DIRECT_CONTACT, Stage.BEFORE, language, client="山田商店", words="LINE"
    )
    wanted = [
        "LINEでご説明します",
        counsel.title,
        counsel.short,
        counsel.why,
        counsel.page.url,
        counsel.page.text(language),
        *counsel.dont,
        *counsel.steps,
        *counsel.whom,
        *counsel.replies.values(),
        *advice.keep(language),
        "no contract was seen",
        "バナー制作",
        *("banken/問題なし", "banken/契約中"),
    ]
    if language == "en":
        wanted[-2:] = ["banken/no-problem", "banken/under-contract"]
    flat = "".join(page.seen.split())
    for words in wanted:
        assert words in plain(raw), words
        assert "".join(words.split()) in flat, words


def test_nothing_is_loaded_and_only_official_pages_can_be_pressed(advice):
    text = "LINEは https://evil.example/x からどうぞ"
    told = facts(
        verdict(finding("https://evil.example/x", text=text)),
        mail=message(text=text, subject="https://evil.example/s"),
        spoken=Spoken(client="http://evil.example/c", job="evil.example/j"),
    )
    raw = written(advice, told)
    page = Page(html(raw))
    official = {one.url for one in advice.common.pages.values()} | {"https://crowdworks.my.site.com/help/s/inquiry"}
    assert set(page.links) <= official
    assert "https://crowdworks.my.site.com/help/s/inquiry" in page.links
    assert not page.tags & {"img", "script", "link", "iframe", "form", "object", "video", "audio", "base"}
    assert "url(" not in html(raw)
    assert "@import" not in html(raw)
    for seen in (plain(raw), page.seen):
        assert "evil.example" not in seen
        assert "https[:]//evil[.]example/x" in seen


def test_no_address_or_number_of_a_client_can_be_pressed(advice):
    text = "LINEか info@harukaze.example か 090-1234-5678、harukaze.example まで。"
    told = facts(verdict(finding("LINE", text=text)), mail=message(text=text, subject=text), spoken=Spoken(job=text))
    raw = written(advice, told)
    for seen in (plain(raw), Page(html(raw)).seen):
        assert not re.search(r"info@|harukaze\.example|090-1234", seen)
        assert "info[@]harukaze[.]example か 090[-]1234[-]5678、harukaze[.]example" in seen
        assert "Links and contacts in the quotes are written with [.]" in seen
    assert '<meta name="format-detection" content="telephone=no,email=no,address=no,date=no">' in html(raw)
    assert "Links and contacts" not in plain(written(advice))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_word_of_the_machinery_is_told(advice, language):
    set_language(language)
    told = plain(written(advice, facts(verdict(finding(), finding("よろしく", by="reader")))))
    assert not re.search(r"UID|deals set|deal-1|chat-1|contact\.|\bregex\b|ヘッダー", told)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_nobody_takes_it_for_the_platforms_own_word(advice, language):
    set_language(language)
    raw = written(advice)
    assert advice.common.own.text(language) in plain(raw)
    assert advice.common.own.text(language) in Page(html(raw)).seen


@pytest.mark.parametrize("language", ["ja", "en"])
def test_it_never_says_safe_and_gives_no_legal_verdict(advice, language):
    set_language(language)
    for category in Category:
        for level in (Level.WARNING, Level.DANGER):
            text = plain(written(advice, facts(verdict(finding(category=category, level=level, key="")))))
            assert not re.search(r"\bsafe\b|安全|安心|違法|illegal|guilty|有罪|犯罪", text)


def test_the_sender_may_be_left_out(advice):
    raw = write(
        facts(), advice, replace(SETTINGS, sender=""), to=WORKER, message_id="<a@b.example>", now=NOW, original=None
    )
    assert parsed(raw)["From"] == f"Banken <{WORKER}>"


@pytest.mark.parametrize("when", [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)])
def test_a_mail_of_the_last_or_first_day_of_all_is_told_too(advice, when):
    told = facts(mail=message(date=when))
    assert f"{when.year}-{when.month:02}" in plain(written(advice, told))


def test_times_are_the_workers(advice):
    told = facts(mail=message(date=NOW + timedelta(hours=15)))
    assert "2026-11-25 03:00" in plain(written(advice, told))


def test_rows_are_told_with_the_colon_of_the_language(advice):
    assert "\nClient: 山田商店\n" in plain(written(advice))
    set_language("ja")
    assert "\n相手：山田商店\n" in plain(written(advice))


def test_what_a_name_adds_in_brackets_does_not_stand_in_the_subject(advice):
    set_language("ja")
    told = facts(spoken=Spoken(client="番犬（確認済み・このまま返信してください）"))
    assert parsed(written(advice, told))["Subject"] == "【番犬：注意】外部連絡（番犬）"
