"""Take the pictures in docs/pictures anew from the story: `python -m tests.pictures [FOLDER]`.

They come from the program's own papers, photographed by a headless Chromium; a page that is wider than its screen, or
whose letters are too faint, ends this with 1.
"""

from __future__ import annotations

import email
import io
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime
from email import policy
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import MONOKAI
from tests.pictures.browser import Browser

from banken.cli.table import print_table
from banken.config import Config
from banken.guard import Trust
from banken.i18n import LANGUAGES, set_language
from banken.ledger import Ledger
from banken.mailbox.files import open_files
from banken.report import Summary, examined_mail, tell
from banken.report.bundle import write_bundle
from banken.report.evidence import gather
from banken.report.month import month_of, month_page
from banken.report.scanpage import scan_page
from banken.respond import Warn, WarningSettings
from banken.respond.letter import write
from banken.service import house as rooms
from banken.service.catchup import CatchUp
from banken.words import Category

STORY = Path(__file__).parents[1] / "story"
PLACE = Path(__file__).parents[2] / "docs" / "pictures"
TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
WORKER = "nao@worker.example"
PHONE, DESK = 390, 760
DEAL = "雑貨のソラマメ"
TERMINAL = """<!DOCTYPE html><meta charset="utf-8"><style>
body {{ margin: 0; background: {background}; color: {foreground}; }}
main {{ padding: 14px 18px; }}
pre {{ margin: 0; font: 14px/18px "DejaVu Sans Mono", "Noto Sans Mono CJK JP", monospace; }}
i {{ display: inline-block; width: 2ch; height: 18px; vertical-align: top; font-style: normal; text-align: center; }}
{stylesheet}</style><main><pre>{code}</pre></main>"""


class Story:
    """The story, guarded: what every paper is made of."""

    def __init__(self) -> None:
        self.house = rooms.build(Config())
        self.ledger = Ledger.open(":memory:")
        self.box = open_files(STORY)
        settings = WarningSettings(to=(WORKER,), via="append", timezone=TOKYO)
        trust = Trust(("mx.example.jp",))
        self.guard = rooms.guard(self.house, "home", self.ledger, settings=settings, trust=trust)
        self.summary = Summary()
        self.examined = []
        for one in CatchUp(
            guard=self.guard, mailbox=self.box, folders=self.box.folders(), since=NOW.replace(month=1)
        ).run():
            self.examined.append(one)
            self.summary.add(examined_mail(one))
        deals = dict.fromkeys(mail.deal for mail in self.summary.shown if mail.deal)
        self.summary.stories = [
            tell(self.guard.deals, "home", deal, [mail for mail in self.summary.shown if mail.deal == deal])
            for deal in deals
        ]

    def warnings(self):
        """Yield category and HTML of the first warning of each category."""
        seen = set()
        for one in self.examined:
            for action in one.actions:
                if isinstance(action, Warn) and action.facts.points[0].category not in seen:
                    seen.add(action.facts.points[0].category)
                    yield action.facts.points[0].category, self._html(action.facts, one.message.raw)
        assert seen == set(Category), set(Category) - seen

    def _html(self, facts, raw):
        mail = write(
            facts,
            self.house.advice,
            self.guard.warning,
            to=WORKER,
            message_id="<banken.picture@worker.example>",
            now=NOW,
            original=raw,
        )
        parsed = email.message_from_bytes(mail, policy=policy.default)
        return parsed.get_body(("html",)).get_content()

    def table(self, width):
        """Return the table as a terminal of so many columns shows it."""
        screen = Console(record=True, width=width, file=io.StringIO(), force_terminal=True, highlight=False)
        print_table(screen, self.summary, TOKYO)
        page = screen.export_html(code_format=TERMINAL, inline_styles=False, theme=MONOKAI)
        # No font makes a wide character exactly two narrow ones: each gets a box of its own.
        return "".join(f"<i>{letter}</i>" if cell_len(letter) == 2 else letter for letter in page)

    def evidence(self):
        """Return the page of a deal's evidence."""
        (deal,) = self.guard.deals.find(DEAL)
        story, proofs = gather(self.guard, self.box, deal.id, deeds=False)
        file = io.BytesIO()
        write_bundle(file, story, proofs, self.house.advice, zone=TOKYO, now=NOW)
        with tempfile.TemporaryDirectory() as place:
            shutil.unpack_archive(self._kept(file, place), place, "zip")
            return (Path(place) / "timeline.html").read_text(encoding="utf-8")

    @staticmethod
    def _kept(file, place):
        path = Path(place) / "bundle"
        path.write_bytes(file.getvalue())
        return path

    def papers(self):
        """Yield name, HTML, widths and greatest height of each picture in the language spoken now."""
        for category, html in self.warnings():
            whole = 3900 if category is Category.DIRECT_CONTACT else 2600
            for screen, width, tallest in (("phone", PHONE, whole), ("desk", DESK, 1200)):
                yield f"warning-{category.value}", html, {screen: width}, tallest
        yield "table", self.table(104), {"": 914}, 2000
        yield "list", self.table(42), {"": PHONE}, 1200
        yield "scan", scan_page(self.summary, TOKYO, NOW), {"phone": PHONE, "desk": DESK}, 1700
        yield "evidence", self.evidence(), {"phone": PHONE, "desk": DESK}, 2600
        month = month_of(self.ledger, ["home"], date(2026, 11, 1), TOKYO)
        yield "month", month_page(month, TOKYO, NOW), {"phone": PHONE, "desk": DESK}, 1600


def small(path: Path) -> None:
    """Make a picture as small as it can be without being worse to read."""
    if program := shutil.which("pngquant"):
        subprocess.run([program, "--force", "--nofs", "--ext", ".png", "--speed", "1", "24", str(path)], check=False)


def main(place: Path) -> int:
    """Take all pictures; return 1 when something is wrong with a page."""
    wrong = []
    with Browser() as browser:
        for language in LANGUAGES:
            set_language(language)
            for name, html, widths, tallest in Story().papers():
                for screen, width in widths.items():
                    for dark in (False, True):
                        path = place / ".".join(filter(None, (name, screen, "dark" * dark, language, "png")))
                        faults = browser.shoot(html, path, width, dark=dark, tallest=tallest)
                        if name not in ("table", "list"):  # its colours are the terminal's
                            wrong += [f"{path.name}: {fault}" for fault in faults]
                        if dark and (name, screen) not in DARK:
                            path.unlink()
                        else:
                            small(path)
    sys.stdout.write("".join(f"{line}\n" for line in wrong))
    return 1 if wrong else 0


DARK = {("warning-direct_contact", "phone"), ("scan", "phone"), ("scan", "desk")}
"""What is kept in the dark scheme as well; everything is looked at in both."""


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]) if sys.argv[1:] else PLACE))
