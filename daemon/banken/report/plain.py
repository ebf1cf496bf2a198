"""A mail and its findings as plain values for JSON, with the names of design.md 6."""

from __future__ import annotations

from typing import Any

from banken.report.model import Find, Mail


def plain(mail: Mail) -> dict[str, Any]:
    """Return the object of a mail, as far as a paper knows it; each piece of evidence is a finding of its own."""
    return {
        **({"file": mail.file} if mail.file else {"uid": mail.uid}),
        "account": mail.account,
        "folder": mail.folder,
        "message_id": mail.message_id,
        "date": mail.at.isoformat(),
        "subject": mail.subject,
        "from": mail.sender,
        "channel": mail.channel.value,
        "kind": mail.kind,
        "client": mail.client,
        "deal": mail.deal or None,
        "stage": mail.stage.value,
        "permission": mail.permission.value,
        "authentic": mail.authentic.value,
        "level": mail.level.value if mail.level else None,
        "why": mail.why,
        "findings": [_find(find) for find in mail.finds],
        "known": mail.known,
    }


def _find(find: Find) -> dict[str, Any]:
    evidence = {"text": find.words, "start": find.start, "end": find.end, "how": find.how}
    return {
        "category": find.category.value,
        "level": find.level.value,
        "rule": find.rule,
        "title": find.title,
        "by": find.by,
        "evidence": [evidence] if find.words else [],
    }
