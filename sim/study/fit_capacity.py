"""Fit the rosters to waits on record, and hold them against crossings that were not fitted.

``python -m sim.study.fit_capacity`` runs a year of the busiest ports at points of a Latin hypercube
and shows the point nearest to the record beside the defaults. ``--crossings`` runs the trucks into
the United States in 2023 at the fifteen crossings of table RO8 of *Transportation in Canada 2023*,
estimates the level of their safety and the time of the crossing itself on one half, and predicts
the other. ``--bridges`` finds the factors of three bridges (``crossing_times.csv``), and
``--work-to-rule`` how much longer officers took on 6 August 2021: what is nearest to the morning at
the Ambassador Bridge; the rest is predicted. ``--peace-arch`` runs the years in which the lanes of
one crossing were measured. A few minutes each on one core. ``--write`` keeps what ``--crossings``
and ``--peace-arch`` came to among the data, for the page of the baseline.
"""

import argparse
import dataclasses
import datetime
import itertools
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import qmc, spearmanr

from sim.data import DATA_FOLDER, read_source
from sim.files import export
from sim.model.border import Border
from sim.model.port.traffic import LANES
from sim.numerics.units import Floats
from sim.parameters import Parameters, value_of, with_values
from sim.places.calendar import rows_of
from sim.places.on_record import FRIDAY, MARGINAL, READINGS, TOLERANCE, WORK_TO_RULE, Reading
from sim.places.ports import read_ports
from sim.records import DATE_COLUMNS, RELEASED, WAIT_S, WITHIN
from sim.replication import run_border
from sim.results.schema import wait_quantile_min
from sim.scenario.intervention import Scenario
from sim.scenario.point import Point
from sim.scenario.reading import read

CARS, TRUCKS = [0, 1], [2, 3]
RANGES = {
    "staffing.safety": (0.5, 1.0),
    "staffing.booth_load": (1.1, 1.4),
    "staffing.seasonal_flexibility": (0.03, 0.15),
    "staffing.weekly_flexibility": (0.0, 0.12),
}
BUSIEST = 22
"""Ports whose waits are published (B062)."""
NO_SMUGGLING = {
    "smuggling.firearms_per_year": 0.0,
    "smuggling.traveller_firearms_per_million": 0.0,
}
JANUARY, AUGUST = 1, 8
LEVELS = (0.3, 0.5, 0.7, 1.0)
LOADS = (1.3, 1.5, 1.7)
BASES_MIN = np.arange(1.0, 8.6, 0.5)
YEAR_OF_RECORD = 2023
TRADE_FACTORS = (0.85, 1.0, 1.2, 1.4)
BOOTH_LOAD_FACTORS = (0.6, 0.7, 0.8, 0.9, 1.0, 1.15, 1.3, 1.45)
SUMMER = datetime.date(2001, 6, 1)
FRIDAY_TOO = SATURDAY = 5
BY_DAY = slice(8, 20)
KNOWN_TO = np.array([0.1, 0.2])  # mean and 95th percentile of three days, in log units

HELD = DATA_FOLDER / "waits_held.csv"
"""What was held against the record by the commands of this module."""


class OnRecord(NamedTuple):
    """A number of the record, and the model's.

    Attributes
    ----------
    low, central, high : float
        The range that the record supports, and its best single value.
    of : callable or float
        The model's number, of a run or as it is.
    """

    title: str
    source: str
    low: float
    central: float
    high: float
    of: Any
    unit: str = ""


def told(held: OnRecord) -> str:
    """Say what the record and the model have, in a line."""
    span = f"{held.central:g} {held.unit} [{held.low:g}, {held.high:g}]"
    return f"{held.title} ({held.source}): record {span}, model {held.of:.3g}"


def keep(found: Sequence[OnRecord]) -> None:
    """Write what was found to the table, in place of the rows of the same names."""
    names = [one.title for one in found]
    lines = HELD.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.partition(",")[0] not in names]
    kept += [
        f'{x.title},{x.unit},{x.central},{x.low},{x.high},{x.of:.3g},"{x.source}"' for x in found
    ]
    export(HELD, "\n".join([*kept, ""]))


def run(
    values: dict[str, object], ports: list[str], start: datetime.date, days: int = 364
) -> Border:
    """Run some days of some ports without smuggling.

    Parameters
    ----------
    values : dict
        Parameters other than the defaults.
    ports : list of str
    start : datetime.date
        The traffic is that of its year where the run ends in it, else that of the dates.
    days : int
    """
    one_year = (start + datetime.timedelta(days=days - 1)).year == start.year
    year = start.year if one_year else None
    parameters = with_values(Parameters(), {**NO_SMUGGLING, **values})
    return run_border(
        Point(parameters, Scenario("baseline"), tuple(ports), year, start, days, 1, "compiled"), 0
    )


def mean_wait(border: Border, lanes: list[int]) -> float:
    """Mean wait in minutes."""
    sums = border.tally.lane[..., lanes, :]
    return float(sums[..., WAIT_S].sum() / sums[..., RELEASED].sum() / 60.0)


def quantile(border: Border, lanes: list[int], share: float) -> float:
    """Quantile of waits in minutes."""
    counts = border.tally.waits[..., lanes, :].sum(axis=(0, 1, 2, 3))
    return wait_quantile_min(counts.astype(float), share)


def by_month(border: Border, lanes: list[int], month: int) -> float:
    """Mean wait of a month in minutes."""
    start = border.point.start
    days = [
        day
        for day in range(border.point.days)
        if (start + datetime.timedelta(days=day)).month == month
    ]
    sums = border.by_date[days][:, :, lanes].sum(axis=(0, 1, 2), dtype=float)
    of = dict(zip(DATE_COLUMNS, sums, strict=True))
    return float(of["wait_s"] / of["released"] / 60.0)


def weekend_ratio(border: Border) -> float:
    """Mean wait of cars from Friday to Sunday over that from Monday to Thursday."""
    sums = border.tally.lane[..., CARS, :].sum(axis=(1, 2, 3))
    late, early = sums[4:].sum(axis=0), sums[:4].sum(axis=0)
    return float(late[WAIT_S] / late[RELEASED] * early[RELEASED] / early[WAIT_S])


def within(border: Border) -> float:
    """Share of all vehicles within the wait standard."""
    sums = border.tally.lane.sum(axis=(0, 1, 2, 3))
    return float(sums[WITHIN] / sums[RELEASED])


MARKS = (
    OnRecord("share within the wait standard", "B060", 0.8, 0.9, 0.97, within),
    OnRecord("mean wait of trucks, min", "B018", 3.0, 8.1, 15.0, lambda b: mean_wait(b, TRUCKS)),
    OnRecord("95th percentile less mean of trucks, min", "B021", 15.0, 23.3, 35.0,
         lambda b: quantile(b, TRUCKS, 0.95) - mean_wait(b, TRUCKS)),
    OnRecord("cars, Friday to Sunday over Monday to Thursday", "B038, B040", 1.0, 1.3, 1.8,
         weekend_ratio),
    OnRecord("cars, August over January", "agency charts 2003-08 (longer in summer)", 1.1, 1.5, 4.0,
         lambda b: by_month(b, CARS, AUGUST) / by_month(b, CARS, JANUARY)),
    OnRecord("trucks, August over January", "agency charts 2003-08 (little change)", 0.7, 1.0, 1.4,
         lambda b: by_month(b, TRUCKS, AUGUST) / by_month(b, TRUCKS, JANUARY)),
)  # fmt: skip


def misfit(values: list[float]) -> float:
    """Mean square of the distances from the record, each in half ranges on a logarithmic scale."""
    off = [
        np.log(value / mark.central) / (0.5 * np.log(mark.high / mark.low))
        for value, mark in zip(values, MARKS, strict=True)
    ]
    return float(np.mean(np.square(off)))


def fit(points: int) -> Iterator[str]:
    """Try points, and tell which is nearest to the record."""
    table = read_ports(2005)
    order = np.argsort(-table.vehicles_per_year)[:BUSIEST]
    ports = sorted(str(port) for port in table.ids[order])
    low, high = np.array(list(RANGES.values())).T
    design = qmc.scale(qmc.LatinHypercube(len(RANGES), rng=1).random(points), low, high)
    defaults = {name: float(value_of(Parameters(), name)) for name in RANGES}
    tried = []
    for place in [list(defaults.values()), *design.tolist()]:
        values = dict(zip(RANGES, place, strict=True))
        border = run(dict(values), ports, datetime.date(2005, 1, 1))
        found = [mark.of(border) for mark in MARKS]
        tried.append((misfit(found), values, found))
    default, best = tried[0], min(tried, key=lambda one: one[0])
    yield f"{len(tried)} points; misfit {default[0]:.2f} at the defaults, {best[0]:.2f} at best"
    for name in RANGES:
        yield f"  {name}: {defaults[name]:g}, best {best[1][name]:.3g}"
    for mark, here, there in zip(MARKS, default[2], best[2], strict=True):
        yield (
            f"  {mark.title} ({mark.source}): record {mark.central:g} "
            f"[{mark.low:g}, {mark.high:g}], defaults {here:.2f}, best {there:.2f}"
        )


def crossings() -> Iterator[str | OnRecord]:
    """Hold the model against the fifteen crossings, each half predicted from the other."""
    rows = rows_of(DATA_FOLDER / "truck_waits.csv")
    ports = [row["port_id"] for row in rows]
    record = np.log([[float(row["median_min"]), float(row["p95_min"])] for row in rows])
    options: dict[tuple[float, float], Floats] = {}
    for level in LEVELS:
        for load in LOADS:
            values: dict[str, object] = {
                "traffic.direction": "southbound",
                "staffing.roster_year": YEAR_OF_RECORD,
                "staffing.port_draw": 0,
                "staffing.safety": level,
                "staffing.booth_load": load,
            }
            border = run(values, sorted(ports), datetime.date(YEAR_OF_RECORD, 1, 1))
            where = [list(border.ports.ids).index(port) for port in ports]
            counts = border.tally.waits[..., TRUCKS, :].sum(axis=(0, 2, 3))[where].astype(float)
            options[level, load] = np.array(
                [[wait_quantile_min(row, share) for share in (0.5, 0.95)] for row in counts]
            )
    predicted = np.zeros(record.shape)
    order = np.argsort(record[:, 0])
    halves = order[::2], order[1::2]
    for fitted, tested in (halves, halves[::-1]):
        # Every option counts by its likelihood, the size of the errors integrated out.
        of = [(key, base) for key in options for base in BASES_MIN]
        logs = np.array([np.log(options[key] + base) for key, base in of])
        misfits = np.mean((logs[:, fitted] - record[fitted]) ** 2, axis=(1, 2))
        weights = (misfits.min() / misfits) ** len(fitted)
        weights /= weights.sum()
        predicted[tested] = np.tensordot(weights, logs[:, tested], axes=1)
        means = weights @ np.array([(*key, base) for key, base in of])
        yield (
            f"fitted on {len(fitted)} crossings: on average safety {means[0]:.2f}, booth load "
            f"{means[1]:.2f}, {means[2]:.1f} min for the crossing itself"
        )
    for i, port in enumerate(ports):
        record_min, model_min = np.exp(record[i]), np.exp(predicted[i])
        yield (
            f"  {port:20s} median {record_min[0]:5.1f} predicted {model_min[0]:5.1f}   "
            f"95th percentile {record_min[1]:5.1f} predicted {model_min[1]:5.1f}"
        )
    for k, title in enumerate(("median", "p95")):
        near = int(np.sum(np.abs(predicted[:, k] - record[:, k]) <= np.log(2.0)))
        yield OnRecord(f"crossings-{title}", "RO8", 12, len(ports), len(ports), near, "crossings")
    for k, title in enumerate(("median", "p95")):
        rank = spearmanr(predicted[:, k], record[:, k]).statistic
        yield OnRecord(f"crossings-rank-{title}", "RO8", 0.5, 1.0, 1.0, rank)


PEACE_ARCH, MEASURED_FROM, DAYS_MEASURED = "douglas", datetime.date(2012, 11, 1), 730
MEMBERS = 0.33  # of the cars in September 2007 (The Northern Light, Blaine), the last on record


def peace_arch() -> Iterator[OnRecord]:
    """Hold two years of one crossing against the waits in its lanes, on officers of 2005."""
    values: dict[str, object] = {"traffic.nexus_share": MEMBERS}
    border = run(values, [PEACE_ARCH], MEASURED_FROM, DAYS_MEASURED)
    general, nexus = ([LANES.index(lane)] for lane in ("car", "nexus"))
    of_week = border.tally.lane[SATURDAY:, ..., general, :].sum(axis=(0, 1, 2, 3))
    weekend = float(of_week[WAIT_S] / of_week[RELEASED] / 60.0)
    mean = mean_wait(border, general)
    ratio = mean_wait(border, nexus) / mean
    yield OnRecord("peace-arch-general", "B038", 8.2, 16.4, 24.6, mean, "min")
    yield OnRecord("peace-arch-weekend", "B040", 10.9, 21.7, 32.6, weekend, "min")
    yield OnRecord("peace-arch-nexus", "B037, B038", 0.02, 0.08, 0.3, ratio, "ratio")


def by_day(border: Border, port: str) -> tuple[float, float]:
    """Mean and 95th percentile of the wait of a port's trucks on weekdays by day, in minutes."""
    where = list(border.ports.ids).index(port)
    sums = border.tally.lane[:FRIDAY_TOO, where, BY_DAY][:, :, TRUCKS].sum(axis=(0, 1, 2))
    counts = border.tally.waits[:FRIDAY_TOO, where, BY_DAY][:, :, TRUCKS].sum(axis=(0, 1, 2))
    mean = float(sums[WAIT_S] / sums[RELEASED] / 60.0)
    return mean, wait_quantile_min(counts.astype(float), 0.95)


def bridges() -> Iterator[str]:
    """Find the factors of three bridges that are nearest to their crossing times, and to 1."""
    record = {
        row["port_id"]: [float(row[name]) for name in ("free_flow_min", "mean_min", "p95_min")]
        for row in read_source("crossing_times.csv")
        if row["direction"] == "northbound"
    }
    ports = sorted(record)
    staffing = Parameters().staffing
    found: dict[str, list[tuple[float, float, float, float, float]]] = {port: [] for port in ports}
    for trade, load in itertools.product(TRADE_FACTORS, BOOTH_LOAD_FACTORS):
        values: dict[str, object] = {
            "staffing.port_draw": 0,  # all ports alike
            "staffing.safety": trade * staffing.safety,
            "staffing.booth_load": load * staffing.booth_load,
        }
        border = run(values, ports, SUMMER, 56)
        for port in ports:
            free, *times = record[port]
            waits = by_day(border, port)
            here = (free + waits[0], free + waits[1])
            off = np.log(np.divide(here, times)) / KNOWN_TO
            far = np.log([trade, load]) / staffing.port_spread
            found[port].append((float(off @ off + far @ far), trade, load, *here))
    for port in ports:
        _, trade, load, mean, late = min(found[port])
        yield (
            f"{port}: trade_factor {trade:g}, trade_booth_load_factor {load:g}; mean crossing "
            f"{mean:.1f} min (record {record[port][1]:g}), 95th percentile {late:.1f} min (record "
            f"{record[port][2]:g})"
        )


FACTORS = (2.5, 3.0, 3.25, 3.5, 3.75, 4.0, 4.25, 4.5)
REPLICATIONS = 20


def longest_waits(factor: float, replication: int) -> Floats:
    """Longest mean wait of an hour, in minutes: every reading, then cars at the marginal ports.

    Parameters
    ----------
    factor : float
        Service time as a ratio of an ordinary day's.

    Returns
    -------
    array of float, shape (readings + marginal ports,)
    """
    whole = read(WORK_TO_RULE)
    slower = tuple(
        dataclasses.replace(one, value=factor) if one.operation == "scale" else one
        for one in whole.interventions
    )
    ports = tuple(sorted({reading.port for reading in READINGS}))
    day = datetime.date(2021, 8, 5)
    point = Point(
        with_values(Parameters(), NO_SMUGGLING),
        dataclasses.replace(whole, interventions=slower), ports, None, day, 3, 1, "compiled",
    )  # fmt: skip
    sums = run_border(point, replication).tally.lane[FRIDAY]
    waits = sums[..., WAIT_S] / np.maximum(sums[..., RELEASED], 1.0) / 60.0
    cars = [Reading(port, "car", range(12, 20), 0.0, "G054") for port in MARGINAL]
    return np.array(
        [
            waits[ports.index(one.port), one.hours, LANES.index(one.lane)].max()
            for one in (*READINGS, *cars)
        ]
    )


def work_to_rule() -> Iterator[str]:
    """Fit the factor to the morning, and predict the rest of the day."""
    record = np.array([reading.minutes for reading in READINGS])
    fitted = np.array([reading.fitted for reading in READINGS])
    tried = []
    for factor in FACTORS:
        waits = np.array([longest_waits(factor, k) for k in range(REPLICATIONS)])
        off = np.log(waits.mean(axis=0)[: len(record)] / record)
        tried.append((float(np.mean(off[fitted] ** 2)), factor, waits))
    _, factor, waits = min(tried, key=lambda one: one[0])
    yield f"service {factor:g} times as long fits the morning best, of {FACTORS}"
    mean = waits.mean(axis=0)
    near = np.abs(mean[: len(record)] / record - 1.0) <= TOLERANCE
    for i, reading in enumerate(READINGS):
        hours = f"{reading.hours[0]:02d}-{reading.hours[-1] + 1:02d}"
        yield (
            f"  {reading.port:20s} {reading.lane:5s} {hours} h "
            f"record {reading.minutes:4g} model {mean[i]:4.0f} min "
            f"({waits[:, i].min():.0f} to {waits[:, i].max():.0f}), {reading.source}"
            f"{', fitted' if reading.fitted else ''}"
        )
    bridges = np.array([one.lane == "truck" and not one.fitted for one in READINGS])
    yield f"trucks within {TOLERANCE:.0%} at {near[bridges].sum()} of {bridges.sum()} bridges"
    for k, port in enumerate(MARGINAL):
        truck = next(i for i, one in enumerate(READINGS) if one.port == port)
        yield f"cars over trucks at {port}: {mean[len(record) + k] / mean[truck]:.2f}"


def main() -> None:
    """Run from the command line."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser("python -m sim.study.fit_capacity", description=__doc__)
    parser.add_argument("--points", type=int, default=24, help="points to try (24)")
    parser.add_argument("--write", action="store_true", help="keep what is held against the record")
    parser.set_defaults(of=None)
    for of in (crossings, bridges, peace_arch, work_to_rule):
        option = f"--{of.__name__.replace('_', '-')}"
        parser.add_argument(option, dest="of", action="store_const", const=of, help=of.__doc__)
    arguments = parser.parse_args()
    found = []
    for line in arguments.of() if arguments.of else fit(arguments.points):
        found += [line] if isinstance(line, OnRecord) else []
        sys.stdout.write(f"{told(line) if isinstance(line, OnRecord) else line}\n")
    if arguments.write:
        keep(found)


if __name__ == "__main__":
    main()
