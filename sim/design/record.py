"""What a design is: which points, how they were chosen, and what their numbers mean."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from sim.design.crossing import Values
from sim.design.factors import Factor
from sim.design.sampling import Floats
from sim.errors import InputError
from sim.intervention import Intervention, Scenario
from sim.settled import SETTLED

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
            one.name: one.value(float(place)) for one, place in zip(self._factors, row, strict=True)
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
        """Make a design from places within the ranges of its factors."""
        return cls(method, role, factors, places, options, _AtPlaces(factors, places))

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
            "factors": [[one.name, one.low, one.high] for one in self.factors],
            **self.options,
        }

    def table(self) -> dict[str, npt.NDArray[Any]]:
        """The columns of `sim.tables.DESIGN`, one row a point and parameter."""
        points, factors = self.places.shape
        scenarios = self.role == SCENARIO
        names = [scenario_of(one).name for one in self.values] if scenarios else [""] * points
        numbers = np.zeros(points, int) if scenarios else np.arange(1, points + 1)
        values = [[one[factor.name] for factor in self.factors] for one in self.values]
        return {
            "scenario": np.repeat(np.array(names, object), factors),
            "world": np.repeat(numbers, factors),
            "parameter": np.tile(np.array([one.name for one in self.factors], object), points),
            "value": np.array(values, float).ravel(),
            "place": self.places.ravel(),
        }


def scenario_of(values: Values) -> Scenario:
    """Scenario that sets parameters from the first day on, as planners would.

    Raises
    ------
    InputError
        If one of them is settled before the first day, so that nobody could change it.
    """
    for name in values:
        if name in SETTLED:
            raise InputError(
                f"design.vary: {name} is settled before the first day, so no scenario can set it; "
                "design.role=world varies it"
            )
    text = ",".join(f"{name.partition('.')[2]}={value:.6g}" for name, value in values.items())
    return Scenario(
        name=text,
        title=text.replace("_", " ").replace("=", " ").replace(",", ", "),
        source="a point of a design",
        interventions=tuple(Intervention(name, "set", value) for name, value in values.items()),
    )
