"""HTML as a person sees it: what is shown, what is hidden, where links lead, what the plain form leaves out."""

import time

import pytest
from tests.message.build import multipart, part

from banken.message import html, read
from banken.message.notes import Note
from banken.words import SegmentKind

SECRET = "LINEのIDを送ってください"


def _read(body):
    return read(b"From: a@client.example\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body.encode())


def _kinds(message, kind):
    return "".join(message.text[each.start : each.end] for each in message.segments if each.kind == kind)


HIDDEN = [
    "<div style='display:none'>{}</div>",
    "<div style='DISPLAY : NONE !important'>{}</div>",
    "<p style='visibility:hidden'>{}</p>",
    "<span style='opacity:0'>{}</span>",
    "<span style='font-size:0'>{}</span>",
    "<span style='font-size:1px;line-height:1px'>{}</span>",
    "<span style='font:0/0 a'>{}</span>",
    "<div style='max-height:0;overflow:hidden'>{}</div>",
    "<div style='height:0px; width:0px; overflow:hidden'>{}</div>",
    "<div style='text-indent:-9999px'>{}</div>",
    "<div style='position:absolute;left:-9999px'>{}</div>",
    "<div style='position:absolute;clip:rect(0,0,0,0)'>{}</div>",
    "<div style='transform:scale(0)'>{}</div>",
    "<font color='#ffffff'>{}</font>",
    "<font color=white>{}</font>",
    "<span style='color:#fff'>{}</span>",
    "<span style='color:rgb(255,255,254)'>{}</span>",
    "<span style='color:transparent'>{}</span>",
    "<span style='color:rgba(0,0,0,0)'>{}</span>",
    "<table bgcolor='#336699'><tr><td><font color='#336699'>{}</font></td></tr></table>",
    "<div style='background:#000'><p style='color:black'>{}</p></div>",
    "<p hidden>{}</p>",
    "<style>.x{{display:none}}</style><p class=x>{}</p>",
    "<style>#a, div.b {{ font-size: 0 }}</style><div class=b>{}</div>",
    "<style>@media all {{ .x {{ visibility: hidden }} }}</style><p class=x>{}</p>",
    "<style>@media (width:9px) {{ .y {{ display:block }} }} .x {{ display:none }}</style><p class=x>{}</p>",
    "<style>@media print {{ .x {{ display:block }} }} .x {{ display:none }}</style><p class=x>{}</p>",
    "<style>.y{{display:block}} .x{{display:none}}</style><p class='x y'>{}</p>",
    "<style>.x{{display:none!important}}</style><p class=x style='display:block'>{}</p>",
    "<style>@import url(x.css); .x{{display:none}}</style><p class=x>{}</p>",
    "<style>@media (width:9px) {{ .x {{ display:block }} }}</style><p class=x style='display:none'>{}</p>",
    "<style>@media (width:9px) {{ p, div {{ display:block!important }} }}</style><p class=x style='display:none'>{}</p>",
    "<style>@media (width:9px) {{ @font-face {{ x:y }} .y {{ z:z }} }} .x {{ display:none }}</style><p class=x>{}</p>",
    "<div style='display:none'><table><tr><td><b>{}</b></td></tr></table></div>",
]
SHOWN = [
    "<div style='display:block'>{}</div>",
    "<table><td style='font-size:0'><span style='font-size:14px'>{}</span></td></table>",
    "<table bgcolor='#336699'><tr><td><font color='#ffffff'>{}</font></td></tr></table>",
    "<a style='background:#0066cc;color:#ffffff'>{}</a>",
    "<table><td style='background-image:url(x.png)'><span style='color:#fff'>{}</span></td></table>",
    "<style>.btn{{background:#06c}}</style><a class=btn style='color:#fff'>{}</a>",
    "<style>@media (max-width:600px) {{ .x {{ display:none }} }}</style><p class=x>{}</p>",
    "<style>@media (width:9px) {{ @-ms-viewport {{ width:9px }} .x {{ display:none }} }}</style><p class=x>{}</p>",
    "<style>@media (width:9px) {{ @media print {{ .y {{ x:y }} }} .x {{ display:none }} }}</style><p class=x>{}</p>",
    "<style>.x{{display:none}} @media (width:9px) {{ *[class=x] {{ display:block }} }}</style><p class=x>{}</p>",
    "<style>.y{{display:none}}</style><p class=x>{}</p>",
    "<style>.x{{display:none}} @media (max-width:600px) {{ .x {{ display:block!important }} }}</style><p class=x>{}</p>",
    "<style>@media (max-width:600px) {{ .x {{ display:block!important }} }}</style><p class=x style='display:none'>{}</p>",
    "<style>.x{{display:none}} .y{{display:block}}</style><p class='x y'>{}</p>",
    "<style>.x{{visibility:hidden}} @media (max-width:9px) {{ .x {{ visibility:visible }} }}</style><p class=x>{}</p>",
    "<style>.x{{display:none}}</style><p class=x style='display:block'>{}</p>",
    "<div style='max-height:100px;overflow:hidden'>{}</div>",
    "<p style='font-size:12px;color:#333'>{}</p>",
    "<p style='opacity:0.8'>{}</p>",
    "<p style='margin-left:-10px'>{}</p>",
    "<body bgcolor=black text=white><font color=white>{}</font></body>",
]


@pytest.mark.parametrize("template", HIDDEN)
def test_hidden_text_is_kept_apart_and_marked(template):
    message = _read("<p>本日はよろしくお願いします。</p>" + template.format(SECRET) + "<p>以上です。</p>")
    assert SECRET in _kinds(message, SegmentKind.HIDDEN)
    assert SECRET not in _kinds(message, SegmentKind.BODY)
    assert "以上です。" in _kinds(message, SegmentKind.BODY)
    assert Note.HIDDEN_TEXT in message.notes


@pytest.mark.parametrize("template", SHOWN)
def test_what_people_see_is_not_taken_for_hidden(template):
    message = _read(template.format(SECRET))
    assert SECRET in _kinds(message, SegmentKind.BODY)
    assert Note.HIDDEN_TEXT not in message.notes


def test_hidden_letters_do_not_break_a_word():
    message = _read("<p>L<span style='display:none'>a</span>I<span style='font-size:0'>b</span>NEで連絡します</p>")
    assert "LINEで連絡します" in _kinds(message, SegmentKind.BODY)


@pytest.mark.parametrize(
    "sheet",
    [
        "span{display:inline}",
        "@media (min-width:9000px){span{display:inline}}",
        "span,div{visibility:visible}",
        ".x{display:none} span{display:inline!important}",
        "@media (width:9px){.x{display:inline!important}}",
    ],
)
def test_no_sheet_shows_letters_hidden_within_a_word(sheet):
    filler = "<span class=x style='display:none'>a</span>"
    message = _read(f"<style>{sheet}</style><p>L{filler}I{filler}NEで連絡します</p>")
    assert "LINEで連絡します" in _kinds(message, SegmentKind.BODY)
    assert Note.HIDDEN_TEXT in message.notes


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>一</p><p>二</p>", "一\n\n二"),
        ("<p style='margin:0'>一</p><p style='margin:0'>二</p>", "一\n二"),
        ("<div>一</div><div>二</div>", "一\n二"),
        ("<div>一<br></div><div><br></div><div>二</div>", "一\n\n二"),
        ("一<br><br>二", "一\n\n二"),
        ("<ul><li>一</li><li>二</li></ul>", "一\n二"),
        ("<table><tr><td>名前</td><td>山田</td></tr><tr><td>報酬</td><td>1円</td></tr></table>", "名前 山田\n報酬 1円"),
        ("<h1>題</h1>本文", "題\n\n本文"),
        ("a <b> b</b>  c", "a b c"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<div style='white-space:pre-wrap'>a\nb</div>", "a\nb"),
        ("日本\n語の\n  文", "日本語の文"),
        ("English\ntext", "English text"),
        ("<img alt='ロゴ'>株式会社", "ロゴ株式会社"),
        ("<select><option>はい</option></select><input value='送信' type=submit>", "はい\n送信"),
        ("x<wbr>y<!-- z -->z", "xyz"),
        ("<svg><text>図</text></svg>", "図"),
    ],
)
def test_layout(body, text):
    assert html.render(body).text == text


def test_links_keep_their_words_and_places():
    message = _read(
        "<p>資料は<a href=' https://evil.example/a b '> <b>こちら</b> </a>と<a href='tel:090'>電話</a> https://ok.example/x</p>"
    )
    found = {link.href: message.text[link.start : link.end] for link in message.links}
    assert found == {
        "https://evil.example/ab": "こちら",
        "tel:090": "電話",
        "https://ok.example/x": "https://ok.example/x",
    }


@pytest.mark.parametrize(
    ("shown", "href", "differs"),
    [
        ("https://crowdworks.jp/messages/1", "https://evil.example/", True),
        ("crowdworks.jp", "http://crowdworks.jp.evil.example/", True),
        ("https://crowdworks.jp/messages/1", "https://crowdworks.jp/messages/1?ref=mail", False),
        ("www.crowdworks.jp", "https://crowdworks.jp/", False),
        ("こちら", "https://evil.example/", False),
        ("support@client.example", "mailto:support@client.example", False),
    ],
)
def test_a_link_that_shows_another_host_is_marked(shown, href, differs):
    assert (Note.LINK_DIFFERS in _read(f"<a href='{href}'>{shown}</a>").notes) is differs


PLAIN = "お世話になっております。\n仕様書をお送りします。\nhttps://client.example/spec\n"


def _alternative(plain, page):
    text = part("text/plain; charset=utf-8", plain.encode())
    return read(multipart("alternative", text, part("text/html; charset=utf-8", page.encode())))


def test_the_same_in_two_forms_is_said_once():
    page = (
        "<p>お世話になっております。</p><p>仕様書をお送りします。</p><a href='https://client.example/spec'>仕様書</a>"
    )
    message = _alternative(PLAIN, page)
    assert message.text == PLAIN.strip()
    assert Note.ALTERNATIVE_DIFFERS not in message.notes


def test_what_only_the_html_says_is_added_and_marked():
    page = f"<p>お世話になっております。仕様書をお送りします。</p><p>{SECRET}、お待ちしています</p>"
    message = _alternative(PLAIN, page)
    assert SECRET in _kinds(message, SegmentKind.BODY)
    assert message.text.count("お世話になっております。") == 1
    assert Note.ALTERNATIVE_DIFFERS in message.notes


def test_what_only_the_plain_form_says_is_marked():
    message = _alternative(PLAIN + SECRET, "<p>お世話になっております。</p><p>仕様書をお送りします。</p>")
    assert SECRET in message.text
    assert Note.ALTERNATIVE_DIFFERS in message.notes


def test_a_quotation_that_only_the_html_holds_stays_a_quotation():
    page = "<p>お世話になっております。</p><p>仕様書をお送りします。</p><blockquote type=cite>次回からは直接お願いできますか</blockquote>"
    message = _alternative(PLAIN, page)
    assert "次回からは直接" in _kinds(message, SegmentKind.QUOTE)


def test_links_of_the_html_form_are_placed_in_the_plain_text():
    message = _alternative("登録はこちらです。", "<p>登録は<a href='https://form.example/1'>こちら</a>です。</p>")
    assert [(link.href, message.text[link.start : link.end]) for link in message.links] == [
        ("https://form.example/1", "こちら")
    ]


def test_a_link_only_in_the_html_form_is_kept_without_a_place():
    message = _alternative(
        "登録してください。", "<p>登録してください。</p><a href='https://form.example/1'><img src=x></a>"
    )
    assert [link.href for link in message.links] == ["https://form.example/1"]


HOSTILE = {
    "deep": "<div>" * 190_000 + SECRET,
    "formatting": "<p>" + "".join(f"<b a={number}>" for number in range(3_000)) + "<p>x" * 3_000 + SECRET,
    "formatting small": "<p>" + "".join(f"<b a={number}>" for number in range(700)) + "<p>x" * 2_500 + SECRET,
    "attributes": "<a " + " ".join(f"x{number}=1" for number in range(100_000)) + ">" + SECRET,
    "attributes behind quotes": "<a t='>' u='<' " + " ".join(f"x{number}" for number in range(60_000)) + ">" + SECRET,
    "open angles": "<" * 900_000 + SECRET,
    "scripts": "<script>" * 100_000 + "</script>" + SECRET,
    "comments": "<!--" * 200_000 + "-->" + SECRET,
    "styles": "<style>" + ".a{display:none}" * 50_000 + "</style>" + "<i class=a>x</i>" * 200 + SECRET,
    "rules and nodes": "<style>"
    + "".join(f".a{number}{{display:none}}" for number in range(20_000))
    + "</style>"
    + "<i>x</i>" * 60_000
    + SECRET,
    "braces": "<style>" + "{" * 190_000 + "</style>" + SECRET,
    "open media": "<style>" + "@media (width:9px){" * 10_000 + ".x{display:none}}" * 10_000 + "</style>" + SECRET,
    "css comments": "<style>" + "/*" * 90_000 + "</style>" + SECRET,
    "tables": "<table>" * 100_000 + SECRET,
    "spans then blocks": "<span>" * 60_000 + "<div>" * 60_000 + SECRET,
    "entities": "&#12521;" * 100_000 + SECRET,
    "long style": "<p style='" + "color:" * 150_000 + "'>" + SECRET,
    "quotes": "<p>" + "'\"" * 400_000 + SECRET,
    "links": "".join(f"<a href=http://x{number}.example/>x{number}</a>" for number in range(20_000)) + SECRET,
    "selects": "<select><option>" * 60_000 + SECRET,
    "tag names": "<a" * 400_000 + SECRET,
    "bare values": "<a/b=" * 190_000 + ">" + SECRET,
    "quoted values": "<a b='" * 150_000 + "'>" + SECRET,
    "many tags, many attributes": ("<a " + "x " * 400 + ">") * 1_000 + SECRET,
    "closing": "</p>" * 200_000 + SECRET,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_cost_no_more_than_their_length(name):
    started = time.process_time()
    message = _read(HOSTILE[name])
    took = time.process_time() - started
    assert took < 6
    assert Note.UNREADABLE not in message.notes
    if name not in ("scripts", "comments", "open angles", "tag names", "bare values", "quoted values"):
        assert SECRET in message.text


def test_two_long_forms_without_a_common_line_are_compared_in_time():
    plain = "".join(f"line {number}\n" for number in range(80_000))
    page = "".join(f"<p>other {number}</p>" for number in range(50_000)) + SECRET
    mail = multipart(
        "alternative",
        part("text/plain; charset=utf-8", plain.encode()),
        part("text/html; charset=utf-8", page.encode()),
    )
    started = time.process_time()
    message = read(mail)
    assert time.process_time() - started < 6
    assert Note.ALTERNATIVE_DIFFERS in message.notes


@pytest.mark.parametrize(
    "selector", ["a:b:c", "..x", "p >", "[x", "@x y", "*{", "div::before", "td[width=", "\\", ",", "a{b", "#1"]
)
def test_a_selector_that_nobody_knows_costs_nothing(selector):
    message = _read(
        f"<style>{selector} {{display:none}} .x{{display:none}}</style><p>本日の件です。</p><p class=x>{SECRET}</p>"
    )
    assert Note.UNREADABLE not in message.notes
    assert message.sender.address == "a@client.example"
    assert "本日の件です。" in message.text
