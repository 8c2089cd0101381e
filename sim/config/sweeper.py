"""Hydra's sweeps (``-m``): every combination becomes a point of one study, composed once.

Hydra's own sweeper composes each combination twice, a tenth of a second each time, and lists them
all beforehand. This one counts first, so that a grid that nobody meant is refused at once; has
Hydra compose a combination only where a choice of a group changes; and sets plain values in what
was composed, with Hydra's own checks of name and type. Running is left to the program: points of a
sweep share one store and one executor.
"""

import importlib
import itertools
import math
import sys
import types
from collections.abc import Sequence
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, RangeSweep
from hydra.core.plugins import Plugins
from hydra.errors import HydraException
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf

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


def register() -> None:
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
