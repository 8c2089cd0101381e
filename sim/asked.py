"""What a command line asks for: one study, or the points of a sweep, one after another."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sim.study import Settings, own_folder

RUNS = Path("runs")
MOST_POINTS = 20_000
"""A sweep of more points than this has to be confirmed."""


@dataclasses.dataclass
class Asked:
    """What is to be run, as it is composed.

    Attributes
    ----------
    settings : list of Settings
        One, or one for each point of a sweep.
    words : list of sequence of str
        The overrides that made each point of a sweep.
    """

    settings: list[Settings] = dataclasses.field(default_factory=list)
    words: list[Sequence[str]] = dataclasses.field(default_factory=list)
    expected: int = 1
    _plain: dict[str, Any] = dataclasses.field(default_factory=dict)
    _experiment: str | None = None
    _one: Any = None

    def __call__(self, config: Any) -> None:
        """Take the one configuration of a command without ``-m``."""
        from hydra.core.hydra_config import HydraConfig

        self._one = config
        self._experiment = HydraConfig.get().runtime.choices.get("experiment")

    def read(self) -> None:
        """Read the one configuration, where Hydra does not comment on what is wrong with it."""
        from sim.config import settings

        if self._one is not None:
            self.settings.append(settings(self._one, self._experiment))

    def expect(self, points: int) -> None:
        """Hear how many points there will be, before the first is composed."""
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
        from sim import config as door

        if changed is None:
            self._experiment = config.hydra.runtime.choices.get("experiment")
            self._plain = door.without_hydra(config)
        else:
            self._plain = door.with_values(self._plain, config, changed)
        made = door.settings_of(self._plain, self._experiment)
        if not self.settings:
            self._confirm(made)
        self.settings.append(made)
        self.words.append(words)

    def _confirm(self, first: Settings) -> None:
        """Refuse more points than anyone would mean without saying so."""
        if self.expected > MOST_POINTS and not first.configuration["study"]["confirm"]:
            from sim.estimate import refusal

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
        if not self.settings:
            return RUNS
        if not self.swept:
            self.settings = [own_folder(self.settings[0], say)]
            return self.settings[0].folder
        base = Path(self.settings[0].configuration["study"]["dir"] or RUNS / "sweep")
        shared = set.intersection(*map(set, self.words))
        named = [",".join(word for word in words if word not in shared) for words in self.words]
        named = [name.replace("/", "_") or "all" for name in named]
        if len(set(named)) < len(named) or max(map(len, named)) > 120:
            named = [f"{number:04d}" for number in range(len(named))]
        self.settings = [
            dataclasses.replace(one, folder=base / name)
            for one, name in zip(self.settings, named, strict=True)
        ]
        return base
