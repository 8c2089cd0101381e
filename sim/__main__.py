"""The command line: ``python -m sim``. A Hydra application."""

import errno
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.asked import RUNS, Asked
from sim.errors import InputError
from sim.execute.array import in_array

if TYPE_CHECKING:
    from sim.conduct import Ended
    from sim.study import Settings

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
        if not asked.settings:
            return 0
        from sim.conduct import conduct

        ended = conduct(asked.settings, base, progress)
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
    return _report(asked.settings, ended, base)


def compose() -> Asked:
    """Have Hydra compose the configuration, or each point of a sweep; nothing is run yet."""
    import hydra

    from sim import config, config_schema
    from sim.complaint import one_line

    if not config.CONF.is_dir():
        raise InputError(f"{config.CONF}: the folder of configurations is missing")
    asked = Asked()
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra passes errors on instead of printing them
    with tempfile.TemporaryDirectory() as scratch:
        config_schema.register(Path(scratch))
        command = hydra.main(version_base="1.3", config_path=str(config.CONF), config_name="run")
        try:
            command(asked)()
            asked.read()
        except Exception as error:  # this ran Hydra alone: whatever it raises is about the input
            raise InputError(
                one_line(error, [*config_schema.known_names(), "experiment"])
            ) from None
    return asked


def _complain(line: str) -> None:
    print(line, file=sys.stderr)


def _status(arguments: Sequence[str]) -> int:
    """Say how far the study of a folder has come."""
    from sim.status import read_status

    if len(arguments) != 1 or arguments[0].startswith("-"):
        raise InputError("status: name one folder, as in python -m sim status runs/headline")
    print(read_status(arguments[0]))
    return 0


def _report(asked: Sequence["Settings"], ended: "Ended", base: Path) -> int:
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
    for settings in asked:
        print(f"results: {settings.folder}")
        if not ended.broken:
            _print_what_is_left_out(settings.folder)
    return LAW_BROKEN if ended.broken else 0


def _print_what_is_left_out(folder: Path) -> None:
    from sim.writing import CSV_FILE, CSV_MOST_ROWS

    if not (folder / CSV_FILE).exists():
        table = folder / "summary.parquet"
        print(
            f"no {folder / CSV_FILE}: it would have more than {CSV_MOST_ROWS:,} rows; {table} has "
            f"them all, and pandas.read_parquet('{table}').to_csv(...) exports them"
        )


def _print_summary(settings: "Settings") -> None:
    from sim.metrics import CONTRABAND, METRICS
    from sim.results import read_headline

    first = settings.points[0]
    rows = read_headline(settings.folder, first.label)
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
    manifest = json.loads((settings.folder / "manifest.json").read_text(encoding="utf-8"))
    for line in (manifest.get("procedure") or {}).get("said", ()):
        print(line)


if __name__ == "__main__":
    sys.exit(main())
