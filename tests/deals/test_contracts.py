"""Several contracts of one deal: which notice opens or ends which, and for which an approval holds."""

from __future__ import annotations

import pytest
from tests.deals.memory import MemoryStore
from tests.deals.spoken import EFFECTS, Post, day

from banken.deals import Deals
from banken.words import Permission, Stage


@pytest.fixture
def post():
    return Post(Deals(MemoryStore(), EFFECTS))


def test_a_notice_that_is_sent_again_opens_no_contract_that_has_ended(post):
    about = {"client": "甲", "job": "図鑑"}
    deal = post.send("contracted", at=day(1), contract="7", **about)
    post.send("accepted", at=day(5), contract="7", **about)
    post.send("contracted", at=day(6), contract="7", **about)
    assert post.deals.standing(deal, day(7)).stage is Stage.COMPLETED
    post.send("renewed", at=day(8), contract="7", **about)
    assert post.deals.standing(deal, day(9)).stage is Stage.UNDER
    post.send("ended", at=day(10), contract="7", **about)
    post.send("contracted", at=day(11), contract="8", **about)
    assert post.deals.standing(deal, day(12)).stage is Stage.UNDER


@pytest.mark.parametrize("late", ["escrow_paid", "delivered", "returned"])
def test_a_notice_that_comes_late_opens_no_contract_that_has_just_ended(post, late):
    about = {"client": "甲", "job": "図鑑", "contract": "7"}
    deal = post.send("contracted", at=day(1), **about)
    post.send("accepted", at=day(5), **about)
    post.send(late, at=day(5.1), **about)
    assert post.deals.standing(deal, day(6)).stage is Stage.COMPLETED
    post.send(late, at=day(9), **about)
    assert post.deals.standing(deal, day(10)).stage is Stage.UNDER


def test_the_end_of_one_contract_does_not_end_another(post):
    about = {"client": "甲", "job": "図鑑"}
    deal = post.send("contracted", at=day(1), contract="7", **about)
    post.send("contracted", at=day(2), contract="8", **about)
    post.send("accepted", at=day(3), contract="7", **about)
    post.send("cancelled", at=day(4), contract="7", **about)
    assert post.deals.standing(deal, day(5)).stage is Stage.UNDER
    post.send("cancelled", at=day(6), contract="8", **about)
    assert post.deals.standing(deal, day(7)).stage is Stage.COMPLETED
    post.send("applied", at=day(8), **about)
    post.send("cancelled", at=day(9), contract="7", **about)
    assert post.deals.standing(deal, day(10)).stage is Stage.BEFORE


@pytest.mark.parametrize(
    ("approved", "holds"), [(2, Permission.NONE), (6, Permission.APPROVED)], ids=["for the first", "for the second"]
)
def test_what_was_approved_for_one_contract_does_not_hold_for_the_next(post, approved, holds):
    about = {"client": "甲", "job": "図鑑"}
    told = {1: ("contracted", "7"), 5: ("accepted", "7"), 8: ("contracted", "8"), approved: ("permission_approved", "")}
    for at, (kind, contract) in sorted(told.items()):
        deal = post.send(kind, at=day(at), **about, **({"contract": contract} if contract else {}))
    assert post.deals.standing(deal, day(4)).permission is (Permission.APPROVED if approved == 2 else Permission.NONE)
    assert post.deals.standing(deal, day(9)).permission is holds


@pytest.mark.parametrize(("said", "stage"), [(Stage.UNDER, Stage.COMPLETED), (Stage.COMPLETED, Stage.COMPLETED)])
def test_after_the_workers_own_word_an_end_is_believed_and_an_old_beginning_is_not(post, said, stage):
    about = {"client": "甲", "job": "図鑑", "contract": "7"}
    deal = post.send("contracted", at=day(1), **about)
    post.send("accepted", at=day(3), **about)
    post.deals.set_stage(deal, said, day(4))
    post.send("accepted" if said is Stage.UNDER else "contracted", at=day(5), **about)
    assert post.deals.standing(deal, day(6)).stage is stage
