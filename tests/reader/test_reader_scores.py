"""The reader: its scores, its windows, its file."""

import json
from dataclasses import replace
from functools import cache
from itertools import pairwise
from math import exp, sqrt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banken.judge.reader import Reader, ReaderError, load_reader
from banken.judge.reader.features import LINKS, LONGEST, ROWS, TABLE, Vocabulary, both, read, rows
from banken.judge.reader.reader import MOST_SENTENCES, MOST_TEXT, NET_SHARE, _best
from banken.judge.reader.weights import Line, Vectors, Weights, dump, load
from banken.words import Category

RULES = Path(__file__).parents[2] / "rules"
VOCABULARY = Vocabulary({"tool": ["らいん", "line", "discord"], "": ["おんらいん"]}, ["で", "ません"])


@cache
def house_reader():
    return load_reader(RULES)


@pytest.fixture
def reader():
    return house_reader()


def small(word: str, category: Category = Category.INTERVIEW, topic: str = "") -> Weights:
    """Weights that know one word, and a topic that speaks against it."""
    table = dict.fromkeys(range(0, TABLE, 30), 62)  # noughts
    table |= dict.fromkeys(rows(read(word, VOCABULARY), VOCABULARY).once, 124)
    table |= dict.fromkeys(rows(read(topic, VOCABULARY), VOCABULARY).topic if topic else (), 0)
    said = Vectors(1, bytes([60]) * len(table), bytes(table[row] for row in sorted(table)), 1.0)
    line = Line(category, bias=0.0, threshold=150.0, slope=0.05)
    known = tuple(sorted(table))
    return Weights(known, bytes([1]) * len(known), said, (line,), {"tool": ["line"]}, ["で"], {"texts": 1})


def gentle(made: Weights) -> Weights:
    """The same weights with scores that are far from their ends."""
    return replace(made, lines=tuple(replace(line, slope=0.002) for line in made.lines))


def test_asks_are_seen_and_denials_are_not(reader):
    asks = {"lineのidを教えてください。": "direct_contact", "仮払いの前に作業を始めてください。": "escrow_bypass"}
    for text, category in asks.items():
        assert category in {one.category for one in reader.read([text]) if one.score >= 0.5}
    for text in ("面談は不要です。", "仮払いが済んでから始めてください。", "修正ありがとうございました。"):
        assert not [one for one in reader.read([text]) if one.score >= 0.5]


def test_one_sentence_is_told_where_one_is_enough():
    reader = Reader(small("面談したい"))
    (window,) = reader.read(["こんにちは", "面談したい", "さようなら"])
    assert (window.category, window.first, window.last) == (Category.INTERVIEW, 1, 1)


def test_what_the_message_is_about_speaks_to_each_sentence():
    reader = Reader(gentle(small("面談したい", topic="台本の校正")))
    plain = reader.read(["こんにちは", "面談したい", "さようなら"])[0]
    assert reader.read(["面談したい", "こんにちは", "台本の校正です"])[0].score < plain.score
    assert reader.read(["台本の校正です", "こんにちは", "面談したい"])[0].score < plain.score


def test_telling_parts_lie_in_their_sentence_and_hold_the_word():
    sentence = "明日ここで、面談したいです"
    told = Reader(small("面談したい")).telling(sentence, Category.INTERVIEW)
    assert "面談" in "".join(sentence[start:end] for start, end in told)
    assert all(0 <= start < end <= len(sentence) for start, end in told)


def test_telling_parts_point_behind_signs_into_the_sentence(reader):
    sentence = "https://example.jp/very/long/path を見て、lineで連絡してください。"
    told = [sentence[start:end] for start, end in reader.telling(sentence, Category.DIRECT_CONTACT)]
    assert any("line" in words for words in told)
    assert all(words and len(words) < len(sentence) for words in told)
    shown = read(sentence, VOCABULARY)
    assert len(shown.text) == len(shown.places) < len(sentence)
    link = shown.places[0]
    assert sentence[slice(*link)] == "https://example.jp/very/long/path"


def test_names_of_one_kind_look_alike_and_others_do_not():
    line, discord, online = (read(f"{name}で話す", VOCABULARY).text for name in ("line", "discord", "online"))
    assert line == discord != online
    assert read("おんらいんで話す", VOCABULARY).text == "おんらいんで話す"
    assert read("らいんで話す", VOCABULARY).text == line


def test_figures_look_alike():
    assert read("5,000円を10:30に", VOCABULARY).text == read("980円を9:05に", VOCABULARY).text
    assert read("090-0000-1234", VOCABULARY).text == read("03-0000-9876", VOCABULARY).text


@given(st.lists(st.text(min_size=1, max_size=30), min_size=2, max_size=4))
def test_two_sentences_score_as_their_joined_rows_do(sentences):
    reader = house_reader()
    for one, other in pairwise([reader._sentence(read(text, reader._vocabulary)) for text in sentences]):
        joined = both(one.rows, other.rows)
        message = reader._message([one, other])
        expected = reader._scores(reader._table.sum(joined.once), joined.again, frozenset(), message)
        assert reader._scores_of_both(one, other, message) == expected


def test_scores_are_the_sums_that_the_file_says(reader):
    """Row by row, as the file's description has it; a row that occurs again weighs twice, its square four times."""
    weights = load(RULES / "reader" / "weights.bin")
    readings = [read(text, reader._vocabulary) for text in ("連絡連絡は電話で", "電話で話したいです")]
    one, other = (rows(reading, reader._vocabulary) for reading in readings)
    shared = one.once & other.once
    again = one.again | other.again | shared
    assert shared
    assert again - shared
    times = {row: 2 if row in again else 1 for row in one.once | other.once}
    places = {row: at for at, row in enumerate(weights.rows)}
    assert 0 < len(times.keys() & places.keys()) < len(times)
    looked = {
        row: (weights.squares[places[row]], *weights.sums.of(places[row])) for row in times.keys() & places.keys()
    }
    squares = sum(numbers[0] * times[row] ** 2 for row, numbers in looked.items())
    scores = reader._scores_of_both(*map(reader._sentence, readings), [0.0] * 6)
    for at, (line, score) in enumerate(zip(weights.lines, scores, strict=True)):
        total = sum(numbers[1 + at] * times[row] for row, numbers in looked.items())
        value = total / sqrt(squares) * weights.sums.grain + line.bias - line.threshold
        assert score == pytest.approx(1 / (1 + exp(-line.slope * value)), abs=1e-4)


@given(st.lists(st.text(max_size=80), max_size=12))
def test_any_text_is_read_and_each_window_stands_within_it(sentences):
    for window in house_reader().read(sentences):
        assert 0 <= window.first <= window.last <= window.first + 1 < len(sentences) + 1
        assert 0.2 <= window.score <= 1
        for sentence in sentences[window.first : window.last + 1]:
            for start, end in house_reader().telling(sentence, window.category):
                assert 0 <= start < end <= len(sentence)


def test_rows_stay_inside_the_table():
    found = rows(read("𠮷野家でLINE☆ 0" + "龥" * 900, VOCABULARY), VOCABULARY)
    assert all(0 <= row < TABLE for row in found.once)
    assert max(found.once) >= ROWS > min(found.once)


def test_a_message_is_about_its_words_and_its_runs_of_three():
    assert len(rows(read("a", VOCABULARY), VOCABULARY).topic) == 2
    one, other = (rows(read(text, VOCABULARY), VOCABULARY) for text in ("面談は", "台本を"))
    assert both(one, other).topic == one.topic | other.topic
    assert all(2 * ROWS <= row < TABLE for row in one.topic)


def test_a_long_message_is_read_up_to_a_bound():
    reader = Reader(small("面談したい"))
    filler = ["あ" * LONGEST] * (MOST_TEXT // LONGEST)
    assert reader.read([*filler[1:], "面談したい"])
    assert not reader.read([*filler, "面談したい"])


def test_many_little_sentences_are_read_up_to_a_bound():
    reader = Reader(small("面談したい"))
    assert reader.read([*["あ"] * (MOST_SENTENCES - 1), "面談したい"])
    assert not reader.read([*["あ"] * MOST_SENTENCES, "面談したい"])


def test_weights_come_back_from_their_file(tmp_path):
    made = small("面談したい")
    path = tmp_path / "weights.bin"
    path.write_bytes(dump(made))
    assert Reader.load(path).read(["面談したい"]) == Reader(made).read(["面談したい"])
    assert dump(made) == path.read_bytes()
    assert Reader.load(path).facts == {"texts": 1}


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda data: data[:-1], "damaged"),
        (lambda data: data[:-9] + b"x" + data[-8:], "damaged"),
        (lambda data: data.replace(b'"interview":', b'"intervieu":'), "damaged"),
        (lambda data: data.replace(b'"grain":', b'"grain":1'), "damaged"),
        (lambda data: data.replace(b"banken-reader-", b"banken-writer-"), "another version"),
        (lambda _data: b"PK\x03\x04", "no weights"),
        (lambda _data: json.dumps({}).encode() + b"\n", "no weights"),
        (lambda _data: b"[1]\n", "no weights"),
        (lambda _data: b"", "no weights"),
    ],
)
def test_a_bad_file_is_refused_with_what_to_do(tmp_path, harm, says):
    path = tmp_path / "weights.bin"
    good = dump(small("面談"))
    path.write_bytes(harm(good))
    assert path.read_bytes() != good
    with pytest.raises(ReaderError, match=says) as refused:
        Reader.load(path)
    assert str(path) in str(refused.value)
    assert "install Banken again" in str(refused.value)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ReaderError, match=r"rules\.reader"):
        load_reader(tmp_path)


def test_the_house_weights_are_small_and_say_what_they_were_made_from(reader):
    assert (RULES / "reader" / "weights.bin").stat().st_size < 2_000_000
    assert reader.facts["texts"] == sum(reader.facts["files"].values()) > 8000
    assert {"dev-B", "dev-D"} <= set(reader.facts["files"])


@pytest.mark.parametrize(
    ("link", "kind"),
    [
        ("https://chat.example/abc", "talk"),
        ("https://team.chat.example/abc?x=1", "talk"),
        ("chat.example", "talk"),
        ("https://docs.example/forms/d/1", "form"),
        ("https://docs.example/forms?x=1", "form"),
        ("https://docs.example/formsfoo", "all"),
        ("https://docs.example/sheets/d/1", "all"),
        ("https://other.example/chat.example", "link"),
        ("https://notchat.example/", "link"),
        ("https://chat.example.com/", "link"),
        ("https://chat.example?x=1", "talk"),
        ("https://chat.example:443/", "talk"),
        ("https://chat.example#x", "talk"),
        ("https://chat.example@other.example/", "link"),
        ("https://docs.example/gifts/of/all/kinds/1", "gifts"),
        ("https://docs.example/gifts/of", "all"),
        ("https://[chat.example/", "link"),
        ("chat.example/line", "talk"),
        ("line.example/chat", "talk"),
        ("line.example?x=1", "talk"),
    ],
)
def test_links_are_told_apart_by_where_they_lead(link, kind):
    hosts = {
        "talk": ["chat.example", "line.example"],
        "all": ["docs.example"],
        "form": ["docs.example/forms"],
        "gifts": ["docs.example/gifts/of/all"],
    }
    vocabulary = Vocabulary({LINKS + kind: ones for kind, ones in hosts.items()} | {"tool": ["line"]}, [])
    alike = {kind: vocabulary.link_sign(f"https://{ones[0]}") for kind, ones in hosts.items()}
    alike["link"] = vocabulary.link_sign("https://elsewhere.example")
    assert read(f"{link} を見て", vocabulary).text == f"{alike[kind]} を見て"
    assert len(set(alike.values())) == 5


@pytest.mark.parametrize(
    ("ones", "told"),
    [((0.45, 0.1), (0, 0)), ((0.1, 0.45), (1, 1)), ((0.4, 0.3), (0, 1)), ((0.3, 0.4), (0, 1)), ((0.0, 0.0), (0, 1))],
)
def test_of_two_sentences_the_one_that_says_it_is_told(ones, told):
    (place,) = _best(ones, [0.6])
    assert (place.first, place.last, place.score) == (*told, 0.6)


def test_of_two_sentences_the_louder_say_counts_for_the_window(monkeypatch):
    class Says:
        def read(self, sentences):
            return [[-3.0], [4.0]][: len(sentences)]

    heard = []
    monkeypatch.setattr(
        Reader, "_scores_of_both", lambda _self, _one, _two, beside: heard.append(list(beside)) or [0.0]
    )
    reader = Reader(small("面談したい"))
    reader.read(["こんにちは", "さようなら"])
    reader._net = Says()
    reader.read(["こんにちは", "さようなら"])
    (without,), (with_net,) = heard
    assert with_net - without == pytest.approx(4.0 * NET_SHARE)
