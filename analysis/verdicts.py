"""What each proposal does to the firearms that reach the market, in one word of a rule.

The rule and its intervals are those of `analysis.equivalence`, applied in
`analysis.effects.headline_effects`; every page takes them from there. Here stands the table:
proposals by their aim and by the size of their effect, never by significance, with the share of
worlds and kinds of smuggler in which each beats doing nothing, and its whole cost.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import pandas as pd

from analysis.costs import prices
from analysis.design_points import effects
from analysis.effects import (
    Effect,
    effect_in_words,
    headline_effects,
    smallest_difference,
)
from analysis.equivalence import DEPENDS, VERDICTS
from analysis.headline import varied
from analysis.language import current_language, gettext, ngettext, parameter_text, pgettext
from analysis.robustness import regret
from analysis.sensitivity import tornado
from analysis.values import BASELINE, headline_adversary, values
from analysis.wording import NO_BREAK, adversary_name, aligned, listed, number, plain
from sim.errors import InputError
from sim.parameters import catalogue
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME, check_smallest_difference
from sim.scenario.intervention import AIMS, FIREARMS

MILLION = 1e6


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one proposal does over one horizon, for the headline's kind of smuggler.

    Attributes
    ----------
    proposal : str
        Name of the scenario.
    aim : str
        One of `sim.scenario.intervention.AIMS`.
    bound : bool
        Whether it is a bound, not a proposal that anyone would carry out.
    verdict : str
        One of `analysis.equivalence.VERDICTS`.
    words : str
        The same in the language set, with what it depends on.
    horizon : str
        Over what span: "year 1".
    low, mean, high : float
        Per cent of the firearms that reach the market in the baseline; the interval holds for all
        proposals at once.
    share_of_worlds : float
        Share of the worlds and kinds of smuggler in which its mean beats doing nothing.
    cost_cad : float
        CAD over the run: programme, pay, delay and duty forgone; NaN where the study lacks them.
    note : str
        Why it is identical to the baseline, or on what it depends; empty otherwise.
    """

    proposal: str
    aim: str
    bound: bool
    verdict: str
    words: str
    horizon: str
    low: float
    mean: float
    high: float
    share_of_worlds: float
    cost_cad: float
    note: str

    @property
    def identical(self) -> bool:
        """Whether it is the same as the baseline in every pair, to the last bit."""
        return self.low == self.mean == self.high == 0.0

    @property
    def limit(self) -> float:
        """Detection limit: half of the interval, in per cent of the baseline."""
        return (self.high - self.low) / 2


def share_of(text: str, name: str = "--threshold") -> float:
    """Read a smallest difference that matters, such as 0.01 or 1%.

    Raises
    ------
    InputError
        If it is no number, or not above 0 and at most 1.
    """
    number_text = text.strip().removesuffix("%")
    try:
        value = float(number_text) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        raise InputError(f"{name} = {text!r} is not a share such as 0.01 or 1%") from None
    return check_smallest_difference(name, value)


def verdicts(study: Study, smallest: float | None = None) -> list[Verdict]:
    """Judge every scenario of a study against its baseline.

    Parameters
    ----------
    study : Study
    smallest : float, optional
        The smallest difference that matters, as a share of the baseline; the study's by default.

    Returns
    -------
    list of Verdict
        By aim, bounds last, the largest reduction first.

    Raises
    ------
    InputError
        If there is no baseline, nothing to compare with it, or one replication.
    """
    by_kind = _judged(study, smallest)
    cost = _costs(study)
    better = (effects(study, PRIMARY_OUTCOME) < 0).mean()
    aims = aims_of(study)
    result = [
        Verdict(
            proposal=scenario,
            aim=aims.get(scenario, FIREARMS),
            bound=scenario in study.bounds,
            verdict=effect.verdict,
            words=effect_in_words(effect),
            horizon=horizon(study.days),
            low=100 * effect.low,
            mean=100 * effect.mean,
            high=100 * effect.high,
            share_of_worlds=float(better.get(scenario, math.nan)),
            cost_cad=cost.get(scenario, math.nan),
            note=_note(study, scenario, effect),
        )
        for scenario, effect in by_kind.items()
    ]
    return sorted(result, key=lambda one: (_place(one.aim), one.bound, one.mean))


def _judged(study: Study, smallest: float | None) -> dict[str, Effect]:
    """Effects for the headline's kind of smuggler, by scenario."""
    if BASELINE not in study.scenarios:
        raise InputError(f"{study.folder}: there is no scenario {BASELINE!r} to compare with")
    if PRIMARY_OUTCOME not in values(study).columns:
        raise InputError(
            f"{study.folder}: the summary holds no {PRIMARY_OUTCOME}, since an older version made "
            "it; run the study again"
        )
    adversary = headline_adversary(study)
    by_scenario = {
        scenario: effect
        for (scenario, kind), effect in headline_effects(study, smallest).items()
        if kind == adversary
    }
    if not by_scenario:
        raise InputError(f"{study.folder}: nothing to compare with {BASELINE!r}")
    several = {name: effect for name, effect in by_scenario.items() if effect.verdict}
    if not several:
        raise InputError(
            f"{study.folder}: one replication gives no interval and so no verdict; "
            "run.replications = 1 is below 2 replications"
        )
    return several


def _place(aim: str) -> int:
    return AIMS.index(aim) if aim in AIMS else len(AIMS)


def aims_of(study: Study) -> dict[str, str]:
    """What each scenario aims at, by the manifest; a study of an older version does not say."""
    points = study.manifest.get("points")
    return {str(point["name"]): str(point.get("aim", FIREARMS)) for point in points or [] if point}


def horizon(days: float | None) -> str:
    """Over what span a run tells: "year 1", "years 1 to 3" or "30 days"."""
    if days is None:
        return gettext("horizon-run")
    years = round(days / 365.25)
    if years >= 1 and abs(days - 365.25 * years) <= 1:
        return gettext("horizon-years", count=years) if years > 1 else gettext("horizon-year")
    return gettext("horizon-days", count=number(days, 0 if days == int(days) else 1))


def _costs(study: Study) -> dict[str, float]:
    """Whole cost of each scenario in CAD, where the study kept what that takes."""
    try:
        every = prices(study)
    except InputError:  # an older study, without officers' pay
        return {}
    adversary = headline_adversary(study)
    return {price.scenario: price.total.mean for price in every if price.adversary == adversary}


def _note(study: Study, scenario: str, effect: Effect) -> str:
    if effect.low == effect.mean == effect.high == 0.0:
        return gettext("identical-since")
    if effect.verdict != DEPENDS:
        return ""
    if effect.on == "adversary":
        sides = [listed([adversary_name(kind) for kind in side])
                 for side in (effect.less, effect.more)]  # fmt: skip
        return gettext("reduces-for-increases-for", less=sides[0], more=sides[1])
    sides = [str(len(side)) for side in (effect.less, effect.more)]
    note = gettext("reduces-in-worlds", less=sides[0], more=sides[1], all=len(study.worlds))
    if varied(study):
        name = str(tornado(study, PRIMARY_OUTCOME, scenario)["parameter"].iloc[0])
        title = parameter_text(name, str(catalogue()[name].metadata["about"]))[0]
        note = f"{note}; {gettext('goes-most-with', parameter=title)}"
    return note


def frame_of(judged: Sequence[Verdict]) -> pd.DataFrame:
    """The verdicts as a table: effects in per cent of the baseline, costs in CAD over the run."""
    columns = ["proposal", "aim", "verdict", "horizon", "low", "mean", "high"]
    rows = [
        (one.proposal, one.aim, one.words, one.horizon, one.low, one.mean, one.high,
         one.share_of_worlds, one.cost_cad)
        for one in judged
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*columns, "share_of_worlds", "cost_cad"])


def limits(judged: Sequence[Verdict]) -> tuple[float, float] | None:
    """Detection limits of the proposals in per cent, the median and the largest; none if none.

    Bounds are left out, and what is identical to the baseline, of which nothing is uncertain.
    """
    widths = [one.limit for one in judged if not one.bound and not one.identical]
    return (median(widths), max(widths)) if widths else None


def limit_lines(judged: Sequence[Verdict], smallest: float) -> list[str]:
    """What the study could resolve, beside what matters."""
    ends = limits(judged)
    if ends is None:
        return []
    half, most = (_percent(end) for end in ends)
    wanted = plain(100 * smallest)
    lines = [gettext("detection-limit", half=half, most=most)]
    if 100 * smallest < ends[1]:
        lines.append(gettext("below-what-can-be-resolved", wanted=wanted, half=half, most=most))
    return lines


def _percent(value: float) -> str:
    """Two digits, which is what a limit is good for."""
    places = max(0, 1 - math.floor(math.log10(value))) if value > 0 else 0
    return number(value, min(places, 4))


def verdicts_text(study: Study, judged: Sequence[Verdict], smallest: float | None = None) -> str:
    """One block an aim, and how to read it."""
    size = smallest_difference(study) if smallest is None else smallest
    states = len(study.adversaries) * len(study.worlds)
    lost = _regret(study) if states > 1 else {}
    lines = [
        gettext("verdicts-title", horizon=judged[0].horizon),
        *limit_lines(judged, size),
    ]
    head = ["proposal", "verdict", "effect %", "joint interval", "beats doing nothing in"]
    head += [*(["largest regret"] if lost else []), "cost, million CAD"]
    for aim in dict.fromkeys(one.aim for one in judged):
        rows = [head, *(_row(one, states, lost) for one in judged if one.aim == aim)]
        numbers = tuple(range(2, len(head)))
        lines += ["", pgettext("aim", aim), *(f"  {row}" for row in aligned(rows, right=numbers))]
    lines += ["", *(f"{one.proposal}: {one.note}." for one in judged if one.note)]
    family = max(effect.family for effect in _judged(study, smallest).values())
    lines.append(gettext("how-verdicts-are-read", count=family, smallest=plain(100 * size)))
    return "\n".join(lines)


def _row(one: Verdict, states: int, lost: dict[str, str]) -> list[str]:
    share, cost = one.share_of_worlds, one.cost_cad
    return [
        one.proposal + (f" ({gettext('bound-word')})" if one.bound else ""),
        one.words,
        _effect_text(one),
        _interval_text(one),
        "" if math.isnan(share) else f"{round(share * states)}/{states}",
        *([lost.get(one.proposal, "")] if lost else []),
        "" if math.isnan(cost) else number(cost / MILLION, 2, signed=True),
    ]


def _regret(study: Study) -> dict[str, str]:
    """Largest regret of each proposal over worlds and kinds of smuggler, in firearms."""
    try:
        table = regret(study)
    except InputError:  # a single proposal has no rival
        return {}
    return {
        str(name): number(float(most), 1)
        for name, most in zip(table["scenario"], table["largest_regret"], strict=True)
    }


def _digits(one: Verdict) -> int:
    """Decimals that the interval supports."""
    spread = one.limit
    if not 0 < spread < math.inf:
        return 2
    return min(2, max(0, 1 - math.floor(math.log10(spread))))


def _effect_text(one: Verdict) -> str:
    return gettext("identical") if one.identical else number(one.mean, _digits(one), signed=True)


def _interval_text(one: Verdict) -> str:
    if one.identical:
        return ""
    between = ", " if current_language() == "en" else "; "
    return f"[{between.join(number(end, _digits(one)) for end in (one.low, one.high))}]"


def counted(codes: list[str], smallest: float) -> str:
    """How many proposals have which verdict, in a sentence that leaves none out.

    Parameters
    ----------
    codes : list of str
        One of `analysis.equivalence.VERDICTS` for each proposal.
    smallest : float
        The smallest difference that matters, as a share of the baseline.
    """
    parts = [
        ngettext(f"count-{code}", codes.count(code), smallest=plain(100 * smallest))
        for code in VERDICTS
        if code in codes
    ]
    return gettext("of-proposals-so-many", all=len(codes), counts=listed(parts))


def in_per_cent(one: Verdict) -> str:
    """The effect with its joint interval: "−4.9 % [−6.2, −3.6]"."""
    between = " " if current_language() == "en" else NO_BREAK
    return f"{_effect_text(one)}{between}% {_interval_text(one)}"
