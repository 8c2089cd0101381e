"""A day at one port, minute by minute: ``python -m sim port_day 'ports=[sarnia]' run.start=DATE``.

The words are those of ``python -m sim``; the day is that of ``run.start``, simulated by the
reference engine from the midnight before the last one, so that the line of the night is there. One
day of one replication is an example, not a result: other days and draws look different.
"""

import dataclasses
import datetime
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy
from simpy.events import EventPriority, ProcessGenerator

from sim.engine.reference.engine import MANDATORY, ReferenceEngine
from sim.engine.reference.queues import At, Line, Log, Referral, Vehicle
from sim.errors import InputError
from sim.files import replaced
from sim.model.day import DayPlan, World
from sim.model.port.referral import PROBE
from sim.model.port.traffic import LANES
from sim.numerics.units import DAY_S, MINUTE_S, Floats, Rows
from sim.records import Tally

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.point import Point

TABLE, ABOUT = "port_day.parquet", "port_day.json"


def port_day(point: "Point", replication: int = 0) -> "pd.DataFrame":
    """Simulate the first day of a point at its only port, and write down every minute.

    Parameters
    ----------
    point : Point
        Of one port; its first day is the one shown.

    Returns
    -------
    pandas.DataFrame
        Columns minute (of the day), quantity, part, value and unit. Quantities are queue (vehicles
        in line at the minute, by line), booths_open (at the minute, by line) and officers (mean
        over the minute, by task: primary, clearance, examination, ready).
    """
    import pandas as pd

    from sim.model.border import Border, Engine
    from sim.places.ports import read_ports

    if len(point.ports) != 1:
        raise InputError(f"ports: a day is shown at 1 port, not at {len(point.ports)}")
    made: list[MinuteRecord] = []

    def make(env: simpy.Environment, world: World, tally: Tally) -> Engine:
        made.append(MinuteRecord(env, world, tally, shown=1))
        return made[0]

    early = dataclasses.replace(
        point, start=point.start - datetime.timedelta(days=1), days=2, engine="reference"
    )
    table = Path(point.ports_table) if point.ports_table else None
    Border(early, read_ports(point.table_year, table), replication, make).run()
    return pd.DataFrame(made[0].rows(), columns=["minute", "quantity", "part", "value", "unit"])


def write_port_day(folder: Path, points: "tuple[Point, ...]") -> Path:
    """Write the day of several scenarios at one port, and return the file of the table."""
    import pandas as pd

    parts = [port_day(point).assign(scenario=point.scenario.name) for point in points]
    about: dict[str, Any] = {
        "port": points[0].ports[0],
        "date": points[0].start.isoformat(),
        "scenarios": {point.scenario.name: point.scenario.title for point in points},
    }
    folder.mkdir(parents=True, exist_ok=True)
    with replaced(folder / TABLE) as table, replaced(folder / ABOUT) as text:
        pd.concat(parts).to_parquet(table, index=False)
        text.write_text(json.dumps(about, indent=1), encoding="utf-8")
    return folder / TABLE


Row = tuple[int, str, str, float, str]

MINUTES = 1440
AFTERWARDS = EventPriority(5)
"""A look at the port comes after everything else that happens at its moment."""

PRIMARY, CLEARANCE, EXAMINATION, READY = "primary", "clearance", "examination", "ready"
TASKS = (PRIMARY, CLEARANCE, EXAMINATION)


class _WorkLog(Log):
    """Writes down the work of officers beside what becomes of the vehicles."""

    def __init__(self, attempts: Rows) -> None:
        super().__init__(attempts, 0)
        self.work: dict[str, list[tuple[float, float]]] = {task: [] for task in TASKS}

    def primary(self, vehicle: Vehicle, start_s: float, end_s: float) -> None:
        """Write down the primary inspection of a vehicle."""
        super().primary(vehicle, start_s, end_s)
        self.work[PRIMARY].append((start_s, end_s))

    def secondary(self, case: Referral, joined_s: float, start_s: float) -> None:
        """Write down the work on a referred vehicle, if it is done."""
        super().secondary(case, joined_s, start_s)
        if start_s >= 0.0 and case.reason != PROBE:
            task = CLEARANCE if case.reason in MANDATORY else EXAMINATION
            self.work[task].append((start_s, start_s + case.work_s))


class MinuteRecord(ReferenceEngine):
    """The reference engine of one port, which writes down one of its days.

    Parameters
    ----------
    env : simpy.Environment
    world : World
    tally : Tally
    shown : int
        Number of the day that is written down.
    """

    def __init__(self, env: simpy.Environment, world: World, tally: Tally, shown: int) -> None:
        super().__init__(env, world, tally)
        self.shown = shown
        self._work = _WorkLog(self.log.attempts)
        self.log = self._work
        self._seen: list[Row] = []
        self._present = np.zeros(MINUTES)

    def run_day(self, plan: DayPlan, attempts: Rows) -> None:
        """Let a day begin, and look at the port every minute of the one that is shown."""
        super().run_day(plan, attempts)
        if plan.day == self.shown:
            self.env.process(self._look())

    def _look(self) -> ProcessGenerator:
        port = self.ports[0]
        for minute in range(MINUTES):
            yield At(self.env, self.shown * DAY_S + minute * MINUTE_S, AFTERWARDS)
            self._present[minute] = port.present
            for line in port.lines:
                name = line_name(line)
                self._seen.append((minute, "queue", name, len(line.waiting), "vehicles"))
                self._seen.append((minute, "booths_open", name, line.manned, "booths"))

    def rows(self) -> list[Row]:
        """What was seen, and officers by task."""
        busy = {task: minute_means(spans, self.shown * DAY_S)
                for task, spans in self._work.work.items()}  # fmt: skip
        busy[READY] = np.maximum(self._present - sum(busy.values()), 0.0)
        officers: list[Row] = [
            (minute, "officers", task, float(value), "officers")
            for task, values in busy.items()
            for minute, value in enumerate(values)
        ]
        return [*self._seen, *officers]


def line_name(line: Line) -> str:
    """Name of a line: the lanes that share it."""
    return "+".join(LANES[lane] for lane in line.lanes)


def minute_means(spans: list[tuple[float, float]], midnight_s: float) -> Floats:
    """Mean number of spans of time that cover each minute of a day.

    Spans, from and to, and the midnight are in seconds of the run.
    """
    if not spans:
        return np.zeros(MINUTES)
    edges: Floats = np.float64(midnight_s) + np.float64(MINUTE_S) * np.arange(MINUTES + 1.0)
    # Time spent before a moment, summed over spans: its growth over a minute is time in it.
    starts, ends = (np.sort(column) for column in np.array(spans).T)
    covered: Floats = np.subtract(_before(starts, edges), _before(ends, edges))
    # Where nothing covers a minute, the difference of two large sums may be a hair below zero.
    return np.maximum(np.diff(covered) / MINUTE_S, 0.0)


def _before(moments: Floats, edges: Floats) -> Floats:
    """Sum over moments of the time from each to an edge that comes after it."""
    count = np.searchsorted(moments, edges, side="right")
    total = np.concatenate([[0.0], np.cumsum(moments)])
    return np.asarray(count * edges - total[count])
