"""What a design was, kept with the results: how points were chosen, and what their numbers mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sim.design.crossing import Values

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Design:
    """How the points of a study were chosen.

    Attributes
    ----------
    about : dict
        For the manifest: method, seed, points, and each factor with its range.
    worlds : tuple of mapping
        Values that make worlds 1, 2 and so on.
    scenarios : mapping
        Values that make a scenario, by its name.
    """

    about: dict[str, Any] = field(default_factory=dict)
    worlds: tuple[Values, ...] = ()
    scenarios: Mapping[str, Values] = field(default_factory=dict)

    def table(self) -> "pd.DataFrame":
        """The columns of `sim.tables.DESIGN`, one row a point and parameter."""
        import pandas as pd

        rows = [
            (name, 0, parameter, float(value))
            for name, values in self.scenarios.items()
            for parameter, value in values.items()
        ]
        rows += [
            ("", number, parameter, float(value))
            for number, values in enumerate(self.worlds, start=1)
            for parameter, value in values.items()
        ]
        return pd.DataFrame(rows, columns=["scenario", "world", "parameter", "value"])
