"""Teach from tests/corpus: `make train`. Writes rules/reader/weights.bin, rules/crowdworks/voice.bin and tests/training/watched.bin.

The voice comes first: it decides which notices the reader learns from. The last file is what the reader would be without the
authors of measure.WATCHED; the tests measure it on their mails (teaching it anew in every run would take longer than all else).
Each file says from which texts and with which settings it was made.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from tests.training import corpus, learn, net
from tests.training.corpus import (
    CATEGORIES,
    CORPUS,
    KNOWN,
    RULES,
    Known,
    all_files,
    asked,
    author,
    files_of,
    known,
    labelled,
    texts,
)
from tests.training.learn import Data, to_weights, train
from tests.training.measure import WATCHED, WATCHED_OUT, prepared
from tests.training.voice import VOICE, learned, notices

from banken.judge.reader.features import Vocabulary, read, rows
from banken.judge.reader.weights import dump

WEIGHTS = RULES / "reader" / "weights.bin"


def weights(data: Data, already: Known, without: Collection[str] = ()) -> bytes:
    """Return the file of weights that the corpus teaches, but for the authors and files named in `without`."""
    left_out = files_of(without)
    heard = np.array([text.file not in left_out for text in data.texts])
    return dump(to_weights(train(data, heard[data.owner]), already, facts(without)))


def facts(without: Collection[str] = ()) -> dict[str, object]:
    """Return what the weights were made from, with which settings, and (a sample) how the texts were read."""
    left_out = files_of(without)
    files = [file for file in all_files() if file not in left_out]
    rows = list(labelled(files))
    return {
        "texts": len(rows),
        "files": dict(sorted(Counter(file for file, _row in rows).items())),
        "authors": len(set(map(author, files))),
        "asked": {one.value: sum(one.value in asked(row) for _file, row in rows) for one in CATEGORIES},
        "digest": _digest([KNOWN, *(CORPUS / f"{file}.jsonl" for file in files)]),
        "read": _read(),
        "learned": {
            module.__name__.rpartition(".")[2]: {
                name: value
                for name, value in sorted(vars(module).items())
                if name.isupper() and isinstance(value, int | float)
            }
            for module in (corpus, learn, net)
        },
    }


@cache
def _read() -> str:
    """Return a digest of how some texts are cut into sentences, and these into rows: it changes with the code that does it."""
    vocabulary = Vocabulary(*known())
    digest = sha256()
    for sentence in (sentence for text in texts(files_of(WATCHED)) for sentence in text.sentences):
        digest.update(repr([sentence, *map(sorted, rows(read(sentence, vocabulary), vocabulary))]).encode())
    return digest.hexdigest()


def _digest(files: Sequence[Path]) -> str:
    digest = sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def main() -> int:
    """Write what the corpus teaches, or with --check say whether the files are that."""
    check = "--check" in sys.argv
    same = [_written(VOICE, learned(notices()), check=check)]
    data, already = prepared()
    same += [
        _written(WEIGHTS, weights(data, already), check=check),
        _written(WATCHED_OUT, weights(data, already, WATCHED), check=check),
    ]
    return 0 if all(same) else 1


def _written(path: Path, made: bytes, *, check: bool) -> bool:
    """Write `made`, or compare it with the file; return whether the file holds it now."""
    name = path.relative_to(RULES.parent)
    if check:
        same = path.exists() and path.read_bytes() == made
        print(f"{name}: what the corpus teaches" if same else f"{name}: stale, run make train")
        return same
    path.write_bytes(made)
    print(f"{name}: {len(made):,} bytes, sha256 {sha256(made).hexdigest()}", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
