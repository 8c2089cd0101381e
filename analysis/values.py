"""What a study measured: tables by scenario, kind of smuggler, world and replication."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.language import current_language
from sim.errors import InputError
from sim.numerics.units import Floats
from sim.parameters import Parameters
from sim.results.reading import Study
from sim.results.schema import METRICS, PRIMARY_OUTCOME, Metric

BASELINE = "baseline"

DERIVED: dict[str, tuple[Metric, tuple[str, ...]]] = {
    "firearms_stopped": (
        Metric("firearms", "trafficked firearms stopped", "more", model_only=True),
        ("firearms_seized_ports", "firearms_intercepted_away"),
    ),
}
"""Sums that only the analysis knows, with what they add up."""

KEYS = ["scenario", "adversary", "world", "replication"]

Ints = npt.NDArray[np.int64]
Given = ParamSpec("Given")
Found = TypeVar("Found")


def once(
    make: Callable[Concatenate[Study, Given], list[Found]],
) -> Callable[Concatenate[Study, Given], list[Found]]:
    """Make a list out of a study, in the language set, once: later calls get a copy of it."""

    @wraps(make)
    def made(study: Study, /, *args: Given.args, **kwargs: Given.kwargs) -> list[Found]:
        key = (make, current_language(), args, *sorted(kwargs.items()))
        if key not in study.derived:
            study.derived[key] = make(study, *args, **kwargs)
        return list(study.derived[key])

    return made


def metric_of(name: str) -> Metric:
    """Look up a metric of the model or of the analysis."""
    if name in DERIVED:
        return DERIVED[name][0]
    if name not in METRICS:
        raise InputError.unknown("metric", name, [*METRICS, *DERIVED], "metric")
    return METRICS[name]


def values(
    study: Study,
    port_group: str = "all",
    traffic_class: str = "all",
    only: tuple[str, ...] = (),
) -> pd.DataFrame:
    """One row a replication, one column a metric, derived metrics included.

    Replications that repeat the smuggling on the same traffic are one row, their mean. Where the
    study holds the expected layer's table, the primary outcome is its year 1.

    Parameters
    ----------
    study : Study
    port_group, traffic_class : str
    only : tuple of str
        Metrics that are wanted, if not all.

    Returns
    -------
    pandas.DataFrame
        Indexed by scenario, adversary, world and replication.
    """
    key = ("values", port_group, traffic_class, only)
    table: pd.DataFrame | None = study.derived.get(key)
    if table is None:
        rows = study.summary_of(port_group, traffic_class)
        if only:
            rows = rows[rows["metric"].isin(only)]
        whole = not only and (port_group, traffic_class) == ("all", "all")
        study.derived[key] = table = _values(study, rows, whole=whole)
    return table


def _values(study: Study, rows: pd.DataFrame, *, whole: bool) -> pd.DataFrame:
    indexed = rows.set_index([*KEYS, "metric"])["value"]
    if indexed.index.has_duplicates:
        raise InputError(f"{study.folder / 'summary.parquet'}: damaged (a value is there twice)")
    wide = indexed.unstack("metric")
    for name, (_, parts) in DERIVED.items():
        if set(parts) <= set(wide.columns):
            wide[name] = wide[list(parts)].sum(axis=1, skipna=False)
    expected = expected_table(study)
    of_year = study.days is not None and 365 <= study.days <= 366
    if expected is not None and of_year and whole:
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
    study: Study,
    port_group: str = "all",
    traffic_class: str = "all",
    only: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Values for the headline's kind of smuggler, by scenario and replication.

    Where there are several worlds, these are what is counted, as in `compare`.

    Parameters
    ----------
    study, port_group, traffic_class, only
        As `values` has them.
    """
    table = values(study, port_group, traffic_class, only)
    if table.empty:  # no port of this group, or none of this class, is in the study
        return table.droplevel(["adversary", "world"])
    chosen = table.xs(headline_adversary(study), level="adversary")
    if chosen.index.get_level_values("world").nunique() > 1:
        return chosen.groupby(level=["scenario", "world"], sort=False).mean()
    return chosen.droplevel("world")


@dataclass(frozen=True, slots=True)
class Pair:
    """A scenario beside the baseline: the replications, or worlds, that both have.

    Attributes
    ----------
    difference, level : array of float, shape (pairs, columns)
        Scenario minus baseline, and the baseline; NaN where either is missing.
    world, replication : array of int, shape (pairs,)
    """

    difference: Floats
    level: Floats
    world: Ints
    replication: Ints

    def whole(self) -> "Pair":
        """Leave out pairs of which something is missing."""
        there = ~np.isnan(self.difference).any(axis=1)
        return Pair(
            self.difference[there], self.level[there], self.world[there], self.replication[there]
        )

    def independent(self) -> "Pair":
        """Average over each world, where there are several: these are then what is independent."""
        worlds = np.unique(self.world)
        if len(worlds) < 2:
            return self
        difference, level = (
            pd.DataFrame(table).groupby(self.world).mean().to_numpy()
            for table in (self.difference, self.level)
        )
        return Pair(difference, level, worlds, np.zeros_like(worlds))


def pairs(table: pd.DataFrame) -> dict[tuple[str, str], Pair]:
    """Every scenario beside the baseline of the same kind of smuggler, by both.

    Parameters
    ----------
    table : pandas.DataFrame
        Indexed by `KEYS`, one column a metric.
    """
    every = table.to_numpy(float)
    world, replication = (
        table.index.get_level_values(key).to_numpy(np.int64) for key in ("world", "replication")
    )
    scenarios, kinds = table.index.levels[0], table.index.levels[1]
    codes = table.index.codes[0].astype(np.int64) * len(kinds) + table.index.codes[1]
    rows = {
        (str(scenarios[code // len(kinds)]), str(kinds[code % len(kinds)])): np.flatnonzero(
            codes == code
        )
        for code in pd.unique(codes)
    }
    result = {}
    for (scenario, kind), own in rows.items():
        if scenario != BASELINE:
            base = rows.get((BASELINE, kind), own[:0])
            if len(own) != len(base) or any(
                (x[own] != x[base]).any() for x in (world, replication)
            ):
                own, base = _shared(own, base, world, replication)
            difference = every[own] - every[base]
            level = np.where(np.isnan(difference), np.nan, every[base])
            result[scenario, kind] = Pair(difference, level, world[base], replication[base])
    return result


def _shared(own: Ints, base: Ints, world: Ints, replication: Ints) -> tuple[Ints, Ints]:
    """Rows of the replications that two runs share, in the order of the second."""
    at = {(world[row], replication[row]): row for row in own}
    both = [row for row in base if (world[row], replication[row]) in at]
    mine = [at[world[row], replication[row]] for row in both]
    return np.array(mine, np.int64), np.array(both, np.int64)
