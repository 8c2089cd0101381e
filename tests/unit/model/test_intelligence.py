"""The parts of intelligence, one at a time."""

import dataclasses
import math

import numpy as np
import pytest
from scipy import stats

from sim.model.intelligence.evidence import (
    Occurrences,
    Recoveries,
    Traces,
    decay_of_the_old,
)
from sim.model.intelligence.lead import (
    KNOWN_IN_CANADA,
    MATCH,
    MONEY,
    POLICE,
    SALE,
    STOP,
    TRACE,
    Agenda,
    Channel,
    Lead,
    Leads,
    new_lead,
)
from sim.model.intelligence.lookout import DRIVER, VEHICLE, Couriers, Lookouts
from sim.numerics.randomness import LEAD, Key, Streams, lognormal, poisson_counts, uniforms
from sim.numerics.units import DAY_S
from sim.parameters import Intelligence

STREAMS = Streams(5, 0)


class Fixed:
    """Parameters that hold at every moment."""

    def __init__(self, **changes: float) -> None:
        self.now = dataclasses.replace(Intelligence(), **changes)  # type: ignore[arg-type]

    def __call__(self, seconds: float) -> Intelligence:
        return self.now


def lead(kind: str = SALE, happened_s: float = 0.0, number: int = 0, organisation: int = 0) -> Lead:
    return Lead(kind, organisation, happened_s, 0.7, 1e9 * DAY_S, Key(31, 0, number))


def arrivals(**terms: float) -> np.ndarray:
    """Delays of 3,000 messages, in days."""
    agenda = Agenda(0.0)
    days: list[float] = []
    channel: Channel[int] = Channel(
        agenda, "booths", lambda _: days.append(agenda.now / DAY_S), STREAMS
    )
    for i in range(3000):
        channel.send(i, Key(7, 0, i), Fixed(**terms).now)
    agenda.advance(math.inf)
    assert channel.sent == channel.delivered == len(days) == 3000
    assert channel.delay_s == pytest.approx(sum(days) * DAY_S)
    return np.array(days)


@pytest.mark.parametrize(("direct", "mean"), [(0.0, 14.0), (1.0, 2.0)])
@pytest.mark.parametrize("cv", [0.4, 1.0])
def test_delays_of_a_channel_have_the_distribution_that_is_set(
    direct: float, mean: float, cv: float
) -> None:
    sigma = math.sqrt(math.log1p(cv * cv))
    wanted = stats.lognorm(sigma, scale=mean * math.exp(-sigma * sigma / 2.0))
    assert stats.kstest(arrivals(direct_share=direct, delay_cv=cv), wanted.cdf).pvalue > 1e-3


def test_some_messages_go_directly_and_some_do_not() -> None:
    days = arrivals(direct_share=0.3, direct_days=1.0, intermediary_days=10.0, delay_cv=0.0)
    assert set(np.round(days, 9)) == {1.0, 10.0}
    assert abs(np.mean(days < 5.0) - 0.3) < 4.0 * math.sqrt(0.21 / 3000)


def test_a_message_that_takes_no_time_is_there_at_once() -> None:
    assert np.all(arrivals(direct_share=1.0, direct_days=0.0) == 0.0)


def test_single_draws_are_those_of_the_streams() -> None:
    for number in (0, 7):
        draws = uniforms(STREAMS, LEAD, 11, 3, number)
        assert np.array_equal(draws, STREAMS.uniforms(LEAD, 11, 3, 1, number)[:, 0])


def test_counts_are_poisson_quantiles() -> None:
    random = np.random.default_rng(1)
    rates, levels = random.uniform(0.0, 8.0, 500), random.uniform(1e-6, 1.0 - 1e-6, 500)
    rates[:10] = 0.0
    assert np.array_equal(poisson_counts(levels, rates), stats.poisson.ppf(levels, rates).clip(0))


def test_what_happens_to_an_organisation_does_not_depend_on_the_others() -> None:
    few, more = [101, 102, 103], [101, 102, 103, 104]
    for day in (-40, 0, 12):
        before, after = (
            Occurrences(("a", "b"), some, STREAMS).of_day(day, np.full((2, len(some)), 0.8))
            for some in (few, more)
        )
        assert [occurrence for occurrence in after if occurrence.organisation < 3] == before
        assert all(day * DAY_S <= occurrence.time_s < (day + 1) * DAY_S for occurrence in after)
    couriers = [Couriers(some, 3, (60.0, 365.0), 0.0, STREAMS) for some in (few, more)]
    moments = np.linspace(0.0, 400.0 * DAY_S, 50)
    for i in range(3):
        for subject in (VEHICLE, DRIVER):
            first, second = ([of.number(subject, i, 1, at) for at in moments] for of in couriers)
            assert first == second


@pytest.mark.parametrize("subject", [VEHICLE, DRIVER])
def test_vehicles_and_drivers_change_after_the_time_that_is_set(subject: int) -> None:
    days = [1e9, 1e9]
    days[subject] = 50.0
    couriers = Couriers(list(range(200)), 2, (days[0], days[1]), 0.0, STREAMS)
    changes = [couriers.number(subject, i, j, 500.0 * DAY_S) for i in range(200) for j in range(2)]
    assert np.mean(changes) == pytest.approx(10.0, abs=4.0 * math.sqrt(10.0 / 400))
    assert np.var(changes) == pytest.approx(10.0, rel=0.3)


def seen(couriers: Couriers, late_days: float, **terms: float) -> tuple[int, int, Lookouts]:
    """Lookouts on vehicles seen at once that came late, and how many meet somebody."""
    lookouts = Lookouts(couriers, STREAMS)
    now = late_days * DAY_S
    met = 0
    for i in range(len(couriers.entity)):
        lookouts.receive(lead(number=i, organisation=i), now, Fixed(**terms).now)
        met += any(lookouts.meets(i, j, now) for j in range(couriers.each))
    return lookouts.late, met, lookouts


def test_a_lookout_later_than_the_change_of_vehicle_never_hits() -> None:
    couriers = Couriers(list(range(400)), 2, (30.0, 30.0), 0.0, STREAMS)
    for days in (0.0, 10.0, 30.0, 90.0):
        late, met, lookouts = seen(couriers, days, identifies_share=1.0)
        assert lookouts.issued == 400 == lookouts.active
        assert late + met == 400
        stays = math.exp(-days / 30.0)
        assert abs(met - 400 * stays) <= 4.0 * math.sqrt(400 * stays * (1.0 - stays))
        # A late one does not come to hit anybody later either.
        for i in range(400):
            if not any(lookouts.meets(i, j, days * DAY_S) for j in range(2)):
                later = np.linspace(days, days + 89.0, 30) * DAY_S
                assert not any(lookouts.meets(i, j, at) for j in range(2) for at in later)


def test_a_lookout_hits_its_vehicle_until_it_expires() -> None:
    couriers = Couriers([1], 1, (1e9, 1e9), 0.0, STREAMS)
    lookouts = Lookouts(couriers, STREAMS)
    lookouts.receive(lead(), 10.0 * DAY_S, Fixed(identifies_share=1.0, lookout_days=20.0).now)
    assert lookouts.meets(0, 0, 29.99 * DAY_S)
    assert not lookouts.meets(0, 0, 30.0 * DAY_S)
    assert lookouts.coverage(20.0 * DAY_S) == 1.0
    lookouts.day_begins(29.0 * DAY_S)
    assert (lookouts.expired, lookouts.active) == (0, 1)
    lookouts.day_begins(30.0 * DAY_S)
    assert (lookouts.expired, lookouts.active) == (1, 0)
    assert not lookouts.meets(0, 0, 20.0 * DAY_S)


def test_who_has_lost_his_vehicle_is_not_met_any_more() -> None:
    couriers = Couriers([1, 2], 2, (1e9, 1e9), 0.0, STREAMS)
    lookouts = Lookouts(couriers, STREAMS)
    for i in range(30):
        for own in (0, 1):
            one = lead(number=i, organisation=own)
            lookouts.receive(one, 0.0, Fixed(identifies_share=1.0).now)
    couriers.lose(0, 1, 5.0)
    assert [lookouts.meets(0, courier, 6.0) for courier in (0, 1)] == [True, False]
    couriers.lose_all(1, 5.0)
    assert not any(lookouts.meets(1, courier, 6.0) for courier in (0, 1))
    assert lookouts.meets(1, 0, 4.0)


def test_a_driver_is_known_for_longer_than_a_vehicle() -> None:
    """What a sale of half a year ago names is still in use six times as often if a person."""
    couriers = Couriers(list(range(400)), 2, (60.0, 365.0), -200.0 * DAY_S, STREAMS)
    met = []
    for share in (0.0, 1.0):
        lookouts = Lookouts(couriers, STREAMS)
        for i in range(400):
            old = lead(happened_s=-180.0 * DAY_S, number=i, organisation=i)
            lookouts.receive(old, 0.0, Fixed(identifies_share=1.0, person_share=share).now)
        met.append(lookouts.issued - lookouts.late)
    for count, days in zip(met, (60.0, 365.0), strict=True):
        stays = math.exp(-180.0 / days)
        assert abs(count - 400 * stays) <= 4.0 * math.sqrt(400 * stays * (1.0 - stays))


def test_only_leads_that_name_somebody_make_a_lookout() -> None:
    couriers = Couriers(list(range(1000)), 2, (60.0, 365.0), 0.0, STREAMS)
    _, _, none = seen(couriers, 0.0, identifies_share=0.0)
    _, _, some = seen(couriers, 0.0, identifies_share=0.2)
    assert none.issued == 0
    assert abs(some.issued - 200) < 4.0 * math.sqrt(160)


@pytest.mark.parametrize(
    ("hours", "share"), [(0.0, 0.4), (24.0, 0.4 / math.e), (72.0, 0.4 / 20.0855)]
)
def test_a_report_is_of_use_if_it_is_sooner_than_the_trip(hours: float, share: float) -> None:
    lookouts = Lookouts(Couriers([1], 1, (60.0, 365.0), 0.0, STREAMS), STREAMS)
    terms = Fixed(report_share=0.4, report_h=hours, report_notice_h=24.0).now
    met = sum(lookouts.reported(f"o0/{i}/1", terms) for i in range(4000))
    assert abs(met - 4000 * share) < 4.0 * math.sqrt(4000 * share)


def test_without_reports_nobody_is_reported() -> None:
    lookouts = Lookouts(Couriers([1], 1, (60.0, 365.0), 0.0, STREAMS), STREAMS)
    assert not any(lookouts.reported(f"o0/{i}/1", Intelligence()) for i in range(100))


@pytest.mark.parametrize("kind", [TRACE, SALE, POLICE, MATCH, STOP, MONEY])
def test_evidence_decides_what_canada_may_share(kind: str) -> None:
    believe, suspect = (Fixed(sharing_evidence=level).now for level in (0.5, 0.25))
    leads = [new_lead(kind, 0, 0.0, Key(3, 0, i), believe, STREAMS) for i in range(2000)]
    if kind in KNOWN_IN_CANADA and kind != STOP:
        for terms, share in ((believe, 0.5), (suspect, 0.75)):
            shared = [one for one in leads if one.may_be_shared(terms)]
            assert abs(len(shared) - 2000 * share) < 4.0 * math.sqrt(500)
            assert min(one.evidence for one in shared) >= terms.sharing_evidence
        assert all(one.may_be_shared(suspect) for one in leads if one.may_be_shared(believe))
    else:
        assert all(one.may_be_shared(believe) for one in leads)


def test_leads_fade_with_their_age_and_go_cold() -> None:
    terms = Fixed(lead_life_days=100.0).now
    some = [new_lead(SALE, 0, 5.0, Key(3, 0, i), terms, STREAMS) for i in range(2000)]
    fresh, later = (np.mean([one.strength(5.0 + days * DAY_S) for one in some]) for days in (0, 50))
    assert fresh == pytest.approx(1.0, abs=4.0 / math.sqrt(12.0 * 500))
    assert later == pytest.approx(fresh * math.exp(-0.5))
    assert new_lead(STOP, 0, 5.0, Key(3, 0, 0), terms, STREAMS).strength(5.0) == 2.0
    desk = Leads(2)
    for i in range(4):
        desk.take_in(lead(number=i)._replace(life_s=10.0, happened_s=10.0 * i))
    desk.take_in(lead(organisation=1))
    assert len(desk.on(0, 36.0)) == 3
    assert desk.strength(0, 36.0) == pytest.approx(
        sum(1.4 * math.exp(-(36.0 - 10.0 * i) / 10.0) for i in (1, 2, 3))
    )
    assert [one.key.number for one in desk.use(0, 45.0)] == [2, 3]
    assert (desk.received, desk.used, desk.faded, desk.waiting) == (5, 2, 2, 1)


@pytest.mark.parametrize("cv", [0.0, 1.0])
def test_traces_take_their_time_and_succeed_as_often_as_is_set(cv: float) -> None:
    terms = Fixed(trace_days=20.0, delay_cv=cv, trace_success_share=0.6, trace_useful_years=3.0)
    traces = Traces(2, STREAMS)
    year_s = 365.0 * DAY_S
    recent, old = (
        [traces.request(1, Key(9, 0, i), -age * year_s, 0.0, terms.now) for i in range(1000)]
        for age in (2.9, 3.1)
    )
    assert traces.requests == [0, 2000]
    assert traces.succeeded == traces.failed == 0
    useful = [sum(traces.result(trace) for trace in some) for some in (recent, old)]
    assert traces.successes == [0, traces.succeeded]
    assert useful[1] == 0
    assert traces.requested == traces.succeeded + traces.failed == 2000
    assert useful[0] == traces.succeeded / 2
    assert abs(useful[0] - 600) < 4.0 * math.sqrt(240)
    mean = traces.delay_s / traces.succeeded / DAY_S
    assert mean == pytest.approx(20.0, rel=1e-9 if cv == 0.0 else 0.12)


def test_an_agenda_keeps_the_order_of_time_and_of_entry() -> None:
    agenda, taken = Agenda(-5.0), []

    def take(name: str) -> None:
        taken.append((name, agenda.now))
        if name == "first":
            agenda.enter(0.0, take, "at once")

    for delay_s, name in ((5.0, "second"), (2.0, "first"), (5.0, "third"), (5.5, "later")):
        agenda.enter(delay_s, take, name)
    agenda.advance(0.0)
    assert taken == [("first", -3.0), ("at once", -3.0), ("second", 0.0), ("third", 0.0)]
    agenda.advance(0.25)
    assert len(taken) == 4
    assert agenda.now == 0.25


def test_a_time_without_spread_is_its_mean() -> None:
    assert lognormal(7.0, 0.0, 0.99) == 7.0


def past_sales(days: range) -> tuple[np.ndarray, int]:
    """Ages of what is recovered on some days, in years, and how many."""
    terms = Fixed(recoveries_per_year=40_000.0).now
    past = np.full(4, 0.25)
    recoveries = Recoveries(past, 80_000.0, terms)
    occurrences = Occurrences(("recovered",), list(range(4)), STREAMS)
    ages = []
    for day in days:
        for organisation in range(4 if day >= 0 else 0):
            recoveries.delivered(organisation, 80_000.0 / 365.0 / 4.0)
        for one in occurrences.of_day(day, recoveries.rates(day, terms)[None]):
            found = recoveries.recovery(one, terms)
            assert found.sold_s <= found.time_s
            ages.append((found.time_s - found.sold_s) / DAY_S / 365.0)
    return np.array(ages), recoveries.count


def test_half_of_what_is_recovered_is_older_than_the_median() -> None:
    ages, count = past_sales(range(-100, 0))
    assert abs(count - 100 * 40_000 / 365) < 4.0 * math.sqrt(count)
    # The density at the median is 0.023 a year: 4 standard errors.
    assert np.median(ages) == pytest.approx(7.4, abs=4.0 * 0.5 / math.sqrt(count) / 0.023)


@pytest.mark.parametrize(("new", "street"), [(0.15, 0.3), (0.3, 1.0), (0.45, 2.5)])
def test_some_are_new_and_soon_found_and_half_are_older_than_the_median(
    new: float, street: float
) -> None:
    """The mixture has the median of the record, whatever is bought new (C143)."""
    terms = Fixed(new_share=new, street_years=street).now
    rates = math.log(2.0) / street, 365.0 * decay_of_the_old(terms)
    younger = [1.0 - math.exp(-rate * 7.4) for rate in rates]
    wanted = pytest.approx(0.5, abs=0.01 if new * younger[0] < 0.49 else 0.02)
    assert new * younger[0] + (1.0 - new) * younger[1] == wanted
    # More of what is recovered was sold within three years than under one rate of that median.
    recent = [1.0 - math.exp(-rate * 3.0) for rate in rates]
    assert new * recent[0] + (1.0 - new) * recent[1] > 1.0 - 0.5 ** (3.0 / 7.4) - 0.05


def test_what_is_delivered_in_the_run_makes_up_for_what_grows_old() -> None:
    _, count = past_sales(range(365))
    assert abs(count - 40_000) < 4.0 * math.sqrt(40_000) + 400


def test_less_delivered_is_in_time_less_recovered() -> None:
    terms = Intelligence()
    none, usual = (Recoveries(np.ones(1), 4000.0, terms) for _ in range(2))
    for day in range(730):
        usual.delivered(0, 4000.0 / 365.0)
        rates = none.rates(day, terms), usual.rates(day, terms)
    assert rates[0][0] == pytest.approx(rates[1][0] * 0.5 ** (2.0 / terms.street_years), rel=0.02)
