"""Notices by other ways than mail: what they tell, and that they really arrive."""

from __future__ import annotations

import dataclasses
import http.server
import json
import threading

import pytest
from tests.respond import scene

from banken.ledger import Ledger
from banken.respond import Warn, notify, owe, plan
from banken.respond.carry import carry_out
from banken.respond.post import PostError


@pytest.fixture
def site():
    """A web service that keeps what it is told, and answers with `site.status`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.server.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(self.server.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.told, server.status = [], 200
    server.url = f"json://127.0.0.1:{server.server_address[1]}/secret-path"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_notice_arrives(site):
    notify.send(lambda: site.url, "title", "text")
    (told,) = site.told
    assert told["title"] == "title"
    assert told["message"] == "text"


def test_a_service_that_is_down_is_tried_again_and_its_address_never_told(site, capfd):
    site.status = 500
    with pytest.raises(PostError) as caught:
        notify.send(lambda: site.url, "title", "text")
    assert not caught.value.permanent
    out = capfd.readouterr()
    assert "secret-path" not in str(caught.value) + out.out + out.err


def test_an_address_nobody_knows_is_refused_for_good():
    with pytest.raises(PostError) as caught:
        notify.send(lambda: "nosuchservice://secret-path", "title", "text")
    assert caught.value.permanent
    assert "secret-path" not in str(caught.value)


def facts():
    actions = plan(
        scene.verdict(), scene.message(), scene.Spoken(), scene.STANDING, spot=scene.SPOT, settings=scene.SETTINGS
    )
    return next(one.facts for one in actions if isinstance(one, Warn))


def test_a_warning_is_owed_to_each_way_and_carried_out_once(site):
    settings = dataclasses.replace(scene.SETTINGS, via="append", notify=(lambda: site.url, lambda: site.url))
    actions = plan(scene.verdict(), scene.message(), scene.Spoken(), scene.STANDING, spot=scene.SPOT, settings=settings)
    with Ledger.open(":memory:") as ledger:
        for _ in range(2):
            owe(ledger, "home", "print-1", actions, scene.NOW)
            carry_out(ledger, "home", scene.MemoryMailbox(), settings, None, clock=lambda: scene.NOW)
        assert len(site.told) == 2
        site.status = 503
        owe(ledger, "home", "print-2", actions, scene.NOW)
        carry_out(ledger, "home", scene.MemoryMailbox(), settings, None, clock=lambda: scene.NOW)
        assert {row.state for row in ledger.outbox.of("home", "print-2") if row.target.startswith("notify")} == {
            "retry"
        }


def test_by_default_no_word_of_the_mail_leaves_the_house():
    told = facts()
    title, text = notify.notice(told, "category")
    whole = title + text
    for private in (told.client, told.job, told.subject, *(q.words for p in told.points for q in p.quotes)):
        assert not private or private not in whole


def test_in_full_client_and_words_are_told():
    told = facts()
    _title, text = notify.notice(told, "full")
    assert told.client in text
    assert told.points[0].quotes[0].words in text
