import pytest

from banken.judge import Case
from banken.judge.measure import measure, wilson
from banken.words import Stage

ROWS = [
    {"id": "a", "stage": "before_contract", "body": "LINEで。", "expect": ["direct_contact"]},
    {"id": "b", "stage": "before_contract", "body": "LINEで。", "expect": []},
    {"id": "c", "stage": "before_contract", "body": "こんにちは。", "expect": ["interview"], "style": "plain"},
    {"id": "d", "stage": "under_contract", "body": "LINEで。", "expect": [], "notice": ["direct_contact"]},
    {
        "id": "e",
        "stage": "under_contract",
        "body": "手数料がもったいない。LINEで。",
        "expect": ["off_platform_payment"],
    },
]


@pytest.fixture
def report(judge):
    return measure(ROWS, judge, lambda row: Case.of(row["body"], stage=Stage(row["stage"])))


def test_warnings_and_categories(report):
    told = report.as_json()
    assert told["messages"] == 5
    assert {name: told["warn"][name] for name in ("tp", "fp", "fn", "tn", "precision", "recall", "f1")} == {
        "tp": 2, "fp": 1, "fn": 1, "tn": 1, "precision": 0.6667, "recall": 0.6667, "f1": 0.6667,
    }  # fmt: skip
    counts = {name: (one["tp"], one["fp"], one["fn"], one["tn"]) for name, one in told["categories"].items()}
    assert counts == {"direct_contact": (1, 1, 0, 3), "interview": (0, 0, 1, 4), "off_platform_payment": (1, 0, 0, 4)}


def test_every_miss_is_named(report):
    misses = [(one["id"], one["expected"], one["found"]) for one in report.misses]
    assert misses == [("b", [], ["direct_contact"]), ("c", ["interview"], [])]
    assert report.misses[0]["rules"] == ["contact.line"]


def test_breakdowns(report):
    told = report.as_json()
    assert told["apart"]["stage"]["under_contract"]["tp"] == 1
    assert told["apart"]["style"] == {"plain": told["apart"]["style"]["plain"]}
    assert told["by"] == {
        "rule": {"tp": 2, "fp": 1, "precision": 0.6667, "precision_interval": pytest.approx((0.2077, 0.9385), abs=1e-3)}
    }
    assert told["notices"] == {"expected": 1, "found": 1}


@pytest.mark.parametrize(
    ("hits", "total", "interval"),
    [(0, 0, (0.0, 1.0)), (0, 10, (0.0, 0.2775)), (8, 10, (0.4902, 0.9433)), (10, 10, (0.7225, 1.0))],
)
def test_wilson_intervals(hits, total, interval):
    assert wilson(hits, total) == pytest.approx(interval, abs=1e-3)
