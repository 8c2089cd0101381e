"""The best values of levers, by trials that learn from those before.

The tree-structured Parzen estimator of Optuna proposes, the store remembers: with the same seed it
proposes the same trials again, so a study that was stopped continues where it was.

References
----------
.. [1] Bergstra et al. (2011), Algorithms for hyper-parameter optimization, NeurIPS 24.
.. [2] Watanabe and Hutter (2023), c-TPE, IJCAI 2023 (limits on other metrics).
"""

import dataclasses
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.design.design import SCENARIO, Design, ProcedureResult, Read, Steps, Wanted, scenario_of
from sim.design.factors import Factor
from sim.design.precision import samples_of
from sim.progress import Say
from sim.results.schema import METRICS
from sim.scenario.intervention import BASELINE
from sim.scenario.point import Point


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
        yield self._wanted(study_points)
        tried: list[tuple[Any, dict[str, float | int]]] = []
        while len(tried) < self.trials:
            count = min(self.batch, self.trials - len(tried))
            batch = [self._ask(study) for _ in range(count)]
            made = [self._points(base, values) for _, values in batch]
            yield self._wanted(tuple(point for trial_points in made for point in trial_points))
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

    def _wanted(self, points: tuple[Point, ...]) -> Wanted:
        return Wanted(points, self.replications)

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
