"""What a study measured: tables by scenario, kind of smuggler, world and replication."""

import pandas as pd

from sim.errors import InputError
from sim.parameters import Parameters
from sim.results.reading import METRICS, Metric, Study
from sim.results.schema import PRIMARY_OUTCOME

BASELINE = "baseline"

DERIVED: dict[str, tuple[Metric, tuple[str, ...]]] = {
    "firearms_stopped": (
        Metric("firearms", "trafficked firearms stopped", "more", model_only=True),
        ("firearms_seized_ports", "firearms_intercepted_away"),
    ),
}
"""Sums that only the analysis knows, with what they add up."""

KEYS = ["scenario", "adversary", "world", "replication"]


def metric_of(name: str) -> Metric:
    """Look up a metric of the model or of the analysis."""
    if name in DERIVED:
        return DERIVED[name][0]
    if name not in METRICS:
        raise InputError.unknown("metric", name, [*METRICS, *DERIVED], "metric")
    return METRICS[name]


def values(study: Study, port_group: str = "all", traffic_class: str = "all") -> pd.DataFrame:
    """One row a replication, one column a metric, derived metrics included.

    Replications that repeat the smuggling on the same traffic are one row, their mean. Where the
    study holds the expected layer's table, the primary outcome is its year 1.

    Returns
    -------
    pandas.DataFrame
        Indexed by scenario, adversary, world and replication.
    """
    table: pd.DataFrame | None = study.derived.get(("values", port_group, traffic_class))
    if table is None:
        table = _values(study, port_group, traffic_class)
        study.derived["values", port_group, traffic_class] = table
    return table


def _values(study: Study, port_group: str, traffic_class: str) -> pd.DataFrame:
    rows = study.summary_of(port_group, traffic_class)
    indexed = rows.set_index([*KEYS, "metric"])["value"]
    if indexed.index.has_duplicates:
        raise InputError(f"{study.folder / 'summary.parquet'}: damaged (a value is there twice)")
    wide = indexed.unstack("metric")
    for name, (_, parts) in DERIVED.items():
        if set(parts) <= set(wide.columns):
            wide[name] = wide[list(parts)].sum(axis=1, skipna=False)
    expected = expected_table(study)
    of_year = study.days is not None and 365 <= study.days <= 366
    if expected is not None and of_year and (port_group, traffic_class) == ("all", "all"):
        first = expected[expected["horizon"] == "year_1"].set_index(KEYS)["value"]
        wide[PRIMARY_OUTCOME] = first.reindex(wide.index)
    shared = study.manifest.get("traffic_replications")
    return wide if shared is None else by_traffic(wide, int(shared))


EXPECTED_FILE, REACHING = "expected.parquet", "reaching_market"


def expected_table(study: Study) -> pd.DataFrame | None:
    """Firearms that reach the market by the expected layer; None where a study has no such table.

    Returns
    -------
    pandas.DataFrame
        `KEYS`, the kind of smuggler being that of the expectation, ``horizon`` (year_1 and on,
        long_run) and ``value``, in firearms a year.
    """
    if "expected" not in study.derived:
        study.derived["expected"] = None
        if (study.folder / EXPECTED_FILE).is_file():  # a folder of an older version has none
            rows = study.expected
            rows = rows[rows["metric"] == REACHING]
            named = rows.assign(adversary=rows["smugglers"])[[*KEYS, "horizon", "value"]]
            # A kind of smuggler that several points give is in the table for each of them.
            named = named.drop_duplicates([*KEYS, "horizon"])
            study.derived["expected"] = None if named.empty else named
    table: pd.DataFrame | None = study.derived["expected"]
    return table


def by_traffic(table: pd.DataFrame, count: int) -> pd.DataFrame:
    """Average over the replications that share their traffic: they are not independent.

    The replications that are left, one for each traffic, are; so intervals and tests are made over
    them (a cluster sample of equal clusters, Cochran 1977, chapter 9).
    """
    keys = [table.index.get_level_values(name) for name in KEYS]
    return table.groupby([*keys[:-1], keys[-1] % count], sort=False).mean()


def headline_adversary(study: Study) -> str:
    """The kind of smuggler that headlines are told for: the default one, else the first."""
    adversaries = study.adversaries
    default = Parameters().smuggling.adversary
    return str(default if default in adversaries else adversaries[0])


def headline_values(
    study: Study, port_group: str = "all", traffic_class: str = "all"
) -> pd.DataFrame:
    """Values for the headline's kind of smuggler, by scenario and replication.

    Where there are several worlds, these are what is counted, as in `compare`.
    """
    table = values(study, port_group, traffic_class)
    if table.empty:  # no port of this group, or none of this class, is in the study
        return table.droplevel(["adversary", "world"])
    chosen = table.xs(headline_adversary(study), level="adversary")
    if chosen.index.get_level_values("world").nunique() > 1:
        return chosen.groupby(level=["scenario", "world"], sort=False).mean()
    return chosen.droplevel("world")


def paired(baseline: pd.DataFrame, proposal: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pair two runs by world and replication.

    Parameters
    ----------
    baseline, proposal : pandas.DataFrame
        Rows by world and replication, one column a metric.

    Returns
    -------
    differences, levels : pandas.DataFrame
        Proposal minus baseline, and the baseline beside it: one row for each pair, or with several
        worlds for each world, since these are then what is independent.
    """
    difference, level = pairs_within_worlds(baseline, proposal)
    if difference.index.get_level_values("world").nunique() > 1:
        return difference.groupby(level="world").mean(), level.groupby(level="world").mean()
    return difference, level


def pairs_within_worlds(
    baseline: pd.DataFrame, proposal: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Differences and levels of what is independent within a world."""
    if baseline.index.equals(proposal.index):  # as a rule, and far cheaper than to look rows up
        difference = proposal - baseline
        return difference, baseline.where(difference.notna())
    shared = baseline.index.intersection(proposal.index)
    difference = proposal.loc[shared] - baseline.loc[shared]
    return difference, baseline.loc[shared].where(difference.notna())
