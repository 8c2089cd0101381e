"""One replication: a pure function of a point and a number."""

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path

import simpy

from sim.model.border import Border, Engine
from sim.model.day import World
from sim.places.ports import Ports, read_ports
from sim.records import Tally
from sim.results.certificate import certify
from sim.results.reading import Result
from sim.results.summary import result_of
from sim.scenario.point import Point, check_scenario


@functools.lru_cache(maxsize=4)
def _ports(year: int, table: str | None) -> Ports:
    return read_ports(year, Path(table) if table else None)


def _compiled(env: simpy.Environment, world: World, tally: Tally) -> Engine:
    from sim.engine.compiled.engine import CompiledEngine

    return CompiledEngine(world, tally)


def _reference(env: simpy.Environment, world: World, tally: Tally) -> Engine:
    from sim.engine.reference.engine import ReferenceEngine

    return ReferenceEngine(env, world, tally)


def run_border(point: Point, replication: int) -> Border:
    """Run a replication and keep the whole border, for a closer look.

    Parameters
    ----------
    point : Point
    replication : int
        Number of the replication, from 0.

    Raises
    ------
    InputError
        If the scenario names places that are not there, or takes a value out of its bounds: one
        that is made in Python has not come through `sim.config`, which refuses more.
    """
    ports = _ports(point.year, point.ports_table)
    check_scenario(point, ports)
    maker = _reference if point.engine == "reference" else _compiled
    border = Border(point, ports, replication, maker)
    border.run()
    return border


def run_in_step(points: Sequence[Point], replication: int) -> Iterator[Border]:
    """Run the same replication of several points day by day, and simulate what differs.

    Port-days of a point that are the same as those of the first are taken over from it; every
    result is the same, to the last bit, as if the point had been run alone.

    Parameters
    ----------
    points : sequence of Point
        With the same ports, days, seed and, for there to be anything to take over, traffic.
    replication : int

    Yields
    ------
    Border
        Of each point, in order.
    """
    borders: list[Border] = []

    def make(env: simpy.Environment, world: World, tally: Tally) -> Engine:
        from sim.engine.compiled.engine import CompiledEngine

        leader = borders[0].engine if borders else None
        assert leader is None or isinstance(leader, CompiledEngine)
        return CompiledEngine(world, tally, leader=leader)

    for point in points:
        ports = _ports(point.year, point.ports_table)
        check_scenario(point, ports)
        borders.append(Border(point, ports, replication, make))
    for border in borders:
        border.begin()
    for day in range(points[0].days):
        for border in borders:
            border.run_day(day)
    borders.reverse()
    while borders:
        yield borders.pop()


def run_together(points: Sequence[Point], replication: int) -> Iterator[Result]:
    """Run the same replication of several points in step, and make the tables of each.

    Each result is the one that `run_replication` gives, byte for byte.
    """
    for border in run_in_step(points, replication):
        record = border.record()
        yield result_of(record, certify(record))


def run_replication(point: Point, replication: int) -> Result:
    """Run a replication and make its tables.

    The same point and number give the same tables, byte for byte.
    """
    record = run_border(point, replication).record()
    return result_of(record, certify(record))
