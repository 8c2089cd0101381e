"""Spread between replications: of the agents' differences, and of the expectation's."""

import pandas as pd

from analysis.outcomes import LONG_RUN, YEAR_3
from sim.errors import InputError
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME, YEAR_1
from sim.scenario.intervention import BASELINE

COLUMNS = ("proposal", "smugglers", "agents", "expectation", "year_3", "long_run")


def variances(study: Study) -> pd.DataFrame:
    """Spread of the difference to the baseline from one replication to another, by proposal.

    Parameters
    ----------
    study : Study
        With a horizon (``run.horizon``) and at least two replications.

    Returns
    -------
    pandas.DataFrame
        proposal, smugglers; agents, expectation: standard deviation of the paired difference of the
        firearms that reach the market in year 1; year_3, long_run: of the expectation there, NaN
        where the horizon is shorter; variance_ratio, narrower: how many times less the variance
        of the expectation is, and how many times narrower its interval, with as many replications.

    Raises
    ------
    InputError
        If there is no expectation in the study, or one replication alone.
    """
    summary = study.summary_of()
    if study.expected.empty:
        raise InputError(f"{study.folder}: no expectations to compare with (run.horizon=1)")
    replications = summary["replication"].nunique()
    if replications < 2:
        raise InputError(
            f"{study.folder}: {replications} replication has no spread (run.replications=2 or more)"
        )
    agents = _spread(summary[summary["metric"] == PRIMARY_OUTCOME])
    of = {
        horizon: _spread(study.expected_summary("reaching_market", horizon))
        for horizon in (YEAR_1, YEAR_3, LONG_RUN)
        if (study.expected["horizon"] == horizon).any()
    }
    rows = [
        (
            *key,
            agents[key],
            *(of[h].get(key) if h in of else None for h in (YEAR_1, YEAR_3, LONG_RUN)),
        )
        for key in agents.index
        if key in of[YEAR_1].index
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict.fromkeys(COLUMNS[2:], float))
    table["narrower"] = table["agents"] / table["expectation"]
    table["variance_ratio"] = table["narrower"] ** 2
    return table


def _spread(rows: pd.DataFrame) -> pd.Series:
    """Standard deviation of paired differences, by scenario and kind of smuggler."""
    keys = ["adversary", "world", "replication"]
    wide = rows.pivot_table(index=keys, columns="scenario", values="value")
    if BASELINE.name not in wide:
        raise InputError("no baseline to compare with (compare=[...])")
    change = wide.drop(columns=BASELINE.name).sub(wide[BASELINE.name], axis=0)
    return change.groupby("adversary").std().T.stack()


def variance_text(study: Study) -> str:
    """The table in words and figures."""
    table = variances(study)
    lines = [
        "Firearms that reach the market in a year: standard deviation of the difference to the "
        "baseline,",
        "from one replication to another; and how many times less the variance of the expectation "
        "of year 1 is",
        "than that of the agents, and how many times narrower its interval with as many "
        "replications",
        "",
        f"{'proposal':28s} {'agents':>9s} {'year 1':>9s} {'year 3':>9s} {'long run':>9s} "
        f"{'variance':>12s} {'interval':>9s}",
    ]
    for row in table.itertuples():
        spreads = (row.agents, row.expectation, row.year_3, row.long_run)
        cells = " ".join(f"{'' if x != x else format(x, '.1f'):>9s}" for x in spreads)
        less, narrow = "none is left", ""
        if row.expectation > 0.0:
            less, narrow = f"{row.variance_ratio:,.0f} x less", f"{row.narrower:,.1f} x"
        lines.append(f"{row.proposal:28s} {cells} {less:>12s} {narrow:>9s}")
    return "\n".join(lines)
