"""The rule of verdicts: one interval that holds for all proposals at once, and what it says.

An effect is the mean paired difference as a share of the baseline's mean, which is the unit of
measure and taken as given. Of m proposals, each has Student's interval at the level 1 - 0.05 / m
(Bonferroni), so that all m hold together with 95 %, also that of whichever turns out largest. With
the interval [low, high] and the smallest difference that matters, d:

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
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import stats

from analysis.estimates import LEVEL

REDUCES, INCREASES, NO_DIFFERENCE = "reduces", "increases", "no_difference"
DEPENDS, NOT_RESOLVED = "depends", "not_resolved"
VERDICTS = (REDUCES, INCREASES, NO_DIFFERENCE, DEPENDS, NOT_RESOLVED)

Array = npt.NDArray[np.float64]


def joint_level(family: int) -> float:
    """Level of each of ``family`` intervals that hold together with 95 % (Bonferroni)."""
    return 1 - (1 - LEVEL) / max(family, 1)


def joint_intervals(
    differences: npt.ArrayLike, baseline: npt.ArrayLike, family: int
) -> tuple[Array, Array, Array]:
    """Effects as shares of the baseline, with intervals that hold for the whole family.

    Parameters
    ----------
    differences, baseline : array of float, shape (..., replications)
        Paired differences, and the baseline's value in each pair; at least two replications.
    family : int
        Number of effects that are judged together.

    Returns
    -------
    mean, low, high : array of float, shape (...)
        NaN where the baseline is zero and the differences are not.
    """
    sample, level = np.asarray(differences, float), np.asarray(baseline, float)
    count = sample.shape[-1]
    error = sample.std(axis=-1, ddof=1) / np.sqrt(count)
    reach = float(stats.t.ppf((1 + joint_level(family)) / 2, count - 1)) * error
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
        sure = abs(sample.mean()) > float(stats.t.ppf(tail, degrees)) * error
        result.append(int(np.sign(sample.mean())) if sure else 0)
    return result
