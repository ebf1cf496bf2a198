"""The data file of providers is whole, and gives the right one for an address."""

from __future__ import annotations

from datetime import date

import pytest

from banken.i18n import set_language
from banken.service.setup.providers import advice_for, of_address, providers


def test_every_provider_is_encrypted_and_has_a_source_and_both_languages():
    assert len(providers()) >= 10
    for one in providers():
        assert one.imap.security != "plain"
        assert one.smtp.security != "plain"
        assert one.source.startswith("https://")
        assert one.ja != one.en
        assert one.domains or one.mx
        assert date.fromisoformat(one.as_of) <= date.fromisoformat("2026-11-25")
        assert one.proof.startswith("https://") or set(one.unproved) == {"imap", "smtp"}


@pytest.mark.parametrize(
    ("address", "mx", "host", "user"),
    [
        ("nao@gmail.com", (), "imap.gmail.com", "nao@gmail.com"),
        ("nao@YAHOO.co.jp", (), "imap.mail.yahoo.co.jp", "nao"),
        ("nao@sample.example", ("aspmx.l.google.com.",), "imap.gmail.com", "nao@sample.example"),
        (
            "nao@sample.example",
            ("sample-example.mail.protection.outlook.com",),
            "outlook.office365.com",
            "nao@sample.example",
        ),
        ("nao@sample.example", ("sv1234.xserver.jp",), "{mx}", "nao@sample.example"),
        ("nao@docomo.ne.jp", (), "imap.spmode.ne.jp", ""),
    ],
)
def test_the_provider_is_found_by_domain_or_by_mail_server(address, mx, host, user):
    found = of_address(address, mx)
    assert found.imap.host == host
    assert found.user_of(address) == user


def test_reading_and_sending_may_have_other_names():
    found = of_address("nao@icloud.com")
    assert (found.user_of("nao@icloud.com"), found.smtp_user_of("nao@icloud.com")) == ("nao", "nao@icloud.com")


def test_a_stranger_is_not_taken_for_a_provider():
    assert of_address("nao@sample.example", ("mx.notgoogle.com",)) is None
    assert advice_for("imap.sample.example") == ""


def test_the_advice_speaks_the_workers_language():
    assert "アプリ パスワード" in advice_for("imap.gmail.com")
    set_language("en")
    assert "app password" in advice_for("smtp.gmail.com")
    set_language("ja")
