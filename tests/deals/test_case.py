"""What the judge is asked about a recognised mail."""

from dataclasses import replace

import pytest
from tests.platform.cases import BOOK, GENUINE, letter, recogniser

from banken.config import Config
from banken.guard import Trust, case
from banken.ledger import Ledger
from banken.message.model import Address
from banken.respond import WarningSettings
from banken.service import house as rooms
from banken.words import Standing


@pytest.mark.parametrize(
    ("note", "partial"),
    [
        ("cut-text", True),
        ("cut-parts", True),
        ("cut-time", True),
        ("cut-message", True),
        ("charset-guessed", False),
        ("part-omitted", False),
    ],
)
def test_a_mail_that_was_cut_is_known_to_be(note, partial):
    mail = letter(
        "泳ぐ店さんからメッセージが届きました", "泳ぐ店さんからメッセージが届きました。\n\n原稿です。", notes=(note,)
    )
    assert case(mail, recogniser().recognise(mail, GENUINE, BOOK), Standing()).partial is partial


def test_a_mailing_of_a_clients_address_is_read_whole():
    header = letter("秋の新作", sender=Address("店", "hello@shop.example"), bulk=True)
    with Ledger.open(":memory:") as ledger:
        guard = rooms.guard(rooms.build(Config()), "home", ledger, settings=WarningSettings(via="none"), trust=Trust())
        assert not guard.needs_body(header)
        guard.clients = {"hello@shop.example": ""}
        assert guard.needs_body(header)
        assert not guard.needs_body(replace(header, own=True))
