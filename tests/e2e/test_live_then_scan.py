"""A verdict does not depend on when a mail was read: live, mail by mail, or all at once afterwards."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from tests.e2e.conftest import NOW, USERS

from banken.cli.demo import story
from banken.config import load
from banken.i18n import set_language
from banken.ledger import Ledger
from banken.service import house as rooms
from banken.service.catchup import CatchUp

pytestmark = pytest.mark.server
SINCE = NOW - dt.timedelta(days=40)


def told(examined):
    """Return what was thought of a message, without where it lies."""
    return {
        "level": examined.verdict.level,
        "rules": [(one.rule, one.level, one.evidence) for one in examined.verdict.findings],
        "excused": examined.verdict.excused,
        "channel": examined.correspondence.channel,
        "kind": examined.correspondence.kind,
        "authentic": examined.correspondence.authentic,
        "stage": examined.standing.stage,
        "permission": examined.standing.permission,
        "deal": examined.standing.deal,
        "events": [(one.kind, one.deal, one.believed) for one in examined.events],
    }


@pytest.fixture
def opened(desk, monkeypatch):
    monkeypatch.setenv("MAIL_PASSWORD", USERS[desk.user])
    config = load(desk.config).config
    set_language("ja")
    return rooms.build(config), config.accounts[0]


def look(house, account, ledger, **how):
    guard = rooms.account_guard(house, account, ledger)
    with rooms.mailbox(account) as box:
        passed = CatchUp(guard=guard, mailbox=box, folders=account.folders, **how)
        return {one.message.message_id: told(one) for one in passed.run()}


def test_live_then_scanned_twice_is_the_same(desk, opened):
    house, account = opened
    mails = list(story.deliveries(story.load(), NOW))
    live = {}
    with Ledger.open(":memory:") as ledger:
        look(house, account, ledger)  # what lies there at first is history
        for mail in mails:
            desk.deliver(mail.raw, when=mail.at)
            live |= look(house, account, ledger)
        assert len(live) == len(mails)
        assert look(house, account, ledger, since=SINCE, keep=False) == live, "a scan after the live run differs"
    with Ledger.open(":memory:") as ledger:
        assert look(house, account, ledger, since=SINCE) == live, "a scan from nothing differs"
        assert look(house, account, ledger, since=SINCE) == live, "the second scan differs"
    assert len({one["level"] for one in live.values()}) > 3


def test_the_order_of_uids_changes_nothing(desk, opened):
    house, account = opened
    mails = list(story.deliveries(story.load(), NOW))
    with Ledger.open(":memory:") as ledger:
        for mail in random.Random(7).sample(mails, len(mails)):
            desk.deliver(mail.raw, when=mail.at)
        shuffled = look(house, account, ledger, since=SINCE)
    with desk.server.client(desk.user) as client:
        client.select_folder("INBOX")
        client.delete_messages(client.search())
        client.expunge()
    with Ledger.open(":memory:") as ledger:
        for mail in mails:
            desk.deliver(mail.raw, when=mail.at)
        assert look(house, account, ledger, since=SINCE) == shuffled
