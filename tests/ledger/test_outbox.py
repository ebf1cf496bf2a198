"""The outbox loses nothing, repeats nothing and keeps the order, whatever dies in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from banken.ledger import Ledger, LedgerError, OutboxState, Owed
from banken.ledger.outbox import ENOUGH, GIVE_UP, OutboxRepository, backoff

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def owed(fingerprint: str = "f1", target: str = "smtp:worker@example.jp", lane: str = "", action: str = "warn") -> Owed:
    return Owed(account="home", fingerprint=fingerprint, action=action, target=target, lane=lane, payload="words")


def another_process(ledger: Ledger) -> OutboxRepository:
    """The outbox as the next process sees it, after this one was killed."""
    return OutboxRepository(ledger._desk)


def test_an_action_is_planned_once(ledger):
    assert ledger.outbox.plan([owed(), owed()], NOW) == 1
    assert ledger.outbox.plan([owed()], NOW + SECOND) == 0
    assert ledger.outbox.plan([owed(action="label")], NOW) == 1
    assert [row.planned for row in ledger.outbox.of("home", "f1")] == [NOW, NOW]


def test_it_is_tried_by_one_and_then_done_for_good(ledger):
    ledger.outbox.plan([owed()], NOW)
    [row] = ledger.outbox.due(NOW)
    claimed = ledger.outbox.claim(row.id, NOW)
    assert (claimed.state, claimed.tries, claimed.doubtful, claimed.payload) == (OutboxState.TRYING, 1, False, "words")
    assert ledger.outbox.claim(row.id, NOW) is None
    assert ledger.outbox.due(NOW) == []
    ledger.outbox.done(row.id, NOW, "250 OK")
    after = ledger.outbox.get(row.id)
    assert (after.state, after.result, after.payload) == (OutboxState.DONE, "250 OK", "")
    assert ledger.outbox.plan([owed()], NOW) == 0
    assert ledger.outbox.due(NOW + timedelta(days=365)) == []


def test_what_a_dead_process_was_trying_is_doubtful(ledger):
    ledger.outbox.plan([owed()], NOW)
    ledger.outbox.claim(1, NOW)
    heir = another_process(ledger)
    [row] = heir.due(NOW)
    assert heir.claim(row.id, NOW).doubtful is True
    assert ledger.outbox.due(NOW) != []  # the dead one, were it alive, would doubt the heir as well
    heir.retry(row.id, NOW, "connection refused", doubtful=False)
    assert heir.claim(row.id, NOW + timedelta(hours=1)).doubtful is False


def test_what_nobody_has_in_hand_any_more_is_doubtful(ledger):
    ledger.outbox.plan([owed("f1", lane="deal"), owed("f2", lane="deal")], NOW)
    ledger.outbox.claim(1, NOW)
    assert (ledger.outbox.due(NOW), ledger.outbox.next_due()) == ([], None)
    ledger.outbox.let_go(1)  # and what came of it could not be written down
    [row] = ledger.outbox.due(NOW)
    assert (row.id, ledger.outbox.next_due()) == (1, NOW)
    assert ledger.outbox.claim(1, NOW + SECOND).doubtful is True
    assert ledger.outbox.claim(1, NOW + SECOND) is None


def test_a_claim_that_could_not_be_written_is_in_nobodys_hand(ledger, monkeypatch):
    ledger.outbox.plan([owed()], NOW)

    def full(_row):
        raise LedgerError("the disk is full")

    monkeypatch.setattr("banken.ledger.outbox._row", full)
    with pytest.raises(LedgerError):
        ledger.outbox.claim(1, NOW)
    monkeypatch.undo()
    assert ledger.outbox._in_hand == set()
    assert ledger.outbox.claim(1, NOW).doubtful is False


def test_a_claim_that_fails_takes_nothing_out_of_the_hand_of_another_thread(ledger, monkeypatch):
    ledger.outbox.plan([owed()], NOW)
    assert ledger.outbox.claim(1, NOW)

    def busy():
        raise LedgerError("busy")

    monkeypatch.setattr(ledger.outbox._desk, "transaction", busy)
    with pytest.raises(LedgerError):
        ledger.outbox.claim(1, NOW)
    assert ledger.outbox._in_hand == {1}


def test_what_waits_is_looked_at_again_when_it_is_asked_for_and_nothing_else(ledger):
    rows = [
        owed(fingerprint=f"f{number}", target=target)
        for number, target in enumerate(("notify:1", "notify:2", "smtp:x"))
    ]
    ledger.outbox.plan([*rows, replace(owed(target="notify:1"), account="work")], NOW)
    held, failed, letter, elsewhere = ledger.outbox.due(NOW)
    for one in (held, letter, elsewhere):
        ledger.outbox.hold(one, NOW + timedelta(hours=1), NOW)
    ledger.outbox.failed(failed.id, NOW, "gone")
    ledger.outbox.plan([owed(fingerprint="again", target="notify:1")], NOW)
    [tried] = ledger.outbox.due(NOW)
    ledger.outbox.claim(tried.id, NOW)
    ledger.outbox.retry(tried.id, NOW, "gone for a while", doubtful=False)
    ledger.outbox.look_again(held.account, NOW, to="notify:", tried=False)
    assert [row.id for row in ledger.outbox.due(NOW)] == [held.id]
    ledger.outbox.look_again(held.account, NOW, to="notify:")
    assert [row.id for row in ledger.outbox.due(NOW)] == [held.id, tried.id]


def test_a_passing_failure_waits_and_survives(ledger):
    ledger.outbox.plan([owed()], NOW)
    ledger.outbox.claim(1, NOW)
    row = ledger.outbox.retry(1, NOW, "451 later", doubtful=True)
    assert (row.state, row.result, row.doubtful, row.payload) == (OutboxState.RETRY, "451 later", True, "words")
    assert NOW + 1.5 * SECOND <= row.due <= NOW + 2.5 * SECOND
    assert ledger.outbox.next_due() == row.due
    assert ledger.outbox.due(row.due - timedelta(microseconds=1)) == []
    assert [one.id for one in ledger.outbox.due(row.due)] == [1]
    assert another_process(ledger).claim(1, row.due).doubtful is True


def test_after_five_days_it_is_refused(ledger):
    ledger.outbox.plan([owed()], NOW)
    ledger.outbox.claim(1, NOW)
    for _ in range(ENOUGH):
        assert ledger.outbox.retry(1, NOW + GIVE_UP, "451", doubtful=False).state is OutboxState.RETRY
        ledger.outbox.claim(1, NOW + GIVE_UP + timedelta(hours=2))
    late = NOW + GIVE_UP + timedelta(hours=2)
    assert ledger.outbox.retry(1, late, "451", doubtful=False).state is OutboxState.FAILED
    assert [row.result for row in ledger.outbox.refused(NOW)] == ["451"]
    assert ledger.outbox.open() == []
    assert ledger.outbox.next_due() is None


def test_a_machine_that_slept_gives_nothing_up_at_the_first_failure(ledger):
    ledger.outbox.plan([owed()], NOW)
    now = NOW + GIVE_UP + timedelta(days=1)
    tries = 0
    while ledger.outbox.open():
        now = max(now, ledger.outbox.next_due())
        ledger.outbox.claim(1, now)
        ledger.outbox.retry(1, now, "451", doubtful=False)
        tries += 1
    assert tries == ENOUGH
    assert now - NOW > GIVE_UP + timedelta(days=1, hours=9)


def test_the_last_way_is_never_given_up_and_lets_the_others_pass(ledger):
    ledger.outbox.plan([owed("f1", lane="deal"), owed("f2", lane="deal")], NOW)
    now = NOW
    while now < NOW + 3 * GIVE_UP:
        now = ledger.outbox.get(1).due
        ledger.outbox.claim(1, now)
        assert ledger.outbox.retry(1, now, "over quota", doubtful=False, last_way=True).state is OutboxState.RETRY
    assert [row.fingerprint for row in ledger.outbox.due(now + timedelta(hours=2))] == ["f1", "f2"]


def test_actions_of_one_lane_keep_their_order(ledger):
    ledger.outbox.plan([owed("f1", lane="deal"), owed("f2", lane="deal"), owed("f3", lane="other"), owed("f4")], NOW)
    assert [row.fingerprint for row in ledger.outbox.due(NOW)] == ["f1", "f3", "f4"]
    ledger.outbox.claim(1, NOW)
    ledger.outbox.retry(1, NOW, "451", doubtful=False, wait=timedelta(hours=1))
    assert [row.fingerprint for row in ledger.outbox.due(NOW)] == ["f3", "f4"]
    ledger.outbox.claim(1, NOW + timedelta(hours=1))
    ledger.outbox.failed(1, NOW, "550")
    assert [row.fingerprint for row in ledger.outbox.due(NOW)] == ["f2", "f3", "f4"]


def test_the_next_time_is_never_that_of_what_cannot_be_tried(ledger):
    """A service that sleeps until `next_due` must not wake for nothing."""
    ledger.outbox.plan([owed("f1", lane="deal"), owed("f2", lane="deal")], NOW)
    ledger.outbox.claim(1, NOW)
    assert ledger.outbox.next_due() is None
    assert another_process(ledger).next_due() == NOW
    row = ledger.outbox.retry(1, NOW, "451", doubtful=False)
    assert ledger.outbox.next_due() == row.due


def test_the_time_of_the_doubtful_try_is_kept_until_it_is_repeated(ledger):
    ledger.outbox.plan([owed()], NOW)
    ledger.outbox.claim(1, NOW + SECOND)
    ledger.outbox.retry(1, NOW + 2 * SECOND, "cut", doubtful=True, wait=SECOND)
    assert ledger.outbox.claim(1, NOW + 9 * SECOND).tried == NOW + SECOND
    ledger.outbox.again(1, NOW + 9 * SECOND)
    assert ledger.outbox.get(1).tried == NOW + 9 * SECOND


def test_a_clock_that_was_ahead_keeps_nothing_back(ledger):
    ledger.outbox.plan([owed()], NOW + timedelta(days=3650))
    assert len(ledger.outbox.due(NOW)) == 1
    assert ledger.outbox.claim(1, NOW) is not None


def test_what_steps_aside_lets_the_others_pass(ledger):
    ledger.outbox.plan([owed("f1", lane="deal"), owed("f2", lane="deal")], NOW)
    ledger.outbox.claim(1, NOW)
    ledger.outbox.step_aside(1)
    assert [row.fingerprint for row in ledger.outbox.due(NOW)] == ["f2"]


def test_own_mail_is_known_by_its_name(ledger):
    ledger.outbox.plan([replace(owed(), message_id="<ours@example.jp>"), owed("f2")], NOW)
    assert ledger.outbox.wrote("<ours@example.jp>") is True
    assert ledger.outbox.wrote("<theirs@example.jp>") is False
    assert ledger.outbox.wrote("") is False


def test_accounts_do_not_mix(ledger):
    ledger.outbox.plan([owed()], NOW)
    assert ledger.outbox.due(NOW, "work") == []
    assert ledger.outbox.open("work") == []
    assert ledger.outbox.next_due("work") is None
    assert len(ledger.outbox.due(NOW, "home")) == 1


@given(st.integers(0, 10**9), st.floats(0, 1, exclude_max=True))
def test_the_wait_doubles_from_two_seconds_to_an_hour(tries, chance):
    wait = backoff(tries, chance)
    middle = min(2 * 2 ** (max(min(tries, 30), 1) - 1), 3600)
    assert timedelta(seconds=middle * 0.75) <= wait <= timedelta(seconds=middle * 1.25)


class OutboxMachine(RuleBasedStateMachine):
    """Plans, tries, results and deaths in any order, against a model of what must hold."""

    def __init__(self):
        super().__init__()
        self.ledger = Ledger.open(":memory:")
        self.outbox = self.ledger.outbox
        self.now = NOW
        self.planned: dict[str, str] = {}
        self.trying: set[int] = set()
        self.cut_off: set[int] = set()
        self.over: dict[int, OutboxState] = {}
        self.order: dict[str, list[int]] = {"": [], "a": [], "b": []}

    @rule(fingerprint=st.sampled_from("pqrstuvw"), lane=st.sampled_from(["", "a", "b"]))
    def plan(self, fingerprint, lane):
        new = self.outbox.plan([owed(fingerprint, lane=lane)], self.now)
        assert new == (fingerprint not in self.planned)
        self.planned.setdefault(fingerprint, lane)

    @rule(seconds=st.integers(0, 5000))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule(data=st.data())
    def claim_something(self, data):
        due = self.outbox.due(self.now)
        if not due:
            return
        row = data.draw(st.sampled_from(due))
        assert row.id not in self.trying
        assert row.id not in self.over
        claimed = self.outbox.claim(row.id, self.now)
        assert claimed.doubtful == (row.id in self.cut_off)
        assert claimed.payload == "words"
        self.trying.add(row.id)

    @precondition(lambda self: self.trying)
    @rule(data=st.data(), how=st.sampled_from(["done", "failed", "retry", "doubt"]))
    def result(self, data, how):
        number = data.draw(st.sampled_from(sorted(self.trying)))
        self.trying.discard(number)
        if how in ("retry", "doubt"):
            state = self.outbox.retry(number, self.now, "451", doubtful=how == "doubt").state
            if state is OutboxState.FAILED:
                self._over(number, state)
            elif how == "doubt":
                self.cut_off.add(number)
            else:
                self.cut_off.discard(number)
            return
        getattr(self.outbox, how)(number, self.now, "said")
        self._over(number, OutboxState(how))

    def _over(self, number, state):
        self.over[number] = state
        lane = self.planned[self.outbox.get(number).fingerprint]
        self.order[lane].append(number)

    @rule()
    def the_process_dies(self):
        self.cut_off |= self.trying
        self.trying.clear()
        self.outbox = another_process(self.ledger)

    @invariant()
    def nothing_is_lost_and_nothing_is_owed_twice(self):
        rows = self.outbox._find()
        assert sorted(row.fingerprint for row in rows) == sorted(self.planned)
        for row in rows:
            over = self.over.get(row.id)
            assert (row.state in (OutboxState.DONE, OutboxState.FAILED)) == (over is not None)
            assert over is None or row.state is over
            assert bool(row.payload) == (over is None)

    @invariant()
    def the_next_time_is_now_exactly_when_something_is_due(self):
        following = self.outbox.next_due()
        assert bool(self.outbox.due(self.now)) == (following is not None and following <= self.now)

    @invariant()
    def lanes_end_in_order(self):
        for lane in ("a", "b"):
            assert self.order[lane] == sorted(self.order[lane])

    def teardown(self):
        self.ledger.close()


OutboxMachine.TestCase.settings = settings(
    max_examples=40, stateful_step_count=35, suppress_health_check=[HealthCheck.too_slow]
)
TestOutboxMachine = OutboxMachine.TestCase
