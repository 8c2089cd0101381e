"""The regions away from the ports, and the line that each has to watch."""

import csv
import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.geography import DATA

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Regions:
    """The fifteen regions of the Integrated Border Enforcement Teams (F005), from west to east.

    They serve to say where trips move to; nothing is known or assumed of one that does not hold
    for all but its length.

    Attributes
    ----------
    ids : tuple of str
    land_km, water_km : array of float
        Length of line on land and on water, in km.
    lat, lon : array of float
        Middle of its ports, in degrees.
    """

    ids: tuple[str, ...]
    land_km: Floats
    water_km: Floats
    lat: Floats
    lon: Floats

    def __len__(self) -> int:
        """Count the regions."""
        return len(self.ids)


@functools.cache
def read_regions() -> Regions:
    """Read the table of regions (its dictionary is ``sim/data/README.md``)."""
    with (DATA / "regions.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def column(name: str) -> Floats:
        return np.array([float(row[name]) for row in rows])

    return Regions(
        tuple(row["region"] for row in rows),
        column("land_km"),
        column("water_km"),
        column("lat"),
        column("lon"),
    )
