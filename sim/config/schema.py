"""The schema that Hydra checks a configuration against, and the names that it holds."""

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import MISSING

from sim.config import sweeper
from sim.design.from_config import DesignConfig, SelectionConfig, StoppingConfig
from sim.parameters import Parameters
from sim.scenario.intervention import BASELINE

CONF = Path(__file__).resolve().parents[2] / "conf"
SOURCE = "configuration"
GROUPS_WITH_DEFAULT = (
    "traffic", "inspection", "staffing", "smuggling", "intelligence", "patrol", "market", "supply",
)  # fmt: skip
"""Groups whose choice ``default`` changes nothing: the values are those of `sim.parameters`."""


@dataclass
class _Run:
    start: str = "2005-01-01"
    days: int = 365
    replications: int = 6
    seed: int = 1


@dataclass
class _Execution:
    kind: str = MISSING
    workers: int | None = None
    address: str = "local"
    index: int | None = None
    count: int | None = None


@dataclass
class _StudyFolder:
    dir: str | None = None
    scenarios: str | None = None
    ports_table: str | None = None
    detail: str = "auto"
    confirm: bool = False


ROOMS_OF_A_RUN = (
    ("run", _Run),
    ("design", DesignConfig),
    ("stopping", StoppingConfig),
    ("selection", SelectionConfig),
    ("execution", _Execution),
    ("study", _StudyFolder),
)


def _twin(frozen: type) -> type:
    """Make the mutable class that Hydra needs from a frozen one."""
    return dataclasses.make_dataclass(
        f"{frozen.__name__}Schema",
        [(f.name, f.type, field(default=f.default)) for f in dataclasses.fields(frozen)],
    )


def register() -> None:
    """Make the schema, the choices ``default`` and the sweeper known to Hydra."""
    rooms = [
        (room.name, twin := _twin(room.type), field(default_factory=twin))  # type: ignore[arg-type]
        for room in dataclasses.fields(Parameters)
    ]
    schema = dataclasses.make_dataclass(
        "RunSchema",
        [
            *rooms,
            ("run", _Run, field(default_factory=_Run)),
            ("scenario", Any, field(default=BASELINE.name)),
            ("compare", list[Any], field(default_factory=list)),
            ("ports", Any, field(default="all")),
            ("year", int, field(default=2005)),
            ("adversary", str | None, field(default=None)),
            ("adversaries", Any, field(default_factory=list)),
            ("worlds", int, field(default=0)),
            ("design", DesignConfig, field(default_factory=DesignConfig)),
            ("precision", Any, field(default=None)),
            ("stopping", StoppingConfig, field(default_factory=StoppingConfig)),
            ("selection", SelectionConfig, field(default_factory=SelectionConfig)),
            ("engine", str, field(default=MISSING)),
            ("execution", _Execution, field(default_factory=_Execution)),
            ("study", _StudyFolder, field(default_factory=_StudyFolder)),
        ],
    )
    store = ConfigStore.instance()
    store.store(name="schema", node=schema)
    for group in GROUPS_WITH_DEFAULT:
        store.store(group=group, name="default", node={})
    sweeper.register()


def known_names() -> list[str]:
    """Names that can be given on the command line, besides parameters."""
    names = ["scenario", "compare", "ports", "year", "adversary", "adversaries", "worlds", "engine"]
    names += ["precision"]
    for room, schema in ROOMS_OF_A_RUN:
        names += [f"{room}.{value.name}" for value in dataclasses.fields(schema)]
    return names
