"""The advice that is shipped, and English as the language spoken."""

from __future__ import annotations

import pytest
from tests.respond.house import House
from tests.respond.scene import MemoryMailbox

from banken.places import rules_root
from banken.respond import load_advice


@pytest.fixture(autouse=True)
def _language(english):
    """English is the language spoken in this folder."""


@pytest.fixture(scope="session")
def advice():
    return load_advice(rules_root() / "crowdworks" / "advice")


@pytest.fixture
def mailbox():
    return MemoryMailbox()


@pytest.fixture
def house(ledger, mailbox, sink, advice):
    return House(ledger, mailbox, sink, advice)
