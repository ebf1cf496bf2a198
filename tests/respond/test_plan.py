"""What is owed for a verdict, and how it is written into the outbox."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.respond.scene import NOW, SETTINGS, SPOT, STANDING, WORKER, Spoken, finding, message, verdict

from banken.i18n import set_language
from banken.message.model import Address
from banken.respond import (
    Answer,
    Label,
    SmtpServer,
    Warn,
    WarningSettings,
    answer_of,
    owe,
    plan,
    shown_labels,
    warning_id,
)
from banken.respond.model import FACTS_JSON, Quote, WarningFacts
from banken.respond.tidy import one_line, titled, unlinked, unpressable, visible
from banken.words import Category, Channel, Evidence, Level, Permission, Verdict


def planned(judged: Verdict, settings: WarningSettings = SETTINGS, **more):
    said = {"message": message(), "spoken": Spoken(), "standing": STANDING} | more
    return plan(judged, said["message"], said["spoken"], said["standing"], spot=SPOT, settings=settings)


def facts(judged: Verdict, **more) -> WarningFacts:
    return next(action.facts for action in planned(judged, **more) if isinstance(action, Warn))


def test_a_warning_is_labelled_and_mailed_to_each_address_once():
    settings = replace(SETTINGS, to=(WORKER, "second@example.jp", WORKER))
    label, *warnings = planned(verdict(), settings)
    assert label == Label(SPOT, "<ask@client.example>", ("warning", "direct_contact"))
    assert [warning.target for warning in warnings] == [f"smtp:{WORKER}", "smtp:second@example.jp"]
    assert {warning.sender for warning in warnings} == {WORKER}


@pytest.mark.parametrize(
    ("level", "mailed"), [(Level.NOTICE, False), (Level.WARNING, True), (Level.DANGER, True), (Level.UNJUDGED, False)]
)
def test_a_notice_is_labelled_only(level, mailed):
    judged = Verdict(level) if level is Level.UNJUDGED else verdict(finding(level=level))
    actions = planned(judged)
    assert isinstance(actions[0], Label)
    assert any(isinstance(action, Warn) for action in actions) == mailed


def test_levels_that_are_mailed_can_be_chosen():
    settings = replace(SETTINGS, levels=frozenset({Level.NOTICE}))
    assert len(planned(verdict(finding(level=Level.NOTICE)), settings)) == 2
    assert len(planned(verdict(), settings)) == 1


def test_nothing_found_is_nothing_owed():
    assert planned(Verdict(None)) == []


def test_without_smtp_the_warning_goes_into_the_inbox():
    [_label, warning] = planned(verdict(), WarningSettings(to=(WORKER,), via="append", folder="受信"))
    assert warning.target == "append:受信"


def test_all_categories_are_labelled_and_the_strongest_is_told_first():
    judged = verdict(finding(), finding(category=Category.DIRECT_CONTRACT, level=Level.DANGER, key="contract.direct"))
    [label, warning] = planned(judged)
    assert label.keys == ("danger", "direct_contact", "direct_contract")
    assert [point.category for point in warning.facts.points] == [Category.DIRECT_CONTRACT, Category.DIRECT_CONTACT]
    assert warning.facts.level is Level.DANGER


def test_the_quote_is_the_sentence_with_the_exact_words_in_it():
    [point] = facts(verdict()).points
    assert point.quotes == (Quote("詳しくは", "LINEでご説明します", "。", 2),)


def test_a_long_sentence_is_quoted_in_part():
    text = "あ" * 500 + "LINE" + "い" * 500
    [point] = facts(verdict(finding("LINE", text=text)), message=message(text=text)).points
    assert point.quotes == (Quote("…" + "あ" * 40, "LINE", "い" * 60 + "…", 1),)


def test_evidence_that_does_not_stand_where_it_says_is_quoted_alone():
    judged = verdict(replace(finding(), evidence=(Evidence("billing@look-alike.example", 0, 5, "sender"),)))
    assert facts(judged).points[0].quotes == (Quote("", "billing@look-alike.example", ""),)


@given(st.text(max_size=300), st.integers(0, 300), st.integers(0, 300))
def test_any_text_can_be_quoted(text, start, end):
    evidence = Evidence(text[start:end], start, min(end, len(text)))
    judged = verdict(replace(finding(), evidence=(evidence,)))
    [quote] = facts(judged, message=message(text=text)).points[0].quotes
    assert len(quote.before) <= 41
    assert len(quote.words) <= 200
    assert len(quote.after) <= 61
    assert "\n" not in quote.words


def test_much_found_is_told_in_part():
    text = "LINEで。" * 20
    many = [replace(finding("LINE", text=text), evidence=(Evidence("LINE", 6 * n, 6 * n + 4),)) for n in range(20)]
    [point] = facts(verdict(*many), message=message(text=text)).points
    assert [quote.words for quote in point.quotes] == ["LINE"] * 3


def test_words_that_several_findings_saw_are_quoted_once():
    rule, reader = finding("LINEで"), finding("詳しくはLINEでご説明します", by="reader", key="")
    other = replace(finding("よろしくお願いします"), rule="chat-2", advice="contact.mail")
    [point] = facts(verdict(reader, rule, other)).points
    assert [quote.words for quote in point.quotes] == ["LINEで", "よろしくお願いします"]
    assert (point.rules, point.advice) == (("chat-1", "chat-2"), "contact.chat")


def test_what_only_the_reader_found_names_no_rule():
    [point] = facts(verdict(finding(by="reader"))).points
    assert point.rules == ()


def test_what_a_warning_says_survives_the_outbox(ledger):
    actions = planned(verdict(), standing=replace(STANDING, since=None, deal=None))
    assert owe(ledger, "home", "print-1", actions, NOW) == 2
    assert owe(ledger, "home", "print-1", actions, NOW) == 0
    label, warning = ledger.outbox.of("home", "print-1")
    assert (label.action, label.target) == ("label", "warning+direct_contact")
    assert FACTS_JSON.validate_json(warning.payload) == actions[1].facts
    assert (warning.message_id, warning.deal, warning.lane) == (warning_id(ledger.secret, "print-1", WORKER), "", "")


def test_warnings_of_one_deal_and_target_keep_their_order(ledger):
    for number in range(2):
        mail = message(fingerprint=f"print-{number}")
        owe(ledger, "home", mail.fingerprint, planned(verdict(), message=mail), NOW)
    due = ledger.outbox.due(NOW)
    assert [(row.action, row.fingerprint) for row in due] == [
        ("label", "print-0"),
        ("warn", "print-0"),
        ("label", "print-1"),
    ]


def test_the_name_of_a_warning_never_changes_and_cannot_be_guessed():
    name = warning_id(b"secret", "print-1", WORKER)
    assert name == "<banken.46650da5732df4d74bac4dee588d92fd@example.jp>"
    assert warning_id(b"secret", "print-2", WORKER) != name
    assert warning_id(b"other", "print-1", WORKER) != name
    for sender in ("", "worker@exa mple", "worker@例え.jp", "worker@a\r\nBcc: x"):
        assert warning_id(b"secret", "print-1", sender) == name.replace("example.jp", "banken.invalid")


def test_a_direct_mail_without_a_name_is_known_by_its_address():
    told = facts(verdict(), spoken=Spoken(channel=Channel.DIRECT, client=""), message=message())
    assert (told.client, told.sender) == ("山田商店", "client@client.example")


@pytest.mark.parametrize(
    ("language", "danger", "contract"), [("en", "danger", "direct contract"), ("ja", "危険", "直接契約")]
)
def test_labels_are_ascii_keywords_with_names_for_people(language, danger, contract):
    set_language(language)
    house = {"en": "Banken", "ja": "番犬"}[language]
    shown = shown_labels()
    assert set(shown) == {f"banken-{key}" for key in [*Level, *Category, "priority"]}
    assert shown["banken-danger"] == f"{house}/{danger}"
    assert shown["banken-direct_contract"] == f"{house}/{contract}"
    assert len(set(shown.values())) == len(shown)


@pytest.mark.parametrize(
    ("label", "answer"),
    [
        ("banken/問題なし", Answer.FINE),
        ("BANKEN/契約中", Answer.CONTRACT),
        ("ｂａｎｋｅｎ／完了", Answer.DONE),
        ("banken/approved", Answer.APPROVED),
        ("banken-no-problem", Answer.FINE),
        ("banken-danger", None),
        ("契約中", None),
        ("", None),
    ],
)
def test_the_workers_labels_are_understood(label, answer):
    assert answer_of(label) is answer


@pytest.mark.parametrize("language", ["ja", "en"])
def test_our_own_labels_are_never_taken_for_the_workers(language):
    set_language(language)
    shown = shown_labels()
    assert {answer_of(name) for name in (*shown, *shown.values())} == {None}


@given(st.text(max_size=200), st.integers(5, 60))
def test_a_header_line_is_one_visible_line(text, limit):
    line = one_line(text, limit)
    assert len(line) <= limit
    assert line == visible(line)
    assert not set(line) & {"\r", "\n", "\t", "\0", "\u202e", "\u200b"}


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("見て https://line.me/ti/p/a.b から", "見て https[:]//line[.]me/ti/p/a.b から"),
        ("tg://resolve?domain=x", "tg[:]//resolve?domain=x"),
        ("lin.ee/abc まで", "lin[.]ee/abc まで"),
        ("ver 1.2 と a.b、10:30", "ver 1.2 と a.b、10:30"),
        ("（https://a.example/）", "（https[:]//a[.]example/）"),
    ],
)
def test_links_become_unpressable(text, seen):
    assert unlinked(text) == seen


@given(st.text(alphabet="ah:/.htps \n", max_size=200))
def test_no_url_is_left(text):
    assert not re.search(r"[A-Za-z][A-Za-z0-9+.-]+://[^\s]", unlinked(text))


def test_secrets_do_not_show():
    server = SmtpServer("smtp.example.jp", user="u", password=lambda: "hush", token=lambda: "hush")
    assert "hush" not in repr(server)
    assert "lambda" not in repr(server)


@pytest.mark.parametrize(("permission", "claimed"), [(Permission.NONE, True), (Permission.APPROVED, False)])
def test_a_clients_word_on_an_approval_is_told_and_counts_for_nothing(permission, claimed):
    told = facts(
        verdict(), spoken=Spoken(talk=("claims_permission",)), standing=replace(STANDING, permission=permission)
    )
    assert told.claimed is claimed


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("info@harukaze.example まで", "info[@]harukaze[.]example まで"),
        ("サイトは harukaze.example です", "サイトは harukaze[.]example です"),
        ("090-1234-5678 か 09012345678 へ", "090[-]1234[-]5678 か 090[-]1234[-]5678 へ"),
        ("+81-90-1234-5678、03ー1234ー5678", "+81[-]90[-]1234[-]5678、03[-]1234[-]5678"),
        ("https://a.example/x@y-z", "https[:]//a[.]example/x@y-z"),
        (
            "Node.js の data.xlsx、2026-11-28 10:30、ver 1.2、a.b",
            "Node.js の data.xlsx、2026-11-28 10:30、ver 1.2、a.b",
        ),
    ],
)
def test_addresses_and_numbers_become_unpressable(text, seen):
    assert unpressable(text) == seen
    assert unpressable(seen) == seen


@given(st.text(alphabet="a0-+.@:/j ", max_size=60))
def test_what_was_made_unpressable_stays_as_it_is(text):
    once = unpressable(text)
    assert unpressable(once) == once
    assert not re.search(r"[a-z0-9]@[a-z0-9-]+\.[a-z]{2}", once.partition("//")[0])


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("りこさん", "りこ"),
        ("岡様", "岡"),
        ("岡さん様", "岡"),
        ("葉山（編集部）", "葉山"),
        ("oka@gmail.example", ""),
        ("harukaze.example", ""),
        ("とても長い名前…", ""),
        ("様", "様"),
        ("", ""),
    ],
)
def test_a_name_is_called_without_what_is_no_part_of_it(advice, name, called):
    assert advice.called(name) == called


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("Re: Re: 【至急】 ご相談です！", "ご相談です！"),
        ("[list] Fwd：件", "件"),
        ("SNS「映え」の投稿", "SNS『映え』の投稿"),
        ("あ" * 30, "あ" * 30),
        ("あ" * 31, ""),
        ("【急募】", ""),
        ("https://a.example/", ""),
    ],
)
def test_a_title_is_named_as_a_sentence_can(subject, title):
    assert titled(subject) == title


def test_a_cut_goes_through_no_address_and_is_shown():
    text = (
        "あ" * 30
        + "、連絡先info@harukaze.example"
        + "い" * 20
        + "LINE"
        + "う" * 50
        + "https://evil.example/abc"
        + "え" * 9
    )
    [quote] = facts(verdict(finding("LINE", text=text)), message=message(text=text)).points[0].quotes
    assert quote.before == "…" + "い" * 20
    assert quote.after == "う" * 50 + "…"


def test_words_near_each_other_in_a_long_sentence_are_quoted_once():
    text = "あ" * 100 + "LINE" + "い" * 30 + "電話" + "う" * 30 + "メール" + "え" * 200 + "Slack" + "お" * 100
    judged = verdict(*(finding(words, text=text) for words in ("電話", "LINE", "メール", "Slack")))
    near, far = facts(judged, message=message(text=text)).points[0].quotes
    assert near.words == "LINE" + "い" * 30 + "電話" + "う" * 30 + "メール"
    assert far.words == "Slack"


def test_a_notice_without_a_name_is_not_of_the_platform_but_of_the_deals_client():
    mail = message(sender=Address("クラウドワークス", "no-reply@crowdworks.jp"))
    named, nobody = (
        facts(verdict(), message=mail, spoken=Spoken(client=""), standing=replace(STANDING, client=client))
        for client in ("ハルカゼ企画", "")
    )
    assert (named.client, nobody.client) == ("ハルカゼ企画", "")
    false = verdict(finding(category=Category.IMPERSONATION, level=Level.DANGER, key="impersonation.sender"))
    assert facts(false, message=mail, spoken=Spoken(client="")).client == "クラウドワークス"


def test_all_that_was_found_is_known_to_who_advises():
    [point] = facts(verdict(finding(), finding(key="contact.form"), finding(key="contact.chat"))).points
    assert (point.advice, point.others) == ("contact.chat", ("contact.form",))
