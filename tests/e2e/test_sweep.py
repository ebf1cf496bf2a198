"""A few of the soak's spoilt sessions, so that the everyday tests notice what the whole sweep would."""

from __future__ import annotations

import itertools
import random
import time

import pytest
from tests.smtpsink import DROP
from tests.soak.proxy import DOWN, UP, Fault
from tests.soak.sweep import Sweep, prepared
from tests.soak.world import World

from banken.ledger import outbox
from banken.service import house as rooms

pytestmark = pytest.mark.server

PLACES = 4
"""Places of a session that are spoilt, for each server and direction."""

KINDS = ("cut", "noise", "split", "reset")


@pytest.fixture
def chance():
    return random.Random(20261125)


@pytest.fixture
def world(tmp_path, chance, monkeypatch):
    for room, names in (
        (outbox, ("FIRST_WAIT", "LONGEST_WAIT")),
        (rooms, ("imap_server", "smtp_server", "warning_settings")),
    ):
        for name in names:  # the soak's hurry is for one process; here others come after it
            monkeypatch.setattr(room, name, getattr(room, name))
    monkeypatch.setenv("MAIL_PASSWORD", "")
    with World(tmp_path, "watched", False, chance) as one:
        yield one


def sampled(world, chance):
    """Return places spread over a whole session, one in each part of it, each with another kind of fault."""
    faults = []
    for (service, proxy), direction in itertools.product((("IMAP", world.imap), ("SMTP", world.smtp)), (UP, DOWN)):
        length = max(proxy.lengths[direction])
        for part, kind in enumerate(chance.sample(KINDS, PLACES)):
            after = int(length * (part + chance.random()) / PLACES)
            faults.append((service, Fault(kind, direction, after)))
    return faults


@pytest.fixture
def watch(world):
    one = prepared(world)
    yield one
    one.ledger.close()


def test_nothing_is_lost_doubled_or_touched_wherever_a_session_is_spoilt(world, watch, chance):
    world.deliver(asks=True)
    watch.look()  # so that an unspoilt session with the SMTP server has been measured too
    faults = sampled(world, chance)
    found = Sweep(world, watch, chance).stretch(iter(faults), len(faults), time.monotonic() + 600)
    assert (found.lost, found.doubled, found.changed) == ([], [], []), found.histories
    assert found.mails >= len(faults)
    assert found.warnings
    assert set(world.imap.struck + world.smtp.struck) == set(KINDS)
    assert watch.lost


def test_a_warning_whose_receipt_nobody_heard_comes_once(world, watch, chance):
    before = len(world.sink.messages)
    world.sink.answer("DATA", DROP)
    mail = world.deliver(asks=True)
    watch.look()
    assert len(world.sink.messages) == before + 1
    world.provide()
    found = Sweep(world, watch, chance).rest([mail])
    assert (found.lost, found.doubled, found.changed) == ([], [], []), found.histories
    assert found.warnings == 1
    assert len(world.sink.messages) == before + 1
