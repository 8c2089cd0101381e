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

from analysis.answer.break_even import BreakEven, break_even
from analysis.answer.would_we_know import LONGEST, Evaluation, would_we_know
from analysis.charts.style import name_of
from analysis.costs import COMPONENTS, Price, prices_of
from analysis.equivalence import NO_DIFFERENCE, NOT_RESOLVED
from analysis.evidence import stamp
from analysis.front_words import group_of
from analysis.language import current_language, gettext, has_text, pgettext
from analysis.outcomes import a_year
from analysis.values import BASELINE, headline_values
from analysis.verdicts import Verdict, in_per_cent
from analysis.wording import NO_BREAK, number, plain, rounded
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
    """Make a card for each proposal, in the order of the verdicts.

    Parameters
    ----------
    study : Study
    judged : sequence of Verdict
        Of each proposal the one over the longest horizon.
    """
    means = headline_values(study).groupby(level="scenario", sort=False).mean()
    priced, sizes, records = prices_of(study), _sizes(study), _records(study)
    language = current_language()
    result = []
    for one in judged:
        file = study.files.get(one.proposal, {})
        lines = [
            _what(one.proposal, file),
            Passage(gettext("card-does"), " ".join(_does(study, one, means)), language),
            Passage(gettext("card-why"), _why(one, means), language),
            Passage(gettext("card-cost"), _cost(study, priced.get(one.proposal)), language),
            Passage(gettext("card-who"), _who(file), language),
            Passage(gettext("card-known"), _known(one.proposal, file), language),
            Passage(gettext("card-true"), _true(sizes.get(one.proposal)), language),
            Passage(gettext("card-would"), _would(records.get(one.proposal)), language),
            Passage(gettext("card-source"), str(file.get("source") or ""), "en"),
        ]
        result.append(
            Card(
                one.proposal,
                name_of(study, one.proposal),
                one.words,
                [line for line in lines if line.text],
            )
        )
    return result


def _what(name: str, file: dict[str, object]) -> Passage:
    if has_text("what", name):
        return Passage(gettext("card-what"), pgettext("what", name), current_language())
    return Passage(gettext("card-what"), str(file.get("summary") or "").strip(), "en")


def _does(study: Study, one: Verdict, means: pd.DataFrame) -> Iterator[str]:
    """Say what moves: the verdict, then whatever else changes by a hundredth or more."""
    yield gettext("card-verdict", verdict=one.words, percent=in_per_cent(one))
    if one.proposal not in means.index:
        return
    for metric in TOLD:
        if metric not in means.columns:
            continue
        before, after = float(means.loc[BASELINE, metric]), float(means.loc[one.proposal, metric])
        if not before or math.isnan(after) or abs(after / before - 1) < LITTLE:
            continue
        if metric == "mean_wait_min":
            ends = [number(value, 1) for value in (before, after)]
            if ends[0] != ends[1]:
                yield gettext("card-wait", low=ends[0], high=ends[1])
        else:
            scale = a_year(study)
            yield gettext(
                f"card-{metric}", low=rounded(before * scale, 3), high=rounded(after * scale, 3)
            )


def _why(one: Verdict, means: pd.DataFrame) -> str:
    """Say why little comes of it, or nothing where much does."""
    if one.identical:
        return one.note
    if one.verdict not in (NO_DIFFERENCE, NOT_RESOLVED):
        return one.note
    if group_of(one) != one.verdict:
        return gettext("why-other-aim", aim=pgettext("aim", one.aim)) if one.aim != FIREARMS else ""
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
            leads=number(100 * change("leads"), 0),
            cases=number(100 * change("cases_opened"), 0, signed=True),
        )
    stopped = float(base.get("true_interdicted_share", math.nan))
    with_it = float(after.get("true_interdicted_share", math.nan))
    if not (math.isnan(stopped) or math.isnan(with_it)):
        return gettext("why-few", low=number(100 * stopped, 1), high=number(100 * with_it, 1))
    return ""


def _cost(study: Study, price: Price | None) -> str:
    """The parts of the cost in million CAD a year, and the whole; a gain counts as below zero."""
    if price is None:
        return ""
    scale = a_year(study) / 1e6
    parts = []
    for name, sign in COMPONENTS.items():
        value = sign * price.components[name].mean * scale
        if abs(value) >= 0.05:
            amount = rounded(value) if value < 0 else f"+{rounded(value)}"
            parts.append(f"{pgettext('cost', name)} {amount}")
    whole = price.total.mean * scale
    if not parts:
        return gettext("card-no-cost")
    text = gettext("card-whole-cost", whole=f"{rounded(whole)}{NO_BREAK}", parts="; ".join(parts))
    if not price.per_firearm.estimable or price.per_firearm.value <= 0:
        return text
    each = [
        rounded(value) for value in
        (price.per_firearm.value, price.per_firearm.low, price.per_firearm.high)
    ]  # fmt: skip
    return f"{text} {gettext('card-each', each=each[0], low=each[1], high=each[2])}"


def _who(file: dict[str, object]) -> str:
    actor = str(file.get("actor") or "")
    return pgettext("who acts", actor) if actor else ""


def _known(name: str, file: dict[str, object]) -> str:
    """Say how well the size of the lever is known, and how well the history supports it."""
    grade = file.get("evidence")
    parts = []
    if grade and grade in GRADES:
        words = pgettext("evidence", f"grade {grade}")
        parts.append(f"{gettext('evidence-of', grade=grade, all=GRADES[-1])}. {words}")
    with contextlib.suppress(InputError):  # a scenario of one's own
        parts.append(gettext("card-history", level=stamp(name).title))
    return " ".join(parts)


def _sizes(study: Study) -> dict[str, BreakEven]:
    try:
        return {row.proposal: row for row in break_even(study)}
    except InputError:  # nothing has a price
        return {}


def _true(row: BreakEven | None) -> str:
    """Say from which size it pays, in sizes that were simulated."""
    if row is None or not row.times.estimable or math.isinf(row.times.value):
        return ""
    if row.times.value <= 0:
        return ""
    ends = [plain(round(end, 2)) for end in (row.times.value, row.times.low, row.times.high)]
    return gettext("card-pays-from", times=ends[0], low=ends[1], high=ends[2])


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
