"""Means over replications, with their intervals.

Student's t: replications are independent and few, and each is itself a sum over a year.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

LEVEL = 0.95
"""Of every interval that is shown."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over replications.

    Attributes
    ----------
    mean, low, high : float
        Mean and its 95 % interval (Student's t); the interval is NaN with one replication.
    count : int
        Replications.
    p : float
        Two-sided, of a mean of zero; 1 if every value is zero.
    identical : bool
        Whether every value is exactly zero.
    """

    mean: float
    low: float
    high: float
    count: int
    p: float
    identical: bool

    def __neg__(self) -> "Estimate":
        """Give the mean of the values with their signs turned."""
        return replace(self, mean=-self.mean, low=-self.high, high=-self.low)


def t_quantile(share: npt.ArrayLike, degrees: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Quantile of Student's t, as ``scipy.stats.t.ppf``, which takes a second to import.

    Parameters
    ----------
    share : array of float
        0 to 1.
    degrees : array of float
        Of freedom, above 0; infinite for the normal distribution.
    """
    degrees = np.asarray(degrees, float)
    finite = np.where(np.isinf(degrees), 1.0, degrees)
    made = np.where(
        np.isinf(degrees),
        scipy.special.ndtri(share),
        scipy.special.stdtrit(finite, np.asarray(share, float)),
    )
    return np.asarray(made, float)


def t_tail(value: npt.ArrayLike, degrees: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Chance that Student's t is above a value, as ``scipy.stats.t.sf``.

    Parameters
    ----------
    value, degrees : array of float
    """
    degrees = np.asarray(degrees, float)
    below = -np.asarray(value, float)
    finite = np.where(np.isinf(degrees), 1.0, degrees)
    made = np.where(
        np.isinf(degrees), scipy.special.ndtr(below), scipy.special.stdtr(finite, below)
    )
    return np.asarray(made, float)


def estimate(sample: pd.Series) -> Estimate:
    """Mean of a sample with its interval."""
    return estimates(sample.to_frame())[0]


def level_of(sample: pd.Series, unit: str, found: Estimate | None = None) -> Estimate:
    """Mean of a level, whose interval holds nothing that cannot be: a count below 0, 110 %."""
    made = found or estimate(sample)
    if not (sample.dropna() >= 0).all():
        return made
    high = min(made.high, 1.0) if unit == "share" else made.high
    return replace(made, low=max(made.low, 0.0), high=high)


def estimates(samples: pd.DataFrame | npt.NDArray[np.float64]) -> list[Estimate]:
    """Mean of every column with its interval; what is missing in a column is left out of it."""
    table = np.asarray(samples, float)
    counts = (~np.isnan(table)).sum(axis=0)
    some = np.maximum(counts, 1)
    means = np.where(counts > 0, np.nansum(table, axis=0) / some, np.nan)
    identical = (counts > 0) & (np.nansum(np.abs(table), axis=0) == 0)
    constant = np.array([len(set(column[~np.isnan(column)])) <= 1 for column in table.T])
    squares = np.nansum((table - means) ** 2, axis=0)
    errors = np.where(constant, 0.0, np.sqrt(squares / np.maximum(counts - 1, 1) / some))
    reach = t_quantile((1 + LEVEL) / 2, np.maximum(counts - 1, 1)) * errors
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * t_tail(np.abs(means) / errors, np.maximum(counts - 1, 1))
    p = np.where(errors == 0, np.where(identical, 1.0, 0.0), p)
    reach, p = (np.where(counts < 2, np.nan, x) for x in (reach, p))
    return [
        Estimate(
            float(mean), float(mean - far), float(mean + far), int(count), float(p_value), bool(no)
        )
        for mean, far, count, p_value, no in zip(means, reach, counts, p, identical, strict=True)
    ]
