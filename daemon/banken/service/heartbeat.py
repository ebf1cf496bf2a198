"""Tell a service elsewhere that the watch is well: when the word stops coming, that service tells the worker."""

from __future__ import annotations

import urllib.request
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

_SECONDS = 15.0


def beat(url: str) -> str:
    """Fetch `url`; return what went wrong, "" when nothing did. The address itself is a secret and never told."""
    if urlsplit(url).scheme.lower() not in ("http", "https"):
        return "no address of the web"
    request = urllib.request.Request(url, headers={"User-Agent": "banken"})  # noqa: S310 - looked at above
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - as above
            answer.read(1024)
    except HTTPError as error:
        with error:
            return f"HTTP {error.code}"
    except URLError as error:
        return type(error.reason).__name__ if isinstance(error.reason, Exception) else "unreachable"
    except (OSError, HTTPException, ValueError) as error:
        return type(error).__name__
    return ""
