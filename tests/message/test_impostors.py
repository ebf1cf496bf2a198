"""Who only looks like the platform, and answers that would go elsewhere."""

import re

import pytest
from tests.message.vouching import DOMAINS, ME, PASS, RECEIVED, check, fetched

from banken.message.authenticity import authenticate
from banken.message.lookalike import skeleton
from banken.words import Authentic

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
    seen = check(fetched(PASS, RECEIVED, sender=sender))
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
        fetched(PASS, RECEIVED, sender=f"x@{domain}"),
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
    assert check(fetched(PASS, RECEIVED, sender=sender)).impersonates == ""


def test_answers_that_would_go_elsewhere_are_named():
    elsewhere = check(fetched(PASS, RECEIVED, more="Reply-To: x@evil.example\r\n"))
    assert "x@evil.example" in elsewhere.impersonates
    assert check(fetched(PASS, RECEIVED, more="Reply-To: reply+1@mail.crowdworks.jp\r\n")).impersonates == ""


def test_skeletons():
    assert skeleton("СrоwdWоrкs") == skeleton("crowdworks") == skeleton("cr0wd-w0rks") == skeleton("crowclvvorks")
