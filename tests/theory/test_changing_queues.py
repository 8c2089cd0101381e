"""A line whose traffic and officers change by the hour: forward equations, and another simulator.

References
----------
.. [1] Gross, Shortle, Thompson and Harris, "Fundamentals of Queueing Theory", 4th edition, 2008:
   transient analysis by the Kolmogorov forward equations (2.11).
"""

import ciw
import numpy as np
import numpy.typing as npt
from scipy.linalg import expm

from sim.numerics.randomness import gamma_table
from sim.numerics.units import Floats
from sim.records import EXAMINATIONS, LINE_QUEUE_S, LINE_SERVED, LINE_WAIT_S
from tests.theory.station import DAY_S, HOURS, STANDARD_ERRORS, Station

# It is quiet for hours before booths close, so that hardly any officer leaves in the middle of a
# service (a booth that closes finishes its car, which the forward equations here do not know).
RUSH = [90.0, 150.0, 200.0, 190.0, 140.0, 120.0, 120.0, 140.0, 180.0, 220.0, 250.0, 220.0, 140.0]
RATES_PER_H = np.array([30.0] * 6 + RUSH + [30.0] * 5)
BOOTHS = np.array([2] * 7 + [3] * 8 + [4] * 7 + [2] * 2)
SERVICE_S = 60.0
STEPS_AN_HOUR = 4
MOST = 200


def forward(rate_per_s: float, booths: int) -> Floats:
    """Generator of the number of cars in M/M/c, cut off at `MOST`."""
    number = np.arange(MOST + 1)
    up = np.full(MOST, rate_per_s)
    down = np.minimum(number[1:], booths) / SERVICE_S
    generator = np.diag(up, 1) + np.diag(down, -1)
    return generator - np.diag(generator.sum(axis=1))


def numbers_at_steps(days: int) -> Floats:
    """Distribution of the number of cars at the end of every step of the last of some days."""
    step_s = 3600.0 / STEPS_AN_HOUR
    moves = {
        (rate, booths): expm(forward(rate / 3600.0, booths) * step_s)
        for rate, booths in set(zip(RATES_PER_H, BOOTHS, strict=True))
    }
    share = np.zeros(MOST + 1)
    share[0] = 1.0
    found = []
    for _ in range(days):
        for rate, booths in zip(RATES_PER_H, BOOTHS, strict=True):
            for _ in range(STEPS_AN_HOUR):
                share = share @ moves[rate, booths]
                found.append(share)
    return np.array(found[-HOURS * STEPS_AN_HOUR :])


def in_line(cars: Floats, moments: Floats) -> npt.NDArray[np.int64]:
    """How many have arrived, and their service has not begun."""
    arrived = np.searchsorted(np.sort(cars[:, 0]), moments)
    return arrived - np.searchsorted(np.sort(cars[:, 1]), moments)


def test_the_line_grows_and_shrinks_by_the_forward_equations() -> None:
    days, cut = 600, 2
    steps = HOURS * STEPS_AN_HOUR
    station = Station(RATES_PER_H, SERVICE_S, BOOTHS)
    cars = station.run(days, trace=int(1.1 * days * RATES_PER_H.sum())).cars
    # Just before the end of each step, when the booths are still those of the step.
    moments = np.arange(1, days * steps + 1) * (DAY_S / steps) - 1e-6
    queue = in_line(cars, moments).reshape(days, steps)[cut:]

    shares = numbers_at_steps(cut + 1)
    assert shares[:, -1].max() < 1e-6  # the cut-off does not matter
    lines = np.maximum(np.arange(MOST + 1) - np.repeat(BOOTHS, STEPS_AN_HOUR)[:, None], 0)
    mean = np.sum(shares * lines, axis=1)
    spread = np.sqrt(np.sum(shares * lines**2, axis=1) - mean**2)
    somebody = np.sum(shares * (lines > 0), axis=1)
    often = somebody * len(queue) > 30.0  # otherwise no normal approximation
    assert often.sum() > 50
    assert mean.max() > 12.0  # a rush that no stationary formula would describe

    apart = (queue.mean(axis=0) - mean) / (spread / np.sqrt(len(queue)))
    assert np.abs(apart[often]).max() <= STANDARD_ERRORS, np.round(apart, 1)
    spread = np.sqrt(somebody * (1.0 - somebody) / len(queue))
    apart = ((queue > 0).mean(axis=0) - somebody) / spread
    assert np.abs(apart[often]).max() <= STANDARD_ERRORS, np.round(apart, 1)


def test_another_simulator_makes_the_same_cars_wait_as_long() -> None:
    station = Station(RATES_PER_H, 75.0, (4,), gamma_table(1.2))
    days = 3
    cars = station.run(days, trace=12_000).cars
    arrival, start, end = cars.T
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([*np.diff(arrival, prepend=0.0), 1e12])],
        service_distributions=[ciw.dists.Sequential([*(end - start), 1.0])],
        number_of_servers=[4],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(arrival[-1] + 1e6)
    records = sorted(simulation.get_all_records(), key=lambda row: row.arrival_date)
    theirs = np.array([row.waiting_time for row in records])
    assert len(theirs) == len(cars) > 7_000
    assert (theirs > 0.0).mean() > 0.3
    np.testing.assert_allclose(start - arrival, theirs, rtol=0.0, atol=1e-3)


def test_the_time_integral_of_the_line_is_the_sum_of_the_waits() -> None:
    # Little's law on the sample path; the integral is that of the cars, not of the engine's sums.
    station = Station(RATES_PER_H, SERVICE_S, BOOTHS)
    days = 20
    record = station.run(days, trace=80_000)
    arrival, start, _ = record.cars.T
    grid = np.sort(np.concatenate([arrival, start, [days * DAY_S]]))
    grid = grid[grid <= days * DAY_S]
    lengths = np.diff(grid)
    integral = float(np.sum(in_line(record.cars, (grid[1:] + grid[:-1]) / 2.0) * lengths))
    assert len(record.engine.still_in_line()[1]) == 0
    for measured in (
        np.sum(start - arrival),
        record.lines[:, LINE_QUEUE_S].sum(),
        record.lines[:, LINE_WAIT_S].sum(),
    ):
        assert np.isclose(integral, measured, rtol=1e-9, atol=0.0)


def test_the_mean_line_is_the_arrival_rate_times_the_mean_wait() -> None:
    station = Station((170.0,), SERVICE_S, (3,))
    record = station.run(400)
    queue, error = record.mean_queue(10)
    wait_s, _ = record.mean_wait_s(10)
    assert abs(queue - station.rates_per_h[0] / 3600.0 * wait_s) <= STANDARD_ERRORS * error
    assert queue > 5.0


def test_more_booths_for_the_rush_shorten_waits_from_then_on_and_lengthen_none() -> None:
    first_s, last_s = 15 * 3600.0, 18 * 3600.0
    rush = (np.arange(HOURS) >= 15) & (np.arange(HOURS) < 18)
    cars, more = (
        Station(RATES_PER_H, SERVICE_S, booths).run(1, trace=6_000).cars
        for booths in (BOOTHS, BOOTHS + rush)
    )
    assert np.array_equal(cars[:, 0], more[:, 0])
    saved_s = cars[:, 1] - more[:, 1]
    assert saved_s.min() >= -1e-6
    assert np.all(saved_s[cars[:, 1] < first_s] == 0.0)
    then = (cars[:, 0] >= first_s) & (cars[:, 0] < last_s)
    assert saved_s[then].mean() > 0.5 * (cars[then, 1] - cars[then, 0]).mean()


def test_work_left_at_midnight_counts_on_a_day_on_which_nobody_comes() -> None:
    last_hour = np.where(np.arange(HOURS) == HOURS - 1, 60.0, 0.0)
    station = Station(last_hour, 10.0, (4,), referred_share=1.0, examination_s=600.0, bays=1)
    record = station.run(1, idle_days=1)
    assert record.lines[1, LINE_SERVED] == 0
    assert record.lanes[1, EXAMINATIONS] == record.referred() - record.lanes[0, EXAMINATIONS] > 0
