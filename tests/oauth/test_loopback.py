"""Where the browser comes back to: the port, or a line typed by hand; everything else is not the answer."""

from __future__ import annotations

import contextlib
import os
import threading
import urllib.error
import urllib.request

import pytest

from banken.oauth import LoginNeeded
from banken.oauth.loopback import Loopback, is_answer


@contextlib.contextmanager
def typing(*lines):
    """Yield an open file into which the lines are typed, one after the other."""
    reading, writing = os.pipe()
    with os.fdopen(reading) as hand:
        os.write(writing, "".join(f"{line}\n" for line in lines).encode())
        os.close(writing)
        yield hand


def test_a_browser_on_this_machine_comes_back_by_itself():
    with Loopback(patience=60) as port:

        def visit():
            with contextlib.suppress(urllib.error.HTTPError):
                urllib.request.urlopen(port.address + "favicon.ico", timeout=60)
            with urllib.request.urlopen(port.address + "?state=s&code=c%20d", timeout=60) as page:
                seen.append(page.read().decode())

        seen = []
        browser = threading.Thread(target=visit)
        browser.start()
        assert port.wait() == port.address + "?state=s&code=c%20d"
        browser.join()
    assert "Banken" in seen[0]
    assert "state" not in seen[0]


def test_an_address_from_another_machines_browser_is_typed():
    lines = ("", "what?", "http://localhost:1/?nothing", " http://localhost:1/?state=s&code=c ")
    with typing(*lines) as hand, Loopback(hand, patience=60) as port:
        assert port.wait() == "http://localhost:1/?state=s&code=c"


def test_nobody_waits_for_ever_and_a_closed_terminal_does_not_spin():
    with typing() as hand, Loopback(hand, patience=0.5) as port, pytest.raises(LoginNeeded):
        port.wait()


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("http://localhost/?state=s&code=c", True),
        ("/?error=access_denied&state=s", True),
        ("/?code=c", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_what_is_an_answer(address, is_one):
    assert is_answer(address) is is_one
