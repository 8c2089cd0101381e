"""The page of results, from `sim.results.schema`."""

from docs.markdown import table
from sim.results.schema import (
    CLASSES,
    METRICS,
    PORT_GROUPS,
    SCHEMA,
    TABLES,
    WAIT_BIN_EDGES_MIN,
    Column,
)

INTRODUCTION = """\
# What a results folder holds

Written by `python -m docs` from `sim/results/schema.py`; do not edit it here. Tables of version
{schema}.

Every study writes a folder, `runs/NAME` unless `study.dir` names another. Files are written aside
and moved into place, the manifest last: a folder with a manifest is complete.

| file | holds |
|---|---|
| `summary.parquet` | metrics by scenario, replication, group of ports and class |
| `summary.csv` | the same as text, where it is no more than two million rows |
| `port_hours.parquet` | traffic, waits and secondary by port, lane and hour of the week |
| `officer_hours.parquet` | officers' time by port and hour of the week |
| `attempts.parquet` | every opportunity to bring a firearm, and its outcome |
| `certificate.json` | for each law that always holds: its worst case, and whether it held |
| `manifest.json` | how the study was made: configuration, seed, engine, versions |
| `store/` | every finished replication, many to a part; none is run twice |
| `brief.html` | the page written by `python -m analysis brief` |

Hours are hours of the week, summed over the run, so the tables do not grow with its length. A
folder whose certificate is broken is refused by the analysis.
"""

NOTES = {
    "summary": """\
Groups of ports: {groups}. *one_officer* are those that the port
table marks as normally staffed by one officer, *larger* the others, *busiest10* the ten with the
most vehicles of those in the run, *windsor* the Windsor-Detroit gateway. Classes: {classes}.
Where other contraband than handguns is smuggled, metrics keep their names (`firearms_...`), and
the column `unit` states what they count: parts, kg, CAD thousand or persons. The analysis, the
brief and the dashboard print the noun and unit of the study.""",
    "port_hours": """\
An arrival counts in the hour in which it joins the line. What happens at primary counts in the
hour in which the service begins, and work in secondary in the hour in which the work begins, so
those released in an hour need not be those who arrived in it.""",
    "attempts": """\
*not_planned* means that the opportunity was not used: after an arrest, for want of supply, or at
the price. *deterred* means that it was planned, but no trip was made, or it turned back at the
port; some are deterred in the baseline too. Travellers who find their port shut and give up the
trip stay *in_transit*.""",
}

WAIT_BIN = "wait_bin_"


def results_page() -> str:
    """The whole page."""
    lines = [INTRODUCTION.format(schema=SCHEMA)]
    for name, columns in TABLES.items():
        lines += [f"## {name}", ""]
        if name in NOTES:
            note = NOTES[name].format(groups=", ".join(PORT_GROUPS), classes=", ".join(CLASSES))
            lines += [note, ""]
        lines += [*table(("column", "type", "unit", "about"), _rows(columns)), ""]
    return "\n".join([*lines, *_metrics()])


def _rows(columns: tuple[Column, ...]) -> list[tuple[str, ...]]:
    """A row for each column; the first and last bins of waits stand for all."""
    bins = [column.name for column in columns if column.name.startswith(WAIT_BIN)]
    shown = {*bins[:2], *bins[-1:]}
    rows = []
    for column in columns:
        if column.name in bins and column.name not in shown:
            continue
        if bins and column.name == bins[-1]:
            rows.append(("...", "", "", "and so on, with these upper ends: " + _edges()))
        rows.append((f"`{column.name}`", column.dtype, column.unit, column.about))
    return rows


def _edges() -> str:
    return ", ".join(f"{edge:g}" for edge in WAIT_BIN_EDGES_MIN[:-1]) + " min"


def _metrics() -> list[str]:
    rows = [
        (f"`{name}`", one.unit, one.title, one.better, "yes" if one.model_only else "")
        for name, one in METRICS.items()
    ]
    return [
        "## Metrics",
        "",
        "Values of `metric` in the summary table, over the whole run. *Better* is given where most",
        "would agree on it. *Model only*: no agency could know it, as it takes what nobody found.",
        "",
        *table(("metric", "unit", "title", "better", "model only"), rows),
        "",
    ]
