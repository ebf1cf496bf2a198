import pytest

from banken.judge.atoms import emails, handles, phones, urls
from banken.judge.views import fold


def found(look, text):
    folded = fold(text).text
    return [folded[start:end] for start, end in look(folded)]


@pytest.mark.parametrize(
    "text",
    [
        "090-0000-1234", "０９０ー００００ー１２３４", "09000001234", "〇九〇ー〇〇〇〇ー一二三四",
        "零九零の一二三四の五六七八", "ゼロ九ゼロ 1234 5678", "O9O-1234-5678", "+81 90-0000-1234", "(03)0000-1234",
        "090.0000.1234", "090\n0000\n1234",
        "ぜろきゅうぜろいちにさんよんごろくななはち",
    ],
)  # fmt: skip
def test_phones(text):
    assert len(found(phones, f"番号は {text} です")) == 1


@pytest.mark.parametrize(
    "text",
    ["3,000円", "2026-11-24", "09:00-18:00", "meeting 81234567890", "00123456789", "1090-0000-1234", "0.123456789012",
     "注文番号1234567890123", "https://example.jp/09000001234"],
)  # fmt: skip
def test_no_phones(text):
    assert found(phones, text) == []


@pytest.mark.parametrize(
    "text",
    ["taro@example.jp", "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro(at)example.jp", "taro [at] example [dot] jp",
     "taroあっとexampleドットjp", "taro★example.com", "taro＠example（ドット）jp", "taro @ example.com",
     "taro (monkey) example (dot) jp", "taro [arobase] example.jp"],
)  # fmt: skip
def test_emails(text):
    assert found(emails, f"宛先は{text}まで") == [fold(text).text]


@pytest.mark.parametrize("text", ["★example.com", "3★以上のjp", "@taro", "レビュー★★★★☆ good.jp ", "a@b"])
def test_no_emails(text):
    assert found(emails, text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("IDは sakura_writer88 です", "sakura_writer88"),
        ("LINE ID: abc_123", "abc_123"),
        ("@taro_example まで", "@taro_example"),
        ("アカウント名「mika2024」", "mika2024"),
    ],
)
def test_handles(text, name):
    assert found(handles, text) == [name]


@pytest.mark.parametrize("text", ["IDを教えて", "taro@example.jp", "idea_1", "ID登録"])
def test_no_handles(text):
    assert found(handles, text) == []


@pytest.mark.parametrize(
    "text", ["https://example.jp/a?b=1", "hxxps://example.jp/x", "www.example.jp", "h**ps://a.example/b"]
)
def test_urls(text):
    assert found(urls, f"こちら {text} です") == [text]
