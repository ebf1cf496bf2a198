"""On a screen as narrow as a phone's, rows are a list; nothing is lost there, and nothing too wide."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
import yaml
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text
from tests.report.scenes import find, mail
from typer.testing import CliRunner

from banken.cli.app import build
from banken.cli.rows import NARROW, print_rows
from banken.cli.table import print_table
from banken.i18n import set_language
from banken.ledger import Deal, Ledger, SeenMessage, Tie
from banken.report import Summary
from banken.words import Authentic, Category, Channel, Event, Evidence, Finding, Level

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
HEADS = ("取引", "仕事", "段階")
ROW = ("1eac9464", "SNS投稿文の作成をお願いしたいです", "契約前")


def printed(width, *rows):
    out = Console(file=io.StringIO(), width=width)
    print_rows(out, HEADS, [[Text(cell) for cell in row] for row in rows])
    return out.file.getvalue()


@pytest.mark.parametrize("width", [12, 30, NARROW - 1])
def test_a_narrow_screen_gets_a_list(width):
    said = printed(width, ROW)
    assert "╭" not in said
    assert max(map(cell_len, said.splitlines())) <= width
    flat = "".join(said.split())
    assert flat == "1eac9464仕事:SNS投稿文の作成をお願いしたいです·段階:契約前"


def test_what_is_not_known_has_no_line():
    assert printed(40, (ROW[0], "—", "")).split() == [ROW[0]]


def test_a_wide_screen_gets_a_table():
    assert "╭" in printed(NARROW, ROW)


@pytest.fixture
def deals(tmp_path):
    account = {"name": "home", "imap": {"host": "imap.example.jp", "user": "home", "password": {"env": "SECRET"}}}
    settings = {"state": str(tmp_path / "state"), "accounts": [account], "warn": {"to": ["w@example.jp"]}}
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    with Ledger.open(tmp_path / "state") as ledger:
        ledger.deals.put(Deal(account="home", id="d1", client="青空工房", job="商品紹介文の作成", opened=NOW))
        ledger.deals.tie("home", [Tie("d1", "client", "青空工房"), Tie("d1", "contract", "7001")], NOW)
        ledger.events.append("home", "d1", Event("contracted", NOW, believed=True, source="mail", why="本物です"), NOW)
        seen = SeenMessage(
            account="home", folder="INBOX", uidvalidity=7, uid=1, arrived=NOW, examined=NOW, deal="d1",
            channel=Channel.NOTIFICATION, fingerprint="f", authentic=Authentic.FORGED,
        )  # fmt: skip
        found = Finding(Category.DIRECT_CONTACT, Level.WARNING, "r", "t", evidence=(Evidence("LINE", 0, 4),))
        ledger.findings.record(ledger.seen.record(seen), [found], "v")

    def run(width, *words):
        result = CliRunner().invoke(build(), [*words, "--config", str(config)], env={"COLUMNS": str(width)})
        return result.stdout

    yield run
    set_language("ja")


@pytest.mark.parametrize("words", [("deals", "list"), ("deals", "show", "d1"), ("status",)])
def test_no_verb_writes_one_letter_a_line(deals, words):
    said = deals(40, *words)
    assert "╭" not in said
    assert len(said.splitlines()) < 20


@pytest.mark.parametrize("width", [40, 80])
def test_a_deal_without_an_application_does_not_say_so_in_each_line(deals, width):
    assert "申請は確認できていません" not in deals(width, "deals", "list")
    assert deals(width, "deals", "show", "d1").count("申請は確認できていません") == 1


def test_what_leads_to_a_deal_has_a_name_and_stands_as_split_takes_it(deals):
    assert "契約の番号 contract=7001, クライアントの名前 client=青空工房" in deals(120, "deals", "show", "d1")


def test_what_a_forged_mail_asks_is_marked_as_not_believed(deals):
    line = next(line for line in deals(120, "deals", "show", "d1").splitlines() if "外部連絡" in line)
    assert "いいえ" in line


def table(width, *mails):
    summary = Summary()
    for one in mails:
        summary.add(one)
    out = Console(file=io.StringIO(), width=width)
    print_table(out, summary, UTC)
    return out.file.getvalue()


@pytest.mark.parametrize("width", [40, 120])
def test_the_strongest_stands_first(width):
    weak, strong = (
        find("Zoom", category=Category.INTERVIEW, level=Level.NOTICE),
        find("PayPay", category=Category.OFF_PLATFORM_PAYMENT, level=Level.DANGER),
    )
    said = table(width, mail(finds=[weak, strong], level=Level.DANGER))
    assert said.index("外部での支払い") < said.index("面談")
    assert said.index("PayPay") < said.index("Zoom")


def test_mail_of_other_matters_is_told_only_where_there_is_some():
    assert "うち" not in table(40, mail())
    assert "うち1通" in table(40, mail(), mail(level=None, finds=[], channel=Channel.UNRELATED))


def test_one_is_told_as_grammatically_as_two():
    set_language("en")
    said = table(80, mail(), mail(level=None, finds=[], channel=Channel.UNRELATED))
    set_language("ja")
    assert "Messages read: 2; not about this work: 1." in said
