"""A headless Chromium, driven by the DevTools protocol over two pipes: no package needed."""

import base64
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest

NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"]
PATIENCE = 60
WIDTHS = {1280: 900, 400: 800}
# A name that would run, were it not escaped.
HOSTILE = "</script><img src=x onerror=document.title='broken'>"


def find():
    """The browser's path. Debian must have it, Tools/setup installs it there; others may skip."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    release = Path("/etc/os-release")
    if release.exists() and "ID=debian" in release.read_text().splitlines():
        pytest.fail("no chromium; run: Tools/setup --python")
    pytest.skip("no chromium on this system: the HTML report is not opened in a browser")


class Browser:
    """One page of one browser process; what its console says is collected in `complaints`."""

    def __init__(self, profile):
        read, self._commands = os.pipe()
        self._answers, write = os.pipe()
        # Chromium reads from descriptor 3 and writes to 4.
        script = f'exec 3<&{read} 4>&{write}; exec "$@"'
        self._process = subprocess.Popen(
            [
                "bash", "-c", script, "-", find(), "--headless=new", "--no-sandbox",
                "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                "--no-first-run", "--remote-debugging-pipe", f"--user-data-dir={profile}",
            ],
            pass_fds=[read, write], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(read)
        os.close(write)
        self._buffer = b""
        self._number = 0
        self._session = None
        self.complaints = []
        self.requests = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def close(self):
        self._process.kill()
        self._process.wait()
        os.close(self._commands)
        os.close(self._answers)

    def call(self, method, **parameters):
        """Calls a method and gives its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]

    def open(self, path):
        """Opens a file and waits until it is loaded."""
        self._loaded = False
        self.call("Page.navigate", url=Path(path).resolve().as_uri())
        while not self._loaded:
            self._next()

    def show(self, width, height, scheme):
        """Sets the window's size in CSS pixels and the colour scheme, light or dark."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 600)  # fmt: skip
        self.call("Emulation.setEmulatedMedia", media="screen",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])  # fmt: skip

    def value(self, expression):
        """The value of a JavaScript expression."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)  # fmt: skip
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def picture(self, path):
        """Takes a picture of the whole page."""
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"]
        Path(path).write_bytes(base64.b64decode(data))
        return Path(path)

    def _next(self):
        deadline = time.monotonic() + PATIENCE
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._answers], [], [], deadline - time.monotonic())
            assert ready, f"the browser said nothing for {PATIENCE} s"
            piece = os.read(self._answers, 1 << 16)
            assert piece, "the browser has ended"
            self._buffer += piece
        line, self._buffer = self._buffer.split(b"\0", 1)
        message = json.loads(line)
        self._note(message.get("method"), message.get("params", {}))
        return message

    def _note(self, method, event):
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(event["exceptionDetails"])
        elif method == "Runtime.consoleAPICalled":
            self.complaints.append(event["args"])
        elif method == "Log.entryAdded":
            self.complaints.append(event["entry"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(event["request"]["url"])


def open_quietly(browser, page):
    """Opens a page, which must ask for nothing and complain of nothing."""
    browser.complaints.clear()
    browser.requests.clear()
    browser.open(page)
    assert browser.complaints == []
    assert browser.requests == [page.resolve().as_uri()]


def check_layout(browser, folder):
    """At each width and scheme: nothing sticks out, and the schemes differ. Leaves pictures."""
    for width, height in WIDTHS.items():
        backgrounds = set()
        for scheme in ("light", "dark"):
            browser.show(width, height, scheme)
            assert browser.value("document.documentElement.scrollWidth <= innerWidth"), width
            assert browser.value("innerWidth") == width
            backgrounds.add(browser.value("getComputedStyle(document.body).backgroundColor"))
            picture = browser.picture(folder / f"{width}-{scheme}.png")
            assert picture.stat().st_size > 10_000
        assert len(backgrounds) == 2
