"""Teach the reader from all of tests/corpus: `make train`. Writes rules/reader/weights.bin."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

import numpy as np
import yaml
from tests.training.corpus import CATEGORIES, RULES, Text, texts
from tests.training.learn import prepare, to_lines, train
from tests.training.measure import choose_thresholds

from banken.judge.reader.features import Vocabulary
from banken.judge.reader.weights import Weights, dump
from banken.judge.views import fold

WEIGHTS = RULES / "reader" / "weights.bin"
KNOWN = RULES / "reader" / "known.yaml"
APART = "apart"
SLOPE = 4.0
"""How quickly a score rises around the threshold: 0.2 lies about a third of a margin below it."""


def known() -> tuple[dict[str, list[str]], list[str]]:
    """Return the kinds of names (those that only look like names have kind "") and the words of grammar, folded."""
    file = yaml.safe_load(KNOWN.read_text(encoding="utf-8"))
    names = {"" if kind == APART else kind: _folded(ones) for kind, ones in file["names"].items()}
    return names, _folded(file["grammar"])


def _folded(words: Iterable[object]) -> list[str]:
    return sorted({fold(str(word)).text for word in words})


def weights() -> bytes:
    """Return the file of weights that the corpus teaches."""
    corpus = texts()
    names, grammar = known()
    data = prepare(corpus, Vocabulary(names, grammar))
    everything = np.ones(len(data.owner), bool)
    model = train(data, everything)
    squares, lines = to_lines(model, choose_thresholds(data, everything), SLOPE)
    return dump(Weights(squares, lines, names, grammar, facts(corpus)))


def facts(corpus: list[Text]) -> dict[str, object]:
    """Return what the weights were made from."""
    digest = sha256()
    for text in corpus:
        digest.update(repr((text.id, text.sentences, sorted(text.asked))).encode())
    return {
        "texts": len(corpus),
        "files": dict(sorted(Counter(text.file for text in corpus).items())),
        "authors": len({text.author for text in corpus}),
        "asked": {one.value: sum(one in text.asked for text in corpus) for one in CATEGORIES},
        "digest": digest.hexdigest(),
    }


def main() -> int:
    """Write the weights, or with --check say whether the file is what the corpus teaches."""
    made = weights()
    if "--check" in sys.argv:
        same = WEIGHTS.exists() and WEIGHTS.read_bytes() == made
        print("weights are what the corpus teaches" if same else "weights are stale: run make train")
        return 0 if same else 1
    WEIGHTS.write_bytes(made)
    print(f"{WEIGHTS.relative_to(RULES.parent)}: {len(made):,} bytes, sha256 {sha256(made).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
