import pytest

from banken.judge.spelling import commonness, expand, spellings
from banken.strictyaml import Mistake


def test_alternatives_may_be_empty_and_nested():
    assert expand("打(ち|)合(わ|)せ") == ("打ち合わせ", "打ち合せ", "打合わせ", "打合せ")
    assert expand("緑の(アプリ(だよ|)|やつ)") == ("緑のアプリだよ", "緑のアプリ", "緑のやつ")


def test_words_are_folded_and_a_real_bracket_stays():
    assert [one.whole for one in spellings("Ｘ（旧|Ｙ）")] == ["x(旧", "y)"]


def test_a_word_with_gaps_is_looked_for_by_its_rarest_part():
    (one,) = spellings("ください…手数料")
    assert (one.literal, one.plain) == ("手数料", False)


def test_latin_edges():
    assert spellings("interview*")[0].latin == (True, False)
    assert spellings("DMで")[0].latin == (True, False)


@pytest.mark.parametrize(
    ("word", "complaint"),
    [("(a", "(”"), ("a)", ")”"), ("(a|)", "nothing"), ("…", "letters"), ("(a|b|c|d)" * 8, "2000")],
)
@pytest.mark.usefixtures("english")
def test_malformed_words_are_refused(word, complaint):
    with pytest.raises(Mistake) as caught:
        spellings(word)
    assert complaint in str(caught.value)


def test_the_commoner_word_is_known():
    assert commonness("ください") > commonness("ライン") > commonness("仮払契約")
    assert commonness("(契約|面談)") > commonness("契約")
