"""Labels, warning mail, notifiers: planned first, then carried out."""

from banken.respond.advice import Advice
from banken.respond.advice_files import load_advice
from banken.respond.carry import carry_out
from banken.respond.labels import Answer, answer_labels, answer_of, shown_labels
from banken.respond.model import (
    Action,
    Label,
    Remind,
    ReminderFacts,
    SmtpServer,
    Spot,
    Warn,
    WarningFacts,
    WarningSettings,
)
from banken.respond.names import category_name, level_name, moment_of, permission_name, stage_name
from banken.respond.news import HOUSE, News, letter_of, tell
from banken.respond.notices import send_notices
from banken.respond.outcome import Outcome
from banken.respond.plan import owe, plan, plan_reminder, warning_id
from banken.respond.post import Post, PostError
from banken.respond.way import Way

__all__ = [
    "HOUSE",
    "Action",
    "Advice",
    "Answer",
    "Label",
    "News",
    "Outcome",
    "Post",
    "PostError",
    "Remind",
    "ReminderFacts",
    "SmtpServer",
    "Spot",
    "Warn",
    "WarningFacts",
    "WarningSettings",
    "Way",
    "answer_labels",
    "answer_of",
    "carry_out",
    "category_name",
    "letter_of",
    "level_name",
    "load_advice",
    "moment_of",
    "owe",
    "permission_name",
    "plan",
    "plan_reminder",
    "send_notices",
    "shown_labels",
    "stage_name",
    "tell",
    "warning_id",
]
