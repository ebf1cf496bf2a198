"""One month of an account: how many mails, what was found by category, stage, client and day, what was done."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo

from banken.i18n import _
from banken.ledger import Ledger, OutboxState, SeenState
from banken.report.bars import Bar, Column, bars, columns
from banken.report.model import Mail, known_mail
from banken.report.pages import clean, legend, mail_entry, moment, render
from banken.report.summary import deed
from banken.respond import category_name, level_name, stage_name
from banken.words import LEVELS, Category, Channel, Level, Stage

LOUD = (Level.DANGER, Level.WARNING, Level.NOTICE)
CLIENTS = 12
"""How many clients the picture shows at most."""


@dataclass(frozen=True, slots=True)
class Month:
    """The mails of one month that were about the work, in order of arrival."""

    first: date
    mails: tuple[Mail, ...]
    other: int
    """How many more were seen that were not about the work."""
    warned: int
    """About how many of them a warning was sent."""

    @property
    def days(self) -> int:
        """How many days it has."""
        return monthrange(self.first.year, self.first.month)[1]

    @property
    def found(self) -> tuple[Mail, ...]:
        """Return the mails in which something was found."""
        return tuple(mail for mail in self.mails if mail.level in LOUD)

    @property
    def levels(self) -> Counter[Level | None]:
        """How many mails have each level."""
        return Counter(mail.level for mail in self.mails)


def month_of(ledger: Ledger, accounts: Iterable[str], first: date, zone: tzinfo) -> Month:
    """Return what the ledger knows of the month that begins with `first`, each mail once. Raises LedgerError."""
    end = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    since, until = (datetime.combine(day, time(), tzinfo=zone) for day in (first, end))
    rows = [
        row
        for account in accounts
        for row in ledger.seen.between(since, until, account=account)
        if row.state not in (SeenState.MOVED, SeenState.QUARANTINED)
    ]
    ours = {(row.account, row.fingerprint or row.id): row for row in rows if row.channel != Channel.UNRELATED}
    mails, warned = [], 0
    for row in ours.values():
        mail = known_mail(row, ledger.findings.of(row.id) if row.level else ())
        owed = ledger.outbox.of(row.account, row.fingerprint)
        warned += any(one.action == "warn" and one.state is OutboxState.DONE for one in owed)
        mails.append(replace(mail, done=tuple(dict.fromkeys(map(deed, owed)))))
    other = sum(row.channel == Channel.UNRELATED for row in rows)
    return Month(first, tuple(sorted(mails, key=lambda mail: mail.at)), other, warned)


def month_page(month: Month, zone: tzinfo, now: datetime) -> str:
    """Return the page of a month; like all pages it needs no network and no script."""
    return render(
        "month.html.j2",
        title=month_name(month.first),
        when=moment(now, zone),
        count=len(month.mails),
        other=month.other,
        warned=month.warned,
        levels=[(level, level_name(level), month.levels[level]) for level in reversed(LEVELS)],
        days=_days(month, zone),
        pictures=[
            (
                _("By category"),
                _by(month, lambda mail: map(category_name, mail.categories), map(category_name, Category)),
            ),
            (_("By stage of the deal"), _by(month, lambda mail: (stage_name(mail.stage),), map(stage_name, Stage))),
            (_("By client"), _by_client(month)),
        ],
        entries=[mail_entry(mail, zone) for mail in month.found],
        legend=legend()[:3],
    )


def month_name(first: date) -> str:
    """Return the name of a month."""
    return _("{year}-{month:02}").format(year=first.year, month=first.month)


def _days(month: Month, zone: tzinfo) -> tuple[Column, ...]:
    counts: dict[int, Counter[Level]] = {}
    for mail in month.found:
        assert mail.level is not None
        counts.setdefault(mail.at.astimezone(zone).day, Counter())[mail.level] += 1
    return columns([counts.get(day, Counter()) for day in range(1, month.days + 1)], LOUD)


def _by(month: Month, names_of: Callable[[Mail], Iterable[str]], order: Iterable[str]) -> tuple[Bar, ...]:
    counts = _counted(month, names_of)
    return bars([(name, counts[name]) for name in order if name in counts], LOUD)


def _by_client(month: Month) -> tuple[Bar, ...]:
    counts = _counted(month, lambda mail: (clean(mail.who),))
    loudest = sorted(counts.items(), key=lambda pair: (-pair[1].total(), pair[0]))
    return bars(loudest[:CLIENTS], LOUD)


def _counted(month: Month, names_of: Callable[[Mail], Iterable[str]]) -> dict[str, Counter[Level]]:
    """Return how often each name occurs among the mails with findings, by level."""
    counts: dict[str, Counter[Level]] = {}
    for mail in month.found:
        for name in names_of(mail):
            counts.setdefault(name, Counter())[mail.level or Level.NOTICE] += 1
    return counts
