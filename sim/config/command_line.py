"""A command line becomes what is to be run: Hydra composes, `CommandLine` collects.

Of a sweep (``-m``) every combination becomes a point of one study. Hydra's own sweeper composes
each combination twice, a tenth of a second each time, and lists them all beforehand. The one here
counts first, so that a grid that nobody meant is refused at once; has Hydra compose a combination
only where a choice of a group changes; and sets plain values in what was composed, with Hydra's own
checks of name and type. The points of a sweep share one store and one executor.
"""

import contextlib
import dataclasses
import importlib
import itertools
import math
import os
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import hydra
from hydra.core.config_store import ConfigStore
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, RangeSweep
from hydra.core.plugins import Plugins
from hydra.errors import HydraException
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf

from sim.config.reading import read_spec, spec_of, with_values, without_hydra
from sim.config.schema import CONF, explain, register
from sim.errors import InputError
from sim.execute.execution import in_array
from sim.study.spec import StudySpec, own_folder

RUNS = Path("runs")
FULL_ERROR = "HYDRA_FULL_ERROR"
MOST_POINTS = 20_000
"""A sweep of more points than this has to be confirmed."""


@dataclasses.dataclass
class CommandLine:
    """What is to be run, as it is composed.

    Attributes
    ----------
    specs : list of StudySpec
        One, or one for each point of a sweep.
    words : list of sequence of str
        The overrides that made each point of a sweep.
    """

    specs: list[StudySpec] = dataclasses.field(default_factory=list)
    words: list[Sequence[str]] = dataclasses.field(default_factory=list)
    expected: int = 1
    _plain: dict[str, Any] = dataclasses.field(default_factory=dict)
    _experiment: str | None = None
    _composed: Any = None

    def __call__(self, config: Any) -> None:
        """Take the one configuration of a command without ``-m``."""
        self._composed = config
        self._experiment = HydraConfig.get().runtime.choices.get("experiment")

    def read(self) -> None:
        """Read the one configuration, where Hydra does not comment on what is wrong with it."""
        if self._composed is not None:
            self.specs.append(read_spec(self._composed, self._experiment))

    def expect(self, points: int) -> None:
        """Note how many points there will be, before the first is composed."""
        self.expected = points

    def point(self, config: Any, words: Sequence[str], changed: Sequence[str] | None) -> None:
        """Take a point of a sweep.

        Parameters
        ----------
        config : omegaconf.DictConfig
            With Hydra's own settings in it.
        words : sequence of str
            Its overrides.
        changed : sequence of str, optional
            Dotted names of the values that differ from the point before; None for any.
        """
        if changed is None:
            self._experiment = config.hydra.runtime.choices.get("experiment")
            self._plain = without_hydra(config)
        else:
            self._plain = with_values(self._plain, config, changed)
        spec = spec_of(self._plain, self._experiment)
        if not self.specs:
            self._confirm(spec)
        self.specs.append(spec)
        self.words.append(words)

    def _confirm(self, first: StudySpec) -> None:
        """Refuse more points than anyone would mean without saying so."""
        if self.expected > MOST_POINTS and not first.configuration["study"]["confirm"]:
            from sim.study.run import refusal  # imports all that runs a study

            raise refusal(self.expected, self.expected * first.replications, first)

    @property
    def swept(self) -> bool:
        """Whether these are the points of a sweep."""
        return bool(self.words)

    def in_folders(self, say: Callable[[str], object] = lambda line: None) -> Path:
        """Give the study a folder, or each point of a sweep one named after what makes it differ.

        Parameters
        ----------
        say : callable
            Takes a line for the user.

        Returns
        -------
        pathlib.Path
            Folder of the store.
        """
        if not self.specs:
            return RUNS
        if not self.swept:
            self.specs = [own_folder(self.specs[0], say)]
            return self.specs[0].folder
        base = Path(self.specs[0].configuration["study"]["dir"] or RUNS / "sweep")
        shared = set.intersection(*map(set, self.words))
        named = [",".join(word for word in words if word not in shared) for words in self.words]
        named = [name.replace("/", "_") or "all" for name in named]
        if len(set(named)) < len(named) or max(map(len, named)) > 120:
            named = [f"{number:04d}" for number in range(len(named))]
        self.specs = [
            dataclasses.replace(spec, folder=base / name)
            for spec, name in zip(self.specs, named, strict=True)
        ]
        return base


def compose(words: Sequence[str]) -> CommandLine:
    """Have Hydra compose the configuration, or each point of a sweep; nothing is run yet.

    Parameters
    ----------
    words : sequence of str
        Of the command line.

    Raises
    ------
    InputError
        With field, value, bound and unit in one line.
    """
    if not CONF.is_dir():
        raise InputError(f"{CONF}: the folder of configurations is missing")
    register()
    _register_sweeper()
    command_line = CommandLine()
    program = hydra.main(version_base="1.3", config_path=str(CONF), config_name="run")
    with _as_hydra_reads(in_array(words)):
        try:
            program(command_line)()
            command_line.read()
        except Exception as error:  # this ran Hydra alone: whatever it raises is about the input
            raise InputError(explain(error)) from None
    return command_line


@contextlib.contextmanager
def _as_hydra_reads(words: Sequence[str]) -> Iterator[None]:
    """Put words where Hydra looks for them, and have it pass errors on instead of printing them."""
    argv, full_error = sys.argv, os.environ.get(FULL_ERROR)
    sys.argv, os.environ[FULL_ERROR] = [argv[0], *words], "1"
    try:
        yield
    finally:
        sys.argv = argv
        del os.environ[FULL_ERROR]
        if full_error is not None:
            os.environ[FULL_ERROR] = full_error


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
        return [f"{key}={value}" for value in override.sweep_string_iterator()]
    return [f"{key}={override.get_value_element_as_str()}"]
