"""The schema that Hydra checks a configuration against, and what it refuses, in one line."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.errors import MissingConfigException, OverrideParseException
from omegaconf import MISSING, BooleanNode, DictConfig, FloatNode, IntegerNode
from omegaconf.errors import (
    ConfigAttributeError,
    ConfigKeyError,
    MissingMandatoryValue,
    OmegaConfBaseException,
    ValidationError,
)

from sim.design.from_config import DesignConfig, SelectionConfig, StoppingConfig
from sim.errors import InputError
from sim.parameters import Parameters, catalogue
from sim.results.schema import SMALLEST_DIFFERENCE
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
    reuse: bool = True


@dataclass
class _StudyFolder:
    dir: str | None = None
    scenarios: str | None = None
    ports_table: str | None = None
    detail: str = "auto"
    confirm: bool = False
    smallest_difference: float = SMALLEST_DIFFERENCE


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
    """Make the schema and the choices ``default`` known to Hydra."""
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


def known_names() -> list[str]:
    """Names that can be given on the command line, besides parameters."""
    names = ["scenario", "compare", "ports", "year", "adversary", "adversaries", "worlds", "engine"]
    names += ["precision"]
    for room, schema in ROOMS_OF_A_RUN:
        names += [f"{room}.{value.name}" for value in dataclasses.fields(schema)]
    return names


_EXPECTED: dict[type, str] = {
    FloatNode: "a number",
    IntegerNode: "a whole number",
    BooleanNode: "true or false",
    DictConfig: "a group of values",
}


def explain(error: BaseException) -> str:
    """Say an error of Hydra or OmegaConf in one line.

    Parameters
    ----------
    error : BaseException
        What composing the configuration raised. What it is about is read from its attributes and
        those of its causes, never from its words.

    Returns
    -------
    str
    """
    if isinstance(error, InputError):
        return str(error)
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, MissingConfigException) and cause.options:
            group, _, choice = str(cause.missing_cfg_file).rpartition("/")
            return f"{SOURCE}: {group} = {choice!r} is not one of {', '.join(cause.options)}"
        if isinstance(cause, OverrideParseException):
            problem = _first_line(cause.__cause__ or cause)
            return f"{SOURCE}: {cause.override!r} is not NAME=VALUE as Hydra reads it: {problem}"
        if isinstance(cause, OmegaConfBaseException) and cause.full_key:
            return _about_value(cause, cause.full_key)
    lines = [_first_line(cause) for cause in causes[:2]]
    words = [line for line in dict.fromkeys(lines) if line not in ("", "None")]
    return f"{SOURCE}: {': '.join(words) or type(error).__name__}"


def _about_value(error: OmegaConfBaseException, name: str) -> str:
    """Say what is wrong with the value of a name, or with the name."""
    if isinstance(error, (ConfigKeyError, ConfigAttributeError)):
        names = [*catalogue(), *known_names(), "experiment"]
        return str(InputError.unknown("name", name, names, SOURCE))
    if isinstance(error, MissingMandatoryValue):
        return f"{SOURCE}: {name} is missing"
    expected = _EXPECTED.get(type(error.child_node))
    if isinstance(error, ValidationError) and expected:
        value = "null" if error.value is None else repr(error.value)
        return f"{SOURCE}: {name} = {value} is not {expected}{_unit(name)}"
    return f"{SOURCE}: {name}: {_first_line(error)}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Walk from an error to the first one that led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), "")


def _unit(name: str) -> str:
    field = catalogue().get(name)
    return f" ({field.metadata['unit']})" if field and field.metadata["unit"] else ""
