"""What is quoted is what stands in the mail, to the letter, and no more of it than the sentences it is about."""

import json
import re
from pathlib import Path

import pytest

from banken.judge import Case, load
from banken.places import rules_root
from banken.words import Stage

CORPUS = Path(__file__).parents[1] / "corpus"
EVERY = 20
"""Every how many-th row is looked at, so that the tests stay quick; another one in each file."""
LONGEST = 1000
"""Code points: two sentences at most (judge/sentences.py cuts them at 500)."""


def texts():
    for number, file in enumerate(sorted(CORPUS.glob("*.jsonl"))):
        rows = file.read_text(encoding="utf-8").splitlines()[number % EVERY :: EVERY]
        yield from (row.get("body") or row["text"] for row in map(json.loads, rows))


@pytest.mark.slow
@pytest.mark.parametrize("reader", [False, True], ids=["rules", "rules and reader"])
def test_evidence_is_exact_and_short(reader):
    judge, found = load(rules_root(), reader=reader), 0
    for text in texts():
        verdict = judge.judge(Case.of(text, stage=Stage.BEFORE))
        for finding in verdict.findings:
            for one in finding.evidence:
                found += 1
                assert one.text
                assert one.text == text[one.start : one.end]
                assert len(one.text) <= LONGEST
                if finding.by == "reader":
                    assert one.text.count("。") <= 3, one.text
                    assert not re.match(r"[・●■◆①-⑨]\w", one.text), one.text
    assert found > 1000
