"""The smuggling repeated on recorded traffic: what it decides, and that it is the same anywhere."""

import dataclasses
import datetime

import numpy as np
import pytest
import simpy

from sim.engine.compiled import record
from sim.engine.compiled.engine import CompiledEngine
from sim.engine.recorded import RecordedTraffic
from sim.errors import InputError
from sim.model.border import Border, Engine, Repetition
from sim.model.day import World
from sim.numerics.units import Floats, Rows
from sim.records import Tally
from sim.replication import run_border, run_in_step, run_replication, run_together
from sim.results.certificate import certify
from sim.scenario.intervention import BASELINE, Intervention, Scenario, Where
from sim.scenario.point import Point
from tests.equality.fixed import parameters
from tests.equality.twins import same_decisions, whole_table

PORTS = (
    "abercorn", "aldergrove", "pacific-highway", "rainbow", "sarnia", "st-stephen",
    "windsor-tunnel",
)  # fmt: skip
DAYS = 6
START = datetime.date(2005, 7, 1)
MANY = Scenario(
    "many",
    interventions=(
        Intervention("inspection.selective_share", "set", 0.05),
        Intervention("database.link_everywhere", "set", True),
        Intervention("inspection.withdrawal_share", "set", 0.3),
        Intervention(
            "staffing.officers_scale", "set", 0.4, Where(ports=("sarnia",)),
            datetime.datetime(2005, 7, 2, 9, 30), datetime.datetime(2005, 7, 2, 20),
        ),
    ),
)  # fmt: skip


def base(
    scenario: Scenario = BASELINE, shared: int | None = 2, **rooms: dict[str, object]
) -> Point:
    """Seven ports of different kinds, with smuggling enough for every day, but not in the lines."""
    return Point(
        parameters(
            smuggling={
                "adversary": "static",
                "firearms_per_year": 8e5,
                "traveller_firearms_per_million": 5e3,
            },
            intelligence={"warm_up_days": 20},
            danger={"lookouts_per_year": 3e3},
            **rooms,
        ),
        scenario, PORTS, 2005, START, DAYS, 3, "compiled", traffic_replications=shared,
    )  # fmt: skip


class Twofold:
    """An engine that simulates a day, and decides on the same attempts by its record as well."""

    def __init__(self, world: World, tally: Tally) -> None:
        self.exact = CompiledEngine(world, records=True)
        self.recorded = RecordedTraffic(world, self.exact)
        self.attempts: Rows | None = None

    def run_day(self, plan, attempts):  # type: ignore[no-untyped-def]
        before = attempts.copy()
        self.exact.run_day(plan, attempts)
        if self.attempts is not None:
            before[: len(self.attempts)] = self.attempts
        self.attempts = before
        self.recorded.run_day(plan, self.attempts)

    def __getattr__(self, name: str) -> object:
        return getattr(self.exact, name)


def both_ways(point: Point, replication: int) -> tuple[Rows, Rows]:
    """What became of the same attempts, exactly and by the record."""

    def make(_: simpy.Environment, world: World, tally: Tally) -> Engine:
        return Twofold(world, tally)  # type: ignore[return-value]

    border = Border(point, whole_table(), replication, make)
    border.run()
    count = border.attempts_of_day.count
    engine = border.engine
    assert isinstance(engine, Twofold)
    assert engine.attempts is not None
    decided = (border.attempts["fate"][:count] > 0) & (engine.attempts["fate"][:count] > 0)
    assert decided.mean() > 0.95
    return border.attempts[:count][decided], engine.attempts[:count][decided]


def detection(attempts: Rows) -> Floats:
    """Every attempt's own probability of detection."""
    in_time = attempts["in_time"] > 0
    return np.asarray(
        attempts["p_found_on_lookout"] + attempts["p_found_if_in_time"] * in_time, float
    )


def disagreement(point: Point) -> tuple[float, float]:
    """Share of attempts with another fate, and the standardised difference of detection."""
    pairs = [both_ways(point, k) for k in range(2)]
    exact, recorded = (np.concatenate(rows) for rows in zip(*pairs, strict=True))
    assert len(exact) > 1000
    other = np.mean((exact["fate"] != recorded["fate"]) | (exact["reason"] != recorded["reason"]))
    difference = detection(recorded) - detection(exact)
    spread = max(float(difference.std()), 1e-12) / np.sqrt(len(difference))
    return float(other), float(difference.mean() / spread)


@pytest.mark.parametrize("scenario", [BASELINE, MANY], ids=lambda one: one.name)
def test_attempts_meet_by_the_record_what_they_meet_exactly(scenario: Scenario) -> None:
    other, apart = disagreement(base(scenario))
    assert other < 0.01
    assert abs(apart) < 3.0


def test_a_record_that_forgets_long_waits_in_secondary_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = record.met_on_day

    def forgetful(rows: record.Record, ports: int) -> record.Met:
        met = taken(rows, ports)
        return met._replace(start_s=met.join_s, free_s=met.join_s)

    monkeypatch.setattr("sim.engine.compiled.engine.met_on_day", forgetful)
    _, apart = disagreement(base(MANY))
    assert apart > 3.0


def same_tables(one, other) -> bool:  # type: ignore[no-untyped-def]
    """Whether two results are the same, byte for byte."""
    return all(
        one.frame(name).equals(other.frame(name))
        for name in ("summary", "port_hours", "officer_hours", "attempts")
    ) and str(one.certificate) == str(other.certificate)


def test_a_repetition_is_the_same_alone_and_in_step_with_other_points() -> None:
    points = [base(), base(MANY), base(Scenario("rates", interventions=MANY.interventions[1:2]))]
    runs = [(point, number) for point in points for number in (1, 3, 5)]
    together = list(run_together(runs))
    for (point, number), result in zip(runs, together, strict=True):
        if number > 1 or point is points[0]:
            assert same_tables(result, run_replication(point, number)), (point.label, number)
    some = [(points[1], 1), (points[1], 5), (points[2], 3)]
    without, *repetitions = run_together(some, leader=points[0], hours=[False] * 3)
    for result, k in zip(repetitions, (5, 7), strict=True):
        assert same_tables(result, together[k])
    for name in ("summary", "attempts"):
        assert without.frame(name).equals(together[3].frame(name))
    assert not any(map(len, (without.port_hours, without.officer_hours, without.port_days)))


def test_traffic_is_that_of_the_earlier_replication_and_smuggling_is_its_own() -> None:
    traffic, first, second = run_in_step([(base(), number) for number in (0, 2, 4)])
    alone = run_border(base(shared=None), 0)
    assert all(np.array_equal(a, b) for a, b in zip(traffic.tally, alone.tally, strict=True))
    assert same_decisions(traffic, alone)
    assert isinstance(first, Repetition)
    assert first.tally is second.tally is traffic.tally
    assert not same_decisions(first, second)
    # The draws of the smuggling are those of a replication with traffic of its own.
    exact = run_border(base(shared=None), 2)
    ids = [
        {trip.attempt_id: trip.load for trip in of.attempts_of_day.trips} for of in (first, exact)
    ]
    common = ids[0].keys() & ids[1].keys()
    assert len(common) > 0.9 * len(ids[1])
    assert np.mean([ids[0][name] == ids[1][name] for name in common]) > 0.95


def test_the_laws_hold_in_repetitions() -> None:
    for scenario in (BASELINE, MANY):
        for border in run_in_step([(base(scenario), 2), (base(scenario), 4)]):
            broken = [law for law in certify(border.record()) if not law["held"]]
            assert broken == []


def test_a_scenario_changes_what_repetitions_find_as_it_does_exactly() -> None:
    numbers = (2, 3)

    def found(scenario: Scenario, shared: int | None) -> float:
        borders = [run_border(base(scenario, shared), number) for number in numbers]
        chances = [detection(of.attempts[: of.attempts_of_day.count]) for of in borders]
        return float(np.concatenate(chances).mean())

    recorded, exact = (found(MANY, shared) / found(BASELINE, shared) for shared in (2, None))
    assert recorded > 1.1
    assert recorded == pytest.approx(exact, rel=0.1)


def test_the_reference_engine_repeats_nothing() -> None:
    point = dataclasses.replace(base(), engine="reference", days=1)
    with pytest.raises(InputError, match=r"run.traffic_replications = 2: replication 2"):
        run_border(point, 2)
