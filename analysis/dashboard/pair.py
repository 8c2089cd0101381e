"""Any two scenarios of any two studies, compared."""

import math
from collections.abc import Sequence

import pandas as pd
from scipy import stats

from analysis.compare import Comparison, corrected, values
from analysis.estimates import LEVEL, Estimate, estimate
from analysis.language import tell
from sim.errors import InputError
from sim.results import Study

SHARED = ("seed", "start", "days", "year", "ports", "code_digest")
"""What two studies must have in common for their replications to meet the same random numbers."""


def common_numbers(one: Study, two: Study) -> bool:
    """Whether replications of two studies met the same vehicles, officers and smugglers."""
    if one.folder == two.folder:
        return True
    known = [(one.manifest.get(key), two.manifest.get(key)) for key in SHARED]
    return all(mine is not None and mine == theirs for mine, theirs in known)


def runs(study: Study, scenario: str, adversary: str) -> pd.DataFrame:
    """Values of one scenario against one kind of smuggler, by world and replication.

    Raises
    ------
    InputError
        If the study does not hold them.
    """
    table = values(study)
    try:
        return table.xs((scenario, adversary), level=("scenario", "adversary"))
    except KeyError:
        raise InputError(
            tell("The study has no scenario “{name}” against these smugglers.", name=scenario[:60])
        ) from None


def compare_two(
    one: tuple[Study, str, str], two: tuple[Study, str, str], metrics: Sequence[str]
) -> list[Comparison]:
    """Second minus first in every metric that both hold, corrected for all of them.

    Parameters
    ----------
    one, two : (Study, str, str)
        Study, scenario and kind of smuggler.
    metrics : sequence of str
    """
    first, second = runs(*one), runs(*two)
    paired = common_numbers(one[0], two[0])
    found = []
    for metric in metrics:
        if metric in first.columns and metric in second.columns:
            mine, theirs = first[metric].dropna(), second[metric].dropna()
            difference = _paired(mine, theirs) if paired else _apart(mine, theirs)
            found.append(
                Comparison(two[1], two[2], metric, float(mine.mean()), difference, math.nan,
                           one[0].days)
            )  # fmt: skip
    return corrected(found)


def _paired(mine: pd.Series, theirs: pd.Series) -> Estimate:
    shared = mine.index.intersection(theirs.index)
    return estimate(theirs.loc[shared] - mine.loc[shared])


def _apart(mine: pd.Series, theirs: pd.Series) -> Estimate:
    """Welch's interval of a difference of means that share no random numbers."""
    mean = float(theirs.mean() - mine.mean())
    count = min(len(mine), len(theirs))
    if count < 2:
        return Estimate(mean, math.nan, math.nan, count, math.nan, False)
    parts = [float(sample.var(ddof=1)) / len(sample) for sample in (mine, theirs)]
    error = math.sqrt(sum(parts))
    if error == 0:
        return Estimate(mean, mean, mean, count, float(mean == 0), mean == 0)
    freedom = sum(parts) ** 2 / sum(
        part**2 / (len(sample) - 1) for part, sample in zip(parts, (mine, theirs), strict=True)
    )
    reach = float(stats.t.ppf((1 + LEVEL) / 2, freedom)) * error
    p = 2 * float(stats.t.sf(abs(mean) / error, freedom))
    return Estimate(mean, mean - reach, mean + reach, count, p, False)
