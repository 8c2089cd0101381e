"""The map's projection: Lambert's conformal cone, true along the 49th parallel."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_KM = 6371.0
PARALLEL, MERIDIAN = 49.0, -96.0
"""The cone touches the globe along this parallel; this meridian stands upright. Degrees."""


def lambert(lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Project places on the sphere to a plane.

    Parameters
    ----------
    lon, lat : array_like
        Degrees east and north.

    Returns
    -------
    x, y : ndarray
        Kilometres east and north of where parallel and meridian cross.

    References
    ----------
    Snyder, J. P., Map projections: a working manual, U.S. Geological Survey Professional Paper
    1395 (1987), section 15, one standard parallel.
    """
    turn = np.radians(np.asarray(lon, float) - MERIDIAN)
    phi, touch = np.radians(np.asarray(lat, float)), np.radians(PARALLEL)
    cone = np.sin(touch)
    stretch = np.tan(np.pi / 4 + touch / 2) / np.tan(np.pi / 4 + phi / 2)
    radius = EARTH_KM / np.tan(touch)
    rho = radius * stretch**cone
    return rho * np.sin(cone * turn), radius - rho * np.cos(cone * turn)
