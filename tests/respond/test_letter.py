"""The warning as a mail: right for every reader, the original untouched, no header that a client could write."""

from __future__ import annotations

import email
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import policy
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.respond.scene import (
    NOW,
    ORIGINAL,
    SETTINGS,
    SPOT,
    STANDING,
    TEXT,
    WORKER,
    Spoken,
    finding,
    message,
    verdict,
)

from banken.i18n import set_language
from banken.message import read
from banken.message.model import Address
from banken.respond import Warn, letter, plan
from banken.respond.letter import travels, write
from banken.words import Authentic, Category, Channel, Evidence, Level, Permission, Stage

EVIL = "山田\r\nBcc: victim@example.com\u202e\0 <script>alert(1)</script>"


def facts(judged=None, *, mail=None, spoken=None, standing=STANDING):
    actions = plan(judged or verdict(), mail or message(), spoken or Spoken(), standing, spot=SPOT, settings=SETTINGS)
    return next(action.facts for action in actions if isinstance(action, Warn))


def evidence_of(words, text) -> Evidence:
    start = text.index(words)
    return Evidence(words, start, start + len(words), "reader")


def written(advice, told=None, *, original=ORIGINAL, eight_bit=True, to=WORKER) -> bytes:
    return write(
        told or facts(),
        advice,
        SETTINGS,
        to=to,
        message_id="<banken.abc@example.jp>",
        now=NOW,
        original=original,
        eight_bit=eight_bit,
    )


def parsed(raw: bytes):
    return email.message_from_bytes(raw, policy=policy.default)


def plain(raw: bytes) -> str:
    return parsed(raw).get_body(("plain",)).get_content().replace("\r\n", "\n")


def html(raw: bytes) -> str:
    return parsed(raw).get_body(("html",)).get_content()


class Page(HTMLParser):
    """What a reader sees, what is marked, and what would be loaded or pressed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen, self.marked, self.links, self.tags = "", "", [], set()
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self._open.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src", "background", "srcset", "action")]

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if "style" not in self._open:
            self.seen += data
        if "mark" in self._open:
            self.marked += data


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


def test_the_guilty_words_are_marked_and_their_place_is_told(advice):
    raw = written(advice)
    assert Page(html(raw)).marked == "LINEでご説明します"
    assert "In “ご相談”, received 2026-11-24 11:00" in plain(raw)
    assert "> 詳しくは【LINEでご説明します】。 (line 2)" in plain(raw)
    assert parsed(raw)["X-Banken-Rules"] == "chat-1"


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


def test_an_english_worker_gets_replies_in_the_clients_language(advice):
    raw = written(advice)
    assert "山田商店様" in plain(raw)
    assert "send only the text above; it means:" in plain(raw)
    latin = facts(verdict(finding("my LINE id", text="my LINE id")), mail=message(text="my LINE id"))
    assert "Hello 山田商店," in plain(written(advice, latin))
    assert "send only the text above; it means:" not in plain(written(advice, latin))
    set_language("ja")
    assert "Hello" not in plain(written(advice))


def test_what_was_not_checked_is_said(advice):
    told = facts(
        spoken=Spoken(channel=Channel.DIRECT, authentic=Authentic.UNVERIFIED, authentic_why="no DKIM signature"),
        standing=replace(STANDING, permission=Permission.APPLIED),
    )
    text = plain(written(advice, told))
    assert "no DKIM signature" in text
    assert "direct mail from client[@]client[.]example" in text
    assert "applied for, no answer yet" in text
    assert "no DKIM" not in plain(written(advice))


def test_someone_who_passes_as_the_platform_is_not_called_by_its_name(advice):
    judged = verdict(finding(category=Category.IMPERSONATION, level=Level.DANGER, key="impersonation.sender"))
    told = facts(judged, spoken=Spoken(client="クラウドワークス", authentic=Authentic.FORGED))
    text = plain(written(advice, told))
    assert text.startswith("A mail has come that could not be confirmed to be genuine.")
    assert "direct mail from client[@]client[.]example" in text
    assert "Replies to copy" not in text
    assert (
        parsed(written(advice, told))["Subject"]
        == "[Banken: danger] possible impersonation (client[@]client[.]example)"
    )
    assert "banken/" not in text
    assert "notification from the platform" not in text
    assert "Client:" not in text
    assert "Named in the mail: クラウドワークス (it may not be from them at all)" in text


@pytest.mark.parametrize(
    ("by", "words"), [("rule", "this wording is common in such requests"), ("reader", "It may be wrong")]
)
def test_how_sure_it_is_depends_on_who_found_it(advice, by, words):
    raw = written(advice, facts(verdict(finding(by=by))))
    assert words in plain(raw)
    assert words in html(raw)
    assert parsed(raw)["X-Banken-Rules"] == ("chat-1" if by == "rule" else None)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_word_of_the_machinery_is_told(advice, language):
    set_language(language)
    told = plain(written(advice, facts(verdict(finding(), finding("よろしく", by="reader")))))
    assert not re.search(r"UID|deals set|deal-1|chat-1|contact\.|\bregex\b|ヘッダー", told)


def test_several_findings_are_told_each_with_its_rule(advice):
    told = facts(
        verdict(
            finding(),
            finding("よろしく", Category.DIRECT_CONTRACT, Level.DANGER, key="contract.direct"),
        )
    )
    raw = written(advice, told)
    assert parsed(raw)["Subject"] == "[Banken: danger] direct contract and more (山田商店)"
    assert Page(html(raw)).marked == "よろしくLINEでご説明します"
    assert advice.common.pages["terms"].url in plain(raw)
    assert advice.common.pages["application"].url in plain(raw)


def test_a_reply_speaks_of_the_other_findings_too(advice):
    set_language("ja")
    one = facts(verdict(finding(category=Category.OFF_PLATFORM_PAYMENT, level=Level.DANGER, key="payment.outside")))
    both = facts(
        verdict(
            finding("はじめまして", Category.OFF_PLATFORM_PAYMENT, Level.DANGER, key="payment.outside"),
            finding(),
        )
    )
    also = "なお、LINEなど、サービスの外でのやりとりは"
    assert also not in plain(written(advice, one))
    ask, decline, propose = re.split(r"^── .* ──$", plain(written(advice, both)), flags=re.MULTILINE)[1:]
    assert ask.count(also) == decline.count(also) == 1  # who declines declines all of it
    assert also not in propose
    assert ask.strip().endswith("どうぞよろしくお願いいたします。")
    assert decline.strip().endswith("ご理解いただけますと幸いです。")


@pytest.mark.parametrize(
    ("found", "name"),
    [
        ([finding(level=Level.DANGER)], "── LINEを断る ──"),
        ([finding("はじめまして", level=Level.DANGER)], "── 外部のチャットを断る ──"),
        ([finding(level=Level.DANGER), finding("よろしく", Category.INTERVIEW)], "── LINEなどを断る ──"),
    ],
)
def test_who_declines_is_told_what_is_declined(advice, found, name):
    set_language("ja")
    assert name in plain(written(advice, facts(verdict(*found))))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_false_mail_is_never_trusted_for_a_notice_that_the_platform_shows_too(advice, language):
    set_language(language)
    judged = verdict(finding(category=Category.IMPERSONATION, level=Level.DANGER, key="impersonation.sender"))
    raw = written(advice, facts(judged, spoken=Spoken(authentic=Authentic.FORGED)))
    links = "リンクは使わず" if language == "ja" else "not use"
    assert plain(raw).count(links) == 2  # where one looks whether it is there, and where Banken may be wrong
    assert "番犬に教えること" not in plain(raw)
    assert "What to tell Banken" not in plain(raw)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_nobody_takes_it_for_the_platforms_own_word(advice, language):
    set_language(language)
    raw = written(advice)
    assert advice.common.own.text(language) in plain(raw)
    assert advice.common.own.text(language) in Page(html(raw)).seen


def test_a_reply_to_a_direct_mail_names_that_mail_and_the_person(advice):
    set_language("ja")
    judged = verdict(finding("よろしく", Category.DIRECT_CONTRACT, Level.DANGER, key="contract.direct"))
    for channel, job, about in (
        (Channel.DIRECT, "", "メールでいただいた「ご相談」について"),
        (Channel.DIRECT, "バナー制作", "「バナー制作」について"),
        (Channel.NOTIFICATION, "", "ご相談の件について"),
    ):
        letter = plain(written(advice, facts(judged, spoken=Spoken(channel=channel, client="葉山（編集部）", job=job))))
        assert f"葉山様\n\n{about}" in letter
    assert "葉山さん" in letter
    alone = facts(judged, spoken=Spoken(client="（編集部）"))
    assert "（編集部）様" in plain(written(advice, alone))


def test_words_that_only_sound_like_it_are_no_reason_for_what_a_rule_has_found(advice):
    text = "まずはZoomで面談をお願いします。\n明後日の14時はいかがでしょうか。\n"
    told = facts(
        verdict(
            finding("Zoomで面談", Category.INTERVIEW, key="interview.online", text=text),
            finding("Zoomで", text=text),
            replace(finding("明後日の14時", text=text, by="reader"), evidence=(evidence_of("明後日の14時", text),)),
        ),
        mail=message(text=text),
    )
    letter = plain(written(advice, told))
    assert "明後日" not in letter
    assert "The words above are this as well." in letter


@pytest.mark.parametrize(
    ("words", "text", "quote"),
    [
        ("支払いは月末", "お支払いは月末です。", "> 【お支払いは月末】です。"),
        ("契約は直接", "次のご契約は直接です。", "> 次の【ご契約は直接】です。"),
        ("LINE", "おLINEです。", "> お【LINE】です。"),
        ("支払い", "支払いです。", "> 【支払い】です。"),
    ],
)
def test_a_mark_begins_where_the_word_does(advice, words, text, quote):
    told = facts(verdict(finding(words, text=text)), mail=message(text=text))
    assert quote in plain(written(advice, told))


def test_the_tool_is_named_above_its_words(advice):
    assert "An invitation to a chat outside: LINE (warning)" in plain(written(advice))
    phone = "お電話をください。"
    told = facts(verdict(finding("電話", key="contact.phone", text=phone)), mail=message(text=phone))
    assert "An invitation to talk on the phone (warning)" in plain(written(advice, told))


def test_a_reply_says_of_one_tool_only_once_that_it_needs_approval(advice):
    set_language("ja")
    text = "まずはZoomで面談をお願いします。\nZoomのIDをお送りください。\n"
    told = facts(
        verdict(
            finding("Zoomで面談", Category.INTERVIEW, key="interview.online", text=text),
            finding("ZoomのID", text=text),
        ),
        mail=message(text=text),
    )
    letter = plain(written(advice, told))
    assert "> 【ZoomのID】をお送りください。" in letter
    assert "なお、" not in letter
    assert letter.count("承認される前に") == 1


@pytest.mark.parametrize(
    ("language", "words"), [("ja", "上の言葉は、これにもあたります。"), ("en", "The words above are this as well.")]
)
def test_words_are_quoted_once_and_a_page_is_named_once(advice, language, words):
    set_language(language)
    raw = written(advice, facts(verdict(finding(category=Category.INTERVIEW, key="interview"), finding())))
    assert words in plain(raw)
    assert words in html(raw)
    assert plain(raw).count("詳しくは") == 1
    assert plain(raw).count(advice.common.pages["application"].url) == 1


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("plain", "common in such requests.\n"),
        ("masked", "A letter of it is replaced by a sign"),
        ("disguised", "Its letters are wide, spaced"),
        ("hidden", "so that the eye does not see it"),
    ],
)
def test_words_that_were_hidden_are_told_as_such(advice, how, words):
    found = finding()
    judged = verdict(replace(found, evidence=(replace(found.evidence[0], how=how),)))
    assert words in plain(written(advice, facts(judged)))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("client@client.example", "ja"),
        ("t.me/some_client", "ja"),
        ("my id on telegram", "en"),
        ("LINE ID", "ja"),
        ("LINE 交換", "ja"),
    ],
)
def test_replies_are_in_the_language_of_the_words_not_of_an_address(advice, text, language):
    set_language("ja")
    told = plain(written(advice, facts(verdict(finding(text, text=text)), mail=message(text=text))))
    assert ("Hello 山田商店," in told) is (language == "en")


def test_a_mail_straight_from_a_client_is_told_as_one(advice):
    set_language("ja")
    told = facts(verdict(finding("", key="contact.reached")), spoken=Spoken(channel=Channel.DIRECT, client="山田商店"))
    text = plain(written(advice, told))
    assert text.startswith("山田商店さんから、あなたに直接メールが届きました。")
    assert "> 【client[@]client[.]example】" in text
    assert "確かさ" not in text
    assert "山田商店様" in text


def test_the_second_finding_is_given_its_reason_in_a_sentence(advice):
    told = facts(
        verdict(
            finding("よろしく", Category.DIRECT_CONTRACT, Level.DANGER, key="contract.direct"),
            finding("はじめまして", Category.OFF_PLATFORM_PAYMENT, Level.DANGER, key="payment.outside"),
            finding(),
        )
    )
    for language in ("ja", "en"):
        set_language(language)
        raw = written(advice, told)
        for category, key in (
            (Category.OFF_PLATFORM_PAYMENT, "payment.outside"),
            (Category.DIRECT_CONTACT, "contact.chat"),
        ):
            counsel = advice.counsel(key, category, Stage.BEFORE, language)
            assert counsel.brief in plain(raw)
            assert counsel.brief in Page(html(raw)).seen
            assert counsel.why not in plain(raw)


@pytest.mark.parametrize(
    ("channel", "permission", "key", "words", "told"),
    [
        (Channel.DIRECT, Permission.NONE, "contact.chat", "LINEでご説明します", True),
        (Channel.DIRECT, Permission.APPLIED, "contact.chat", "LINEでご説明します", True),
        (Channel.NOTIFICATION, Permission.NONE, "contact.chat", "LINEでご説明します", False),
        (Channel.DIRECT, Permission.APPROVED, "contact.chat", "LINEでご説明します", False),
        (Channel.DIRECT, Permission.NONE, "contact.reached", "", False),  # its own advice says so
    ],
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_direct_mail_is_said_not_to_be_answered_before_anything_is_quoted(
    advice, language, channel, permission, key, words, told
):
    set_language(language)
    judged = verdict(finding(words, level=Level.DANGER, key=key))
    raw = written(
        advice, facts(judged, spoken=Spoken(channel=channel), standing=replace(STANDING, permission=permission))
    )
    first = "そのメールには返信せず" if language == "ja" else "Do not answer that mail; open CrowdWorks"
    assert (first in plain(raw).partition("■")[0]) is told
    heading = plain(raw).partition("\n")[0]
    assert ("メール" in heading or "mail" in heading) is (channel is Channel.DIRECT)
    assert (first in Page(html(raw)).seen.partition("LINE")[0]) is told


@pytest.mark.parametrize(("language", "word"), [("ja", "仮払い"), ("en", "escrow")])
@pytest.mark.parametrize("category", list(Category))
def test_what_escrow_is_stands_where_it_is_named_first(advice, category, language, word):
    set_language(language)
    raw = written(advice, facts(verdict(finding(category=category, level=Level.DANGER, key=""))))
    means = "（報酬を先に預けてもらうこと）" if language == "ja" else " (仮払い: the client deposits the pay"
    heads = re.compile(r"^.*（危険）\r?$|^.* \(danger\)\r?$", re.MULTILINE)  # a heading only names it
    replies = "そのまま使える" if language == "ja" else "Replies to copy"
    for seen in (plain(raw), Page(html(raw)).seen.replace(parsed(raw)["Subject"], "")):
        text = heads.sub("", seen.partition(replies)[0])
        assert text.count(means) == (word in text)
        if means in text:
            assert re.fullmatch(rf"{word}[」』]?", text[text.index(word) : text.index(means)])


def test_our_own_marks_are_explained_where_they_are_used(advice):
    told = "In the quotes, 【 】 are Banken's marks."
    assert plain(written(advice)).count(told) == 1
    assert told not in html(written(advice))
    none = facts()
    assert told not in plain(written(advice, replace(none, points=(replace(none.points[0], quotes=()),))))


def test_what_the_client_answered_to_an_application_is_kept_where_one_can_apply(advice):
    status = "a screenshot of the application's status"
    for category in Category:
        text = plain(written(advice, facts(verdict(finding(category=category, level=Level.DANGER, key="")))))
        assert (status in text) is (category in (Category.DIRECT_CONTACT, Category.INTERVIEW))
    assert any(status in line for line in advice.keep("en"))


def test_an_approval_changes_what_is_told(advice):
    set_language("ja")
    told = facts(verdict(finding(level=Level.DANGER)), standing=replace(STANDING, permission=Permission.APPROVED))
    text = plain(written(advice, told))
    assert "承認が必要" not in text
    assert "そのまま使える返信例" not in text
    assert "いまも承認されているか" in text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_it_never_says_safe_and_gives_no_legal_verdict(advice, language):
    set_language(language)
    for category in Category:
        for level in (Level.WARNING, Level.DANGER):
            text = plain(written(advice, facts(verdict(finding(category=category, level=level, key="")))))
            assert not re.search(r"\bsafe\b|安全|安心|違法|illegal|guilty|有罪|犯罪", text)


def attached(raw: bytes):
    return list(parsed(raw).iter_attachments())


def octets_of(raw: bytes) -> bytes:
    """The octets between the header of the attached mail and the boundary, as they stand in the mail."""
    kind = b"Content-Type: message/rfc822"
    rest = raw[raw.index(kind) :].split(b"\r\n\r\n", 1)[1]
    return rest[: rest.rindex(b"\r\n--")]


def test_the_original_is_attached_octet_for_octet(advice):
    raw = written(advice)
    [part] = attached(raw)
    assert part.get_content_type() == "message/rfc822"
    assert part.get_filename() == "original.eml"
    assert octets_of(raw) == ORIGINAL
    assert "attached" in plain(raw)
    assert part.get_content()["Message-ID"] == "<ask@client.example>"


EIGHT_BIT = b"Subject: x\r\n\r\n" + "日本語".encode() + b"\r\n"


@pytest.mark.parametrize(
    ("original", "eight_bit", "as_mail"),
    [
        (ORIGINAL, False, True),
        (EIGHT_BIT, True, True),
        (EIGHT_BIT, False, False),
        (b"Subject: x\r\n\r\n" + b"y" * 998 + b"\r\n", True, True),
        (b"Subject: x\r\n\r\n" + b"y" * 999 + b"\r\n", True, False),
        (b"Subject: x\r\n\r\nsmuggled\n.\nMAIL FROM:<x>\r\n", True, False),
        (b"Subject: x\r\n\r\nsmuggled\r.\r\r\n", True, False),
        (b"Subject: x\r\n\r\nnul\0\r\n", True, False),
        (b"Subject: x\r\n\r\nno line end", True, True),
        (b"", True, True),
    ],
)
def test_an_original_that_cannot_travel_as_a_mail_travels_as_a_file(advice, original, eight_bit, as_mail):
    raw = written(advice, original=original, eight_bit=eight_bit)
    assert travels(original, eight_bit=eight_bit) == as_mail
    [part] = attached(raw)
    if as_mail:
        assert octets_of(raw) == original
    else:
        assert part.get_content_type() == "application/octet-stream"
        assert part.get_content() == original
    assert eight_bit or raw.isascii()
    assert b"\0" not in raw
    assert not set(re.findall(rb"[^\r]\n|\r[^\n]", raw))
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


@given(st.binary(max_size=400))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_original_comes_through_unchanged(advice, original):
    raw = written(advice, original=original)
    [part] = attached(raw)
    got = octets_of(raw) if part.get_content_type() == "message/rfc822" else part.get_content()
    assert got == original


def test_an_original_with_our_own_boundary_does_not_break_the_mail(advice):
    first = written(advice)
    again = written(advice, original=first)
    [part] = attached(again)
    assert octets_of(again) == first
    assert part.get_content()["Message-ID"] == "<banken.abc@example.jp>"


def test_without_the_original_it_says_where_it_is(advice):
    raw = written(advice, original=None)
    assert attached(raw) == []
    assert "could not be attached" in plain(raw)


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


def test_evidence_beyond_the_text_is_quoted_alone(advice):
    judged = verdict(replace(finding(), evidence=(Evidence("gone", 9000, 9004),)))
    assert "> 【gone】" in plain(written(advice, facts(judged)))
    assert TEXT not in plain(written(advice, facts(judged)))


def test_words_of_one_sentence_are_marked_in_one_quote(advice):
    raw = written(advice, facts(verdict(finding("LINE"), finding("ご説明"))))
    assert Page(html(raw)).marked == "LINEでご説明"
    assert plain(raw).count("詳しくは") == 1


@pytest.mark.parametrize(
    ("language", "words"), [("ja", "承認済みとしては扱っていません"), ("en", "it changes nothing here")]
)
def test_a_clients_word_on_an_approval_is_told_for_what_it_is_worth(advice, language, words):
    set_language(language)
    assert words in plain(written(advice, replace(facts(), claimed=True)))
    assert words not in plain(written(advice, facts()))


def test_the_advice_is_that_of_the_weightiest_finding(advice):
    set_language("ja")
    pay = {"category": Category.OFF_PLATFORM_PAYMENT, "level": Level.DANGER}
    told = facts(verdict(finding(**pay, key="payment.outside"), finding("よろしく", **pay, key="payment.upfront")))
    text = plain(written(advice, told))
    assert "\nお金は払わないでください。" in text
    assert "── 費用の負担を断る ──" in text


@pytest.mark.parametrize(
    ("said", "replies"), [(Permission.DENIED, 2), (Permission.APPLIED, 3), (Permission.APPROVED, 0)]
)
def test_an_application_that_was_made_is_not_advised_again(advice, said, replies):
    set_language("ja")
    told = facts(verdict(finding(level=Level.DANGER)), standing=replace(STANDING, permission=said))
    text = plain(written(advice, told))
    assert len(re.findall("^── ", text, re.MULTILINE)) == replies
    assert "申請を出します" not in text
    assert "こちらから申請いたします" not in text
    assert ("結果を待っております" in text) is (said is Permission.APPLIED)


def test_an_approval_is_not_asked_for_beside_something_worse(advice):
    set_language("ja")
    worse = finding("はじめまして", Category.OFF_PLATFORM_PAYMENT, Level.DANGER, key="payment.outside")
    approved = replace(STANDING, permission=Permission.APPROVED)
    assert "なお、LINE" in plain(written(advice, facts(verdict(worse, finding()))))
    assert "なお、LINE" not in plain(written(advice, facts(verdict(worse, finding()), standing=approved)))


@pytest.mark.parametrize(
    ("language", "subject", "heading", "reply"),
    [
        (
            "ja",
            "【番犬：注意】外部連絡（お仕事：バナー制作）",
            "クライアントからのメッセージに、気をつけたい言葉がありました。",
            "ご担当者様",
        ),
        ("en", "[Banken: warning] contact outside (job: バナー制作)", "A message from a client contains", "ご担当者様"),
    ],
)
def test_a_client_without_a_name_is_not_called_by_the_platforms(advice, language, subject, heading, reply):
    set_language(language)
    mail = message(sender=Address("クラウドワークス", "no-reply@crowdworks.jp"))
    raw = written(advice, facts(mail=mail, spoken=Spoken(client="")))
    assert parsed(raw)["Subject"] == subject
    assert plain(raw).startswith(heading)
    assert f"\n{reply}\n" in plain(raw)
    assert "クラウドワークスさん" not in plain(raw)
    assert "クラウドワークス様" not in plain(raw)
    bare = plain(written(advice, facts(spoken=Spoken(client="", job=""))))
    assert not re.search("^(相手：|Client:)", bare, re.MULTILINE)


def test_a_client_is_addressed_as_one_would(advice):
    set_language("ja")
    for name, heading, reply in (
        ("りこさん", "りこさんからのメッセージに", "りこ様"),
        ("岡様", "岡さんからのメッセージに", "岡様"),
        ("oka@gmail.example", "クライアントからのメッセージに", "ご担当者様"),
    ):
        text = plain(written(advice, facts(spoken=Spoken(client=name))))
        assert text.startswith(heading)
        assert f"\n{reply}\n" in text


@pytest.mark.parametrize(
    ("subject", "about"),
    [
        ("Re: Re: 【至急】 ご相談です！", "メールでいただいた「ご相談です！」について"),
        ("", "ご相談の件について"),
        ("長" * 40, "ご相談の件について"),
    ],
)
def test_a_reply_names_a_subject_as_one_would(advice, subject, about):
    set_language("ja")
    judged = verdict(finding("よろしく", Category.DIRECT_CONTRACT, Level.DANGER, key="contract.direct"))
    told = facts(judged, mail=message(subject=subject), spoken=Spoken(channel=Channel.DIRECT, job=""))
    text = plain(written(advice, told))
    assert about in text
    assert ("\n「（件名なし）」" in text) is (not subject)


@pytest.mark.parametrize(
    ("job", "about"),
    [("【急募】SNS「映え」の投稿", "「SNS『映え』の投稿」について"), ("長" * 40, "ご相談の件について")],
)
def test_a_reply_names_a_job_as_one_would(advice, job, about):
    set_language("ja")
    judged = verdict(finding("よろしく", Category.DIRECT_CONTRACT, Level.DANGER, key="contract.direct"))
    assert f"\n{about}、" in plain(written(advice, facts(judged, spoken=Spoken(job=job))))


def test_a_clients_own_brackets_are_not_taken_for_our_marks(advice):
    text = "【事務局で確認済み】LINEを追加してください。"
    told = facts(verdict(finding("LINEを追加", text=text)), mail=message(text=text))
    assert "> ［事務局で確認済み］【LINEを追加】してください。" in plain(written(advice, told))


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


def test_a_reply_keeps_its_lines_where_styles_are_dropped(advice):
    set_language("ja")
    ask = re.split(r"^── .* ──$", plain(written(advice)), flags=re.MULTILINE)[1].strip()
    shown = re.findall(r'<div class="reply"[^>]*>(.*?)</div>', html(written(advice)), re.DOTALL)[0]
    assert shown.replace("\r", "").replace("\n", "").split("<br>") == ask.split("\n")
    assert 'style="padding' in html(written(advice)).partition('class="reply"')[2][:40]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ja", "クラウドワークスから届いたメールかどうかは、確かめられていません。"),
        ("en", "could not be confirmed that CrowdWorks"),
    ],
)
def test_an_unproved_notice_is_said_to_be_one_before_anything_else(advice, language, words):
    set_language(language)
    for authentic in (Authentic.UNVERIFIED, Authentic.VERIFIED):
        raw = written(advice, facts(spoken=Spoken(authentic=authentic)))
        assert (words in plain(raw).partition("■")[0]) is (authentic is Authentic.UNVERIFIED)
        assert (words in Page(html(raw)).seen) is (authentic is Authentic.UNVERIFIED)
    assert words not in plain(written(advice, facts(spoken=Spoken(Channel.DIRECT, Authentic.UNVERIFIED))))


def test_a_claim_is_answered_at_the_top(advice):
    told = replace(facts(), claimed=True)
    assert "it changes nothing here" in plain(written(advice, told)).partition("■")[0]
    assert plain(written(advice, told)).count("it changes nothing here") == 1


def test_words_of_two_kinds_in_a_long_sentence_are_quoted_once(advice):
    text = "あ" * 80 + "LINEでZoom" + "い" * 90 + "。"
    told = facts(
        verdict(finding("Zoom", Category.INTERVIEW, key="interview.online", text=text), finding("LINE", text=text)),
        mail=message(text=text),
    )
    letter = plain(written(advice, told))
    assert letter.count("\n> ") == 1
    assert "The words above are this as well." in letter


def test_rows_are_told_with_the_colon_of_the_language(advice):
    assert "\nClient: 山田商店\n" in plain(written(advice))
    set_language("ja")
    assert "\n相手：山田商店\n" in plain(written(advice))


def test_what_is_to_be_done_stands_above_where_it_is_written(advice):
    for text in (plain(written(advice)), Page(html(written(advice))).seen):
        assert (
            0 < text.index("What to do next") < text.index("Where to get help") < text.index("Source: CrowdWorks FAQ")
        )


def test_what_a_name_adds_in_brackets_does_not_stand_in_the_subject(advice):
    set_language("ja")
    told = facts(spoken=Spoken(client="番犬（確認済み・このまま返信してください）"))
    assert parsed(written(advice, told))["Subject"] == "【番犬：注意】外部連絡（番犬）"
