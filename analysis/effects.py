"""What each scenario does to the primary outcome, with its verdict (`analysis.equivalence`)."""

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.equivalence import DEPENDS, joint_intervals, joint_p, perhaps_less, read_off, signs
from analysis.language import pgettext
from analysis.outcomes import outcome
from analysis.values import Pair, pairs
from sim.numerics.units import Floats
from sim.results.reading import Study
from sim.results.schema import (
    NOTHING_SHARE,
    SMALLEST_DIFFERENCE,
    check_nothing_share,
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
    p : float
        Of no effect, corrected for the family; NaN with one replication.
    less, more, none : tuple of str
        Where it *depends*: the kinds of smuggler, or the worlds, in which it reduces, increases and
        does nothing at all.
    on : str
        What it depends on: adversary, world or empty.
    perhaps_less : bool
        Whether a reduction or increase may be less than what matters: its sign is sure, and its
        interval reaches within the smallest difference.
    """

    mean: float
    low: float
    high: float
    verdict: str
    family: int
    p: float = math.nan
    less: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    on: str = ""
    perhaps_less: bool = False


def effect_in_words(effect: Effect) -> str:
    """The verdict: "reduces", "makes no difference that matters", "depends on the smugglers".

    Where the sign is sure and the size is not: "reduces, perhaps by less than matters".
    """
    if effect.verdict == DEPENDS:
        return pgettext("verdict", f"depends on {effect.on}")
    return pgettext("verdict", effect.verdict + (" perhaps less" if effect.perhaps_less else ""))


def smallest_difference(study: Study) -> float:
    """Smallest difference that matters in a study, as a share of the baseline."""
    try:
        value = study.manifest["configuration"]["study"]["smallest_difference"]
    except (KeyError, TypeError):
        return SMALLEST_DIFFERENCE
    return check_smallest_difference(f"{study.folder}: study.smallest_difference", float(value))


def nothing_share(study: Study) -> float:
    """Part of the smallest difference of a study within which an effect is none at all."""
    try:
        value = study.manifest["configuration"]["study"]["nothing_share"]
    except (KeyError, TypeError):
        return NOTHING_SHARE
    return check_nothing_share(f"{study.folder}: study.nothing_share", float(value))


def headline_effects(
    study: Study, smallest: float | None = None, horizon: str | None = None
) -> dict[tuple[str, str], Effect]:
    """Effect of every scenario on the primary outcome, by scenario and kind of smuggler.

    The scenarios compared for one kind of smuggler are judged together, but for those identical to
    the baseline in every pair, of which nothing is uncertain. Where signs differ between kinds of
    smuggler or worlds, the verdict is *depends*.

    Parameters
    ----------
    study : Study
    smallest : float, optional
        The smallest difference that matters; the study's by default.
    horizon : str, optional
        One of `analysis.outcomes.horizons`; the first by default.
    """
    size = smallest_difference(study) if smallest is None else smallest
    key = ("effects", size, horizon)
    if key not in study.derived:
        negligible = nothing_share(study) * size
        study.derived[key] = _headline_effects(outcome(study, horizon), size, negligible)
    effects: dict[tuple[str, str], Effect] = study.derived[key]
    return effects


def _headline_effects(
    level: pd.Series, smallest: float, negligible: float
) -> dict[tuple[str, str], Effect]:
    every = pairs(level.to_frame())
    by_kind: dict[str, dict[tuple[str, str], tuple[Floats, Floats]]] = {}
    for key, pair in every.items():
        one = pair.independent()
        by_kind.setdefault(key[1], {})[key] = (one.difference[:, 0], one.level[:, 0])
    effects: dict[tuple[str, str], Effect] = {}
    for samples in by_kind.values():
        effects |= judged_together(samples, smallest)
    opposed = _opposed_by_world(every, smallest) | _opposed_by_kind(by_kind, smallest, negligible)
    for key, effect in effects.items():
        if key[0] in opposed:
            effects[key] = replace(effect, verdict=DEPENDS, perhaps_less=False, **opposed[key[0]])
    return effects


def judged_together(
    samples: dict[tuple[str, str], tuple[Floats, Floats]], smallest: float, family: int = 0
) -> dict[tuple[str, str], Effect]:
    """Judge scenarios as one family.

    Parameters
    ----------
    samples : dict
        Paired differences and levels of the baseline, each of shape (replications,), by scenario
        and kind of smuggler.
    smallest : float
        The smallest difference that matters, as a share of the baseline.
    family : int
        How many are judged together, if that is more than those given.
    """
    if not family:
        family = sum(len(sample) > 1 and bool(sample.any()) for sample, _ in samples.values())
    result: dict[tuple[str, str], Effect] = {}
    for count in {len(sample) for sample, _ in samples.values()}:
        alike = {key: pair for key, pair in samples.items() if len(pair[0]) == count}
        if count < 2:
            for key, (sample, level) in alike.items():
                share = float(sample[0] / level[0]) if count and level[0] else math.nan
                result[key] = Effect(share, math.nan, math.nan, "", family)
            continue
        differences, levels = (np.array([pair[side] for pair in alike.values()]) for side in (0, 1))
        mean, low, high = joint_intervals(differences, levels, family)
        words = read_off(low, high, smallest)
        rows = zip(mean, low, high, words, joint_p(differences, family), strict=True)
        for key, (at, least, most, word, p) in zip(alike, rows, strict=True):
            result[key] = Effect(
                float(at), float(least), float(most), str(word), family, float(p),
                perhaps_less=perhaps_less(str(word), float(least), float(most), smallest),
            )  # fmt: skip
    return {key: result[key] for key in samples}


def _opposed_by_kind(
    by_kind: dict[str, dict[tuple[str, str], tuple[Floats, Floats]]],
    smallest: float,
    negligible: float,
) -> dict[str, dict[str, Any]]:
    """Scenarios that change what matters for one kind of smuggler, and not so for another.

    For that other kind they have the opposite sign, or no effect at all: an interval that reaches
    ``negligible`` at most. Intervals hold for all scenarios and kinds together.
    """
    samples = [sample for of_kind in by_kind.values() for sample, _ in of_kind.values()]
    family = sum(len(sample) > 1 and bool(sample.any()) for sample in samples)
    told: dict[tuple[str, str], int] = {}
    large: set[tuple[str, str]] = set()
    none: set[tuple[str, str]] = set()
    for of_kind in by_kind.values():
        for key, effect in judged_together(of_kind, smallest, family).items():
            told[key] = (effect.low > 0.0) - (effect.high < 0.0)
            if abs(effect.mean) > smallest:
                large.add(key)
            if -negligible <= effect.low and effect.high <= negligible:
                none.add(key)
    return _opposed(told, "adversary", large, none)


def _opposed_by_world(
    every: dict[tuple[str, str], Pair], smallest: float
) -> dict[str, dict[str, Any]]:
    """Scenarios that reduce in some worlds and increase in others, for one kind of smuggler.

    Replications of one world are few, so that the worlds share one variance.
    """
    samples: dict[tuple[str, str], dict[str, Floats]] = {}
    large: set[tuple[str, str]] = set()
    for (scenario, kind), pair in every.items():
        by_world, levels = (
            {str(world): of[pair.world == world, 0] for world in np.unique(pair.world)}
            for of in (pair.difference, pair.level)
        )
        if len(by_world) > 1 and pair.difference.any():
            samples[scenario, kind] = by_world
            large |= {
                (scenario, world)
                for world, sample in by_world.items()
                if abs(sample.mean()) > smallest * abs(levels[world].mean())
            }
    family = sum(len(by_world) for by_world in samples.values())
    opposed: dict[str, dict[str, Any]] = {}
    for (scenario, _), by_world in samples.items():
        told = signs([*by_world.values()], family, pooled=True)
        found = _opposed(
            {(scenario, world): sign for world, sign in zip(by_world, told, strict=True)},
            "world",
            large,
        )
        for name, sides in found.items():
            if name in opposed:  # for another kind of smuggler too: name the worlds of both
                sides |= {
                    side: tuple(dict.fromkeys((*opposed[name][side], *sides[side])))
                    for side in ("less", "more", "none")
                }
            opposed[name] = sides
    return opposed


def _opposed(
    told: dict[tuple[str, str], int],
    on: str,
    large: set[tuple[str, str]],
    nothing: Collection[tuple[str, str]] = (),
) -> dict[str, dict[str, Any]]:
    """Of signs by scenario and state, the scenarios that have both, or one and none at all.

    ``large`` are those of which some sign has to be: their mean effect matters.
    """
    sides: dict[str, dict[int, list[str]]] = {}
    for (scenario, state), sign in told.items():
        of = 0 if (scenario, state) in nothing else sign
        if of or (scenario, state) in nothing:
            sides.setdefault(scenario, {}).setdefault(of, []).append(state)
    return {
        scenario: {
            name: tuple(by_sign.get(sign, ()))
            for name, sign in (("less", -1), ("more", 1), ("none", 0))
        }
        | {"on": on}
        for scenario, by_sign in sides.items()
        if len(by_sign) > 1
        and any((scenario, state) in large for states in by_sign.values() for state in states)
    }
