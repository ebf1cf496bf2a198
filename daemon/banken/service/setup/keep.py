"""Where a secret is kept, and files that only their owner may read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from banken import places
from banken.i18n import _

SERVICE = "banken"
"""The service's name in the key ring."""


class KeepError(Exception):
    """A file or a secret could not be written; the text says why."""


def private_file(path: Path, text: str, *, replace: bool = False) -> None:
    """Write `text` to a file of its owner alone (0600), as a whole or not at all. Raises KeepError."""
    try:
        if path.exists() and not replace:
            raise KeepError(_("{path} is there already").format(path=path))
        places.private_file(path, text)
    except OSError as error:
        raise KeepError(_("cannot write {path}: {why}").format(path=path, why=error.strerror or error)) from None


def keep_in_file(secret: str, path: Path) -> dict[str, Any]:
    """Keep a secret in a file (0600); return what to write into the configuration. Raises KeepError."""
    private_file(path, secret + "\n", replace=True)
    return {"file": str(path)}


def has_keyring() -> bool:
    """Return whether there is a key ring that could take a secret; a server without a desktop has none."""
    try:
        import keyring  # noqa: PLC0415 - an extra that need not be there
        from keyring.backends.fail import Keyring as Nowhere  # noqa: PLC0415
    except ModuleNotFoundError:
        return False
    return not isinstance(keyring.get_keyring(), Nowhere)


def keep_in_keyring(secret: str, user: str, service: str = SERVICE) -> dict[str, Any]:
    """Keep a secret in the desktop's key ring as `service`/`user`; return what to write into the configuration.

    Raises KeepError.
    """
    try:
        import keyring  # noqa: PLC0415 - an extra that need not be there
        from keyring.errors import KeyringError  # noqa: PLC0415
    except ModuleNotFoundError:
        raise KeepError(_("the key ring needs one more library: pip install 'banken[keyring]'")) from None
    try:
        keyring.set_password(service, user, secret)
    except (KeyringError, RuntimeError) as error:
        raise KeepError(_("the key ring does not take it: {why}").format(why=error)) from None
    return {"keyring": f"{service}/{user}"}
