"""What rules find, told by the small house of rules in `house/`."""

import pytest

from banken.message.model import Link
from banken.words import Channel, Stage


@pytest.mark.parametrize(
    "text",
    ["LINEで", "LINEなどで", "ラインのIDを", "「LINE」で", "via LINE please", "連絡はLINEに", "緑のアプリで"],
)
def test_used_as_a_means(ask, text):
    assert "contact.line" in ask(text)


@pytest.mark.parametrize(
    "text",
    [
        "LINEです",
        "LINEできる人",
        "オンラインで",
        "ライン引きで",
        "deadlineで",
        "リンクはLINEの話",
        "on lineage",
        "連絡は取引先のLINEに",
    ],
)
def test_only_named(ask, text):
    assert ask(text) == {}


@pytest.mark.parametrize(
    "text",
    [
        "https://line.me/ti/p/x",
        "line.me/ti",
        "line[.]me",
        "line ドット me",
        "hxxps://line。me/ti",
        "discord.com/invite/x",
    ],
)
def test_links_in_text(ask, text):
    assert "contact.line" in ask(f"こちら {text} です")


@pytest.mark.parametrize(
    "text", ["https://discord.com/other", "taro@line.me", "my-line.me", "online.me", "https://line.menu/x"]
)
def test_other_hosts(ask, text):
    assert ask(f"こちら {text} です") == {}


def test_links_behind_words(ask):
    text = "こちらから登録を"
    found = ask(text, links=(Link("https://u.line.me/x", "こちら", 0, 3),))
    assert found["contact.line"] == ["こちら"]
    assert ask(text, links=(Link("https://line.me.example.jp/x", "こちら", 0, 3),)) == {}
    assert ask(text, links=(Link("http://[broken", "こちら", 0, 3),)) == {}


def test_a_word_in_the_next_sentence(ask):
    assert "contact.line" in ask("LINEの件。お教えください。")
    assert ask("LINEの件。お願いです。お教えください。") == {}
    assert ask("お教えください。LINEの件。") == {}


def test_in_order_within_bounds(ask):
    assert "contact.phone" in ask("電話番号をお教えください")
    assert ask("電話の向こうの長い長い説明をお教えください", channel=Channel.NOTIFICATION) == {}
    assert ask("お教えください、電話", channel=Channel.NOTIFICATION) == {}


def test_atoms_and_numbers(ask):
    assert ask("090-0000-1234")["contact.phone"] == ["090-0000-1234"]
    assert "work.days" in ask("週3日です。事務所まで。")
    assert "work.days" in ask("十時から十九時です。事務所まで。")
    assert ask("週末です。事務所まで。") == {}


def test_words_with_gaps(ask):
    assert ask("手数料がもったいないです")["pay.fee"] == ["手数料がもったいな"]
    assert ask("手数料の話。もったいないです") == {}
    assert ask("手数料というものがとにかくそれはそれはもったいない") == {}


def test_near_needs_nearness(ask):
    assert "pay.fee" in ask("直接払")
    assert ask("直接払は事務所")["pay.fee"] == ["直接払"]


def test_enough_of_a_list(ask):
    assert "work.days" in ask("週3日です。\n\nLINEで。")
    assert "work.days" not in ask("週3日です。")


def test_all_in_one_sentence(ask):
    found = ask("週3日、事務所です。")
    assert found["work.days"] == ["週3日", "事務所"]


def test_same_clause(ask):
    assert "work.days" in ask("事務所を教えてください")
    assert "work.days" not in ask("事務所が早いので、教えてください")


def test_a_clause_may_have_to_hold_all(ask):
    assert "pay.fee" in ask("事務所で面談")
    assert "pay.fee" not in ask("事務所が、面談")


def test_a_hidden_name_is_enough(ask):
    assert ask("L○NEかな")["contact.hidden"] == ["L○NE"]
    assert ask("こ れ は ラ イ ン の こ と で す")["contact.hidden"] == ["ラ イ ン"]
    assert ask("LINEかな") == {}


def test_re2_patterns_are_found_in_folded_text(ask):
    assert ask("シュッシャ")["work.days"] == ["シュッシャ"]


def test_without_spoils(ask):
    assert ask("面談です。サイト内です。")["meet.asked"] == ["面談"]
    assert ask("面談はサイト内です。") == {}


def test_latin_words_are_whole(ask):
    assert "meet.asked" in ask("Interviews are planned")
    assert "meet.asked" in ask("a call?")
    assert ask("recall, calling") == {}


def test_channel_and_cap(ask):
    assert "contact.phone" in ask("電話の件")
    assert ask("電話の件", channel=Channel.NOTIFICATION) == {}


def test_only_the_worker_s_stage_counts(ask):
    assert "contact.line" in ask("LINEで", stage=Stage.COMPLETED)
