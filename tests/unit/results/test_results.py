"""Tables of results: what is written is what is read, and what is wrong is refused by name."""

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim.errors import InputError
from sim.results.reading import read_study
from sim.results.schema import KEYS, METRICS, TABLES, WAIT_BIN_EDGES_MIN
from sim.results.writing import write_study
from tests import synthetic_study

write, results = synthetic_study.write, synthetic_study.results
TWO = {"baseline": (0.0, 0.0), "more_searches": (31.0, 1.4)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "study", TWO, replications=2)


@pytest.mark.parametrize("table", TABLES)
def test_what_is_written_is_what_is_read(folder: Path, table: str) -> None:
    written = pd.concat(
        getattr(result, table).assign(**label._asdict(), replication=number)
        for label, number, result in results(TWO, 2)
    )
    columns = [column.name for column in TABLES[table]]
    read = read_study(folder).table(table)
    pd.testing.assert_frame_equal(
        read, written[columns].reset_index(drop=True), check_dtype=False, check_exact=True
    )


def test_one_scenario_and_some_columns_are_read_alone(folder: Path) -> None:
    rows = read_study(folder).table("port_hours", ["arrivals"], "more_searches")
    assert list(rows.columns) == ["arrivals"]
    assert len(rows) * 2 == len(read_study(folder).table("port_hours"))


def test_the_csv_says_what_the_parquet_says(folder: Path) -> None:
    csv = pd.read_csv(folder / "summary.csv")
    pd.testing.assert_frame_equal(csv, read_study(folder).summary, check_dtype=False)


def test_a_summary_of_many_rows_is_not_written_as_csv_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = len(read_study(folder).summary)
    monkeypatch.setattr("sim.results.writing.CSV_MOST_ROWS", rows)
    write(folder, TWO, replications=2)
    assert (folder / "summary.csv").exists()
    monkeypatch.setattr("sim.results.writing.CSV_MOST_ROWS", rows - 1)
    write(folder, TWO, replications=2)
    assert not (folder / "summary.csv").exists()
    study = read_study(folder)
    assert len(study.summary) == rows
    assert "summary.csv" not in study.manifest["files"]


def test_the_same_results_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    again = write(tmp_path / "again", TWO, replications=2)
    for path in folder.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_nothing_but_the_results_is_left_in_the_folder(folder: Path) -> None:
    names = {f"{name}.parquet" for name in TABLES}
    assert {path.name for path in folder.iterdir()} == names | {
        "manifest.json", "summary.csv", "certificate.json",
    }  # fmt: skip


def test_an_interrupted_study_leaves_the_older_one_whole(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def interrupted():
        yield from results({"baseline": (0.0, 0.0)}, 1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_study(folder, interrupted(), {"days": 1})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_an_interrupted_first_study_leaves_nothing(tmp_path: Path) -> None:
    def interrupted():
        yield from results({"baseline": (0.0, 0.0)}, 1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_study(tmp_path / "new", interrupted(), {"days": 1})
    assert not list(tmp_path.iterdir())


def test_a_folder_whose_files_are_half_renamed_is_no_results_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    renamed: list[str] = []

    def rename(source: Path, target: Path) -> None:
        if len(renamed) == 2:
            raise OSError("the machine stops here")
        renamed.append(target.name)
        source.rename(target)

    monkeypatch.setattr("sim.results.writing.os.replace", rename)
    with pytest.raises(OSError, match="stops here"):
        write_study(folder, results(TWO, 1), {})
    with pytest.raises(InputError, match="not a results folder"):
        read_study(folder)


def test_a_study_says_in_a_line_what_it_is(folder: Path) -> None:
    assert repr(read_study(folder)) == f"<results in {str(folder)!r}>"


def test_a_column_that_is_not_declared_is_refused(tmp_path: Path) -> None:
    label, number, result = next(results(TWO, 1))
    odd = replace(result, attempts=result.attempts.assign(colour="red").drop(columns="fate"))
    with pytest.raises(ValueError, match=r"attempts: .*\['colour', 'fate'\]"):
        write_study(tmp_path, [(label, number, odd)], {})
    assert list(tmp_path.iterdir()) == []


def test_every_table_says_whose_run_a_row_is_of(tmp_path: Path) -> None:
    adversaries = ("quantal_response", "static")
    folder = write(tmp_path, TWO, 2, adversaries=adversaries, worlds=1)
    for table in set(TABLES) - {"port_days"}:  # the made-up study has no rows by date
        frame = read_study(folder).table(table)
        runs = frame[[key.name for key in KEYS]].drop_duplicates()
        assert len(runs) == 2 * 2 * 2 * 2, table
        assert set(runs["adversary"]) == set(adversaries)


def test_an_expectation_at_a_horizon_has_the_form_of_a_summary(tmp_path: Path) -> None:
    study = read_study(write(tmp_path, TWO, 2, adversaries=("static", "x"), worlds=1))
    rows = study.expected_summary("reaching_market", "year_3")
    assert list(rows.columns) == list(study.summary.columns)
    assert len(rows) == 2 * 2 * 2 * 2
    assert set(rows["metric"]) == {"expected_firearms_reaching_market_year_3"}
    assert study.expected_summary("reaching_market", "year_30").empty


def test_rows_of_one_smuggler_and_world_are_read_alone(tmp_path: Path) -> None:
    study = read_study(write(tmp_path, TWO, 2, adversaries=("static", "x"), worlds=2))
    rows = study.table("attempts", scenario="baseline", adversary="static", world=2)
    assert len(rows) * 2 * 2 * 3 == len(study.table("attempts"))
    assert set(rows["world"]) == {2}


def test_a_folder_without_a_manifest_is_no_results_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a results folder"):
        read_study(tmp_path)


def test_another_version_is_named(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema": 9}))
    with pytest.raises(InputError, match=r"version '9'.*this program reads 3"):
        read_study(folder)


@pytest.mark.parametrize("name", ["certificate.json", "manifest.json", "port_hours.parquet"])
def test_a_damaged_file_is_named(folder: Path, name: str) -> None:
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match=rf"{re.escape(name)}: damaged"):
        read_study(folder)


def test_a_flipped_byte_is_found_when_the_table_is_read(folder: Path) -> None:
    path = folder / "port_hours.parquet"
    content = bytearray(path.read_bytes())
    chunk = pq.read_metadata(path).row_group(0).column(9)
    content[chunk.data_page_offset + chunk.total_compressed_size // 2] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(InputError, match=r"port_hours\.parquet: damaged"):
        _ = read_study(folder).table("port_hours")


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "attempts.parquet").unlink()
    with pytest.raises(InputError, match=r"attempts\.parquet: damaged"):
        read_study(folder)


def test_a_table_of_another_study_is_found_by_its_rows(folder: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other", TWO, replications=3)
    (folder / "attempts.parquet").write_bytes((other / "attempts.parquet").read_bytes())
    with pytest.raises(InputError, match=r"attempts\.parquet: damaged \(\d+ rows, the manifest"):
        read_study(folder)


def test_results_that_broke_a_law_are_refused_with_the_law(tmp_path: Path) -> None:
    folder = write(tmp_path, TWO, replications=2, held=False)
    with pytest.raises(InputError, match=r"not certified: law \"Little's law\" broken in 4 of 4"):
        read_study(folder)
    assert read_study(folder, certified=False).certificate["held"] is False


def test_results_without_a_law_are_refused(tmp_path: Path) -> None:
    bare = [(label, k, replace(one, certificate=[])) for label, k, one in results(TWO, 1)]
    write_study(tmp_path, bare, {})
    with pytest.raises(InputError, match="no law was checked"):
        read_study(tmp_path)


def test_a_residual_that_is_no_number_does_not_hold(tmp_path: Path) -> None:
    law = {"law": "x", "held": True, "residual": math.nan, "tolerance": 0.0, "detail": ""}
    odd = [(label, k, replace(one, certificate=[law])) for label, k, one in results(TWO, 1)]
    write_study(tmp_path, odd, {})
    with pytest.raises(InputError, match="law 'x' broken in 2 of 2"):
        read_study(tmp_path)


def test_the_certificate_keeps_the_worst_case(tmp_path: Path) -> None:
    pairs = list(results(TWO, 2))
    for k, (_, _, result) in enumerate(pairs):
        result.certificate[0]["residual"] = (0.1, -0.9, 0.3, 0.2)[k]
    write_study(tmp_path, pairs, {})
    law = read_study(tmp_path).certificate["laws"][0]
    assert (law["residual"], law["scenario"], law["replication"]) == (-0.9, "baseline", 1)
    assert (law["checked"], law["broken"]) == (4, 0)


def test_wait_bins_stand_for_no_wait_and_every_edge() -> None:
    bins = [column for column in TABLES["port_hours"] if column.name.startswith("wait_bin_")]
    assert [column.name for column in bins] == [f"wait_bin_{k:02d}" for k in range(24)]
    assert len(WAIT_BIN_EDGES_MIN) == 24
    assert bins[2].about == "Wait from 1 up to 2 min"


def test_every_column_and_metric_says_what_it_is() -> None:
    for columns in TABLES.values():
        assert len({column.name for column in columns}) == len(columns)
        assert all(column.about for column in columns)
    assert all(metric.unit and metric.title for metric in METRICS.values())
    assert all(metric.model_only for name, metric in METRICS.items() if name.startswith("true_"))
