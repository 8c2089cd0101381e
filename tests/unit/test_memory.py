"""How many points a worker simulates in step follows from the memory that there is."""

import math
from pathlib import Path

import pytest

from sim.execute import execution, live
from sim.execute.execution import POINT_MIB, WORKER_MIB, most_together
from sim.execute.live import free_memory_mib
from sim.execute.task import MOST_TOGETHER


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
