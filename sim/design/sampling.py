"""Where in the unit cube a design puts its points."""

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def sobol_sequence(points: int, factors: int, seed: int) -> Floats:
    """First points of a scrambled Sobol' sequence: more points leave those before as they are.

    Parameters
    ----------
    points, factors : int
    seed : int
        Of the scrambling.

    Returns
    -------
    array of float, shape (points, factors)
        Within 0 to 1.

    References
    ----------
    .. [1] Owen (1995), Randomly permuted (t, m, s)-nets and (t, s)-sequences.
    """
    if points == 0:
        return np.empty((0, factors))
    from scipy.stats import qmc

    generator: Any = qmc.Sobol(factors, scramble=True, rng=np.random.default_rng(seed), bits=30)
    sample: Floats = generator.random_base2(max(0, int(points - 1).bit_length()))
    return sample[:points]
