"""What each scenario does to the primary outcome, with its verdict (`analysis.equivalence`)."""

import math
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from analysis.equivalence import DEPENDS, joint_intervals, read_off, signs
from analysis.language import pgettext
from analysis.values import BASELINE, paired, pairs_within_worlds, values
from sim.numerics.units import Floats
from sim.results.reading import Study
from sim.results.schema import (
    PRIMARY_OUTCOME,
    SMALLEST_DIFFERENCE,
    check_smallest_difference,
)


@dataclass(frozen=True, slots=True)
class Effect:
    """What one scenario does to the primary outcome, for one kind of smuggler, and the verdict.

    Attributes
    ----------
    mean, low, high : float
        As shares of the baseline; the interval holds for all scenarios of the study at once and is
        NaN with one replication.
    verdict : str
        One of `analysis.equivalence.VERDICTS`; empty with one replication.
    family : int
        Scenarios that are judged together.
    less, more : tuple of str
        Where it *depends*: the kinds of smuggler, or the worlds, in which it reduces and increases.
    on : str
        What it depends on: adversary, world or empty.
    """

    mean: float
    low: float
    high: float
    verdict: str
    family: int
    less: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    on: str = ""


def effect_in_words(effect: Effect) -> str:
    """The verdict: "reduces", "makes no difference that matters", "depends on the smugglers"."""
    if effect.verdict == DEPENDS:
        return pgettext("verdict", f"depends on {effect.on}")
    return pgettext("verdict", effect.verdict)


def smallest_difference(study: Study) -> float:
    """Smallest difference that matters in a study, as a share of the baseline."""
    try:
        value = study.manifest["configuration"]["study"]["smallest_difference"]
    except (KeyError, TypeError):
        return SMALLEST_DIFFERENCE
    return check_smallest_difference(f"{study.folder}: study.smallest_difference", float(value))


def headline_effects(study: Study, smallest: float | None = None) -> dict[tuple[str, str], Effect]:
    """Effect of every scenario on the primary outcome, by scenario and kind of smuggler.

    The scenarios compared for one kind of smuggler are judged together, but for those identical to
    the baseline in every pair, of which nothing is uncertain. Where signs differ between kinds of
    smuggler or worlds, the verdict is *depends*.

    Parameters
    ----------
    study : Study
    smallest : float, optional
        The smallest difference that matters; the study's by default.
    """
    size = smallest_difference(study) if smallest is None else smallest
    key = ("effects", size)
    if key not in study.derived:
        study.derived[key] = _headline_effects(study, size)
    effects: dict[tuple[str, str], Effect] = study.derived[key]
    return effects


def _headline_effects(study: Study, smallest: float) -> dict[tuple[str, str], Effect]:
    table = values(study)[[PRIMARY_OUTCOME]].dropna()
    runs = {
        key: rows.droplevel(["scenario", "adversary"])
        for key, rows in table.groupby(level=["scenario", "adversary"])
    }
    nothing = table[:0].droplevel(["scenario", "adversary"])
    pairs = {
        (scenario, kind): paired(runs.get((BASELINE, kind), nothing), rows)
        for (scenario, kind), rows in runs.items()
        if scenario != BASELINE
    }
    effects: dict[tuple[str, str], Effect] = {}
    for kind in study.adversaries:
        of_kind = {key: pair for key, pair in pairs.items() if key[1] == kind}
        family = sum(
            len(difference) > 1 and bool((difference != 0).to_numpy().any())
            for difference, _ in of_kind.values()
        )
        for key, (difference, level) in of_kind.items():
            effects[key] = _effect(
                difference[PRIMARY_OUTCOME].to_numpy(float),
                level[PRIMARY_OUTCOME].to_numpy(float),
                family,
                smallest,
            )
    opposed = _opposed_by_world(runs) | _opposed_by_kind(pairs)
    return {
        key: replace(effect, verdict=DEPENDS, **opposed[key[0]]) if key[0] in opposed else effect
        for key, effect in effects.items()
    }


def _effect(
    difference: Floats,
    level: Floats,
    family: int,
    smallest: float,
) -> Effect:
    """Judge the pairs of one scenario for one kind of smuggler."""
    if len(difference) > 1:
        mean, low, high = joint_intervals(difference, level, family)
        verdict = str(read_off(low, high, smallest))
        return Effect(float(mean), float(low), float(high), verdict, family)
    share = float(difference[0] / level[0]) if len(level) and level[0] else math.nan
    return Effect(share, math.nan, math.nan, "", family)


Pairs = dict[tuple[str, str], tuple[pd.DataFrame, pd.DataFrame]]


def _opposed_by_kind(pairs: Pairs) -> dict[str, dict[str, Any]]:
    """Scenarios that reduce for some kinds of smuggler and increase for others."""
    samples = {
        (scenario, kind): difference[PRIMARY_OUTCOME].to_numpy(float)
        for (scenario, kind), (difference, _) in pairs.items()
        if len(difference) > 1
    }
    family = sum(bool(sample.any()) for sample in samples.values())
    return _opposed(
        {key: signs([sample], family)[0] for key, sample in samples.items()}, "adversary"
    )


def _opposed_by_world(runs: dict[tuple[str, str], pd.DataFrame]) -> dict[str, dict[str, Any]]:
    """Scenarios that reduce in some worlds and increase in others, for one kind of smuggler.

    Replications of one world are few, so that the worlds share one variance.
    """
    samples: dict[tuple[str, str], dict[str, Floats]] = {}
    for (scenario, kind), rows in runs.items():
        base = runs.get((BASELINE, kind))
        if scenario != BASELINE and base is not None:
            difference = pairs_within_worlds(base, rows)[0][PRIMARY_OUTCOME]
            by_world = {str(w): x.to_numpy(float) for w, x in difference.groupby(level="world")}
            if len(by_world) > 1 and difference.any():
                samples[scenario, kind] = by_world
    family = sum(len(by_world) for by_world in samples.values())
    opposed: dict[str, dict[str, Any]] = {}
    for (scenario, _), by_world in samples.items():
        told = signs([*by_world.values()], family, pooled=True)
        found = _opposed(
            {(scenario, world): sign for world, sign in zip(by_world, told, strict=True)}, "world"
        )
        for name, sides in found.items():
            if name in opposed:  # for another kind of smuggler too: name the worlds of both
                sides |= {
                    side: tuple(dict.fromkeys((*opposed[name][side], *sides[side])))
                    for side in ("less", "more")
                }
            opposed[name] = sides
    return opposed


def _opposed(told: dict[tuple[str, str], int], on: str) -> dict[str, dict[str, Any]]:
    """Of signs by scenario and state, the scenarios that have both."""
    sides: dict[str, dict[int, list[str]]] = {}
    for (scenario, state), sign in told.items():
        sides.setdefault(scenario, {}).setdefault(sign, []).append(state)
    return {
        scenario: {"less": tuple(by_sign[-1]), "more": tuple(by_sign[1]), "on": on}
        for scenario, by_sign in sides.items()
        if {-1, 1} <= set(by_sign)
    }
