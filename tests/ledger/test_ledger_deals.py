"""What is known of deals: ties, events, undo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from banken.ledger import Deal, SeenMessage, Tie
from banken.words import Event

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def event(kind: str, hours: int = 0, source: str = "mail1", *, believed: bool = True) -> Event:
    return Event(kind, NOW + hours * HOUR, believed, "why", source=source)


def test_a_deal_is_found_by_what_leads_to_it(ledger):
    ledger.deals.put(Deal(id="d1", account="home", opened=NOW, client="山田商店", job="バナー"))
    assert ledger.deals.tie("home", [Tie("d1", "message", "416"), Tie("d1", "job", "")], NOW) == 1
    assert ledger.deals.tie("home", [Tie("d1", "message", "416")], NOW + HOUR) == 0
    ledger.deals.tie("home", [Tie("d0", "message", "416"), Tie("d1", "client", "山田商店")], NOW - HOUR)
    assert ledger.deals.ties("home") == [
        Tie("d1", "message", "416"),
        Tie("d0", "message", "416"),
        Tie("d1", "client", "山田商店"),
    ]
    assert ledger.deals.ties("work") == []


def test_two_accounts_may_have_a_deal_of_one_id(ledger):
    ledger.deals.put(Deal(id="d1", account="home", opened=NOW, client="A"))
    ledger.deals.put(Deal(id="d1", account="work", opened=NOW, client="B"))
    assert [ledger.deals.get(account, "d1").client for account in ("home", "work")] == ["A", "B"]


def test_a_deal_can_be_written_again(ledger):
    ledger.deals.put(Deal(id="d1", account="home", opened=NOW))
    ledger.deals.put(Deal(id="d1", account="home", opened=NOW, client="山田商店"))
    ledger.deals.put(Deal(id="d2", account="work", opened=NOW - HOUR))
    assert [deal.id for deal in ledger.deals.all()] == ["d2", "d1"]
    assert ledger.deals.get("home", "d1").client == "山田商店"
    assert [deal.id for deal in ledger.deals.all("work")] == ["d2"]
    assert ledger.deals.get("home", "d3") is None


def test_events_come_in_order_of_their_time_and_only_older_ones(ledger):
    for kind, hours in (("completed", 9), ("contract", 2), ("scout", 0)):
        ledger.events.append("home", "d1", event(kind, hours, source=kind), NOW)
    assert [one.kind for one in ledger.events.of("home", "d1")] == ["scout", "contract", "completed"]
    assert [one.kind for one in ledger.events.of("home", "d1", before=NOW + 2 * HOUR)] == ["scout"]
    assert [one.kind for one in ledger.events.all("home")] == ["completed", "contract", "scout"]
    assert ledger.events.of("home", "d2") == []


def test_one_mail_moves_a_deal_once_but_the_worker_may_repeat_himself(ledger):
    assert ledger.events.append("home", "d1", event("contract"), NOW) is not None
    assert ledger.events.append("home", "d1", event("contract", 1), NOW) is None
    assert ledger.events.append("home", "d1", event("escrow"), NOW) is not None
    assert ledger.events.append("work", "d1", event("contract"), NOW) is not None
    for _ in range(2):
        assert ledger.events.append("home", "d1", event("contract", source="worker"), NOW) is not None
    assert len(ledger.events.of("home", "d1")) == 4
    assert len(ledger.events.of("work", "d1")) == 1


def test_an_event_comes_back_with_all_it_had(ledger):
    number = ledger.events.append("home", "d1", event("contract", believed=False), NOW + HOUR, note="by mail")
    stored = ledger.events.of("home", "d1")[0]
    assert stored.event == Event("contract", NOW, False, "why", "d1", "mail1")
    assert (stored.id, stored.note, stored.recorded, stored.undone) == (number, "by mail", NOW + HOUR, False)


def test_an_undone_event_stays_and_says_so(ledger):
    number = ledger.events.append("home", "d1", event("contract"), NOW)
    other = ledger.events.append("home", "d1", event("escrow", 1), NOW)
    assert ledger.events.undo(number, NOW + HOUR, "wrong client") is True
    assert [(one.id, one.undone) for one in ledger.events.of("home", "d1")] == [(number, True), (other, False)]
    assert ledger.events.undo(number, NOW + HOUR) is False
    assert ledger.events.undo(999, NOW + HOUR) is False


def test_what_was_undone_can_count_again_and_be_undone_again(ledger):
    number = ledger.events.append("home", "d1", event("contract"), NOW)
    assert ledger.events.redo(number, NOW) is False
    for _ in range(2):
        assert ledger.events.undo(number, NOW) is True
        assert ledger.events.redo(number, NOW, account="work") is False
        assert ledger.events.redo(number, NOW, account="home") is True
        assert ledger.events.redo(number, NOW) is False
        (stored,) = ledger.events.all("home")
        assert stored.undone is False
        assert stored.again > number
    assert ledger.events.undo(stored.again, NOW) is False  # only events are undone by their number
    assert ledger.events.undo(number, NOW) is True
    (stored,) = ledger.events.all("home")
    assert (stored.undone, stored.again) == (True, 0)


def test_an_event_that_was_undone_over_and_over_is_forgotten_with_its_client(ledger):
    """It came by this client's mail into a deal that is not his."""
    row = {"account": "home", "folder": "INBOX", "uidvalidity": 7, "uid": 1, "arrived": NOW, "examined": NOW}
    ledger.seen.record(SeenMessage(**row, fingerprint="mail1", client="山田商店"))
    number = ledger.events.append("home", "d9", event("contract"), NOW)
    for turn in (ledger.events.undo, ledger.events.redo) * 2:
        assert turn(number, NOW)
    ledger.forget("山田商店")
    assert ledger.events.all("home") == []
    assert ledger.check() == []
