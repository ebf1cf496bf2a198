"""The advice that is shipped is complete and fits; advice with mistakes is refused with all of them named."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime

import pytest

from banken.i18n import LANGUAGES
from banken.places import rules_root
from banken.respond import load_advice
from banken.strictyaml import ProblemsError
from banken.words import Category, Stage

SHIPPED = rules_root() / "crowdworks" / "advice"
KEYS = [
    "contact.chat",
    "contact.phone",
    "contact.mail",
    "contact.form",
    "contact.reached",
    "interview.online",
    "interview.in_person",
    "contract.direct",
    "payment.outside",
    "payment.upfront",
    "escrow.before",
    "escrow.test",
    "escrow.skip_delivery",
    "resident.office",
    "resident.hours",
    "resident.hired",
    "impersonation.sender",
    "impersonation.event",
    "impersonation.forged",
]


def category_of(key: str) -> Category:
    heads = {
        "contact": Category.DIRECT_CONTACT,
        "interview": Category.INTERVIEW,
        "contract": Category.DIRECT_CONTRACT,
        "payment": Category.OFF_PLATFORM_PAYMENT,
        "escrow": Category.ESCROW_BYPASS,
        "resident": Category.RESIDENT_WORK,
        "impersonation": Category.IMPERSONATION,
    }
    return heads[key.partition(".")[0]]


EVERY = [
    (key, category, stage, language)
    for key, category in [*((key, category_of(key)) for key in KEYS), *((one.value, one) for one in Category)]
    for stage in Stage
    for language in LANGUAGES
]


def texts(counsel) -> list[str]:
    return [
        counsel.title,
        counsel.short,
        counsel.why,
        counsel.brief,
        *counsel.dont,
        *counsel.steps,
        *counsel.whom,
        *counsel.replies.values(),
        *counsel.keep,
        *([counsel.also] if counsel.replies else []),
    ]


def test_every_key_that_rules_use_has_its_own_advice(advice):
    said = ("applied", "approved", "denied")
    office = {f"{one.value}.{what}" for one in (Category.DIRECT_CONTACT, Category.INTERVIEW) for what in said}
    assert set(KEYS) | office | {one.value for one in Category} == advice.keys


@pytest.mark.parametrize(("key", "category", "stage", "language"), EVERY)
def test_advice_is_whole_in_every_stage_and_language(advice, key, category, stage, language):
    counsel = advice.counsel(key, category, stage, language, client="山田商店", job="バナー", words="LINE")
    assert all(text.strip() for text in texts(counsel))
    assert not any("{" in text or "}" in text for text in texts(counsel))
    if category is Category.IMPERSONATION:
        assert (counsel.replies, counsel.also) == ({}, "")  # one does not answer these
    else:
        assert list(counsel.replies) == ["ask", "decline", "propose"]
    assert datetime(2026, 1, 1, tzinfo=UTC).date() <= counsel.as_of
    assert bool(re.search("[ぁ-ん]", counsel.title)) == (language == "ja")


@pytest.mark.parametrize(("key", "category", "stage", "language"), EVERY)
def test_nothing_is_promised_judged_or_dated_that_may_change(advice, key, category, stage, language):
    counsel = advice.counsel(key, category, stage, language)
    for text in texts(counsel):
        assert not re.search(r"安全|安心|違法|合法|犯罪|詐欺です|第\s*\d+\s*条|\d+\s*万?円", text), text
        assert not re.search(
            r"\bsafe\b|\billegal|\blegal\b|\bcrime|\bfraud\b|\byen\b|\barticle \d", text, re.IGNORECASE
        ), text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("category", [Category.DIRECT_CONTACT, Category.INTERVIEW])
def test_what_was_approved_is_not_asked_for_again(advice, category, language):
    counsel = advice.counsel(f"{category.value}.approved", category, Stage.UNDER, language)
    assert counsel.replies == {}
    assert "承認が必要" not in counsel.why
    assert "needs" not in counsel.why
    assert counsel.steps


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_lines_are_named_with_their_numbers(advice, language):
    """A bare `#` would begin a comment in YAML and swallow the number."""
    counsel = advice.counsel("payment.upfront", Category.OFF_PLATFORM_PAYMENT, Stage.BEFORE, language)
    whom = " ".join(counsel.whom)
    assert "188" in whom
    assert "#9110" in whom
    assert "https://crowdworks.my.site.com/help/s/inquiry" in whom


def test_the_reply_names_client_job_and_tool(advice):
    ask = advice.counsel(
        "contact.chat", Category.DIRECT_CONTACT, Stage.BEFORE, "ja", client="山田商店", words="ＬＩＮＥを追加"
    ).replies["ask"]
    assert ask.startswith("山田商店様")
    assert "LINEでのご連絡" in ask
    job = advice.counsel("payment.outside", Category.OFF_PLATFORM_PAYMENT, Stage.UNDER, "en", job="banners", words="")
    assert "about “banners”" in job.replies["ask"]
    assert job.replies["ask"].startswith("Hello there,")


@pytest.mark.parametrize(
    ("words", "tool"),
    [
        ("オンラインで", "外部のチャット"),
        ("onlineで", "外部のチャット"),
        ("ガイドライン", "外部のチャット"),
        ("ﾗｲﾝで", "LINE"),
        ("Line ID", "LINE"),
        ("Ｌ Ｉ Ｎ Ｅ\nIDは", "LINE"),
        ("in a line up", "LINE"),
        ("on l i n e", "外部のチャット"),
        ("チャットワークへ", "Chatwork"),
        ("https://t.me/x", "Telegram"),
    ],
)
def test_a_tool_is_known_only_by_whole_words(advice, words, tool):
    counsel = advice.counsel("contact.chat", Category.DIRECT_CONTACT, Stage.BEFORE, "ja", words=words)
    assert f"{tool}でのやりとり" in counsel.replies["propose"]


def test_a_pay_tool_is_not_taken_for_a_way_of_contact(advice):
    counsel = advice.counsel("contact.chat", Category.DIRECT_CONTACT, Stage.BEFORE, "ja", words="PayPayで")
    assert "PayPay" not in counsel.replies["ask"]


def test_stages_differ_where_it_matters(advice):
    before, under, done, unknown = (
        advice.counsel("contact.chat", Category.DIRECT_CONTACT, stage, "ja").why
        for stage in (Stage.BEFORE, Stage.UNDER, Stage.COMPLETED, Stage.UNKNOWN)
    )
    assert len({before, under, done}) == 3
    assert unknown == before


def test_an_unknown_key_falls_back_to_the_category(advice):
    unknown = advice.counsel("contact.pigeon", Category.DIRECT_CONTACT, Stage.BEFORE, "ja")
    assert unknown == advice.counsel("direct_contact", Category.DIRECT_CONTACT, Stage.BEFORE, "ja")


def test_a_client_cannot_write_the_advice(advice):
    counsel = advice.counsel("contact.chat", Category.DIRECT_CONTACT, Stage.BEFORE, "ja", client="{tool.__class__}")
    assert counsel.replies["ask"].startswith("{tool.__class__}様")


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(SHIPPED, tmp_path / "crowdworks" / "advice")


def change(folder, file, old, new):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems(folder) -> str:
    with pytest.raises(ProblemsError) as caught:
        load_advice(folder)
    return str(caught.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("direct_contact.yaml", "{tool}でのご連絡", "{tol}でのご連絡", "“{tol}” cannot stand in braces — did you mean"),
        ("direct_contact.yaml", "{client}様", "{client様", "cannot stand in braces"),
        ("direct_contact.yaml", "{client}様", "{client.name}様", "“{client.name}” cannot stand in braces"),
        ("direct_contact.yaml", "{client}様", "{}様", "“{}” cannot stand in braces"),
        ("direct_contact.yaml", "source: application", "source: aplication", "did you mean “application”?"),
        ("direct_contact.yaml", "ask: [office]", "ask: [offise]", "did you mean “office”?"),
        ("direct_contact.yaml", "      short: There is", "      shirt: There is", "unknown key “shirt”"),
        (
            "direct_contact.yaml",
            "category: direct_contact",
            "category: contact",
            "cannot be “contact” — did you mean “direct_contact”?",
        ),
        ("direct_contact.yaml", "    as_of: 2026-11-24\n", "", "here is missing: as_of"),
        ("direct_contact.yaml", "as_of: 2026-11-24", "as_of: lately", "as_of"),
        ("direct_contact.yaml", "      tool: an outside chat\n", "", "only one language has: tool"),
        (
            "direct_contract.yaml",
            "      brief: クラウドワークスを通さない契約は、利用規約で禁じられています。\n",
            "",
            "here is missing: ja.brief",
        ),
        (
            "escrow_bypass.yaml",
            "      brief: Work handed over outside CrowdWorks does not count as delivered.\n",
            "",
            "here is missing: en.brief",
        ),
        (
            "common.yaml",
            "categories: [direct_contact, interview]\n\n",
            "categories: [interviews]\n\n",
            "did you mean “interview”?",
        ),
        ("interview.yaml", "  interview:\n", "  talk:\n", "the entry “interview” is missing"),
        ("interview.yaml", "  interview.online:\n", "  contact.chat:\n", "“contact.chat” stands in another file too"),
        ("interview.yaml", "        decline: |", "        refuse: |", "unknown key “refuse”"),
        ("common.yaml", "https://crowdworks.jp/pages/agreement", "http://crowdworks.jp", "url"),
        ("common.yaml", "    en: The original mail (do not delete it)\n", "", "“en” is missing"),
    ],
)
def test_a_mistake_is_named_with_its_place(folder, file, old, new, said):
    change(folder, file, old, new)
    text = problems(folder)
    assert said in text
    assert re.search(rf"^crowdworks/advice/{file}:\d+:\d+: ", text, re.MULTILINE)


def test_all_mistakes_of_all_files_are_named_at_once(folder):
    change(folder, "direct_contact.yaml", "source: application", "source: nowhere")
    change(folder, "interview.yaml", "{client}様", "{customer}様")
    change(folder, "escrow_bypass.yaml", "      short: Start", "      shorter: Start")
    text = problems(folder)
    assert [name for name in ("nowhere", "customer", "shorter") if name not in text] == []


def test_a_missing_category_or_common_file_is_named(folder):
    (folder / "resident_work.yaml").unlink()
    assert "there is no advice for “resident_work”" in problems(folder)
    (folder / "common.yaml").unlink()
    assert "crowdworks/advice/common.yaml:1:1: this file is missing" in problems(folder)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (["payment.outside", "payment.outside", "payment.upfront"], "payment.upfront"),
        (["contact.chat", "contact.mail", "contact.phone", "contact.form"], "contact.form"),
        (["direct_contact", "contact.chat", "contact.mail"], "contact.mail"),
        (["contact.reached", "contact.chat"], "contact.chat"),
        (["interview", "interview.online", "interview.in_person"], "interview.in_person"),
        (["interview", "interview.online"], "interview.online"),
        (["resident.office", "resident.hours"], "resident.hours"),
        (["resident.hours", "resident.office", "resident.hired"], "resident.hired"),
        (["escrow.test", "escrow.before"], "escrow.test"),  # of one rank the first is told
        (["nobody.knows"], "nobody.knows"),
    ],
)
def test_of_several_findings_the_weightiest_is_advised_on(advice, found, told):
    assert advice.foremost(found) == told


@pytest.mark.parametrize("key", ["payment.upfront", "contact.form", "interview.in_person"])
def test_what_the_mail_names_beside_it_is_not_what_is_declined(advice, key):
    words = "PayPayか電話かZoomで"
    bare, named = (advice.counsel(key, category_of(key), Stage.BEFORE, "ja", words=said) for said in ("", words))
    assert (named.tool, named.named, named.declined) == (bare.tool, "", bare.declined)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("said", ["denied", "applied", "approved"])
@pytest.mark.parametrize("key", ["contact.phone", "contact.form", "interview.online", "interview.in_person"])
def test_what_the_office_said_is_heeded(advice, key, said, language):
    category = category_of(key)
    counsel = advice.counsel(key, category, Stage.BEFORE, language, over=f"{category.value}.{said}", words="LINE")
    plain = advice.counsel(key, category, Stage.BEFORE, language, words="LINE")
    whole = "\n".join(
        [counsel.short, counsel.why, counsel.brief, counsel.also, *counsel.steps, *counsel.replies.values()]
    )
    assert not re.search(
        "から「サービス外連絡申請」を出します|こちらから申請|申請すれば|file the app|I will file|if you apply", whole
    )
    assert not any("{" in text for text in texts(counsel))
    if said == "approved":
        assert (counsel.replies, counsel.also) == ({}, "")
        return
    assert list(counsel.replies) == ["ask", "decline", *(["propose"] if said == "applied" else [])]
    waits = "結果を待っ" if language == "ja" else "waiting for an answer"
    assert (waits in whole) is (said == "applied")
    assert bool(re.search("申請は承認されませんでした|was not approved", whole)) is (said == "denied")
    assert (counsel.title, counsel.tool, counsel.dont) == (plain.title, plain.tool, plain.dont)


@pytest.mark.parametrize("language", LANGUAGES)
def test_extra_work_waits_for_its_own_escrow(advice, language):
    counsel = advice.counsel("escrow.before", Category.ESCROW_BYPASS, Stage.UNDER, language)
    assert not re.search("始めてかまいません|you can start", " ".join(counsel.steps))
    assert re.search("新しい契約とその仮払い|a new contract and its own escrow", counsel.steps[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_a_contract_nobody_is_sent_to_the_contract_page_to_deliver(advice, language):
    before, under = (
        advice.counsel("escrow.skip_delivery", Category.ESCROW_BYPASS, stage, language)
        for stage in (Stage.BEFORE, Stage.UNDER)
    )
    asks = "作った物は渡さず、先に契約と仮払い" if language == "ja" else "hand over nothing you have made"
    assert asks in before.short
    assert asks in before.steps[1]
    assert asks not in under.short + "".join(under.steps)


@pytest.mark.parametrize(
    ("words", "tool"),
    [
        ("報酬は当日現金で", "現金払い"),
        ("手渡しします", "現金払い"),
        ("請求書をお送りください", "請求書払い"),
        ("PayPayで", "PayPay"),
    ],
)
def test_a_means_of_pay_is_called_by_its_name(advice, words, tool):
    counsel = advice.counsel("payment.outside", Category.OFF_PLATFORM_PAYMENT, Stage.BEFORE, "ja", words=words)
    assert f"{tool}など、クラウドワークスを通さないお支払い" in counsel.replies["decline"]


@pytest.mark.parametrize(
    ("key", "declined"),
    [("contact.phone", "電話でのやりとり"), ("resident.hired", "採用の話"), ("payment.upfront", "費用の負担")],
)
def test_what_is_declined_reads_like_japanese(advice, key, declined):
    assert advice.counsel(key, category_of(key), Stage.BEFORE, "ja", words="お電話").declined == declined


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_meaning_is_put_into_brackets_that_are_open(advice, language):
    words = [meaning.word for meaning in advice.meanings(language)]
    for key, category, stage, spoken in EVERY:
        for text in texts(advice.counsel(key, category, stage, spoken)) if spoken == language else ():
            inner = re.findall(r"（([^）]*)）|\(([^)]*)\)", text)
            assert not [
                one for pair in inner for one in pair if any(word in one for word in words) and one != "仮払い"
            ], text
