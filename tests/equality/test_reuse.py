"""Simulating once what is the same in two scenarios changes no result."""

import dataclasses
import datetime
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.engine.compiled import engine, reuse
from sim.engine.compiled.engine import CompiledEngine
from sim.engine.compiled.reuse import Inputs, same_ports
from sim.execute.task import plan
from sim.execute.worker import Job, carry_out
from sim.model.border import Border
from sim.numerics.units import Flags
from sim.replication import run_border, run_in_step, run_replication, run_together
from sim.scenario.intervention import BASELINE, Intervention, Scenario
from sim.scenario.point import Point
from sim.scenario.reading import names, read
from tests.equality.fixed import fixed_points, parameters
from tests.equality.test_engines import interventions, points
from tests.equality.twins import same_decisions

PORTS = ("abercorn", "pacific-highway", "rail-niagara", "sombra", "st-stephen", "windsor-tunnel")
FEW_DAYS = 3


def base(**rooms: dict[str, object]) -> Point:
    """Six ports of different kinds, with smuggling enough for every day."""
    return Point(
        parameters(
            smuggling={
                "firearms_per_year": 2e4,
                "traveller_firearms_per_million": 1e3,
                "price_cad": 3250.0,
                "acquisition_cad": 750.0,
                **rooms.pop("smuggling", {}),
            },
            # Searches in freed time would tell of officers and traffic by the rates too.
            inspection={"slack_to_search": 0.0, **rooms.pop("inspection", {})},
            intelligence={"warm_up_days": 30},
            **rooms,
        ),
        BASELINE, PORTS, 2005, datetime.date(2005, 7, 1), FEW_DAYS, 3, "compiled",
    )  # fmt: skip


def with_scenario(point: Point, *changes: Intervention) -> Point:
    return dataclasses.replace(point, scenario=Scenario("changed", interventions=changes))


def differences(ours: Border, alone: Border) -> list[str]:
    """What is not the same, to the last bit."""
    count = alone.attempts_of_day.count
    pairs = {
        **dict(zip(alone.tally._fields, zip(ours.tally, alone.tally, strict=True), strict=True)),
        "attempts": (ours.attempts[:count], alone.attempts[:count]),
        "in line": (ours.engine.still_in_line()[1], alone.engine.still_in_line()[1]),
        "inside": (ours.engine.attempts_inside(), alone.engine.attempts_inside()),
        "busy": (ours.engine.busy_after(0.0), alone.engine.busy_after(0.0)),
    }
    differing = [name for name, (one, two) in pairs.items() if not np.array_equal(one, two)]
    if not same_decisions(ours, alone):
        differing.append("decisions")
    return differing


def reused_share(border: Border) -> float:
    assert isinstance(border.engine, CompiledEngine)
    return float(border.engine.reused.mean() / border.point.days)


def check(group: list[Point], replication: int = 0) -> list[float]:
    """Compare a group with its points run alone; give the share of port-days taken over."""
    borders = list(run_in_step([(point, replication) for point in group]))
    for point, border in zip(group, borders, strict=True):
        assert differences(border, run_border(point, replication)) == [], point.scenario.name
    return [reused_share(border) for border in borders]


def test_every_scenario_file_has_the_results_that_it_has_alone() -> None:
    point = base()
    group = [point, *(dataclasses.replace(point, scenario=read(name)) for name in names())]
    shares = check(group)
    assert shares[0] == 0.0
    assert max(shares[1:]) == 1.0


def test_other_smugglers_meet_the_same_traffic() -> None:
    kinds = ("static", "threshold", "learning", "worst_case")
    shares = check([base(), *(base(smuggling={"adversary": kind}) for kind in kinds)])
    assert min(shares[1:]) > 0.2


@settings(suppress_health_check=list(HealthCheck), max_examples=20)
@given(points(), st.data())
def test_drawn_scenarios_have_the_results_that_they_have_alone(
    point: Point, data: st.DataObject
) -> None:
    drawn = interventions(point.ports, point.start, point.days)
    others = [Scenario("other", interventions=data.draw(drawn)) for _ in range(2)]
    without = dataclasses.replace(point, scenario=BASELINE)
    check([without, point, *(dataclasses.replace(point, scenario=one) for one in others)])


def outages() -> list[Intervention]:
    return [Intervention("staffing.officers_scale", "set", 0.3, start=at(12), end=at(14))]


def at(hour: int) -> datetime.datetime:
    return datetime.datetime(2005, 7, 1) + datetime.timedelta(hours=hour)


def test_a_chunk_of_two_points_takes_port_days_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares: list[float] = []

    def seen(*given: Any, **named: Any) -> Iterator[Border]:
        for border in run_in_step(*given, **named):
            shares.append(
                reused_share(border)
            )  # once its tables are written it lets go of the engine
            yield border

    monkeypatch.setattr("sim.replication.run_in_step", seen)
    change = Intervention("inspection.d_prime", "set", 3.0)
    tasks = list(plan([base(), with_scenario(base(), change)], 1))
    assert carry_out(tasks, Job(tmp_path / "store", "code")).done == 2
    assert [share > 0.2 for share in shares] == [False, True]


def test_what_fails_in_step_is_said_and_run_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object, **__: object) -> Iterator[Border]:
        raise RuntimeError("no border in step")

    monkeypatch.setattr("sim.replication.run_in_step", fails)
    point = dataclasses.replace(base(), ports=("abercorn",), days=1)
    tasks = list(plan([point, with_scenario(point, *outages())], 1))
    assert carry_out(tasks, Job(tmp_path / "store", "code")).done == 2
    (line,) = [record.getMessage() for record in caplog.records]
    assert "replication 0 and 1 others: RuntimeError: no border in step" in line


@pytest.mark.parametrize("hours", list(product((False, True), repeat=2)))
def test_sums_without_waits_by_hour_give_the_same_tables(hours: tuple[bool, bool]) -> None:
    """The second point has sums of its own from the second day on: they begin with the first's."""
    changes = (
        Intervention("staffing.officers_scale", "set", 0.3, start=at(34), end=at(60)),
        Intervention("inspection.d_prime", "set", 3.0),
    )
    runs = [(base(), 0), (with_scenario(base(), *changes), 0)]
    for wanted, run, result in zip(hours, runs, run_together(runs, hours=hours), strict=True):
        alone = run_replication(*run)
        assert str(result.certificate) == str(alone.certificate)
        for name in ("summary", "attempts", *(("port_hours", "officer_hours") if wanted else ())):
            assert result.frame(name).equals(alone.frame(name)), (run[0].label, name)


# For each input that could be forgotten: how to forget it, and a change that then goes unnoticed.
FORGOTTEN: dict[str, tuple[Callable[[Inputs, Inputs], Inputs], Point]] = {
    "officers": (
        lambda ours, theirs: theirs._replace(
            plan=theirs.plan._replace(officers=ours.plan.officers, trade=ours.plan.trade)
        ),
        with_scenario(base(), Intervention("staffing.officers_scale", "set", 0.5)),
    ),
    "rates": (
        lambda ours, theirs: theirs._replace(
            plan=theirs.plan._replace(rates=ours.plan.rates, row=ours.plan.row)
        ),
        with_scenario(base(), Intervention("inspection.selective_share", "set", 0.3)),
    ),
    "rates of lanes with traffic": (
        lambda ours, theirs: theirs._replace(
            plan=theirs.plan._replace(rates=ours.plan.rates, row=ours.plan.row)
        ),
        with_scenario(base(), Intervention("primary.truck_s", "scale", 2.0)),
    ),
    "rates about attempts": (
        lambda ours, theirs: theirs._replace(
            plan=theirs.plan._replace(rates=ours.plan.rates, row=ours.plan.row)
        ),
        with_scenario(
            base(smuggling={"adversary": "static"}), Intervention("inspection.d_prime", "set", 3.0)
        ),
    ),
    "arrival curves": (
        lambda ours, theirs: theirs._replace(
            plan=theirs.plan._replace(
                cumulative=ours.plan.cumulative, day_factor=ours.plan.day_factor
            )
        ),
        with_scenario(base(), Intervention("traffic.volume_scale", "scale", 1.1)),
    ),
    "added vehicles": (
        lambda ours, theirs: theirs._replace(added=ours.added, added_until=ours.added_until),
        base(smuggling={"adversary": "worst_case"}),
    ),
    "all that goes on over midnight": (
        lambda ours, theirs: theirs._replace(
            plan=theirs.plan._replace(
                cumulative=ours.plan.cumulative, day_factor=ours.plan.day_factor
            ),
            state=ours.state,
            inside=ours.inside,
            known=ours.known,
            inside_until=ours.inside_until,
            added=ours.added,
            added_until=ours.added_until,
        ),
        with_scenario(
            base(), Intervention("staffing.officers_scale", "set", 0.3, start=at(12), end=at(23))
        ),
    ),
    "officers at midnight": (
        lambda ours, theirs: theirs._replace(state=ours.state),
        with_scenario(
            base(), Intervention("primary.car_s", "scale", 3.0, start=at(23), end=at(24))
        ),
    ),
}


@pytest.mark.parametrize("name", FORGOTTEN)
def test_an_input_that_is_forgotten_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    forget, point = FORGOTTEN[name]
    leader = dataclasses.replace(point, scenario=BASELINE, parameters=base().parameters)
    check([leader, point])

    def forgetful(ours: Inputs, theirs: Inputs, layout: Flags) -> Flags:
        return same_ports(ours, forget(ours, theirs), layout)

    monkeypatch.setattr(engine, "same_ports", forgetful)
    with pytest.raises((AssertionError, ValueError)):
        check([leader, point])


@pytest.mark.parametrize(
    ("taken", "name"), [((True, False), "officers"), ((False, True), "arrival curves")]
)
def test_arrays_that_are_wrongly_taken_for_the_same_are_noticed(
    taken: tuple[bool, bool], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, point = FORGOTTEN[name]
    monkeypatch.setattr(reuse, "same_arrays", lambda ours, theirs: taken)
    with pytest.raises((AssertionError, ValueError)):
        check([dataclasses.replace(point, scenario=BASELINE), point])


def test_a_rule_of_every_kind_is_followed_in_step() -> None:
    for point in fixed_points():
        check([dataclasses.replace(point, scenario=BASELINE), point])
