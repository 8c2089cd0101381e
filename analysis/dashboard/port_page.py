"""The page of a day at a port: queue by minute, booths open, officers by task."""

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

import pandas as pd
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update

from analysis.compare import BASELINE
from analysis.dashboard import address, place, port_figures
from analysis.dashboard.address import View
from analysis.dashboard.controls import Choice, Entry
from analysis.dashboard.desk import Desk
from analysis.dashboard.figures import nothing
from analysis.dashboard.frame import Children, refusal
from analysis.dashboard.levers import offered, title_of_proposal
from analysis.dashboard.live import Live
from analysis.dashboard.live_process import quoted
from analysis.dashboard.mix import MIX, check_mix, mixed, write_scenario
from analysis.language import speaking, tell
from sim.errors import InputError
from sim.execute.provenance import code_digest
from sim.intervention import Scenario
from sim.port_day_table import TABLE, read_port_day

EVERY_MS = 2000


def page(view: View, desk: Desk) -> Children:
    """Lay the page out for a view."""
    ports = place.names()
    known = {port for port, _ in ports}
    missing = (
        []
        if view.port in known
        else [html.P(tell("There is no port “{name}”.", name=view.port[:60]), className="notice")]
    )
    proposals = [(name, title_of_proposal(name, one)) for name, one in offered().items()]
    choices = [("", tell("none: the baseline alone")), *proposals]
    if view.mix or view.closed:
        choices.insert(1, (MIX, tell("the mix of the other page")))
    return [
        html.H1(tell("A day at a port")),
        html.P(tell("One day is simulated vehicle by vehicle, from the midnight before the last. "
                    "It is an example: other days look different."), className="about"),
        *missing,
        html.Div(
            [
                Choice("port-port", tell("Port"), ports,
                       view.port if view.port in known else ports[0][0]),
                Entry("port-day", tell("Day"), view.day.isoformat(), "date",
                      low="1990-01-01", high="2060-12-31"),
                Choice("port-proposal", tell("With the proposal"), choices,
                       view.proposal if view.proposal in dict(choices) else ""),
                html.Button(tell("Show the day"), id="port-run", type="button"),
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
        found = mixed(offered(), view.mix, dict(view.lever), view.closed)
    else:
        found = mixed(offered(), [view.proposal], {}, [])
    check_mix(found)
    return found


def _name(view: View, scenario: Scenario | None) -> str:
    changes = repr(scenario.interventions if scenario else "")
    words = (view.port, view.day.isoformat(), changes, code_digest())
    return "day" + hashlib.sha256("\0".join(words).encode()).hexdigest()[:12]


def _begin(view: View, scenario: Scenario | None, live: Live) -> None:
    name = _name(view, scenario)
    folder = live.asked(name)
    words = [
        "sim.port_day",
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
    table, about = read_port_day(folder)
    titles = {name: str(title) for name, title in about["scenarios"].items()}
    titles[BASELINE] = tell("baseline")
    return table, titles


def _titles(view: View, known: dict[str, str]) -> dict[str, str]:
    """What the day is compared with, in the language spoken."""
    parts = view.mix if view.proposal == MIX else (view.proposal,)
    every = offered()
    named = [title_of_proposal(part, every[part]) for part in parts if part in every]
    return {name: " + ".join(named) for name in known if name != BASELINE and named}


def register(app: Dash, desk: Desk) -> None:
    """Let the page answer."""
    live = desk.live

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
        State("asked", "children"),
        prevent_initial_call="initial_duplicate",
    )
    def show(
        port: str, day: str, proposal: str, _: int, __: int, asked: str
    ) -> tuple[Any, Any, Any, bool]:
        view = _view(port, day, proposal, asked)
        with speaking(view.lang):
            try:
                if port not in {name for name, _ in place.names()}:
                    raise InputError(tell("There is no port “{name}”.", name=str(port)[:60]))
                scenario = _scenario(view)
                name = _name(view, scenario)
                folder = live.asked(name)
                if (folder / TABLE).is_file() and not live.is_busy(name):
                    table, titles = read_day(folder)
                    titles |= _titles(view, titles)
                    return address.query(view), "", port_figures.shown(table, titles), True
                if ctx.triggered_id == "port-run":
                    _begin(view, scenario, live)
                if live.is_busy(name):
                    words = tell("The day is being simulated …")
                    return address.query(view), words, no_update, False
                if ctx.triggered_id == "port-clock":
                    raise InputError(live.said(name) or tell("The day could not be simulated."))
            except (InputError, OSError, ValueError, KeyError) as error:
                return no_update, "", [refusal(InputError(str(error)))], True
            words = tell("Press “Show the day”; it takes a few seconds.")
            return address.query(view), "", [nothing(words)], True


def _view(port: str, day: str, proposal: str, asked: str) -> View:
    """Read the view from the controls, by the rules of an address."""
    base, _ = address.read("/port", asked)
    pairs = [("port", str(port)), ("day", str(day)), ("proposal", str(proposal or ""))]
    view, _ = address.read("/port", address.encoded(pairs))
    return dataclasses.replace(base, port=view.port, day=view.day, proposal=view.proposal)
