"""Which deal a mail is about: numbers first, then title and client, the thread, the address, the name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from banken.deals.model import Key, Spoken, Tie
from banken.deals.names import Names, addresses, plain, stands_in
from banken.deals.register import Register
from banken.i18n import _
from banken.message.model import Message
from banken.words import Channel, SegmentKind

NUMBERS = ("contract", "proposal", "message", "job")
"""Numbers in addresses of the platform, the one that says most first."""

_SPOKEN = (SegmentKind.BODY, SegmentKind.SIGNATURE)
_LOOKED_AT = 20_000
"""Code points at either end of a direct mail in which names and titles are looked for."""

_MOST_TOLD = 20
"""Mail addresses of one notice that are taken for the client's: each is compared with every later mail."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What a mail has that can lead to a deal, made comparable."""

    numbers: tuple[Key, ...]
    title: str
    client: str
    threads: tuple[Key, ...]
    address: Key | None
    direct: bool

    @property
    def main(self) -> Key | None:
        """What names the deal best, "" for nothing."""
        if self.numbers:
            return self.numbers[0]
        if self.title:
            return Key("title", self.title)
        return Key("client", self.client) if self.client else self.address


def traits(spoken: Spoken, message: Message, names: Names) -> Traits:
    """Return the traits of a recognised mail."""
    direct = spoken.channel is Channel.DIRECT
    numbers = [Key(kind, str(getattr(spoken.ids, kind))) for kind in NUMBERS]
    threads = dict.fromkeys([*message.in_reply_to, *message.references, *conversation(message)])
    return Traits(
        numbers=tuple(key for key in numbers if key.value),
        title=plain(spoken.job),
        client="" if direct else names.name(spoken.client),
        threads=tuple(Key("thread", one) for one in threads),
        address=Key("address", spoken.client_address) if direct and spoken.client_address else None,
        direct=direct,
    )


def conversation(message: Message) -> tuple[str, ...]:
    """Return the server's own name of a mail's conversation, apart from every Message-ID; nothing where it has none."""
    return (f"conversation:{message.thread}",) if message.thread else ()


class Tier:
    """Ties one mail; every way returns the deals that fit, and the first way that finds one decides."""

    def __init__(self, register: Register, names: Names) -> None:
        self._register = register
        self._names = names

    def tie(self, spoken: Spoken, message: Message, found: Traits) -> Tie:
        """Return the deal and the reason."""
        ways: list[tuple[Callable[[], Iterable[str]], str, bool]] = [
            (lambda: self._by(found.numbers), _("the number in its link"), True),
            (lambda: self._titled(found), _("the job's title"), True),
            (lambda: self._client(found), _("the client's name"), False),
            (lambda: self._threaded(found), _("the thread of mails"), False),
        ]
        if found.direct:
            addressed = self._by([found.address] if found.address else [])
            text = _comparable(spoken, message)
            ways += [
                (lambda: self._named(addressed, text), _("the address and the job it names"), True),
                (lambda: addressed, _("the address of a known client"), False),
                (lambda: self._by_title_in(text), _("the job's title in its text"), False),
                (lambda: self._by_name_in(text), _("the client's name in its text"), False),
            ]
        for way, why, sure in ways:
            deals = tuple(dict.fromkeys(way()))
            if deals:
                return self._chosen(deals, message, why, sure=sure)
        return Tie("", _("no deal is known for it"))

    def all_numbered(self, found: Traits) -> tuple[str, ...]:
        """Return every deal that a genuine mail shows to be one, by its numbers: names may be a client's own choice."""
        return tuple(dict.fromkeys(self._by(found.numbers)))

    def _chosen(self, deals: Sequence[str], message: Message, why: str, *, sure: bool) -> Tie:
        if len(deals) == 1:
            return Tie(deals[0], why, sure)
        what = _("{why}; of {count} deals the one with the latest news")
        return Tie(self._register.latest(deals, message.date), what.format(why=why, count=len(deals)))

    def _by(self, keys: Iterable[Key]) -> list[str]:
        return [deal for key in keys for deal in self._register.by(key)]

    def _titled(self, found: Traits) -> Sequence[str]:
        """Return the deals of this title whose client is the same, or not known on either side."""
        if not found.title:
            return ()
        deals = self._register.by(Key("title", found.title))
        clients = {deal: self._register.keys_of(deal, "client") for deal in deals}
        exact = [deal for deal in deals if found.client and found.client in clients[deal]]
        return exact or [deal for deal in deals if not found.client or not clients[deal]]

    def _client(self, found: Traits) -> Sequence[str]:
        """Return the client's deals, when the mail names no title, or they have none yet."""
        if not found.client:
            return ()
        deals = self._register.by(Key("client", found.client))
        return [deal for deal in deals if not found.title or not self._register.keys_of(deal, "title")]

    def _threaded(self, found: Traits) -> Sequence[str]:
        """Return the deals of the thread, for a notice only when it says nothing itself.

        Servers make one conversation of all notices of one subject; a number, title or client that led nowhere so far is
        another deal's.
        """
        return self._by(found.threads) if found.direct or found.main is None else ()

    def _named(self, deals: Sequence[str], text: str) -> Sequence[str]:
        return [
            deal for deal in deals if any(stands_in(title, text) for title in self._register.keys_of(deal, "title"))
        ]

    def _by_title_in(self, text: str) -> Sequence[str]:
        """Return the deal whose title stands in the text; where several have it, only one whose client does, too."""
        titles = {key for key, _deal in self._register.keys("title") if stands_in(key.value, text)}
        deals = self._by(sorted(titles))
        if len(set(deals)) < 2:
            return deals
        return [deal for deal in deals if any(stands_in(n, text) for n in self._register.keys_of(deal, "client"))]

    def _by_name_in(self, text: str) -> Sequence[str]:
        keys = {key for key, _deal in self._register.keys("client") if stands_in(key.value, text)}
        return self._by(sorted(keys))


def told_addresses(spoken: Spoken, message: Message) -> Sequence[str]:
    """Return the mail addresses that a client wrote in a genuine notice: mail from there is the client's."""
    if not spoken.judged:
        return ()
    words = "\n".join(message.text[one.start : one.end] for one in spoken.segments if one.kind is SegmentKind.BODY)
    own = {one.address for one in message.recipients}
    return [one for one in addresses(words) if one not in own][:_MOST_TOLD]


def _comparable(spoken: Spoken, message: Message) -> str:
    """Return what a client wrote and signed, without quotes, for comparing."""
    words = [message.text[one.start : one.end] for one in message.segments if one.kind in _SPOKEN]
    said = "\n".join([spoken.client, message.subject, *words])
    return plain(said if len(said) <= 2 * _LOOKED_AT else said[:_LOOKED_AT] + said[-_LOOKED_AT:])
