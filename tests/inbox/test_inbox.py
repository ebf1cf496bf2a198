"""A whole mailbox by another author, and one in which clients plant words, as `banken scan --from` sees them."""

from __future__ import annotations

import pytest
from tests.inbox.measure import counts, scan


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    return {one.name: one for one in counts(scan(tmp_path_factory.mktemp("inbox")))}


@pytest.mark.parametrize("name", ["events that none may believe", "no warning on unrelated and platform mail"])
def test_nothing_forged_is_believed_and_nobody_else_is_accused(figures, name):
    assert figures[name].misses == []


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("stage", 0.98),
        ("permission", 0.98),
        ("authentic", 1.0),
        ("events believed", 0.98),
        ("channel", 0.98),
        ("no warning where none is due", 0.98),
        ("warnings found", 0.95),
        ("tied pairs that are one deal", 0.98),
    ],
)
def test_as_a_careful_human_would_see_it(figures, name, least):
    one = figures[name]
    assert one.right / one.of >= least, "\n".join(one.misses)


def test_a_clients_words_move_no_deal(tmp_path):
    planted = {one.name: one for one in counts(scan(tmp_path, "planted"))}
    assert planted["stage"].misses == []
    assert planted["permission"].misses == []
