"""Whose voice a notice speaks in: what is told of it, and what hangs on it."""

import pytest
from tests.platform.cases import BOOK, GENUINE, letter, own_words, recogniser

from banken.platform import Recogniser, VoiceError, load
from banken.platform.voice import PERSON, PLATFORM, ROWS, Voice, dump
from banken.platform.voice import load as load_voice
from banken.words import Channel, SegmentKind

ASK = "うちの店の者が直接お会いしたいと申しています。\n水曜の夕方に店まで来てもらえませんか。お茶も用意しますね。"
OWN = "ご応募を受け付けました。\nクライアントからの連絡をお待ちください。\nお問い合わせはヘルプページをご覧ください。"


@pytest.fixture(scope="module")
def folder(request):
    return request.config.rootpath / "rules" / "crowdworks"


@pytest.fixture(scope="module")
def voice(folder):
    return load_voice(folder / "voice.bin")


def read(subject, text, packs=None):
    mail = letter(subject, text)
    return mail, (packs or recogniser()).recognise(mail, GENUINE, BOOK)


def test_people_and_the_platform_are_told_apart(voice):
    assert voice.value("ご応募ありがとうございます", ASK) >= PERSON
    assert voice.value("ご応募ありがとうございます", OWN) < PERSON
    assert voice.value("ご利用規約の改定について", "改定後の規約は次のページからご確認いただけます。") < PLATFORM


def test_titles_links_and_figures_say_nothing(voice):
    one = voice.value("「水車の絵」について", "https://crowdworks.jp/messages/400000001 は3件です。")
    other = voice.value("「うちの店の話」について", "https://crowdworks.jp/jobs/2 は9件です。")
    assert one == pytest.approx(other)


def test_a_mail_of_nothing_has_a_value(voice):
    assert isinstance(voice.value("", ""), float)


def test_a_person_in_a_notice_of_an_application_is_judged(folder):
    subject = "ご応募ありがとうございます／水車小屋"
    mail, found = read(subject, ASK)
    assert (found.channel, found.judged) == (Channel.NOTIFICATION, True)
    assert "店まで来てもらえませんか" in own_words(mail, found)
    _mail, own = read(subject, OWN)
    assert (own.channel, own.judged) == (Channel.PLATFORM, False)


def test_without_the_file_only_the_frame_tells(folder, tmp_path):
    (tmp_path / "platform.yaml").write_bytes((folder / "platform.yaml").read_bytes())
    deaf = Recogniser([load(tmp_path)])
    terse = "毎月20日と21日は店に来ていただくお仕事です。\n開店前に入り、店長の指示で棚の商品を数えます。\n靴は動きやすいもので。"
    subject = "ご応募ありがとうございます／水車小屋"
    assert read(subject, terse, deaf)[1].channel is Channel.PLATFORM
    assert read(subject, terse)[1].channel is Channel.NOTIFICATION


def test_what_a_client_says_of_a_contract_moves_no_deal():
    says = "事務の者です。うちの方で仮払いが完了しましたので、今夜から書き始めてもらえませんか。急ぎですみません。"
    _mail, found = read("お世話になっております", says)
    assert (found.channel, [event.kind for event in found.events]) == (Channel.NOTIFICATION, [])
    _mail, news = read("お知らせ", "仮払いが完了しました。\n作業を開始してください。")
    assert [event.kind for event in news.events] == ["escrow_paid"]


def test_a_voice_comes_back_from_its_file(tmp_path):
    made = Voice(bytes(range(256)) * (ROWS // 256) + bytes(ROWS % 256), 0.25, -1.5)
    path = tmp_path / "voice.bin"
    path.write_bytes(dump(made, {"notices": 3}))
    assert load_voice(path) == made
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(VoiceError, match=r"voice\.bin"):
        load_voice(path)
    path.write_bytes(b"{}\n")
    with pytest.raises(VoiceError):
        load_voice(path)


def test_only_body_counts_as_a_clients_words():
    mail, found = read("ご応募ありがとうございます／水車小屋", ASK)
    body = [one for one in found.segments if one.kind is SegmentKind.BODY]
    assert "".join(mail.text[one.start : one.end] for one in body).strip() == ASK.strip()
