"""Numbers of the record by place, season and hour, and of the work in secondary."""

import datetime
from collections.abc import Iterator
from functools import partial

import pandas as pd

from analysis.language import gettext, pgettext
from analysis.targets import Target, yearly
from analysis.values import BASELINE
from sim.places.on_record import FRIDAY, MARGINAL, READINGS, TOLERANCE, WORK_TO_RULE
from sim.places.ports import read_ports
from sim.results.reading import Study

# Firearms seized from 2007 to mid-2012 by region (C104-C108); Ontario is its two regions.
SEIZED_BY_REGION = {"Pacific": 795, "Ontario": 745 + 171, "Prairie": 600, "Atlantic": 112}
KNOWN_WITHIN = 0.25
"""A single year's figure is known to about this (three definitions of 2011 differ by 1.65)."""

AMBASSADOR = "windsor-ambassador"
SUMMER = (6, 7, 8)


def _expected(study: Study) -> pd.DataFrame:
    """Firearms seized at ports by every attempt's own chance: replication, port, month."""
    if "attempts of the baseline" in study.derived:
        held: pd.DataFrame = study.derived["attempts of the baseline"]
        return held
    columns = ["replication", "port_id", "time_s", "load", "true_detection_share", "route"]
    rows = study.table("attempts", columns, BASELINE)
    rows = rows[rows["route"] == "port"]
    start = datetime.date.fromisoformat(str(study.manifest.get("start", "2005-01-01"))[:10])
    day = pd.Timestamp(start) + pd.to_timedelta(rows["time_s"], unit="s")
    firearms = rows["load"] * rows["true_detection_share"]
    made = rows.assign(firearms=firearms, month=day.dt.month)
    study.derived["attempts of the baseline"] = made
    return made


def _share(rows: pd.DataFrame, chosen: pd.Series) -> pd.Series:
    by = rows["firearms"].groupby(rows["replication"]).sum()
    of = rows["firearms"][chosen].groupby(rows["replication"][chosen]).sum()
    return of.reindex(by.index, fill_value=0.0) / by


def summer_share(study: Study) -> pd.Series:
    """Share of expected seizures from June to August, by replication."""
    rows = _expected(study)
    return _share(rows, rows["month"].isin(SUMMER))


def _region_share(study: Study, region: str) -> pd.Series:
    table = read_ports(2005)
    of = dict(zip(table.ids.tolist(), table.region.tolist(), strict=True))
    rows = _expected(study)
    # The record has no region of Quebec: shares are of the regions that it has.
    regions = rows["port_id"].map(of)
    rows, regions = (x[regions.isin(list(SEIZED_BY_REGION))] for x in (rows, regions))
    return _share(rows, regions == region)


def _trucks_in_secondary(study: Study, port: str | None, reasons: tuple[str, ...]) -> pd.Series:
    """Trucks referred, or examined, in a year, by replication."""
    columns = ["replication", "port_id", "lane", *reasons]
    rows = study.table("port_hours", columns, BASELINE)
    rows = rows[rows["lane"].isin(["truck", "fast"])]
    if port is not None:
        rows = rows[rows["port_id"] == port]
    counts = rows[list(reasons)].sum(axis=1).groupby(rows["replication"]).sum()
    return counts * (365.0 / (study.days or 365.0))


REASONS = tuple(f"referred_{r}" for r in ("lookout", "paperwork", "duty", "random", "selective"))


def place_targets() -> Iterator[Target]:
    """Regions and season of seizures, trucks in secondary, duty, commercial examinations."""
    total = sum(SEIZED_BY_REGION.values())
    for region, count in SEIZED_BY_REGION.items():
        if region == "Pacific":  # fitted, in `analysis.targets`
            continue
        share = count / total
        yield Target(
            gettext("record-region", region=pgettext("region", region)), "share",
            (1 - KNOWN_WITHIN) * share, (1 + KNOWN_WITHIN) * share, share, "C104-C108",
            "independent", partial(_region_share, region=region),
            pgettext("why", region),
        )  # fmt: skip
    yield Target(
        gettext("record-summer"), "share", 0.27, 0.5, 0.35, "C116",
        "guess", summer_share,
    )  # fmt: skip
    yield Target(
        gettext("record-ambassador"), "trucks", 700, 800, 750, "B050",
        "input",
        lambda s: _trucks_in_secondary(s, AMBASSADOR, REASONS) / 365.0,
    )  # fmt: skip
    yield Target(
        gettext("record-examinations"), "examinations", 100_000, 200_000, 200_000, "A004",
        "guess", lambda s: _trucks_in_secondary(s, None, ("examinations",)),
        gettext("why-all-modes"),
    )  # fmt: skip
    yield Target(
        gettext("record-duty"), "CAD/year", 75e6, 150e6, 150e6, "D001",
        "guess", lambda s: yearly(s, "duty_collected_cad"),
        gettext("why-duty"),
    )  # fmt: skip


def _longest_wait(study: Study, port: str, lane: str, hours: range) -> pd.Series:
    """Longest mean wait of an hour on Friday, in minutes, by replication."""
    columns = ["replication", "port_id", "lane", "weekday", "hour", "released", "wait_s"]
    rows = study.table("port_hours", columns, WORK_TO_RULE)
    rows = rows[
        (rows["port_id"] == port)
        & (rows["lane"] == lane)
        & (rows["weekday"] == FRIDAY)
        & rows["hour"].isin(hours)
        & (rows["released"] > 0)
    ]
    if rows.empty:
        raise KeyError(port)
    mean = rows["wait_s"] / rows["released"] / 60.0
    return mean.groupby(rows["replication"]).max()


def work_to_rule_targets(study: Study) -> Iterator[Target]:
    """Waits of 6 August 2021, where a study has that day (`scenarios/work_to_rule_2021.yaml`)."""
    if WORK_TO_RULE not in study.scenarios:
        return
    for port, lane, hours, minutes, source, fitted in READINGS:
        yield Target(
            gettext("record-rule-wait", port=port, lane=pgettext("lane", lane),
                first=f"{hours[0]:02d}", last=f"{hours[-1] + 1:02d}"),
            "min", (1 - TOLERANCE) * minutes, (1 + TOLERANCE) * minutes, minutes, source,
            "fitted" if fitted else "independent",
            partial(_longest_wait, port=port, lane=lane, hours=hours),
            gettext("why-service"),
        )  # fmt: skip
    for port in MARGINAL:
        yield Target(
            gettext("record-rule-ratio", port=port), "ratio",
            0.0, 0.5, 0.1, "G054 (waits of cars were marginal)", "guess",
            partial(_cars_over_trucks, port=port),
        )  # fmt: skip


def _cars_over_trucks(study: Study, port: str) -> pd.Series:
    cars, trucks = (_longest_wait(study, port, lane, range(12, 20)) for lane in ("car", "truck"))
    return cars / trucks
