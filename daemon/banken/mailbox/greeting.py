"""Whether a server that says nothing waits for TLS: the port was taken for one that begins without encryption.

IMAP (RFC 9051 section 7.1.5) and SMTP (RFC 5321 section 3.1) servers speak first; with TLS from the start (RFC 8314) the
client does. Each would wait for the other until a timeout, after which nobody knew why.
"""

from __future__ import annotations

import contextlib
import socket
import ssl

SILENCE = 3.0
"""Seconds of silence after which it is asked whether the port speaks TLS; servers that greet late are waited for all the same."""

_NOT_TLS = ("WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "HTTP_REQUEST", "UNEXPECTED_EOF_WHILE_READING")


def waits_for_tls(sock: socket.socket, host: str, port: int) -> bool:
    """Return whether the server at the other end of `sock` says nothing, but would answer TLS (in seconds: `SILENCE`).

    Nothing is read from `sock`; TLS is tried on a connection of its own, over which nothing else is sent. Raises OSError.
    """
    return not _speaks(sock) and _answers_tls(host, port)


def _speaks(sock: socket.socket) -> bool:
    """Return whether the server says anything soon, be it that it hangs up."""
    patience = sock.gettimeout()
    sock.settimeout(SILENCE if patience is None else min(SILENCE, patience / 2))
    try:
        sock.recv(1, socket.MSG_PEEK)
    except TimeoutError:
        return False
    finally:
        sock.settimeout(patience)
    return True


def _answers_tls(host: str, port: int) -> bool:
    # Whose certificate it is does not matter here: nothing is said, and nothing that is heard is believed.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with contextlib.suppress(OSError, ValueError), socket.create_connection((host, port), timeout=SILENCE) as sock:
        try:
            context.wrap_socket(sock, server_hostname=host).close()
        except ssl.SSLError as error:  # an alert is TLS too
            return bool(error.reason) and error.reason not in _NOT_TLS
        return True
    return False
