"""Authentication-Results (RFC 8601): what the worker's own mail server found out about a sender."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import authres

from banken.interrupt import unbroken
from banken.message import headers
from banken.message.headers import Fields

FIELD = "authentication-results"
_LONGEST = 20_000
_MOST_RESULTS = 50
_MOST_FIELDS = 50
_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[();]|[^"();\\]+|.', re.DOTALL)
# Yahoo! JAPAN: "mta1.mail.example.yahoo.co.jp  from=example.jp; dkim=pass ..." (seen up to 2026)
_EXTRA = re.compile(r"^([^\s=]+)\s+from=\S*$")
_INSTANCE = re.compile(r"^\s*i\s*=\s*\d+\s*;")


@dataclass(frozen=True, slots=True)
class Result:
    """One method's result (RFC 8601 section 2.2); properties by "type.name", lower-cased."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...] = ()

    def get(self, *names: str) -> str:
        """Return the first property of `names` that is given, "" for none."""
        said = dict(self.properties)
        return next((said[name] for name in names if name in said), "")


@dataclass(frozen=True, slots=True)
class Statement:
    """One Authentication-Results field: who says so ("" when it does not say, as Microsoft 365), and what."""

    authserv: str
    results: tuple[Result, ...]


def statements(fields: Fields) -> list[Statement]:
    """Return the statements of a mail, topmost first; those that break the syntax say nothing, yet keep their place."""
    return [parse(headers.unfold(raw[:_LONGEST])) for raw in fields.all(FIELD)[:_MOST_FIELDS]]


def parse(value: str) -> Statement:
    """Return the statement that a field's `value` makes.

    Comments go first, whole and in one pass, for a sender's own words may stand in them ("domain of …"). Then each result
    is read by `authres`; one that it refuses is left out, and unbalanced brackets or quotes leave all of them out.
    """
    pieces = _pieces(_INSTANCE.sub("", value))
    if not pieces:
        return Statement("", ())
    first = _EXTRA.sub(r"\1", pieces[0].strip())
    if "=" in first:
        authserv, rest = "", pieces
    else:
        authserv, rest = first.split(" ")[0].lower(), pieces[1:]
    return Statement(authserv, tuple(result for piece in rest[:_MOST_RESULTS] for result in _results(piece)))


def _pieces(value: str) -> list[str]:
    """Return what stands between the semicolons of `value`, comments taken out; nothing when brackets do not match."""
    pieces = [""]
    depth = 0
    for word in _WORD.findall(value):
        if word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
            if depth < 0:
                return []
        elif depth or word in ('"', "\\"):
            if word == '"':
                return []
        elif word == ";":
            pieces.append("")
        else:
            pieces[-1] += word
    return [] if depth else [piece.strip() for piece in pieces]


def _results(piece: str) -> Iterable[Result]:
    try:
        with unbroken():  # authres catches whatever comes between two properties, Ctrl-C as well
            found = authres.AuthenticationResultsHeader.parse_value(f"x; {' '.join(piece.split())}").results
    except (authres.AuthResError, ValueError, RecursionError):
        return
    for each in found:
        said = tuple((f"{one.type}.{one.name}".lower(), str(one.value).strip('"').lower()) for one in each.properties)
        yield Result(str(each.method).lower(), str(each.result).lower(), said)


def believed(fields: Fields, trusted: Sequence[str]) -> list[Result]:
    """Return the results that the worker's mail server itself wrote.

    Only the topmost statement counts, for what stands below may have come with the mail. A server that writes a field
    for each method under names of its own (iCloud) is believed once for each name and each method.
    """
    results: list[Result] = []
    heard: set[str] = set()
    methods: set[str] = set()
    for statement in statements(fields):
        authserv = statement.authserv or implied(fields)
        if not trusts(trusted, authserv) or authserv in heard:
            break
        told = {each.method for each in statement.results}
        if heard and (len(told) > 1 or told & methods):
            break
        results += statement.results
        if len(told) > 1 or authserv in _names(trusted):
            break
        heard.add(authserv)
        methods |= told
    return results


def trusts(trusted: Sequence[str], authserv: str) -> bool:
    """Return whether `authserv` is one of `trusted`, or a host below one (providers name the machine)."""
    name = authserv.lower().rstrip(".")
    return bool(name) and any(each and (name == each or name.endswith("." + each)) for each in _names(trusted))


def _names(trusted: Sequence[str]) -> list[str]:
    return [each.strip().lower().strip(".") for each in trusted]


_BY = re.compile(r"\bby\s+([A-Za-z0-9.-]{1,253})")


def implied(fields: Fields) -> str:
    """Return the host that stands for Microsoft's statements, which name none; "" when it was not Microsoft's."""
    for raw in fields.all("received")[:1]:
        match = _BY.search(headers.unfold(raw[:_LONGEST]))
        if match and match[1].lower().endswith(".outlook.com"):
            return match[1].lower()
    return ""
