"""The rule of verdicts: one interval that holds for all proposals at once, and what it says.

An effect is the mean paired difference as a share of the baseline's mean, which is the unit of
measure and taken as given. Of m proposals, each has an interval at the level 1 - 0.05 / m
(Bonferroni), so that all m hold together with 95 %, also that of whichever turns out largest.
Its variance borrows from the other proposals (`shared_variances`): few replications tell little
of one variance, and a lot of how variances lie. With the interval [low, high] and the smallest
difference that matters, d:

====================================================  =========================
``-d <= low`` and ``high <= d``                       makes no difference
else ``high < 0``                                     reduces
else ``low > 0``                                      increases
else                                                  not resolved
====================================================  =========================

The first line is the equivalence test of two one-sided tests; for that alone an interval at the
level 1 - 2 * 0.05 / m would do, but then the verdict and the printed interval could differ. An
interval no longer than d is never *not resolved*: where it holds zero, it lies within -d and d.

References
----------
.. [1] Schuirmann (1987), A comparison of the two one-sided tests procedure and the power approach
   for assessing the equivalence of average bioavailability, J. Pharmacokinet. Biopharm. 15:657-680.
.. [2] Hsu (1996), Multiple Comparisons: Theory and Methods, Chapman & Hall.
.. [3] Goldsman and Nelson (1998), Comparing systems via simulation, in Banks (ed.), Handbook of
   Simulation, Wiley, chapter 8.
.. [4] Smyth (2004), Linear models and empirical Bayes methods for assessing differential
   expression in microarray experiments, Stat. Appl. Genet. Mol. Biol. 3:3.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import scipy

from analysis.estimates import LEVEL, t_quantile, t_tail

REDUCES, INCREASES, NO_DIFFERENCE = "reduces", "increases", "no_difference"
DEPENDS, NOT_RESOLVED = "depends", "not_resolved"
VERDICTS = (REDUCES, INCREASES, NO_DIFFERENCE, DEPENDS, NOT_RESOLVED)

Array = npt.NDArray[np.float64]


def joint_level(family: int) -> float:
    """Level of each of ``family`` intervals that hold together with 95 % (Bonferroni)."""
    return 1 - (1 - LEVEL) / max(family, 1)


FEWEST_SHARED = 3
"""Replications from which variances borrow from each other; two tell too little of how they lie."""

PRIOR_KEPT = 0.5
"""Part of the fitted prior's degrees of freedom that is used. Smyth's intervals with all of them
fail in 7 to 8 studies of 100 where the proposals' standard deviations differ tenfold; with half, in
5 at most (`tests/unit/analysis/test_verdicts.py`)."""


def shared_variances(differences: npt.ArrayLike) -> tuple[Array, Array]:
    """Variances of proposals that borrow from each other, and their degrees of freedom.

    Each is the weighted mean of its own and of a common one. The weight of the common one, the
    degrees of freedom of an inverse chi-square prior, is fitted by the first two moments of the
    logarithms (Smyth 2004) and halved: next to nothing where variances differ much, nearly all
    where they are alike.

    Parameters
    ----------
    differences : array of float, shape (..., proposals, replications)
        At least two replications.

    Returns
    -------
    variance, degrees : array of float, shape (..., proposals)
    """
    sample = np.asarray(differences, float)
    own = sample.var(axis=-1, ddof=1)
    free = sample.shape[-1] - 1
    known = own > 0
    count = known.sum(axis=-1, keepdims=True)
    if sample.shape[-1] < FEWEST_SHARED or own.ndim == 0 or not (count > 1).any():
        return own, np.full_like(own, free)
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.log(own) - scipy.special.digamma(free / 2) + np.log(free / 2)
    level = np.where(known, level, 0.0)
    middle = level.sum(axis=-1, keepdims=True) / np.maximum(count, 1)
    spread = np.where(known, (level - middle) ** 2, 0.0).sum(axis=-1, keepdims=True)
    excess = spread / np.maximum(count - 1, 1) - scipy.special.polygamma(1, free / 2)
    half = _inverse_trigamma(np.maximum(excess, 1e-8))
    together = np.where(excess > 0, 2 * half, np.inf)
    with np.errstate(invalid="ignore"):
        common = np.exp(
            middle + np.where(excess > 0, scipy.special.digamma(half) - np.log(half), 0.0)
        )
    borrowed = PRIOR_KEPT * np.minimum(together, free * count)
    borrowed = np.where((count > 1) & known, borrowed, 0.0)
    variance = (borrowed * common + free * own) / (borrowed + free)
    return variance, np.minimum(borrowed + free, np.where(known, free * count, free))


def _inverse_trigamma(value: Array) -> Array:
    """Invert the trigamma function, by Newton's method on its reciprocal (Smyth 2004)."""
    x = 0.5 + 1.0 / value
    for _ in range(50):
        now = scipy.special.polygamma(1, x)
        step = now * (1 - now / value) / scipy.special.polygamma(2, x)
        x = x + step
        if float(np.max(-step / x)) < 1e-8:
            break
    return x


def joint_errors(differences: npt.ArrayLike, family: int) -> tuple[Array, Array]:
    """Standard errors of proposals' means, and by how much of them each joint interval reaches.

    Parameters
    ----------
    differences : array of float, shape (..., proposals, replications)
    family : int
        Number of effects that are judged together.
    """
    sample = np.asarray(differences, float)
    variance, degrees = shared_variances(sample)
    reach = t_quantile((1 + joint_level(family)) / 2, degrees)
    return np.sqrt(variance / sample.shape[-1]), np.asarray(reach)


def joint_p(differences: npt.ArrayLike, family: int) -> Array:
    """Chance of means as far from zero if there were no effect, corrected for the whole family.

    Below 0.05 just where the joint interval leaves zero out; 1 if every difference is zero.
    """
    sample = np.asarray(differences, float)
    variance, degrees = shared_variances(sample)
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.abs(sample.mean(axis=-1)) / np.sqrt(variance / sample.shape[-1])
    p = 2 * t_tail(np.nan_to_num(times, nan=0.0), degrees)
    corrected: Array = np.minimum(1.0, np.asarray(p) * max(family, 1))
    return corrected


def joint_intervals(
    differences: npt.ArrayLike, baseline: npt.ArrayLike, family: int
) -> tuple[Array, Array, Array]:
    """Effects as shares of the baseline, with intervals that hold for the whole family.

    Parameters
    ----------
    differences, baseline : array of float, shape (..., proposals, replications)
        Paired differences, and the baseline's value in each pair; at least two replications. One
        proposal may come without its axis; its variance is its own.
    family : int
        Number of effects that are judged together.

    Returns
    -------
    mean, low, high : array of float, shape (..., proposals)
        NaN where the baseline is zero and the differences are not.
    """
    sample, level = np.asarray(differences, float), np.asarray(baseline, float)
    error, times = joint_errors(sample, family)
    reach = times * error
    mean = sample.mean(axis=-1)
    unit = np.abs(level.mean(axis=-1))
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = [np.where(end == 0.0, 0.0, end / unit) for end in (mean, mean - reach, mean + reach)]
    finite = np.where(np.isfinite(ends), ends, np.nan)
    return finite[0], finite[1], finite[2]


def read_off(low: npt.ArrayLike, high: npt.ArrayLike, smallest: float) -> npt.NDArray[np.str_]:
    """Verdicts by the rule above.

    Parameters
    ----------
    low, high : array of float
        Ends of intervals, as shares of the baseline.
    smallest : float
        The smallest difference that matters, as a share of the baseline.

    Returns
    -------
    array of str
        One of `VERDICTS` each, but *depends*, which one interval cannot tell.
    """
    low, high = np.asarray(low, float), np.asarray(high, float)
    cases = [(low >= -smallest) & (high <= smallest), high < 0, low > 0]
    return np.select(cases, [NO_DIFFERENCE, REDUCES, INCREASES], NOT_RESOLVED)


def perhaps_less(verdict: str, low: float, high: float, smallest: float) -> bool:
    """Whether a sign is sure, and a size that matters is not.

    Parameters
    ----------
    verdict : str
        By `read_off`.
    low, high : float
        Ends of its interval.
    smallest : float
        The smallest difference that matters, in the same unit.
    """
    return verdict in (REDUCES, INCREASES) and max(-high, low) < smallest


def signs(samples: Sequence[npt.ArrayLike], family: int, *, pooled: bool = False) -> list[int]:
    """Sign of the mean of each sample, 0 where it is open, all of the signs together with 95 %.

    Parameters
    ----------
    samples : sequence of array of float
        Paired differences in each state.
    family : int
        Number of signs that are judged together.
    pooled : bool
        Whether the samples share one variance, which few replications of many worlds need.
    """
    arrays = [np.asarray(sample, float) for sample in samples]
    free = [len(sample) - 1 for sample in arrays]
    squares = [float(((sample - sample.mean()) ** 2).sum()) for sample in arrays]
    tail = (1 + joint_level(family)) / 2
    result = []
    for k, sample in enumerate(arrays):
        degrees, square = (sum(free), sum(squares)) if pooled else (free[k], squares[k])
        if degrees < 1:
            result.append(0)
            continue
        error = np.sqrt(square / degrees / len(sample))
        sure = abs(sample.mean()) > float(t_quantile(tail, degrees)) * error
        result.append(int(np.sign(sample.mean())) if sure else 0)
    return result
