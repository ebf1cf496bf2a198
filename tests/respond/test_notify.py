"""Notices by other ways than mail: what they tell, and that they really arrive."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.respond import scene
from tests.respond.websink import WebSink

from banken.respond import News, Warn, notify, plan
from banken.respond.post import PostError
from banken.words import Category, Level


@pytest.fixture
def site():
    with WebSink() as sink:
        yield sink


def test_a_notice_arrives(site):
    notify.send(lambda: site.url, "title", "text")
    assert site.told == [("title", "text")]


def test_a_service_that_is_down_is_tried_again_and_its_address_never_told(site, capfd):
    site.status = 500
    with pytest.raises(PostError) as caught:
        notify.send(lambda: site.url, "title", "text")
    assert not caught.value.permanent
    out = capfd.readouterr()
    assert "secret-path" not in str(caught.value) + out.out + out.err


def test_an_address_nobody_knows_is_refused_for_good():
    with pytest.raises(PostError) as caught:
        notify.send(lambda: "nosuchservice://secret-path", "title", "text")
    assert caught.value.permanent
    assert "secret-path" not in str(caught.value)


def facts(*findings, **changes):
    actions = plan(
        scene.verdict(*findings),
        scene.message(),
        scene.Spoken(),
        scene.STANDING,
        spot=scene.SPOT,
        settings=scene.SETTINGS,
    )
    return replace(next(one.facts for one in actions if isinstance(one, Warn)), **changes)


def private(told):
    words = [quote.words for point in told.points for quote in point.quotes]
    return [one for one in (told.client, told.job, told.subject, told.sender, *words) if one]


def test_by_default_no_word_of_the_mail_leaves_the_house():
    told = facts()
    for warnings in ([told], [told, told], [told, facts(deal="deal-2", client="別の会社")]):
        whole = "".join(notify.notice(warnings, "category"))
        assert "warning" in whole
        assert not [word for one in warnings for word in private(one) if word in whole]


def test_in_full_client_and_words_are_told():
    told = facts()
    _title, text = notify.notice([told], "full")
    assert told.client in text
    assert told.points[0].quotes[0].words in text


def test_several_warnings_are_counted_by_kind_and_in_full_by_deal_the_strongest_first():
    one, other = facts(), facts(deal="deal-2", client="別の会社")
    payment = scene.finding(category=Category.OFF_PLATFORM_PAYMENT, level=Level.DANGER)
    title, text = notify.notice([one, one, other, facts(payment)], "category")
    assert title == "[Banken] 4 warnings, the strongest: danger"
    first, second, *_rest = text.splitlines()
    assert (first, second) == ("danger: payment outside", "warning: contact outside ×3")
    _title, text = notify.notice([one, one, other], "full")
    assert "warning: contact outside ×2 · 山田商店" in text
    assert "warning: contact outside · 別の会社" in text


def test_a_notice_of_very_many_stays_short():
    many = [facts(deal=f"deal-{number}", client=f"会社{number}") for number in range(200)]
    title, text = notify.notice(many, "full")
    assert "200" in title
    assert "192" in text
    assert len(text) < 3000


def test_a_repeat_that_may_be_one_says_so():
    assert "before" in notify.notice([facts()], "category", again=True)[1].splitlines()[-1]


def test_news_name_no_account_unless_all_may_be_told():
    news = News("[Banken] “home” cannot be looked at", "imap.example.jp refuses the login", "[Banken] an account")
    assert notify.word(news, "full")[0] == news.subject
    assert "home" not in "".join(notify.word(news, "category"))
    assert "example" not in "".join(notify.word(news, "category"))
    assert notify.word(replace(news, brief=""), "category")[0]


def test_in_full_a_sentence_is_told_once_and_nothing_in_it_can_be_pressed():
    text = "まずはZoomで、Zoomの招待は info@harukaze.example から。ZoomのIDは不要です。"
    words = [scene.finding("Zoom", key="interview.online", text=text)]
    actions = plan(
        scene.verdict(*words, *(replace(one, category=Category.INTERVIEW) for one in words)),
        scene.message(text=text),
        scene.Spoken(),
        scene.STANDING,
        spot=scene.SPOT,
        settings=scene.SETTINGS,
    )
    told = next(one.facts for one in actions if isinstance(one, Warn))
    lines = notify.notice([told], "full")[1].splitlines()
    assert lines[1:-1] == ["「まずはZoomで、Zoomの招待は info[@]harukaze[.]example から。」"]


def test_news_that_no_letter_tells_point_to_none():
    news = News("[Banken] “home” cannot be looked at", "why", "[Banken] an account", "See “banken doctor”.")
    assert "letter" in notify.word(news, "category")[1]
    assert notify.word(replace(news, letter=False), "category")[1] == "See “banken doctor”."
