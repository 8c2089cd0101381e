"""Proposals put together: every pair of those compared, and larger mixes that pairs speak for.

Effects do not add up, so a mix under a budget has to be simulated. All pairs are; from them the
effect of a larger set is foretold, as the sum of its single effects and of what each of its pairs
does beyond them, and for each budget a set is built up greedily, by the gain foretold for its cost
(Nemhauser, Wolsey and Fisher 1978). Every set on the way is simulated whole. Only the first half of
the replications takes part in that, so that the second half is fresh for whoever chooses.

References
----------
.. [1] Nemhauser, Wolsey and Fisher (1978), An analysis of approximations for maximizing submodular
   set functions, Mathematical Programming 14:265-294.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from sim.design.design import ProcedureResult, Read, Steps, Wanted
from sim.design.precision import samples_of
from sim.errors import InputError
from sim.numerics.units import DAYS_PER_YEAR
from sim.progress import Say
from sim.results.schema import PRIMARY_OUTCOME, at_horizon, last_horizon
from sim.scenario.intervention import BASELINE, Scenario
from sim.scenario.point import Point

COSTS = {
    "programme_cost_cad": 1.0,
    "officer_pay_cad": 1.0,
    "delay_value_cad": 1.0,
    "duty_collected_cad": -1.0,
}
MILLION = 1e6


@dataclass(frozen=True, slots=True)
class Mixes:
    """The procedure.

    Attributes
    ----------
    goal : str
        Metric of which less is better.
    budgets : tuple of float
        Million CAD a year, for each of which a set is built up.
    most : int
        Larger sets that are simulated at most.
    """

    goal: str
    budgets: tuple[float, ...]
    most: int
    replications: int

    def steps(self, points: Sequence[Point], read: Read, say: Say) -> Steps:
        """Run the proposals, their pairs, then larger sets."""
        alone = tuple(points)
        named = dict.fromkeys(point.scenario.name for point in alone)
        parts = {
            point.scenario.name: point.scenario
            for point in alone
            if point.scenario.name != BASELINE.name and not point.scenario.bound
        }
        base = [point for point in alone if point.scenario.name == BASELINE.name]
        yield Wanted(alone, self.replications)
        pairs, refused = self._pairs(parts, base)
        for line in refused:
            say(line)
        run = [*alone, *(point for pair in pairs.values() for point in self._points(base, pair))]
        yield Wanted(tuple(run), self.replications)
        gains, costs = self._measured(run, base, read)
        larger: dict[str, Scenario] = {}
        for names in grown(gains, costs, list(parts), self.budgets)[: self.most]:
            try:
                larger["+".join(names)] = checked([parts[name] for name in names], base)
            except InputError as error:
                say(str(error))
        run += [point for mix in larger.values() for point in self._points(base, mix)]
        yield Wanted(tuple(run), self.replications)
        line = (
            f"{len(named) - 1} proposals, {len(pairs)} pairs and {len(larger)} larger mixes: "
            "python -m analysis mix DIR --budget 20"
        )
        about = {
            "procedure": "mixes", "goal": self.goal, "budgets": list(self.budgets),
            "pairs": len(pairs), "larger": len(larger), "contradictions": refused,
        }  # fmt: skip
        counts = (self.replications,) * len(run)
        return ProcedureResult(tuple(run), counts, about, (line,))

    def _pairs(
        self, parts: Mapping[str, Scenario], base: Sequence[Point]
    ) -> tuple[dict[tuple[str, str], Scenario], list[str]]:
        """Every pair that can be carried out, and why the others cannot."""
        made: dict[tuple[str, str], Scenario] = {}
        refused: list[str] = []
        for pair in combinations(parts, 2):
            try:
                made[pair] = checked([parts[name] for name in pair], base)
            except InputError as error:
                refused.append(f"not mixed: {error}")
        return made, refused

    def _points(self, base: Sequence[Point], mix: Scenario) -> list[Point]:
        return [dataclasses.replace(point, scenario=mix) for point in base]

    def _measured(
        self, run: Sequence[Point], base: Sequence[Point], read: Read
    ) -> tuple[dict[str, float], dict[str, float]]:
        """What each mix keeps out, and costs in million CAD a year, on half of the replications."""
        half = max(1, self.replications // 2)
        goal = self.goal
        years = min((point.horizon for point in run), default=0)
        if goal == PRIMARY_OUTCOME and years:  # a lasting choice is made for the last of them
            goal = at_horizon("reaching_market", last_horizon(years))
        table = samples_of(run, read, half, [goal, *COSTS])
        means: dict[str, dict[str, float]] = {}
        for metric, by_key in table.items():
            by_name: dict[str, list[float]] = {}
            for (name, _), sample in by_key.items():
                by_name.setdefault(name, []).append(float(np.mean(sample)))
            none = float(np.mean(by_name[BASELINE.name]))
            means[metric] = {name: float(np.mean(x)) - none for name, x in by_name.items()}
        named = {point.scenario.name: point for point in run}
        for name, point in named.items():  # what is paid once is not paid every year
            means["programme_cost_cad"][name] *= 1 - once_share(point.scenario, point.days)
        to_year = DAYS_PER_YEAR / base[0].days / MILLION
        gains = {name: -change for name, change in means[goal].items()}
        costs = {
            name: to_year * sum(sign * means[cost][name] for cost, sign in COSTS.items())
            for name in gains
        }
        return gains, costs


def once_share(scenario: Scenario, days: float) -> float:
    """Share of a programme's cost over a run that is paid once."""
    once = sum(cost.cad_once for cost in scenario.costs)
    lasting = sum(cost.cad_per_year for cost in scenario.costs) * days / DAYS_PER_YEAR
    return once / (once + lasting) if once + lasting else 0.0


def checked(parts: Sequence[Scenario], base: Sequence[Point]) -> Scenario:
    """Put proposals together, refusing what contradicts itself or leaves a parameter's bounds.

    Raises
    ------
    InputError
        In one line.
    """
    mix = Scenario.combine(parts)
    for point in base:
        mix.check(point.parameters)
    return mix


def grown(
    gains: Mapping[str, float],
    costs: Mapping[str, float],
    names: Sequence[str],
    budgets: Sequence[float],
) -> list[tuple[str, ...]]:
    """Sets of three and more, built up for each budget by the gain foretold for its cost.

    Parameters
    ----------
    gains, costs : mapping
        Of single proposals (``a``) and pairs (``a+b``); a pair that is missing cannot be mixed.
    names : sequence of str
        Single proposals, in their order.
    budgets : sequence of float
        In the unit of the costs.

    Returns
    -------
    list of tuple of str
        Each once, its parts in the order of ``names``.
    """
    place = {name: k for k, name in enumerate(names)}
    found: dict[tuple[str, ...], None] = {}

    def beyond(one: str, other: str) -> float | None:
        pair = "+".join(sorted((one, other), key=place.__getitem__))
        return gains[pair] - gains[one] - gains[other] if pair in gains else None

    for budget in budgets:
        chosen: list[str] = []
        left = budget
        while True:
            best, rate = "", 0.0
            for name in names:
                extra = [beyond(name, other) for other in chosen]
                if name in chosen or costs[name] > left or None in extra:
                    continue
                gain = gains[name] + sum(x for x in extra if x is not None)
                worth = gain / max(costs[name], 0.01 * budget)  # what costs nothing is not infinite
                if gain > 0 and worth > rate:
                    best, rate = name, worth
            if not best:
                break
            chosen.append(best)
            left -= costs[best]
            if len(chosen) > 2:
                found[tuple(sorted(chosen, key=place.__getitem__))] = None
    return list(found)
