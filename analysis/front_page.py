"""The front page: the answer on one screen, generated from verdicts, waits and costs.

Nothing here judges: what a proposal does is the verdict of `analysis.verdicts`, so that the page
cannot say more than the table. Numbers have as many digits as matter, never more than three.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pandas as pd

from analysis.charts.style import name_of
from analysis.compare import Comparison
from analysis.dot_table import Axis, Mark, axis_over, drawn
from analysis.effects import smallest_difference
from analysis.equivalence import DEPENDS, INCREASES, NO_DIFFERENCE, NOT_RESOLVED, REDUCES
from analysis.evidence import read_scores
from analysis.headline import influences
from analysis.language import gettext, ngettext, parameter_text, pgettext
from analysis.outcomes import RUN, horizons, kinds, outcome
from analysis.validate import validate
from analysis.values import BASELINE, headline_values
from analysis.verdicts import Verdict, headline_kind, over_horizons
from analysis.wording import NO_BREAK, SMALLEST_WAIT_MIN, listed, number, plain
from sim.errors import InputError
from sim.numerics.units import DAYS_PER_YEAR
from sim.parameters import catalogue
from sim.results.reading import Study
from sim.scenario.intervention import FIREARMS, GRADES

SMALLEST_COST_CAD = 1e6
"""Smallest cost a year that matters, in CAD (assumption)."""
OTHER_AIM = "other_aim"
"""Proposals that were never meant to stop firearms, and do not change them."""
ORDER = (REDUCES, INCREASES, DEPENDS, NOT_RESOLVED, NO_DIFFERENCE, OTHER_AIM)
"""Groups of the table, in this order; of the last two the proposals are named only."""
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
    bundle : bool
        Whether it puts other proposals together.
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
    bundle: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Proposals of one verdict; the rest are named only."""

    verdict: str
    title: str
    rows: list[Row]
    named: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that one repeats, and what it is."""

    value: str
    words: str


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


def group_of(one: Verdict) -> str:
    """Where a proposal stands: by its verdict, unless nothing was asked of it and nothing comes."""
    silent = one.verdict in (NO_DIFFERENCE, NOT_RESOLVED)
    return OTHER_AIM if silent and one.aim != FIREARMS else one.verdict


def level_a_year(study: Study) -> float:
    """Firearms that reach the market in a year of the baseline, over the first horizon."""
    first = horizons(study)[0]
    level = outcome(study, first).loc[BASELINE]
    mean = float(level.xs(headline_kind(study), level="adversary").mean())
    return mean * a_year(study) if first == RUN else mean


def a_year(study: Study) -> float:
    """Factor from a sum over the run to one over a year."""
    return 1.0 if study.days is None or 365 <= study.days <= 366 else DAYS_PER_YEAR / study.days


def cost_a_year(study: Study, one: Verdict) -> float:
    """Whole cost of a year in CAD: only that of a run without horizons is a sum over the run."""
    return one.cost_cad * (a_year(study) if horizons(study)[0] == RUN else 1.0)


def rounded(value: float, digits: int = 2) -> str:
    """Write a count with two digits that matter: 6,438 is 6,400."""
    if not value or not math.isfinite(value):
        return number(0.0, 0)
    return number(value, digits - 1 - math.floor(math.log10(abs(value))))


def sentence(
    study: Study,
    chosen: Sequence[Verdict],
    level: float,
    about: dict[str, dict[str, object]],
    every: dict[str, list[Verdict]],
) -> str:
    """Say what the study found, with its size and its certainty.

    Parameters
    ----------
    study : Study
    chosen : sequence of Verdict
        One for each proposal.
    level : float
        Firearms that reach the market in a year of the baseline.
    about : dict
        Scenario files as the manifest holds them, by name.
    every : dict
        Verdicts of each proposal over all horizons.
    """
    fewer = [one for one in chosen if one.verdict == REDUCES]
    if not fewer:
        return ngettext(
            "front-none-reduces", len(chosen), smallest=plain(100 * smallest_difference(study))
        )
    best = fewer[0]
    later = every[best.proposal][-1] if len(every[best.proposal]) > 1 else None
    file = about.get(best.proposal, {})
    grade, actor = file.get("evidence"), str(file.get("actor") or "")
    return " ".join(
        part
        for part in (
            ngettext(
                "front-some-reduce",
                len(fewer),
                all=number(len(chosen), 0),
                title=name_of(study, best.proposal),
                fewer=rounded(-best.mean * level / 100),
                level=rounded(level),
                low=rounded(-best.high * level / 100),
                high=rounded(-best.low * level / 100),
                horizon=best.horizon,
            ),
            _later(later) if later else "",
            pgettext("who acts", actor) if actor else "",
            pgettext("evidence", f"grade {grade}") if grade else "",
        )
        if part
    )


def _later(one: Verdict) -> str:
    """Say what the largest effect comes to over the last horizon."""
    places = 1 if abs(one.mean) < 10 else 0
    return gettext(
        "front-later",
        horizon=f"{one.horizon[0].upper()}{one.horizon[1:]}",
        percent=number(one.mean, places, signed=True),
    )


def rest_of(chosen: Sequence[Verdict], smallest: float) -> str:
    """How many proposals have each of the other verdicts."""
    parts = [
        ngettext(f"front-{code}", count, smallest=plain(100 * smallest))
        for code in ORDER[1:]
        if (count := sum(group_of(one) == code for one in chosen))
    ]
    if not parts:
        return ""
    text = listed(parts)
    return f"{text[0].upper()}{text[1:]}."


def front_page(
    study: Study, comparisons: Sequence[Comparison], weakness: Sequence[str] = ()
) -> FrontPage:
    """Gather the front page of a study.

    Parameters
    ----------
    study : Study
    comparisons : sequence of Comparison
        Of the headline's kind of smuggler; those of the mean wait are shown.
    weakness : sequence of str
        Sentences on what the answer stands on.

    Raises
    ------
    InputError
        If the study has no baseline, nothing beside it, or one replication.
    """
    judged = over_horizons(study)
    chosen = main_verdicts(judged)
    every = by_proposal(judged)
    about = files_of(study)
    level = level_a_year(study)
    smallest = smallest_difference(study)
    axis = axis_over([one for one in judged if not one.bound], smallest)
    waits = {
        one.scenario: one.difference.mean for one in comparisons if one.metric == "mean_wait_min"
    }
    rows = {
        one.proposal: _row(study, every[one.proposal], about, axis, waits, level) for one in chosen
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
    return FrontPage(
        sentence=sentence(study, chosen, level, about, every),
        rest=rest_of(chosen, smallest),
        tiles=tiles(study, chosen, waits, level),
        groups=groups,
        axis=axis.svg(),
        threshold=gettext(
            "front-threshold",
            smallest=plain(100 * smallest),
            amount=rounded(smallest * level),
            wait=plain(60 * SMALLEST_WAIT_MIN),
        ),
        horizons=[(drawn(k, len(spans)), name) for k, name in enumerate(spans)],
        trust=[*trust(study), *weakness],
        change=influential(study),
        notes=[gettext("a-bundle-of-others")] if any(row.bundle for row in rows.values()) else [],
    )


def files_of(study: Study) -> dict[str, dict[str, object]]:
    """Scenario files by name, as the manifest holds them; nothing of an older version."""
    points = study.manifest.get("points") or []
    return {str(point["name"]): dict(point) for point in points if point}


def _row(
    study: Study,
    every: Sequence[Verdict],
    about: dict[str, dict[str, object]],
    axis: Axis,
    waits: dict[str, float],
    level: float,
) -> Row:
    main = every[0]
    file = about.get(main.proposal, {})
    grade = file.get("evidence")
    marks = [
        Mark(one.low, one.mean, one.high, place=k, of=len(every)) for k, one in enumerate(every)
    ]
    cost, cost_range = _cost(study, main, file)
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
        bundle="+" in main.proposal or _bundle(file, about),
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
    return text, "" if ends[0] == ends[1] else f"{ends[0]} {gettext('to')} {ends[1]}"


def _millions(cad: float) -> str:
    value = cad / 1e6
    if abs(value) < SMALLEST_COST_CAD / 1e6:
        return "0" if abs(value) < 0.5 else rounded(value, 1)
    return rounded(value)


def _bundle(file: dict[str, object], about: dict[str, dict[str, object]]) -> bool:
    """Whether a scenario holds all that three others change."""
    own = _changes(file)
    inside = [
        name
        for name, other in about.items()
        if other is not file and (changes := _changes(other)) and changes < own
    ]
    return len(inside) > 2


def _changes(file: dict[str, object]) -> set[str]:
    interventions = file.get("interventions")
    return {str(part) for part in interventions} if isinstance(interventions, list) else set()


def tiles(
    study: Study, chosen: Sequence[Verdict], waits: dict[str, float], level: float
) -> list[Tile]:
    """Up to four numbers that a minister would repeat, each a sentence with its size.

    Parameters
    ----------
    study : Study
    chosen : sequence of Verdict
        One for each proposal.
    waits : dict of float
        Change of the mean wait by proposal, in minutes.
    level : float
        Firearms that reach the market in a year of the baseline.
    """
    table = headline_values(study)
    base = table.loc[BASELINE].mean()
    result = []
    stopped = float(base.get("true_interdicted_share", math.nan))
    if stopped > 0:
        result.append(
            Tile(
                rounded(level),
                gettext("tile-reach-market", one_in=rounded(1 / stopped)),
            )
        )
    here = [one for one in chosen if one.proposal in waits and not math.isnan(waits[one.proposal])]
    if here:
        quickest = min(here, key=lambda one: waits[one.proposal])
        change = waits[quickest.proposal]
        if change <= -SMALLEST_WAIT_MIN:
            result.append(
                Tile(
                    f"{number(change, 1, signed=True)}{NO_BREAK}min",
                    gettext(
                        "tile-wait",
                        title=name_of(study, quickest.proposal),
                        level=number(float(base["mean_wait_min"]), 1),
                    ),
                )
            )
    more = _more_stopped(table)
    if more is not None:
        name, share = more
        wait = waits.get(name, math.nan)
        longer = gettext("tile-no-wait")
        if abs(wait) >= SMALLEST_WAIT_MIN:
            before = float(base["mean_wait_min"])
            longer = gettext(
                "tile-wait-from-to", low=number(before, 1), high=number(before + wait, 1)
            )
        result.append(
            Tile(
                f"{number(100 * share, 0, signed=True)}{NO_BREAK}%",
                gettext("tile-stopped", title=name_of(study, name), wait=longer),
            )
        )
    saves = [one for one in chosen if one.cost_cad < -SMALLEST_COST_CAD]
    if saves:
        best = min(saves, key=lambda one: one.cost_cad)
        saved = -cost_a_year(study, best) / 1e6
        result.append(
            Tile(
                gettext("tile-millions", amount=rounded(saved)),
                gettext(
                    "tile-saves",
                    title=name_of(study, best.proposal),
                    verdict=best.words,
                ),
            )
        )
    return result[:4]


def _more_stopped(table: pd.DataFrame) -> tuple[str, float] | None:
    """The proposal under which most more firearms are stopped, and by what share."""
    metric = "expected_firearms_stopped"
    if metric not in table.columns:
        return None
    means = table[metric].groupby(level="scenario").mean()
    change = means / means[BASELINE] - 1
    change = change.drop(index=[name for name in change.index if name == BASELINE])
    best = change.idxmax() if len(change) else None
    return (str(best), float(change[best])) if best is not None and change[best] > 0.01 else None


INFLUENTIAL = 3
"""Parameters that the page names as those that would change the answer."""


def influential(study: Study) -> list[str]:
    """Parameters that move the largest effect most over the worlds; none without worlds."""
    shares = sorted(influences(study).items(), key=lambda pair: -pair[1])[:INFLUENTIAL]
    known = catalogue()
    return [
        gettext(
            "front-influence",
            parameter=parameter_text(name, str(known[name].metadata["about"]))[0],
            share=number(100 * share, 0),
        )
        for name, share in shares
        if name in known
    ]


def _matched(study: Study) -> tuple[int, int]:
    """Independent rows of the record inside its range, and all of them; none in a short run."""
    if study.days is None or study.days < DAYS_PER_YEAR - 1:
        return 0, 0
    try:
        rows = [row for row in validate(study) if row.target.standing == "independent"]
    except InputError:  # another contraband
        return 0, 0
    judged = [row for row in rows if row.verdict != "not in this study"]
    return sum(row.verdict == "inside" for row in judged), len(judged)


def trust(study: Study) -> list[str]:
    """How far the page goes: the year, the smugglers and worlds tried, the runs."""
    runs = int(
        study.runs.groupby(["scenario", "adversary", "world"])["replication"].nunique().min()
    )
    known = catalogue()["smuggling.adversary"].metadata["choices"]
    lines = [
        gettext("trust-year", year=study.manifest.get("year", ""), runs=number(runs, 0)),
        ngettext("trust-smugglers", len(kinds(study)), all=number(len(known), 0)),
        ngettext("trust-worlds", max(1, len(study.worlds)))
        if len(study.worlds) > 1
        else gettext("trust-one-world"),
    ]
    held, free = _matched(study)
    if free:
        lines.append(gettext("trust-record", held=number(held, 0), all=number(free, 0)))
    scores = read_scores()
    cover = scores.get("predicted.coverage90")
    if cover is not None:
        lines.append(gettext("trust-history", cover=number(100 * cover, 0)))
        if scores.get("predicted.skill", 0.0) <= 0.0:
            lines.append(gettext("trust-no-skill"))
    return [line for line in lines if line]
