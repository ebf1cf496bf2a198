"""The table of typical and hostile Japanese mails: what each is, and what a reader must find in it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from tests.message.build import (
    HEADER,
    base64_body,
    euc_ms,
    inner_multipart,
    jis_ms,
    multipart,
    part,
    plain,
    qp_body,
    word,
)

TEXT = "こんにちは、山田です。面談のお願いです。ご都合はいかがでしょうか。"
LONG = "\n".join(f"{number}行目：{TEXT}" for number in range(8))
VENDOR = "①②③ ㈱番犬 №１ 髙橋・﨑山 ㍻"
KANA = "ﾊﾝｶｸｶﾅﾃﾞｽ ｶﾌﾞｼｷｶﾞｲｼｬ"
SUBJECT = "契約前の面談のお願い（山田商店）"
NAME = "山田太郎"
FILE = "見積書（最新版）.pdf"


@dataclass(frozen=True)
class Case:
    """One mail and what must be found; "" and () where it is not asked."""

    name: str
    raw: bytes
    texts: tuple[str, ...] = ()
    subject: str = ""
    sender: str = ""
    address: str = ""
    filename: str = ""
    absent: tuple[str, ...] = ()
    """What must not stand in the text: raw escape sequences, base64, mojibake."""


def _(name: str, raw: bytes, *texts: str, **more) -> Case:
    return Case(name, raw, texts, **more)


def all_cases() -> list[Case]:
    """Return every case; names are unique."""
    return [
        *_charsets(),
        *_wrong_labels(),
        *_odd(),
        *_damage(),
        *_transfer(),
        *_subjects(),
        *_senders(),
        *_filenames(),
        *_html(),
        *_structure(),
        *_wrappers(),
        *_lines(),
        *_hostile(),
    ]


def _charsets() -> Iterator[Case]:
    sets = {
        "utf8": ("utf-8", LONG.encode()),
        "jis": ("iso-2022-jp", LONG.encode("iso2022_jp")),
        "sjis": ("shift_jis", LONG.encode("cp932")),
        "euc": ("euc-jp", LONG.encode("euc_jp")),
        "jis-vendor": ("iso-2022-jp", jis_ms(LONG + VENDOR)),
        "jis-halfkana": ("iso-2022-jp", jis_ms(LONG + KANA)),
        "sjis-vendor": ("Shift_JIS", (LONG + VENDOR + KANA).encode("cp932")),
        "euc-vendor": ("EUC-JP", euc_ms(LONG + VENDOR + KANA)),
    }
    extra = {"jis-vendor": VENDOR, "jis-halfkana": KANA, "sjis-vendor": VENDOR + KANA, "euc-vendor": VENDOR + KANA}
    for name, (label, octets) in sets.items():
        for cte in ("7bit" if octets.isascii() else "8bit", "base64", "quoted-printable"):
            raw = plain(octets, label, cte=cte, subject=word(SUBJECT.encode(), "utf-8"))
            yield _(f"{name}-{cte[:4]}", raw, LONG, extra.get(name, ""), subject=SUBJECT, absent=("\x1b",))
    for label in (
        "cp932",
        "windows-31j",
        "Windows-31J",
        "x-sjis",
        "MS_Kanji",
        "sjis",
        "SJIS-win",
        "csShiftJIS",
        "ms932",
        '"Shift_JIS"',
    ):
        yield _(f"label-{label}", plain((LONG + VENDOR).encode("cp932"), label, cte="base64"), LONG, VENDOR)
    for label in (
        "cp50220",
        "cp50221",
        "cp50222",
        "iso-2022-jp-ms",
        "csISO2022JP",
        "ISO-2022-JP-1",
        "JIS",
        "_iso-2022-jp$ESC",
        "iso-2022-jp-2004",
    ):
        yield _(f"label-{label}", plain(jis_ms(LONG + VENDOR), label, cte="7bit"), LONG, VENDOR, absent=("\x1b",))
    for label in ("eucJP-ms", "cp51932", "x-euc-jp", "eucJP-win", "ujis"):
        yield _(f"label-{label}", plain(euc_ms(LONG + VENDOR), label, cte="8bit"), LONG, VENDOR)
    for label in (
        "UTF8",
        "utf-8n",
        "utf8mb4",
        "unicode-1-1-utf-8",
        "'utf-8'",
        "utf-8; format=flowed",
        "UTF-8 (comment)",
    ):
        yield _(f"label-{label}", plain(LONG.encode(), label, cte="8bit"), LONG)
    yield _("utf7", plain(TEXT.encode("utf-7"), "utf-7", cte="7bit"), TEXT)
    yield _("utf8-bom", plain(b"\xef\xbb\xbf" + TEXT.encode(), "utf-8", cte="base64"), TEXT, absent=("\ufeff",))
    yield _("utf8-cjk-compat", plain("神戸の神谷です。塚﨑様".encode(), cte="8bit"), "神戸の神谷です。塚﨑様")
    yield _(
        "utf8-emoji-ivs", plain("承知しました👨‍👩‍👧🎍 葛󠄀城市".encode(), cte="base64"), "承知しました👨‍👩‍👧🎍 葛󠄀城市"
    )
    yield _("utf16-labelled", plain(TEXT.encode("utf-16-le"), "utf-16le", cte="base64"), TEXT)
    yield _("utf16-bom", plain(TEXT.encode("utf-16"), "utf-16", cte="base64"), TEXT)
    yield _("utf16be-bom-nolabel", plain(b"\xfe\xff" + TEXT.encode("utf-16-be"), None, cte="base64"), TEXT)
    yield _("jis-roman-yen", plain(b"\x1b(J\\5,000\x1b(B" + TEXT.encode("iso2022_jp"), "iso-2022-jp"), "¥5,000", TEXT)
    yield _("jis-1978", plain(TEXT.encode("iso2022_jp").replace(b"\x1b$B", b"\x1b$@"), "iso-2022-jp"), TEXT)
    yield _("jis-1990", plain(TEXT.encode("iso2022_jp").replace(b"\x1b$B", b"\x1b&@\x1b$B"), "iso-2022-jp"), TEXT)
    yield _("jis-so-si-kana", plain(b"\x0eJO\x0f " + TEXT.encode("iso2022_jp"), "iso-2022-jp"), "ﾊﾏ"[:1], TEXT)
    yield _(
        "jis-x0212", plain("丂丄 ".encode("iso2022_jp_1") + TEXT.encode("iso2022_jp"), "iso-2022-jp-1"), "丂丄", TEXT
    )
    yield _(
        "jis-x0213", plain("俱 ".encode("iso2022_jp_2004") + TEXT.encode("iso2022_jp"), "iso-2022-jp-2004"), "俱", TEXT
    )
    yield _(
        "jis8-kana", plain("ｶﾀｶﾅ".encode("cp932") + TEXT.encode("iso2022_jp"), "iso-2022-jp", cte="8bit"), "ｶﾀｶﾅ", TEXT
    )
    yield _(
        "gb2312", plain("您好，我们想直接合作。".encode("gb2312"), "gb2312", cte="base64"), "您好，我们想直接合作。"
    )
    yield _("big5", plain("您好，我們想直接合作。".encode("big5"), "big5", cte="base64"), "您好，我們想直接合作。")
    yield _("euckr", plain("안녕하세요".encode("cp949"), "ks_c_5601-1987", cte="base64"), "안녕하세요")
    yield _(
        "latin1",
        plain("café naïve – façade".encode("cp1252"), "iso-8859-1", cte="quoted-printable"),
        "café naïve – façade",
    )
    yield _("koi8", plain("Привет мир".encode("koi8-r"), "koi8-r", cte="base64"), "Привет мир")


def _wrong_labels() -> Iterator[Case]:
    octets = {
        "utf8": TEXT.encode(),
        "sjis": TEXT.encode("cp932"),
        "euc": TEXT.encode("euc_jp"),
        "jis": TEXT.encode("iso2022_jp"),
    }
    labels = {
        "jis": "iso-2022-jp",
        "sjis": "shift_jis",
        "euc": "euc-jp",
        "utf8": "utf-8",
        "usascii": "us-ascii",
        "latin1": "iso-8859-1",
    }
    for name, data in octets.items():
        for shown, label in labels.items():
            if name != shown:
                yield _(f"{name}-labelled-{shown}", plain(data, label, cte="8bit"), TEXT, absent=("\x1b",))
    for name, data in octets.items():
        yield _(f"nocharset-{name}", plain(data, None, cte="8bit"), TEXT, absent=("\x1b",))
        yield _(f"unknown-8bit-{name}", plain(data, "unknown-8bit", cte="8bit"), TEXT, absent=("\x1b",))
        yield _(f"x-unknown-{name}", plain(data, "x-unknown", cte="base64"), TEXT, absent=("\x1b",))
        yield _(f"no-mime-{name}", HEADER + b"Subject: test\r\n\r\n" + data, TEXT, absent=("\x1b",))
    for label in (
        "undefined",
        "idna",
        "hex",
        "rot13",
        "base64",
        "\x1b",
        "a" * 500,
        "",
        "punycode",
        "utf_16_le_x",
        "none",
        "shift-jis;q",
    ):
        yield _(f"charset-{label[:12]!r}", plain(TEXT.encode(), label, cte="8bit"), TEXT)
    yield _("nocharset-short-sjis", plain("了解です".encode("cp932"), None, cte="8bit"), "了解です")
    yield _("nocharset-short-euc", plain("了解です".encode("euc_jp"), None, cte="8bit"), "了解です")
    yield _("nocharset-kanji-sjis", plain("面談希望".encode("cp932"), None, cte="8bit"), "面談希望")
    yield _("nocharset-kanji-euc", plain("面談希望".encode("euc_jp"), None, cte="8bit"), "面談希望")
    yield _("nocharset-halfkana-sjis", plain(KANA.encode("cp932"), None, cte="8bit"), KANA)
    mixed = TEXT.encode("cp932") + b"\r\n-- \r\n" + "配信元：株式会社サンプル 東京都".encode()
    yield _("mixed-sjis-utf8-footer", plain(mixed, "shift_jis", cte="8bit"), TEXT, "配信元：株式会社サンプル")
    mixed = TEXT.encode("iso2022_jp") + b"\r\n" + "配信元：株式会社サンプル".encode()
    yield _("mixed-jis-utf8-footer", plain(mixed, "iso-2022-jp", cte="8bit"), TEXT, "配信元：株式会社サンプル")
    mixed = TEXT.encode() + b"\r\n" + "配信元：株式会社サンプル".encode("cp932")
    yield _("mixed-utf8-sjis-footer", plain(mixed, "utf-8", cte="8bit"), TEXT, "配信元：株式会社サンプル")


def _odd() -> Iterator[Case]:
    torn = b"\n\xed\xa0\xbc\xed\xbe\x8d \xe3\x81 \xff"
    yield _("cesu8-torn-beside-jis", plain(TEXT.encode("iso2022_jp") + torn, "iso-2022-jp", cte="8bit"), TEXT)
    yield _("cesu8-torn", plain(TEXT.encode() + torn, "utf-8", cte="8bit"), TEXT)
    yield _("cesu8-emoji", plain(TEXT.encode() + b"\xed\xa0\xbc\xed\xbe\x8d", "utf-8", cte="8bit"), TEXT, "🎍")
    yield _(
        "utf8-labelled-windows-1252-french",
        plain("déjà vu, ça va".encode(), "iso-8859-1", cte="8bit"),
        "déjà vu, ça va",
    )
    yield _(
        "latin1-labelled-utf8",
        plain("déjà vu, ça va, très bien".encode("latin-1"), "utf-8", cte="8bit"),
        "déjà vu, ça va, très bien",
    )
    yield _("ascii-labelled-utf16", plain(b"see you at ten tomorrow", "utf-16", cte="7bit"), "see you at ten tomorrow")
    yield _("utf8-labelled-gb2312", plain(TEXT.encode(), "gb2312", cte="8bit"), TEXT)
    yield _("utf8-labelled-big5", plain(TEXT.encode(), "big5", cte="8bit"), TEXT)
    yield _("utf8-labelled-utf16", plain(TEXT.encode(), "utf-16", cte="8bit"), TEXT)
    yield _(
        "utf16le-nolabel-ascii",
        plain("Hello, see you at 10. 面談".encode("utf-16-le"), None, cte="base64"),
        "Hello, see you at 10. 面談",
    )
    yield _("b64-without-cte", plain(base64_body(LONG.encode()), "utf-8"), LONG)
    yield _("b64-without-cte-jis", plain(base64_body(LONG.encode("iso2022_jp")), "iso-2022-jp"), LONG)
    yield _("qp-without-cte", plain(qp_body(LONG.encode()), "utf-8"), LONG)
    yield _("b64-says-7bit", plain(base64_body(LONG.encode()), "utf-8", cte="7bit"))
    yield _(
        "jis-crlf-in-kanji",
        plain(TEXT.encode("iso2022_jp").replace(b"$G$9!#", b"$G$9!#\x1b(B\r\n\x1b$B"), "iso-2022-jp"),
        "山田です。\n面談の",
    )
    yield _(
        "sjis-backslash-trail",
        plain("表示ソフト十能力の申込予約".encode("cp932"), "shift_jis", cte="8bit"),
        "表示ソフト十能力の申込予約",
    )
    yield _("sjis-halfkana-only", plain("ﾒﾝﾀﾞﾝﾉｵﾈｶﾞｲ".encode("cp932"), "shift_jis", cte="8bit"), "ﾒﾝﾀﾞﾝﾉｵﾈｶﾞｲ")
    yield _("sjis-gaiji", plain("山田\ue000商店です".encode("cp932"), "shift_jis", cte="8bit"), "商店です")
    yield _("euc-halfkana", plain(euc_ms("ﾒﾝﾀﾞﾝ " + TEXT), "euc-jp", cte="8bit"), "ﾒﾝﾀﾞﾝ " + TEXT)
    yield _("euc-3byte", plain(b"\x8f\xb0\xa1" + TEXT.encode("euc_jp"), "euc-jp", cte="8bit"), TEXT)
    yield _("utf8-nfd", plain("か\u3099きく".encode(), "utf-8", cte="8bit"), "がきく")
    for label in ("shift_jis", "euc-jp", "iso-2022-jp", "utf-8"):
        octets = {"shift_jis": "cp932", "euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp"}.get(label, label)
        yield _(
            f"wave-dash-{label}",
            plain(
                "10時〜11時 −5℃".replace("〜", "～" if label == "shift_jis" else "〜")
                .replace("−", "－" if label == "shift_jis" else "−")
                .encode(octets),
                label,
                cte="base64",
            ),
            "10時〜11時 −5℃",
        )
        yield _(f"one-character-{label}", plain("了".encode(octets), label, cte="8bit"), "了")
        yield _(
            f"punctuation-{label}", plain("……！？「」『』【】".encode(octets), label, cte="8bit"), "……！？「」『』【】"
        )


def _damage() -> Iterator[Case]:
    jis = TEXT.encode("iso2022_jp")
    yield _("jis-truncated-escape", plain(jis + b"\x1b$", "iso-2022-jp"), TEXT, absent=("\x1b",))
    yield _("jis-unclosed", plain(jis.removesuffix(b"\x1b(B"), "iso-2022-jp"), TEXT)
    yield _("jis-onebadpair", plain(jis.replace(b"\x1b(B", b"\x7f\x7f\x1b(B"), "iso-2022-jp"), TEXT)
    lost = jis_ms(TEXT)
    cut = lost.index(jis_ms("面談")[3:7])
    yield _(
        "jis-lost-octet",
        plain(lost[:cut] + lost[cut + 1 :], "iso-2022-jp"),
        "こんにちは、山田です。",
        "いかがでしょうか。",
    )
    yield _("jis-no-escapes", plain(jis.replace(b"\x1b", b""), "iso-2022-jp"), TEXT)
    two = "\n".join(TEXT for _ in range(2)).encode("iso2022_jp").replace(b"\x1b(B\n\x1b$B", b"\n")
    yield _("jis-state-over-lines", plain(two, "iso-2022-jp"), f"{TEXT}\n{TEXT}")
    yield _(
        "sjis-onebadbyte",
        plain(TEXT.encode("cp932") + b"\xfd\xff" + TEXT.encode("cp932"), "shift_jis", cte="8bit"),
        TEXT,
    )
    yield _("utf8-onebadbyte", plain(TEXT.encode() + b"\xff" + TEXT.encode(), "utf-8", cte="8bit"), TEXT)
    yield _("utf8-cut-mid-character", plain(TEXT.encode()[:-1], "utf-8", cte="8bit"), TEXT[:-1])
    yield _("sjis-cut-mid-character", plain(TEXT.encode("cp932")[:-1], "shift_jis", cte="8bit"), TEXT[:-1])
    yield _(
        "euc-onebadbyte", plain(TEXT.encode("euc_jp") + b"\x80" + TEXT.encode("euc_jp"), "euc-jp", cte="8bit"), TEXT
    )
    yield _(
        "nul-octets", plain(b"\x00".join((TEXT.encode(), TEXT.encode())), "utf-8", cte="8bit"), TEXT, absent=("\x00",)
    )
    yield _("nul-inside-word", plain("LI\0NEで".encode(), "utf-8", cte="8bit"), "LINEで")


def _transfer() -> Iterator[Case]:
    octets = LONG.encode()
    coded = base64_body(octets)
    top = HEADER + b"Subject: test\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b64 = top + b"Content-Transfer-Encoding: base64\r\n\r\n"
    yield _("b64-no-padding", b64 + coded.replace(b"=", b""), LONG)
    yield _("b64-one-line", b64 + base64.b64encode(octets), LONG)
    yield _("b64-trunc", b64 + coded[: len(coded) // 2 + 1], LONG.split("\n")[0], LONG.split("\n")[2])
    lines = coded.split(b"\r\n")
    yield _("b64-garbage-lines", b64 + b"\r\n".join([*lines[:3], b"!! #garbage# !!", *lines[3:]]), LONG)
    yield _("b64-stray-octet", b64 + coded[:100] + b"!" + coded[100:], LONG)
    yield _(
        "b64-stray-octet-in-one-line",
        b64 + base64.b64encode(octets)[:200] + b"!" + base64.b64encode(octets)[200:],
        LONG,
    )
    yield _("b64-footer-appended", b64 + coded + b"\r\n--\r\nA list: http://list.example/\r\n", LONG)
    yield _(
        "b64-padded-pieces",
        b64 + b"\r\n".join(base64.b64encode(line.encode() + b"\n") for line in LONG.split("\n")),
        LONG,
    )
    yield _("b64-spaces", b64 + coded.replace(b"\r\n", b" \r\n\t"), LONG)
    yield _("b64-blank-lines", b64 + coded.replace(b"\r\n", b"\r\n\r\n"), LONG)
    yield _("b64-but-plain", b64 + octets, LONG)
    yield _("cte-upper", top + b"Content-Transfer-Encoding: BASE64\r\n\r\n" + coded, LONG)
    yield _("cte-trailing-junk", top + b"Content-Transfer-Encoding: base64 (sent by X)\r\n\r\n" + coded, LONG)
    yield _("cte-semicolon", top + b"Content-Transfer-Encoding: base64;\r\n\r\n" + coded, LONG)
    yield _("cte-quoted", top + b'Content-Transfer-Encoding: "quoted-printable"\r\n\r\n' + qp_body(octets), LONG)
    yield _("cte-unknown", top + b"Content-Transfer-Encoding: 9bit\r\n\r\n" + octets, LONG)
    yield _(
        "qp-lower-hex", top + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + qp_body(octets).lower(), LONG
    )
    yield _("qp-bad-escape", top + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n=ZZ " + qp_body(octets), LONG)
    yield _(
        "qp-soft-space",
        top + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + qp_body(octets).replace(b"=\r\n", b"= \r\n"),
        LONG,
    )
    yield _("qp-jis", plain(LONG.encode("iso2022_jp"), "iso-2022-jp", cte="quoted-printable"), LONG, absent=("\x1b",))
    uu = (
        b"begin 644 x\r\n"
        + b"".join(__import__("binascii").b2a_uu(octets[at : at + 45]) for at in range(0, len(octets), 45))
        + b"`\r\nend\r\n"
    )
    yield _("uuencode", top + b"Content-Transfer-Encoding: x-uuencode\r\n\r\n" + uu, LONG)
    flowed = "LI \nNEで \r\n連絡をお願いします。\r\n"
    yield _(
        "flowed-delsp",
        plain(flowed.encode(), "utf-8; format=flowed; delsp=yes", cte="8bit"),
        "LINEで連絡をお願いします。",
    )
    yield _("flowed", plain(b"see you \r\ntomorrow\r\n", "utf-8; format=flowed"), "see you tomorrow")


def _subjects() -> Iterator[Case]:
    def subject(name: str, value: bytes, expected: str = SUBJECT) -> Case:
        return _(f"subj-{name}", plain(TEXT.encode(), cte="8bit", subject=value), TEXT, subject=expected)

    utf8 = SUBJECT.encode()
    yield subject("b64-utf8", word(utf8, "UTF-8"))
    yield subject("q-utf8", word(utf8, "UTF-8", q=True))
    yield subject("b64-jis", word(SUBJECT.encode("iso2022_jp"), "ISO-2022-JP"))
    yield subject("b64-sjis", word(SUBJECT.encode("cp932"), "Shift_JIS"))
    yield subject("b64-euc", word(SUBJECT.encode("euc_jp"), "EUC-JP"))
    yield subject("jis-vendor", word(jis_ms(VENDOR), "ISO-2022-JP"), VENDOR)
    yield subject("sjis-vendor", word(VENDOR.encode("cp932"), "Shift_JIS"), VENDOR)
    yield subject("euc-vendor", word(euc_ms(VENDOR), "EUC-JP"), VENDOR)
    yield subject("jis-halfkana", word(jis_ms(KANA), "ISO-2022-JP"), KANA)
    yield subject("windows-31j", word(VENDOR.encode("cp932"), "windows-31j"), VENDOR)
    yield subject("folded", word(utf8[:24], "utf-8") + b"\r\n " + word(utf8[24:], "utf-8"))
    yield subject("split-multibyte-utf8", word(utf8[:10], "utf-8") + b"\r\n " + word(utf8[10:], "utf-8"))
    yield subject(
        "split-multibyte-utf8-q", word(utf8[:10], "utf-8", q=True) + b"\r\n " + word(utf8[10:], "utf-8", q=True)
    )
    sjis = SUBJECT.encode("cp932")
    yield subject("split-multibyte-sjis", word(sjis[:11], "shift_jis") + b"\r\n " + word(sjis[11:], "shift_jis"))
    euc = SUBJECT.encode("euc_jp")
    yield subject("split-multibyte-euc", word(euc[:11], "euc-jp") + b"\r\n " + word(euc[11:], "euc-jp"))
    jis = jis_ms(SUBJECT)
    yield subject("jis-state-carried", word(jis[:11], "iso-2022-jp") + b"\r\n " + word(jis[11:], "iso-2022-jp"))
    yield subject("no-space-between-words", word(utf8[:24], "utf-8") + word(utf8[24:], "utf-8"))
    yield subject("ascii-adjacent", b"Re:" + word(utf8, "utf-8") + b"[2]", f"Re:{SUBJECT}[2]")
    yield subject(
        "b64-space-inside", b"=?utf-8?B?" + base64.b64encode(utf8)[:20] + b" " + base64.b64encode(utf8)[20:] + b"?="
    )
    yield subject(
        "b64-no-padding",
        word(utf8, "utf-8").replace(b"==?=", b"?=").replace(b"=?=", b"?=")
        if len(utf8) % 3 != 0
        else word(utf8, "utf-8"),
    )
    coded = base64.b64encode(utf8)
    yield subject("b64-cut-anywhere", b"=?utf-8?B?" + coded[:17] + b"?=\r\n =?utf-8?B?" + coded[17:] + b"?=")
    yield subject("q-question-mark", b"=?utf-8?Q?what?_yes?=", "what? yes")
    yield subject("q-underscore", b"=?utf-8?Q?a_b=5Fc?=", "a b_c")
    yield subject("raw-utf8", utf8)
    yield subject("raw-sjis", sjis)
    yield subject("raw-euc", euc)
    yield subject("raw-jis", jis)
    yield subject("raw-jis-folded", jis[:11] + b"\r\n " + jis[11:])
    yield subject("raw-jis-folded-in-escape", jis[:1] + b"\r\n " + jis[1:])
    yield subject("raw-sjis-folded", sjis[:10] + b"\r\n " + sjis[10:], SUBJECT[:5] + " " + SUBJECT[5:])
    yield subject("raw-and-encoded", "至急：".encode() + word(utf8, "utf-8"), f"至急：{SUBJECT}")
    yield subject("lower-lang", b"=?iso-2022-jp*ja?b?" + base64.b64encode(SUBJECT.encode("iso2022_jp")) + b"?=")
    yield subject("wronglabel-sjis-as-jis", word(sjis, "iso-2022-jp"))
    yield subject("wronglabel-utf8-as-jis", word(utf8, "iso-2022-jp"))
    yield subject("wronglabel-jis-as-utf8", word(SUBJECT.encode("iso2022_jp"), "utf-8"))
    yield subject("unknown-charset", word(utf8, "x-unknown"))
    yield subject("mixed-charsets", word(utf8[:24], "utf-8") + b" " + word(SUBJECT.encode("cp932")[16:], "shift_jis"))
    yield subject("in-quotes", b'"' + word(utf8, "utf-8") + b'"', f'"{SUBJECT}"')
    yield subject(
        "newline-in-word",
        word((SUBJECT + "\r\nBcc: evil@evil.example").encode(), "utf-8"),
        f"{SUBJECT} Bcc: evil@evil.example",
    )
    yield subject("empty-word", b"=?utf-8?B??= ok", "ok")
    yield subject("tab-fold", word(utf8[:24], "utf-8") + b"\r\n\t" + word(utf8[24:], "utf-8"))
    yield subject("not-a-word", b"=?utf-8?B?", "=?utf-8?B?")
    long = (SUBJECT * 8).encode()
    words = b"\r\n ".join(word(long[at : at + 45], "utf-8") for at in range(0, len(long), 45))
    yield subject("long-folded", words, SUBJECT * 8)
    yield _(
        "subj-duplicate", HEADER + b"Subject: first\r\nSubject: second\r\n\r\n" + TEXT.encode(), TEXT, subject="first"
    )
    yield _(
        "subj-lower-name",
        HEADER + b"subject : " + word(utf8, "utf-8") + b"\r\n\r\n" + TEXT.encode(),
        TEXT,
        subject=SUBJECT,
    )
    yield _("subj-empty", HEADER + b"Subject:\r\n\r\n" + TEXT.encode(), TEXT)
    stray = (
        HEADER
        + b"Subject: "
        + jis[:20]
        + b"\r\n"
        + b"\x1b$B"
        + jis[20:].replace(b"\x1b(B", b"")
        + b"\x1b(B\r\nX-A: b\r\nMIME-Version: 1.0\r\n\r\n"
        + TEXT.encode()
    )
    yield _("subj-fold-without-space", stray, TEXT, absent=("X-A", "MIME"))


def _senders() -> Iterator[Case]:
    def sender(name: str, value: bytes, shown: str = NAME, address: str = "taro@client.example") -> Case:
        header = b"From: " + value + b"\r\nTo: worker@example.jp\r\nDate: Mon, 3 Jun 2024 10:12:00 +0900\r\n"
        return _(f"from-{name}", plain(TEXT.encode(), cte="8bit", header=header), TEXT, sender=shown, address=address)

    utf8, at = NAME.encode(), b" <taro@client.example>"
    yield sender("word", word(utf8, "utf-8") + at)
    yield sender("word-jis", word(NAME.encode("iso2022_jp"), "iso-2022-jp") + at)
    yield sender("quoted-word", b'"' + word(utf8, "utf-8") + b'"' + at)
    yield sender("word-no-space", word(utf8, "utf-8") + at.strip())
    yield sender("raw-utf8", utf8 + at)
    yield sender("raw-sjis", NAME.encode("cp932") + at)
    yield sender("raw-euc", NAME.encode("euc_jp") + at)
    yield sender("raw-jis", NAME.encode("iso2022_jp") + at)
    yield sender("raw-utf8-quoted", b'"' + utf8 + b'"' + at)
    yield sender("raw-sjis-backslash", b'"' + "表示能力".encode("cp932") + b'"' + at, "表示能力")
    yield sender("raw-utf8-at", "山田＠商店@大阪".encode() + at, "山田＠商店@大阪")
    yield sender("comma-in-word", word("山田, 太郎".encode(), "utf-8") + at, "山田, 太郎")
    yield sender("comma-bare", b"Yamada, Taro" + at, "Yamada, Taro")
    yield sender("comma-quoted", b'"Yamada, Taro"' + at, "Yamada, Taro")
    yield sender("comment", b"taro@client.example (" + word(utf8, "utf-8") + b")")
    yield sender("bare", b"taro@client.example", "")
    yield sender("angle-only", b"<taro@client.example>", "")
    yield sender("upper", b"TARO <Taro@Client.EXAMPLE>", "TARO")
    yield sender("docomo-dots", word(utf8, "utf-8") + b" <a..b.@docomo.ne.jp>", NAME, "a..b.@docomo.ne.jp")
    yield sender("docomo-quoted", word(utf8, "utf-8") + b' <"a..b."@docomo.ne.jp>', NAME, "a..b.@docomo.ne.jp")
    yield sender("idn", b"X <taro@xn--eckwd4c7c.example>", "X", "taro@xn--eckwd4c7c.example")
    yield sender("idn-raw", "X <taro@日本語.example>".encode(), "X", "taro@xn--wgv71a119e.example")
    yield sender("escaped-quote", b'"Taro \\"T\\" Yamada"' + at, 'Taro "T" Yamada')
    yield sender("folded", word(utf8, "utf-8") + b"\r\n " + at.strip())
    yield sender("two-words", word(utf8[:6], "utf-8") + b" " + word(utf8[6:], "utf-8") + at)
    yield sender("address-as-name", b'"no-reply@crowdworks.jp" <taro@client.example>', "no-reply@crowdworks.jp")
    yield sender("nested-angle", b"X <<taro@client.example>>", "X")
    yield sender(
        "newline-in-name", word("山田\r\nBcc: x@evil.example".encode(), "utf-8") + at, "山田 Bcc: x@evil.example"
    )
    yield sender("swapped", b"taro@client.example <" + word(utf8, "utf-8") + b">")
    yield sender("mailto", word(utf8, "utf-8") + b" <mailto:taro@client.example>")
    yield sender("unclosed", word(utf8, "utf-8") + b" <taro@client.example")
    yield sender("two-mailboxes", word(utf8, "utf-8") + at + b", B <b@client.example>")
    yield sender("group", b"Staff: " + word(utf8, "utf-8") + at + b";")


def _filenames() -> Iterator[Case]:
    def named(name: str, disposition: bytes, kind: bytes = b"application/pdf", expected: str = FILE) -> Case:
        pdf = (
            b"Content-Type: "
            + kind
            + b"\r\nContent-Disposition: "
            + disposition
            + b"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA"
        )
        raw = multipart("mixed", part("text/plain; charset=utf-8", TEXT.encode()), pdf)
        return _(f"fn-{name}", raw, TEXT, filename=expected)

    def percent(octets: bytes) -> bytes:
        return b"".join(b"%%%02X" % octet for octet in octets)

    utf8 = FILE.encode()
    yield named("rfc2231-utf8", b"attachment; filename*=UTF-8''" + percent(utf8))
    yield named("rfc2231-sjis", b"attachment; filename*=shift_jis'ja'" + percent(FILE.encode("cp932")))
    yield named(
        "rfc2231-cont",
        b"attachment; filename*0*=utf-8''" + percent(utf8[:12]) + b";\r\n filename*1*=" + percent(utf8[12:]),
    )
    yield named(
        "rfc2231-midsplit",
        b"attachment; filename*0*=utf-8''" + percent(utf8[:10]) + b";\r\n filename*1*=" + percent(utf8[10:]),
    )
    yield named(
        "rfc2231-unordered",
        b"attachment; filename*1*=" + percent(utf8[12:]) + b"; filename*0*=utf-8''" + percent(utf8[:12]),
    )
    jis = FILE.encode("iso2022_jp")
    yield named(
        "rfc2231-jis-cont",
        b"attachment; filename*0*=iso-2022-jp''" + percent(jis[:9]) + b"; filename*1*=" + percent(jis[9:]),
    )
    yield named("rfc2231-and-plain", b"attachment; filename=x.pdf; filename*=utf-8''" + percent(utf8))
    yield named("rfc2047-quoted", b'attachment; filename="' + word(utf8, "utf-8") + b'"')
    yield named(
        "rfc2047-two", b'attachment; filename="' + word(utf8[:12], "utf-8") + b"\r\n " + word(utf8[12:], "utf-8") + b'"'
    )
    yield named("raw-utf8", b'attachment; filename="' + utf8 + b'"')
    yield named("raw-sjis", b'attachment; filename="' + FILE.encode("cp932") + b'"')
    yield named("raw-jis", b'attachment; filename="' + jis + b'"')
    yield named("name-only", b"attachment", b'application/pdf; name="' + word(utf8, "utf-8") + b'"')
    yield named("ascii", b"attachment; filename=estimate.pdf", expected="estimate.pdf")
    yield named("path", b'attachment; filename="../../etc/passwd"', expected="passwd")
    yield named("spaces-unquoted", b"attachment; filename=a b c.pdf", expected="a b c.pdf")
    yield named("control", b"attachment; filename*=utf-8''a%0D%0Ab.pdf", expected="a b.pdf")


def _html() -> Iterator[Case]:
    def page(
        name: str,
        body: str,
        *texts: str,
        absent: tuple[str, ...] = (),
        label: str = "utf-8",
        octets: bytes = b"",
        more: str = "",
    ) -> Case:
        kind = f"text/html; charset={label}" if label else "text/html"
        data = octets or body.encode()
        head = (
            HEADER + b"Subject: test\r\nMIME-Version: 1.0\r\nContent-Type: " + kind.encode() + b"\r\n" + more.encode()
        )
        return _(f"html-{name}", head + b"\r\n" + data, *texts, absent=absent)

    doc = f"<html><head><meta http-equiv='Content-Type' content='text/html; charset=Shift_JIS'><title>見出し</title></head><body><p>{TEXT}</p></body></html>"
    yield page("utf8", f"<p>{TEXT}</p>", TEXT, absent=("<p>",))
    yield page("meta-sjis-nocharset", doc, TEXT, label="", octets=doc.encode("cp932"), absent=("見出し",))
    yield page("meta5-euc-nocharset", "", TEXT, label="", octets=f"<meta charset=euc-jp><p>{TEXT}".encode("euc_jp"))
    yield page("meta-wrong", "", TEXT, label="utf-8", octets=doc.encode())
    yield page(
        "jis-7bit", "", TEXT, label="iso-2022-jp", octets=f"<p>{TEXT}</p>".encode("iso2022_jp"), absent=("\x1b",)
    )
    yield page("jis-nocharset", "", TEXT, label="", octets=f"<p>{TEXT}</p>".encode("iso2022_jp"), absent=("\x1b",))
    yield page("entities", "<p>LI&#78;&#x45; &amp; &lt;面談&gt; &copy;&nbsp;</p>", "LINE & <面談> ©")
    yield page("br", "一行目<br>二行目<br/>三行目", "一行目\n二行目\n三行目")
    yield page("inline-tags", "<b>L</b><i>I</i><span>N</span><font>E</font>で", "LINEで")
    yield page("comment-inside", "LI<!-- x -->NE で", "LINE で")
    yield page(
        "table",
        "<table><tr><th>報酬</th><td>10,000円</td></tr><tr><th>納期</th><td>月末</td></tr></table>",
        "報酬 10,000円\n納期 月末",
    )
    yield page(
        "script-style",
        f"<style>p{{color:red}}</style><script>alert('NG')</script><p>{TEXT}</p>",
        TEXT,
        absent=("alert", "color"),
    )
    yield page("alt", f"<img alt='友だち追加QRコード' src=x.png><p>{TEXT}</p>", "友だち追加QRコード", TEXT)
    yield page("broken", f"<div><p>{TEXT}<table><tr><td>表の中</b></i></div", TEXT, "表の中")
    yield page("wrapped-source", "<p>面談の\r\n   お願いです。</p>", "面談のお願いです。")
    yield page("pre", "<pre>一\n  二</pre>", "一\n  二")
    yield page("button", "<input type=submit value='返信する'><button>確認</button>", "返信する", "確認")
    yield page("upper", f"<HTML><BODY><P>{TEXT}</P></BODY></HTML>", TEXT)
    yield page(
        "xml",
        f"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><body><p>{TEXT}</p></body></html>",
        TEXT,
    )
    yield page("zero-width", "L\u200bI\u200bNEで", "NEで")
    yield page("ruby", "<ruby>面談<rt>めんだん</rt></ruby>", "面談")
    yield page("plaintext", f"<plaintext>{TEXT}", TEXT)
    yield page("frameset", f"<noscript>{TEXT}</noscript>", TEXT)
    yield page("controls", "<p>面&#1;談&#8232;希望</p>", "面談", absent=("\x01", "\u2028"))
    qp = qp_body(f"<p>{TEXT}</p>".encode()).decode()
    yield page("qp", qp, TEXT, more="Content-Transfer-Encoding: quoted-printable\r\n")
    yield _(
        "html-no-type",
        HEADER + b"Subject: x\r\n\r\n<html><body><p>" + TEXT.encode() + b"</p></body></html>",
        TEXT,
        absent=("<p>",),
    )
    yield _(
        "html-hidden-inline",
        plain(b"", "utf-8", more=b"").replace(b"text/plain", b"text/html")
        + "L<span style='display:none'>xx</span>INEで連絡".encode(),
        "LINEで連絡",
    )


def _structure() -> Iterator[Case]:
    text = part("text/plain; charset=utf-8", TEXT.encode(), "Content-Transfer-Encoding: 8bit")
    page = part("text/html; charset=utf-8", f"<p>{TEXT}</p>".encode())
    other = "添付の続きです。よろしくお願いいたします。"
    second = part("text/plain; charset=shift_jis", other.encode("cp932"))
    yield _("alternative", multipart("alternative", text, page), TEXT)
    yield _(
        "alternative-html-only-more",
        multipart("alternative", text, part("text/html; charset=utf-8", f"<p>{TEXT}</p><p>{other}</p>".encode())),
        TEXT,
        other,
    )
    yield _(
        "alternative-stub",
        multipart("alternative", part("text/plain; charset=utf-8", "HTML対応ソフトでご覧ください".encode()), page),
        TEXT,
    )
    jis = part("text/plain; charset=iso-2022-jp", TEXT.encode("iso2022_jp"), "Content-Transfer-Encoding: 7bit")
    yield _("alternative-jis-7bit", multipart("alternative", jis, page), TEXT, absent=("\x1b",))
    yield _("mixed-two-texts", multipart("mixed", text, second), TEXT, other)
    yield _(
        "mixed-text-attachment",
        multipart(
            "mixed",
            text,
            part(
                "text/plain; charset=utf-8; name=a.txt",
                other.encode(),
                "Content-Disposition: attachment; filename=a.txt",
            ),
        ),
        TEXT,
        other,
    )
    related = inner_multipart(
        "related", page, part("image/png; name=a.png", b"AAAA", "Content-ID: <a>", "Content-Transfer-Encoding: base64")
    )
    yield _(
        "mixed-alternative-related",
        multipart(
            "mixed",
            inner_multipart("alternative", text, related, boundary="=_b3"),
            part("application/pdf; name=a.pdf", b"AAAA"),
        ),
        TEXT,
    )
    mail = plain(other.encode("iso2022_jp"), "iso-2022-jp", subject=word(SUBJECT.encode("iso2022_jp"), "iso-2022-jp"))
    forward = part("message/rfc822", mail, "Content-Disposition: attachment; filename=a.eml")
    yield _("fwd-rfc822-jis", multipart("mixed", text, forward), TEXT, other, SUBJECT, absent=("\x1b",))
    yield _(
        "fwd-rfc822-inline",
        multipart("mixed", text, part("message/rfc822", mail, "Content-Disposition: inline")),
        TEXT,
        other,
    )
    yield _("fwd-rfc822-only", HEADER + b"Subject: x\r\n" + part("message/rfc822", mail), other)
    yield _(
        "fwd-rfc822-base64",
        multipart("mixed", text, part("message/rfc822", base64_body(mail), "Content-Transfer-Encoding: base64")),
        TEXT,
        other,
    )
    octet = part("application/octet-stream; name=mail.eml", base64_body(mail), "Content-Transfer-Encoding: base64")
    yield _("fwd-eml-octet-stream", multipart("mixed", text, octet), TEXT, other)
    inner = multipart("alternative", jis, page, boundary="=_in", subject=b"inner")
    yield _("fwd-rfc822-multipart", multipart("mixed", second, part("message/rfc822", inner)), TEXT, other)
    yield _("digest", multipart("digest", b"\r\n" + mail, b"\r\n" + mail), other)
    raw = multipart("mixed", text, second)
    yield _("multipart-truncated", raw[: raw.rindex(b"--=_b1--")], TEXT, other)
    yield _("multipart-no-close", raw.replace(b"--=_b1--", b""), TEXT, other)
    yield _("boundary-missing", raw.replace(b'; boundary="=_b1"', b""), TEXT, other)
    yield _("boundary-wrong", raw.replace(b'boundary="=_b1"', b'boundary="zzz"'), TEXT, other)
    yield _(
        "boundary-unquoted", raw.replace(b'boundary="=_b1"', b"boundary=XX").replace(b"--=_b1", b"--XX"), TEXT, other
    )
    yield _("boundary-trailing-space", raw.replace(b"--=_b1\r\n", b"--=_b1  \r\n"), TEXT, other)
    yield _(
        "boundary-prefix",
        multipart("mixed", inner_multipart("alternative", text, page, boundary="=_b1x"), second),
        TEXT,
        other,
    )
    yield _(
        "boundary-same-nested",
        multipart("mixed", inner_multipart("alternative", text, page, boundary="=_b1"), second),
        TEXT,
        other,
    )
    yield _("boundary-rfc2231", raw.replace(b'boundary="=_b1"', b"boundary*=us-ascii''%3D_b1"), TEXT, other)
    yield _(
        "boundary-leading-dashes",
        raw.replace(b'boundary="=_b1"', b'boundary="----=_P"').replace(b"--=_b1", b"------=_P"),
        TEXT,
        other,
    )
    yield _(
        "preamble-epilogue",
        raw.replace(b"--=_b1\r\n", b"This is a MIME message.\r\n--=_b1\r\n", 1) + b"epilogue",
        TEXT,
        other,
        absent=("MIME message",),
    )
    yield _("ct-bad", plain(TEXT.encode()).replace(b"text/plain; charset=utf-8", b"text"), TEXT)
    yield _(
        "ct-bad-slashes",
        plain(TEXT.encode()).replace(b"text/plain; charset=utf-8", b"text/plain/x; charset=utf-8"),
        TEXT,
    )
    yield _("ct-empty", plain(TEXT.encode()).replace(b"text/plain; charset=utf-8", b""), TEXT)
    yield _("ct-upper", plain(TEXT.encode()).replace(b"text/plain; charset=utf-8", b"TEXT/PLAIN; CHARSET=UTF-8"), TEXT)
    yield _(
        "ct-folded",
        plain(TEXT.encode("cp932"), cte="8bit").replace(
            b"text/plain; charset=utf-8", b"text/plain;\r\n\tcharset=\r\n\tShift_JIS"
        ),
        TEXT,
    )
    yield _(
        "ct-duplicate-charset",
        plain(TEXT.encode(), cte="8bit").replace(b"charset=utf-8", b"charset=utf-8; charset=us-ascii"),
        TEXT,
    )
    yield _(
        "ct-no-space", plain(TEXT.encode("euc_jp"), cte="8bit").replace(b"; charset=utf-8", b";charset=euc-jp;"), TEXT
    )
    yield _("empty", b"")
    yield _("only-newlines", b"\r\n\r\n\r\n")
    yield _("no-headers", TEXT.encode(), TEXT)
    yield _("no-body", HEADER + b"Subject: " + word(SUBJECT.encode(), "utf-8") + b"\r\n", subject=SUBJECT)
    yield _("text-xyz", plain(TEXT.encode(), cte="8bit").replace(b"text/plain", b"text/x-unknown"), TEXT)
    yield _("markdown", plain(TEXT.encode(), cte="8bit").replace(b"text/plain", b"text/markdown"), TEXT)


def _wrappers() -> Iterator[Case]:
    text = part("text/plain; charset=utf-8", TEXT.encode())
    ics = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:面談（オンライ\r\n ン）\r\nLOCATION:https://meet.example/abc\r\nDESCRIPTION:カメラオンで\\nお願いします\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    calendar = part("text/calendar; method=REQUEST; charset=utf-8", ics.encode())
    yield _(
        "calendar",
        multipart("alternative", text, calendar),
        TEXT,
        "面談（オンライン）",
        "https://meet.example/abc",
        "カメラオンで\nお願いします",
    )
    octets = part('application/octet-stream; name="invite.ics"', ics.encode(), "Content-Disposition: attachment")
    yield _("calendar-octets", multipart("mixed", text, octets), TEXT, "面談（オンライン）", filename="invite.ics")
    online = ics.replace(
        "SUMMARY",
        "X-MICROSOFT-SKYPETEAMSMEETINGURL:https://teams.example/9\r\nX-GOOGLE-CONFERENCE:https://meet.example/9\r\nSUMMARY",
    )
    yield _(
        "calendar-online",
        multipart("mixed", text, part("application/ics; charset=utf-8", online.encode())),
        TEXT,
        "https://teams.example/9",
        "https://meet.example/9",
    )
    card = "BEGIN:VCARD\r\nFN:田中\r\nNOTE:電話でお話ししたい\r\nEND:VCARD\r\n".encode()
    yield _(
        "card",
        multipart("mixed", text, part("text/vcard; name=a.vcf", card)),
        TEXT,
        "電話でお話ししたい",
        filename="a.vcf",
    )
    shown = part("application/octet-stream; name=a.txt", "お電話ください".encode(), "Content-Disposition: inline")
    yield _("text-octets-shown", multipart("mixed", text, shown), TEXT, "お電話ください")
    signed = multipart(
        "signed",
        text,
        part("application/pkcs7-signature; name=smime.p7s", b"AAAA", "Content-Transfer-Encoding: base64"),
    )
    yield _("smime-signed", signed, TEXT, filename="smime.p7s")
    yield _(
        "smime-sealed",
        HEADER + b"Subject: x\r\n" + part("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", b"AAAA"),
        filename="smime.p7m",
    )
    yield _(
        "pgp-signed",
        multipart("signed", text, part("application/pgp-signature", b"-----BEGIN PGP SIGNATURE-----")),
        TEXT,
    )
    yield _(
        "pgp-encrypted",
        multipart(
            "encrypted",
            part("application/pgp-encrypted", b"Version: 1"),
            part("application/octet-stream", b"-----BEGIN PGP MESSAGE-----"),
        ),
    )
    yield _(
        "tnef",
        multipart(
            "mixed", text, part("application/ms-tnef; name=winmail.dat", b"eJ8+", "Content-Transfer-Encoding: base64")
        ),
        TEXT,
        filename="winmail.dat",
    )
    status = part(
        "message/delivery-status",
        b"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; x@y.example\r\nStatus: 5.1.1\r\n",
    )
    original = part("message/rfc822", plain("元の文章です。".encode("iso2022_jp"), "iso-2022-jp"))
    yield _("bounce", multipart("report; report-type=delivery-status", text, status, original), TEXT, "元の文章です。")
    yield _("bounce-headers", multipart("report", text, status, part("text/rfc822-headers", b"Subject: x\r\n")), TEXT)
    yield _("partial", HEADER + b"Subject: x\r\n" + part('message/partial; id="a@b"; number=1; total=2', TEXT.encode()))
    yield _(
        "appledouble",
        multipart(
            "appledouble", part("application/applefile", b"AAAA"), part("text/plain; charset=utf-8", TEXT.encode())
        ),
        TEXT,
    )
    yield _(
        "omitted-claimed",
        multipart("mixed", part("text/plain; charset=utf-8", TEXT.encode(), "X-Banken-Omitted: 5")),
        TEXT,
    )
    yield _(
        "enriched", plain(f"<bold>{TEXT}</bold>".encode(), cte="8bit").replace(b"text/plain", b"text/enriched"), TEXT
    )
    yield _(
        "amp",
        multipart(
            "alternative",
            text,
            part("text/x-amp-html; charset=utf-8", f"<html amp4email><body><p>{TEXT}</p></body></html>".encode()),
            part("text/html; charset=utf-8", f"<p>{TEXT}</p>".encode()),
        ),
        TEXT,
    )


def _lines() -> Iterator[Case]:
    raw = plain(LONG.encode("iso2022_jp"), "iso-2022-jp", subject=word(SUBJECT.encode(), "utf-8"))
    yield _("lf-only", raw.replace(b"\r\n", b"\n"), LONG, subject=SUBJECT)
    yield _("bare-cr", raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r"), LONG, subject=SUBJECT)
    yield _("mixed-line-ends", raw.replace(b"\r\nTo", b"\nTo"), LONG, subject=SUBJECT)
    yield _(
        "mbox-from-line",
        b"From sender@example.jp Mon Jun  3 10:12:00 2024\n" + raw.replace(b"\r\n", b"\n"),
        LONG,
        subject=SUBJECT,
    )
    yield _("crcrlf", raw.replace(b"\r\n", b"\r\r\n"), LONG, subject=SUBJECT)
    yield _("trailing-spaces-header", raw.replace(b"MIME-Version: 1.0\r\n", b"MIME-Version: 1.0   \r\n"), LONG)
    yield _("space-before-colon", raw.replace(b"Subject:", b"Subject :"), LONG, subject=SUBJECT)
    yield _(
        "header-junk-line",
        raw.replace(b"MIME-Version", b"this line is no field\r\nMIME-Version"),
        LONG,
        subject=SUBJECT,
        absent=("\x1b",),
    )
    yield _("header-space-line", raw.replace(b"MIME-Version", b" \r\nMIME-Version"), LONG, subject=SUBJECT)
    yield _("long-line", plain((TEXT * 3000).encode(), cte="8bit"), TEXT * 3000)


def _hostile() -> Iterator[Case]:
    def nested(depth: int) -> bytes:
        head = b"".join(
            b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (at, at) for at in range(depth)
        )
        tail = b"".join(b"\r\n--b%d--\r\n" % at for at in range(depth - 1, -1, -1))
        return HEADER + b"Subject: x\r\n" + head + part("text/plain; charset=utf-8", TEXT.encode()) + tail

    def mails(depth: int) -> bytes:
        return (
            HEADER
            + b"Content-Type: message/rfc822\r\n\r\n" * depth
            + b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
            + TEXT.encode()
        )

    yield _("nest-100", nested(100), TEXT)
    yield _("nest-1000", nested(1000), TEXT)
    yield _("nest822-100", mails(100), TEXT)
    yield _("nest822-1000", mails(1000), TEXT)
    many = b"\r\n ".join([word("面".encode(), "utf-8")] * 20_000)
    yield _("subject-20k-words", plain(TEXT.encode(), cte="8bit", subject=many), TEXT, subject="面" * 20_000)
    yield _("header-5mb-line", plain(TEXT.encode(), cte="8bit", more=b"X-Long: " + b"a" * 5_000_000 + b"\r\n"), TEXT)
    yield _(
        "header-100k-fields",
        plain(TEXT.encode(), cte="8bit", more=b"X-A: b\r\n" * 100_000, subject=word(SUBJECT.encode(), "utf-8")),
        TEXT,
        subject=SUBJECT,
    )
    yield _("header-2m-folds", plain(TEXT.encode(), cte="8bit", more=b"X-A: b\r\n" + b" c\r\n" * 500_000), TEXT)
    paren = HEADER.replace(b"Yamada <yamada@client.example>", b"(" * 50_000 + b" x@y.example")
    yield _("from-quadratic-parens", plain(TEXT.encode(), cte="8bit", header=paren), TEXT)
    quotes = HEADER.replace(b"Yamada <", b'"' + b'\\"' * 50_000 + b" <")
    yield _("from-quotes", plain(TEXT.encode(), cte="8bit", header=quotes), TEXT)
    cc = b"Cc: " + b",\r\n ".join(b"u%d@example.jp" % number for number in range(20_000)) + b"\r\n"
    yield _("cc-20k", plain(TEXT.encode(), cte="8bit", more=cc), TEXT)
    text = part("text/plain; charset=utf-8", TEXT.encode())
    yield _("parts-10k", multipart("mixed", *[text] * 9_990), TEXT)
    yield _(
        "received-2k",
        plain(TEXT.encode(), cte="8bit", more=b"Received: from a by b; Mon, 3 Jun 2024 10:12:00 +0900\r\n" * 2_000),
        TEXT,
    )
    name = HEADER.replace(b"Yamada <", b"a" + b" " * 90_000 + b"b <")
    yield _("from-spaces", plain(TEXT.encode(), cte="8bit", header=name), TEXT)
    spaces = HEADER.replace(b"Yamada <yamada@client.example>", b"a" + b" " * 90_000 + b"b")
    yield _("from-spaces-no-address", plain(TEXT.encode(), cte="8bit", header=spaces), TEXT)
    letters = HEADER.replace(b"Yamada <yamada@client.example>", b"a" * 200_000 + b" @x " + b"b" * 200_000)
    yield _("from-letters", plain(TEXT.encode(), cte="8bit", header=letters), TEXT)
    yield _("parameter-without-value", plain(TEXT.encode(), "utf-8; " + "a" * 100_000, cte="8bit"), TEXT)
    yield _("parameter-quotes", plain(TEXT.encode(), "utf-8; a=" + '"' * 100_000, cte="8bit"), TEXT)
    yield _(
        "stripped-escapes-500k",
        plain(b"$B" * 400_000 + b"\n" + TEXT.encode("iso2022_jp").replace(b"\x1b", b""), "iso-2022-jp"),
        TEXT,
    )
    yield _("stripped-escapes-pairs", plain(b"$B!!(B" * 60_000 + b"\n" + b"$B" * 300_000 + b"(B", "iso-2022-jp"))
    yield _("word-starts", plain(TEXT.encode(), cte="8bit", subject=b"=?utf-8?B?" * 20_000), TEXT)
    yield _("parameters-20k", plain(TEXT.encode(), "utf-8" + "; a=b" * 20_000, cte="8bit"), TEXT)
    yield _("escapes-200k", plain(b"\x1b$B\x1b(B" * 200_000 + TEXT.encode("iso2022_jp"), "iso-2022-jp"))
    yield _(
        "attachment-10mb",
        multipart(
            "mixed",
            text,
            part("application/zip; name=a.zip", base64_body(bytes(7_500_000)), "Content-Transfer-Encoding: base64"),
        ),
        TEXT,
    )
    yield _(
        "dashes-1m",
        HEADER
        + b'Subject: x\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\n'
        + TEXT.encode()
        + b"\r\n--x" * 1_000_000,
    )
