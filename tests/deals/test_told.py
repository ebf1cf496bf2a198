"""What the configuration says of clients stands beside what the mail shows."""

from __future__ import annotations

from tests.deals.memory import MemoryStore
from tests.deals.spoken import EFFECTS, Mail, Post, day, letter

from banken.deals import Deals, Told
from banken.words import Authentic, Channel, Permission, Stage

FRIEND = Told(name="株式会社甲商店", addresses=("Kou@client.example",), permission=Permission.APPROVED)


def deals(*told):
    return Deals(MemoryStore(), EFFECTS, ("株式会社",), told=told)


def direct(house, number, at, sender="kou@client.example"):
    spoken = Mail(Channel.DIRECT, kind="direct", authentic=Authentic.UNVERIFIED, client_address=sender)
    return house.record(spoken, letter(f"direct-{number}", day(at), sender=sender))[0]


def test_mail_from_a_known_address_belongs_to_the_client_of_the_configuration():
    house = deals(Told(addresses=("kou@client.example",), stage=Stage.UNDER))
    tie = direct(house, 1, 5)
    standing = house.standing(tie.deal, day(5))
    assert (standing.stage, tie.why) == (Stage.UNDER, "知っているクライアントのアドレス")
    assert "設定" in standing.why
    assert direct(house, 2, 5, "other@client.example").deal == ""


def test_a_permission_counts_for_the_deal_that_mail_opened_under_that_name():
    house = deals(FRIEND)
    post = Post(house)
    post.send("scouted", at=day(1), client="甲商店", job="図鑑の校正")
    (deal,) = house.deals()
    assert house.standing(deal.id, day(2)).permission is Permission.APPROVED
    assert house.standing(deal.id, day(2)).stage is Stage.BEFORE
    assert house.standing(direct(house, 1, 3).deal, day(3)).permission is Permission.APPROVED


def test_nothing_counts_before_its_day():
    house = deals(Told(name="甲商店", permission=Permission.APPROVED, since=day(10)))
    Post(house).send("scouted", at=day(1), client="甲商店", job="図鑑の校正")
    (deal,) = house.deals()
    permissions = [house.standing(deal.id, day(number)).permission for number in (5, 11)]
    assert permissions == [Permission.NONE, Permission.APPROVED]


def test_later_mail_goes_on_from_what_was_told():
    house = deals(Told(name="甲商店", stage=Stage.UNDER, since=day(1)))
    Post(house).send("ended", at=day(5), client="甲商店", job="図鑑の校正")
    (deal,) = house.deals()
    assert [house.standing(deal.id, day(number)).stage for number in (3, 6)] == [Stage.UNDER, Stage.COMPLETED]


def test_one_job_of_a_client_leaves_the_other_alone():
    house = deals(Told(name="甲商店", job="図鑑の校正", stage=Stage.UNDER))
    post = Post(house)
    post.send("scouted", at=day(1), client="甲商店", job="図鑑の校正")
    post.send("scouted", at=day(1), client="甲商店", job="年賀状のデザイン")
    stages = {deal.job: house.standing(deal.id, day(2)).stage for deal in house.deals()}
    assert stages == {"図鑑の校正": Stage.UNDER, "年賀状のデザイン": Stage.BEFORE}


def test_it_is_the_same_after_reading_everything_again():
    store = MemoryStore()
    first = Deals(store, EFFECTS, told=[FRIEND])
    again = Deals(store, EFFECTS, told=[FRIEND])
    assert [deal.id for deal in first.deals()] == [deal.id for deal in again.deals()]
    assert [deal.id for deal in Deals(store, EFFECTS).deals()] == [deal.id for deal in first.deals()]
