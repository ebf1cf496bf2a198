"""What the stories do not tell: repeats, the future, keys, corrections, people's questions."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from tests.deals.memory import MemoryStore
from tests.deals.spoken import EFFECTS, Ids, Mail, Post, day, letter, notice

from banken.deals import Deals, Key
from banken.deals.fold import fold
from banken.deals.names import Names, addresses, plain
from banken.words import Authentic, Channel, Permission, Stage


@pytest.fixture
def post():
    return Post(Deals(MemoryStore(), EFFECTS, ["株式会社", "(株)"]))


def test_a_verdict_knows_nothing_of_the_future(post):
    deal = post.send("scouted", at=day(1), client="甲", job="図鑑")
    post.send("contracted", at=day(5), client="甲", job="図鑑")
    assert post.deals.standing(deal, day(3)).stage is Stage.BEFORE
    assert post.deals.standing(deal, day(5)).stage is Stage.BEFORE
    assert post.deals.standing(deal, day(6)).stage is Stage.UNDER


def test_the_client_of_a_deal_is_known_where_a_notice_names_none(post):
    deal = post.send("scouted", at=day(1), client="甲", job="図鑑")
    assert post.deals.standing(deal, day(2)).client == "甲"
    assert post.deals.standing("", day(2)).client == ""


def test_a_mails_own_events_count_for_itself(post):
    deal = post.send("contracted", at=day(5), client="甲", job="図鑑", name="own")
    assert post.deals.standing(deal, day(5), own="own").stage is Stage.UNDER
    assert post.deals.standing(deal, day(5), own="other").stage is Stage.UNKNOWN


def test_of_one_second_what_was_read_first_came_first(post):
    mails = [("asks", ()), ("contract", ("contracted",)), ("later", ())]
    post.send("scouted", at=day(1), client="甲", job="図鑑")
    for name, kinds in mails:
        deal = post.send(*kinds, at=day(5), client="甲", job="図鑑", name=name)
    told = {"asks": Stage.BEFORE, "contract": Stage.UNDER, "later": Stage.UNDER}
    assert {name: post.deals.standing(deal, day(5), own=name).stage for name in told} == told
    for name, kinds in reversed(mails):  # looked at again, in whatever order
        post.send(*kinds, at=day(5), client="甲", job="図鑑", name=name)
    post.deals.reload()
    assert {name: post.deals.standing(deal, day(5), own=name).stage for name in told} == told


def test_tying_writes_nothing(post):
    spoken = notice("contracted", at=day(1), client="甲", job="図鑑", contract="7")
    assert post.deals.tie(spoken, letter("a", day(1))).deal == ""
    assert post.deals.deals() == ()


def test_the_reason_of_a_tie_is_told(post):
    deal = post.send("contracted", at=day(1), client="甲", job="図鑑", contract="7")
    by = {
        "number": notice(at=day(2), contract="7"),
        "title": notice(at=day(2), job="図鑑"),
        "client": notice(at=day(2), client="株式会社甲"),
    }
    reasons = {name: post.deals.tie(spoken, letter("b", day(2))) for name, spoken in by.items()}
    assert {tie.deal for tie in reasons.values()} == {deal}
    assert len({tie.why for tie in reasons.values()}) == 3


def test_numbers_go_before_titles(post):
    first = post.send("contracted", at=day(1), client="甲", job="図鑑", contract="7")
    second = post.send("contracted", at=day(1), client="乙", job="灯台", contract="8")
    assert post.deals.tie(notice(at=day(2), contract="8", job="図鑑", client="甲"), letter("c", day(2))).deal == second
    assert post.deals.tie(notice(at=day(2), job="図鑑", client="甲"), letter("c", day(2))).deal == first


def test_numbers_of_zeros_and_missing_titles_tie_nothing(post):
    first = post.send("contracted", at=day(1), client="甲", job="図鑑")
    second = post.send("contracted", at=day(2), client="乙", job="灯台")
    assert first != second
    assert post.deals.tie(notice("paid", at=day(3)), letter("d", day(3))).deal == ""


def test_of_two_deals_of_a_client_the_latest_is_meant(post):
    post.send("contracted", at=day(1), client="甲", job="図鑑", contract="7")
    later = post.send("scouted", at=day(2), client="甲", job="灯台", message="9")
    tie = post.deals.tie(notice(at=day(3), client="甲"), letter("e", day(3)))
    assert (tie.deal, tie.sure) == (later, False)
    assert "2" in tie.why


def test_the_clients_address_is_learned_from_a_genuine_message_only(post):
    words = "資料は Yana@Yanagiya.example へ。控えは worker@example.jp です。"
    told = {"client": "甲", "job": "図鑑", "channel": Channel.NOTIFICATION, "judged": True, "text": words}
    post.send(at=day(1), believed=False, **told)
    assert dict(post.deals.known().addresses) == {}
    deal = post.send(at=day(2), **told)
    assert post.deals.known().addresses["yana@yanagiya.example"] == deal
    assert post.deals.hears_from("yana@yanagiya.example")
    assert not post.deals.hears_from("hana@yanagiya.example")


def test_a_list_of_addresses_is_no_burden_on_later_mail(post):
    listed = "、".join(f"a{number}@shop.example" for number in range(3000))
    post.send("scouted", at=day(1), client="柳屋", job="図鑑", channel=Channel.NOTIFICATION, judged=True, text=listed)
    assert 0 < len(post.deals.known().addresses) <= 20


@pytest.mark.parametrize("where", ["{name}です。{filler}", "{filler}よろしくお願いします。{name}"])
def test_a_name_at_either_end_of_a_long_mail_is_seen(post, where):
    deal = post.send("contracted", at=day(1), client="木洩れ日書房", job="図鑑の校正")
    spoken = Mail(Channel.DIRECT, kind="direct", authentic=Authentic.UNVERIFIED, client_address="x@y.example")
    text = where.format(name="木洩れ日書房", filler="あ" * 100_000)
    assert post.deals.tie(spoken, letter("l", day(2), text, sender="x@y.example")).deal == deal


def test_a_direct_mail_teaches_no_address(post):
    deal = post.send("contracted", at=day(1), client="甲商店", job="図鑑の校正")
    spoken = Mail(
        Channel.DIRECT, kind="direct", authentic=Authentic.UNVERIFIED, client="甲商店", client_address="x@y.example"
    )
    tie, _events = post.deals.record(spoken, letter("f", day(2), "甲商店です。", sender="x@y.example"))
    assert tie.deal == deal
    assert dict(post.deals.known().addresses) == {}
    assert post.deals.known().threads["<f@example.jp>"] == deal


def test_a_direct_mail_joins_and_teaches_nothing_whoever_vouches_for_it(post):
    first = post.send("contracted", at=day(1), client="甲商店", job="図鑑の校正", contract="7")
    second = post.send("scouted", at=day(1), client="乙商店", job="灯台の写真", message="9")
    spoken = Mail(Channel.DIRECT, client="甲商店", client_address="x@y.example", ids=Ids(contract="7", message="9"))
    post.deals.record(spoken, letter("j", day(2), "灯台の写真", sender="x@y.example"))
    assert {deal.id for deal in post.deals.deals()} == {first, second}
    assert post.deals.standing(second, day(3)).stage is Stage.BEFORE


def test_a_mail_that_is_read_again_stays_where_it_was(post):
    first = post.send("contracted", at=day(1), client="甲商店", job="図鑑の校正")
    assert post.send("contacted", at=day(2), client="甲商店", name="again") == first
    post.send("scouted", at=day(3), client="甲商店", job="灯台の写真")
    tie, _events = post.deals.record(notice("contacted", at=day(2), client="甲商店"), letter("again", day(2)))
    assert tie.deal == first
    assert tie.why


def test_a_forged_mail_opens_no_deal(post):
    spoken = Mail(Channel.NOTIFICATION, authentic=Authentic.FORGED, client="甲", job="図鑑", ids=Ids(message="4"))
    assert post.deals.record(spoken, letter("g", day(1)))[0].deal == ""
    assert post.deals.deals() == ()


def test_events_are_given_back_with_their_deal(post):
    spoken = notice("contracted", at=day(1), client="甲", job="図鑑")
    tie, events = post.deals.record(spoken, letter("h", day(1)))
    assert [(event.kind, event.deal, event.source) for event in events] == [("contracted", tie.deal, "h")]


def test_an_answer_that_came_before_its_question_finds_it(post):
    post.send("permission_approved", at=day(5))
    assert post.deals.deals() == ()
    deal = post.send("permission_applied", at=day(3), client="甲", job="図鑑")
    assert post.deals.standing(deal, day(6)).permission is Permission.APPROVED
    assert post.deals.standing(deal, day(4)).permission is Permission.APPLIED


def test_an_answer_without_a_question_costs_later_mail_nothing(post, monkeypatch):
    folded = []
    monkeypatch.setattr("banken.deals.courses.fold", lambda *words: folded.append(words) or fold(*words))
    post.send("permission_approved", at=day(5))
    folded.clear()
    post.send("contracted", at=day(6), client="乙", job="灯台")
    assert folded == []
    post.send("permission_applied", at=day(3), client="甲", job="図鑑")
    assert len(folded) == 2  # whether either of the two deals asked
    post.send("permission_applied", at=day(7), client="乙", job="灯台")
    assert len(folded) == 2  # the answer is taken


def test_an_answer_with_two_waiting_deals_is_nobodys(post):
    deals = [post.send("permission_applied", at=day(1), client=name, job=name * 3) for name in "甲乙"]
    post.send("permission_approved", at=day(2))
    assert {post.deals.standing(deal, day(3)).permission for deal in deals} == {Permission.APPLIED}


def unanswered(post):
    """Return two deals that asked, and an answer that may be either's."""
    deals = [post.send("permission_applied", at=day(1), client=name, job=name * 3, message=name) for name in "甲乙"]
    post.send("permission_approved", at=day(2))
    return deals


def merge(post, one, other):
    post.deals.merge(one, other, day(3))


def join(post, _one, _other):
    post.send("", at=day(3), client="甲", message="甲", proposal="丙")
    post.send("", at=day(3), client="乙", message="乙", proposal="丙")


def deny(post, _one, other):
    post.deals.set_permission(other, Permission.NONE, day(1.5))


def withdraw(post, _one, other):
    (number,) = [line.number for line in post.deals.timeline(other) if line.event.kind == "permission_applied"]
    post.deals.undo(number)


@pytest.mark.parametrize("happens", [merge, join, deny, withdraw])
def test_an_answer_is_given_to_the_deal_that_turns_out_to_be_the_only_one_that_waits(post, happens):
    one, other = unanswered(post)
    happens(post, one, other)
    assert post.deals.standing(one, day(4)).permission is Permission.APPROVED


def test_the_timeline_tells_all(post):
    deal = post.send("scouted", at=day(1), client="甲", job="図鑑")
    post.send("contracted", at=day(2), believed=False, client="甲", job="図鑑")
    number = post.deals.set_stage(deal, Stage.COMPLETED, day(3))
    post.deals.undo(number)
    lines = post.deals.timeline(deal)
    told = [(line.event.kind, line.event.believed, line.undone, line.stage) for line in lines]
    assert ("scouted", True, False, Stage.BEFORE) in told
    assert ("contracted", False, False, Stage.BEFORE) in told
    assert ("stage:completed", True, True, Stage.BEFORE) in told
    assert [line.event.at for line in lines] == sorted(line.event.at for line in lines)


def test_a_deal_is_found_by_what_people_call_it(post):
    deal = post.send("contracted", at=day(1), client="株式会社青空書房", job="図鑑の校正", contract="90123")
    other = post.send("contracted", at=day(1), client="谷間商会", job="棚卸し", contract="90124")
    for text in (deal, deal[:4], "青空", "(株)青空書房", "図鑑", "90123"):
        assert [one.id for one in post.deals.find(text)] == [deal], text
    assert [one.id for one in post.deals.find("谷間")] == [other]
    assert post.deals.find("どこにもない") == ()


def test_merging_twice_or_in_a_ring_does_no_harm(post):
    first = post.send("scouted", at=day(1), client="甲", job="図鑑")
    second = post.send("contracted", at=day(2), client="乙", job="灯台")
    for keep, other in ((first, second), (first, second), (second, first)):
        post.deals.merge(keep, other, day(3))
    assert len(post.deals.deals()) == 1
    assert post.deals.standing(second, day(4)).stage is Stage.UNDER


def test_a_split_can_be_undone(post):
    deal = post.send("contracted", at=day(1), client="甲", job="図鑑", contract="7")
    post.send("contracted", at=day(2), client="甲", job="図鑑", contract="8")
    number, new = post.deals.split(deal, Key("contract", "8"), day(3))
    post.send("accepted", at=day(4), contract="8", client="甲", job="図鑑")
    assert post.deals.standing(deal, day(5)).stage is Stage.UNDER
    assert post.deals.standing(new, day(5)).stage is Stage.COMPLETED
    assert post.deals.undo(number)
    post.send("accepted", at=day(6), contract="7", client="甲", job="図鑑")
    assert post.deals.standing(deal, day(7)).stage is Stage.COMPLETED


def test_accounts_in_one_store_keep_their_ids_apart():
    ids = {
        Post(Deals(MemoryStore(), EFFECTS, scope=scope)).send("scouted", at=day(1), client="甲", job="図鑑")
        for scope in "ab"
    }
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("株式会社 青空書房", "青空書房（株）"),
        ("ＡＢＣ社", "abc社"),
        ("山田  太郎", "山田太郎"),
        ("青空・書房", "青空書房"),
    ],
)
def test_names_are_compared_without_dress(one, other):
    names = Names(["株式会社", "(株)"])
    assert names.name(one) == names.name(other) != ""


def test_a_name_of_nothing_but_company_words_stays():
    assert Names(["株式会社"]).name("株式会社") != ""
    assert plain("「図鑑」の校正 ") == plain("図鑑の校正")


def test_addresses_are_read_whatever_their_width():
    assert addresses("連絡先：ＹＡＭＡ＠example.jp、予備 a.b+c@sub.example.jp。") == (
        "yama@example.jp",
        "a.b+c@sub.example.jp",
    )


def test_an_address_is_tied_by_hand_and_untied():
    deals = Deals(MemoryStore(), EFFECTS)
    Post(deals).send("scouted", at=day(1), client="甲商店", job="図鑑の校正")
    (deal,) = deals.deals()
    spoken = Mail(Channel.DIRECT, kind="direct", authentic=Authentic.UNVERIFIED, client_address="kou@client.example")
    assert deals.tie(spoken, letter("before", day(2))).deal == ""
    number = deals.tie_address(deal.id, "Kou@client.example", day(2))
    assert deals.tie(spoken, letter("after", day(3))).deal == deal.id
    assert Key("address", "kou@client.example") in deals.keys(deal.id)
    assert deals.undo(number)
    assert deals.tie(spoken, letter("again", day(4))).deal == ""


def test_a_conversation_of_the_server_leads_to_the_deal():
    deals = Deals(MemoryStore(), EFFECTS)
    mail = Mail(Channel.NOTIFICATION, client="甲商店", job="図鑑の校正")
    tie, _events = deals.record(mail, letter("notice", day(1), thread="1790001"))
    spoken = Mail(Channel.DIRECT, kind="direct", authentic=Authentic.UNVERIFIED, client_address="kou@client.example")
    assert deals.tie(spoken, letter("same", day(2), thread="1790001")).deal == tie.deal
    assert deals.tie(spoken, letter("other", day(2), thread="1790002")).deal == ""


@pytest.mark.parametrize(
    "said", [{"client": "乙商会"}, {"job": "灯台の写真"}, {"ids": Ids(message="9")}, {"ids": Ids(contract="70")}]
)
def test_a_conversation_ties_no_notice_that_says_something_else(said):
    deals = Deals(MemoryStore(), EFFECTS)
    mail = notice("contracted", at=day(1), client="甲商店", job="図鑑の校正", contract="7")
    tie, _events = deals.record(mail, letter("notice", day(1), thread="1790001"))
    assert deals.tie(Mail(Channel.NOTIFICATION), letter("bare", day(2), thread="1790001")).deal == tie.deal
    other, _events = deals.record(Mail(Channel.NOTIFICATION, **said), letter("other", day(2), thread="1790001"))
    assert other.deal not in ("", tie.deal)
    assert deals.standing(other.deal, day(3)).stage is Stage.UNKNOWN
    assert [key.value for key in deals.keys(tie.deal)] == ["7", "図鑑の校正", "甲商店"]


def test_one_contract_of_a_client_is_enough_to_have_one():
    deals = Deals(MemoryStore(), EFFECTS)
    post = Post(deals)
    post.send("scouted", at=day(1), client="甲商店", job="図鑑の校正")
    post.send("contracted", at=day(3), client="甲商店", job="年賀状のデザイン")
    (scouted,) = [deal.id for deal in deals.deals() if deal.job == "図鑑の校正"]
    assert [deals.has_contract(scouted, day(number)) for number in (2, 4)] == [False, True]


def test_a_deal_keeps_its_first_title(post):
    deal = post.send("contracted", at=day(1), client="甲", job="図鑑の校正", contract="7")
    assert post.send("returned", at=day(2), client="甲", job="年賀状の清書", contract="7") == deal
    assert [key.value for key in post.deals.keys(deal) if key.kind == "title"] == ["図鑑の校正"]


def test_of_two_deals_of_one_title_only_the_named_clients_is_meant(post):
    first = post.send("scouted", at=day(1), client="甲文庫", job="名刺の入力")
    second = post.send("scouted", at=day(2), client="乙商会", job="名刺の入力")
    assert first != second
    spoken = Mail(Channel.DIRECT, kind="direct", authentic=Authentic.UNVERIFIED, client_address="x@client.example")
    told = letter("named", day(3), "甲文庫です。名刺の入力の件です。", sender="x@client.example")
    bare = letter("bare", day(3), "名刺の入力の件です。", sender="x@client.example")
    assert [post.deals.tie(spoken, mail).deal for mail in (told, bare)] == [first, ""]


def test_an_approval_that_names_another_job_is_not_the_waiting_ones(post):
    waiting = post.send("permission_applied", at=day(1), client="甲文庫", job="図鑑の校正")
    assert post.send("permission_approved", at=day(2), client="乙商会", job="年賀状の清書") != waiting
    assert post.deals.standing(waiting, day(3)).permission is Permission.APPLIED


def test_the_day_of_an_event_is_the_workers():
    deals = Deals(MemoryStore(), EFFECTS, zone=ZoneInfo("Asia/Tokyo"))
    deal = Post(deals).send("contracted", at=day(1.7), client="甲", job="図鑑")  # 2026-01-03 01:48 in Tokyo
    assert "2026年1月3日" in deals.standing(deal, day(5)).why
