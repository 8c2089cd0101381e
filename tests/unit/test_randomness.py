"""The draws are Philox4x32-10, belong to things, and follow the distributions they are meant to."""

import math
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq

from sim.model.port.traffic import lane_entities
from sim.numerics import randomness, root_of
from sim.numerics.randomness import (
    TWO_32,
    Streams,
    entity_number,
    exponential_table,
    fill_words,
    gamma_table,
    lognormal_table,
    philox,
    poisson_counts,
    quantile,
)
from sim.places.ports import read_ports

RARE = 1e-4
"""A p-value below which chance is not believed. Seeds are fixed."""

# kat_vectors of Random123 1.14.0, philox4x32 with 10 rounds: counter, key, result.
KNOWN = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000",
     "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff",
     "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0",
     "d16cfe09 94fdcceb 5001e420 24126ea1"),
]  # fmt: skip


def numbers(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_philox_gives_the_published_answers(counter: str, key: str, answer: str) -> None:
    index, day, entity, purpose = numbers(counter)
    seed, replication = numbers(key)
    arguments = (index, day, entity, purpose, seed, replication)
    assert [int(word) for word in philox(*map(np.uint64, arguments))] == numbers(answer)
    words = tuple(np.zeros((4, 1), np.uint32))
    fill_words(index, day, entity, purpose, seed, replication, words)
    assert [int(word[0]) for word in words] == numbers(answer)


def test_a_draw_depends_on_its_own_key_alone() -> None:
    streams = Streams(7, 3)
    whole = streams.words(randomness.VEHICLE, 99, 12, 500)
    part = streams.words(randomness.VEHICLE, 99, 12, 40, first=300)
    for all_of_them, some in zip(whole, part, strict=True):
        assert np.array_equal(all_of_them[300:340], some)
    # Others drawn in between, in any order, change nothing.
    streams.words(randomness.ROUTE, 1, 2, 1000)
    Streams(8, 3).words(randomness.VEHICLE, 99, 12, 10)
    again = streams.words(randomness.VEHICLE, 99, 12, 500)
    assert all(np.array_equal(a, b) for a, b in zip(whole, again, strict=True))


def test_any_part_of_the_key_makes_other_draws() -> None:
    def draw(seed: int, replication: int, purpose: int, entity: int, day: int) -> bytes:
        return np.stack(Streams(seed, replication).words(purpose, entity, day, 64)).tobytes()

    key = (1, 2, 3, 4, 5)
    others = [tuple(n + (i == k) for i, n in enumerate(key)) for k in range(5)]
    swapped = [(2, 1, 3, 4, 5), (1, 2, 4, 3, 5), (1, 2, 3, 5, 4), (0, 0, 0, 0, 0)]
    drawn = [draw(*one) for one in (key, *others, *swapped)]
    assert len(set(drawn)) == len(drawn)


def test_a_vehicle_is_written_where_it_is_asked_for_and_nowhere_else() -> None:
    words = [np.full(20, 7, np.uint32) for _ in range(4)]
    fill_words(5, 1, 2, 3, 4, 5, tuple(word[6:16] for word in words))
    expected = Streams(4, 5).words(3, 2, 1, 10, first=5)
    for word, wanted in zip(words, expected, strict=True):
        assert np.array_equal(word[6:16], wanted)
        assert np.all(word[:6] == 7)
        assert np.all(word[16:] == 7)


def test_no_purpose_is_given_twice() -> None:
    given = [
        value
        for name, value in vars(randomness).items()
        if name.isupper() and not name.startswith("_") and isinstance(value, int)
    ]
    assert len(given) >= 11
    assert len(set(given)) == len(given)


def test_no_two_entities_share_a_number() -> None:
    ports = read_ports(2005)
    names = [f"{port}/{lane}" for port in ports.ids for lane in ("car", "nexus", "truck")]
    for port in ports.ids:
        names += [str(port), f"visitor/{port}", f"route/{port}"]
    names += [f"region/{region}" for region in np.unique(ports.region)]
    names += [f"organisation/{i}" for i in range(200)]
    names += ["route/between", "route/none", "danger/subjects", "danger/runners", "organisations"]
    count = Counter(entity_number(name) for name in names)
    lanes = lane_entities(ports).ravel().tolist()
    assert len(set(lanes)) == len(lanes)
    assert max(count.values()) == 1
    assert all(0 <= number < TWO_32 for number in count)


def test_words_are_uniform_in_their_high_and_low_bits() -> None:
    words = np.stack(Streams(2005, 0).words(randomness.VEHICLE, 123, 45, 200_000))
    for word in words:
        for bins in (word >> 24, word & 0xFF):
            assert stats.chisquare(np.bincount(bins, minlength=256)).pvalue > RARE
        ones = np.unpackbits(word.view(np.uint8)).mean()
        assert abs(ones - 0.5) < 4.0 * 0.5 / np.sqrt(32 * len(word))


def test_neighbours_in_any_direction_are_unrelated() -> None:
    # Entities, days and replications differ in a few bits of the key; their draws do not show it.
    count = 20_000

    def uniform(day: int = 0, entity: int = 0, seed: int = 1, replication: int = 0) -> np.ndarray:
        return Streams(seed, replication).uniforms(1, entity, day, count)

    here = uniform()
    rows = [*here, *uniform(day=1), *uniform(entity=1), *uniform(seed=2), *uniform(replication=1)]
    rows += [np.roll(row, 1) for row in here]
    correlation = np.corrcoef(rows) - np.eye(len(rows))
    assert np.abs(correlation).max() < 5.0 / np.sqrt(count)
    pairs = np.histogram2d(here[0][:-1], here[0][1:], bins=16, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(pairs.ravel()).pvalue > RARE


def test_uniform_numbers_are_never_zero_or_one() -> None:
    lowest, highest = 0.5 / TWO_32, (2**32 - 1 + 0.5) / TWO_32
    assert 0.0 < lowest < highest < 1.0
    drawn = Streams(1, 1).uniforms(1, 1, 1, 10_000)
    assert drawn.min() >= lowest
    assert drawn.max() <= highest


def test_first_words_of_many_entities_are_those_drawn_one_by_one() -> None:
    streams = Streams(3, 1)
    entities = np.array([5, 7, 4_000_000_000])
    together = streams.first_words(randomness.ROUTE, entities, 12, 34)
    alone = [streams.words(randomness.ROUTE, int(e), 12, 1, first=34)[0][0] for e in entities]
    assert together.tolist() == [int(word) for word in alone]


@pytest.mark.parametrize("mean", [0.0, 0.003, 0.7, 5.0, 27.4, 300.0])
def test_poisson_counts_are_the_quantiles(mean: float) -> None:
    uniform = np.concatenate([(np.arange(2000) + 0.5) / 2000, [0.5 / TWO_32, 1.0 - 0.5 / TWO_32]])
    wanted = stats.poisson.ppf(uniform, mean).clip(0)
    assert np.array_equal(poisson_counts(uniform, mean), wanted)
    assert int(poisson_counts(float(uniform[7]), mean)) == wanted[7]


def gamma(cv: float) -> stats.rv_continuous:
    return stats.gamma(1.0 / cv**2, scale=cv**2)


def lognormal(cv: float) -> stats.rv_continuous:
    sigma = np.sqrt(np.log1p(cv**2))
    return stats.lognorm(sigma, scale=np.exp(-(sigma**2) / 2.0))


CVS = (0.3, 0.7, 1.0, 1.5)
TABLES = [
    ("exponential", exponential_table(), stats.expon()),
    *[(f"gamma {cv}", gamma_table(cv), gamma(cv)) for cv in CVS],
    *[(f"lognormal {cv}", lognormal_table(cv), lognormal(cv)) for cv in CVS],
]
each_table = pytest.mark.parametrize(
    ("table", "distribution"), [row[1:] for row in TABLES], ids=[row[0] for row in TABLES]
)


def mean_over_all_words(table: np.ndarray, power: int = 1) -> float:
    """Mean of a power of `quantile` over all 2^32 words, cell by cell in closed form."""
    total = 0.0
    for knots, steps in ((table[:1024], 2**22), (table[1025:], 2**12)):
        low, rise = knots[:-1], np.diff(knots) / steps
        first, second = (steps - 1) / 2.0, (steps - 1) * (2 * steps - 1) / 6.0
        cell = low + rise * first
        if power == 2:
            cell = low**2 + 2.0 * low * rise * first + rise**2 * second
        total += steps * cell.sum()
    return total / TWO_32


@each_table
def test_tables_have_mean_one(table: np.ndarray, distribution: stats.rv_continuous) -> None:
    assert abs(mean_over_all_words(table) - 1.0) < 1e-6


@each_table
def test_tables_have_the_spread_they_are_made_for(
    table: np.ndarray, distribution: stats.rv_continuous
) -> None:
    cv = np.sqrt(mean_over_all_words(table, 2) - 1.0)
    assert cv == pytest.approx(distribution.std(), rel=0.005)


@pytest.mark.parametrize("cv", [2.0, 3.0])
def test_even_the_widest_lognormal_has_its_spread(cv: float) -> None:
    table = lognormal_table(cv)
    assert mean_over_all_words(table) == pytest.approx(1.0, abs=1e-5)
    assert np.sqrt(mean_over_all_words(table, 2) - 1.0) == pytest.approx(cv, rel=0.005)


@each_table
def test_tables_follow_the_exact_quantiles(
    table: np.ndarray, distribution: stats.rv_continuous
) -> None:
    words = np.random.default_rng(1).integers(0, 2**32, 40_000, dtype=np.uint32)
    drawn = np.array([quantile(table, word) for word in words])
    exact = distribution.ppf((words + 0.5) / TWO_32)
    middle = (words > 0.01 * TWO_32) & (words < 0.99 * TWO_32)
    apart = np.abs(drawn - exact) / np.maximum(exact, 1.0)
    assert apart[middle].max() < 1e-3
    # As a distribution: no quantile is further off than a thousandth in probability.
    assert np.abs(distribution.cdf(drawn) - (words + 0.5) / TWO_32).max() < 1e-3


@each_table
def test_quantiles_never_fall_and_the_last_ones_are_kept(
    table: np.ndarray, distribution: stats.rv_continuous
) -> None:
    cells = np.arange(1025, dtype=np.uint64) << np.uint64(22)
    edges = np.concatenate([cells[:-1], cells[1:] - np.uint64(1)])
    edges = np.unique(np.concatenate([edges, 2**32 - 2 ** np.arange(23, dtype=np.uint64)]))
    drawn = [quantile(table, np.uint32(word)) for word in edges]
    assert all(lower <= upper for lower, upper in pairwise(drawn))
    if distribution.dist.name != "lognorm":
        assert drawn[-1] == pytest.approx(distribution.ppf(1.0 - 0.5 / TWO_32), rel=0.03)
    else:  # the last millionth has its mean
        above = distribution.expect(lb=distribution.ppf(1.0 - 2.0**-20), conditional=True)
        assert 0.5 * (drawn[-1] + table[-2]) == pytest.approx(above, rel=0.03)


def test_no_spread_is_a_constant() -> None:
    for table in (gamma_table(0.0), lognormal_table(0.0)):
        assert {quantile(table, np.uint32(word)) for word in (0, 2**31, 2**32 - 1)} == {1.0}


@pytest.mark.parametrize("xtol", [1e-12, 1e-4])
def test_a_root_is_that_of_scipy_to_the_last_bit(xtol: float) -> None:
    rng = np.random.default_rng(5)
    for a, b, c, k in rng.normal(size=(200, 4)).tolist():
        functions: tuple[Callable[[float], float], ...] = (
            lambda x, a=a, b=b, c=c: abs(a) * x**3 + abs(b) * x - c,  # type: ignore[misc]
            lambda x, a=a, b=b, k=k: math.tanh(5.0 * k * (x - a)) + 0.1 * b,  # type: ignore[misc]
            lambda x, b=b, k=k: math.floor(50.0 * x * abs(k)) / 50.0 - b,  # type: ignore[misc]
        )
        for function in functions:
            if function(-20.0) * function(30.0) < 0.0:
                assert root_of(function, -20.0, 30.0, xtol) == brentq(function, -20, 30, xtol=xtol)


def test_a_function_of_one_sign_has_no_root_to_find() -> None:
    with pytest.raises(ValueError, match=r"same at 0\.0 and at 1\.0"):
        root_of(lambda x: x + 1.0, 0.0, 1.0, 1e-9)
