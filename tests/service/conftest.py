"""What nearly every test of the service needs: a ledger in memory, and a mail server that only takes mail."""

import pytest
from tests.servers import SmtpSink

from banken.ledger import Ledger


@pytest.fixture
def ledger():
    with Ledger.open(":memory:") as opened:
        yield opened


@pytest.fixture
def sink():
    with SmtpSink() as running:
        yield running
