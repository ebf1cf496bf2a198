"""The page of a scan: totals, and each deal with its picture and its list."""

from __future__ import annotations

from datetime import datetime, tzinfo

from banken.report.pages import chapter, clean, legend, mail_entry, moment, render
from banken.report.summary import Summary
from banken.respond import category_name, level_name
from banken.words import LEVELS, Channel


def scan_page(summary: Summary, zone: tzinfo, now: datetime) -> str:
    """Return the page: it needs no network and no script, and holds no link to anything in the mail."""
    told = {mail.fingerprint for story in summary.stories for mail in story.mails}
    others = sorted((mail for mail in summary.shown if mail.fingerprint not in told), key=lambda mail: mail.at)
    return render(
        "scan.html.j2",
        when=moment(now, zone),
        count=summary.count,
        other=summary.channels[Channel.UNRELATED],
        known=summary.known,
        stopped=summary.stopped,
        held=[
            (clean(one.file or f"{one.folder}:{one.uid}"), clean(f"{one.reason} ({one.step})")) for one in summary.held
        ],
        levels=[(level, level_name(level), summary.levels[level]) for level in reversed(LEVELS)],
        categories=[(category_name(category), count) for category, count in summary.categories.most_common()],
        reasons=[(clean(why), count) for why, count in summary.reasons.most_common()],
        chapters=[chapter(story, zone) for story in summary.stories],
        others=[mail_entry(mail, zone) for mail in others],
        legend=legend(),
    )
