"""Armed and dangerous subjects: what arming and police at the ports change."""

import dataclasses

import numpy as np
import pytest

from sim.model.border import Border
from sim.model.conditions import Conditions
from sim.model.port.inspection_rates import carried_out_share
from sim.model.smuggling.organisation import chance_of_arrest
from sim.parameters import Parameters
from sim.scenario.intervention import Scenario
from sim.scenario.reading import read
from tests.behaviour.scene import (
    FEW,
    JULY,
    attempts_of,
    border,
    delay_h,
    lane_sum,
    numbers,
    officer_h,
    parameters,
    point,
    same_tallies,
    setting,
    whole_table,
)
from tests.equality.twins import same_decisions

DANGEROUS = {"danger.lookouts_per_year": 20_000.0, "danger.port_runners_per_year": 20_000.0}
SAFE = {"danger.lookouts_per_year": 0.0}
NO_COURSES = {"staffing.arming_course_weeks": 0.0}
NO_MORE_SEARCHES = {"inspection.slack_to_search": 0.0}
# Nobody is let pass, nobody runs, and police do not add to an arrest.
FEARLESS = {
    "inspection.avoided_share": 0.0,
    "danger.runs_share": 0.0,
    "smuggling.police_arrest_share": 0.1,
}
BASELINE, ARMING, POLICE = read("baseline"), read("arm_officers"), read("rcmp_at_ports")
ALL_ARMED = setting("staffing.armed_target_share", 1.0)
# Police are there a fiftieth of the time, and else come after 45 minutes on average.
ALONE, UNMET = (0.98 * np.exp(-minutes / 45.0) for minutes in (10.0, 8.0))
# Many trips, on routes that do not change.
STEADY = {"smuggling.firearms_per_year": 400_000.0, "smuggling.adversary": "static"}


def withdrawals(of: Border) -> set[tuple[int, float, float]]:
    return {(w.port, w.start_s, w.end_s) for w in of.danger.withdrawals}


def test_withdrawals_close_ports_lose_trips_and_lengthen_waits() -> None:
    safe, dangerous = (border(point(FEW, 20, BASELINE, some)) for some in (SAFE, DANGEROUS))
    assert safe.danger.tally.withdrawals == 0
    assert len(withdrawals(dangerous)) == dangerous.danger.tally.withdrawals > 50
    mean_wait_s = [lane_sum(b, "wait_s") / lane_sum(b, "released") for b in (safe, dangerous)]
    assert mean_wait_s[1] > 1.01 * mean_wait_s[0]
    assert safe.diversion.tally.lost == safe.diversion.tally.diverted == 0
    assert dangerous.diversion.tally.lost > 1000
    assert dangerous.diversion.tally.diverted > 100
    subjects, met = dangerous.danger.tally.subjects, dangerous.danger.tally.subjects_met
    assert subjects > dangerous.danger.tally.withdrawals
    assert 0 < met < subjects


@pytest.mark.parametrize("scenario", [ARMING, ALL_ARMED, POLICE], ids=lambda s: s.name)
def test_they_prevent_some_withdrawals_and_cause_none(scenario: object) -> None:
    base, other = (border(point(FEW, 20, s, DANGEROUS)) for s in (BASELINE, scenario))
    assert withdrawals(other) < withdrawals(base)
    assert other.danger.tally.subjects == base.danger.tally.subjects
    assert other.danger.tally.subjects_met > base.danger.tally.subjects_met


def test_armed_officers_never_withdraw_and_do_not_catch_runners() -> None:
    base, armed = (border(point(FEW, 20, s, DANGEROUS)) for s in (BASELINE, ALL_ARMED))
    assert withdrawals(armed) == set()
    assert armed.danger.tally.subjects_met == armed.danger.tally.subjects
    assert armed.danger.tally.runners_met == base.danger.tally.runners_met > 0


def test_police_meet_more_runners() -> None:
    base, police = (border(point(FEW, 20, s, DANGEROUS)) for s in (BASELINE, POLICE))
    assert police.danger.tally.runners == base.danger.tally.runners
    assert police.danger.tally.runners_met > 2 * base.danger.tally.runners_met


@pytest.mark.parametrize("scenario", [ARMING, ALL_ARMED, POLICE], ids=lambda s: s.name)
def test_where_nobody_dangerous_comes_every_vehicle_is_the_same(scenario: object) -> None:
    base, other = (
        border(point(FEW, 20, s, SAFE, NO_COURSES, FEARLESS, NO_MORE_SEARCHES))
        for s in (BASELINE, scenario)
    )
    assert same_tallies(base, other)
    assert same_decisions(base, other)
    assert attempts_of(base).tobytes() == attempts_of(other).tobytes()


def test_with_withdrawals_prevented_the_border_is_that_of_a_safe_year() -> None:
    safe = border(point(FEW, 20, BASELINE, SAFE, FEARLESS, NO_COURSES))
    armed = border(point(FEW, 20, ALL_ARMED, DANGEROUS, FEARLESS, NO_COURSES))
    assert same_tallies(safe, armed)
    assert same_decisions(safe, armed)


def test_courses_are_what_arming_costs_in_waits() -> None:
    same = {**FEARLESS, **NO_MORE_SEARCHES}
    base, courses = (border(point(FEW, 20, s, SAFE, same)) for s in (BASELINE, ARMING))
    # A tenth of the officers a year, three weeks each: 0.6 % away.
    missing = 1.0 - officer_h(courses, "shift_s") / officer_h(base, "shift_s")
    assert 0.0 < missing < 0.02
    assert delay_h(base) < delay_h(courses) < 1.2 * delay_h(base)
    seized = [
        numbers(point(FEW, 20, s, SAFE, same))["true_detection_share"] for s in (BASELINE, ARMING)
    ]
    assert seized[1] == pytest.approx(seized[0], rel=0.01)


def test_the_roll_out_takes_its_ten_years() -> None:
    of = border(point(FEW, 5, ARMING))
    # Begun on 1 January 2003; the run ends on 5 July 2005. Who left meanwhile was armed or not.
    assert of.plans.force.armed_share == pytest.approx((1 - np.exp(-0.05 * 2.51)) / 0.5, abs=0.005)
    quick = dataclasses.replace(ARMING, name="quick")
    half = border(point(FEW, 5, quick, {"staffing.arming_years": 2.0}))
    assert half.plans.force.armed_share == pytest.approx(0.99, abs=0.005)


def test_a_withdrawal_holds_those_in_line_and_loses_none_of_them() -> None:
    of = border(point(("coutts",), 20, BASELINE, {"danger.lookouts_per_year": 1e5}))
    assert of.danger.tally.withdrawals > 20
    line = of.tally.line.sum(axis=0)
    where, _ = of.engine.still_in_line()
    assert line[0] == line[1] + len(where)


def test_unarmed_officers_alone_let_some_pass_and_some_run() -> None:
    """By the parameters: none where all are armed, fewer the sooner police come."""
    ports = whole_table()
    for changes, armed, wanted in (
        ({"inspection.avoided_share": 0.2, "danger.runs_share": 0.0}, 1.0, 1.0),
        ({"inspection.avoided_share": 0.2, "danger.runs_share": 0.0}, 0.5, 1.0 - 0.2 * 0.5 * ALONE),
        ({"inspection.avoided_share": 0.2, "danger.runs_share": 0.0}, 0.0, 1.0 - 0.2 * ALONE),
        ({"inspection.avoided_share": 0.0, "danger.runs_share": 0.05}, 0.0, 1.0 - 0.05 * UNMET),
    ):
        known = parameters(changes)
        snapshot = Conditions(ports, ports, known, BASELINE, JULY).at(0.0)
        assert carried_out_share(snapshot, armed) == pytest.approx(wanted)
    police = Conditions(ports, ports, parameters({}), POLICE, JULY).at(0.0)
    usual = Conditions(ports, ports, parameters({}), BASELINE, JULY).at(0.0)
    more = carried_out_share(police, 0.0) - carried_out_share(usual, 0.0)
    assert np.count_nonzero(more > 0.0) == 30
    assert np.all(more >= 0.0)


@pytest.mark.parametrize("scenario", [ALL_ARMED, POLICE], ids=lambda s: s.name)
def test_arms_and_police_stop_more_where_some_were_let_pass(scenario: Scenario) -> None:
    feared = {**SAFE, "inspection.avoided_share": 0.3, "danger.runs_share": 0.05}
    same = {**SAFE, **FEARLESS}
    for terms, gains in ((feared, True), (same, False)):
        base, other = (
            numbers(point(FEW, 20, s, terms, NO_COURSES, STEADY))["true_detection_share"]
            for s in (BASELINE, scenario)
        )
        assert (other > base) if gains else (other == base)


def test_police_add_to_the_arrest_of_couriers() -> None:
    smuggling = Parameters().smuggling
    shares = [chance_of_arrest(present, smuggling) for present in (0.0, 0.5, 1.0)]
    assert shares == pytest.approx([0.1, 0.15, 0.2])
    trips = border(point(FEW, 20, POLICE, STEADY)).attempts_of_day.trips
    at_port = {trip.arrest_share for trip in trips if trip.route.kind == "port"}
    on_the_line = {trip.arrest_share for trip in trips if trip.route.kind == "between_ports"}
    assert at_port == {0.1 + 0.1 * 0.5, 0.1 + 0.1 * 0.02}
    assert on_the_line == {0.2}
