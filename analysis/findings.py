"""What a study found and did not find, in words and in the rows of a table."""

from dataclasses import dataclass

from analysis.compare import BASELINE, STOPPED, Comparison, Estimate, estimate, metric_of, values
from analysis.wording import direction, listed, number, period, shown
from sim.results import Study

TABLE = (
    STOPPED,
    "firearms_stopped",
    "firearms_seized_highway",
    "mean_wait_min",
    "delay_vehicle_h",
    "duty_collected_cad",
)
"""Metrics of the brief's table; the other headline metrics are in the terminal's."""

CARDS = (
    "firearms_stopped",
    "true_interdicted_share",
    "firearms_seized_highway",
    "mean_wait_min",
    "within_standard_share",
    "delay_vehicle_h",
)


@dataclass(frozen=True, slots=True)
class Card:
    """One number of the baseline, for the top of the page."""

    title: str
    value: str
    interval: str
    unit: str
    model_only: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One difference in the table."""

    value: str
    interval: str
    distinguishable: bool
    identical: bool


def cards(study: Study) -> list[Card]:
    """Level of the baseline in the main metrics."""
    table = values(study).loc[BASELINE]
    found = []
    for name in CARDS:
        if name in table.columns:
            metric = metric_of(name)
            one = estimate(table[name])
            text = shown(one.mean, one.low, one.high, unit=metric.unit)
            title = metric.title[0].upper() + metric.title[1:]
            share = text.unit == "%"
            unit = "" if share else f"{text.unit}{period(metric.unit, study.days)}"
            value = f"{text.value} %" if share else text.value
            found.append(Card(title, value, text.interval, unit, metric.model_only))
    return found


def columns(study: Study, comparisons: list[Comparison]) -> list[dict[str, str]]:
    """Heads of the table: name, title, unit and whether only the model knows it."""
    there = {one.metric for one in comparisons}
    heads = []
    for name in TABLE:
        if name in there:
            metric = metric_of(name)
            largest = _largest(name, comparisons)
            unit = shown(0.0, unit=metric.unit, signed=True, beside=largest).unit
            heads.append(
                {
                    "name": name,
                    "title": metric.title,
                    "unit": f"{unit}{period(metric.unit, study.days)}",
                    "model_only": "yes" if metric.model_only else "",
                }
            )
    return heads


def _largest(name: str, comparisons: list[Comparison]) -> float:
    sizes = [abs(one.difference.mean) for one in comparisons if one.metric == name]
    return max((size for size in sizes if size == size), default=0.0)


def rows_of(study: Study, comparisons: list[Comparison]) -> list[dict[str, object]]:
    """Rows of the table: a scenario for one kind of smuggler, and its cells by metric."""
    several = len({one.adversary for one in comparisons}) > 1
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for one in comparisons:
        title = name_of(study, one, several)
        row = rows.setdefault((one.scenario, one.adversary), {"title": title})
        if one.metric in TABLE:
            row[one.metric] = _cell(one, _largest(one.metric, comparisons))
    return list(rows.values())


def name_of(study: Study, one: Comparison, several: bool) -> str:
    """Name of a scenario, with the kind of smuggler where there are several."""
    marks = ["bound"] if one.scenario in study.bounds else []
    marks += [one.adversary.replace("_", " ")] if several else []
    return study.title(one.scenario) + (f" ({', '.join(marks)})" if marks else "")


def _cell(one: Comparison, largest: float) -> Cell:
    found: Estimate = one.difference
    unit = metric_of(one.metric).unit
    text = shown(found.mean, found.low, found.high, unit=unit, signed=True, beside=largest)
    if found.identical:
        return Cell("0", "identical", False, True)
    return Cell(text.value, text.interval, one.distinguishable, False)


def answer(study: Study, comparisons: list[Comparison]) -> str:
    """The answer to the question of the page, in a sentence or two."""
    guns = [
        one for one in comparisons if one.metric == STOPPED and one.scenario not in study.bounds
    ]
    if not guns:
        return "This study holds no proposal, so nothing is compared yet."
    if max(one.difference.count for one in guns) < 2:
        return "One replication cannot tell an effect from chance; run more before concluding."
    more = [one for one in guns if one.distinguishable and one.difference.mean > 0]
    scenarios = len({one.scenario for one in guns})
    several = len({one.adversary for one in guns}) > 1
    if not more:
        return (
            f"None of the {scenarios} proposals stops more trafficked firearms than the baseline "
            "beyond what chance explains."
        )
    best = max(more, key=lambda one: one.difference.mean)
    names = len({one.scenario for one in more})
    verb = "stops" if names == 1 else "stop"
    first = (
        f"{names} of {scenarios} proposals {verb} more trafficked firearms than the baseline, at "
        f"most {best.amount} ({name_of(study, best, several)})"
    )
    planned = values(study).loc[BASELINE].get("firearms_planned")
    share = "" if planned is None else f", {_share(best.difference.mean, planned.mean())}"
    return f"{first}{share}. {_price(comparisons, best)}"


def _share(part: float, whole: float) -> str:
    percent = 100 * part / whole
    return f"{number(percent, 1 if percent < 10 else 0)} % of what traffickers plan to move"


def _price(comparisons: list[Comparison], best: Comparison) -> str:
    """What the same proposal does to the wait."""
    for one in comparisons:
        same = (one.scenario, one.adversary) == (best.scenario, best.adversary)
        if same and one.metric == "mean_wait_min":
            if one.difference.identical:
                return "It leaves every wait as it is."
            if not one.distinguishable:
                return (
                    f"Its effect on the mean wait is not distinguishable from none ({one.amount})."
                )
            word = direction("min", one.difference.mean)
            return f"It makes the mean wait {word}: {one.amount}."
    return ""


TOLD = (STOPPED, "mean_wait_min", "duty_collected_cad")
"""Metrics that the page speaks of in words."""


def findings(study: Study, comparisons: list[Comparison]) -> dict[str, list[str]]:
    """Sentences on what was found and what was not, one a metric and direction."""
    told: dict[str, list[str]] = {"found": [], "not_found": []}
    several = len({one.adversary for one in comparisons}) > 1

    def name(one: Comparison) -> str:
        return name_of(study, one, several)

    for metric in TOLD:
        own = [one for one in comparisons if one.metric == metric]
        about = metric_of(metric)
        for sign in (1, -1):
            clear = [one for one in own if one.distinguishable and one.difference.mean * sign > 0]
            clear.sort(key=lambda one: -abs(one.difference.mean))
            if clear:
                word = direction(about.unit, sign).capitalize()
                amounts = [f"{name(one)} {one.amount}" for one in clear]
                told["found"].append(f"{word} {about.title}: {'; '.join(amounts)}.")
        unclear = [one for one in own if not one.distinguishable and not one.difference.identical]
        if unclear:
            names = listed([name(one) for one in unclear])
            told["not_found"].append(f"No distinguishable effect on {about.title}: {names}.")
    same = [
        pair
        for pair in dict.fromkeys((one.scenario, one.adversary) for one in comparisons)
        if all(
            one.difference.identical
            for one in comparisons
            if (one.scenario, one.adversary) == pair and one.metric in TOLD
        )
    ]
    if same:
        rows = {(one.scenario, one.adversary): name(one) for one in comparisons}
        names = listed([rows[pair] for pair in same])
        told["not_found"].append(
            f"No difference at all in any of these, on any replication: {names}."
        )
    return told
