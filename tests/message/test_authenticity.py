"""Who vouches for a sender, and who cannot: what servers wrote on top of a mail."""

import pytest
from tests.message.vouching import ME, OUTSIDE, PASS, RECEIVED, check, fetched, results

from banken.message.authresults import parse
from banken.words import Authentic

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


@pytest.mark.parametrize("said", VERIFIED)
def test_an_aligned_pass_by_the_own_server_verifies(said):
    seen = check(fetched(RECEIVED, results(said), OUTSIDE))
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


@pytest.mark.parametrize("said", UNVERIFIED)
def test_anything_less_does_not(said):
    assert check(fetched(RECEIVED, results(said), OUTSIDE)).result is Authentic.UNVERIFIED


FORGED = [
    "dmarc=fail header.from=crowdworks.jp",
    "dmarc=fail (p=NONE dis=NONE) header.from=crowdworks.jp; spf=pass smtp.mailfrom=evil.example",
    "dkim=fail (bad signature) header.d=crowdworks.jp; spf=fail smtp.mailfrom=crowdworks.jp",
    "dkim=fail header.d=crowdworks.jp; spf=softfail smtp.mailfrom=x@crowdworks.jp",
    "dkim=fail; spf=none",
]


@pytest.mark.parametrize("said", FORGED)
def test_what_the_own_server_calls_false_is_forged(said):
    seen = check(fetched(RECEIVED, results(said), OUTSIDE))
    assert seen.result is Authentic.FORGED
    assert "fail" in seen.why


def test_a_forged_field_below_the_own_one_is_ignored():
    evil = results("dkim=pass header.d=crowdworks.jp; dmarc=pass header.from=crowdworks.jp")
    assert check(fetched(results("dmarc=fail"), RECEIVED, evil)).result is Authentic.FORGED
    assert check(fetched(results("dkim=none; spf=none"), evil, RECEIVED)).result is Authentic.UNVERIFIED
    assert check(fetched(RECEIVED, results("spf=none", "other.example"), evil)).result is Authentic.UNVERIFIED


def test_a_field_under_a_host_below_the_own_one_is_ignored_too():
    """What our server wrote is the topmost; a name below its own, anybody can write into the mail that he sends."""
    evil = results("dkim=pass header.d=crowdworks.jp", f"a.{ME}")
    for trusted in ((ME,), ("provider.example",), ()):
        own = results("dkim=none; spf=fail smtp.mailfrom=x@evil.example; dmarc=fail header.from=crowdworks.jp")
        assert check(fetched(own, RECEIVED, evil), trusted=trusted).result is Authentic.FORGED
        assert check(fetched(own, evil, RECEIVED), trusted=trusted).result is Authentic.FORGED
        assert check(fetched(results("spf=none"), evil, RECEIVED), trusted=(ME,)).result is Authentic.UNVERIFIED
    many = results("domainkeys=neutral; spf=none") + evil
    assert check(fetched(many, RECEIVED), trusted=(".provider.example",)).result is Authentic.UNVERIFIED
    cloud = results("dkim=none", "dkim.icloud.example") + results(
        "dkim=pass header.d=crowdworks.jp", "x.icloud.example"
    )
    assert check(fetched(cloud, RECEIVED), trusted=(".icloud.example",)).result is Authentic.UNVERIFIED


def test_a_pass_beside_a_failed_dmarc_is_none():
    seen = check(fetched(results("dkim=pass header.d=crowdworks.jp; dmarc=fail header.from=crowdworks.jp"), RECEIVED))
    assert seen.result is Authentic.FORGED


def test_somebody_elses_field_is_not_believed():
    seen = check(fetched(RECEIVED, results("dmarc=pass header.from=crowdworks.jp", "mx.evil.example")))
    assert seen.result is Authentic.UNVERIFIED
    for name in ("mx.provider.example.evil.example", "evilmx.provider.example", "provider.example", ""):
        assert check(fetched(RECEIVED, results("dmarc=pass", name))).result is Authentic.UNVERIFIED


def test_without_a_configured_server_only_a_field_above_all_received_counts():
    assert check(fetched(PASS, RECEIVED, OUTSIDE), trusted=()).result is Authentic.VERIFIED
    assert check(fetched("Return-Path: <x@y>\r\n", PASS, RECEIVED), trusted=()).result is Authentic.VERIFIED
    assert check(fetched(RECEIVED, PASS, OUTSIDE), trusted=()).result is Authentic.UNVERIFIED
    assert check(fetched(RECEIVED, OUTSIDE), trusted=()).result is Authentic.UNVERIFIED


def test_providers_of_many_machines_and_many_fields():
    yahoo = "Authentication-Results: mta7.mail.kks.yahoo.example  from=crowdworks.jp; domainkeys=neutral (no sig);  dkim=pass header.i=@crowdworks.jp\r\n"
    for trusted in (
        ".mail.kks.yahoo.example",
        "mail.kks.yahoo.example",
        "yahoo.example",
        "mta7.mail.kks.yahoo.example",
    ):
        assert check(fetched(yahoo, RECEIVED), trusted=(trusted,)).result is Authentic.VERIFIED
    cloud = "".join(
        results(text, f"{kind}.icloud.example")
        for kind, text in (
            ("bimi", "bimi=none"),
            ("dmarc", "dmarc=pass header.from=crowdworks.jp"),
            ("spf", "spf=none"),
        )
    )
    assert check(fetched(RECEIVED, cloud, OUTSIDE), trusted=(".icloud.example",)).result is Authentic.VERIFIED
    forged = cloud.replace("dmarc=pass", "dmarc=fail") + results("dmarc=pass", "dmarc.icloud.example")
    assert check(fetched(RECEIVED, forged, OUTSIDE), trusted=(".icloud.example",)).result is Authentic.FORGED
    microsoft = "Received: from a by b1.prod.outlook.com; x\r\nAuthentication-Results: spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=crowdworks.jp; dkim=pass (signature was verified)\r\n header.d=crowdworks.jp;dmarc=pass action=none header.from=crowdworks.jp;compauth=pass reason=100\r\n"
    assert check(fetched(microsoft), trusted=("outlook.com",)).result is Authentic.VERIFIED
    assert (
        check(fetched(microsoft.replace("outlook.com", "evil.example")), trusted=("outlook.com",)).result
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
    assert check(fetched(PASS, RECEIVED, sender=sender)).result is Authentic.UNVERIFIED


def test_other_senders_are_unverified_whatever_is_said():
    seen = check(
        fetched(results("dmarc=pass header.from=client.example"), RECEIVED, sender="山田 <taro@client.example>")
    )
    assert (seen.result, seen.impersonates) == (Authentic.UNVERIFIED, "")


@pytest.mark.parametrize(
    ("said", "why"),
    [("dmarc=pass", "本当に相手本人からかどうかは、確かめられていません"), ("dmarc=fail", "にせものの疑い")],
)
def test_of_a_clients_mail_no_more_is_said_than_was_shown(said, why):
    by_us = results(f"{said} header.from=client.example")
    assert why in check(fetched(by_us, RECEIVED, sender="taro@client.example")).why
    by_them = "Authentication-Results: elsewhere.example; dmarc=fail header.from=client.example\r\n"
    assert "確かめられていません" in check(fetched(RECEIVED, by_them, sender="taro@client.example")).why


def test_the_parser_keeps_to_its_words():
    said = parse(
        'mx.example.jp 1; auth=pass (cram; x) smtp.auth="a;b"@example.jp; spf=fail reason="no (x)" smtp.mailfrom=a@b.example'
    )
    assert said.authserv == "mx.example.jp"
    assert [(each.method, each.result) for each in said.results][-1] == ("spf", "fail")
    assert parse("").results == parse(";" * 100_000).results == parse("(" * 100_000).results == ()
