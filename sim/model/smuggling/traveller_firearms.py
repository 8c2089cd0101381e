"""Undeclared personal firearms of ordinary visitors, apart from trafficking everywhere.

Their number is proportional to the cars of US residents. These travellers do not adapt, and their
firearms do not reach the crime market.
Most firearms seized at land ports are these (C043).
"""

import functools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.numerics.randomness import OPPORTUNITY, Streams, entity_number, poisson_counts
from sim.numerics.units import Floats, Texts, Whole
from sim.parameters import Smuggling
from sim.places.ports import PACIFIC, Ports


class Travellers(NamedTuple):
    """Travellers with a firearm, one array a column, shape (travellers,).

    Attributes
    ----------
    number : array of int
        Row in the engine's attempts.
    port, day, number_at_port : array of int
        Identity: the number counts from 0 within the port and day.
    time_s : array of float
        Arrival, in seconds since the run began.
    load : array of int
        Firearms.
    trips_before : array of int
        Trips of traffickers that were decided before.
    """

    number: Whole
    port: Whole
    day: Whole
    number_at_port: Whole
    time_s: Floats
    load: Whole
    trips_before: Whole

    @classmethod
    def joined(cls, groups: Sequence["Travellers"]) -> "Travellers":
        """Join groups, in their order."""
        if not groups:
            nobody = np.empty(0, np.int64)
            return cls(nobody, nobody, nobody, nobody, np.empty(0), nobody, nobody)
        return cls(*(np.concatenate(column) for column in zip(*groups, strict=True)))

    def ids(self, port_ids: Texts) -> list[str]:
        """Identities of the attempts, the same in every scenario."""
        return [
            f"{port}/{day}/{number}"
            for port, day, number in zip(
                port_ids[self.port].tolist(),
                self.day.tolist(),
                self.number_at_port.tolist(),
                strict=True,
            )
        ]


class TravellerFirearms:
    """Visitors with a firearm, by port and day.

    Parameters
    ----------
    ports : Ports
    cars_per_day : array of float, shape (days, ports)
        Cars of US residents expected.
    smuggling : Smuggling
    streams : Streams
    """

    def __init__(
        self,
        ports: Ports,
        cars_per_day: Floats,
        smuggling: Smuggling,
        streams: Streams,
    ) -> None:
        self.streams = streams
        names = tuple(ports.ids.tolist())
        self.entity, uniform = _draws(names, len(cars_per_day), streams)
        # Many visitors of the Pacific region drive to Alaska and more often carry a firearm (C044).
        factor = np.where(ports.region == PACIFIC, smuggling.traveller_pacific_factor, 1.0)
        rate = smuggling.traveller_firearms_per_million * factor / 1e6
        mean = cars_per_day * rate
        self.count = poisson_counts(uniform, mean)


@functools.lru_cache(maxsize=2)
def _draws(ports: tuple[str, ...], days: int, streams: Streams) -> tuple[Whole, Floats]:
    """Entities of some ports, and a draw of each day and port, shape (days, ports).

    They are drawn once for the points that run in step. Nothing may write into the arrays.
    """
    entities = np.array([entity_number(f"visitor/{port}") for port in ports])
    drawn = [streams.uniforms(OPPORTUNITY, int(entity), 0, days)[0] for entity in entities]
    return entities, np.stack(drawn, axis=1)


def firearms_of(uniform: Floats, mean: float) -> Whole:
    """Firearms of a visitor: one, and a geometric number more."""
    if mean <= 1.0:
        return np.ones(len(uniform), dtype=np.int64)
    stop = 1.0 / mean
    return np.asarray(1 + np.floor(np.log(uniform) / np.log1p(-stop)).astype(np.int64))
