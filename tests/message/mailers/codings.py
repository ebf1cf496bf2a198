"""Charsets, transfer encodings and header coding as senders get them wrong."""

from __future__ import annotations

import base64
import binascii
import quopri

from tests.message.mailers.sent import Sent, b64, crlf, head, jis, qp, word

FROM = b"hanako@example.jp"
BODY = "はじめまして、株式会社あおぞらの髙橋です。①単価は㈱青空と同じ五千円～、ソース一式の表示能力を十分に予定しています。"


def _plain(name: str, body: bytes, *fields: bytes, says: tuple[str, ...] = (BODY,), **more: object) -> Sent:
    return Sent(name, crlf(head(b"test", FROM, *fields)) + body, says=says, **more)  # type: ignore[arg-type]


def _subject(name: str, subject: bytes, expected: str, *fields: bytes) -> Sent:
    return Sent(name, crlf(head(subject, FROM, *fields) + b"text\n"), subject=expected)


def _sender(name: str, sender: bytes, expected: tuple[str, str]) -> Sent:
    return Sent(name, crlf(head(b"test", sender) + b"text\n"), sender=expected)


def _name(name: str, disposition: bytes, expected: str, content_type: bytes = b"application/octet-stream") -> Sent:
    raw = head(b"test", FROM, b"Content-Type: multipart/mixed; boundary=b1")
    raw += b"--b1\nContent-Type: text/plain\n\ntext\n--b1\nContent-Type: " + content_type + b"\nContent-Disposition: "
    raw += disposition + b"\nContent-Transfer-Encoding: base64\n\n" + b64(b"\x00\x01\x02" * 40) + b"--b1--\n"
    return Sent(name, crlf(raw), files=(expected,))


def _text_charsets() -> list[Sent]:
    sjis, utf8, plain = BODY.encode("cp932"), BODY.encode(), BODY.replace("髙", "高").replace("①", "").replace("㈱", "")
    wave = plain.replace("～", "〜")
    euc = wave.encode("euc_jp")
    return [
        _plain(
            "sjis-quote-unclosed",
            sjis,
            b'Content-Type: text/plain; charset="Shift_JIS',
            b"Content-Transfer-Encoding: 8bit",
        ),
        _plain("sjis-hyphen-label", sjis, b"Content-Type: text/plain; charset=Shift-JIS; reply-type=original"),
        _plain("sjis-labelled-utf8", sjis, b"Content-Type: text/plain; charset=utf-8", notes=("charset-wrong",)),
        _plain(
            "utf8-labelled-jis-b64",
            b64(utf8),
            b"Content-Type: text/plain; charset=ISO-2022-JP",
            b"Content-Transfer-Encoding: base64",
            notes=("charset-wrong",),
        ),
        _plain("utf8-labelled-windows-1252", utf8, b"Content-Type: text/plain; charset=Windows-1252"),
        _plain("jis-labelled-us-ascii", jis(BODY), b"Content-Type: text/plain; charset=us-ascii"),
        _plain(
            "jis-labelled-utf8-qp",
            quopri.encodestring(jis(BODY)),
            b"Content-Type: text/plain; charset=UTF-8",
            b"Content-Transfer-Encoding: quoted-printable",
        ),
        _plain(
            "jis-kanji-over-line-end",
            b"\x1b$B" + jis("一行目の文章")[3:-3] + b"\r\n" + jis("二行目の文章")[3:-3] + b"\x1b(B\r\n",
            b"Content-Type: text/plain; charset=iso-2022-jp",
            says=("一行目の文章", "二行目の文章"),
        ),
        _plain(
            "jis-half-kana",
            b"\x1b(I6@6E\x1b(B / \x1b$B" + jis("全角")[3:-3] + b"\x1b(I12\x1b(J\r\n",
            b"Content-Type: text/plain; charset=iso-2022-jp",
            says=("ｶﾀｶﾅ / 全角ｱｲ",),
        ),
        _plain(
            "jis-eight-bit-half-kana",
            jis("単価は") + "ｺﾞｾﾝ".encode("cp932") + jis("円です") + b"\r\n",
            b"Content-Type: text/plain; charset=iso-2022-jp",
            says=("単価はｺﾞｾﾝ円です",),
        ),
        _plain(
            "jis-jis90-and-roman",
            b"\x1b&@" + jis("円記号は")[:-3] + b"\x1b(J\x5c1,000\x1b(B\r\n",
            b"Content-Type: text/plain; charset=ISO-2022-JP",
            says=("円記号は¥1,000",),
        ),
        _plain(
            "jis-supplement-0212",
            b"\x1b$(D" + bytes(o & 0x7F for o in "鷗".encode("euc_jp")[1:]) + jis("さん") + b"\r\n",
            b"Content-Type: text/plain; charset=iso-2022-jp-1",
            says=("鷗さん",),
        ),
        _plain("jis-nobody-says-so", jis(BODY), says=(BODY,), notes=("charset-guessed",)),
        _plain("euc-nobody-says-so", euc, b"Content-Type: text/plain", says=(plain[:20],)),
        _plain(
            "euc-vendor-ms",
            b"\xad\xa1\xad\xea" + "株式".encode("euc_jp") + b"\r\n",
            b"Content-Type: text/plain; charset=eucJP-ms",
            says=("①㈱株式",),
        ),
        _plain(
            "euc-three-octets",
            "森".encode("euc_jp") + "鷗".encode("euc_jp") + "外さん".encode("euc_jp"),
            b"Content-Type: text/plain; charset=euc-jp",
            says=("森鷗外さん",),
        ),
        _plain(
            "sjis-no-mime-with-half-kana",
            "ﾒｰﾙありがとうございます。ﾃｽﾄです。".encode("cp932"),
            says=("ﾒｰﾙありがとうございます。ﾃｽﾄです。",),
        ),
        _plain(
            "sjis-short-nobody-says-so", "了解です".encode("cp932"), b"Content-Type: text/plain", says=("了解です",)
        ),
        _plain(
            "gb2312-with-kana",
            "はじめまして、工作の内容をお知らせします。".encode("gb2312"),
            b"Content-Type: text/plain; charset=gb2312",
            says=("はじめまして、工作の内容をお知らせします。",),
        ),
        _plain(
            "gbk-simplified-chinese",
            "您好，我们需要翻译。请加微信".encode("gbk"),
            b'Content-Type: text/plain; charset="GBK"',
            says=("您好，我们需要翻译。请加微信",),
        ),
        _plain(
            "euc-kr-hangul",
            "안녕하세요. 번역 의뢰입니다.".encode("euc_kr"),
            b"Content-Type: text/plain; charset=ks_c_5601-1987",
            says=("안녕하세요. 번역 의뢰입니다.",),
        ),
        _plain(
            "big5",
            "您好，翻譯案件的報酬".encode("big5"),
            b"Content-Type: text/plain; charset=Big5",
            says=("您好，翻譯案件的報酬",),
        ),
        _plain(
            "utf7",
            "連絡先を教えて+1だけ".encode("utf-7"),
            b"Content-Type: text/plain; charset=unicode-1-1-utf-7",
            says=("連絡先を教えて+1だけ",),
        ),
        _plain(
            "utf16-le-mark",
            b64(BODY.encode("utf-16")),
            b"Content-Type: text/plain; charset=utf-16",
            b"Content-Transfer-Encoding: base64",
        ),
        _plain("utf8-mark-and-no-label", b"\xef\xbb\xbf" + utf8, b"Content-Type: text/plain"),
        _plain("label-of-another-world", sjis, b"Content-Type: text/plain; charset=x-user-defined"),
        _plain("label-is-placeholder", utf8, b"Content-Type: text/plain; charset=%CHARSET%"),
        _plain("label-twice", utf8, b"Content-Type: text/plain; charset=UTF-8; charset=ISO-2022-JP"),
        _plain("label-after-comment", sjis, b"Content-Type: text/plain (Japanese text); charset = Shift_JIS (Windows)"),
        _plain("content-type-is-text", utf8, b"Content-Type: text; charset=utf-8"),
        _plain(
            "windows-1252-quotes",
            "It\u2019s \u201cfine\u201d \u2013 call me".encode("cp1252"),
            b"Content-Type: text/plain; charset=iso-8859-1",
            says=("It\u2019s \u201cfine\u201d \u2013 call me",),
        ),
        _plain(
            "cesu8-pictogram",
            "了解です".encode() + b"\xed\xa0\xbd\xed\xb8\x8a" + "よろしく".encode(),
            b"Content-Type: text/plain; charset=utf-8",
            says=("了解です😊よろしく",),
        ),
        _plain(
            "list-footer-in-another-charset",
            jis(BODY) + b"\r\n-- \r\nlist: " + "配信停止はこちら".encode() + b"\r\n",
            b"Content-Type: text/plain; charset=iso-2022-jp",
            says=(BODY, "配信停止はこちら"),
        ),
        _plain(
            "utf8-cut-in-a-character",
            utf8[:-1],
            b"Content-Type: text/plain; charset=utf-8",
            says=(BODY[:-1],),
            notes=("characters-lost",),
        ),
    ]


def _transfers() -> list[Sent]:
    utf8 = BODY.encode()
    soft = qp(utf8).replace(b"=E3=81=AF", b"=E3=\n=81=AF", 1)
    return [
        _plain(
            "qp-soft-break-in-a-character",
            soft,
            b"Content-Type: text/plain; charset=utf-8",
            b"Content-Transfer-Encoding: Quoted-Printable",
        ),
        _plain(
            "qp-trailing-space-and-lowercase",
            qp(utf8).lower().replace(b"=\n", b"= \n"),
            b"Content-Type: text/plain; charset=utf-8",
            b"Content-Transfer-Encoding: quoted-printable",
        ),
        _plain(
            "b64-one-long-line",
            base64.b64encode(utf8 * 200),
            b"Content-Type: text/plain; charset=utf-8",
            b"Content-Transfer-Encoding: base64",
        ),
        _plain(
            "b64-with-list-footer",
            b64(utf8) + b"_______________________________________________\nlist mailing list\n",
            b"Content-Type: text/plain; charset=utf-8",
            b"Content-Transfer-Encoding: base64",
            notes=("transfer-broken",),
        ),
        _plain(
            "b64-cut",
            b64(utf8)[:-7],
            b"Content-Type: text/plain; charset=utf-8",
            b"Content-Transfer-Encoding: base64",
            says=(BODY[:-8],),
        ),
        _plain(
            "b64-said-eight-bit",
            b64(utf8),
            b"Content-Type: text/plain; charset=utf-8",
            b"Content-Transfer-Encoding: 8bit",
        ),
        _plain(
            "b64-padded-pieces",
            base64.b64encode(utf8[:40]) + b"\n" + base64.b64encode(utf8[40:]) + b"\n",
            b"Content-Type: text/plain; charset=utf-8",
            b"Content-Transfer-Encoding: BASE64",
        ),
        _plain(
            "eight-bit-said-b64", utf8, b"Content-Type: text/plain; charset=utf-8", b"Content-Transfer-Encoding: base64"
        ),
        _plain(
            "encoding-with-comment",
            b64(utf8),
            b"Content-Type: text/plain; charset=utf-8",
            b"Content-Transfer-Encoding: base64 (see RFC 2045)",
        ),
        _plain(
            "uuencode",
            b"begin 644 body.txt\n"
            + b"".join(binascii.b2a_uu(utf8[at : at + 45]) for at in range(0, len(utf8), 45))
            + b"`\nend\n",
            b"Content-Type: text/plain; charset=utf-8",
            b"Content-Transfer-Encoding: x-uuencode",
        ),
        _plain("nul-octets", utf8[:30] + b"\0\0" + utf8[30:], b"Content-Type: text/plain; charset=utf-8"),
    ]


def _headers() -> list[Sent]:
    sjis, text = "表示ソース予定の件①".encode("cp932"), "お見積りとご面談のお願い（至急）"
    utf8 = text.encode()
    return [
        _subject(
            "words-split-in-utf8",
            word(utf8[:10], "UTF-8") + b"\n " + word(utf8[10:20], "utf-8") + b"\n " + word(utf8[20:], "UTF-8"),
            text,
        ),
        _subject(
            "words-split-in-sjis",
            word(sjis[:3], "Shift_JIS") + b" " + word(sjis[3:], "Shift_JIS"),
            "表示ソース予定の件①",
        ),
        _subject(
            "words-split-in-jis-no-escape",
            word(jis(text)[:15], "ISO-2022-JP") + b"\n " + word(jis(text)[15:], "ISO-2022-JP"),
            text,
        ),
        _subject("words-not-separated", word(utf8[:9], "UTF-8") + word(utf8[9:], "UTF-8"), text),
        _subject(
            "words-b-and-q-mixed",
            word("お見積り".encode(), "UTF-8", "Q") + b" " + word("の件".encode(), "UTF-8"),
            "お見積りの件",
        ),
        _subject(
            "word-then-ascii",
            b"Re: " + word("見積り".encode(), "UTF-8") + b" (2)\n [urgent]",
            "Re: 見積り (2) [urgent]",
        ),
        _subject("jis-in-q", b"=?ISO-2022-JP?Q?" + b"".join(b"=%02X" % o for o in jis("面談")) + b"?=", "面談"),
        _subject("word-without-end", b"=?UTF-8?B?" + base64.b64encode("見積りの件".encode()), "見積りの件"),
        _subject(
            "word-padding-lost",
            b"=?UTF-8?B?" + base64.b64encode("見積りです1".encode()).rstrip(b"=") + b"?=",
            "見積りです1",
        ),
        _subject(
            "word-with-space-in-q",
            b"=?UTF-8?Q?" + "見積り".encode().hex("=").upper().encode().join((b"=", b"")) + b" no ken?=",
            "見積り no ken",
        ),
        _subject("word-with-language", b"=?utf-8*ja?B?" + base64.b64encode("納期".encode()) + b"?=", "納期"),
        _subject("word-empty", b"=?UTF-8?B??= " + word("納期".encode(), "UTF-8"), "納期"),
        _subject(
            "word-folded-inside",
            b"=?UTF-8?B?" + base64.b64encode(utf8)[:20] + b"\n " + base64.b64encode(utf8)[20:] + b"?=",
            text,
        ),
        _subject("raw-jis-folded-in-escape", b"\x1b$B" + jis("見積")[3:-3] + b"\x1b\n (B test", "見積 test"),
        _subject(
            "raw-jis-kanji-folded",
            b"\x1b$B" + jis("見積り")[3:-3] + b"\n " + jis("の件")[3:-3] + b"\x1b(B",
            "見積りの件",
        ),
        _subject("raw-sjis", "表示ソース予定の件".encode("cp932"), "表示ソース予定の件"),
        _subject("raw-euc", "面談のお願い".encode("euc_jp"), "面談のお願い"),
        _subject("raw-utf8-folded", "面談の\n お願い".encode(), "面談の お願い"),
        _subject("word-lies-sjis-as-jis", word("面談のお願い".encode("cp932"), "ISO-2022-JP"), "面談のお願い"),
        _subject("word-lies-utf8-as-sjis", word("面談のお願い".encode(), "Shift_JIS"), "面談のお願い"),
        _subject("word-of-unknown-charset", word("面談のお願い".encode(), "x-unknown"), "面談のお願い"),
        _subject("sixty-words", b"\n ".join(word("あ".encode() * 10, "UTF-8") for _ in range(60)), "あ" * 600),
        _sender(
            "sender-word-in-quotes",
            b'"' + word("田中, 花子".encode(), "UTF-8") + b'" <hanako@example.jp>',
            ("田中, 花子", "hanako@example.jp"),
        ),
        _sender(
            "sender-name-in-comment",
            b"hanako@example.jp (" + word(jis("田中花子"), "ISO-2022-JP") + b")",
            ("田中花子", "hanako@example.jp"),
        ),
        _sender(
            "sender-raw-sjis-quoted",
            b'"' + "表示 ソース".encode("cp932") + b'" <hanako@example.jp>',
            ("表示 ソース", "hanako@example.jp"),
        ),
        _sender(
            "sender-raw-utf8-with-marks",
            "田中（花子）【公式】 <hanako@example.jp>".encode(),
            ("田中（花子）【公式】", "hanako@example.jp"),
        ),
        _sender(
            "sender-all-in-a-word", word("田中 <hanako@example.jp>".encode(), "UTF-8"), ("田中", "hanako@example.jp")
        ),
        _sender(
            "sender-name-is-an-address",
            b'"support@crowdworks.jp" <hanako@evil.example>',
            ("support@crowdworks.jp", "hanako@evil.example"),
        ),
        _sender(
            "sender-full-width-brackets", "田中花子＜hanako@example.jp＞".encode(), ("田中花子", "hanako@example.jp")
        ),
        _sender(
            "sender-folded-in-name",
            word("株式会社あおぞら".encode(), "UTF-8")
            + b"\n\t"
            + word("採用担当".encode(), "UTF-8")
            + b"\n\t<hr@example.jp>",
            ("株式会社あおぞら採用担当", "hr@example.jp"),
        ),
    ]


def _names() -> list[Sent]:
    sjis, coded = "御見積書①表.pdf".encode("cp932"), jis("契約書（案）.docx")
    cut = [b"%%%02X" % o for o in coded]
    return [
        _name(
            "name-2231-jis-split-in-a-character",
            b"attachment;\n filename*0*=ISO-2022-JP''" + b"".join(cut[:8]) + b";\n filename*1*=" + b"".join(cut[8:]),
            "契約書（案）.docx",
        ),
        _name(
            "name-2231-sjis",
            b"attachment; filename*=Shift_JIS'ja'" + b"".join(b"%%%02X" % o for o in sjis),
            "御見積書①表.pdf",
        ),
        _name(
            "name-2231-pieces-out-of-order",
            b"attachment; filename*1=\"gaki.txt\"; filename*0*=utf-8''%E4%B8%8B",
            "下gaki.txt",
        ),
        _name(
            "name-2231-and-plain",
            b"attachment; filename=\"_____.pdf\"; filename*=UTF-8''%E8%A6%8B%E7%A9%8D.pdf",
            "見積.pdf",
        ),
        _name(
            "name-in-words-folded",
            b'attachment;\n filename="'
            + word(coded[:13] + b"\x1b(B", "ISO-2022-JP")
            + b"\n "
            + word(b"\x1b$B" + coded[13:], "ISO-2022-JP")
            + b'"',
            "契約書（案）.docx",
        ),
        _name(
            "name-raw-sjis-backslash",
            b'attachment; filename="' + "表示ソース.xlsx".encode("cp932") + b'"',
            "表示ソース.xlsx",
        ),
        _name("name-raw-jis", b'attachment; filename="' + jis("見積書.pdf") + b'"', "見積書.pdf"),
        _name("name-raw-utf8-unquoted", "attachment; filename=見積書 最終版.pdf".encode(), "見積書 最終版.pdf"),
        _name(
            "name-only-in-content-type",
            b"attachment",
            "見積書.pdf",
            b'application/pdf;\n name="' + word("見積書.pdf".encode(), "UTF-8") + b'"',
        ),
        _name("name-with-folders", b'attachment; filename="..\\..\\C:\\windows\\a.exe"', "a.exe"),
        _name("name-percent-coded-plain", b'attachment; filename="=?UTF-8?Q?=E8=A6=8B=E7=A9=8D_1.pdf?="', "見積 1.pdf"),
    ]


ALL = (*_text_charsets(), *_transfers(), *_headers(), *_names())
