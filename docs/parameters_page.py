"""The page of parameters, from `sim.parameters.catalogue` and the constants of the model."""

from collections import Counter
from dataclasses import Field
from typing import Any

from docs.markdown import plain, table
from sim.model import border
from sim.model.port import diversion, roster, staffing, superintendent
from sim.model.port import layout as port
from sim.parameters import ROOMS, Parameters, catalogue
from sim.places.ports import EARTH_RADIUS_KM

INTRODUCTION = """\
# Parameters

Written by `python -m docs` from `sim/parameters/`; do not edit it here.

Every parameter can be given on the command line, as `inspection.selective_share=0.02`, and most
can be changed by a scenario during a run (`scenarios/`). *Range* is what is considered possible;
*value* is what the baseline uses. A parameter marked • may differ by port. The source is a row of
`sim/data/source/facts.csv` (A013), a paragraph of a source document ("000 ¶10", listed in the
[data dictionary](../sim/data/README.md#source)), or *assumed*; with *fit* the value is the one
nearest to the record (`experiment=fit`), and the range is still carried.

How well a value is known:

- **measured**: read from a published count, or worked out from one;
- **cited**: published, but for another place, another year or another mode of transport;
- **elicited**: a judgement inside a range that the evidence leaves open;
- **placeholder**: a guess.
"""

CONSTANTS = (
    ("booth safety", port.BOOTH_SAFETY, "ratio", "sim/model/port/layout.py",
     "Booths beyond the load of a line's busiest hour, per square root of that load"),
    ("bay margin", port.BAY_MARGIN, "ratio", "sim/model/port/layout.py",
     "Bays per officer of secondary load in the busiest hour; one more is added"),
    ("most booths, most bays", port.MOST_BOOTHS, "per line, per queue", "sim/model/port/layout.py",
     "No line has more booths, no secondary queue more bays"),
    ("bus line from", port.BUS_LINE_PER_YEAR, "buses/year", "sim/model/port/layout.py",
     "Larger ports with as many buses have a line for them"),
    ("truck line from", port.TRUCK_LINE_PER_YEAR, "trucks/year", "sim/model/port/layout.py",
     "Larger ports with full commercial service and as many trucks have a line for them"),
    ("shift", roster.SHIFT_HOURS, "h", "sim/model/port/roster.py", "Shifts may begin at any hour"),
    ("unmanned", superintendent.UNMANNED, "officers", "sim/model/port/superintendent.py",
     "What an empty place counts as when the superintendent compares needs"),
    ("wait standard, Monday to Thursday", border.STANDARD_S[False] / 60, "min",
     "sim/model/border.py", "B058"),
    ("wait standard, Friday to Sunday", border.STANDARD_S[True] / 60, "min",
     "sim/model/border.py", "B059; holidays are not in the model"),
    ("officers of the table", staffing.TABLE_OFFICERS, "officers", "sim/model/port/staffing.py",
     "A040; turns college seats into a ratio of those in service"),
    ("road vehicles of 2005", staffing.ROAD_VEHICLES_2005, "vehicles/year",
     "sim/model/port/staffing.py",
     "To which the yearly numbers of dangerous subjects and port runners belong"),
    ("neighbours looked at", diversion.SEARCHED, "ports", "sim/model/port/diversion.py",
     "Nearest road ports among which a diverted traveller looks for open ones"),
    ("stream", diversion.STREAM, "vehicles/day", "sim/model/port/diversion.py",
     "Diverted vehicles of a port and lane from which the lines that they make are known"),
    ("earth radius", EARTH_RADIUS_KM, "km", "sim/places/ports.py",
     "For great-circle distances"),
)  # fmt: skip


def parameters_page() -> str:
    """The whole page."""
    fields = catalogue()
    kinds = Counter(field.metadata["kind"] for field in fields.values())
    counts = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())
    lines = [INTRODUCTION, f"{len(fields)} parameters: {counts}.", ""]
    for room in ROOMS:
        about = (type(getattr(Parameters(), room)).__doc__ or "").strip()
        lines += [f"## {room}", "", about, ""]
        rows = [
            _row(name.split(".")[1], field)
            for name, field in fields.items()
            if name.startswith(f"{room}.")
        ]
        lines += [*table(("name", "value", "unit", "range", "kind", "source", "about"), rows), ""]
    return "\n".join([*lines, *_constants()])


def _row(name: str, field: Field[Any]) -> tuple[str, ...]:
    about = field.metadata
    low, high = about["low"], about["high"]
    span = "" if low is None or high is None else f"{plain(low)} to {plain(high)}"
    if about["choices"]:
        span = " or ".join(about["choices"])
    mark = " •" if about["by_port"] else ""
    value = plain(field.default)
    return (f"`{name}`{mark}", value, about["unit"], span, about["kind"], about["source"],
            about["about"])  # fmt: skip


def _constants() -> list[str]:
    rows = [(name, plain(value), unit, f"`{file}`", about)
            for name, value, unit, file, about in CONSTANTS]  # fmt: skip
    return [
        "## Constants of the model",
        "",
        "Numbers that stand in the code itself: no configuration and no scenario can change them,",
        "and they carry no range. Where no source is given, they are assumed.",
        "",
        *table(("name", "value", "unit", "file", "about"), rows),
        "",
        "States of purchase and regions of sale, and the weights by which organisations get them,",
        "are tables: `sim/data/network_*.csv`, each row with its source.",
        "",
    ]
