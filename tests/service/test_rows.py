"""A labelled row is judged by its words: nothing is known of how its mail came."""

from __future__ import annotations

import pytest

from banken.config import Config
from banken.service import house as rooms
from banken.service.rows import Row, case_of


@pytest.fixture(scope="module")
def house():
    return rooms.build(Config())


def test_a_direct_row_before_the_contract_is_no_finding_by_itself(house):
    row = Row(
        id="r1",
        channel="direct",
        stage="before_contract",
        from_addr="kou@client.example",
        subject="資料",
        body="資料をお送りします。ご確認ください。",
    )
    asked = case_of(house, row)
    assert (asked.channel, asked.stage, asked.reached) == ("direct", "before_contract", False)
    assert not house.knowledge.judge.judge(asked).findings
