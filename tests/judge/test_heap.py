"""The collector rests while rules are made, and only then."""

import gc

import pytest

from banken.judge import loading
from banken.judge.heap import growing
from banken.places import rules_root


def test_the_collector_is_left_as_it_was_found():
    with growing():
        assert not gc.isenabled()
        with growing():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(OSError), growing():
        raise OSError
    assert gc.isenabled()


def test_it_rests_while_the_rules_are_read(monkeypatch):
    seen = []
    real = loading._shelve
    monkeypatch.setattr(
        loading, "_shelve", lambda *given, **named: (seen.append(gc.isenabled()), real(*given, **named))
    )
    loading.load_book(rules_root())
    assert seen
    assert not any(seen)
    assert gc.isenabled()
