"""What the judge is asked about a recognised mail."""

import pytest
from tests.platform.cases import BOOK, GENUINE, letter, recogniser

from banken.guard import case
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
