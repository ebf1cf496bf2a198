"""What programs really send is read as a person reads it: `tests/message/mailers/` against the reading."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from tests.message.mailers import ALL, Sent

from banken.message import Message, read
from banken.words import SegmentKind

_OLD = {SegmentKind.QUOTE, SegmentKind.HISTORY, SegmentKind.FORWARD}
_ONE_WAVE = str.maketrans("～－", "〜−")
"""ISO-2022-JP and cp932 have one character under two numbers; what is matched later is folded anyway."""


def _stretches(message: Message, kinds: Iterable[SegmentKind]) -> list[str]:
    return [message.text[segment.start : segment.end] for segment in message.segments if segment.kind in kinds]


def _stands(words: str, stretches: list[str]) -> bool:
    return any(words in stretch for stretch in stretches)


@pytest.mark.parametrize("sent", ALL, ids=lambda sent: sent.name)
def test_is_read_as_a_person_reads_it(sent: Sent) -> None:
    message = read(sent.raw)
    if sent.subject is not None:
        assert message.subject == sent.subject
    if sent.sender is not None:
        assert (message.sender.name, message.sender.address) == sent.sender
    if sent.files is not None:
        assert tuple(each.filename for each in message.attachments) == sent.files
    assert set(sent.notes) <= set(message.notes)
    text, place = message.text.translate(_ONE_WAVE), 0
    for words in sent.says:
        place = text.find(words.translate(_ONE_WAVE), place) + 1
        assert place, f"{words!r} is not read (behind what comes before it): {text!r}"
    assert not [words for words in sent.never if words in text]


@pytest.mark.parametrize(
    "sent", [sent for sent in ALL if sent.new or sent.old or sent.sign], ids=lambda sent: sent.name
)
def test_new_words_are_told_from_old_ones(sent: Sent) -> None:
    message = read(sent.raw)
    new, old = _stretches(message, {SegmentKind.BODY}), _stretches(message, _OLD)
    assert not [words for words in sent.new if not _stands(words, new)]
    assert not [words for words in sent.old if not _stands(words, old) or _stands(words, new)]
    assert not [words for words in sent.sign if not _stands(words, _stretches(message, {SegmentKind.SIGNATURE}))]


def test_every_name_is_given_once() -> None:
    assert len({sent.name for sent in ALL}) == len(ALL) >= 160
