"""What a pass keeps in mind of a folder is small, and exact."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from banken.mailbox.model import FolderState
from banken.service.shelf import Queue, Shelf, Waiting

STATE = FolderState("INBOX", 7, 100, 3)
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def test_it_reaches_only_as_far_as_all_is_dealt_with():
    shelf = Shelf(STATE, [3, 5, 9, 12], but={5})
    assert shelf.unanswered() == [3, 9, 12]
    assert (shelf.reached, shelf.is_done) == (0, False)
    shelf.wait(9)
    shelf.answered()
    assert shelf.unanswered() == []
    assert (shelf.reached, shelf.is_done) == (5, False)
    shelf.settle(4)  # one that was never listed
    assert shelf.reached == 5
    shelf.settle(9)
    assert (shelf.reached, shelf.is_done) == (12, True)


def test_an_empty_folder_is_done():
    shelf = Shelf(STATE, [])
    assert (shelf.reached, shelf.is_done, shelf.unanswered()) == (0, True, [])


waiting = st.builds(
    Waiting, folder=st.sampled_from(["INBOX", "仕事", "Jobs"]), uid=st.integers(1, 2**32 - 1), needs_body=st.booleans()
)
moments = st.datetimes(timezones=st.sampled_from([UTC, None])).map(lambda one: one.replace(tzinfo=UTC))


@given(st.lists(st.tuples(moments, waiting)))
def test_a_queue_gives_back_what_was_put_in_by_arrival_folder_and_uid(put):
    queue = Queue(["仕事", "INBOX", "Jobs"])
    for arrived, one in put:
        queue.add(arrived, one)
    queue.sort()
    ordered = sorted(put, key=lambda pair: (pair[0], pair[1].folder, pair[1].uid, pair[1].needs_body))
    assert queue.part(0, len(queue)) == [one for _arrived, one in ordered]
    assert queue.part(1, 3) == [one for _arrived, one in ordered[1:3]]


def test_a_message_takes_less_than_a_hundred_octets():
    tracemalloc.start()
    uids = range(1000, 21_000)
    shelf, queue = Shelf(STATE, uids), Queue(["INBOX"])
    for uid in uids:
        queue.add(NOW + timedelta(seconds=uid), Waiting("INBOX", uid, needs_body=True))
        shelf.wait(uid)
    held, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 100 * len(uids)
    assert len(queue) == len(uids)
