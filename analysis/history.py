"""Thirty years of the model against thirty years of record.

A study of ``experiment=history`` says what is expected to be seized in each year from travellers
and from traffickers. Two numbers, the level in the year in which the worlds were run and the
travellers' share of it, are fitted to one part of the record and predict the other.

The posterior is computed by importance sampling over draws of the prior: with three numbers
(level, share, spread of single years) nothing more is needed.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.data import read_source
from sim.data.volumes import read_volumes
from sim.errors import InputError
from sim.places.calendar import month_number
from sim.places.ports import read_us_share
from sim.results.reading import Study

Floats = npt.NDArray[np.float64]

SPLIT = 2013
"""The record before this year is one part, from it on the other."""
DRAWS = 20_000
SEED = 1
LEVEL = (200.0, 2000.0)
"""Firearms a year in the base year, log-uniform beforehand: wider than C080."""
SHARE = (0.05, 0.95)
"""Travellers' share of them, uniform beforehand: wider than Z020."""
SPREAD = (0.05, 0.6)
"""Standard deviation, in logarithms, of a single year's record about the expectation: chance, one
large load, and definitions that differ by up to 1.65 (C057, C065, C081). Uniform beforehand."""
COVERAGES = (0.5, 0.9)
METRICS = {
    "travellers": ("expected_traveller_firearms_seized",),
    "traffickers": ("expected_firearms_seized_ports", "expected_firearms_seized_post_air"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of the record.

    Attributes
    ----------
    first, last : int
        Months (`sim.places.calendar.month_number`).
    firearms : float
    scope, years, source, note : str
        Which seizures, calendar or fiscal years, ids of the table of facts.
    """

    first: int
    last: int
    firearms: float
    scope: str
    years: str
    source: str
    note: str

    @property
    def label(self) -> str:
        """Name the period."""
        first, last = (1996 + m // 12 for m in (self.first, self.last))
        whole = (self.last - self.first + 1) % 12 == 0
        return f"{first}" if first == last and whole else (
            f"{first}-{last}" if whole else f"{first} to month {self.last % 12 + 1}"
        )  # fmt: skip

    @property
    def year(self) -> int:
        """Last year of the period."""
        return 1996 + self.last // 12


def read_record() -> list[Row]:
    """Read the seizures on record (``sim/data/source/seizures.csv``), in order of time."""
    rows = []
    for row in read_source("seizures.csv"):
        first, last = (month_number(*map(int, row[name].split("-"))) for name in ("first", "last"))
        rows.append(Row(first, last, float(row["firearms"]), row["scope"], row["years"],
                        row["source"], row["note"]))  # fmt: skip
    return sorted(rows, key=lambda row: (row.last, row.first))


class Course(NamedTuple):
    """Expected seizures of each year as a ratio of the base year's.

    Attributes
    ----------
    base : int
        Year in which the worlds were run.
    travellers, traffickers : dict of float
        By year.
    worlds : array of float, shape (worlds, 2)
        Firearms of travellers and of traffickers in the base year, by world.
    """

    base: int
    travellers: dict[int, float]
    traffickers: dict[int, float]
    worlds: Floats


def course_of(study: Study) -> Course:
    """Read the course of expected seizures from a study of ``experiment=history``.

    Raises
    ------
    InputError
        If the scenarios of the study are not years.
    """
    names = [str(name) for name in study.scenarios]
    if not all(name.isdecimal() for name in names) or len(names) < 2:
        raise InputError(
            f"{study.folder}: scenarios are not years; python -m analysis history reads a study of "
            "experiment=history (run.apart=true)"
        )
    summary = study.summary
    rows = summary[summary["port_group"].eq("all") & summary["class"].eq("all")]
    sums = {
        kind: rows[rows["metric"].isin(metrics)]
        .groupby(["scenario", "world", "replication"])["value"].sum()
        .groupby(["scenario", "world"]).mean()
        for kind, metrics in METRICS.items()
    }  # fmt: skip
    years = sorted(map(int, names))
    counts = rows.groupby("scenario")["world"].nunique()
    base = int(max(names, key=lambda name: (counts.get(name, 0), name == "2005")))

    def course(kind: str) -> dict[int, float]:
        of = sums[kind]
        central = float(of[str(base), 0])
        if central <= 0.0:
            raise InputError(f"{study.folder}: nothing is expected to be seized in {base}")
        return {year: float(of[str(year), 0]) / central for year in years}

    worlds = np.column_stack(
        [sums[kind].xs(str(base), level="scenario").to_numpy() for kind in METRICS]
    )
    return Course(base, course("travellers"), course("traffickers"), worlds)


class Parts(NamedTuple):
    """What a row's period has of a year's expectation: rows by travellers and by traffickers."""

    travellers: Floats
    traffickers: Floats


def parts_of(course: Course, rows: list[Row]) -> Parts:
    """Expected seizures of each row's period as a ratio of those of the base year, shape (rows,).

    Of a part of a year travellers have its share of the US residents' cars, traffickers its months.
    Years that the study lacks are taken from the nearest one.
    """
    volumes = read_volumes()
    cars = volumes[volumes["traffic_class"] == "car"].groupby(["year", "month"])["vehicles"].sum()
    monthly = cars.to_numpy() * read_us_share()
    travellers, traffickers = np.zeros(len(rows)), np.zeros(len(rows))
    known = np.array(sorted(course.travellers))
    for k, row in enumerate(rows):
        for month in range(row.first, row.last + 1):
            first = 12 * (month // 12)
            year = int(known[np.argmin(np.abs(known - (1996 + month // 12)))])
            share = monthly[month] / monthly[first : first + 12].sum()
            travellers[k] += course.travellers[year] * share
            traffickers[k] += course.traffickers[year] / 12.0
    return Parts(travellers, traffickers)


@dataclass(frozen=True)
class Posterior:
    """Weighted draws of what is fitted.

    Attributes
    ----------
    level, share, spread, weight : array of float, shape (draws,)
    """

    level: Floats
    share: Floats
    spread: Floats
    weight: Floats

    def quantile(self, values: Floats, levels: tuple[float, ...]) -> Floats:
        """Quantiles of something that was worked out for each draw."""
        order = np.argsort(values)
        return np.interp(levels, np.cumsum(self.weight[order]), values[order])

    def expected(self, parts: Parts) -> Floats:
        """Expected firearms by draw and row."""
        travellers = np.outer(self.level * self.share, parts.travellers)
        return travellers + np.outer(self.level * (1.0 - self.share), parts.traffickers)


def prior() -> Posterior:
    """Draw what is to be fitted, before any record is seen."""
    rng = np.random.default_rng(SEED)
    level = np.exp(rng.uniform(math.log(LEVEL[0]), math.log(LEVEL[1]), DRAWS))
    share, spread = rng.uniform(*SHARE, DRAWS), rng.uniform(*SPREAD, DRAWS)
    return Posterior(level, share, spread, np.full(DRAWS, 1.0 / DRAWS))


def fitted(course: Course, rows: list[Row]) -> Posterior:
    """Fit level, share and spread to rows of the record; all rows count alike."""
    draws = prior()
    if not rows:
        return draws
    expected = np.log(draws.expected(parts_of(course, rows)))
    record = np.log([row.firearms for row in rows])
    z = (record - expected) / draws.spread[:, None]
    log_weight = -0.5 * (z**2).sum(axis=1) - len(rows) * np.log(draws.spread)
    weight = np.exp(log_weight - log_weight.max())
    return Posterior(draws.level, draws.share, draws.spread, weight / weight.sum())


def of_worlds(course: Course) -> Posterior:
    """Draws at the plausible worlds, none of which was fitted to years other than the base."""
    rng = np.random.default_rng(SEED)
    world = course.worlds[rng.integers(len(course.worlds), size=DRAWS)]
    level = world.sum(axis=1)
    spread = np.full(DRAWS, 0.25)
    return Posterior(level, world[:, 0] / level, spread, np.full(DRAWS, 1.0 / DRAWS))


def predicted(draws: Posterior, course: Course, rows: list[Row]) -> Floats:
    """Draw the record of some rows, shape (draws, rows): worlds and chance."""
    rng = np.random.default_rng(SEED + 1)
    chosen = rng.choice(DRAWS, DRAWS, p=draws.weight)
    mean = np.log(draws.expected(parts_of(course, rows))[chosen])
    return np.exp(mean + draws.spread[chosen, None] * rng.standard_normal(mean.shape))


def crps(draws: Floats, value: float) -> float:
    """Continuous ranked probability score of a forecast given as equal draws; less is better.

    References
    ----------
    .. [1] Gneiting and Raftery, "Strictly proper scoring rules, prediction, and estimation",
       J. Am. Stat. Assoc. 102, 2007, equation 21.
    """
    ordered = np.sort(draws)
    n = len(ordered)
    rank = np.arange(1, n + 1)
    spread = float(((2 * rank - n - 1) * ordered).sum()) / n**2
    return float(np.abs(ordered - value).mean()) - spread


NAIVE = ("last figure", "mean of the fit", "with traffic")


def naive(fit: list[Row], rows: list[Row], everything: list[Row]) -> dict[str, Floats]:
    """Three forecasts that know nothing of the border, shape (draws, rows) each.

    Per month of a row: the last figure before it, the mean of the rows fitted, or these in
    proportion to all vehicles. Each spreads as its errors do within the rows fitted.
    """
    rng = np.random.default_rng(SEED + 2)
    volumes = read_volumes()
    vehicles = volumes.groupby(["year", "month"])["vehicles"].sum().to_numpy()
    noise = rng.standard_normal((DRAWS, len(rows)))

    def months(row: Row) -> int:
        return row.last - row.first + 1

    def traffic(row: Row) -> float:
        return float(vehicles[row.first : row.last + 1].sum())

    rate = np.log([row.firearms / months(row) for row in fit])
    per_vehicle = np.log([row.firearms / traffic(row) for row in fit])
    steps = np.diff(rate)
    spreads = (
        float(np.sqrt((steps**2).mean())) if len(steps) else 0.3,
        float(np.std(rate, ddof=1)),
        float(np.std(per_vehicle, ddof=1)),
    )
    last = []
    for row in rows:
        before = [other for other in everything if other.last < row.first] or fit[:1]
        last.append(np.log(before[-1].firearms / months(before[-1]) * months(row)))
    means = (
        np.array(last),
        np.array([rate.mean() + np.log(months(row)) for row in rows]),
        np.array([per_vehicle.mean() + np.log(traffic(row)) for row in rows]),
    )
    return {
        name: np.exp(mean + max(spread, 0.05) * noise)
        for name, mean, spread in zip(NAIVE, means, spreads, strict=True)
    }


class Score(NamedTuple):
    """One row predicted.

    Attributes
    ----------
    row : Row
    low90, low50, middle, high50, high90 : float
    crps : float
        Of the model.
    naive : dict of float
        The same of the naive forecasts.
    """

    row: Row
    low90: float
    low50: float
    middle: float
    high50: float
    high90: float
    crps: float
    naive: dict[str, float]

    def within(self, coverage: float) -> bool:
        """Whether the record lies within the interval."""
        low, high = (
            (self.low50, self.high50) if coverage == COVERAGES[0] else (self.low90, self.high90)
        )
        return low <= self.row.firearms <= high


def scores(draws: Floats, rows: list[Row], against: dict[str, Floats]) -> Iterator[Score]:
    """Score a forecast row by row against the record and the naive ones."""
    for k, row in enumerate(rows):
        low90, low50, middle, high50, high90 = np.quantile(
            draws[:, k], [0.05, 0.25, 0.5, 0.75, 0.95]
        ).tolist()
        value = row.firearms
        others = {name: crps(values[:, k], value) for name, values in against.items()}
        own = crps(draws[:, k], value)
        yield Score(row, low90, low50, middle, high50, high90, own, others)


@dataclass(frozen=True)
class Examination:
    """One part of the record predicted from the other, or all of it from the worlds.

    Attributes
    ----------
    name : str
    fit : list of Row
    posterior : Posterior
    rows : list of Score
    """

    name: str
    fit: list[Row]
    posterior: Posterior
    rows: list[Score]

    def coverage(self, level: float) -> float:
        """Share of the rows within their interval."""
        return float(np.mean([row.within(level) for row in self.rows]))

    def skill(self, name: str) -> float:
        """One less the ratio of the sums of scores: above 0 the model is better."""
        return 1.0 - sum(r.crps for r in self.rows) / sum(r.naive[name] for r in self.rows)


def examinations(course: Course, record: list[Row]) -> list[Examination]:
    """Predict all of the record from the worlds, and each part of it from the other."""
    early = [row for row in record if row.year < SPLIT]
    late = [row for row in record if row.year >= SPLIT]
    made = []
    for name, fit, rows, draws in (
        ("plausible worlds, not fitted to these years", record, record, of_worlds(course)),
        (f"fitted before {SPLIT}, predicted from then on", early, late, fitted(course, early)),
        (f"fitted from {SPLIT} on, predicted before", late, early, fitted(course, late)),
    ):
        if len(fit) > 1 and rows:
            against = naive(fit, rows, record)
            found = list(scores(predicted(draws, course, rows), rows, against))
            made.append(Examination(name, fit, draws, found))
    return made


EVENTS = {
    "exemption_2012": ("exemptions of June 2012 (D019, D020)", 2011, 2012),
    "closure_2020": ("closure of March 2020 (G024-G035)", 2019, 2020),
    "rebound_2021": ("rebound of 2021 (C071; no mechanism)", 2020, 2021),
    "reopening_2022": ("reopening from August 2021 on", 2021, 2022),
}
"""Dated events, and the years before and after whose difference shows them."""


class Difference(NamedTuple):
    """Change from one year to another, in per cent of the first."""

    name: str
    event: str
    record: float
    low90: float
    low50: float
    middle: float
    high50: float
    high90: float

    @property
    def right_sign(self) -> bool:
        """Whether a change was predicted, and in the direction of the record."""
        return same_sign(self.record, self.middle)


NO_CHANGE = 1.0
"""A predicted change below this is none, per cent."""


def same_sign(record: float, predicted_change: float) -> bool:
    """Whether a predicted change, in per cent, is one at all and has the sign of the record."""
    return abs(predicted_change) >= NO_CHANGE and record * predicted_change > 0.0


def differences(course: Course, record: list[Row], draws: Posterior) -> Iterator[Difference]:
    """Change at dated events, predicted and on record, where both years are."""
    whole = {row.year: row for row in record if row.last - row.first == 11}
    for name, (event, before, after) in EVENTS.items():
        if before in whole and after in whole:
            pair = [whole[before], whole[after]]
            drawn = predicted(draws, course, pair)
            change = 100.0 * (drawn[:, 1] / drawn[:, 0] - 1.0)
            edges = np.quantile(change, [0.05, 0.25, 0.5, 0.75, 0.95]).tolist()
            on_record = 100.0 * (pair[1].firearms / pair[0].firearms - 1.0)
            yield Difference(name, event, on_record, *edges)


def shares(course: Course, record: list[Row]) -> list[tuple[str, list[float]]]:
    """Travellers' share in the base year (5, 50 and 95 %), by what it was fitted to."""
    base = [row for row in record if row.year == course.base]
    late = [row for row in record if row.year >= SPLIT]
    out = []
    for name, draws in (
        ("before any record", prior()),
        ("plausible worlds (fitted to the base year)", of_worlds(course)),
        (f"the record of {course.base} alone", fitted(course, base)),
        (f"record before {SPLIT}", fitted(course, [r for r in record if r.year < SPLIT])),
        (
            "2018 to 2020: the closure without the rebound",
            fitted(course, [row for row in late if 2018 <= row.year <= 2020]),
        ),
        (f"record from {SPLIT} on", fitted(course, late)),
        ("all of the record", fitted(course, record)),
    ):
        out.append((name, draws.quantile(draws.share, (0.05, 0.5, 0.95)).tolist()))
    return out


STRIP = ("first", "months", "recorded", "low90", "predicted", "high90")
"""Month in which a figure of the record begins, its length, and firearms seized."""


def strip_of(found: list[Examination]) -> pd.DataFrame:
    """Every figure on record, as the plausible worlds predict it: ``period`` and `STRIP`."""
    return pd.DataFrame(
        [
            (score.row.label, score.row.first, score.row.last - score.row.first + 1,
             score.row.firearms, score.low90, score.middle, score.high90)
            for score in found[0].rows
        ],
        columns=["period", *STRIP],
    )  # fmt: skip


def stored_strip(scores: dict[str, float]) -> tuple[pd.DataFrame, str]:
    """The same and the day on which it was made, from scores that were written."""
    parts = [(*name.split(".")[1:], value) for name, value in scores.items()
             if name.startswith("strip.")]  # fmt: skip
    table = pd.DataFrame(parts, columns=["period", "column", "value"])
    wide = table.pivot(index="period", columns="column", values="value")
    made = str(round(scores.get("made", 0)))
    return (
        wide.sort_values(["first", "months"]).reset_index()[["period", *STRIP]],
        f"{made[:4]}-{made[4:6]}-{made[6:]}",
    )


def scores_of(found: list[Examination], changes: list[Difference], ended: str = "") -> pd.DataFrame:
    """Scores that the stamp of a proposal goes by (`analysis.evidence`): name and value.

    With them, for the strip of the brief, each figure on record and what was predicted of it, and
    the day on which the study ended, as a number such as 20061130.
    """
    values: dict[str, float] = {}
    if ended:
        values["made"] = float(ended[:10].replace("-", ""))
    halves = [part for part in found if part.name.startswith(f"fitted before {SPLIT}")]
    for part in halves:
        values["predicted.coverage90"] = part.coverage(0.9)
        values["predicted.coverage50"] = part.coverage(0.5)
        values["predicted.skill"] = min(part.skill(name) for name in NAIVE)
    for change in changes:
        for field in ("record", "low90", "low50", "middle", "high50", "high90"):
            values[f"{change.name}.{field}"] = getattr(change, field)
    for row in strip_of(found).to_dict("records") if found else []:
        values |= {f"strip.{row['period']}.{name}": row[name] for name in STRIP}
    return pd.DataFrame(
        {"name": list(values), "value": [round(value, 3) for value in values.values()]}
    )


def frame_of(found: list[Examination]) -> pd.DataFrame:
    """Every row of every examination, for a file."""
    return pd.DataFrame(
        [
            {
                "examination": part.name, "period": score.row.label,
                "recorded": score.row.firearms, "scope": score.row.scope,
                "source": score.row.source, "low90": score.low90, "low50": score.low50,
                "predicted": score.middle, "high50": score.high50, "high90": score.high90,
                "within_50": score.within(0.5), "within_90": score.within(0.9),
                "crps": score.crps,
                **{f"crps_{name.replace(' ', '_')}": v for name, v in score.naive.items()},
            }
            for part in found
            for score in part.rows
        ]
    )  # fmt: skip
