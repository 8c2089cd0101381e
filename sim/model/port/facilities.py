"""Facilities of the ports before the first day: lines, booths, bays, and the rosters.

Rosters, and the booths that traffic requires, follow from the default times and rates, from how the
run staffs its ports, and from the traffic of one year (``staffing.roster_year``), whatever year is
run: a sweep over search rates, or a year of little traffic, hires and dismisses nobody. Facilities
that a proposal builds are added, without officers.
"""

import dataclasses
import datetime
import functools
import hashlib
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.model.conditions import Conditions
from sim.model.day import World
from sim.model.port.inspection_rates import (
    SECONDARY_S,
    SERVICE_S,
    rates_without_referral,
    set_referral,
)
from sim.model.port.layout import COMMERCE, Layout, build_layout, trusted_shares, with_lanes
from sim.model.port.referral import collection
from sim.model.port.roster import Rostering, posts, shift_draws, typical_hours
from sim.model.port.traffic import CAR, FAST, LANES, NEXUS, TRAIN, TRUCK, Demand
from sim.numerics.randomness import Streams, exponential_table, gamma_table, lognormal_table
from sim.numerics.units import Flags, Floats
from sim.parameters import PARAMETER, Parameters
from sim.places.network import read_network
from sim.places.on_record import booths_on_record, factors
from sim.places.ports import Ports, ports_of_year
from sim.scenario.intervention import BASELINE
from sim.scenario.point import Point

BOOTHS_ADDED = (
    (CAR, PARAMETER.primary.car_booths_added),
    (NEXUS, PARAMETER.primary.nexus_booths_added),
    (TRUCK, PARAMETER.primary.truck_booths_added),
    (FAST, PARAMETER.primary.fast_booths_added),
)

# Plans kept in a process: those of the scenarios that build something.
MOST_PLANS = 16


@dataclass(frozen=True)
class Facilities:
    """Facilities of a replication, fixed throughout it.

    Attributes
    ----------
    ports : Ports
        With the lanes that a proposal has opened.
    rostered : array of float, shape (12, 7, ports, 2, 24)
        See `sim.model.port.roster.posts`.
    shift_hours : array of float, shape (ports, 24)
        See `sim.places.ports.Ports.open_hours`.
    shift_draws : array of float, shape (days, ports, 2)
        See `sim.model.port.roster.shift_draws`.
    """

    ports: Ports
    layout: Layout
    rostered: Floats
    shift_hours: Floats
    shift_draws: Floats
    world: World

    @functools.cached_property
    def has_trade(self) -> Flags:
        """Whether ports have officers for trade alone, shape (ports,)."""
        return np.asarray(self.rostered[:, :, :, COMMERCE].any(axis=(0, 1, 3)))


class _Inputs:
    """What lines, booths and rosters follow from: equal if all of it is, to the last bit."""

    def __init__(self, point: Point, ports: Ports, conditions: Conditions, demand: Demand) -> None:
        built = conditions.at(-1.0)
        traffic, staffing = point.parameters.traffic, point.parameters.staffing
        self.start = point.start
        self.nexus_share, self.fast_share = traffic.nexus_share, traffic.fast_share
        # The traffic that was planned for.
        self.ports = as_planned(ports, staffing.roster_year, point.ports_table)
        self.booths = booths_on_record(ports.ids, point.start.year)
        self.rostering = Rostering(
            staffing.safety,
            staffing.seasonal_flexibility,
            staffing.weekly_flexibility,
            factors(
                ports.ids,
                staffing.port_spread,
                staffing.port_draw,
                traffic.direction,
                point.start.year,
            ),
        )
        self.hour_share = demand.hour_share
        self.nexus_lane = built.at_ports(PARAMETER.traffic.nexus_lane)
        self.fast_lane = built.at_ports(PARAMETER.traffic.fast_lane)
        self.booths_added = np.zeros((len(ports), len(LANES)))
        for lane, booths_added in BOOTHS_ADDED:
            self.booths_added[:, lane] = built.at_ports(booths_added)
        # Without the start: the rates of the defaults have no date but by what is on record of some
        # years, so that the others share a plan.
        self.on_record = conditions.on_record
        values = (self.nexus_share, self.fast_share, *self.rostering[:3])
        digest = hashlib.sha256(repr(values).encode())
        digest.update(self.ports.digest)
        arrays = (self.booths, self.rostering.factor, self.hour_share, self.nexus_lane)
        for array in (*arrays, self.fast_lane, self.booths_added, *self.on_record.values()):
            digest.update(f"{array.dtype}{array.shape}".encode())
            digest.update(array.tobytes())
        self.digest = digest.digest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Inputs) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


class _Plan(NamedTuple):
    """Lines, booths and rosters (see `Facilities`)."""

    layout: Layout
    rostered: Floats
    shift_hours: Floats


def build(
    point: Point, ports: Ports, conditions: Conditions, demand: Demand, streams: Streams
) -> Facilities:
    """Derive the facilities of the ports.

    Parameters
    ----------
    point : Point
    ports : Ports
        The ports that the run simulates.
    conditions : Conditions
    demand : Demand
    streams : Streams
    """
    inputs = _Inputs(point, ports, conditions, demand)
    plan = _plan(inputs)
    return Facilities(
        ports=with_lanes(ports, inputs.nexus_lane, inputs.fast_lane),
        **plan._asdict(),
        shift_draws=shift_draws(ports, point.days, streams),
        world=_world(point.parameters, plan.layout, demand, streams),
    )


@functools.lru_cache(maxsize=MOST_PLANS)
def _plan(inputs: _Inputs) -> _Plan:
    """Derive lines, booths and rosters, once for all replications that have the same.

    Nothing may write into the arrays.
    """
    ports = inputs.ports
    rates = _rates_of_record(ports, inputs.start, inputs.on_record)
    service_s = rates[:, SERVICE_S : SERVICE_S + len(LANES)]
    secondary_s = rates[:, SECONDARY_S : SECONDARY_S + len(LANES)]
    typical = _typical_hours(inputs, ports)
    rostered = posts(
        ports,
        build_layout(ports, _peak(typical), service_s, secondary_s),
        typical,
        service_s,
        secondary_s,
        inputs.rostering,
    )
    one_line = ports.one_officer | ports.one_line
    standing = np.where(one_line[:, None], 0.0, _peak(typical))
    ports = with_lanes(ports, inputs.nexus_lane, inputs.fast_lane)
    # A lane that is opened takes no booth away from the lines that stand.
    peak = np.maximum(_peak(_typical_hours(inputs, ports)), standing)
    layout = build_layout(ports, peak, service_s, secondary_s, inputs.booths_added, inputs.booths)
    return _Plan(layout, rostered, ports.open_hours)


def as_planned(ports: Ports, year: int, table: str | None) -> Ports:
    """Ports with the traffic of the year that their rosters and booths were planned for."""
    planned = ports_of_year(year, table).select([str(port) for port in ports.ids])
    return dataclasses.replace(
        ports, monthly_vehicles=planned.monthly_vehicles, weekday_factor=planned.weekday_factor
    )


def _rates_of_record(ports: Ports, start: datetime.date, on_record: dict[str, Floats]) -> Floats:
    """Rates that booths and rosters were planned for: the defaults, whatever a study sets."""
    defaults = Conditions(ports, ports, Parameters(), BASELINE, start).at(0.0)
    share = collection(Parameters().duty, Parameters().duty).share
    defaults = dataclasses.replace(defaults, on_record=on_record)
    rows = rates_without_referral(ports, defaults, share)
    set_referral(rows, defaults)
    return rows


def _typical_hours(inputs: _Inputs, ports: Ports) -> Floats:
    nexus, fast = trusted_shares(ports, inputs.nexus_share, inputs.fast_share)
    return typical_hours(ports, inputs.hour_share, nexus, fast)


def _peak(typical: Floats) -> Floats:
    """Vehicles of the busiest hour, shape (ports, lanes)."""
    return np.asarray(typical.max(axis=(0, 1, 4)))


@functools.lru_cache(maxsize=MOST_PLANS)
def _tables(distribution: str, cv: float, secondary_cv: float) -> tuple[Floats, Floats, Floats]:
    """Quantile tables of gaps, of services at primary and of times in secondary."""
    service = gamma_table if distribution == "gamma" else lognormal_table
    return exponential_table(), service(cv), lognormal_table(secondary_cv)


def _world(parameters: Parameters, layout: Layout, demand: Demand, streams: Streams) -> World:
    primary = parameters.primary
    gaps, services, secondary = _tables(
        primary.distribution, primary.cv, parameters.inspection.secondary_cv
    )
    return World(
        first_line=layout.first_line,
        line_of_lane=layout.line_of_lane,
        queue_of_line=layout.queue_of_line,
        booths=layout.booths,
        bays=layout.bays,
        entity=demand.entity,
        timetabled=(np.arange(len(LANES)) == TRAIN).astype(np.int64),
        seed=streams.seed,
        replication=streams.replication,
        gap_table=gaps,
        service_table=services,
        secondary_table=secondary,
    )


SOUTHBOUND = "southbound"


def us_side(ports: Ports) -> Ports:
    """Ports as on the US side: linked to databases, and never with one officer alone (assumed)."""
    every = np.ones(len(ports), bool)
    return dataclasses.replace(
        ports, data_link=every, customs_database=every, one_officer=np.zeros(len(ports), bool)
    )


def without_flow(parameters: Parameters) -> Parameters:
    """Take the traffickers away where the contraband does not go the way of the traffic.

    Handguns go north: a southbound run has its waits and no attempts.
    """
    smuggling = parameters.smuggling
    if read_network(smuggling.network).goes == parameters.traffic.direction:
        return parameters
    none = dataclasses.replace(smuggling, firearms_per_year=0.0, traveller_firearms_per_million=0.0)
    return dataclasses.replace(parameters, smuggling=none)


def us_officers(parameters: Parameters) -> Parameters:
    """Give parameters the service times of US officers."""
    primary = parameters.primary
    of_us = dataclasses.replace(primary, car_s=primary.us_car_s, truck_s=primary.us_truck_s)
    return dataclasses.replace(parameters, primary=of_us)
