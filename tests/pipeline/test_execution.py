"""Wherever and however tasks are carried out, the same results are kept, and none is lost."""

import dataclasses
import importlib
import itertools
import os
import signal
import threading
import time
import types
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.execute.execution import Executor, Serial, in_array, place_in_array
from sim.execute.pool import Pool
from sim.execute.store import Store
from sim.execute.task import Task, in_units, key_of, plan
from sim.execute.worker import LONGEST_S, ChunkResult, Chunks, Failure, Job, Replicate, carry_out
from sim.scenario.intervention import Intervention, Scenario
from tests.pipeline import stand_in

HERE = Path(__file__).resolve().parent


@pytest.fixture
def importable(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """The stand-in under a name that other processes can import."""
    monkeypatch.syspath_prepend(str(HERE))
    return importlib.import_module("stand_in")


def carried_out(
    executor: Executor, folder: Path, tasks: list[Task], model: Replicate
) -> tuple[Store, list[ChunkResult], list[str]]:
    lines: list[str] = []
    job = Job(folder, "code", model)
    outcomes = list(executor.run(Chunks(tasks, len(tasks)), job, lines.append))
    store = Store(folder, "code")
    assert store.refresh() == []
    return store, outcomes, lines


def test_a_pool_keeps_what_one_process_keeps(tmp_path: Path, importable: types.ModuleType) -> None:
    tasks = list(plan([stand_in.POINT], 12))
    model = importable.run_replication
    pool, outcomes, _ = carried_out(Pool(2), tmp_path / "pool", tasks, model)
    serial, _, _ = carried_out(Serial(), tmp_path / "serial", tasks, stand_in.run_replication)
    assert [pool.load(task) for task in tasks] == [serial.load(task) for task in tasks]
    assert sum(outcome.done for outcome in outcomes) == len(tasks)


def test_what_workers_warn_of_reaches_the_driver(
    tmp_path: Path, importable: types.ModuleType
) -> None:
    tasks = list(plan([stand_in.POINT], 4))
    _, _, said = carried_out(Pool(2), tmp_path, tasks, importable.warns)
    assert len([line for line in said if "a warning about replication" in line]) == 4
    assert len([line for line in said if line == "a log record"]) == 4


def test_a_task_that_kills_its_process_is_given_up_and_the_rest_is_done(
    tmp_path: Path, importable: types.ModuleType
) -> None:
    tasks = list(plan([stand_in.POINT], 8))
    store, outcomes, _ = carried_out(Pool(2), tmp_path, tasks, importable.dies_on_five)
    (failure,) = itertools.chain.from_iterable(outcome.failures for outcome in outcomes)
    assert "replication 5: its process died 3 times" in str(failure)
    assert [store.has(task) for task in tasks] == [number != 5 for number in range(8)]


def test_where_every_process_dies_at_once_the_run_ends_in_one_line(
    tmp_path: Path, importable: types.ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.execute.pool.MOST_BREAKS", 2)
    tasks = list(plan([stand_in.POINT], 9))
    with pytest.raises(InputError, match="worker processes died 3 times in a row without"):
        carried_out(Pool(1), tmp_path, tasks, importable.dies)


def test_a_worker_that_is_killed_costs_nothing(
    tmp_path: Path, importable: types.ModuleType
) -> None:
    tasks = list(plan([stand_in.POINT], 12))
    before = set(children())

    def kill_one() -> None:
        while not list(tmp_path.glob("code/part-*")):
            time.sleep(0.01)
        workers = [pid for pid in set(children()) - before if "spawn_main" in command_of(pid)]
        os.kill(workers[0], signal.SIGKILL)

    killer = threading.Thread(target=kill_one)
    killer.start()
    store, outcomes, _ = carried_out(Pool(2), tmp_path, tasks, importable.slow)
    killer.join()
    assert all(store.has(task) for task in tasks)
    assert sum(outcome.done for outcome in outcomes) == len(tasks)


def children() -> list[int]:
    return [
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/stat")
        if parent_of(path) == os.getpid()
    ]


def parent_of(stat: Path) -> int:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def test_an_error_of_the_model_is_told_with_its_place_and_the_rest_is_kept(tmp_path: Path) -> None:
    tasks = list(plan([stand_in.POINT], 4))
    store, outcomes, _ = carried_out(Serial(), tmp_path, tasks, stand_in.fails_on_two)
    (failure,) = itertools.chain.from_iterable(outcome.failures for outcome in outcomes)
    assert str(failure).endswith("replication 2: ArithmeticError: no such number")
    assert "fails_on_two" in failure.trace
    assert sum(store.has(task) for task in tasks) == 3


def test_a_machine_that_does_not_see_the_store_gives_its_results_back(tmp_path: Path) -> None:
    tasks = list(plan([stand_in.POINT], 3))
    job = Job(tmp_path / "store", "code", stand_in.run_replication)
    here = carry_out(tasks, job)
    assert (here.done, here.packed) == (3, [])
    (part,) = (job.store / job.code).iterdir()
    there = carry_out(tasks, job, at_home=False)
    assert there.packed == [{path.name: path.read_bytes() for path in sorted(part.iterdir())}]


def test_chunks_grow_to_what_is_worth_sending_and_shrink_towards_the_end() -> None:
    tasks = list(plan([stand_in.POINT], 5000))
    chunks, sizes = Chunks(tasks, len(tasks)), []
    while chunk := chunks.take(workers=2):
        chunks.learn(ChunkResult("", seconds=0.01 * len(chunk)), len(chunk))
        sizes.append(len(chunk))
    assert sum(sizes) == 5000
    assert sizes[0] == sizes[-1] == 1
    assert 100 <= max(sizes) <= LONGEST_S / 0.01
    assert len(sizes) < 60


def test_repetitions_follow_the_traffic_that_they_share_and_are_not_parted_from_it() -> None:
    shared = dataclasses.replace(stand_in.POINT, traffic_replications=2)
    points = [dataclasses.replace(shared, seed=1, scenario=Scenario(name)) for name in "ab"]
    points[1] = dataclasses.replace(
        points[1],
        scenario=Scenario(
            "b", interventions=(Intervention("inspection.selective_share", "set", 0.1),)
        ),
    )
    tasks = list(plan(points, 5))
    units = [
        [(task.point.scenario.name, task.replication) for task in unit] for unit in in_units(tasks)
    ]
    assert units == [
        [(name, number) for name in "ab" for number in (0, 2, 4)],
        [(name, number) for name in "ab" for number in (1, 3)],
    ]
    assert [len(unit) for unit in in_units(tasks, most=1)] == [3, 3, 2, 2]
    chunks = Chunks(tasks, len(tasks))
    assert [len(chunks.take(workers=1)) for _ in range(2)] == [6, 4]
    assert key_of(points[0]) != key_of(dataclasses.replace(points[0], traffic_replications=None))


def test_groups_are_full_until_less_is_left_than_one_for_each_worker() -> None:
    points = [
        dataclasses.replace(
            stand_in.POINT,
            scenario=Scenario(
                f"s{k}", interventions=(Intervention("inspection.selective_share", "set", k / 99),)
            ),
        )
        for k in range(16)
    ]
    tasks = list(plan(points, 2))
    chunks, sizes = Chunks(tasks, len(tasks)), []
    while chunk := chunks.take(workers=2):
        sizes.append(len(chunk))
    assert sizes == [8, 8, 8, 4, 2, 1, 1]


def test_what_a_dead_worker_had_in_hand_comes_back_in_halves_until_one_stands_alone() -> None:
    tasks = tuple(plan([stand_in.POINT], 4))
    chunks = Chunks((), 0)
    assert chunks.give_back(tasks) == []
    first, second = chunks.take(2), chunks.take(2)
    assert (first, second) == (tasks[:2], tasks[2:])
    chunks.give_back(second)
    assert chunks.take(2) == tasks[2:3]
    assert chunks.take(2) == tasks[3:]
    assert chunks.give_back(tasks[3:]) == [
        Failure(tasks[3].label, "its process died 3 times (too little memory?)")
    ]
    assert not chunks


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_COUNT": "4"},
         (2, 4)),
        ({"JOB_COMPLETION_INDEX": "2", "JOB_COMPLETIONS": "20"}, (2, 20)),
    ],
    ids=["Slurm", "Kubernetes"],
)  # fmt: skip
def test_a_job_of_an_array_asks_its_scheduler_who_it_is(
    environment: dict[str, str], place: tuple[int, int]
) -> None:
    assert place_in_array(None, None, environment) == place
    assert place_in_array(7, 9, environment) == (7, 9)


def test_the_options_of_schedulers_are_settings() -> None:
    words = ["experiment=quick", "--task-index", "3", "--task-count=20", "run.days=2"]
    assert in_array(words) == [
        "experiment=quick", "execution.index=3", "execution.count=20", "run.days=2",
        "execution=array",
    ]  # fmt: skip
    assert in_array(["run.days=2"]) == ["run.days=2"]
    with pytest.raises(InputError, match="--task-index: give a number"):
        in_array(["--task-index"])


def test_a_job_that_no_scheduler_numbers_is_refused() -> None:
    with pytest.raises(InputError, match="index is missing"):
        place_in_array(None, 4, {})
