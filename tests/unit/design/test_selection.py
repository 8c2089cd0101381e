"""Selection of the best: right as often as promised, and cheaper than running all to the end."""

import numpy as np
import pytest
from scipy import stats

from sim.design.best import KimNelson

PILOT, ALPHA, MARGIN = 10, 0.05, 1.0


def selected(means: np.ndarray, seed: int, spread: float = 3.0) -> tuple[int, int]:
    """Which of some normal systems is selected, and after how many replications in all.

    Half of the variance is common to all of them, as under common random numbers.
    """
    rng = np.random.default_rng(seed)
    count = 4000
    half = spread / np.sqrt(2)
    common = rng.normal(0, half, count)
    draws = {f"s{k}": mean + common + rng.normal(0, half, count) for k, mean in enumerate(means)}
    screening = KimNelson(tuple(draws), MARGIN, ALPHA, PILOT)
    used = dict.fromkeys(draws, 0)
    there = PILOT
    while not screening.decided:
        assert there <= count
        for name in screening.alive:
            used[name] = there
        screening.look({name: draws[name][:there] for name in screening.alive})
        there += 1
    (best,) = screening.alive
    return int(best[1:]), sum(used.values())


def equal_allocation(means: np.ndarray, spread: float = 3.0) -> float:
    """Cost of the same guarantee if all systems are run equally often, in the mean.

    Clark and Yang's two-stage procedure with Bonferroni's bound, for common random numbers: as many
    replications of all as the most variable pair of the pilot asks for.
    """
    totals = []
    rivals = len(means) - 1
    quantile = stats.t.ppf(1 - ALPHA / rivals, PILOT - 1)
    for seed in range(200):
        rng = np.random.default_rng([seed, 7])
        pilot = means[:, None] + rng.normal(0, spread / np.sqrt(2), (len(means), PILOT))
        pairs = pilot[:, None, :] - pilot[None, :, :]
        widest = pairs.var(axis=2, ddof=1).max()
        totals.append(len(means) * max(PILOT, np.ceil(quantile**2 * widest / MARGIN**2)))
    return float(np.mean(totals))


def test_the_constant_is_kim_and_nelsons() -> None:
    # Their equation for c = 1: (1 + 2 eta)^(-(n0 - 1) / 2) / 2 = alpha / (k - 1).
    screening = KimNelson(("a", "b", "c", "d", "e"), 1.0, 0.05, 10)
    eta = screening.h_squared / (2 * 9)
    assert 0.5 * (1 + 2 * eta) ** (-9 / 2) == pytest.approx(0.05 / 4)


def test_the_plainly_best_is_selected_and_the_hopeless_are_run_no_further_than_the_pilot() -> None:
    best, used = selected(np.array([0.0, 40.0, 0.0, 0.0]), seed=1)
    assert best == 1
    assert used == 4 * PILOT


def test_what_has_been_looked_at_together_is_screened_replication_by_replication() -> None:
    draws = {f"s{k}": np.random.default_rng(k).normal(k, 3, 500) for k in range(4)}
    at_once = KimNelson(tuple(draws), MARGIN, ALPHA, PILOT)
    at_once.look(draws)
    by_one = KimNelson(tuple(draws), MARGIN, ALPHA, PILOT)
    for there in range(PILOT, 501):
        by_one.look({name: sample[:there] for name, sample in draws.items()})
    assert at_once.alive == by_one.alive == ["s3"]
    assert at_once.looked == by_one.looked


def test_of_two_that_never_differ_the_one_named_first_is_kept() -> None:
    sample = np.random.default_rng(1).normal(0, 1, 50)
    screening = KimNelson(("a", "b"), 1.0, 0.05, 10)
    screening.look({"a": sample, "b": sample})
    assert screening.alive == ["a"]


def test_the_best_is_selected_as_often_as_promised() -> None:
    # The hardest case: all others behind the best by just the margin.
    means = np.array([MARGIN, 0.0, 0.0, 0.0, 0.0])
    hits = sum(selected(means, seed)[0] == 0 for seed in range(400))
    assert hits / 400 >= 1 - ALPHA


def test_it_costs_at_most_three_fifths_of_equal_allocation() -> None:
    means = MARGIN * np.arange(10, dtype=float)
    used = [selected(means, seed)[1] for seed in range(100)]
    assert float(np.mean(used)) <= 0.6 * equal_allocation(means)
