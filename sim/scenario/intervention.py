"""When, where, which quantity, how much: what a scenario changes."""

import datetime
import math
import numbers
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from sim.errors import InputError, check_within
from sim.numerics.units import DAYS_PER_YEAR
from sim.parameters import Parameters, catalogue, check_value, value_of


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


PORT = "port"
ON_PARAMETERS = ("set", "scale", "add")
ON_PORTS = ("close", "hours")
OPERATIONS = (*ON_PARAMETERS, *ON_PORTS)
EXCLUSIVE = ("set", *ON_PORTS)
CLOSED_TO = {"cars": 0, "trucks": 1, "buses": 2}
"""Classes that a port can be closed to, and their numbers (`sim.places.ports.TRAFFIC_CLASSES`)."""
FIREARMS = "firearms"
AIMS = (FIREARMS, "flow", "other_contraband")
"""What a proposal is for: fewer firearms, less waiting, or less of other contraband."""
ACTORS = ("", "canada", "united_states", "both")
"""Who would have to carry a proposal out; nothing where that is not said."""
GRADES = (0, 1, 2, 3, 4)
"""How well the size of a proposal's lever is known, from 1 to 4; 0 where that is not said.

1: assumed. 2: part measured, part assumed. 3: measured elsewhere, or computed from measured
quantities. 4: measured at this border.
"""
WHOLE = {"ports": "the whole border", "states": "all states", "markets": "all markets"}

Moment = datetime.date | datetime.datetime
Value = float | int | bool | str | tuple[float, float]


@dataclass(frozen=True, slots=True)
class Intervention:
    """One change.

    Attributes
    ----------
    parameter : str
        Dotted name of a parameter, or ``port`` for the opening of ports.
    operation : str
        set, scale or add (a parameter); close or hours (``port``).
    value : float, int, bool, str or pair of float
        In the unit of the parameter (a ratio for scale); opening and closing hour for hours;
        True for close, or the class that is shut out: cars, trucks or buses.
    where : Where
        Ports it holds at, or states, or markets.
    start : date or datetime, optional
        Local time. None: in force, and its ramp complete, before the run begins; of intelligence,
        from its first moment.
    end : date or datetime, optional
        Exclusive. None: to the end of the run.
    ramp_days : float
        Days from the start in which it grows from nothing to its value, linearly.
    program : str
        The programme it belongs to, for messages and tables.
    """

    parameter: str
    operation: str
    value: Value
    where: Where = EVERYWHERE
    start: Moment | None = None
    end: Moment | None = None
    ramp_days: float = 0.0
    program: str = ""

    def __post_init__(self) -> None:
        """Refuse what could not be carried out whatever the baseline is."""
        self._check_types()
        if self.operation not in OPERATIONS:
            raise InputError.unknown("operation", self.operation, OPERATIONS, self.parameter)
        if (self.parameter == PORT) != (self.operation in ON_PORTS):
            wanted = ON_PORTS if self.parameter == PORT else ON_PARAMETERS
            raise InputError(
                f"{self.parameter}: operation {self.operation!r} is not one of {', '.join(wanted)}"
            )
        if self.parameter == PORT:
            self._check_opening()
        else:
            self._check_parameter()
        if self.start and self.end and moment(self.end) <= moment(self.start):
            raise InputError(
                f"{self.parameter}: end {self.end} is not after start {self.start} (reversed?)"
            )
        if not 0.0 <= self.ramp_days <= 36525.0:
            raise InputError(
                f"{self.parameter}: ramp_days = {self.ramp_days} is outside 0 to 36525 days"
            )

    def _check_types(self) -> None:
        """Refuse what a program gives and no file could hold."""
        rules: tuple[tuple[str, Any, str], ...] = (
            ("value", (numbers.Real, str, tuple), "a number, a word, true, false, or two hours"),
            ("where", Where, "a Where"),
            ("start", (datetime.date, type(None)), "a date"),
            ("end", (datetime.date, type(None)), "a date"),
            ("ramp_days", numbers.Real, "a number of days"),
        )
        for name, kinds, what in rules:
            if not isinstance(given := getattr(self, name), kinds):
                raise InputError(f"{self.parameter}: {name} = {given!r} is not {what}")

    def _check_opening(self) -> None:
        if set(self.where.kinds_of_place) - {"ports"}:
            raise InputError("port: where selects ports, not states or markets")
        if self.operation == "close":
            if self.value is not True and self.value not in CLOSED_TO:
                raise InputError(
                    f"port: close takes the value true or one of {', '.join(CLOSED_TO)}, "
                    f"not {self.value!r}"
                )
        elif not (
            isinstance(self.value, tuple)
            and len(self.value) == 2
            and 0.0 <= self.value[0] < self.value[1] <= 24.0
        ):
            raise InputError(
                f"port: hours = {self.value!r} is not an opening hour and a later closing hour, "
                "0 to 24 h"
            )
        if self.ramp_days:
            raise InputError("port: an opening cannot have ramp_days")

    def _check_parameter(self) -> None:
        known = catalogue()
        if self.parameter not in known:
            raise InputError.unknown("parameter", self.parameter, [*known, PORT], "intervention")
        field = known[self.parameter]
        about = field.metadata
        if about["fixed_at_start"]:
            raise InputError(
                f"{self.parameter}: is fixed before the first day; set it as a parameter"
            )
        if about["built_in_advance"] and (self.start or self.end or self.ramp_days):
            raise InputError(
                f"{self.parameter}: is built before the first day; "
                "it cannot have start, end or ramp_days"
            )
        self._check_where(about)
        if isinstance(field.default, (bool, str)):
            if self.operation != "set" or self.ramp_days:
                raise InputError(f"{self.parameter}: can only be set, and at once")
        elif isinstance(self.value, (bool, str, tuple)) or not abs(self.value) < math.inf:
            raise InputError(f"{self.parameter}: value {self.value!r} is not a number")
        elif abs(self.value) > LARGEST:
            raise InputError(f"{self.parameter}: value is above {LARGEST:g}")

    def _check_where(self, about: Mapping[str, Any]) -> None:
        for name, by in (("ports", "by_port"), ("states", "by_source"), ("markets", "by_market")):
            if name in self.where.kinds_of_place and not about[by]:
                raise InputError(
                    f"{self.parameter}: holds for {WHOLE[name]} and cannot be changed "
                    f"{'at' if name == 'ports' else 'in'} some {name}"
                )

    def of(self, baseline: Any) -> Any:
        """Value of the parameter when the intervention is in full force, from that before it."""
        if self.operation == "scale":
            return baseline * self.value
        return baseline + self.value if self.operation == "add" else self.value

    def coincides(self, other: "Intervention") -> bool:
        """Whether both decide the same quantity, somewhere, at some time."""
        return (
            self.parameter == other.parameter
            and self.operation in EXCLUSIVE
            and other.operation in EXCLUSIVE
            and not (self.value in CLOSED_TO or other.value in CLOSED_TO)
            and moment(self.start) < moment(other.end, last=True)
            and moment(other.start) < moment(self.end, last=True)
            and self.where.may_meet(other.where)
        )

    def __str__(self) -> str:
        """Say it in a few words, for messages."""
        what = f"{self.operation} {self.parameter}"
        what += f" = {self.value}" if self.value is not True else ""
        span = f" from {self.start}" if self.start else ""
        span += f" until {self.end}" if self.end else ""
        return what + span + (f" ({self.program})" if self.program else "")


def moment(when: Moment | None, *, last: bool = False) -> datetime.datetime:
    """Express a date as its first instant; None as the earliest, or the last, instant there is."""
    if when is None:
        return datetime.datetime.max if last else datetime.datetime.min
    if isinstance(when, datetime.datetime):
        return when
    return datetime.datetime.combine(when, datetime.time())


LARGEST = 1e300
"""Beyond any parameter, and whole numbers beyond it are no decimal numbers."""
CANADA, UNITED_STATES, TRAVELLERS = "canada", "united_states", "travellers"
BEARERS = (CANADA, UNITED_STATES, TRAVELLERS)
"""Who bears a cost; travellers are those who cross, with trade."""
MOST_CAD = 1e13
"""More than Canada produces in a year."""
MOST_INTERVENTIONS = 500


def check_count(interventions: Sequence[Intervention]) -> None:
    """Refuse more interventions than can be compared, each with each, at once."""
    if len(interventions) > MOST_INTERVENTIONS:
        raise InputError(
            f"interventions: {len(interventions)} of them are above {MOST_INTERVENTIONS}; give "
            "several ports in one where"
        )


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost entry of a scenario: what the run does not simulate. A saving is negative.

    Pay of officers whom the run simulates, delay and duty are results of the model and stand in no
    entry.

    Attributes
    ----------
    cad_per_year : float
        CAD a year.
    low, high : float
        Plausible range of cad_per_year.
    cad_once : float
        CAD, once.
    bearer : str
        One of `BEARERS`.
    """

    what: str
    cad_per_year: float
    source: str
    low: float
    high: float
    cad_once: float = 0.0
    bearer: str = CANADA

    def __post_init__(self) -> None:
        """Refuse what is no amount of money, a range without its value, and an unknown bearer."""
        if self.bearer not in BEARERS:
            raise InputError(
                f"cost {self.what!r}: bearer = {self.bearer!r} is not one of {', '.join(BEARERS)}"
            )
        for name in ("cad_per_year", "low", "high", "cad_once"):
            unit = "CAD" if name == "cad_once" else "CAD/year"
            value = getattr(self, name)
            check_within(f"cost {self.what!r}: {name}", value, -MOST_CAD, MOST_CAD, unit)
        if not self.low <= self.cad_per_year <= self.high:
            raise InputError(
                f"cost {self.what!r}: cad_per_year = {self.cad_per_year:g} is outside its range "
                f"{self.low:g} to {self.high:g} CAD/year"
            )


@dataclass(frozen=True, slots=True)
class Scenario:
    """A proposal, a natural experiment, or several of them together.

    Attributes
    ----------
    interventions : tuple of Intervention
        Applied in this order.
    bound : bool
        Whether it is a bound, not a proposal that anyone would carry out.
    expected : str
        Sign of its effect, or null, in words.
    aim : str
        One of `AIMS`: what the documents say that it is for.
    actor : str
        One of `ACTORS`: who would have to carry it out.
    evidence : int
        One of `GRADES`: how well the size of its lever is known.
    chronicle : bool
        Whether it tells what happened: what lies outside the dates of a run is left out of it.
    """

    name: str
    title: str = ""
    source: str = ""
    summary: str = ""
    interventions: tuple[Intervention, ...] = ()
    costs: tuple[Cost, ...] = ()
    bound: bool = False
    expected: str = ""
    aim: str = FIREARMS
    actor: str = ""
    evidence: int = 0
    chronicle: bool = False

    def __post_init__(self) -> None:
        """Refuse an unknown aim, and interventions that decide one quantity differently."""
        if self.aim not in AIMS:
            raise InputError(f"aim = {self.aim!r} is not one of {', '.join(AIMS)}")
        if self.actor not in ACTORS:
            raise InputError(f"actor = {self.actor!r} is not one of {', '.join(ACTORS[1:])}")
        if self.evidence not in GRADES:
            raise InputError(f"evidence = {self.evidence!r} is not a grade from 1 to {GRADES[-1]}")
        check_count(self.interventions)
        for first, second in combinations(self.interventions, 2):
            same = (first.operation, first.value, first.ramp_days) == (
                second.operation,
                second.value,
                second.ramp_days,
            )
            if not same and first.coincides(second):
                raise InputError(f"scenario {self.name}: contradiction: {first}; {second}")

    @classmethod
    def combine(cls, scenarios: Iterable["Scenario"]) -> Self:
        """Put scenarios together, in the order given; scale and add compose.

        The aim is what all are for; where they differ, it is firearms. Both countries act where the
        parts have different actors, and the evidence is that of the weakest part.
        """
        parts = tuple(scenarios)
        aims = {part.aim for part in parts}
        actors = {part.actor for part in parts if part.actor}
        return cls(
            name="+".join(part.name for part in parts),
            title=" + ".join(part.title for part in parts),
            source="; ".join(part.source for part in parts if part.source),
            summary=" ".join(part.summary for part in parts if part.summary),
            interventions=tuple(
                intervention for part in parts for intervention in part.interventions
            ),
            costs=tuple(cost for part in parts for cost in part.costs),
            bound=any(part.bound for part in parts),
            expected="; ".join(f"{part.name}: {part.expected}" for part in parts if part.expected),
            aim=aims.pop() if len(aims) == 1 else FIREARMS,
            actor="both" if len(actors) > 1 else next(iter(actors), ""),
            evidence=min((part.evidence for part in parts), default=0),
        )

    def resized(self, times: float, parameters: Parameters) -> "Scenario":
        """Give the scenario with every change at so many times its size; 0.5 goes half of the way.

        Its costs stay, and so does what is only switched on or chosen.

        Raises
        ------
        InputError
            If ports close or keep other hours, no change has a size, or ``times`` is not above 0.
        """
        name = f"{self.name}*{times:g}"
        if not 0.0 < times < math.inf:
            raise InputError(f"scenario {name}: size {times:g} is not above 0 times")
        changes = []
        for change in self.interventions:
            value = change.value
            if change.parameter == PORT:
                raise InputError(f"scenario {name}: {change}: has no size that could be changed")
            if isinstance(value, (bool, str, tuple)):
                changes.append(change)
                continue
            baseline = value_of(parameters, change.parameter)
            none = {"set": baseline, "scale": 1.0, "add": 0.0}[change.operation]
            changed = none + times * (value - none)
            if isinstance(baseline, int) and change.operation != "scale":
                changed = round(changed)
            changes.append(replace(change, value=changed))
        if tuple(changes) == self.interventions and times != 1.0:
            raise InputError(f"scenario {name}: no change has a size that could be changed")
        title = f"{self.title} ({times:g} times)"
        return replace(self, name=name, title=title, interventions=tuple(changes))

    def check(self, parameters: Parameters) -> None:
        """Refuse interventions that take a parameter out of its bounds.

        Each is applied to the baseline alone and, as far as they may hold at the same time and
        place, after those before it.
        """
        for i, intervention in enumerate(self.interventions):
            if intervention.parameter == PORT:
                continue
            baseline = value_of(parameters, intervention.parameter)
            check_value(
                intervention.parameter,
                intervention.of(baseline),
                f"scenario {self.name}: {intervention}",
            )
            value = baseline
            for before in self.interventions[: i + 1]:
                if before.parameter == intervention.parameter and before.where.may_meet(
                    intervention.where
                ):
                    value = before.of(value)
            check_value(
                intervention.parameter,
                value,
                f"scenario {self.name}: {intervention}, with those before it",
            )


BASELINE = Scenario(name="baseline", title="The border of 2005", source="000 ¶10")
