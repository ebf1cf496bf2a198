"""What is known of deals: ties, events, undo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from banken.ledger import Deal, Ledger, Tie
from banken.words import Event

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def ledger():
    with Ledger.open(":memory:") as opened:
        yield opened


def event(kind: str, hours: int = 0, source: str = "mail1", *, believed: bool = True) -> Event:
    return Event(kind, NOW + hours * HOUR, believed, "why", source=source)


def test_a_deal_is_found_by_what_leads_to_it(ledger):
    ledger.deals.put(Deal(id="d1", account="home", opened=NOW, client="山田商店", job="バナー"))
    new = ledger.deals.tie([Tie(deal="d1", kind="message", value="416"), Tie(deal="d1", kind="job", value="")], NOW)
    assert new == 1
    assert ledger.deals.tie([Tie(deal="d1", kind="message", value="416")], NOW + HOUR) == 0
    ledger.deals.tie([Tie(deal="d0", kind="message", value="416")], NOW + HOUR)
    assert ledger.deals.tied("message", "416") == ["d1", "d0"]
    assert ledger.deals.tied("contract", "416") == []
    assert ledger.deals.ties("d1") == [Tie(deal="d1", kind="message", value="416")]


def test_a_deal_can_be_written_again(ledger):
    ledger.deals.put(Deal(id="d1", account="home", opened=NOW))
    ledger.deals.put(Deal(id="d1", account="home", opened=NOW, client="山田商店"))
    ledger.deals.put(Deal(id="d2", account="work", opened=NOW - HOUR))
    assert [deal.id for deal in ledger.deals.all()] == ["d2", "d1"]
    assert ledger.deals.get("d1").client == "山田商店"
    assert [deal.id for deal in ledger.deals.all("work")] == ["d2"]
    assert ledger.deals.get("d3") is None


def test_events_come_in_order_of_their_time_and_only_older_ones(ledger):
    for kind, hours in (("completed", 9), ("contract", 2), ("scout", 0)):
        ledger.events.append("home", "d1", event(kind, hours, source=kind), NOW)
    assert [one.kind for one in ledger.events.of("d1")] == ["scout", "contract", "completed"]
    assert [one.kind for one in ledger.events.of("d1", before=NOW + 2 * HOUR)] == ["scout"]
    assert [one.kind for one in ledger.events.of_account("home")] == ["scout", "contract", "completed"]
    assert ledger.events.of("d2") == []


def test_one_mail_moves_a_deal_once_but_the_worker_may_repeat_himself(ledger):
    assert ledger.events.append("home", "d1", event("contract"), NOW) is not None
    assert ledger.events.append("home", "d1", event("contract", 1), NOW) is None
    assert ledger.events.append("home", "d1", event("escrow"), NOW) is not None
    assert ledger.events.append("work", "d1", event("contract"), NOW) is not None
    for _ in range(2):
        assert ledger.events.append("home", "d1", event("contract", source="worker"), NOW) is not None
    assert len(ledger.events.of("d1")) == 5


def test_an_event_comes_back_with_all_it_had(ledger):
    number = ledger.events.append("home", "d1", event("contract", believed=False), NOW + HOUR, note="by mail")
    stored = ledger.events.of("d1")[0]
    assert stored.event == Event("contract", NOW, False, "why", "d1", "mail1")
    assert (stored.id, stored.note, stored.recorded, stored.undone) == (number, "by mail", NOW + HOUR, False)


def test_an_undone_event_stays_and_says_so(ledger):
    number = ledger.events.append("home", "d1", event("contract"), NOW)
    other = ledger.events.append("home", "d1", event("escrow", 1), NOW)
    assert ledger.events.undo(number, NOW + HOUR, "wrong client") is True
    assert [(one.id, one.undone) for one in ledger.events.of("d1")] == [(number, True), (other, False)]
    assert ledger.events.undo(number, NOW + HOUR) is False
    assert ledger.events.undo(999, NOW + HOUR) is False
