"""Where in the unit cube a design puts its points."""

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


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
