"""What a ledger promises on every database."""

from datetime import UTC, datetime

import pytest

from banken.ledger import Ledger, LedgerError, SeenMessage

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def a_message(uid=1):
    return SeenMessage(account="home", folder="INBOX", uidvalidity=7, uid=uid, arrived=NOW, examined=NOW)


def who_only_reads_waits_for_nobody_who_writes(where):
    """And sees what stood there before; writing is refused."""
    with Ledger.open(where) as ledger:
        ledger.seen.record(a_message())
        with ledger.transaction():
            ledger.seen.record(a_message(uid=2))
            with Ledger.open(where, reads=True, alone=False) as reader:
                assert reader.seen.uids("home", "INBOX", 7) == {1}
        with Ledger.open(where, reads=True, alone=False) as reader:
            assert reader.seen.uids("home", "INBOX", 7) == {1, 2}
            with pytest.raises(LedgerError):
                reader.seen.record(a_message(uid=3))
