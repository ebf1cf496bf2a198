"""What holds for all tests, and what many of them need: a language, a ledger in memory, a mail server that only takes mail.

A property is right or wrong however busy the machine is, so that no example has a time limit.
"""

import pytest
from hypothesis import HealthCheck, settings
from tests.servers import SmtpSink

from banken.i18n import set_language
from banken.ledger import Ledger

settings.register_profile("banken", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("banken")


@pytest.fixture
def english():
    """Speak English for one test."""
    set_language("en")
    yield
    set_language("ja")


@pytest.fixture
def ledger():
    with Ledger.open(":memory:") as opened:
        yield opened


@pytest.fixture
def sink():
    with SmtpSink() as running:
        yield running
