"""Random numbers that belong to things, not to the order of calls.

Every number is a function of (seed, replication, entity, index, day, purpose), computed by the
counter-based generator Philox4x32-10: the key is (seed, replication) and the counter is
(index, day, entity, purpose). Vehicle 4,711 of Sarnia on day 32 therefore has the same arrival,
service and referral quantile in every scenario and in both engines, and a new port, organisation or
lever leaves every other draw unchanged (common random numbers at the level of individuals).

References
----------
.. [1] Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11, 2011.
"""

import functools
import math
import zlib
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from sim.numerics.compilation import compiled, inlined
from sim.numerics.units import Floats

# Purposes: what a block of four words is for. A number once given never gets another purpose.
VEHICLE = 1
SECONDARY = 2
DETOUR = 3
DAY_FACTOR = 4
SHIFT = 5
DANGER = 6
OPPORTUNITY = 7
ROUTE = 8
LOAD = 9
BOOKING = 10
PORT_RUNNER = 11
AWAY = 12
SUPPLY = 13
MARKET = 14
ARREST = 15
RECOVERY = 16
TRACE = 17
CHANNEL = 18
LEAD = 19
CASE = 20
LOOKOUT = 21
BALLISTICS = 22
WITHDRAWAL = 24
AUDIT = 25
PORT_FACTOR = 26

TWO_32 = 4294967296.0

_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_ROUNDS = 10

# What is above the last but one knot of a quantile table.
_LAST_CELL = 2.0**-20

Words = npt.NDArray[np.uint32]
FourWords = tuple[Words, Words, Words, Words]


@inlined
def philox(
    index: np.uint64,
    day: np.uint64,
    entity: np.uint64,
    purpose: np.uint64,
    seed: np.uint64,
    replication: np.uint64,
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Four random words of 32 bits, each held in 64 bits (Philox4x32-10).

    The words are masked where they are multiplied and not where they are made: LLVM then knows that
    both factors have 32 bits, and multiplies several at a time.

    Parameters
    ----------
    index, day, entity, purpose : uint64
        Counter of the generator.
    seed, replication : uint64
        Key of the generator.
    """
    c0, c1, c2, c3 = index, day, entity, purpose
    k0, k1 = seed, replication
    for _ in range(_ROUNDS):
        product_0 = _MULTIPLIER_0 * (c0 & _LOW)
        product_1 = _MULTIPLIER_1 * (c2 & _LOW)
        c0 = (product_1 >> _HALF) ^ c1 ^ k0
        c2 = (product_0 >> _HALF) ^ c3 ^ k1
        c1 = product_1
        c3 = product_0
        k0 = (k0 + _WEYL_0) & _LOW
        k1 = (k1 + _WEYL_1) & _LOW
    return c0 & _LOW, c1 & _LOW, c2 & _LOW, c3 & _LOW


@compiled
def fill_words(
    first: int, day: int, entity: int, purpose: int, seed: int, replication: int, words: FourWords
) -> None:
    """Write the four words of each index from ``first`` on.

    Parameters
    ----------
    first, day, entity, purpose : int
        Counter of the generator for the first of them.
    seed, replication : int
        Key of the generator.
    words : tuple of four arrays of uint32, shape (count,)
        Written.
    """
    day_64, entity_64, purpose_64 = np.uint64(day), np.uint64(entity), np.uint64(purpose)
    seed_64, replication_64 = np.uint64(seed), np.uint64(replication)
    out_0, out_1, out_2, out_3 = words
    for i in range(len(out_0)):
        a, b, c, d = philox(
            np.uint64(first + i), day_64, entity_64, purpose_64, seed_64, replication_64
        )
        out_0[i] = np.uint32(a)
        out_1[i] = np.uint32(b)
        out_2[i] = np.uint32(c)
        out_3[i] = np.uint32(d)


@inlined
def quantile(table: npt.NDArray[np.float64], word: np.uint32) -> float:
    """Value of a tabled quantile function at a word (see `quantile_table`)."""
    cell = np.int64(word) >> 22
    if cell < 1023:
        fraction = (np.int64(word) & 0x3FFFFF) * (1.0 / 4194304.0)
        return float(table[cell] + fraction * (table[cell + 1] - table[cell]))
    tail = 1025 + ((np.int64(word) >> 12) & 0x3FF)
    fraction = (np.int64(word) & 0xFFF) * (1.0 / 4096.0)
    return float(table[tail] + fraction * (table[tail + 1] - table[tail]))


@compiled
def fill_quantiles(table: npt.NDArray[np.float64], words: Words, values: Floats) -> None:
    """Write the values of a tabled quantile function at many words.

    They are those of `quantile`, to the last bit, found without a branch.

    Parameters
    ----------
    table : array of float, shape (2050,)
    words : array of uint32, shape (count,)
    values : array of float, shape (count,)
        Written.
    """
    for i in range(len(words)):
        word = np.int64(words[i])
        cell = word >> 22
        in_body = cell < 1023
        knot = cell if in_body else 1025 + ((word >> 12) & 0x3FF)
        part = word & 0x3FFFFF if in_body else (word & 0xFFF) << 10
        values[i] = table[knot] + part * (1.0 / 4194304.0) * (table[knot + 1] - table[knot])


def quantile_table(
    percent_point: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]],
) -> npt.NDArray[np.float64]:
    """Table a quantile function with mean 1 for `quantile`.

    Parameters
    ----------
    percent_point : callable
        Quantile function (inverse distribution function) of a non-negative distribution, mean 1.

    Returns
    -------
    numpy.ndarray, shape (2050,)
        1,025 knots at equal steps of probability, then 1,025 knots that divide the last of these
        steps again. Between knots the function is linear; the table is scaled so that its mean is
        exactly 1.
    """
    highest = 1.0 - 0.5 / TWO_32
    body = percent_point(np.minimum(np.arange(1025) / 1024.0, highest))
    tail = percent_point(np.minimum((1023.0 + np.arange(1025) / 1024.0) / 1024.0, highest))
    table = np.concatenate([body, tail])
    return table / table_mean(table)


def table_mean(table: npt.NDArray[np.float64]) -> float:
    """Mean of a tabled quantile function."""
    body, tail = table[:1025], table[1025:]
    halves = np.sum(body[:1023] + body[1:1024]) + np.sum(tail[:-1] + tail[1:]) / 1024.0
    return float(halves) / 2048.0


def exponential_table() -> npt.NDArray[np.float64]:
    """Quantiles of the exponential distribution with mean 1."""
    return quantile_table(lambda level: -special.log1p(-level))


def gamma_table(cv: float) -> npt.NDArray[np.float64]:
    """Quantiles of the gamma distribution with mean 1 and coefficient of variation ``cv``."""
    if cv == 0.0:
        return np.ones(2050)
    return quantile_table(lambda level: special.gammaincinv(1.0 / cv**2, level) * cv**2)


def lognormal_table(cv: float) -> npt.NDArray[np.float64]:
    """Quantiles of the lognormal distribution with mean 1 and coefficient of variation ``cv``."""
    if cv == 0.0:
        return np.ones(2050)
    sigma = np.sqrt(np.log1p(cv**2))
    scale = np.exp(-(sigma**2) / 2.0)
    table = quantile_table(lambda level: np.exp(sigma * special.ndtri(level)) * scale)
    # The tail is so long that a straight line to the last knot would hold too much: that knot is
    # put where the mean above the one before it is that of the distribution.
    last = -special.ndtri(_LAST_CELL)
    before = np.exp(sigma * last - sigma**2 / 2.0)
    table[-1] = 2.0 * special.ndtr(sigma - last) / _LAST_CELL - before
    return table / table_mean(table)


@compiled
def fill_first_words(
    entities: npt.NDArray[np.int64],
    index: int,
    day: int,
    purpose: int,
    seed: int,
    replication: int,
    words: Words,
) -> None:
    """Write the first word of one index for each of several entities.

    Parameters
    ----------
    entities : array of int, shape (count,)
    index, day, purpose : int
        The rest of the counter of the generator.
    seed, replication : int
        Key of the generator.
    words : array of uint32, shape (count,)
        Written.
    """
    for i in range(len(entities)):
        first, _, _, _ = philox(
            np.uint64(index),
            np.uint64(day),
            np.uint64(entities[i]),
            np.uint64(purpose),
            np.uint64(seed),
            np.uint64(replication),
        )
        words[i] = np.uint32(first)


@compiled
def fill_several(
    entities: npt.NDArray[np.int64],
    indices: npt.NDArray[np.int64],
    day: int,
    purpose: int,
    seed: int,
    replication: int,
    block: Words,
) -> None:
    """Write the four words of one index of each of several entities into a block.

    Parameters
    ----------
    entities, indices : array of int, shape (count,)
    day, purpose : int
        The rest of the counter of the generator.
    seed, replication : int
        Key of the generator.
    block : array of uint32, shape (4, count)
        Written.
    """
    for i in range(len(entities)):
        a, b, c, d = philox(
            np.uint64(indices[i]),
            np.uint64(day),
            np.uint64(entities[i]),
            np.uint64(purpose),
            np.uint64(seed),
            np.uint64(replication),
        )
        block[0, i] = np.uint32(a)
        block[1, i] = np.uint32(b)
        block[2, i] = np.uint32(c)
        block[3, i] = np.uint32(d)


@compiled
def four_uniforms(
    index: int, day: int, entity: int, purpose: int, seed: int, replication: int
) -> tuple[float, float, float, float]:
    """Give the four words of one index as numbers strictly between 0 and 1.

    Parameters
    ----------
    index, day, entity, purpose : int
        Counter of the generator.
    seed, replication : int
        Key of the generator.
    """
    a, b, c, d = philox(
        np.uint64(index),
        np.uint64(day),
        np.uint64(entity),
        np.uint64(purpose),
        np.uint64(seed),
        np.uint64(replication),
    )
    return (
        (np.float64(a) + 0.5) / TWO_32,
        (np.float64(b) + 0.5) / TWO_32,
        (np.float64(c) + 0.5) / TWO_32,
        (np.float64(d) + 0.5) / TWO_32,
    )


def to_uniform(words: Words) -> npt.NDArray[np.float64]:
    """Numbers strictly between 0 and 1."""
    return np.asarray((words + 0.5) / TWO_32, np.float64)


def poisson_counts(
    uniform: npt.NDArray[np.float64] | float, mean: npt.NDArray[np.float64] | float
) -> npt.NDArray[np.int64]:
    """Quantiles of Poisson distributions, of levels and means that broadcast against each other."""
    level, rate = np.broadcast_arrays(uniform, mean)
    counts = np.zeros(level.shape, np.int64)
    some = level > np.exp(-rate)  # most are 0, which needs no more than this
    level, rate = level[some], rate[some]
    if level.size and rate.max() <= _COUNTED_UP_TO:
        counts[some] = _counted_up(level, rate)
    else:
        count = np.ceil(special.pdtrik(level, rate))
        below = np.maximum(count - 1.0, 0.0)
        counts[some] = np.where(special.pdtr(below, rate) >= level, below, count)
    return counts


# Mean up to which it is faster to count up than to invert the distribution.
_COUNTED_UP_TO = 20.0


def _counted_up(
    level: npt.NDArray[np.float64], rate: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """Quantiles of Poisson distributions at levels at which they are at least 1."""
    counts = np.zeros(len(level), np.int64)
    left = np.arange(len(level))
    count = 0
    while len(left):
        count += 1
        reached = special.pdtr(float(count), rate[left]) >= level[left]
        counts[left[reached]] = count
        left = left[~reached]
    return counts


def entity_number(name: str) -> int:
    """Number of a named entity: a checksum, so that it does not depend on what else exists."""
    return zlib.crc32(name.encode())


class Streams(NamedTuple):
    """The random numbers of one replication.

    Attributes
    ----------
    seed, replication : int
        The key of the generator.
    """

    seed: int
    replication: int

    def words(self, purpose: int, entity: int, day: int, count: int, first: int = 0) -> Words:
        """Four words for each of ``count`` indices from ``first`` on, shape (4, count).

        Parameters
        ----------
        purpose, entity, day : int
        count : int
        first : int
            First index.
        """
        words = np.empty((4, count), np.uint32)
        a, b, c, d = words
        fill_words(first, day, entity, purpose, self.seed, self.replication, (a, b, c, d))
        return words

    def words_of_several(
        self,
        purpose: int,
        entities: npt.NDArray[np.int64],
        day: int,
        indices: npt.NDArray[np.int64],
    ) -> Words:
        """Four words for one index of each of several entities, shape (4, entities).

        Parameters
        ----------
        purpose : int
        entities, indices : array of int, shape (entities,)
        day : int
        """
        words = np.empty((4, len(entities)), np.uint32)
        fill_several(entities, indices, day, purpose, self.seed, self.replication, words)
        return words

    def first_words(
        self, purpose: int, entities: npt.NDArray[np.int64], day: int, index: int
    ) -> Words:
        """Return the first word of one index of each of several entities.

        Parameters
        ----------
        purpose : int
        entities : array of int, shape (entities,)
        day, index : int
        """
        words = np.empty(len(entities), np.uint32)
        fill_first_words(entities, index, day, purpose, self.seed, self.replication, words)
        return words

    def uniforms(
        self, purpose: int, entity: int, day: int, count: int, first: int = 0
    ) -> npt.NDArray[np.float64]:
        """Uniform numbers strictly between 0 and 1, shape (4, count).

        Parameters
        ----------
        purpose, entity, day : int
        count : int
            How many indices.
        first : int
            First index.
        """
        return to_uniform(self.words(purpose, entity, day, count, first))


class Key(NamedTuple):
    """Identity of something that happened: the keys of all its draws."""

    entity: int
    day: int
    number: int


@functools.lru_cache(maxsize=1024)
def uniforms(
    streams: Streams, purpose: int, entity: int, day: int = 0, number: int = 0
) -> tuple[float, float, float, float]:
    """Return the four numbers between 0 and 1 of one identity and purpose.

    They are those of `Streams.uniforms`, and kept: points that run in step draw the same.

    Parameters
    ----------
    streams : Streams
    purpose, entity, day : int
    number : int
        Index of the draw.
    """
    return four_uniforms(number, day, entity, purpose, streams.seed, streams.replication)


def lognormal(mean: float, cv: float, uniform: float) -> float:
    """Quantile of a lognormal time, in the unit of its mean.

    Parameters
    ----------
    mean : float
    cv : float
        Coefficient of variation; with 0 it is the mean.
    uniform : float
        Strictly between 0 and 1.
    """
    variance = math.log1p(cv * cv)
    return float(mean * math.exp(math.sqrt(variance) * special.ndtri(uniform) - 0.5 * variance))
