"""How fast a mailbox is read from a real Dovecot on loopback: `python -m tests.bench.mailbox [MESSAGES]`.

Speeds are given beside those of imapclient and of bare imaplib for the same messages in the same run, for two cores
that are shared with the server say little by themselves.
"""

from __future__ import annotations

import itertools
import resource
import ssl
import sys
import time
from collections.abc import Callable

from imapclient import IMAPClient
from tests.mailbox.letters import HEAD, attachment, letter, multipart, part
from tests.servers import Dovecot

from banken.mailbox.imap import ImapMailbox, Server, connect

_BATCH = 200
_BIG = 20


def main(count: int) -> None:
    """Fill a mailbox with `count` messages of 2 to 40 kB and some big ones, and print the table."""
    with Dovecot() as dovecot:
        bodies = [b"0123456789abcdef0123456789abcdef\r\n" * lines for lines in (50, 100, 200, 1200)]
        dovecot.fill("INBOX", (letter(number, bodies[number % 4]) for number in range(count)))
        text = part("text/plain; charset=utf-8", "詳しくは添付で。\r\n".encode())
        dovecot.fill("Big", (multipart(text, attachment(3_000_000), head=HEAD) for _ in range(_BIG)))
        uids = range(1, count + 1)
        for security in ("plain", "tls"):
            mailbox = _open(dovecot, security)
            mailbox.open("INBOX")
            base = _measure(f"{security}: fetch", count, lambda m=mailbox: _drain(m.fetch(uids)))
            _measure(f"{security}: headers", count, lambda m=mailbox: _drain(m.headers(uids)), base)
            _measure(f"{security}: uids", count, lambda m=mailbox: len(m.uids()), base)
            for name, debug in (("imapclient as it comes", 5), ("imapclient, debug=0", 0)):
                client = _client(dovecot, security, debug)
                _measure(f"{security}: {name}", count, lambda c=client: _imapclient(c, uids), base)
            client = _client(dovecot, security, 0)
            _measure(f"{security}: bare imaplib", count, lambda c=client: _imaplib(c, uids), base)
        mailbox.open("Big")
        _measure("tls: fetch, 3 MB attachments left there", _BIG, lambda: _drain(mailbox.fetch(range(1, _BIG + 1))))
        mailbox.close()
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def _open(dovecot: Dovecot, security: str) -> ImapMailbox:
    port = dovecot.port if security == "plain" else dovecot.tls_port
    return connect(
        "bench", Server("127.0.0.1", port, security, dovecot.user, dovecot.password, ca_file=dovecot.ca_file)
    )


def _client(dovecot: Dovecot, security: str, debug: int) -> IMAPClient:
    context = ssl.create_default_context(cafile=dovecot.ca_file)
    if security == "plain":
        client = IMAPClient(dovecot.host, dovecot.port, ssl=False)
    else:
        client = IMAPClient(dovecot.host, dovecot.tls_port, ssl_context=context)
    client._imap.debug = debug
    client.login(dovecot.user, dovecot.password)
    client.select_folder("INBOX", readonly=True)
    return client


def _drain(messages) -> int:
    return sum(1 for raw in messages if not raw.broken)


def _imapclient(client: IMAPClient, uids: range) -> int:
    batches = (list(itertools.islice(uids, at, at + _BATCH)) for at in range(0, len(uids), _BATCH))
    return sum(len(client.fetch(batch, ["FLAGS", "BODY.PEEK[]"])) for batch in batches)


def _imaplib(client: IMAPClient, uids: range) -> int:
    got = 0
    for at in range(0, len(uids), _BATCH):
        window = uids[at : at + _BATCH]
        data = client._imap.uid("FETCH", f"{window[0]}:{window[-1]}", "(UID FLAGS BODY.PEEK[])")[1]
        got += sum(isinstance(item, tuple) for item in data)
    return got


def _measure(name: str, count: int, run: Callable[[], int], base: float = 0.0) -> float:
    started = time.perf_counter()
    got = run()
    seconds = time.perf_counter() - started
    assert got == count, (name, got)
    ratio = f"{base and count / seconds / base:8.2f} x fetch" if base else ""
    print(f"{name:42} {count / seconds:10,.0f} messages/s {ratio}", flush=True)
    return count / seconds


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
