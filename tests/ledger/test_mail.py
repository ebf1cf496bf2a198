"""What was seen, found, marked and put aside."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banken.ledger import Ledger, Mark, Poison, SeenMessage, SeenState
from banken.ledger.tables import EXCERPT
from banken.mailbox.model import Place
from banken.words import Category, Evidence, Finding, Level

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
LONG_AGO = datetime(1, 1, 2, tzinfo=UTC).replace(tzinfo=None)
FAR_AHEAD = datetime(9999, 12, 30, tzinfo=UTC).replace(tzinfo=None)


def message(uid: int = 1, **more) -> SeenMessage:
    plain = {"account": "home", "folder": "INBOX", "uidvalidity": 7, "uid": uid, "arrived": NOW, "examined": NOW}
    return SeenMessage(**(plain | more))


def test_a_message_without_a_fingerprint_is_like_no_other(ledger):
    for uid in (1, 2):
        ledger.seen.record(message(uid))
    assert not ledger.seen.same("home", "")


def test_a_message_comes_back_as_it_was_written(ledger):
    seen = message(
        fingerprint="f1",
        message_id="<a@example.jp>",
        subject="ご相談",
        client="山田商店",
        level=Level.DANGER,
        rules_version="2",
    )
    number = ledger.seen.record(seen)
    assert ledger.seen.at("home", "INBOX", 7, 1) == replace(seen, id=number)
    assert ledger.seen.by_message_id("<a@example.jp>") == [replace(seen, id=number)]
    assert ledger.seen.same("home", "f1") == [replace(seen, id=number)]
    assert ledger.seen.at("home", "INBOX", 8, 1) is None
    assert ledger.seen.same("work", "f1") == []


def test_examined_again_with_newer_rules_it_is_still_one_row(ledger):
    first = ledger.seen.record(message(rules_version="1"))
    assert ledger.seen.record(message(rules_version="2", level=Level.WARNING)) == first
    assert ledger.seen.uids("home", "INBOX", 7) == {1}
    assert ledger.seen.uids("home", "INBOX", 7, rules_version="1") == set()
    assert ledger.seen.uids("home", "INBOX", 7, rules_version="2") == {1}


def test_messages_between_two_days_come_in_order_of_arrival(ledger):
    hours = (5, 1, 9, 3)
    for uid, hour in enumerate(hours):
        ledger.seen.record(message(uid, arrived=NOW + timedelta(hours=hour)))
    since, until = NOW + timedelta(hours=1), NOW + timedelta(hours=9)
    assert [seen.uid for seen in ledger.seen.between(since, until)] == [1, 3, 0]
    assert [seen.uid for seen in ledger.seen.between(since)] == [1, 3, 0, 2]
    assert ledger.seen.between(since, account="work") == []


@given(
    st.datetimes(min_value=LONG_AGO, max_value=FAR_AHEAD),
    st.integers(-14 * 60, 14 * 60),
)
def test_times_of_any_year_and_zone_come_back_and_sort(moment, minutes):
    when = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    with Ledger.open(":memory:") as ledger:
        ledger.seen.record(message(1, arrived=when))
        ledger.seen.record(message(2, arrived=when - timedelta(microseconds=1)))
        assert ledger.seen.at("home", "INBOX", 7, 1).arrived == when
        assert [seen.uid for seen in ledger.seen.between(when)] == [1]


def test_a_time_without_a_zone_is_refused(ledger):
    with pytest.raises(Exception, match="without a zone"):
        ledger.seen.record(message(arrived=NOW.replace(tzinfo=None)))
    assert ledger.seen.uids("home", "INBOX", 7) == set()


@given(st.text(alphabet=st.characters(), max_size=40), st.text(alphabet=st.characters(), max_size=40))
def test_any_text_of_a_stranger_can_be_kept(subject, client):
    with Ledger.open(":memory:") as ledger:
        ledger.seen.record(message(subject=subject + "\0\ud83d", client=client))
        kept = ledger.seen.at("home", "INBOX", 7, 1)
        storable = "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in subject)
        assert kept.subject == storable + "\ufffd\ufffd"


def finding(text: str, *, places: int = 1) -> Finding:
    evidence = tuple(Evidence(text, 10 * n, 10 * n + len(text), "masked") for n in range(places))
    return Finding(
        Category.INTERVIEW, Level.WARNING, "interview-1", "面談", evidence=evidence, advice="interview.online"
    )


def test_findings_are_kept_by_place_and_replaced_when_judged_again(ledger):
    number = ledger.seen.record(message())
    ledger.findings.record(number, [finding("面談", places=2)], "1")
    kept = ledger.findings.of(number)
    assert [(one.excerpt, one.start, one.end, one.how, one.rules_version) for one in kept] == [
        ("面談", 0, 2, "masked", "1"),
        ("面談", 10, 12, "masked", "1"),
    ]
    ledger.findings.record(number, [replace(finding(""), evidence=())], "2")
    assert [(one.rule, one.excerpt, one.rules_version) for one in ledger.findings.of(number)] == [
        ("interview-1", "", "2")
    ]
    ledger.findings.record(number, [], "3")
    assert ledger.findings.of(number) == []


def test_of_private_text_only_an_excerpt_is_kept(ledger):
    number = ledger.seen.record(message(subject="秘" * 5000, reason="密" * 5000))
    ledger.findings.record(number, [finding("言" * 5000)], "1")
    kept = ledger.seen.at("home", "INBOX", 7, 1)
    lengths = {len(kept.subject), len(kept.reason), len(ledger.findings.of(number)[0].excerpt)}
    assert lengths == {EXCERPT}


def mark(uid: int, uidvalidity: int = 7, folder: str = "INBOX") -> Mark:
    return Mark(account="home", folder=folder, uidvalidity=uidvalidity, uid=uid, at=NOW)


def test_a_mark_moves_forward_only(ledger):
    assert ledger.marks.get("home", "INBOX") is None
    assert ledger.marks.advance(mark(5)) == mark(5)
    assert ledger.marks.advance(mark(3)) == mark(5)
    assert ledger.marks.get("home", "INBOX") == mark(5)
    assert ledger.marks.get("home", "仕事") is None


def test_another_uidvalidity_starts_a_new_count(ledger):
    ledger.marks.advance(mark(500))
    assert ledger.marks.advance(mark(2, uidvalidity=8)) == mark(2, uidvalidity=8)
    assert ledger.marks.get("home", "INBOX") == mark(2, uidvalidity=8)


def test_a_mark_can_be_forgotten_without_the_others(ledger):
    ledger.marks.advance(mark(5))
    ledger.marks.advance(mark(6, folder="仕事"))
    ledger.marks.reset("home", "INBOX")
    assert ledger.marks.all("home") == [mark(6, folder="仕事")]


def poison(uid: int = 1, reason: str = "ValueError") -> Poison:
    return Poison(
        account="home", folder="INBOX", uidvalidity=7, uid=uid, step="message", reason=reason, first=NOW, last=NOW
    )


def test_a_message_that_breaks_twice_costs_one_row(ledger):
    first = ledger.quarantine.put(poison())
    later = replace(poison(reason="RecursionError"), first=NOW + timedelta(1), last=NOW + timedelta(1))
    assert ledger.quarantine.put(later) == first
    assert ledger.quarantine.held() == [replace(later, id=first, first=NOW, tries=2)]


def test_a_released_message_is_held_no_longer(ledger):
    number = ledger.quarantine.put(poison())
    ledger.quarantine.put(poison(uid=2))
    ledger.quarantine.release(number)
    assert [held.uid for held in ledger.quarantine.held("home")] == [2]
    assert ledger.quarantine.get(number).state == "released"
    assert ledger.quarantine.held("work") == []


def test_what_was_learned_is_replaced_and_dropped(ledger):
    ledger.learned.put("home", "authserv", "mx.example.jp", NOW)
    ledger.learned.put("home", "authserv", "mx2.example.jp", NOW)
    ledger.learned.put("home", "labels", "keyword", NOW)
    assert ledger.learned.get("home", "authserv") == "mx2.example.jp"
    ledger.learned.drop("home", "authserv")
    assert ledger.learned.get("home", "authserv") is None
    assert ledger.learned.get("home", "labels") == "keyword"


def test_what_was_learned_is_found_by_how_its_name_begins(ledger):
    for account, name in (("home", "answer a"), ("home", "answer_b"), ("home", "answers c"), ("away", "answer d")):
        ledger.learned.put(account, name, name.upper(), NOW)
    assert ledger.learned.named("home", "answer ") == {"answer a": "ANSWER A"}
    assert list(ledger.learned.named("home", "answer_")) == ["answer_b"]
    assert ledger.learned.named("home", "none") == {}


def test_a_transaction_stands_as_a_whole_or_not_at_all(tmp_path):
    with Ledger.open(tmp_path) as ledger:

        def examine():
            with ledger.transaction():
                number = ledger.seen.record(message())
                ledger.findings.record(number, [finding("面談")], "1")
                ledger.marks.advance(mark(1))
                raise RuntimeError("the parser broke")

        with pytest.raises(RuntimeError):
            examine()
        assert ledger.seen.at("home", "INBOX", 7, 1) is None
        assert ledger.findings.of(1) == []
        assert ledger.marks.get("home", "INBOX") is None


def test_inside_a_transaction_a_part_can_fail_alone(ledger):
    def poisoned():
        with ledger.transaction():
            ledger.seen.record(message(2))
            raise RuntimeError("one poisoned message of a batch")

    with ledger.transaction():
        ledger.seen.record(message(1))
        with pytest.raises(RuntimeError):
            poisoned()
        ledger.seen.record(message(3))
    assert ledger.seen.uids("home", "INBOX", 7) == {1, 3}


def test_threads_take_turns_in_memory():
    _threads_take_turns(":memory:")


def test_threads_take_turns(place):
    _threads_take_turns(place)


def _threads_take_turns(where):
    with Ledger.open(where) as ledger:
        failures = []

        def work(number):
            try:
                for uid in range(25):
                    with ledger.transaction():
                        ledger.seen.record(message(uid, account=f"account{number}"))
                        ledger.marks.advance(replace(mark(uid), account=f"account{number}"))
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=[number]) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        for number in range(4):
            assert ledger.seen.uids(f"account{number}", "INBOX", 7) == set(range(25))
            assert ledger.marks.get(f"account{number}", "INBOX").uid == 24


def test_states_come_back_as_words(ledger):
    ledger.seen.record(message(state=SeenState.MOVED))
    assert ledger.seen.at("home", "INBOX", 7, 1).state is SeenState.MOVED


def test_what_is_examined_after_all_is_let_go_by_its_place(ledger):
    plain = {"account": "home", "folder": "INBOX", "uidvalidity": 7, "step": "html", "reason": "x"}
    for uid in (1, 2):
        ledger.quarantine.put(Poison(uid=uid, first=NOW, last=NOW, **plain))
    ledger.quarantine.let_go("home", Place("INBOX", 7, 1))
    ledger.quarantine.let_go("home", Place("INBOX", 8, 2))
    assert [one.uid for one in ledger.quarantine.held()] == [2]
