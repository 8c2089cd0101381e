"""Live runs without a browser: what a mix shares, what waits, what its file says when it is run."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.dashboard.address import View
from analysis.dashboard.arrivals import Arrivals
from analysis.dashboard.hours import change_of, wait_min
from analysis.dashboard.levers import offered
from analysis.dashboard.live import MOST_RUNNING, Live, Request
from analysis.dashboard.mix import mixed, write_scenario
from analysis.dashboard.mix_callbacks import request_of
from analysis.values import BASELINE, values
from sim.errors import InputError
from sim.execute.live import read_plan
from sim.progress import Status
from sim.results.reading import read_study

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 240


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    runs = Live(tmp_path / "live")
    yield runs
    runs.close()


def asked(place: float, **changes: object) -> Request:
    view = View(
        page="mix", mix=("more_searches",), lever=(("more_searches.0", place),),
        around="abercorn", replications=2,
    )  # fmt: skip
    return request_of(view.replaced(**changes))


def ended(live: Live, name: str) -> Status:
    for _ in range(PATIENCE_S * 10):
        if not live.is_busy(name):
            return live.status(name)
        time.sleep(0.1)
    raise AssertionError(f"still busy: {live.status(name)}")


def test_another_mix_in_the_same_setting_finds_the_baseline_done(live: Live) -> None:
    first = ended(live, live.start(asked(2.5)))
    assert (first.state, first.found, first.total) == ("done", 0, 4)
    second = ended(live, live.start(asked(3.0)))
    assert (second.state, second.found, second.total) == ("done", 2, 4)
    elsewhere = ended(live, live.start(asked(3.0, around="sarnia")))
    assert elsewhere.found == 0


def test_the_same_mix_goes_on_where_it_stopped(live: Live) -> None:
    name = live.start(asked(2.5))
    ended(live, name)
    assert live.start(asked(2.5, replications=3)) == name
    status = ended(live, name)
    assert (status.found, status.total) == (4, 6)


def test_the_live_difference_is_that_of_the_tables(live: Live) -> None:
    name = live.start(asked(4.0))
    ended(live, name)
    plan = read_plan(live.path(name))
    arrivals = Arrivals()
    study = arrivals.study(plan, live.facts(name))
    whole = read_study(live.path(name))
    found, told = (
        change_of(values(one)["examinations_ordered"].droplevel(["adversary", "world"]))
        for one in (study, whole)
    )
    assert found == told
    assert found.difference.mean > 0
    hours = wait_min(arrivals.hours(plan).waits, [])
    assert hours[BASELINE, 0] == pytest.approx(values(whole)["mean_wait_min"][BASELINE].iloc[0])


def test_more_runs_than_may_go_on_wait_and_can_be_cancelled(live: Live) -> None:
    long = {"days": 365, "replications": 100}
    names = [live.start(asked(2.0 + k / 10, **long)) for k in range(MOST_RUNNING + 1)]
    assert live.status(names[-1]).state == "waiting"
    for name in reversed(names):
        live.cancel(name)
    for name in names:
        for _ in range(PATIENCE_S * 10):
            if not live.is_busy(name):
                break
            time.sleep(0.1)
        assert not live.is_busy(name)


def test_a_run_that_cannot_be_says_why_in_one_line(live: Live) -> None:
    bad = Request(mixed(offered(), ["more_searches"], {}, []), ("ports=[gone]",), 1, 1, 2)
    name = live.start(bad)
    with pytest.raises(InputError, match="unknown port") as refused:
        ended(live, name)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["../x", "", "a/b"])
def test_no_name_leads_out_of_the_folder(live: Live, name: str) -> None:
    with pytest.raises(InputError, match="no live run"):
        live.path(name)


def test_a_kept_mix_is_run_by_the_command_line(tmp_path: Path) -> None:
    mix = mixed(offered(), ["more_searches"], {"more_searches.0": 3.0}, ["abercorn"])
    write_scenario(mix, tmp_path / "own", "kept")
    done = subprocess.run(
        [sys.executable, "-m", "sim", f"study.scenarios={tmp_path / 'own'}", "compare=[kept]",
         "ports=[abercorn,highwater]", "run.days=2", "run.replications=1", "execution=serial",
         f"study.dir={tmp_path / 'study'}"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    study = read_study(tmp_path / "study")
    assert set(study.summary["scenario"]) == {"baseline", "kept"}
    hours = study.table("port_hours", ["scenario", "port_id", "arrivals"], "kept")
    assert hours[hours["port_id"] == "abercorn"]["arrivals"].sum() == 0
