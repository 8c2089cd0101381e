"""What is on record of the ports' capacity, and of waits on one day.

The table ``sim/data/capacity.csv`` has a row for each figure, with its class and source: booths
from a year on, and factors on the safety of the rosters (`sim.model.port.roster`). Where it has no
factor one is drawn, so that ports differ as much as published waits say they do. `READINGS` are the
waits of the day of work to rule, 6 August 2021, which the model is held against.
"""

import functools
from typing import NamedTuple

import numpy as np

from sim.errors import InputError
from sim.numerics.units import Floats, Texts
from sim.places.calendar import DATA, rows_of

TABLE = "capacity.csv"
CLASSES = ("measured", "cited", "estimated", "derived")
BOOTHS = ("car_booths", "nexus_booths", "truck_booths", "fast_booths", "bus_booths")
TRUCKS_PER_HOUR = "trucks_per_h"
FACTORS = ("traveller_factor", "trade_factor")
TRADE_BOOTH_LOAD = "trade_booth_load_factor"
PAPERWORK = "paperwork_truck_factor"
OF_TABLE, ALWAYS = "northbound", 9999
"""The direction whose officers the factors are of."""

QUANTITIES = (*BOOTHS, *FACTORS, TRADE_BOOTH_LOAD, PAPERWORK, TRUCKS_PER_HOUR)


class Figure(NamedTuple):
    """One figure of the table.

    Attributes
    ----------
    quantity : str
        One of `BOOTHS` or `FACTORS`; `TRADE_BOOTH_LOAD`: load of an open booth for trade beyond
        which the superintendent opens another, as a ratio; `PAPERWORK`: trucks referred for
        paperwork, as a ratio of the share elsewhere; or `TRUCKS_PER_HOUR`: trucks from elsewhere
        that it can take.
    from_year, to_year : int
        First and last year it holds for: what is estimated, for ten years to either side.
    value : float
        Booths, or a ratio.
    kind, source : str
        One of `CLASSES`, and where it is from.
    """

    port_id: str
    quantity: str
    from_year: int
    to_year: int
    value: float
    kind: str
    source: str


@functools.cache
def figures() -> tuple[Figure, ...]:
    """All figures of the table, in its order.

    Raises
    ------
    InputError
        Naming table, row, column and what is allowed.
    """
    rows = []
    for row in rows_of(DATA / TABLE):
        where = f"{TABLE}: port {row['port_id']!r}"
        if row["quantity"] not in QUANTITIES:
            raise InputError.unknown("quantity", row["quantity"], QUANTITIES, where)
        if row["class"] not in CLASSES:
            raise InputError.unknown("class", row["class"], CLASSES, where)
        value = float(row["value"])
        if row["quantity"] in BOOTHS and value < 1.0:
            raise InputError(
                f"{where}: {row['quantity']} = {value:g} is below 1 booth at an open port"
            )
        if value <= 0.0 and row["quantity"] in (*FACTORS, TRADE_BOOTH_LOAD, PAPERWORK):
            raise InputError(f"{where}: {row['quantity']} = {value:g} is not above 0 (ratio)")
        rows.append(
            Figure(
                row["port_id"], row["quantity"], int(row["from_year"]),
                int(row["to_year"] or ALWAYS), value, row["class"], row["source"],
            )
        )  # fmt: skip
    return tuple(rows)


def booths_on_record(ids: Texts, year: int) -> Floats:
    """Booths on record by port and lane, shape (ports, lanes); not a number where none are."""
    of_trains = np.full(len(ids), np.nan)
    return np.column_stack([*(_of_table(ids, lane, year) for lane in BOOTHS), of_trains])


def trucks_per_hour_on_record(ids: Texts) -> Floats:
    """Trucks an hour from elsewhere that ports can take, where that is known, shape (ports,)."""
    return _of_table(ids, TRUCKS_PER_HOUR, ALWAYS)


def ratios_on_record(ids: Texts, quantity: str, year: int) -> Floats:
    """A quantity of each port as a ratio, 1 where none is on record, shape (ports,)."""
    known = _of_table(ids, quantity, year)
    return np.where(np.isnan(known), 1.0, known)


def factors(
    ids: Texts, spread: float, draw: int, direction: str = OF_TABLE, year: int = 2005
) -> Floats:
    """Factors on the safety of rosters, for travellers and for trade, shape (ports, 2).

    Parameters
    ----------
    ids : array of str, shape (ports,)
    spread : float
        Standard deviation of the logarithm (``staffing.port_spread``).
    draw : int
        Number of the draw (``staffing.port_draw``); 0 for 1 everywhere, the estimated ones too.
    direction : str, optional
        Of the traffic: the officers of the other side have no factor in the table.
    year : int, optional
        In which the run begins.

    Notes
    -----
    A factor that the table has is that of the table in every draw.
    """
    result = np.ones((len(ids), len(FACTORS)))
    if draw == 0:
        return result
    from scipy.special import ndtri  # what only reads results does without compiled code

    from sim.numerics.randomness import PORT_FACTOR, Streams, entity_number

    streams = Streams(draw, 0)
    for i, port in enumerate(ids):
        uniform = streams.uniforms(PORT_FACTOR, entity_number(f"{port}/factor"), 0, len(FACTORS))
        result[i] = np.exp(spread * ndtri(uniform[0]))
    if direction == OF_TABLE:
        known = np.column_stack([_of_table(ids, quantity, year) for quantity in FACTORS])
        result = np.where(np.isnan(known), result, known)
    return result


def _of_table(ids: Texts, quantity: str, year: int) -> Floats:
    """A quantity of each port, not a number where the table has none, shape (ports,)."""
    known = {
        figure.port_id: figure.value
        for figure in figures()  # a later row of the same takes the place of an earlier one
        if figure.quantity == quantity and figure.from_year <= year <= figure.to_year
    }
    return np.array([known.get(str(port), np.nan) for port in ids])


WORK_TO_RULE = "work_to_rule_2021"
FRIDAY = 4


class Reading(NamedTuple):
    """A wait on record.

    Attributes
    ----------
    hours : range
        Hours of the day in which it was read; the longest mean wait of an hour is compared.
    fitted : bool
        Whether the factor is fitted to it.
    """

    port: str
    lane: str
    hours: range
    minutes: float
    source: str
    fitted: bool = False


READINGS = (
    Reading("windsor-ambassador", "truck", range(7, 10), 45, "G050", fitted=True),
    Reading("windsor-ambassador", "truck", range(11, 13), 90, "G051", fitted=True),
    Reading("windsor-ambassador", "truck", range(14, 19), 210, "G049"),
    Reading("pacific-highway", "truck", range(12, 20), 225, "G052"),
    Reading("sarnia", "truck", range(12, 20), 120, "G054"),
    Reading("fort-erie", "truck", range(12, 20), 120, "G054"),
    Reading("queenston", "truck", range(12, 20), 40, "G055"),
    Reading("north-portal", "car", range(12, 20), 150, "G053"),
)
TOLERANCE = 0.4
"""What the waits of that day are to come within."""
MARGINAL = ("sarnia", "fort-erie")
"""Ports where waits of cars were marginal (G054)."""
