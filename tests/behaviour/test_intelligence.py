"""Intelligence as a whole, without a border: two years before the run and a year in it."""

import dataclasses
import datetime
import functools
from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pytest

from sim.model.conditions import Conditions, IntelligenceAt
from sim.model.intelligence.intelligence import (
    Intelligence,
    after_warm_up,
    money_stops_per_year,
)
from sim.model.intelligence.lead import chance_of_arrest, months_of_case
from sim.model.intelligence.lookout import DRIVER, VEHICLE
from sim.model.smuggling.organisation import Organisations
from sim.model.smuggling.routes import Attempt, AttemptOutcome, Route
from sim.numerics.randomness import Streams
from sim.numerics.units import DAY_S
from sim.parameters import Parameters
from sim.records import PORT, TRAFFICKING
from sim.scenario.intervention import BASELINE, Intervention, Scenario
from sim.scenario.reading import read
from tests.behaviour.scene import parameters, setting, whole_table

START = datetime.date(2005, 1, 1)
YEAR = 365


def intelligence(
    scenario: Scenario = BASELINE,
    replication: int = 0,
    changes: Mapping[str, object] | None = None,
    days: int = YEAR,
) -> Intelligence:
    """Let it run for some days, in which as much is delivered as before and nobody is stopped."""
    known = parameters(changes or {})
    streams = Streams(3, replication)
    ports = whole_table()
    intelligence_at = IntelligenceAt(Conditions(ports, ports, known, scenario, START))
    organisations = Organisations(known.smuggling, streams)
    flow = known.smuggling.firearms_per_year
    warm_up_days = known.intelligence.warm_up_days
    of = after_warm_up(warm_up_days, organisations, flow, 1.0, intelligence_at, streams)
    for day in range(days):
        of.day_begins(day)
        of.advance((day + 1) * DAY_S)
        for organisation, share in enumerate(of.past):
            of.recoveries.delivered(organisation, share * flow / YEAR)
    return of


@functools.cache
def counts(scenario: Scenario, replication: int = 0) -> dict[str, float]:
    return intelligence(scenario, replication).counted()


@functools.cache
def staffed(investigators: int) -> Intelligence:
    return intelligence(changes={"intelligence.investigators": investigators})


def test_more_investigators_never_end_fewer_cases() -> None:
    ended = [staffed(n).counted()["cases_ended"] for n in (0, 2, 5, 10, 20, 40)]
    assert all(after >= before for before, after in pairwise(ended))
    assert ended[0] == 0
    assert ended[3] > 2 * ended[1] > 0


def test_the_strongest_evidence_is_worked_first() -> None:
    """With few investigators cases have more evidence, and end in arrest more often."""
    few, many = (staffed(n).investigations for n in (4, 200))
    assert few.arrests / few.ended > 1.3 * many.arrests / many.ended
    assert few.arrests < many.arrests


def test_better_leads_arrest_more_and_sooner() -> None:
    terms = dataclasses.replace(Parameters().intelligence, arrest_share=0.2)
    chances = [chance_of_arrest(strength, terms) for strength in (2.0, 4.0, 8.0)]
    assert chances == pytest.approx([0.2, 1.0 - 0.8**2, 1.0 - 0.8**4])
    months = [months_of_case(strength, terms) for strength in (1.0, 2.0, 4.0)]
    assert months[0] == months[1] == terms.case_months > months[2]
    deaf = dataclasses.replace(terms, evidence_arrest=0.0, evidence_speed=0.0)
    assert chance_of_arrest(8.0, deaf) == pytest.approx(0.2)
    assert months_of_case(8.0, deaf) == terms.case_months


def test_more_leads_arrest_more_though_no_investigator_is_free() -> None:
    """Leads that come during a case count: tracing is not null where the pool is full."""
    arrests = []
    for leads in (100.0, 400.0):
        changes = {
            "intelligence.investigators": 5, "intelligence.police_leads_per_year": leads,
        }  # fmt: skip
        of = [intelligence(replication=r, changes=changes, days=3 * YEAR) for r in range(3)]
        assert all(one.investigations.in_line > 0 for one in of)
        arrests.append(sum(one.investigations.arrests for one in of))
    assert arrests[1] > 1.15 * arrests[0]


@pytest.mark.parametrize("investigators", [2, 5, 16])
def test_capacity_binds(investigators: int) -> None:
    of = staffed(investigators).investigations
    moments = np.linspace(-300.0, 364.0, 500) * DAY_S
    at_work = [sum(c.opened_s <= now < c.ends_s for c in of.cases) for now in moments]
    assert max(at_work) == investigators
    assert of.in_line > 0 or investigators == 16
    # One case at a time on an organisation.
    for case in of.cases:
        others = [c for c in of.cases if c.organisation == case.organisation and c is not case]
        assert all(c.ends_s <= case.opened_s or c.opened_s >= case.ends_s for c in others)


def test_enough_investigators_leave_nobody_in_line() -> None:
    assert staffed(200).investigations.in_line == 0
    assert staffed(200).investigations.free > 100


def test_open_cases_are_their_rate_times_their_length() -> None:
    """Little's law, of all cases of a long time, each counted as long as it lay in it."""
    known = {
        "intelligence.case_months": 3.0,
        "intelligence.investigators": 12,
        "intelligence.evidence_speed": 0.0,
    }
    of = intelligence(changes=known, days=6 * YEAR).investigations
    first, last = 0.0, 6.0 * YEAR * DAY_S
    moments = np.arange(first, last, DAY_S / 4.0)
    opened = np.array([case.opened_s for case in of.cases])
    ends = np.array([case.ends_s for case in of.cases])
    mean_open = np.mean([np.sum((opened <= now) & (now < ends)) for now in moments])
    inside = (opened >= first) & (opened < last)
    rate = inside.sum() / (last - first)
    length = (ends - opened)[inside].mean()
    # A case lasts a twenty-fourth of the time; those open at either end count on one side.
    assert mean_open == pytest.approx(rate * length, rel=0.05 + 1 / 24)
    assert length == pytest.approx(3.0 * 365.25 / 12 * DAY_S, rel=0.15)


def test_cases_end_in_arrest_as_often_as_is_set() -> None:
    for share in (0.0, 0.3, 1.0):
        changes = {
            "intelligence.arrest_share": share, "intelligence.case_months": 2.0,
            "intelligence.evidence_arrest": 0.0,
        }  # fmt: skip
        of = intelligence(changes=changes, days=3 * YEAR)
        ended, arrests = of.investigations.ended, of.investigations.arrests
        assert ended > 60
        assert abs(arrests - share * ended) <= 4.0 * np.sqrt(share * (1.0 - share) * ended)
        assert len(of.organisations.arrests) == arrests
        for organisation, at_s in of.organisations.arrests:
            assert not of.organisations.in_action(organisation, at_s + DAY_S)


def test_the_run_begins_in_a_steady_state() -> None:
    """The first year counts what the second does, as far as chance goes."""
    names = ("leads", "cases_opened", "cases_ended", "lookouts_issued")
    first, both = (
        np.array(
            [[intelligence(BASELINE, r, None, days).counted()[n] for n in names] for r in range(6)]
        )
        for days in (YEAR, 2 * YEAR)
    )
    change = (both - first) - first
    error = change.std(axis=0, ddof=1) / np.sqrt(len(change))
    assert np.all(np.abs(change.mean(axis=0)) <= 4.0 * error + 0.05 * first.mean(axis=0))


def test_a_proposal_begins_with_the_run() -> None:
    for name in ("etrace", "firearms_task_force", "direct_sharing"):
        before, after = intelligence(days=0), intelligence(read(name), days=0)
        assert before.totals() == after.totals()


def test_a_dated_change_may_begin_before_the_run() -> None:
    early = setting("intelligence.traced_share", 1.0, start=datetime.date(2004, 1, 1))
    requested = [intelligence(s, days=0).traces.requested for s in (BASELINE, early)]
    assert requested[1] > 1.4 * requested[0]


def test_investigators_who_are_let_go_finish_their_case() -> None:
    fewer = setting("intelligence.investigators", 4, start=datetime.date(2005, 3, 1))
    of = intelligence(fewer, days=70).investigations
    assert of.open + of.free == of.staff + of.leaving
    assert of.staff == 4
    assert of.open > 4
    later = intelligence(fewer, days=4 * YEAR).investigations
    assert later.leaving == 0
    assert later.open <= 4


# What goes up (+), down (-) or not at all (0) in a year, on average of six replications and in none
# the other way.
SIGNS = {
    "etrace": {
        "traces_requested": "+",
        "traces_succeeded": "+",
        "leads": "+",
        "lookouts_issued": "+",
        "leads_held_back": "0",
    },
    "ballistics_link": {"ballistic_matches_across": "+", "leads": "+", "traces_requested": "0"},
    "trace_training": {"traces_requested": "0", "traces_succeeded": "+", "leads": "+"},
    "atf_attache_toronto": {"cases_opened": "+", "traces_requested": "0"},
    "gun_runner": {"lookouts_issued": "+", "leads": "0", "cases_opened": "0"},
    "direct_sharing": {"messages_delay_s": "-", "traces_requested": "0"},
    "firearms_task_force": {"cases_opened": "+", "cases_ended": "+", "traces_requested": "0"},
    "immediate_currency_reports": {"leads": "+", "lookouts_issued": "+", "traces_requested": "0"},
    "share_on_suspicion": {"leads_held_back": "-", "leads": "+"},
}


@pytest.mark.parametrize(
    ("name", "metric", "sign"),
    [(name, metric, sign) for name, signs in SIGNS.items() for metric, sign in signs.items()],
)
def test_a_proposal_moves_what_it_is_to_move(name: str, metric: str, sign: str) -> None:
    changes = np.array(
        [counts(read(name), r)[metric] - counts(BASELINE, r)[metric] for r in range(6)]
    )
    held = {
        "+": changes.mean() > 0.0 and np.all(changes >= 0.0),
        "-": changes.mean() < 0.0 and np.all(changes <= 0.0),
        "0": np.all(changes == 0.0),
    }
    assert held[sign], changes


def test_money_found_is_a_lead() -> None:
    """A case of the cable: a large sum at the border, and eight firearms later (000 ¶9)."""
    terms = Parameters().intelligence
    late, once = (
        money_stops_per_year(dataclasses.replace(terms, report_h=hours)) for hours in (1e9, 0.0)
    )
    assert late == pytest.approx(500.0 * 0.01)
    assert once == pytest.approx(500.0 * (1.0 - 0.99 * 0.9))
    known = {"intelligence.payments_per_year": 0.0}
    without = [intelligence(replication=r, changes=known).counted()["leads"] for r in range(3)]
    some = [counts(BASELINE, r)["leads"] for r in range(3)]
    many = [counts(read("immediate_currency_reports"), r)["leads"] for r in range(3)]
    assert sum(without) < sum(some) < sum(many)


def test_reports_that_come_in_time_count_as_lookouts() -> None:
    for hours, in_time in ((1e4, 0.0), (48.0, np.exp(-2.0)), (0.0, 1.0)):
        changes = {"intelligence.report_share": 0.5, "intelligence.report_h": hours}
        of = intelligence(changes=changes, days=1)
        named = of.lookouts.coverage(DAY_S)
        share = 1.0 - (1.0 - named) * (1.0 - 0.5 * in_time)
        assert of.lookout_share(DAY_S) == pytest.approx(share)


def test_investigators_who_come_by_and_by_are_whole_persons() -> None:
    growing = Scenario(
        "more",
        interventions=(Intervention("intelligence.investigators", "add", 10, ramp_days=100.0,
                                    start=START),),
    )  # fmt: skip
    of = intelligence(growing, days=50).investigations
    assert of.staff in (24, 25)
    assert float(of.free).is_integer()


@pytest.mark.parametrize("adversary", ["naive", "informed"])
def test_a_warm_up_that_is_shared_is_the_one_computed_alone(
    adversary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs that share it do not disturb each other, and the year after it is the same."""
    changes = {"intelligence.warm_up_days": 200, "smuggling.adversary": adversary}
    shared = [intelligence(changes=changes, days=60) for _ in range(2)]
    monkeypatch.setattr(IntelligenceAt, "constant_before_the_run", lambda _: None)
    alone = intelligence(changes=changes, days=60)
    for of in shared:
        assert of.totals() == alone.totals()
        assert of.counted() == alone.counted()
        assert of.organisations.arrests == alone.organisations.arrests
        assert of.investigations.cases == alone.investigations.cases
        assert of.lookouts.active == alone.lookouts.active


def test_lookouts_cover_a_plausible_share_of_trips() -> None:
    cover = [intelligence(BASELINE, r).lookouts.coverage(YEAR * DAY_S) for r in range(6)]
    assert 0.002 <= np.mean(cover) <= 0.08  # the range of database.lookout_share


def test_vehicles_named_in_time_are_met_and_twice_as_many_lookouts_meet_more() -> None:
    covers = [
        np.mean([intelligence(s, r).lookouts.coverage(YEAR * DAY_S) for r in range(6)])
        for s in (BASELINE, read("gun_runner"))
    ]
    assert covers[1] > 1.3 * covers[0]


def test_late_channels_make_lookouts_worthless() -> None:
    """The later, the fewer lookouts are on a vehicle that is still in use."""
    slow = {"intelligence.police_leads_per_year": 0.0, "intelligence.delay_cv": 0.0}
    shares = []
    for days in (0.0, 14.0, 60.0, 365.0):
        of = intelligence(changes={**slow, "intelligence.intermediary_days": days}, days=2 * YEAR)
        shares.append(of.lookouts.late / of.lookouts.issued)
    assert all(after > before for before, after in pairwise(shares))
    assert shares[-1] > 0.9


def stopped(organisation: int, load: int) -> AttemptOutcome:
    booking = Attempt(
        f"o{organisation}/3/1", 0, TRAFFICKING, organisation, "ON", "OH", Route(PORT, 0), 0,
        3.5 * DAY_S, load,
    )  # fmt: skip
    return AttemptOutcome(booking, True)


def test_a_stop_is_a_lead_costs_a_vehicle_and_has_its_firearms_traced() -> None:
    of = intelligence(changes={"intelligence.traced_share": 1.0}, days=4)
    courier = of.couriers.of_trip("o5/3/1")
    had = [of.couriers.number(subject, 5, courier, 4.0 * DAY_S) for subject in (VEHICLE, DRIVER)]
    before = of.totals()
    sent = of.to_investigators.sent
    of.on_outcomes([stopped(5, 7)], 4.0 * DAY_S)
    assert of.to_investigators.sent == sent + 1
    has = [of.couriers.number(subject, 5, courier, 4.0 * DAY_S) for subject in (VEHICLE, DRIVER)]
    assert has == [number + 1 for number in had]
    of.advance(4.0 * DAY_S + 1.0)
    assert of.totals()["traces_requested"] >= before["traces_requested"] + 7


def test_more_organisations_leave_the_vehicles_and_cases_of_the_others() -> None:
    few, more = (
        intelligence(changes={"smuggling.organisations": n, "intelligence.evidence_speed": 0.0})
        for n in (60, 61)
    )
    for i in range(60):
        vehicle_of_few, vehicle_of_more = (
            of.couriers.number(VEHICLE, i, 1, 200.0 * DAY_S) for of in (few, more)
        )
        lost = [
            len([a for a in of.organisations.arrests if a[0] == i and a[1] <= 200.0 * DAY_S])
            for of in (few, more)
        ]
        assert vehicle_of_few - lost[0] == vehicle_of_more - lost[1]
    lengths = [
        {c.quantile: c.ends_s - c.opened_s for c in reversed(of.investigations.cases)}
        for of in (few, more)
    ]
    shared = [i for i in lengths[0] if i in lengths[1]]
    assert len(shared) > 10
    assert all(lengths[0][i] == pytest.approx(lengths[1][i]) for i in shared)


def test_organisations_keep_what_they_are_when_terms_change() -> None:
    before, after = (intelligence(s) for s in (BASELINE, read("etrace")))
    assert before.recoveries.count == after.recoveries.count
    assert dataclasses.asdict(before.intelligence_at(-1.0)) == dataclasses.asdict(
        after.intelligence_at(-1.0)
    )
