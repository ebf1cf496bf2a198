"""The doctor's look at the other ways to be told."""

from __future__ import annotations

import pytest
from tests.respond.websink import WebSink

from banken.config import load
from banken.i18n import set_language
from banken.service.checkup import all as checkup
from banken.service.checkup import ways
from banken.service.checkup.model import Mark


@pytest.fixture
def looked(tmp_path):
    def look(*urls, send_test=False):
        file = tmp_path / "config.yaml"
        listed = "".join(f"\n    - {url}" for url in urls)
        file.write_text(f"language: en\nwarn:\n  to: [w@example.jp]\n  notify:{listed}\n")
        file.chmod(0o600)
        return list(ways.signs(load(file).config, send_test=send_test))

    yield look
    set_language("ja")


def test_an_address_is_looked_at_without_sending_unless_asked(looked):
    with WebSink() as site:
        (one,) = looked(site.url)
        assert one.mark is Mark.GOOD
        assert site.told == []
        (one,) = looked(site.url, send_test=True)
        assert one.mark is Mark.GOOD
        assert site.titles == ["[Banken] test"]
        site.status = 500
        (one,) = looked(site.url, send_test=True)
        assert one.mark is Mark.BAD
        assert "secret-path" not in one.what + one.todo


def test_an_address_that_nobody_knows_and_a_secret_that_cannot_be_had_are_told(looked):
    signs = looked("nosuch://secret-path", "{env: BANKEN_NOT_SET_ANYWHERE}")
    assert [one.mark for one in signs] == [Mark.BAD, Mark.BAD]
    assert "notify 1" in signs[0].what
    assert "BANKEN_NOT_SET_ANYWHERE" in signs[1].what
    assert "secret-path" not in signs[0].what


def test_the_doctor_looks_at_them(tmp_path):
    file = tmp_path / "config.yaml"
    account = "{name: a, imap: {host: 127.0.0.1, port: 1, security: plain, user: w, password: {env: NONE}}}"
    file.write_text(
        f"state: {tmp_path}/state\naccounts: [{account}]\nwarn: {{to: [w@example.jp], notify: ['nosuch://x']}}\n"
    )
    file.chmod(0o600)
    assert "notify" in {one.topic for one in checkup.check(file)}
