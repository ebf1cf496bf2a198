"""Octets without a label: which share of short texts is read right (corpus sentences, cut to length)."""

import json

import pytest
from tests.message.replies import CORPUS

from banken.message import guess

CODECS = ("utf-8", "cp932", "euc_jp")


def _texts(size):
    rows = (CORPUS / "dev-B.jsonl").read_text("utf-8").splitlines()
    lines = [line for row in rows for line in json.loads(row)["body"].split("\n")]
    cut = {"".join(letter for letter in line if letter > "\u2fff")[:size] for line in lines}
    return [text for text in sorted(cut) if len(text) == size]


def right(size, codec):
    """Return the share of texts of `size` Japanese characters that are read right from `codec`."""
    texts = [text for text in _texts(size) if text.encode(codec, "ignore").decode(codec) == text]
    return sum(guess.best(text.encode(codec))[1].translate(_SAME) == text.translate(_SAME) for text in texts) / len(
        texts
    )


_SAME = str.maketrans("～－", "〜−")


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(("size", "least"), [(2, 0.97), (4, 0.99), (8, 0.998), (16, 1.0)])
def test_short_texts(size, least, codec):
    assert right(size, codec) >= least


def test_scores_tell_japanese_from_mojibake():
    text = "面談のお願いです。"
    assert guess.score(text) > 0.9
    for codec, wrong in (("utf-8", "cp932"), ("euc_jp", "cp932"), ("cp932", "cp1252"), ("utf-8", "cp1252")):
        assert guess.score(text.encode(codec).decode(wrong, "replace")) < guess.WORTH
