"""Sums of the baseline over the hours of the week, read with no more columns than they need."""

from collections.abc import Sequence

import pandas as pd

from analysis.compare import BASELINE, headline_adversary
from sim.results import Study


def baseline_hours(
    study: Study, table: str, columns: Sequence[str], by: Sequence[str]
) -> pd.DataFrame:
    """Sum columns of an hourly table over the baseline's replications.

    Parameters
    ----------
    study : Study
    table : {"port_hours", "officer_hours"}
    columns : sequence of str
        What is summed.
    by : sequence of str
        What it is summed by.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``by``; for the headline's kind of smuggler.
    """
    key = ("hours", table, tuple(columns), tuple(by))
    if key not in study.derived:
        rows = study.table(table, [*by, *columns], BASELINE, headline_adversary(study))
        study.derived[key] = rows.groupby(list(by))[list(columns)].sum()
    found: pd.DataFrame = study.derived[key]
    return found
