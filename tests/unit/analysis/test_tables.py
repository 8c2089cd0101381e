"""Tables for others: a CSV that spreadsheets open, a workbook, units in the Parquet files."""

import csv
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from analysis.compare import compare
from analysis.tables import DIFFERENCES, WORKBOOK, differences, levels, write_tables
from sim.results.reading import Study, read_study
from sim.results.schema import PRIMARY_OUTCOME, TABLES
from tests import synthetic_study


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("étude d'été") / "study"
    synthetic_study.write(folder)
    return read_study(folder)


@pytest.fixture(scope="module")
def written(study: Study) -> list[Path]:
    return write_tables(study)


def test_the_differences_are_those_of_the_comparison(study: Study, written: list[Path]) -> None:
    assert [path.name for path in written] == [DIFFERENCES, WORKBOOK]
    table = pd.read_csv(written[0])
    expected = differences(study, compare(study, [PRIMARY_OUTCOME]))
    read = table[table["metric"] == PRIMARY_OUTCOME].reset_index(drop=True)
    assert read["difference"].tolist() == pytest.approx(expected["difference"].tolist())
    assert read["scenario_title"].tolist() == expected["scenario_title"].tolist()
    assert set(read["unit"]) == {"firearms"}
    assert "firearms that reach the market" in set(read["metric_title"])


def test_the_csv_says_that_it_is_utf_8(written: list[Path]) -> None:
    content = written[0].read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(content.decode("utf-8-sig").splitlines()))
    assert len({len(row) for row in rows}) == 1


def test_the_workbook_has_numbers_as_numbers(study: Study, written: list[Path]) -> None:
    book = openpyxl.load_workbook(written[1])
    assert book.sheetnames == ["Answer", "Findings", "Metrics", "Dictionary"]
    answer = [row for row in book["Answer"].iter_rows(2, values_only=True)]
    assert {row[0] for row in answer} == {*study.scenarios} - {"baseline"}
    findings = book["Findings"]
    assert findings.freeze_panes == "B2"
    head = [cell.value for cell in next(findings.iter_rows(max_row=1))]
    rows = [dict(zip(head, row, strict=True)) for row in findings.iter_rows(2, values_only=True)]
    assert {type(row["baseline"]) for row in rows} <= {int, float}
    assert len(rows) == len(pd.read_csv(written[0]))
    means = book["Metrics"]
    assert means.max_row == 1 + len(levels(study, pd.read_csv(written[0])["metric"].unique()))
    meanings = {row[1]: row[3] for row in book["Dictionary"].iter_rows(2, values_only=True)}
    assert all(meanings[metric] for metric in {row["metric"] for row in rows})


def test_a_formula_in_a_title_stays_text(study: Study, tmp_path: Path) -> None:
    made = Study(tmp_path, {**study.manifest}, study.certificate, made=study.summary)
    made.manifest["scenarios"] = {"more_searches": "=1+1"}
    book = openpyxl.load_workbook(write_tables(made)[1])
    titles = [cell for cell in book["Findings"]["B"] if cell.value == "=1+1"]
    assert titles
    assert all(cell.data_type == "s" for cell in titles)


def test_units_are_in_the_parquet_files(study: Study) -> None:
    for name, columns in TABLES.items():
        fields = pq.read_schema(study.folder / f"{name}.parquet")
        for column in columns:
            about = fields.field(column.name).metadata
            assert about[b"unit"].decode() == column.unit
            assert about[b"description"].decode() == column.about


def test_a_study_without_a_comparison_gets_none(tmp_path: Path, study: Study) -> None:
    alone = study.summary[study.summary["scenario"] == "baseline"]
    made = Study(tmp_path, study.manifest, study.certificate, made=alone)
    assert write_tables(made) == []
