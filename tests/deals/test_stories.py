"""Every story ends as it should, mail by mail, and in whatever order its mails arrive."""

from __future__ import annotations

import random

import pytest
from tests.deals.stories import TESTS, Heard, Step, fresh, hear, read

from banken.deals import Key
from banken.words import Authentic, Channel, Permission, Stage

STORIES = sorted((TESTS / "stories").glob("*.yaml"))


def correct(deals, step: Step, names: dict[str, str], numbers: list[int]) -> None:
    verb, *rest = step.correct
    match verb:
        case "stage":
            numbers.append(deals.set_stage(names[rest[0]], Stage(rest[1]), step.at))
        case "permission":
            numbers.append(deals.set_permission(names[rest[0]], Permission(rest[1]), step.at))
        case "merge":
            numbers.append(deals.merge(names[rest[0]], names[rest[1]], step.at))
        case "split":
            number, names[rest[2]] = deals.split(names[rest[0]], Key.read(rest[1]), step.at)
            numbers.append(number)
        case "address":
            deals.tie_address(names[rest[0]], rest[1], step.at)
        case "undo":
            assert deals.undo(numbers.pop())


def check(step: Step, heard: Heard, names: dict[str, str], number: int) -> None:
    found = {
        "channel": heard.mail.channel.value,
        "kind": heard.mail.kind,
        "stage": heard.standing.stage.value,
        "permission": heard.standing.permission.value,
        "events": [event.kind for event in heard.events],
        "believed": any(event.believed for event in heard.events),
        "client": heard.mail.client,
        "job": heard.mail.job,
        "agent": heard.mail.agent,
        "judged": heard.mail.judged,
        "impersonates": bool(heard.mail.impersonates),
    }
    for name, wanted in step.expect.items():
        if name == "deal":
            known = names.setdefault(wanted, heard.tie.deal) if wanted else ""
            assert heard.tie.deal == known, f"mail {number}: tied to {heard.tie}, not to {wanted}"
        else:
            assert found[name] == wanted, f"mail {number}: {name} is {found[name]}, not {wanted} ({heard.standing.why})"


@pytest.mark.parametrize("path", STORIES, ids=[path.stem for path in STORIES])
def test_the_story_goes_as_told(path):
    deals, names, numbers = fresh(), {}, []
    for number, step in enumerate(read(path)):
        if step.message is None:
            correct(deals, step, names, numbers)
        else:
            check(step, hear(deals, step), names, number)


@pytest.mark.parametrize("path", STORIES, ids=[path.stem for path in STORIES])
def test_the_order_of_arrival_does_not_matter(path):
    steps = read(path)
    if any(step.message is None for step in steps):
        return  # a correction is made of what is known at its time
    wanted = ends(steps, steps)
    for seed in range(6):
        shuffled = random.Random(seed).sample(steps, len(steps))
        assert ends(steps, shuffled) == wanted, f"shuffled with seed {seed}"


def ends(steps: list[Step], order: list[Step]) -> dict[str, object]:
    """How each of the platform's mails stands at the end, by the mail (deals may have other ids)."""
    deals = fresh()
    for step in order:
        hear(deals, step)
    end = steps[-1].at.replace(year=2027)
    deal_of = {event.source: deal.id for deal in deals.deals() for event in sources(deals, deal.id)}
    told = [step.message.fingerprint for step in steps if is_genuine(step)]
    standing = {source: deals.standing(deal_of.get(source, ""), end) for source in told}
    together = {
        source: sorted(other for other in told if deal_of.get(other, other) == deal_of.get(source, source))
        for source in told
    }
    return {source: (standing[source].stage, standing[source].permission, together[source]) for source in told}


def sources(deals, deal: str):
    return [line.event for line in deals.timeline(deal)]


def is_genuine(step: Step) -> bool:
    """A mail that proves nothing lies where it happened to fit when it came."""
    return step.proof.result is Authentic.VERIFIED and step.message.sender.address == "no-reply@crowdworks.jp"


def test_there_are_enough_stories():
    assert len(STORIES) >= 25
    assert {Channel.DIRECT.value, Channel.UNRELATED.value} <= {
        step.expect.get("channel") for path in STORIES for step in read(path)
    }
