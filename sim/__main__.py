"""The command line: ``python -m sim``. A Hydra application, and two commands beside it.

``python -m sim status DIR`` says how far a study has come; ``python -m sim port_day ...`` writes a
day at one port, minute by minute.
"""

from sim.errors import (
    BAD_INPUT,
    INTERRUPTED,
    InputError,
    guarded,
    keep_in_order,
    take_interruptions,
    what_failed,
    write_plainly,
)

if __name__ == "__main__":
    take_interruptions()  # before anything slow is imported

import json
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.config.command_line import CommandLine
    from sim.study.run import Ended
    from sim.study.spec import StudySpec

LAW_BROKEN = 1
FAILED = 3
_SHOWN = (
    "arrivals", "mean_wait_min", "wait_p95_min", "within_standard_share", "referred_share",
    "examinations", "officer_shift_h", "firearms_planned", "firearms_seized_ports",
    "firearms_passed", "true_interdicted_share", "duty_collected_cad",
)  # fmt: skip


def main(
    words: Sequence[str] | None = None, tell: "Callable[[StudySpec], object] | None" = None
) -> int:
    """Run the command line and return its exit status.

    Parameters
    ----------
    words : sequence of str, optional
        Those of the process by default.
    tell : callable, optional
        Says what came out of a single study; by default its first scenario's summary.

    Returns
    -------
    int
        0; 1 if a law was broken; 2 for bad input, a disk that is full or too little memory; 3 if
        replications failed; 70 for a fault of the program; 128 and the number of the signal if
        interrupted (130 for Ctrl-C).
    """
    write_plainly()
    given = sys.argv[1:] if words is None else words
    return guarded(lambda: _main(given, tell or print_summary), _complain)


def _main(words: Sequence[str], tell: "Callable[[StudySpec], object]") -> int:
    from sim.progress import Progress

    progress = Progress(_complain)
    base = Path("runs")
    try:
        if words[:1] == ["status"]:
            return _status(words[1:])
        if list(words) == ["--version"]:
            from sim.execute.store import code_version

            print(code_version())
            return 0
        from sim.config.command_line import compose

        if words[:1] == ["port_day"]:
            return _port_day(compose(words[1:]))
        from sim.results.tables import do_without_pandas

        do_without_pandas()
        command_line = compose(words)
        base = command_line.in_folders(_complain)
        if not command_line.specs:
            return 0
        from sim.study.run import run_study

        keep_in_order()
        ended = run_study(command_line.specs, base, progress)
    except KeyboardInterrupt as error:
        if not progress.total:
            _complain("interrupted before the first replication")
        else:
            _complain(
                f"interrupted: {progress.done} of {progress.total} replications are kept in "
                f"{base}; the same command continues"
            )
        return 128 + getattr(error, "number", INTERRUPTED - 128)
    except OSError as error:
        if not progress.total:
            raise
        _complain(
            f"{what_failed(error, base)}; {progress.done} of {progress.total} replications are "
            f"kept in {base}; the same command continues"
        )
        return BAD_INPUT
    return _report(command_line.specs, ended, base, tell)


def _complain(line: str) -> None:
    print(line, file=sys.stderr)


def _status(arguments: Sequence[str]) -> int:
    """Say how far the study of a folder has come."""
    from sim.progress import read_status

    if len(arguments) != 1 or arguments[0].startswith("-"):
        raise InputError("status: name one folder, as in python -m sim status runs/headline")
    print(read_status(arguments[0]))
    return 0


def _port_day(command_line: "CommandLine") -> int:
    """Write the first day of every point, minute by minute."""
    from sim.study.port_day import write_port_day

    command_line.in_folders()
    keep_in_order()
    for spec in command_line.specs:
        print(write_port_day(spec.folder, spec.points))
    return 0


def _report(
    specs: Sequence["StudySpec"],
    ended: "Ended",
    base: Path,
    tell: "Callable[[StudySpec], object]",
) -> int:
    """Say where the results are, and what came out of a single study."""
    if ended.failures:
        more = f" and {len(ended.failures) - 1} more" if len(ended.failures) > 1 else ""
        _complain(
            f"{ended.failures[0]}{more}; no tables were written, {base / 'failures.log'} says "
            "where; what is done is kept, and the same command tries the rest again"
        )
        return FAILED
    for law in ended.broken:
        _complain(str(law))
    if ended.share:
        print(ended.share)
        return 0
    if len(specs) == 1 and not ended.broken:
        tell(specs[0])
    for spec in specs:
        print(f"results: {spec.folder}")
        if not ended.broken:
            _print_what_is_left_out(spec.folder)
    if tell is print_summary and len(specs) == 1 and len(specs[0].points) > 1:
        print(f"next: python -m analysis compare {shlex.quote(str(specs[0].folder))}")
    return LAW_BROKEN if ended.broken else 0


def _print_what_is_left_out(folder: Path) -> None:
    from sim.results.writing import CSV_FILE, CSV_MOST_ROWS

    if not (folder / CSV_FILE).exists():
        table = folder / "summary.parquet"
        print(
            f"no {folder / CSV_FILE}: it would have more than {CSV_MOST_ROWS:,} rows; {table} has "
            f"them all, and pandas.read_parquet('{table}').to_csv(...) exports them"
        )


def print_summary(spec: "StudySpec") -> None:
    """Print the first scenario's values, and what compares it with the others."""
    from sim.numerics import added
    from sim.parameters import CONTRABAND
    from sim.results.schema import METRICS
    from sim.results.tables import values_over_all

    first = spec.points[0]
    values = values_over_all(spec.folder, first.label)
    print(
        f"{first.scenario.name}: {len(first.ports)} ports, {first.days} days from {first.start}, "
        f"{max(map(len, values.values()))} replications, {first.engine} engine"
    )
    print(f"  {'':48}{'mean':>14}{'lowest':>14}{'highest':>14}")
    for metric in _SHOWN:
        if found := values.get(metric):
            about = METRICS[metric]
            counted = first.parameters.contraband.unit
            label = about.title.replace("firearms", CONTRABAND[counted])
            if about.unit:
                label += f" ({counted if about.unit == 'firearms' else about.unit})"
            cells = "".join(
                f"{value:>14,.4g}" if abs(value) < 1000 else f"{value:>14,.0f}"
                for value in (added(found) / len(found), min(found), max(found))
            )
            print(f"  {label:48}{cells}")
    manifest = json.loads((spec.folder / "manifest.json").read_text(encoding="utf-8"))
    for line in (manifest.get("procedure") or {}).get("said", ()):
        print(line)


if __name__ == "__main__":
    sys.exit(main())
