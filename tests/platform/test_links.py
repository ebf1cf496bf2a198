"""Numbers are taken from the platform's own hosts alone."""

from __future__ import annotations

import pytest
from tests.platform.cases import letter, pack

from banken.message.model import Link
from banken.platform.links import Page, ids

OURS = {
    "https://crowdworks.jp/messages/41?ref=um_invitation": Page("message", "41"),
    "https://crowdworks.jp/proposals/42#scroll_to_message": Page("proposal", "42"),
    "http://www.crowdworks.jp/contracts/43/messages": Page("contract", "43"),
    "https://CROWDWORKS.jp/public/jobs/44": Page("job", "44"),
    "https://crowdworks.jp/dashboard": Page(),
    "https://crowdworks.my.site.com/help/s/inquiry": Page(),
    "https://crowdworks.jp/contracts/00000000": Page("contract", ""),
}
NOT_OURS = [
    "https://crowdworks.jp.example/messages/41",
    "https://evilcrowdworks.jp/messages/41",
    "https://crowdworks.jp@evil.example/messages/41",
    "https://evil.example/@crowdworks.jp/messages/41",
    "https://evil.example\\@crowdworks.jp/messages/41",
    "https://user:pass@crowdworks.jp/messages/41",
    "https://crowdworks.jp:8443/messages/41",
    "https://evil.example/?u=https://crowdworks.jp/messages/41",
    "https://crowdworks.jp.:99999/messages/41",
    "https://[::1/messages/41",
    "ftp/messages/41",
]


@pytest.mark.parametrize(("url", "page"), OURS.items())
def test_ours(url, page):
    assert pack().pages.page(url) == page


@pytest.mark.parametrize("url", NOT_OURS)
def test_not_ours(url):
    assert pack().pages.page(url) is None


def test_the_first_number_of_each_shape_counts():
    text = "見る：https://crowdworks.jp/messages/41、https://crowdworks.jp/messages/42。（https://crowdworks.jp/contracts/7）"
    found = ids(pack().pages.places(text, ()))
    assert (found.message, found.contract, found.job) == ("41", "7", "")


def test_a_link_behind_words_counts_where_it_stands():
    text = "返信する\n募集"
    links = (
        Link("https://crowdworks.jp/messages/41", "返信する", 0, 4),
        Link("https://crowdworks.jp/contracts/9", "", 0, 0),
    )
    places = pack().pages.places(text, links)
    assert [(place.page, place.start) for place in places] == [(Page("message", "41"), 0)]


def test_html_buttons_are_frame():
    from banken.platform import AddressBook, Recogniser
    from banken.platform.examples import Genuine
    from banken.words import SegmentKind

    text = "山田さんからメッセージが届きました。\n\nLINEでお願いします。\n\n返信する\n通知を止める\n"
    at = text.index("返信する")
    link = Link("https://u1.ct.sendgrid.example/ls/click?upn=abc", "返信する", at, at + 4)
    mail = letter(subject="山田さんからメッセージが届きました", text=text, links=(link,))
    found = Recogniser([pack()]).recognise(mail, Genuine(), AddressBook())
    words = [text[one.start : one.end].strip() for one in found.segments if one.kind is SegmentKind.BODY]
    assert "返信する" not in "".join(words)
    assert words[0].startswith("LINEでお願いします。")
