"""Factors: the parameters that a design varies, each over a range."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.errors import InputError
from sim.parameters import catalogue

UNEVEN = frozenset({"staffing.control_interval_min"})
"""Parameters of which most values within their range are refused (a divisor of 60 min)."""


@dataclass(frozen=True, slots=True)
class Factor:
    """A parameter and the range over which it is varied.

    Attributes
    ----------
    name : str
        Dotted name of the parameter.
    low, high : float
        Ends of the range, in the parameter's unit.
    whole : bool
        Whether only whole numbers are values.
    """

    name: str
    low: float
    high: float
    whole: bool = False

    def value(self, unit: float) -> float | int:
        """Value at a place of the range, 0 (low) to 1 (high), evenly.

        A whole number gets an equal share of the range, its ends included.
        """
        if self.whole:
            steps = int(self.high) - int(self.low) + 1
            return int(self.low) + min(int(unit * steps), steps - 1)
        return self.low + unit * (self.high - self.low)


def uncertain() -> tuple[Factor, ...]:
    """Every parameter that is not known, over the range its declaration gives.

    Levers whose value in the baseline is known are left out: what planners would set them to is a
    scenario, not a world.
    """
    found = []
    for name, field in catalogue().items():
        about = field.metadata
        known = about["low"] is None or about["high"] is None or about["low"] >= about["high"]
        if not (known or about["lever"] or name in UNEVEN):
            found.append(declared(name, "worlds"))
    return tuple(found)


def declared(name: str, where: str) -> Factor:
    """Factor over the range that the parameter's declaration gives.

    Raises
    ------
    InputError
        If there is no such parameter, or it is no number, or declares no range.
    """
    field = _number(name, where)
    low, high = field.metadata["low"], field.metadata["high"]
    if low is None or high is None:
        raise InputError(f"{where}: {name} declares no range; give one: {{{name}: [low, high]}}")
    return Factor(name, float(low), float(high), isinstance(field.default, int))


def between(name: str, ends: Sequence[Any], where: str) -> Factor:
    """Factor over a range of one's own, within what is possible at all.

    Raises
    ------
    InputError
        With parameter, value, bound and unit.
    """
    field = _number(name, where)
    unit = field.metadata["unit"]
    for end in ends:
        if isinstance(end, bool) or not isinstance(end, (int, float)):
            raise InputError(f"{where}: {name} = {end!r} is not a number ({unit})")
    low, high = ends
    if low == high:
        raise InputError(f"{where}: {name} = [{low}, {high}] is an empty range ({unit})")
    if low > high:
        raise InputError(f"{where}: {name} = [{low}, {high}] is inverted: low above high ({unit})")
    return Factor(name, low, high, isinstance(field.default, int))


def _number(name: str, where: str) -> Any:
    known = catalogue()
    if name not in known:
        raise InputError.unknown("parameter", name, known, where)
    field = known[name]
    if isinstance(field.default, (str, bool)):
        kind = "a word" if isinstance(field.default, str) else "true or false"
        raise InputError(f"{where}: {name} is {kind}, not a number, so it has no range")
    return field
