"""`explain` and `report` on a real server: the mail is found again, the evidence is whole, nothing is changed."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import zipfile

import pytest
from tests.e2e.conftest import NOW, notice

from banken.ledger import Ledger

pytestmark = pytest.mark.server

ASK = "ここでは書きにくいので、続きはLINEでお願いします。IDは aozora_2026 です。"


class Scanned:
    """A desk whose inbox holds one mail that was warned about."""

    def __init__(self, desk, uid, original):
        self.uid, self.original = uid, original
        self._desk = desk

    def __getattr__(self, name):
        return getattr(self._desk, name)


@pytest.fixture
def scanned(desk):
    original = notice(ASK)
    uid = desk.deliver(original)
    desk.run("scan", "--since", "1d", "--apply")
    return Scanned(desk, uid, original)


def bundle(desk, *words):
    path = desk.folder / "evidence.zip"
    desk.run("report", "青空工房", "--out", path, *words)
    assert path.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_mail_is_explained_by_its_place_and_by_its_message_id(scanned):
    message_id = next(line for line in scanned.original.decode().splitlines() if line.startswith("Message-ID:"))
    flags = scanned.flags()
    by_place = scanned.run("explain", f"INBOX:{scanned.uid}").out
    by_name = scanned.run("explain", message_id.removeprefix("Message-ID: ")).out
    for out in (by_place, by_name):
        assert "続きはLINEでお願いします" in out
        assert "contact.line" in out
        assert "ラベル済み" in out
        assert "警告済み" in out
        assert scanned.user in out
    assert scanned.flags() == flags


def test_why_not_tells_each_rule_of_the_category(scanned):
    out = scanned.run("explain", f"INBOX:{scanned.uid}", "--why-not", "interview").out
    assert "interview.in_person" in out
    assert "contact.line" in out  # what was found is told all the same


@pytest.mark.parametrize("words", ["INBOX:999999", "<nobody@nowhere.example>", "Nirgends:1"])
def test_a_mail_that_is_not_there_is_said_so(desk, words):
    assert "というメールはありません" in desk.run("explain", words, expect=2).err.replace("\n", "").replace("│", "")


def test_words_that_name_no_mail_are_refused_before_a_server_is_asked(desk):
    assert "INBOX:12" in desk.run("explain", "hm", expect=2).err


def test_the_bundle_holds_the_originals_octet_for_octet_and_the_sums_prove_it(scanned):
    files = bundle(scanned)
    (original,) = [octets for name, octets in files.items() if name.startswith("originals/")]
    assert original == scanned.original
    sums = dict(reversed(line.split("  ", 1)) for line in files.pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(octets).hexdigest() for name, octets in files.items()}
    (line, *_more) = csv.DictReader(io.StringIO(files["findings.csv"].decode("utf-8-sig")))
    assert "続きはLINEでお願いします" in line["文"]
    assert "警告済み" in line["したこと"]
    told = json.loads(files["findings.json"])
    assert told["client"] == "青空工房"
    assert told["messages"][0]["findings"][0]["category"] == "direct_contact"
    page, readme = files["timeline.html"].decode(), files["README.txt"].decode("utf-8-sig")
    assert hashlib.sha256(original).hexdigest() in page
    for words in ("問題あるやりとりの報告", "違反報告"):
        assert words in page
        assert words in readme


def test_the_masked_bundle_names_nobody(scanned):
    files = bundle(scanned, "--mask")
    assert not [name for name in files if name.startswith("originals/")]
    whole = b"".join(files.values()).decode("utf-8", "replace")
    for name in ("青空工房", "aozora_2026", "商品紹介文の作成", scanned.user, "@crowdworks.jp", "home"):
        assert name not in whole, name
    assert "相手1" in whole
    assert hashlib.sha256(scanned.original).hexdigest() in whole


def test_a_mail_that_was_deleted_is_told_from_the_ledger(scanned):
    with scanned.server.client(scanned.user) as client:
        client.select_folder("INBOX")
        client.delete_messages([scanned.uid])
        client.expunge([scanned.uid])
    files = bundle(scanned)
    assert not [name for name in files if name.startswith("originals/")]
    page = files["timeline.html"].decode()
    assert "もうメールボックスにありません" in page
    assert "LINE" in page


def test_the_month_counts_each_mail_once(desk):
    whole = desk.configure()
    whole["accounts"][0]["folders"] = ["INBOX", "写し"]
    desk.configure(accounts=whole["accounts"])
    desk.deliver(notice(ASK))
    desk.deliver(notice(ASK), "写し")
    desk.deliver(notice("よろしくお願いします。", number=2))
    desk.run("scan", "--since", "1d", "--apply")
    page = desk.folder / "month.html"
    out = desk.run("report", "--month", f"{NOW:%Y-%m}", "--out", page).out
    assert "メール 2 通、うち 1 通" in out
    text = page.read_text(encoding="utf-8")
    assert "警告を送ったのは、そのうち1通" in text
    assert "青空工房" in text


@pytest.mark.parametrize("words", [("--month", "October"), (), ("青空工房", "--month", "2026-10"), ("いない人",)])
def test_a_mistake_is_told_in_a_line(desk, words):
    desk.run("report", *words, expect=2)


def test_a_false_alarm_becomes_a_test_without_names(scanned):
    scanned.deliver(notice("次はZoomで面談しましょう。", number=77))
    scanned.run("scan", "--since", "1d", "--apply")
    assert "# 「問題なし」" in scanned.run("report", "--false-alarms").out
    with scanned.server.client(scanned.user) as client:
        client.select_folder("INBOX")
        client.add_flags([scanned.uid], ["banken-no-problem"])
    out = scanned.run("report", "--false-alarms").out
    assert "contact.line" in out
    assert "続きはLINEでお願いします" in out
    assert "aozora_2026" not in out
    assert "Zoom" not in out


def test_mail_whose_words_were_erased_is_read_again_from_its_original(scanned):
    with Ledger.open(scanned.folder / "state", alone=False) as ledger:
        ledger.retain(NOW + dt.timedelta(days=1))
    files = bundle(scanned)
    assert "続きはLINEでお願いします" in files["findings.csv"].decode("utf-8-sig")
    with Ledger.open(scanned.folder / "state", alone=False) as ledger:
        (seen,) = ledger.seen.by_message_id(json.loads(files["findings.json"])["messages"][0]["message_id"])
    assert seen.state == "forgotten", "a report must not bring back what was erased"


@pytest.mark.parametrize("words", [("--csv", "nowhere/x.csv"), ("--html", "."), ("--json", "--csv", "-")])
def test_a_place_that_cannot_be_written_is_told_before_the_scan(desk, words):
    desk.run("scan", *words, expect=2)
