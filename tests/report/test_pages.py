"""The pages: self-contained, without script, and no stranger's word becomes markup or a link."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.deals.memory import MemoryStore
from tests.report.scenes import EVIL, NOON, find, mail, step, story

from banken.deals import Deals
from banken.ledger import Poison
from banken.report import Summary
from banken.report.picture import LEFT, RIGHT, draw
from banken.report.scanpage import scan_page
from banken.report.story import tell
from banken.words import Authentic, Level, Permission, Stage

pytestmark = pytest.mark.usefixtures("english")

TOKYO = ZoneInfo("Asia/Tokyo")


class Seen(HTMLParser):
    """What a page shows, and what it would load or follow."""

    def __init__(self, text):
        super().__init__()
        self.text, self.marked, self.tags, self.links, self.handlers, self._open = "", [], Counter(), [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self._open.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src", "xlink:href", "srcset", "action")]
        self.handlers += [name for name, _value in attrs if name.startswith("on")]

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if "style" not in self._open:
            self.text += data
        if "mark" in self._open:
            self.marked.append(data)


def page(*stories, held=(), **counts):
    summary = Summary(held=list(held), **counts)
    for one in stories:
        for shown in one.mails:
            summary.add(shown)
    summary.stories = [one for one in stories if one.deal]
    return scan_page(summary, TOKYO, NOON)


def test_the_page_tells_the_deal_the_words_and_what_was_done():
    seen = Seen(page(story(step(), step(3, Stage.UNDER), mails=[mail(done=("labelled",))])))
    for words in ("山田商店", "バナー制作", "before the contract", "then: under contract", "labelled", "line 3"):
        assert words in seen.text
    assert seen.marked == ["LINE"]
    assert "続きはLINEで。" in seen.text
    assert seen.tags["svg"] > 1


def test_a_forged_mail_does_not_stand_there_as_the_clients():
    seen = Seen(page(story(mails=[mail(authentic=Authentic.FORGED)])))
    assert "unknown sender (in the name of 山田商店)" in seen.text


def test_a_forged_mail_gives_a_deal_no_name():
    forged, genuine = mail(1, authentic=Authentic.FORGED, client="偽物商店"), mail(2, client="山田商店")
    assert tell(Deals(MemoryStore(), {}), "home", "", [forged]).client == ""
    assert tell(Deals(MemoryStore(), {}), "home", "", [forged, genuine]).client == "山田商店"
    assert mail(authentic=Authentic.FORGED, client="").who == "unknown sender"


def test_nothing_is_loaded_run_or_followed():
    evil = story(step(title=EVIL), client=EVIL, job=EVIL, mails=[mail(subject=EVIL, client=EVIL, finds=[find(EVIL)])])
    text = page(evil, held=[poison(EVIL)])
    seen = Seen(text)
    assert not seen.tags.keys() & {"script", "img", "link", "iframe", "object", "embed", "form", "base", "audio"}
    assert not seen.links
    assert not seen.handlers
    assert "url(" not in text
    assert "@import" not in text
    assert "<script>alert(1)</script>" in seen.text
    assert "http[:]//evil[.]example/" in seen.text
    assert "\u202e" not in text
    assert "default-src 'none'" in text


def poison(reason):
    return Poison(
        account="home", folder="INBOX", uidvalidity=7, uid=9, step="reading:1", reason=reason, first=NOON, last=NOON
    )


def test_what_was_not_judged_not_read_and_not_finished_is_said():
    unjudged = mail(finds=[], level=Level.UNJUDGED, why="no words in it")
    seen = Seen(page(story(mails=[unjudged]), held=[poison("ValueError")], stopped=True))
    assert "not judged: 1 — no words in it" in seen.text
    assert "INBOX:9 — ValueError" in seen.text
    assert "stopped before the end" in seen.text


def test_mail_without_a_deal_is_told_apart():
    lonely = mail(deal="")
    summary = Summary()
    summary.add(lonely)
    seen = Seen(scan_page(summary, TOKYO, NOON))
    assert "Mail without a deal" in seen.text
    assert seen.marked == ["LINE"]


def test_an_empty_scan_says_so():
    assert "Nothing was found" in Seen(scan_page(Summary(), TOKYO, NOON)).text


def test_the_bands_are_the_stages_in_time():
    told = story(step(0), step(5, Stage.UNDER), step(10, Stage.COMPLETED), mails=[mail(at=NOON + timedelta(days=20))])
    drawn = draw(told, TOKYO)
    assert [band.kind for band in drawn.stages] == ["before_contract", "under_contract", "completed"]
    assert [round(band.left) for band in drawn.stages] == [3, 26, 50]
    assert drawn.stages[0].left + drawn.stages[0].width == pytest.approx(drawn.stages[1].left, abs=0.1)
    assert [(mark.kind, mark.at) for mark in drawn.marks][-1] == ("warning", RIGHT)
    assert [day.text for day in drawn.days] == ["11/3", "11/8", "11/13", "11/23"]


def test_a_forged_or_undone_event_makes_no_band():
    told = story(step(0), step(2, Stage.UNDER, believed=False), step(3, Stage.UNDER, undone=True), mails=[])
    drawn = draw(told, TOKYO)
    assert [band.kind for band in drawn.stages] == ["before_contract"]
    assert [mark.kind for mark in drawn.marks] == ["event", "doubt", "doubt"]


def test_a_permission_has_a_band_of_its_own():
    told = story(step(0), step(2, permission=Permission.APPROVED), step(4, permission=Permission.DENIED))
    assert [band.kind for band in draw(told, TOKYO).permissions] == ["approved", "denied"]


@given(st.lists(st.integers(0, 400), min_size=1, max_size=12))
def test_marks_stay_inside_and_apart(days):
    drawn = draw(story(*(step(day, title=str(day)) for day in sorted(days)), mails=[]), TOKYO)
    assert all(LEFT <= mark.at <= RIGHT for mark in drawn.marks)
    places = Counter((mark.at, mark.row) for mark in drawn.marks)
    most = max(Counter(mark.at for mark in drawn.marks).values())
    assert max(places.values()) <= -(-most // 4)


def test_the_width_of_a_phone_is_no_trouble():
    text = page(story())
    assert 'name="viewport"' in text
    assert not re.search(r"(?<!max-)width: ?[3-9]\d\dpx", text)
