"""Where in the unit cube a design puts its points."""

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.numerics.units import Floats


def independent_draws(names: Sequence[str], points: int, seed: int) -> Floats:
    """Independent uniform draws, one stream a name.

    More points leave those before as they are, and another name leaves every other's draws as they
    are. Low-discrepancy sequences are not used here: with a hundred factors and fewer points, their
    columns go together, and one factor's influence shows up as another's.

    Parameters
    ----------
    names : sequence of str
        Names of the factors.
    points : int
    seed : int

    Returns
    -------
    array of float, shape (points, factors)
        Within 0 to 1.
    """
    columns = [
        np.random.default_rng([seed, zlib.crc32(name.encode())]).random(points) for name in names
    ]
    return np.column_stack(columns) if columns else np.empty((points, 0))


def latin_hypercube(factors: int, points: int, seed: int) -> Floats:
    """Latin hypercube: every factor's range in as many slices as points, each used once.

    References
    ----------
    .. [1] McKay, Beckman and Conover (1979), Technometrics 21:239-245.
    """
    from scipy.stats import qmc

    sampler = qmc.LatinHypercube(factors, rng=np.random.default_rng(seed))
    sample: Floats = sampler.random(points)
    return sample


def saltelli(factors: int, points: int, seed: int, *, second_order: bool) -> Floats:
    """Points for Sobol' indices, points times (factors + 2), or (2 factors + 2) for second order.

    References
    ----------
    .. [1] Saltelli et al. (2010), Computer Physics Communications 181:259-270.
    """
    from SALib.sample import sobol

    sample: Floats = sobol.sample(
        unit_problem(factors), points, calc_second_order=second_order, seed=seed
    )
    return sample


def trajectories(factors: int, count: int, levels: int, seed: int) -> Floats:
    """Morris's trajectories, each of (factors + 1) points that differ in one factor at a time.

    References
    ----------
    .. [1] Morris (1991), Technometrics 33:161-174.
    """
    from SALib.sample import morris

    sample: Floats = morris.sample(unit_problem(factors), count, num_levels=levels, seed=seed)
    return sample


def full_grid(levels: Sequence[int]) -> Floats:
    """Every combination of evenly spaced levels, the last factor fastest."""
    axes = [np.linspace(0, 1, count) if count > 1 else np.zeros(1) for count in levels]
    return np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)


def unit_problem(factors: int) -> dict[str, Any]:
    """What SALib calls a problem, in the unit cube."""
    names = [f"x{k}" for k in range(factors)]
    return {"num_vars": factors, "names": names, "bounds": [[0.0, 1.0]] * factors}
