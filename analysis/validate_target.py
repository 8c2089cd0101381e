"""One number of the record, and how the baseline's counterpart is read from a study."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from analysis.compare import BASELINE, values
from sim.results import Study

YEAR_DAYS = 365.0


@dataclass(frozen=True, slots=True)
class Target:
    """One number of the record.

    Attributes
    ----------
    title, unit : str
    low, high : float
        The range the record supports.
    central : float
        Its best single value.
    source : str
        Ids of the table of facts.
    standing : str
        *independent*: the model has not seen it; *fitted*: parameters were set so that it comes
        out; *input*: it went in; *guess*: a range without a public source.
    measure : callable
        The baseline's value by replication, a year.
    why_outside : str
        Why the baseline may lie outside, where that is known: shown when it does.
    """

    title: str
    unit: str
    low: float
    high: float
    central: float
    source: str
    standing: str
    measure: Callable[[Study], pd.Series]
    why_outside: str = ""


def metric(study: Study, name: str, traffic_class: str = "all") -> pd.Series:
    """A metric of the baseline by world and replication."""
    column = values(study, "all", traffic_class).loc[BASELINE, name]
    return column.groupby(level=["world", "replication"]).mean()


def yearly(study: Study, name: str, traffic_class: str = "all") -> pd.Series:
    """A total of the baseline, scaled to a year."""
    return metric(study, name, traffic_class) * (YEAR_DAYS / (study.days or YEAR_DAYS))
