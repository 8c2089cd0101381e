"""Organisations: arrested, out of action, replaced; the same opportunities in every scenario."""

import dataclasses

import pytest

from sim.model.smuggling.organisation import Opportunity, Organisations
from sim.model.smuggling.routes import Attempt, AttemptOutcome, Route
from sim.numerics.randomness import Streams
from sim.numerics.units import DAY_S
from sim.parameters import Smuggling
from sim.places.network import shares
from sim.records import PORT, TRAFFICKING


def organisations(**changes: object) -> Organisations:
    return Organisations(dataclasses.replace(Smuggling(), **changes), Streams(3, 0))  # type: ignore[arg-type]


def trip(organisation: int, at_s: float) -> Opportunity:
    return Opportunity(organisation, "OH", "ON", 7, 0, 1, at_s, 4, False, False, False)


def caught(organisation: int, number: int, stopped: bool = True) -> AttemptOutcome:
    booking = Attempt(
        f"o{organisation}/0/{number}", number, TRAFFICKING, organisation, "ON", "OH",
        Route(PORT, 0), 0, 0.0, 4, arrest_share=0.25,
    )  # fmt: skip
    return AttemptOutcome(booking, stopped)


def test_an_arrest_is_a_gap_and_not_an_end() -> None:
    everyone = organisations(replacement_days=120.0, sentence_years=1.0)
    everyone.arrest(5, 10.0 * DAY_S)
    assert everyone.in_action(5, 9.9 * DAY_S)
    assert not everyone.in_action(5, 10.0 * DAY_S)
    assert not everyone.in_action(5, 129.9 * DAY_S)
    assert everyone.in_action(5, 130.0 * DAY_S)
    assert everyone.in_action(4, 50.0 * DAY_S)
    assert not everyone.in_action(5, 50.0 * DAY_S)
    assert everyone.in_action(5, 131.0 * DAY_S)


@pytest.mark.parametrize(("years", "days"), [(0.1, 36.5), (4.0, 120.0)])
def test_whichever_is_first_ends_the_gap(years: float, days: float) -> None:
    """People come out of prison, or others take their place."""
    everyone = organisations(replacement_days=120.0, sentence_years=years)
    everyone.arrest(0, 0.0)
    assert not everyone.in_action(0, (days - 0.1) * DAY_S)
    assert everyone.in_action(0, days * DAY_S)


def test_those_in_custody_cannot_be_arrested_again() -> None:
    everyone = organisations(replacement_days=100.0)
    everyone.arrest(0, 0.0)
    everyone.arrest(0, 90.0 * DAY_S)
    assert everyone.arrests == [(0, 0.0)]
    assert everyone.in_action(0, 101.0 * DAY_S)
    everyone.arrest(0, 101.0 * DAY_S)
    assert not everyone.in_action(0, 150.0 * DAY_S)


def test_only_couriers_who_are_caught_bring_an_organisation_down_and_not_all_of_them() -> None:
    everyone = organisations(organisations=4000)
    everyone.on_outcomes([caught(i, i) for i in range(2000)], DAY_S)
    assert 400 < len(everyone.arrests) < 600
    free = organisations(organisations=4000)
    free.on_outcomes([caught(i, i, stopped=False) for i in range(2000)], DAY_S)
    assert free.arrests == []
    # The same courier, caught in another scenario, brings down the same organisation.
    some = organisations(organisations=4000)
    some.on_outcomes([caught(i, i) for i in range(0, 2000, 2)], DAY_S)
    assert some.arrests == [
        opportunity for opportunity in everyone.arrests if opportunity[0] % 2 == 0
    ]


def test_opportunities_that_are_keen_enough_bring_the_flow_that_is_set() -> None:
    """There are more than are used, so that a higher price finds some."""
    smuggling = Smuggling(firearms_per_year=36_500.0, load_mean=4.0)
    everyone = Organisations(smuggling, Streams(3, 0), used_share=0.5)
    chances = [
        opportunity for day in range(300) for opportunity in everyone.opportunities(day, smuggling)
    ]
    used = [opportunity for opportunity in chances if opportunity.willingness_quantile < 0.5]
    assert len(chances) == pytest.approx(2 * 25 * 300, rel=0.03)
    assert sum(opportunity.load for opportunity in used) / 300 == pytest.approx(100.0, rel=0.1)


def test_what_is_bought_and_sold_has_the_shares_of_the_record() -> None:
    """Traces of 2004 by state and province (C133-C142), in every replication."""
    smuggling = Smuggling(firearms_per_year=200_000.0)
    everyone = Organisations(smuggling, Streams(9, 4))
    chances = [
        opportunity for day in range(100) for opportunity in everyone.opportunities(day, smuggling)
    ]
    for places, ids in (
        (everyone.network.sources, [opportunity.source for opportunity in chances]),
        (everyone.network.markets, [opportunity.market for opportunity in chances]),
    ):
        for place, wanted in zip(places, shares(places), strict=True):
            error = 4.0 * (wanted * (1.0 - wanted) / len(chances)) ** 0.5
            assert ids.count(place.id) / len(chances) == pytest.approx(wanted, abs=error + 0.01)
