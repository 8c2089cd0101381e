"""Spread between replications: of the agents' differences, and of the expectation's."""

import pandas as pd

from sim.errors import InputError
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME, YEAR_1
from sim.scenario.intervention import BASELINE

COLUMNS = ("proposal", "smugglers", "agents", "expectation", "variance_ratio")


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
        firearms that reach the market in a year; variance_ratio: how many times less the variance
        of the expectation is.

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
    expected = _spread(study.expected_summary("reaching_market", YEAR_1))
    rows = [
        (scenario, kind, agents[scenario, kind], expected[scenario, kind])
        for scenario, kind in agents.index
        if (scenario, kind) in expected.index
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS[:4]))
    table["variance_ratio"] = (table["agents"] / table["expectation"]) ** 2
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
        "from one replication to another",
        "",
        f"{'proposal':28s} {'agents':>9s} {'expected':>9s} {'variance':>12s}",
    ]
    for row in table.itertuples():
        less = f"{row.variance_ratio:,.0f} x less" if row.expectation > 0.0 else "none is left"
        lines.append(f"{row.proposal:28s} {row.agents:9.1f} {row.expectation:9.1f} {less:>12s}")
    return "\n".join(lines)
