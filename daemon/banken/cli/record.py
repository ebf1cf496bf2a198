"""One examined message as the JSON object that `check` and `scan` print (design.md 6)."""

from __future__ import annotations

from typing import Any

from banken.guard import Examined
from banken.words import Event, Evidence, Excused, Finding, Segment


def record(examined: Examined, *, text: bool = False) -> dict[str, Any]:
    """Return the object of one message; with `text` also its whole decoded text and the segments."""
    message, mail = examined.message, examined.correspondence
    where = {"file": examined.place.file} if examined.place.file else {"uid": examined.place.uid}
    whole = {"text": message.text, "segments": [_segment(one) for one in mail.segments]} if text else {}
    return {
        **where,
        "account": examined.account,
        "folder": examined.place.folder,
        "message_id": message.message_id,
        "date": message.date.isoformat(),
        "subject": message.subject,
        "from": message.sender.address,
        "channel": mail.channel.value,
        "kind": mail.kind,
        "client": mail.client,
        "deal": examined.standing.deal,
        "stage": examined.standing.stage.value,
        "permission": examined.standing.permission.value,
        "authentic": mail.authentic.value,
        "offer": mail.offer,
        "level": examined.verdict.level.value if examined.verdict.level else None,
        "why": examined.verdict.why,
        "findings": [_finding(one) for one in examined.verdict.findings],
        "excused": [_excused(one) for one in examined.verdict.excused],
        "events": [_event(one) for one in examined.events],
        "notes": list(message.notes),
        **whole,
    }


def _segment(segment: Segment) -> dict[str, Any]:
    return {"kind": segment.kind.value, "start": segment.start, "end": segment.end}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "category": finding.category.value,
        "level": finding.level.value,
        "rule": finding.rule,
        "title": finding.title,
        "by": finding.by,
        "evidence": [_evidence(one) for one in finding.evidence],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {"text": evidence.text, "start": evidence.start, "end": evidence.end, "how": evidence.how}


def _excused(excused: Excused) -> dict[str, Any]:
    return {
        "category": excused.category.value,
        "rule": excused.rule,
        "excuse": excused.excuse,
        "text": excused.text,
    }


def _event(event: Event) -> dict[str, Any]:
    return {"kind": event.kind, "deal": event.deal, "believed": event.believed}
