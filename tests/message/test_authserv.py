"""The name under which the own server vouches is learned from the mailbox."""

from tests.message.vouching import ME, RECEIVED, fetched, results

from banken.message.authenticity import learn_authserv


def _box(count, authserv, domain="client{}.example", extra=""):
    field = results("spf=pass", authserv) if authserv else ""
    return [fetched(RECEIVED, field.format(each), extra, sender="x@" + domain.format(each)) for each in range(count)]


def test_the_providers_name_is_learned():
    assert learn_authserv(_box(5, ME)) == ME
    assert learn_authserv(_box(9, ME) + _box(3, "mx.evil.example")) == ME
    assert learn_authserv(_box(9, ME, extra=results("dmarc=pass", "mx.evil.example"))) == ME
    assert learn_authserv(_box(9, "mta{}.mail.provider.example")) == ".mail.provider.example"


def test_nothing_is_learned_from_too_little_or_from_one_forger():
    assert learn_authserv([]) is None
    assert learn_authserv(_box(2, ME)) is None
    assert learn_authserv(_box(9, "mx.evil.example", domain="evil.example")) is None
    assert learn_authserv(_box(20, "") + _box(4, "mx.evil.example")) is None
    assert learn_authserv(_box(5, ME) + _box(5, "mx.other.test")) is None
    assert learn_authserv(_box(9, "mx{}.co.jp")) is None


def test_many_fields_under_many_names_are_learned_as_one():
    fields = results("bimi=none", "bimi.icloud.example") + results("spf=pass", "spf.icloud.example")
    assert (
        learn_authserv([fetched(RECEIVED, fields, sender=f"x@c{each}.example") for each in range(5)])
        == ".icloud.example"
    )
