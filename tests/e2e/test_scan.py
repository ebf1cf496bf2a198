"""The main job on real servers: scan, label, warn; nothing twice, nothing touched."""

from __future__ import annotations

import copy
import csv
import datetime as dt
import io
import signal
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from tests.e2e.conftest import NOW, notice
from tests.servers import free_port

pytestmark = pytest.mark.server

OURS = ("banken-danger", "banken-warning", "banken-notice", "banken-unjudged")


def levels(flags):
    return {
        uid: next((one for one in OURS if one in {flag.lower() for flag in found}), "") for uid, found in flags.items()
    }


def without_ours(flags):
    dropped = ("banken-", "\\recent")  # \Recent belongs to a session, not to the message
    return {uid: {one for one in found if not one.lower().startswith(dropped)} for uid, found in flags.items()}


def test_the_story_is_labelled_and_warned_about(desk):
    uids = desk.tell_story()
    before = desk.flags()
    answer = desk.run("scan", "--since", "30d", "--apply", "--json")
    after, found = desk.flags(), {one["uid"]: one for one in answer.objects()}
    assert len(found) == len(uids)
    assert levels(after) == {uid: f"banken-{one['level']}" if one["level"] else "" for uid, one in found.items()}
    assert levels(after)[uids[6]] == "banken-danger"  # L I N E before the contract
    assert levels(after)[uids[10]] == "banken-notice"  # a work chat under contract
    assert levels(after)[uids[15]] == "banken-danger"  # the forged notice
    assert levels(after)[uids[34]] == ""  # only denials
    assert "banken-direct_contract" in after[uids[14]]
    assert without_ours(after) == without_ours(before), "a flag that is not ours has changed"
    loud = [one for one in found.values() if one["level"] in ("warning", "danger")]
    warnings = [one for one in desk.sink.messages if b"X-Banken: warning" in one.raw]
    assert len(warnings) == len(loud)
    assert len({one.message_id for one in warnings}) == len(loud)
    assert {one.recipients for one in desk.sink.messages} == {(desk.user,)}


def test_an_ask_in_the_subject_of_a_direct_mail_is_labelled_and_warned_about(desk):
    text = "クラウドワークスでご応募いただいた件でご連絡しました。\n原稿を拝見しました。\n締切は金曜です。\nよろしくお願いします。\n"
    found = {}
    for subject in ("LINEを交換しませんか", "Re: LINEを交換しませんか"):
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"], mail["To"], mail["Subject"] = "Oka <oka@client.example>", desk.user, subject
        mail["Message-ID"] = f"<{len(found)}@client.example>"
        mail.set_content(text)
        found[desk.deliver(mail.as_bytes())] = subject
    answer = desk.run("scan", "--since", "30d", "--apply", "--json")
    new, old = found
    told = {one["uid"]: [each["evidence"] for each in one["findings"]] for one in answer.objects()}
    assert told == {new: [[{"text": "LINE", "start": 0, "end": 4, "how": "subject"}]] * len(told[new]), old: []}
    assert told[new]
    assert levels(desk.flags()) == {new: "banken-warning", old: ""}
    [warning] = [message_from_bytes(one.raw, policy=policy.default) for one in desk.sink.messages]
    assert "件名：【LINE】を交換しませんか" in warning.get_body(("plain",)).get_content()
    desk.run("scan", "--since", "30d", "--apply")
    assert len(desk.sink.messages) == 1


def test_a_second_scan_does_nothing(desk):
    desk.tell_story()
    desk.run("scan", "--since", "30d", "--apply")
    flags, sent = desk.flags(), len(desk.sink.messages)
    assert sent
    answer = desk.run("scan", "--since", "30d", "--apply")
    assert "0 通にラベルを付け、0 通の警告" in answer.out
    assert (desk.flags(), len(desk.sink.messages)) == (flags, sent)


def test_a_dry_scan_leaves_no_trace(desk):
    desk.tell_story()
    before = without_ours(desk.flags())
    answer = desk.run("scan", "--since", "30d")
    assert "危険" in answer.out
    assert desk.flags().keys() == before.keys()
    assert {uid: found - {"\\Recent"} for uid, found in desk.flags().items()} == before
    assert not desk.sink.messages
    assert not (desk.folder / "state").exists()


def test_dry_and_applied_scans_agree(desk):
    desk.tell_story()
    dry = desk.run("scan", "--since", "30d", "--json").objects()
    wet = desk.run("scan", "--since", "30d", "--apply", "--json").objects()
    again = desk.run("scan", "--since", "30d", "--json").objects()
    verdicts = [[(one["uid"], one["stage"], one["level"]) for one in run] for run in (dry, wet, again)]
    assert verdicts[0] == verdicts[1] == verdicts[2]


def test_the_warning_carries_the_words_and_the_original(desk):
    original = notice("ここでは書きにくいので、続きはLINEでお願いします。IDは aozora_2026 です。")
    desk.deliver(original)
    desk.run("scan", "--since", "1d", "--apply")
    (received,) = desk.sink.messages
    mail = message_from_bytes(received.raw, policy=policy.default)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Banken"]
    text = mail.get_body(("plain",)).get_content()
    assert "LINE" in text
    assert "青空工房" in mail["Subject"] + text
    attached = [part for part in mail.walk() if part.get_content_type() == "message/rfc822"]
    assert "aozora_2026" in attached[0].get_payload(0).get_payload(decode=True).decode()


def test_since_is_a_moment_not_a_day(desk):
    # SINCE has day resolution and asks in the server's zone: these two arrived on one day, an hour apart.
    noon = (NOW - dt.timedelta(days=3)).replace(hour=12, minute=0, second=0, microsecond=0)
    early = desk.deliver(notice("LINEでお願いします。", number=1), when=noon - dt.timedelta(minutes=30))
    late = desk.deliver(notice("LINEでお願いします。", number=2), when=noon + dt.timedelta(minutes=30))
    desk.run("scan", "--since", f"{noon:%Y-%m-%dT%H:%M:%S%z}", "--apply")
    assert levels(desk.flags())[late]
    assert not levels(desk.flags())[early]


def test_several_folders_with_japanese_names(desk):
    whole = desk.configure()
    whole["accounts"][0]["folders"] = ["INBOX", "仕事/受注 2026", "A&B"]
    desk.configure(accounts=whole["accounts"])
    for folder in whole["accounts"][0]["folders"]:
        desk.deliver(notice(f"LINEで連絡ください。({folder})"), folder)
    desk.run("scan", "--since", "1d", "--apply")
    for folder in whole["accounts"][0]["folders"]:
        assert list(levels(desk.flags(folder)).values()) == ["banken-danger"] or list(
            levels(desk.flags(folder)).values()
        ) == ["banken-warning"], folder
    assert len(desk.sink.messages) == 3


def test_a_keyword_with_a_bracket_breaks_nothing(desk):
    desk.deliver(notice("よろしくお願いします。", number=1), flags=["[bad"])
    uid = desk.deliver(notice("LINEを交換しましょう。", number=2))
    answer = desk.run("scan", "--since", "1d", "--apply")
    assert "キーワード" in answer.out
    assert levels(desk.flags())[uid]


def test_a_message_in_two_folders_is_warned_about_once(desk):
    whole = desk.configure()
    whole["accounts"][0]["folders"] = ["INBOX", "写し"]
    desk.configure(accounts=whole["accounts"])
    raw = notice("続きはLINEで。")
    desk.deliver(raw)
    desk.deliver(raw, "写し")
    desk.run("scan", "--since", "1d", "--apply")
    assert len(desk.sink.messages) == 1


def test_append_puts_the_warning_unread_into_the_inbox_and_never_examines_it(desk):
    desk.configure(warn={"to": [desk.user], "via": "append"})
    desk.deliver(notice("続きはLINEで。"))
    desk.run("scan", "--since", "1d", "--apply")
    flags = desk.flags()
    assert len(flags) == 2
    assert all("\\Seen" not in found for found in flags.values())
    for _ in range(2):
        desk.run("scan", "--since", "1d", "--apply")
    assert desk.flags() == flags


def test_a_forged_own_header_hides_nothing(desk):
    raw = b"X-Banken: 1\r\nAuto-Submitted: auto-generated\r\n" + notice("LINEを交換しましょう。")
    uid = desk.deliver(raw)
    desk.run("scan", "--since", "1d", "--apply")
    assert levels(desk.flags())[uid]


def test_fail_on_gives_an_exit_code(desk):
    desk.deliver(notice("LINEを交換しましょう。"))
    desk.run("scan", "--since", "1d", "--fail-on", "warning", expect=1)
    desk.run("scan", "--since", "2020-01-01", "--until", "2020-01-01", "--fail-on", "warning", expect=0)


def test_warnings_that_the_smtp_server_refuses_are_told_once_and_where_they_went(desk):
    for number in (1, 2, 3):
        desk.deliver(notice("LINEを交換しましょう。", number=4500000 + number))
    desk.sink.answer("RCPT", "550 5.7.1 no such user", times=9)
    said = desk.run("scan", "--since", "1d", "--apply", expect=0).out
    (refused,) = (line for line in said.splitlines() if "550" in line)
    assert refused.startswith("3 件")
    assert "代わりに 3 件を INBOX" in said


def test_warnings_that_could_not_be_sent_at_all_give_an_exit_code(desk):
    desk.deliver(notice("LINEを交換しましょう。"))
    desk.sink.answer("RCPT", "451 4.3.0 later", times=9)
    assert "1 件はあとで" in desk.run("scan", "--since", "1d", "--apply", expect=3).out


def test_deals_are_listed_and_set(desk):
    desk.tell_story()
    desk.run("scan", "--since", "30d", "--apply")
    deals = {one["client"]: one for one in desk.run("deals", "list", "--json").objects()}
    assert deals["みどり堂編集部"]["stage"] == "completed"
    assert deals["雑貨のソラマメ"]["stage"] == "under_contract"
    desk.run("deals", "set", "ハルカゼ企画", "--stage", "under_contract")
    (shown,) = desk.run("deals", "show", "ハルカゼ企画", "--json").objects()
    assert shown["stage"] == "under_contract"
    desk.run("deals", "undo", shown["timeline"][-1]["number"])
    (shown,) = desk.run("deals", "show", "ハルカゼ企画", "--json").objects()
    assert shown["stage"] == "before_contract"


def test_a_second_scan_goes_on_where_the_first_one_was(desk):
    desk.tell_story()
    first = desk.run("scan", "--since", "30d", "--apply", "--until", f"{NOW - dt.timedelta(days=10):%Y-%m-%d}")
    assert "読み直しませんでした" not in first.out
    known = len(desk.run("scan", "--since", "30d", "--json").objects())
    second = desk.run("scan", "--since", "30d", "--apply", "--json").objects()
    passed = [one for one in second if one.get("known")]
    assert 0 < len(passed) < len(second) == known
    # What was known is told as it was found, and the whole comes to what a scan in one go would have found.
    dry = {one["uid"]: one for one in desk.run("scan", "--since", "30d", "--json").objects()}
    assert {one["uid"]: (one["level"], one["stage"]) for one in second} == {
        uid: (one["level"], one["stage"]) for uid, one in dry.items()
    }
    assert not [
        one for one in desk.run("scan", "--since", "30d", "--apply", "--again", "--json").objects() if "known" in one
    ]


def test_older_mail_that_is_new_lets_all_behind_it_be_examined_again(desk):
    desk.tell_story()
    desk.run("scan", "--since", "5d", "--apply")
    whole = desk.run("scan", "--since", "30d", "--apply", "--json").objects()
    assert not [one for one in whole if one.get("known")]


def test_changed_settings_of_the_rules_examine_anew(desk):
    desk.deliver(notice("続きはLINEで。"))
    desk.run("scan", "--since", "1d", "--apply")
    (known,) = desk.run("scan", "--since", "1d", "--apply", "--json").objects()
    assert known["known"]
    desk.configure(rules={"disable": ["contact.line"]})
    (anew,) = desk.run("scan", "--since", "1d", "--apply", "--json").objects()
    assert "known" not in anew


def test_ctrl_c_shows_what_was_seen_and_the_next_scan_goes_on(desk):
    for number in range(220):
        desk.deliver(notice(f"続きはLINEで。{number}", number=number))
    html = desk.folder / "page.html"
    process = desk.start("scan", "--since", "1d", "--apply", "--json", "--html", html)
    seen = [process.stdout.readline() for _ in range(3)]  # it has begun, and is far from done
    process.send_signal(signal.SIGINT)
    rest, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in told
    count = len(seen) + len(rest.splitlines())
    assert count < 220
    assert "途中で止め" in html.read_text(encoding="utf-8")
    assert html.stat().st_mode & 0o077 == 0
    again = desk.run("scan", "--since", "1d", "--apply", "--json").objects()
    assert len(again) == 220
    assert count <= sum("known" in one for one in again) + 1 < 220
    assert len(desk.sink.messages) == 220
    assert len({one.message_id for one in desk.sink.messages}) == 220


def test_ctrl_c_while_files_are_read_promises_no_going_on(desk, tmp_path):
    for number in range(300):
        (tmp_path / f"{number:03}.eml").write_bytes(notice(f"続きはLINEで。{number}", number=number))
    process = desk.start("scan", "--from", tmp_path, "--apply", "--json")
    seen = [process.stdout.readline() for _ in range(3)]
    process.send_signal(signal.SIGINT)
    rest, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in told
    assert 3 <= len(seen) + len(rest.splitlines()) < 300
    assert "中断しました。失われたものはありません。" in told
    assert "続きます" not in told, "nothing of files is kept"
    assert not desk.sink.messages


def test_the_table_as_csv_on_the_output(desk):
    desk.deliver(notice("続きはLINEで。"))
    answer = desk.run("scan", "--since", "1d", "--apply", "--csv", "-")
    lines = list(csv.DictReader(io.StringIO(answer.out.removeprefix("\ufeff"))))
    assert [one["クライアント"] for one in lines] == ["青空工房"] * len(lines)
    assert "LINE" in lines[0]["言葉"]
    assert "1 通にラベル" in answer.err


def test_what_was_done_stands_in_the_table(desk):
    desk.deliver(notice("続きはLINEで。"))
    assert "警告済み" not in desk.run("scan", "--since", "1d").out
    assert "ラベル済み · 警告済み" in desk.run("scan", "--since", "1d", "--apply").out
    assert "ラベル済み · 警告済み" in desk.run("scan", "--since", "1d").out


def test_an_account_that_cannot_be_reached_does_not_hide_the_others(desk):
    desk.deliver(notice("続きはLINEで。"))
    (good,) = desk.configure()["accounts"]
    lost = copy.deepcopy(good)  # the same object twice would become an alias in the file
    lost["name"], lost["imap"]["port"] = "lost", free_port()
    desk.configure(accounts=[lost, good])
    page = desk.folder / "page.html"
    answer = desk.run("scan", "--since", "1d", "--apply", "--html", page, expect=3)
    assert "青空工房" in answer.out
    assert "lost: " in answer.err
    assert "途中までしか調べられませんでした：lost" in page.read_text(encoding="utf-8")
    assert len(desk.sink.messages) == 1
    desk.configure(accounts=[lost])
    assert not desk.run("scan", "--since", "1d", expect=3).out, "an empty table would say that nothing was found"
