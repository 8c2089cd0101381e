"""Results are those that were stored when they last moved on purpose.

Another type of processor may differ in the last bits, so a relative difference below 1e-9 passes
here, and only the number of rows of the detail tables is compared. ``make backtest`` compares every
table to the last bit; a refactoring has to pass it on the machine where it was made.
"""

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from tests.backtest.cases import CASES
from tests.backtest.comparing import TOLERANCE, between_digests, between_summaries, report
from tests.backtest.tables import (
    DIGESTS,
    STORED,
    Digest,
    digests_of,
    read_digests,
    read_summary,
    summary_of,
)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results folders of all cases, run in one process of their own."""
    place = tmp_path_factory.mktemp("backtest")
    words = [sys.executable, "-m", "tests.backtest", "run", "--folder", str(place)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return place


@pytest.mark.parametrize("case", CASES)
def test_results_are_those_stored(folder: Path, case: str) -> None:
    stored = read_summary(STORED / f"{case}.csv")
    differences = between_summaries(case, stored, summary_of(folder / case), TOLERANCE)
    before = rows_of(read_digests(STORED / DIGESTS).get(case, {}))
    tables = between_digests(case, before, rows_of(digests_of(folder / case)))
    differing = report(differences, tables)
    assert not differing, differing


def rows_of(digests: dict[tuple[str, str], Digest]) -> dict[tuple[str, str], Digest]:
    return {place: dataclasses.replace(one, sha256="") for place, one in digests.items()}


def test_the_reference_engine_gives_what_the_compiled_one_gives(folder: Path) -> None:
    compiled, reference = (
        summary_of(folder / f"{engine}_engine") for engine in ("compiled", "reference")
    )
    differing = report(between_summaries("engines", compiled, reference, TOLERANCE), [])
    assert not differing, differing


QUANTITY = ("mean_wait_min", "min", "all", "all")


def test_a_value_that_moved_is_named_with_its_size() -> None:
    stored = {QUANTITY: {"baseline static 0 0": "2.5", "close_ports static 0 0": "2"}}
    new = {QUANTITY: {"baseline static 0 0": "2.5000000000000004", "close_ports static 0 0": "4"}}
    close, last_bit = between_summaries("quick", stored, new, tolerance=0)
    assert close.line == (
        "quick: mean_wait_min (all, all), run close_ports static 0 0: stored 2, new 4 min; "
        "relative difference 0.5"
    )
    assert "stored 2.5, new 2.5000000000000004 min" in last_bit.line
    assert between_summaries("quick", stored, new, TOLERANCE) == [close]


@pytest.mark.parametrize("new", [{}, {"other static 0 0": "2.5"}, {"baseline static 0 0": "nan"}])
def test_a_value_that_is_missing_differs_whatever_the_tolerance(new: dict[str, str]) -> None:
    stored = {QUANTITY: {"baseline static 0 0": "2.5"}}
    differences = between_summaries("quick", stored, {QUANTITY: new}, TOLERANCE)
    assert {difference.size for difference in differences} == {float("inf")}


def test_the_ten_largest_come_first_and_the_rest_are_counted() -> None:
    stored = {(f"metric_{k}", "", "all", "all"): {"run": "1"} for k in range(1, 13)}
    new = {(f"metric_{k}", "", "all", "all"): {"run": str(1 + k)} for k in range(1, 13)}
    lines = report(between_summaries("quick", stored, new, 0), []).splitlines()
    assert lines[0] == "12 values of summaries differ from those stored; the 10 largest:"
    assert lines[1].startswith("  quick: metric_12 ")
    assert lines[10].startswith("  quick: metric_3 ")
    assert "make backtest-refresh" in lines[11]


def test_columns_that_differ_are_named() -> None:
    first, second = Digest(3, "int64", "aa"), Digest(3, "int64", "bb")
    stored = {("attempts", "load"): first, ("attempts", "fate"): first, ("attempts", "why"): first}
    new = {("attempts", "load"): second, ("attempts", "fate"): first, ("attempts", "lane"): first}
    assert between_digests("quick", stored, new) == [
        "quick: table attempts: columns gone: why; columns added: lane; columns that differ: load"
    ]
    assert between_digests(
        "quick", {("attempts", "load"): first}, {("attempts", "load"): Digest(4, "int64", "bb")}
    ) == ["quick: table attempts: stored 3 rows, new 4 rows; columns that differ: load"]
