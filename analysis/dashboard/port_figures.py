"""The figures of a day at a port: the line, the booths, and what officers do."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.charts.look import FILLS, SERIES
from analysis.compare import BASELINE
from analysis.dashboard.figures import captioned, graph, styled
from analysis.dashboard.frame import Children
from analysis.language import tell
from analysis.wording import number

TASKS = ("primary", "clearance", "examination", "ready")
HOURS = list(range(0, 25, 3))
EVERY_MIN = 5
"""Officers' tasks are drawn as means over so many minutes; the table has every minute."""


def task_name(task: str) -> str:
    """What officers do, in words."""
    return {
        "primary": tell("primary"),
        "clearance": tell("duty and paperwork"),
        "examination": tell("examination"),
        "ready": tell("without a vehicle"),
    }[task]


def line_label(part: str) -> str:
    """Lanes of a line, in words."""
    known = {
        "car": tell("car"),
        "truck": tell("truck"),
        "bus": tell("bus"),
        "train": tell("train"),
        "nexus": "NEXUS",
        "fast": tell("FAST"),
    }
    return " + ".join(known.get(lane, lane) for lane in part.split("+"))


def shown(table: pd.DataFrame, titles: dict[str, str]) -> Children:
    """All figures of a day.

    Parameters
    ----------
    table : pandas.DataFrame
        As `sim.port_day` writes it.
    titles : dict
        Titles by scenario, the baseline first.
    """
    return [
        captioned(
            graph("port-queue", lines(table, "queue", titles, tell("vehicles in line"))),
            longest(table, titles),
            tell("Vehicles in line at each minute, by line.") + _dashed(titles) + _source(),
        ),
        captioned(
            graph("port-booths", lines(table, "booths_open", titles, tell("booths open"))),
            most_booths(table),
            tell("Booths with an officer at each minute, by line.") + _dashed(titles) + _source(),
        ),
        *(
            captioned(
                graph(f"port-officers-{k}", officers(table[table["scenario"] == name])),
                time_by_task(table[table["scenario"] == name], title),
                tell("Officers at work, means over {count} minutes.", count=EVERY_MIN) + _source(),
            )
            for k, (name, title) in enumerate(titles.items())
        ),
    ]


def _source() -> str:
    return " " + tell("One simulated day, an example and not a result. Source: this simulation.")


def _dashed(titles: dict[str, str]) -> str:
    return " " + tell("Dotted: the baseline.") if len(titles) > 1 else ""


def lines(table: pd.DataFrame, quantity: str, titles: dict[str, str], axis: str) -> go.Figure:
    """Draw a quantity of each line by minute; with a proposal, the baseline dotted."""
    rows = table[table["quantity"] == quantity]
    several = len(titles) > 1
    figure = go.Figure()
    for k, part in enumerate(rows["part"].unique()):
        colour = SERIES[k % len(SERIES)][0]
        for name in titles:
            own = rows[(rows["part"] == part) & (rows["scenario"] == name)]
            x, y = _steps(own["minute"].to_numpy(), own["value"].to_numpy())
            dotted = several and name == BASELINE
            figure.add_scatter(
                x=x,
                y=y,
                mode="lines",
                name=line_label(part) + (f" ({tell('baseline')})" if dotted else ""),
                line={"color": colour, "width": 1.5 if dotted else 2.25, "shape": "hv",
                      "dash": "dot" if dotted else ("solid", "dash", "longdash", "dashdot")[k % 4]},
                showlegend=not dotted,
                hovertemplate="%{y:.0f}<extra>%{fullData.name}, %{x:.1f} h</extra>",
            )  # fmt: skip
    figure.update_layout(hovermode="closest")
    _hours(figure)
    figure.update_yaxes(title_text=axis, rangemode="tozero")
    return styled(figure, 340)


def _steps(minute: np.ndarray, value: np.ndarray) -> tuple[list[float], list[float]]:
    """Keep the minutes at which a value changes, and the last: far fewer points, the same line."""
    if not len(minute):
        return [], []
    kept = np.flatnonzero(np.diff(value, prepend=np.nan) != 0)
    kept = np.unique([*kept, len(value) - 1])
    return (minute[kept] / 60).round(4).tolist(), value[kept].round(3).tolist()


def officers(table: pd.DataFrame) -> go.Figure:
    """Draw officers by task as a stack over the day."""
    rows = table[table["quantity"] == "officers"]
    figure = go.Figure()
    for task, (colour, pattern) in zip(TASKS, FILLS, strict=True):
        own = rows[rows["part"] == task].sort_values("minute")
        mean = own["value"].to_numpy().reshape(-1, EVERY_MIN).mean(axis=1)
        figure.add_scatter(
            x=(np.arange(len(mean)) * EVERY_MIN / 60).round(3),
            y=mean.round(3),
            name=task_name(task),
            stackgroup="officers",
            line={"width": 0.6, "color": "#1d2730", "shape": "hv"},
            fillcolor=colour,
            fillpattern={"shape": pattern, "fgcolor": "white", "size": 6},
            hovertemplate="%{y:.1f}<extra>%{fullData.name}, %{x:.1f} h</extra>",
        )
    figure.update_layout(legend={"traceorder": "normal"})
    _hours(figure)
    figure.update_yaxes(title_text=tell("officers"), rangemode="tozero")
    return styled(figure, 340)


def _hours(figure: go.Figure) -> None:
    figure.update_xaxes(title_text=tell("hour of the day, local time [h]"), range=[0, 24],
                        tickvals=HOURS)  # fmt: skip


def longest(table: pd.DataFrame, titles: dict[str, str]) -> str:
    """Say when the line is longest."""
    said = []
    for name, title in titles.items():
        rows = table[(table["quantity"] == "queue") & (table["scenario"] == name)]
        whole = rows.groupby("minute")["value"].sum()
        minute, most = int(whole.idxmax()), int(whole.max())
        clock = f"{minute // 60}:{minute % 60:02d}"
        said.append(
            tell("{title}: nobody waits", title=title)
            if most == 0
            else tell(
                "{title}: at most {count} vehicles wait, at {time}",
                count=most, time=clock, title=title,
            )
        )  # fmt: skip
    words = "; ".join(said) + "."
    return words[:1].upper() + words[1:]


def time_by_task(table: pd.DataFrame, title: str) -> str:
    """Say how much of officers' time goes to vehicles, and how much is without one."""
    rows = table[table["quantity"] == "officers"]
    parts = rows.groupby("part")["value"].sum() / max(rows["value"].sum(), 1e-9)
    return tell(
        "{title}: officers spend {primary} % of their time at primary and {ready} % without a "
        "vehicle.",
        title=f"{title[:1].upper()}{title[1:]}",
        primary=number(100 * float(parts.get("primary", 0.0)), 0),
        ready=number(100 * float(parts.get("ready", 0.0)), 0),
    )


def most_booths(table: pd.DataFrame) -> str:
    """Say how many booths are open at most."""
    rows = table[table["quantity"] == "booths_open"]
    whole = rows.groupby(["scenario", "minute"])["value"].sum()
    low, high = int(whole.min()), int(whole.max())
    return tell("Between {low} and {high} booths are open.", low=low, high=high)
