"""One replication: a pure function of a point and a number."""

from collections.abc import Iterator, Sequence

import simpy

from sim.errors import InputError
from sim.model.border import Border, Engine, EngineMaker, Repetition
from sim.model.day import World
from sim.places.ports import ports_of_year
from sim.records import Tally
from sim.results.certificate import certify
from sim.results.schema import Result
from sim.results.summary import result_of
from sim.scenario.point import Point, check_scenario


def _compiled(env: simpy.Environment, world: World, tally: Tally) -> Engine:
    from sim.engine.compiled.engine import CompiledEngine

    return CompiledEngine(world)


def _reference(env: simpy.Environment, world: World, tally: Tally) -> Engine:
    from sim.engine.reference.engine import ReferenceEngine

    return ReferenceEngine(env, world, tally)


def _border(
    point: Point, replication: int, make_engine: EngineMaker, beside: Border | None = None
) -> Border:
    """Set up a replication with traffic of its own."""
    ports = ports_of_year(point.table_year, point.ports_table)
    check_scenario(point, ports)
    return Border(point, ports, replication, make_engine, beside)


def _repetition(traffic: Border, replication: int) -> Repetition:
    """Set up a repetition of the smuggling on the traffic of another replication."""
    from sim.engine.compiled.engine import CompiledEngine
    from sim.engine.recorded import RecordedTraffic

    engine = traffic.engine
    assert isinstance(engine, CompiledEngine)

    def make(env: simpy.Environment, world: World, tally: Tally) -> Engine:
        return RecordedTraffic(world, engine)

    engine.records = True
    return Repetition(traffic, replication, make)


def run_border(point: Point, replication: int) -> Border:
    """Run a replication and keep the whole border, for a closer look.

    Raises
    ------
    InputError
        If the scenario names places that are not there, or takes a value out of its bounds: one
        that is made in Python has not come through `sim.config`, which refuses more.
    """
    traffic = point.traffic_of(replication)
    border = _border(point, traffic, _reference if point.engine == "reference" else _compiled)
    if traffic != replication:
        if point.engine == "reference":
            raise InputError(
                f"run.traffic_replications = {point.traffic_replications}: replication "
                f"{replication} repeats traffic, which the reference engine does not record "
                "(engine=compiled)"
            )
        border = _repetition(border, replication)
    border.run()
    return border


def run_in_step(
    runs: Sequence[tuple[Point, int]], leader: Point | None = None, *, hours: Sequence[bool] = ()
) -> Iterator[Border]:
    """Run replications of several points on the same traffic day by day; simulate what differs.

    Port-days of a point that are the same as those of the leader are taken over from it; every
    result is the same, to the last bit, as if the replication had been run alone.

    Parameters
    ----------
    runs : sequence of (Point, int)
        Points and replications, with the same ports, days, seed and, for there to be anything to
        take over, traffic (`Point.traffic_of` the replications must be the same).
    leader : Point, optional
        The first of the points if none is given.
    hours : sequence of bool
        Of each run, whether its rows by port and hour or date are wanted; all are by default.

    Yields
    ------
    Border
        Of each run, in order.
    """
    points = [] if leader is None else [leader]
    for point, _ in runs:
        if point not in points:
            points.append(point)
    numbers = {point.traffic_of(replication) for point, replication in runs}
    if len(numbers) != 1:
        raise ValueError(f"replications with the traffic of {sorted(numbers)} run in step")
    traffic = numbers.pop()
    borders: list[Border] = []
    # Points of which rows by hour are wanted; the leader's sums go into those of the others.
    by_hour = [of for k, (of, _) in enumerate(runs) if not hours or hours[k]]

    def make(env: simpy.Environment, world: World, tally: Tally) -> Engine:
        from sim.engine.compiled.engine import CompiledEngine

        first = borders[0].engine if borders else None
        assert first is None or isinstance(first, CompiledEngine)
        by = by_hour if first is None else [of for of in by_hour if of == points[len(borders)]]
        return CompiledEngine(world, leader=first, hours=bool(by))

    for point in points:
        borders.append(_border(point, traffic, make, borders[0] if borders else None))
        if point not in by_hour:
            borders[-1].by_date = borders[-1].by_date[:0].copy()
    place = [points.index(point) for point, _ in runs]
    # By replication, so that the points of each can share its warm-up.
    repetitions: dict[tuple[int, int], Border] = {}
    for k in sorted(range(len(runs)), key=lambda k: runs[k][1]):
        if runs[k][1] != traffic:
            repetitions[place[k], runs[k][1]] = _repetition(borders[place[k]], runs[k][1])
    if repetitions:
        for border in borders:
            border.engine.records = True  # type: ignore[attr-defined]
    every = [*borders, *repetitions.values()]
    for border in every:
        border.begin()
    for day in range(points[0].days):
        before: Engine | None = None
        for border in every:
            if before is not None:
                _lend_room(before, border.engine, leads=before is borders[0].engine)
            border.run_day(day)
            before = border.engine if border in borders else before
    for border in every:
        border.end()
    for border in borders:
        border.engine.rest()  # type: ignore[attr-defined]
    wanted = [
        borders[where] if number == traffic else repetitions[where, number]
        for where, (_, number) in zip(place, runs, strict=True)
    ]
    for held in (borders, every):
        held.clear()
    repetitions.clear()
    wanted.reverse()
    while wanted:
        border = wanted.pop()
        border.engine.complete_sums(border.tally)
        yield border


def _lend_room(before: Engine, engine: Engine, *, leads: bool) -> None:
    """Let an engine write where the one that ran before it has done so: it is read no more.

    What it writes during a day, and has copied at its end, is some 10 MiB of each point.
    """
    from sim.engine.compiled.engine import CompiledEngine

    assert isinstance(before, CompiledEngine)
    if not isinstance(engine, CompiledEngine):
        return
    engine.left, engine.kept_next = before.left, before.kept_next
    if engine.most_lines == before.most_lines:
        engine.plaza = before.plaza
    if not leads and engine.today.line.shape == before.today.line.shape:
        engine.today = before.today


def run_together(
    runs: Sequence[tuple[Point, int]], leader: Point | None = None, *, hours: Sequence[bool] = ()
) -> Iterator[Result]:
    """Run replications of several points in step, and make the tables of each.

    Each result is the one that `run_replication` gives, byte for byte; without rows by port and
    hour or date where ``hours`` says that they are not wanted.
    """
    repeats = any(number != point.traffic_of(number) for point, number in runs)
    for k, border in enumerate(run_in_step(runs, leader, hours=hours)):
        yield _result(border, hours=hours[k] if hours else True, is_read=repeats)


def run_replication(point: Point, replication: int) -> Result:
    """Run a replication and make its tables.

    The same point and number give the same tables, byte for byte.
    """
    return _result(run_border(point, replication))


def _result(border: Border, *, hours: bool = True, is_read: bool = False) -> Result:
    record = border.record()
    hours = hours and not isinstance(border, Repetition)
    if not is_read:  # repetitions read the traffic of another border
        border.let_go()
    return result_of(record, certify(record), hours=hours)
