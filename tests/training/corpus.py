"""The labelled texts under tests/corpus, cut into sentences by the product itself."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from functools import cache
from itertools import islice
from pathlib import Path

import yaml

from banken import message as mail
from banken import platform
from banken.guard import heading
from banken.judge import Case
from banken.judge.book import Rulebook
from banken.judge.loading import load_book
from banken.judge.plain import PlainSentence, spoken
from banken.judge.reader.features import LINKS
from banken.judge.reading import JUDGED_CHANNELS, read
from banken.judge.views import Span, fold
from banken.platform.examples import Genuine
from banken.words import Authentic, Category, Channel, Stage

ROOT = Path(__file__).parents[2]
RULES = ROOT / "rules"
KNOWN = RULES / "reader" / "known.yaml"
APART = "apart"
CORPUS = ROOT / "tests" / "corpus"
LANGUAGES = ("ja", "en")
UNSEEN = "unseen"
"""The folder of texts that nothing is ever learned from, by language: how well they are read is how well a stranger is read."""

CATEGORIES = tuple(category for category in Category if category is not Category.IMPERSONATION)
GATED = (Category.DIRECT_CONTACT, Category.INTERVIEW)
"""What is no more than a reminder under contract."""

AUTHORS = {
    "dev-B": "B",
    "dev-C": "C",
    "dev-D": "K",
    "phrases-direct_contact": "D",
    "phrases-interview": "E",
    "phrases-direct_contract": "E",
    "phrases-off_platform_payment": "F",
    "phrases-escrow_bypass": "F",
    "phrases-resident_work": "G",
    "phrases-ordinary": "G",
    "phrases2-shady": "H",
    "phrases2-business": "I",
    "phrases2-innocent": "J",
    "phrases3-money": "L",
    "phrases3-meet": "M",
}
"""Who wrote which file; a file that is not named here has an author of its own."""
LABEL = 10
"""So many letters before a mark, at the beginning of its line, are its label: a number, a heading."""
_ENDS = re.compile("[。！？!?]")
Known = tuple[dict[str, list[str]], list[str]]
"""What the reader knows before it learns: names by kind, words of grammar."""
NO_TEXTS = {"obfuscations"}


@dataclass(frozen=True)
class Text:
    """A labelled text: one phrase, or a whole message as the judge would see it."""

    id: str
    file: str
    author: str
    whole: bool
    sentences: tuple[str, ...]
    """In the reader's view; none where the product does not judge the message."""
    asked: frozenset[Category]
    """What it asks for, at whatever stage."""
    expect: frozenset[Category]
    """What must raise a warning."""
    gated: frozenset[Category]
    """What is no warning at its stage."""
    case: Case | None = None
    guilty: tuple[Span, ...] = ()
    """Where in the case's text it is asked, as far as the author marked it."""
    marks: tuple[bool, ...] | None = None
    """Whether each sentence asks; None where the author marked nothing."""

    @property
    def clear(self) -> tuple[bool, ...]:
        """Of which sentences is known that they do not ask, though the text does."""
        return tuple(not mark for mark in self.marks or (True,) * len(self.sentences))


def texts(files: Iterable[str] | None = None) -> list[Text]:
    """Return all labelled texts (of `files`), in the order of files and lines."""
    return [_text(file, row) for file, row in labelled(files)]


def unseen(language: str, every: int = 1) -> list[Text]:
    """Return the texts in a language that nothing is learned from, or one of so many of each file."""
    files = sorted((CORPUS / UNSEEN / language).glob("*.jsonl"))
    names = [file.relative_to(CORPUS).with_suffix("").as_posix() for file in files]
    return [_text(file, row) for name in names for file, row in islice(labelled([name]), 0, None, every)]


def files_of(names: Collection[str]) -> list[str]:
    """Return the files that are named in `names`, themselves or by their author."""
    return [file for file in all_files() if file in names or author(file) in names]


def all_files() -> list[str]:
    """Return the names of all files of labelled texts, in order."""
    return sorted({file.stem for file in CORPUS.glob("*.jsonl")} - NO_TEXTS)


def author(file: str) -> str:
    """Return who wrote `file`."""
    return AUTHORS.get(file, file)


def labelled_mails() -> Iterator[tuple[str, dict]]:
    """Yield every whole message with the name of its file."""
    return ((file, row) for file, row in labelled() if "body" in row)


def labelled(files: Iterable[str] | None = None) -> Iterator[tuple[str, dict]]:
    """Yield every labelled text as it is written, with the name of its file."""
    for file in all_files() if files is None else files:
        with (CORPUS / f"{file}.jsonl").open(encoding="utf-8") as lines:
            yield from ((file, json.loads(line)) for line in lines)


def asked(row: dict) -> set[str]:
    """Return what a labelled text asks for, at whatever stage."""
    if "text" in row:
        return {row["category"], *row.get("also", ())} if row["label"] == "ask" else set()
    return {*(row.get("expect") or ()), *(row.get("notice") or ())}


def _text(file: str, row: dict) -> Text:
    return (_phrase if "text" in row else _message)(row, file, author(file))


def _phrase(row: dict, file: str, author: str) -> Text:
    labels = frozenset(map(Category, asked(row)))
    case = Case.of(row["text"])
    said, guilty = _sentences(case), _guilty(row, case.text)
    return Text(
        row["id"], file, author, False, _texts(said), labels, labels, frozenset(), case, guilty, _marks(said, guilty)
    )


def _message(row: dict, file: str, author: str) -> Text:
    expect, notice = (frozenset(map(Category, row.get(name) or ())) for name in ("expect", "notice"))
    late = Stage(row["stage"]) in (Stage.UNDER, Stage.COMPLETED)
    case = case_of(row)
    # What asks, and is let go by an excuse alone, would teach that it does not ask: `"taught": false`.
    said = _sentences(case) if case.channel in JUDGED_CHANNELS and row.get("taught", True) else []
    gated, guilty = frozenset(GATED if late else ()), _guilty(row, case.text)
    return Text(
        row["id"], file, author, True, _texts(said), expect | notice, expect, gated, case, guilty, _marks(said, guilty)
    )


def _guilty(row: dict, text: str) -> tuple[Span, ...]:
    """Return where it is asked, with the label before it on its line; what only blanks part is one stretch."""
    marked = [(text.index(words), text.index(words) + len(words)) for words in row.get("guilty") or ()]
    joined: list[Span] = []
    for start, end in sorted((_with_label(text, start), end) for start, end in marked):
        if joined and not text[joined[-1][1] : start].strip():
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)


def _with_label(text: str, start: int) -> int:
    line = text.rfind("\n", 0, start) + 1
    return line if start - line <= LABEL and not _ENDS.search(text, line, start) else start


def case_of(row: dict) -> Case:
    """Return a labelled message as the judge gets it: the mail read, the platform's frame cut away."""
    read = mail.read(mail_of(row), arrived=datetime(2026, 11, 1, tzinfo=UTC))
    book = platform.AddressBook(clients={row["from_addr"]: ""} if row["channel"] == "direct" else {})
    proof = Genuine(Authentic.VERIFIED)
    found = _recogniser().recognise(read, proof, book)
    return Case(
        read.text,
        found.segments,
        channel=found.channel if found.judged else Channel.PLATFORM,
        stage=Stage(row["stage"]),
        agent=found.agent,
        links=read.links,
        subject=found.job or read.subject,
        heading=heading(read, found),
        known_client=row["channel"] == "direct",
    )


def mail_of(row: dict) -> bytes:
    """Return a labelled message as it would come in.

    It is put together by hand: the library takes a millisecond for each, and a test reads twenty thousand.
    """
    address = f" <{row['from_addr']}>"
    head = (
        f"{_header('From', row['from_name'], address)}{_header('Subject', row['subject'])}To: worker@example.jp\n"
        f"Message-ID: <{row['id']}@corpus.example>\nMIME-Version: 1.0\n"
        'Content-Type: text/plain; charset="utf-8"\nContent-Transfer-Encoding: base64\n\n'
    )
    return head.encode() + base64.encodebytes(row["body"].encode() + b"\n")


def _header(name: str, text: str, more: str = "") -> str:
    """Return a field; one with blanks as the library folds it (it loses some of them, and what is learned has learned that)."""
    word = "=?utf-8?q?" + "".join(f"={octet:02X}" for octet in text.encode()) + "?="
    if " " not in text:
        return f"{name}: {word}{more}\n"
    return policy.default.header_factory(name, (word if more else text) + more).fold(policy=policy.default)


def _sentences(case: Case) -> list[PlainSentence]:
    return [sentence for sentence in spoken(read(case, _book()).passages) if sentence.text]


def _texts(sentences: Iterable[PlainSentence]) -> tuple[str, ...]:
    return tuple(sentence.text for sentence in sentences)


def _marks(sentences: Sequence[PlainSentence], guilty: Sequence[Span]) -> tuple[bool, ...] | None:
    """Return for each sentence whether it is among the `guilty` stretches or holds one; None where none is marked."""
    places = [sentence.passage.evidence(*sentence.span(0, len(sentence.text))) for sentence in sentences]
    marks = tuple(any(start < one.end and one.start < end for start, end in guilty) for one in places)
    return marks if any(marks) else None


@cache
def _book() -> Rulebook:
    return load_book(RULES)


@cache
def _recogniser() -> platform.Recogniser:
    return platform.Recogniser([platform.load(RULES / "crowdworks")])


def known() -> Known:
    """Return the kinds of names (those that only look like names have kind "") and the words of grammar, folded."""
    file = yaml.safe_load(KNOWN.read_text(encoding="utf-8"))
    names = {"" if kind == APART else kind: _folded(ones) for kind, ones in file["names"].items()}
    names |= {LINKS + kind: _folded(hosts) for kind, hosts in file["links"].items()}
    return names, _folded(file["grammar"])


def _folded(words: Iterable[object]) -> list[str]:
    return sorted({fold(str(word)).text for word in words})
