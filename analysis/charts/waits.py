"""Waits over the hours of the week, and by class of port."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from analysis.charts.style import (
    LABEL,
    LEGEND,
    SERIES,
    Chart,
    canvas,
    finish,
    half_widths,
    offsets,
    safe,
    wrapped,
)
from analysis.compare import compare
from analysis.estimates import estimate
from analysis.language import gettext, title_of
from analysis.values import BASELINE, headline_adversary, headline_values
from analysis.wording import shown
from sim.results.reading import Study


def baseline_hours(
    study: Study, table: str, columns: Sequence[str], by: Sequence[str]
) -> pd.DataFrame:
    """Sum columns of an hourly table over the baseline's replications.

    Parameters
    ----------
    study : Study
    table : {"port_hours", "officer_hours"}
    columns : sequence of str
        What is summed.
    by : sequence of str
        What it is summed by.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``by``; for the headline's kind of smuggler.
    """
    key = ("hours", table, tuple(columns), tuple(by))
    if key not in study.derived:
        rows = study.table(table, [*by, *columns], BASELINE, headline_adversary(study))
        study.derived[key] = rows.groupby(list(by))[list(columns)].sum()
    hours: pd.DataFrame = study.derived[key]
    return hours


def weekdays() -> list[str]:
    """Names of the days, from Monday."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return [gettext(day) for day in days]


def waits_by_hour(study: Study) -> Chart:
    """Mean wait of the baseline by weekday and hour, all ports and lanes together."""
    hours = baseline_hours(study, "port_hours", ["released", "wait_s"], ["weekday", "hour"])
    waits = (hours["wait_s"] / hours["released"] / 60).unstack("hour").reindex(range(7))
    peak_day, peak_hour = waits.stack().idxmax()
    days = weekdays()
    figure = canvas(
        go.Heatmap(
            z=waits.to_numpy(),
            x=list(waits.columns),
            y=days,
            colorscale="Cividis",
            reversescale=True,
            colorbar={"title": {"text": "min"}, "thickness": 12, "len": 1},
            xgap=1,
            ygap=1,
            hovertemplate=gettext("hour-min") + "<extra></extra>",
        )
    )
    figure.update_xaxes(
        title_text=gettext("local-time-of-the-port") + "<br>" + gettext("hour-of-the-day"),
        tickvals=list(range(0, 24, 3)),
        showgrid=False,
    )
    figure.update_yaxes(autorange="reversed", showgrid=False)
    peak = shown(float(waits.loc[peak_day, peak_hour]), unit="min")
    return finish(
        figure,
        finding=gettext(
            "waits-peak-on-between-00",
            day=days[peak_day],
            start=peak_hour,
            end=peak_hour + 1,
            wait=str(peak),
        ),
        note=gettext("mean-wait-by-hour-of"),
        height=270,
        table=waits.stack().rename("mean_wait_min").reset_index(),
    )


GROUPS = ("one_officer", "larger", "busiest10")


def group_names() -> dict[str, str]:
    """Classes of ports by name."""
    names = (
        gettext("ports-of-one-officer"),
        gettext("larger-ports"),
        gettext("the-ten-busiest-ports"),
    )
    return dict(zip(GROUPS, names, strict=True))


def waits_by_port_class(study: Study) -> Chart:
    """Mean wait by class of port: the baseline and the proposals that change waits most."""
    figure = canvas()
    tables = {group: headline_values(study, group, only=("mean_wait_min",)) for group in GROUPS}
    tables = {  # a class of ports that nobody came to has no wait
        group: table for group, table in tables.items() if "mean_wait_min" in table.columns
    }
    groups = {group: name for group, name in group_names().items() if group in tables}
    rows = []
    baseline: dict[str, float] = {}
    chosen = _chosen(study)
    for scenario, offset, (colour, symbol) in zip(
        chosen, offsets(len(chosen)), SERIES, strict=False
    ):
        by_class = {g: estimate(tables[g].loc[scenario]["mean_wait_min"]) for g in groups}
        if scenario == BASELINE:
            baseline = {group: mean.mean for group, mean in by_class.items()}
        means = [mean.mean for mean in by_class.values()]
        rows += [
            (scenario, group, mean.mean, mean.low, mean.high) for group, mean in by_class.items()
        ]
        figure.add_scatter(
            x=means,
            y=[k + offset for k in range(len(groups))],
            mode="markers",
            name=safe(title_of(study, scenario)),
            error_x={
                "array": half_widths([mean.low for mean in by_class.values()], means),
                "color": colour, "thickness": 2, "width": 4,
            },
            marker={"color": colour, "symbol": symbol, "size": 11},
            hovertemplate="%{x:.2f} min<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    figure.update_layout(legend=LEGEND, showlegend=len(chosen) > 1)
    figure.update_xaxes(title_text=gettext("mean-wait-all-lanes") + "<br>[min]", rangemode="tozero")
    figure.update_yaxes(
        tickvals=list(range(len(groups))),
        ticktext=[wrapped(name, LABEL - 6) for name in groups.values()],
        range=[len(groups) - 0.4, -0.6],
    )
    longest = max(baseline, key=lambda group: baseline[group])
    return finish(
        figure,
        finding=gettext(
            "waits-are-longest-at-on",
            group=groups[longest],
            wait=str(shown(baseline[longest], unit="min")),
        ),
        note=gettext("bars-95-intervals-over-replications"),
        height=280,
        table=pd.DataFrame(rows, columns=["scenario", "ports", "mean wait [min]", "low", "high"]),
    )


def _chosen(study: Study) -> list[str]:
    """The baseline, and the scenarios that change the mean wait most, either way."""
    changed = [
        comparison
        for comparison in compare(study, ("mean_wait_min",), headline_adversary(study))
        if not comparison.difference.identical and comparison.scenario not in study.bounds
    ]
    changed.sort(key=lambda comparison: comparison.difference.mean)
    ends = [changed[0].scenario, changed[-1].scenario] if changed else []
    return list(dict.fromkeys([BASELINE, *ends]))
