"""A web service on loopback that keeps what it is told, as ntfy's or a webhook would."""

from __future__ import annotations

import http.server
import json
import threading


class WebSink:
    """A context manager; `told` holds title and text of each notice, `status` is what it answers."""

    def __init__(self):
        self.told, self.status, sink = [], 200, self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if sink.status == 200:
                    sink.told.append((sent["title"], sent["message"]))
                self.send_response(sink.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"json://127.0.0.1:{self._server.server_address[1]}/secret-path"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def titles(self):
        return [title for title, _text in self.told]

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
