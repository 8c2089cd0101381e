"""The certificate holds whatever the configuration, and fails when a sum is tampered with."""

import dataclasses
import datetime
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.model.border import Border
from sim.model.intelligence.lead import Case
from sim.model.port.referral import SELECTIVE
from sim.records import (
    IN_TRANSIT,
    LINE_QUEUE_S,
    LINE_SERVED,
    ON_PRIMARY,
    PASSED,
    PRIMARY_S,
    READY,
    SEIZED,
    Fate,
)
from sim.replication import run_border
from sim.results.certificate import certify
from sim.scenario.intervention import BASELINE, Scenario
from sim.scenario.reading import names, read
from tests.behaviour.scene import JULY, point

PORTS = ("abercorn", "chief-mountain", "coutts", "goodlands", "midway", "pacific-highway", "sombra")

MIXES = st.fixed_dictionaries(
    {},
    optional={
        "traffic.volume_scale": st.floats(0.0, 2.0),
        "traffic.day_factor_cv": st.floats(0.0, 0.6),
        "staffing.officers_scale": st.floats(0.1, 4.0),
        "staffing.absent_share": st.floats(0.0, 0.9),
        "staffing.control_interval_min": st.sampled_from([15, 20, 30, 60]),
        "primary.cv": st.just(0.0) | st.floats(0.1, 2.0),
        "primary.distribution": st.sampled_from(["gamma", "lognormal"]),
        "primary.hurry_queue": st.floats(0.0, 20.0),
        "inspection.selective_share": st.floats(0.0, 1.0),
        "inspection.random_share": st.floats(0.0, 1.0),
        "inspection.d_prime": st.floats(0.0, 3.0),
        "inspection.examination_limit_min": st.floats(0.0, 120.0),
        "inspection.paperwork_share": st.floats(0.0, 0.2),
        "danger.lookouts_per_year": st.floats(0.0, 50_000.0),
        "smuggling.firearms_per_year": st.floats(0.0, 1e6),
        "smuggling.adversary": st.sampled_from(
            ["static", "quantal_response", "learning", "threshold", "worst_case"]
        ),
        "smuggling.rationality": st.floats(0.0, 50.0),
        "database.lookout_share": st.floats(0.0, 1.0),
        "intelligence.report_share": st.floats(0.0, 1.0),
        "intelligence.report_h": st.floats(0.0, 96.0),
        "intelligence.identifies_share": st.floats(0.0, 1.0),
        "intelligence.direct_share": st.floats(0.0, 1.0),
        "intelligence.sharing_evidence": st.floats(0.0, 1.0),
        "intelligence.investigators": st.integers(0, 60),
        "intelligence.case_leads": st.integers(1, 8),
        "intelligence.case_months": st.floats(0.1, 20.0),
        "intelligence.arrest_share": st.floats(0.0, 1.0),
    },
)


def mixed(chosen: list[str]) -> Scenario:
    """Several proposals at once, or as many of them as do not contradict each other."""
    scenario = BASELINE
    for name in chosen:
        try:
            scenario = Scenario.combine([scenario, read(name)])
        except InputError:
            continue
    return scenario


@settings(max_examples=60, phases=(Phase.explicit, Phase.generate))  # shrinking takes minutes
@given(
    MIXES,
    st.lists(st.sampled_from(names()), max_size=4, unique=True),
    st.lists(st.sampled_from(PORTS), min_size=1, max_size=4, unique=True),
    st.sampled_from([JULY, datetime.date(2005, 4, 29), datetime.date(2011, 3, 31)]),
    st.integers(0, 2**32 - 1),
)
def test_every_law_holds_for_any_mixture(
    changes: dict[str, object],
    chosen: list[str],
    ports: list[str],
    start: datetime.date,
    seed: int,
) -> None:
    short = {**changes, "intelligence.warm_up_days": 120}
    at = point(tuple(ports), 3, mixed(chosen), short, start=start, seed=seed)
    try:
        at.scenario.check(at.parameters)
    except InputError:
        assume(False)
    broken = [law for law in certify(run_border(at, 0).record()) if not law["held"]]
    assert broken == []


def run() -> Border:
    """A run in which every law has something to say."""
    return run_border(
        point(
            ("abercorn", "chief-mountain", "coutts"),
            5,
            BASELINE,
            {
                "smuggling.firearms_per_year": 1e6,
                "smuggling.price_cad": 3250.0,
                "smuggling.acquisition_cad": 750.0,
                "inspection.selective_share": 0.3,
            },
        ),
        0,
    )


def lose_a_vehicle(border: Border) -> None:
    border.tally.line[0, LINE_SERVED] -= 1


def stretch_the_line(border: Border) -> None:
    border.tally.line[0, LINE_QUEUE_S] += 1.0


def serve_a_vehicle_at_night(border: Border) -> None:
    closed = np.argwhere(border.plans.open_s == 0.0)[0]
    border.tally.lane[(*closed, 0, PRIMARY_S)] += 60.0


def work_without_officers(border: Border) -> None:
    border.tally.officer[0, 0, 12, ON_PRIMARY] += 1e6


def stand_ready_unpaid(border: Border) -> None:
    border.tally.officer[0, 0, 12, READY] += 60.0


def forget_an_attempt(border: Border) -> None:
    decided = np.isin(border.attempts["fate"][: border.attempts_of_day.count], (PASSED, SEIZED))
    border.attempts["fate"][np.flatnonzero(decided)[0]] = IN_TRANSIT


def be_more_than_certain(border: Border) -> None:
    border.attempts["p_found_if_in_time"][np.flatnonzero(border.attempts["in_time"] > 0)[0]] = 1.1


def find_more_than_minutes_give(border: Border) -> None:
    searched = (border.attempts["reason"] == SELECTIVE) & (border.attempts["examination_s"] > 0.0)
    border.attempts["p_find"][np.flatnonzero(searched)[0]] += 1e-6


def mislay_a_lead(border: Border) -> None:
    border.intelligence.leads.used -= 1


def open_a_case_without_an_investigator(border: Border) -> None:
    border.intelligence.investigations.cases.append(Case(0, 0.0, 1e9, False))


def forget_a_lookout(border: Border) -> None:
    border.intelligence.lookouts.issued += 1


def sell_what_is_not_there(border: Border) -> None:
    border.markets.markets["ON"].sold += 1.0


TAMPERED: dict[str, Callable[[Border], None]] = {
    "vehicles in = vehicles out + still in line": lose_a_vehicle,
    "Little's law: time integral of the line = sum of waits": stretch_the_line,
    "no vehicle served while its port is closed, but by the closing shift in overtime": (
        serve_a_vehicle_at_night
    ),
    "officers at work <= officers on shift": work_without_officers,
    "time in each officer's tasks sums to the shift": stand_ready_unpaid,
    "firearms planned = deterred + passed + seized + in transit": forget_an_attempt,
    "detection probability of every attempt within 0 and 1": be_more_than_certain,
    "detection probability = what the law gives for its minutes": find_more_than_minutes_give,
    "leads received = used + faded + waiting": mislay_a_lead,
    "investigators = free + at work on a case": open_a_case_without_an_investigator,
    "lookouts issued = expired + active": forget_a_lookout,
    "markets: stock at the start + firearms passed = sold + stock at the end": (
        sell_what_is_not_there
    ),
}


def test_every_law_is_broken_on_purpose_here() -> None:
    laws = certify(run().record())
    assert [law["law"] for law in laws if not law["held"]] == []
    assert {law["law"] for law in laws} == set(TAMPERED)


@pytest.mark.parametrize("law", TAMPERED)
def test_a_law_that_is_broken_is_found(law: str) -> None:
    border = run()
    TAMPERED[law](border)
    broken = {row["law"] for row in certify(border.record()) if not row["held"]}
    assert law in broken
    assert len(broken) <= 2  # what follows from it, not everything


def test_a_sum_that_is_no_number_breaks_its_law() -> None:
    border = run()
    border.tally.line[0, LINE_QUEUE_S] = np.nan
    held = {row["law"]: row["held"] for row in certify(border.record())}
    assert not held["Little's law: time integral of the line = sum of waits"]


def test_the_certificate_counts_for_itself() -> None:
    """It does not read the word for a fate, and finds a load that only the record has."""
    record = run().record()
    words = dataclasses.replace(record.attempts, fate=np.full_like(record.attempts.fate, "passed"))
    assert certify(dataclasses.replace(record, attempts=words)) == certify(record)
    load = record.attempts.load.copy()
    load[np.flatnonzero(record.attempts.fate == Fate.PASSED)[0]] += 1000
    loads = dataclasses.replace(record.attempts, load=load)
    broken = {
        row["law"]
        for row in certify(dataclasses.replace(record, attempts=loads))
        if not row["held"]
    }
    assert broken == {"markets: stock at the start + firearms passed = sold + stock at the end"}
