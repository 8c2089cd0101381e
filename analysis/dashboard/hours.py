"""Minutes waited by hour of the day, before and after, and the officers who stand behind them."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from dash import html

from analysis.charts.style import BLUE, GREY
from analysis.dashboard.address import VEHICLES, WEEKDAYS, View
from analysis.dashboard.arrivals import Hours
from analysis.dashboard.controls import Choice, Option
from analysis.dashboard.figures import captioned, graph, nothing, styled, table
from analysis.dashboard.frame import Children
from analysis.dashboard.mix import MIX
from analysis.estimates import Estimate, estimate
from analysis.language import gettext
from analysis.values import BASELINE
from analysis.wording import NO_BREAK, number, shown
from sim.numerics.units import HOUR_S, MINUTE_S

HOURS = list(range(0, 25, 3))


def weekday_names() -> list[str]:
    """Monday to Sunday."""
    return [
        gettext("monday"), gettext("tuesday"), gettext("wednesday"), gettext("thursday"),
        gettext("friday"), gettext("saturday"), gettext("sunday"),
    ]  # fmt: skip


def _weekday_options() -> list[Option]:
    names = [
        gettext("all-days"), gettext("monday-to-thursday"), gettext("friday-to-sunday"),
        *(name[:1].upper() + name[1:] for name in weekday_names()),
    ]  # fmt: skip
    return list(zip(WEEKDAYS, names, strict=True))


def choices(name: str, view: View) -> Children:
    """Which vehicles and which days are shown."""
    kinds = [gettext("all-vehicles"), gettext("cars"), gettext("trucks"), gettext("buses")]
    return [
        Choice(f"{name}-vehicles", gettext("waits-of"), list(zip(VEHICLES, kinds, strict=True)),
               view.vehicles),
        Choice(f"{name}-weekdays", gettext("on-days"), _weekday_options(), view.weekdays),
    ]  # fmt: skip


def days_of(chosen: str) -> list[int]:
    """Weekdays of a choice, Monday is 0."""
    first, _, last = (chosen or "0-6").partition("-")
    return list(range(int(first), int(last or first) + 1))


def chosen_of(hours: Hours, view: View) -> Hours:
    """What the view shows of the hours."""
    days = days_of(view.weekdays)
    waits = hours.waits[hours.waits["weekday"].isin(days)]
    if view.vehicles:
        waits = waits[waits["kind"] == view.vehicles]
    return replace(
        hours, waits=waits, officers=hours.officers[hours.officers["weekday"].isin(days)]
    )


def days_in(view: View) -> int:
    """How many days of the run the view shows."""
    shown = set(days_of(view.weekdays))
    every = (view.start + timedelta(days=k) for k in range(view.days))
    return sum(day.weekday() in shown for day in every)


@dataclass(frozen=True, slots=True)
class Change:
    """A number before and after, and the difference over pairs of replications."""

    before: float
    after: float
    difference: Estimate


def change_of(values: pd.Series) -> Change:
    """Compare the mix with the baseline in values by scenario and replication."""
    wide = values.unstack("scenario")
    if not {BASELINE, MIX} <= set(wide.columns):
        nothing_yet = estimate(pd.Series([], dtype=float))
        before = float(wide[BASELINE].mean()) if BASELINE in wide else np.nan
        return Change(before, np.nan, nothing_yet)
    both = wide[[BASELINE, MIX]].dropna()
    before, after = both[BASELINE], both[MIX]
    return Change(float(before.mean()), float(after.mean()), estimate(after - before))


def wait_min(waits: pd.DataFrame, by: list[str]) -> pd.Series:
    """Mean wait in minutes by scenario, replication and what else is asked."""
    sums = waits.groupby(["scenario", "replication", *by])[["wait_s", "released"]].sum()
    return sums["wait_s"] / sums["released"].where(sums["released"] > 0) / MINUTE_S


def by_hour(waits: pd.DataFrame) -> list[Change]:
    """Wait of each hour of the day, before and after."""
    values = wait_min(waits, ["hour"])
    hours = values.index.get_level_values("hour")
    return [change_of(values[hours == hour].droplevel("hour")) for hour in range(24)]


def _before_after(before: list[float], after: list[float], axis: str) -> go.Figure:
    """Draw a number by hour, the baseline grey and dotted."""
    figure = go.Figure()
    hours = np.arange(25)
    for values, name, line in (
        (before, gettext("before"), {"color": GREY, "width": 2, "dash": "dot", "shape": "hv"}),
        (after, gettext("after"), {"color": BLUE, "width": 2.5, "shape": "hv"}),
    ):
        if not all(value != value for value in values):
            figure.add_scatter(
                x=hours, y=np.round([*values, values[-1]], 3), mode="lines", name=name, line=line,
                hovertemplate="%{x} h: %{y:.1f}<extra>%{fullData.name}</extra>",
            )  # fmt: skip
    figure.update_xaxes(title_text=gettext("hour-of-the-day-local"), range=[0, 24], tickvals=HOURS)
    figure.update_yaxes(title_text=axis, rangemode="tozero")
    return styled(figure, 300)


def waits_shown(hours: Hours, view: View) -> Children:
    """The chart of waits by hour with its table; a sentence where nothing has arrived."""
    chosen = chosen_of(hours, view)
    if chosen.waits.empty or not chosen.waits["released"].sum():
        return [nothing(gettext("no-vehicles-of-this-kind"))]
    rows = by_hour(chosen.waits)
    before, after = [row.before for row in rows], [row.after for row in rows]
    figure = graph("waits-figure", _before_after(before, after, gettext("minutes-waited")))
    return [
        captioned(figure, _finding(rows), gettext("waits-by-hour-note")),
        html.Details([html.Summary(gettext("these-numbers")), hours_table(rows)]),
    ]


def _finding(rows: list[Change]) -> str:
    told = [row for row in rows if row.before == row.before]
    if not told:
        return gettext("waits-by-hour")
    worst = max(told, key=lambda row: row.before)
    hour = rows.index(worst)
    return gettext("worst-hour", hour=hour, later=hour + 1, change=arrow(worst))


def arrow(change: Change) -> str:
    """Write "5.3 → 4.1 min"."""
    ends = [number(value, 1) if value == value else "…" for value in (change.before, change.after)]
    return f"{ends[0]} → {ends[1]}{NO_BREAK}min"


def hours_table(rows: list[Change]) -> html.Div:
    """The wait of every hour in numbers."""
    head = [gettext("hour"), gettext("before"), gettext("after"),
            gettext("difference-95-interval")]  # fmt: skip
    cells = [_cells(k, row) for k, row in enumerate(rows)]
    return table(f"{gettext('waits-by-hour')} [min]", head, cells)


def _cells(hour: int, row: Change) -> list[str]:
    change = row.difference
    return [
        f"{hour}–{hour + 1}{NO_BREAK}h",
        "–" if row.before != row.before else number(row.before, 1),
        "–" if row.after != row.after else number(row.after, 1),
        "–"
        if not change.count
        else str(shown(change.mean, change.low, change.high, unit="min", signed=True)),
    ]


def hours_frame(hours: Hours, view: View) -> pd.DataFrame:
    """The waits as a tidy table, for a file."""
    rows = by_hour(chosen_of(hours, view).waits) if len(hours.waits) else []
    return pd.DataFrame(
        {
            "hour": hour,
            "before_min": row.before,
            "after_min": row.after,
            "difference_min": row.difference.mean,
            "low_min": row.difference.low,
            "high_min": row.difference.high,
            "pairs": row.difference.count,
        }
        for hour, row in enumerate(rows)
    )


def officers_shown(hours: Hours, view: View) -> Children:
    """Booths at work and officers on duty by hour."""
    chosen = chosen_of(hours, view).officers
    days = max(days_in(view), 1)
    if chosen.empty:
        return []
    shown: Children = []
    for column, name, words, axis in (
        ("primary_s", "booths", gettext("booths-at-work-note"), gettext("booths-at-work")),
        ("shift_s", "officers", gettext("officers-on-duty-note"), gettext("officers-on-duty")),
    ):
        sums = chosen.groupby(["scenario", "replication", "hour"])[column].sum()
        means = (sums / HOUR_S / days).groupby(level=["scenario", "hour"]).mean()
        ends = [
            [float(means.get((scenario, hour), np.nan)) for hour in range(24)]
            for scenario in (BASELINE, MIX)
        ]
        finding = gettext("at-most-of", what=axis, amount=number(float(np.nanmax(ends)), 1))
        place = graph(f"{name}-figure", _before_after(ends[0], ends[1], axis))
        shown.append(captioned(place, finding, words))
    return shown


def dates(view: View) -> list[date]:
    """Days that the run simulates."""
    return [view.start + timedelta(days=k) for k in range(view.days)]
