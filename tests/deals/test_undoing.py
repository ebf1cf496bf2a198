"""What the worker takes back takes with it what it brought: answers that were given, mail and answers of a merged deal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.deals.memory import MemoryStore
from tests.deals.spoken import EFFECTS, Post, day

from banken.deals import Deals, Key, LedgerStore, this_mail
from banken.ledger import Ledger
from banken.words import Permission, Stage

NOBODYS = {"name": "answer", "at": day(2)}


@pytest.fixture(params=["memory", "ledger"])
def post(request):
    if request.param == "memory":
        yield Post(Deals(MemoryStore(), EFFECTS))
    else:
        with Ledger.open(":memory:") as ledger:
            yield Post(Deals(LedgerStore(ledger, "home"), EFFECTS))


def ask(post):
    return [post.send("permission_applied", at=day(1), client=name, job=name * 3, message=name) for name in "甲乙"]


def permissions(post, deals):
    return [post.deals.standing(deal, day(9)).permission.value for deal in deals]


def test_an_answer_that_a_merge_gave_to_a_deal_goes_with_it(post):
    deals = ask(post)
    post.send("permission_approved", **NOBODYS)
    number = post.deals.merge(*deals, day(3))
    assert permissions(post, deals) == ["approved", "approved"]
    post.deals.undo(number)
    assert permissions(post, deals) == ["applied", "applied"]
    post.deals.reload()
    assert permissions(post, deals) == ["applied", "applied"]
    said = [(line.event.kind, line.undone) for line in post.deals.timeline(deals[0])]
    assert ("permission_approved", True) in said


def test_one_that_came_while_they_were_merged_goes_too(post):
    deals = ask(post)
    number = post.deals.merge(*deals, day(1.5))
    assert post.send("permission_approved", **NOBODYS) == deals[0]
    post.deals.undo(number)
    assert permissions(post, deals) == ["applied", "applied"]
    assert post.send("permission_approved", **NOBODYS) == ""  # examined again, it is still nobody's


def test_an_answer_that_the_worker_takes_back_is_not_given_again(post):
    post.send("permission_approved", **NOBODYS)
    deal = post.send("permission_applied", at=day(1), client="甲", job="図鑑")
    assert permissions(post, [deal]) == ["approved"]
    [number] = [line.number for line in post.deals.timeline(deal) if line.event.kind == "permission_approved"]
    assert post.deals.undo(number)
    assert permissions(post, [deal]) == ["applied"]
    other = post.send("permission_applied", at=day(3), client="乙", job="灯台")
    post.send("permission_approved", **NOBODYS)  # examined again
    post.deals.undo(post.deals.merge(deal, other, day(4)))
    assert permissions(post, [deal, other]) == ["applied", "applied"]


def test_nor_is_one_that_was_taken_back_before_that_was_noted(post):
    """A ledger of an older Banken does not say that an answer was given to the only deal that waited."""
    post.send("permission_approved", **NOBODYS)
    deal = post.send("", at=day(0.5), client="甲", job="図鑑")
    store = post.deals._store
    answer = next(one.event for one in store.list() if one.event.kind == "permission_approved")
    store.undo(store.append(replace(answer, deal=deal)))
    post.deals.reload()
    post.send("permission_applied", at=day(1), client="甲", job="図鑑")
    assert permissions(post, [deal]) == ["applied"]


@pytest.mark.parametrize("kept", [0, 1])
def test_it_is_given_again_to_the_one_that_turns_out_to_wait(post, kept):
    deals = ask(post)
    post.send("permission_approved", **NOBODYS)
    post.deals.undo(post.deals.merge(*deals, day(3)))
    number = post.deals.set_permission(deals[1 - kept], Permission.NONE, day(1.5))
    expected = ["none", "none"]
    expected[kept] = "approved"
    assert permissions(post, deals) == expected
    post.deals.undo(number)
    assert permissions(post, deals) == ["applied", "applied"]
    again = post.deals.merge(*deals, day(3))
    assert permissions(post, deals) == ["approved", "approved"]
    post.deals.undo(again)
    assert permissions(post, deals) == ["applied", "applied"]


def test_an_answer_that_would_have_been_given_without_the_merge_stays(post):
    one = post.send("permission_applied", at=day(1), client="甲", job="図鑑")
    other = post.send("scouted", at=day(1), client="乙", job="灯台")
    number = post.deals.merge(other, one, day(1.5))
    post.send("permission_approved", **NOBODYS)
    late = post.send("scouted", at=day(1), client="丙", job="港")
    unrelated = post.deals.merge(other, late, day(3))
    post.deals.undo(unrelated)
    assert permissions(post, [one, other, late]) == ["approved", "approved", "none"]
    post.deals.undo(number)
    assert permissions(post, [one, other, late]) == ["approved", "none", "none"]


def test_an_answer_to_one_of_two_deals_that_asked_is_taken_back_with_what_a_merge_denied(post):
    """The other one waited no more only because a third deal, which was denied, was taken for it."""
    deals = ask(post)
    third = post.send("permission_applied", "permission_denied", at=day(1.2), client="丙", job="港", message="丙")
    number = post.deals.merge(deals[1], third, day(1.5))
    post.send("permission_approved", **NOBODYS)
    assert permissions(post, deals) == ["approved", "denied"]
    post.deals.undo(number)
    assert permissions(post, [*deals, third]) == ["applied", "applied", "denied"]


def contracts(post):
    return [post.send("contracted", at=day(1), client=name, job="図鑑", contract=name) for name in "甲乙"]


def stages(post, deals):
    return [post.deals.standing(deal, day(9)).stage for deal in deals]


@pytest.mark.parametrize("kept", [0, 1])
def test_mail_of_a_merged_deal_goes_back_to_it(post, kept):
    deals = contracts(post)
    number = post.deals.merge(deals[kept], deals[1 - kept], day(2))
    post.send("accepted", at=day(3), client="乙", job="図鑑", contract="乙", name="end")
    assert stages(post, deals) == [Stage.UNDER, Stage.UNDER]
    post.deals.undo(number)
    assert stages(post, deals) == [Stage.UNDER, Stage.COMPLETED]
    assert post.send("accepted", at=day(3), client="乙", job="図鑑", contract="乙", name="end") == deals[1]
    assert post.send("", at=day(4), contract="甲") == deals[0]
    post.deals.merge(deals[kept], deals[1 - kept], day(5))
    assert stages(post, deals) == [Stage.UNDER, Stage.UNDER]


def test_mail_goes_back_to_its_deal_in_whatever_order_merges_are_undone(post):
    one, other = contracts(post)
    third = post.send("contracted", at=day(1), client="丙", job="港", contract="丙")
    first = post.deals.merge(one, other, day(2))
    post.send("accepted", at=day(3), client="乙", job="図鑑", contract="乙")
    second = post.deals.merge(third, one, day(4))
    post.deals.undo(first)
    last = post.deals.merge(other, third, day(5))
    post.send("", at=day(6), client="乙", job="図鑑", contract="乙")
    post.deals.undo(second)
    post.deals.undo(last)
    assert stages(post, [one, other, third]) == [Stage.UNDER, Stage.COMPLETED, Stage.UNDER]


def test_mail_that_only_the_merged_deal_knew_stays_where_it_came(post):
    deals = contracts(post)
    number = post.deals.merge(*deals, day(2))
    post.send("contracted", at=day(3), client="甲", job="図鑑", contract="丙")
    post.deals.undo(number)
    assert Key("contract", "丙") in post.deals.keys(deals[0])
    assert Key("contract", "丙") not in post.deals.keys(deals[1])


@pytest.mark.parametrize("which", [0, 1])
def test_what_was_answered_on_a_mail_goes_where_the_mail_goes(post, which):
    deals = contracts(post)
    number = post.deals.merge(*deals, day(2))
    about = "甲乙"[which]
    joint = post.send("", at=day(3), client=about, job="図鑑", contract=about, name="ask")
    of = this_mail("ask")
    alarm = post.deals.let_go(joint, "chat", day(4), of)
    stage = post.deals.set_stage(joint, Stage.BEFORE, day(4), of)
    permission = post.deals.set_permission(joint, Permission.APPROVED, day(4), of)
    assert joint == deals[0]
    post.deals.undo(number)
    mine, others = deals[which], deals[1 - which]
    assert post.deals.silenced(mine, day(5)) == post.deals.silenced_in(mine, "ask") == {"chat"}
    assert not post.deals.silenced(others, day(5))
    assert permissions(post, [mine, others]) == ["approved", "none"]
    assert stages(post, [mine, others]) == [Stage.BEFORE, Stage.UNDER]
    for one in (alarm, stage, permission):
        assert post.deals.undo(one)
    assert not post.deals.silenced(mine, day(5))
    assert permissions(post, [mine, others]) == ["none", "none"]
    assert stages(post, [mine, others]) == [Stage.UNDER, Stage.UNDER]


def test_nothing_of_an_undone_merge_is_left_when_the_clients_are_forgotten(tmp_path):
    with Ledger.open(tmp_path) as ledger:
        post = Post(Deals(LedgerStore(ledger, "home"), EFFECTS))
        deals = ask(post)
        post.send("permission_approved", **NOBODYS)
        for _ in range(3):
            post.deals.undo(post.deals.merge(*deals, day(3)))
        for name in "甲乙":
            ledger.forget(name)
        left = {(one.kind, one.deal) for one in ledger.events.all("home")}
        assert left <= {("permission_approved", ""), ("mail:notice", "")}
        assert ledger.check() == []
