"""The command line: ``python -m sim``. A Hydra application."""

import dataclasses
import errno
import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError
from sim.execute.execution import in_array
from sim.study.spec import StudySpec, own_folder

RUNS = Path("runs")
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
    _one: Any = None

    def __call__(self, config: Any) -> None:
        """Take the one configuration of a command without ``-m``."""
        from hydra.core.hydra_config import HydraConfig

        self._one = config
        self._experiment = HydraConfig.get().runtime.choices.get("experiment")

    def read(self) -> None:
        """Read the one configuration, where Hydra does not comment on what is wrong with it."""
        from sim.config import read_spec

        if self._one is not None:
            self.specs.append(read_spec(self._one, self._experiment))

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
        made = door.spec_of(self._plain, self._experiment)
        if not self.specs:
            self._confirm(made)
        self.specs.append(made)
        self.words.append(words)

    def _confirm(self, first: StudySpec) -> None:
        """Refuse more points than anyone would mean without saying so."""
        if self.expected > MOST_POINTS and not first.configuration["study"]["confirm"]:
            from sim.study.run import refusal

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
            dataclasses.replace(one, folder=base / name)
            for one, name in zip(self.specs, named, strict=True)
        ]
        return base


if TYPE_CHECKING:
    from sim.study.run import Ended
    from sim.study.spec import StudySpec

LAW_BROKEN = 1
BAD_INPUT = 2
FAILED = 3
INTERRUPTED = 130
_SHOWN = (
    "arrivals", "mean_wait_min", "wait_p95_min", "within_standard_share", "referred_share",
    "examinations", "officer_shift_h", "firearms_planned", "firearms_seized_ports",
    "firearms_passed", "true_interdicted_share", "duty_collected_cad",
)  # fmt: skip


def main() -> int:
    """Run the command line and return its exit status.

    Returns
    -------
    int
        0; 1 if a law was broken; 2 for bad input or a disk that is full; 3 if replications failed;
        130 if interrupted.
    """
    from sim.progress import Progress

    progress = Progress(_complain)
    base = RUNS
    try:
        if sys.argv[1:2] == ["status"]:
            return _status(sys.argv[2:])
        sys.argv[1:] = in_array(sys.argv[1:])
        asked = compose()
        base = asked.in_folders(_complain)
        if not asked.specs:
            return 0
        from sim.study.run import run_study

        ended = run_study(asked.specs, base, progress)
    except InputError as error:
        _complain(str(error))
        return BAD_INPUT
    except KeyboardInterrupt:
        if not progress.total:
            _complain("interrupted before the first replication")
            return INTERRUPTED
        _complain(
            f"interrupted: {progress.done} of {progress.total} replications are kept in {base}; "
            "the same command continues"
        )
        return INTERRUPTED
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
            raise
        _complain(
            f"{error.filename or base}: {error.strerror}; {progress.done} of {progress.total} "
            f"replications are kept in {base}; the same command continues"
        )
        return BAD_INPUT
    return _report(asked.specs, ended, base)


def compose() -> CommandLine:
    """Have Hydra compose the configuration, or each point of a sweep; nothing is run yet."""
    import hydra

    from sim import config

    if not config.CONF.is_dir():
        raise InputError(f"{config.CONF}: the folder of configurations is missing")
    asked = CommandLine()
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra passes errors on instead of printing them
    with tempfile.TemporaryDirectory() as scratch:
        config.register(Path(scratch))
        command = hydra.main(version_base="1.3", config_path=str(config.CONF), config_name="run")
        try:
            command(asked)()
            asked.read()
        except Exception as error:  # this ran Hydra alone: whatever it raises is about the input
            raise InputError(config.explain(error, [*config.known_names(), "experiment"])) from None
    return asked


def _complain(line: str) -> None:
    print(line, file=sys.stderr)


def _status(arguments: Sequence[str]) -> int:
    """Say how far the study of a folder has come."""
    from sim.progress import read_status

    if len(arguments) != 1 or arguments[0].startswith("-"):
        raise InputError("status: name one folder, as in python -m sim status runs/headline")
    print(read_status(arguments[0]))
    return 0


def _report(asked: Sequence["StudySpec"], ended: "Ended", base: Path) -> int:
    """Print the first scenario's summary, and where the results are."""
    if ended.failures:
        more = f" and {len(ended.failures) - 1} more" if len(ended.failures) > 1 else ""
        _complain(
            f"{ended.failures[0]}{more}; no tables were written, {base / 'failures.log'} says "
            "where; what is done is kept, and the same command tries the rest again"
        )
        return FAILED
    for one in ended.broken:
        _complain(str(one))
    if ended.share:
        print(ended.share)
        return 0
    if len(asked) == 1 and not ended.broken:
        _print_summary(asked[0])
    for spec in asked:
        print(f"results: {spec.folder}")
        if not ended.broken:
            _print_what_is_left_out(spec.folder)
    return LAW_BROKEN if ended.broken else 0


def _print_what_is_left_out(folder: Path) -> None:
    from sim.results.writing import CSV_FILE, CSV_MOST_ROWS

    if not (folder / CSV_FILE).exists():
        table = folder / "summary.parquet"
        print(
            f"no {folder / CSV_FILE}: it would have more than {CSV_MOST_ROWS:,} rows; {table} has "
            f"them all, and pandas.read_parquet('{table}').to_csv(...) exports them"
        )


def _print_summary(spec: "StudySpec") -> None:
    from sim.results.reading import read_headline
    from sim.results.schema import CONTRABAND, METRICS

    first = spec.points[0]
    rows = read_headline(spec.folder, first.label)
    values = rows.groupby("metric")["value"].agg(["mean", "min", "max", "count"])
    print(
        f"{first.scenario.name}: {len(first.ports)} ports, {first.days} days from {first.start}, "
        f"{values.pop('count').max()} replications, {first.engine} engine"
    )
    print(f"  {'':48}{'mean':>14}{'lowest':>14}{'highest':>14}")
    for metric in _SHOWN:
        if metric in values.index:
            about = METRICS[metric]
            counted = first.parameters.contraband.unit
            label = about.title.replace("firearms", CONTRABAND[counted])
            if about.unit:
                label += f" ({counted if about.unit == 'firearms' else about.unit})"
            cells = "".join(
                f"{value:>14,.4g}" if abs(value) < 1000 else f"{value:>14,.0f}"
                for value in values.loc[metric]
            )
            print(f"  {label:48}{cells}")
    manifest = json.loads((spec.folder / "manifest.json").read_text(encoding="utf-8"))
    for line in (manifest.get("procedure") or {}).get("said", ()):
        print(line)


if __name__ == "__main__":
    sys.exit(main())
