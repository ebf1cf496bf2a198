"""The collector rests while rules are made, and only then."""

import gc
import subprocess
import sys

import pytest

from banken.heap import growing
from banken.judge import loading
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


def test_what_is_made_for_good_is_not_looked_through_again():
    code = (
        "import gc; from banken.heap import growing\n"
        "with growing(for_good=True): kept = [[] for _ in range(50_000)]\n"
        "print(gc.isenabled(), gc.get_freeze_count() > 50_000, len(gc.get_objects()) < 1_000)"
    )
    assert _said(code) == "True True True"


def test_at_the_end_of_a_verb_nothing_is_looked_through():
    code = (
        "import atexit, gc, sys; from banken.cli import main\n"
        "atexit.register(lambda: print(len(gc.get_objects()) < 1_000))\n"  # what is registered first comes last
        "sys.argv = ['banken', 'deals', '--help']; main()"
    )
    assert _said(code).splitlines()[-1] == "True"


def _said(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
