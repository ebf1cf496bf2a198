"""Deals against a naive model, over any order of events, corrections, repeats and undoings."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.deals.memory import MemoryStore
from tests.deals.spoken import EFFECTS, Post, day, letter, notice

from banken.deals import Deals
from banken.deals.fold import fold
from banken.deals.model import Key, Noted
from banken.words import Event, Permission, Stage

JOBS = {"甲": "図鑑の校正", "乙": "灯台の写真", "丙": "校歌の清書"}
KINDS = sorted({(one.stage, one.permission, one.moves): kind for kind, one in EFFECTS.items()}.values())
"""One kind of event for each thing that events do."""
RANK = {Stage.UNKNOWN: 0, Stage.BEFORE: 1, Stage.UNDER: 2, Stage.COMPLETED: 3}
days = st.integers(0, 60)
clients = st.sampled_from(sorted(JOBS))


@dataclass
class Said:
    """One line of the naive model's book."""

    number: int
    client: str
    at: int
    kind: str
    believed: bool
    contract: str
    undone: bool = False


def naive(lines: list[Said]) -> tuple[Stage, Permission]:
    """How far, by reading the book from the beginning as platform.yaml explains it."""
    state: dict[str, object] = {"stage": Stage.UNKNOWN, "permission": Permission.NONE, "since": -1, "asked": -1}
    state |= {"running": [], "ended": [], "over": False}
    for line in sorted(lines, key=lambda one: (one.at, one.number)):
        if line.believed and not line.undone:
            say(state, line)
    return state["stage"], state["permission"]


def say(state: dict[str, object], line: Said) -> None:
    what, _, word = line.kind.partition(":")
    if what == "permission":
        permit(state, Permission(word), line.at)
        return
    effect = EFFECTS.get(line.kind)
    if effect and effect.permission:
        permit(state, effect.permission, line.at)
    to, moves, contract = (
        (Stage(word), "always", "") if what == "stage" else (effect.stage, effect.moves, line.contract)
    )
    if what == "stage" and to is not Stage.COMPLETED:
        state["ended"] = []
    if to is None or stands_still(state, to, moves, contract, line.at):
        return
    if state["stage"] is Stage.COMPLETED and (
        moves == "opens" or (moves == "begins" and state["asked"] <= state["since"])
    ):
        permit(state, Permission.NONE, line.at)
    go(state, to, contract, line.at)


def permit(state: dict[str, object], permission: Permission, at: int) -> None:
    if permission is not state["permission"]:
        state["permission"], state["asked"] = permission, at


def stands_still(state: dict[str, object], to: Stage, moves: str, contract: str, at: int) -> bool:
    now = state["stage"]
    ended = [when for one, when in state["ended"] if one == contract]
    return (
        bool(ended and (moves == "begins" or to is Stage.COMPLETED or (moves == "during" and at - ended[-1] < 1)))
        or (moves == "forward" and RANK[to] <= RANK[now])
        or (moves == "opens" and now in (Stage.BEFORE, Stage.UNDER))
        or (
            moves == "after"
            and state["over"]
            and now is not Stage.COMPLETED
            and contract not in [*filter(None, state["running"])]
        )
    )


def go(state: dict[str, object], to: Stage, contract: str, at: int) -> None:
    running = state["running"]
    if to is Stage.UNDER:
        running = [one for one in running if one]
        state["running"] = [*running, contract] if contract or not running else running
        state["ended"] = [(one, when) for one, when in state["ended"] if one != contract]
    elif to is Stage.COMPLETED:
        end = [contract] if contract and "" not in running else [contract, *running]
        state["running"] = [one for one in running if one not in end]
        state["ended"] = [*state["ended"], *((one, at) for one in end if one)]
        if state["running"]:
            return
        state["over"] = True
    else:
        state["running"] = []
    if to is not state["stage"]:
        state["stage"], state["since"] = to, at


class DealsMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore()
        self.deals = Deals(self.store, EFFECTS)
        self.post = Post(self.deals)
        self.book: list[Said] = []
        self.sent: list[tuple] = []
        self.ids: dict[str, str] = {}
        self.corrections: list[tuple[int, int]] = []

    @rule(
        client=clients,
        at=days,
        kind=st.sampled_from(KINDS),
        believed=st.booleans(),
        contract=st.sampled_from(["", "1", "2"]),
    )
    def mail(self, client, at, kind, believed, contract):
        more = {"contract": client + contract} if contract else {}
        spoken = notice(kind, at=day(at), believed=believed, client=client, job=JOBS[client], **more)
        message = letter(f"mail-{len(self.sent)}", day(at))
        if contract and client not in self.ids and not believed:
            return  # a mail that proves nothing groups by its number alone; tested by the stories
        tie, _events = self.deals.record(spoken, message)
        self.sent.append((spoken, message))
        if tie.deal:
            assert self.ids.setdefault(client, tie.deal) == tie.deal
        self.book.append(Said(len(self.book), client, at, kind, believed, client + contract if contract else ""))

    @rule(choice=st.integers(0, 1000))
    def the_same_mail_again(self, choice):
        if self.sent:
            spoken, message = self.sent[choice % len(self.sent)]
            deals = {noted.event.deal for noted in self.store.list() if noted.event.source == message.fingerprint}
            before = len(list(self.store.list()))
            self.deals.record(spoken, message)
            if deals != {None}:  # a mail of no known deal may find one
                assert len(list(self.store.list())) == before

    @rule(client=clients, at=days, stage=st.sampled_from(list(Stage)))
    def the_worker_sets_a_stage(self, client, at, stage):
        if client in self.ids:
            number = self.deals.set_stage(self.ids[client], stage, day(at))
            self.corrections.append((number, len(self.book)))
            self.book.append(Said(len(self.book), client, at, f"stage:{stage}", True, ""))

    @rule(client=clients, at=days, permission=st.sampled_from(list(Permission)))
    def the_worker_sets_a_permission(self, client, at, permission):
        if client in self.ids:
            number = self.deals.set_permission(self.ids[client], permission, day(at))
            self.corrections.append((number, len(self.book)))
            self.book.append(Said(len(self.book), client, at, f"permission:{permission}", True, ""))

    @rule(choice=st.integers(0, 1000))
    def undo(self, choice):
        if self.corrections:
            number, line = self.corrections.pop(choice % len(self.corrections))
            assert self.deals.undo(number)
            assert not self.deals.undo(number)
            self.book[line] = replace(self.book[line], undone=True)

    @rule()
    def a_new_start(self):
        self.deals = Deals(self.store, EFFECTS)

    @invariant()
    def every_deal_stands_where_the_book_says_at_every_moment(self):
        for client, deal in self.ids.items():
            for at in (0, 20, 40, 61):
                lines = [line for line in self.book if line.client == client and line.at < at]
                standing = self.deals.standing(deal, day(at))
                assert (standing.stage, standing.permission) == naive(lines)


@settings(max_examples=1500)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*KINDS, f"permission:{Permission.APPROVED}", *(f"stage:{stage}" for stage in Stage)]),
            st.sampled_from(["", "1", "2"]),
        ),
        min_size=3,
        max_size=9,
    )
)
def test_events_move_a_deal_as_the_book_says(told):
    """The same without mails, so that many more rows of events are tried than the machine comes to."""
    events = [
        Noted(number, Event(kind, day(number // 2), believed=True), str(Key("contract", contract)) if contract else "")
        for number, (kind, contract) in enumerate(told)
    ]
    book = [Said(number, "", number // 2, kind, True, contract) for number, (kind, contract) in enumerate(told)]
    course = fold(events, EFFECTS)
    assert (course.stage, course.permission) == naive(book)


DealsMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=25)
TestDeals = DealsMachine.TestCase
