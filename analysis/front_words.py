"""What the front page says in sentences: the finding, its tiles, how far to trust it.

Nothing here judges: what a proposal does is the verdict of `analysis.verdicts`, so that a sentence
cannot say more than the table.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analysis.charts.style import name_of
from analysis.costs import prices_of
from analysis.effects import smallest_difference
from analysis.equivalence import (
    DEPENDS,
    INCREASES,
    NO_DIFFERENCE,
    NOT_RESOLVED,
    REDUCES,
    perhaps_less,
)
from analysis.evidence import read_scores
from analysis.headline import influences
from analysis.history import stored_strip
from analysis.language import gettext, ngettext, parameter_text, pgettext
from analysis.outcomes import HORIZONS, RUN, a_year, horizons, kinds
from analysis.validate import held_in_other_runs, inside, validate
from analysis.values import BASELINE, headline_values
from analysis.verdicts import Verdict, once_cad
from analysis.wording import (
    NO_BREAK,
    SMALLEST_WAIT_MIN,
    listed,
    number,
    plain,
    rounded,
    sentence_of,
)
from sim.errors import InputError
from sim.numerics.units import DAYS_PER_YEAR
from sim.parameters import catalogue
from sim.results.reading import Study
from sim.scenario.intervention import FIREARMS

SMALLEST_COST_CAD = 1e6
"""Smallest cost a year that matters, in CAD (assumption)."""
OTHER_AIM = "other_aim"
"""Proposals that were never meant to stop firearms, and do not change them."""
ORDER = (REDUCES, INCREASES, DEPENDS, NOT_RESOLVED, NO_DIFFERENCE, OTHER_AIM)
"""Groups of the table, in this order; of the last two the proposals are named only."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that one repeats, and what it is."""

    value: str
    words: str


def group_of(one: Verdict) -> str:
    """Where a proposal stands: by its verdict, unless nothing was asked of it and nothing comes."""
    silent = one.verdict in (NO_DIFFERENCE, NOT_RESOLVED)
    return OTHER_AIM if silent and one.aim != FIREARMS else one.verdict


def cost_a_year(study: Study, one: Verdict) -> float:
    """Whole cost of year 1 in CAD: only that of a run without horizons is a sum over the run."""
    price = prices_of(study).get(one.proposal)
    if price is None or horizons(study)[0] != RUN:
        return one.cost_cad
    once = once_cad(study, price)
    return (one.cost_cad - once) * a_year(study) + once


def sentence(
    study: Study,
    chosen: Sequence[Verdict],
    level: float,
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
    every : dict
        Verdicts of each proposal over all horizons.
    """
    fewer = [one for one in chosen if one.verdict == REDUCES]
    first = next(iter(every.values()))[0]
    over, lasting = _over(first.horizon), _lasting(every, len(fewer))
    if not fewer:
        return ngettext("front-none-reduces", len(chosen), over=over, lasting=lasting)
    best, smallest = fewer[0], smallest_difference(study)
    later = every[best.proposal][-1] if len(every[best.proposal]) > 1 else None
    file = study.files.get(best.proposal, {})
    bundle = is_bundle(best.proposal, study.files)
    grade, actor = file.get("evidence"), str(file.get("actor") or "")
    return " ".join(
        part
        for part in (
            ngettext(
                "front-some-reduce",
                len(fewer),
                all=number(len(chosen), 0),
                small=perhaps_small_of(chosen, smallest),
                title=name_of(study, best.proposal),
                bundle=gettext("front-bundle") if bundle else "",
                fewer=rounded(-best.mean * level / 100),
                level=rounded(level),
                low=rounded(-best.high * level / 100),
                high=rounded(-best.low * level / 100),
                percent=number(-best.mean, _places(best)),
                over=over,
                lasting=lasting,
                later=_later(later) if later else "",
            ),
            pgettext("who acts", actor) if actor else "",
            pgettext("evidence", f"grade {grade}") if grade else "",
        )
        if part
    )


def _places(one: Verdict) -> int:
    return 1 if abs(one.mean) < 10 else 0


def _over(horizon: str) -> str:
    """Say over what span, within a sentence: "in year 1", "over 30 days"."""
    known = {pgettext("horizon", code): pgettext("over", code) for code in HORIZONS}
    return known.get(horizon) or gettext("over-span", span=horizon)


def _lasting(every: dict[str, list[Verdict]], first: int) -> str:
    """Say how many proposals reduce over the last horizon, where there are several."""
    ends = [spans[-1] for spans in every.values() if len(spans) > 1 and not spans[-1].bound]
    count = sum(one.verdict == REDUCES for one in ends)
    if not ends or not (count or first):
        return ""
    over = _over(ends[0].horizon)
    if not count:
        return gettext("front-lasting-none", over=over)
    return ngettext("front-lasting", count, over=over)


def _later(one: Verdict) -> str:
    """Say what the largest effect comes to over the last horizon, and if it no longer matters."""
    over = _over(one.horizon)
    if one.verdict == REDUCES:
        return gettext("front-later", percent=number(-one.mean, _places(one)), over=over)
    percent = number(one.mean, _places(one), signed=True)
    return gettext("front-later-not", percent=percent, over=over, verdict=one.words)


def is_bundle(name: str, files: dict[str, dict[str, Any]]) -> bool:
    """Whether a proposal is several put together, or holds all that three others change."""
    own = _changes(files.get(name, {}))
    inside = [other for other in files.values() if (some := _changes(other)) and some < own]
    return "+" in name or len(inside) > 2


def _changes(file: dict[str, Any]) -> set[str]:
    interventions = file.get("interventions")
    return {str(part) for part in interventions} if isinstance(interventions, list) else set()


def rest_of(chosen: Sequence[Verdict], smallest: float) -> str:
    """How many proposals have each of the other verdicts."""
    parts = [
        ngettext(f"front-{code}", count, smallest=plain(100 * smallest))
        for code in ORDER[1:]
        if (count := sum(group_of(one) == code for one in chosen))
    ]
    if any(one.verdict == REDUCES for one in chosen):
        return gettext("front-rest", parts=listed(parts)) if parts else ""
    return sentence_of(listed(parts) if parts else "")


def perhaps_small_of(chosen: Sequence[Verdict], smallest: float) -> str:
    """How many of the reductions may be too small to matter, in brackets; empty if none."""
    fewer = [one for one in chosen if one.verdict == REDUCES]
    count = sum(perhaps_less(one.verdict, one.low, one.high, 100 * smallest) for one in fewer)
    if not count:
        return ""
    smallest_text = plain(100 * smallest)
    if len(fewer) == 1:
        return f" ({gettext('perhaps-small-one', smallest=smallest_text)})"
    return f" ({gettext('perhaps-small-of', count=count, smallest=smallest_text)})"


MEASURED = 3
"""Grade of evidence from which the size of a proposal was measured somewhere."""


def tiles(
    study: Study, chosen: Sequence[Verdict], waits: dict[str, float], level: float
) -> list[Tile]:
    """Up to four numbers that a minister would repeat, each a sentence with its size.

    What reaches the market; the largest reduction of which the size was measured; the largest that
    Canada could bring about alone; the shortest wait. What the sentence has said is not repeated.

    Parameters
    ----------
    study : Study
    chosen : sequence of Verdict
        One for each proposal.
    waits : dict
        Change of the mean wait by proposal, in minutes.
    level : float
        Firearms that reach the market in a year of the baseline.
    """
    base = headline_values(study).loc[BASELINE].mean()
    before = float(base["mean_wait_min"])
    stopped = float(base.get("true_interdicted_share", math.nan))
    fewer = sorted((one for one in chosen if one.verdict == REDUCES), key=lambda one: one.mean)
    said = {one.proposal for one in fewer[:1]}
    result = []
    if stopped > 0:
        words = gettext("tile-reach-market", one_in=rounded(1 / stopped))
        result.append(Tile(rounded(level), words))
    measured = _first(study, fewer, lambda file: int(file.get("evidence") or 0) >= MEASURED)
    if measured and measured.proposal not in said:
        said.add(measured.proposal)
        words = gettext(
            "tile-measured",
            title=name_of(study, measured.proposal),
            actor=pgettext("who acts", str(study.files[measured.proposal].get("actor"))),
        )
        result.append(Tile(rounded(measured.mean * level / 100), words))
    alone = _first(study, fewer, lambda file: file.get("actor") == "canada")
    if alone and alone.proposal not in said:
        words = gettext(
            "tile-alone",
            title=name_of(study, alone.proposal),
            money=_money(study, alone),
            wait=_wait_from_to(before, waits.get(alone.proposal)),
        )
        result.append(Tile(rounded(alone.mean * level / 100), words))
    shortest = _shortest_wait(study, chosen, waits, before)
    return [*result, *([shortest] if shortest else [])]


def _first(
    study: Study, judged: Sequence[Verdict], fits: Callable[[dict[str, Any]], bool]
) -> Verdict | None:
    """The first whose scenario file says who acts, and fits."""
    files = ((one, study.files.get(one.proposal, {})) for one in judged)
    return next((one for one, file in files if file.get("actor") and fits(file)), None)


def _money(study: Study, one: Verdict) -> str:
    """Whole cost or saving of a year in words."""
    cad = cost_a_year(study, one)
    if math.isnan(cad):
        return gettext("tile-cost-unknown")
    if abs(cad) < SMALLEST_COST_CAD:
        return gettext("tile-no-cost")
    amount = gettext("tile-millions", amount=rounded(abs(cad) / 1e6))
    return gettext("tile-cost", amount=amount) if cad > 0 else gettext("tile-saving", amount=amount)


def _wait_from_to(before: float, change: float | None) -> str:
    if change is None or math.isnan(change) or abs(change) < SMALLEST_WAIT_MIN:
        return gettext("tile-no-wait")
    after = round(before, 1) + round(change, 1)  # as the table adds up
    return gettext("tile-wait-from-to", low=number(before, 1), high=number(after, 1))


def _shortest_wait(
    study: Study, chosen: Sequence[Verdict], waits: dict[str, float], before: float
) -> Tile | None:
    here = [one for one in chosen if not math.isnan(waits.get(one.proposal, math.nan))]
    best = min(here, key=lambda one: waits[one.proposal], default=None)
    if best is None or waits[best.proposal] > -SMALLEST_WAIT_MIN:
        return None
    return Tile(
        f"{number(waits[best.proposal], 1, signed=True)}{NO_BREAK}min",
        gettext(
            "tile-wait",
            title=name_of(study, best.proposal),
            level=number(before, 1),
            money=_money(study, best),
            effect=pgettext("saves", best.verdict),
        ),
    )


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


def _on_record(study: Study) -> list[str]:
    """What of the record the model matches, by what was fitted to it and what was not."""
    if (study.folder / "summary.parquet").is_file():  # the dashboard keeps no single classes
        study = replace(study, made=None)
    try:
        free = [*validate(study, "independent"), *held_in_other_runs()]
    except InputError:  # another contraband
        return []
    lines, scores = [], read_scores()
    if (study.days or 0) >= DAYS_PER_YEAR - 1:
        held, count = inside(free)
        seized, seizures = inside(row for row in free if row.target.source.startswith("C"))
        lines.append(
            gettext(
                "trust-record", held=held, all=count, seized=seized, seizures=seizures,
                waited=held - seized, waits=count - seizures,
            )
        )  # fmt: skip
        held, count = inside(validate(study, "fitted"))
        lines.append(gettext("trust-fitted", held=held, all=count))
    if "made" in scores:
        strip, _ = stored_strip(scores)
        within = strip["recorded"].between(strip["low90"], strip["high90"])
        lines.append(gettext("trust-history", held=int(within.sum()), all=len(strip)))
        if scores.get("predicted.skill", 0.0) <= 0.0:
            lines[-1] += gettext("trust-no-skill")
    return [f"{line}." for line in lines]


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
    return [line for line in [*lines, *_on_record(study)] if line]
