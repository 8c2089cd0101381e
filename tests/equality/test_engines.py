"""Both engines are the same model: every vehicle, attempt and sum, whatever the configuration."""

import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.parameters import Parameters
from sim.records import PASSED, SEIZED, TURNED_BACK
from sim.scenario.intervention import Intervention, Scenario, Where
from sim.scenario.point import Point
from tests.equality.fixed import fixed_points, parameters
from tests.equality.twins import Twins

# One-officer ports with long and short days and a season; a ferry, rail and middling roads; large
# ports with NEXUS, FAST, truck and bus lines. Neighbours are among them, so that closures divert.
SMALL = ("abercorn", "aden", "chief-mountain", "whirlpool", "noyan", "lacolle-223")
MIDDLE = ("sombra", "rail-sarnia", "aldergrove", "coutts", "st-stephen", "stanstead-55")
LARGE = ("pacific-highway", "sarnia", "windsor-ambassador", "windsor-tunnel", "rainbow")


def one_of(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


SHARE = st.floats(0.0, 1.0)
RARE = one_of(0.0, 0.003, 0.05, 1.0)
ROOMS = {
    "traffic": st.fixed_dictionaries(
        {
            "volume_scale": one_of(1.0, 0.001, 0.3, 2.0),
            "day_factor_cv": one_of(0.12, 0.0, 0.6),
            "nexus_share": one_of(0.08, 0.0, 0.6),
            "fast_share": one_of(0.12, 0.0, 0.6),
            "sailings_per_day": one_of(6, 1, 24),
            "nexus_lane": st.booleans(),
            "fast_lane": st.booleans(),
            "patience_from_min": one_of(20.0, 0.0, 5.0),
            "patience_min": one_of(350.0, 5.0, 60.0),
            "patience_truck_min": one_of(1500.0, 20.0),
        }
    ),
    "primary": st.fixed_dictionaries(
        {
            "cv": one_of(0.7, 0.0, 0.3, 1.5),
            "distribution": one_of("gamma", "lognormal"),
            "car_s": one_of(55.0, 60.0, 150.0),
            "query_s": one_of(5.0, 0.0),
            "car_booths_added": one_of(0, 2),
            "fast_booths_added": one_of(0, 1),
            "hurry_queue": one_of(8.0, 0.0, 1.0, 1e9),
            "hurry_service": one_of(0.85, 0.3),
            "hurry_skill": one_of(0.8, 0.0),
        }
    ),
    "inspection": st.fixed_dictionaries(
        {
            "selective_share": one_of(0.013, 0.0, 0.2, 1.0) | SHARE,
            "selective_truck_share": RARE,
            "random_share": RARE,
            "paperwork_share": one_of(0.008, 0.1),
            "d_prime": one_of(0.75, 0.0, 3.0),
            "nexus_referral": one_of(1.0, 0.3, 0.0),
            "fast_referral": one_of(1.0, 0.3, 0.0),
            "withdrawal_share": one_of(0.0, 0.5, 1.0),
            "clearance_min": one_of(15.0, 1.0),
            "secondary_cv": one_of(0.8, 0.0),
            "examination_limit_min": one_of(20.0, 0.0, 7.5, 300.0),
            "cursory_min": one_of(5.0, 0.5),
            "full_min": one_of(30.0, 3.0),
        }
    ),
    "database": st.fixed_dictionaries({"link_everywhere": st.booleans()}),
    "intelligence": st.fixed_dictionaries(
        {"report_share": one_of(0.0, 0.5, 1.0), "report_h": one_of(72.0, 0.0)}
    ),
    "duty": st.fixed_dictionaries(
        {"waive_queue": one_of(6.0, 0.0, 1.0), "collected_share": one_of(0.045, 1.0)}
    ),
    "staffing": st.fixed_dictionaries(
        {
            "officers_scale": one_of(1.0, 0.3, 3.0),
            "absent_share": one_of(0.05, 0.0, 0.5),
            "control_interval_min": one_of(60, 15, 20, 30),
            "booth_load": one_of(1.3, 0.1, 3.0),
            "port_draw": one_of(0, 1, 2),
        }
    ),
    "danger": st.fixed_dictionaries(
        {
            "lookouts_per_year": one_of(36.0, 5e3, 1e5),
            "withdrawal_median_h": one_of(1.0, 0.1, 6.0),
            "police_present_share": one_of(0.02, 0.0),
        }
    ),
    "smuggling": st.fixed_dictionaries(
        {
            "adversary": one_of(
                "quantal_response", "static", "learning", "threshold", "worst_case"
            ),
            "firearms_per_year": one_of(4e4, 1e6),
            "traveller_firearms_per_million": one_of(900.0, 1e5),
            "commercial_share": one_of(0.1, 0.5),
        }
    ),
}
# What may change at an odd second, and how.
CHANGES = {
    "staffing.officers_scale": ("set", one_of(0.0, 0.3, 2.0)),
    "staffing.absent_share": ("set", SHARE),
    "traffic.volume_scale": ("scale", one_of(0.0, 0.5, 2.0)),
    "traffic.nexus_share": ("set", SHARE),
    "traffic.fast_share": ("set", SHARE),
    "primary.car_s": ("set", one_of(20.0, 60.0, 200.0)),
    "primary.car_booths": ("set", one_of(1, 2, 5)),
    "primary.truck_booths": ("set", one_of(1, 3)),
    "primary.hurry_queue": ("set", one_of(0.0, 2.0)),
    "duty.waive_queue": ("set", one_of(0.0, 2.0)),
    "inspection.selective_share": ("set", SHARE),
    "inspection.random_share": ("set", RARE),
    "inspection.withdrawal_share": ("set", SHARE),
    "inspection.fast_referral": ("set", SHARE),
    "inspection.examination_limit_min": ("set", one_of(0.0, 3.0, 90.0)),
    "inspection.full_min": ("scale", one_of(0.1, 3.0)),
    "danger.police_response_min": ("set", one_of(0.0, 200.0)),
    "database.link_everywhere": ("set", st.just(True)),
    "port": (
        "close or hours",
        one_of(True, "trucks", "cars", (9.5, 17.25), (0.0, 23.0), (7.0, 24.0), (11.0, 11.5)),
    ),
}


@st.composite
def interventions(
    draw: st.DrawFn, ports: tuple[str, ...], start: datetime.date, days: int
) -> tuple[Intervention, ...]:
    """Changes that begin and end at any second, in some ports or everywhere."""
    midnight = datetime.datetime.combine(start, datetime.time())
    second = st.integers(0, days * 86400 - 1) | st.integers(0, 24 * days - 1).map(
        lambda h: 3600 * h
    )
    found = []
    for name in draw(st.lists(st.sampled_from(list(CHANGES)), max_size=5, unique=True)):
        operation, values = CHANGES[name]
        value = draw(values)
        if name == "port":
            operation = "hours" if isinstance(value, tuple) else "close"
        first, last = sorted((draw(second), draw(second)))
        where = draw(st.lists(st.sampled_from(ports), unique=True, max_size=len(ports)))
        found.append(
            Intervention(
                parameter=name,
                operation=operation,
                value=value,
                where=Where(ports=tuple(where)),
                start=draw(one_of(None, midnight + datetime.timedelta(seconds=first))),
                end=midnight + datetime.timedelta(seconds=last + 1),
            )
        )
    return tuple(found)


@st.composite
def points(draw: st.DrawFn) -> Point:
    rooms = {name: draw(strategy) for name, strategy in ROOMS.items()}
    large = draw(st.lists(st.sampled_from(LARGE), unique=True, max_size=1))
    others = draw(st.lists(st.sampled_from(SMALL + MIDDLE), unique=True, min_size=1, max_size=4))
    ports = tuple(sorted([*large, *others]))
    if large:  # two days of the largest port are 30,000 vehicles
        rooms["traffic"]["volume_scale"] = min(rooms["traffic"]["volume_scale"], 1.0)
    rooms["intelligence"]["warm_up_days"] = 120  # two years would be most of what two days cost
    start = draw(
        one_of(
            datetime.date(2005, 7, 2),  # the busiest weekend
            datetime.date(2005, 9, 29),  # a season ends
            datetime.date(2005, 4, 30),  # a season begins
            datetime.date(2004, 12, 30),  # a year begins
            datetime.date(2006, 2, 14),
        )
    )
    days = draw(one_of(2, 3)) if not large else 2
    return Point(
        parameters=parameters(**rooms),
        scenario=Scenario("drawn", interventions=draw(interventions(ports, start, days))),
        ports=ports,
        year=2005,
        start=start,
        days=days,
        seed=draw(st.integers(0, 2**32 - 1)),
        engine="compiled",
    )


def check(point: Point, replication: int) -> None:
    twins = Twins.of(point, replication)
    assert twins.differences() == []


def test_the_baseline_of_one_small_port() -> None:
    point = Point(
        Parameters(), Scenario("baseline"), ("abercorn",), 2005, datetime.date(2005, 7, 1), 2, 1,
        "compiled",
    )  # fmt: skip
    check(point, 0)


@pytest.mark.parametrize("number", [0, 1])
def test_fixed_configurations_use_every_rule(number: int) -> None:
    twins = Twins.of(fixed_points()[number], 0)
    assert twins.differences() == []
    secondary = twins.traces("trace_2")[0]
    assert {1.0, 2.0, 3.0, 4.0, 5.0, 6.0} <= set(secondary[:, 5])
    assert (secondary[:, 4] == -1.0).any()
    officer = twins.compiled.tally.officer.sum(axis=(0, 1, 2))
    assert (officer > 0.0).all()
    attempts = twins.compiled.attempts[: twins.compiled.attempts_of_day.count]
    assert {PASSED, SEIZED, TURNED_BACK} <= set(attempts["fate"])
    assert {0, 1} <= set(attempts["in_time"])


DRAWN = settings(suppress_health_check=list(HealthCheck))


@settings(DRAWN, max_examples=70)
@given(points(), st.integers(0, 3))
def test_engines_agree(point: Point, replication: int) -> None:
    check(point, replication)


@pytest.mark.slow
@settings(DRAWN, max_examples=200, derandomize=False)
@given(points(), st.integers(0, 2**32 - 1))
def test_engines_agree_on_many_more(point: Point, replication: int) -> None:
    check(point, replication)
