"""Thirty years of the model against thirty years of record.

A study of ``experiment=history`` says what is expected to be seized in each year from travellers
and from traffickers, as a ratio of the year of the plausible worlds. The level in that year, the
travellers' share of it and the yearly state of trafficking (`analysis.yearly_state`) are fitted to
one part of the record and predict the other.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis import yearly_state
from analysis.fit.values import read_seized, read_values, read_worlds
from analysis.yearly_state import Floats, Parts, StateDraws, filtered, prior
from sim.data import read_source
from sim.data.volumes import read_volumes
from sim.errors import InputError
from sim.places.calendar import FIRST_YEAR, LAST_MONTH, month_number
from sim.places.ports import read_us_share
from sim.results.reading import Study

SPLIT = 2013
"""The record before this year is one part, from it on the other."""
YEARS = LAST_MONTH[0] - FIRST_YEAR + 1
BASE = 2005
"""Year of the plausible worlds, of which all years are ratios."""
SEED = 1
COVERAGES = (0.5, 0.9)
METRICS = {
    "travellers": ("expected_traveller_firearms_seized",),
    "traffickers": ("expected_firearms_seized_ports", "expected_firearms_seized_post_air"),
}


@dataclass(frozen=True, slots=True)
class RecordRow:
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
    def whole(self) -> bool:
        """Whether it is of whole years."""
        return (self.last - self.first + 1) % 12 == 0

    @property
    def label(self) -> str:
        """Name the period."""
        first, last = (FIRST_YEAR + m // 12 for m in (self.first, self.last))
        years = f"{first}" if first == last else f"{first}-{last}"
        return years if self.whole else f"{first} to month {self.last % 12 + 1}"

    @property
    def year(self) -> int:
        """Last year of the period."""
        return 1996 + self.last // 12


def read_record() -> list[RecordRow]:
    """Read the seizures on record (``sim/data/source/seizures.csv``), in order of time."""
    rows = []
    for row in read_source("seizures.csv"):
        first, last = (month_number(*map(int, row[name].split("-"))) for name in ("first", "last"))
        rows.append(RecordRow(first, last, float(row["firearms"]), row["scope"], row["years"],
                        row["source"], row["note"]))  # fmt: skip
    return sorted(rows, key=lambda row: (row.last, row.first))


class Course(NamedTuple):
    """Expected seizures of each year as a ratio of the base year's, without a yearly state.

    Attributes
    ----------
    travellers, traffickers : dict of float
        By year.
    worlds : array of float, shape (worlds, 2)
        Firearms of travellers and of traffickers in the base year, by plausible world.
    """

    travellers: dict[int, float]
    traffickers: dict[int, float]
    worlds: Floats


def course_of(study: Study) -> Course:
    """Read the course of expected seizures from a study of ``experiment=history``.

    Raises
    ------
    InputError
        If the scenarios of the study are not years, or the base year is not among them.
    """
    names = [str(name) for name in study.scenarios]
    if not all(name.isdecimal() for name in names) or len(names) < 2:
        raise InputError(
            f"{study.folder}: scenarios are not years; python -m analysis history reads a study of "
            "experiment=history (run.apart=true)"
        )
    if str(BASE) not in names:
        raise InputError(
            f"{study.folder}: {BASE}, of which all years are ratios, is not among its years "
            f"({names[0]} to {names[-1]})"
        )
    summary = study.summary
    rows = summary[summary["port_group"].eq("all") & summary["class"].eq("all")]

    def course(kind: str) -> dict[int, float]:
        of = rows[rows["metric"].isin(METRICS[kind]) & rows["world"].eq(0)]
        sums = of.groupby(["scenario", "replication"])["value"].sum().groupby("scenario").mean()
        if sums[str(BASE)] <= 0.0:
            raise InputError(f"{study.folder}: nothing is expected to be seized in {BASE}")
        return {int(year): float(value / sums[str(BASE)]) for year, value in sums.items()}

    return Course(course("travellers"), course("traffickers"), read_seized())


def parts_of(course: Course, rows: Sequence[RecordRow]) -> Parts:
    """Expected seizures of each row's period as a ratio of those of the base year.

    Of a part of a year travellers have its share of the US residents' cars, traffickers its months.
    Years that the study lacks are taken from the nearest one.
    """
    volumes = read_volumes()
    cars = volumes[volumes["traffic_class"] == "car"].groupby(["year", "month"])["vehicles"].sum()
    monthly = cars.to_numpy() * read_us_share()
    travellers, traffickers = np.zeros(len(rows)), np.zeros((len(rows), YEARS))
    known = np.array(sorted(course.travellers))
    for k, row in enumerate(rows):
        for month in range(row.first, row.last + 1):
            first = 12 * (month // 12)
            year = int(known[np.argmin(np.abs(known - (FIRST_YEAR + month // 12)))])
            share = monthly[month] / monthly[first : first + 12].sum()
            travellers[k] += course.travellers[year] * share
            traffickers[k, month // 12] += course.traffickers[year] / 12.0
    return Parts(travellers, traffickers)


def fitted(
    course: Course, rows: Sequence[RecordRow], backwards: bool = False, of_worlds: bool = False
) -> StateDraws:
    """Fit what is not known to rows of the record, and go on through all years.

    Parameters
    ----------
    course : Course
    rows : sequence of RecordRow
        None: what is known without them.
    backwards : bool
        Against time, to predict what came before.
    of_worlds : bool
        Begin with the plausible worlds, which were fitted to the base year alone.
    """
    rows = sorted(rows, key=lambda row: (row.last, row.first))
    start = prior(course.worlds if of_worlds else None, YEARS)
    record = np.array([row.firearms for row in rows])
    *_, (_, draws) = filtered(start, parts_of(course, rows), record, backwards)
    return draws


def one_by_one(course: Course, record: Sequence[RecordRow]) -> list[Floats]:
    """Draw each figure from those whose periods have ended before it, by row of the record."""
    parts = parts_of(course, record)
    figures = np.array([row.firearms for row in record])
    drawn: list[Floats] = [np.zeros(0)] * len(record)
    for k, draws in filtered(prior(None, YEARS), parts, figures):
        if k < len(record):
            drawn[k] = draws.figures(parts.of([k]))[:, 0]
    return drawn


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


WORLDS = "plausible worlds, not fitted to these years"
PREDICTED = f"fitted before {SPLIT}, predicted from then on"
IN_TURN = f"each figure from {SPLIT} on predicted from all before it"
BACKWARDS = f"fitted from {SPLIT} on, predicted before"
NAIVE = ("last figure", "mean of the fit", "with traffic")


def naive(
    fit: list[RecordRow], rows: list[RecordRow], everything: list[RecordRow]
) -> dict[str, Floats]:
    """Three forecasts that know nothing of the border, shape (draws, rows) each.

    Per month of a row: the last figure before it, the mean of the rows fitted, or these in
    proportion to all vehicles. Each spreads as its errors do within the rows fitted.
    """
    rng = np.random.default_rng(SEED + 2)
    volumes = read_volumes()
    vehicles = volumes.groupby(["year", "month"])["vehicles"].sum().to_numpy()
    noise = rng.standard_normal((yearly_state.DRAWS, len(rows)))

    def months(row: RecordRow) -> int:
        return row.last - row.first + 1

    def traffic(row: RecordRow) -> float:
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
    row : RecordRow
    low90, low50, middle, high50, high90 : float
    crps : float
        Of the model.
    naive : dict of float
        The same of the naive forecasts.
    """

    row: RecordRow
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


def scores(draws: Floats, rows: list[RecordRow], against: dict[str, Floats]) -> Iterator[Score]:
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
    """One part of the record predicted from the other, or all of it from the worlds."""

    name: str
    fit: list[RecordRow]
    rows: list[Score]

    def coverage(self, level: float) -> float:
        """Share of the rows within their interval."""
        return float(np.mean([row.within(level) for row in self.rows]))

    def skill(self, name: str) -> float:
        """One less the ratio of the sums of scores: above 0 the model is better."""
        return 1.0 - sum(r.crps for r in self.rows) / sum(r.naive[name] for r in self.rows)


def examinations(course: Course, record: list[RecordRow]) -> list[Examination]:
    """Predict the record from the worlds, each part from the other, and each figure in its turn."""
    early = [row for row in record if row.year < SPLIT]
    late = [row for row in record if row.year >= SPLIT]
    if min(len(early), len(late)) < 2:
        raise InputError(f"the record has fewer than two figures before or from {SPLIT} on")

    def from_all(draws: StateDraws, rows: list[RecordRow]) -> Floats:
        return draws.figures(parts_of(course, rows))

    in_turn = one_by_one(course, record)[-len(late) :]
    made = []
    for name, fit, rows, drawn in (
        (WORLDS, record, record, from_all(fitted(course, [], of_worlds=True), record)),
        (PREDICTED, early, late, from_all(fitted(course, early), late)),
        (IN_TURN, early, late, np.column_stack(in_turn)),
        (BACKWARDS, late, early, from_all(fitted(course, late, backwards=True), early)),
    ):
        found = list(scores(drawn, rows, naive(fit, rows, record)))
        made.append(Examination(name, fit, found))
    return made


EVENTS = {
    "exemption_2012": (2011, 2012),
    "closure_2020": (2019, 2020),
    "rebound_2021": (2020, 2021),
    "reopening_2022": (2021, 2022),
}
"""Dated events, and the years before and after whose difference shows them."""


class Difference(NamedTuple):
    """Change from one year to another, in per cent of the first."""

    name: str
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


def differences(course: Course, record: list[RecordRow], draws: StateDraws) -> Iterator[Difference]:
    """Change at dated events, predicted and on record, where both years are."""
    whole = {row.year: row for row in record if row.last - row.first == 11}
    for name, (before, after) in EVENTS.items():
        if before in whole and after in whole:
            pair = [whole[before], whole[after]]
            drawn = draws.figures(parts_of(course, pair))
            change = 100.0 * (drawn[:, 1] / drawn[:, 0] - 1.0)
            edges = np.quantile(change, [0.05, 0.25, 0.5, 0.75, 0.95]).tolist()
            on_record = 100.0 * (pair[1].firearms / pair[0].firearms - 1.0)
            yield Difference(name, on_record, *edges)


BEFORE = "before any record"
QUANTITIES: dict[str, Callable[[StateDraws], Floats]] = {
    "level": lambda d: d.travellers + d.traffickers,
    "share": lambda d: d.travellers / (d.travellers + d.traffickers),
    "change": lambda d: d.change,
    "memory": lambda d: d.memory,
    "record": lambda d: d.record,
}
"""What the history is asked for, and how it is read from draws."""


class Found(NamedTuple):
    """What parts of the record leave of a quantity: 5, 50 and 95 %, by part."""

    name: str
    of_part: dict[str, tuple[float, float, float]]


def identified(course: Course, record: list[RecordRow]) -> list[Found]:
    """What each part of the record finds of every quantity."""
    early = [row for row in record if row.year < SPLIT]
    parts = {
        BEFORE: prior(),
        f"{BASE} alone": fitted(course, [row for row in early if row.year == BASE]),
        f"{FIRST_YEAR}-{SPLIT - 1}": fitted(course, early),
        "2018-2020": fitted(course, [row for row in record if 2018 <= row.year <= 2020]),
        f"{SPLIT}-2024": fitted(course, [row for row in record if row.year >= SPLIT]),
        "all": fitted(course, record),
    }
    return [
        Found(name, {part: _edges(read(draws)) for part, draws in parts.items()})
        for name, read in QUANTITIES.items()
    ]


def of_parameters(course: Course, record: list[RecordRow]) -> list[Found]:
    """What the record leaves of the parameters of the plausible worlds, by part of it."""
    early = [row for row in record if row.year < SPLIT]
    worlds = read_worlds()
    known = {one.name: one for one in read_values()}
    parts = {
        f"{BASE} alone": fitted(course, [], of_worlds=True),
        f"{FIRST_YEAR}-{SPLIT - 1}": fitted(course, early, of_worlds=True),
        "all": fitted(course, record, of_worlds=True),
    }
    return [
        Found(
            name,
            {
                BEFORE: (known[name].searched_low, np.nan, known[name].searched_high),
                **{part: _edges(worlds[name][d.world]) for part, d in parts.items()},
            },
        )
        for name in OF_WORLDS
    ]


OF_WORLDS = (
    "smuggling.traveller_firearms_per_million",
    "smuggling.traveller_firearms_mean",
    "inspection.d_prime_traveller",
    "smuggling.firearms_per_year",
    "smuggling.load_mean",
    "inspection.d_prime",
)
"""Parameters on which the share of travellers depends."""


def _edges(values: Floats) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95]).tolist()
    return low, middle, high


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
    part = next(part for part in found if part.name == PREDICTED)
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
