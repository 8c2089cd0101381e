"""What a large study will take and how far it will see, foretold from a pilot that is part of it.

The pilot's replications stay in the store, so nothing is run twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from sim.design.design import Read
from sim.numerics.units import Floats
from sim.progress import in_words
from sim.results.schema import METRICS, PRIMARY_OUTCOME, YEAR_1, at_horizon
from sim.scenario.intervention import BASELINE
from sim.scenario.point import Point
from sim.study.spec import StudySpec

FORETOLD_FROM = 1000
"""Replications from which a study is foretold; a smaller one is soon over."""
PROPOSALS, PAIRS = 3, 4
"""Proposals of the pilot, and worlds of each, or replications where there are no worlds."""

Run = Callable[[Sequence[Point], int], float]
"""Runs so many replications of points, and gives the seconds of one on one process (0: known)."""


@dataclass(frozen=True, slots=True)
class Pilot:
    """A part of a study.

    Attributes
    ----------
    points : tuple of Point
        The baseline and some proposals, for one kind of smuggler, in some worlds.
    replications : int
    pairs : int
        What will be independent in the whole study, for one proposal.
    proposals : int
        Proposals of the whole study that are judged together.
    """

    points: tuple[Point, ...]
    replications: int
    pairs: int
    proposals: int


def pilot_of(spec: StudySpec) -> Pilot | None:
    """Choose a pilot; none where a study compares nothing."""
    names = list(dict.fromkeys(point.scenario.name for point in spec.points))
    if BASELINE.name not in names or len(names) < 2:
        return None
    others = [name for name in names if name != BASELINE.name]
    spread = np.unique(np.linspace(0, len(others) - 1, PROPOSALS).round().astype(int))
    chosen = {BASELINE.name, *(others[k] for k in spread)}
    kind = spec.points[0].parameters.smuggling.adversary
    worlds = sorted({point.world for point in spec.points})
    several = len(worlds) > 1
    taken = set(worlds[:PAIRS]) if several else {worlds[0]}
    points = tuple(
        point
        for point in spec.points
        if point.scenario.name in chosen
        and point.parameters.smuggling.adversary == kind
        and point.world in taken
    )
    replications = 1 if several else min(PAIRS, spec.replications)
    pairs = len(worlds) if several else spec.points[0].traffic_replications or spec.replications
    return Pilot(points, replications, pairs, len(others))


def half_interval(differences: Sequence[Floats], pairs: int, proposals: int) -> float:
    """Half of a joint interval that the whole study will have, in the unit of the differences.

    Parameters
    ----------
    differences : sequence of array of float
        Paired differences of each proposal of the pilot, at least two each.
    pairs, proposals : int
        Of the whole study.
    """
    spread = np.sqrt(np.mean([sample.var(ddof=1) for sample in differences]))
    if pairs < 2:
        return float("nan")
    reach = special.stdtrit(pairs - 1, 1 - 0.025 / proposals)
    return float(reach * spread / np.sqrt(pairs))


def foretold(spec: StudySpec, run: Run, read: Read) -> list[str]:
    """Run a pilot of a large study, and say what the whole will take and show.

    Parameters
    ----------
    spec : StudySpec
    run : callable
    read : callable
        Reads a replication's metrics from the store.
    """
    total = sum(count for _, count in spec.runs())
    pilot = pilot_of(spec)
    if total < FORETOLD_FROM or pilot is None or spec.procedure is not None:
        return []
    run(pilot.points[:1], 1)  # compiles, so that what follows is measured without it
    each_s = run(pilot.points, pilot.replications)
    lines = [f"{len(spec.points):,} points, {total:,} replications in all"]
    if each_s > 0:
        workers = spec.execution.workers
        took = in_words(total * each_s / workers)
        lines[0] += f": about {took} on {workers} processes ({each_s:.2g} s each in a pilot)"
    # Proposals are judged by their expectations, where these are worked out.
    told = at_horizon("reaching_market", YEAR_1) if pilot.points[0].horizon else PRIMARY_OUTCOME
    samples: dict[str, list[float]] = {}
    for point in pilot.points:
        for number in range(pilot.replications):
            value = read(point, number).get(told, float("nan"))
            samples.setdefault(point.scenario.name, []).append(value)
    base = np.array(samples.pop(BASELINE.name))
    differences = [np.array(sample) - base for sample in samples.values()]
    if len(base) > 1 and base.mean():
        half = 100 * half_interval(differences, pilot.pairs, pilot.proposals) / abs(base.mean())
        if half == half:
            lines.append(
                f"expected precision: ± {half:.2g} % of the {METRICS[PRIMARY_OUTCOME].title} for "
                f"each of {pilot.proposals} proposals at once, by {len(base)} pairs of "
                f"{len(differences)} of them"
            )
    return lines
