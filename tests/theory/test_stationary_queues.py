"""Waits at a line that does not change agree with the formulas of the textbooks.

A mean may be 4 standard errors by batch means from theory, and the standard error itself may be at
most 2 % of the mean, so that agreement means something.

References
----------
.. [1] Gross, Shortle, Thompson and Harris, "Fundamentals of Queueing Theory", 4th edition, 2008:
   Erlang C (2.3), Pollaczek-Khinchine (5.1).
"""

import numpy as np
import pytest

from sim.numerics.randomness import gamma_table, lognormal_table
from sim.records import WAIT_BIN_EDGES_MIN
from tests.theory.station import NEVER, STANDARD_ERRORS, Record, Station, ratio, squared_cv

SERVICE_S = 10.0
CARS = 5_000_000
LARGEST_ERROR = 0.02


def station_at(load: float, booths: int, table: np.ndarray | None = None) -> Station:
    rate = load * booths * 3600.0 / SERVICE_S
    return Station((rate,), SERVICE_S, (booths,), table)


def run(station: Station, cars: int = CARS, batches: int = 50) -> tuple[Record, int]:
    """Run a station for about so many cars; also the days of a batch."""
    batch_days = max(1, round(cars / (24.0 * station.rates_per_h[0]) / batches))
    return station.run(batch_days * batches), batch_days


def erlang_c(load: float, booths: int) -> float:
    """Probability of waiting in M/M/c."""
    offered = load * booths
    blocked = 1.0
    for c in range(1, booths + 1):  # Erlang B by its recursion
        blocked = offered * blocked / (c + offered * blocked)
    return blocked / (1.0 - load * (1.0 - blocked))


def assert_near(measured: tuple[float, float], theory: float) -> None:
    value, error = measured
    assert error <= LARGEST_ERROR * theory, f"standard error {error / theory:.1%} of {theory:g}"
    apart = (value - theory) / error
    assert abs(apart) <= STANDARD_ERRORS, f"{value:g} against {theory:g}: {apart:.1f} errors apart"


MARKOV = [(0.5, 1), (0.9, 1), (0.8, 2), (0.9, 4), (0.7, 8), (0.95, 20)]


@pytest.mark.parametrize(("load", "booths"), MARKOV)
def test_exponential_services_wait_by_erlang_c(load: float, booths: int) -> None:
    record, batch_days = run(station_at(load, booths))
    waiting = erlang_c(load, booths)
    mean_wait_s = waiting * SERVICE_S / (booths * (1.0 - load))
    assert_near(record.mean_wait_s(batch_days), mean_wait_s)
    assert_near(record.mean_queue(batch_days), mean_wait_s * booths * load / SERVICE_S)


@pytest.mark.parametrize(("load", "booths"), [(0.8, 1), (0.9, 4)])
def test_the_whole_distribution_of_waits_is_that_of_erlang(load: float, booths: int) -> None:
    service_s = 60.0
    station = Station((load * booths * 60.0,), service_s, (booths,))
    days, replications = 40, 30
    counts = np.stack(
        [
            Station(station.rates_per_h, service_s, (booths,), replication=k)
            .run(days)
            .tally.waits.sum(axis=(0, 1, 2, 3))
            for k in range(replications)
        ]
    )
    upper_s = 60.0 * np.array(WAIT_BIN_EDGES_MIN[1:], dtype=float)
    drain = booths * (1.0 - load) / service_s
    longer = erlang_c(load, booths) * np.exp(-drain * np.concatenate([[0.0], upper_s]))
    seen = 1.0 - np.cumsum(counts, axis=1)[:, : len(longer)] / counts.sum(axis=1, keepdims=True)
    error = seen.std(axis=0, ddof=1) / np.sqrt(replications)
    tested = longer > 1e-3
    assert tested.sum() >= 10
    apart = (seen.mean(axis=0) - longer)[tested] / error[tested]
    assert np.abs(apart).max() <= STANDARD_ERRORS, np.round(apart, 1)


GENERAL = [
    ("constant", 0.0, 0.8),
    ("constant", 0.0, 0.95),
    ("gamma", 0.5, 0.85),
    ("gamma", 1.0, 0.85),
    ("gamma", 1.5, 0.8),
    ("lognormal", 0.5, 0.85),
    ("lognormal", 1.0, 0.85),
    ("lognormal", 1.5, 0.8),
]


@pytest.mark.parametrize(("family", "cv", "load"), GENERAL)
def test_one_booth_waits_by_pollaczek_khinchine(family: str, cv: float, load: float) -> None:
    table = lognormal_table(cv) if family == "lognormal" else gamma_table(cv)
    record, batch_days = run(station_at(load, 1, table))
    mean_wait_s = SERVICE_S * load / (1.0 - load) * (1.0 + squared_cv(table)) / 2.0
    assert_near(record.mean_wait_s(batch_days), mean_wait_s)


def test_constant_services_wait_half_as_long_as_exponential_ones() -> None:
    waits = [
        run(station_at(0.8, 1, table))[0].mean_wait_s(10)[0] for table in (gamma_table(0.0), None)
    ]
    assert waits[0] / waits[1] == pytest.approx(0.5, rel=0.03)


def test_a_lone_officer_who_leaves_the_booth_makes_one_queue_of_both_works() -> None:
    # Service of a car = primary + the examination or clearance it may need (rule 7 of the day).
    share, examination_s, papers, clearance_s = 0.1, 40.0, 0.05, 30.0
    station = Station(
        (3600.0 * 0.8 / 15.35,), SERVICE_S, (1,),
        referred_share=share, examination_s=examination_s,
        paperwork_share=papers, clearance_s=clearance_s,
    )  # fmt: skip
    examined = (1.0 - papers) * share
    mean = SERVICE_S + examined * examination_s + papers * clearance_s
    extra_square = 2.0 * (examined * examination_s**2 + papers * clearance_s**2)
    extra = mean - SERVICE_S
    square = 2.0 * SERVICE_S**2 + 2.0 * SERVICE_S * extra + extra_square
    rate = station.rates_per_h[0] / 3600.0
    record, batch_days = run(station)
    assert_near(record.mean_wait_s(batch_days), rate * square / 2.0 / (1.0 - rate * mean))


def abandonment(rate: float, mean_s: float, officers: int, limit_s: float) -> float:
    """Share of those in M/M/n who leave at a fixed limit of patience.

    References
    ----------
    .. [1] Zeltyn and Mandelbaum, "Call centers with impatient customers: many-server asymptotics
       of the M/M/n+G queue", Queueing Systems 51, 2005, section 3.
    """
    offered = rate * mean_s
    surplus = officers / mean_s - rate
    terms = np.cumprod([1.0, *((officers - k) / offered for k in range(1, officers))])
    idle = terms.sum()  # E of the paper: sum of (offered^j / j!) over the last of its terms
    within = (1.0 - np.exp(-surplus * limit_s)) / surplus
    beyond = np.exp(-surplus * limit_s) * mean_s / officers
    waiting = within + beyond
    return float((1.0 - surplus * waiting) / (idle + rate * waiting))


@pytest.mark.parametrize(
    ("bays", "load", "limit_s"), [(1, 0.8, 60.0), (2, 1.3, 120.0), (4, 0.9, 30.0)]
)
def test_examinations_are_released_as_the_queue_with_impatient_customers_says(
    bays: int, load: float, limit_s: float
) -> None:
    # Cars leave a line of exponential booths as they came, a Poisson stream (Burke); a share of
    # them joins secondary, which is a queue of its own.
    share, examination_s = 0.25, 100.0
    rate = load * bays / examination_s
    booths = 2
    service_s = booths * 0.6 * share / rate
    station = Station(
        (3600.0 * rate / share,), service_s, (booths,),
        referred_share=share, examination_s=examination_s, bays=bays, limit_s=limit_s,
    )  # fmt: skip
    record, batch_days = run(station)
    theory = abandonment(rate, examination_s, bays, limit_s)
    assert_near(record.released_share(batch_days), theory)
    waits = erlang_c(0.6, booths) * service_s / (booths * 0.4)
    assert_near(record.mean_wait_s(batch_days), waits)


def test_nobody_is_released_where_no_limit_runs_out() -> None:
    station = Station((60.0,), 20.0, (1,), referred_share=0.2, examination_s=60.0, bays=1)
    assert station.limit_s == NEVER
    record = station.run(50)
    assert record.released_share(5)[0] == 0.0
    assert record.referred() > 10_000


def test_the_ratio_estimator_knows_its_error() -> None:
    random = np.random.default_rng(1)
    below = random.gamma(4.0, 1.0, size=(400, 200))
    above = 3.0 * below + random.normal(size=below.shape)
    found = np.array([ratio(a, b, 5) for a, b in zip(above, below, strict=True)])
    assert found[:, 0].mean() == pytest.approx(3.0, rel=0.01)
    assert found[:, 1].mean() == pytest.approx(found[:, 0].std(), rel=0.15)
