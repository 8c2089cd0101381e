"""Precision on request: replications until every interval is as narrow as was asked for.

The rule is the sequential procedure for a confidence interval of specified precision: beginning
with a pilot, stop at the first look at which t(n - 1) s / sqrt(n) is at most the half-width wanted.
For a relative half-width g of the mean, the bound is g / (1 + g) of the estimated mean, so that the
interval reaches no farther than g of the true mean. The error of 5 % is shared among all intervals
(Bonferroni), so that all of them hold together with 95 %.

References
----------
.. [1] Law (2015), Simulation Modeling and Analysis, 5th ed., section 9.4.1.
.. [2] Chow and Robbins (1965), Ann. Math. Stat. 36:457-462.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from sim.design.design import DIFFERENCES, LEVELS, ProcedureResult, Ran, Read, Steps, Wanted
from sim.errors import InputError
from sim.progress import Say
from sim.results.schema import METRICS
from sim.scenario.intervention import BASELINE
from sim.scenario.point import Point

ALPHA = 0.05
GROWTH = 3.0
"""A look at most multiplies the replications by this: the pilot's spread may be far off."""
COUNTLESS = 10**9


@dataclass(frozen=True, slots=True)
class PrecisionTarget:
    """How narrow the interval of a metric is to be.

    Attributes
    ----------
    relative : float
        Half-width as a ratio of the mean (of a difference: of the baseline's mean); 0 for none.
    absolute : float
        Half-width in the metric's unit; 0 for none.
    """

    metric: str
    relative: float = 0.0
    absolute: float = 0.0

    def __str__(self) -> str:
        """Say it as it was asked for."""
        if self.relative:
            return f"{100 * self.relative:g} %"
        return f"{self.absolute:g} {METRICS[self.metric].unit}"


@dataclass(frozen=True, slots=True)
class SampleMean:
    """Mean of a sample and the half-width of its interval, as they stand.

    Attributes
    ----------
    name : str
        Metric and what it is of.
    mean, half_width : float
        In the metric's unit.
    bound : float
        Half-width that is wanted, in the metric's unit.
    needed : int
        Replications that would do, if the spread is as it seems.
    """

    name: str
    target: PrecisionTarget
    mean: float
    half_width: float
    bound: float
    needed: int

    @property
    def reached(self) -> bool:
        """Whether it is narrow enough."""
        return self.half_width <= self.bound

    def __str__(self) -> str:
        """Say what was reached."""
        unit = METRICS[self.target.metric].unit
        share = f" ({100 * self.half_width / abs(self.mean):.2g} %)" if self.mean else ""
        return f"{self.name}: {self.mean:.4g} ± {self.half_width:.2g} {unit}{share}"


@dataclass(frozen=True, slots=True)
class Precision:
    """The procedure.

    Attributes
    ----------
    of : str
        levels, differences (to the baseline, in pairs) or both.
    pilot, maximum : int
        First and greatest number of replications.
    """

    targets: tuple[PrecisionTarget, ...]
    of: str
    pilot: int
    maximum: int

    def steps(self, points: Sequence[Point], read: Read, say: Say) -> Steps:
        """Run all points to the same number of replications, until every interval is reached."""
        study_points = tuple(points)
        count = min(self.pilot, self.maximum)
        predicted: dict[str, Any] | None = None
        each_s: float | None = None
        while True:
            ran: Ran = yield Wanted(study_points, count)
            each_s = ran.each_s or each_s
            intervals = self.intervals(study_points, read, count)
            needed = max((estimate.needed for estimate in intervals), default=count)
            if predicted is None:
                more = max(0, min(needed, self.maximum) - count) * len(study_points)
                minutes = None if each_s is None else more * each_s / 60
                predicted = {"replications": needed, "minutes": minutes}
                say(self._prediction(intervals, count, needed, minutes))
            short = [estimate for estimate in intervals if not estimate.reached]
            if not short or count >= self.maximum:
                break
            count = min(max(needed, count + 1), math.ceil(GROWTH * count), self.maximum)
        return ProcedureResult(
            study_points, (count,) * len(study_points), self._about(intervals, count, predicted),
            self._lines(intervals, short, count),
        )  # fmt: skip

    def intervals(self, points: Sequence[Point], read: Read, count: int) -> list[SampleMean]:
        """Every interval that was asked for, after a number of replications."""
        samples = samples_of(points, read, count, [target.metric for target in self.targets])
        chosen: list[tuple[str, PrecisionTarget, np.ndarray, float]] = []
        for target in self.targets:
            for (scenario, adversary), sample in samples[target.metric].items():
                of = f"{target.metric} of {scenario} ({adversary})"
                base = samples[target.metric].get((BASELINE.name, adversary))
                compared = base is not None and scenario != BASELINE.name
                if self.of != DIFFERENCES or not compared:
                    chosen.append((of, target, sample, abs(float(sample.mean()))))
                if self.of != LEVELS and compared and base is not None:
                    level = abs(float(base.mean()))
                    chosen.append((f"difference in {of}", target, sample - base, level))
        if self.of == DIFFERENCES and any(name.startswith("difference") for name, *_ in chosen):
            chosen = [sample for sample in chosen if sample[0].startswith("difference")]
        alpha = ALPHA / max(1, len(chosen))
        return [interval(*sample, alpha) for sample in chosen]

    def _prediction(
        self, intervals: Sequence[SampleMean], count: int, needed: int, minutes: float | None
    ) -> str:
        if needed <= count:
            return f"precision: reached by the pilot of {count} replications"
        widest = max(intervals, key=lambda estimate: estimate.needed)
        time = "" if minutes is None else f", about {minutes:.3g} min more"
        limit = f", of which at most {self.maximum} are run" if needed > self.maximum else ""
        return (
            f"precision: after {count} replications about {needed} seem needed{limit}{time} "
            f"(for {widest}; wanted ± {widest.bound:.2g})"
        )

    def _about(
        self, intervals: Sequence[SampleMean], count: int, predicted: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        return {
            "procedure": "precision",
            "rule": "sequential, fixed half-width, Bonferroni (Law 2015, 9.4.1)",
            "wanted": {target.metric: str(target) for target in self.targets},
            "of": self.of,
            "pilot": self.pilot,
            "maximum": self.maximum,
            "predicted": dict(predicted or {}),
            "replications": count,
            "reached": all(estimate.reached for estimate in intervals),
            "intervals": [
                {
                    "of": estimate.name, "mean": estimate.mean, "half_width": estimate.half_width,
                    "wanted": estimate.bound, "reached": estimate.reached,
                }
                for estimate in intervals
            ],
        }  # fmt: skip

    def _lines(
        self, intervals: Sequence[SampleMean], short: Sequence[SampleMean], count: int
    ) -> tuple[str, ...]:
        if not short:
            return (
                f"precision: reached by all {len(intervals)} intervals with {count} replications",
            )
        shown = sorted(short, key=lambda estimate: estimate.bound / estimate.half_width)[:5]
        return (
            f"precision: NOT reached by {len(short)} of {len(intervals)} intervals within "
            f"the maximum of {count} replications (stopping.maximum)",
            *(f"  {mean}, wanted ± {mean.bound:.2g}; about {mean.needed} needed" for mean in shown),
        )


def interval(
    name: str, target: PrecisionTarget, sample: np.ndarray, level: float, alpha: float
) -> SampleMean:
    """Interval of a sample's mean, and what its target asks of it.

    Parameters
    ----------
    name : str
    target : PrecisionTarget
    sample : array
        One value a replication.
    level : float
        Mean that a relative half-width refers to, in the metric's unit.
    alpha : float
        Chance that this interval misses.
    """
    count, mean = len(sample), float(sample.mean())
    bound = target.absolute or target.relative / (1 + target.relative) * level
    spread = float(sample.std(ddof=1)) if count > 1 else math.inf
    half_width = 0.0 if spread == 0 else reach(alpha, count) * spread / math.sqrt(count)
    return SampleMean(name, target, mean, half_width, bound, _needed(spread, bound, alpha, count))


def reach(alpha: float, count: int) -> float:
    """Quantile of Student's t for a two-sided interval of a sample."""
    return float(special.stdtrit(count - 1, 1 - alpha / 2)) if count > 1 else math.inf


def _needed(spread: float, bound: float, alpha: float, count: int) -> int:
    """Fewest replications after which the half-width would be within the bound."""
    if spread == 0:
        return count
    if bound <= 0 or not math.isfinite(spread):
        return COUNTLESS

    def enough(number: int) -> bool:
        return reach(alpha, number) * spread <= bound * math.sqrt(number)

    high = 2
    while not enough(high):
        high *= 2
        if high >= COUNTLESS:
            return COUNTLESS
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def samples_of(
    points: Sequence[Point], read: Read, count: int, metrics: Sequence[str]
) -> dict[str, dict[tuple[str, str], np.ndarray]]:
    """One value a replication, by metric, and by scenario and smuggler: the mean over worlds.

    Parameters
    ----------
    points : sequence of Point
    read : callable
        Gives the metrics of a replication.
    count : int
        Replications of each point.
    metrics : sequence of str
    """
    sums: dict[str, dict[tuple[str, str], np.ndarray]] = {name: {} for name in metrics}
    worlds: dict[tuple[str, str], int] = {}
    for point in points:
        key = (point.label.scenario, point.label.adversary)
        worlds[key] = worlds.get(key, 0) + 1
        rows = [read(point, replication) for replication in range(count)]
        for name in metrics:
            sample = np.array([_value(row, name, point) for row in rows])
            sums[name][key] = sums[name].get(key, np.zeros(count)) + sample
    return {
        name: {key: total / worlds[key] for key, total in table.items()}
        for name, table in sums.items()
    }


def _value(row: Mapping[str, float], metric: str, point: Point) -> float:
    if metric not in row:
        raise InputError(f"metric {metric!r} has no value in a replication of {point.label}")
    return row[metric]
