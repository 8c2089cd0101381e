"""What Hydra is given: the schema, the sweeper; and what it refuses, in one line.

Of a sweep (``-m``) every combination becomes a point of one study. Hydra's own sweeper composes
each combination twice, a tenth of a second each time, and lists them all beforehand. The one here
counts first, so that a grid that nobody meant is refused at once; has Hydra compose a combination
only where a choice of a group changes; and sets plain values in what was composed, with Hydra's own
checks of name and type. Running is left to the program: points of a sweep share one store and one
executor.
"""

import dataclasses
import functools
import importlib
import itertools
import math
import sys
import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, RangeSweep
from hydra.core.plugins import Plugins
from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import MISSING, BooleanNode, DictConfig, FloatNode, IntegerNode, OmegaConf
from omegaconf.errors import (
    ConfigAttributeError,
    ConfigKeyError,
    MissingMandatoryValue,
    OmegaConfBaseException,
    ValidationError,
)

from sim.design.from_config import DesignConfig, SelectionConfig, StoppingConfig
from sim.errors import InputError, first_line
from sim.parameters import Parameters, catalogue
from sim.results.schema import NOTHING_SHARE, SMALLEST_DIFFERENCE
from sim.scenario.intervention import BASELINE

CONF = Path(__file__).resolve().parents[2] / "conf"
SOURCE = "configuration"
GROUPS_WITH_DEFAULT = (
    "traffic", "inspection", "staffing", "smuggling", "intelligence", "patrol", "market", "supply",
)  # fmt: skip
"""Groups whose choice ``default`` changes nothing: the values are those of `sim.parameters`."""


@dataclass
class _Run:
    start: str | None = None
    days: int | None = None
    years: int | None = None
    apart: bool = False
    replications: int = 6
    traffic_replications: int | None = None
    horizon: int = 0
    smugglers: Any = "own"
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
    replace: bool = False
    smallest_difference: float = SMALLEST_DIFFERENCE
    nothing_share: float = NOTHING_SHARE


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


@functools.cache
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
            ("year", int | None, field(default=None)),
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
    _register_sweeper()


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

    What it is about is read from its attributes and those of its causes, never from its words.
    """
    if isinstance(error, InputError):
        return str(error)
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, MissingConfigException) and cause.options:
            group, _, choice = str(cause.missing_cfg_file).rpartition("/")
            return f"{SOURCE}: {group} = {choice!r} is not one of {', '.join(cause.options)}"
        if isinstance(cause, OverrideParseException):
            return _about_word(cause.override, first_line(cause.__cause__ or cause))
        if isinstance(cause, OmegaConfBaseException) and cause.full_key:
            return _about_value(cause, cause.full_key)
        if (mark := getattr(cause, "problem_mark", None)) is not None:  # of a YAML parser
            return f"{mark.name}: line {mark.line + 1}: {getattr(cause, 'problem', '')}"
        if isinstance(cause, RecursionError):
            return f"{SOURCE}: files of settings are nested too deeply, or name each other in turn"
    lines = [first_line(cause) for cause in causes[:2]]
    for line in lines:
        if line.startswith("Ambiguous value"):
            word = line.partition("'")[2].rpartition("'")[0]
            return (
                f"{SOURCE}: {word!r} gives several values: write a list in brackets, name=[a,b], "
                "decimals with a point, or sweep over them with -m"
            )
    words = [line for line in dict.fromkeys(lines) if line not in ("", "None")]
    return f"{SOURCE}: {': '.join(words) or type(error).__name__}"


def _about_word(word: str, problem: str) -> str:
    """Say what is wrong with a word of the command line that Hydra cannot read."""
    name, _, value = word.partition("=")
    said = f"{SOURCE}: {word!r} is not NAME=VALUE as Hydra reads it"
    if "token recognition" in problem or "LexerNoViable" in problem:
        plain = value.strip("'\"")
        return f"{said}: quote what is not plain ASCII twice, \"{name}='{plain}'\""
    return f"{said}: {problem}"


def _about_value(error: OmegaConfBaseException, name: str) -> str:
    """Say what is wrong with the value of a name, or with the name."""
    if isinstance(error, (ConfigKeyError, ConfigAttributeError)):
        if name == "experiment":
            return (
                f"{SOURCE}: the file of the experiment does not begin with # @package _global_, or "
                "holds no settings by name"
            )
        names = [*catalogue(), *known_names(), "experiment"]
        return str(InputError.unknown("name", name, names, SOURCE))
    if isinstance(error, MissingMandatoryValue):
        return f"{SOURCE}: {name} is missing"
    expected = _EXPECTED.get(type(error.child_node))
    if isinstance(error, ValidationError) and expected:
        value = "null" if error.value is None else repr(error.value)
        return f"{SOURCE}: {name} = {value} is not {expected}{_unit(name)}"
    if "ListConfig" in first_line(error):
        return f"{SOURCE}: {name}: write a list in brackets, {name}=[...]"
    return f"{SOURCE}: {name}: {first_line(error)}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Walk from an error to the first one that led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _unit(name: str) -> str:
    field = catalogue().get(name)
    return f" ({field.metadata['unit']})" if field and field.metadata["unit"] else ""


PLUGIN = "hydra_plugins.border_interdiction"
"""Hydra instantiates plugins under this package only; the name stands for this file."""


class PointsSweeper(Sweeper):
    """Gives the points of a sweep to the program, one after another."""

    __module__ = PLUGIN

    def __init__(self) -> None:
        self.hydra_context: HydraContext | None = None
        self.config: DictConfig | None = None
        self.program: Any = None

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        """Note what Hydra hands over; the task function also has ``point`` and ``expect``."""
        self.hydra_context = hydra_context
        self.config = config
        self.program = task_function

    def sweep(self, arguments: list[str]) -> None:
        """Compose every combination."""
        assert self.hydra_context is not None
        assert self.config is not None
        loader = self.hydra_context.config_loader
        parser = OverridesParser.create(config_loader=loader)
        parsed = parser.parse_overrides(arguments)
        overrides = {override.get_key_element(): override for override in parsed}
        self.program.expect(math.prod(_count(override) for override in overrides.values()))
        plain = {
            key: override.is_sweep_override()
            and override.package is None
            and not (override.is_add() or override.is_force_add() or override.is_delete())
            and not loader.get_group_options(override.key_or_group)
            for key, override in overrides.items()
        }
        values: dict[str, Any] = {}
        composed: DictConfig | None = None
        before: Sequence[str] = ()
        for words in itertools.product(*(_words(key, given) for key, given in overrides.items())):
            changed = [
                key
                for key, word, old in itertools.zip_longest(overrides, words, before)
                if word != old
            ]
            if composed is None or not all(plain[key] for key in changed):
                composed = loader.load_sweep_config(self.config, list(words))
                self.program.point(composed, words, None)
            else:
                for key, word in zip(overrides, words, strict=True):
                    if key in changed:
                        if word not in values:
                            values[word] = parser.parse_override(word).value()
                        OmegaConf.update(composed, key, values[word], merge=True)
                self.program.point(composed, words, changed)
            before = words


def _register_sweeper() -> None:
    """Make the sweeper known to Hydra, as ``hydra/sweeper=points``.

    A folder ``hydra_plugins`` would be found by every other Hydra program of the environment.
    Hydra imports the package before it looks up what is registered, so where no installed plugin
    brings the package, an empty one stands for it.
    """
    package, _, name = PLUGIN.partition(".")
    try:
        parent = importlib.import_module(package)
    except ModuleNotFoundError:
        parent = sys.modules[package] = types.ModuleType(package)
        parent.__path__ = []
    setattr(parent, name, sys.modules[__name__])
    sys.modules[PLUGIN] = sys.modules[__name__]
    Plugins.instance().register(PointsSweeper)
    node = {"_target_": f"{PLUGIN}.{PointsSweeper.__name__}"}
    ConfigStore.instance().store(group="hydra/sweeper", name="points", node=node)


def _count(override: Override) -> int:
    """Count the values of an override without listing them."""
    if not override.is_sweep_override():
        return 1
    if not override.is_discrete_sweep():
        raise HydraException(f"{override.input_line}: give a list of values, choice() or range()")
    value = override.value()
    if isinstance(value, RangeSweep):
        start, stop, step = float(value.start or 0), float(value.stop or 0), float(value.step)
        count = max(0, math.ceil((stop - start) / step)) if step else 0
    else:
        count = sum(1 for _ in override.sweep_iterator())
    if count == 0:
        raise HydraException(f"{override.input_line} is empty: it gives no value")
    return count


def _words(key: str, override: Override) -> list[str]:
    if override.is_sweep_override():
        values = [f"{key}={value}" for value in override.sweep_string_iterator()]
        if len({*values}) < len(values):
            raise HydraException(f"{override.input_line}: gives a value twice")
        return values
    return [f"{key}={override.get_value_element_as_str()}"]
