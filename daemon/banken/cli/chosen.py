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
def opened(settings: Config, account: str) -> Iterator[tuple[Desk, ...]]:
    """Open the ledger and the deals of `account`, of all accounts when none is named."""
    names = [one.name for one in chosen(settings, account)]
    house = rooms.build(settings)
    with rooms.open_ledger(settings, alone=False) as ledger:
        yield tuple(Desk(house, name, ledger, rooms.open_deals(house, name, ledger)) for name in names)


@contextmanager
def meant_deal(settings: Config, account: str, words: str) -> Iterator[tuple[Desk, Deal]]:
    """Open the deals of `account`, else of the one account that knows it, and the deal that `words` mean.

    Ends the program where there is none, or more than one.
    """
    with opened(settings, account) as desks:
        know = [desk for desk in desks if desk.deals.find(words)]
        if len(know) > 1:
            names = ", ".join(desk.account for desk in know)
            text = _("several accounts know “{words}”: {names}; choose one with --account")
            errors().print(text.format(words=words, names=names), markup=False)
            raise typer.Exit(Exit.USAGE)
        desk = know[0] if know else desks[0]
        yield desk, one(desk.deals, words)


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
