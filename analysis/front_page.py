"""The front page: the answer on one screen, generated from verdicts, waits and costs.

Nothing here judges: what a proposal does is the verdict of `analysis.verdicts`, so that the page
cannot say more than the table. Numbers have as many digits as matter, never more than three.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from analysis.charts.style import name_of
from analysis.compare import Comparison
from analysis.dot_table import Axis, Dot, axis_over, drawn
from analysis.effects import smallest_difference
from analysis.equivalence import INCREASES, NO_DIFFERENCE, NOT_RESOLVED, perhaps_less
from analysis.front_words import (
    ORDER,
    OTHER_AIM,
    SMALLEST_COST_CAD,
    Tile,
    cost_a_year,
    group_of,
    influential,
    is_bundle,
    rest_of,
    sentence,
    tiles,
    trust,
)
from analysis.language import gettext, ngettext, pgettext
from analysis.outcomes import RUN, a_year, horizons, outcome
from analysis.values import BASELINE
from analysis.verdicts import Verdict, headline_kind, over_horizons
from analysis.wording import NO_BREAK, SMALLEST_WAIT_MIN, number, plain, rounded
from sim.results.reading import Study
from sim.scenario.intervention import GRADES

OPEN, OPEN_UNTOLD = 10, 5
"""Most rows of a group that are open on the first screen, and of those that cannot be told."""


@dataclass(frozen=True, slots=True)
class Row:
    """One proposal of the table.

    Attributes
    ----------
    name, title : str
    chart : str
        Inline SVG: the effect in per cent with its joint interval, a mark for each horizon.
    alt : str
        The same in words.
    effect, wait, cost, cost_range : str
        Firearms a year; change of the mean wait; million CAD a year, and its range.
    actor : str
        Who would have to act.
    evidence : int
        From 1 to 4, or 0 where that is not said.
    mark : str
        What stands behind the title: * where it puts others together, † where its effect is sure
        and may be too small to matter.
    """

    name: str
    title: str
    chart: str
    alt: str
    effect: str
    wait: str
    cost: str
    cost_range: str
    actor: str
    evidence: int
    mark: str


@dataclass(frozen=True, slots=True)
class Group:
    """Proposals of one verdict; the rest are named only."""

    verdict: str
    title: str
    rows: list[Row]
    named: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FrontPage:
    """All that stands on the first screen."""

    sentence: str
    rest: str
    tiles: list[Tile]
    groups: list[Group]
    axis: str
    threshold: str
    horizons: list[tuple[str, str]]
    trust: list[str]
    change: list[str]
    notes: list[str]


def by_proposal(judged: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    """Verdicts of each proposal, in the order of the horizons."""
    result: dict[str, list[Verdict]] = {}
    for one in judged:
        result.setdefault(one.proposal, []).append(one)
    return result


def main_verdicts(judged: Iterable[Verdict]) -> list[Verdict]:
    """Verdict over the first horizon of each proposal, bounds left out, largest reduction first.

    The first horizon is that of every other page; later ones stand beside it.
    """
    first = [every[0] for every in by_proposal(judged).values() if not every[0].bound]
    return sorted(first, key=lambda one: one.mean)


def level_a_year(study: Study) -> float:
    """Firearms that reach the market in a year of the baseline, over the first horizon."""
    first = horizons(study)[0]
    level = outcome(study, first).loc[BASELINE]
    mean = float(level.xs(headline_kind(study), level="adversary").mean())
    return mean * a_year(study) if first == RUN else mean


def front_page(study: Study, comparisons: Sequence[Comparison]) -> FrontPage:
    """Gather the front page of a study.

    Parameters
    ----------
    study : Study
    comparisons : sequence of Comparison
        Of the headline's kind of smuggler; those of the mean wait are shown.

    Raises
    ------
    InputError
        If the study has no baseline, nothing beside it, or one replication.
    """
    judged = over_horizons(study)
    chosen = main_verdicts(judged)
    every = by_proposal(judged)
    level = level_a_year(study)
    smallest = smallest_difference(study)
    axis = axis_over([one for one in judged if not one.bound], smallest)
    waits = {
        one.scenario: one.difference.mean for one in comparisons if one.metric == "mean_wait_min"
    }
    rows = {
        one.proposal: _row(study, every[one.proposal], axis, waits, level, smallest)
        for one in chosen
    }
    groups = []
    for code in ORDER:
        of_code = [one.proposal for one in chosen if group_of(one) == code]
        if code == INCREASES:
            of_code.reverse()
        shown = (
            []
            if code in (NO_DIFFERENCE, OTHER_AIM)
            else of_code[: OPEN_UNTOLD if code == NOT_RESOLVED else OPEN]
        )
        if of_code:
            named = [(name, rows[name].title) for name in of_code[len(shown) :]]
            groups.append(
                Group(
                    code,
                    ngettext(f"group-{code}", len(of_code), smallest=plain(100 * smallest)),
                    [rows[name] for name in shown],
                    named,
                )
            )
    spans = list(dict.fromkeys(one.horizon for one in judged))
    dagger = "† " + gettext("perhaps-small", smallest=plain(100 * smallest))
    return FrontPage(
        sentence=sentence(study, chosen, level, every),
        rest=rest_of(chosen, smallest),
        tiles=tiles(study, chosen, waits, level),
        groups=groups,
        axis=axis.svg(),
        threshold=gettext(
            "front-threshold",
            horizon=spans[0],
            smallest=plain(100 * smallest),
            amount=rounded(smallest * level),
            wait=plain(60 * SMALLEST_WAIT_MIN),
        ),
        horizons=[(drawn(k, len(spans)), name) for k, name in enumerate(spans)],
        trust=trust(study),
        change=influential(study),
        notes=[
            *(
                [gettext("a-bundle-of-others")]
                if any("*" in row.mark for row in rows.values())
                else []
            ),
            *([f"{dagger}."] if any("†" in row.mark for row in rows.values()) else []),
        ],
    )


def _row(
    study: Study,
    every: Sequence[Verdict],
    axis: Axis,
    waits: dict[str, float],
    level: float,
    smallest: float,
) -> Row:
    main = every[0]
    file = study.files.get(main.proposal, {})
    grade = file.get("evidence")
    marks = [
        Dot(one.low, one.mean, one.high, place=k, of=len(every)) for k, one in enumerate(every)
    ]
    cost, cost_range = _cost(study, main, file)
    bundle = is_bundle(main.proposal, study.files)
    small = perhaps_less(main.verdict, main.low, main.high, 100 * smallest)
    return Row(
        name=main.proposal,
        title=name_of(study, main.proposal),
        chart=axis.row(marks),
        alt="; ".join(_in_words(one) for one in every),
        effect=change_of(main.mean * level / 100),
        wait=_wait(waits.get(main.proposal, math.nan)),
        cost=cost,
        cost_range=cost_range,
        actor=pgettext("actor", str(file.get("actor") or "")) if file.get("actor") else "",
        evidence=int(grade) if isinstance(grade, int) and grade in GRADES else 0,
        mark=(" *" if bundle else "") + (" †" if small else ""),
    )


def change_of(value: float) -> str:
    """Write a change with its sign."""
    text = rounded(value)
    return f"+{text}" if value > 0 and text != number(0.0, 0) else text


def _in_words(one: Verdict) -> str:
    percent = f"{NO_BREAK}%"
    ends = [number(end, 1, signed=True) + percent for end in (one.low, one.high)]
    return gettext(
        "effect-in-words",
        horizon=one.horizon,
        mean=number(one.mean, 1, signed=True) + percent,
        low=ends[0],
        high=ends[1],
    )


def _wait(change: float) -> str:
    """Change of the mean wait, or an equals sign below what matters."""
    if math.isnan(change):
        return ""
    if abs(change) < SMALLEST_WAIT_MIN:
        return "="
    return f"{number(change, 1, signed=True)}{NO_BREAK}min"


def _cost(study: Study, one: Verdict, file: dict[str, object]) -> tuple[str, str]:
    """Whole cost in million CAD a year, and its range by that of the programme."""
    if math.isnan(one.cost_cad):
        return "", ""
    whole = cost_a_year(study, one)
    costs = file.get("costs")
    entries = [part for part in costs if isinstance(part, dict)] if isinstance(costs, list) else []
    below = sum(float(part["cad_per_year"]) - float(part["low"]) for part in entries)
    above = sum(float(part["high"]) - float(part["cad_per_year"]) for part in entries)
    ends = [_millions(whole - below), _millions(whole + above)]
    text = _millions(whole)
    return text, "" if ends[0] == ends[1] else f"({ends[0]} {gettext('to')} {ends[1]})"


def _millions(cad: float) -> str:
    value = cad / 1e6
    if abs(value) < SMALLEST_COST_CAD / 1e6:
        return "0" if abs(value) < 0.5 else rounded(value, 1)
    return rounded(value)
