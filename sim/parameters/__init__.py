"""Every parameter of the model, once: value, unit, source, class and range.

A file here is a room of the configuration (``conf/`` has a group of the same name). A field is
declared with `par`; no other file holds a default. ``source`` is an id of
``sim/data/source/facts.csv`` or a document paragraph ("000 ¶10"), or the word "assumed". ``kind``
says what the number is:

- *measured*: read from a published count or derived from one;
- *cited*: published, but of another place, year or mode;
- *elicited*: a judgement within a range that the evidence allows;
- *placeholder*: a guess, to be carried as a range.

Where *fit* is among the sources the default is the value that ``experiment=fit`` found nearest to
the record (``sim/data/fitted_values.csv``). The kind says how well it is known all the same: what
the record does not find, as the flow against the share of it taken, stays a placeholder, and
``design=plausible`` carries its range.
"""

import dataclasses
import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from sim.errors import InputError, check_within
from sim.extensions import extensions
from sim.parameters.costs import Costs, Duty
from sim.parameters.declaration import Kind, par
from sim.parameters.enforcement import Intelligence, Patrol
from sim.parameters.inspection import Database, Inspection, Primary
from sim.parameters.smuggling import CONTRABAND, Contraband, Market, Smuggling, Supply
from sim.parameters.staffing import Danger, Staffing
from sim.parameters.traffic import Traffic

__all__ = [
    "CONTRABAND",
    "PARAMETER",
    "ROOMS",
    "Contraband",
    "Costs",
    "Danger",
    "Database",
    "Duty",
    "Inspection",
    "Intelligence",
    "Kind",
    "Market",
    "Parameters",
    "Patrol",
    "Primary",
    "Smuggling",
    "Staffing",
    "Supply",
    "Traffic",
    "catalogue",
    "check",
    "check_value",
    "par",
    "value_of",
    "with_values",
]


Room = TypeVar("Room")


def _apart(room: Room) -> Room:
    """A room that decides on no vehicle but those of attempts."""
    made: Room = dataclasses.field(default=room, metadata={"traffic": False})
    return made


@dataclass(frozen=True, slots=True)
class Parameters:
    """All rooms. Frozen, hashable, comparable; built by `sim.config` or in Python."""

    traffic: Traffic = Traffic()
    primary: Primary = Primary()
    inspection: Inspection = Inspection()
    database: Database = Database()
    duty: Duty = Duty()
    staffing: Staffing = Staffing()
    danger: Danger = Danger()
    patrol: Patrol = _apart(Patrol())
    smuggling: Smuggling = _apart(Smuggling())
    intelligence: Intelligence = _apart(Intelligence())
    market: Market = _apart(Market())
    supply: Supply = _apart(Supply())
    contraband: Contraband = _apart(Contraband())
    costs: Costs = _apart(Costs())


ROOMS = tuple(field.name for field in dataclasses.fields(Parameters))
TRAFFIC_ROOMS = tuple(
    field.name for field in dataclasses.fields(Parameters) if field.metadata.get("traffic", True)
)
"""Rooms that the traffic starts from."""


@functools.cache
def catalogue() -> dict[str, dataclasses.Field[Any]]:
    """Every parameter by its dotted name (``room.field``), in order of declaration."""
    return {
        f"{room.name}.{field.name}": field
        for room in dataclasses.fields(Parameters)
        for field in dataclasses.fields(room.default)  # type: ignore[arg-type]
    }


PARAMETER = cast(
    Parameters,
    SimpleNamespace(
        **{
            room: SimpleNamespace(
                **{
                    name.partition(".")[2]: name
                    for name in catalogue()
                    if name.startswith(f"{room}.")
                }
            )
            for room in ROOMS
        }
    ),
)
"""Every parameter's dotted name: ``PARAMETER.duty.rate`` is "duty.rate".

A reader that takes a parameter by name is given one of these. To a type checker they are values of
`Parameters`, so that it refuses a field that is not declared, and a search for a field finds its
readers.
"""


def value_of(parameters: Parameters, name: str) -> Any:
    """Value of a parameter by its dotted name."""
    room, field = name.split(".")
    return getattr(getattr(parameters, room), field)


def with_values(parameters: Parameters, values: Mapping[str, Any]) -> Parameters:
    """Parameters with other values for some, by dotted name; not checked."""
    rooms: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        room, field = name.split(".")
        rooms.setdefault(room, {})[field] = value
    return dataclasses.replace(
        parameters,
        **{
            room: dataclasses.replace(getattr(parameters, room), **fields)
            for room, fields in rooms.items()
        },
    )


def check_value(name: str, value: Any, where: str) -> None:
    """Refuse a value that its parameter cannot have.

    ``where`` is the file or command line it came from, for the message.

    Raises
    ------
    InputError
        With field, value, bound, unit and place in one line.
    """
    known = catalogue()
    if name not in known:
        raise InputError.unknown("parameter", name, known, where)
    field = known[name]
    about = field.metadata
    kind: type[Any] = type(field.default)
    if kind is bool or kind is str:
        if not isinstance(value, kind):
            raise InputError(f"{where}: {name} = {value!r} is not a {kind.__name__}")
        choices = about["choices"]
        if name == "smuggling.adversary":
            choices = (*choices, *extensions("adversaries"))
        if choices and value not in choices:
            raise InputError(f"{where}: {name} = {value!r} is not one of {', '.join(choices)}")
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(f"{where}: {name} = {value!r} is not a number ({about['unit']})")
    if kind is int and value % 1:
        raise InputError(f"{where}: {name} = {value} is not a whole number ({about['unit']})")
    low, high = about["bounds"] or (-math.inf, math.inf)
    check_within(f"{where}: {name}", value, low, high, about["unit"])


def check(parameters: Parameters, where: str) -> None:
    """Refuse parameters of which one is outside its bounds, or which contradict each other."""
    for name in catalogue():
        check_value(name, value_of(parameters, name), where)
    if 60 % parameters.staffing.control_interval_min:
        raise InputError(
            f"{where}: staffing.control_interval_min = {parameters.staffing.control_interval_min} "
            "does not divide 60 min"
        )
    kinds = parameters.inspection
    shares = kinds.cursory_share + kinds.dog_share + kinds.intrusive_share
    trade = kinds.cursory_truck_share + kinds.imaging_share
    if shares > 1.0 or trade + kinds.dog_share + kinds.intrusive_share > 1.0:
        raise InputError(
            f"{where}: inspection.cursory_share + dog_share + intrusive_share = {shares:g} "
            "is above 1 share"
        )
    if parameters.duty.one_night_share + parameters.duty.week_share > 1.0:
        raise InputError(f"{where}: duty.one_night_share + duty.week_share is above 1 share")
    away = parameters.smuggling
    shares = away.between_ports_share + away.post_share + away.air_share
    if shares > 1.0:
        raise InputError(
            f"{where}: smuggling.between_ports_share + post_share + air_share = {shares:g} "
            "is above 1 share"
        )
