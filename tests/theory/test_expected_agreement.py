"""The mean of the agents against the expectation, for every kind of smuggler and a dozen scenarios.

Lines are nearly empty and prices stand still: a price that follows whole loads bends the agents'
use, which the expectation leaves out. Replications are paired: both have the same organisations.
How many firearms there are opportunities for is a matter of chance with the agents alone, so that
the expectation is taken for as many.

    python -m tests.theory.test_expected_agreement 200

prints the table of `docs/expected.md` for the baseline.
"""

import dataclasses
import datetime
import functools
import sys

import numpy as np
import pytest

from sim.model.border import Border
from sim.model.smuggling.adversary import ADVERSARIES
from sim.numerics.units import DAY_S, Floats
from sim.parameters import Parameters, with_values
from sim.records import ARREST, NOT_MADE, NOT_PLANNED, PORT, PRICE
from sim.replication import run_in_step
from sim.scenario.intervention import BASELINE, Scenario
from sim.scenario.point import Point
from sim.scenario.reading import read

SCENARIOS = (
    "more_searches", "better_training", "longer_sentences", "broader_ibets", "stateside_pressure",
    "etrace", "gun_runner", "firearms_task_force", "direct_sharing", "marine_domain",
    "database_access", "share_on_suspicion",
)  # fmt: skip
PORTS = ("abercorn", "douglas", "sarnia")
REPLICATIONS, OF_SCENARIOS = 200, 12
# Differences that the approximations make (docs/expected.md): shares of all opportunities, and of
# the organisations.
KNOWN = 0.005
METRICS = (
    "reaching_market", "seized_ports", "intercepted_away", "deterred", "not_planned_arrest",
    "not_planned_price", "others", "organisations_in_action",
)  # fmt: skip


def point(scenario: Scenario, kind: str) -> Point:
    parameters = with_values(
        Parameters(),
        {
            "traffic.volume_scale": 0.001,
            "smuggling.adversary": kind,
            "market.price_response": 0.0,
        },
    )
    start = datetime.date(2005, 1, 1)
    return Point(
        parameters, scenario, PORTS, 2005, start, 365, 1, "compiled", horizon=1, smugglers=(kind,)
    )


def of_agents(border: Border) -> Floats:
    """Firearms by what becomes of them, each attempt by its own chance, and organisations."""
    record = border.record()
    of, organisations = record.attempts, record.organisations
    trips = of.organisation >= 0
    at_port = trips & (of.route == PORT)
    seen = of.at_ports[of.number[at_port]]
    chance = of.loss.copy()
    chance[at_port] = seen["p_found_on_lookout"]
    chance[at_port] += seen["p_found_if_in_time"] * (seen["in_time"] > 0)
    planned = trips & (of.route != NOT_PLANNED)
    made = planned & (of.route != NOT_MADE)

    def firearms(chosen: np.ndarray, share: np.ndarray | float = 1.0) -> float:
        return float((of.load * share)[chosen].sum())

    return np.array(
        [
            firearms(made, 1.0 - chance), firearms(at_port, chance),
            firearms(made & ~at_port, chance), firearms(planned & ~made),
            firearms(trips & (of.why == ARREST)), firearms(trips & (of.why == PRICE)),
            firearms(trips & ~planned & ~np.isin(of.why, (ARREST, PRICE))),
            organisations - record.organisations_away_s / (365 * DAY_S),
        ]
    )  # fmt: skip


def of_expectation(border: Border, agents: Floats) -> Floats:
    """The same as expected, for as many firearms as the agents had opportunities for."""
    expected = border.record().expected
    assert expected is not None
    of = {name: float(value[0, 0]) for name, value in expected.values.items()}
    of["others"] = of["turned_back"] + of["not_planned_supply"] + of["waiting"]
    found = np.array([of[name] for name in METRICS])
    found[:-1] *= agents[:-1].sum() / of["opportunities"]
    return found


@functools.cache
def pairs(points: tuple[Point, ...], replication: int) -> tuple[tuple[Floats, Floats], ...]:
    """What the agents did and what is expected at each point, in one replication."""
    both = []
    for border in run_in_step([(each, replication) for each in points]):
        agents = of_agents(border)
        both.append((agents, of_expectation(border, agents)))
    return tuple(both)


def compared(points: tuple[Point, ...], which: int, replications: int) -> Floats:
    """Mean of the agents, of the expectation, and the error of their difference, by metric."""
    found = np.array([pairs(points, replication)[which] for replication in range(replications)])
    error = (found[:, 0] - found[:, 1]).std(axis=0, ddof=1) / np.sqrt(replications)
    return np.stack([*found.mean(axis=0), error])


def standardised(points: tuple[Point, ...], which: int, replications: int) -> Floats:
    """Difference of the means over its error, by metric, beyond what is known."""
    agents, expected, error = compared(points, which, replications)
    known = KNOWN * np.append(np.full(len(agents) - 1, expected[:-1].sum()), expected[-1])
    difference = agents - expected
    beyond = np.sign(difference) * np.maximum(np.abs(difference) - known, 0.0)
    return np.asarray(beyond / np.maximum(error, 1e-9))


OF_KINDS = tuple(point(BASELINE, kind) for kind in ADVERSARIES)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ADVERSARIES)
def test_every_kind_of_smuggler_does_on_average_what_is_expected(kind: str) -> None:
    z = standardised(OF_KINDS, [*ADVERSARIES].index(kind), REPLICATIONS)
    assert np.all(np.abs(z) <= 3.0), dict(zip(METRICS, z, strict=True))


@pytest.mark.slow
def test_agents_do_on_average_what_is_expected_in_a_dozen_scenarios() -> None:
    points = tuple(
        point(dataclasses.replace(read(name), costs=()), "quantal_response") for name in SCENARIOS
    )
    of_all = np.array([standardised(points, k, OF_SCENARIOS) for k in range(len(points))])
    # Student's 12 replications have wider tails than the 200 of the baseline.
    assert np.all(np.abs(of_all) <= 4.0), dict(zip(SCENARIOS, of_all, strict=True))
    assert float(np.mean(np.square(of_all))) <= 1.5


if __name__ == "__main__":
    for which, kind in enumerate(ADVERSARIES):
        rows = zip(METRICS, *compared(OF_KINDS, which, int(sys.argv[1])), strict=True)
        for metric, agents, expected, error in rows:
            z = (agents - expected) / error if error else 0.0
            numbers = f"{agents:.1f} | {expected:.1f} | {error:.2f} | {z:.1f}"
            sys.stdout.write(f"| {kind} | {metric} | {numbers} |\n")
