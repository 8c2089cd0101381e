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

from sim.parameters.costs import Costs, Duty
from sim.parameters.declaration import Kind, par
from sim.parameters.enforcement import Intelligence, Patrol
from sim.parameters.inspection import Database, Inspection, Primary
from sim.parameters.rooms import (
    PARAMETER,
    ROOMS,
    Parameters,
    catalogue,
    check,
    check_value,
    value_of,
    with_values,
)
from sim.parameters.smuggling import Contraband, Market, Smuggling, Supply
from sim.parameters.staffing import Danger, Staffing
from sim.parameters.traffic import Traffic

__all__ = [
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
