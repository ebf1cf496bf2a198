"""Signatures and seals: DKIM where the provider says nothing, ARC on the word of a trusted server."""

import base64

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.message.vouching import ME, PASS, RECEIVED, check, results

from banken.message import read
from banken.words import Authentic


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
    seen = check(read(_signed(RAW, key)), resolver=_zone(key))
    assert (seen.result, "DKIM" in seen.why) == (Authentic.VERIFIED, True)
    assert check(read(_signed(RAW, key).replace(b"\r\n", b"\n")), resolver=_zone(key)).result is Authentic.VERIFIED
    assert check(read(_signed(RAW, key))).result is Authentic.UNVERIFIED  # nothing is asked of the network


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
    assert check(read(signed), trusted=(), resolver=resolver).result is Authentic.VERIFIED
    assert check(read(more.encode() + signed), trusted=(), resolver=resolver).result is Authentic.UNVERIFIED
    failed = results("dmarc=fail header.from=crowdworks.jp").encode() + RECEIVED.encode() + more.encode() + signed
    assert check(read(failed), resolver=resolver).result is Authentic.FORGED
    vouched = PASS.encode() + RECEIVED.encode() + more.encode() + signed
    assert check(read(vouched)).result is Authentic.UNVERIFIED


def test_a_signature_that_does_not_hold_proves_nothing(key):
    changed = _signed(RAW, key).replace("完了".encode(), "中止".encode())
    assert check(read(changed), resolver=_zone(key)).result is Authentic.UNVERIFIED
    assert check(read(_signed(RAW, key)), resolver=Zone({})).result is Authentic.UNVERIFIED
    other = _signed(RAW, key, "evil.example")
    assert check(read(other), resolver=_zone(key, "evil.example")).result is Authentic.UNVERIFIED


def test_signatures_that_cover_too_little_are_not_counted(key):
    partly = _signed(RAW, key, length=True) + "LINEで連絡ください".encode()
    assert dkim.verify(partly, dnsfunc=lambda name, timeout=5: key[1])  # it does hold, and that is the trap
    assert check(read(partly), resolver=_zone(key)).result is Authentic.UNVERIFIED
    twice = b"From: x@evil.example\r\n" + _signed(RAW, key)
    assert check(read(twice), resolver=_zone(key)).result is Authentic.UNVERIFIED


def test_of_several_signatures_one_that_holds_is_enough(key):
    both = _signed(_signed(RAW, key), key, "sendgrid.example")
    zone = Zone({"s1._domainkey.crowdworks.jp": key[1], "s1._domainkey.sendgrid.example": key[1]})
    assert check(read(both), resolver=zone).result is Authentic.VERIFIED


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
    assert check(read(omitted, complete=False), resolver=zone).result is Authentic.UNVERIFIED
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
    seen = check(read(bad + RAW), resolver=_zone(key))
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
    assert check(message, trusted=trusted, resolver=_zone(key, sealer)).result is result


def test_a_broken_seal_is_not_believed(key):
    raw = _sealed(key, authserv="mx.old.example", results="dmarc=pass header.from=crowdworks.jp", sealer="old.example")
    message = read(raw.replace("完了".encode(), "中止".encode()))
    assert (
        check(message, trusted=("mx.old.example",), resolver=_zone(key, "old.example")).result is Authentic.UNVERIFIED
    )
