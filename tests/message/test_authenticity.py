"""Who vouches for a sender, who cannot, and who only looks like the platform."""

import base64
import re
import threading

import dkim
import dns.resolver
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from banken.message import read
from banken.message.authenticity import authenticate, learn_authserv
from banken.message.authresults import parse
from banken.message.dns import Dns
from banken.message.lookalike import skeleton
from banken.words import Authentic

DOMAINS = ("crowdworks.jp", "crowdworks.co.jp")
ME = "mx.provider.example"
RECEIVED = f"Received: from out.crowdworks.jp by {ME} with ESMTPS; Mon, 3 Jun 2024 10:12:03 +0900\r\n"
OUTSIDE = "Received: from app (localhost) by out.crowdworks.jp; Mon, 3 Jun 2024 10:12:02 +0900\r\n"
PASS = f"Authentication-Results: {ME}; dkim=pass header.d=crowdworks.jp; spf=pass smtp.mailfrom=x@crowdworks.jp; dmarc=pass header.from=crowdworks.jp\r\n"


def _mail(*fields, sender="no-reply@crowdworks.jp", body="本文です。", more=""):
    top = "".join(fields)
    return read(f"{top}From: {sender}\r\n{more}Subject: s\r\nMessage-ID: <m@x>\r\n\r\n{body}".encode())


def _check(message, **options):
    return authenticate(message, domains=DOMAINS, **({"trusted": (ME,)} | options))


def _results(results, authserv=ME):
    return f"Authentication-Results: {authserv}; {results}\r\n"


VERIFIED = [
    "dmarc=pass header.from=crowdworks.jp",
    "dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=crowdworks.jp",
    "dmarc=pass",
    "dkim=pass header.d=crowdworks.jp",
    "dkim=pass (2048-bit key; unprotected) header.d=crowdworks.jp header.i=@crowdworks.jp header.b=abc",
    "dkim=pass header.i=@crowdworks.jp header.s=s1",
    "dkim=pass header.d=mail.crowdworks.jp",
    "spf=pass smtp.mailfrom=bounce@crowdworks.jp",
    "spf=pass (x: domain of bounce@crowdworks.jp designates 192.0.2.1) smtp.mailfrom=bounces.crowdworks.jp",
    "dkim=fail header.d=sendgrid.example; dkim=pass header.d=crowdworks.jp",
    "dkim=pass header.d=sendgrid.example; spf=pass smtp.mailfrom=crowdworks.jp",
    "DKIM=PASS HEADER.D=CrowdWorks.JP",
    "spf=none smtp.mailfrom=x; dkim=pass\r\n\theader.d=crowdworks.jp",
    "weird; ;; dkim=pass header.d=crowdworks.jp",
    "dkim=fail; dkim=pass header.d=crowdworks.jp; dmarc=none",
]


@pytest.mark.parametrize("results", VERIFIED)
def test_an_aligned_pass_by_the_own_server_verifies(results):
    seen = _check(_mail(RECEIVED, _results(results), OUTSIDE))
    assert seen.result is Authentic.VERIFIED
    assert ME in seen.why
    assert seen.impersonates == ""


UNVERIFIED = [
    "none",
    "",
    "dkim=pass header.d=evil.example",
    "dkim=pass header.d=evilcrowdworks.jp",
    "dkim=pass header.d=crowdworks.jp.evil.example",
    "dkim=pass header.d=jp",
    "dkim=pass",
    "dkim=pass header.s=crowdworks.jp",
    "spf=pass smtp.mailfrom=x@sendgrid.example",
    "spf=pass smtp.helo=crowdworks.jp",
    "spf=pass smtp.mailfrom=crowdworks.jp@evil.example",
    "dmarc=pass header.from=evil.example",
    "dmarc=none; dkim=none; spf=none",
    "dkim=temperror header.d=crowdworks.jp",
    "dkim=none (dkim=pass header.d=crowdworks.jp)",
    'spf=none (domain of "x; dkim=pass header.d=crowdworks.jp" unknown) smtp.mailfrom=x@evil.example',
    "dkim=none (((((( dkim=pass header.d=crowdworks.jp",
    "dkim=none ); dkim=pass header.d=crowdworks.jp",
    'dkim=none "; dkim=pass header.d=crowdworks.jp',
    "arc=pass; dkim=none",
    "dkim=fail header.d=crowdworks.jp; spf=pass smtp.mailfrom=list@forwarder.example",
    "bestguess=pass header.from=crowdworks.jp",
    "dmarc=bestguesspass header.from=crowdworks.jp",
]


@pytest.mark.parametrize("results", UNVERIFIED)
def test_anything_less_does_not(results):
    assert _check(_mail(RECEIVED, _results(results), OUTSIDE)).result is Authentic.UNVERIFIED


FORGED = [
    "dmarc=fail header.from=crowdworks.jp",
    "dmarc=fail (p=NONE dis=NONE) header.from=crowdworks.jp; spf=pass smtp.mailfrom=evil.example",
    "dkim=fail (bad signature) header.d=crowdworks.jp; spf=fail smtp.mailfrom=crowdworks.jp",
    "dkim=fail header.d=crowdworks.jp; spf=softfail smtp.mailfrom=x@crowdworks.jp",
    "dkim=fail; spf=none",
]


@pytest.mark.parametrize("results", FORGED)
def test_what_the_own_server_calls_false_is_forged(results):
    seen = _check(_mail(RECEIVED, _results(results), OUTSIDE))
    assert seen.result is Authentic.FORGED
    assert "fail" in seen.why


def test_a_forged_field_below_the_own_one_is_ignored():
    evil = _results("dkim=pass header.d=crowdworks.jp; dmarc=pass header.from=crowdworks.jp")
    assert _check(_mail(_results("dmarc=fail"), RECEIVED, evil)).result is Authentic.FORGED
    assert _check(_mail(_results("dkim=none; spf=none"), evil, RECEIVED)).result is Authentic.UNVERIFIED
    assert _check(_mail(RECEIVED, _results("spf=none", "other.example"), evil)).result is Authentic.UNVERIFIED


def test_a_field_under_a_host_below_the_own_one_is_ignored_too():
    """What our server wrote is the topmost; a name below its own, anybody can write into the mail that he sends."""
    evil = _results("dkim=pass header.d=crowdworks.jp", f"a.{ME}")
    for trusted in ((ME,), ("provider.example",), ()):
        own = _results("dkim=none; spf=fail smtp.mailfrom=x@evil.example; dmarc=fail header.from=crowdworks.jp")
        assert _check(_mail(own, RECEIVED, evil), trusted=trusted).result is Authentic.FORGED
        assert _check(_mail(own, evil, RECEIVED), trusted=trusted).result is Authentic.FORGED
        assert _check(_mail(_results("spf=none"), evil, RECEIVED), trusted=(ME,)).result is Authentic.UNVERIFIED
    many = _results("domainkeys=neutral; spf=none") + evil
    assert _check(_mail(many, RECEIVED), trusted=(".provider.example",)).result is Authentic.UNVERIFIED
    cloud = _results("dkim=none", "dkim.icloud.example") + _results(
        "dkim=pass header.d=crowdworks.jp", "x.icloud.example"
    )
    assert _check(_mail(cloud, RECEIVED), trusted=(".icloud.example",)).result is Authentic.UNVERIFIED


def test_a_pass_beside_a_failed_dmarc_is_none():
    seen = _check(_mail(_results("dkim=pass header.d=crowdworks.jp; dmarc=fail header.from=crowdworks.jp"), RECEIVED))
    assert seen.result is Authentic.FORGED


def test_somebody_elses_field_is_not_believed():
    seen = _check(_mail(RECEIVED, _results("dmarc=pass header.from=crowdworks.jp", "mx.evil.example")))
    assert seen.result is Authentic.UNVERIFIED
    for name in ("mx.provider.example.evil.example", "evilmx.provider.example", "provider.example", ""):
        assert _check(_mail(RECEIVED, _results("dmarc=pass", name))).result is Authentic.UNVERIFIED


def test_without_a_configured_server_only_a_field_above_all_received_counts():
    assert _check(_mail(PASS, RECEIVED, OUTSIDE), trusted=()).result is Authentic.VERIFIED
    assert _check(_mail("Return-Path: <x@y>\r\n", PASS, RECEIVED), trusted=()).result is Authentic.VERIFIED
    assert _check(_mail(RECEIVED, PASS, OUTSIDE), trusted=()).result is Authentic.UNVERIFIED
    assert _check(_mail(RECEIVED, OUTSIDE), trusted=()).result is Authentic.UNVERIFIED


def test_providers_of_many_machines_and_many_fields():
    yahoo = "Authentication-Results: mta7.mail.kks.yahoo.example  from=crowdworks.jp; domainkeys=neutral (no sig);  dkim=pass header.i=@crowdworks.jp\r\n"
    for trusted in (
        ".mail.kks.yahoo.example",
        "mail.kks.yahoo.example",
        "yahoo.example",
        "mta7.mail.kks.yahoo.example",
    ):
        assert _check(_mail(yahoo, RECEIVED), trusted=(trusted,)).result is Authentic.VERIFIED
    cloud = "".join(
        _results(text, f"{kind}.icloud.example")
        for kind, text in (
            ("bimi", "bimi=none"),
            ("dmarc", "dmarc=pass header.from=crowdworks.jp"),
            ("spf", "spf=none"),
        )
    )
    assert _check(_mail(RECEIVED, cloud, OUTSIDE), trusted=(".icloud.example",)).result is Authentic.VERIFIED
    forged = cloud.replace("dmarc=pass", "dmarc=fail") + _results("dmarc=pass", "dmarc.icloud.example")
    assert _check(_mail(RECEIVED, forged, OUTSIDE), trusted=(".icloud.example",)).result is Authentic.FORGED
    microsoft = "Received: from a by b1.prod.outlook.com; x\r\nAuthentication-Results: spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=crowdworks.jp; dkim=pass (signature was verified)\r\n header.d=crowdworks.jp;dmarc=pass action=none header.from=crowdworks.jp;compauth=pass reason=100\r\n"
    assert _check(_mail(microsoft), trusted=("outlook.com",)).result is Authentic.VERIFIED
    assert (
        _check(_mail(microsoft.replace("outlook.com", "evil.example")), trusted=("outlook.com",)).result
        is Authentic.UNVERIFIED
    )


@pytest.mark.parametrize(
    "sender",
    [
        "no-reply@crowdworks.jp\r\nFrom: x@evil.example",
        "no-reply@crowdworks.jp, x@evil.example",
        "a@crowdworks.jp b@crowdworks.jp <c@crowdworks.jp>, d@evil.example",
    ],
)
def test_more_than_one_sender_is_never_verified(sender):
    assert _check(_mail(PASS, RECEIVED, sender=sender)).result is Authentic.UNVERIFIED


def test_other_senders_are_unverified_whatever_is_said():
    seen = _check(
        _mail(_results("dmarc=pass header.from=client.example"), RECEIVED, sender="山田 <taro@client.example>")
    )
    assert (seen.result, seen.impersonates) == (Authentic.UNVERIFIED, "")


@pytest.mark.parametrize(
    ("results", "why"),
    [("dmarc=pass", "本当に相手本人からかどうかは、確かめられていません"), ("dmarc=fail", "にせものの疑い")],
)
def test_of_a_clients_mail_no_more_is_said_than_was_shown(results, why):
    by_us = _results(f"{results} header.from=client.example")
    assert why in _check(_mail(by_us, RECEIVED, sender="taro@client.example")).why
    by_them = "Authentication-Results: elsewhere.example; dmarc=fail header.from=client.example\r\n"
    assert "確かめられていません" in _check(_mail(RECEIVED, by_them, sender="taro@client.example")).why


IMPOSTORS = [
    "no-reply@crowdworks.jp.evil.example",
    "no-reply@crowdworks.jp.example",
    "no-reply@evilcrowdworks.jp",
    "no-reply@crowdworks-support.example",
    "no-reply@crowdworks.example",
    "no-reply@mail.crowdworks.example",
    "no-reply@crowdwork.jp",
    "no-reply@crowdworkss.jp",
    "no-reply@crowdwroks.jp",
    "no-reply@cr0wdw0rks.jp",
    "no-reply@crowdvvorks.jp",
    "no-reply@crovvdworks.jp",
    "no-reply@xn--crwdwrks-obhd.jp",
    "no-reply@crowclworks.jp",
    "no-reply@crówdwörks.jp",
    "no-reply@crowd-works.jp",
    '"no-reply@crowdworks.jp" <x@evil.example>',
    '"crowdworks.jp" <x@evil.example>',
]


@pytest.mark.parametrize("sender", IMPOSTORS)
def test_impostors_are_named(sender):
    seen = _check(_mail(PASS, RECEIVED, sender=sender))
    assert seen.impersonates
    assert seen.result is Authentic.UNVERIFIED


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("domain", "own"),
    [
        ("crowdworks.jp.example", "crowdworks.jp"),
        ("crowdworks.co.jp.example", "crowdworks.co.jp"),
        ("crowdworks.jp.crowdworks.co.jp.example", "crowdworks.co.jp"),
        ("cr0wdworks.jp", "crowdworks.jp"),
        ("crowdwork.co.jp", "crowdworks.co.jp"),
        ("crovvdworks.co.jp", "crowdworks.co.jp"),
        ("crowdworks-support.example", "crowdworks.jp"),
    ],
)
def test_an_impostor_is_compared_with_the_domain_that_it_is_nearest_to(domain, own, order):
    seen = authenticate(
        _mail(PASS, RECEIVED, sender=f"x@{domain}"),
        domains=("magazine.crowdworks.jp", *DOMAINS)[::order],
        trusted=(ME,),
    )
    assert set(re.findall(r"[\w.-]+\.[\w.-]+\w", seen.impersonates)) == {domain, own}


HONEST = [
    "no-reply@crowdworks.jp",
    "no-reply@magazine.crowdworks.jp",
    "someone@crowdworks.co.jp",
    "山田太郎（クラウドワークス経由） <taro@client.example>",
    "taro@client.example",
    "info@works.example",
    "info@crowd.example",
    "info@lancers.example",
    "x@workshop-crowd.example",
    "",
]


@pytest.mark.parametrize("sender", HONEST)
def test_honest_senders_are_not(sender):
    assert _check(_mail(PASS, RECEIVED, sender=sender)).impersonates == ""


def test_answers_that_would_go_elsewhere_are_named():
    elsewhere = _check(_mail(PASS, RECEIVED, more="Reply-To: x@evil.example\r\n"))
    assert "x@evil.example" in elsewhere.impersonates
    assert _check(_mail(PASS, RECEIVED, more="Reply-To: reply+1@mail.crowdworks.jp\r\n")).impersonates == ""


def test_skeletons():
    assert skeleton("СrоwdWоrкs") == skeleton("crowdworks") == skeleton("cr0wd-w0rks") == skeleton("crowclvvorks")


# Signatures


class Zone:
    """DNS of one test: names and their TXT records; counts what is asked."""

    def __init__(self, records):
        self.records = records
        self.asked = []

    def __call__(self, name):
        self.asked.append(name)
        return self.records.get(name.rstrip("."))


@pytest.fixture(scope="module")
def key():
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return pem, b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


RAW = "From: no-reply@crowdworks.jp\r\nTo: worker@example.jp\r\nSubject: 契約\r\nDate: Mon, 3 Jun 2024 10:12:00 +0900\r\n\r\n仮払いが完了しました。\r\n".encode()


def _signed(raw, key, domain="crowdworks.jp", **options):
    return (
        dkim.sign(raw, b"s1", domain.encode(), key[0], **({"include_headers": [b"from", b"to", b"subject"]} | options))
        + raw
    )


def _zone(key, domain="crowdworks.jp"):
    return Zone({f"s1._domainkey.{domain}": key[1]})


def test_a_signature_that_holds_verifies_where_the_provider_says_nothing(key):
    seen = _check(read(_signed(RAW, key)), resolver=_zone(key))
    assert (seen.result, "DKIM" in seen.why) == (Authentic.VERIFIED, True)
    assert _check(read(_signed(RAW, key).replace(b"\r\n", b"\n")), resolver=_zone(key)).result is Authentic.VERIFIED
    assert _check(read(_signed(RAW, key))).result is Authentic.UNVERIFIED  # nothing is asked of the network


@pytest.mark.parametrize(
    "more", ["Subject: the client's own\r\n", "Content-Type: text/html\r\n", "Content-Transfer-Encoding: base64\r\n"]
)
def test_what_is_put_on_top_of_a_signed_mail_is_not_vouched_for(key, more):
    """DKIM signs the lowest field of a name (RFC 6376 section 5.4.2), and the topmost is what is read."""
    signed = _signed(
        b"From: no-reply@crowdworks.jp\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\nSubject: s\r\nMessage-ID: <m@x>\r\n\r\nb\r\n",
        key,
    )
    resolver = _zone(key)
    assert _check(read(signed), trusted=(), resolver=resolver).result is Authentic.VERIFIED
    assert _check(read(more.encode() + signed), trusted=(), resolver=resolver).result is Authentic.UNVERIFIED
    failed = _results("dmarc=fail header.from=crowdworks.jp").encode() + RECEIVED.encode() + more.encode() + signed
    assert _check(read(failed), resolver=resolver).result is Authentic.FORGED
    vouched = PASS.encode() + RECEIVED.encode() + more.encode() + signed
    assert _check(read(vouched)).result is Authentic.UNVERIFIED


def test_a_signature_that_does_not_hold_proves_nothing(key):
    changed = _signed(RAW, key).replace("完了".encode(), "中止".encode())
    assert _check(read(changed), resolver=_zone(key)).result is Authentic.UNVERIFIED
    assert _check(read(_signed(RAW, key)), resolver=Zone({})).result is Authentic.UNVERIFIED
    other = _signed(RAW, key, "evil.example")
    assert _check(read(other), resolver=_zone(key, "evil.example")).result is Authentic.UNVERIFIED


def test_signatures_that_cover_too_little_are_not_counted(key):
    partly = _signed(RAW, key, length=True) + "LINEで連絡ください".encode()
    assert dkim.verify(partly, dnsfunc=lambda name, timeout=5: key[1])  # it does hold, and that is the trap
    assert _check(read(partly), resolver=_zone(key)).result is Authentic.UNVERIFIED
    twice = b"From: x@evil.example\r\n" + _signed(RAW, key)
    assert _check(read(twice), resolver=_zone(key)).result is Authentic.UNVERIFIED


def test_of_several_signatures_one_that_holds_is_enough(key):
    both = _signed(_signed(RAW, key), key, "sendgrid.example")
    zone = Zone({"s1._domainkey.crowdworks.jp": key[1], "s1._domainkey.sendgrid.example": key[1]})
    assert _check(read(both), resolver=zone).result is Authentic.VERIFIED


def test_a_mail_that_is_not_here_whole_is_not_called_forged(key):
    from tests.message.build import multipart, part

    raw = multipart(
        "mixed",
        part("text/plain; charset=utf-8", "本文".encode()),
        part("application/zip; name=a.zip", b"A" * 400),
        header=b"From: a@crowdworks.jp\r\n",
    )
    omitted = (
        _signed(raw, key)
        .replace(b"A" * 400, b"")
        .replace(b"name=a.zip\r\n", b"name=a.zip\r\nX-Banken-Omitted: 400\r\n")
    )
    zone = _zone(key)
    assert _check(read(omitted, complete=False), resolver=zone).result is Authentic.UNVERIFIED
    assert zone.asked == []


@pytest.mark.parametrize(
    "bad",
    [
        b"DKIM-Signature: \r\n",
        b"DKIM-Signature: v=1; a=rsa-sha256; d=crowdworks.jp; s=s1; h=from; bh=x; b=" + b"A" * 90_000 + b"\r\n",
        b"DKIM-Signature: v=1; d=\xff\r\n" * 9,
        b"no field at all\r\n",
    ],
)
def test_malformed_signatures_do_no_harm(key, bad):
    seen = _check(read(bad + RAW), resolver=_zone(key))
    assert seen.result is Authentic.UNVERIFIED


def _sealed(key, *, authserv, results, sealer):
    raw = f"Authentication-Results: {authserv}; {results}\r\n".encode() + RAW
    sets = dkim.arc_sign(
        raw,
        b"s1",
        sealer.encode(),
        key[0],
        authserv.encode(),
        include_headers=[b"from", b"to", b"subject", b"date"],
        timestamp=1,
    )
    return b"".join(sets) + RAW


@pytest.mark.parametrize(
    ("authserv", "results", "sealer", "trusted", "result"),
    [
        (
            "mx.old.example",
            "dmarc=pass header.from=crowdworks.jp",
            "old.example",
            ("mx.old.example", ME),
            Authentic.VERIFIED,
        ),
        ("mx.old.example", "dmarc=pass header.from=crowdworks.jp", "old.example", (ME,), Authentic.UNVERIFIED),
        (
            "mx.old.example",
            "dmarc=fail header.from=crowdworks.jp",
            "old.example",
            ("mx.old.example", ME),
            Authentic.UNVERIFIED,
        ),
        (
            "mx.old.example",
            "dmarc=pass header.from=crowdworks.jp",
            "evil.example",
            ("mx.old.example", ME),
            Authentic.UNVERIFIED,
        ),
        (
            "mx.old.co.jp",
            "dmarc=pass header.from=crowdworks.jp",
            "evil.co.jp",
            ("mx.old.co.jp", ME),
            Authentic.UNVERIFIED,
        ),
    ],
)
def test_forwarded_mail_is_believed_on_the_word_of_a_trusted_sealer(key, authserv, results, sealer, trusted, result):
    message = read(_sealed(key, authserv=authserv, results=results, sealer=sealer))
    assert _check(message, trusted=trusted, resolver=_zone(key, sealer)).result is result


def test_a_broken_seal_is_not_believed(key):
    raw = _sealed(key, authserv="mx.old.example", results="dmarc=pass header.from=crowdworks.jp", sealer="old.example")
    message = read(raw.replace("完了".encode(), "中止".encode()))
    assert (
        _check(message, trusted=("mx.old.example",), resolver=_zone(key, "old.example")).result is Authentic.UNVERIFIED
    )


# The syntax of the field


def test_the_parser_keeps_to_its_words():
    said = parse(
        'mx.example.jp 1; auth=pass (cram; x) smtp.auth="a;b"@example.jp; spf=fail reason="no (x)" smtp.mailfrom=a@b.example'
    )
    assert said.authserv == "mx.example.jp"
    assert [(each.method, each.result) for each in said.results][-1] == ("spf", "fail")
    assert parse("").results == parse(";" * 100_000).results == parse("(" * 100_000).results == ()


# Learning who writes it


def _box(count, authserv, domain="client{}.example", extra=""):
    field = _results("spf=pass", authserv) if authserv else ""
    return [_mail(RECEIVED, field.format(each), extra, sender="x@" + domain.format(each)) for each in range(count)]


def test_the_providers_name_is_learned():
    assert learn_authserv(_box(5, ME)) == ME
    assert learn_authserv(_box(9, ME) + _box(3, "mx.evil.example")) == ME
    assert learn_authserv(_box(9, ME, extra=_results("dmarc=pass", "mx.evil.example"))) == ME
    assert learn_authserv(_box(9, "mta{}.mail.provider.example")) == ".mail.provider.example"


def test_nothing_is_learned_from_too_little_or_from_one_forger():
    assert learn_authserv([]) is None
    assert learn_authserv(_box(2, ME)) is None
    assert learn_authserv(_box(9, "mx.evil.example", domain="evil.example")) is None
    assert learn_authserv(_box(20, "") + _box(4, "mx.evil.example")) is None
    assert learn_authserv(_box(5, ME) + _box(5, "mx.other.test")) is None
    assert learn_authserv(_box(9, "mx{}.co.jp")) is None


def test_many_fields_under_many_names_are_learned_as_one():
    fields = _results("bimi=none", "bimi.icloud.example") + _results("spf=pass", "spf.icloud.example")
    assert (
        learn_authserv([_mail(RECEIVED, fields, sender=f"x@c{each}.example") for each in range(5)]) == ".icloud.example"
    )


# The domain name system


class _Answer(list):
    class rrset:  # noqa: N801 - as dnspython names it
        ttl = 300


class _Record:
    strings = (b"v=DKIM1; ", b"p=abc")


class _Server:
    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.asked = 0

    def resolve(self, name, kind, lifetime):
        self.asked += 1
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def test_answers_are_remembered_and_silence_is_not():
    server = _Server(
        _Answer([_Record()]),
        dns.resolver.LifetimeTimeout(timeout=1, errors=[]),
        _Answer([_Record()]),
        dns.resolver.NXDOMAIN(),
    )
    ask = Dns(resolver=server, most=2)
    assert ask("a.example") == ask("A.example.") == b"v=DKIM1; p=abc"
    assert server.asked == 1
    assert ask("b.example") is None
    assert ask("b.example") == b"v=DKIM1; p=abc"
    assert ask("c.example") is None
    assert ask("c.example") is None
    assert server.asked == 4


def test_the_memory_is_bounded_and_shared_by_threads():
    server = _Server(*[_Answer([_Record()]) for _ in range(200)])
    ask = Dns(resolver=server, most=10)
    threads = [threading.Thread(target=lambda: [ask(f"{each}.example") for each in range(20)]) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ask._known) == 10


def test_a_name_that_is_no_name_is_no_trouble():
    assert Dns(resolver=dns.resolver.Resolver(configure=False))("a" * 300 + "..") is None
