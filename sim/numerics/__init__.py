"""Arithmetic that everything stands on: units, random numbers, compiled functions."""

import functools
import math
import operator
from collections.abc import Callable, Iterable


def added(numbers: Iterable[float]) -> float:
    """Add numbers in the order given.

    Python's own ``sum`` rounds differently from 3.12 on, and results must not depend on that.
    """
    return functools.reduce(operator.add, numbers, 0.0)


RELATIVE, MOST_STEPS = 4.0 * 2.0**-52, 100


def root_of(function: Callable[[float], float], low: float, high: float, xtol: float) -> float:
    """Where a function crosses zero between two points, by Brent's method [1]_.

    The steps are those of ``scipy.optimize.brentq``, bit for bit, whose import takes longer than
    most small studies need for all else.

    Parameters
    ----------
    function : callable
        Continuous; of opposite sign at the two points.
    low, high : float
    xtol : float
        How near the result is to a root.

    Raises
    ------
    ValueError
        If the sign is the same at both points.

    References
    ----------
    .. [1] Brent (1973), Algorithms for Minimization without Derivatives, chapter 4.
    """
    before, best = float(low), float(high)
    at_before, at_best = function(before), function(best)
    if at_before == 0.0:
        return before
    if at_best == 0.0:
        return best
    if math.copysign(1.0, at_before) == math.copysign(1.0, at_best):
        raise ValueError(f"the sign is the same at {low} and at {high}")
    across, at_across, last_step, step = before, at_before, 0.0, 0.0
    for _ in range(MOST_STEPS):
        if at_before != 0.0 and math.copysign(1.0, at_before) != math.copysign(1.0, at_best):
            across, at_across = before, at_before
            last_step = step = best - before
        if abs(at_across) < abs(at_best):
            before, best, across = best, across, best
            at_before, at_best, at_across = at_best, at_across, at_best
        least = (xtol + RELATIVE * abs(best)) / 2.0
        half = (across - best) / 2.0
        if at_best == 0.0 or abs(half) < least:
            break
        bisected = True
        if abs(last_step) > least and abs(at_best) < abs(at_before):
            if before == across:  # a secant, else an inverse parabola
                tried = -at_best * (best - before) / (at_best - at_before)
            else:
                one = (at_before - at_best) / (before - best)
                other = (at_across - at_best) / (across - best)
                tried = (
                    -at_best
                    * (at_across * other - at_before * one)
                    / (other * one * (at_across - at_before))
                )
            bisected = 2.0 * abs(tried) >= min(abs(last_step), 3.0 * abs(half) - least)
        last_step, step = (half, half) if bisected else (step, tried)
        before, at_before = best, at_best
        best += step if abs(step) > least else math.copysign(least, half)
        at_best = function(best)
    return best
