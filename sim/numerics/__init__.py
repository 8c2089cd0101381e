"""Arithmetic that everything stands on: units, random numbers, compiled functions."""

from collections.abc import Iterable


def added(numbers: Iterable[float]) -> float:
    """Add numbers in the order given.

    Python's own ``sum`` rounds differently from 3.12 on, and results must not depend on that.
    """
    total = 0.0
    for number in numbers:
        total += number
    return total
