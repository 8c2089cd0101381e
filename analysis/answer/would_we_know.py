"""Would anyone know that it worked? Years of records before and after that would show a proposal.

Two samples of yearly records, as many years before as after, compared by Student's test at 5 %. A
record's spread from year to year is that of the exact agents over replications of the baseline:
chance alone, with no trend and no change of the world beside it, so the years are the fewest.

References
----------
.. [1] Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, 2nd ed., chapter 2.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import scipy

from analysis.estimates import estimate
from analysis.outcomes import a_year
from analysis.values import BASELINE, DERIVED, KEYS, headline_adversary, once, pairs, values
from analysis.wording import aligned, number
from sim.errors import InputError
from sim.results.reading import Study
from sim.results.schema import METRICS, PRIMARY_OUTCOME

POWER, ALPHA = 0.8, 0.05
FEWEST_YEARS, LONGEST = 2, 100
"""Years on each side: the fewest that have a spread, and the most that are worth naming."""

RECORDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "firearms seized": (
        "firearms_seized_highway",
        ("expected_firearms_seized_ports", "expected_traveller_firearms_seized"),
    ),
    "traces requested": ("traces_requested", ()),
    "mean wait": ("mean_wait_min", ()),
}
"""Records that somebody keeps: the metric, and what its change is more exactly known from."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one record would show of one proposal.

    Attributes
    ----------
    proposal, record : str
    change, spread : float
        Change of a year's record, and its standard deviation from year to year, in its unit.
    sign : str
        up, down, "no change" (identical), or open.
    years : float
        Years on each side; infinite where nothing changes.
    misleading : bool
        Whether the record falls although fewer firearms reach the market, or rises although more
        do: of seizures alone, where more is taken for better.
    """

    proposal: str
    record: str
    change: float
    spread: float
    sign: str
    years: float
    misleading: bool = False


def years_needed(change: float, spread: float) -> float:
    """Years on each side that show a change at 80 % power; infinite for no change.

    Parameters
    ----------
    change, spread : float
        Of a year's record; a spread of zero shows any change at once.
    """
    if change == 0.0 or math.isnan(change) or math.isnan(spread):
        return math.inf
    if spread == 0.0:
        return float(FEWEST_YEARS)
    size = abs(change) / spread
    tails = scipy.special.ndtri(1 - ALPHA / 2) + scipy.special.ndtri(POWER)
    by_normal = 2 * (float(tails) / size) ** 2
    if by_normal > 10 * LONGEST:  # Student's and the normal test are the same there
        return float(math.ceil(by_normal))
    years = max(FEWEST_YEARS, math.floor(by_normal) - 1)
    while power(size, years) < POWER:
        years += 1
    return float(years)


def power(size: float, years: int) -> float:
    """Power of Student's two-sided test of two samples of so many years.

    Parameters
    ----------
    size : float
        Change over spread.
    years : int
        On each side, at least 2.
    """
    free, beyond = 2 * years - 2, size * math.sqrt(years / 2)
    reach = scipy.special.stdtrit(free, 1 - ALPHA / 2)
    within = scipy.special.nctdtr(free, beyond, reach) - scipy.special.nctdtr(free, beyond, -reach)
    return 1.0 - float(within)


@once
def would_we_know(study: Study) -> list[Evaluation]:
    """Years that each record would take to show each proposal.

    Raises
    ------
    InputError
        If there is no baseline, nothing to compare, one replication or none of the records.
    """
    if BASELINE not in study.scenarios:
        raise InputError(f"{study.folder}: there is no scenario {BASELINE!r} to compare with")
    adversary = headline_adversary(study)
    table = values(study)
    records = {name: of for name, of in RECORDS.items() if of[0] in table.columns}
    if not records:
        raise InputError(f"{study.folder}: the summary holds no {RECORDS['firearms seized'][0]}")
    spreads = {name: _spread(study, adversary, of[0]) for name, of in records.items()}
    every = pairs(table)
    rows = []
    for scenario in study.scenarios:
        if (scenario, adversary) not in every:
            continue
        changes = every[scenario, adversary].independent().difference
        difference = pd.DataFrame(changes, columns=table.columns)
        better = PRIMARY_OUTCOME in difference and float(difference[PRIMARY_OUTCOME].mean()) < 0
        for name, (metric, exact) in records.items():
            known = bool(exact) and set(exact) <= set(difference.columns)
            change = difference[[*exact]].sum(axis=1) if known else difference[metric]
            rows.append(_evaluation(study, scenario, name, change, spreads[name], better))
    if not rows:
        raise InputError(f"{study.folder}: nothing to compare with {BASELINE!r}")
    return rows


def _spread(study: Study, adversary: str, metric: str) -> float:
    """Standard deviation from year to year, over the replications of the baseline.

    Replications that repeat the smuggling on the same traffic are years of their own for records of
    smuggling; those of traffic vary less on it, and their years are understated.
    """
    rows = study.summary_of()
    chosen = rows[
        (rows["scenario"] == BASELINE) & (rows["adversary"] == adversary)
        & (rows["metric"] == metric)
    ]  # fmt: skip
    worlds = chosen.groupby([key for key in KEYS if key == "world"])["value"]
    if len(chosen) < 2 or worlds.size().max() < 2:
        raise InputError(
            f"{study.folder}: one replication has no spread from year to year; "
            "run.replications = 1 is below 2 replications"
        )
    by_world = worlds.var(ddof=1).dropna()
    return math.sqrt(float(by_world.mean()))


def _evaluation(
    study: Study, scenario: str, name: str, change: pd.Series, spread: float, better: bool
) -> Evaluation:
    found = estimate(change.dropna())
    total = _is_total(RECORDS[name][0])
    to_year = a_year(study)
    mean = found.mean * (to_year if total else 1.0)
    # Independent days: a total's variance grows with its length, a mean's falls.
    yearly = spread * (math.sqrt(to_year) if total else 1 / math.sqrt(to_year))
    if found.identical:
        sign = "no change"
    elif found.high < 0 or found.low > 0:
        sign = "up" if found.mean > 0 else "down"
    else:
        sign = "open"
    misleading = name == "firearms seized" and sign in ("up", "down") and (sign == "down") == better
    return Evaluation(scenario, name, mean, yearly, sign, years_needed(mean, yearly), misleading)


def _is_total(metric: str) -> bool:
    described = DERIVED[metric][0] if metric in DERIVED else METRICS[metric]
    return described.unit not in ("min", "share")


def frame_of(rows: Sequence[Evaluation]) -> pd.DataFrame:
    """One row a proposal and record."""
    return pd.DataFrame(
        {
            "proposal": row.proposal, "record": row.record, "change_a_year": row.change,
            "spread_from_year_to_year": row.spread, "sign": row.sign,
            "years_each_side": row.years, "misleading": row.misleading,
        }
        for row in rows
    )  # fmt: skip


def would_we_know_text(rows: Sequence[Evaluation]) -> str:
    """One line a proposal, the soonest shown first."""
    records = list(dict.fromkeys(row.record for row in rows))
    by_pair = {(row.proposal, row.record): row for row in rows}
    names = sorted(
        dict.fromkeys(row.proposal for row in rows),
        key=lambda name: min(by_pair[name, record].years for record in records),
    )
    table = [["proposal", *records]]
    table += [[n, *(_cell(by_pair[n, record]) for record in records)] for n in names]
    never = sum(all(by_pair[name, record].years > LONGEST for record in records) for name in names)
    wrong = [row.proposal for row in rows if row.misleading]
    lines = [
        f"Years of records on each side that would show each proposal ({100 * POWER:.0f} % power, "
        f"{100 * ALPHA:.0f} %)",
        "",
        *aligned(table),
        "",
        "The sign is that with which the record would move; open: this study does not settle it.",
        "The spread from year to year is chance alone: in truth more years are needed.",
        f"Of {len(names)} proposals, {never} could not be told from any of these records within "
        f"{LONGEST} years.",
    ]
    if wrong:
        lines.append(
            "Seizures would mislead about " + ", ".join(wrong) + ": they fall although fewer "
            "firearms reach the market, or rise although more do."
        )
    return "\n".join(lines)


def _cell(row: Evaluation) -> str:
    if math.isinf(row.years):
        return row.sign
    years = number(row.years, 0) if row.years <= 1000 else f"over {number(1000, 0)}"
    return f"{years}, {row.sign}" + (" (misleading)" if row.misleading else "")
