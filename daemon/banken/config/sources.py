"""Where a secret can lie, and how it is fetched from there.

Each source is plain data with `fetch`, which returns the secret or raises Mistake with a line for people that never
holds the secret, and `doubt`, which says before the first use what is careless about it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import unicodedata
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path

from banken.i18n import _
from banken.strictyaml import Mistake, shown

COMMAND_SECONDS = 30.0
"""How long a command may take; a password manager that asks a person for its own password needs some."""
_BIGGEST = 64 * 1024


class Source(ABC):
    """One place where a secret lies."""

    __slots__ = ()

    @abstractmethod
    def fetch(self) -> str:
        """Return the secret; raises Mistake."""

    def doubt(self) -> tuple[str, str] | None:
        """Return what is careless about keeping it there and what to do instead, or None."""
        return None


@dataclass(frozen=True, slots=True)
class Plain(Source):
    """The secret itself, written in the configuration; `careless` tells whether to warn about it."""

    value: str = field(repr=False)
    careless: bool = True

    def fetch(self) -> str:
        """Return what is written."""
        return self.value

    def doubt(self) -> tuple[str, str] | None:
        """Return that others may read it here too."""
        if not self.careless:
            return None
        return _("a secret stands here in plain text"), _("use command:, file:, env:, credential: or keyring:")


@dataclass(frozen=True, slots=True)
class Command(Source):
    """The first line that a command prints; it runs without a shell."""

    argv: tuple[str, ...] = field(repr=False)

    def fetch(self) -> str:
        """Run the command and return its first line; raises Mistake."""
        name = shown(self.argv[0])  # the arguments stay unsaid: somebody may have put a secret there
        code, out, complaint = self._run(name)
        if code:
            what = _("the command “{name}” failed with exit code {code}").format(name=name, code=code)
            raise Mistake(what, complaint or _("try it by hand"))
        return _first_line(out, _("the command “{name}”").format(name=name))

    def _run(self, name: str) -> tuple[int, bytes, str]:
        """Return exit code, standard output and the last line of complaint."""
        try:
            process = subprocess.Popen(  # noqa: S603 - running the worker's own command is what `command:` is for
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,  # so that what it started ends with it
            )
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            what = _("the command “{name}” cannot be run: {why}").format(name=name, why=why)
            raise Mistake(what, _("check its name and its path")) from None
        with process:
            try:
                out, err = process.communicate(timeout=COMMAND_SECONDS)
            except BaseException as error:  # Ctrl-C too: the command, in a session of its own, does not hear it
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                if not isinstance(error, subprocess.TimeoutExpired):
                    raise
                what = _("the command “{name}” took longer than {seconds} s")
                what = what.format(name=name, seconds=f"{COMMAND_SECONDS:g}")
                raise Mistake(what, _("try it by hand; it must not ask for anything")) from None
        return process.returncode, out, _complaint(err, out)


@dataclass(frozen=True, slots=True)
class File(Source):
    """The first line of a file."""

    path: Path

    def fetch(self) -> str:
        """Read the file; raises Mistake."""
        try:
            with self.path.open("rb") as file:
                raw = file.read(_BIGGEST)
        except OSError as error:
            what = _("the file “{name}” cannot be read: {why}").format(name=self.path, why=error.strerror or error)
            raise Mistake(what, _("check its name, its owner and its mode")) from None
        return _first_line(raw, _("the file “{name}”").format(name=self.path))

    def doubt(self) -> tuple[str, str] | None:
        """Return that others can read the file."""
        # Docker mounts its secrets as 0444 below /run/secrets; there only the container sees them.
        if self.path.is_relative_to("/run/secrets") or not open_to_others(self.path):
            return None
        what = _("others on this machine can read the file “{name}”").format(name=self.path)
        return what, f"chmod 600 {self.path}"


@dataclass(frozen=True, slots=True)
class Env(Source):
    """An environment variable."""

    name: str

    def fetch(self) -> str:
        """Look it up; raises Mistake."""
        if value := os.environ.get(self.name, ""):
            return value
        raise Mistake(_("the environment variable {name} is not set").format(name=self.name), _("set it"))


@dataclass(frozen=True, slots=True)
class Credential(Source):
    """A systemd credential (systemd.exec(5), CREDENTIALS)."""

    name: str

    def fetch(self) -> str:
        """Read the credential's file; raises Mistake."""
        folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
        if not folder:
            what = _("systemd has given no credentials to this process")
            raise Mistake(what, _("run it as a service with LoadCredential={name}:…").format(name=self.name))
        return File(Path(folder) / self.name).fetch()


@dataclass(frozen=True, slots=True)
class Keyring(Source):
    """An entry of the operating system's keyring."""

    service: str
    user: str

    def fetch(self) -> str:
        """Ask the keyring; raises Mistake."""
        try:
            import keyring  # noqa: PLC0415 - optional: a server without a desktop has none
            from keyring.errors import KeyringError  # noqa: PLC0415
        except ImportError:
            what = _("the package keyring is not installed")
            raise Mistake(what, "pip install 'banken[keyring]'") from None
        entry = f"{self.service}/{self.user}"
        try:
            value = keyring.get_password(self.service, self.user)
        except KeyringError as error:
            what = _("the keyring does not give “{entry}”: {why}").format(entry=entry, why=shown(error))
            raise Mistake(what, _("unlock it, or use command: or file: on a machine without a desktop")) from None
        if value:
            return value
        what = _("the keyring holds no “{entry}”").format(entry=entry)
        raise Mistake(what, f"keyring set {self.service} {self.user}")


def open_to_others(path: Path) -> bool:
    """Return whether users beside the owner can read the file; False when it cannot be looked at.

    The group counts only for a file of our own: one that belongs to root and that we read through its group (a
    service's 0640 in /etc) is well kept.
    """
    try:
        found = path.stat()
    except OSError:
        return False
    if not stat.S_ISREG(found.st_mode):
        return False
    watched = 0o077 if found.st_uid == os.geteuid() else 0o007
    return bool(stat.S_IMODE(found.st_mode) & watched)


def _first_line(raw: bytes, whence: str) -> str:
    """Return the first line without its end; raises Mistake when it is empty or no text."""
    try:
        line = raw.decode("utf-8-sig").partition("\n")[0].rstrip("\r")
    except UnicodeDecodeError:
        raise Mistake(_("{whence} gives no text").format(whence=whence), _("it must be UTF-8")) from None
    if not line.strip():
        raise Mistake(_("{whence} gives an empty first line").format(whence=whence), _("put the secret there"))
    return line


def _complaint(err: bytes, out: bytes) -> str:
    """Return the last line of standard error, unless it repeats what the command printed (perhaps the secret)."""
    lines = err.decode("utf-8", "replace").strip().splitlines()
    secret = out.decode("utf-8", "replace").strip()
    last = lines[-1] if lines else ""
    return "" if secret and secret in last else shown(last) if last else ""


def printable(secret: str) -> bool:
    """Return whether `secret` is free of control characters, which must never reach a mail server's command line."""
    return not any(unicodedata.category(char) == "Cc" for char in secret)
