"""Derive every table of the data room from its sources.

Run ``python -m sim.data.derive`` to write the tables, with ``--check`` to compare them instead.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from sim.data.derive_ports import ports_table, regions_table
from sim.data.derive_traffic import hour_profiles_table, volumes_table, weekday_factors_table
from sim.data.tables import DATA_FOLDER, Table, read_text, render, write_text

TABLES: dict[str, Callable[[], Table]] = {
    "ports.csv": ports_table,
    "volumes.csv.gz": volumes_table,
    "weekday_factors.csv": weekday_factors_table,
    "hour_profiles.csv": hour_profiles_table,
    "regions.csv": regions_table,
}


def write_tables(folder: Path) -> None:
    """Derive and write every table into a folder."""
    for name, derive_table in TABLES.items():
        write_text(folder / name, render(derive_table()))


def first_difference(folder: Path) -> str | None:
    """Return the first file that is missing or differs from its derivation.

    Parameters
    ----------
    folder : Path
        Where the stored tables are.

    Returns
    -------
    str or None
        File name, or None when every table is as derived.
    """
    for name, derive_table in TABLES.items():
        path = folder / name
        if not path.is_file() or read_text(path) != render(derive_table()):
            return name
    return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the derived tables; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m sim.data.derive", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    if not parser.parse_args(arguments).check:
        write_tables(DATA_FOLDER)
        return 0
    differing = first_difference(DATA_FOLDER)
    if differing is None:
        return 0
    sys.stderr.write(f"{differing} differs from what its sources give; run {parser.prog}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
