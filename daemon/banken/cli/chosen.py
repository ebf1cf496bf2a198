"""The deals of one account, opened for a verb, and the one that a person means."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

import typer

from banken.cli.faults import Exit, errors
from banken.cli.located import chosen
from banken.config import Config
from banken.deals import Deal, Deals
from banken.i18n import _
from banken.ledger import Ledger
from banken.service import house as rooms

DealArgument = Annotated[
    str,
    typer.Argument(metavar="DEAL", help=_("Its id, the client's name, the job's title or a number of the platform.")),
]
AccountOption = Annotated[str, typer.Option("--account", help=_("The account, when there are several."))]


@dataclass(frozen=True, slots=True)
class Desk:
    """What a verb about deals works with."""

    house: rooms.House
    account: str
    ledger: Ledger
    deals: Deals

    @property
    def config(self) -> Config:
        """The configuration."""
        return self.house.config


@contextmanager
def opened(settings: Config, account: str) -> Iterator[Desk]:
    """Open the ledger and the deals of `account`, the first one when none is named."""
    name = chosen(settings, account)[0].name
    house = rooms.build(settings)
    with rooms.open_ledger(settings, alone=False) as ledger:
        yield Desk(house, name, ledger, rooms.open_deals(house, name, ledger))


def one(deals: Deals, words: str) -> Deal:
    """Return the one deal that `words` mean; end the program where there is none, or more than one."""
    found = deals.find(words)
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(f"{deal.id} ({deal.client} · {deal.job})" for deal in found)
        errors().print(_("several deals are called so: {several}").format(several=several), markup=False)
    else:
        errors().print(_("no deal is called “{words}”").format(words=words), markup=False)
    raise typer.Exit(Exit.USAGE)
