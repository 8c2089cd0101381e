"""What one replication is a pure function of, besides its number."""

import dataclasses
import datetime
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sim.parameters import Parameters
from sim.places.network import table_of
from sim.scenario.intervention import Scenario

ENGINES = ("compiled", "reference")
YEARS = (2005, 2019, 2024)


class Label(NamedTuple):
    """What a point is called in every table. Results are the same whatever it is.

    Attributes
    ----------
    scenario : str
        Name of the scenario.
    adversary : str
        How smugglers choose their route.
    world : int
        Number of the draw of uncertain parameters; 0 is their central value.
    """

    scenario: str
    adversary: str
    world: int = 0

    def __str__(self) -> str:
        """Say it in a few words, for messages."""
        world = f", world {self.world}" if self.world else ""
        return f"scenario {self.scenario}, smugglers {self.adversary}{world}"


@dataclass(frozen=True, slots=True)
class Point:
    """One scenario point: everything that decides its results but the replication number.

    Attributes
    ----------
    parameters : Parameters
        The baseline's parameters, before any intervention.
    scenario : Scenario
        The interventions; the baseline has none.
    ports : tuple of str
        Port ids, sorted.
    year : int
        Year of the traffic table (2005, 2019 or 2024).
    start : datetime.date
        First day.
    days : int
        Number of days.
    seed : int
        Seed of all random numbers, 0 to 2**32 - 1.
    engine : str
        compiled or reference.
    ports_table : str, optional
        A port table of one's own (`sim.places.ports.read_ports`).
    world : int
        Number of the draw of uncertain parameters that ``parameters`` holds; a name only.
    """

    parameters: Parameters
    scenario: Scenario
    ports: tuple[str, ...]
    year: int
    start: datetime.date
    days: int
    seed: int
    engine: str
    ports_table: str | None = None
    world: int = 0

    @property
    def label(self) -> Label:
        """What the point is called in tables."""
        return Label(self.scenario.name, self.parameters.smuggling.adversary, self.world)

    def identity(self) -> str:
        """Hash of everything in the point, 16 hexadecimal digits.

        The scenario enters with what it changes, not with its name or prose, the world with its
        parameters, not with its number, and the engine does not enter: both give the same results.
        """
        content = {name: getattr(self, name) for name in _DECIDING}
        content["parameters"] = _values(self.parameters)
        content["scenario"] = [dataclasses.asdict(one) for one in self.scenario.interventions]
        if self.ports_table is not None:
            content["ports_table"] = hashlib.sha256(Path(self.ports_table).read_bytes()).hexdigest()
        network = table_of(self.parameters.smuggling.network)
        if network.is_file():
            content["network"] = hashlib.sha256(network.read_bytes()).hexdigest()
        text = json.dumps(content, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


_DECIDING = [
    field.name for field in dataclasses.fields(Point) if field.name not in ("engine", "world")
]


def _values(parameters: Parameters) -> dict[str, dict[str, object]]:
    """Value of every parameter by room (dataclasses.asdict takes thirty times as long)."""
    return {
        room.name: {
            field.name: getattr(getattr(parameters, room.name), field.name)
            for field in dataclasses.fields(room.type)  # type: ignore[arg-type]
        }
        for room in dataclasses.fields(Parameters)
    }
