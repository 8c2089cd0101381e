"""The comparison as tables for others: tidy, with names and titles, and as a workbook.

Every results folder gets ``differences.csv`` and ``study.xlsx``. The CSV begins with a byte order
mark, by which spreadsheet programs know UTF-8; the workbook opens the same everywhere, also where a
comma is the decimal sign.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.compare import HEADLINE, Comparison, compare, frame_of
from analysis.estimates import estimates, level_of
from analysis.kept import TABLES
from analysis.language import contraband_of, metric_title, title_of
from analysis.values import DERIVED, metric_of, values
from analysis.verdicts import frame_of as frame_of_verdicts
from analysis.verdicts import over_horizons
from analysis.wording import unit_in_data
from sim.errors import InputError
from sim.files import made_anew
from sim.results.reading import Study
from sim.results.schema import METRICS
from sim.results.schema import TABLES as OF_RESULTS

if TYPE_CHECKING:
    from xlsxwriter import Workbook

DIFFERENCES, WORKBOOK = TABLES
WIDEST = 60
MOST_ROWS = 1_000_000
"""A sheet holds 1,048,576 rows."""


def with_titles(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """Put titles of scenarios and metrics beside their names."""
    made = table.copy()
    for column, title in (
        ("scenario", lambda name: title_of(study, name)),
        ("metric", metric_title),
    ):
        titles = {name: title(name) for name in made[column].unique()}
        place = int(made.columns.get_indexer([column])[0]) + 1
        made.insert(place, f"{column}_title", made[column].map(titles))
    return made


def differences(study: Study, comparisons: Sequence[Comparison]) -> pd.DataFrame:
    """Paired differences to the baseline, one row each, with titles."""
    return with_titles(study, frame_of(comparisons))


def levels(study: Study, metrics: Iterable[str]) -> pd.DataFrame:
    """Mean of every metric in every scenario, with its 95 % interval, with titles."""
    table = values(study)
    rows = []
    for (scenario, adversary), runs in table.groupby(level=["scenario", "adversary"], sort=False):
        there = [name for name in metrics if name in runs.columns]
        for name, found in zip(there, estimates(runs[there]), strict=True):
            metric = metric_of(name)
            mean = level_of(runs[name], metric.unit, found)
            if mean.count:
                rows.append(
                    {
                        "scenario": scenario,
                        "adversary": adversary,
                        "metric": name,
                        "unit": unit_in_data(metric.unit),
                        "mean": mean.mean,
                        "low": mean.low,
                        "high": mean.high,
                        "replications": mean.count,
                    }
                )
    return with_titles(study, pd.DataFrame(rows))


def answers(study: Study) -> pd.DataFrame:
    """The verdict on each proposal over each horizon, with who acts and how well it is known."""
    table = frame_of_verdicts(over_horizons(study))
    files = [study.files.get(name, {}) for name in table["proposal"]]
    table.insert(1, "title", [title_of(study, name) for name in table["proposal"]])
    table["actor"] = [file.get("actor") or "" for file in files]
    table["evidence"] = [file.get("evidence") for file in files]
    return table


def dictionary(study: Study) -> pd.DataFrame:
    """What every metric and column means."""
    rows = [
        ("metric", name, unit_in_data(metric_of(name).unit), metric_title(name))
        for name in values(study).columns
    ]
    rows += [
        (f"table {table}", column.name, column.unit, column.about)
        for table, columns in OF_RESULTS.items()
        for column in columns
    ]
    rows += [("column of differences", name, "", about) for name, about in _ABOUT.items()]
    rows += [("column of the answer", name, unit, about) for name, unit, about in _ANSWER]
    return pd.DataFrame(rows, columns=["what", "name", "unit", "meaning"])


_ANSWER = (
    ("low, mean, high", "% of the baseline", "Change of what reaches the market, jointly for all"),
    ("share_of_worlds", "share", "Worlds and kinds of smuggler in which it beats doing nothing"),
    ("cost_cad", "CAD a year", "Programme, pay, delay and duty forgone, whoever bears it"),
    ("detection_limit", "% of the baseline", "Half of the interval"),
    ("evidence", "1 to 4", "How well its strength is known: guess, partly, elsewhere, here"),
)  # fmt: skip
_ABOUT = {
    "baseline": "Mean of the baseline over the same replications, in the unit of the row",
    "difference": "Mean of scenario minus baseline, paired by replication",
    "low, high": "Ends of the 95 % interval of the difference",
    "replications": "Pairs of replications",
    "p, p_adjusted": "Chance of such a difference without an effect; after Holm's correction",
    "verdict": "The finding in words",
}


def write_tables(study: Study) -> list[Path]:
    """Write ``differences.csv`` and ``study.xlsx`` into the results folder.

    What a person has edited there since is kept beside them.

    Returns
    -------
    list of pathlib.Path
        What was written: without a baseline to compare with, nothing.
    """
    if "baseline" not in study.scenarios or len(study.scenarios) < 2:
        return []
    with contraband_of(study):
        known = [name for name in values(study).columns if name in METRICS or name in DERIVED]
        metrics = sorted(known, key=lambda name: name not in HEADLINE)  # the main ones first
        judged = {}
        with suppress(InputError):  # one replication
            judged["Answer"] = answers(study)
        found = differences(study, compare(study, metrics))
        means = levels(study, metrics)
        words = dictionary(study)
    text, book = study.folder / DIFFERENCES, study.folder / WORKBOOK
    with made_anew(text) as scratch:
        found.to_csv(scratch, index=False, lineterminator="\n", encoding="utf-8-sig")
    with made_anew(book) as scratch:
        sheets = {**judged, "Findings": found, "Metrics": means, "Dictionary": words}
        write_workbook(scratch, sheets, study)
    return [text, book]


def write_workbook(path: Path, sheets: dict[str, pd.DataFrame], study: Study) -> None:
    """Write sheets with frozen heads, filters, and numbers as numbers."""
    import xlsxwriter

    options = {"nan_inf_to_errors": False, "strings_to_formulas": False, "strings_to_urls": False}
    book: Workbook = xlsxwriter.Workbook(str(path), options)
    try:
        book.set_properties({"title": str(study.manifest.get("name", study.folder.name))})
        bold, cell = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.####"})
        for name, table in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 1)
            rows = min(len(table), MOST_ROWS)
            sheet.autofilter(0, 0, max(rows, 1), max(len(table.columns) - 1, 0))
            for k, column in enumerate(table.columns):
                content: list[Any] = table[column].tolist()[:rows]
                sheet.write(0, k, column, bold)
                longest = max((len(str(value)) for value in content), default=0)
                is_text = any(isinstance(value, str) for value in content)
                width = max(len(column), min(longest, WIDEST) if is_text else 12) + 1
                sheet.set_column(k, k, width)
                for row, value in enumerate(content, start=1):
                    if isinstance(value, str):
                        sheet.write_string(row, k, value)
                    elif value is not None and value == value and abs(value) != float("inf"):
                        sheet.write_number(row, k, value, cell)
    finally:
        book.close()
