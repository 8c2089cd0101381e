"""What proposals are judged by, over one horizon or several: the firearms that reach the market.

A study of exact agents has one horizon, its run. Where it holds the expected layer's table too, the
horizons are year 1, year 3 and the long run, in firearms a year, and year 1 is what `values` gives.
"""

import pandas as pd

from analysis.language import gettext, pgettext
from analysis.values import BASELINE, KEYS, by_traffic, expected_table, values
from analysis.wording import number
from sim.errors import InputError
from sim.numerics.units import DAYS_PER_YEAR
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME

YEAR_1, YEAR_3, LONG_RUN, RUN = "year_1", "year_3", "long_run", "run"
HORIZONS = (YEAR_1, YEAR_3, LONG_RUN)
"""Those of the expected layer."""


def horizons(study: Study) -> list[str]:
    """Horizons of a study, the first of which headlines are about."""
    table = expected_table(study)
    if table is None:
        return [RUN]
    there = set(table["horizon"].unique())
    return [name for name in HORIZONS if name in there]


def outcome(study: Study, horizon: str | None = None) -> pd.Series:
    """Firearms that reach the market, by scenario, kind of smuggler, world and replication.

    Parameters
    ----------
    study : Study
    horizon : str, optional
        One of `horizons`; the first by default.

    Raises
    ------
    InputError
        If the study does not hold it.
    """
    known = horizons(study)
    chosen = known[0] if horizon is None else horizon
    if chosen not in known:
        raise InputError.unknown("horizon", chosen, known, str(study.folder))
    if chosen == RUN:
        table = values(study)
        if PRIMARY_OUTCOME not in table.columns:
            raise InputError(
                f"{study.folder}: the summary holds no {PRIMARY_OUTCOME}, since an older version "
                "made it; run the study again"
            )
        plain: pd.Series = table[PRIMARY_OUTCOME].dropna()
        return plain
    rows = expected_table(study)
    assert rows is not None
    indexed = rows[rows["horizon"] == chosen].set_index(KEYS)["value"].rename(PRIMARY_OUTCOME)
    shared = study.manifest.get("traffic_replications")
    if shared is not None:
        indexed = by_traffic(indexed.to_frame(), int(shared))[PRIMARY_OUTCOME]
    result: pd.Series = indexed.dropna().sort_index()
    return result


def kinds(study: Study) -> list[str]:
    """Kinds of smuggler for which the outcome is known, in the order of the study."""
    table = expected_table(study)
    return study.adversaries if table is None else [str(x) for x in table["adversary"].unique()]


def state_effects(study: Study, horizon: str | None = None) -> pd.DataFrame:
    """Mean difference to the baseline of each scenario in each state.

    Returns
    -------
    pandas.DataFrame
        Rows: kind of smuggler and world; columns: scenarios but the baseline, in firearms.
    """
    level = outcome(study, horizon)
    base = level.loc[BASELINE].reindex(level.index.droplevel("scenario"))
    means = (level - base.to_numpy()).groupby(level=KEYS[:-1], sort=False).mean()
    return means.unstack("scenario").drop(columns=BASELINE).dropna()


def a_year(study: Study) -> float:
    """Factor from a sum over the run to one over a year: a year's run is a year, leap or not."""
    days = study.days
    return 1.0 if days is None or 365 <= days <= 366 else DAYS_PER_YEAR / days


def horizon_in_words(study: Study, horizon: str) -> str:
    """A horizon as people say it: "year 1", "the long run", "30 days"."""
    return span(study.days) if horizon == RUN else pgettext("horizon", horizon)


def span(days: float | None) -> str:
    """Over what span a run tells: "year 1", "years 1 to 3" or "30 days"."""
    if days is None:
        return gettext("horizon-run")
    years = round(days / 365.25)
    if years >= 1 and abs(days - 365.25 * years) <= 1:
        return gettext("horizon-years", count=years) if years > 1 else gettext("horizon-year")
    return gettext("horizon-days", count=number(days, 0 if days == int(days) else 1))
