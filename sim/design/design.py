"""Designs and procedures, and the factors that designs vary.

A factor is a parameter with a range or a list of values. A design says which points, how they were
chosen, and what their numbers mean. A procedure decides on points and replications as it goes: what
runs next depends on what has come out so far.
"""

import dataclasses
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from sim.errors import InputError
from sim.numerics.units import Floats
from sim.parameters import Parameters, catalogue, check, check_value, with_values
from sim.progress import Say
from sim.scenario.intervention import Intervention, Scenario
from sim.scenario.point import Point

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


Values = Mapping[str, float | int | str]
"""Values of parameters by their dotted names."""


def changed(parameters: Parameters, values: Values, where: str) -> Parameters:
    """Parameters with some values changed, checked.

    Raises
    ------
    InputError
        If one is outside its bounds, or some contradict each other.
    """
    for name, value in values.items():
        check_value(name, value, where)
    made = with_values(parameters, values)
    check(made, where)
    return made


def full_factorial(
    base: Point,
    scenarios: Sequence[Scenario],
    adversaries: Iterable[str] = (),
    worlds: Sequence[Values] = (),
) -> tuple[Point, ...]:
    """Cross scenarios, kinds of smuggler and worlds.

    Parameters
    ----------
    base : Point
        Everything that all points share; its parameters are world 0.
    scenarios : sequence of Scenario
    adversaries : iterable of str
        Values of ``smuggling.adversary``; none for the one that ``base`` has.
    worlds : sequence of mapping
        Values that make worlds 1, 2 and so on.

    Returns
    -------
    tuple of Point
        By scenario, then smuggler, then world.
    """
    by_world = [base.parameters]
    by_world += [
        changed(base.parameters, values, f"world {number}")
        for number, values in enumerate(worlds, start=1)
    ]
    kinds = tuple(adversaries) or (base.parameters.smuggling.adversary,)
    for kind in kinds:
        check_value("smuggling.adversary", kind, "adversaries")
    by_kind = {kind: [_facing(parameters, kind) for parameters in by_world] for kind in kinds}
    return tuple(
        dataclasses.replace(base, scenario=scenario, parameters=parameters, world=world)
        for scenario in scenarios
        for kind in kinds
        for world, parameters in enumerate(by_kind[kind])
    )


def _facing(parameters: Parameters, adversary: str) -> Parameters:
    """Parameters with a kind of smuggler: the same object where it is theirs already."""
    if parameters.smuggling.adversary == adversary:
        return parameters
    smuggling = dataclasses.replace(parameters.smuggling, adversary=adversary)
    return dataclasses.replace(parameters, smuggling=smuggling)


LEVELS, DIFFERENCES, BOTH = "levels", "differences", "both"
OF = (LEVELS, DIFFERENCES, BOTH)
"""What a precision that is asked for is about."""

WORLD, SCENARIO = "world", "scenario"
ROLES = (WORLD, SCENARIO)
"""What a point of a design is: a world, which planners meet, or a scenario, which they choose."""


class AtPlaces(Sequence[Values]):
    """Values at places of factors, made when they are asked for: the points may be many."""

    def __init__(self, factors: tuple[Factor, ...], places: Floats) -> None:
        self._factors, self._places = factors, places

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, number: int) -> Values:  # type: ignore[override]
        row = self._places[number]
        return {
            factor.name: factor.value(float(place))
            for factor, place in zip(self._factors, row, strict=True)
        }


@dataclass(frozen=True, slots=True)
class Design:
    """The points of a design.

    Attributes
    ----------
    places : array of float, shape (points, factors)
        Places within the factors' ranges, 0 to 1.
    options : dict
        What else made the points, such as the seed; and how many they are.
    values : sequence of mapping
        Values of each point, by parameter.
    """

    method: str
    role: str
    factors: tuple[Factor, ...]
    places: Floats
    options: dict[str, Any] = field(default_factory=dict)
    values: Sequence[Values] = ()

    @classmethod
    def of_values(
        cls,
        method: str,
        role: str,
        factors: tuple[Factor, ...],
        rows: Sequence[Values],
        options: dict[str, Any],
    ) -> "Design":
        """Make a design from values of its factors.

        Parameters
        ----------
        method, role : str
        factors : tuple of Factor
        rows : sequence of mapping
            Values of each point, by parameter.
        options : dict
            What else made the points.
        """
        low = [factor.low for factor in factors]
        span = [factor.high - factor.low or 1.0 for factor in factors]
        values = np.array([[row[factor.name] for factor in factors] for row in rows], float)
        return cls(method, role, factors, (values - low) / span, options, tuple(rows))

    @property
    def worlds(self) -> Sequence[Values]:
        """Values that make worlds 1, 2 and so on; none if the points are scenarios."""
        return self.values if self.role == WORLD else ()

    @property
    def scenarios(self) -> list[Scenario]:
        """The points as scenarios; none if they are worlds."""
        return [scenario_of(values) for values in self.values] if self.role == SCENARIO else []

    @property
    def about(self) -> dict[str, Any]:
        """How the points were chosen, for the manifest."""
        return {
            "method": self.method,
            "role": self.role,
            "points": len(self.values),
            "factors": [[factor.name, factor.low, factor.high] for factor in self.factors],
            **self.options,
        }

    def table(self) -> dict[str, npt.NDArray[Any]]:
        """The columns of `sim.results.schema.DESIGN`, one row a point and parameter."""
        points, factors = self.places.shape
        scenarios = self.role == SCENARIO
        names = [scenario_of(values).name for values in self.values] if scenarios else [""] * points
        numbers = np.zeros(points, int) if scenarios else np.arange(1, points + 1)
        values = [[point[factor.name] for factor in self.factors] for point in self.values]
        return {
            "scenario": np.repeat(np.array(names, object), factors),
            "world": np.repeat(numbers, factors),
            "parameter": np.tile(
                np.array([factor.name for factor in self.factors], object), points
            ),
            "value": np.array(values, float).ravel(),
            "place": self.places.ravel(),
        }


def scenario_of(values: Values) -> Scenario:
    """Scenario that sets parameters from the first day on, as planners would.

    Raises
    ------
    InputError
        If one of them is fixed before the first day, so that nobody could change it.
    """
    for name in values:
        if catalogue()[name].metadata["fixed_at_start"]:
            raise InputError(
                f"design.vary: {name} is fixed before the first day, so no scenario can set it; "
                "design.role=world varies it"
            )
    text = ",".join(f"{name.partition('.')[2]}={value:.6g}" for name, value in values.items())
    return Scenario(
        name=text,
        title=text.replace("_", " ").replace("=", " ").replace(",", ", "),
        source="a point of a design",
        interventions=tuple(Intervention(name, "set", value) for name, value in values.items()),
    )


Read = Callable[[Point, int], Mapping[str, float]]
"""Gives the metrics of a replication that is in the store, over all ports and classes."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Points of which so many replications must be in the store next."""

    points: tuple[Point, ...]
    replications: int


@dataclass(frozen=True, slots=True)
class Ran:
    """What it took to have them there.

    Attributes
    ----------
    seconds : float
        Wall-clock time.
    replications : int
        Replications that were not in the store already.
    """

    seconds: float
    replications: int

    @property
    def each_s(self) -> float | None:
        """Seconds a replication, if any was run."""
        return self.seconds / self.replications if self.replications else None


@dataclass(frozen=True, slots=True)
class ProcedureResult:
    """How a procedure ended.

    Attributes
    ----------
    points, counts : tuple
        The study's points, and the replications of each that make it up.
    about : dict
        For the manifest.
    lines : tuple of str
        What it came to, for whoever started it.
    design : Design, optional
        The design, where the procedure made its points.
    """

    points: tuple[Point, ...]
    counts: tuple[int, ...]
    about: dict[str, Any]
    lines: tuple[str, ...]
    design: Design | None = field(default=None)


Steps = Generator[Wanted, Ran, ProcedureResult]
"""Yields what must be in the store, is sent what that took, and returns how it ended."""


class Procedure(Protocol):
    """Something that decides as it goes.

    The store is its memory: begun again, it repeats itself without running anything twice.
    """

    def steps(self, points: Sequence[Point], read: Read, say: Say) -> Steps:
        """Begin with the study's points."""
        ...
