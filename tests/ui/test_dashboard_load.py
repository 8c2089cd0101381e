"""The dashboard under load, and when its server ends: nothing fails, and nothing is lost."""

import concurrent.futures
import functools
import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from sim.progress import read_status
from tests import synthetic_study
from tests.catalogues import pattern
from tests.ui import dashboard_server

ROOT = Path(__file__).resolve().parents[2]
settled = dashboard_server.settled
BROWSERS = 10
SLOW_MS = 240_000
METRICS = ("mean_wait_min", "firearms_stopped", "delay_vehicle_h", "duty_collected_cad")


def ask(address: str, metric: str) -> int:
    """Ask what a browser asks when it opens the first page and changes the measure."""
    body = {
        "output": "..results-shown.children...query.data@any..",
        "outputs": [
            {"id": "results-shown", "property": "children"},
            {"id": "query", "property": "data@any"},
        ],
        "inputs": [
            {"id": "results-metric", "property": "value", "value": metric},
            {"id": "results-adversary", "property": "value", "value": "quantal_response"},
            {"id": "results-scenarios", "property": "value", "value": ["more_searches"]},
        ],
        "state": [{"id": "page-query", "property": "children", "value": ""}],
        "changedPropIds": ["results-metric.value"],
    }
    with urllib.request.urlopen(f"{address}_dash-dependencies") as answer:
        known = [one["output"] for one in json.load(answer)]
    body["output"] = next(one for one in known if one.startswith("..results-shown.children"))
    body["outputs"][1]["property"] = body["output"].split("query.")[1].rstrip(".")
    request = urllib.request.Request(
        f"{address}_dash-update-component",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Origin": address.rstrip("/")},
    )
    with urllib.request.urlopen(request) as answer:
        content = json.load(answer)
        assert metric_caption(content)
        return int(answer.status)


def is_there(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits for its parent does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def metric_caption(content: dict[str, object]) -> bool:
    answer = json.dumps(content, ensure_ascii=False)
    return pattern("difference-to-the-baseline-of").search(answer) is not None


def test_ten_clients_at_once_are_all_answered(tmp_path: Path) -> None:
    synthetic_study.write(tmp_path / "study")
    with (
        dashboard_server.served(tmp_path) as address,
        concurrent.futures.ThreadPoolExecutor(BROWSERS) as clients,
    ):
        asked = [METRICS[k % len(METRICS)] for k in range(4 * BROWSERS)]
        assert set(clients.map(functools.partial(ask, address), asked)) == {200}


@pytest.mark.slow
def test_ten_browsers_at_once_see_no_error(visit, tmp_path: Path) -> None:
    synthetic_study.write(tmp_path / "study")
    with dashboard_server.served(tmp_path) as address:
        pages = [
            visit(f"{address}{'results' if k % 2 else 'mix?mix=more_officers&closed=sarnia'}")
            for k in range(10)
        ]
        for k, page in enumerate(pages):
            settled(page)
            if k % 2:
                page.locator("#results-metric").select_option(METRICS[k % len(METRICS)])
            else:
                page.locator("#mix-levers input[type=range]").first.press("ArrowRight")
        for k, page in enumerate(pages):
            where = ".js-plotly-plot" if k % 2 else "#mix-map .main-svg"
            page.locator(where).first.wait_for(timeout=SLOW_MS)
        for page in pages:  # before the server ends, which an open page would complain of
            page.close()


@pytest.mark.slow
def test_a_large_study_is_painted_without_delay(
    visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """30 scenarios, 5 kinds of smuggler, 30 replications; the figure is in docs/dashboard.md."""
    monkeypatch.setattr(synthetic_study, "_hours", functools.cache(synthetic_study._hours))
    effects = {"baseline": (0.0, 0.0)} | {
        f"proposal_{k:02d}": (3.0 * k % 17, (k % 5) / 4 - 0.5) for k in range(1, 30)
    }
    kinds = ("static", "quantal_response", "learning", "threshold", "worst_case")
    synthetic_study.write(tmp_path / "study", effects, 30, adversaries=kinds)
    with dashboard_server.served(tmp_path) as address:
        first = settled(visit(f"{address}results"))
        first.locator("tbody tr").nth(28).wait_for(timeout=SLOW_MS)
        first.close()
        began = time.monotonic()
        page = visit(f"{address}results")
        page.locator("h1").wait_for(timeout=SLOW_MS)
        painted = time.monotonic() - began
        page.locator("tbody tr").nth(28).wait_for(timeout=SLOW_MS)
        there = time.monotonic() - began
        page.locator("#results-figure .main-svg .point:visible").first.wait_for(timeout=SLOW_MS)
        drawn = time.monotonic() - began
        page.close()
        sys.stderr.write(f"text {painted:.2f} s, table {there:.2f} s, chart {drawn:.2f} s\n")


def test_a_server_that_is_killed_in_mid_run_loses_nothing(visit, tmp_path: Path) -> None:
    synthetic_study.write(tmp_path / "study", replications=2)
    process = subprocess.Popen(
        [sys.executable, "-m", "analysis", "dashboard", str(tmp_path), "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    address = process.stdout.readline().split()[1]
    query = "mix?mix=more_searches&where=Pacific&days=91&replications=200"
    page = settled(visit(address + query))
    page.locator("#mix-run").click()
    page.locator("#mix-shown .tiles").wait_for(timeout=SLOW_MS)
    process.kill()
    process.communicate()
    page.locator("#lost").wait_for(timeout=SLOW_MS)
    page.close()
    name = next(path.name for path in (tmp_path / "live").iterdir() if path.name.isalnum())
    folder = tmp_path / "live" / name
    for _ in range(600):
        if read_status(folder).state not in ("running", "writing"):
            break
        time.sleep(0.2)
    kept = read_status(folder)
    assert kept.state == "interrupted"
    assert 2 <= kept.done < kept.total
    for _ in range(300):
        if not is_there(kept.pid):
            break
        time.sleep(0.1)
    assert not is_there(kept.pid)

    with dashboard_server.served(tmp_path) as again:
        page = settled(visit(f"{again}{query}&run={name}"))
        page.locator("#mix-words", has_text=pattern("stopped-at-of-replications-which")).wait_for(
            timeout=SLOW_MS
        )
        page.locator("#mix-shown .tiles").wait_for(timeout=SLOW_MS)
        page.locator("#mix-run").click()
        page.locator("#mix-cancel:enabled").wait_for(timeout=SLOW_MS)
        for _ in range(600):
            status = read_status(folder)
            if status.state == "running" and status.done >= kept.done:
                break
            time.sleep(0.1)
        assert status.found >= kept.done
        page.locator("#mix-cancel").click()
        page.close()
    lost = ("ERR_CONNECTION", "ERR_EMPTY", "Failed to fetch", "did not respond")
    visit.complaints[:] = [one for one in visit.complaints if not any(w in one for w in lost)]


def test_where_there_is_no_study_it_says_how_to_make_one(visit, tmp_path: Path) -> None:
    with dashboard_server.served(tmp_path) as address:
        page = settled(visit(address))
        page.locator(".notice", has_text=pattern("there-is-no-study-yet")).wait_for(timeout=SLOW_MS)
        page.locator("nav a").nth(4).click()
        page.wait_for_url(lambda url: url != address)
        settled(page).locator(".notice", has_text=pattern("there-is-no-study-yet")).wait_for(
            timeout=SLOW_MS
        )
        page.close()


def test_a_taken_port_and_a_missing_folder_are_refused_in_one_line(tmp_path: Path) -> None:
    with dashboard_server.served(tmp_path) as address:
        port = address.rstrip("/").rpartition(":")[2]
        for words, expected in (
            ([str(tmp_path), "--port", port], f"port {port} of 127.0.0.1 is taken"),
            ([str(tmp_path / "gone")], "there is no such folder"),
        ):
            done = subprocess.run(
                [sys.executable, "-m", "analysis", "dashboard", *words],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 2
            assert expected in done.stderr
            assert len(done.stderr.splitlines()) == 1
