"""Microseconds per mail that the rules take, part by part, and how long they load: `python -m tests.bench.judge`.

Three kinds of client text, from the corpus: everyday talk, lawful talk full of trap words, and asks throughout. Each
as a short mail (600 octets, about what clients write) and a long one (2 kB). The last column is the ratio to one
`str.translate` over the same text in the same run (the rules alone, without the reader), so that figures of different machines can be compared. Processor
time, best of five.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import timeit
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time

from banken.judge import Case, Judge, load
from banken.judge.passage import Passage
from banken.judge.plain import plain_sentences
from banken.judge.reader import load_reader
from banken.judge.reader.reader import Reader
from banken.judge.reading import read
from banken.places import rules_root
from banken.words import SegmentKind, Stage

CORPUS = Path(__file__).parents[1] / "corpus"
KINDS = {
    "everyday": "phrases-ordinary.jsonl",
    "lawful, trap-dense": "phrases2-innocent.jsonl",
    "asks throughout": "phrases2-shady.jsonl",
}
SIZES = (600, 2000)
MAILS = 20
_KANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}


def mails(file: str, octets: int) -> list[str]:
    """Return client texts of about `octets` octets, sentences of one corpus file put together."""
    rows = [json.loads(line)["text"] for line in (CORPUS / file).read_text(encoding="utf-8").splitlines()]
    random.Random(7).shuffle(rows)
    made, text = [], ""
    for row in rows:
        text += row + "\n"
        if len(text.encode()) >= octets:
            made.append(text)
            text = ""
    return made[:MAILS]


def microseconds(work: Callable[[], object]) -> float:
    """Return the best time of `work` over all mails, per mail."""
    return min(timeit.repeat(work, number=3, repeat=5, timer=process_time)) / 3 / MAILS * 1e6


def parts(judge: Judge, reader: Reader, texts: list[str]) -> Iterator[tuple[str, float]]:
    """Yield the time of each part of judging `texts`."""
    book, cases = judge.book, [Case.of(text, stage=Stage.BEFORE) for text in texts]
    made = [Passage(SegmentKind.BODY, 0, text, book.splitter, book.lexicon) for text in texts]
    yield (
        "views",
        microseconds(lambda: [Passage(SegmentKind.BODY, 0, text, book.splitter, book.lexicon) for text in texts]),
    )
    yield "read", microseconds(lambda: [read(case, book) for case in cases])
    yield "words", microseconds(lambda: [book.lexicon.scan(one.text, one).mask for one in made])
    yield "sentences", microseconds(lambda: [book.splitter.sentences(one.text) for one in made])
    yield "whole", microseconds(lambda: [judge.judge(case) for case in cases])
    own = [[one.text for one in plain_sentences(passage)] for passage in made]
    yield "reader", microseconds(lambda: [reader.read(sentences) for sentences in own])


def loading() -> tuple[float, int]:
    """Return the seconds that a fresh process takes to load and compile the rules, and its growth in kB."""
    code = (
        "from time import process_time; from banken.judge import Case, load; from banken.places import rules_root;"
        "size = lambda: int(open('/proc/self/statm').read().split()[1]) * 4;"
        "before, begin = size(), process_time(); judge = load(rules_root(), reader=False); judge.judge(Case.of('LINEで'));"
        "print(process_time() - begin, size() - before)"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(3)]
    figures = [run.stdout.split() for run in runs]
    return min(float(seconds) for seconds, _kilobytes in figures), int(figures[0][1])


def main() -> None:
    """Print the table."""
    judge, reader = load(rules_root(), reader=False), load_reader(rules_root())
    print(f"{len(judge.book.rules)} rules, {len(judge.book.lexicon)} words searched, µs per mail")
    for kind, file in KINDS.items():
        for octets in SIZES:
            texts = mails(file, octets)
            unit = microseconds(lambda texts=texts: [text.translate(_KANA) for text in texts])
            figures = dict(parts(judge, reader, texts))
            row = "  ".join(f"{name} {value:6.0f}" for name, value in figures.items())
            print(f"{kind:20} {octets:5} octets  {row}  = {figures['whole'] / unit:5.1f} translations")
    seconds, kilobytes = loading()
    print(f"load and compile: {seconds:.2f} s, {kilobytes / 1024:.0f} MB")


if __name__ == "__main__":
    main()
