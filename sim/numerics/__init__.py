"""Arithmetic that everything stands on: units, random numbers, compiled functions."""

import functools
import operator
from collections.abc import Iterable


def added(numbers: Iterable[float]) -> float:
    """Add numbers in the order given.

    Python's own ``sum`` rounds differently from 3.12 on, and results must not depend on that.
    """
    return functools.reduce(operator.add, numbers, 0.0)
