"""A day at a port, minute by minute, says what the engine's own sums say."""

import datetime

import numpy as np
import pytest

from sim.errors import InputError
from sim.parameters import Parameters
from sim.scenario.intervention import BASELINE, Intervention, Scenario
from sim.scenario.point import Point
from sim.study.port_day import minute_means, port_day


def point(ports: tuple[str, ...] = ("emerson",), scenario: Scenario = BASELINE) -> Point:
    return Point(
        parameters=Parameters(),
        scenario=scenario,
        ports=ports,
        year=2005,
        start=datetime.date(2005, 7, 8),
        days=1,
        seed=1,
        engine="compiled",
    )


def test_minute_means_share_out_the_time_of_spans() -> None:
    spans = [(86400.0 + 30.0, 86400.0 + 150.0), (86400.0, 86400.0 + 60.0), (0.0, 86400.0 + 15.0)]
    means = minute_means(spans, 86400.0)
    assert means[:4] == pytest.approx([0.5 + 1.0 + 0.25, 1.0, 0.5, 0.0])
    assert means[4:].sum() == pytest.approx(0.0, abs=1e-6)


def test_a_day_has_every_minute_of_every_line_and_task() -> None:
    day = port_day(point())
    counts = day.groupby(["quantity", "part"]).size()
    assert set(counts) == {1440}
    assert {part for quantity, part in counts.index if quantity == "officers"} == {
        "primary", "clearance", "examination", "ready"
    }  # fmt: skip
    assert (day["value"] >= 0).all()


def test_officers_by_task_add_up_to_those_on_shift() -> None:
    day = port_day(point())
    officers = day[day["quantity"] == "officers"].groupby("minute")["value"].sum().to_numpy()
    booths = day[day["quantity"] == "booths_open"].groupby("minute")["value"].sum().to_numpy()
    assert (officers >= booths - 1e-6).mean() > 0.98  # a booth that has closed finishes its vehicle
    assert np.median(np.abs(officers - np.round(officers))) < 1e-6


def test_where_the_port_is_closed_nobody_comes() -> None:
    from sim.scenario.intervention import Where

    closing = Intervention("port", "close", True, Where(ports=("emerson",)))
    day = port_day(point(scenario=Scenario("closed", interventions=(closing,))))
    assert day["value"].sum() == 0.0


def test_a_day_is_shown_at_one_port_only() -> None:
    with pytest.raises(InputError, match="1 port, not at 2"):
        port_day(point(("emerson", "sarnia")))
