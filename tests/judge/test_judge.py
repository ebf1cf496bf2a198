import pytest
from hypothesis import given
from hypothesis import strategies as st

from banken.i18n import set_language
from banken.judge import Case
from banken.words import Category, Channel, Level, Permission, Segment, SegmentKind, Stage

BODY, QUOTE, HIDDEN, FORWARD, FRAME = (
    SegmentKind.BODY, SegmentKind.QUOTE, SegmentKind.HIDDEN, SegmentKind.FORWARD, SegmentKind.FRAME,
)  # fmt: skip


def pieces(*parts, **facts):
    """Return a case made of (kind, text) parts."""
    text, segments = "", []
    for kind, words in parts:
        segments.append(Segment(kind, len(text), len(text) + len(words)))
        text += words
    return Case(text, tuple(segments), **{"stage": Stage.BEFORE, **facts})


@pytest.mark.parametrize(
    ("stage", "permission", "level"),
    [
        (Stage.BEFORE, Permission.NONE, Level.WARNING),
        (Stage.UNKNOWN, Permission.APPLIED, Level.WARNING),
        (Stage.UNDER, Permission.NONE, Level.NOTICE),
        (Stage.COMPLETED, Permission.DENIED, Level.NOTICE),
        (Stage.BEFORE, Permission.APPROVED, Level.NOTICE),
    ],
)
def test_the_gate_of_stage_and_permission(judge, stage, permission, level):
    verdict = judge.judge(Case.of("LINEで話しましょう", stage=stage, permission=permission))
    assert (verdict.level, [one.level for one in verdict.findings]) == (level, [level])


def test_permission_does_not_lower_what_is_always_forbidden(judge):
    case = Case.of("手数料がもったいない", stage=Stage.UNDER, permission=Permission.APPROVED)
    assert judge.judge(case).level is Level.DANGER


def test_a_rule_may_say_otherwise_for_a_stage(judge):
    assert judge.judge(Case.of("事務所を教えてください", stage=Stage.COMPLETED)).level is Level.NOTICE
    assert judge.judge(Case.of("事務所を教えてください", stage=Stage.UNDER)).level is Level.DANGER


def test_no_matter_at_this_stage(judge):
    verdict = judge.judge(Case.of("面談をお願いします", stage=Stage.COMPLETED))
    assert verdict.level is None
    assert [(one.rule, one.excuse) for one in verdict.excused] == [("meet.asked", "stage")]
    cleared = judge.judge(Case.of("面談を", stage=Stage.BEFORE, permission=Permission.APPROVED))
    assert cleared.level is None


def test_hidden_words_are_louder_before_the_contract(judge):
    assert judge.judge(Case.of("L○NEで", stage=Stage.BEFORE)).level is Level.DANGER
    assert judge.judge(Case.of("L○NEで", stage=Stage.UNDER)).level is Level.NOTICE


def test_the_strongest_finding_is_the_level(judge):
    verdict = judge.judge(Case.of("LINEで。手数料がもったいない。", stage=Stage.BEFORE))
    assert verdict.level is Level.DANGER
    assert {one.category for one in verdict.findings} == {Category.DIRECT_CONTACT, Category.OFF_PLATFORM_PAYMENT}


def test_only_the_client_s_new_words_count(judge):
    case = pieces(
        (FRAME, "LINEで\n"), (BODY, "はい\n"), (QUOTE, "> LINEで\n"), (BODY, "電話の件\n"), (FORWARD, "LINEで\n")
    )
    verdict = judge.judge(case)
    assert [one.rule for one in verdict.findings] == ["contact.phone"]


def test_evidence_stands_where_it_says(judge):
    case = pieces(
        (FRAME, "枠です。\n"), (BODY, "㈱の者です。Ｌ Ｉ Ｎ Ｅで\n"), (QUOTE, "> x\n"), (BODY, "電話をお教えください")
    )
    for finding in judge.judge(case).findings:
        for one in finding.evidence:
            assert case.text[one.start : one.end] == one.text
    assert "Ｌ Ｉ Ｎ Ｅ" in {one.text for finding in judge.judge(case).findings for one in finding.evidence}


def test_hidden_text_is_judged_and_named(judge):
    verdict = judge.judge(pieces((BODY, "はい。"), (HIDDEN, "LINEで話しましょう")))
    assert [[one.how for one in finding.evidence] for finding in verdict.findings] == [["hidden"]]


def test_a_mail_handed_on_counts_when_it_is_all_there_is(judge):
    assert judge.judge(pieces((BODY, " \n"), (FORWARD, "LINEで"))).level is Level.WARNING
    assert judge.judge(pieces((BODY, "ご覧ください"), (FORWARD, "LINEで"))).level is None


@pytest.mark.parametrize("channel", [Channel.PLATFORM, Channel.UNRELATED])
def test_nobody_asks_on_other_channels(judge, channel):
    verdict = judge.judge(Case.of("LINEで", channel=channel))
    assert verdict.level is None
    assert verdict.why


def test_a_mail_of_which_not_all_was_read_is_not_called_clean(judge):
    harmless, asks = "原稿をお願いします。", "LINEで連絡ください。"
    assert judge.judge(Case.of(harmless)).level is None
    verdict = judge.judge(Case.of(harmless, partial=True))
    assert (verdict.level, bool(verdict.why)) == (Level.UNJUDGED, True)
    assert judge.judge(Case.of(asks, partial=True, stage=Stage.BEFORE)).level is Level.WARNING


def test_a_mail_without_the_client_s_words_is_unjudged(judge):
    verdict = judge.judge(pieces((FRAME, "メッセージが届きました"), (QUOTE, "> LINEで")))
    assert verdict.level is Level.UNJUDGED
    assert verdict.why
    assert judge.judge(Case("", ())).level is Level.UNJUDGED


def test_a_false_sender_is_told_on_every_channel(judge):
    case = Case.of("こんにちは", channel=Channel.UNRELATED, impersonates="look-alike")
    (finding,) = judge.judge(case).findings
    assert (finding.category, finding.level) == (Category.IMPERSONATION, Level.DANGER)
    assert (finding.evidence[0].text, finding.evidence[0].how) == ("", "sender")


def test_events_without_proof(judge):
    assert judge.judge(Case.of("x", unbelieved=("paid",))).level is Level.DANGER
    assert judge.judge(Case.of("x", unbelieved=("delivered",))).level is None


def test_findings_of_a_rule_are_few(judge):
    verdict = judge.judge(Case.of("LINEで話す。" * 500, stage=Stage.BEFORE))
    assert len(verdict.findings) == 3
    verdict = judge.judge(Case.of("LINEで話しません。" * 500, stage=Stage.BEFORE))
    assert len(verdict.excused) == 5


@pytest.mark.usefixtures("english")
def test_titles_speak_the_worker_s_language(judge):
    assert judge.judge(Case.of("LINEで")).findings[0].title == "led to LINE"
    set_language("ja")
    assert judge.judge(Case.of("LINEで")).findings[0].title == "LINEへの誘い"


@pytest.mark.usefixtures("english")
def test_explain_tells_the_whole_way(judge):
    case = pieces((BODY, "Ｌ　Ｉ　Ｎ　Ｅで。"), (BODY, "電話はいりません。"), (QUOTE, "> x"))
    trace = "\n".join(judge.judge(case, explain=True).trace)
    for told in (
        "before_contract", "quote [", "sentence: 電話はいりません。", "“Ｌ　Ｉ　Ｎ　Ｅ” [0, 7) disguised: line",
        "danger direct_contact contact.line market/rules.yaml:", "let go contact.phone", "negation (ません)",
    ):  # fmt: skip
        assert told in trace
    assert judge.judge(case).trace == ()


@given(
    st.text(
        st.sampled_from(
            "LINEライン○ ・で電話090教えてくださいません。\n「」>\u202e\u200b面談週3日事務所手数料もったいない"
        ),
        max_size=200,
    )
)
def test_whatever_comes_evidence_is_exact(judge, text):
    case = Case.of(text, stage=Stage.BEFORE)
    verdict = judge.judge(case)
    for finding in verdict.findings:
        assert finding.evidence
        assert all(text[one.start : one.end] == one.text and one.text for one in finding.evidence)
    assert verdict == judge.judge(case)
