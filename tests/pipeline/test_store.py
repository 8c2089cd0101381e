"""The store's parts: merged without a change, whole or absent, and damage costs what is damaged."""

import dataclasses
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sim.execute.store import MOST_PARTS, Store, keep, replication
from sim.execute.task import DETAILS, Task, kept_of, key_of, plan
from sim.files import replaced
from sim.results.tables import LAWS, DamagedError, Kept, to_tables
from sim.scenario.reading import read
from tests.pipeline import stand_in

TASKS = list(plan([stand_in.POINT], MOST_PARTS + 4))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with a part for each replication."""
    for task in TASKS:
        tables = to_tables(stand_in.run_replication(task.point, task.replication))
        keep(tmp_path, "code", [replication(task, tables)])
    store = Store(tmp_path, "code")
    assert store.refresh() == []
    return store


def parts(store: Store) -> list[Path]:
    return sorted(store.here.iterdir())


def test_small_parts_are_merged_and_hold_what_they_held(store: Store) -> None:
    before = [store.load(task) for task in TASKS]
    store.compact()
    (part,) = parts(store)
    assert part.name.startswith("merged-")
    assert [store.load(task) for task in TASKS] == before
    store.compact()
    assert parts(store) == [part]


def test_what_is_damaged_in_a_part_is_forgotten_and_the_rest_kept(store: Store) -> None:
    store.compact()
    path = parts(store)[0] / "summary.parquet"
    content = bytearray(path.read_bytes())
    values = pq.read_metadata(path).row_group(0).column(8)
    content[values.data_page_offset + values.total_compressed_size - 10] ^= 0xFF
    path.write_bytes(content)

    def is_damaged(task: Task) -> bool:
        try:
            store.load(task)
        except DamagedError:
            store.forget(task)
            return True
        return False

    with pytest.raises(DamagedError, match=str(path)):
        store.load(TASKS[0])
    damaged = [task for task in TASKS if is_damaged(task)]
    assert damaged
    store.compact()
    assert [task for task in TASKS if not store.has(task)] == damaged
    assert path.parent not in parts(store)


def test_a_part_is_taken_for_as_much_detail_as_it_holds(tmp_path: Path) -> None:
    result = stand_in.run_replication(stand_in.POINT, 0)
    tasks = [Task(stand_in.POINT, 0, key_of(stand_in.POINT), kept) for kept in Kept]
    store = Store(tmp_path, "code")
    for kept in Kept:
        tables = to_tables(result, kept)
        keep(tmp_path, "code", [replication(tasks[kept], tables)])
        store.refresh()
        assert [store.has(task) for task in tasks] == [task.kept <= kept for task in tasks]
        assert {*store.load(tasks[kept])} == {*tables} >= {"summary", "expected", LAWS}
    assert {*tables} - {*to_tables(result, Kept.ATTEMPTS)} == {
        "port_hours", "port_days", "officer_hours",
    }  # fmt: skip


def test_attempts_are_kept_of_every_scenario_and_hours_of_the_baseline() -> None:
    more = dataclasses.replace(stand_in.POINT, scenario=read("more_searches"))
    points = [stand_in.POINT, more]
    kept = {detail: [kept_of(detail, point) for point in points] for detail in DETAILS[1:]}
    assert kept == {
        "all": [Kept.ALL, Kept.ALL],
        "attempts": [Kept.ALL, Kept.ATTEMPTS],
        "baseline": [Kept.ALL, Kept.SUMMARY],
        "none": [Kept.SUMMARY, Kept.SUMMARY],
    }


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_is_interrupted_leaves_the_old_and_nothing_new(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x"
    if kind == "file":
        path.write_text("old", encoding="utf-8")

    def write() -> None:
        with replaced(path, lasting=True) as scratch:
            if kind == "folder":
                scratch.mkdir()
            (scratch / "y" if kind == "folder" else scratch).write_text("new", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert [one.read_text() for one in tmp_path.iterdir()] == (["old"] if kind == "file" else [])
