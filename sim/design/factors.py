"""Factors: the parameters that a design varies, each over a range or a list of values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.errors import InputError
from sim.parameters import catalogue, check_value

WHERE = "design.vary"
UNCERTAIN = "uncertain"
"""Word that stands for every parameter that is not known."""

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
    values : tuple of float
        The only values that are tried, where they were listed.
    """

    name: str
    low: float
    high: float
    whole: bool = False
    values: tuple[float, ...] = ()

    def value(self, place: float) -> float | int:
        """Value at a place of the range, 0 (low) to 1 (high), evenly.

        A whole number gets an equal share of the range, its ends included.
        """
        if self.whole:
            steps = int(self.high) - int(self.low) + 1
            return int(self.low) + min(int(place * steps), steps - 1)
        return self.low + place * (self.high - self.low)


def uncertain() -> tuple[Factor, ...]:
    """Every parameter that is not known, over the range its declaration gives.

    Levers whose value in the baseline is known are left out: what planners would set them to is a
    scenario, not a world.
    """
    factors = []
    for name, declaration in catalogue().items():
        about = declaration.metadata
        known = about["low"] is None or about["high"] is None or about["low"] >= about["high"]
        if not (known or about["lever"] or name in UNEVEN):
            factors.append(declared(name))
    return tuple(factors)


def read_factors(vary: Any, *, listed: bool) -> tuple[Factor, ...]:
    """Read what a design varies.

    Parameters
    ----------
    vary : object
        ``uncertain``; a name or a list of names, over their declared ranges; or a mapping of names
        to a range [low, high], to values, or to null (the declared range).
    listed : bool
        Whether a list holds values to try (a grid) and not the two ends of a range.

    Raises
    ------
    InputError
        With parameter, value, bound and unit in one line.
    """
    if vary == UNCERTAIN:
        return uncertain()
    if isinstance(vary, str):
        vary = [vary]
    if isinstance(vary, Mapping):
        factors = [_factor(str(name), value, listed) for name, value in vary.items()]
    elif isinstance(vary, list) and all(isinstance(name, str) for name in vary):
        factors = [declared(name) for name in vary]
    else:
        raise InputError(
            f"{WHERE} = {vary!r} is neither names of parameters nor a mapping of names to ranges"
        )
    if not factors:
        raise InputError(f"{WHERE} names no parameter")
    names = [factor.name for factor in factors]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{WHERE} names {name!r} twice")
    return tuple(factors)


def _factor(name: str, value: Any, listed: bool) -> Factor:
    if value is None:
        return declared(name)
    values = value if isinstance(value, list) else [value]
    if listed:
        return trying(name, values)
    if len(values) != 2:
        raise InputError(f"{WHERE}: {name} = {value!r} is not a range [low, high]")
    return between(name, values)


def declared(name: str) -> Factor:
    """Factor over the range that the parameter's declaration gives.

    Raises
    ------
    InputError
        If there is no such parameter, or it is no number, or declares no range.
    """
    field = _number(name)
    low, high = field.metadata["low"], field.metadata["high"]
    if low is None or high is None:
        raise InputError(f"{WHERE}: {name} declares no range; give one: {{{name}: [low, high]}}")
    return Factor(name, float(low), float(high), isinstance(field.default, int))


def between(name: str, ends: Sequence[Any]) -> Factor:
    """Factor over a range of one's own, within what is possible at all.

    Raises
    ------
    InputError
        If the range is empty, inverted or goes beyond the parameter's bounds.
    """
    field = _number(name)
    unit = field.metadata["unit"]
    for end in ends:
        check_value(name, end, WHERE)
    low, high = ends
    if low == high:
        raise InputError(f"{WHERE}: {name} = [{low}, {high}] is an empty range ({unit})")
    if low > high:
        raise InputError(f"{WHERE}: {name} = [{low}, {high}] is inverted, low above high ({unit})")
    return Factor(name, low, high, isinstance(field.default, int))


def trying(name: str, values: Sequence[Any]) -> Factor:
    """Factor of which listed values are tried."""
    field = _number(name)
    if not values:
        raise InputError(f"{WHERE}: {name} = [] is an empty range ({field.metadata['unit']})")
    for value in values:
        check_value(name, value, WHERE)
        if values.count(value) > 1:
            raise InputError(f"{WHERE}: {name} lists {value} twice")
    whole = isinstance(field.default, int)
    return Factor(name, min(values), max(values), whole, tuple(values))


def _number(name: str) -> Any:
    known = catalogue()
    if name not in known:
        raise InputError.unknown("parameter", name, known, WHERE)
    field = known[name]
    if isinstance(field.default, (str, bool)):
        kind = "a word" if isinstance(field.default, str) else "true or false"
        raise InputError(f"{WHERE}: {name} is {kind}, not a number, so it has no range")
    return field
