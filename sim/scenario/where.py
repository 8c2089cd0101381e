"""Selections of ports, states and markets: where an intervention holds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sim.errors import InputError, check_within
from sim.numerics.units import DAYS_PER_YEAR


class PortTable(Protocol):
    """What `select` needs to know of the ports: one array a column, one row a port."""

    @property
    def ids(self) -> npt.NDArray[np.str_]:
        """Ids."""

    @property
    def province(self) -> npt.NDArray[np.str_]:
        """Two-letter codes."""

    @property
    def region(self) -> npt.NDArray[np.str_]:
        """Regions."""

    @property
    def one_officer(self) -> npt.NDArray[np.bool_]:
        """Whether one officer normally works alone."""

    @property
    def kind(self) -> npt.NDArray[np.str_]:
        """One of road, bridge, tunnel, ferry, rail."""

    @property
    def vehicles_per_year(self) -> npt.NDArray[np.float64]:
        """Vehicles of the year."""

    @property
    def travellers_per_year(self) -> npt.NDArray[np.float64]:
        """Travellers of the year, with truck drivers."""


@dataclass(frozen=True, slots=True)
class Where:
    """A selection of ports, or of states of purchase, or of markets. Empty means all.

    Ports are those that meet every condition given. A quantity differs by ports, by states or by
    markets, never by two of them.

    Attributes
    ----------
    ports, provinces, regions, kinds : tuple of str
        Any of these.
    one_officer : bool, optional
        Ports where one officer normally works alone, or those where more do.
    below_travellers_per_day : float, optional
        Fewer travellers a day than this, truck drivers among them, averaged over the year.
    busiest, quietest : int, optional
        So many ports with the most, or the fewest, vehicles a year of those that meet the rest.
    states, markets : tuple of str
        Any of these sources, or markets, of the network (`sim.places.network`).
    """

    ports: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    one_officer: bool | None = None
    kinds: tuple[str, ...] = ()
    busiest: int | None = None
    quietest: int | None = None
    below_travellers_per_day: float | None = None
    states: tuple[str, ...] = ()
    markets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse counts and thresholds that select nothing, or contradict each other."""
        for name in ("busiest", "quietest"):
            count = getattr(self, name)
            if count is not None:
                check_within(f"where.{name}", count, 1, math.inf, "ports")
        if self.busiest is not None and self.quietest is not None:
            raise InputError("where.busiest and where.quietest cannot both be given")
        limit = self.below_travellers_per_day
        if limit is not None and not 0.0 < limit < math.inf:
            raise InputError(
                f"where.below_travellers_per_day = {limit} is not above 0 travellers/day"
            )

    @property
    def kinds_of_place(self) -> tuple[str, ...]:
        """Which of ports, states and markets it selects among."""
        of_ports = replace(self, states=(), markets=()) != EVERYWHERE
        return tuple(
            name
            for name, chosen in (
                ("ports", of_ports),
                ("states", bool(self.states)),
                ("markets", bool(self.markets)),
            )
            if chosen
        )

    def may_meet(self, other: "Where") -> bool:
        """Whether some port could be in both selections, as far as can be said without a table."""
        for name in ("ports", "provinces", "regions", "kinds", "states", "markets"):
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine and theirs and not set(mine) & set(theirs):
                return False
        alone = (self.one_officer, other.one_officer)
        return None in alone or alone[0] == alone[1]


EVERYWHERE = Where()


def select(where: Where, ports: PortTable) -> npt.NDArray[np.bool_]:
    """Which rows of a port table a selection takes.

    Parameters
    ----------
    where : Where
    ports : PortTable
        The whole table, not the part of it that a run simulates, so that "the 30 busiest" are the
        same ports in every run.

    Returns
    -------
    array of bool, shape (ports,)
    """
    taken = np.ones(len(ports.ids), dtype=np.bool_)
    conditions: tuple[tuple[Sequence[str], npt.NDArray[np.str_]], ...] = (
        (where.ports, ports.ids),
        (where.provinces, ports.province),
        (where.regions, ports.region),
        (where.kinds, ports.kind),
    )
    for wanted, column in conditions:
        if wanted:
            taken &= np.isin(column, wanted)
    if where.one_officer is not None:
        taken &= np.asarray(ports.one_officer, dtype=np.bool_) == where.one_officer
    if where.below_travellers_per_day is not None:
        taken &= ports.travellers_per_year / DAYS_PER_YEAR < where.below_travellers_per_day
    count = where.busiest or where.quietest
    if count is not None:
        sign = -1.0 if where.busiest else 1.0
        order = np.argsort(np.where(taken, sign * ports.vehicles_per_year, np.inf), kind="stable")
        first = np.zeros_like(taken)
        first[order[:count]] = True
        taken &= first
    return taken
