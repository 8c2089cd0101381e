"""What one replication is a pure function of, besides its number, and whether it can be run.

Some mistakes show only when scenario, ports and dates meet: `check_point` refuses them.
"""

import calendar
import dataclasses
import datetime
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.errors import InputError
from sim.numerics.units import DAYS_PER_YEAR, Flags
from sim.parameters import Parameters, catalogue, value_of
from sim.places.calendar import FIRST_YEAR, LAST_MONTH, month_number
from sim.places.network import Network, read_network, table_of
from sim.places.on_record import trucks_per_hour_on_record
from sim.places.ports import TRAFFIC_CLASSES, Ports, traffic_beside
from sim.scenario.intervention import (
    BASELINE,
    CLOSED_TO,
    EVERYWHERE,
    PORT,
    Intervention,
    Scenario,
    Where,
    moment,
    select,
)

ENGINES = ("compiled", "reference")
SOURCE = "configuration"
YEARS = tuple(range(FIRST_YEAR, LAST_MONTH[0]))
"""Years whose traffic is known from January to December."""


class Label(NamedTuple):
    """What a point is called in every table. Results are the same whatever it is.

    Attributes
    ----------
    scenario : str
        Name of the scenario.
    adversary : str
        How smugglers choose their route.
    world : int
        Number of the draw of uncertain parameters; 0 is their central value.
    """

    scenario: str
    adversary: str
    world: int = 0

    def __str__(self) -> str:
        """Say it in a few words, for messages."""
        world = f", world {self.world}" if self.world else ""
        return f"scenario {self.scenario}, smugglers {self.adversary}{world}"


@dataclass(frozen=True, slots=True)
class Point:
    """One scenario point: everything that decides its results but the replication number.

    Attributes
    ----------
    parameters : Parameters
        The baseline's parameters, before any intervention.
    scenario : Scenario
        The interventions; the baseline has none.
    ports : tuple of str
        Port ids, sorted.
    year : int, optional
        Year whose traffic is repeated, whatever the dates of the run. Without one, every month of
        the run has its own traffic.
    start : datetime.date
        First day.
    days : int
        Number of days.
    seed : int
        Seed of all random numbers, 0 to 2**32 - 1.
    engine : str
        compiled or reference.
    ports_table : str, optional
        A port table of one's own (`sim.places.ports.read_ports`).
    world : int
        Number of the draw of uncertain parameters that ``parameters`` holds; a name only.
    traffic_replications : int, optional
        So many replications have traffic of their own; the later ones repeat the smuggling on
        theirs. Without it, all have.
    horizon : int
        Years of the expectation (`sim.model.expected`); 0 for none.
    smugglers : tuple of str
        Kinds of smuggler that it is worked out for; empty for that of the parameters.
    """

    parameters: Parameters
    scenario: Scenario
    ports: tuple[str, ...]
    year: int | None
    start: datetime.date
    days: int
    seed: int
    engine: str
    ports_table: str | None = None
    world: int = 0
    traffic_replications: int | None = None
    horizon: int = 0
    smugglers: tuple[str, ...] = ()

    @property
    def table_year(self) -> int:
        """Year of the port table: that of the traffic, or in which the run begins."""
        return self.year or min(self.start.year, YEARS[-1])

    def traffic_of(self, replication: int) -> int:
        """Replication that simulates the traffic of a replication: itself or an earlier one."""
        count = self.traffic_replications
        return replication if count is None else replication % count

    def on_traffic(self, traffic: int, replications: int) -> range:
        """Replications, of so many, that are simulated on the traffic of one of them."""
        count = self.traffic_replications or replications
        return range(traffic, replications, count) if traffic < count else range(0)

    @property
    def label(self) -> Label:
        """What the point is called in tables."""
        return Label(self.scenario.name, self.parameters.smuggling.adversary, self.world)

    def identity(self) -> str:
        """Hash of everything in the point, 16 hexadecimal digits.

        The scenario enters with what it changes, not with its name or prose, the world with its
        parameters, not with its number, and the engine does not enter: both give the same results.
        """
        content = {name: getattr(self, name) for name in _DECIDING}
        content["parameters"] = _values(self.parameters)
        if self.traffic_replications is None:
            del content["traffic_replications"]
        if not self.horizon:
            del content["horizon"], content["smugglers"]
        content["scenario"] = [
            dataclasses.asdict(intervention) for intervention in self.scenario.interventions
        ]
        if self.ports_table is not None:
            content["ports_table"] = hashlib.sha256(Path(self.ports_table).read_bytes()).hexdigest()
            traffic = traffic_beside(self.ports_table)
            if traffic.is_file():
                content["traffic"] = hashlib.sha256(traffic.read_bytes()).hexdigest()
        network = table_of(self.parameters.smuggling.network)
        if network.is_file():
            content["network"] = hashlib.sha256(network.read_bytes()).hexdigest()
        text = json.dumps(content, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


_DECIDING = [
    field.name for field in dataclasses.fields(Point) if field.name not in ("engine", "world")
]


def _values(parameters: Parameters) -> dict[str, dict[str, object]]:
    """Value of every parameter by room (dataclasses.asdict takes thirty times as long)."""
    return {
        room.name: {
            field.name: getattr(getattr(parameters, room.name), field.name)
            for field in dataclasses.fields(room.type)  # type: ignore[arg-type]
        }
        for room in dataclasses.fields(Parameters)
    }


_NOBODY = {"staffing.officers_scale": 0.0, "staffing.absent_share": 1.0}


def check_point(point: Point, table: Ports) -> None:
    """Refuse a point in which nothing could happen, or which names ports that are not there.

    The table is the whole port table, of which the point simulates a part.

    Raises
    ------
    InputError
        In one line.
    """
    _check_direction(point)
    _check_period(point, table)
    check_scenario(point, table)
    if not point.scenario.chronicle:  # of which a run has what falls within its dates
        for intervention in point.scenario.interventions:
            _check_dates(intervention, point)
    _check_officers(point)
    _check_openings(point, table)
    _check_ways_round(point, table)
    _check_routes(point, table)


def check_scenario(point: Point, table: Ports) -> None:
    """Refuse a scenario that names places that are not there, or takes a value out of its bounds.

    The table is the whole port table, of which the point simulates a part.

    Raises
    ------
    InputError
        In one line.
    """
    network = read_network(point.parameters.smuggling.network)
    scenario = point.scenario
    for intervention in scenario.interventions:
        if intervention.where != EVERYWHERE:
            _check_where(
                intervention.where, table, network, f"scenario {scenario.name}: {intervention}"
            )
    scenario.check(point.parameters)


def _check_routes(point: Point, table: Ports) -> None:
    """Refuse traffickers who would have no way at all."""
    smuggling = point.parameters.smuggling
    ports = np.isin(table.ids, point.ports)
    by_road = ports & table.takes_road_traffic & (table.vehicles_per_year > 0)
    away = smuggling.between_ports_share + smuggling.post_share + smuggling.air_share
    if smuggling.firearms_per_year > 0.0 and away == 0.0 and not by_road.any():
        raise InputError(
            f"no route is open to traffickers: none of the {ports.sum()} selected ports takes road "
            "vehicles, and smuggling.between_ports_share, post_share and air_share are 0 share"
        )


def _check_period(point: Point, table: Ports) -> None:
    """Refuse dates without traffic data."""
    if point.year is not None:
        return
    last = point.start + datetime.timedelta(days=point.days - 1)
    first = datetime.date(FIRST_YEAR, 1, 1)
    end = datetime.date(*LAST_MONTH, calendar.monthrange(*LAST_MONTH)[1])
    if not (first <= point.start and last <= end):
        raise InputError(
            f"{SOURCE}: run.start = {point.start} with run.days = {point.days} ({point.start} to "
            f"{last}) is not within the traffic data, {first} to {end} (year=2005 repeats the "
            "traffic of one year whatever the dates)"
        )
    chosen = table.dated_vehicles[np.isin(table.ids, point.ports)].sum(axis=(0, 1))
    months = slice(
        month_number(point.start.year, point.start.month), month_number(last.year, last.month) + 1
    )
    if not chosen[months].any():
        names = ", ".join(point.ports[:5]) + (", ..." if len(point.ports) > 5 else "")
        raise InputError(
            f"{SOURCE}: ports = [{names}] have no traffic data from {point.start} to {last}: "
            "closed, out of season or not counted (python -m sim.data.volumes --port "
            f"{point.ports[0]})"
        )


def _check_direction(point: Point) -> None:
    """Refuse to look for southbound contraband in northbound traffic.

    The other way round the run has traffic and no attempts: `sim.model.port.facilities`.
    """
    smuggling, direction = point.parameters.smuggling, point.parameters.traffic.direction
    if direction == "southbound" or smuggling.firearms_per_year == 0.0:
        return
    if read_network(smuggling.network).goes == "southbound":
        raise InputError(
            f"traffic.direction = {direction}, but smuggling.network = {smuggling.network} "
            "is southbound (its sources lie north of its markets)"
        )


def _check_where(where: Where, table: Ports, network: Network, place: str) -> None:
    columns: dict[str, Iterable[str]] = {
        "ports": table.ids,
        "provinces": table.province,
        "regions": table.region,
        "kinds": table.kind,
        "states": network.source_ids,
        "markets": network.market_ids,
    }
    for field, column in columns.items():
        named = getattr(where, field)
        known = sorted({str(word) for word in column}) if named else []
        for word in named:
            if word not in known:
                raise InputError.unknown(field[:-1], word, known, f"{place}: where.{field}")
    if not select(where, table).any():
        raise InputError(f"{place}: where selects none of the {len(table)} ports")


def _check_dates(intervention: Intervention, point: Point) -> None:
    first, last = _span(point)
    years = f", run.horizon = {point.horizon} years" if point.horizon else ""
    last = max(last, first + datetime.timedelta(days=round(point.horizon * DAYS_PER_YEAR)))
    if moment(intervention.start) >= last or moment(intervention.end, last=True) <= first:
        raise InputError(
            f"scenario {point.scenario.name}: {intervention}: is never in force in the run, "
            f"{first.date()} to {last.date()} (see run.start and run.days{years})"
        )


def _check_officers(point: Point) -> None:
    values = {name: value_of(point.parameters, name) for name in _NOBODY}
    for intervention in point.scenario.interventions:
        name = intervention.parameter
        if name not in values:
            continue
        if intervention.where == Where() and _whole_run(intervention, point):
            values[name] = intervention.of(values[name])
        elif intervention.of(value_of(point.parameters, name)) == _NOBODY[name]:
            raise InputError(
                f"scenario {point.scenario.name}: {intervention}: leaves an open port without "
                "an officer, less than 1 lane (close the port instead: parameter: port, "
                "operation: close)"
            )
    for name, value in values.items():
        if value == _NOBODY[name]:
            raise InputError(
                f"scenario {point.scenario.name}: {name} = {value:g} leaves no officer at any port"
            )


def _check_openings(point: Point, table: Ports) -> None:
    closed = np.zeros(len(table), dtype=np.bool_)
    for intervention in point.scenario.interventions:
        if (
            intervention.parameter == PORT
            and intervention.operation == "close"
            and _whole_run(intervention, point)
        ):
            closed |= select(intervention.where, table)
    chosen = np.isin(table.ids, point.ports)
    if closed[chosen].all():
        raise InputError(
            f"scenario {point.scenario.name}: closes all {chosen.sum()} selected ports "
            f"for all {point.days} days"
        )


# ---------------------------------------------------------------- what can have no effect


AS_BASELINE = "is the same as the baseline in this run"
"""What is said of a scenario of which nothing can have an effect."""


def without_effect(point: Point, table: Ports) -> list[str]:
    """Say which interventions of a scenario cannot change anything in this run, and why.

    The point has been checked (`check_point`); the table is the whole port table. The last line is
    of the whole scenario if nothing is left of it.
    """
    scenario = point.scenario
    if scenario.name == BASELINE.name:
        return []
    lines = []
    idle: set[int] = set()
    for i, intervention in enumerate(scenario.interventions):
        why = _idle(intervention, point, table) or _undone(i, point, table)
        if intervention.ramp_days and intervention.start is None:
            lines.append(
                f"scenario {scenario.name}: {intervention}: ramp_days = "
                f"{intervention.ramp_days:g} has no effect: without a start it is complete "
                "before the run begins"
            )
        if why:
            idle.add(i)
            lines.append(f"scenario {scenario.name}: {intervention}: has no effect here: {why}")
    if len(idle) == len(scenario.interventions):
        what = "it has no interventions" if not scenario.interventions else "for these reasons"
        lines.append(f"scenario {scenario.name}: {AS_BASELINE}, {what}")
    return lines


_OF_KIND = {"smuggling.learning_": "learning", "smuggling.threshold_": "threshold"}
"""Kinds of smuggler whose parameters begin so."""


def unread_parameters(point: Point, table: Ports, kinds: Collection[str]) -> Iterator[str]:
    """Say which parameters differ from their defaults and cannot matter in a run, a line each.

    ``kinds`` are the kinds of smuggler that the run has.
    """
    in_run = np.isin(table.ids, point.ports)
    for name, field in catalogue().items():
        value = value_of(point.parameters, name)
        if value == field.default:
            continue
        kind = next((kind for word, kind in _OF_KIND.items() if name.startswith(word)), "")
        lane = _lane_of(name)
        if kind and kind not in kinds:
            yield f"{SOURCE}: {name} = {value} is not read: no smuggler of the run is {kind!r}"
        elif lane and not _has_lane(lane, in_run, table):
            yield (
                f"{SOURCE}: {name} = {value} has no effect: there is no {lane} traffic at the "
                f"{in_run.sum()} ports of the run"
            )


_OF_SMUGGLING = ("smuggling", "supply", "market", "patrol", "intelligence", "contraband")
_OF_TRAVELLERS = "smuggling.traveller_"


def _idle(intervention: Intervention, point: Point, table: Ports) -> str:
    """Why an intervention by itself can change nothing; empty if it can."""
    in_run = np.isin(table.ids, point.ports)
    at = in_run & select(intervention.where, table)
    if not at.any():
        return f"it holds at none of the {in_run.sum()} ports of the run"
    if intervention.parameter == PORT:
        return _idle_opening(intervention, at, table)
    if intervention.where.kinds_of_place == ("ports",) and not table.vehicles_per_year[at].any():
        return f"the {at.sum()} ports of the run where it holds have no traffic"
    room = intervention.parameter.partition(".")[0]
    nothing = point.parameters.smuggling.firearms_per_year == 0.0
    if nothing and room in _OF_SMUGGLING and not intervention.parameter.startswith(_OF_TRAVELLERS):
        return "smuggling.firearms_per_year = 0 firearms/year"
    lane = _lane_of(intervention.parameter)
    if lane and not _has_lane(lane, at, table):
        return f"there is no {lane} traffic at the {at.sum()} ports of the run where it holds"
    baseline = value_of(point.parameters, intervention.parameter)
    if intervention.of(baseline) == baseline:
        return f"{intervention.parameter} is {baseline} already"
    return ""


def _idle_opening(intervention: Intervention, at: Flags, table: Ports) -> str:
    if intervention.value in CLOSED_TO:
        number = CLOSED_TO[str(intervention.value)]
        used = table.monthly_vehicles[at, number].any()
        return "" if used else f"its ports have no {intervention.value}"
    if intervention.operation == "close" or not isinstance(intervention.value, tuple):
        return "" if table.vehicles_per_year[at].any() else "its ports have no traffic"
    opens, closes = intervention.value
    if (opens <= table.open_hour[at]).all() and (closes >= table.close_hour[at]).all():
        return "hours only narrow, and its ports are open no longer than that"
    return ""


def _lane_of(parameter: str) -> str:
    """Class of traffic that a parameter is about by its name; empty if it is about all."""
    words = parameter.partition(".")[2].split("_")
    return next((lane for lane in ("truck", "bus", "train") if lane in words), "")


def _has_lane(lane: str, at: Flags, table: Ports) -> bool:
    return bool(table.monthly_vehicles[at, TRAFFIC_CLASSES.index(lane)].any())


def _undone(i: int, point: Point, table: Ports) -> str:
    """Why the interventions of a scenario leave nothing of one of them; empty if they do not."""
    mine = point.scenario.interventions[i]
    in_run = np.isin(table.ids, point.ports)
    there = in_run & select(mine.where, table)
    alike = [
        (number, other)
        for number, other in enumerate(point.scenario.interventions)
        if other.parameter == mine.parameter
    ]
    for number, other in alike:
        covers = (
            moment(other.start) <= moment(mine.start)
            and moment(other.end, last=True) >= moment(mine.end, last=True)
            and other.where.states == mine.where.states
            and other.where.markets == mine.where.markets
            and not (there & ~select(other.where, table)).any()
            and not other.ramp_days
        )
        if not covers:
            continue
        whole = other.operation == "set" or other.value is True
        if number > i and whole and other.operation in ("set", "close") and other != mine:
            return f"undone by {other}"
        if number < i and other.operation == "close" and mine.operation == "hours":
            return f"undone by {other}"
    if mine.parameter == PORT or len(alike) < 2:
        return ""
    if len({(o.where, o.start, o.end, o.ramp_days) for _, o in alike}) == 1:
        baseline = value = value_of(point.parameters, mine.parameter)
        for _, other in alike:
            value = other.of(value)
        if value == baseline:
            return f"together with the others of {mine.parameter} it leaves {baseline}"
    return ""


def _check_ways_round(point: Point, table: Ports) -> None:
    """Refuse a port closed to those who could go to no other port of the run."""
    chosen = np.isin(table.ids, point.ports)
    takes_cars = chosen & table.takes_road_traffic & ~table.by_timetable
    room = trucks_per_hour_on_record(table.ids)
    takes_trucks = takes_cars & (table.commercial != "no") & ~(room == 0.0)
    for intervention in point.scenario.interventions:
        if intervention.parameter != PORT or intervention.operation != "close":
            continue
        closed = select(intervention.where, table)
        for name, number in CLOSED_TO.items():
            if intervention.value not in (True, name):
                continue
            others = (takes_trucks if name == "trucks" else takes_cars) & ~closed
            stranded = closed & takes_cars & (table.monthly_vehicles[:, number].sum(axis=1) > 0.0)
            if stranded.any() and not others.any():
                raise InputError(
                    f"scenario {point.scenario.name}: {intervention}: its {name} have nowhere to "
                    f"go: no other of the {chosen.sum()} selected ports takes {name} "
                    "(add one to ports)"
                )


def _whole_run(intervention: Intervention, point: Point) -> bool:
    first, last = _span(point)
    return moment(intervention.start) <= first and moment(intervention.end, last=True) >= last


def _span(point: Point) -> tuple[datetime.datetime, datetime.datetime]:
    """First instant of the run, and the first after it."""
    first = moment(point.start)
    return first, first + datetime.timedelta(days=point.days)
