"""How well the reader reads authors it was not trained on: `python -m tests.training.measure [--watched | --unseen] [--save]`.

Every author of whole mails is left out once, several at a time: a reader that is taught by the rest reads their mails
as those of people it never heard of (one at a time would take an hour). One border for all categories (thresholds chosen
for each category on still other authors were worth 0.0 to 0.5 points less). Three columns: the reader alone, the rules
alone, both by the judge's policy. The rules' author knew the mails of dev-*, so that there only the reader's column is
blind. `--watched` measures only the first group, with the reader that `make train` taught without it (seconds; the whole, an hour).

`--unseen` measures the product as it is (a minute) on the authors in tests/corpus/unseen. Nothing was and nothing may be learned from
these, by a net or by a writer of rules: who looks at one to mend something moves it to the corpus, and asks somebody new for another.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tests.training.corpus import CATEGORIES, LANGUAGES, RULES, UNSEEN, Known, Text, files_of, known, texts, unseen

from banken.judge import Judge, load
from banken.judge.combine import ALONE
from banken.judge.reader import Reader, load_reader
from banken.judge.reader.features import Vocabulary
from banken.words import SUBJECT, Finding, Level

if TYPE_CHECKING:
    from tests.training import learn

BASELINE = Path(__file__).with_name("baseline.json")
WATCHED_OUT = Path(__file__).with_name("watched.bin")
"""The weights of a reader that the authors of WATCHED did not teach; made by `make train`."""
EVERYDAY = "phrases-ordinary"
"""What clients say all day; nothing in it asks for anything."""
WATCHED = (
    "B",
    "C",
    "K",
    "extra-R",
    "extra-U",
    "extra-FN",
    "extra-FO",
    "extra-FQ",
    "extra-FV",
    "extra-GB",
    "extra-GD",
    "extra-GH",
    EVERYDAY,
)
"""The first group, the one that `make test` leaves out: authors of whole mails as they are (some of them marked where it is
asked), and what clients say all day."""
CLAUSES = ("extra-FN",)
"""Authors who marked the clauses that ask; all others marked whole sentences, which is what a warning quotes."""
FOLDS = 6
"""Into how many groups all other authors are dealt out."""
SAMPLE = 4
"""Of the texts that nothing is learned from, `make test` reads one in so many; the baseline is of these."""
MAY_FALL = 0.015
"""How much F1 may fall before the tests fail."""


def whole_authors(data: learn.Data) -> list[str]:
    """Return the authors of whole mails."""
    return sorted({text.author for text in data.texts if text.whole})


@dataclass
class Count:
    """Right, false and missed."""

    right: int = 0
    false: int = 0
    missed: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.right + other.right, self.false + other.false, self.missed + other.missed)

    def add(self, *, found: bool, wanted: bool) -> None:
        """Count one text."""
        self.right += found and wanted
        self.false += found and not wanted
        self.missed += wanted and not found

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.false)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.false + self.missed)


def count_read(reader: Reader, chosen: Sequence[Text]) -> dict[str, Count]:
    """Return the counts of what the reader alone says of `chosen`, gated by stage."""
    counts = {name: Count() for name in ("warn", *CATEGORIES)}
    for text in chosen:
        found = {one.category for one in reader.read(text.sentences) if one.score >= ALONE} - text.gated
        counts["warn"].add(found=bool(found), wanted=bool(text.expect))
        for category in CATEGORIES:
            counts[category].add(found=category in found, wanted=category in text.expect)
    return counts


def count_judged(judge: Judge, chosen: Sequence[Text]) -> dict[str, Count]:
    """Return the counts of what the whole judge says of `chosen`."""
    counts = {name: Count() for name in ("warn", *CATEGORIES)}
    for text in chosen:
        findings = judge.judge(text.case).findings if text.case else ()
        found = {one.category for one in findings if _loud(one)}
        counts["warn"].add(found=bool(found), wanted=bool(text.expect))
        for category in CATEGORIES:
            counts[category].add(found=category in found, wanted=category in text.expect)
    return counts


def taught_without(data: learn.Data, already: Known, group: Sequence[str]) -> Reader:
    """Return a reader taught by all texts but those of the authors or files of `group`."""
    from tests.training import learn  # noqa: PLC0415 - JAX and forks do not go together, and most tests learn nothing

    heard = np.array([text.author not in group and text.file not in group for text in data.texts])
    return Reader(learn.to_weights(learn.train(data, heard[data.owner]), already, {}))


def measure(
    texts: Sequence[Text], reader: Reader, group: Sequence[str]
) -> Iterator[tuple[str, dict[str, dict[str, Count]]]]:
    """Yield each author of mails in `group`, and how well `reader` reads them."""
    rules, both = load(RULES, reader=False), load(RULES, reader=reader)
    for author in group:
        chosen = [text for text in texts if text.whole and text.author == author]
        if not chosen:
            continue
        yield (
            author,
            {
                "reader": count_read(reader, chosen),
                "rules": count_judged(rules, chosen),
                "both": count_judged(both, chosen),
            },
        )


def measure_unseen(every: int = 1) -> Iterator[tuple[str, dict[str, dict[str, Count]], Quotes]]:
    """Yield for each language how well the shipped rules and reader do on texts that nothing was learned from (one of `every`)."""
    reader = load_reader(RULES)
    rules, both = load(RULES, reader=False), load(RULES, reader=reader)
    for language in LANGUAGES:
        chosen = unseen(language, every)
        row = {
            "reader": count_read(reader, chosen),
            "rules": count_judged(rules, chosen),
            "both": count_judged(both, chosen),
        }
        yield f"{UNSEEN}, {language}", row, quotes(chosen, reader)


def together(rows: Sequence[Mapping[str, Mapping[str, Count]]]) -> dict[str, dict[str, Count]]:
    """Return the sums of the tables of several authors."""
    return {who: {name: sum((row[who][name] for row in rows), Count()) for name in rows[0][who]} for who in rows[0]}


@dataclass
class Quotes:
    """Of how many findings the words shown lie wholly inside what the author marked as the ask, or touch it."""

    told: int = 0
    inside: int = 0
    touching: int = 0

    def __str__(self) -> str:
        of = f"of {self.told} findings"
        return f"{self.inside / max(1, self.told):.3f} {of} quote nothing but the ask, {self.touching / max(1, self.told):.3f} touch it"


def marks(texts: Sequence[Text]) -> dict[str, list[Text]]:
    """Return the texts whose asks are marked, by whether whole sentences were marked or clauses."""
    kinds: dict[str, list[Text]] = {}
    for text in texts:
        if text.guilty:
            kinds.setdefault("clause" if text.author in CLAUSES else "sentence", []).append(text)
    return kinds


def quotes(texts: Sequence[Text], reader: Reader) -> Quotes:
    """Return where the evidence lies of what is rightly found in texts whose asks are marked; no subject is marked."""
    judge, count = load(RULES, reader=reader), Quotes()
    for text in texts:
        if not (text.guilty and text.case):
            continue
        for finding in judge.judge(text.case).findings:
            if finding.category in text.asked and all(one.how != SUBJECT for one in finding.evidence):
                count.told += 1
                count.inside += bool(finding.evidence) and all(
                    any(start <= one.start and one.end <= end for start, end in text.guilty) for one in finding.evidence
                )
                count.touching += any(
                    start < one.end and one.start < end for one in finding.evidence for start, end in text.guilty
                )
    return count


def everyday_alarms(texts: Sequence[Text], reader: Reader) -> list[str]:
    """Return the everyday sentences that raise a warning with a reader that never saw their file."""
    judge = load(RULES, reader=reader)
    return [
        text.id
        for text in texts
        if text.file == EVERYDAY and text.case and any(map(_loud, judge.judge(text.case).findings))
    ]


def _loud(finding: Finding) -> bool:
    return finding.level in (Level.WARNING, Level.DANGER)


def prepared() -> tuple[learn.Data, Known]:
    """Return the corpus as data, and what the reader knows before it learns."""
    from tests.training import learn  # noqa: PLC0415

    already = known()
    return learn.prepare(texts(), Vocabulary(*already)), already


def fell(table: Mapping[str, Mapping[str, float]], baseline: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Return where F1 lies more than MAY_FALL below the baseline, in words."""
    return [
        f"author {author}, {who}: F1 {table[author][who]:.3f}, was {was:.3f}"
        for author, row in baseline.items()
        for who, was in row.items()
        if author in table and table[author][who] < was - MAY_FALL
    ]


def lines_of(author: str, row: Mapping[str, Mapping[str, Count]]) -> Iterator[str]:
    """Yield the table of one author, a line a category."""
    yield f"{author if author.startswith(UNSEEN) else 'left out: ' + author:24}" + "".join(f"{who:>22}" for who in row)
    for name in ("warn", *CATEGORIES):
        yield f"{name:24}" + "".join(
            f"   P {c.precision:.3f} R {c.recall:.3f}" for c in (row[who][name] for who in row)
        )
    yield f"{'warn F1':24}" + "".join(f"{counts['warn'].f1:>22.3f}" for counts in row.values())


def readers() -> Iterator[tuple[Sequence[str], Sequence[Text], Reader]]:
    """Yield each group of authors, their texts, and a reader that they did not teach."""
    if "--watched" in sys.argv:
        yield WATCHED, texts(files_of(WATCHED)), Reader.load(WATCHED_OUT)
        return
    data, already = prepared()
    others = [author for author in whole_authors(data) if author not in WATCHED]
    for group in (WATCHED, *(others[at::FOLDS] for at in range(FOLDS))):
        yield group, data.texts, taught_without(data, already, group)


def print_unseen() -> int:
    """Print how texts are read that nothing was learned from; with --save keep what `make test` sees of it as the baseline."""
    for name, row, shown in measure_unseen():
        print(*lines_of(name, row), f"words shown: {shown}", sep="\n", end="\n\n", flush=True)
    if "--save" in sys.argv:
        _save({name: f1_of(row) for name, row, _shown in measure_unseen(SAMPLE)})
    return 0


def f1_of(row: Mapping[str, Mapping[str, Count]]) -> dict[str, float]:
    """Return F1 of the warnings, by who raised them."""
    return {who: round(counts["warn"].f1, 4) for who, counts in row.items()}


def _save(table: Mapping[str, Mapping[str, float]], *, whole: bool = False) -> None:
    """Keep `table` as the baseline, beside what it does not tell of; a `whole` one tells of all authors that are learned from."""
    kept = json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.exists() else {}
    kept = {name: row for name, row in kept.items() if not whole or name.startswith(UNSEEN)}
    BASELINE.write_text(json.dumps(kept | dict(table), indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """Print the table; with --save keep it as the baseline."""
    if "--unseen" in sys.argv:
        return print_unseen()
    table: dict[str, dict[str, float]] = {}
    rows = []
    for group, some, reader in readers():
        for author, row in measure(some, reader, group):
            print(*lines_of(author, row), sep="\n", end="\n\n", flush=True)
            rows.append(row)
            table[author] = f1_of(row)
        for kind, marked in marks([text for text in some if text.author in group]).items():
            print(f"words shown, asks marked by {kind}: {quotes(marked, reader)}")
        if EVERYDAY in group:
            alarms = everyday_alarms(some, reader)
            print(f"everyday sentences that raise a warning, their file left out: {len(alarms)} of 600", *alarms)
    print(*lines_of(f"all {len(rows)}", together(rows)), sep="\n", end="\n\n")
    if "--save" in sys.argv:
        _save(table, whole="--watched" not in sys.argv)
    problems = fell(table, json.loads(BASELINE.read_text(encoding="utf-8")))
    print(*problems, sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
