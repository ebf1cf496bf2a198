"""Mail programs of Japan: Becky!, Yahoo! JAPAN, the carriers, Mew; and others' small habits."""

from __future__ import annotations

import base64

from tests.message.mailers.sent import Sent, b64, crlf, head, jis, word

TARO = b'"Taro Yamada" <taro@example.jp>'


def _becky() -> Sent:
    body = """田中です。お世話になっております。

On Mon, 23 Nov 2026 18:30:12 +0900
Taro Yamada <taro@example.jp> wrote:

> 見積りの件ですが、いかがでしょうか。
> 急ぎではありません。

見積書は①番の分だけ㈱青空様へ送りました。

--
田中 花子 <hanako@example.jp>
"""
    subject = word(jis("Re: 見積書①の件"), "ISO-2022-JP") + b"\n " + word(jis("（至急ではありません）"), "ISO-2022-JP")
    sender = word(jis("髙橋 﨑子"), "ISO-2022-JP") + b" <saki@example.jp>"
    more = (
        b'Content-Type: text/plain; charset="ISO-2022-JP"',
        b"Content-Transfer-Encoding: 7bit",
        b"X-Mailer: Becky! ver. 2.81.08 [ja]",
    )
    return Sent(
        "becky-inline-reply",
        crlf(head(subject, sender, *more) + jis(body)),
        subject="Re: 見積書①の件（至急ではありません）",
        sender=("髙橋 﨑子", "saki@example.jp"),
        says=("お世話になっております", "見積りの件ですが", "①番の分だけ㈱青空様"),
        new=("田中です。お世話になっております。", "見積書は①番の分だけ㈱青空様へ送りました。"),
        old=("見積りの件ですが、いかがでしょうか。", "Taro Yamada <taro@example.jp> wrote:"),
        sign=("田中 花子",),
    )


def _becky_forward() -> Sent:
    body = """こちらをご確認ください。

Forwarded by 田中 花子 <hanako@example.jp>
----------------------- Original Message -----------------------
 From:    Taro Yamada <taro@example.jp>
 To:      hanako@example.jp
 Date:    Mon, 23 Nov 2026 18:30:12 +0900
 Subject: 面談のお願い
----

明日、直接お会いできますか。

--------------------- Original Message Ends --------------------
"""
    more = (b"Content-Type: text/plain; charset=ISO-2022-JP", b"Content-Transfer-Encoding: 7bit")
    return Sent(
        "becky-forward",
        crlf(head(word(jis("Fw: 面談のお願い"), "ISO-2022-JP"), TARO, *more) + jis(body)),
        subject="Fw: 面談のお願い",
        new=("こちらをご確認ください。",),
        old=("明日、直接お会いできますか。",),
    )


def _yahoo_japan_old() -> Sent:
    body = """お返事おそくなりました。

--- taro@example.jp wrote (2026/11/23 (月) 18:30):

> 納品はいつになりますか。
> お待ちしています。
"""
    more = (b"Content-Type: text/plain; charset=iso-2022-jp", b"X-Mailer: YahooMailClassic/1.0")
    return Sent(
        "yahoo-japan-classic",
        crlf(head(word(jis("Re: 納品"), "iso-2022-jp"), TARO, *more) + jis(body)),
        new=("お返事おそくなりました。",),
        old=("納品はいつになりますか。", "wrote (2026/11/23"),
    )


def _yahoo_japan() -> Sent:
    body = """お返事おそくなりました。

----- Original Message -----
From: 山田太郎 <taro@example.jp>
To: "hanako@example.com" <hanako@example.com>
Date: 2026/11/23 月 18:30
Subject: 納品


納品はいつになりますか。
お待ちしています。
"""
    more = (b"Content-Type: text/plain; charset=iso-2022-jp", b"Content-Transfer-Encoding: 7bit")
    return Sent(
        "yahoo-japan-webmail",
        crlf(head(word(jis("Re: 納品"), "ISO-2022-JP"), TARO, *more) + jis(body)),
        new=("お返事おそくなりました。",),
        old=("納品はいつになりますか。",),
    )


def _yahoo_app() -> Sent:
    body = """お返事おそくなりました。

Yahoo!メールアプリから送信

2026年11月23日(月) 18:30 山田太郎 <taro@example.jp>:
> 納品はいつになりますか。
"""
    more = (b"Content-Type: text/plain; charset=utf-8", b"Content-Transfer-Encoding: base64")
    return Sent(
        "yahoo-japan-app",
        crlf(head(b"Re: nouhin", TARO, *more) + b64(body.encode())),
        new=("お返事おそくなりました。",),
        old=("納品はいつになりますか。",),
    )


def _docomo() -> Sent:
    body = "おつかれさまです".encode("cp932") + b"\xf8\x9f" + "今日は晴れです".encode("cp932") + b"\xf9\x91\r\n"
    raw = head(
        b"=?SHIFT_JIS?B?" + base64.b64encode("明日の件".encode("cp932") + b"\xf9\x7e") + b"?=",
        b"hana..ko.@docomo.example",
        b"Content-Type: text/plain; charset=SHIFT_JIS",
        b"Content-Transfer-Encoding: 8bit",
    )
    return Sent(
        "docomo-pictograms-and-dots",
        crlf(raw) + body,
        sender=("", "hana..ko.@docomo.example"),
        says=("おつかれさまです", "今日は晴れです"),
        new=("今日は晴れです",),
    )


def _au() -> Sent:
    body = b"\x1b$B" + jis("了解しました")[3:-3] + b"\x76\x53" + jis("またあとで")[3:-3] + b"\x1b(B\n"
    more = (b"Content-Type: text/plain; charset=iso-2022-jp", b"Content-Transfer-Encoding: 7bit")
    subject = b"=?iso-2022-jp?B?" + base64.b64encode(jis("了解")[:-3] + b"\x76\x53\x1b(B") + b"?="
    return Sent(
        "au-pictograms-in-jis",
        crlf(head(subject, b"hana@ezweb.example", *more) + body),
        says=("了解しました", "またあとで"),
    )


def _softbank() -> Sent:
    body = "駅に着きました".encode("cp932") + b"\x1b$Gj\x0f" + "待ってます".encode("cp932") + b"\n"
    more = (b"Content-Type: text/plain; charset=Shift_JIS", b"Content-Transfer-Encoding: 8bit")
    return Sent(
        "softbank-webcode-pictogram",
        crlf(head(b"eki", b"hana@softbank.example", *more) + body),
        says=("駅に着きました", "待ってます"),
        never=("$G",),
    )


def _carrier_quote() -> Sent:
    body = """はい、行きます。

----- 受信メール -----
差出人: taro@example.jp
日時: 2026/11/23 18:30
件名: あした

あした来られますか？
"""
    more = (b"Content-Type: text/plain; charset=Shift_JIS", b"Content-Transfer-Encoding: base64")
    return Sent(
        "carrier-received-mail-block",
        crlf(
            head(word("Re:あした".encode("cp932"), "Shift_JIS"), b"hana@docomo.example", *more)
            + b64(body.encode("cp932"))
        ),
        subject="Re:あした",
        new=("はい、行きます。",),
        old=("あした来られますか？",),
    )


def _carrier_marks() -> Sent:
    body = """＞明日は何時ですか
10時です
＞場所は？
駅前です
"""
    more = (b"Content-Type: text/plain; charset=Shift_JIS", b"Content-Transfer-Encoding: 8bit")
    return Sent(
        "carrier-fullwidth-marks",
        crlf(head(word("Re:".encode("cp932"), "Shift_JIS"), b"hana@softbank.example", *more) + body.encode("cp932")),
        new=("10時です", "駅前です"),
        old=("明日は何時ですか", "場所は？"),
    )


def _roundcube() -> Sent:
    body = """2026-11-23 18:30 に Taro Yamada さんは書きました:
> 修正版を送ってください。

添付しました。
"""
    more = (b"Content-Type: text/plain; charset=UTF-8; format=flowed", b"Content-Transfer-Encoding: 8bit")
    return Sent(
        "roundcube-bottom-reply",
        crlf(head(b"Re: fix", TARO, *more) + body.encode()),
        new=("添付しました。",),
        old=("さんは書きました:", "修正版を送ってください。"),
    )


def _windows_mail() -> Sent:
    body = """確認しました。

Windows 版のメールから送信

差出人: 山田太郎
送信日時: 2026年11月23日 18:30
宛先: 田中
件名: ご確認

資料をご確認ください。
"""
    more = (b'Content-Type: text/plain; charset="utf-8"', b"Content-Transfer-Encoding: base64")
    return Sent(
        "windows-10-mail",
        crlf(head(b"Re: kakunin", TARO, *more) + b64(body.encode())),
        new=("確認しました。",),
        old=("資料をご確認ください。",),
        sign=("Windows 版のメールから送信",),
    )


def _proton() -> Sent:
    body = """進めてください。

2026年11月23日月曜日 18:30、Taro Yamada <[taro@example.jp](mailto:On Mon)>のメール:

> 進めてよろしいですか。
"""
    more = (b"Content-Type: text/plain; charset=utf-8", b"Content-Transfer-Encoding: base64")
    return Sent(
        "proton-markdown-attribution",
        crlf(head(b"Re: go", TARO, *more) + b64(body.encode())),
        new=("進めてください。",),
        old=("進めてよろしいですか。", "のメール:"),
    )


def _named_marks() -> Sent:
    body = """山田> 予算は３万円でどうですか。
山田> ご検討ください。
承知しました。
taro> How about tomorrow?
はい。
| 表の引用です
| もう一行
以上です。
"""
    more = (b"Content-Type: text/plain; charset=EUC-JP", b"Content-Transfer-Encoding: 8bit", b"X-Mailer: Mew")
    return Sent(
        "named-quote-marks",
        crlf(head(word("Re: 予算".encode("euc_jp"), "EUC-JP"), TARO, *more) + body.encode("euc_jp")),
        subject="Re: 予算",
        new=("承知しました。", "はい。", "以上です。"),
        old=("予算は３万円でどうですか。", "表の引用です"),
    )


def _signature_box() -> Sent:
    body = """よろしくお願いいたします。

━━━━━━━━━━━━━━━━━━━━
株式会社あおぞら　企画部
田中 花子（たなか はなこ）
〒000-0000 東京都見本区1-2-3
TEL 03-0000-0000
━━━━━━━━━━━━━━━━━━━━
"""
    more = (b"Content-Type: text/plain; charset=iso-2022-jp",)
    return Sent(
        "boxed-signature",
        crlf(head(b"test", TARO, *more) + jis(body)),
        new=("よろしくお願いいたします。",),
        sign=("株式会社あおぞら　企画部", "田中 花子（たなか はなこ）"),
    )


def _roomy_outlook_forward() -> Sent:
    body = """以下、転送いたします。

-----転送メッセージ-----
From: 山田 太郎 <taro@example.jp>
Sent: Monday, November 23, 2026 6:30 PM
To: 田中
Subject: 面談のお願い

明日、直接お会いできますか。
"""
    more = (b"Content-Type: text/plain; charset=cp932", b"Content-Transfer-Encoding: 8bit")
    return Sent(
        "japanese-forward-rule",
        crlf(head(word("FW: 面談".encode("cp932"), "cp932"), TARO, *more) + body.encode("cp932")),
        subject="FW: 面談",
        new=("以下、転送いたします。",),
        old=("明日、直接お会いできますか。",),
    )


ALL = tuple(
    make()
    for make in (
        _becky,
        _becky_forward,
        _yahoo_japan_old,
        _yahoo_japan,
        _yahoo_app,
        _docomo,
        _au,
        _softbank,
        _carrier_quote,
        _carrier_marks,
        _roundcube,
        _windows_mail,
        _proton,
        _named_marks,
        _signature_box,
        _roomy_outlook_forward,
    )
)
