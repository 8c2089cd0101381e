"""What has arrived of a run: its measures, and its waits and officers by hour, read once each."""

import threading
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from sim.execute.live import Planned, summary_of
from sim.execute.store import Stored
from sim.results.reading import Study
from sim.results.tables import DamagedError
from sim.scenario.point import Label

MOST_KEPT = 20_000
"""Replications whose tables are kept in memory."""
LANES = {"cars": ("car", "nexus"), "trucks": ("truck", "fast"), "buses": ("bus",)}
"""Lanes by the kind of vehicle."""
KIND = {lane: kind for kind, lanes in LANES.items() for lane in lanes}
PLACE = ["port_id", "weekday", "hour"]
WORK = ["shift_s", "primary_s"]


@dataclass(frozen=True, slots=True)
class Hours:
    """Waits and officers by hour of the week, one row for each scenario, replication and place.

    Attributes
    ----------
    waits : pandas.DataFrame
        Columns scenario, replication, port_id, weekday, hour, kind, released, wait_s.
    officers : pandas.DataFrame
        Columns scenario, replication, port_id, weekday, hour, shift_s, primary_s.
    """

    waits: pd.DataFrame
    officers: pd.DataFrame


Key = tuple[str, str, Label, int]


@dataclass(slots=True)
class Arrivals:
    """Tables of replications as they arrive."""

    _kept: dict[Key, pd.DataFrame] = field(default_factory=dict)
    _hours: dict[Key, tuple[pd.DataFrame, pd.DataFrame]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def study(self, plan: Planned, manifest: dict[str, Any]) -> Study:
        """What has arrived of a run, as a study that can be compared.

        Parameters
        ----------
        plan : Planned
        manifest : dict
            What is known of it besides, as in the manifest of a study.

        Raises
        ------
        InputError
            If one of the replications broke a law that always holds.
        """
        frames = []
        for key, stored in _arrived(plan):
            try:
                frame = self._kept.get(key)
                if frame is None:
                    frame = summary_of(stored, *key[2:])
                    frame = frame[(frame["port_group"] == "all") & (frame["class"] == "all")]
                    self._keep(self._kept, key, frame)
            except (DamagedError, OSError):
                continue
            frames.append(frame)
        summary = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
        return Study(plan.folder, manifest, {}, summary)

    def hours(self, plan: Planned) -> Hours:
        """Waits and officers by hour of what has arrived."""
        pairs = []
        for key, stored in _arrived(plan):
            try:
                pair = self._hours.get(key)
                if pair is None:
                    pair = _by_hour(stored, key[2].scenario, key[3])
                    self._keep(self._hours, key, pair)
            except (DamagedError, OSError, KeyError):  # kept without its detail
                continue
            pairs.append(pair)
        if not pairs:
            return Hours(pd.DataFrame(), pd.DataFrame())
        waits, officers = zip(*pairs, strict=True)
        return Hours(pd.concat(waits, ignore_index=True), pd.concat(officers, ignore_index=True))

    def _keep(self, room: dict[Key, Any], key: Key, made: Any) -> None:
        with self._lock:
            if len(room) >= MOST_KEPT:
                room.clear()
            room[key] = made


def _arrived(plan: Planned) -> list[tuple[Key, Stored]]:
    keys = dict(plan.keys)
    return [((plan.code, keys[label], label, n), stored) for label, n, stored in plan.arrived()]


def _by_hour(stored: Stored, scenario: str, number: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    tables = stored.load(("port_hours", "officer_hours"))
    waits = tables["port_hours"].select([*PLACE, "lane", "released", "wait_s"]).to_pandas()
    waits["kind"] = waits["lane"].map(KIND).fillna("other")
    waits = waits.groupby([*PLACE, "kind"], as_index=False)[["released", "wait_s"]].sum()
    officers = tables["officer_hours"].select([*PLACE, *WORK]).to_pandas()
    own = {"scenario": scenario, "replication": number}
    return waits.assign(**own), officers.assign(**own)
