"""A card for each proposal: what it is, what it does here, why, what it costs whom, how well known.

Why a proposal does little is computed from the study, by the first of these that holds: nothing in
the study differs; it was meant for something else; officers' time does not limit examinations;
leads come and no more cases are opened; what it changes is reached by few of the firearms.
"""

import contextlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.answer.break_even import BreakEven, break_even, worth_of
from analysis.answer.choices import choices
from analysis.answer.would_we_know import LONGEST, Evaluation, would_we_know
from analysis.charts.style import name_of
from analysis.costs import COMPONENTS, Price, prices_of
from analysis.equivalence import DEPENDS, NO_DIFFERENCE, NOT_RESOLVED
from analysis.evidence import stamp
from analysis.front_words import group_of
from analysis.language import current_language, gettext, has_text, ngettext, pgettext
from analysis.outcomes import a_year, horizon_in_words, kinds
from analysis.values import BASELINE, headline_values
from analysis.verdicts import Verdict, in_per_cent, once_cad
from analysis.wording import NO_BREAK, number, rounded, sentence_of
from sim.errors import InputError
from sim.results.reading import Study
from sim.scenario.intervention import FIREARMS, GRADES

TOLD = ("expected_firearms_stopped", "mean_wait_min", "examinations")
"""Metrics of which a card says the change, where it is 1 % of the baseline or more."""
LITTLE = 0.01
DONE = 0.8
"""Share of the ordered examinations that are done above which officers' time is not the limit."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A heading and its text, with the language of that text."""

    heading: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a page says of one proposal."""

    name: str
    title: str
    verdict: str
    lines: list[Passage]


def cards(study: Study, judged: Sequence[Verdict]) -> list[Card]:
    """Make a card for each proposal, in the order of the verdicts: what is its own alone.

    Parameters
    ----------
    study : Study
    judged : sequence of Verdict
        Of each proposal the one over the first horizon.
    """
    means = headline_values(study).groupby(level="scenario", sort=False).mean()
    priced, sizes, records = prices_of(study), _sizes(study), _records(study)
    language, alike = current_language(), len(_levels(judged)) < 2
    colon = f"{NO_BREAK}:" if language == "fr" else ":"
    result = []
    for one in judged:
        file = study.files.get(one.proposal, {})
        why = gettext("card-depends") if one.verdict == DEPENDS else gettext("card-why")
        lines = [
            _what(one.proposal, file),
            Passage(gettext("card-does"), " ".join(_does(study, one, means)), language),
            Passage(why, _why(one, means), language),
            Passage(gettext("card-cost"), _cost(study, priced.get(one.proposal)), language),
            Passage(gettext("card-who"), pgettext("acts", str(file.get("actor") or "")), language),
            Passage(gettext("card-known"), _known(one.proposal, file, alike=alike), language),
            Passage(gettext("card-true"), _true(sizes.get(one.proposal)), language),
            Passage(gettext("card-would"), _would(records.get(one.proposal)), language),
            Passage(gettext("card-source"), str(file.get("source") or ""), "en"),
        ]
        result.append(
            Card(
                one.proposal,
                name_of(study, one.proposal),
                f"{one.words}{colon} {in_per_cent(one)}",
                [line for line in lines if line.text],
            )
        )
    return result


def shared(study: Study, judged: Sequence[Verdict]) -> list[str]:
    """Say what holds for all cards: what they compare with, how they count, what supports them.

    Parameters
    ----------
    study : Study
    judged : sequence of Verdict
        Those of the cards.
    """
    if not judged:
        return []
    means = headline_values(study).groupby(level="scenario").mean().loc[BASELINE]
    told = [_told(study, metric, float(means[metric])) for metric in TOLD if metric in means]
    lines = [gettext("cards-effects", horizon=judged[0].horizon), gettext("cards-without")]
    lines[-1] += f" {' '.join(told)}"
    with contextlib.suppress(InputError):  # nothing has a price
        found = choices(study)
        worth, cheapest = worth_of(found)
        lines.append(
            ngettext(
                "cards-pay", len(kinds(study)), cad=rounded(worth), title=name_of(study, cheapest),
                horizon=horizon_in_words(study, found.horizon),
            )
        )  # fmt: skip
    grades = {study.files.get(one.proposal, {}).get("evidence") for one in judged}
    known = [pgettext("grade", f"{k}") for k in GRADES if k in grades]
    if known:
        lines.append(gettext("cards-evidence", all=GRADES[-1], grades="; ".join(known)))
    if len(levels := _levels(judged)) == 1:
        lines.append(gettext("card-history", level=levels.pop()))
    return lines


def _levels(judged: Sequence[Verdict]) -> set[str]:
    """How well the past supports the proposals: one word if it is the same for all."""
    levels = set()
    for one in judged:
        with contextlib.suppress(InputError):  # a scenario of one's own
            levels.add(stamp(one.proposal).title)
    return levels


def _what(name: str, file: dict[str, object]) -> Passage:
    if has_text("what", name):
        return Passage(gettext("card-what"), pgettext("what", name), current_language())
    return Passage(gettext("card-what"), str(file.get("summary") or "").strip(), "en")


def _does(study: Study, one: Verdict, means: pd.DataFrame) -> Iterator[str]:
    """Say what else changes by a hundredth or more, and what it comes to."""
    if one.proposal not in means.index:
        return
    for metric in (name for name in TOLD if name in means.columns):
        before, after = (float(means.loc[name, metric]) for name in (BASELINE, one.proposal))
        moved = before and not math.isnan(after) and abs(after / before - 1) >= LITTLE
        if moved and (text := _told(study, metric, after)) != _told(study, metric, before):
            yield text


def _told(study: Study, metric: str, value: float) -> str:
    if metric == "mean_wait_min":
        return gettext("card-wait", value=number(value, 1))
    return gettext(f"card-{metric}", value=rounded(value * a_year(study), 3))


def _why(one: Verdict, means: pd.DataFrame) -> str:
    """Say why little comes of it, or nothing where much does."""
    if one.identical or one.verdict not in (NO_DIFFERENCE, NOT_RESOLVED):
        return sentence_of(one.note)
    if group_of(one) != one.verdict:
        return pgettext("meant for", one.aim) if one.aim != FIREARMS else ""
    if one.proposal not in means.index:
        return ""
    base, after = means.loc[BASELINE], means.loc[one.proposal]

    def change(metric: str) -> float:
        before = float(base.get(metric, math.nan))
        return float(after.get(metric, math.nan)) / before - 1 if before else math.nan

    ordered = float(base.get("examinations_ordered", math.nan))
    done = float(base.get("examinations", math.nan)) / ordered if ordered else math.nan
    if abs(change("officer_shift_h")) > LITTLE and done > DONE:
        return gettext("why-time", share=number(100 * done, 0))
    if change("leads") > LITTLE and change("cases_opened") < change("leads") / 2:
        return gettext(
            "why-cases",
            leads=number(100 * change("leads"), 0, signed=True),
            cases=number(100 * change("cases_opened"), 0, signed=True),
        )
    stopped = float(base.get("true_interdicted_share", math.nan))
    with_it = float(after.get("true_interdicted_share", math.nan))
    if math.isnan(stopped) or math.isnan(with_it):
        return ""
    low, high = number(100 * stopped, 1), number(100 * with_it, 1)
    same = low == high
    return gettext("why-as-many", share=low) if same else gettext("why-few", low=low, high=high)


def _cost(study: Study, price: Price | None) -> str:
    """The parts of the cost in million CAD a year, and the whole; a gain counts as below zero."""
    if price is None:
        return ""
    scale, once = a_year(study) / 1e6, once_cad(study, price)  # once: in year 1, not each week
    parts = []
    for name, sign in COMPONENTS.items():
        of_this = once if name == "programme_cost_cad" else 0.0
        value = (sign * price.components[name].mean - of_this) * scale + of_this / 1e6
        if abs(value) >= 0.05:
            amount = rounded(value) if value < 0 else f"+{rounded(value)}"
            last = pgettext("cost", name)
            parts.append(f"{last} {amount}")
    whole = f"{rounded((price.total.mean - once) * scale + once / 1e6)}{NO_BREAK}"
    if not parts:
        return gettext("card-no-cost")
    text = gettext("card-one-cost", whole=whole, part=last)
    if len(parts) > 1:
        text = gettext("card-whole-cost", whole=whole, parts="; ".join(parts))
    paid = price.per_firearm
    if not paid.estimable or paid.value <= 0:
        return text
    each, low, high = map(rounded, (paid.value, paid.low, paid.high))
    return f"{text} {gettext('card-each', each=each, low=low, high=high)}"


def _known(name: str, file: dict[str, object], *, alike: bool) -> str:
    """Say how well the size of the lever is known, and what the past supports if cards differ."""
    grade = file.get("evidence")
    parts = [f"{gettext('evidence-of', grade=grade, all=GRADES[-1])}."] if grade in GRADES else []
    with contextlib.suppress(InputError):  # a scenario of one's own
        parts += [] if alike else [gettext("card-history", level=stamp(name).title)]
    return " ".join(parts)


def _sizes(study: Study) -> dict[str, BreakEven]:
    try:
        return {row.proposal: row for row in break_even(study)}
    except InputError:  # nothing has a price
        return {}


def _true(row: BreakEven | None) -> str:
    """Say from which size it pays, in sizes that were simulated, or why there is none."""
    if row is None or row.code == "open":
        return ""
    if row.code != "too-dear":
        return sentence_of(row.word)
    times, low, high = map(rounded, (row.times.value, row.times.low, row.times.high))
    return gettext("card-pays-from", times=times, low=low, high=high)


def _records(study: Study) -> dict[str, Evaluation]:
    """What the record of firearms seized would show of each proposal."""
    try:
        rows = would_we_know(study)
    except InputError:  # one replication
        return {}
    return {row.proposal: row for row in rows if row.record == "firearms seized"}


def _would(row: Evaluation | None) -> str:
    """Say how many years of seizures would show it, and whether they would rise or fall."""
    if row is None or row.sign not in ("up", "down"):
        return ""
    sign = gettext("seizures-rise") if row.sign == "up" else gettext("seizures-fall")
    if row.years > LONGEST:
        return gettext("card-never-seen", sign=sign, years=number(LONGEST, 0))
    return gettext("card-seen-after", sign=sign, years=number(row.years, 0))
