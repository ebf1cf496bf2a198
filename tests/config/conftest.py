from __future__ import annotations

import pytest

from banken.config import Loaded, load
from banken.i18n import set_language

GOOD = """\
language: {language}
accounts:
  - name: home
    imap: {{host: imap.example.jp, user: worker@example.jp, password: {{env: BANKEN_TEST}}}}
warn:
  to: [worker@example.jp]
"""


@pytest.fixture(autouse=True)
def _clean(monkeypatch, tmp_path):
    """No test sees this machine's configuration, home or language, and none leaves its language behind."""
    for name in ("BANKEN_CONFIG", "LC_ALL", "LC_MESSAGES", "LANG", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    set_language("en")
    yield
    set_language("ja")


@pytest.fixture
def config_file(tmp_path):
    """Return a function that writes config.yaml (0600) and returns its path."""

    def write(text: str | bytes):
        path = tmp_path / "config.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(0o600)
        return path

    return write


@pytest.fixture
def loaded(config_file):
    """Return a function that loads a good configuration with more lines behind it."""

    def of(more: str = "", language: str = "en") -> Loaded:
        return load(config_file(GOOD.format(language=language) + more))

    return of
