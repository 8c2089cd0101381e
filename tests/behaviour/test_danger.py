"""Armed and dangerous subjects: what arming and police at the ports change, and nothing else."""

import dataclasses

import pytest

from sim.model.border import Border
from sim.scenario.reading import read
from tests.behaviour.scene import (
    FEW,
    attempts_of,
    border,
    delay_h,
    lane_sum,
    numbers,
    officer_h,
    point,
    same_tallies,
    setting,
)
from tests.equality.twins import same_decisions

DANGEROUS = {"danger.lookouts_per_year": 20_000.0, "danger.port_runners_per_year": 20_000.0}
SAFE = {"danger.lookouts_per_year": 0.0}
NO_COURSES = {"staffing.arming_course_weeks": 0.0}
BASELINE, ARMING, POLICE = read("baseline"), read("arm_officers"), read("rcmp_at_ports")
ALL_ARMED = setting("staffing.armed_target_share", 1.0)


def withdrawals(of: Border) -> set[tuple[int, float, float]]:
    return {(w.port, w.start_s, w.end_s) for w in of.danger.withdrawals}


def test_withdrawals_close_ports_lose_trips_and_lengthen_waits() -> None:
    safe, dangerous = (border(point(FEW, 20, BASELINE, some)) for some in (SAFE, DANGEROUS))
    assert safe.danger.tally.withdrawals == 0
    assert len(withdrawals(dangerous)) == dangerous.danger.tally.withdrawals > 50
    mean_wait_s = [lane_sum(b, "wait_s") / lane_sum(b, "released") for b in (safe, dangerous)]
    assert mean_wait_s[1] > 1.02 * mean_wait_s[0]
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
    base, other = (border(point(FEW, 20, s, SAFE, NO_COURSES)) for s in (BASELINE, scenario))
    assert same_tallies(base, other)
    assert same_decisions(base, other)
    assert attempts_of(base).tobytes() == attempts_of(other).tobytes()


def test_with_withdrawals_prevented_the_border_is_that_of_a_safe_year() -> None:
    safe = border(point(FEW, 20, BASELINE, SAFE))
    armed = border(point(FEW, 20, ALL_ARMED, DANGEROUS))
    assert same_tallies(safe, armed)
    assert same_decisions(safe, armed)


def test_courses_are_what_arming_costs_in_waits() -> None:
    base, courses = (border(point(FEW, 20, s, SAFE)) for s in (BASELINE, ARMING))
    # A tenth of the officers a year, three weeks each: 0.6 % away.
    missing = 1.0 - officer_h(courses, "shift_s") / officer_h(base, "shift_s")
    assert 0.0 < missing < 0.02
    assert delay_h(base) < delay_h(courses) < 1.2 * delay_h(base)
    seized = [numbers(point(FEW, 20, s, SAFE))["true_detection_share"] for s in (BASELINE, ARMING)]
    assert seized[1] == pytest.approx(seized[0], rel=0.01)


def test_the_roll_out_takes_its_ten_years() -> None:
    of = border(point(FEW, 5, ARMING))
    # Begun on 1 January 2003; the run ends on 5 July 2005.
    assert of.workforce.armed_share == pytest.approx(2.51 / 10.0, abs=0.005)
    quick = dataclasses.replace(ARMING, name="quick")
    half = border(point(FEW, 5, quick, {"staffing.arming_years": 2.0}))
    assert half.workforce.armed_share == 1.0


def test_a_withdrawal_holds_those_in_line_and_loses_none_of_them() -> None:
    of = border(point(("coutts",), 20, BASELINE, {"danger.lookouts_per_year": 1e5}))
    assert of.danger.tally.withdrawals > 20
    line = of.tally.line.sum(axis=0)
    where, _ = of.engine.still_in_line()
    assert line[0] == line[1] + len(where)
