"""The judge: what a client's message asks for that must not be asked, with the words that show it.

read (passages, concepts) → find (rules and reader) → excuses → gate of stage and permission → policy → verdict.
Nothing here touches the network, a file or the clock; the same case always gets the same verdict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import compress

from banken.i18n import _
from banken.judge import explain as tell
from banken.judge.book import Look, Rulebook
from banken.judge.combine import ALONE, FEW, SURE, Candidate, border, settle
from banken.judge.gate import Gate, lower
from banken.judge.lexicon import Hit
from banken.judge.model import Case, Reader
from banken.judge.plain import PlainSentence, headed, plain_lines, spoken
from banken.judge.predicates import DISGUISED, Finder, Place
from banken.judge.reading import JUDGED_CHANNELS, MOST_HEADING, Reading, read
from banken.judge.schema import LEVEL, Find, Rule
from banken.judge.sentences import behind_mark
from banken.words import Category, Evidence, Excused, Finding, Level, Verdict, strongest

MOST_FINDINGS = 3
"""How many places of one level one rule tells of in one message, in its subject and in its text."""
MOST_EXCUSED = 5
"""How many places let go one rule remembers."""
MOST_LINES = 8
"""A sentence of more lines is quoted whole."""
READER = "reader"
"""By whom a finding is told when no rule made it; `reader.CATEGORY` is its rule id."""
_BY_SENDER = (Evidence("", 0, 0, "sender"),)
"""What shows it where no words do."""


@dataclass
class _Tally:
    """What has been decided so far."""

    explain: bool
    few: bool = False
    """Whether the reader had few sentences to go by."""
    alone: float = ALONE
    """From which score on it tells something by itself."""
    unread: dict[int, int] = field(default_factory=dict)
    """Where the words begin that it did not read any more, by the `id` of their passage."""
    candidates: list[Candidate] = field(default_factory=list)
    scores: list[Candidate] = field(default_factory=list)
    excused: list[Excused] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one find of a rule: how loud it is (None: let go), and every excuse that holds, with its word."""

    finder: Finder
    place: Place
    level: Level | None
    excuses: tuple[tuple[str, str], ...] = ()


class Judge:
    """Judges messages by a rulebook, and by the reader where there is one."""

    def __init__(self, book: Rulebook, reader: Reader | None = None) -> None:
        self.book = book
        self.reader = reader
        self._gate = Gate(book)
        self._rules = {rule.id: rule for rule in book.rules}

    def judge(self, case: Case, *, explain: bool = False) -> Verdict:
        """Return all findings of `case`, what was let go and why; with `explain`, how it came to that line by line."""
        reading = read(case, self.book)
        tally = _Tally(explain)
        if explain:
            tally.trace += tell.reading(reading)
        self._ask_rules(reading, tally)
        if self.reader is not None:
            self._ask_reader(self.reader, reading, tally)
        said = list(self._decide(tally))
        findings = [*self._case_findings(case, said), *said]
        if explain:
            tally.trace += tell.outcome(findings, self.book)
        level, why = self._level(reading, findings)
        return Verdict(level, tuple(findings), tuple(tally.excused), why, tuple(tally.trace))

    def fates(self, rule: Rule, reading: Reading) -> Iterator[Fate]:
        """Yield what becomes of each find of `rule`."""
        for look in self._worth_while(reading):
            if look.rule is rule:
                yield from self._fates(rule, look.finder, reading)

    def _fates(self, rule: Rule, finder: Finder, reading: Reading) -> Iterator[Fate]:
        excuses = self.book.excuses_of(rule)
        for place in finder.places(reading.passages, self.book.grammar):
            disguised = any(hit.how in DISGUISED for hit in place.hits)
            level = self._gate.level(rule.category, reading.case, disguised=disguised, rule=rule)
            if level is None:
                yield Fate(finder, place, None, (("stage", reading.case.stage.value),))
                continue
            cap = LEVEL.get(finder.find.at_most or ("notice" if rule.status == "experimental" else ""))
            holding = self.book.letting_go.letting_go(place, excuses, reading)
            yield Fate(finder, place, *self._let_off(lower(level, cap), holding))

    def _worth_while(self, reading: Reading) -> Iterator[Look]:
        """Yield the finders that may find something, in the order of the rules."""
        found, channel = reading.found, reading.case.channel
        for look in compress(self.book.looks, map(found.__and__, self.book.rarest)):
            for need in look.needs:  # a loop, not `all`: this is asked of every mail for many ways to find something
                if not need & found:
                    break
            else:
                if look.channel in (None, channel):
                    yield look

    def _let_off(
        self, level: Level, holding: Iterator[tuple[str, str]]
    ) -> tuple[Level | None, tuple[tuple[str, str], ...]]:
        """Return the level that excuses leave (None: nothing), with those asked: the first that clears is enough."""
        asked = []
        for name, word in holding:
            asked.append((name, word))
            if self.book.letting_go.effect(name) == "clear":
                return None, tuple(asked)
            level = lower(level, Level.NOTICE)
        return level, tuple(asked)

    def _ask_rules(self, reading: Reading, tally: _Tally) -> None:
        told: set[tuple[str, int, Hit]] = set()
        excused: Counter[str] = Counter()
        for look in self._worth_while(reading):
            rule, finder = look.rule, look.finder
            for fate in self._fates(rule, finder, reading):
                marks = {(rule.id, id(fate.place.passage), hit) for hit in fate.place.hits}
                if not marks.isdisjoint(told):
                    continue  # a second way to find the same words tells nothing new
                if fate.level is None:
                    if excused[rule.id] < MOST_EXCUSED:
                        one = Candidate(rule.category, rule.id, fate.place, Level.NOTICE)
                        self._let_go(one, fate.excuses[-1], tally)
                    excused[rule.id] += 1
                    continue
                sure, certain = finder.find.confidence != "low", finder.find.confidence == "certain"
                found = Candidate(
                    rule.category, rule.id, fate.place, fate.level, sure=sure, certain=certain, yields=rule.yields
                )
                tally.candidates.append(found)
                if sure:
                    told |= marks

    def _let_go(self, one: Candidate, excuse: tuple[str, str], tally: _Tally) -> None:
        name, word = excuse
        text = one.place.passage.evidence(one.place.start, one.place.end).text
        tally.excused.append(Excused(one.category, one.rule, name, text))
        if tally.explain:
            title = str(self.book.excuses[name].title) if name in self.book.excuses else name
            tally.trace.append(tell.let_go(one.rule, text, title, word))

    def _ask_reader(self, reader: Reader, reading: Reading, tally: _Tally) -> None:
        sentences = spoken(reading.passages)
        said = [sentence.text for sentence in sentences if sentence.text]
        tally.few, tally.alone = len(said) <= FEW, border(said)
        for subject in headed(reading.passages):
            self._listen(reader, subject, tally)
        for one in self._listen(reader, sentences, tally):
            self._weigh_window(one, reading, tally)

    def _listen(self, reader: Reader, sentences: Sequence[PlainSentence], tally: _Tally) -> Sequence[Candidate]:
        """Return what the reader hears in `sentences`, which are of one whole."""
        heard = []
        said = [sentence.text for sentence in sentences]
        for sentence in reversed(sentences[reader.reach(said) :]):
            tally.unread[id(sentence.passage)] = sentence.span(0, 1)[0]
        for window in reader.read(said) if said else ():
            place = _window(sentences, window.first, window.last)
            rule = f"{READER}.{window.category.value}"
            one = Candidate(window.category, rule, place, Level.NOTICE, score=window.score)
            heard.append(one)
            if tally.explain:
                words = _telling(reader, sentences[window.first : window.last + 1], window.category)
                tally.trace.append(tell.heard(one, words))
        tally.scores += heard
        return heard

    def _weigh_window(self, one: Candidate, reading: Reading, tally: _Tally) -> None:
        """Let the category's excuses look at each anchor in the window: it stands while one of them has none."""
        kind = self.book.categories[one.category]
        level = self._gate.level(one.category, reading.case)
        if level is None:
            return
        excuses = kind.reader.heeds if (one.score or 0.0) >= SURE else kind.unless
        left: list[Level] = []
        excuse = ("", "")
        for anchor in self._anchors(one.place, kind.anchors) or [one.place]:
            kept, asked = self._let_off(level, self.book.letting_go.letting_go(anchor, excuses, reading))
            if kept is None:
                excuse = asked[-1]
            else:
                left.append(kept)
        if left:
            loudest = strongest(left) or level
            tally.candidates.append(Candidate(one.category, one.rule, one.place, loudest, score=one.score))
        else:
            self._let_go(one, excuse, tally)

    def _anchors(self, window: Place, concepts: Sequence[str]) -> list[Place]:
        return [
            Place(window.passage, (Hit(start, end, name),))
            for name in concepts
            for start, end in window.passage.scan.spans(name)
            if window.start <= start and end <= window.end
        ]

    def _decide(self, tally: _Tally) -> Iterator[Finding]:
        told: Counter[tuple[str, Level, bool]] = Counter()
        candidates = [replace(one, unread=_is_unread(one.place, tally)) for one in tally.candidates]
        heard = self.reader is not None
        for one, reason in settle(candidates, tally.scores, heard=heard, few=tally.few, alone=tally.alone):
            if reason:
                if one.score is None:
                    self._let_go(one, (reason, ""), tally)
                elif tally.explain:
                    tally.trace.append(tell.passed_over(one, reason))
                continue
            # Many finds of one kind, or in the subject, must not hide a louder one, or what the text asks.
            kind = one.rule, one.level, one.place.passage.is_heading
            told[kind] += 1
            if told[kind] <= MOST_FINDINGS:
                yield self._finding(one)

    def _finding(self, one: Candidate) -> Finding:
        place = one.place if one.score is None or self.reader is None else _quoted(self.reader, one)
        evidence = tuple(place.passage.evidence(hit.start, hit.end, hit.how) for hit in sorted(place.hits))
        if one.score is not None:
            kind = self.book.categories[one.category]
            title, advice = str(kind.reader.title or kind.title), kind.reader.advice
            return Finding(one.category, one.level, one.rule, title, READER, evidence, advice)
        rule = self._rules[one.rule]
        return Finding(one.category, one.level, rule.id, str(rule.title), "rule", evidence, rule.advice)

    @cached_property
    def _on_sight(self) -> list[tuple[Rule, list[Find]]]:
        by_rule = ((rule, [find for find in rule.find.any if find.case]) for rule in self.book.rules)
        return [(rule, finds) for rule, finds in by_rule if finds]

    def _case_findings(self, case: Case, said: Sequence[Finding]) -> Iterator[Finding]:
        """Yield what the mail itself shows, whatever its words: a false sender, an event without proof, a client's mail.

        What the words themselves `said`, or a rule above said of a forged mail, needs no second finding of its category.
        """
        if not (case.impersonates or case.unbelieved or case.forged or case.reached):
            return
        told = {one.category for one in said}
        for rule, finds in self._on_sight:
            level = self._gate.level(rule.category, case, rule=rule)
            for find in finds if level is not None else ():
                facts = {
                    "impersonates": bool(case.impersonates),
                    "unbelieved": not set(case.unbelieved).isdisjoint(find.events or case.unbelieved),
                    "forged": case.forged and rule.category not in told,
                    "reached": case.reached and rule.category not in told,
                }
                if level is not None and facts.get(find.case or ""):
                    yield Finding(rule.category, level, rule.id, str(rule.title), "rule", _BY_SENDER, rule.advice)
                    told.add(rule.category)
                    break

    def _level(self, reading: Reading, findings: list[Finding]) -> tuple[Level | None, str]:
        level = strongest([finding.level for finding in findings])
        if reading.case.channel not in JUDGED_CHANNELS:
            return level, _("not a client's words")
        if level is None and not any(one.source.strip() for one in reading.passages if not one.is_heading):
            return Level.UNJUDGED, _("this mail holds no words of the client")
        if level is None and (reading.case.partial or len(reading.case.heading) > MOST_HEADING):
            return Level.UNJUDGED, _("this mail is too long to be read to its end")
        return level, ""


def _is_unread(place: Place, tally: _Tally) -> bool:
    return place.end > tally.unread.get(id(place.passage), place.end)


def _telling(reader: Reader, sentences: Sequence[PlainSentence], category: Category) -> Iterator[str]:
    for sentence in sentences:
        for start, end in reader.telling(sentence.text, category):
            yield sentence.passage.evidence(*sentence.span(start, end)).text


def _quoted(reader: Reader, one: Candidate) -> Place:
    """Return what is shown of a window: from the first to the last of its lines that say two thirds of what the loudest does.

    Who writes on a phone ends lines, not sentences, and a reason that stands before an ask is no part of it.
    """
    passage = one.place.passage
    lines = plain_lines(passage, one.place.start, one.place.end)
    if not 1 < len(lines) <= MOST_LINES:
        return one.place
    heard = [
        max((window.score for window in reader.read([line.text]) if window.category is one.category), default=0.0)
        for line in lines
    ]
    loud = [line for line, score in zip(lines, heard, strict=True) if 3 * score >= 2 * max(heard)]
    start, end = loud[0].span(0, 1)[0], loud[-1].span(0, len(loud[-1].text))[1]
    return Place(passage, (Hit(behind_mark(passage.text, start), end, READER, READER),))


def _window(sentences: Sequence[PlainSentence], first: int, last: int) -> Place:
    """Return sentences `first` to `last` as a place of the passage that the first stands in."""
    passage = sentences[first].passage
    inside = [one for one in sentences[first : last + 1] if one.passage is passage and one.text]
    start = behind_mark(passage.text, inside[0].span(0, 1)[0])
    end = inside[-1].span(0, len(inside[-1].text))[1]
    return Place(passage, (Hit(start, end, READER, READER),))
