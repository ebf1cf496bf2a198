"""The frame is cut away and the client's words are kept, whoever wrote the frame."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.platform.cases import BOOK, GENUINE, letter, own_words, recogniser

from banken import strictyaml
from banken.words import Channel

DATA = strictyaml.read(Path(__file__).parent / "frames.yaml").data
CASES = [(frame, name) for frame in DATA["frames"] for name in DATA["texts"]]
SITE = re.compile(r"(?m)^https://crowdworks\.jp/\S*$")
NAMES = {"client": "泳ぐ店", "job": "金魚の育て方の記事", "worker": "mori_writes", "id": "41658212"}


def fill(template: str, text: str) -> str:
    quoted = "\n".join("> " + line for line in text.split("\n"))
    for name, value in {**NAMES, "quoted": quoted, "text": text}.items():
        template = template.replace("{" + name + "}", value)
    return template


def bare(text: str) -> str:
    """The words without the white space and quote marks that frames put around each line."""
    return "\n".join(line.strip(" 　>「」") for line in text.split("\n") if line.strip(" 　>「」"))


@pytest.mark.parametrize(("frame", "name"), CASES, ids=[f"{frame['id']}-{name}" for frame, name in CASES])
def test_only_the_clients_words_are_left(frame, name):
    text = DATA["texts"][name]
    mail = letter(subject=fill(frame["subject"], text), text=fill(frame["body"], text))
    found = recogniser().recognise(mail, GENUINE, BOOK)
    assert found.channel is Channel.NOTIFICATION
    left, said = own_words(mail, found), SITE.sub("", text)  # an address of the platform says nothing
    assert re.sub(r"[\s>]", "", bare(left)) == re.sub(r"\s", "", bare(said))


def test_a_client_who_lists_another_job_keeps_the_line():
    text = "案件：動画の見張り役\n\n詳しくはLINEで説明します。"
    frame = "泳ぐ店さんからメッセージが届きました。\n\n" + text + "\n\nhttps://crowdworks.jp/messages/41"
    mail = letter("「金魚の育て方の記事」に新着メッセージがあります", frame)
    found = recogniser().recognise(mail, GENUINE, BOOK)
    assert bare(own_words(mail, found)) == bare(text)
    assert found.job == "金魚の育て方の記事"


def test_words_below_a_link_on_top_are_kept():
    text = "はじめまして。\n原稿を3本お願いします。\n1本5,000円です。\nLINEで話しましょう。"
    mail = letter("メッセージが届きました", "いま話題の方からです\nhttps://crowdworks.jp/messages/41\n\n" + text)
    assert bare(own_words(mail, recogniser().recognise(mail, GENUINE, BOOK))) == text


@pytest.mark.parametrize("frame", DATA["frames"], ids=[frame["id"] for frame in DATA["frames"]])
def test_the_frame_names_the_client(frame):
    mail = letter(subject=fill(frame["subject"], "はい。"), text=fill(frame["body"], "はい。"))
    found = recogniser().recognise(mail, GENUINE, BOOK)
    assert found.client == NAMES["client"]
    if "{job}" in frame["subject"] + frame["body"]:
        assert found.job == NAMES["job"]
