"""Numbers of the record that no parameter was set to: the ones that can surprise."""

import datetime
from collections.abc import Iterator

import pandas as pd

from analysis.compare import BASELINE
from analysis.validate_target import Target, metric, yearly
from sim.results import Study

SUMMER = (6, 7, 8)
OFFICER_HOURS_PER_YEAR = 1500.0
"""Hours on shift of one officer a year (an assumption: `sim.parameters.Costs`)."""

PEACE_ARCH = "douglas"
"""Port of the measurements of trusted lanes (B037, B038); the next one has longer general lines."""


def _seized(study: Study) -> pd.DataFrame:
    columns = ["replication", "port_id", "time_s", "load", "fate"]
    rows = study.table("attempts", columns, BASELINE)
    return rows[rows["fate"] == "seized"]


def _share_of_seizures(study: Study, chosen: pd.Series, rows: pd.DataFrame) -> pd.Series:
    all_of = rows.groupby("replication")["load"].sum()
    return (
        rows[chosen].groupby("replication")["load"].sum().reindex(all_of.index, fill_value=0)
        / all_of
    )


def _summer_share(study: Study) -> pd.Series:
    rows = _seized(study)
    start = datetime.date.fromisoformat(str(study.manifest.get("start", "2005-01-01"))[:10])
    day = pd.Timestamp(start) + pd.to_timedelta(rows["time_s"], unit="s")
    return _share_of_seizures(study, day.dt.month.isin(SUMMER), rows)


def _pacific_share(study: Study) -> pd.Series:
    """By every attempt's own chance, as the fit reads it: one large load moves a count too far."""
    seized = ("expected_firearms_seized_ports", "expected_traveller_firearms_seized")
    return metric(study, "expected_firearms_seized_pacific") / sum(
        metric(study, name) for name in seized
    )


def _trusted_wait_ratio(study: Study) -> pd.Series:
    rows = study.table(
        "port_hours", ["replication", "port_id", "lane", "released", "wait_s"], BASELINE
    )
    rows = rows[rows["port_id"] == PEACE_ARCH]
    sums = rows.groupby(["lane", "replication"])[["wait_s", "released"]].sum()
    mean = sums["wait_s"] / sums["released"]
    return mean.loc["nexus"] / mean.loc["car"]


def _truck_wait(study: Study) -> pd.Series:
    return metric(study, "mean_wait_min", "truck")


_MORE_MEMBERS = (
    "it was measured from November 2012 to October 2014, when many more were members. A booth of "
    "its own for the 8 % of cars of 2005 (Z007, a guess) has next to no line; in the model the "
    "ratio is that of the record where between 20 and 25 % are in NEXUS."
)


def independent_targets() -> Iterator[Target]:
    """Targets that no parameter was fitted to, and the Pacific region, read likewise."""
    yield Target(
        "mean wait of trucks into Canada", "min", 3.0, 15.0, 8.1, "B018",
        "independent", _truck_wait,
    )  # fmt: skip
    yield Target(
        "wait in the NEXUS lane over that in general lanes, Peace Arch 2012-14", "share",
        0.02, 0.3, 0.08, "B037, B038", "independent", _trusted_wait_ratio, _MORE_MEMBERS,
    )  # fmt: skip
    yield Target(
        "officers that the shifts need", "officers", 1000, 3600, 3600, "A040",
        "independent", lambda s: yearly(s, "officer_shift_h") / OFFICER_HOURS_PER_YEAR,
    )  # fmt: skip
    yield Target(
        "firearms seized from June to August", "share", 0.27, 0.5, 0.35, "C116",
        "independent", _summer_share,
    )  # fmt: skip
    yield Target(
        "firearms seized in the Pacific region", "share", 0.25, 0.4, 0.33, "C104-C108, C114",
        "fitted", _pacific_share,
    )  # fmt: skip
