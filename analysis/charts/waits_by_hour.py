"""Waits over the hours of the week."""

import plotly.graph_objects as go

from analysis.charts.look import finish
from analysis.hours import baseline_hours
from analysis.language import tell
from analysis.wording import shown
from sim.results import Study


def weekdays() -> list[str]:
    """Names of the days, from Monday."""
    return [
        tell("Monday"), tell("Tuesday"), tell("Wednesday"), tell("Thursday"), tell("Friday"),
        tell("Saturday"), tell("Sunday"),
    ]  # fmt: skip


def waits_by_hour(study: Study) -> go.Figure:
    """Mean wait of the baseline by weekday and hour, all ports and lanes together."""
    hours = baseline_hours(study, "port_hours", ["released", "wait_s"], ["weekday", "hour"])
    waits = (hours["wait_s"] / hours["released"] / 60).unstack("hour").reindex(range(7))
    peak_day, peak_hour = waits.stack().idxmax()
    days = weekdays()
    figure = go.Figure(
        go.Heatmap(
            z=waits.to_numpy(),
            x=list(waits.columns),
            y=days,
            colorscale="Cividis",
            reversescale=True,
            colorbar={"title": {"text": "min"}, "thickness": 12, "len": 1},
            xgap=1,
            ygap=1,
            hovertemplate=tell("%{y}, hour %{x}: %{z:.1f} min") + "<extra></extra>",
        )
    )
    figure.update_xaxes(
        title_text=tell("local time of the port") + "<br>" + tell("[hour of the day]"),
        tickvals=list(range(0, 24, 3)),
        showgrid=False,
    )
    figure.update_yaxes(autorange="reversed", showgrid=False)
    peak = shown(float(waits.loc[peak_day, peak_hour]), unit="min")
    return finish(
        figure,
        finding=tell(
            "Waits peak on {day} between {start}:00 and {end}:00, at {wait} on average.",
            day=days[peak_day],
            start=peak_hour,
            end=peak_hour + 1,
            wait=str(peak),
        ),
        note=tell(
            "Mean wait by hour of arrival, baseline, all ports and lanes, mean over replications. "
            "Darker: longer."
        ),
        height=270,
        table=waits.stack().rename("mean_wait_min").reset_index(),
    )
