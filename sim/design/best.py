"""The best of several scenarios, and the best values of levers.

Of several scenarios (`RankingSelection`), with a guarantee and without running the hopeless ones to
the end: Kim and Nelson's fully sequential procedure [1]_. All scenarios meet the same random
numbers; whenever one lies behind another by more than chance may explain, it is run no further.
With the probability asked for, what is left is the best, provided that it is better than the others
by the margin; if not, it is within the margin of the best in practice. No maintained library offers
it in a form that leaves the running to the caller: sim-tools and PyPRS call the model themselves,
one process after another or on a pinned version of Ray.

Of values of levers (`Optimisation`), by trials that learn from those before: the tree-structured
Parzen estimator of Optuna [2]_ proposes, with limits on other metrics [3]_, and the store
remembers. With the same seed it proposes the same trials again, so a study that was stopped
continues where it was.

References
----------
.. [1] Kim and Nelson (2001), A fully sequential procedure for indifference-zone selection in
   simulation, ACM Trans. Model. Comput. Simul. 11:251-273, with c = 1 and common random numbers.
.. [2] Bergstra et al. (2011), Algorithms for hyper-parameter optimization, NeurIPS 24.
.. [3] Watanabe and Hutter (2023), c-TPE, IJCAI 2023.
"""

import dataclasses
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from sim.design.design import (
    SCENARIO,
    Design,
    Factor,
    ProcedureResult,
    Read,
    Steps,
    Wanted,
    scenario_of,
)
from sim.design.precision import samples_of
from sim.numerics.units import Floats
from sim.progress import Say
from sim.results.schema import METRICS
from sim.scenario.intervention import BASELINE
from sim.scenario.point import Point


@dataclass
class KimNelson:
    """The screening, apart from any simulation.

    Attributes
    ----------
    margin : float
        Indifference zone: a difference that matters, in the unit of the values.
    alpha : float
        Chance of not selecting the best.
    pilot : int
        Replications before the first look, at least 2.
    alive : list of str
        Those still in.
    looked : int
        Replications that have been looked at.
    """

    names: tuple[str, ...]
    margin: float
    alpha: float
    pilot: int
    alive: list[str] = field(default_factory=list)
    looked: int = 0
    _spread: dict[tuple[str, str], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with all of them."""
        self.alive = list(self.names)

    @property
    def h_squared(self) -> float:
        """Kim and Nelson's constant."""
        rivals = max(1, len(self.names) - 1)
        eta = (math.pow(2 * self.alpha / rivals, -2 / (self.pilot - 1)) - 1) / 2
        return 2 * eta * (self.pilot - 1)

    @property
    def decided(self) -> bool:
        """Whether one is left."""
        return len(self.alive) == 1

    def look(self, values: Mapping[str, Floats]) -> None:
        """Screen after every replication that is there and has not been looked at.

        There is one value a replication of each that is still in; more is better.
        """
        there = min(len(values[name]) for name in self.alive)
        if there < self.pilot or self.decided:
            return
        if not self._spread:
            for name, other in product(self.names, repeat=2):
                pairs = values[name][: self.pilot] - values[other][: self.pilot]
                self._spread[name, other] = float(pairs.var(ddof=1))
        sums = {name: np.cumsum(values[name][:there]) for name in self.alive}
        for count in range(max(self.looked + 1, self.pilot), there + 1):
            means = {name: float(sums[name][count - 1]) / count for name in self.alive}
            self.alive = [name for name in self.alive if not self._beaten(name, means, count)]
            self.looked = count
            if self.decided:
                return

    def _beaten(self, name: str, means: Mapping[str, float], count: int) -> bool:
        for other, mean in means.items():
            allowed = self.h_squared * self._spread[name, other] / self.margin**2 - count
            width = max(0.0, self.margin / (2 * count) * allowed)
            tied = width == 0 and means[name] == mean and other != name
            # Of two that are the same on every replication, the one named later goes.
            later = self.names.index(name) > self.names.index(other)
            if means[name] < mean - width or (tied and later):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Selection:
    """The procedure on a study's scenarios.

    Attributes
    ----------
    metric : str
        More or less of it is better, as `sim.results.schema` says.
    margin : float
        A difference that matters, in the metric's unit.
    confidence : float
        Probability of selecting the best.
    pilot, maximum : int
        First and greatest number of replications of a scenario.
    batch : int
        Replications that are run between two looks, so that all processors have work.
    bounds : frozenset of str
        Scenarios that are no candidates.
    """

    metric: str
    margin: float
    confidence: float
    pilot: int
    maximum: int
    batch: int
    bounds: frozenset[str] = frozenset()

    def steps(self, points: Sequence[Point], read: Read, say: Say) -> Steps:
        """Run those that are still in, until one is left."""
        study_points = tuple(points)
        names = tuple(
            name
            for name in dict.fromkeys(point.label.scenario for point in study_points)
            if name not in self.bounds
        )
        screening = KimNelson(names, self.margin, 1 - self.confidence, self.pilot)
        counts = dict.fromkeys(names, 0)
        values: dict[str, Floats] = {}
        count = self.pilot
        while not screening.decided:
            for name in screening.alive:
                counts[name] = count
            alive = tuple(
                point for point in study_points if point.label.scenario in screening.alive
            )
            yield Wanted(alive, count)
            for name in screening.alive:
                values[name] = self._values(study_points, name, read, count)
            before = len(screening.alive)
            screening.look(values)
            if len(screening.alive) < before:
                say(f"selection: {len(screening.alive)} of {len(names)} left after {count}")
            if count >= self.maximum:
                break
            count = min(count + self.batch, self.maximum)
        chosen = tuple(point for point in study_points if point.label.scenario in counts)
        return ProcedureResult(
            chosen,
            tuple(counts[point.label.scenario] for point in chosen),
            self._about(screening, counts, values),
            self._lines(screening, counts, values),
        )

    def _values(self, points: Sequence[Point], name: str, read: Read, count: int) -> Floats:
        """Metric by replication, the mean over smugglers and worlds; more is better."""
        of_scenario = [point for point in points if point.label.scenario == name]
        samples = samples_of(of_scenario, read, count, [self.metric])[self.metric]
        mean: Floats = np.mean(list(samples.values()), axis=0)
        return -mean if METRICS[self.metric].better == "less" else mean

    def _best(self, screening: KimNelson, values: Mapping[str, Floats]) -> str:
        return max(screening.alive, key=lambda name: float(values[name].mean()))

    def _about(
        self, screening: KimNelson, counts: Mapping[str, int], values: Mapping[str, Floats]
    ) -> dict[str, Any]:
        return {
            "procedure": "selection",
            "rule": "Kim and Nelson (2001), common random numbers",
            "metric": self.metric,
            "margin": self.margin,
            "confidence": self.confidence,
            "decided": screening.decided,
            "best": self._best(screening, values) if values else screening.alive[0],
            "left": list(screening.alive),
            "replications": dict(counts),
            "means": {name: abs(float(sample.mean())) for name, sample in values.items()},
        }

    def _lines(
        self, screening: KimNelson, counts: Mapping[str, int], values: Mapping[str, Floats]
    ) -> tuple[str, ...]:
        about = METRICS[self.metric]
        if not values:
            return (f"selection: {screening.alive[0]} is the only candidate",)
        best = self._best(screening, values)
        sign = -1.0 if about.better == "less" else 1.0
        used, equal = sum(counts.values()), len(counts) * max(counts.values())
        if screening.decided:
            first = (
                f"selection: {best} is best ({about.title} {sign * float(values[best].mean()):.4g} "
                f"{about.unit}), with a probability of at least {100 * self.confidence:g} % that "
                f"none is better by {self.margin:g} {about.unit} or more"
            )
        else:
            first = (
                f"selection: NOT decided within {self.maximum} replications (stopping.maximum): "
                f"{', '.join(screening.alive)} remain, {best} leads"
            )
        return (
            first,
            f"selection: {used} replications in all; {equal} without screening",
        )


@dataclass(frozen=True, slots=True)
class Optimisation:
    """The procedure.

    Attributes
    ----------
    factors : tuple of Factor
        Levers, each over its range.
    goal : str
        Metric; more or less of it is better, as `sim.results.schema` says.
    at_most : mapping
        Highest rise of other metrics over the baseline, in their unit.
    trials, batch, replications, seed : int
        Trials in all, trials run side by side, replications of each, seed of the proposals.
    """

    factors: tuple[Factor, ...]
    goal: str
    at_most: Mapping[str, float]
    trials: int
    batch: int
    replications: int
    seed: int

    def steps(self, points: Sequence[Point], read: Read, say: Say) -> Steps:
        """Run the study's scenarios, then trial after trial."""
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        better = METRICS[self.goal].better
        study = optuna.create_study(
            direction="minimize" if better == "less" else "maximize",
            sampler=optuna.samplers.TPESampler(seed=self.seed),
        )
        study_points = tuple(points)
        base = tuple(point for point in study_points if point.label.scenario == BASELINE.name)
        yield Wanted(study_points, self.replications)
        tried: list[tuple[Any, dict[str, float | int]]] = []
        while len(tried) < self.trials:
            count = min(self.batch, self.trials - len(tried))
            batch = [self._ask(study) for _ in range(count)]
            made = [self._points(base, values) for _, values in batch]
            run = tuple(point for trial_points in made for point in trial_points)
            yield Wanted(run, self.replications)
            for (trial, values), trial_points in zip(batch, made, strict=True):
                for metric, most in self.at_most.items():
                    trial.set_constraint(
                        metric, self._rise(base, trial_points, read, metric) - most
                    )
                study.tell(trial, self._rise(base, trial_points, read, self.goal))
                tried.append((study.trials[trial.number], values))
        return self._outcome(study_points, base, tried)

    def _ask(self, study: Any) -> tuple[Any, dict[str, float | int]]:
        from optuna.distributions import FloatDistribution, IntDistribution

        space = {
            factor.name: IntDistribution(int(factor.low), int(factor.high))
            if factor.whole
            else FloatDistribution(factor.low, factor.high)
            for factor in self.factors
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # notices of features under trial in Optuna
            trial = study.ask(space)
        return trial, {factor.name: trial.params[factor.name] for factor in self.factors}

    def _points(self, base: Sequence[Point], values: Mapping[str, float | int]) -> list[Point]:
        scenario = scenario_of(values)
        return [dataclasses.replace(point, scenario=scenario) for point in base]

    def _rise(
        self, base: Sequence[Point], points: Sequence[Point], read: Read, metric: str
    ) -> float:
        """Mean difference to the baseline, over replications, smugglers and worlds."""
        means = [
            np.mean(list(samples_of(some, read, self.replications, [metric])[metric].values()))
            for some in (points, base)
        ]
        return float(means[0] - means[1])

    def _outcome(
        self,
        study_points: tuple[Point, ...],
        base: Sequence[Point],
        tried: Sequence[tuple[Any, dict[str, float | int]]],
    ) -> ProcedureResult:
        values = tuple(values for _, values in tried)
        unique = {scenario_of(chosen).name: chosen for chosen in values}
        points = (
            *study_points,
            *(point for chosen in unique.values() for point in self._points(base, chosen)),
        )
        fair = [k for k, (trial, _) in enumerate(tried) if self._fair(trial)]
        sign = -1.0 if METRICS[self.goal].better == "less" else 1.0
        best = max(fair, key=lambda k: sign * float(tried[k][0].value), default=None)
        options = {"seed": self.seed, "goal": self.goal, "at_most": dict(self.at_most)}
        about = {
            "procedure": "optimisation",
            "rule": "tree-structured Parzen estimator (Optuna)",
            **options,
            "trials": [{"values": v, "rise": trial.value, "fair": self._fair(trial)}
                       for trial, v in tried],
            "best": None if best is None else values[best],
        }  # fmt: skip
        design = Design.of_values(
            "optimise", SCENARIO, self.factors, list(unique.values()), options
        )
        return ProcedureResult(
            points, (self.replications,) * len(points), about, self._lines(tried, best), design
        )

    def _fair(self, trial: Any) -> bool:
        return all(value <= 0 for value in (trial.constraints or {}).values())

    def _lines(
        self, tried: Sequence[tuple[Any, dict[str, float | int]]], best: int | None
    ) -> tuple[str, ...]:
        about = METRICS[self.goal]
        limits = [f"{name} + {most:g} {METRICS[name].unit}" for name, most in self.at_most.items()]
        within = f" with at most {', '.join(limits)}" if limits else ""
        if best is None:
            return (f"optimisation: none of {len(tried)} trials is within the limits{within}",)
        trial, values = tried[best]
        chosen = ", ".join(f"{name} = {value:.4g}" for name, value in values.items())
        return (
            f"optimisation: best of {len(tried)} trials{within}: {chosen}: "
            f"{trial.value:+.4g} {about.unit} of {about.title} against the baseline "
            f"({self.replications} replications; confirm with fresh replications: run.seed)",
        )
