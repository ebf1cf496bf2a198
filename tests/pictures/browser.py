"""A headless Chromium, spoken to over a pipe (DevTools protocol): pages are measured and photographed."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")

FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe"),
    *("--disable-background-networking", "--no-first-run"),
)

CONTRAST = """
(() => {
  const parse = c => { const m = c.match(/[\\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; };
  const lum = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
  const bad = [];
  for (const e of document.querySelectorAll('main *')) {
    if (e.closest('svg') || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    let up = e, back = [0, 0, 0, 0];
    while (up && back[3] === 0) { back = parse(getComputedStyle(up).backgroundColor); up = up.parentElement; }
    const [x, y] = [lum(parse(getComputedStyle(e).color)), lum(back)].sort((a, b) => b - a);
    const ratio = (x + 0.05) / (y + 0.05);
    if (ratio < 4.5) bad.push(`${e.tagName}.${e.className} ${ratio.toFixed(2)}`);
  }
  return [...new Set(bad)];
})()
"""
"""Elements whose letters stand out less than WCAG 2.2 level AA asks for (4.5:1)."""


class Browser:
    """A context manager; `shoot` one page after the other."""

    def __init__(self) -> None:
        program = next(filter(None, map(shutil.which, NAMES)), None)
        if program is None:
            raise SystemExit("no Chromium here: install the package chromium")
        self._profile = tempfile.mkdtemp(prefix="pictures-")
        (theirs_in, self._out), (self._in, theirs_out) = os.pipe(), os.pipe()

        def hand_over() -> None:
            low, high = os.dup(theirs_in), os.dup(theirs_out)
            os.dup2(low, 3)
            os.dup2(high, 4)

        self._process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={self._profile}", "about:blank"],
            preexec_fn=hand_over,  # noqa: PLW1509 - the pipe must stand at 3 and 4, and there is no thread here
            pass_fds=(3, 4),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._number, self._rest, self._session = 0, b"", None
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._call("Page.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        with suppress(OSError):
            self._session = None
            self._send("Browser.close")
        self._process.wait(20)
        shutil.rmtree(self._profile, ignore_errors=True)

    def shoot(self, html: str, to: Path, width: int, *, dark: bool = False, tallest: int = 6000) -> list[str]:
        """Write a picture of a page; return what is wrong with it: wider than the screen, letters too faint."""
        page = Path(self._profile) / "page.html"
        page.write_text(html, encoding="utf-8")
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
        self._call("Page.navigate", url=page.as_uri())
        self._await("Page.loadEventFired")
        size = self._call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": width, "height": min(size["height"], tallest), "scale": 1}
        answer = self._call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(base64.b64decode(answer["data"]))
        faint = self._call("Runtime.evaluate", expression=CONTRAST, returnByValue=True)["result"].get("value", [])
        return faint + ([f"{size['width']} px wide on a screen of {width}"] if size["width"] > width else [])

    def _send(self, method, **params):
        self._number += 1
        session = {"sessionId": self._session} if self._session else {}
        message = {"id": self._number, "method": method, "params": params, **session}
        os.write(self._out, json.dumps(message).encode() + b"\0")
        return self._number

    def _call(self, method, **params):
        number = self._send(method, **params)
        while True:
            answer = self._read()
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def _await(self, event):
        while self._read().get("method") != event:
            pass

    def _read(self):
        while b"\0" not in self._rest:
            more = os.read(self._in, 1 << 16)
            if not more:
                raise RuntimeError("the browser went away")
            self._rest += more
        line, self._rest = self._rest.split(b"\0", 1)
        return json.loads(line)
