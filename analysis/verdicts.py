"""What each proposal does to the firearms that reach the market, in one word of a rule.

The rule and its intervals are those of `analysis.equivalence`, applied in
`analysis.effects.headline_effects`; every page takes them from there. Here stands the table:
proposals by their aim and by the size of their effect, never by significance, with the share of
worlds and kinds of smuggler in which each beats doing nothing, and its whole cost.
"""

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

import pandas as pd

from analysis.costs import Price, prices_of
from analysis.effects import Effect, effect_in_words, headline_effects, smallest_difference
from analysis.equivalence import DEPENDS, VERDICTS
from analysis.estimates import Estimate, estimate
from analysis.headline import varied
from analysis.language import (
    current_language,
    gettext,
    ngettext,
    parameter_text,
    pgettext,
    title_of,
)
from analysis.outcomes import (
    HORIZONS,
    RUN,
    YEAR_1,
    horizon_in_words,
    horizons,
    kinds,
    outcome,
    state_effects,
)
from analysis.robustness import regret_of
from analysis.sensitivity import tornado
from analysis.values import BASELINE, headline_adversary, once, pairs
from analysis.wording import NO_BREAK, adversary_name, aligned, listed, number, plain
from sim.errors import InputError
from sim.numerics.units import DAYS_PER_YEAR
from sim.parameters import catalogue
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME, check_smallest_difference
from sim.scenario.intervention import AIMS, BEARERS, FIREARMS

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
        CAD over the run, or in the year of the horizon: programme, pay, delay and duty forgone; NaN
        where the study lacks them.
    note : str
        Why it is identical to the baseline, or on what it depends; empty otherwise.
    regret : float
        The most firearms a year lost by choosing it where another choice, or none, would have been
        better, over worlds and kinds of smuggler; NaN with one proposal.
    price : Price, optional
        What the cost is made of, over the run.
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
    regret: float = math.nan
    price: Price | None = field(default=None, compare=False)

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


@once
def verdicts(
    study: Study, smallest: float | None = None, horizon: str | None = None
) -> list[Verdict]:
    """Judge every scenario of a study against its baseline.

    Parameters
    ----------
    study : Study
    smallest : float, optional
        The smallest difference that matters, as a share of the baseline; the study's by default.
    horizon : str, optional
        One of `analysis.outcomes.horizons`; the first by default.

    Returns
    -------
    list of Verdict
        By aim, bounds last, the largest reduction first.

    Raises
    ------
    InputError
        If there is no baseline, nothing to compare with it, or one replication.
    """
    chosen = horizons(study)[0] if horizon is None else horizon
    by_kind = _judged(study, smallest, chosen)
    priced = prices_of(study)
    effects = state_effects(study, chosen)
    better = (effects < 0).mean()
    lost = _regret(study, effects)
    result = [
        Verdict(
            proposal=scenario,
            aim=aim_of(study, scenario),
            bound=scenario in study.bounds,
            verdict=effect.verdict,
            words=effect_in_words(effect),
            horizon=horizon_in_words(study, chosen),
            low=100 * effect.low,
            mean=100 * effect.mean,
            high=100 * effect.high,
            share_of_worlds=float(better.get(scenario, math.nan)),
            cost_cad=_cost(study, priced.get(scenario), chosen),
            note=_note(study, scenario, effect, chosen),
            regret=lost.get(scenario, math.nan),
            price=priced.get(scenario),
        )
        for scenario, effect in by_kind.items()
    ]
    return sorted(result, key=lambda one: (_place(one.aim), one.bound, one.mean))


def over_horizons(study: Study, smallest: float | None = None) -> list[Verdict]:
    """Judge every scenario over every horizon of the study, horizon by horizon."""
    return [one for horizon in horizons(study) for one in verdicts(study, smallest, horizon)]


def _judged(study: Study, smallest: float | None, horizon: str | None = None) -> dict[str, Effect]:
    """Effects for the headline's kind of smuggler, by scenario."""
    if BASELINE not in study.scenarios:
        raise InputError(f"{study.folder}: there is no scenario {BASELINE!r} to compare with")
    outcome(study, horizon)  # refuses a study without it
    adversary = headline_kind(study)
    by_scenario = {
        scenario: effect
        for (scenario, kind), effect in headline_effects(study, smallest, horizon).items()
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


def headline_kind(study: Study) -> str:
    """The kind of smuggler that verdicts are told for: that of the headline, where it is known."""
    known, wanted = kinds(study), headline_adversary(study)
    return wanted if wanted in known else known[0]


def _regret(study: Study, effects: pd.DataFrame) -> dict[str, float]:
    """Largest regret of each proposal over worlds and kinds of smuggler, in firearms."""
    named = [name for name in effects if name not in study.bounds]
    if len(named) < 2:  # a single proposal has no rival
        return {}
    table = regret_of(-effects[named])
    return {
        str(name): float(most)
        for name, most in zip(table["scenario"], table["largest_regret"], strict=True)
    }


def aim_of(study: Study, scenario: str) -> str:
    """What a scenario aims at: firearms, where its file does not say."""
    return str(study.files.get(scenario, {}).get("aim", FIREARMS))


def _place(aim: str) -> int:
    return AIMS.index(aim) if aim in AIMS else len(AIMS)


def _cost(study: Study, price: Price | None, horizon: str) -> float:
    """Whole cost over the run, or in the year of a horizon: what is paid once falls in year 1."""
    if price is None:
        return math.nan
    total = price.total.mean
    if horizon == RUN or study.days is None:
        return total
    once = once_cad(study, price)
    by_year = (total - once) * DAYS_PER_YEAR / study.days
    if 365 <= study.days <= 366:
        by_year = total - once
    return by_year + (once if horizon == YEAR_1 else 0.0)


def once_cad(study: Study, price: Price) -> float:
    """What of a programme is paid once, in the part of the border that the study simulates."""
    entries = study.files.get(price.scenario, {}).get("costs", ())
    days = study.days or DAYS_PER_YEAR
    once = sum(float(entry.get("cad_once", 0.0)) for entry in entries)
    whole = once + sum(float(entry["cad_per_year"]) for entry in entries) * days / DAYS_PER_YEAR
    share = price.components["programme_cost_cad"].mean / whole if whole else 0.0
    return once * share


def _note(study: Study, scenario: str, effect: Effect, horizon: str) -> str:
    late = starts_after(study, scenario, horizon)
    if late:
        return late
    if effect.low == effect.mean == effect.high == 0.0:
        return gettext("identical-since")
    if effect.verdict != DEPENDS:
        return ""
    if effect.on == "adversary":
        return "; ".join(
            ngettext(f"{does}-for", len(side), kinds=listed([_named(kind) for kind in side]))
            for does, side in (
                ("reduces", effect.less),
                ("increases", effect.more),
                ("does-nothing", effect.none),
            )
            if side
        )
    sides = [str(len(side)) for side in (effect.less, effect.more)]
    note = gettext("reduces-in-worlds", less=sides[0], more=sides[1], all=len(study.worlds))
    if varied(study):
        name = str(tornado(study, PRIMARY_OUTCOME, scenario)["parameter"].iloc[0])
        title = parameter_text(name, str(catalogue()[name].metadata["about"]))[0]
        note = f"{note}; {gettext('goes-most-with', parameter=title)}"
    return note


def _named(kind: str) -> str:
    return gettext("quoted-name", name=adversary_name(kind))


def starts_after(study: Study, scenario: str, horizon: str) -> str:
    """Say that a scenario changes nothing before its horizon ends, if that is so."""
    first = study.manifest.get("start")
    changes = study.files.get(scenario, {}).get("interventions", ())
    starts = [change.get("start") for change in changes]
    if not (isinstance(first, str) and starts and all(starts) and study.days):
        return ""
    years = {name: year for name, year in zip(HORIZONS, (1, 3), strict=False)}
    days = study.days if horizon == RUN else DAYS_PER_YEAR * years.get(horizon, math.inf)
    if not math.isfinite(days):
        return ""
    end = datetime.date.fromisoformat(first[:10]) + datetime.timedelta(days=round(days))
    earliest = min(str(start)[:10] for start in starts)
    if datetime.date.fromisoformat(earliest) < end:
        return ""
    return gettext(
        "starts-after", start=earliest, horizon=horizon_in_words(study, horizon), end=end
    )


def frame_of(judged: Sequence[Verdict]) -> pd.DataFrame:
    """The verdicts as a table: effects in per cent of the baseline, costs in CAD."""
    rows = []
    for one in judged:
        row: dict[str, object] = {
            "proposal": one.proposal, "aim": one.aim, "verdict": one.words,
            "horizon": one.horizon, "low": one.low, "mean": one.mean, "high": one.high,
            "share_of_worlds": one.share_of_worlds, "cost_cad": one.cost_cad,
            "bound": one.bound, "detection_limit": one.limit, "largest_regret": one.regret,
        }  # fmt: skip
        price = one.price
        for bearer in BEARERS:
            row[f"cost_{bearer}_cad"] = math.nan if price is None else price.bearers[bearer]
        for end in ("value", "low", "high"):
            name = f"cad_per_firearm{'' if end == 'value' else f'_{end}'}"
            row[name] = math.nan if price is None else getattr(price.per_firearm, end)
        row["innocent_searches_per_firearm"] = math.nan if price is None else price.innocent
        rows.append(row)
    return pd.DataFrame(rows)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The largest reduction, chosen on one half of what is independent and measured on the other.

    Attributes
    ----------
    proposal : str
        The largest mean reduction on the first half.
    chosen_on, fresh : int
        Replications, or worlds, of each half.
    estimate : Estimate
        On the second half, per cent of the baseline, with Student's interval for it alone: nothing
        was chosen there.
    best_there : str
        The largest mean reduction on the second half.
    """

    proposal: str
    chosen_on: int
    fresh: int
    estimate: Estimate
    best_there: str

    @property
    def confirmed(self) -> bool:
        """Whether it still reduces, and nothing does so more."""
        return self.estimate.high < 0 and self.best_there == self.proposal


def confirmation(study: Study, horizon: str | None = None) -> Confirmation | None:
    """Choose the largest reduction on half of the replications, and measure it on the others.

    The mean of the largest of many is too large by chance; on replications that had no part in the
    choice it is not. With several worlds, these are what is halved. None with fewer than four.
    """
    every, kind = pairs(outcome(study, horizon).to_frame()), headline_kind(study)
    shares: dict[str, pd.Series] = {}
    for name in dict.fromkeys(name for name, _ in every):
        if name not in study.bounds and (name, kind) in every:
            pair = every[name, kind].independent()
            at = pd.MultiIndex.from_arrays([pair.world, pair.replication])
            change = 100 * pair.difference[:, 0] / pair.level[:, 0].mean()
            shares[name] = pd.Series(change, at)
    table = pd.DataFrame(shares).dropna()
    if len(table) < 4 or table.shape[1] < 1:
        return None
    half = len(table) // 2
    first, second = table.iloc[:half], table.iloc[half:]
    winner = str(first.mean().idxmin())
    return Confirmation(
        winner, half, len(second), estimate(second[winner]), str(second.mean().idxmin())
    )


def confirmation_line(study: Study, horizon: str | None = None) -> str:
    """What fresh replications say of the largest reduction, in a sentence."""
    found = confirmation(study, horizon)
    several = len(outcome(study, horizon).index.unique("world")) > 1
    if found is None:
        return gettext("not-confirmed-too-few")
    at = found.estimate
    places = max(0, 1 - math.floor(math.log10((at.high - at.low) / 2))) if at.high > at.low else 2
    interval = f"[{number(at.low, min(places, 4))}, {number(at.high, min(places, 4))}]"
    given = {
        "proposal": found.proposal, "count": found.chosen_on, "fresh": found.fresh,
        "what": gettext("worlds-word") if several else gettext("replications-word"),
        "mean": number(at.mean, min(places, 4), signed=True), "interval": interval,
    }  # fmt: skip
    if found.confirmed:
        return gettext("confirmed-on-fresh", **given)
    return gettext("not-confirmed-on-fresh", **given, best=found.best_there)


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


MOST_NAMED = 5


def robust_line(study: Study, judged: Sequence[Verdict]) -> str:
    """Which proposal holds up over worlds and kinds of smuggler; empty where there is one state.

    Parameters
    ----------
    study : Study
    judged : sequence of Verdict
        Of one horizon.
    """
    states = len(state_effects(study))
    choices = [one for one in judged if not one.bound and one.regret == one.regret]
    if states < 2 or not choices:
        return ""
    best = min(choices, key=lambda one: one.regret)
    always = [
        title_of(study, one.proposal)
        for one in judged
        if not one.bound and one.share_of_worlds == 1.0
    ]
    rest = len(always) - MOST_NAMED
    named = [*always[:MOST_NAMED], *([gettext("others", count=rest)] if rest > 0 else [])]
    said = gettext(
        "robust-choice",
        states=states,
        proposal=title_of(study, best.proposal),
        regret=number(best.regret, 0),
        times=round(best.share_of_worlds * states),
    )
    if not always:
        return f"{said} {gettext('none-beats-nothing-everywhere')}"
    return f"{said} {gettext('beat-nothing-everywhere', names=listed(named))}"


def verdicts_text(study: Study, judged: Sequence[Verdict], smallest: float | None = None) -> str:
    """One block an aim, and how to read it.

    Parameters
    ----------
    study : Study
    judged : sequence of Verdict
        Of one horizon, or of all (`over_horizons`).
    smallest : float, optional
    """
    size = smallest_difference(study) if smallest is None else smallest
    spans = list(dict.fromkeys(one.horizon for one in judged))
    first = [one for one in judged if one.horizon == spans[0]]
    states = len(state_effects(study))
    lost = states > 1 and any(one.regret == one.regret for one in first)
    lines = [
        gettext("verdicts-title", horizon=listed(spans)),
        *([robust] if (robust := robust_line(study, first)) else []),
        *limit_lines(first, size),
        confirmation_line(study),
    ]
    head = ["proposal", *_heads(spans), "beats doing nothing in"]
    head += [*(["largest regret"] if lost else []), "cost, million CAD", "per firearm"]
    by_span = {(one.proposal, one.horizon): one for one in judged}
    for aim in dict.fromkeys(one.aim for one in first):
        rows = [head]
        for one in first:
            if one.aim == aim:
                over = [by_span[one.proposal, span] for span in spans]
                rows.append(_row(over, states, regret=lost))
        numbers = tuple(k for k, name in enumerate(head) if k and not name.startswith("verdict"))
        lines += ["", pgettext("aim", aim), *(f"  {row}" for row in aligned(rows, right=numbers))]
    lines += ["", *_notes(judged, spans)]
    family = max(effect.family for effect in _judged(study, smallest).values())
    lines.append(gettext("how-verdicts-are-read", count=family, smallest=plain(100 * size)))
    return "\n".join(lines)


def _notes(judged: Sequence[Verdict], spans: Sequence[str]) -> list[str]:
    """What verdicts depend on, by proposal, each with the horizons that it holds for."""
    told: dict[str, dict[str, list[str]]] = {}
    for one in judged:
        if one.note:
            told.setdefault(one.proposal, {}).setdefault(one.note, []).append(one.horizon)
    return [
        f"{name}, {listed(over)}: {note}." if len(spans) > 1 else f"{name}: {note}."
        for name, notes in told.items()
        for note, over in notes.items()
    ]


def _heads(spans: Sequence[str]) -> list[str]:
    if len(spans) == 1:
        return ["verdict", "effect %", "joint interval"]
    return [head for span in spans for head in (f"verdict {span}", "effect %", "joint interval")]


def _row(over: Sequence[Verdict], states: int, *, regret: bool) -> list[str]:
    one = over[0]
    share, cost, price = one.share_of_worlds, one.cost_cad, one.price
    each = "" if price is None or not price.per_firearm.estimable else _each(price)
    return [
        one.proposal + (f" ({gettext('bound-word')})" if one.bound else ""),
        *(cell for at in over for cell in (at.words, _effect_text(at), _interval_text(at))),
        "" if math.isnan(share) else f"{round(share * states)}/{states}",
        *(["" if math.isnan(one.regret) else number(one.regret, 1)] if regret else []),
        "" if math.isnan(cost) else number(cost / MILLION, 2, signed=True),
        each,
    ]


def _each(price: Price) -> str:
    """Million CAD for each firearm kept from the market, with its interval."""
    cells = [price.per_firearm.value, price.per_firearm.low, price.per_firearm.high]
    size = max(abs(cell) for cell in cells) / MILLION
    places = min(4, max(0, 2 - math.floor(math.log10(size)))) if size else 0
    value, low, high = (number(cell / MILLION, places) for cell in cells)
    return f"{value} [{low}, {high}]"


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
