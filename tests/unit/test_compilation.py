"""The cache of compiled code knows every file that decides what is compiled."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from sim.numerics import compilation
from sim.numerics.compilation import (
    add_to,
    any_of,
    cache_folder,
    compiled,
    compiled_sources,
    first_of,
    number_in,
    put_back,
    put_in_order,
)
from sim.numerics.units import Floats

ROOM = (np.inf,) * 4

SIM = Path(compilation.__file__).parents[1]
NAMES = [path.relative_to(SIM).as_posix() for path in compiled_sources()]


def test_files_with_compiled_code_count() -> None:
    counted = {"numerics/compilation.py", "engine/compiled/primary.py"}
    assert counted | {"model/port/superintendent.py"} <= set(NAMES)


def test_files_whose_constants_are_compiled_in_count() -> None:
    assert {"records.py", "model/port/inspection_rates.py", "model/day.py"} <= set(NAMES)


def test_files_without_influence_on_compiled_code_do_not_count() -> None:
    assert not {"__main__.py", "model/border.py", "parameters/inspection.py"} & set(NAMES)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the compiled sources, with a cache of its own."""
    copy = tmp_path / "sim"
    for name in NAMES:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SIM / name, copy / name)
    monkeypatch.setattr(compilation, "__file__", str(copy / "numerics" / "compilation.py"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return copy


@pytest.mark.parametrize("name", NAMES)
def test_a_change_in_a_file_changes_the_folder(package: Path, name: str) -> None:
    before = cache_folder()
    assert cache_folder() == before
    with (package / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert cache_folder() != before


@compiled
def replaced_in_order(moments: Floats, moment: float) -> float:
    held = first_of(moments, ROOM)
    put_back(put_in_order(held, moment), moments)
    return number_in(held, 0)


@pytest.mark.parametrize("moment", [0.5, 1.0, 2.5, 9.0])
def test_a_moment_takes_the_place_of_the_first_and_the_order_is_kept(moment: float) -> None:
    moments = np.array([0.5, 1.0, 2.0, np.inf, -1.0])
    assert replaced_in_order(moments, moment) == 0.5
    assert moments.tolist() == [*sorted([1.0, 2.0, np.inf, moment]), -1.0]


@compiled
def added_to(sums: Floats, place: int, number: float) -> bool:
    held = add_to(first_of(sums, ROOM), place, number)
    put_back(held, sums)
    return any_of(held)


@pytest.mark.parametrize("place", range(4))
def test_a_number_is_added_in_its_place(place: int) -> None:
    sums = np.arange(5.0)
    assert added_to(sums, place, 0.5)
    assert np.flatnonzero(sums != np.arange(5.0)).tolist() == [place]
    assert sums[place] == place + 0.5


def test_sums_of_which_none_is_left_are_seen_to_be_zero() -> None:
    sums = np.array([0.0, 0.0, -0.0, 1.0, 7.0])
    assert not added_to(sums, 3, -1.0)
