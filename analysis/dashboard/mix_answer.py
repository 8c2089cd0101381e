"""What a run has come to so far: four numbers before and after, then waits by hour, the rest."""

from collections.abc import Iterator

from dash import html

from analysis.answer.choices import PUBLIC
from analysis.compare import HEADLINE, Comparison, compare
from analysis.dashboard.address import View
from analysis.dashboard.arrivals import Hours
from analysis.dashboard.figures import nothing, table
from analysis.dashboard.frame import Children
from analysis.dashboard.hours import Change, change_of, waits_shown
from analysis.dashboard.mix import MIX
from analysis.estimates import Estimate
from analysis.language import current_language, gettext, metric_title
from analysis.values import BASELINE, metric_of, values
from analysis.wording import NO_BREAK, number, period, unit_of
from analysis.wording import shown as shown_number
from sim.numerics.units import DAYS_PER_YEAR
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME

MILLION = 1e6


def shown(study: Study, hours: Hours, view: View) -> Children:
    """Tiles, the waits by hour, and the measures in a table that is folded."""
    if not {MIX, BASELINE} <= set(study.scenarios):
        return [nothing(gettext("no-pair-of-replications-has"))]
    compared = compare(study, HEADLINE)
    pairs = max(row.difference.count for row in compared)
    if not pairs:
        return [nothing(gettext("no-pair-of-replications-has"))]
    return [
        html.Ul([*tiles(study, compared)], className="tiles"),
        html.P(how_sure(pairs), className="note"),
        *waits_shown(hours, view),
        html.Details([html.Summary(gettext("all-measures")), _measures(compared, study.days)]),
    ]


def how_sure(pairs: int) -> str:
    """Say how many pairs there are, and what may not be done with them."""
    return gettext("after-one-pair") if pairs == 1 else gettext("after-pairs", count=pairs)


def tile(value: str, words: str, more: str) -> html.Li:
    """A number before and after, what it is, and the difference."""
    return html.Li(
        [
            html.Span(value, className="value"),
            " ",
            html.Span([words, html.Br(), more], className="words"),
        ]
    )


def tiles(study: Study, compared: list[Comparison]) -> Iterator[html.Li]:
    """Firearms, wait, public money and people's time, each before and after."""
    verdicts = {row.metric: row for row in compared}
    table = values(study).droplevel("adversary")
    by_run = table.groupby(level=["scenario", "replication"]).mean()

    def found(metric: str, change: Change, places: int) -> str:
        return _found(change.difference, places, verdicts.get(metric))

    if PRIMARY_OUTCOME in by_run:
        change = change_of(by_run[PRIMARY_OUTCOME] * in_year_1(study, PRIMARY_OUTCOME))
        more = found(PRIMARY_OUTCOME, change, 1)
        yield tile(between(change, 0), gettext("tile-firearms"), more)
    if "mean_wait_min" in by_run:
        change = change_of(by_run["mean_wait_min"])
        more = found("mean_wait_min", change, 2)
        yield tile(f"{between(change, 1)}{NO_BREAK}min", gettext("tile-mean-wait"), more)
    if set(PUBLIC) <= set(by_run.columns):
        parts = (sign * by_run[name] * in_year_1(study, name) for name, sign in PUBLIC.items())
        change = change_of(sum(parts) / MILLION)
        millions = number(change.difference.mean, 1, signed=True)
        value = gettext("tile-millions-more", amount=millions)
        yield tile(value, gettext("tile-public-money"), amount(change.difference, 1))
    if "delay_vehicle_h" in by_run:
        change = change_of(by_run["delay_vehicle_h"] * in_year_1(study, "delay_vehicle_h") / 1000)
        value = gettext("tile-thousand-h", change=between(change, 0))
        yield tile(value, gettext("tile-people-time"), found("delay_vehicle_h", change, 1))


def in_year_1(study: Study, metric: str) -> float:
    """What a sum over the run is multiplied with to be that of year 1.

    What of a programme is paid once is paid once, however short the run.
    """
    a_year = DAYS_PER_YEAR / study.days if study.days else 1.0
    once = study.manifest.get("once_share", 0.0) if metric == "programme_cost_cad" else 0.0
    return float(once + (1.0 - once) * a_year)


def between(change: Change, places: int) -> str:
    """Write "5.3 → 4.1".

    Where the difference, with one place more, is nothing, so it is here: 4.849 and 4.851 are not
    "4.8 → 4.9".
    """
    same = round(change.difference.mean, places + 1) == 0
    after = change.before if same else change.after
    return f"{number(change.before, places)} → {number(after, places)}"


def amount(difference: Estimate, places: int) -> str:
    """Write a difference with its interval."""
    text = number(difference.mean, places, signed=True)
    if difference.low != difference.low:
        return text
    ends = [number(end, places) for end in (difference.low, difference.high)]
    return f"{text} [{(', ' if current_language() == 'en' else '; ').join(ends)}]"


def _found(difference: Estimate, places: int, row: Comparison | None) -> str:
    """The difference, and whether it is found by the rule of every other page."""
    if difference.identical:
        return gettext("identical")
    if row is None or difference.count < 2:
        return amount(difference, places)
    word = gettext("found") if row.distinguishable else gettext("not-found")
    return f"{amount(difference, places)}: {word}"


def _measures(compared: list[Comparison], days: float | None) -> html.Div:
    rows, bold = [], set()
    for k, row in enumerate(compared):
        described = metric_of(row.metric)
        unit = f" [{unit_of(described.unit)}{period(described.unit, days)}]"
        level = str(shown_number(row.baseline, unit=described.unit))
        rows.append(
            [
                metric_title(row.metric) + ("" if described.unit == "share" else unit),
                level,
                gettext("identical") if row.difference.identical else row.in_table,
                str(row.difference.count),
            ]
        )
        if row.distinguishable:
            bold.add(k)
    head = [gettext("measure"), gettext("baseline"), gettext("difference-95-interval"),
            gettext("pairs")]  # fmt: skip
    return table(gettext("this-mix-against-the-baseline"), head, rows, bold)
