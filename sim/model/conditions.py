"""What holds when and where: the parameters in force at a moment, at every port.

A step change takes effect at its minute. A ramp grows from day to day: its level is that of the
last midnight.
"""

import bisect
import datetime
import functools
import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import numpy as np
from scipy.special import ndtri

from sim.numerics.randomness import OPPORTUNITY, Streams, entity_number
from sim.numerics.units import DAY_S, Flags, Floats, Whole
from sim.parameters import (
    PARAMETER,
    Intelligence,
    Parameters,
    Smuggling,
    catalogue,
    value_of,
    with_values,
)
from sim.places.calendar import FIRST_YEAR
from sim.places.network import read_network
from sim.places.on_record import OF_TABLE, PAPERWORK, ratios_on_record
from sim.places.ports import TRAFFIC_CLASSES, Ports
from sim.scenario.intervention import CLOSED_TO, PORT, Intervention, Scenario, moment, select

MOVED = (PARAMETER.smuggling.firearms_per_year, PARAMETER.market.demand_scale)
"""What a year's state of trafficking moves: as much is wanted as is there, so prices stay."""

Made = TypeVar("Made")


@dataclass(frozen=True)
class Snapshot:
    """The parameters in force at one moment.

    Attributes
    ----------
    parameters : Parameters
        Border-wide values; where a value differs by port, that of the baseline.
    by_port : dict of array
        Values that interventions have changed, shape (ports,).
    by_place : dict of array
        The same of what differs by source or by market, in the order of the network.
    closed : array of bool, shape (ports,)
    closed_to : array of bool, shape (ports, classes)
        Classes (car, truck, bus, train) that a port does not take.
    open_hour, close_hour : array of float, shape (ports,)
        Local hours.
    on_record : dict of array
        What is on record of some ports, as a ratio of the border-wide value, shape (ports,).
    """

    parameters: Parameters
    by_port: dict[str, Floats]
    by_place: dict[str, Floats]
    closed: Flags
    closed_to: Flags
    open_hour: Floats
    close_hour: Floats
    on_record: dict[str, Floats] = field(default_factory=dict)
    _made: dict[str, tuple[Hashable, Any]] = field(default_factory=dict, repr=False)

    def at_ports(self, parameter: float) -> Floats:
        """Value of a parameter at every port.

        Parameters
        ----------
        parameter : one of `sim.parameters.PARAMETER`
            As ``PARAMETER.inspection.selective_share``.

        Returns
        -------
        array of float, shape (ports,)
            In the unit of the parameter; nothing may write into it.
        """
        return self._values(parameter, self.by_port, len(self.closed))

    def at_places(self, parameter: float, count: int) -> Floats:
        """Value of a parameter in every source, or in every market, of which there are so many."""
        return self._values(parameter, self.by_place, count)

    def once(self, what: str, make: Callable[[], Made], key: Hashable = None) -> Made:
        """Make what follows from the snapshot and a key, unless it was last made from the same."""
        known = self._made.get(what)
        if known is None or known[0] != key:
            known = self._made[what] = key, make()
        made: Made = known[1]  # nothing may change it
        return made

    @functools.cached_property
    def posts_added(self) -> Floats:
        """Posts beyond the roster, of travellers and of trade, shape (ports, 2)."""
        of = PARAMETER.staffing
        added = self.at_ports(of.traveller_officers_added), self.at_ports(of.trade_officers_added)
        return np.stack(added, axis=1)

    @functools.cached_property
    def on_duty(self) -> bytes:
        """What decides on the officers present, to be compared."""
        of = PARAMETER.staffing
        shares = self.at_ports(of.officers_scale), self.at_ports(of.absent_share)
        return b"".join(array.tobytes() for array in (*shares, self.posts_added))

    @functools.cached_property
    def times(self) -> bytes:
        """What decides on the hours of the ports, to be compared."""
        arrays = self.closed, self.closed_to, self.open_hour, self.close_hour
        return b"".join(array.tobytes() for array in arrays)

    def at(self, ports: Whole) -> "Snapshot":
        """The same at some of the ports."""
        by_port, on_record = (
            {name: values[ports] for name, values in held.items()}
            for held in (self.by_port, self.on_record)
        )
        fields = ("closed", "closed_to", "open_hour", "close_hour")
        cut = {name: getattr(self, name)[ports] for name in fields}
        return Snapshot(self.parameters, by_port, self.by_place, **cut, on_record=on_record)

    def _values(self, parameter: float, changed: dict[str, Floats], count: int) -> Floats:
        name = str(parameter)
        if name in changed:
            return changed[name]
        return self.once(name, lambda: self._unchanged(name, count))

    def _unchanged(self, name: str, count: int) -> Floats:
        values = np.full(count, float(value_of(self.parameters, name)))
        values *= self.on_record.get(name, 1.0)
        values.flags.writeable = False
        return values


class Conditions:
    """The course of all parameters during a run.

    Parameters
    ----------
    whole : Ports
        The whole table, to which selections of ports refer.
    ports : Ports
        Those that the run simulates.
    parameters : Parameters
        The baseline.
    scenario : Scenario
    start : datetime.date
        First day of the run; moments are seconds since its midnight.
    streams : Streams, optional
        Of the replication, for the yearly state of trafficking; without them every year is an
        ordinary one.
    """

    def __init__(
        self,
        whole: Ports,
        ports: Ports,
        parameters: Parameters,
        scenario: Scenario,
        start: datetime.date,
        streams: Streams | None = None,
    ) -> None:
        self.ports = ports
        self.start = start
        self.streams = streams if parameters.smuggling.yearly_change else None
        self.traffic_share = ports.vehicles_per_year.sum() / max(
            whole.vehicles_per_year.sum(), 1e-300
        )
        self.parameters = parameters
        papers = ratios_on_record(ports.ids, PAPERWORK, start.year)
        on_record = {str(PARAMETER.inspection.paperwork_truck_share): papers}
        self.on_record = on_record if parameters.traffic.direction == OF_TABLE else {}
        self.interventions = scenario.interventions
        origin = datetime.datetime.combine(start, datetime.time())
        self.starts = [_seconds(moment(x.start), origin) for x in self.interventions]
        self.ends = [_seconds(moment(x.end, last=True), origin) for x in self.interventions]
        rows = np.isin(whole.ids, ports.ids)
        self.selected = [select(x.where, whole)[rows] for x in self.interventions]
        self.network = read_network(parameters.smuggling.network)
        self.placed = [self._placed(x) for x in self.interventions]
        self._snapshot = functools.lru_cache(maxsize=64)(self._build)
        self._edges = sorted({-np.inf, np.inf, *self.starts, *self.ends})
        # The snapshot last asked for, and from when until when it holds for certain.
        self._from_s, self._until_s = np.inf, -np.inf
        self._last: Snapshot | None = None

    def _placed(self, change: Intervention) -> Flags:
        """Sources or markets that an intervention selects, by what its parameter differs by."""
        by_source = change.parameter != PORT and catalogue()[change.parameter].metadata["by_source"]
        ids = self.network.source_ids if by_source else self.network.market_ids
        wanted = change.where.states if by_source else change.where.markets
        return np.isin(ids, wanted) if wanted else np.ones(len(ids), bool)

    @property
    def first_s(self) -> float:
        """When the first dated change of staffing begins, at most 0."""
        dated = [
            start
            for start, x in zip(self.starts, self.interventions, strict=True)
            if np.isfinite(start) and x.parameter.split(".")[0] == "staffing"
        ]
        return min([0.0, *dated])

    def at(self, seconds: float) -> Snapshot:
        """Parameters in force at a moment."""
        if self._last is not None and self._from_s <= seconds < self._until_s:
            return self._last
        levels = tuple(self._level(i, seconds) for i in range(len(self.starts)))
        self._last = self._snapshot(levels, self._of_year(seconds))
        # Within a day only an edge changes anything.
        midnight = math.floor(seconds / DAY_S) * DAY_S
        edge = bisect.bisect_right(self._edges, seconds)
        self._from_s = max(midnight, self._edges[edge - 1])
        self._until_s = min(midnight + DAY_S, self._edges[edge])
        return self._last

    def _of_year(self, seconds: float) -> float:
        """Trafficking of the year as a ratio of an ordinary one."""
        if self.streams is None:
            return 1.0
        midnight = datetime.datetime.combine(self.start, datetime.time())
        when = midnight + datetime.timedelta(seconds=seconds)
        return ratio_of_year(when, self.parameters.smuggling, self.streams)

    def breakpoints(self, day: int) -> list[tuple[float, Flags]]:
        """Moments within a day at which something changes, and the ports concerned."""
        first, last = day * DAY_S, (day + 1) * DAY_S
        return [
            (edge, self.selected[i])
            for i in range(len(self.starts))
            for edge in (self.starts[i], self.ends[i])
            if first < edge < last
        ]

    def _level(self, i: int, seconds: float) -> float:
        """How far an intervention is in force, 0 to 1."""
        if not self.starts[i] <= seconds < self.ends[i]:
            return 0.0
        ramp_s = self.interventions[i].ramp_days * DAY_S
        if ramp_s <= 0.0 or not np.isfinite(self.starts[i]):
            return 1.0
        midnight = np.floor(seconds / DAY_S) * DAY_S
        return float(np.clip((midnight - self.starts[i]) / ramp_s, 0.0, 1.0))

    def _build(self, levels: tuple[float, ...], of_year: float) -> Snapshot:
        by_port: dict[str, Floats] = {}
        by_place: dict[str, Floats] = {}
        border: dict[str, Any] = {}
        closed = np.zeros(len(self.ports), bool)
        closed_to = np.zeros((len(self.ports), len(TRAFFIC_CLASSES)), bool)
        open_hour, close_hour = self.ports.open_hour.copy(), self.ports.close_hour.copy()
        for level, change, where, placed in zip(
            levels, self.interventions, self.selected, self.placed, strict=True
        ):
            if level == 0.0:
                continue
            if change.parameter == PORT:
                if change.operation == "close" and change.value is True:
                    closed |= where
                elif change.operation == "close":
                    closed_to[where, CLOSED_TO[str(change.value)]] = True
                else:
                    first, last = cast(tuple[float, float], change.value)
                    open_hour[where] = np.maximum(open_hour[where], first)
                    close_hour[where] = np.minimum(close_hour[where], last)
                continue
            name = change.parameter
            old = border.get(name, value_of(self.parameters, name))
            border[name] = _changed(change, old, level)
            about = catalogue()[name].metadata
            for differs, fixed, chosen in (
                (about["by_port"], by_port, where),
                (about["by_source"] or about["by_market"], by_place, placed),
            ):
                if differs:
                    if name not in fixed:
                        fixed[name] = np.full(len(chosen), float(value_of(self.parameters, name)))
                        fixed[name] *= self.on_record.get(name, 1.0)
                    values = fixed[name]
                    values[chosen] = [_changed(change, value, level) for value in values[chosen]]
        closed |= close_hour <= open_hour
        for name in map(str, MOVED) if of_year != 1.0 else ():  # after what a scenario has made
            border[name] = border.get(name, value_of(self.parameters, name)) * of_year
            if name in by_place:
                by_place[name] = by_place[name] * of_year
        everywhere = {
            name: value for name, value in border.items()
            if name not in by_port and name not in by_place
        }  # fmt: skip
        parameters = with_values(self.parameters, everywhere)
        hours = open_hour, close_hour
        return Snapshot(parameters, by_port, by_place, closed, closed_to, *hours, self.on_record)


def _seconds(when: datetime.datetime, origin: datetime.datetime) -> float:
    if when == datetime.datetime.min:
        return -np.inf
    if when == datetime.datetime.max:
        return np.inf
    return (when - origin).total_seconds()


def _changed(change: Intervention, old: Any, level: float) -> Any:
    new = change.of(old)
    return new if level == 1.0 else old + level * (new - old)


class IntelligenceAt:
    """Parameters of intelligence at a moment.

    A proposal without a date begins with the run: it does not hold in the warm-up, else a study of
    it would begin with its results.

    Parameters
    ----------
    conditions : Conditions
        Of the run.
    """

    def __init__(self, conditions: Conditions) -> None:
        self.conditions = conditions
        dated = tuple(x for x in conditions.interventions if x.start is not None)
        before, ports = Scenario("before the run", interventions=dated), conditions.ports
        self.before = Conditions(ports, ports, conditions.parameters, before, conditions.start)

    def constant_before_the_run(self) -> Intelligence | None:
        """Parameters that hold at every moment before the run, or None where one changes."""
        changes = any(
            start < 0.0 and change.parameter.partition(".")[0] == "intelligence"
            for start, change in zip(self.before.starts, self.before.interventions, strict=True)
        )
        return None if changes else self(-1.0)

    def __call__(self, seconds: float) -> Intelligence:
        """Parameters in force at a moment, in seconds since the run began."""
        conditions = self.before if seconds < 0.0 else self.conditions
        return conditions.at(seconds).parameters.intelligence


@functools.lru_cache(maxsize=1024)
def yearly_state(year: int, change: float, memory: float, streams: Streams) -> float:
    """Logarithm of a calendar year's trafficking as a ratio of an ordinary year's.

    Parameters
    ----------
    year : int
        From `FIRST_YEAR` on, in which the state is as spread as in any other.
    change : float
        Standard deviation of the change from a year to the next.
    memory : float
        What is left of a state after a year, 0 to 1.
    streams : Streams
        Of the replication.
    """
    uniform = streams.uniforms(OPPORTUNITY, entity_number("yearly state"), year, 1)[0, 0]
    moved = change * float(ndtri(uniform))
    if year <= FIRST_YEAR:
        return moved / math.sqrt(1.0 - memory**2)
    return memory * yearly_state(year - 1, change, memory, streams) + moved


def ratio_of_year(when: datetime.datetime, smuggling: Smuggling, streams: Streams) -> float:
    """Trafficking at a moment as a ratio of an ordinary year's; 1 where years do not differ."""
    if smuggling.yearly_change == 0.0:
        return 1.0
    change, memory = smuggling.yearly_change, smuggling.yearly_memory
    return math.exp(yearly_state(when.year, change, memory, streams))
