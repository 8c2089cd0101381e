"""A day at one port, minute by minute: ``python -m sim.port_day 'ports=[sarnia]' run.start=DATE``.

The words are those of ``python -m sim``; the day is that of ``run.start``, simulated by the
reference engine from the midnight before the last one, so that the line of the night is there. One
day of one replication is an example, not a result: other days and draws look different.
"""

import dataclasses
import datetime
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError
from sim.port_day_table import ABOUT, TABLE

if TYPE_CHECKING:
    import pandas as pd

    from sim.point import Point


def port_day(point: "Point", replication: int = 0) -> "pd.DataFrame":
    """Simulate the first day of a point at its only port, and write down every minute.

    Parameters
    ----------
    point : Point
        Of one port; its first day is the one shown.
    replication : int

    Returns
    -------
    pandas.DataFrame
        Columns minute (of the day), quantity, part, value and unit. Quantities are queue (vehicles
        in line at the minute, by line), booths_open (at the minute, by line) and officers (mean
        over the minute, by task: primary, clearance, examination, ready).
    """
    import pandas as pd
    import simpy

    from sim.engine.day import World
    from sim.geography import read_ports
    from sim.minute_record import MinuteRecord
    from sim.model.border import Border, Engine
    from sim.records import Tally

    if len(point.ports) != 1:
        raise InputError(f"ports: a day is shown at 1 port, not at {len(point.ports)}")
    made: list[MinuteRecord] = []

    def make(env: simpy.Environment, world: World, tally: Tally) -> Engine:
        made.append(MinuteRecord(env, world, tally, shown=1))
        return made[0]

    early = dataclasses.replace(
        point, start=point.start - datetime.timedelta(days=1), days=2, engine="reference"
    )
    own = Path(point.ports_table) if point.ports_table else None
    Border(early, read_ports(point.year, own), replication, make).run()
    return pd.DataFrame(made[0].rows(), columns=["minute", "quantity", "part", "value", "unit"])


def main() -> int:
    """Write the day of every scenario that is asked for, and return the exit status."""
    from sim.__main__ import BAD_INPUT, compose
    from sim.progress import plainly

    try:
        asked = compose()
        asked.in_folders()
        for settings in asked.settings:
            _write(settings.folder, settings.points)
            sys.stdout.write(f"{settings.folder / TABLE}\n")
    except InputError as error:
        plainly(str(error))
        return BAD_INPUT
    return 0


def _write(folder: Path, points: "tuple[Point, ...]") -> None:
    import pandas as pd

    parts = [port_day(one).assign(scenario=one.scenario.name) for one in points]
    about: dict[str, Any] = {
        "port": points[0].ports[0],
        "date": points[0].start.isoformat(),
        "scenarios": {one.scenario.name: one.scenario.title for one in points},
    }
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=folder) as scratch:
        pd.concat(parts).to_parquet(Path(scratch) / TABLE, index=False)
        (Path(scratch) / ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")
        for name in (TABLE, ABOUT):
            os.replace(Path(scratch) / name, folder / name)


if __name__ == "__main__":
    sys.exit(main())
