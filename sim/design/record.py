"""What a design is: which points, how they were chosen, and what their numbers mean."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sim.design.crossing import Values
from sim.design.factors import Factor
from sim.design.sampling import Floats
from sim.errors import InputError
from sim.intervention import SETTLED, Intervention, Scenario

if TYPE_CHECKING:
    import pandas as pd

WORLD, SCENARIO = "world", "scenario"
ROLES = (WORLD, SCENARIO)
"""What a point of a design is: a world, which planners meet, or a scenario, which they choose."""


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
    values : tuple of mapping
        Values of each point, by parameter.
    """

    method: str
    role: str
    factors: tuple[Factor, ...]
    places: Floats
    options: dict[str, Any] = field(default_factory=dict)
    values: tuple[Values, ...] = ()

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
        values = tuple(
            {one.name: one.value(float(place)) for one, place in zip(factors, row, strict=True)}
            for row in places
        )
        return cls(method, role, factors, places, options, values)

    @property
    def worlds(self) -> tuple[Values, ...]:
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

    def table(self) -> "pd.DataFrame":
        """The columns of `sim.tables.DESIGN`, one row a point and parameter."""
        import pandas as pd

        rows = [
            (
                scenario_of(values).name if self.role == SCENARIO else "",
                number if self.role == WORLD else 0,
                factor.name,
                float(values[factor.name]),
                float(self.places[number - 1, k]),
            )
            for number, values in enumerate(self.values, start=1)
            for k, factor in enumerate(self.factors)
        ]
        columns = ["scenario", "world", "parameter", "value", "place"]
        return pd.DataFrame(rows, columns=columns)


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
