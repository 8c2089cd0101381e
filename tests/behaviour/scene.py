"""A few ports for a few weeks: what the tests of behaviour run, and what they read off."""

import datetime
import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.engine.compiled.engine import CompiledEngine
from sim.model.border import Border
from sim.model.day import World
from sim.model.port.traffic import CAR, LANES, TRUCK
from sim.model.smuggling.organisation import Opportunity
from sim.model.smuggling.route_choice import Trip
from sim.numerics.units import Flags, Floats, Whole
from sim.parameters import Parameters, Smuggling, with_values
from sim.places.ports import Ports, read_ports
from sim.records import LANE_COLUMNS, OFFICER_COLUMNS, Tally
from sim.replication import run_border, run_replication
from sim.scenario.intervention import BASELINE, Intervention, Scenario
from sim.scenario.point import Point

# One-officer ports, and larger ones with lines for trucks, NEXUS and FAST.
FEW = ("abercorn", "andover", "coutts", "pacific-highway", "st-stephen")
# Ports where one officer normally works, all lanes in one line.
SMALL = ("abercorn", "andover", "north-portal", "roosville")
# Ports without a data link or a customs database, and ports with both.
UNLINKED = (
    "cartwright",
    "crystal-city",
    "fosterville",
    "four-falls",
    "goodlands",
    "oungre",
    "piney",
)
LINKED = ("coutts", "emerson")

JULY = datetime.date(2005, 7, 1)

Changes = Mapping[str, Any]

NOBODY_SMUGGLES: Changes = {
    "smuggling.firearms_per_year": 0.0,
    "smuggling.traveller_firearms_per_million": 0.0,
}
NOBODY_IS_REFERRED: Changes = {
    "inspection.selective_share": 0.0,
    "inspection.selective_truck_share": 0.0,
    "inspection.random_share": 0.0,
    "inspection.paperwork_share": 0.0,
    "inspection.paperwork_truck_share": 0.0,
    "duty.collected_share": 0.0,
}
NOBODY_HURRIES: Changes = {"primary.hurry_queue": 1e9}


def trip_of(
    opportunity: Opportunity, open_ports: Flags, smuggling: Smuggling, lanes: Whole | None = None
) -> Trip:
    """A trip at the prices of the parameters, in the general lanes if no others are given."""
    if lanes is None:
        lanes = np.full(len(open_ports), TRUCK if opportunity.commercial else CAR)
    return Trip(opportunity, open_ports, lanes, smuggling.price_cad, smuggling.acquisition_cad)


@functools.cache
def whole_table() -> Ports:
    return read_ports(2005)


def parameters(changes: Changes) -> Parameters:
    """The baseline's parameters with other values for some, by dotted name."""
    return with_values(Parameters(), changes)


def point(
    ports: tuple[str, ...] = FEW,
    days: int = 20,
    scenario: Scenario = BASELINE,
    *changes: Changes,
    start: datetime.date = JULY,
    seed: int = 1,
) -> Point:
    merged = {name: value for some in changes for name, value in some.items()}
    return Point(
        parameters(merged), scenario, tuple(sorted(ports)), 2005, start, days, seed, "compiled"
    )


def setting(name: str, value: Any, operation: str = "set", **when: Any) -> Scenario:
    """A scenario of one intervention."""
    return Scenario("one", interventions=(Intervention(name, operation, value, **when),))


@functools.cache
def border(at: Point, replication: int = 0) -> Border:
    """A replication that has ended; do not change it."""
    return run_border(at, replication)


@functools.cache
def numbers(at: Point, replication: int = 0) -> dict[str, float]:
    """The summary of a replication over all ports and classes."""
    table = run_replication(at, replication).frame("summary")
    whole = table[(table["port_group"] == "all") & (table["class"] == "all")]
    return dict(zip(whole["metric"], whole["value"], strict=True))


def lane_sum(of: Border, column: str, lane: str | None = None) -> float:
    """Sum of a column over the whole run."""
    sums = of.tally.lane[..., LANE_COLUMNS.index(column)]
    return float((sums if lane is None else sums[..., LANES.index(lane)]).sum())


def officer_h(of: Border, column: str) -> float:
    """Officers' hours over the whole run."""
    return float(of.tally.officer[..., OFFICER_COLUMNS.index(column)].sum()) / 3600.0


def delay_h(of: Border) -> float:
    """Vehicle-hours in line."""
    return lane_sum(of, "wait_s") / 3600.0


def same_tallies(one: Border, other: Border) -> bool:
    """Whether every sum of two borders is the same to the last bit."""
    return all(np.array_equal(a, b) for a, b in zip(one.tally, other.tally, strict=True))


def attempts_of(of: Border, kind: str = "trafficking") -> npt.NDArray[np.void]:
    """What became of the attempts of one kind that went to a port."""
    attempts = of.attempts_of_day.record(of.attempts)
    return of.attempts[attempts.number[(attempts.number >= 0) & (attempts.kind == kind)]]


Vehicle = tuple[int, int, int]


def vehicles(at: Point, replication: int = 0, room: int = 200_000) -> dict[Vehicle, Floats]:
    """Arrival, start and end of the service of every vehicle, by entity, day and index."""

    def traced(_: simpy.Environment, world: World, tally: Tally) -> CompiledEngine:
        return CompiledEngine(world, room)

    found = Border(at, whole_table(), replication, traced)
    found.run()
    count = int(found.engine.trace_count[0])  # type: ignore[attr-defined]
    assert count < room
    rows = found.engine.trace[:count]  # type: ignore[attr-defined]
    return {
        tuple(key): row
        for key, row in zip(rows[:, :3].astype(int).tolist(), rows[:, 3:6], strict=True)
    }
