"""Teach the reader from all of tests/corpus: `make train`. Writes rules/reader/weights.bin."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from tests.training.corpus import CATEGORIES, RULES, Known, Text
from tests.training.learn import Data, to_lines, train
from tests.training.measure import prepared

from banken.judge.reader.weights import Weights, dump

WEIGHTS = RULES / "reader" / "weights.bin"


def weights(data: Data, already: Known) -> bytes:
    """Return the file of weights that the corpus teaches."""
    model = train(data, np.ones(len(data.owner), bool))
    return dump(Weights(*to_lines(model), *already, facts(data.texts)))


def facts(corpus: Sequence[Text]) -> dict[str, object]:
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
    made = weights(*prepared())
    if "--check" in sys.argv:
        same = WEIGHTS.exists() and WEIGHTS.read_bytes() == made
        print("weights are what the corpus teaches" if same else "weights are stale: run make train")
        return 0 if same else 1
    WEIGHTS.write_bytes(made)
    print(f"{WEIGHTS.relative_to(RULES.parent)}: {len(made):,} bytes, sha256 {sha256(made).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
