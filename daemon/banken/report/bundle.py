"""The evidence of one deal as one ZIP file: the originals, a page, the findings, sums to check them, how to report."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import BinaryIO

from banken.i18n import _, language
from banken.report.evidence import Proof
from banken.report.mask import Mask
from banken.report.pages import chapter, clean, legend, moment, render
from banken.report.plain import plain
from banken.report.sheet import sheet
from banken.report.story import Story
from banken.respond import Advice, permission_name, stage_name

SUMS = "SHA256SUMS"
_UNFIT = re.compile(r"[^a-z_]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the bundle and its SHA-256; `octets` is None for an original that only its sum stands for."""

    name: str
    sha256: str
    octets: bytes | None

    @classmethod
    def of(cls, name: str, octets: bytes, *, kept: bool = True) -> Entry:
        """Return an entry; with `kept` false only its sum."""
        return cls(name, hashlib.sha256(octets).hexdigest(), octets if kept else None)


def write_bundle(
    file: BinaryIO,
    story: Story,
    proofs: Sequence[Proof],
    advice: Advice,
    *,
    zone: tzinfo,
    now: datetime,
    mask: Mask | None = None,
) -> None:
    """Write the bundle into `file`; with `mask` no name stands in it, and of the originals only their sums.

    The originals are the octets as they lie in the mailbox, headers included: `sha256sum -c SHA256SUMS` proves that
    nothing was changed since.
    """
    originals = list(_originals(proofs, zone, kept=mask is None))
    told = mask.story(story) if mask else story
    facts = _facts(told, zone)
    texts = [
        Entry.of("timeline.html", _page(told, originals, facts, advice, zone, now).encode()),
        Entry.of("findings.csv", sheet(told.mails, zone)),
        Entry.of("findings.json", _json(told)),
        Entry.of("README.txt", _windows(_readme(advice, facts, originals, moment(now, zone), masked=mask is not None))),
    ]
    entries = [entry for entry in (*originals, *texts) if entry.octets is not None]
    lines = "".join(f"{entry.sha256}  {entry.name}\n" for entry in entries)
    stamp = now.astimezone(zone).timetuple()[:6]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, octets in [*((one.name, one.octets) for one in entries), (SUMS, lines.encode())]:
            archive.writestr(zipfile.ZipInfo(name, stamp), octets or b"", zipfile.ZIP_DEFLATED)


def _originals(proofs: Sequence[Proof], zone: tzinfo, *, kept: bool) -> Iterator[Entry]:
    for number, proof in enumerate(proofs, start=1):
        if proof.original is not None:
            level = _UNFIT.sub("", proof.mail.level or "mail")
            name = f"originals/{number:03}_{proof.mail.at.astimezone(zone):%Y%m%d}_{level}.eml"
            yield Entry.of(name, proof.original, kept=kept)


def _facts(story: Story, zone: tzinfo) -> list[tuple[str, str]]:
    first, last = story.mails[:1], story.mails[-1:]
    facts = [(_("Client"), story.client or "—"), (_("Job"), story.job or "—")]
    facts += [(_("Its number in Banken"), story.deal), (_("Stage"), stage_name(story.stage))]
    facts.append((_("Contact outside"), permission_name(story.permission)))
    if first:
        span = _("{first} to {last}").format(first=moment(first[0].at, zone), last=moment(last[0].at, zone))
        mails = _("{count} ({span})").format(count=len(story.mails), span=span)
        facts.append((_("Mails"), mails))
    return [(name, clean(value)) for name, value in facts]


def _page(
    story: Story,
    originals: Sequence[Entry],
    facts: list[tuple[str, str]],
    advice: Advice,
    zone: tzinfo,
    now: datetime,
) -> str:
    return render(
        "deal.html.j2",
        when=moment(now, zone),
        facts=facts,
        deal=chapter(story, zone),
        legend=legend(),
        originals=originals,
        report=advice.report(language()),
        keep=advice.keep(language()),
    )


def _json(story: Story) -> bytes:
    whole = {
        "deal": story.deal,
        "client": story.client,
        "job": story.job,
        "stage": story.stage.value,
        "permission": story.permission.value,
        "events": [
            {
                "at": step.at.isoformat(),
                "title": step.title,
                "believed": step.believed,
                "undone": step.undone,
                "stage": step.stage.value,
                "permission": step.permission.value,
            }
            for step in story.steps
        ],
        "messages": [plain(mail) for mail in story.mails],
    }
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")


def _readme(
    advice: Advice, facts: list[tuple[str, str]], originals: Sequence[Entry], when: str, *, masked: bool
) -> str:
    return render(
        "readme.txt.j2",
        when=when,
        facts=facts,
        masked=masked,
        originals=originals,
        report=advice.report(language()),
        keep=advice.keep(language()),
    )


def _windows(text: str) -> bytes:
    """Return a text as every editor reads it: with a byte order mark and the line ends of Windows."""
    return text.replace("\n", "\r\n").encode("utf-8-sig", "replace")
