"""What a study says of itself while it runs, and what is made of it from outside."""

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputError
from sim.execute.worker import precompile
from sim.progress import STATUS_FILE, Progress, Status, in_words, now, read_status, write_status
from sim.scenario.point import Point
from tests.pipeline.stand_in import POINT

RUNNING = Status("running", "quick", total=40, done=10, updated=now())
OLD = "2005-01-01T00:00:00+00:00"


def test_a_number_that_another_process_has_by_now_is_no_sign_of_life(tmp_path: Path) -> None:
    for updated, state in ((OLD, "dead"), (now(), "running")):
        write_status(tmp_path, dataclasses.replace(RUNNING, pid=os.getpid(), updated=updated))
        assert read_status(tmp_path).state == state


def test_a_running_study_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_status(tmp_path, RUNNING)
    assert read_status(tmp_path) == RUNNING
    assert [path.name for path in tmp_path.iterdir()] == [STATUS_FILE]


def test_a_driver_that_was_killed_is_told_from_one_that_runs(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    write_status(tmp_path, dataclasses.replace(RUNNING, pid=ended.pid))
    assert read_status(tmp_path).state == "dead"
    assert "the same command continues" in str(read_status(tmp_path))


def test_a_driver_on_another_machine_is_dead_when_it_falls_silent(tmp_path: Path) -> None:
    write_status(tmp_path, dataclasses.replace(RUNNING, host="elsewhere", updated=OLD))
    assert read_status(tmp_path).state == "dead"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no study was started here"),
        ("", "damaged"),
        ("[]", "damaged"),
        ('{"schema": 0}', "another version"),
        ('{"schema": 1, "workers": [], "failures": []}', "damaged"),
    ],
)
def test_what_is_no_status_is_refused_in_one_line(
    tmp_path: Path, content: str | None, words: str
) -> None:
    if content is not None:
        (tmp_path / STATUS_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=words) as refused:
        read_status(tmp_path)
    assert "\n" not in str(refused.value)


def test_progress_counts_by_worker_and_ends_done(tmp_path: Path) -> None:
    progress = Progress()
    with progress.watched(tmp_path, "quick", "pool"):
        progress.begin(total=10, done=4)
        for count, worker in ((1, "a"), (2, "b"), (3, "a")):
            progress.advance(count, worker)
        assert json.loads((tmp_path / STATUS_FILE).read_text())["state"] == "running"
    status = read_status(tmp_path)
    assert (status.state, status.done, status.found, status.left_s) == ("done", 10, 4, 0.0)
    assert {one.name: one.done for one in status.workers} == {"a": 4, "b": 2}
    assert status.pid == os.getpid()


@pytest.mark.parametrize(
    ("end", "state"), [(KeyboardInterrupt(), "interrupted"), (InputError("x"), "failed")]
)
def test_a_run_that_ends_early_says_how(tmp_path: Path, end: BaseException, state: str) -> None:
    with pytest.raises(type(end)), Progress().watched(tmp_path, "quick", "pool"):
        raise end
    assert read_status(tmp_path).state == state


def test_a_length_of_time_is_said_in_two_units() -> None:
    assert [in_words(s) for s in (4.4, 200, 3900)] == ["4 s", "3 min 20 s", "1 h 05 min"]


def test_what_a_process_needs_to_begin_is_no_part_of_the_time_of_its_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is begun once, on little, before anything is timed: what is left is foretold from that."""
    begun: list[tuple[int, int, int]] = []

    def model(point: Point, replication: int) -> None:
        begun.append((len(point.ports), point.days, point.horizon))
        raise RuntimeError("to be said where it is asked for")

    monkeypatch.setattr("sim.execute.worker._precompiled", set())
    monkeypatch.setattr("sim.numerics.compilation.is_compiled", lambda: True)
    for _ in range(2):
        precompile(dataclasses.replace(POINT, days=365, horizon=5, smugglers=("static",)), model)
    assert begun == [(1, 1, 1)]


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_after_a_tenth_of_the_work_the_time_left_is_right(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Groups of up to eight scenarios beside a baseline, which costs several of them."""
    clock = [1000.0]
    monkeypatch.setattr("sim.progress.time.monotonic", lambda: clock[0])
    rng = np.random.default_rng(workers)
    sizes = [8, 8, 8, 7] * 20
    seconds = [3.0 + size * rng.uniform(0.7, 1.3) for size in sizes]
    free = [1000.0] * workers
    ends = []
    for size, length in zip(sizes, seconds, strict=True):
        worker = free.index(min(free))
        free[worker] += length
        ends.append((free[worker], worker, size, length))
    ends.sort()
    progress = Progress()
    progress._enter("running")
    progress.begin(sum(sizes), 0, workers)
    for end, worker, size, length in ends:
        clock[0] = end
        progress.advance(size, f"worker {worker}", length)
        if sum(sizes) // 10 <= progress.done <= sum(sizes) // 2:
            true_s = ends[-1][0] - end
            assert progress.left_s() == pytest.approx(true_s, rel=0.2)
