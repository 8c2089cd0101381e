"""The page of a day at a port: queue by minute, booths open, officers by task."""

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update

from analysis.charts.style import FILLS, SERIES
from analysis.dashboard import address
from analysis.dashboard import mix as place
from analysis.dashboard.address import View
from analysis.dashboard.controls import Choice, EntryField
from analysis.dashboard.figures import captioned, graph, nothing, styled
from analysis.dashboard.frame import AppState, Children, refusal
from analysis.dashboard.levers import offered, title_of_proposal
from analysis.dashboard.live import Live, quoted
from analysis.dashboard.mix import MIX, check_mix, mixed, write_scenario
from analysis.language import gettext, in_language
from analysis.values import BASELINE
from analysis.wording import number
from sim.errors import InputError
from sim.execute.store import code_digest
from sim.results.reading import TABLE, read_port_day
from sim.scenario.intervention import Scenario

TASKS = ("primary", "clearance", "examination", "ready")
HOURS = list(range(0, 25, 3))
EVERY_MIN = 5
"""Officers' tasks are drawn as means over so many minutes; the table has every minute."""


def task_name(task: str) -> str:
    """What officers do, in words."""
    return {
        "primary": gettext("primary"),
        "clearance": gettext("duty-and-paperwork"),
        "examination": gettext("examination"),
        "ready": gettext("without-a-vehicle"),
    }[task]


def line_label(part: str) -> str:
    """Lanes of a line, in words."""
    names = {
        "car": gettext("car"),
        "truck": gettext("truck"),
        "bus": gettext("bus"),
        "train": gettext("train"),
        "nexus": "NEXUS",
        "fast": gettext("fast"),
    }
    return " + ".join(names.get(lane, lane) for lane in part.split("+"))


def shown(table: pd.DataFrame, titles: dict[str, str]) -> Children:
    """All figures of a day.

    Parameters
    ----------
    table : pandas.DataFrame
        As `sim.study.port_day` writes it.
    titles : dict
        Titles by scenario, the baseline first.
    """
    return [
        captioned(
            graph("port-queue", lines(table, "queue", titles, gettext("vehicles-in-line"))),
            longest(table, titles),
            gettext("vehicles-in-line-at-each") + _dashed(titles) + _source(),
        ),
        captioned(
            graph("port-booths", lines(table, "booths_open", titles, gettext("booths-open"))),
            most_booths(table),
            gettext("booths-with-an-officer-at") + _dashed(titles) + _source(),
        ),
        *(
            captioned(
                graph(f"port-officers-{k}", officers(table[table["scenario"] == name])),
                time_by_task(table[table["scenario"] == name], title),
                gettext("officers-at-work-means-over", count=EVERY_MIN) + _source(),
            )
            for k, (name, title) in enumerate(titles.items())
        ),
    ]


def _source() -> str:
    return " " + gettext("one-simulated-day-an-example")


def _dashed(titles: dict[str, str]) -> str:
    return " " + gettext("dotted-the-baseline") if len(titles) > 1 else ""


def lines(table: pd.DataFrame, quantity: str, titles: dict[str, str], axis: str) -> go.Figure:
    """Draw a quantity of each line by minute; with a proposal, the baseline dotted.

    Parameters
    ----------
    table : pandas.DataFrame
        A port's day (`sim.study.port_day`).
    quantity : str
        A value of its column ``quantity``.
    titles : dict of str to str
        Titles of the scenarios that are drawn, by name.
    axis : str
        Title of the upright axis.
    """
    rows = table[table["quantity"] == quantity]
    several = len(titles) > 1
    figure = go.Figure()
    for k, part in enumerate(rows["part"].unique()):
        colour = SERIES[k % len(SERIES)][0]
        for name in titles:
            line = rows[(rows["part"] == part) & (rows["scenario"] == name)]
            x, y = _steps(line["minute"].to_numpy(), line["value"].to_numpy())
            dotted = several and name == BASELINE
            figure.add_scatter(
                x=x,
                y=y,
                mode="lines",
                name=line_label(part) + (f" ({gettext('baseline')})" if dotted else ""),
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
        line = rows[rows["part"] == task].sort_values("minute")
        mean = line["value"].to_numpy().reshape(-1, EVERY_MIN).mean(axis=1)
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
    figure.update_yaxes(title_text=gettext("officers"), rangemode="tozero")
    return styled(figure, 340)


def _hours(figure: go.Figure) -> None:
    figure.update_xaxes(title_text=gettext("hour-of-the-day-local"), range=[0, 24],
                        tickvals=HOURS)  # fmt: skip


def longest(table: pd.DataFrame, titles: dict[str, str]) -> str:
    """Say when the line is longest."""
    sentences = []
    for name, title in titles.items():
        rows = table[(table["quantity"] == "queue") & (table["scenario"] == name)]
        whole = rows.groupby("minute")["value"].sum()
        minute, most = int(whole.idxmax()), int(whole.max())
        clock = f"{minute // 60}:{minute % 60:02d}"
        sentences.append(
            gettext("nobody-waits", title=title)
            if most == 0
            else gettext(
                "at-most-vehicles-wait-at",
                count=most, time=clock, title=title,
            )
        )  # fmt: skip
    words = "; ".join(sentences) + "."
    return words[:1].upper() + words[1:]


def time_by_task(table: pd.DataFrame, title: str) -> str:
    """Say how much of officers' time goes to vehicles, and how much is without one."""
    rows = table[table["quantity"] == "officers"]
    parts = rows.groupby("part")["value"].sum() / max(rows["value"].sum(), 1e-9)
    return gettext(
        "officers-spend-of-their-time",
        title=f"{title[:1].upper()}{title[1:]}",
        primary=number(100 * float(parts.get("primary", 0.0)), 0),
        ready=number(100 * float(parts.get("ready", 0.0)), 0),
    )


def most_booths(table: pd.DataFrame) -> str:
    """Say how many booths are open at most."""
    rows = table[table["quantity"] == "booths_open"]
    whole = rows.groupby(["scenario", "minute"])["value"].sum()
    low, high = int(whole.min()), int(whole.max())
    return gettext("between-and-booths-are-open", low=low, high=high)


EVERY_MS = 2000


def page(view: View, app_state: AppState) -> Children:
    """Lay the page out for a view."""
    ports = place.names()
    ids = {port for port, _ in ports}
    missing = (
        []
        if view.port in ids
        else [html.P(gettext("there-is-no-port", name=view.port[:60]), className="notice")]
    )
    proposals = [(name, title_of_proposal(name, proposal)) for name, proposal in offered().items()]
    choices = [("", gettext("none-the-baseline-alone")), *proposals]
    if view.mix or view.closed:
        choices.insert(1, (MIX, gettext("the-mix-of-the-other")))
    return [
        html.H1(gettext("a-day-at-a-port")),
        html.P(gettext("one-day-is-simulated-vehicle"), className="about"),
        *missing,
        html.Div(
            [
                Choice("port-port", gettext("port"), ports,
                       view.port if view.port in ids else ports[0][0]),
                EntryField("port-day", gettext("day"), view.day.isoformat(), "date",
                           low="1990-01-01", high="2060-12-31"),
                Choice("port-proposal", gettext("with-the-proposal"), choices,
                       view.proposal if view.proposal in dict(choices) else ""),
                html.Button(gettext("show-the-day"), id="port-run", type="button"),
            ],
            className="controls",
        ),
        html.P("", id="port-words", role="status"),
        html.Div(id="port-shown", className="shown"),
        dcc.Interval(id="port-clock", interval=EVERY_MS, disabled=True),
    ]  # fmt: skip


def _scenario(view: View) -> Scenario | None:
    """What the day is simulated with, besides the baseline."""
    if not view.proposal:
        return None
    if view.proposal == MIX:
        scenario = mixed(offered(), view.mix, dict(view.lever), view.closed)
    else:
        scenario = mixed(offered(), [view.proposal], {}, [])
    check_mix(scenario)
    return scenario


def _name(view: View, scenario: Scenario | None) -> str:
    changes = repr(scenario.interventions if scenario else "")
    words = (view.port, view.day.isoformat(), changes, code_digest())
    return "day" + hashlib.sha256("\0".join(words).encode()).hexdigest()[:12]


def _begin(view: View, scenario: Scenario | None, live: Live) -> None:
    name = _name(view, scenario)
    folder = live.make(name)
    words = [
        "sim",
        "port_day",
        f"ports=[{view.port}]",
        f"run.start={view.day.isoformat()}",
        f"study.dir={quoted(folder)}",
    ]
    if scenario is not None:
        write_scenario(scenario, folder / "scenarios", MIX)
        words += [f"study.scenarios={quoted(folder / 'scenarios')}", f"compare=[{MIX}]"]
    live.begin(name, words)


def read_day(folder: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read a day that was simulated: its table, and titles by scenario."""
    table, facts = read_port_day(folder)
    titles = {name: str(title) for name, title in facts["scenarios"].items()}
    titles[BASELINE] = gettext("baseline")
    return table, titles


def _titles(view: View, names: dict[str, str]) -> dict[str, str]:
    """What the day is compared with, in the language set."""
    parts = view.mix if view.proposal == MIX else (view.proposal,)
    every = offered()
    named = [title_of_proposal(part, every[part]) for part in parts if part in every]
    return {name: " + ".join(named) for name in names if name != BASELINE and named}


def register(app: Dash, app_state: AppState) -> None:
    """Let the page answer."""
    live = app_state.live

    @app.callback(
        Output("query", "data", allow_duplicate=True),
        Output("port-words", "children"),
        Output("port-shown", "children"),
        Output("port-clock", "disabled"),
        Input("port-port", "value"),
        Input("port-day", "value"),
        Input("port-proposal", "value"),
        Input("port-run", "n_clicks"),
        Input("port-clock", "n_intervals"),
        State("page-query", "children"),
        prevent_initial_call="initial_duplicate",
    )
    def show(
        port: str, day: str, proposal: str, _: int, __: int, search: str
    ) -> tuple[Any, Any, Any, bool]:
        view = _view(port, day, proposal, search)
        with in_language(view.lang):
            try:
                if port not in {name for name, _ in place.names()}:
                    raise InputError(gettext("there-is-no-port", name=str(port)[:60]))
                scenario = _scenario(view)
                name = _name(view, scenario)
                folder = live.request_folder(name)
                if (folder / TABLE).is_file() and not live.is_busy(name):
                    table, titles = read_day(folder)
                    titles |= _titles(view, titles)
                    return address.query(view), "", shown(table, titles), True
                if ctx.triggered_id == "port-run":
                    _begin(view, scenario, live)
                if live.is_busy(name):
                    words = gettext("the-day-is-being-simulated")
                    return address.query(view), words, no_update, False
                if ctx.triggered_id == "port-clock":
                    raise InputError(live.last_line(name) or gettext("the-day-could-not-be"))
            except (InputError, OSError, ValueError, KeyError) as error:
                return no_update, "", [refusal(InputError(str(error)))], True
            words = gettext("press-show-the-day-it")
            return address.query(view), "", [nothing(words)], True


def _view(port: str, day: str, proposal: str, search: str) -> View:
    """Read the view from the controls, by the rules of an address."""
    base, _ = address.read("/port", search)
    pairs = [("port", str(port)), ("day", str(day)), ("proposal", str(proposal or ""))]
    view, _ = address.read("/port", address.encoded(pairs))
    return dataclasses.replace(base, port=view.port, day=view.day, proposal=view.proposal)
