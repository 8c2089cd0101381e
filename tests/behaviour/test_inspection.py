"""Searching: what is ordered, what officers find the time for, and what it finds."""

import itertools

import numpy as np
import pytest
from scipy import stats

from sim.model.port.referral import (
    DUTY,
    LOOKOUT,
    NOT_REFERRED,
    PAPERWORK,
    RANDOM,
    SELECTIVE,
    collection,
)
from sim.parameters import Duty
from sim.records import SEIZED
from sim.scenario.intervention import Scenario
from sim.scenario.reading import read
from tests.behaviour.scene import (
    FEW,
    LINKED,
    NOBODY_HURRIES,
    NOBODY_IS_REFERRED,
    NOBODY_SMUGGLES,
    SMALL,
    UNLINKED,
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

BASELINE = read("baseline")

# Every examination is short, begins at once and finds what is there.
KINDS = ("cursory", "full", "dog", "imaging", "intrusive")
CERTAIN = {
    **{f"inspection.{kind}_min": 0.5 for kind in KINDS},
    **{f"inspection.{kind}_find": 1.0 for kind in KINDS},
    "inspection.secondary_cv": 0.0,
    "inspection.examination_limit_min": 1440.0,
    "smuggling.deep_factor": 1.0,
    "staffing.officers_scale": 10.0,
}
MANY_SMUGGLE = {
    "smuggling.firearms_per_year": 1e6,
    "smuggling.load_mean": 1.0,
    "smuggling.traveller_firearms_per_million": 30_000.0,
    "smuggling.adversary": "static",
    "intelligence.identifies_share": 0.0,
}


@pytest.mark.parametrize("share", [0.05, 0.3, 1.0])
def test_without_skill_the_share_interdicted_is_the_share_searched(share: float) -> None:
    rules = {
        **NOBODY_IS_REFERRED,
        **NOBODY_HURRIES,
        **CERTAIN,
        **MANY_SMUGGLE,
        "inspection.d_prime": 0.0,
        "inspection.d_prime_traveller": 0.0,
        "inspection.avoided_share": 0.0,
        "danger.runs_share": 0.0,
        "inspection.selective_share": share,
        "inspection.selective_truck_share": share,
    }
    ended = border(point(SMALL, 15, BASELINE, rules))
    for kind in ("trafficking", "traveller"):
        attempts = attempts_of(ended, kind)
        decided = attempts[attempts["fate"] > 0]
        assert len(decided) > 200
        chance = decided["p_found_on_lookout"] + decided["p_found_if_in_time"] * (
            decided["in_time"] > 0
        )
        assert np.abs(chance - share).max() < 1e-9
        seized = (decided["fate"] == SEIZED).mean()
        assert abs(seized - share) <= 4.0 * np.sqrt(share * (1.0 - share) / len(decided)) + 1e-12
    searched = lane_sum(ended, "referred_selective") / lane_sum(ended, "released")
    assert searched == pytest.approx(share, abs=0.01)


def test_skill_finds_more_of_the_guilty_among_as_many_searches() -> None:
    blind, keen = (
        border(point(FEW, 20, BASELINE, MANY_SMUGGLE, {"inspection.d_prime": d})) for d in (0.0, 2)
    )
    picked = [
        (attempts_of(b)["reason"] == SELECTIVE).sum() / len(attempts_of(b)) for b in (blind, keen)
    ]
    assert picked[0] < 0.05
    assert picked[1] > 0.25
    ordered = [lane_sum(b, "referred_selective") for b in (blind, keen)]
    innocent = [
        n - (attempts_of(b)["reason"] == SELECTIVE).sum()
        for n, b in zip(ordered, (blind, keen), strict=True)
    ]
    assert innocent[1] == pytest.approx(innocent[0], rel=0.01)


def test_more_searches_move_along_one_operating_characteristic() -> None:
    skill, innocent = 1.1, (0.013, 0.026)
    rules = {
        **MANY_SMUGGLE,
        **NOBODY_HURRIES,
        "inspection.d_prime": skill,
        "inspection.selective_share": innocent[0],
    }
    once, twice = (
        border(point(FEW, 20, scenario, rules)) for scenario in (BASELINE, read("more_searches"))
    )
    hits, alarms, orders = [], [], []
    for ended, share in zip((once, twice), innocent, strict=True):
        cars = attempts_of(ended)
        cars = cars[~np.isin(cars["reason"], (PAPERWORK, DUTY, RANDOM))]
        picked = (cars["reason"] == SELECTIVE).mean()
        # The hit rate of the threshold that the innocent share sets (a tenth go in trucks).
        wanted = stats.norm.sf(stats.norm.isf(share) - skill)
        assert abs(picked - wanted) <= 4.0 * np.sqrt(wanted / len(cars)) + 0.005
        hits.append((attempts_of(ended)["reason"] == SELECTIVE).sum())
        orders.append(lane_sum(ended, "referred_selective"))
        alarms.append(orders[-1] - hits[-1])
    # Freed time that becomes searches is not doubled with them.
    assert alarms[1] == pytest.approx(2.0 * alarms[0], rel=0.05)
    assert 1.2 * hits[0] < hits[1] < 1.9 * hits[0]
    assert hits[1] / orders[1] < 0.95 * hits[0] / orders[0]


def test_more_searches_cost_waits_and_are_not_all_done() -> None:
    base, more = (numbers(point(FEW, 20, s)) for s in (BASELINE, read("more_searches")))
    assert more["examinations_ordered"] == pytest.approx(
        2.0 * base["examinations_ordered"], rel=0.02
    )
    assert 1.5 * base["examinations"] < more["examinations"] < 2.0 * base["examinations"]
    assert more["examinations_released"] > 2.0 * base["examinations_released"]
    assert more["mean_wait_min"] > base["mean_wait_min"]
    assert more["officer_examination_h"] > 1.5 * base["officer_examination_h"]
    assert more["officer_shift_h"] == base["officer_shift_h"]


def test_searching_every_vehicle_is_capped_by_officers() -> None:
    done, undone = [], []
    for scale in (1.0, 1.5, 2.5, 4.0):
        of = border(point(FEW, 4, read("search_every_vehicle"), {"staffing.officers_scale": scale}))
        ordered = sum(lane_sum(of, f"referred_{why}") for why in ("lookout", "random", "selective"))
        done.append(lane_sum(of, "examinations"))
        undone.append(lane_sum(of, "examinations_released"))
        assert done[-1] + undone[-1] <= ordered
        assert done[-1] < (0.6 if scale == 1.0 else 0.95) * ordered
        spent = sum(officer_h(of, f"{task}_s") for task in ("primary", "clearance", "examination"))
        assert spent <= officer_h(of, "shift_s") + officer_h(of, "overtime_s") + 4.0 * len(FEW)
    assert min(undone) > 0
    # With four times the officers as good as all are done, give or take who comes when.
    assert all(more > 0.99 * fewer for fewer, more in itertools.pairwise(done))
    assert done[-1] > 1.5 * done[0]


def test_an_examination_that_is_not_begun_in_time_is_let_go() -> None:
    limits = (0.0, 5.0, 20.0, 120.0)
    released = [
        lane_sum(
            border(point(FEW, 10, BASELINE, {"inspection.examination_limit_min": limit})),
            "examinations_released",
        )
        for limit in limits
    ]
    assert sorted(released, reverse=True) == released
    assert released[0] > 2.0 * released[-1]


ALONE = {"duty.induced_trips": 0.0, "smuggling.adversary": "static"}


def test_a_higher_exemption_moves_minutes_from_collecting_to_examining() -> None:
    base, higher = (numbers(point(FEW, 20, s, ALONE)) for s in (BASELINE, read("higher_exemption")))
    assert higher["duty_collected_cad"] < 0.7 * base["duty_collected_cad"]
    assert higher["collections"] < base["collections"]
    assert higher["arrivals"] == pytest.approx(base["arrivals"], rel=1e-3)  # some come again
    assert higher["officer_clearance_h"] < 0.95 * base["officer_clearance_h"]
    assert higher["officer_examination_h"] > base["officer_examination_h"]
    assert higher["examinations"] > base["examinations"]
    assert higher["mean_wait_min"] < base["mean_wait_min"]


def test_same_day_trips_are_not_touched_by_exemptions() -> None:
    day_trips = {"duty.overnight_share": 0.0}
    base, higher = (
        border(point(FEW, 10, s, day_trips)) for s in (BASELINE, read("higher_exemption"))
    )
    assert lane_sum(base, "referred_duty") > 100
    assert same_tallies(base, higher)
    assert base.duty_cad == higher.duty_cad
    # Of those who stayed away over night, some do fall below the higher limit.
    limits = Duty(exemption_24h_cad=2000.0, exemption_48h_cad=2000.0, exemption_7d_cad=2000.0)
    assert collection(limits, Duty()).share < collection(Duty(), Duty()).share


def test_a_query_takes_its_seconds_and_only_where_there_is_a_link() -> None:
    steady = {**NOBODY_SMUGGLES, "primary.cv": 0.0, "primary.hurry_service": 1.0}
    for ports, before, after in (
        (UNLINKED, 0.0, 0.75),
        (LINKED, 0.75, 0.95),
    ):
        for scenario, coverage in ((BASELINE, before), (read("database_access"), after)):
            ended = border(point(ports, 5, scenario, steady))
            mean_s = lane_sum(ended, "primary_s", "car") / lane_sum(ended, "released", "car")
            assert mean_s == pytest.approx(55.0 + 5.0 * coverage, abs=1e-6)


def test_links_and_queries_turn_lookouts_into_hits() -> None:
    sought = {
        **MANY_SMUGGLE,
        "intelligence.report_share": 1.0,
        "intelligence.report_h": 0.0,
    }
    for ports, before, after in (
        (UNLINKED, 0.0, 0.75 * 0.95),
        (LINKED, 0.75 * 0.87, 0.95 * 0.95),
    ):
        for scenario, wanted in ((BASELINE, before), (read("database_access"), after)):
            attempts = attempts_of(border(point(ports, 90, scenario, sought)))
            assert len(attempts) > 150
            hit = (attempts["reason"] == LOOKOUT).mean()
            assert abs(hit - wanted) <= 4.0 * np.sqrt(wanted * (1.0 - wanted) / len(attempts))


def test_better_access_lengthens_waits_and_finds_more() -> None:
    sought = {
        "intelligence.report_share": 0.2,
        "intelligence.report_h": 0.0,
        "smuggling.adversary": "static",
        "smuggling.firearms_per_year": 400_000.0,
        "inspection.slack_to_search": 0.0,
    }
    base, better = (numbers(point(FEW, 20, s, sought)) for s in (BASELINE, read("database_access")))
    assert better["mean_wait_min"] > base["mean_wait_min"]
    assert better["true_detection_share"] > base["true_detection_share"]
    assert better["examinations_ordered"] > base["examinations_ordered"]


def test_nobody_is_referred_where_no_rule_refers() -> None:
    nobody_is_sought = {"intelligence.identifies_share": 0.0}
    ended = border(point(FEW, 5, BASELINE, NOBODY_IS_REFERRED, nobody_is_sought))
    for why in ("lookout", "paperwork", "duty", "random", "selective"):
        assert lane_sum(ended, f"referred_{why}") == 0.0
    trafficking = attempts_of(ended)
    assert np.all(trafficking["reason"] == NOT_REFERRED)
    assert np.all(trafficking["fate"] != SEIZED)


def test_duty_is_waived_in_a_long_line_and_in_no_other() -> None:
    never, always = (border(point(FEW, 10, setting("duty.waive_queue", q))) for q in (1e9, 0.0))
    assert lane_sum(never, "duty_waived") == 0.0
    assert lane_sum(always, "duty_waived") > 0.0
    assert lane_sum(always, "referred_duty") < lane_sum(never, "referred_duty")
    assert delay_h(always) < delay_h(never)


def test_time_that_is_freed_becomes_examinations_when_told_so() -> None:
    """Officers added, or less duty to collect, and a share of the time; never the baseline."""
    more = setting("staffing.officers_scale", 1.3, "scale")
    fewer = setting("staffing.officers_scale", 0.8, "scale")
    untaxed = setting("duty.exemption_48h_cad", 1e5)

    def ordered(scenario: Scenario, slack: float) -> float:
        return numbers(point(FEW, 7, scenario, {"inspection.slack_to_search": slack}))[
            "examinations_ordered"
        ]

    base = ordered(BASELINE, 0.0)
    assert ordered(BASELINE, 1.0) == base
    for scenario in (more, untaxed):
        counts = [ordered(scenario, slack) for slack in (0.0, 0.1, 0.5)]
        assert counts[0] < counts[1] < counts[2]
        assert counts[0] == pytest.approx(base, rel=0.05)
    assert ordered(fewer, 0.1) < ordered(fewer, 0.0)
