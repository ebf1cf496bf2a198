"""Papers about what was seen: tables as files, pages with pictures, the evidence of a deal, the month."""

from banken.report.model import Find, Mail, examined_mail, known_mail
from banken.report.story import Step, Story, tell
from banken.report.summary import Summary

__all__ = ["Find", "Mail", "Step", "Story", "Summary", "examined_mail", "known_mail", "tell"]
