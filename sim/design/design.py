"""Designs and procedures.

A design says which points, how they were chosen, and what their numbers mean. A procedure decides
on points and replications as it goes: what runs next depends on what has come out so far.
"""

import dataclasses
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, overload

import numpy as np
import numpy.typing as npt

from sim.design.factors import Factor
from sim.errors import InputError
from sim.numerics.units import Floats
from sim.parameters import Parameters, catalogue, check, check_value, with_values
from sim.progress import Say
from sim.scenario.intervention import Intervention, Scenario
from sim.scenario.point import Point

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


WORLD, SCENARIO = "world", "scenario"
ROLES = (WORLD, SCENARIO)
"""What a point of a design is: a world, which planners meet, or a scenario, which they choose."""


class _AtPlaces(Sequence[Values]):
    """Values at places of factors, made when they are asked for: the points may be many."""

    def __init__(self, factors: tuple[Factor, ...], places: Floats) -> None:
        self._factors, self._places = factors, places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, number: int) -> Values: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Values]: ...
    def __getitem__(self, number: int | slice) -> Values | Sequence[Values]:
        if isinstance(number, slice):
            return _AtPlaces(self._factors, self._places[number])
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
    method, role : str
    factors : tuple of Factor
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
    def at(
        cls,
        method: str,
        role: str,
        factors: tuple[Factor, ...],
        places: Floats,
        options: dict[str, Any],
    ) -> "Design":
        """Make a design from places within the ranges of its factors.

        Parameters
        ----------
        method, role : str
        factors : tuple of Factor
        places : array of float, shape (points, factors)
            Within 0 to 1.
        options : dict
            What else made the points.
        """
        return cls(method, role, factors, places, options, _AtPlaces(factors, places))

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
