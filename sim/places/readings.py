"""Waits on record on the day of work to rule, 6 August 2021, which the model is held against."""

from typing import NamedTuple

WORK_TO_RULE = "work_to_rule_2021"
FRIDAY = 4


class Reading(NamedTuple):
    """A wait on record.

    Attributes
    ----------
    port, lane : str
    hours : range
        Hours of the day in which it was read; the longest mean wait of an hour is compared.
    minutes : float
    source : str
    fitted : bool
        Whether the factor is fitted to it.
    """

    port: str
    lane: str
    hours: range
    minutes: float
    source: str
    fitted: bool = False


READINGS = (
    Reading("windsor-ambassador", "truck", range(7, 10), 45, "G050", fitted=True),
    Reading("windsor-ambassador", "truck", range(11, 13), 90, "G051", fitted=True),
    Reading("windsor-ambassador", "truck", range(14, 19), 210, "G049"),
    Reading("pacific-highway", "truck", range(12, 20), 225, "G052"),
    Reading("sarnia", "truck", range(12, 20), 120, "G054"),
    Reading("fort-erie", "truck", range(12, 20), 120, "G054"),
    Reading("queenston", "truck", range(12, 20), 40, "G055"),
    Reading("north-portal", "car", range(12, 20), 150, "G053"),
)
WITHIN = 0.4
"""What the waits of that day are to come within."""
MARGINAL = ("sarnia", "fort-erie")
"""Ports where waits of cars were marginal (G054)."""
