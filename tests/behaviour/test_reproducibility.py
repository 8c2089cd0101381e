"""The same point and number give the same bytes, wherever they are run."""

import dataclasses
import math
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.execute.execution import Serial
from sim.execute.pool import Pool
from sim.execute.store import Store
from sim.execute.task import plan
from sim.execute.worker import Chunks, Job, replicate
from sim.scenario.intervention import BASELINE
from sim.scenario.reading import read
from tests.behaviour.scene import FEW, SMALL, point

ROOT = Path(__file__).resolve().parents[2]
TABLES = ("summary", "port_hours", "officer_hours", "attempts")


def test_the_same_seed_gives_the_same_tables() -> None:
    at = point(FEW, 10, read("more_searches"), {"danger.lookouts_per_year": 5_000.0})
    first, second = replicate(at, 3), replicate(at, 3)
    for name in TABLES:
        pd.testing.assert_frame_equal(
            first.frame(name), second.frame(name), check_exact=True, check_like=False
        )
        assert len(first.frame(name)) > 0
    assert first.certificate == second.certificate


@pytest.mark.parametrize("change", [{"seed": 2}, {"replication": 4}], ids=str)
def test_another_seed_or_number_gives_others(change: dict[str, int]) -> None:
    at = point(FEW, 5)
    number = change.pop("replication", 3)
    other = replicate(dataclasses.replace(at, **change), number)
    assert not replicate(at, 3).frame("port_hours").equals(other.frame("port_hours"))


def test_names_and_prose_change_nothing() -> None:
    at = point(SMALL, 5, read("more_searches"))
    renamed = dataclasses.replace(at.scenario, name="mine", title="Mine", summary="", costs=())
    before, after = replicate(at, 0), replicate(dataclasses.replace(at, scenario=renamed), 0)
    assert before.frame("port_hours").equals(after.frame("port_hours"))
    assert before.frame("attempts").equals(after.frame("attempts"))


def test_a_pool_of_processes_gives_the_bytes_of_one(tmp_path: Path) -> None:
    # New processes also hash their strings differently and run the tasks in another order.
    points = [point(SMALL, 5, scenario) for scenario in (BASELINE, read("close_ports"))]
    tasks = list(plan(points, 2))
    kept = []
    for name, executor, order in (
        ("serial", Serial(), tasks),
        ("pool", Pool(workers=2), tasks[::-1]),
    ):
        job = Job(tmp_path / name, "the-same-code")
        outcomes = list(executor.run(Chunks(order, len(order)), job, print))
        assert sum(outcome.done for outcome in outcomes) == len(tasks) == 4
        store = Store(job.store, job.code)
        assert store.refresh() == []
        kept.append([store.load(task) for task in tasks])
    assert kept[0] == kept[1]


def test_what_ran_before_in_the_same_process_does_not_show() -> None:
    at = point(SMALL, 5, BASELINE)
    alone = replicate(at, 0)
    replicate(point(FEW, 3, read("search_every_vehicle")), 5)
    again = replicate(at, 0)
    for name in TABLES:
        assert alone.frame(name).equals(again.frame(name))


def test_the_first_days_do_not_know_how_long_the_run_is() -> None:
    # Waits, searches and attempts of a week are those of the first week of a longer run.
    week, longer = (replicate(point(SMALL, days), 0) for days in (7, 9))
    first = longer.frame("attempts")[longer.frame("attempts")["time_s"] < 6 * 86400.0].reset_index(
        drop=True
    )
    same = week.frame("attempts")[week.frame("attempts")["time_s"] < 6 * 86400.0].reset_index(
        drop=True
    )
    pd.testing.assert_frame_equal(same, first, check_exact=True)
    assert len(same) > 0


def test_how_python_adds_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """From 3.12 on, ``sum`` of floats rounds once; the tables are those of 3.11."""

    def rounded_once(numbers: Iterable[Any], start: Any = 0) -> Any:
        terms = list(numbers)
        whole = not any(isinstance(term, float) for term in terms)
        return plain(terms, start) if whole else math.fsum([*terms, start])

    plain = sum
    at = dataclasses.replace(
        point(FEW, 10, read("more_searches"), {"danger.lookouts_per_year": 5_000.0}), horizon=2
    )
    first = replicate(at, 0)
    monkeypatch.setattr("builtins.sum", rounded_once)
    second = replicate(at, 0)
    for name in (*TABLES, "expected"):
        pd.testing.assert_frame_equal(
            first.frame(name), second.frame(name), check_exact=True, check_like=False
        )
    assert first.certificate == second.certificate


ELSEWHERE = """
import dataclasses
import sys
from sim.execute.worker import replicate
from tests.behaviour.scene import FEW, point
if sys.flags.optimize < 2:
    sys.exit("not in optimised mode")
made = replicate(dataclasses.replace(point(FEW, 3), horizon=1), 0)
for name in sys.argv[2:]:
    made.frame(name).to_feather(f"{sys.argv[1]}/{name}", compression="uncompressed")
"""


def test_hash_seed_time_zone_locale_and_optimised_mode_do_not_show(tmp_path: Path) -> None:
    other = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONUTF8": "0"}
    # OpenBLAS multiplies as an old processor does, whose last digits are others.
    other["OPENBLAS_CORETYPE"] = "Prescott"
    tables = (*TABLES, "expected")
    words = [sys.executable, "-OO", "-c", ELSEWHERE, str(tmp_path), *tables]
    subprocess.run(words, cwd=ROOT, env={**os.environ, **other}, check=True)
    here = replicate(dataclasses.replace(point(FEW, 3), horizon=1), 0)
    for name in tables:
        pd.testing.assert_frame_equal(
            pd.read_feather(tmp_path / name), here.frame(name), check_exact=True, check_like=False
        )
    assert len(here.frame("port_hours")) > 0
