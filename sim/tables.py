"""The tables of results: what each column is called, holds and means."""

import math
from dataclasses import dataclass

from sim import records

SCHEMA = 2
"""Version of the tables; raised when a column changes its name or its meaning."""

WAIT_BIN_EDGES_MIN = (*records.WAIT_BIN_EDGES_MIN, math.inf)
"""Bin 0 counts waits of zero; bin 1 those in (0, 1) min, bin k those in [edge k-1, edge k)."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name, dtype : str
        Name, and one of str, int64, float64, bool.
    unit : str
        Unit, or "" where there is none.
    about : str
        What it is, in one line.
    """

    name: str
    dtype: str
    unit: str
    about: str


def _text(name: str, about: str) -> Column:
    return Column(name, "str", "", about)


def _count(name: str, unit: str, about: str) -> Column:
    return Column(name, "int64", unit, about)


def _real(name: str, unit: str, about: str) -> Column:
    return Column(name, "float64", unit, about)


KEYS = (
    _text("scenario", "Name of the scenario"),
    _text("adversary", "How smugglers choose their route"),
    _count("world", "", "Number of the draw of uncertain parameters; 0 is their central value"),
    _count("replication", "", "Number of the replication, from 0"),
)
"""What every table says of a row's run; write_study fills them in."""

_PORT = _text("port_id", "Port of entry, key of the port table; empty away from the ports")
_LANE = _text("lane", "car, nexus, truck, fast, bus or train")
_HOUR = (
    _count("weekday", "", "Monday is 0"),
    _count("hour", "h", "Hour of the day, local time of the port, 0 to 23"),
)

TABLES: dict[str, tuple[Column, ...]] = {
    "summary": (
        *KEYS,
        _text("metric", "A key of METRICS"),
        _text("unit", "Unit of the value"),
        _text("port_group", "One of PORT_GROUPS"),
        _text("class", "One of CLASSES, or the id of a market or source for a metric by one"),
        _real("value", "", "Value over the whole run"),
    ),
    "port_hours": (
        *KEYS, _PORT, _LANE, *_HOUR,
        _count("arrivals", "vehicles", "Joined the line in this hour of the week"),
        _count("released", "vehicles", "Of these, left primary"),
        _real("wait_s", "s", "Sum of their waits in line"),
        *(
            _count(f"wait_bin_{k:02d}", "vehicles", "No wait at all" if k == 0 else
                   f"Wait from {WAIT_BIN_EDGES_MIN[k - 1]} up to {WAIT_BIN_EDGES_MIN[k]} min")
            for k in range(len(WAIT_BIN_EDGES_MIN))
        ),
        *(
            _count(f"referred_{reason}", "vehicles", f"Referred to secondary: {words}")
            for reason, words in (
                ("lookout", "a lookout was hit"), ("paperwork", "permits, immigration, papers"),
                ("duty", "duty to pay"), ("random", "drawn at random"),
                ("selective", "an officer's suspicion"),
            )
        ),
        _count("duty_waived", "vehicles", "Duty collections waived for the queue"),
        _count("examinations", "examinations", "Discretionary examinations done"),
        _count("examinations_released", "examinations", "Ordered, released undone at the limit"),
        _real("primary_s", "officer-seconds", "Officer time at primary"),
        _real("clearance_s", "officer-seconds", "Officer time on duty and paperwork"),
        _real("examination_s", "officer-seconds", "Officer time on examinations"),
    ),
    "officer_hours": (
        *KEYS, _PORT, *_HOUR,
        _real("shift_s", "officer-seconds", "Officers on shift"),
        _real("overtime_s", "officer-seconds", "Work finished after the end of a shift"),
        _real("primary_s", "officer-seconds", "At primary"),
        _real("clearance_s", "officer-seconds", "On duty and paperwork"),
        _real("examination_s", "officer-seconds", "On examinations"),
        _real("ready_s", "officer-seconds", "At their post without a vehicle"),
    ),
    "attempts": (
        *KEYS,
        _text("attempt_id", "The same opportunity has the same number in every scenario"),
        _text("kind", "trafficking or traveller"),
        _text("organisation", "Trafficking organisation; empty for a traveller"),
        _text("market", "Canadian region of sale"),
        _text("source", "State of purchase"),
        _text("route", "port, between_ports, water, post, air, not_made or not_planned"),
        _text("region", "Region of a route away from the ports, else empty"),
        _PORT, _LANE,
        _real("time_s", "s", "Moment of the attempt since the start of the run"),
        _count("load", "firearms", "Firearms carried"),
        Column("deep", "bool", "", "Hidden deep in the vehicle"),
        Column("lookout", "bool", "", "A lookout on it was active when it arrived"),
        _real("perceived_loss", "share", "Chance of loss as the smuggler saw it"),
        _real("true_detection_share", "share", "Chance of detection that the model gave it"),
        _text("reason", "Why it was referred; empty if it was not"),
        _real("examination_min", "min", "Officer time of its examination"),
        _text("fate", "not_planned, deterred, passed, seized, in_transit or intercepted"),
        _text("why", "Why it was not planned: arrest, supply or price; else empty"),
    ),
}  # fmt: skip

DESIGN: tuple[Column, ...] = (
    _text("scenario", "Scenario that the value makes; empty where it makes a world"),
    _count("world", "", "World that the value makes; 0 where it makes a scenario"),
    _text("parameter", "Dotted name of a parameter"),
    _real("value", "", "Its value, in the parameter's unit"),
    _real("place", "share", "Where it lies in the range that was tried: 0 lowest, 1 highest"),
)
"""Which values the numbered points of a design stand for, one row a point and parameter."""
