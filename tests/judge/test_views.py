import pytest
from hypothesis import given
from hypothesis import strategies as st

from banken.judge.views import MASK, fold

JAPANESE = st.text(
    st.sampled_from("ラインらいんﾗｲﾝLINEＬｉｎｅ1|○●。\n 　・゛゜ﾞﾟカハか㈱①…\u200b\u202e\u202c\u0301一力🅻😀é"),
    max_size=60,
)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ＬＩＮＥ", "line"),
        ("ⓁⒾⓃⒺ", "line"),
        ("🅻🅸🅽🅴", "line"),
        ("𝓛𝓲𝓷𝓮", "line"),
        ("ﾗｲﾝ", "らいん"),
        ("スカイフ゜", "すかいぷ"),
        ("ｽﾞｰﾑ", "ずーむ"),
        ("か\u3099", "が"),
        ("L\u200bI\u00adN\u2060E", "line"),
        ("L̲I̲N̶E", "line"),
        ("㈱みどり", "(株)みどり"),
        ("１０：００～１１：００", "10:00~11:00"),
        ("−–—‐", "----"),
        ("\u202eENIL\u202cで", "lineで"),
        ("é", "e"),
        ("①ⓛ", "①l"),
        ("ラ イ ン の 交 換 は 可 能", "らいんの交換は可能"),
        ("チ ャ ッ ト", "ち ゃ っ と"),
    ],
)
def test_fold_undoes_what_changes_nothing_for_a_reader(written, folded):
    assert fold(written).text == folded


@given(JAPANESE)
def test_every_folded_character_knows_its_original(text):
    view = fold(text)
    assert len(view.skeleton) == len(view.text)
    for at in range(len(view.text)):
        start, end = view.span(at, at + 1)
        assert 0 <= start < end <= len(text)
        if "\u202e" not in text:
            assert view.text[at] in fold(text[start:end]).text


@given(JAPANESE, JAPANESE)
def test_spans_survive_what_stands_before(before, after):
    text = before.replace("\u202e", "") + "。LINE。" + after
    view = fold(text)
    start, end = view.span(at := view.text.index("。line。") + 1, at + 4)
    assert text[start:end] == "LINE"


@given(JAPANESE)
def test_squeezed_characters_know_their_place(text):
    view = fold(text)
    for at, char in enumerate(view.squeezed.text):
        assert view.skeleton[view.squeezed.at(at)] == char


@pytest.mark.parametrize(
    ("written", "plain"),
    [("LІNE", "LINE"), ("ΖООМ", "ZOOM"), ("l1n3", "LINE"), ("ス力イプ", "スカイプ"), ("メ一ル", "メール")],
)
def test_lookalikes_share_a_skeleton(written, plain):
    assert fold(written).skeleton == fold(plain).skeleton


def test_mask_signs_are_one_sign():
    assert fold("○●◯〇＊×□★").skeleton == MASK * 8


def test_a_turned_stretch_is_found_where_it_stands():
    text = "では\u202eENIL\u202cで"
    view = fold(text)
    at = view.text.index("line")
    start, end = view.span(at, at + 4)
    assert text[start:end] == "ENIL"


def test_long_runs_fold_like_short_ones():
    assert fold("Ａ" * 1000).text == "a" * 1000
