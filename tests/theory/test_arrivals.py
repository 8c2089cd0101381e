"""Arrivals are the Poisson process that their rates say, and days differ as the day factor says."""

import dataclasses
import datetime

import numpy as np
import pytest
from scipy import stats

from sim.model.port.traffic import demand
from sim.numerics.randomness import Streams
from sim.parameters import Parameters, Traffic
from sim.places.ports import read_ports
from sim.records import ARRIVALS
from sim.replication import run_border
from sim.scenario.intervention import BASELINE
from sim.scenario.point import Point
from tests.theory.station import DAY_S, HOURS, STANDARD_ERRORS, Station

RARE = 1e-4
"""A p-value below which chance is not believed. Seeds are fixed."""

RATES_PER_H = 12.0 + 10.0 * np.sin(np.arange(HOURS) / HOURS * 2.0 * np.pi)
DAYS = 800


@pytest.fixture(scope="module")
def arrivals_s() -> np.ndarray:
    station = Station(RATES_PER_H, 1.0, (4,))
    return station.run(DAYS, trace=int(1.2 * DAYS * RATES_PER_H.sum())).cars[:, 0]


@pytest.fixture(scope="module")
def counts(arrivals_s: np.ndarray) -> np.ndarray:
    """Cars by day and hour."""
    hours = np.bincount((arrivals_s // 3600.0).astype(int), minlength=DAYS * HOURS)
    return hours.reshape(DAYS, HOURS)


def test_hours_have_as_many_arrivals_as_their_rates_say(counts: np.ndarray) -> None:
    expected = RATES_PER_H * DAYS
    square = np.sum((counts.sum(axis=0) - expected) ** 2 / expected)
    assert stats.chi2.sf(square, HOURS) > RARE
    assert stats.chi2.cdf(square, HOURS) > RARE  # nor is it too good to be random


def test_counts_vary_as_poisson_numbers_and_do_not_remember(counts: np.ndarray) -> None:
    dispersion = counts.var(axis=0, ddof=1) / counts.mean(axis=0)
    error = np.sqrt(2.0 / (DAYS - 1))
    assert np.abs(dispersion - 1.0).max() <= STANDARD_ERRORS * error
    days = counts.sum(axis=1)
    assert abs(days.var(ddof=1) / days.mean() - 1.0) <= STANDARD_ERRORS * error
    hours = (counts - RATES_PER_H).ravel()
    correlation = np.corrcoef(hours[1:], hours[:-1])[0, 1]
    assert abs(correlation) <= STANDARD_ERRORS / np.sqrt(len(hours))


def test_whole_numbers_of_arrivals_have_the_poisson_distribution(counts: np.ndarray) -> None:
    hour = int(np.argmin(np.abs(RATES_PER_H - 12.0)))
    rate = RATES_PER_H[hour]
    edges = np.arange(5, 21)
    seen = np.bincount(np.searchsorted(edges, counts[:, hour], side="left"), minlength=17)
    below = stats.poisson.cdf(edges, rate)
    expected = DAYS * np.diff(np.concatenate([[0.0], below, [1.0]]))
    assert stats.chisquare(seen, expected).pvalue > RARE


def test_gaps_are_exponential_in_the_clock_of_the_rate(arrivals_s: np.ndarray) -> None:
    curve = np.concatenate([[0.0], np.cumsum(RATES_PER_H)])
    day, second = np.divmod(arrivals_s, DAY_S)
    clock = day * curve[-1] + np.interp(second, np.arange(HOURS + 1) * 3600.0, curve)
    gaps = np.diff(clock)
    assert stats.kstest(gaps, "expon").pvalue > RARE
    assert abs(np.corrcoef(gaps[1:], gaps[:-1])[0, 1]) <= STANDARD_ERRORS / np.sqrt(len(gaps))


def test_replications_and_seeds_bring_other_cars() -> None:
    first = Station((60.0,), 1.0).run(2, trace=5_000).cars[:, 0]
    for changed in ({"seed": 2006}, {"replication": 1}):
        other = dataclasses.replace(Station((60.0,), 1.0), **changed).run(2, trace=5_000).cars[:, 0]
        assert len(np.intersect1d(first, other)) == 0
    again = Station((60.0,), 1.0).run(2, trace=5_000).cars[:, 0]
    assert np.array_equal(first, again)


CV = 0.25


@pytest.fixture(scope="module")
def factors() -> tuple[np.ndarray, np.ndarray]:
    """Day factors of ten years, shape (days, ports), and the ports' regions."""
    ports = read_ports(2005)
    parameters = Parameters(traffic=Traffic(day_factor_cv=CV))
    start = datetime.date(2005, 1, 1)
    found = demand(ports, parameters.traffic, 2005, start, 3650, Streams(1, 0))
    return found.day_factor, ports.region


def test_the_day_factor_has_mean_one_and_its_coefficient_of_variation(
    factors: tuple[np.ndarray, np.ndarray],
) -> None:
    factor, region = factors
    for name in np.unique(region):
        days = factor[:, region == name][:, 0]
        assert abs(days.mean() - 1.0) <= STANDARD_ERRORS * CV / np.sqrt(len(days))
        # The standard error of a lognormal's standard deviation, from its fourth moment.
        w = 1.0 + CV**2
        kurtosis = w**4 + 2.0 * w**3 + 3.0 * w**2 - 3.0
        error = CV * np.sqrt((kurtosis - 1.0) / 4.0 / len(days))
        assert abs(days.std(ddof=1) - CV) <= STANDARD_ERRORS * error


def test_ports_of_a_region_share_their_day_and_regions_do_not(
    factors: tuple[np.ndarray, np.ndarray],
) -> None:
    factor, region = factors
    firsts = []
    for name in np.unique(region):
        columns = factor[:, region == name]
        assert np.all(columns == columns[:, :1])
        firsts.append(columns[:, 0])
    between = np.corrcoef(firsts) - np.eye(len(firsts))
    assert np.abs(between).max() <= STANDARD_ERRORS / np.sqrt(len(factor))


@pytest.mark.parametrize("cv", [0.0, CV])
def test_days_at_a_port_vary_by_chance_and_by_the_day_factor(cv: float) -> None:
    days, replications = 28, 20
    parameters = Parameters(traffic=Traffic(day_factor_cv=cv))
    start = datetime.date(2005, 6, 6)  # a Monday
    point = Point(parameters, BASELINE, ("abercorn",), 2005, start, days, 3, "compiled")
    seen, expected = [], []
    for replication in range(replications):
        border = run_border(point, replication)
        # Cars of each weekday over four weeks of one replication.
        seen.append(border.tally.lane[:, 0, :, 0, ARRIVALS].sum(axis=1))
        daily = border.demand.daily[:, 0, 0].reshape(4, 7)
        expected.append(daily.sum(axis=0))
    rates, squares = np.array(expected), (np.array(expected) / 4.0) ** 2 * 4.0
    rest = np.array(seen) - rates
    variance = rates + cv**2 * squares  # the squares of days of one month are nearly equal
    statistic = np.sum(rest**2 / variance)
    number = rest.size
    # A mixed Poisson number is a little heavier in the tails than a normal one: 5 errors for 4.
    assert abs(statistic / number - 1.0) <= 5.0 * np.sqrt(2.0 / number)
    assert abs(np.sum(rest) / np.sqrt(np.sum(variance))) <= STANDARD_ERRORS
