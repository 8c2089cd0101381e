"""One border run by both engines, and where the two differ."""

import functools
from dataclasses import dataclass

import numpy as np
import simpy

from sim.engine.compiled.engine import CompiledEngine
from sim.engine.reference.engine import ReferenceEngine
from sim.model.border import Border
from sim.model.day import World
from sim.model.smuggling.traveller_firearms import Travellers
from sim.numerics.units import DAY_S, Floats
from sim.places.ports import Ports, read_ports
from sim.records import (
    ON_CLEARANCE,
    ON_EXAMINATION,
    ON_PRIMARY,
    OVERTIME,
    READY,
    SHIFT,
    Tally,
)
from sim.scenario.point import Point

TRACED = 200_000
MOST_APART_S = 1e-6
RELATIVE = 1e-9


@functools.cache
def whole_table() -> Ports:
    return read_ports(2005)


def compiled(_: simpy.Environment, world: World, tally: Tally) -> CompiledEngine:
    return CompiledEngine(world, TRACED)


def reference(env: simpy.Environment, world: World, tally: Tally) -> ReferenceEngine:
    return ReferenceEngine(env, world, tally, TRACED)


@dataclass
class Twins:
    """The same replication by both engines."""

    compiled: Border
    reference: Border

    @classmethod
    def of(cls, point: Point, replication: int) -> "Twins":
        borders = [
            Border(point, whole_table(), replication, maker) for maker in (compiled, reference)
        ]
        for border in borders:
            border.run()
        return cls(*borders)

    def traces(self, name: str) -> tuple[Floats, Floats]:
        """Both traces, in order of entity, day and index."""
        found = []
        for border in (self.compiled, self.reference):
            rows = getattr(border.engine, name)
            count = int(border.engine.trace_count[int(name == "trace_2")])
            assert count < TRACED
            found.append(rows[:count][np.lexsort(rows[:count, 2::-1].T)])
        return found[0], found[1]

    def most_apart_s(self) -> float:
        """Greatest difference in time of any vehicle; infinite if the vehicles are not the same."""
        worst = 0.0
        for name, times in (("trace", (3, 4, 5)), ("trace_2", (3, 4))):
            ours, theirs = self.traces(name)
            same = [column for column in range(6) if column not in times]
            if not np.array_equal(ours[:, same], theirs[:, same]):
                return np.inf
            worst = max(worst, float(np.abs(ours - theirs).max(initial=0.0)))
        return worst

    def differences(self) -> list[str]:
        """What the engines do not agree on, in words."""
        return [
            *self._vehicles("trace", "arrival", "start", "end"),
            *self._vehicles("trace_2", "joined", "start", "reason"),
            *self._attempts(),
            *self._sums(),
            *self._in_line(),
            *unbalanced("compiled", self.compiled),
            *unbalanced("reference", self.reference),
        ]

    def _vehicles(self, name: str, *columns: str) -> list[str]:
        ours, theirs = self.traces(name)
        one, other = ({tuple(row[:3]) for row in rows.tolist()} for rows in (ours, theirs))
        found = [f"{name}: only compiled has {row}" for row in sorted(one - other)[:3]]
        found += [f"{name}: only reference has {row}" for row in sorted(other - one)[:3]]
        if len(ours) != len(theirs):
            return [*found, f"{name}: {len(ours)} rows against {len(theirs)}"]
        if found:
            return found
        for k, column in enumerate(columns, start=3):
            apart = np.abs(ours[:, k] - theirs[:, k])
            found += [
                f"{name} {column}: {ours[row].tolist()} against {theirs[row].tolist()}"
                for row in np.flatnonzero(apart > MOST_APART_S)[:3]
            ]
        return found

    def _attempts(self) -> list[str]:
        if not same_decisions(self.compiled, self.reference):
            return ["bookings differ"]
        count = self.compiled.attempts_of_day.count
        ours, theirs = self.compiled.attempts[:count], self.reference.attempts[:count]
        found = []
        for name in ours.dtype.names:
            one, other = ours[name], theirs[name]
            same = (
                np.isclose(one, other, rtol=RELATIVE, atol=0.0)
                if one.dtype == float
                else one == other
            )
            found += [
                f"attempt {k}: {name} {one[k]} against {other[k]}"
                for k in np.flatnonzero(~same)[:3]
            ]
        return found

    def _sums(self) -> list[str]:
        found = []
        for name in Tally._fields:
            ours, theirs = getattr(self.compiled.tally, name), getattr(self.reference.tally, name)
            # A sum that cancels to nothing keeps the rounding of its parts.
            same = np.isclose(ours, theirs, rtol=RELATIVE, atol=RELATIVE * max(1.0, ours.max()))
            found += [
                f"{name}{list(where)}: {ours[where]} against {theirs[where]}"
                for where in list(zip(*np.nonzero(~same), strict=True))[:3]
            ]
        return found

    def _in_line(self) -> list[str]:
        ours, theirs = (border.engine.still_in_line() for border in (self.compiled, self.reference))
        same = all(np.array_equal(one, other) for one, other in zip(ours, theirs, strict=True))
        return [] if same else [f"in line at the end: {len(ours[0])} against {len(theirs[0])}"]


def same_decisions(one: Border, other: Border) -> bool:
    """Whether the same trips were decided, and the same travellers came with a firearm."""
    ours, theirs = one.attempts_of_day, other.attempts_of_day
    travellers = zip(
        Travellers.joined(ours.travellers), Travellers.joined(theirs.travellers), strict=True
    )
    return ours.trips == theirs.trips and all(np.array_equal(a, b) for a, b in travellers)


def unbalanced(name: str, border: Border) -> list[str]:
    """Whether officers' time is not what was paid for."""
    officer = border.tally.officer.sum(axis=(0, 1, 2))
    paid = officer[SHIFT] + officer[OVERTIME] + border.engine.busy_after(border.point.days * DAY_S)
    spent = officer[[ON_PRIMARY, ON_CLEARANCE, ON_EXAMINATION, READY]].sum()
    if abs(paid - spent) <= MOST_APART_S * max(1.0, paid):
        return []
    return [f"{name}: {paid:.6f} s of officers' time paid for, {spent:.6f} s accounted for"]
