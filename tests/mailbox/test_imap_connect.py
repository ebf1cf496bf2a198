"""Getting in: TLS that is checked, log-in of every kind, and errors that say what to do."""

from __future__ import annotations

import logging
import time
import traceback
from dataclasses import replace

import pytest
from tests.servers import Dovecot, free_port
from tests.tokenserver import TokenServer

from banken.mailbox.errors import (
    Garbled,
    LoginRefused,
    Refused,
    TooMany,
    Unavailable,
    Unreachable,
    Untrusted,
)
from banken.mailbox.imap import Server, connect

pytestmark = pytest.mark.server


@pytest.mark.parametrize("security", ["tls", "starttls", "plain"])
def test_each_security_gets_in(account, security):
    account.append(b"Subject: x\r\n\r\nx\r\n")
    port = account.dovecot.tls_port if security == "tls" else account.dovecot.port
    mailbox = account.connect(server=account.server(security=security, port=port))
    assert mailbox.uids() == [1]
    assert "IMAP4REV1" in mailbox.abilities.capabilities


def test_starttls_really_encrypts(account):
    mailbox = account.connect(server=account.server(security="starttls", port=account.dovecot.port))
    assert mailbox._connection._client.socket().version().startswith("TLSv1.")
    mailbox.close()
    assert "TLS, session" in account.dovecot.log()


def refused(error, server, *words):
    with pytest.raises(error) as caught:
        connect("home", server)
    text = str(caught.value)
    for word in words:
        assert word in text
    assert server.password not in "".join(traceback.format_exception(caught.value))
    assert text.count("\n") == 0
    return caught.value


def test_unknown_authority_is_refused_before_the_password_is_sent(account):
    refused(Untrusted, account.server(ca_file=None), "signed by nobody this machine knows", "`ca`")
    refused(Untrusted, account.server(ca_file=None, security="starttls", port=account.dovecot.port), "signed by nobody")
    assert f"user=<{account.user}>" not in account.dovecot.log()


@pytest.mark.parametrize(("options", "words"), [({"expired": True}, "has expired"), ({"hosts": ["x.example"]}, "name")])
def test_a_bad_certificate_is_refused_with_its_reason(options, words):
    with Dovecot(**options) as dovecot:
        for security, port in (("tls", dovecot.tls_port), ("starttls", dovecot.port)):
            server = Server("127.0.0.1", port, security, dovecot.user, dovecot.password, ca_file=dovecot.ca_file)
            refused(Untrusted, server, words, f"127.0.0.1:{port}")
        assert f"user=<{dovecot.user}>" not in dovecot.log()  # it logs the name of whoever tries to log in


def test_authority_file_that_is_missing_or_none(account, tmp_path):
    refused(Untrusted, account.server(ca_file=tmp_path / "no.pem"), "no.pem", "No such file")
    (tmp_path / "text.pem").write_text("hello")
    refused(Untrusted, account.server(ca_file=tmp_path / "text.pem"), "text.pem")


def test_tls_where_none_is_spoken(account):
    refused(Untrusted, account.server(port=account.dovecot.port), "security: starttls")


def test_a_server_without_starttls_gets_no_password(fakes):
    fake = fakes.start()
    refused(Untrusted, Server(fake.host, fake.port, "starttls", "worker", "secret-word"), "STARTTLS", "Nothing secret")
    assert not [line for line in fake.commands if "LOGIN" in line or "AUTH" in line]


@pytest.mark.parametrize("host", ["imap.example.jp", "192.0.2.1", "localhost.example.jp", "::2"])
def test_plain_is_for_this_machine_only(host):
    refused(Refused, Server(host, 143, "plain", "worker", "secret-word"), host, "encryption")


@pytest.mark.parametrize("password", ["wrong", "違う"])
def test_wrong_password(account, password):
    error = refused(LoginRefused, account.server(password=password), account.user, "app password")
    assert error.permanent


def test_password_beyond_ascii(dovecot):
    user = "kana@example.jp"
    server = Server("127.0.0.1", dovecot.tls_port, "tls", user, dovecot.users[user], ca_file=dovecot.ca_file)
    mailbox = connect("home", server)
    assert mailbox.open("INBOX").exists == 0
    mailbox.close()


def test_unknown_host():
    refused(Unreachable, Server("imap.nowhere.invalid", 993, "tls", "worker", "secret-word"), "imap.nowhere.invalid")


def test_nothing_listens():
    port = free_port()
    error = refused(Unreachable, Server("127.0.0.1", port, "tls", "worker", "secret-word"), f"127.0.0.1:{port}", "port")
    assert not error.permanent


def test_control_characters_in_user_password_and_host(account):
    for change in ({"user": "a\r\nb"}, {"password": "a\r\nLOGOUT"}, {"host": "127.0.0.1\r\n"}):
        refused(Refused, account.server(**change), "control character")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", LoginRefused),
        (b"NO [ALERT] Application-specific password required", LoginRefused),
        (b"NO LOGIN failed.", LoginRefused),
        (b"NO [AUTHORIZATIONFAILED] IMAP is switched off", LoginRefused),
        (b"NO [ALERT] Too many simultaneous connections. (Failure)", TooMany),
        (b"NO [LIMIT] Maximum number of connections from user+IP exceeded", TooMany),
        (b"NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded", TooMany),
        (b"NO [OVERQUOTA] Account exceeded command or bandwidth limits.", TooMany),
        (b"NO [THROTTLED] slow down", TooMany),
        (b"NO [UNAVAILABLE] Temporary authentication failure.", Unavailable),
        (b"NO [INUSE] locked", Unavailable),
        (b"NO User is authenticated but not connected.", Unavailable),
        (b"BAD what", LoginRefused),
    ],
)
def test_wrong_password_and_come_back_later_are_told_apart(fakes, answer, error):
    fake = fakes.start()
    fake.on("^LOGIN", b"TAG " + answer + b"\r\n")
    with pytest.raises(error) as caught:
        fakes.connect(fake)
    assert type(caught.value) is error
    assert caught.value.permanent == (error is LoginRefused)


def test_dovecots_own_connection_limit_is_too_many():
    with Dovecot(connections=1) as dovecot:
        server = Server("127.0.0.1", dovecot.tls_port, "tls", dovecot.user, dovecot.password, ca_file=dovecot.ca_file)
        first = connect("home", server)
        try:
            refused(TooMany, server)
        finally:
            first.close()


def test_a_server_that_repeats_the_password_is_not_repeated(fakes):
    fake = fakes.start()
    fake.on("^LOGIN", b"TAG NO secret-word is wrong\r\n")
    with pytest.raises(LoginRefused) as caught:
        fakes.connect(fake)
    assert "secret-word" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("greeting", "error"),
    [
        (b"* BYE [UNAVAILABLE] maintenance\r\n", Unavailable),
        (b"* BYE Too many connections from your IP\r\n", TooMany),
        (b"220 smtp.example.jp ESMTP\r\n", Garbled),
        (b"SSH-2.0-OpenSSH\r\n", Garbled),
        (b"", Unreachable),
    ],
)
def test_odd_greetings(fakes, greeting, error):
    fake = fakes.start()
    fake.greeting = greeting
    if not greeting:
        fake.on("", lambda session, _tag, _line: session.drop())
    with pytest.raises(error) as caught:
        fakes.connect(fake, timeout=0.5)
    assert type(caught.value) is error


@pytest.mark.parametrize("verb", ["CAPABILITY", "LOGIN", "LIST", "EXAMINE", "UID FETCH"])
@pytest.mark.parametrize("how", ["drop", "bye", "half", "garbage"])
def test_a_lost_connection_is_an_error_at_every_step(fakes, verb, how):
    fake = fakes.start(b"Subject: x\r\n\r\nx\r\n")

    def lose(session, _tag, _line):
        octets = {"drop": b"", "bye": b"* BYE gone\r\n", "half": b"* 1 FE", "garbage": b"\x00\xff\r\n"}[how]
        session.send(octets)
        session.drop()

    fake.on(f"^{verb}", lose)
    with pytest.raises((Unreachable, Unavailable, Garbled)):
        list(fakes.connect(fake).fetch([1]))


def test_the_log_and_the_repr_hold_no_secret(account, caplog):
    caplog.set_level(logging.DEBUG)
    server = account.server()
    account.append(b"Subject: private words\r\n\r\nprivate text\r\n")
    mailbox = account.connect(server=server)
    list(mailbox.fetch([1]))
    assert mailbox._connection._client._imap.debug == 0  # else imaplib makes a record of every message
    for secret in (server.password, "private"):
        assert secret not in caplog.text
        assert secret not in repr(server)


def bearer(*tokens):
    """Return how tokens are had: the given ones in turn; `renew` is noted in `asked`."""
    left = iter(tokens)

    def ask(*, renew=False):
        ask.asked.append(renew)
        return next(left)

    ask.asked = []
    return ask


@pytest.fixture
def token_server():
    with TokenServer() as server:
        server.tokens = {"good-token": ("oauth@example.jp", time.time() + 60)}
        yield server


@pytest.mark.parametrize("mechanisms", ["xoauth2 oauthbearer", "oauthbearer"])
def test_tokens(token_server, mechanisms):
    settings = f"auth_mechanisms = plain {mechanisms}"
    with Dovecot({"oauth@example.jp": "unused"}, oauth=token_server.introspection, settings=settings) as dovecot:
        server = Server("127.0.0.1", dovecot.tls_port, "tls", dovecot.user, ca_file=dovecot.ca_file)
        good, late, bad = bearer("good-token"), bearer("late-token", "good-token"), bearer("bad-token", "bad-token")
        for ask in (good, late):
            mailbox = connect("home", replace(server, oauth=ask))
            assert mailbox.open("INBOX").exists == 0
            mailbox.close()
        assert (good.asked, late.asked) == ([False], [False, True])
        used = "OAUTHBEARER" if mechanisms == "oauthbearer" else "XOAUTH2"
        assert f"method={used}" in dovecot.log()
        with pytest.raises(LoginRefused) as caught:
            connect("home", replace(server, oauth=bad))
        assert bad.asked == [False, True]
        assert "bad-token" not in "".join(traceback.format_exception(caught.value))
        wrong = bearer("wrong-token", "worse-token")
        with pytest.raises(LoginRefused) as caught:  # two wrong ones: no third is asked for
            connect("home", replace(server, oauth=wrong))
        assert "worse-token" not in "".join(traceback.format_exception(caught.value))
        with pytest.raises(Refused, match="control character"):
            connect("home", replace(server, oauth=bearer("good\x01token")))
