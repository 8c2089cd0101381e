"""The baseline against the record, row by row."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from analysis.estimates import Estimate, estimate
from analysis.fit.values import read_values, what_is_not_known
from analysis.language import FIREARMS, contraband_unit, current_language, gettext, pgettext
from analysis.targets import (
    YEAR_DAYS,
    Target,
    independent_targets,
    intelligence_targets,
    market_targets,
    metric,
    yearly,
)
from analysis.targets_of_places import place_targets, work_to_rule_targets
from analysis.targets_of_waits import wait_targets
from analysis.values import BASELINE
from analysis.wording import aligned, number, shown, unit_of
from sim.data import DATA_FOLDER
from sim.data.volumes import read_volumes
from sim.errors import InputError
from sim.places.on_record import WORK_TO_RULE
from sim.results.reading import Study
from sim.results.schema import WAIT_BIN_EDGES_MIN

BUSIEST = 22
"""Ports whose waits the record of 2008 covers (B060)."""

STANDINGS = ("independent", "fitted", "input", "guess")
"""How rows stand to the model (`Target.standing`); only the first test it."""

STANDARD_MIN = {day: 10 if day < 4 else 20 for day in range(7)}
"""Wait standard by weekday, Monday first (B058, B059)."""


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target and what the baseline gives; ``simulated`` is None where the study cannot say."""

    target: Target
    simulated: Estimate | None

    @property
    def verdict(self) -> str:
        """Inside, below or above the range of the record."""
        if self.simulated is None or not self.simulated.count:
            return "not in this study"
        if self.target.low <= self.simulated.mean <= self.target.high:
            return "inside"
        return "below" if self.simulated.mean < self.target.low else "above"


def _referred(study: Study, *classes: str) -> pd.Series:
    """Share referred of several classes together."""
    vehicles = {name: metric(study, "released", name) for name in classes}
    shares = {name: metric(study, "referred_share", name).fillna(0.0) for name in classes}
    return sum(vehicles[n] * shares[n] for n in classes) / sum(vehicles[n] for n in classes)


def _trucks_examined(study: Study) -> pd.Series:
    """Share of trucks referred for an examination: the record is of a year without paperwork."""
    reasons = [f"referred_{r}" for r in ("lookout", "random", "selective")]
    rows = study.table("port_hours", ["replication", "lane", "released", *reasons], BASELINE)
    sums = rows[rows["lane"].isin(["truck", "fast"])].groupby("replication").sum(numeric_only=True)
    return sums[reasons].sum(axis=1) / sums["released"]


def _arrivals(study: Study, lanes: tuple[str, ...]) -> pd.Series:
    """Vehicles of several lanes in a year."""
    return sum(yearly(study, "arrivals", lane) for lane in lanes)


def _within_standard_busiest(study: Study) -> pd.Series:
    """Share within the standard at the ports with the most vehicles."""
    bins = [f"wait_bin_{k:02d}" for k in range(len(WAIT_BIN_EDGES_MIN))]
    columns = ["replication", "port_id", "weekday", "released", *bins]
    rows = study.table("port_hours", columns, BASELINE)
    busiest = rows.groupby("port_id")["released"].sum().nlargest(BUSIEST).index
    rows = rows[rows["port_id"].isin(busiest)]
    totals = rows.drop(columns="port_id").groupby(["replication", "weekday"]).sum()
    last = totals.index.get_level_values("weekday").map(STANDARD_MIN).map(WAIT_BIN_EDGES_MIN.index)
    counts = totals[bins].to_numpy()
    within = pd.Series((counts * (np.arange(len(bins)) <= np.c_[last])).sum(axis=1), totals.index)
    return within.groupby(level=0).sum() / totals[bins].sum(axis=1).groupby(level=0).sum()


def _routine_referrals(study: Study) -> pd.Series:
    """Share of referrals that are for duty or paperwork."""
    reasons = [f"referred_{r}" for r in ("lookout", "paperwork", "duty", "random", "selective")]
    rows = study.table("port_hours", ["replication", *reasons], BASELINE)
    totals = rows.groupby("replication").sum()
    return (totals["referred_paperwork"] + totals["referred_duty"]) / totals[reasons].sum(axis=1)


def targets(study: Study) -> Iterator[Target]:
    """What the baseline is held against."""
    yield Target(
        gettext("record-standard"), "share", 0.80, 0.97, 0.90, "B058-B060",
        "fitted", lambda s: metric(s, "within_standard_share"),
    )  # fmt: skip
    yield Target(
        gettext("record-standard-busiest", count=BUSIEST), "share", 0.80, 0.97, 0.90, "B058-B060",
        "fitted", _within_standard_busiest,
    )  # fmt: skip
    yield Target(
        gettext("record-cars-referred"), "share", 0.0, 0.05, 0.04, "A031",
        "fitted", lambda s: _referred(s, "car", "nexus"),
    )  # fmt: skip
    yield Target(
        gettext("record-trucks-referred"), "share", 0.0106, 0.0272, 0.0175, "A032",
        "fitted", _trucks_examined,
    )  # fmt: skip
    yield Target(
        gettext("record-routine"), "share", 0.4, 0.85, 0.6, "Z013",
        "guess", _routine_referrals,
    )  # fmt: skip
    yield Target(
        gettext("record-seized-highway"), "firearms", 470, 1030, 525, "C080 x C103",
        "fitted", lambda s: yearly(s, "firearms_seized_highway"),
    )  # fmt: skip
    yield Target(
        gettext("record-travellers-share"), "share", 0.3, 0.9, 0.65, "Z020, C043",
        "guess",
        lambda s: metric(s, "traveller_firearms_seized") / metric(s, "firearms_seized_highway"),
    )  # fmt: skip
    yield Target(
        gettext("record-per-seizure"), "firearms", 1.3, 2.75, 1.81, "C083, C084",
        "fitted",
        lambda s: metric(s, "firearms_seized_highway") / metric(s, "seizures_highway"),
    )  # fmt: skip
    yield Target(
        gettext("record-withdrawals"), "events", 18, 60, 36, "G057",
        "input", lambda s: yearly(s, "withdrawals"),
    )  # fmt: skip
    yield from market_targets()
    yield from independent_targets()
    yield from wait_targets()
    yield from place_targets()
    yield from work_to_rule_targets(study)
    yield from intelligence_targets(study)
    yield from _volume_targets(study)


def _volume_targets(study: Study) -> Iterator[Target]:
    """Vehicles of the year by class, which went in and must come out."""
    volumes = read_volumes()
    year = int(str(study.manifest.get("year", 2005)))
    totals = volumes[volumes["year"] == year].groupby("traffic_class")["vehicles"].sum()
    for name, lanes in (
        ("car", ("car", "nexus")), ("truck", ("truck", "fast")), ("bus", ("bus",)),
        ("train", ("train",)),
    ):  # fmt: skip
        total = float(totals.get(name, 0.0))
        yield Target(
            gettext("record-arrivals", kind=pgettext("class", name), year=year),
            "vehicles", 0.97 * total, 1.03 * total, total, "volume table", "input",
            partial(_arrivals, lanes=lanes),
        )  # fmt: skip


def validate(study: Study, standing: str | None = None) -> list[TargetRow]:
    """Hold the baseline of a study against the record, or against its rows of one standing."""
    unit = contraband_unit(study)
    if list(study.scenarios) == [WORK_TO_RULE] and unit == FIREARMS:
        return [TargetRow(target, _found(study, target)) for target in work_to_rule_targets(study)]
    if BASELINE not in study.scenarios:
        raise InputError(f"{study.folder}: there is no scenario {BASELINE!r} to validate")
    if unit != FIREARMS:
        raise InputError(
            f"{study.folder}: the record is of firearms northbound; this study is of other "
            f"contraband (contraband.unit = {unit})"
        )
    return [
        TargetRow(target, _found(study, target))
        for target in targets(study)
        if standing in (None, target.standing)
    ]


def _found(study: Study, target: Target) -> Estimate | None:
    try:
        return estimate(target.measure(study))
    except KeyError:
        return None


HELD = "waits_held.csv"
"""What other runs than a study's came to, written by `sim.study.fit_capacity`."""


def held_in_other_runs() -> list[TargetRow]:
    """Rows of waits that are of another year or direction than a study's baseline."""
    rows = []
    for row in pd.read_csv(DATA_FOLDER / HELD, keep_default_na=False).itertuples():
        target = Target(
            pgettext("held", row.name), row.unit, row.low, row.high, row.record, row.source,
            "independent", lambda _: pd.Series(dtype=float),
            gettext("why-nexus-officers") if row.name == "peace-arch-nexus" else "",
        )  # fmt: skip
        rows.append(TargetRow(target, estimate(pd.Series([row.model]))))
    return rows


def cells(row: TargetRow) -> list[str]:
    """One row of the table, in the order of its head (the message ``validate-head``)."""
    target, simulated = row.target, row.simulated
    scale, unit = (100, "%") if target.unit == "share" else (1, unit_of(target.unit))
    places = 1 if scale == 100 else 2 if target.high < 10 else 0
    record = [number(scale * x, places) for x in (target.low, target.high, target.central)]
    level = (
        None
        if simulated is None
        else shown(simulated.mean, simulated.low, simulated.high, unit=target.unit)
    )
    return [
        target.title, unit, record[2],
        gettext("validate-range", low=record[0], high=record[1]),
        level.value if level else "", level.interval if level else "",
        pgettext("finding", row.verdict),
        f"{target.source} ({pgettext('standing', target.standing)})",
    ]  # fmt: skip


def text_of(study: Study, rows: list[TargetRow]) -> str:
    """The table for a terminal, with a line that counts."""
    head = gettext("validate-head").split(" | ")
    table = aligned([head, *map(cells, rows)], right=(2, 3, 4, 5))
    day = list(study.scenarios) == [WORK_TO_RULE]
    held = [] if day else ["", *_held(lambda head, made: aligned([head, *made], right=(2, 3, 4)))]
    told = [summary_line(study, rows), *explanations(rows), *held, "", what_is_not_known()]
    return "\n".join([*table, "", *told])


def _held(made: Callable[[list[str], list[list[str]]], list[str]]) -> list[str]:
    """What other runs came to: a table for a terminal or a page, and how many hold."""
    rows = held_in_other_runs()
    # One run each has no interval.
    table = [[*cells(row)[:5], *cells(row)[6:]] for row in rows]
    head = gettext("validate-head").split(" | ")
    held, count = inside(rows)
    return [
        *made([*head[:5], *head[6:]], table), "",
        gettext("validate-held", held=held, count=count),
        *(line for why in explanations(rows) for line in ("", why)),
    ]  # fmt: skip


def explanations(rows: list[TargetRow]) -> list[str]:
    """Why the rows that are outside are, where that is known."""
    colon = "\N{NO-BREAK SPACE}: " if current_language() == "fr" else ": "
    return [
        f"{row.target.title}{colon}{row.target.why_outside}"
        for row in rows
        if row.target.why_outside and row.verdict in ("below", "above")
    ]


def inside(rows: Iterable[TargetRow]) -> tuple[int, int]:
    """How many rows fall inside the record, and of how many that the study has."""
    verdicts = [row.verdict for row in rows if row.verdict != "not in this study"]
    return verdicts.count("inside"), len(verdicts)


def summary_line(study: Study, rows: list[TargetRow]) -> str:
    """How many rows fall inside the record, and how many of these say something."""
    (held, free), *others = (
        inside(row for row in rows if row.target.standing == standing) for standing in STANDINGS
    )
    days = study.days or YEAR_DAYS
    whole = 365 <= days <= 366 or list(study.scenarios) == [WORK_TO_RULE]
    return gettext(
        "validate-count",
        count=free,
        held=held,
        others=", ".join(
            gettext("validate-other", standing=pgettext("standing", name), held=some, count=count)
            for name, (some, count) in zip(STANDINGS[1:], others, strict=True)
            if count
        ),
        scaled="" if whole else gettext("validate-scaled", days=f"{days:g}"),
    )


def _markdown(head: list[str], rows: Iterable[list[str]]) -> list[str]:
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]


def markdown_of(study: Study, rows: list[TargetRow]) -> str:
    """The table as a page of the documentation, in the language set."""
    day = list(study.scenarios) == [WORK_TO_RULE]
    lines = [
        f"# {gettext('rule-title') if day else gettext('validate-title')}",
        "",
        gettext("rule-intro") if day else gettext("validate-intro"),
        "",
        *_markdown(gettext("validate-head").split(" | "), map(cells, rows)),
        "",
        summary_line(study, rows),
    ]
    for why in explanations(rows):
        lines += ["", why]
    if not day:
        lines += [
            "",
            f"## {gettext('validate-elsewhere-title')}",
            "",
            gettext("validate-elsewhere"),
            "",
            *_held(_markdown),
            "",
            f"## {gettext('fit-title')}",
            "",
            gettext("fit-intro"),
            "",
            *_markdown(gettext("fit-head").split(" | "), (one.cells() for one in read_values())),
            "",
            what_is_not_known(),
        ]
    return "\n".join(lines) + "\n"
