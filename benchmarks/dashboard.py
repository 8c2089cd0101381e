"""``python -m benchmarks.dashboard [DIR]``: tasks of a planner at the dashboard, in a real browser.

Each task is done as a person would do it, in Chromium, and must come to its end; what counts is the
number of clicks, keys and entries, and the processor time of the server and of the run it started,
up to the answer. DIR holds a study of the whole border; live runs are left below it.
"""

import contextlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.ui import dashboard_server

SLOW_MS = 600_000
TICK = os.sysconf("SC_CLK_TCK")


def spent_s(pid: int, *, children: bool = False) -> float:
    """Processor seconds of a process, or of its children that have ended."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, words[13:15] if children else words[11:13])) / TICK


def group_of(pid: int) -> Iterator[int]:
    """The processes of a session, which a run has to itself."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if os.getsid(int(folder.name)) == pid:
                    yield int(folder.name)
            except OSError:
                continue


class Cost(NamedTuple):
    """What a task took."""

    task: str
    clicks: int
    server_s: float
    run_s: float
    wall_s: float


class Planner:
    """Somebody at a browser, whose clicks are counted."""

    def __init__(self, browser: Browser, address: str, server: int) -> None:
        self.browser, self.address, self.server = browser, address, server
        self.clicks = 0
        self.costs: list[Cost] = []
        self.failed: list[str] = []
        self.page = self.window()

    def window(self, width: int = 1440, height: int = 900) -> Page:
        """Another window."""
        context = self.browser.new_context(viewport={"width": width, "height": height})
        page = context.new_page()
        page.set_default_timeout(SLOW_MS)
        return page

    def go(self, where: str = "") -> None:
        """Open an address, before a task begins."""
        self.page.goto(self.address + where)
        dashboard_server.settled(self.page)

    def click(self, what: str, nth: int = 0) -> None:
        """Press something."""
        self.clicks += 1
        self.page.locator(what).nth(nth).click()

    def choose(self, what: str, value: str) -> None:
        """Take something from a list."""
        self.clicks += 1
        self.page.locator(what).select_option(value)

    def enter(self, what: str, words: str, nth: int = 0) -> None:
        """Type something into a field."""
        self.clicks += 1
        self.page.locator(what).nth(nth).fill(words)
        self.page.locator(what).nth(nth).blur()

    def run(self, page: str) -> None:
        """Press Run, and wait for the four numbers before and after."""
        self.click(f"#{page}-run")
        self.answered(page)

    def answered(self, page: str) -> None:
        """Wait for the four numbers."""
        self.see(f"#{page}-shown .tiles li >> nth=3")

    def change(self, page: str, lever: str) -> None:
        """Move the first lever and run again, once the old numbers are off the page."""
        self.page.locator(f"#{page}-shown").evaluate("box => box.replaceChildren()")
        self.enter(f"#{page}-levers input[type=number]", lever)
        self.run(page)

    @contextlib.contextmanager
    def elsewhere(self, address: str, width: int = 1440, height: int = 900) -> Iterator[None]:
        """Open an address in another window, and come back."""
        own, self.page = self.page, self.window(width, height)
        self.page.goto(address)
        yield
        self.page.close()
        self.page = own

    def see(self, what: str, nth: int = 0, state: str = "visible") -> None:
        """Wait until something is there."""
        self.page.locator(what).nth(nth).wait_for(state=state)  # type: ignore[arg-type]

    def does(self, task: str, steps: Callable[[], None], *, idle: bool = True) -> None:
        """Do a task, once what was begun before is over, and note what it took."""
        children = [
            int(folder.name)
            for folder in Path("/proc").iterdir()
            if folder.name.isdigit() and _parent(int(folder.name)) == self.server
        ]
        if idle:
            self._wait_until_idle(children)
        self.clicks = 0
        before, runs_before = spent_s(self.server), self._runs(children)
        began = time.monotonic()
        try:
            steps()
        except PlaywrightError as error:
            self.failed.append(f"{task}: {str(error).splitlines()[0]}")
            return
        wall = time.monotonic() - began
        server, run = spent_s(self.server) - before, self._runs(children) - runs_before
        self.costs.append(Cost(task, self.clicks, server, max(run, 0.0), wall))
        sys.stderr.write(f"{task}: {self.clicks} clicks, server {server:.1f}, run {run:.1f} s, "
                         f"{wall:.1f} s in all\n")  # fmt: skip

    def _wait_until_idle(self, children: list[int]) -> None:
        """Wait until what was begun before is over: a process that loads, and waits for a run."""
        spent = -1.0
        for _ in range(600):
            now = spent_s(self.server) + self._runs(children)
            if now - spent < 0.03:
                return
            spent = now
            time.sleep(1)

    def _runs(self, children: list[int]) -> float:
        """What runs have taken: those that are over, and those of these processes that are not."""
        there = [pid for leader in children for pid in group_of(leader)]
        return spent_s(self.server, children=True) + sum(
            spent_s(pid) + spent_s(pid, children=True) for pid in there
        )


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[1])
    except OSError:
        return 0


def tasks(planner: Planner) -> None:
    """Do the tasks, one after the other, each from where a person would begin it."""
    go, click, choose, enter, see = (
        planner.go, planner.click, planner.choose, planner.enter, planner.see
    )  # fmt: skip

    def open_home() -> None:
        go()
        see("table.decision tbody tr")

    planner.does("open the study: its answer", open_home)
    planner.does("open it again", open_home)

    def to_minutes() -> None:
        click("table.decision a:has-text('searches')")
        click(".doors a")
        planner.answered("mix")

    planner.does("from the answer to minutes before and after", to_minutes)

    def summer_friday() -> None:
        choose("#port-proposals-add", "more_officers")
        planner.run("port")
        choose("#port-weekdays", "4")
        see("#waits-figure .main-svg")

    go("port")
    planner.does("more officers at the Ambassador on a summer Friday", summer_friday)

    go("port?mix=more_officers&replications=6")
    planner.run("port")
    planner.does("another place of a lever at one port", lambda: planner.change("port", "20"))

    def roster() -> None:
        enter("#port-duty input", "30", 17 * 7 + 4)
        enter("#port-duty input", "999", 18 * 7 + 4)
        see("#port-trouble .refused")
        enter("#port-duty input", "30", 18 * 7 + 4)
        see("#port-trouble .refused", state="detached")
        click("#port-run")
        see("#officers-figure .main-svg")

    go("port")
    planner.does("two hours of a roster, one of them mistyped", roster)

    def three() -> None:
        for name in ("more_officers", "more_searches", "better_training"):
            choose("#mix-proposals-add", name)
        see("#mix-levers fieldset", 2)

    go("mix")
    planner.does("three proposals with their levers", three)

    def ontario() -> None:
        choose("#mix-where", "Ontario")
        planner.run("mix")

    planner.does("these in Ontario for a week: first answer", ontario)

    def cancel() -> None:
        click("#mix-cancel")
        see("#mix-cancel:disabled")

    planner.does("cancel", cancel, idle=False)

    def again() -> None:
        click("#mix-run")
        see("#mix-cancel:enabled")
        planner.answered("mix")

    planner.does("run again, which continues", again)
    address = planner.page.url

    def share() -> None:
        with planner.elsewhere(address):
            planner.answered("mix")

    planner.does("the same by its address in another browser", share, idle=False)
    click("#mix-cancel")
    see("#mix-cancel:disabled")

    def nation() -> None:
        choose("#mix-where", "all")
        enter("#mix-replications-number", "6")
        planner.run("mix")

    go("mix?mix=more_searches")
    planner.does("a week of the nation: first answer", nation)

    see("#mix-cancel:disabled")
    planner.does("another place of its lever", lambda: planner.change("mix", "2.5"))

    def save() -> None:
        click("summary:has-text('copy the command')")
        enter("#mix-save-name", "planners_searches")
        click("#mix-save")
        see("#mix-command")

    planner.does("save it, with the command that repeats the screen", save)

    def export() -> None:
        with planner.page.expect_download():
            click("#mix-xlsx")

    see("#mix-cancel:disabled")
    planner.does("its numbers as a workbook", export)

    def budget() -> None:
        click("nav a", 3)
        see("#packages-shown table")
        enter("#packages-budget-number", "15")
        see("#packages-shown .answer:has-text('15')")

    go()
    planner.does("the best for 15 million", budget)

    def two() -> None:
        click("nav a", 6)
        see("#pair-shown table")
        choose("#pair-scenario-two", "more_officers")
        see("#pair-shown table")

    go()
    planner.does("compare two scenarios", two)

    def french() -> None:
        click("a[data-language=fr]")
        see("html[lang=fr]")
        see("#pair-shown table")

    planner.does("the same in French", french)

    def keyboard() -> None:
        planner.clicks += 1
        planner.page.keyboard.press("Control+Enter")
        planner.answered("mix")

    go("mix?mix=more_searches&around=abercorn&replications=4")
    planner.does("run by keyboard", keyboard)

    def phone() -> None:
        where = f"{planner.address}mix?mix=more_searches&around=abercorn&replications=4"
        with planner.elsewhere(where, 360, 800):
            planner.run("mix")

    planner.does("run on a phone", phone)

    def wrong() -> None:
        planner.page.goto(f"{planner.address}mix?mix=gone&lever=x:9&start=2005-13-01")
        see(".notice", 2)

    planner.does("a wrong address: what is wrong with it", wrong)


def main() -> None:
    """Do every task on a copy of nothing but what is given, and print the table."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "runs")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with dashboard_server.started(folder) as (process, address), sync_playwright() as play:
        begun_s = spent_s(process.pid)
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        planner = Planner(browser, address, process.pid)
        tasks(planner)
        browser.close()
    print("| task | clicks | server, CPU s | its run, CPU s |\n|---|---:|---:|---:|")
    print(f"| start | 0 | {begun_s:.1f} | |")
    for cost in planner.costs:
        run = f"{cost.run_s:.1f}" if cost.run_s >= 0.05 else ""
        print(f"| {cost.task} | {cost.clicks or ''} | {cost.server_s:.1f} | {run} |")
    if planner.failed:
        raise SystemExit("\n".join(planner.failed))


if __name__ == "__main__":
    main()
