"""Event-sourced deals: which deal, its stage and permission as of the message's time."""

from banken.deals.alarms import this_mail, writer
from banken.deals.deals import Deals
from banken.deals.model import WORKER, Deal, EventStore, Key, Known, Line, Noted, Tie
from banken.deals.reminders import Reminder, ReminderRule
from banken.deals.store import LedgerStore
from banken.deals.told import Told

__all__ = [
    "WORKER",
    "Deal",
    "Deals",
    "EventStore",
    "Key",
    "Known",
    "LedgerStore",
    "Line",
    "Noted",
    "Reminder",
    "ReminderRule",
    "Tie",
    "Told",
    "this_mail",
    "writer",
]
