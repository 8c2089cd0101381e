"""The store's parts: merged without a change, whole or absent, and damage costs what is damaged."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sim.execute.store import MOST_PARTS, Store, keep, replication
from sim.execute.task import Task, plan
from sim.files import replaced
from sim.results.tables import DETAIL, STORED, DamagedError, to_tables
from tests.pipeline import stand_in

TASKS = list(plan([stand_in.POINT], MOST_PARTS + 4))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with a part for each replication."""
    for task in TASKS:
        tables = to_tables(stand_in.run_replication(task.point, task.replication))
        keep(tmp_path, "code", [replication(task.key, task.replication, tables, detailed=True)])
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
    content[pq.read_metadata(path).row_group(0).column(8).dictionary_page_offset + 30] ^= 0xFF
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


def test_a_part_is_taken_without_detail_and_not_with_it(tmp_path: Path) -> None:
    (task,) = plan([stand_in.POINT], 1, "none")
    result = stand_in.run_replication(task.point, 0)
    tables = to_tables(result, detailed=False)
    keep(tmp_path, "code", [replication(task.key, 0, tables, detailed=False)])
    store = Store(tmp_path, "code")
    store.refresh()
    assert set(store.load(task)) == {*STORED} - {*DETAIL}  # expectations are no detail
    (detailed,) = plan([stand_in.POINT], 1)
    assert (store.has(task), store.has(detailed)) == (True, False)
    keep(tmp_path, "code", [replication(task.key, 0, to_tables(result), detailed=True)])
    store.refresh()
    assert store.has(detailed)


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
