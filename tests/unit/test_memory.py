"""Points in step follow from the memory that there is, and processes from the work."""

import dataclasses
import math
import os
from pathlib import Path

import pytest

from sim.execute import execution, live, worker
from sim.execute.execution import POINT_MIB, SMALL_S, WORKER_MIB, Execution, most_together
from sim.execute.live import free_memory_mib
from sim.execute.task import MOST_TOGETHER, foreseen_s, plan
from sim.numerics import compilation
from tests.pipeline.stand_in import POINT, noted, run_replication


@pytest.mark.parametrize(
    ("free_mib", "ports", "workers", "expected"),
    [
        (math.inf, 139, 64, MOST_TOGETHER),
        (100_000.0, 139, 2, MOST_TOGETHER),
        (2 * (WORKER_MIB + 3.5 * POINT_MIB), 139, 2, 3),
        (WORKER_MIB + 3.5 * POINT_MIB, 139, 2, 1),
        (WORKER_MIB + 3.5 * POINT_MIB, 13, 1, MOST_TOGETHER),  # a small border takes little
        (100.0, 139, 1, 1),
    ],
)
def test_fewer_points_run_in_step_where_memory_is_short(
    free_mib: float, ports: int, workers: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "free_memory_mib", lambda: free_mib)
    assert most_together(ports, workers) == expected


def test_a_small_study_stays_in_its_process_unless_processes_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compilation, "is_compiled", lambda: True)
    free, asked = (
        Execution.from_config("pool", workers, "local", None, None, {}) for workers in (None, 2)
    )
    assert free.fit_for(0.5 * SMALL_S).kind == "serial"
    assert free.fit_for(2.0 * SMALL_S) is free
    assert asked.fit_for(0.5 * SMALL_S) is asked
    # Processes of a pool say that one of them compiles.
    monkeypatch.setattr(compilation, "is_compiled", lambda: False)
    assert free.fit_for(0.5 * SMALL_S) is free


def test_what_has_ended_is_given_back_from_one_chunk_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, collected = [0.0], []
    monkeypatch.setattr(worker, "_given_back_s", [0.0])
    monkeypatch.setattr("sim.execute.worker.time.process_time", lambda: clock[0])
    monkeypatch.setattr("sim.execute.worker.gc.collect", lambda: collected.append(clock[0]))
    chunk, job = list(plan([POINT], 1)), worker.Job(tmp_path, "code", run_replication)
    for clock[0] in (1.0, 20.0, 21.0):
        assert len(list(worker.results_of(chunk, job))) == 1
    assert collected == [20.0]


def test_the_engine_is_compiled_by_a_process_that_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What compiling takes would stay with the one that has compiled."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(worker, "_precompiled", set())
    monkeypatch.setattr(compilation, "is_compiled", lambda: False)
    monkeypatch.setattr(compilation, "cache_folder", lambda: tmp_path)
    worker.precompile(POINT, noted)
    others = {path.name for path in tmp_path.glob("process-*")} - {f"process-{os.getpid()}"}
    assert len(others) == 1


def test_what_a_study_takes_is_foreseen_by_its_ports_days_and_expectations() -> None:
    week = dataclasses.replace(POINT, days=7)
    year = dataclasses.replace(POINT, ports=("sarnia",) * 139, days=365)
    assert 12 * foreseen_s(week) < SMALL_S < foreseen_s(year)
    assert foreseen_s(dataclasses.replace(week, horizon=5)) > 2.0 * foreseen_s(week)


@pytest.mark.parametrize(
    ("limit", "current", "expected"),
    [("max\n", "5\n", 2000.0), (f"{900 * 2**20}", f"{400 * 2**20}", 500.0), (None, None, 2000.0)],
)
def test_the_limit_of_a_container_counts(
    limit: str | None, current: str | None, expected: float, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (tmp_path / "meminfo").write_text(f"MemTotal: 1 kB\nMemAvailable:  {2000 * 1024} kB\n")
    if limit is not None and current is not None:
        (tmp_path / "memory.max").write_text(limit)
        (tmp_path / "memory.current").write_text(current)
    monkeypatch.setattr(live, "MEMORY", tmp_path / "meminfo")
    monkeypatch.setattr(live, "GROUP_LIMIT", tmp_path / "memory.max")
    assert free_memory_mib() == expected
    monkeypatch.setattr(live, "MEMORY", tmp_path / "gone")
    assert free_memory_mib() == math.inf
