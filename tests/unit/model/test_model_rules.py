"""The rules of the model, one by one, on numbers that can be worked out by hand."""

import dataclasses
import datetime
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import ndtri

from sim.model.conditions import Conditions
from sim.model.day import OPEN
from sim.model.port.opening import opening_of_day
from sim.model.port.referral import (
    collection,
    detection_probability,
    mean_find,
    search_rate_per_s,
    selected_share,
)
from sim.model.port.roster import Present, covered, officers_present
from sim.model.port.staffing import Withdrawal, Workforce
from sim.model.port.superintendent import allocate
from sim.model.port.traffic import TRAIN, draw_lane_day, lane_entities, new_draws
from sim.model.smuggling.organisation import Organisations, load_of, load_scale
from sim.model.smuggling.traveller_firearms import firearms_of
from sim.numerics.randomness import Streams, exponential_table
from sim.numerics.units import DAY_S
from sim.parameters import PARAMETER, Duty, Parameters, Smuggling, Staffing
from sim.places.ports import read_ports
from sim.results.schema import wait_quantile_min
from sim.scenario.intervention import BASELINE, Intervention, Scenario, Where

PORTS = read_ports(2005)
YEAR_DAYS = 365

# ---------------------------------------------------------------- referral and examination


def test_without_skill_the_guilty_are_picked_as_often_as_the_innocent() -> None:
    shares = np.array([0.0, 0.001, 0.1, 0.5, 1.0])
    assert selected_share(shares, np.zeros(5)) == pytest.approx(shares)


def test_skill_moves_the_hit_rate_by_its_standard_deviations() -> None:
    # A threshold of 2 standard deviations refers 2.275 % of the innocent, and half at d' = 2.
    share = np.array([stats.norm.sf(2.0)])
    assert selected_share(share, np.array([2.0])) == pytest.approx([0.5])
    assert selected_share(share, np.array([1.0])) == pytest.approx([stats.norm.sf(1.0)])


def test_more_searches_find_less_and_less_for_each() -> None:
    share = np.linspace(0.01, 0.99, 50)
    hits = selected_share(share, np.full(50, 1.1))
    gain = np.diff(hits) / np.diff(share)
    assert np.all(np.diff(gain) < 0.0)
    assert np.all(hits > share)
    everybody = selected_share(np.array([1.0]), np.array([1.1]))
    assert everybody == pytest.approx([1.0])


@pytest.mark.parametrize(("find", "minutes"), [(0.25, 5.0), (0.65, 30.0), (0.95, 180.0)])
def test_an_examination_of_mean_length_finds_its_share(find: float, minutes: float) -> None:
    rate = search_rate_per_s(find, minutes)
    assert detection_probability(rate, 60.0 * minutes) == pytest.approx(find)
    twice = detection_probability(rate, 120.0 * minutes)
    assert twice == pytest.approx(1.0 - (1.0 - find) ** 2)
    assert detection_probability(rate, 0.0) == 0.0
    # Deep concealment at half the rate is the same as half the time.
    assert detection_probability(0.5 * rate, 60.0 * minutes) == pytest.approx(
        detection_probability(rate, 30.0 * minutes)
    )


@pytest.mark.parametrize(
    ("find", "minutes"), [(0.05, 2.0), (0.25, 5.0), (0.65, 30.0), (0.95, 180.0)]
)
@pytest.mark.parametrize("cv", [0.4, 0.8, 1.2])
def test_examinations_of_all_lengths_find_the_share_that_is_set(
    find: float, minutes: float, cv: float
) -> None:
    """By quantiles of the lengths, as the engines draw them; a look of mean length finds more."""
    rate = search_rate_per_s(find, minutes, cv)
    sigma = np.sqrt(np.log1p(cv * cv))
    quantile = (np.arange(200_000) + 0.5) / 200_000
    lengths = np.exp(sigma * ndtri(quantile) - sigma * sigma / 2.0) * 60.0 * minutes
    assert float(np.mean(1.0 - np.exp(-rate * lengths))) == pytest.approx(find, abs=2e-4)
    assert float(mean_find(rate * 60.0 * minutes, cv)) == pytest.approx(find, abs=1e-9)
    assert detection_probability(rate, 60.0 * minutes) > find


# ---------------------------------------------------------------- duty


def sampled_collection(duty: Duty) -> tuple[float, float]:
    """Share of cars that pay, and what they pay in total a car, from a million made-up parties."""
    random = np.random.default_rng(1)
    count = 1_000_000
    away = random.random(count) < duty.overnight_share
    stay = random.random(count)
    week = away & (stay > 1.0 - duty.week_share)
    night = away & (stay < duty.one_night_share)
    middle = away & ~week & ~night
    median = np.full(count, duty.same_day_purchase_cad)
    limit = np.zeros(count)
    for which, bought, exempt in (
        (night, duty.one_night_purchase_cad, duty.exemption_24h_cad),
        (middle, duty.two_night_purchase_cad, duty.exemption_48h_cad),
        (week, duty.week_purchase_cad, duty.exemption_7d_cad),
    ):
        median[which], limit[which] = bought, exempt
    value = median * np.exp(duty.purchase_sigma * random.standard_normal(count))
    owed = duty.rate * (value - limit)
    pays = owed > duty.waive_below_cad
    share = duty.resident_share * duty.collected_share
    return share * float(pays.mean()), share * float(owed[pays].sum()) / count


@pytest.mark.parametrize(
    "duty", [Duty(), Duty(exemption_24h_cad=400.0, exemption_48h_cad=800.0, rate=0.3)]
)
def test_collections_are_those_of_lognormal_purchases(duty: Duty) -> None:
    share, amount = sampled_collection(duty)
    duties = collection(duty, Duty())
    assert duties.share == pytest.approx(share, rel=0.01)
    assert duties.share * duties.mean_cad == pytest.approx(amount, rel=0.02)


def test_higher_limits_collect_less_and_bring_more_trips() -> None:
    duties = [
        collection(Duty(exemption_48h_cad=limit), Duty()) for limit in (200.0, 400.0, 800.0, 2000.0)
    ]
    assert all(a.share > b.share for a, b in pairwise(duties))
    assert all(a.trips < b.trips for a, b in pairwise(duties))
    assert duties[0].trips == 1.0
    # 53 % of overnight stays are of two to six nights; an elasticity of 0.03 per log unit.
    middle = 0.59 * 0.295 * (1.0 - 0.35 - 0.12)
    assert duties[1].trips == pytest.approx(1.0 + 0.03 * middle * np.log(2.0))


def test_same_day_trips_pay_and_do_not_grow_whatever_the_limits_are() -> None:
    alone = Duty(overnight_share=0.0)
    higher = dataclasses.replace(
        alone, exemption_24h_cad=2000.0, exemption_48h_cad=2000.0, exemption_7d_cad=2000.0
    )
    assert collection(higher, alone) == collection(alone, alone)
    assert collection(alone, alone).share > 0.0


# ---------------------------------------------------------------- the superintendent


def allocated(officers: int, lines: int, need: list[float], most: list[int]) -> list[int]:
    given = np.zeros(len(need), np.int64)
    queue_of_line = np.zeros(lines, np.int64)
    every = np.full(2, -1.0)  # whoever is there is posted, whatever the load
    allocate(officers, -1, lines, queue_of_line, every, np.array(need), np.array(most), given)
    return given.tolist()


def test_travellers_and_trade_have_officers_of_their_own() -> None:
    given = np.zeros(4, np.int64)
    need, most = np.array([9.0, 0.5, 0.0, 0.2]), np.array([5, 5, 3, 3])
    queue_of_line = np.array([0, 1])
    # Five of eight work for trade, however long the line of cars is.
    allocate(8, 5, 2, queue_of_line, np.zeros(2), need, most, given)
    assert given[[0, 2]].sum() == 3
    assert given[[1, 3]].sum() == 5


def test_no_further_booth_opens_while_the_open_ones_can_bear_the_load() -> None:
    given = np.zeros(3, np.int64)
    need, most = np.array([3.6, 0.0, 0.0]), np.array([9, 2, 0])
    for open_load, booths in ((0.0, 8), (1.0, 4), (1.3, 3), (5.0, 1)):
        for queue in (0, 1):  # the other queue's booths have another load
            loads = np.full(2, 9.0)
            loads[queue] = open_load
            allocate(8, -1, 1, np.array([queue]), loads, need, most, given)
            assert given[0] == booths, (open_load, queue)


def test_every_line_with_somebody_gets_a_booth_first_the_greatest_need_first() -> None:
    need, most = [3.0, 0.2, 1.0, 0.5, 0.0], [5, 5, 5, 5, 5]
    assert allocated(1, 3, need, most) == [1, 0, 0, 0, 0]
    assert allocated(2, 3, need, most) == [1, 0, 1, 0, 0]
    assert allocated(3, 3, need, most) == [1, 1, 1, 0, 0]


def test_further_officers_go_where_each_has_most_to_do() -> None:
    # Needs per officer are then 3, 0.2 and 1 in lines; 0.6 in secondary falls to half an officer.
    need, most = [3.0, 0.2, 1.0, 0.6, 0.0], [5, 5, 5, 5, 5]
    assert allocated(4, 3, need, most) == [2, 1, 1, 0, 0]
    assert allocated(5, 3, need, most) == [3, 1, 1, 0, 0]
    assert allocated(6, 3, need, most) == [3, 1, 1, 1, 0]


def test_a_line_without_anybody_gets_nobody_while_others_need_them() -> None:
    assert allocated(2, 2, [0.0, 5.0, 0.0], [2, 2, 1]) == [0, 2, 0]


@given(
    st.integers(0, 40),
    st.lists(st.tuples(st.floats(0.0, 30.0), st.integers(0, 8)), min_size=1, max_size=6),
)
def test_nobody_is_posted_twice_or_left_without_a_post_that_exists(
    officers: int, places: list[tuple[float, int]]
) -> None:
    most = [max(booths, 1) if k == 0 else booths for k, (_, booths) in enumerate(places)]
    given = allocated(officers, 1, [need for need, _ in places], most)
    assert sum(given) == min(officers, sum(most))
    assert all(0 <= posted <= room for posted, room in zip(given, most, strict=True))


def test_rostered_officers_are_there_on_average_and_never_none() -> None:
    rostered = np.full((12, 7, 2, 2, 24), 2.6)
    rostered[:, :, 1] = 0.3
    rostered[:, :, :, 1] = 0.0
    random = np.random.default_rng(1)
    date = datetime.date(2005, 7, 1)
    scale, absent = np.array([1.1, 1.0]), np.full(2, 0.05)
    present = np.array(
        [
            officers_present(rostered, scale, absent, random.random((2, 2)), date).officers
            for _ in range(4000)
        ]
    )
    assert present[:, 0].mean() == pytest.approx(2.6 * 1.1 * 0.95, abs=0.03)
    assert set(np.unique(present[:, 0])) == {2, 3}
    assert np.all(present[:, 1] == 1)
    nobody = officers_present(rostered, np.zeros(2), absent, random.random((2, 2)), date)
    assert np.all(nobody.officers == 0)
    assert np.all(nobody.trade == -1)


@given(st.lists(st.floats(0.0, 50.0), min_size=24, max_size=24))
def test_shifts_of_eight_hours_cover_the_need_of_every_hour(need: list[float]) -> None:
    officers = covered(np.array(need))
    assert np.all(officers >= np.array(need))
    # Nobody is on duty in an hour whose last eight hours needed nobody.
    assert officers.max() <= max(need) * 4.0 + 1e-9


# ---------------------------------------------------------------- the workforce


def after(days: int, staffing: Staffing, workforce: Workforce | None = None) -> Workforce:
    workforce = workforce or Workforce.before_the_run(Staffing())
    for _ in range(days):
        workforce.one_day(staffing)
    return workforce


def test_left_alone_the_workforce_stays_as_it_is() -> None:
    assert after(3 * YEAR_DAYS, Staffing()).strength == pytest.approx(1.0, abs=0.005)


def test_new_positions_are_filled_after_hiring_and_college_and_not_before() -> None:
    staffing = Staffing(positions_added=0.1)
    # Half a year to hire and nine weeks at the college: 246 days.
    assert after(240, staffing).strength == pytest.approx(1.0, abs=0.005)
    assert 1.0 < after(300, staffing).strength < 1.05
    assert after(4 * YEAR_DAYS, staffing).strength == pytest.approx(1.1, abs=0.005)


def test_the_college_has_only_so_many_seats() -> None:
    staffing = Staffing(positions_added=0.5, college_seats_per_year=360.0, attrition_per_year=0.0)
    start = Workforce.before_the_run(dataclasses.replace(Staffing(), attrition_per_year=0.0))
    # 360 seats are a tenth of 3,600 officers a year.
    grown = after(246 + YEAR_DAYS, staffing, start).strength
    assert grown == pytest.approx(1.1, abs=0.005)


def test_training_takes_its_weeks_from_everybody_once() -> None:
    staffing = Staffing(training_weeks=2.0, training_months=12.0, attrition_per_year=0.0)
    workforce = Workforce.before_the_run(Staffing(attrition_per_year=0.0))
    away = 0.0
    for _ in range(2 * YEAR_DAYS):
        workforce.one_day(staffing)
        away += workforce.away_share
    assert away == pytest.approx(14.0, rel=0.01)
    assert workforce.trained_share == 1.0
    assert workforce.away_share == 0.0


def test_arming_takes_three_weeks_from_everybody_over_its_years() -> None:
    staffing = Staffing(armed_target_share=1.0, arming_years=2.0, attrition_per_year=0.0)
    workforce = Workforce.before_the_run(Staffing(attrition_per_year=0.0))
    away, shares = 0.0, []
    for _ in range(3 * YEAR_DAYS):
        workforce.one_day(staffing)
        away += workforce.away_share
        shares.append(workforce.armed_share)
    assert away == pytest.approx(21.0, rel=0.01)
    assert shares[YEAR_DAYS] == pytest.approx(0.5, abs=0.01)
    assert shares[-1] == 1.0


@pytest.mark.parametrize("kept", [0.0, 0.5, 1.0])
def test_the_trained_and_the_armed_grow_fewer_as_officers_leave(kept: float) -> None:
    staffing = Staffing(
        training_weeks=2.0, training_months=1.0, armed_target_share=0.8, arming_years=0.1,
        recruits_course_share=kept,
    )  # fmt: skip
    workforce = after(60, staffing)
    years, days = 5, 5 * YEAR_DAYS
    start = workforce.trained_share, workforce.armed_share
    assert start == pytest.approx((1.0, 0.8), abs=0.01)
    after(days, staffing, workforce)
    for share, full in zip((workforce.trained_share, workforce.armed_share), (1, 0.8), strict=True):
        left = kept + (1 - kept) * np.exp(-staffing.attrition_per_year * years)
        assert share == pytest.approx(full * left, abs=0.01)
    # Recruits who come are away for their course.
    new = staffing.attrition_per_year / YEAR_DAYS
    assert workforce.away_share == pytest.approx(kept * new * 7 * (2 + 0.8 * 3), rel=0.02)


# ---------------------------------------------------------------- conditions and opening


def conditions(*interventions: Intervention) -> Conditions:
    start = datetime.date(2005, 7, 1)
    ports = PORTS.select(("abercorn", "chief-mountain", "coutts"))
    scenario = Scenario("some", interventions=interventions)
    return Conditions(PORTS, ports, Parameters(), scenario, start)


def test_a_ramp_grows_from_midnight_to_midnight() -> None:
    change = Intervention(
        "inspection.random_share", "set", 0.103, start=datetime.date(2005, 7, 3), ramp_days=4.0
    )
    course = conditions(change)
    levels = [
        course.at(day * DAY_S).at_ports(PARAMETER.inspection.random_share)[0] for day in range(8)
    ]
    usual = Parameters().inspection.random_share
    grown = [usual + part * (0.103 - usual) for part in (0, 0, 0, 0.25, 0.5, 0.75, 1, 1)]
    assert levels == pytest.approx(grown)
    assert course.at(3.9 * DAY_S).at_ports(PARAMETER.inspection.random_share)[0] == pytest.approx(
        grown[3]
    )


def test_changes_hold_where_they_are_made_and_compose_in_their_order() -> None:
    course = conditions(
        Intervention("primary.car_s", "scale", 2.0, where=Where(ports=("coutts",))),
        Intervention("primary.car_s", "add", 10.0),
    )
    assert course.at(0.0).at_ports(PARAMETER.primary.car_s) == pytest.approx([65.0, 65.0, 120.0])


def test_a_change_begins_and_ends_at_its_minute() -> None:
    course = conditions(
        Intervention(
            "primary.car_s", "set", 99.0,
            start=datetime.datetime(2005, 7, 1, 6, 30), end=datetime.datetime(2005, 7, 1, 9),
        )
    )  # fmt: skip
    seconds = [0.0, 6.5 * 3600.0 - 1.0, 6.5 * 3600.0, 9.0 * 3600.0 - 1.0, 9.0 * 3600.0]
    values = [course.at(second).at_ports(PARAMETER.primary.car_s)[0] for second in seconds]
    assert values == [55.0, 55.0, 99.0, 99.0, 55.0]
    assert [moment for moment, _ in course.breakpoints(0)] == [6.5 * 3600.0, 9.0 * 3600.0]
    assert course.breakpoints(1) == []


def test_a_withdrawal_splits_the_day_of_its_port_alone() -> None:
    course = conditions()
    opening = opening_of_day(
        course.ports, course, 0, datetime.date(2005, 7, 1), 60,
        [0.0], [Withdrawal(2, 36_100.0, 40_000.0)],
    )  # fmt: skip
    opening = opening.with_officers([Present(np.full((3, 24), 2), np.full((3, 24), -1))])
    assert opening.officers.sum(axis=1).tolist() == [48, 48, 52]
    assert opening.intervals.tolist() == [24, 24, 26]
    moments = np.array([36_099.0, 36_100.0, 39_999.0, 40_000.0])
    assert opening.open_at(2, moments).tolist() == [True, False, False, True]
    assert opening.open_at(0, moments).all()
    both = opening.admit(np.array([0, 2]), 0, np.stack([moments, moments], axis=1))
    assert both.T.tolist() == [[True] * 4, [True, False, False, True]]
    # Chief Mountain is open from 7 to 22.
    hours = 3600.0 * np.arange(24)
    assert opening.open_at(1, hours).tolist() == [7 <= hour < 22 for hour in range(24)]
    assert np.sum(opening.state[0] == OPEN) == 24


# ---------------------------------------------------------------- traffic and loads


def test_each_train_has_a_slot_of_its_own() -> None:
    cumulative = np.zeros(97)
    cumulative[1:25] = np.cumsum(np.full(24, 5.0 / 24.0))
    draws = new_draws(64)
    entity = int(lane_entities(PORTS.select(("rail-sarnia",)))[0, TRAIN])
    for day in range(50):
        count = draw_lane_day(1, 0, entity, day, True, cumulative[:25], exponential_table(), draws)
        assert count == 5
        slots = (draws.time_s[:5] - day * DAY_S) / (DAY_S / 5.0)
        assert np.floor(slots).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("mean", [1.8, 4.0, 8.0])
def test_loads_have_their_mean_and_their_heavy_tail(mean: float) -> None:
    smuggling = Smuggling(load_mean=mean)
    uniform = (np.arange(200_000) + 0.5) / 200_000
    loads = load_of(uniform, load_scale(smuggling), smuggling)
    assert loads.mean() == pytest.approx(mean, rel=0.01)
    assert loads.min() == 1.0
    assert loads.max() == smuggling.load_maximum
    assert np.all(loads == np.floor(loads))
    assert np.median(loads) < mean


def test_large_loads_are_as_frequent_as_a_power_law_says() -> None:
    smuggling = Smuggling(load_mean=8.0)
    scale = load_scale(smuggling)
    loads = load_of((np.arange(200_000) + 0.5) / 200_000, scale, smuggling)
    for more in (5, 20, 100):
        assert np.mean(loads > more) == pytest.approx((1.0 + more / scale) ** -1.8, rel=0.01)


def test_opportunities_bring_the_firearms_that_are_set() -> None:
    smuggling = Smuggling(firearms_per_year=36_500.0, load_mean=4.0)
    organisations = Organisations(smuggling, Streams(3, 0))
    by_day = [organisations.opportunities(day, smuggling) for day in range(400)]
    trips = np.array([len(day) for day in by_day])
    # 100 firearms a day in loads of 4.
    assert abs(trips.mean() - 25.0) <= 4.0 * np.sqrt(25.0 / 400.0)
    assert trips.var() == pytest.approx(25.0, rel=0.3)
    everything = [opportunity for day in by_day for opportunity in day]
    for share, of in ((0.3, "deep"), (0.1, "commercial")):
        seen = np.mean([getattr(opportunity, of) for opportunity in everything])
        assert abs(seen - share) <= 4.0 * np.sqrt(share / len(everything))
    seconds = np.array([opportunity.time_s - opportunity.day * DAY_S for opportunity in everything])
    assert stats.kstest(seconds / DAY_S, "uniform").pvalue > 1e-4
    assert len({(opportunity.day, opportunity.index) for opportunity in everything}) == len(
        everything
    )


def test_more_firearms_a_year_are_more_trips_and_keep_those_there_were() -> None:
    streams = Streams(3, 0)
    few, many = (Smuggling(firearms_per_year=rate) for rate in (4_000.0, 8_000.0))
    for day in range(20):
        before = Organisations(few, streams).opportunities(day, few)
        later = Organisations(many, streams).opportunities(day, many)
        assert later[: len(before)] == before
    # So does a run with more of the ports.
    whole = Organisations(few, streams).opportunities(1, few)
    part = Organisations(few, streams, 0.5).opportunities(1, few)
    assert part == whole[: len(part)]


def test_visitors_carry_one_firearm_and_sometimes_more() -> None:
    uniform = (np.arange(100_000) + 0.5) / 100_000
    firearms = firearms_of(uniform, 1.3)
    assert firearms.mean() == pytest.approx(1.3, rel=0.01)
    assert firearms.min() == 1
    assert np.all(firearms_of(uniform, 1.0) == 1)


def test_quantiles_of_waits_are_read_from_their_bins() -> None:
    counts = np.zeros(24)
    counts[0], counts[1], counts[11] = 50.0, 40.0, 10.0  # none, up to a minute, 15 to 20 minutes
    assert wait_quantile_min(counts, 0.5) == 0.0
    assert wait_quantile_min(counts, 0.7) == pytest.approx(0.5)
    assert wait_quantile_min(counts, 0.95) == pytest.approx(17.5)
    assert np.isnan(wait_quantile_min(np.zeros(24), 0.5))


def test_a_scenario_without_interventions_is_the_baseline() -> None:
    course = Conditions(PORTS, PORTS, Parameters(), BASELINE, datetime.date(2005, 7, 1))
    assert course.at(0.0).parameters == Parameters()
    assert course.at(1e7).by_port == {}
    assert not course.at(0.0).closed.any()
