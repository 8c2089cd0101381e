"""What a study came to at each point of its design: a level, or a paired difference."""

import pandas as pd

from analysis.compare import BASELINE, metric_of, values
from sim.errors import InputError
from sim.metrics import PRIMARY_OUTCOME
from sim.results import Study

STATE = ["adversary", "world"]
"""What is not up to planners: a scenario is judged in every such state."""


def proposals(study: Study) -> list[str]:
    """Scenarios that somebody would carry out: neither the baseline nor a bound."""
    return [str(name) for name in study.scenarios if name != BASELINE and name not in study.bounds]


def levels(study: Study, metric: str = PRIMARY_OUTCOME) -> pd.Series:
    """Value of a metric, by scenario, adversary, world and replication.

    Raises
    ------
    InputError
        If there is no such metric, or the study does not hold it.
    """
    metric_of(metric)
    table = values(study)
    if metric not in table.columns:
        raise InputError(f"{study.folder}: the study does not hold metric {metric!r}")
    level: pd.Series = table[metric].dropna()
    return level


def differences(study: Study, metric: str = PRIMARY_OUTCOME) -> pd.Series:
    """Difference to the baseline, by scenario, adversary, world and replication.

    Each is within a pair: the same smugglers, world and random numbers.
    """
    level = levels(study, metric)
    if BASELINE not in level.index.get_level_values("scenario"):
        raise InputError(f"{study.folder}: there is no scenario {BASELINE!r} to compare with")
    base = level.loc[BASELINE]
    pairs = level.index.droplevel("scenario")
    found: pd.Series = level - base.reindex(pairs).to_numpy()
    return found.dropna()


def effects(study: Study, metric: str = PRIMARY_OUTCOME) -> pd.DataFrame:
    """Mean difference of each scenario in each state, over replications.

    Returns
    -------
    pandas.DataFrame
        Rows: adversary and world; columns: scenarios, the baseline first with nothing but zeros.
    """
    means = differences(study, metric).groupby(level=["scenario", *STATE]).mean()
    wide = means.unstack("scenario")
    order = [name for name in study.scenarios if name in wide.columns]
    return wide[order].dropna()


def headline(study: Study, metric: str = PRIMARY_OUTCOME) -> str:
    """Scenario that the headline is about: the proposal of the largest mean effect.

    The baseline where the study compares nothing.
    """
    named = proposals(study)
    if not named:
        return BASELINE
    means = effects(study, metric)[named].mean()
    better = metric_of(metric).better
    return str(means.idxmin() if better == "less" else means.idxmax())


def of_worlds(
    study: Study,
    metric: str = PRIMARY_OUTCOME,
    scenario: str | None = None,
    adversary: str | None = None,
) -> pd.Series:
    """Outcome in each world, the mean over replications and kinds of smuggler.

    Parameters
    ----------
    study : Study
    metric : str
    scenario : str, optional
        Whose difference to the baseline is meant; for the baseline itself its level is. The
        headline's by default.
    adversary : str, optional
        Only one kind of smuggler.

    Returns
    -------
    pandas.Series
        By world.
    """
    chosen = headline(study, metric) if scenario is None else scenario
    known = study.scenarios
    if chosen not in known:
        raise InputError.unknown("scenario", chosen, known, str(study.folder))
    sample = levels(study, metric) if chosen == BASELINE else differences(study, metric)
    own = sample.loc[chosen]
    if adversary is not None:
        kinds = own.index.get_level_values("adversary").unique().tolist()
        if adversary not in kinds:
            raise InputError.unknown("kind of smuggler", adversary, kinds, str(study.folder))
        own = own.xs(adversary, level="adversary")
    by_state = own.groupby(level=[name for name in STATE if name in own.index.names]).mean()
    found: pd.Series = by_state.groupby(level="world").mean()
    return found
