"""The advice that is shipped, a ledger, and English as the language spoken."""

from __future__ import annotations

import pytest

from banken.i18n import set_language
from banken.ledger import Ledger
from banken.places import rules_root
from banken.respond import load_advice


@pytest.fixture(autouse=True)
def _language():
    set_language("en")
    yield
    set_language("ja")


@pytest.fixture(scope="session")
def advice():
    return load_advice(rules_root() / "crowdworks" / "advice")


@pytest.fixture
def ledger():
    with Ledger.open(":memory:") as opened:
        yield opened
