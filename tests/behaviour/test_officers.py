"""More officers, and officers who are away: waits follow."""

import dataclasses
import datetime
import itertools

import numpy as np
import pytest

from sim.numerics.units import Floats
from sim.scenario.intervention import BASELINE
from sim.scenario.reading import read
from tests.behaviour.scene import (
    FEW,
    JULY,
    NOBODY_HURRIES,
    NOBODY_IS_REFERRED,
    NOBODY_SMUGGLES,
    SMALL,
    border,
    delay_h,
    lane_sum,
    numbers,
    officer_h,
    point,
    vehicles,
)


def scaled(scale: float) -> dict[str, float]:
    """More officers, all of whom open booths: else the superintendent spares them."""
    return {"staffing.officers_scale": scale, "staffing.booth_load": 0.1}


@pytest.mark.parametrize("scale", [1.3, 2.0])
def test_no_vehicle_of_a_single_line_waits_longer_for_more_officers(scale: float) -> None:
    quiet = (NOBODY_SMUGGLES, NOBODY_IS_REFERRED, NOBODY_HURRIES)
    few = vehicles(point(SMALL, 10, read("baseline"), *quiet))
    more = vehicles(point(SMALL, 10, read("baseline"), *quiet, scaled(scale)))
    assert few.keys() == more.keys()
    before, after = (np.array([cars[key] for key in few]) for cars in (few, more))
    assert np.array_equal(before[:, 0], after[:, 0])
    saved_s = before[:, 1] - after[:, 1]
    assert saved_s.min() >= -1e-6
    assert saved_s.sum() > 0.2 * np.sum(before[:, 1] - before[:, 0])


@pytest.mark.parametrize("replication", range(3))
def test_waits_in_total_fall_with_every_step_of_more_officers(replication: int) -> None:
    waits = [
        delay_h(border(point(FEW, 20, read("baseline"), scaled(scale)), replication))
        for scale in (0.9, 1.0, 1.1, 1.3, 1.6, 2.0)
    ]
    assert all(fewer > more for fewer, more in itertools.pairwise(waits)), waits
    assert waits[-1] < 0.3 * waits[1]


def test_beyond_the_booths_that_exist_officers_change_nothing() -> None:
    quiet = (NOBODY_SMUGGLES, NOBODY_IS_REFERRED, {"primary.cv": 0.0, "primary.car_s": 1.0})
    plenty = [border(point(SMALL, 5, read("baseline"), *quiet, scaled(scale))) for scale in (5, 10)]
    assert delay_h(plenty[0]) == delay_h(plenty[1])
    assert delay_h(plenty[0]) / lane_sum(plenty[0], "released") < 30.0 / 3600.0


def test_officers_away_lengthen_waits() -> None:
    here, away = (
        border(point(FEW, 20, read("baseline"), {"staffing.absent_share": share}))
        for share in (0.0, 0.2)
    )
    assert officer_h(away, "shift_s") < 0.85 * officer_h(here, "shift_s")
    assert delay_h(away) > 1.5 * delay_h(here)


def test_training_costs_officers_first_and_raises_skill_after() -> None:
    training = read("better_training")
    first, later = datetime.date(2005, 1, 3), datetime.date(2006, 7, 3)
    during, during_base, after, after_base = (
        border(point(FEW, 14, scenario, {"smuggling.adversary": "static"}, start=start))
        for start in (first, later)
        for scenario in (training, read("baseline"))
    )
    # Two weeks of 52 off the line: 3.8 % fewer officers (shifts are whole officers).
    missing = 1.0 - officer_h(during, "shift_s") / officer_h(during_base, "shift_s")
    assert 0.02 < missing < 0.06
    assert delay_h(during) > delay_h(during_base)
    assert during.plans.force.trained_share < 0.05
    chance, chance_base = (
        np.mean([row["p_found_if_in_time"] for row in b.attempts[: b.attempts_of_day.count]])
        for b in (during, during_base)
    )
    # Those who are left hurry more often under a long line.
    assert chance == pytest.approx(chance_base, rel=0.08)
    assert chance <= chance_base

    # In half a year some have left, and half of the recruits have had the course.
    assert after.plans.force.trained_share == pytest.approx(0.9875, abs=0.004)
    base_h = officer_h(after_base, "shift_s")
    assert officer_h(after, "shift_s") == pytest.approx(base_h, rel=0.004)
    chance, chance_base = (
        np.mean([row["p_found_if_in_time"] for row in b.attempts[: b.attempts_of_day.count]])
        for b in (after, after_base)
    )
    assert chance > 1.1 * chance_base


def test_more_officers_come_through_recruitment_and_not_at_once() -> None:
    ordered_now = dataclasses.replace(
        read("more_officers"),
        interventions=tuple(
            dataclasses.replace(intervention, start=JULY)
            for intervention in read("more_officers").interventions
        ),
    )
    at_once, two_years = (
        officer_h(border(point(FEW, 20, scenario)), "shift_s")
        for scenario in (ordered_now, read("more_officers"))
    )
    assert at_once == officer_h(border(point(FEW, 20)), "shift_s")
    assert two_years == pytest.approx(1.1 * at_once, rel=0.03)


def test_a_date_has_the_same_workforce_in_a_run_that_begins_later() -> None:
    training = read("better_training")
    (change,) = {intervention.start for intervention in training.interventions}
    assert change is not None
    begun, later = (
        border(point(SMALL, days, training, start=change + datetime.timedelta(days=after))).plans
        for days, after in ((6, 0), (1, 5))
    )
    assert begun.force.trained_share > 0.0
    for name in ("trained_share", "away_share", "strength"):
        assert getattr(later.force, name) == pytest.approx(getattr(begun.force, name), rel=1e-12)


def test_examinations_done_rise_with_officers_and_nothing_else_is_ordered() -> None:
    base, more = (
        numbers(point(FEW, 20, scenario, {"inspection.slack_to_search": 0.0}))
        for scenario in (read("baseline"), read("more_officers"))
    )
    # Shorter lines turn fewer away.
    assert more["arrivals"] == pytest.approx(base["arrivals"], rel=0.002)
    assert more["trips_turned_round"] <= base["trips_turned_round"]
    assert more["examinations_ordered"] == pytest.approx(base["examinations_ordered"], rel=0.005)
    assert more["examinations"] > base["examinations"]
    assert more["examinations_released"] < base["examinations_released"]


def test_absence_takes_as_many_searches_where_the_traffic_is_a_sample() -> None:
    """Officers are those of all vehicles: a sample once left them no time at all."""

    def searches(sample: float) -> Floats:
        plans = border(point(FEW, 1, BASELINE, {"traffic.sample_share": sample})).plans
        return plans.searches(0, plans.conditions.at(0.0), 0.95, 1.0, 0.02)

    whole = searches(1.0)
    assert np.all(whole < 1.0)
    np.testing.assert_allclose(searches(0.01), whole, rtol=1e-6)
