"""A browser without a network, and the accessibility rules, for the tests of pages.

Where continuous integration lacks the browser or the rules, the tests fail; on a person's machine
they are skipped with the reason. Debian: ``apt-get install chromium npm``, then
``npm install --no-save --no-package-lock --prefix tests/ui``.
"""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Route,
    sync_playwright,
)

from tests import synthetic_study
from tests.ui import dashboard_server

AXE = Path(__file__).with_name("node_modules") / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice")
WIDTHS = (360, 1440)
"""A phone and a desk, in CSS pixels."""

PATIENCE_MS = 120_000
"""The machine may have other work."""
LOCAL_SCHEMES = {"file", "data", "blob", "about"}
LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}
ARGUMENTS = [
    "--no-sandbox",  # continuous integration runs as root
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def lacking(what: str, how: str) -> None:
    """Fail in continuous integration, skip elsewhere."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing in continuous integration: {how}", pytrace=False)
    pytest.skip(f"{what} is missing: {how}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a window; of one module, since it holds the event loop."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        lacking("the browser", "apt-get install chromium, or name one in CHROMIUM")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        running.close()


class Visits:
    """Opens pages in a browser that reaches nothing beyond this machine.

    Attributes
    ----------
    complaints : list of str
        Requests beyond this machine, and what the console said; a test that expects some clears it.
    """

    def __init__(self, browser: Browser) -> None:
        self.complaints: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def __call__(
        self, address: str | Path, width: int = 1440, height: int = 900, **options: Any
    ) -> Page:
        """Open an address, or a file of this disk, in a window of its own."""
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            **{"service_workers": "block", "accept_downloads": True, **options},
        )
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        context.route("**/*", self._gate)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        page.goto(address.resolve().as_uri() if isinstance(address, Path) else address)
        return page

    @staticmethod
    def sideways(page: Page) -> int:
        """Pixels by which a page is wider than its window: more than 0 asks for scrolling.

        Charts follow a new width a little later. The page's own rules forbid it to wait for a
        condition in words, so it is asked again and again.
        """
        wider = 0
        for _ in range(100):
            wider = int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
            if wider <= 0:
                break
            page.wait_for_timeout(100)
        return wider

    def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()

    def _gate(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.scheme in LOCAL_SCHEMES or address.hostname in LOCAL_HOSTS:
            route.continue_()
        else:
            self.complaints.append(f"asked for {route.request.url}")
            route.fulfill(status=204)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console {message.type}: {message.text}")


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visits]:
    """Open a page: ``visit(address or path, width=1440, **context options)``.

    After the test no page may have asked for anything beyond this machine, or have said anything
    in its console.
    """
    visits = Visits(browser)
    yield visits
    visits.close()
    assert visits.complaints == []


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Check a page: ``axe(page)`` lists the violations, one line each."""
    if not AXE.is_file():
        lacking("axe-core", "npm install --no-save --no-package-lock --prefix tests/ui")
    source = AXE.read_text(encoding="utf-8")

    def violations(page: Page) -> list[str]:
        page.evaluate(source)
        options = json.dumps({"runOnly": list(RULES), "resultTypes": ["violations"]})
        found = page.evaluate(f"() => axe.run(document, {options})")
        return [
            f"{one['id']} ({one['impact']}): {one['help']}: {node['html'][:160]}"
            for one in found["violations"]
            for node in one["nodes"]
        ]

    return violations


HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of studies: a sound one, one with hostile names, and what must be refused."""
    folder = tmp_path_factory.mktemp("runs")
    synthetic_study.write(folder / "hostile", {"baseline": (0.0, 0.0), HOSTILE: (5.0, 0.1)})
    synthetic_study.write(folder / "one", replications=1)
    alone = {"baseline": (0.0, 0.0)}
    synthetic_study.write(folder / "uncertified", alone, replications=1, held=False)
    synthetic_study.write(folder / "damaged", alone, replications=1)
    (folder / "damaged" / "summary.parquet").write_bytes(b"PAR1 nothing PAR1")
    time.sleep(0.05)
    synthetic_study.write(folder / "sound", replications=4)
    return folder


@pytest.fixture(scope="module")
def address(runs: Path) -> Iterator[str]:
    with dashboard_server.served(runs) as where:
        yield where
