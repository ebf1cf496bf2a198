"""The figures for Prometheus: read from the ledger when asked, so that a restart resets none of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE

from banken.ledger import Ledger
from banken.respond import HOUSE
from banken.service import kept
from banken.service.health import Condition

__all__ = ["CONTENT_TYPE", "expose"]


def expose(accounts: Sequence[Condition], ledger: Ledger) -> bytes:
    """Return the figures in Prometheus' text format. Raises LedgerError."""
    registry = CollectorRegistry()
    registry.register(_Figures(accounts, ledger))
    return generate_latest(registry)


class _Figures:
    """What Prometheus calls a collector."""

    def __init__(self, accounts: Sequence[Condition], ledger: Ledger) -> None:
        self._accounts, self._ledger = accounts, ledger

    def collect(self) -> Iterator[Metric]:
        """Yield the figures of every account."""
        fresh = _gauge("banken_account_fresh", "1 when the account was looked at within three intervals")
        looked = _gauge("banken_last_look_timestamp_seconds", "End of the last look that worked")
        tries = _gauge("banken_failed_looks", "Looks that failed in a row")
        owed = _gauge("banken_owed_actions", "Labels and warnings planned and not yet carried out")
        held = _gauge("banken_quarantined_messages", "Messages set aside because something in them broke")
        for one in self._accounts:
            labels = [one.account]
            fresh.add_metric(labels, int(one.fresh))
            if one.looked is not None:
                looked.add_metric(labels, one.looked.timestamp())
            tries.add_metric(labels, one.trouble.tries if one.trouble else 0)
            held.add_metric(labels, len(self._ledger.quarantine.held(one.account)))
        watched, waits = {one.account for one in self._accounts}, self._kept()
        for name in sorted(watched | self._ledger.outbox.owing() - {HOUSE}):  # also those not configured any more
            owed.add_metric([name], len(self._ledger.outbox.open(name)) - waits.get(name, 0))
        waiting = _gauge("banken_kept_actions", "Those for the mailbox of an account that is not configured any more")
        for name, count in waits.items():
            waiting.add_metric([name], count)
        yield from (fresh, looked, tries, owed, waiting, held)

    def _kept(self) -> Mapping[str, int]:
        found = kept.kept(self._ledger, [one.account for one in self._accounts])
        return {name: one.labels + one.letters for name, one in found.items()}


def _gauge(name: str, about: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, labels=["account"])
