"""Undeclared personal firearms of ordinary visitors, apart from trafficking everywhere.

Their number is proportional to the cars of US residents. These travellers do not adapt, and their
firearms do not reach the crime market.
Most firearms seized at land ports are these (C043).
"""

import functools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.model.day import TRAVELLER_FIREARM, new_extra_arrivals
from sim.model.port.traffic import CAR
from sim.numerics import randomness
from sim.numerics.randomness import Streams, entity_number, poisson_counts, to_uniform
from sim.numerics.units import DAY_S, Floats, Rows, Texts, Whole
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


class Visitors(NamedTuple):
    """Visitors with a firearm who arrive on a day.

    Attributes
    ----------
    rows : array of EXTRA_ARRIVAL
        Their attempts have no number yet.
    port, number_at_port, time_s, load : array
        As in `Travellers`.
    """

    rows: Rows
    port: Whole
    number_at_port: Whole
    time_s: Floats
    load: Whole


# Days of visitors kept in a process, each with the curves that they follow from.
_held: dict[tuple[Streams, int, float, bytes, bytes, int], tuple[Floats, Visitors]] = {}
MOST_HELD = 16


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
        self.firearms_mean = smuggling.traveller_firearms_mean

    def of_day(self, day: int, cumulative: Floats, cells: Whole, line: Whole) -> Visitors:
        """Draw the visitors of a day, once for the points that run in step.

        Parameters
        ----------
        day : int
        cumulative : array of float, shape (ports, lanes, 97)
        cells : array of int, shape (ports,)
            As in `sim.model.day.DayPlan`.
        line : array of int, shape (ports,)
            Line of the general car lane.
        """
        counts = self.count[day]
        key = (
            self.streams, day, self.firearms_mean, counts.tobytes(), line.tobytes(), id(cumulative)
        )  # fmt: skip
        known = _held.get(key)
        if known is not None:
            return known[1]
        visitors = self._drawn(day, cumulative, cells, line)
        if len(_held) >= MOST_HELD:
            _held.clear()
        _held[key] = cumulative, visitors
        return visitors

    def _drawn(self, day: int, cumulative: Floats, cells: Whole, line: Whole) -> Visitors:
        counts = self.count[day]
        cars = cumulative[np.arange(len(cells)), CAR, cells]
        ports = np.flatnonzero((counts > 0) & (cars > 0.0) & (line >= 0))
        port = np.repeat(ports, counts[ports])
        number_at_port = np.arange(len(port)) - np.searchsorted(port, port)
        entity, index = self.entity[port], 1 + number_at_port
        words = self.streams.words_of_several(randomness.BOOKING, entity, day, index)
        load_words = self.streams.words_of_several(randomness.LOAD, entity, day, index)[0]
        # They arrive as the cars of the day do.
        level = to_uniform(words[0]) * cars[port]
        moment = _moments_s(level, cumulative[port, CAR], cells[port])
        time_s = day * DAY_S + np.minimum(moment, DAY_S - 1e-3)
        rows = new_extra_arrivals(len(port))
        rows["line"] = line[port]
        rows["lane"] = CAR
        rows["time_s"] = time_s
        rows["service_word"] = words[1]
        rows["search_word"] = words[2]
        rows["mandatory_word"] = words[3]
        rows["entity"] = entity
        rows["day"] = day
        rows["index"] = index
        rows["kind"] = TRAVELLER_FIREARM
        load = firearms_of(to_uniform(load_words), self.firearms_mean)
        return Visitors(rows, port, number_at_port, time_s, load)


@functools.lru_cache(maxsize=2)
def _draws(ports: tuple[str, ...], days: int, streams: Streams) -> tuple[Whole, Floats]:
    """Entities of some ports, and a draw of each day and port, shape (days, ports).

    They are drawn once for the points that run in step. Nothing may write into the arrays.
    """
    entities = np.array([entity_number(f"visitor/{port}") for port in ports])
    drawn = [
        streams.uniforms(randomness.OPPORTUNITY, int(entity), 0, days)[0] for entity in entities
    ]
    return entities, np.stack(drawn, axis=1)


def firearms_of(uniform: Floats, mean: float) -> Whole:
    """Firearms of a visitor: one, and a geometric number more."""
    if mean <= 1.0:
        return np.ones(len(uniform), dtype=np.int64)
    stop = 1.0 / mean
    return np.asarray(1 + np.floor(np.log(uniform) / np.log1p(-stop)).astype(np.int64))


def _moments_s(level: Floats, curve: Floats, cells: Whole) -> Floats:
    """When integrated arrival rates reach their levels, in seconds since midnight."""
    behind = np.arange(curve.shape[1]) > cells[:, None]
    cell = np.count_nonzero((curve <= level[:, None]) & ~behind, axis=1) - 1
    each = np.arange(len(level))
    low, high = curve[each, cell], curve[each, cell + 1]
    start_s, end_s = cell * (DAY_S / cells), (cell + 1) * (DAY_S / cells)
    return np.asarray((end_s - start_s) / (high - low) * (level - low) + start_s)
