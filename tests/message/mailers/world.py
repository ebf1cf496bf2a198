"""Mail programs of the world with Japanese in them: Thunderbird, Outlook, Apple, Gmail; how each quotes."""

from __future__ import annotations

from tests.message.mailers.sent import Sent, b64, crlf, head, jis, qp, word

TARO = b'"Taro Yamada" <taro@example.jp>'


def _thunderbird_flowed() -> Sent:
    body = """ご連絡ありがとうございます。長い文章はこのように途中で折り返されて\x20
送られますが、受け取る側ではひと続きの文になります。

On 2026/11/23 18:30, Taro Yamada wrote:
> 見積りの件ですが、\x20
> いかがでしょうか。

承知しました。

--\x20
田中 花子
"""
    more = (
        b"User-Agent: Mozilla Thunderbird",
        b"Content-Type: text/plain; charset=UTF-8; format=flowed; delsp=yes",
        b"Content-Transfer-Encoding: 8bit",
    )
    return Sent(
        "thunderbird-flowed-delsp",
        crlf(head(b"Re: mitsumori", TARO, *more) + body.encode()),
        says=("途中で折り返されて送られますが、受け取る側では",),
        new=("承知しました。", "途中で折り返されて"),
        old=("いかがでしょうか。", "Taro Yamada wrote:"),
        sign=("田中 花子",),
    )


def _thunderbird_old() -> Sent:
    body = """山田様

(2026/11/23 18:30), Taro Yamada wrote:
> 見積りの件ですが、いかがでしょうか。
>> さらに前の話です。

はい、進めてください。
"""
    more = (b"Content-Type: text/plain; charset=ISO-2022-JP", b"Content-Transfer-Encoding: 7bit")
    return Sent(
        "thunderbird-old-attribution",
        crlf(head(b"Re: test", TARO, *more) + jis(body)),
        new=("山田様", "はい、進めてください。"),
        old=("(2026/11/23 18:30), Taro Yamada wrote:", "さらに前の話です。"),
    )


def _thunderbird_forward() -> Sent:
    body = """転送します。

-------- 転送されたメッセージ --------
件名: 	面談のお願い
日付: 	Mon, 23 Nov 2026 18:30:12 +0900
差出人: 	Taro Yamada <taro@example.jp>
宛先: 	hanako@example.jp

明日、直接お会いできますか。
"""
    more = (b"Content-Type: text/plain; charset=utf-8", b"Content-Transfer-Encoding: base64")
    return Sent(
        "thunderbird-forward",
        crlf(head(word("Fwd: 面談のお願い".encode(), "UTF-8"), TARO, *more) + b64(crlf(body.encode()))),
        subject="Fwd: 面談のお願い",
        new=("転送します。",),
        old=("明日、直接お会いできますか。", "差出人:"),
    )


_OUTLOOK_HTML = """<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">
<head><meta http-equiv="Content-Type" content="text/html; charset=iso-2022-jp">
<meta name="Generator" content="Microsoft Word 15 (filtered medium)">
<!--[if !mso]><style>v\\:* {behavior:url(#default#VML);}</style><![endif]-->
<style><!--
@font-face {font-family:"游ゴシック";}
p.MsoNormal, li.MsoNormal {margin:0mm; text-align:justify; font-size:10.5pt;}
--></style><!--[if gte mso 9]><xml><o:shapedefaults v:ext="edit" spidmax="1026" /></xml><![endif]--></head>
<body lang="JA" link="#0563C1"><div class="WordSection1">
<p class="MsoNormal"><span lang="EN-US">Taro</span>様<span lang="EN-US"><o:p></o:p></span></p>
<p class="MsoNormal"><span lang="EN-US"><o:p>&nbsp;</o:p></span></p>
<p class="MsoNormal">ご提案の件、㈱青空で検討します。<span lang="EN-US"><o:p></o:p></span></p>
<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0mm 0mm 0mm">
<p class="MsoNormal"><b><span lang="EN-US">From:</span></b><span lang="EN-US"> Taro Yamada &lt;taro@example.jp&gt; <br>
<b>Sent:</b> Monday, November 23, 2026 6:30 PM<br><b>To:</b> </span>田中<span lang="EN-US"> &lt;hanako@example.jp&gt;<br>
<b>Subject:</b> </span>ご提案<span lang="EN-US"><o:p></o:p></span></p></div></div>
<p class="MsoNormal">前回お話しした内容です。</p></div></body></html>
"""


def _outlook_2019() -> Sent:
    plain = """Taro様

ご提案の件、㈱青空で検討します。

From: Taro Yamada <taro@example.jp>\x20
Sent: Monday, November 23, 2026 6:30 PM
To: 田中 <hanako@example.jp>
Subject: ご提案

前回お話しした内容です。
"""
    raw = head(
        word(jis("RE: ご提案"), "iso-2022-jp"),
        word(jis("田中　花子"), "iso-2022-jp") + b" <hanako@example.jp>",
        b"X-Mailer: Microsoft Outlook 16.0",
        b"Content-Language: ja",
        b'Content-Type: multipart/alternative;\n\tboundary="----=_NextPart_000_0012_01DC5D2E.9A0B1C20"',
    )
    raw += b"This is a multipart message in MIME format.\n\n------=_NextPart_000_0012_01DC5D2E.9A0B1C20\n"
    raw += b'Content-Type: text/plain;\n\tcharset="iso-2022-jp"\nContent-Transfer-Encoding: 7bit\n\n' + jis(plain)
    raw += b"\n------=_NextPart_000_0012_01DC5D2E.9A0B1C20\n"
    raw += b'Content-Type: text/html;\n\tcharset="iso-2022-jp"\nContent-Transfer-Encoding: quoted-printable\n\n'
    raw += qp(jis(_OUTLOOK_HTML)) + b"\n------=_NextPart_000_0012_01DC5D2E.9A0B1C20--\n"
    return Sent(
        "outlook-2019-alternative",
        crlf(raw),
        subject="RE: ご提案",
        sender=("田中 花子", "hanako@example.jp"),  # white space in names is made one
        new=("ご提案の件、㈱青空で検討します。",),
        old=("前回お話しした内容です。", "Sent: Monday, November 23, 2026 6:30 PM"),
        never=("shapedefaults", "MsoNormal", "behavior"),
    )


def _outlook_ja() -> Sent:
    body = """承知いたしました。

________________________________
差出人: 山田 太郎 <taro@example.jp>
送信日時: 2026年11月23日 18:30
宛先: 田中 花子 <hanako@example.jp>
件名: 口座について

振込先の口座を教えてください。
"""
    more = (b"Content-Type: text/plain; charset=utf-8", b"Content-Transfer-Encoding: quoted-printable")
    return Sent(
        "outlook-web-ja-plain",
        crlf(head(word("Re: 口座について".encode(), "utf-8", "Q"), TARO, *more) + qp(body.encode())),
        subject="Re: 口座について",
        new=("承知いたしました。",),
        old=("振込先の口座を教えてください。",),
    )


def _outlook_web_html() -> Sent:
    html = """<html><head><meta charset="utf-8"></head><body>
<div class="elementToProof" style="font-family: Aptos; color: rgb(0, 0, 0);">承知いたしました。</div>
<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1">
<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt" color="#000000">
<b>差出人:</b> 山田 太郎 &lt;taro@example.jp&gt;<br><b>送信日時:</b> 2026年11月23日 18:30<br>
<b>宛先:</b> 田中 花子 &lt;hanako@example.jp&gt;<br><b>件名:</b> 口座について</font><div>&nbsp;</div></div>
<div>振込先の口座を教えてください。</div></body></html>"""
    more = (b"Content-Type: text/html; charset=utf-8", b"Content-Transfer-Encoding: base64")
    return Sent(
        "outlook-web-html",
        crlf(head(b"Re: kouza", TARO, *more) + b64(html.encode())),
        new=("承知いたしました。",),
        old=("振込先の口座を教えてください。",),
    )


def _outlook_original() -> Sent:
    body = """了解です。

-----Original Message-----
From: 山田 太郎 [mailto:taro@example.jp]
Sent: Monday, November 23, 2026 6:30 PM
To: 田中 花子
Subject: 振込先

> 振込先の口座を教えてください。
> よろしくお願いします。
"""
    more = (b'Content-Type: text/plain; charset="iso-2022-jp"', b"Content-Transfer-Encoding: 7bit")
    return Sent(
        "outlook-original-message-with-marks",
        crlf(head(word(jis("RE: 振込先"), "iso-2022-jp"), TARO, *more) + jis(body)),
        subject="RE: 振込先",
        new=("了解です。",),
        old=("振込先の口座を教えてください。",),
    )


def _outlook_express() -> Sent:
    body = """田中です。

----- Original Message -----\x20
From: "Taro Yamada" <taro@example.jp>
To: <hanako@example.jp>
Sent: Monday, November 23, 2026 6:30 PM
Subject: 納期


> 納期は来週で大丈夫ですか。

はい、大丈夫です。

> 連絡先を教えてください。

それはできません。
"""
    more = (b'Content-Type: text/plain;\n\tformat=flowed;\n\tcharset="iso-2022-jp";\n\treply-type=original',)
    return Sent(
        "outlook-express-inline-below-header",
        crlf(head(word(jis("Re: 納期"), "iso-2022-jp"), TARO, *more) + jis(body)),
        new=("田中です。", "はい、大丈夫です。", "それはできません。"),
        old=("納期は来週で大丈夫ですか。", "連絡先を教えてください。"),
    )


def _outlook_ios() -> Sent:
    body = """今から向かいます。

iOS 版 Outlook を入手<https://aka.example/o0ukef>
________________________________
差出人: Taro Yamada <taro@example.jp>
送信日時: Monday, November 23, 2026 6:30:12 PM
宛先: hanako@example.jp <hanako@example.jp>
件名: Re: 集合場所

駅前でお待ちしています。
"""
    more = (b"Content-Type: text/plain; charset=utf-8", b"Content-Transfer-Encoding: base64")
    return Sent(
        "outlook-for-ios",
        crlf(head(b"Re: basho", TARO, *more) + b64(body.encode())),
        new=("今から向かいます。",),
        old=("駅前でお待ちしています。",),
    )


def _ios_mail() -> Sent:
    body = """ありがとうございます。
明日の10時でお願いします🙇‍♀️

iPhoneから送信

> 2026/11/23 18:30、山田太郎 <taro@example.jp>のメール:
>\x20
> \ufeff明日の打合せは何時にしますか。
>\x20
"""
    more = (
        b"Content-Type: text/plain;\n\tcharset=utf-8",
        b"Content-Transfer-Encoding: quoted-printable",
        b"X-Mailer: iPhone Mail (23B85)",
    )
    return Sent(
        "ios-mail-reply",
        crlf(head(word("Re: 打合せ".encode(), "utf-8"), TARO, *more) + qp(body.encode())),
        new=("明日の10時でお願いします🙇‍♀️",),
        old=("明日の打合せは何時にしますか。", "2026/11/23 18:30、山田太郎 <taro@example.jp>のメール:"),
        sign=("iPhoneから送信",),
    )


def _ios_mail_html() -> Sent:
    html = (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body dir="auto">'
        '明日の10時でお願いします。<div><br><div dir="ltr">iPhoneから送信</div><div dir="ltr"><br>'
        '<blockquote type="cite">2026/11/23 18:30、山田太郎 &lt;taro@example.jp&gt;のメール:<br><br></blockquote></div>'
        '<blockquote type="cite"><div dir="ltr">\ufeff明日の打合せは何時にしますか。</div></blockquote></div></body></html>'
    )
    more = (b"Content-Type: text/html; charset=utf-8", b"Content-Transfer-Encoding: base64")
    return Sent(
        "ios-mail-html-only",
        crlf(head(b"Re: uchiawase", TARO, *more) + b64(html.encode())),
        new=("明日の10時でお願いします。",),
        old=("明日の打合せは何時にしますか。", "のメール:"),
        sign=("iPhoneから送信",),
    )


def _apple_forward() -> Sent:
    body = """ご参考まで。

転送されたメッセージ:

差出人: Taro Yamada <taro@example.jp>
日付: 2026年11月23日 18:30:12 JST
宛先: hanako@example.jp
件名: 面談のお願い

明日、直接お会いできますか。
"""
    more = (b"Content-Type: text/plain; charset=iso-2022-jp", b"Content-Transfer-Encoding: 7bit")
    return Sent(
        "apple-mail-forward",
        crlf(head(word(jis("Fwd: 面談のお願い"), "iso-2022-jp"), TARO, *more) + jis(body)),
        new=("ご参考まで。",),
        old=("明日、直接お会いできますか。",),
    )


def _gmail_app() -> Sent:
    plain = """はい、その条件で大丈夫です。

2026年11月23日(月) 18:30 山田太郎 <
taro.yamada.with.a.long.address@example.jp>:

> 条件はこちらでよろしいでしょうか。
>
> 山田
>
"""
    html = (
        '<div dir="auto">はい、その条件で大丈夫です。</div><br><div class="gmail_quote gmail_quote_container">'
        '<div dir="ltr" class="gmail_attr">2026年11月23日(月) 18:30 山田太郎 &lt;<a href="mailto:'
        'taro.yamada.with.a.long.address@example.jp">taro.yamada.with.a.long.address@example.jp</a>&gt;:<br></div>'
        '<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">'
        "条件はこちらでよろしいでしょうか。<br><br>山田<br></blockquote></div>"
    )
    raw = head(
        word("Re: 条件の確認".encode(), "UTF-8"),
        word("田中花子".encode(), "UTF-8") + b" <hanako@example.com>",
        b'Content-Type: multipart/alternative; boundary="000000000000a1b2c3061234abcd"',
    )
    raw += b'--000000000000a1b2c3061234abcd\nContent-Type: text/plain; charset="UTF-8"\n'
    raw += b"Content-Transfer-Encoding: base64\n\n" + b64(crlf(plain.encode()))
    raw += b'--000000000000a1b2c3061234abcd\nContent-Type: text/html; charset="UTF-8"\n'
    raw += b"Content-Transfer-Encoding: base64\n\n" + b64(html.encode()) + b"--000000000000a1b2c3061234abcd--\n"
    return Sent(
        "gmail-app-reply",
        crlf(raw),
        subject="Re: 条件の確認",
        sender=("田中花子", "hanako@example.com"),
        new=("はい、その条件で大丈夫です。",),
        old=("条件はこちらでよろしいでしょうか。", "2026年11月23日(月) 18:30 山田太郎"),
    )


def _gmail_english() -> Sent:
    body = """Sounds good.

On Mon, Nov 23, 2026 at 6:30 PM Taro Yamada Of A Company With A Long Name <taro@example.jp>
wrote:

> Could you send me your LINE id?
>
> On Sun, Nov 22, 2026, Hanako <hanako@example.com> wrote:
>> Hello.
"""
    more = (b'Content-Type: text/plain; charset="UTF-8"',)
    return Sent(
        "gmail-english-wrapped-attribution",
        crlf(head(b"Re: terms", TARO, *more) + body.encode()),
        new=("Sounds good.",),
        old=("wrote:", "Could you send me your LINE id?", "Hello."),
    )


def _gmail_forward() -> Sent:
    body = """見てください

---------- Forwarded message ---------
From: 山田太郎 <taro@example.jp>
Date: 2026年11月23日(月) 18:30
Subject: 面談のお願い
To: <hanako@example.com>


明日、直接お会いできますか。
"""
    more = (b'Content-Type: text/plain; charset="UTF-8"', b"Content-Transfer-Encoding: base64")
    return Sent(
        "gmail-forward",
        crlf(head(word("Fwd: 面談のお願い".encode(), "UTF-8"), TARO, *more) + b64(body.encode())),
        new=("見てください",),
        old=("明日、直接お会いできますか。", "山田太郎 <taro@example.jp>"),
    )


ALL = tuple(
    make()
    for make in (
        _thunderbird_flowed,
        _thunderbird_old,
        _thunderbird_forward,
        _outlook_2019,
        _outlook_ja,
        _outlook_web_html,
        _outlook_original,
        _outlook_express,
        _outlook_ios,
        _ios_mail,
        _ios_mail_html,
        _apple_forward,
        _gmail_app,
        _gmail_english,
        _gmail_forward,
    )
)
