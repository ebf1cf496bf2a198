"""How mails are put together: HTML of every make, alternatives, nested and broken multiparts, wrappers."""

from __future__ import annotations

import base64

from tests.message.mailers.sent import Sent, b64, crlf, head, jis, qp, word

FROM = b"hanako@example.jp"


def _html(name: str, html: bytes, label: bytes = b"text/html; charset=utf-8", **more: object) -> Sent:
    return Sent(name, crlf(head(b"test", FROM, b"Content-Type: " + label)) + html, **more)  # type: ignore[arg-type]


def _multi(
    name: str, kind: bytes, boundary: bytes, *parts: bytes, end: bool = True, before: bytes = b"", **more: object
) -> Sent:
    raw = head(b"test", FROM, b"Content-Type: multipart/" + kind + b'; boundary="' + boundary + b'"') + before
    for part in parts:
        raw += b"--" + boundary + b"\n" + part + b"\n"
    raw += b"--" + boundary + b"--\n" if end else b""
    return Sent(name, crlf(raw), **more)  # type: ignore[arg-type]


def _part(content_type: bytes, body: bytes, *fields: bytes) -> bytes:
    return b"\n".join((b"Content-Type: " + content_type, *fields, b"", body))


def _text(body: str) -> bytes:
    return _part(b"text/plain; charset=utf-8", body.encode(), b"Content-Transfer-Encoding: 8bit")


def _page(body: str) -> bytes:
    return _part(b"text/html; charset=utf-8", b64(body.encode()), b"Content-Transfer-Encoding: base64")


BANNER = "=" * 60
STUB = f"""{BANNER}
このメールはHTML形式で送信されています。
表示されない場合は、以下のURLからご覧ください。
https://news.example/view?id=1
{BANNER}
"""


def _pages() -> list[Sent]:
    return [
        _html(
            "meta-shift-jis",
            '<html><head><meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS"></head><body>表示ソースの①番、㈱あおぞらです</body></html>'.encode(
                "cp932"
            ),
            b"text/html",
            says=("表示ソースの①番、㈱あおぞらです",),
        ),
        _html(
            "meta-euc-html5",
            "<!DOCTYPE html><meta charset=euc-jp><p>面談のお願い</p>".encode("euc_jp"),
            b"text/html",
            says=("面談のお願い",),
        ),
        _html(
            "meta-lies-utf8",
            '<html><head><meta charset="Shift_JIS"></head><body>面談のお願い</body></html>'.encode(),
            b"text/html; charset=utf-8",
            says=("面談のお願い",),
        ),
        _html(
            "label-lies-meta-is-right",
            '<html><head><meta charset="utf-8"></head><body>面談のお願いをいたします</body></html>'.encode(),
            b"text/html; charset=shift_jis",
            says=("面談のお願いをいたします",),
        ),
        _html(
            "entities",
            "<p>&#38754;&#35527;&#x306E;&nbsp;お&shy;願い &lt;LINE&gt; &copy; &yen;5,000&hellip;</p>".encode(),
            says=("面談の", "願い <LINE> © ¥5,000…"),
        ),
        _html(
            "jis-html-seven-bit",
            jis("<html><body>㈱あおぞら<br>髙橋です<br>よろしく</body></html>"),
            b"text/html; charset=iso-2022-jp",
            says=("㈱あおぞら\n髙橋です\nよろしく",),
        ),
        _html(
            "breaks-tables-and-cells",
            "<table><tr><td>報酬</td><td>5万円</td></tr><tr><td>納期</td><td>来週</td></tr></table><ul><li>一つ目<li>二つ目</ul>".encode(),
            says=("報酬", "5万円", "納期", "来週", "一つ目\n", "二つ目"),
            never=("報酬5万円", "一つ目二つ目"),
        ),
        _html(
            "tag-inside-a-word",
            "<p>LI<b>N</b>E で連<span>絡</span>くだ<wbr>さい</p>".encode(),
            says=("LINE で連絡ください",),
        ),
        _html(
            "hidden-preheader-and-white",
            '<body><div style="display:none;max-height:0">隠し前文</div><p>本文です</p><p style="color:#fff">白い文字</p><p style="font-size:0">零の文字</p></body>'.encode(),
            says=("本文です",),
            new=("本文です",),
            notes=("hidden-text",),
        ),
        _html(
            "link-elsewhere",
            '<p><a href="https://evil.example/login">https://crowdworks.jp/login</a> を開く</p>'.encode(),
            says=("https://crowdworks.jp/login を開く",),
            notes=("link-differs",),
        ),
        _html(
            "picture-alt",
            '<p><img src="cid:1" alt="LINE ID: abc"> を追加</p>'.encode(),
            says=("LINE ID: abc", "を追加"),
        ),
        _html(
            "script-style-title",
            "<html><head><title>題名</title><style>p{color:red}</style><script>alert('x')</script></head><body><p>本文</p></body></html>".encode(),
            says=("本文",),
            never=("alert", "color:red"),
        ),
        _html(
            "unclosed-everything",
            "<div><p>一行目<p>二行目<b>強い<table><td>表".encode(),
            says=("一行目", "二行目", "強い", "表"),
        ),
        _html(
            "html-said-plain",
            "<html><body><p>本文です</p></body></html>".encode(),
            b"text/plain; charset=utf-8",
            says=("本文です",),
        ),
        _html("pre-keeps-lines", "<pre>一行目\n  二行目\n三行目</pre>".encode(), says=("一行目\n  二行目\n三行目",)),
        _html(
            "gmail-wrap-quote",
            '<div dir="ltr">新しい話<br><div class="gmail_quote"><div class="gmail_attr">2026年11月23日(月) 18:30 a &lt;a@example.jp&gt;:</div><blockquote class="gmail_quote">古い話</blockquote></div></div>'.encode(),
            new=("新しい話",),
            old=("古い話",),
        ),
        _html(
            "thunderbird-cite",
            '<p>新しい話</p><div class="moz-cite-prefix">On 2026/11/23 18:30, Taro wrote:<br></div><blockquote type="cite" cite="mid:1"><p>古い話</p></blockquote><p>続きの話</p>'.encode(),
            new=("新しい話", "続きの話"),
            old=("古い話", "Taro wrote:"),
        ),
        _html(
            "yahoo-quoted-div",
            '<div>新しい話</div><div id="ydp1yahoo_quoted_1" class="ydp1yahoo_quoted"><div>2026/11/23 月 18:30、a &lt;a@example.jp&gt; 様が書きました:</div><div>古い話</div></div>'.encode(),
            new=("新しい話",),
            old=("古い話",),
        ),
        _html("entities-without-semicolon", b"<p>A&amp;B &nbspC&lt1</p>", says=("A&B",)),
    ]


def _multiparts() -> list[Sent]:
    inner = head(
        word(jis("面談のお願い"), "ISO-2022-JP"), b"taro@example.jp", b"Content-Type: text/plain; charset=iso-2022-jp"
    )
    inner += jis("明日、直接お会いできますか。\n")
    signed = _part(
        b'application/pkcs7-signature; name="smime.p7s"',
        b64(b"0\x82" * 50),
        b"Content-Transfer-Encoding: base64",
        b'Content-Disposition: attachment; filename="smime.p7s"',
    )
    event = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:オンライン面談（Zoom）\r\nLOCATION:https://zoom.example/j/12\r\n 3456\r\nDESCRIPTION:直接お話し\\nしましょう\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    return [
        _multi(
            "stub-text-and-html",
            b"alternative",
            b"b",
            _text(STUB),
            _page("<p>高時給のお仕事です。<br>LINEで連絡ください</p>"),
            says=("高時給のお仕事です。", "LINEで連絡ください"),
            new=("高時給のお仕事です。", "LINEで連絡ください"),
        ),
        _multi(
            "empty-text-and-html",
            b"alternative",
            b"b",
            _text("\n \n"),
            _page("<p>本当の本文</p>"),
            says=("本当の本文",),
            new=("本当の本文",),
        ),
        _multi(
            "alternative-cheats",
            b"alternative",
            b"b",
            _text("明日の納品をお待ちしています。よろしくお願いします。"),
            _page(
                "<p>明日の納品をお待ちしています。よろしくお願いします。</p><p>報酬は銀行振込で直接お支払いします</p>"
            ),
            says=("報酬は銀行振込で直接お支払いします",),
            notes=("alternative-differs",),
        ),
        _multi(
            "text-picture-text",
            b"mixed",
            b"b",
            _text("前の文章"),
            _part(
                b'image/png; name="a.png"',
                b64(b"\x89PNG"),
                b"Content-Transfer-Encoding: base64",
                b"Content-Disposition: inline; filename=a.png",
            ),
            _text("後の文章"),
            says=("前の文章", "後の文章"),
            new=("前の文章", "後の文章"),
            files=("a.png",),
        ),
        _multi(
            "boundary-never-closed",
            b"mixed",
            b"=_b 1",
            _text("一つ目"),
            _text("二つ目"),
            end=False,
            says=("一つ目", "二つ目"),
        ),
        _multi(
            "boundary-with-marks",
            b"mixed",
            b"b'()+_,-./:=?",
            _text("一つ目"),
            before=b"preamble\n",
            says=("一つ目",),
            never=("preamble",),
        ),
        _multi(
            "related-in-alternative-in-mixed",
            b"mixed",
            b"outer",
            b'Content-Type: multipart/alternative; boundary="outer2"\n\n--outer2\n'
            + _text("本文です")
            + b'\n--outer2\nContent-Type: multipart/related; boundary="outer3"\n\n--outer3\n'
            + _page("<p>本文です</p><img src='cid:x' alt=''>")
            + b"\n--outer3--\n\n--outer2--\n",
            _part(
                b"application/pdf",
                b64(b"%PDF"),
                b"Content-Transfer-Encoding: base64",
                b"Content-Disposition: attachment; filename=a.pdf",
            ),
            says=("本文です",),
            files=("a.pdf",),
        ),
        _multi(
            "attached-mail",
            b"mixed",
            b"b",
            _text("転送します"),
            _part(b"message/rfc822", inner, b'Content-Disposition: attachment; filename="=?UTF-8?B?6Z2i6KuH?=.eml"'),
            new=("転送します",),
            old=("明日、直接お会いできますか。",),
        ),
        _multi(
            "attached-mail-base64",
            b"mixed",
            b"b",
            _text("転送します"),
            _part(b"message/rfc822", b64(crlf(inner)), b"Content-Transfer-Encoding: base64"),
            new=("転送します",),
            old=("明日、直接お会いできますか。",),
        ),
        _multi(
            "attached-eml-as-octets",
            b"mixed",
            b"b",
            _text("転送します"),
            _part(
                b'application/octet-stream; name="mendan.eml"', b64(crlf(inner)), b"Content-Transfer-Encoding: base64"
            ),
            old=("明日、直接お会いできますか。",),
        ),
        _multi(
            "digest",
            b"digest",
            b"b",
            b"\n" + inner,
            b"\n" + inner,
            says=("明日、直接お会いできますか。", "明日、直接お会いできますか。"),
        ),
        _multi(
            "signed-smime",
            b'signed; protocol="application/pkcs7-signature"; micalg=sha-256',
            b"b",
            _text("署名つきの本文"),
            signed,
            says=("署名つきの本文",),
            files=("smime.p7s",),
        ),
        _multi(
            "pgp-encrypted",
            b'encrypted; protocol="application/pgp-encrypted"',
            b"b",
            _part(b"application/pgp-encrypted", b"Version: 1"),
            _part(
                b'application/octet-stream; name="encrypted.asc"',
                b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----",
            ),
            notes=("encrypted",),
        ),
        _multi(
            "tnef",
            b"mixed",
            b"b",
            _text("本文です"),
            _part(
                b'application/ms-tnef; name="winmail.dat"',
                b64(b"\x78\x9f\x3e\x22" * 20),
                b"Content-Transfer-Encoding: base64",
            ),
            says=("本文です",),
            files=("winmail.dat",),
        ),
        _multi(
            "calendar",
            b"mixed",
            b"b",
            _text("ご招待"),
            _part(
                b"text/calendar; charset=utf-8; method=REQUEST",
                b64(event.encode()),
                b"Content-Transfer-Encoding: base64",
            ),
            says=("ご招待", "オンライン面談（Zoom）", "https://zoom.example/j/123456", "直接お話し"),
        ),
        _multi(
            "bounce",
            b"report; report-type=delivery-status",
            b"b",
            _text("配信できませんでした"),
            _part(
                b"message/delivery-status",
                b"Reporting-MTA: dns; mx.example.jp\n\nFinal-Recipient: rfc822; a@example.jp\nAction: failed\nStatus: 5.1.1",
            ),
            _part(b"message/rfc822", inner),
            says=("配信できませんでした",),
        ),
        _multi(
            "footer-part-in-another-charset",
            b"mixed",
            b"b",
            _part(b"text/plain; charset=iso-2022-jp", jis("一つ目の本文")),
            _part(b"text/plain; charset=Shift_JIS", "一覧の足".encode("cp932")),
            says=("一つ目の本文", "一覧の足"),
        ),
        _multi(
            "text-file-attached",
            b"mixed",
            b"b",
            _text("添付を見てください"),
            _part(
                b'text/plain; name="readme.txt"',
                "詳細はLINEで".encode("cp932"),
                b"Content-Disposition: attachment; filename=readme.txt",
            ),
            says=("添付を見てください", "詳細はLINEで"),
            files=(),
        ),
        _multi(
            "enriched",
            b"alternative",
            b"b",
            _part(b"text/enriched; charset=iso-2022-jp", jis("<bold>本文</bold>です<nl>")),
            says=("本文",),
        ),
        _multi("headers-missing-in-part", b"mixed", b"b", b"\n" + jis("見出しのない部分"), says=("見出しのない部分",)),
        _multi("type-in-capitals-and-space", b"MIXED ", b"b", _text("本文です"), says=("本文です",)),
    ]


def _whole() -> list[Sent]:
    plain = head(b"test", FROM, b"Content-Type: text/plain; charset=utf-8") + "一行目\n二行目\n".encode()
    pgp = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n本文です\n- -- \n田中\n-----BEGIN PGP SIGNATURE-----\n\niQEzBAEB\n-----END PGP SIGNATURE-----\n"
    return [
        Sent(
            "from-line-on-top",
            b"From sender@example.jp Tue Nov 24 10:00:00 2026\n" + plain,
            subject="test",
            says=("一行目\n二行目",),
        ),
        Sent("bare-cr", plain.replace(b"\n", b"\r"), subject="test", says=("一行目\n二行目",)),
        Sent("cr-cr-lf", plain.replace(b"\n", b"\r\r\n"), subject="test", says=("一行目\n二行目",)),
        Sent("blank-line-first", b"\n" + plain, says=("一行目\n二行目",)),
        Sent("space-before-colon", plain.replace(b"Subject:", b"Subject :"), subject="test", says=("一行目",)),
        Sent(
            "junk-line-in-header",
            plain.replace(b"Subject:", b"this is no field\nSubject:"),
            subject="test",
            says=("一行目",),
        ),
        Sent(
            "pgp-inline-signed",
            crlf(head(b"test", FROM, b"Content-Type: text/plain; charset=utf-8") + pgp.encode()),
            says=("本文です",),
        ),
        Sent(
            "multipart-without-boundary",
            crlf(
                head(b"test", FROM, b"Content-Type: multipart/mixed")
                + b"--xx\nContent-Type: text/plain; charset=utf-8\n\n"
                + "本文です\n".encode()
                + b"--xx--\n"
            ),
            says=("本文です",),
        ),
        Sent(
            "smime-opaque",
            crlf(
                head(
                    b"test",
                    FROM,
                    b'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"',
                    b"Content-Transfer-Encoding: base64",
                )
                + b64(b"0\x80" * 60)
            ),
            notes=("encrypted",),
        ),
        Sent(
            "mail-system-utf8-said-jis",
            crlf(
                head(
                    word("【重要】お仕事のご紹介".encode(), "ISO-2022-JP"),
                    word("お仕事ナビ".encode(), "ISO-2022-JP") + b" <info@example.jp>",
                    b"Content-Type: text/plain; charset=ISO-2022-JP",
                    b"Content-Transfer-Encoding: 8bit",
                )
            )
            + "高単価のお仕事です".encode(),
            subject="【重要】お仕事のご紹介",
            sender=("お仕事ナビ", "info@example.jp"),
            says=("高単価のお仕事です",),
        ),
        Sent(
            "php-double-coded-header",
            crlf(
                head(
                    b"=?ISO-2022-JP?B?"
                    + base64.b64encode(jis("お問い合わせ"))
                    + b"?=\n =?ISO-2022-JP?B?"
                    + base64.b64encode(jis("ありがとうございます"))
                    + b"?=",
                    FROM,
                    b"Content-Type: text/plain; charset=ISO-2022-JP",
                )
                + jis("自動返信です\n")
            ),
            subject="お問い合わせありがとうございます",
            says=("自動返信です",),
        ),
    ]


def _decome() -> Sent:
    html = '<html><head></head><body bgcolor="#ffffff"><div><font color="#ff0000">デコメです</font></div><div>写メ送ります<img src="cid:01@x" border="0"></div></body></html>'
    raw = head(
        word("デコメ".encode("cp932"), "Shift_JIS"),
        b"hana@docomo.example",
        b'Content-Type: multipart/related; boundary="__b__"',
    )
    raw += b'--__b__\nContent-Type: multipart/alternative; boundary="__a__"\n\n--__a__\nContent-Type: text/plain; charset=Shift_JIS\nContent-Transfer-Encoding: 7bit\n\n'
    raw += (
        "デコメです\n写メ送ります".encode("cp932")
        + b"\n--__a__\nContent-Type: text/html; charset=Shift_JIS\nContent-Transfer-Encoding: quoted-printable\n\n"
    )
    raw += (
        qp(html.encode("cp932"))
        + b'\n--__a__--\n--__b__\nContent-Type: image/gif; name="1.gif"\nContent-Transfer-Encoding: base64\nContent-ID: <01@x>\n\nR0lGODlh\n--__b__--\n'
    )
    return Sent("decome", crlf(raw), subject="デコメ", says=("デコメです", "写メ送ります"), files=("1.gif",))


ALL = (*_pages(), *_multiparts(), *_whole(), _decome())
