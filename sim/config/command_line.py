"""A command line becomes what is to be run: Hydra composes, `CommandLine` collects."""

import contextlib
import dataclasses
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig

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
