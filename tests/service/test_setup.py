"""Finding servers, keeping secrets, writing a configuration that people can read."""

from __future__ import annotations

import subprocess

import pytest
import yaml
from tests.servers import Dovecot

from banken.config import load
from banken.config.written import commented
from banken.i18n import set_language
from banken.service.setup import unit
from banken.service.setup.discover import discover
from banken.service.setup.keep import KeepError, keep_in_file, private_file
from banken.service.setup.probe import first_that_answers
from banken.service.setup.providers import Endpoint

AUTOCONFIG = b"""<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="sample.example">
<incomingServer type="pop3"><hostname>pop.sample.example</hostname><port>995</port><socketType>SSL</socketType></incomingServer>
<incomingServer type="imap"><hostname>box.sample.example</hostname><port>143</port><socketType>STARTTLS</socketType></incomingServer>
<incomingServer type="imap"><hostname>open.sample.example</hostname><port>143</port><socketType>plain</socketType></incomingServer>
<outgoingServer type="smtp"><hostname>out.sample.example</hostname><port>587</port><socketType>STARTTLS</socketType></outgoingServer>
</emailProvider></clientConfig>"""


def hosts(endpoints):
    return [(one.host, one.port, one.security) for one in endpoints]


def find(address, *, fetch=lambda _url: None, **records):
    return discover(address, fetch=fetch, lookup=lambda name, kind: records.get(kind, {}).get(name, []))


def test_a_known_provider_needs_no_guessing():
    asked = []
    found = discover("nao@gmail.com", fetch=asked.append, lookup=lambda _name, _kind: [])
    assert hosts(found.imap) == [("imap.gmail.com", 993, "tls")]
    assert found.provider.name == "Gmail"
    assert not asked


def test_a_rented_domain_is_found_by_its_mail_server_whose_name_is_the_host():
    found = find("nao@sample.example", MX={"sample.example": ["sv1234.xserver.jp."]})
    assert hosts(found.imap)[0] == ("sv1234.xserver.jp", 993, "tls")
    assert hosts(found.smtp)[0] == ("sv1234.xserver.jp", 465, "tls")


def test_what_the_domain_says_itself_comes_before_guesses():
    found = find(
        "nao@sample.example",
        fetch=lambda url: AUTOCONFIG if url.startswith("https://autoconfig.sample.example/") else None,
        SRV={"_imaps._tcp.sample.example": ["srv.sample.example.:1993"]},
    )
    assert hosts(found.imap)[:3] == [
        ("box.sample.example", 143, "starttls"),
        ("srv.sample.example", 1993, "tls"),
        ("imap.sample.example", 993, "tls"),
    ]
    assert hosts(found.smtp)[0] == ("out.sample.example", 587, "starttls")


@pytest.mark.parametrize(
    "text",
    [
        b"<html>not found",
        b"",
        b"\xff\xfe",
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]><clientConfig>&b;</clientConfig>',
        AUTOCONFIG.replace(b"143", b"one").replace(b"587", b""),
    ],
)
def test_a_hostile_autoconfig_says_nothing(text):
    found = find("nao@sample.example", fetch=lambda _url: text)
    assert hosts(found.imap)[0] == ("imap.sample.example", 993, "tls")


@pytest.mark.server
def test_only_a_server_that_can_prove_itself_is_taken_and_nothing_is_said_to_it():
    with Dovecot() as dovecot, Dovecot(hosts=["other.example"]) as other:
        wrong = Endpoint(host="127.0.0.1", port=other.tls_port, security="tls")
        nobody = Endpoint(host="127.0.0.1", port=1, security="tls")
        right = Endpoint(host="127.0.0.1", port=dovecot.tls_port, security="tls")
        assert first_that_answers([wrong, nobody, right], b"* ", dovecot.ca_file) == right
        assert first_that_answers([right], b"220", dovecot.ca_file) is None
        assert "auth failed" not in dovecot.log()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_is_written_is_read_again_and_shows_every_other_option(tmp_path, language):
    imap = {"host": "imap.example.jp", "user": "worker@example.jp", "password": {"command": "pass show 'my mail'"}}
    accounts = [{"name": "家: #1", "imap": imap, "folders": ["INBOX", "仕事"]}, {"name": "two", "imap": imap}]
    given = {"language": language, "accounts": accounts, "warn": {"to": ["worker@example.jp"], "via": "append"}}
    set_language(language)
    file = tmp_path / "config.yaml"
    file.write_text(commented(given), encoding="utf-8")
    set_language("ja")
    config = load(file).config
    assert [one.name for one in config.accounts] == ["家: #1", "two"]
    assert config.accounts[0].folders == ("INBOX", "仕事")
    assert config.language == language
    assert yaml.safe_load(file.read_text()) == given
    for option in ("#every:", "#push:", "#retention:", "#heartbeat:"):
        assert option in file.read_text()
    set_language("ja")


def test_an_option_that_is_shown_takes_effect_when_its_mark_is_deleted(tmp_path):
    imap = {"host": "imap.example.jp", "user": "w", "password": {"env": "X"}}
    text = commented({"accounts": [{"name": "a", "imap": imap}], "warn": {"to": ["w@example.jp"]}})
    file = tmp_path / "config.yaml"
    file.write_text(text.replace("    #every: 2m", "    every: 5m").replace("#retention:", "retention:"))
    assert load(file).config.accounts[0].every.total_seconds() == 300


def test_a_secret_is_kept_from_others(tmp_path):
    place = keep_in_file("ひみつ", tmp_path / "below" / "mail.password")
    file = tmp_path / "below" / "mail.password"
    assert place == {"file": str(file)}
    assert file.read_text() == "ひみつ\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    with pytest.raises(KeepError):
        private_file(file, "other")
    assert file.read_text() == "ひみつ\n"


EXPOSED = {"system": 15, "user": 70}


@pytest.mark.parametrize("kind", unit.KINDS)
def test_systemd_takes_the_units(tmp_path, kind):
    text = unit.unit(kind, tmp_path / "my config 100%.yaml")
    assert "@" not in text.replace("@system-service", "").replace("@privileged", "").replace("@resources", "")
    assert "my config 100%%.yaml" in text
    assert "Type=notify" in text
    assert "WatchdogSec=" in text
    assert "LimitCORE=0" in text
    file = tmp_path / "banken.service"
    file.write_text(text.replace("Documentation=man:banken(1)\n", ""))
    try:
        said = subprocess.run(["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return  # no systemd here: its own check is an extra, what must stand in the unit was looked at above
    assert said.stderr == ""
    # 0 is a locked room, 100 none at all; a user's own unit cannot have what needs the right to mount.
    exposure = [
        "systemd-analyze",
        "security",
        "--offline=true",
        "--no-pager",
        f"--threshold={EXPOSED[kind]}",
        str(file),
    ]
    assert subprocess.run(exposure, capture_output=True, check=False).returncode == 0
