"""The ladder of labels: Gmail, keyword, a copy in a folder, the flag; only added, read back, never twice."""

from __future__ import annotations

import pytest
from tests.mailbox.letters import HEAD, attachment, letter, multipart, part
from tests.pymapserver import PASSWORD, USER, pymap

from banken.mailbox.errors import FolderChanged, Gone, Refused, Unavailable, Unreachable
from banken.mailbox.imap import Server, connect

pytestmark = pytest.mark.server
SHOWN = {"banken-danger": "番犬/危険"}


def test_keywords_are_added_to_what_is_there(account):
    account.append(letter(1), flags=["\\Flagged", "$label1"])
    account.append(letter(2))
    mailbox = account.connect()
    labelled = mailbox.label(1, ["banken-danger", "banken-direct_contact"])
    assert (labelled.how, labelled.name) == ("keyword", "banken-danger, banken-direct_contact")
    assert account.flags() == {1: {"\\Flagged", "$label1", "banken-danger", "banken-direct_contact"}, 2: set()}
    assert {"\\Flagged", "$label1", "banken-danger"} <= mailbox.labels(1)
    assert mailbox.label(1, ["BANKEN-danger"]).how == "keyword"  # keywords know no case
    assert len(account.flags()[1]) == 4


def test_a_label_that_is_no_atom_goes_to_a_folder(account):
    account.append(letter())
    labelled = account.connect().label(1, ["番犬 危険"])
    assert (labelled.how, labelled.name) == ("folder", "Banken/番犬 危険")
    assert account.flags() == {1: set()}
    with pytest.raises(Refused, match="ASCII"):
        account.connect(labels="keyword").label(1, ["番犬 危険"])


def test_copies_stand_once_and_the_original_stays(account):
    big = multipart(part("text/plain", b"hi"), attachment(600_000), head=HEAD)
    twin = letter(1, "本文が違う\r\n".encode())
    for raw in (letter(1), big, b"Subject: no id\r\n\r\none\r\n", b"Subject: no id\r\n\r\ntwo!\r\n",
                b"Message-ID: <\xff\xfe>\r\n\r\nx\r\n", twin):  # fmt: skip
        account.append(raw)
    account.append(letter(1), folder="Banken/番犬/注意")
    before = account.messages()
    for _ in range(2):
        mailbox = account.connect(labels="folder", shown=SHOWN)
        for uid in before:
            labelled = mailbox.label(uid, ["banken-danger"])
            assert (labelled.how, labelled.name) == ("folder", "Banken/番犬/危険")
            assert mailbox.uids() == list(before)  # the folder from before is open again
    copies = list(account.messages("Banken/番犬/危険").values())
    assert copies[:5] == list(before.values())[:5]
    assert len(copies) == 5  # the sixth has the header of the first: for us the same message
    assert account.messages() == before
    assert account.flags() == {key: set() for key in before}
    with account.dovecot.client(account.user) as client:
        assert "Banken/番犬/危険" in [name for _flags, _separator, name in client.list_sub_folders()]


def test_the_copy_keeps_unread_unread(account):
    account.append(letter(1), flags=["\\Seen"])
    account.append(letter(2))
    mailbox = account.connect(labels="folder")
    for uid in (1, 2):
        mailbox.label(uid, ["x"])
    assert account.flags("Banken/x") == {1: {"\\Seen"}, 2: set()}


def test_one_folder_for_each_label_and_a_name_of_ones_own(account):
    account.append(letter())
    mailbox = account.connect(labels="folder", label_folder="{label}", shown=SHOWN)
    assert mailbox.label(1, ["banken-danger", "y"]).name == "番犬/危険, y"
    assert {"番犬/危険", "y"} <= set(account.folders())


def test_the_flag(account):
    account.append(letter())
    labelled = account.connect(labels="flag").label(1, ["banken-danger"])
    assert (labelled.how, labelled.name) == ("flag", "\\Flagged")
    assert account.flags() == {1: {"\\Flagged"}}


def test_none(account):
    account.append(letter())
    mailbox = account.connect(labels="none")
    assert mailbox.label(1, ["banken-danger"]).how == "none"
    assert account.connect().label(1, []).how == "none"
    assert account.flags() == {1: set()}
    assert account.folders() == ["INBOX"]


def test_a_message_that_is_gone(account):
    account.append(letter())
    for way in ("auto", "keyword", "folder", "flag"):
        with pytest.raises(Gone):
            account.connect(labels=way).label(9, ["banken-danger"])
    assert account.folders() == ["INBOX"]


def test_a_folder_made_anew_is_not_labelled(account):
    account.append(letter(1), folder="Work")
    mailbox = account.connect("Work")
    with account.dovecot.client(account.user) as other:
        other.rename_folder("Work", "Old")
        other.create_folder("Work")
    account.append(letter(2), folder="Work")
    # Dovecot may notice first, and hang up: "Mailbox was deleted under us".
    with pytest.raises((FolderChanged, Unavailable)):
        mailbox.label(1, ["banken-danger"])
    assert account.flags("Work") == {1: set()}


@pytest.mark.parametrize("way", ["keyword", "folder", "flag"])
def test_uids_of_another_uidvalidity_are_not_used(fakes, way):
    fake = fakes.start(letter(1))
    mailbox = fakes.connect(fake, labels=way)
    fake.inbox.uidvalidity += 1
    with pytest.raises(FolderChanged):
        mailbox.label(1, ["banken-danger"])
    assert not [line for line in fake.commands if "STORE" in line or "COPY" in line]
    with pytest.raises(Refused, match="No folder is open"):
        mailbox.uids()
    mailbox.open("INBOX")
    assert mailbox.uids() == [1]


def test_a_server_without_keywords_gets_copies():
    with pymap() as port:
        server = Server("127.0.0.1", port, "plain", USER, PASSWORD)
        mailbox = connect("home", server)
        mailbox.append("INBOX", letter())
        mailbox.open("INBOX")
        [uid] = mailbox.find("<letter-1@client.example>")
        seen = {each: mailbox.labels(each) for each in mailbox.uids()}
        assert mailbox.label(uid, ["banken-danger"]).how == "folder"
        assert mailbox.label(uid, ["banken-danger"]).how == "folder"
        assert "\\*" not in (mailbox.probe().permanent_flags or ())
        assert {each: mailbox.labels(each) - {"\\Recent"} for each in seen} == {
            each: flags - {"\\Recent"} for each, flags in seen.items()
        }
        assert mailbox.open("Banken/banken-danger").exists == 1
        assert [raw.raw for raw in mailbox.fetch(mailbox.uids())] == [letter()]
        mailbox.close()
        strict = connect("home", server, labels="keyword")
        strict.open("INBOX")
        with pytest.raises(Refused, match="does not keep"):
            strict.label(uid, ["banken-danger"])
        strict.close()


def test_gmail_labels(fakes):
    fake = fakes.start(letter(1), letter(2), gmail=True)
    fake.inbox.mails[0].labels = {"\\Inbox", "大事"}
    mailbox = fakes.connect(fake, shown=SHOWN)
    assert mailbox.abilities.gmail
    labelled = mailbox.label(1, ["banken-danger", 'a "quoted" \\ one'])
    assert (labelled.how, labelled.name) == ("gmail", '番犬/危険, a "quoted" \\ one')
    assert fake.inbox.mails[0].labels == {"\\Inbox", "大事", "番犬/危険", 'a "quoted" \\ one'}
    assert fake.inbox.mails[1].labels == set()
    assert fake.inbox.mails[0].flags == set()
    assert {"\\Inbox", "大事", "番犬/危険"} <= mailbox.labels(1)
    stores = len([line for line in fake.commands if "STORE" in line])
    mailbox.label(1, ["banken-danger"])
    assert len([line for line in fake.commands if "STORE" in line]) == stores  # it is there: nothing to say


def test_gmail_that_does_not_keep_the_label_falls_to_the_next_rung(fakes):
    fake = fakes.start(letter(1), gmail=True)
    fake.on("STORE .*X-GM", b"TAG OK said so\r\n")
    assert fakes.connect(fake).label(1, ["banken-danger"]).how == "keyword"
    assert fake.inbox.mails[0].labels == set()
    with pytest.raises(Refused, match="did not keep"):
        fakes.connect(fake, labels="gmail").label(1, ["banken-danger"])


@pytest.mark.parametrize(
    ("permanent", "orders", "how"),
    [
        (r"\Seen \Flagged \*", [], "keyword"),
        (r"\Seen \Flagged banken-danger", [], "keyword"),
        (r"\Seen \Flagged", [], "folder"),
        (None, [], "folder"),  # nothing said: only the known flags can be counted on
        (r"\Seen \*", [("STORE", b"TAG OK but not kept\r\n")], "folder"),
        (r"\Seen \*", [("STORE", b"TAG NO [LIMIT] too many keywords\r\n")], "folder"),
        (r"\Seen \*", [("STORE", b"TAG BAD no\r\n")], "folder"),
        (r"\Seen \Flagged", [("CREATE", b"TAG NO [CANNOT] no more folders\r\n")], "flag"),
        (r"\Seen \Flagged", [("COPY", b"TAG NO [OVERQUOTA] full\r\n")], "flag"),
        (r"\Seen \Flagged", [("COPY", b"TAG OK but not copied\r\n")], "flag"),
        (r"\Seen", [("COPY", b"TAG NO full\r\n")], "none"),
    ],
)
def test_down_the_ladder(fakes, permanent, orders, how):
    fake = fakes.start(letter(1), letter(2), permanent=permanent)
    for pattern, answer in orders:
        fake.on(pattern, answer)
    mailbox = fakes.connect(fake)
    assert mailbox.label(1, ["banken-danger"]).how == how
    assert fake.inbox.mails[1].flags == set()
    assert mailbox.label(1, ["banken-danger"]).how == how
    copies = fake.folders.get("Banken/banken-danger")
    assert len(copies.mails if copies else []) == (how == "folder")
    assert "\\Seen" not in fake.inbox.mails[0].flags
    assert not [line for line in fake.commands if "MOVE" in line or "EXPUNGE" in line or "-FLAGS" in line]


def test_a_read_only_folder_gets_copies(fakes):
    fake = fakes.start(letter(1))
    fake.on("^SELECT", lambda session, tag, line: session._select(tag, line, readonly=True))
    mailbox = fakes.connect(fake)
    assert mailbox.label(1, ["banken-danger"]).how == "folder"
    assert mailbox.uids() == [1]
    with pytest.raises(Refused, match="read-only"):
        fakes.connect(fake, labels="keyword").label(1, ["banken-danger"])


def test_a_folder_that_may_not_be_written_gets_copies(fakes):
    fake = fakes.start(letter(1))
    fake.on("^SELECT", b"TAG NO [NOPERM] look, but do not touch\r\n")
    mailbox = fakes.connect(fake)
    assert mailbox.label(1, ["banken-danger"]).how == "folder"
    assert mailbox.uids() == [1]
    with pytest.raises(Refused, match="do not touch"):
        fakes.connect(fake, labels="keyword").label(1, ["banken-danger"])


def test_a_folder_that_has_gone_leads_nowhere(fakes):
    fake = fakes.start()
    fake.folders["Work"] = fake.inbox
    mailbox = fakes.connect(fake, "Work")
    fake.inbox.add(letter(1))
    del fake.folders["Work"]
    with pytest.raises(FolderChanged, match="Work"):
        mailbox.label(1, ["banken-danger"])
    with pytest.raises(Refused, match="No folder is open"):
        mailbox.labels(1)
    assert list(fake.folders) == ["INBOX"]


def test_labels_in_broken_utf7_are_read_somehow(fakes):
    fake = fakes.start(letter(1), gmail=True)
    fake.on("X-GM-LABELS", b'* 1 FETCH (UID 1 FLAGS (a) X-GM-LABELS ("&!!!-" "&AAA" NIL (x) "ok"))\r\nTAG OK x\r\n')
    assert {"a", "ok"} <= fakes.connect(fake).labels(1)


def test_a_lost_line_does_not_lead_down_the_ladder(fakes):
    fake = fakes.start(letter(1))
    fake.on("STORE", lambda session, _tag, _line: session.drop())
    with pytest.raises(Unreachable):
        fakes.connect(fake).label(1, ["banken-danger"])
    assert list(fake.folders) == ["INBOX"]


@pytest.mark.parametrize(
    "said",
    [
        b"NO [UNAVAILABLE] later",
        b"NO Request is throttled. Suggested Backoff Time: 299910 milliseconds",
        b"NO [OVERQUOTA] Account exceeded command or bandwidth limits.",
        b"NO Server busy, please try again",
    ],
)
def test_a_busy_server_does_not_lead_down_the_ladder(fakes, said):
    fake = fakes.start(letter(1))
    fake.on("STORE", b"TAG " + said + b"\r\n")
    with pytest.raises(Unavailable):
        fakes.connect(fake).label(1, ["banken-danger"])
    assert list(fake.folders) == ["INBOX"]


def test_one_refusal_does_not_lead_down_the_ladder(fakes):
    fake = fakes.start(letter(1))
    fake.on("STORE", b"TAG BAD what?\r\n", times=1)
    assert fakes.connect(fake).label(1, ["banken-danger"]).how == "keyword"
    assert fake.inbox.mails[0].flags == {"banken-danger"}
    assert list(fake.folders) == ["INBOX"]


def test_gmail_tells_which_conversation_a_message_belongs_to(fakes):
    fake = fakes.start(letter(1), letter(2), gmail=True)
    fake.inbox.mails[0].thread = 1790001
    mailbox = fakes.connect(fake)
    mailbox.open("INBOX")
    assert [raw.thread for raw in mailbox.fetch([1, 2])] == ["1790001", ""]
    assert [raw.thread for raw in mailbox.headers([1])] == ["1790001"]


def test_no_other_server_is_asked_for_a_conversation(fakes):
    fake = fakes.start(letter(1))
    mailbox = fakes.connect(fake)
    mailbox.open("INBOX")
    assert [raw.thread for raw in mailbox.fetch([1])] == [""]
    assert not any("THRID" in line for line in fake.commands)


def test_folders_to_choose_from_are_made_once(account):
    names = ["banken/契約中", "banken/完了"]
    assert account.connect(labels="none").offer(names).there is False
    with account.dovecot.client(account.user) as client:
        assert not client.folder_exists("banken/完了")
    mailbox = account.connect()
    for _ in range(2):
        offer = mailbox.offer(names)
        assert (offer.shown_as, offer.there) == ("folder", True)
    assert set(names) <= set(mailbox.folders())
    assert account.connect(labels="none").offer(names).there is True


def test_on_gmail_the_folders_to_choose_from_are_labels(fakes):
    fake = fakes.start(letter(1), gmail=True)
    offer = fakes.connect(fake).offer(["banken/契約中", "banken/完了"])
    assert (offer.shown_as, offer.there) == ("label", True)
    assert {"banken/契約中", "banken/完了"} <= set(fake.folders)
