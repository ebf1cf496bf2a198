"""Teach from all of tests/corpus: `make train`. Writes rules/reader/weights.bin and rules/crowdworks/voice.bin.

The voice comes first: it decides which notices the reader learns from.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
from tests.training import learn, net
from tests.training.corpus import CATEGORIES, RULES, Known, Text
from tests.training.learn import Data, to_weights, train
from tests.training.measure import prepared
from tests.training.voice import VOICE, learned, notices

from banken.judge.reader.weights import dump

WEIGHTS = RULES / "reader" / "weights.bin"


def weights(data: Data, already: Known) -> bytes:
    """Return the file of weights that the corpus teaches."""
    model = train(data, np.ones(len(data.owner), bool))
    return dump(to_weights(model, already, facts(data.texts)))


def facts(corpus: Sequence[Text]) -> dict[str, object]:
    """Return what the weights were made from, and with which settings."""
    digest = sha256()
    for text in corpus:
        digest.update(repr((text.id, text.sentences, sorted(text.asked))).encode())
    return {
        "texts": len(corpus),
        "files": dict(sorted(Counter(text.file for text in corpus).items())),
        "authors": len({text.author for text in corpus}),
        "asked": {one.value: sum(one in text.asked for text in corpus) for one in CATEGORIES},
        "digest": digest.hexdigest(),
        "learned": {
            module.__name__.rpartition(".")[2]: {
                name: value
                for name, value in sorted(vars(module).items())
                if name.isupper() and isinstance(value, int | float)
            }
            for module in (learn, net)
        },
    }


def main() -> int:
    """Write what the corpus teaches, or with --check say whether the files are that."""
    check = "--check" in sys.argv
    same = [_written(VOICE, learned(notices()), check=check), _written(WEIGHTS, weights(*prepared()), check=check)]
    return 0 if all(same) else 1


def _written(path: Path, made: bytes, *, check: bool) -> bool:
    """Write `made`, or compare it with the file; return whether the file holds it now."""
    name = path.relative_to(RULES.parent)
    if check:
        same = path.exists() and path.read_bytes() == made
        print(f"{name}: what the corpus teaches" if same else f"{name}: stale, run make train")
        return same
    path.write_bytes(made)
    print(f"{name}: {len(made):,} bytes, sha256 {sha256(made).hexdigest()}")
    return True


if __name__ == "__main__":
    sys.exit(main())
