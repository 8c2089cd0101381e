"""A dashboard for the tests of pages: its own process, folders made up or really run."""

import contextlib
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page

from tests.catalogues import pattern

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120
READY = "main h1"


@contextmanager
def served(*folders: Path) -> Iterator[str]:
    """Serve these folders; gives the address."""
    with started(*folders) as (_, address):
        yield address


@contextmanager
def started(*folders: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Serve these folders; gives the process and the address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "analysis", "dashboard", *map(str, folders), "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line.startswith("dashboard: "):
            raise AssertionError(process.communicate(timeout=PATIENCE_S)[1])
        yield process, line.split()[1]
    finally:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=PATIENCE_S)
        process.kill()
        process.communicate()


def settled(page: Page) -> Page:
    """Wait until a page is laid out and nothing is under way any more."""
    page.locator(READY).wait_for(timeout=1000 * PATIENCE_S)
    page.wait_for_load_state("networkidle")
    return page


def study_line(name: str) -> re.Pattern[str]:
    """How the page of results introduces a study."""
    return pattern("study-scenarios-replications-days-from", name=name)


def fields(page: Page) -> dict[str, list[str]]:
    """What the address of a page holds."""
    return parse_qs(urlsplit(page.url).query)
