"""Where secrets come from, and what happens when they cannot be had."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest
from tests.config.samples import CANARY, CONFIG

from banken.config import SecretError, load, sources
from banken.i18n import set_language


@pytest.fixture
def secret(config_file):
    """Return a function that reads a configuration with this password and returns the Secret."""

    def of(password: str):
        loaded = load(config_file(CONFIG.format(password=password)))
        return loaded.config.accounts[0].imap.password

    return of


def refusal(secret):
    with pytest.raises(SecretError) as caught:
        secret.reveal()
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (4, 44)
    assert problem.file.endswith("config.yaml")
    return problem


def script(tmp_path, body: str) -> Path:
    path = tmp_path / "fetch"
    path.write_text(f"#!{sys.executable}\n{body}\n")
    path.chmod(0o700)
    return path


# where they come from


def test_plain_text_is_taken_as_written(secret):
    assert secret(f'" {CANARY} "').reveal() == f" {CANARY} "
    assert secret("0123456").reveal() == "0123456"


def test_command_gives_its_first_line_and_no_shell_reads_it(secret, tmp_path):
    path = script(tmp_path, f"import sys; print('{CANARY}', *sys.argv[1:], sep='|'); print('second line')")
    assert secret(f"{{command: {path} a 'b c' $HOME ;}}").reveal() == f"{CANARY}|a|b c|$HOME|;"
    assert secret(f"{{command: [{path}, 'b  c']}}").reveal() == f"{CANARY}|b  c"


def test_file_gives_its_first_line(secret, tmp_path):
    (tmp_path / "password").write_bytes(b"\xef\xbb\xbf" + f"{CANARY} \r\nsecond line\n".encode())
    assert secret("{file: password}").reveal() == f"{CANARY} "  # relative to the configuration


def test_file_below_home(secret, tmp_path):
    (tmp_path / "home" / "p").write_text("パスワード")
    assert secret("{file: ~/p}").reveal() == "パスワード"


def test_environment(secret, monkeypatch):
    monkeypatch.setenv("BANKEN_TEST", CANARY)
    assert secret("{env: BANKEN_TEST}").reveal() == CANARY


def test_systemd_credential(secret, monkeypatch, tmp_path):
    (tmp_path / "mail").write_text(CANARY)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert secret("{credential: mail}").reveal() == CANARY


class MemoryKeyring(keyring.backend.KeyringBackend):
    priority = 1

    def __init__(self, entries):
        super().__init__()
        self.entries = entries

    def get_password(self, service, username):
        if username == "locked":
            raise keyring.errors.KeyringLocked("locked")
        return self.entries.get((service, username))

    def set_password(self, service, username, password):
        raise NotImplementedError

    def delete_password(self, service, username):
        raise NotImplementedError


@pytest.fixture
def _memory_keyring():
    before = keyring.get_keyring()
    keyring.set_keyring(MemoryKeyring({("banken/mail", "w@example.jp"): CANARY}))
    yield
    keyring.set_keyring(before)


@pytest.mark.usefixtures("_memory_keyring")
def test_keyring(secret):
    assert secret("{keyring: banken/mail/w@example.jp}").reveal() == CANARY
    problem = refusal(secret("{keyring: banken/nobody}"))
    assert problem.what == "the keyring holds no “banken/nobody”"
    assert problem.todo == "keyring set banken nobody"
    assert "locked" in refusal(secret("{keyring: banken/locked}")).what


def test_keyring_is_an_extra(secret, monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    problem = refusal(secret("{keyring: banken/w}"))
    assert "not installed" in problem.what
    assert problem.todo == "pip install 'banken[keyring]'"


def test_a_machine_without_any_keyring(secret):
    from keyring.backends.fail import Keyring as NoKeyring

    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    try:
        problem = refusal(secret("{keyring: banken/w}"))
    finally:
        keyring.set_keyring(before)
    assert "does not give" in problem.what
    assert "file:" in problem.todo


# when they are fetched


def test_nothing_is_fetched_before_it_is_needed_and_then_once(secret, tmp_path):
    count = tmp_path / "count"
    path = script(tmp_path, f"open({str(count)!r}, 'a').write('x'); print(len(open({str(count)!r}).read()))")
    password = secret(f"{{command: {path}}}")
    assert not count.exists()
    threads = [threading.Thread(target=password.reveal) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert password.reveal() == "1"
    assert count.read_text() == "x"
    assert password.reveal(fresh=True) == "2"
    assert password.reveal() == "2"


def test_a_failure_is_not_remembered(secret, monkeypatch):
    password = secret("{env: BANKEN_TEST}")
    refusal(password)
    monkeypatch.setenv("BANKEN_TEST", CANARY)
    assert password.reveal() == CANARY


# when they cannot be had

FAILURES = {
    "{env: BANKEN_TEST}": ("BANKEN_TEST is not set", "set it"),
    "{file: missing}": ("missing” cannot be read: No such file", "check its name"),
    "{file: .}": ("cannot be read: Is a directory", "check its name"),
    "{command: no-such-program-here}": ("“no-such-program-here” cannot be run", "check its name"),
    '{command: "false"}': ("“false” failed with exit code 1", "try it by hand"),
    '{command: "true"}': ("“true” gives an empty first line", "put the secret there"),
    "{command: [printf, '\\377']}": ("gives no text", "UTF-8"),
    "{command: [printf, 'a\\033b']}": ("control character", "anew"),
    "{command: [printf, '\\n\\nsecond']}": ("empty first line", "put the secret there"),
    "{credential: mail}": ("no credentials", "LoadCredential=mail:"),
}


@pytest.mark.parametrize("written", FAILURES)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_failure_is_one_line_with_its_place(secret, written, language):
    password = secret(written)
    set_language(language)
    problem = refusal(password)
    assert "\n" not in str(problem)
    if language == "en":
        what, todo = FAILURES[written]
        assert what in problem.what
        assert todo in problem.todo


def test_a_command_says_why_it_failed_but_never_what_it_printed(secret, tmp_path):
    loud = script(tmp_path, "import sys; sys.exit('the store is locked')")
    assert refusal(secret(f"{{command: {loud}}}")).todo == "the store is locked"
    blab = script(tmp_path, f"import sys; print('{CANARY}', flush=True); sys.exit('got {CANARY} but failed')")
    assert CANARY not in str(refusal(secret(f"{{command: {blab} {CANARY}}}")))


def test_a_command_that_hangs_is_ended_with_all_it_started(secret, tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "COMMAND_SECONDS", 1.5)
    pid = tmp_path / "pid"
    path = script(
        tmp_path,
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(pid)!r}, 'w').write(str(child.pid))\n"
        "child.wait()",
    )
    started = time.monotonic()
    problem = refusal(secret(f"{{command: {path}}}"))
    assert time.monotonic() - started < 20
    assert "took longer than 1.5 s" in problem.what
    assert "must not ask" in problem.todo
    child = int(pid.read_text())
    assert _ended(child), "the grandchild lives on"


def _ended(pid: int) -> bool:
    """Whether the process is gone (or a zombie that its new parent has not fetched yet) within five seconds."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return False


def test_a_command_gets_no_terminal_to_ask_on(secret, tmp_path):
    path = script(tmp_path, "import sys; print(repr(sys.stdin.read()))")
    reading, writing = os.pipe()
    os.write(writing, b"typed by somebody")
    os.close(writing)
    before = os.dup(0)
    os.dup2(reading, 0)
    try:
        assert secret(f"{{command: {path}}}").reveal() == "''"
    finally:
        os.dup2(before, 0)
        os.close(before)
        os.close(reading)
