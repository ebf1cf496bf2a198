"""What the service does not load, and that it shares what can be shared."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from tests.bench.memory import resident
from tests.certificates import Authority

from banken.judge.spelling import spellings
from banken.mailbox.trust import tls_context
from banken.places import rules_root
from banken.service import memory

ELSEWHERE = (
    *("alembic", "apprise", "mailparser", "prometheus_client", "keyring", "psycopg", "pymap", "numpy", "babel"),
    *("msal", "google", "requests", "oauthlib"),
    *("typer", "rich", "pygments", "yaml", "jinja2", "dkim", "dns", "http", "sqlalchemy.dialects.postgresql"),
    *("banken.cli", "banken.report", "banken.service.checkup"),
)
"""What the command line, other verbs, or options that are off need, and what a warning needs."""

STARTED = """
import sys
sys.argv = ["banken", "human", "no-such-file"]
import runpy
try:
    runpy.run_module("banken.service", run_name="__main__")
except SystemExit as end:
    assert end.code == 2
print("\\n".join(name for name, module in sys.modules.items() if module is not None))
"""


def test_the_service_loads_nothing_that_only_other_verbs_need():
    done = subprocess.run([sys.executable, "-c", STARTED], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "banken.service.watch" in loaded
    assert "banken.service.apart" in loaded
    assert not [name for name in ELSEWHERE if name in loaded]


def test_connections_share_their_authorities_until_these_are_renewed(tmp_path):
    authority = Authority(tmp_path)
    first = tls_context(authority.ca_file)
    assert tls_context(authority.ca_file) is first
    assert tls_context() is tls_context()
    assert tls_context() is not first
    authority.ca_file.write_text(authority.ca_file.read_text() * 2)
    os.utime(authority.ca_file, (1, 1))
    assert tls_context(authority.ca_file) is not first
    with pytest.raises(OSError):
        tls_context(tmp_path / "none")


def test_compiled_rules_keep_nothing_that_only_compiling_needs():
    from banken import judge

    book = judge.load(rules_root(), reader=False).book
    assert spellings.cache_info().currsize
    book.compile()
    assert not spellings.cache_info().currsize
    assert {"lexicon", "grammar", "disguises", "letting_go", "looks"} <= vars(book).keys()


def test_memory_is_given_back():
    memory.few_heaps()
    pieces = [bytes(2000) for _ in range(20_000)]
    full = resident()
    kept = pieces[::100]  # what lies between is free, and yet held by glibc
    del pieces
    held = resident()
    memory.give_back()
    assert held > full - 10_000
    assert resident() < full - 25_000
    assert len(kept) == 200
