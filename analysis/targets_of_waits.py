"""Numbers of the record of waits by season, by day of the week and at some bridges."""

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd

from analysis.language import gettext
from analysis.targets import Target
from analysis.values import BASELINE
from sim.data import read_source
from sim.results.reading import Study
from sim.results.schema import WAIT_BIN_EDGES_MIN

PEAK = (7, 8)
"""Months in which the agencies' charts of 2003-08 show the longest waits of cars."""
FRIDAY = 4
CROSSING_WITHIN = 0.4
"""What three days of the summer of 2001 are taken to be known to."""
BY_DAY = range(8, 20)
"""Hours in which the crossing times are compared; those of the measurement are not on record."""


def _by_date(study: Study, lane: str) -> pd.DataFrame:
    columns = ["replication", "date", "lane", "released", "mean_wait_min"]
    rows = study.table("port_days", columns, BASELINE)
    rows = rows[(rows["lane"] == lane) & (rows["released"] > 0)]
    return rows.assign(
        wait=rows["released"] * rows["mean_wait_min"], date=pd.to_datetime(rows["date"])
    )


def _mean(rows: pd.DataFrame) -> pd.Series:
    sums = rows.groupby("replication")[["wait", "released"]].sum()
    return sums["wait"] / sums["released"]


def _peak_over_year(study: Study, lane: str) -> pd.Series:
    """Mean wait of July and August over that of the year, by replication."""
    rows = _by_date(study, lane)
    if rows["date"].dt.month.nunique() < 12:
        raise KeyError("months")
    return _mean(rows[rows["date"].dt.month.isin(PEAK)]) / _mean(rows)


def _weekend_over_week(study: Study, lane: str) -> pd.Series:
    """Mean wait of Friday to Sunday over that of Monday to Thursday."""
    rows = _by_date(study, lane)
    late = rows["date"].dt.day_of_week >= FRIDAY
    return _mean(rows[late]) / _mean(rows[~late])


def _crossing_min(study: Study, port: str, free_flow_min: float, share: float | None) -> pd.Series:
    """Crossing time of trucks on weekdays by day: free flow and the wait, its mean or a quantile.

    Within a bin of waits the quantile is interpolated.
    """
    bins = [f"wait_bin_{k:02d}" for k in range(len(WAIT_BIN_EDGES_MIN))]
    columns = ["released", "wait_s", *bins]
    rows = study.table(
        "port_hours", ["replication", "port_id", "lane", "weekday", "hour", *columns], BASELINE
    )
    rows = rows[
        (rows["port_id"] == port)
        & rows["lane"].isin(["truck", "fast"])
        & (rows["weekday"] <= FRIDAY)
        & rows["hour"].isin(BY_DAY)
    ]
    if rows.empty:
        raise KeyError(port)
    sums = rows.groupby("replication")[columns].sum()
    if share is None:
        return free_flow_min + sums["wait_s"] / sums["released"] / 60.0
    edges = np.array([0.0, *WAIT_BIN_EDGES_MIN[:-1]])
    counts = sums[bins].to_numpy(float)
    below = counts.cumsum(axis=1)[:, : len(edges)] / counts.sum(axis=1, keepdims=True)
    late = [float(np.interp(share, row, edges)) for row in below]
    return pd.Series(late, sums.index) + free_flow_min


def crossing_targets() -> Iterator[Target]:
    """Crossing times of trucks into Canada in 2001 (``sim/data/source/crossing_times.csv``).

    Factors of these ports are fitted to them (`sim.study.fit_capacity`).
    """
    for row in read_source("crossing_times.csv"):
        if row["direction"] != "northbound":
            continue
        for title, column, share in (
            (gettext("record-crossing-mean", port=row["port_id"]), "mean_min", None),
            (gettext("record-crossing-late", port=row["port_id"]), "p95_min", 0.95),
        ):
            minutes = float(row[column])
            yield Target(
                title, "min", (1 - CROSSING_WITHIN) * minutes,
                (1 + CROSSING_WITHIN) * minutes, minutes, row["source"],
                "fitted",
                partial(
                    _crossing_min, port=row["port_id"],
                    free_flow_min=float(row["free_flow_min"]), share=share,
                ),
                gettext("why-three-days"),
            )  # fmt: skip


def wait_targets() -> Iterator[Target]:
    """Waits on record as words and as minutes; rosters were fitted to some of them.

    See `sim.study.fit_capacity`.
    """
    charts = "HeraldNet, Canadian Press 2008"
    yield Target(
        gettext("record-peak-cars"), "ratio", 1.05, 3.0, 1.5, charts,
        "fitted", partial(_peak_over_year, lane="car"), gettext("why-sign"),
    )  # fmt: skip
    yield Target(
        gettext("record-peak-trucks"), "ratio", 0.7, 1.3, 1.0, charts,
        "fitted", partial(_peak_over_year, lane="truck"), gettext("why-little-change"),
    )  # fmt: skip
    yield Target(
        gettext("record-weekend-cars"), "ratio", 1.05, 3.0, 1.3, "B058, B059",
        "fitted", partial(_weekend_over_week, lane="car"), gettext("why-sign"),
    )  # fmt: skip
    yield from crossing_targets()
