"""Worlds: draws of everything that is not known, from the ranges its declarations give."""

from sim.design.factors import Factor, uncertain
from sim.design.record import WORLD, Design
from sim.design.sampling import independent_draws


def worlds(count: int, seed: int = 1, factors: tuple[Factor, ...] | None = None) -> Design:
    """Draw worlds, each value evenly over the range of what is not known.

    Parameters
    ----------
    count : int
        Number of worlds besides world 0, which holds the central values. More worlds leave those
        before as they are.
    seed : int
        Of the draw; not that of the replications, so that their random numbers may be changed
        alone.
    factors : tuple of Factor, optional
        What is varied: everything uncertain by default.
    """
    varied = uncertain() if factors is None else factors
    places = independent_draws([one.name for one in varied], count, seed)
    return Design.at("worlds", WORLD, varied, places, {"seed": seed})
