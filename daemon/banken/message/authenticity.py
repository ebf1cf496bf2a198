"""Is a mail really from the platform that it names? Only what the worker's own server, or a signature, vouches for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from banken.i18n import _
from banken.message import addresses, authresults, headers, lookalike, mime, signatures
from banken.message.authresults import Result
from banken.message.dns import Dns, Resolver
from banken.message.domains import organisation, within
from banken.message.headers import Fields
from banken.message.limits import Budget
from banken.message.model import Message
from banken.message.notes import Note
from banken.message.provider import learn_authserv
from banken.words import Authentic

__all__ = ["Authenticity", "Dns", "Resolver", "authenticate", "learn_authserv"]

_INCOMPLETE = frozenset({Note.OMITTED, Note.CUT_MESSAGE})
_FAILED = frozenset({"fail", "permerror", "policy"})
_NO_SPF = frozenset({"fail", "softfail", "none", "neutral", "permerror", ""})


@dataclass(frozen=True, slots=True)
class Authenticity:
    """What is known of a sender: the result, why in words, and why it looks like an impostor ("" when it does not)."""

    result: Authentic
    why: str
    impersonates: str = ""


def authenticate(
    message: Message,
    *,
    domains: Sequence[str],
    trusted: Sequence[str] = (),
    resolver: Resolver | None = None,
) -> Authenticity:
    """Return whether `message` is from the platform that sends from `domains` (and what lies under them).

    `trusted` are the authserv-ids of the worker's own mail server (RFC 8601); without any, an Authentication-Results
    field above every Received field counts, for nobody else could put it there. `resolver` fetches DKIM keys; None means
    that nothing is asked of the network.
    Verified is a mail whose From lies in `domains` with a pass that is aligned to it (RFC 7489 section 3.1); forged one for
    which the trusted server says the contrary; everything else is unverified. Never raises.
    """
    impersonates = lookalike.reason(message, domains)
    own = within(message.sender.domain, domains)
    fields, _end = headers.parse(mime.lines(message.raw), 0, Budget(), top=True)
    if not own:
        return Authenticity(
            Authentic.UNVERIFIED,
            _own_word(authresults.believed(fields, trusted or _above_all(fields))),
            impersonates,
        )
    result, why = _Check(message, fields, own, trusted, resolver).result()
    return Authenticity(result, why, impersonates)


class _Check:
    """The check of one mail that claims to be from the platform's domain `own`."""

    def __init__(
        self, message: Message, fields: Fields, own: str, trusted: Sequence[str], resolver: Resolver | None
    ) -> None:
        self.message = message
        self.fields = fields
        self.own = own
        self.trusted = trusted or _above_all(fields)
        self.resolver = resolver
        self.results = authresults.believed(fields, self.trusted)

    def result(self) -> tuple[Authentic, str]:
        if doubt := self._doubt():  # keeps a mail from being believed, not from being called forged
            failed = _failed(self.results)
            return (Authentic.FORGED, self._says(failed)) if failed else (Authentic.UNVERIFIED, doubt)
        if passed := self._passed(self.results):
            return Authentic.VERIFIED, self._says(passed)
        if self.resolver is not None and not _INCOMPLETE.intersection(self.message.notes):
            if any(within(signer, (self.own,)) for signer in signatures.signers(self.message.raw, self.resolver)):
                return Authentic.VERIFIED, _("its DKIM signature by {domain} holds").format(domain=self.own)
            if why := self._forwarded(self.resolver):
                return Authentic.VERIFIED, why
        if failed := _failed(self.results):
            return Authentic.FORGED, self._says(failed)
        return Authentic.UNVERIFIED, self._why_not()

    def _doubt(self) -> str:
        """Return why nothing that is said about the sender counts, "" when it may."""
        if len(self.fields.all("from")) != 1 or len(addresses.parse(self.fields.all("from"), Budget())) != 1:
            return _("it names more than one sender")
        if Note.HEADER_REPEATED in self.message.notes:  # a signature holds for the lowest one, and the topmost is read
            return _("a header field that may stand only once stands there several times")
        return ""

    def _passed(self, results: Iterable[Result]) -> str:
        """Return the aligned pass among `results` in short, "" for none, or when DMARC (RFC 7489) failed all the same."""
        results = list(results)
        if any(each.method == "dmarc" and each.result == "fail" for each in results):
            return ""
        for each in results:
            if each.result == "pass" and self._is_aligned(each):
                return f"{each.method}=pass"
        return ""

    def _is_aligned(self, result: Result) -> bool:
        if result.method == "dmarc":
            claimed = result.get("header.from") or self.message.sender.domain
        elif result.method == "dkim":
            claimed = result.get("header.d") or result.get("header.i")
        elif result.method == "spf":
            claimed = result.get("smtp.mailfrom", "smtp.mail", "smtp.from")
        else:
            return False
        return bool(within(claimed.rpartition("@")[2].rstrip("."), (self.own,)))

    def _forwarded(self, resolver: Resolver) -> str:
        """Return why a forwarded mail is believed: a server we trust sealed what it had seen (ARC), "" if not so."""
        if not self.fields.all("arc-seal"):
            return ""
        seal = signatures.sealed(self.message.raw, resolver)
        if seal is None:
            return ""
        sealer, statement = seal
        ours = authresults.trusts(self.trusted, statement.authserv) and organisation(sealer) == organisation(
            statement.authserv
        )
        passed = self._passed(statement.results) if ours else ""
        return _("{server} forwarded it and had found {what}").format(server=sealer, what=passed) if passed else ""

    def _says(self, what: str) -> str:
        return _("{server} says {what}").format(server=self._server(), what=what)

    def _server(self) -> str:
        return next((each.authserv for each in authresults.statements(self.fields)), "") or _("your mail server")

    def _why_not(self) -> str:
        if not self.fields.all(authresults.FIELD):
            return _("your mail server says nothing about the sender")
        if not self.results:
            return _("what is said about the sender was not said by your mail server")
        return _("your mail server found neither proof nor disproof of the sender")


def _own_word(results: Sequence[Result]) -> str:
    """Return what is known of the sender of a mail that does not claim to be the platform's."""
    if any(each.method == "dmarc" and each.result == "fail" for each in results):
        return _("not a mail of the platform's; its sender's address may be a false one")
    return _("not a mail of the platform's; whether it is really from the client was not confirmed")


def _failed(results: Sequence[Result]) -> str:
    """Return in short why the results say that the mail is not from its From domain, "" when they do not."""
    said = {each.method: each.result for each in reversed(results)}
    if said.get("dmarc") == "fail":
        return "dmarc=fail"
    if said.get("dkim") in _FAILED and said.get("spf", "") in _NO_SPF:  # a forwarder's own spf=pass proves nothing
        return f"dkim={said['dkim']}"
    return ""


def _above_all(fields: Fields) -> tuple[str, ...]:
    """Return the authserv-id of an Authentication-Results field that stands above every Received field.

    Every server on the way puts its Received field on top of what it was given; so what stands above the topmost one was
    written by the last server, the worker's own. Fields keep the order in which their names first appear.
    """
    names = list(fields.values)
    if authresults.FIELD not in names:
        return ()
    if "received" in names and names.index("received") < names.index(authresults.FIELD):
        return ()
    first = next(iter(authresults.statements(fields)), None)
    return (first.authserv,) if first and first.authserv else ()
