"""The page as a reader sees it: a real Chromium, driven over its debugging pipe."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from econ_theory.audit import run_audit
from llm_bridge.report import ReportData, render, render_audit

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BINARY = next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--hide-scrollbars", "--remote-debugging-pipe",
)  # fmt: skip
# Chromium reads commands from descriptor 3 and answers on descriptor 4.
LAUNCH = """
import fcntl, os, sys
ours = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3]]
os.dup2(ours[0], 3)
os.dup2(ours[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
HEADINGS = [
    "Verdict",
    "Accuracy and tokens",
    "Learning curve",
    "Regret of training",
    "Certificate",
    "The policy beside equilibria",
    "Payoff sensitivity to controls",
    "Token ledger",
    "Configuration",
    "How to reproduce",
]
OUTSIDE = (
    "[...document.querySelectorAll('svg.chart text')].filter(t => {"
    " const a = t.getBoundingClientRect(), b = t.ownerSVGElement.getBoundingClientRect();"
    " return a.left < b.left - 1 || a.right > b.right + 1 || a.top < b.top - 1"
    " || a.bottom > b.bottom + 1; }).map(t => t.textContent)"
)
NOISE = {"Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BINARY is None, reason=f"none of {', '.join(NAMES)} is on the path"),
]


class Browser:
    """One tab of a headless Chromium; keeps what it asked of the network and complained about."""

    def __init__(self, binary: str, profile: Path) -> None:
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, str(theirs_in), str(theirs_out), binary, *FLAGS,
             f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        self._buffer, self._count, self._session = b"", 0, ""
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._loaded = False

    def attach(self) -> None:
        tab = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=tab, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(f"{domain}.enable")

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(30)
        os.close(self._in)
        os.close(self._out)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        self._count += 1
        message: dict[str, Any] = {"id": self._count, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            reply = self._next()
            if reply.get("id") == self._count:
                assert "error" not in reply, reply
                return reply["result"]

    def open(self, page: Path, width: int, **media: Any) -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900,
                  deviceScaleFactor=1, mobile=False)  # fmt: skip
        self.call("Emulation.setEmulatedMedia", **media)
        self.requests, self.complaints, self._loaded = [], [], False
        self.call("Page.navigate", url=page.as_uri())
        while not self._loaded:
            self._next()

    def value(self, expression: str) -> Any:
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def screenshot(self) -> bytes:
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            chunk = os.read(self._in, 1 << 16)
            assert chunk, "the browser closed its pipe"
            self._buffer += chunk
        text, _, self._buffer = self._buffer.partition(b"\0")
        message = json.loads(text)
        method = message.get("method")
        if method == "Network.requestWillBeSent":
            self.requests.append(message["params"]["request"]["url"])
        elif method in NOISE:
            self.complaints.append(text.decode())
        elif method == "Page.loadEventFired":
            self._loaded = True
        return message


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    assert BINARY is not None
    browser = Browser(BINARY, tmp_path_factory.mktemp("chromium"))
    try:
        browser.attach()
        yield browser
    finally:
        browser.close()


@pytest.fixture(scope="module")
def page(report: ReportData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(report), encoding="utf-8")
    return path


@pytest.mark.parametrize("width", [1200, 400])
def test_page_stands_alone_and_fits(browser: Browser, page: Path, width: int) -> None:
    browser.open(page, width)
    assert [url for url in browser.requests if not url.startswith("data:")] == [page.as_uri()]
    assert browser.complaints == []
    assert browser.value("document.documentElement.scrollWidth") <= width
    seen = browser.value(
        "[...document.querySelectorAll('h2')].filter(h => h.checkVisibility()"
        " && h.getBoundingClientRect().height > 0).map(h => h.textContent)"
    )
    assert seen == HEADINGS
    assert browser.screenshot().startswith(b"\x89PNG")


@pytest.mark.parametrize("width", [1200, 400])
def test_charts_keep_their_text_inside(browser: Browser, page: Path, width: int) -> None:
    browser.open(page, width)
    assert browser.value(OUTSIDE) == []


@pytest.mark.parametrize("width", [1200, 820, 360])
def test_seven_methods_with_long_names_leave_room_for_the_chart(
    browser: Browser, report: ReportData, tmp_path: Path, width: int
) -> None:
    compared = report.comparison
    assert compared is not None
    long = "a-model-of-some-provider/with-a-long-name-70b-instruct-q8"
    names = ["single (direct)", *(f"self-consistency {k} tokens, {long}-{k}" for k in range(5))]
    ours = replace(compared.point(compared.ours), best=True)
    others = [replace(compared.points[0], name=name, best=False) for name in names]
    found = [replace(compared.differences[0], reference=name) for name in names]
    many = replace(compared, points=(ours, *others), differences=tuple(found))
    page = tmp_path / "long.html"
    page.write_text(render(replace(report, comparison=many)), encoding="utf-8")
    browser.open(page, width)
    assert browser.value("document.documentElement.scrollWidth") <= width
    assert browser.value(OUTSIDE) == []
    # The axes' own rectangle against the chart that it stands in.
    room = browser.value(
        "(() => { const chart = document.querySelector('#frontier-axes_1').ownerSVGElement"
        ".getBoundingClientRect(), axes = document.querySelector('#frontier-patch_2')"
        ".getBoundingClientRect(); return [axes.width / chart.width, axes.height]; })()"
    )
    assert room[0] > 0.7
    assert room[1] > 120


def test_dark_and_print_differ_from_light(browser: Browser, page: Path) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    ink = "getComputedStyle(document.querySelector('svg.chart text')).fill"
    browser.open(page, 1200, features=[{"name": "prefers-color-scheme", "value": "dark"}])
    dark = browser.value(colour), browser.value(ink)
    browser.open(page, 1200, media="print")
    printed = browser.value(colour), browser.value(ink)
    assert printed == ("rgb(255, 255, 255)", "rgb(0, 0, 0)")
    assert dark[0] != printed[0]
    assert dark[1] != printed[1]


@pytest.mark.parametrize("width", [1200, 400])
def test_ledger_stands_alone_and_fits(browser: Browser, tmp_path: Path, width: int) -> None:
    page = tmp_path / "ledger.html"
    ledger = run_audit(only=["ECON-R±", "ECON-lambda", "NR-cce"], quick=True)
    page.write_text(render_audit(ledger), encoding="utf-8")
    browser.open(page, width)
    assert [url for url in browser.requests if not url.startswith("data:")] == [page.as_uri()]
    assert browser.complaints == []
    assert browser.value("document.documentElement.scrollWidth") <= width
    assert browser.value("document.querySelectorAll('svg.chart').length") == 3
    assert browser.value(OUTSIDE) == []
