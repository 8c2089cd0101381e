"""Capacity keeps still, drivers react by class, and ports can be closed to a class."""

import dataclasses
import datetime
from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputError
from sim.model.border import Border
from sim.model.conditions import Conditions
from sim.parameters import PARAMETER, Parameters, with_values
from sim.places.on_record import (
    MARGINAL,
    READINGS,
    TOLERANCE,
    TRADE_BOOTH_LOAD,
    booths_on_record,
    factors,
    figures,
    ratios_on_record,
)
from sim.places.ports import read_ports
from sim.records import DATE_COLUMNS, RELEASED, WAIT_S
from sim.replication import run_border, run_replication
from sim.scenario.intervention import Intervention, Scenario, Where
from sim.scenario.point import Point, check_point
from sim.scenario.reading import read
from sim.study.fit_capacity import longest_waits
from tests.behaviour.scene import (
    NOBODY_SMUGGLES,
    Changes,
    border,
    lane_sum,
    point,
    setting,
    whole_table,
)

CARS, TRUCKS = [0, 1], [2, 3]
LARGE = ("fort-erie", "lansdowne", "queenston", "sarnia", "windsor-ambassador")
ROUND_WINDSOR = (
    "fort-erie",
    "queenston",
    "sarnia",
    "sombra",
    "windsor-ambassador",
    "windsor-tunnel",
)
TUESDAY = datetime.date(2005, 7, 12)
AMBASSADOR = Where(ports=("windsor-ambassador",))


def by_date(of: Border, column: str, lanes: list[int]) -> np.ndarray:
    """Sum over lanes, by day and port."""
    return of.by_date[:, :, lanes, DATE_COLUMNS.index(column)].sum(axis=2)


def mean_wait(of: Border, lanes: list[int], axis: tuple[int, ...]) -> np.ndarray:
    sums = of.tally.lane[..., lanes, :].sum(axis=3)
    served = sums[..., RELEASED].sum(axis=axis)
    return sums[..., WAIT_S].sum(axis=axis) / np.maximum(served, 1.0) / 60.0


# ---------------------------------------------------------------- capacity with inertia


def test_traffic_that_changes_changes_neither_officers_nor_booths() -> None:
    base = border(point(LARGE, 1, Scenario("none"), NOBODY_SMUGGLES))
    fewer = border(
        point(LARGE, 1, Scenario("none"), NOBODY_SMUGGLES, {"traffic.volume_scale": 0.5})
    )
    at = point(LARGE, 1, Scenario("none"), NOBODY_SMUGGLES)
    later = run_border(dataclasses.replace(at, year=2020), 0)
    for other in (fewer, later):
        assert lane_sum(other, "arrivals") < 0.9 * lane_sum(base, "arrivals")
        assert np.array_equal(other.layout.booths, base.layout.booths)
        assert np.array_equal(other.plans.facilities.rostered, base.plans.facilities.rostered)


def test_another_year_to_plan_for_makes_another_roster() -> None:
    other: Changes = {"staffing.roster_year": 2024}
    base, later = (border(point(LARGE, 1, Scenario("none"), c)) for c in ({}, other))
    assert not np.array_equal(later.plans.facilities.rostered, base.plans.facilities.rostered)


def test_booths_on_record_hold_from_their_year() -> None:
    ids = np.array(["douglas", "sarnia"])
    assert booths_on_record(ids, 2005)[0, 0] == 7
    assert booths_on_record(ids, 2008)[0, 0] == 7
    assert booths_on_record(ids, 2019)[0, 0] == 10
    assert np.isnan(booths_on_record(ids, 2019)[1]).all()
    assert all(figure.source for figure in figures())


def test_ports_differ_by_a_factor_with_the_stated_spread() -> None:
    ids = read_ports(2005).ids
    drawn = np.log(factors(ids, 0.5, 1))
    assert drawn.std() == pytest.approx(0.5, rel=0.2)
    assert not np.array_equal(factors(ids, 0.5, 2), factors(ids, 0.5, 1))
    assert np.all(factors(ids, 0.5, 0) == 1.0)


def test_what_is_estimated_of_a_bridge_holds_for_the_years_near_the_record() -> None:
    ids = np.array(["sarnia", "queenston"])
    drawn = factors(ids, 0.5, 1, year=2021)
    estimated = factors(ids, 0.5, 1, year=2005)
    assert estimated[0, 1] == 1.0 != drawn[0, 1]
    assert np.array_equal(estimated[1], drawn[1])
    for year, ratio in ((2005, 0.7), (2021, 1.0)):
        assert ratios_on_record(ids, TRADE_BOOTH_LOAD, year).tolist() == [ratio, 1.0]


def test_papers_of_trucks_at_ambassador_are_those_on_record_until_2007() -> None:
    ports = read_ports(2005).select(("sarnia", "windsor-ambassador"))
    share = PARAMETER.inspection.paperwork_truck_share
    change = Intervention(str(share), "scale", 0.5)
    for year, ratio in ((2005, 3.07), (2008, 1.0)):
        start = datetime.date(year, 1, 1)
        for scenario, factor in (
            (Scenario("none"), 1.0),
            (Scenario("half", interventions=(change,)), 0.5),
        ):
            at = Conditions(ports, ports, Parameters(), scenario, start).at(0.0).at_ports(share)
            assert at == pytest.approx(np.array([0.05, 0.05 * ratio]) * factor)
    southbound = with_values(Parameters(), {"traffic.direction": "southbound"})
    at = Conditions(ports, ports, southbound, Scenario("none"), datetime.date(2005, 1, 1)).at(0.0)
    assert np.all(at.at_ports(share) == 0.05)


def test_rosters_follow_season_and_week_only_within_bounds() -> None:
    rostered = border(point(LARGE, 1)).plans.facilities.rostered
    noon = rostered[:, :5, :, :, 12]
    month = noon.mean(axis=1) / noon.mean(axis=(0, 1))
    assert np.all(np.abs(month - 1.0) <= 0.13)
    weekday = noon.mean(axis=0) / noon.mean(axis=(0, 1))
    assert np.all(np.abs(weekday - 1.0) <= 0.13)


@pytest.fixture(scope="module")
def year() -> Border:
    at = point(LARGE, 364, Scenario("none"), NOBODY_SMUGGLES, start=datetime.date(2005, 1, 1))
    return run_border(at, 0)


def test_cars_wait_longer_in_summer_at_every_port_and_trucks_hardly(year: Border) -> None:
    months = np.array(
        [(datetime.date(2005, 1, 1) + datetime.timedelta(d)).month for d in range(364)]
    )
    waits = {}
    for name, lanes in (("cars", CARS), ("trucks", TRUCKS)):
        wait_s, served = by_date(year, "wait_s", lanes), by_date(year, "released", lanes)
        waits[name] = np.array(
            [
                wait_s[months == m].sum(axis=0) / served[months == m].sum(axis=0)
                for m in range(1, 13)
            ]
        )
    # Agency charts of 2003-08: longest in July and August.
    record = np.array([0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0], float)
    for port in range(len(LARGE)):
        assert np.corrcoef(waits["cars"][:, port], record)[0, 1] > 0.0, LARGE[port]
    summer = [
        waits[name][6:8].mean() / waits[name][[0, 1, 2]].mean() for name in ("cars", "trucks")
    ]
    assert summer[0] > 1.2 > summer[1]


def test_cars_wait_longer_from_friday_to_sunday(year: Border) -> None:
    sums = year.tally.lane[..., CARS, :].sum(axis=(1, 2, 3))
    early, late = sums[:4].sum(axis=0), sums[4:].sum(axis=0)
    assert late[WAIT_S] / late[RELEASED] > early[WAIT_S] / early[RELEASED]


@pytest.mark.parametrize("lanes", [CARS, TRUCKS])
def test_no_hour_has_a_peak_that_only_a_change_of_shift_explains(
    year: Border, lanes: list[int]
) -> None:
    hours = mean_wait(year, lanes, (0, 1))
    beside = (np.roll(hours, 1) + np.roll(hours, -1)) / 2.0
    assert np.all(hours < 1.3 * beside + 0.5), hours.round(1)


def test_trucks_do_not_wait_at_night_for_want_of_an_officer(year: Border) -> None:
    """A whole officer stands in the lane for trusted trucks, and the others keep theirs."""
    hours = mean_wait(year, TRUCKS, (0,))  # port, hour
    night, day = hours[:, :5].mean(axis=1), hours[:, 9:20].mean(axis=1)
    assert np.all(night < 1.3 * day), dict(zip(LARGE, (night / day).round(2), strict=True))


def test_most_vehicles_wait_a_little_and_few_wait_long(year: Border) -> None:
    waits = year.tally.waits[..., CARS, :].sum(axis=(0, 1, 2, 3))
    assert waits[:2].sum() / waits.sum() < 0.45  # under a minute: more than half before


# ---------------------------------------------------------------- a day of work to rule


def test_a_day_of_work_to_rule_comes_out_at_four_of_five_bridges_and_cars_hardly_wait() -> None:
    (factor,) = {
        float(x.value)  # type: ignore[arg-type]
        for x in read("work_to_rule_2021").interventions
        if x.operation == "scale"
    }
    waits = np.mean([longest_waits(factor, k) for k in range(5)], axis=0)
    bridges = [i for i, one in enumerate(READINGS) if one.lane == "truck" and not one.fitted]
    near = [abs(waits[i] / READINGS[i].minutes - 1.0) <= TOLERANCE for i in bridges]
    assert sum(near) >= 4
    for cars, port in zip(waits[len(READINGS) :], MARGINAL, strict=True):
        truck = next(i for i in bridges if READINGS[i].port == port)
        assert cars < 0.3 * waits[truck]


# ---------------------------------------------------------------- controls and diversion


def closed(value: object, where: Where = AMBASSADOR) -> Scenario:
    return Scenario(
        "closed",
        interventions=(
            Intervention(
                "port",
                "close",
                value,
                where,
                TUESDAY,
                TUESDAY + datetime.timedelta(1),  # type: ignore[arg-type]
            ),
        ),
    )


@pytest.fixture(scope="module")
def bridge() -> tuple[Border, Border]:
    start = TUESDAY - datetime.timedelta(2)
    base, shut = (
        border(point(ROUND_WINDSOR, 7, scenario, NOBODY_SMUGGLES, start=start))
        for scenario in (Scenario("none"), closed("trucks"))
    )
    return base, shut


def test_trucks_of_a_closed_bridge_go_where_trucks_can(bridge: tuple[Border, Border]) -> None:
    base, shut = bridge
    before, after = (by_date(of, "arrivals", TRUCKS) for of in bridge)
    more = dict(zip(ROUND_WINDSOR, (after - before)[2], strict=True))
    lost = before[2, ROUND_WINDSOR.index("windsor-ambassador")]
    assert after[2, ROUND_WINDSOR.index("windsor-ambassador")] == 0.0
    assert more["windsor-tunnel"] == 0.0
    assert more["sombra"] == 0.0
    assert more["sarnia"] > 0.4 * lost
    # They come after the drive of two hours, not before.
    hours = [of.tally.lane[1, ROUND_WINDSOR.index("sarnia"), :, TRUCKS, 0].sum(0) for of in bridge]
    assert (hours[1] - hours[0])[0] == 0.0 < (hours[1] - hours[0])[2]
    assert more["sarnia"] > more["fort-erie"] + more["queenston"] > 0.0
    assert abs(after.sum() / before.sum() - 1.0) < 0.05
    # Its cars still cross.
    cars = [by_date(of, "arrivals", CARS)[2] for of in bridge]
    assert cars[1][ROUND_WINDSOR.index("windsor-ambassador")] > 0.9 * cars[0][4]
    assert base.point != shut.point


def test_a_port_closed_to_a_class_for_some_hours_keeps_its_other_vehicles() -> None:
    at = datetime.datetime.combine(TUESDAY, datetime.time())
    some = Scenario(
        "hours",
        interventions=(
            Intervention(
                "port", "close", "trucks", AMBASSADOR,
                at + datetime.timedelta(hours=8), at + datetime.timedelta(hours=12),
            ),
        ),
    )  # fmt: skip
    base, shut = (
        border(point(("sarnia", "windsor-ambassador"), 1, s, NOBODY_SMUGGLES, start=TUESDAY))
        for s in (Scenario("none"), some)
    )
    hours = [of.tally.lane[:, 1, :, :, 0].sum(axis=0) for of in (base, shut)]
    trucks = [h[:, TRUCKS].sum(axis=1) for h in hours]
    assert np.array_equal(trucks[0][:8], trucks[1][:8])
    assert np.array_equal(trucks[0][12:], trucks[1][12:])
    assert trucks[1][8:12].sum() == 0.0
    assert np.array_equal(hours[0][:, CARS], hours[1][:, CARS])


def test_booths_can_be_set_and_taken_away() -> None:
    base = border(point(("sarnia",), 2, Scenario("none"), NOBODY_SMUGGLES))
    one = border(point(("sarnia",), 2, setting("primary.truck_booths", 1), NOBODY_SMUGGLES))
    assert mean_wait(one, TRUCKS, (0, 1, 2)) > 5.0 * mean_wait(base, TRUCKS, (0, 1, 2))
    fewer = setting("primary.car_booths_added", -3, "add")
    taken = border(point(("sarnia",), 2, fewer, NOBODY_SMUGGLES))
    assert base.layout.booths.sum() - taken.layout.booths.sum() == 3


def test_long_lines_make_some_turn_round_cars_sooner_than_trucks() -> None:
    short: Changes = {**NOBODY_SMUGGLES, "staffing.officers_scale": 0.5}
    of = border(point(("sarnia",), 5, Scenario("none"), short))
    gone = [
        lane_sum(of, "gave_up", lane) / lane_sum(of, "arrivals", lane) for lane in ("car", "truck")
    ]
    waits = [mean_wait(of, lanes, (0, 1, 2)) for lanes in (CARS, TRUCKS)]
    assert gone[0] > 0.02
    assert gone[0] / waits[0] > gone[1] / waits[1]
    # Without patience to lose, the same lines are longer.
    stay = border(point(("sarnia",), 5, Scenario("none"), short, {"traffic.patience_min": 1e9}))
    assert mean_wait(stay, CARS, (0, 1, 2)) > waits[0]


def test_yesterdays_wait_lowers_todays_demand() -> None:
    slow = setting(
        "primary.car_s", 4.0, "scale", start=datetime.date(2005, 7, 1),
        end=datetime.date(2005, 7, 2),
    )  # fmt: skip
    forget: Changes = {"traffic.memory_share": 0.0, "traffic.returning_share": 0.0}
    recall: Changes = {"traffic.memory_share": 1.0, "traffic.returning_share": 0.0}
    come: Changes = {"traffic.memory_share": 0.0, "traffic.returning_share": 1.0}
    forgets, recalls, comes = (
        by_date(border(point(("sarnia",), 2, slow, NOBODY_SMUGGLES, c)), "arrivals", CARS)[1, 0]
        for c in (forget, recall, come)
    )
    assert recalls < 0.97 * forgets
    assert comes > 1.01 * forgets


def test_results_have_a_date() -> None:
    table = run_replication(point(("sarnia",), 3), 0).frame("port_days")
    assert sorted(table["date"].unique()) == ["2005-07-01", "2005-07-02", "2005-07-03"]
    assert {"car", "truck"} <= set(table["lane"])
    assert (table["mean_wait_min"] >= 0.0).all()
    hours = run_replication(point(("sarnia",), 3), 0).frame("port_hours")
    assert table["arrivals"].sum() == hours["arrivals"].sum()


# ---------------------------------------------------------------- bad input


def refused(at: Point, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        check_point(at, whole_table())
    assert "\n" not in str(caught.value)


def test_what_leaves_less_than_a_lane_is_refused() -> None:
    with pytest.raises(InputError, match="below 1 booth"):
        border(point(("sarnia",), 1, setting("primary.car_booths_added", -31, "add")))
    shut = setting("primary.truck_booths", 0)
    refused(point(("sarnia",), 1, shut), "truck_booths = 0 is below 1 booths")
    nobody = setting("staffing.officers_scale", 0.0, start=TUESDAY)
    refused(point(LARGE, 20, nobody), "less than 1 lane")


def test_a_diversion_with_nowhere_to_go_is_refused() -> None:
    two = ("windsor-ambassador", "windsor-tunnel")
    refused(point(two, 20, closed("trucks")), "its trucks have nowhere to go")
    check_point(point(two, 20, closed("cars")), whole_table())


def test_a_scenario_file_can_close_a_port_to_a_class(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "title: t\nsource: s\nsummary: s\nexpected: e\ninterventions:\n"
        "  - {parameter: port, operation: close, value: trucks, where: {ports: [sarnia]}}\n"
    )
    assert read("mine", tmp_path).interventions[0].value == "trucks"
    (tmp_path / "mine.yaml").write_text(
        "title: t\nsource: s\nsummary: s\nexpected: e\ninterventions:\n"
        "  - {parameter: port, operation: close, value: lorries, where: {ports: [sarnia]}}\n"
    )
    with pytest.raises(InputError, match="cars, trucks, buses"):
        read("mine", tmp_path)
