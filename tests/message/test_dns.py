"""Answers of the domain name system: remembered, bounded, and silence asked again."""

import threading

import dns.resolver

from banken.message.dns import Dns


class _Answer(list):
    class rrset:  # noqa: N801 - as dnspython names it
        ttl = 300


class _Record:
    strings = (b"v=DKIM1; ", b"p=abc")


class _Server:
    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.asked = 0

    def resolve(self, name, kind, lifetime):
        self.asked += 1
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def test_answers_are_remembered_and_silence_is_not():
    server = _Server(
        _Answer([_Record()]),
        dns.resolver.LifetimeTimeout(timeout=1, errors=[]),
        _Answer([_Record()]),
        dns.resolver.NXDOMAIN(),
    )
    ask = Dns(resolver=server, most=2)
    assert ask("a.example") == ask("A.example.") == b"v=DKIM1; p=abc"
    assert server.asked == 1
    assert ask("b.example") is None
    assert ask("b.example") == b"v=DKIM1; p=abc"
    assert ask("c.example") is None
    assert ask("c.example") is None
    assert server.asked == 4


def test_the_memory_is_bounded_and_shared_by_threads():
    server = _Server(*[_Answer([_Record()]) for _ in range(200)])
    ask = Dns(resolver=server, most=10)
    threads = [threading.Thread(target=lambda: [ask(f"{each}.example") for each in range(20)]) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ask._known) == 10


def test_a_name_that_is_no_name_is_no_trouble():
    assert Dns(resolver=dns.resolver.Resolver(configure=False))("a" * 300 + "..") is None
