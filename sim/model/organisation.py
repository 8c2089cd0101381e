"""Trafficking organisations: who they are, and their opportunities to make a trip.

Opportunities are exogenous in identity and time (organisation, day, number, moment), so that the
same opportunity exists in every scenario; whether it is used, and how, depends on the world it
meets.
"""

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from sim.model.conditions import DAY_S
from sim.parameters import Smuggling
from sim.randomness import LOAD, OPPORTUNITY, Streams, entity_number, poisson_count

DAYS_PER_YEAR = 365.0

# Source states and traces of 2004 (C133-C137; 000 ¶8), with the place from which guns set out.
SOURCES = {
    "WA": (70.0, 47.5, -121.5),
    "TX": (60.0, 31.5, -97.5),
    "OH": (59.0, 40.3, -82.8),
    "FL": (55.0, 28.5, -82.0),
    "IN": (36.0, 39.9, -86.2),
}
# Canadian markets and trace requests of 2004 (C138-C142; 000 ¶8), with their largest cities.
MARKETS = {
    "ON": (521.0, 43.70, -79.40),
    "BC": (179.0, 49.25, -123.10),
    "QC": (142.0, 45.50, -73.60),
    "AB": (133.0, 51.05, -114.05),
    "MB": (68.0, 49.90, -97.15),
}

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Opportunity:
    """One chance to make a trip.

    Attributes
    ----------
    organisation : int
    source, market : str
        State and province.
    entity, day, index : int
        Identity: the keys of its draws.
    time_s : float
        When it would arrive at the border, in seconds since the run began.
    load : int
        Firearms.
    deep, commercial : bool
        Hidden deep in the vehicle; goes in a truck.
    lookout : bool
        Whether a lookout on it is active when it arrives.
    """

    organisation: int
    source: str
    market: str
    entity: int
    day: int
    index: int
    time_s: float
    load: int
    deep: bool
    commercial: bool
    lookout: bool


@functools.lru_cache(maxsize=64)
def load_scale(smuggling: Smuggling) -> float:
    """Scale of the load distribution that gives the mean load (see `load_of`), in firearms.

    A mean that no scale reaches gives the least or the greatest that is tried.
    """
    uniform = (np.arange(20000) + 0.5) / 20000

    def excess(scale: float) -> float:
        return float(load_of(uniform, scale, smuggling).mean() - smuggling.load_mean)

    if excess(1e-6) >= 0.0:
        return 1e-6
    if excess(1e6) <= 0.0:
        return 1e6
    return float(brentq(excess, 1e-6, 1e6, xtol=1e-4))


def load_of(uniform: Floats, scale: float, smuggling: Smuggling) -> Floats:
    """Loads at quantiles: one and a Lomax (heavy-tailed) number, whole, at most the largest."""
    extra = scale * ((1.0 - uniform) ** (-1.0 / smuggling.load_tail) - 1.0)
    return np.minimum(1.0 + np.floor(extra), smuggling.load_maximum)


def _pick(table: dict[str, tuple[float, float, float]], uniform: float) -> str:
    weights = np.cumsum([row[0] for row in table.values()])
    return list(table)[int(np.searchsorted(weights / weights[-1], uniform))]


class Organisations:
    """All organisations of one replication, and their opportunities day by day."""

    def __init__(self, smuggling: Smuggling, streams: Streams, share: float = 1.0) -> None:
        self.streams = streams
        self.smuggling = smuggling
        self.share = share
        self.entity = [entity_number(f"organisation/{i}") for i in range(smuggling.organisations)]
        self.source: list[str] = []
        self.market: list[str] = []
        for entity in self.entity:
            uniform = streams.uniforms(OPPORTUNITY, entity, 0, 1)[:, 0]
            self.source.append(_pick(SOURCES, uniform[0]))
            self.market.append(_pick(MARKETS, uniform[1]))
        self.national = entity_number("organisations")

    def hindrance(self, opportunity: Opportunity) -> str:
        """Why a trip is not planned at all: arrest, supply or price; empty where it is."""
        return ""

    def opportunities(
        self, day: int, smuggling: Smuggling, lookout_share: float
    ) -> list[Opportunity]:
        """Opportunities of one day, in order of their number."""
        rate = self.share * smuggling.firearms_per_year / smuggling.load_mean / DAYS_PER_YEAR
        first = self.streams.uniforms(OPPORTUNITY, self.national, day, 1)[0, 0]
        count = poisson_count(float(first), rate)
        if count == 0:
            return []
        when = self.streams.uniforms(OPPORTUNITY, self.national, day, count, first=1)
        what = self.streams.uniforms(LOAD, self.national, day, count, first=1)
        loads = load_of(what[0], load_scale(smuggling), smuggling)
        found = []
        for i in range(count):
            organisation = int(when[0, i] * len(self.entity))
            found.append(
                Opportunity(
                    organisation=organisation,
                    source=self.source[organisation],
                    market=self.market[organisation],
                    entity=self.national,
                    day=day,
                    index=i + 1,
                    time_s=day * DAY_S + when[1, i] * DAY_S,
                    load=int(loads[i]),
                    deep=bool(what[1, i] < smuggling.deep_share),
                    commercial=bool(what[2, i] < smuggling.commercial_share),
                    lookout=bool(what[3, i] < lookout_share),
                )
            )
        return found
