"""From a verdict to what is owed: labels on the mail, a warning to the worker. Nothing is done here."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from banken.ledger import Ledger, Owed
from banken.message.model import Message
from banken.respond.labels import label_keys
from banken.respond.model import (
    FACTS_JSON,
    LABEL_JSON,
    REMINDER_JSON,
    Action,
    Label,
    Point,
    Quote,
    Remind,
    ReminderFacts,
    Spoken,
    Spot,
    Warn,
    WarningFacts,
    WarningSettings,
)
from banken.respond.tidy import one_line, sentence_around, sentence_bounds
from banken.respond.way import KIND
from banken.words import LEVELS, SUBJECT, Category, Channel, Evidence, Finding, Permission, Standing, Verdict

WORDS = 200
"""Code points quoted of the words."""

QUOTES = 3
"""How many places of each category a warning quotes."""

CLAIM = "claims_permission"
"""What `Spoken.talk` calls a client's word that contact outside was approved."""

_DOMAIN = re.compile(r"(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")


def plan(
    verdict: Verdict, message: Message, spoken: Spoken, standing: Standing, *, spot: Spot, settings: WarningSettings
) -> list[Action]:
    """Return what is owed for one message: at most one Label, and one Warn for each address to be warned."""
    actions: list[Action] = []
    keys = label_keys(verdict, offer=spoken.offer)
    if keys:
        actions.append(Label(spot, message.message_id, keys))
    if verdict.level in settings.levels and verdict.findings:
        facts = _facts(verdict, message, spoken, standing, spot)
        actions += [Warn(target, settings.sender, facts) for target in _targets(settings)]
    if told := _notices(verdict, settings):
        facts = _facts(verdict, message, spoken, standing, spot)
        actions += [Warn(target, settings.sender, facts) for target in told]
    return actions


def plan_reminder(facts: ReminderFacts, settings: WarningSettings) -> list[Action]:
    """Return what is owed for a reminder that is due: one mail for each address, unless the worker wants none."""
    return [Remind(target, settings.sender, facts) for target in _targets(settings)] if settings.reminders else []


def owe(ledger: Ledger, account: str, fingerprint: str, actions: list[Action], now: datetime) -> int:
    """Write actions into the outbox; return how many were not there before.

    Warnings of one deal and one target form a lane: they reach the worker in the order they were planned.
    """
    return ledger.outbox.plan([_owed(ledger, account, fingerprint, action) for action in actions], now)


def warning_id(secret: bytes, fingerprint: str, sender: str) -> str:
    """Return the Message-ID of the warning about a message: always the same one, so that a repeat is recognised.

    It is made with the ledger's secret, so that no client can name a mail like one of ours.
    """
    domain = sender.rpartition("@")[2]
    host = domain if _DOMAIN.fullmatch(domain) else "banken.invalid"  # RFC 2606 section 2
    return f"<banken.{hmac.digest(secret, fingerprint.encode(), 'sha256').hex()[:32]}@{host}>"


def _owed(ledger: Ledger, account: str, fingerprint: str, action: Action) -> Owed:
    if isinstance(action, Label):
        payload = LABEL_JSON.dump_json(action).decode()
        return Owed(
            account=account, fingerprint=fingerprint, action="label", target="+".join(action.keys), payload=payload
        )
    deal = action.facts.deal
    in_order = deal and not action.target.startswith(f"{KIND}:")  # danger does not wait behind what is held
    if isinstance(action, Remind):
        kind, payload = "remind", REMINDER_JSON.dump_json(action.facts).decode()
    else:
        kind, payload = "warn", FACTS_JSON.dump_json(action.facts).decode()
    return Owed(
        account=account,
        fingerprint=fingerprint,
        action=kind,
        target=action.target,
        deal=deal,
        lane=f"{account}/{deal}/{action.target}" if in_order else "",
        message_id=warning_id(ledger.secret, fingerprint, action.sender),
        payload=payload,
    )


def _targets(settings: WarningSettings) -> list[str]:
    match settings.via:
        case "smtp":
            return [f"smtp:{address}" for address in dict.fromkeys(settings.to)]
        case "append":
            return [f"append:{settings.folder}"]
    return []


def _notices(verdict: Verdict, settings: WarningSettings) -> list[str]:
    return [
        f"{KIND}:{place}"
        for place, way in enumerate(settings.notify, start=1)
        if any(way.wants(one.category, one.level) for one in verdict.findings)
    ]


def _facts(verdict: Verdict, message: Message, spoken: Spoken, standing: Standing, spot: Spot) -> WarningFacts:
    assert verdict.level is not None
    return WarningFacts(
        level=verdict.level,
        points=tuple(_points(verdict.findings, message)),
        spot=spot,
        message_id=one_line(message.message_id, 998),
        subject=one_line(message.subject),
        sent=message.date,
        sender=one_line(message.sender.address, 320),
        channel=spoken.channel,
        authentic=spoken.authentic,
        authentic_why=one_line(spoken.authentic_why),
        client=one_line(_named(verdict, message, spoken, standing), 60),
        job=one_line(spoken.job, 80),
        deal=standing.deal or "",
        stage=standing.stage,
        permission=standing.permission,
        claimed=CLAIM in spoken.talk and standing.permission is not Permission.APPROVED,
        since=standing.since,
        standing_why=one_line(standing.why, 200),
    )


def _named(verdict: Verdict, message: Message, spoken: Spoken, standing: Standing) -> str:
    """Return the name under which a client writes; a notice that names none bears the platform's as its sender's."""
    false = any(finding.category is Category.IMPERSONATION for finding in verdict.findings)
    if spoken.channel is Channel.NOTIFICATION and not false:
        return spoken.client or standing.client
    return spoken.client or message.sender.name or message.sender.address


def _points(findings: Sequence[Finding], message: Message) -> Iterator[Point]:
    """Yield what was found by category, the strongest first; a rule that says what it is leads before the reader."""
    order = sorted(findings, key=lambda finding: (-LEVELS.index(finding.level), finding.by != "rule"))
    for category in dict.fromkeys(finding.category for finding in order):
        found = [finding for finding in order if finding.category is category]
        rules = tuple(dict.fromkeys(finding.rule for finding in found if finding.by == "rule"))
        told = _told(_apart(found), message)[:QUOTES]
        quotes = tuple(_quote(evidence, message) for evidence in told)
        advice, *others = dict.fromkeys(finding.advice for finding in found)
        yield Point(category, found[0].level, rules, advice, quotes, tuple(others))


def _told(found: Sequence[Evidence], message: Message) -> list[Evidence]:
    """Return the evidence as it is quoted, that of the subject before that of the text: their places are of two counts.

    A subject that goes on and on leaves room for what the text asks.
    """
    parts = (
        (message.subject, [one for one in found if one.how == SUBJECT]),
        (message.text, [one for one in found if one.how != SUBJECT]),
    )
    heads, said = (_together(_joined(there, text), text) for text, there in parts)
    return [*heads[: max(1, QUOTES - len(said))], *said]


def _apart(findings: Sequence[Finding]) -> list[Evidence]:
    """Return the evidence that does not lie over what was taken before: several findings may see the same words."""
    taken: list[Evidence] = []
    for evidence in (evidence for finding in findings for evidence in finding.evidence):
        if not any(_overlap(one, evidence) or one == evidence for one in taken):
            taken.append(evidence)
    return taken


def _overlap(one: Evidence, other: Evidence) -> bool:
    alike = (one.how == SUBJECT) is (other.how == SUBJECT)
    return alike and one.start < other.end and other.start < one.end


def _joined(found: Sequence[Evidence], text: str) -> list[Evidence]:
    """Return the evidence with what follows the one before it on its line, found in the same way, made one with that."""
    joined: list[Evidence] = []
    for one in found:
        last = joined[-1] if joined else None
        between = text[last.end : one.start] if last else "\n"
        if last and one.text and last.how == one.how and last.end <= one.start and not between.strip(" \u3000"):
            joined[-1] = replace(last, text=text[last.start : one.end], end=one.end)
        else:
            joined.append(one)
    return joined


def _together(found: Sequence[Evidence], text: str) -> list[Evidence]:
    """Return the evidence with what would be quoted around other words of its sentence made one with those."""
    told: list[Evidence] = []
    for one in found:
        near = next((at for at, other in enumerate(told) if _is_near(one, other, text)), len(told))
        if near == len(told):
            told.append(one)
            continue
        start, end = min(one.start, told[near].start), max(one.end, told[near].end)
        told[near] = replace(told[near], text=text[start:end], start=start, end=end)
    return told


def _is_near(one: Evidence, other: Evidence, text: str) -> bool:
    """Whether two places lie in one sentence so that what is quoted around them overlaps."""
    if not all(each.text and text[each.start : each.end] == each.text for each in (one, other)):
        return False
    first, last = sentence_bounds(text, one.start, one.end)
    begin, end = sentence_bounds(text, other.start, other.end)
    return first < end and begin < last and max(one.end, other.end) - min(one.start, other.start) <= WORDS


def _quote(evidence: Evidence, message: Message) -> Quote:
    """Return the words with the rest of their sentence around them, as far as it is short; the sender for no words."""
    text = message.source(evidence.how)
    words = one_line(evidence.text or message.sender.address, WORDS)
    if not evidence.text or text[evidence.start : evidence.end] != evidence.text:
        return Quote("", words, "")
    before, after = sentence_around(text, evidence.start, evidence.end)
    line = 0 if evidence.how == SUBJECT else text.count("\n", 0, evidence.start) + 1
    return Quote(before, words, after, line, evidence.how, *sentence_bounds(text, evidence.start, evidence.end))
