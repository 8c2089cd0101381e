"""Waits over the hours of the week."""

import plotly.graph_objects as go

from analysis.charts.look import finish
from analysis.compare import BASELINE
from analysis.wording import shown
from sim.results import Study

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def waits_by_hour(study: Study) -> go.Figure:
    """Mean wait of the baseline by weekday and hour, all ports and lanes together."""
    columns = ["weekday", "hour", "released", "wait_s"]
    hours = study.table("port_hours", columns, BASELINE).groupby(["weekday", "hour"]).sum()
    waits = (hours["wait_s"] / hours["released"] / 60).unstack("hour").reindex(range(7))
    peak_day, peak_hour = waits.stack().idxmax()
    figure = go.Figure(
        go.Heatmap(
            z=waits.to_numpy(),
            x=list(waits.columns),
            y=[day[:3] for day in DAYS],
            colorscale="Cividis",
            colorbar={"title": {"text": "min"}, "thickness": 12, "len": 1},
            xgap=1,
            ygap=1,
            hovertemplate="%{y} %{x}:00: %{z:.1f} min<extra></extra>",
        )
    )
    figure.update_xaxes(
        title_text="local time of the port<br>[hour of the day]", tickvals=list(range(0, 24, 3)),
        showgrid=False,
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", showgrid=False)
    peak = shown(float(waits.loc[peak_day, peak_hour]), unit="min")
    return finish(
        figure,
        finding=f"Waits peak on {DAYS[peak_day]} between {peak_hour}:00 and {peak_hour + 1}:00: "
        f"{peak} on average.",
        note="Mean wait by hour of arrival, baseline, all ports and lanes, mean over replications.",
        height=270,
    )
