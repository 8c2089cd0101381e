"""From which size a proposal pays, where its size is an assumption.

A proposal pays if what it costs for each firearm kept from the market is at most what a firearm is
held to be worth. Its cost is taken as it is. Its effect follows the sizes that were simulated
(``NAME*0.5`` is half of a proposal, `sim.scenario.intervention.Scenario.resized`), straight from
none to the least and from each to the next. Where only the file's own size was, that is a straight
line through it, and the size from which it pays is its price for a firearm over the worth.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.answer.choices import MILLION, Choices, choices
from analysis.costs import NOT_ESTIMABLE, Ratio, ratio
from analysis.language import gettext, pgettext
from analysis.outcomes import horizon_in_words, kinds
from analysis.values import once
from analysis.wording import aligned, number, plain, rounded, unit_of
from sim.errors import InputError
from sim.numerics.units import Floats
from sim.parameters import catalogue
from sim.results.reading import Study


@dataclass(frozen=True, slots=True)
class BreakEven:
    """From which size one proposal pays.

    Attributes
    ----------
    proposal : str
    times : Ratio
        Size from which it pays, in sizes that were simulated: 1 is the file's own. Zero where it
        costs nothing; not estimable where the firearms cannot be told from none.
    lever, size : str
        Its first lever, and the value of that from which it pays; empty where there is no such
        number.
    assumed : str
        The value of it in the file.
    sizes : tuple of float
        Sizes that were simulated.
    possible : bool
        Whether the lever can have the value from which it pays: no share is above 1.
    """

    proposal: str
    times: Ratio
    lever: str
    assumed: str
    size: str
    sizes: tuple[float, ...] = (1.0,)
    possible: bool = True

    @property
    def code(self) -> str:
        """Whether it pays at the size that was simulated, as a word of the rule."""
        if math.isinf(self.times.value):
            return "no-size"
        if not self.times.estimable:
            return "open"
        if self.times.value <= 0:
            return "free" if self.times.value == 0 else "never"
        if not self.possible:
            return "impossible"
        if self.times.high <= 1:
            return "pays"
        return "too-dear" if self.times.low > 1 else "either"

    @property
    def word(self) -> str:
        """The same in the language set."""
        return pgettext("pays", self.code)


def worth_of(found: Choices) -> tuple[float, str]:
    """What a firearm is worth where nobody says, CAD: what the cheapest proposal that costs pays.

    Raises
    ------
    InputError
        If there is no such proposal.
    """
    paid = {
        name: each.value
        for name in _alone(found)
        if (each := _price(found, name)).estimable and each.value > 0 and found.cost[name] > 0
    }
    if not paid:
        raise InputError(
            "no proposal of the study has a price for each firearm, so nothing says what one is "
            "worth; give --cad-per-firearm"
        )
    name = min(paid, key=lambda scenario: paid[scenario])
    return paid[name], name


def _alone(found: Choices) -> list[str]:
    """Proposals as their files have them: no other size, and not put together."""
    return [name for name in map(str, found.kept) if not {"*", "+"} & set(name)]


def _price(found: Choices, name: str) -> Ratio:
    """CAD for each firearm kept from the market, with its interval."""
    kept = found.kept[name].to_numpy(float)
    return ratio(np.full(len(kept), MILLION * found.cost[name]), kept)


@once
def break_even(study: Study, cad_per_firearm: float | None = None) -> list[BreakEven]:
    """Size from which each proposal pays, that of least size first.

    Costs and firearms are those of `analysis.answer.choices`: over the last horizon of the study,
    the kinds of smuggler averaged.

    Parameters
    ----------
    study : Study
    cad_per_firearm : float, optional
        What a firearm kept from the market is worth; by default what the cheapest proposal pays.

    Raises
    ------
    InputError
        If it is not above zero, or there is neither it nor a price.
    """
    found = choices(study)
    if cad_per_firearm is None:
        worth = worth_of(found)[0]
    elif 0 < cad_per_firearm < math.inf:
        worth = cad_per_firearm
    else:
        raise InputError(f"--cad-per-firearm = {cad_per_firearm:g} is not above 0 CAD")
    rows = [_of(study, found, name, worth) for name in _alone(found) if found.kept[name].any()]
    return sorted(rows, key=in_order)


def in_order(row: BreakEven) -> tuple[bool, bool, float]:
    """Sort what can be told first, by size."""
    value = row.times.value
    return not row.times.estimable, value < 0, value if value == value else math.inf


def _of(study: Study, found: Choices, name: str, worth: float) -> BreakEven:
    each, cost = _price(found, name), MILLION * float(found.cost[name])
    if not each.estimable:
        times = NOT_ESTIMABLE
    elif found.kept[name].mean() < 0:
        times = Ratio(-1.0, -1.0, -1.0)
    elif cost <= 0:
        times = Ratio(0.0, 0.0, 0.0)
    else:
        times = Ratio(each.value / worth, max(each.low, 0.0) / worth, each.high / worth)
    sizes = {
        float(size or 1): found.kept[other].to_numpy(float)
        for other in map(str, found.kept)
        for of, _, size in (other.partition("*"),)
        if of == name
    }
    sizes = {size: sizes[size] for size in sorted(sizes)}
    if len(sizes) > 1 and cost > 0:
        times = from_sizes(sizes, cost / worth)
    of_lever = _lever(study, name, times)
    return BreakEven(name, times, *of_lever[:3], tuple(sizes), of_lever[3])


RESAMPLES = 2000


def from_sizes(kept: dict[float, Floats], wanted: float) -> Ratio:
    """Least size that keeps so many out, straight between the sizes, with a bootstrap interval.

    Parameters
    ----------
    kept : dict of array of float, shape (replications,)
        Firearms kept out, by size, the least size first; the same replications in each.
    wanted : float
        Firearms that it has to keep out to pay.

    Returns
    -------
    Ratio
        Infinite where no size that was simulated does; not estimable with fewer than three
        replications.
    """
    sizes = np.array([0.0, *kept])
    sample = np.array([*kept.values()])
    if sample.shape[1] < 3:
        return NOT_ESTIMABLE
    draws = np.random.default_rng(1)
    chosen = draws.integers(0, sample.shape[1], (RESAMPLES, sample.shape[1]))
    means = np.vstack([sample.mean(axis=1), sample[:, chosen].mean(axis=2).T])
    found = np.array([_first(sizes, np.r_[0.0, row], wanted) for row in means])
    low, high = np.quantile(found[1:], [0.025, 0.975], method="inverted_cdf")
    return Ratio(float(found[0]), float(low), float(high))


def _first(sizes: Floats, kept: Floats, wanted: float) -> float:
    """Where a line through the points first comes to a value; infinite if nowhere."""
    for k in range(1, len(sizes)):
        if kept[k] >= wanted:
            part = (wanted - kept[k - 1]) / (kept[k] - kept[k - 1])
            return float(sizes[k - 1] + part * (sizes[k] - sizes[k - 1]))
    return math.inf


def _lever(study: Study, scenario: str, times: Ratio) -> tuple[str, str, str, bool]:
    """First lever of a scenario with a number, as simulated, where it pays, and if it can be."""
    changes: Sequence[dict[str, Any]] = study.files.get(scenario, {}).get("interventions", ())
    for change in changes:
        name, operation, value = change["parameter"], change["operation"], change["value"]
        number_given = isinstance(value, (int, float)) and not isinstance(value, bool)
        if name not in catalogue() or not number_given:
            continue
        before = catalogue()[name].default
        if isinstance(before, bool) or not isinstance(before, (int, float)):
            continue
        full = {"set": value, "add": before + value, "scale": before * value}[operation]
        unit = str(catalogue()[name].metadata["unit"])
        unit = "" if unit in ("share", "ratio") else unit_of(unit)
        assumed = f"{plain(before)} {gettext('to')} {plain(full)} {unit}".strip()
        if not times.estimable or times.value < 0 or math.isinf(times.value):
            return name, assumed, "", True
        there = before + times.value * (full - before)
        at_least, at_most = catalogue()[name].metadata["bounds"] or (None, None)
        possible = (at_least is None or there >= at_least) and (at_most is None or there <= at_most)
        return name, assumed, f"{rounded(there)} {unit}".strip(), possible
    return "", "", "", True


def _sizes_lines(rows: Sequence[BreakEven]) -> list[str]:
    several = [row for row in rows if len(row.sizes) > 1]
    lines = [
        f"{row.proposal}: simulated at {', '.join(f'{size:g}' for size in row.sizes)} times."
        for row in several
    ]
    if len(several) < len(rows):
        who = "The others’ effect" if several else "The effect"
        lines.append(
            f"{who} is taken in proportion to size, a straight line through what was simulated "
            "(experiment=break_even simulates sizes)."
        )
    return lines


def frame_of(rows: Sequence[BreakEven]) -> pd.DataFrame:
    """Break-even sizes as a table."""
    return pd.DataFrame(
        {
            "proposal": row.proposal, "times_assumed": row.times.value, "low": row.times.low,
            "high": row.times.high, "lever": row.lever, "assumed": row.assumed,
            "pays_from": row.size, "finding": row.word,
            "sizes": " ".join(f"{size:g}" for size in row.sizes),
        }
        for row in rows
    )  # fmt: skip


def break_even_text(study: Study, rows: Sequence[BreakEven], cad_per_firearm: float | None) -> str:
    """Break-even sizes as plain text."""
    found = choices(study)
    if cad_per_firearm is None:
        worth, name = worth_of(found)
        said = f"{number(worth, 0)} CAD, what {name} pays for each (--cad-per-firearm for another)"
    else:
        said = f"{number(cad_per_firearm, 0)} CAD"
    table = [["proposal", "pays from", "interval", "lever", "as assumed", "there", "finding"]]
    for row in rows:
        if row.times.estimable and 0 <= row.times.value < math.inf:
            value = f"{row.times.value:.3g} times"
            interval = f"[{row.times.low:.3g}, {row.times.high:.3g}]"
        else:
            value = interval = ""
        table.append([row.proposal, value, interval, row.lever, row.assumed, row.size, row.word])
    return "\n".join(
        [
            "Size from which each proposal pays, in sizes as assumed in its file",
            f"A firearm kept from the market is held to be worth {said}.",
            f"Firearms and costs are a year's, {horizon_in_words(study, found.horizon)}, averaged "
            f"over kinds of smuggler ({len(kinds(study))}).",
            "",
            *aligned(table, right=(1, 2)),
            "",
            *_sizes_lines(rows),
            "Where a proposal has several levers, all move together. Its cost is taken as it is.",
        ]
    )
