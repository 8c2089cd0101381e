"""What the page of mixes does: follow its controls, run, and keep."""

import datetime
from collections.abc import Collection
from typing import Any

from dash import Dash, Input, Output, State, html, no_update

from analysis.dashboard import address, keeping, mix_answer, running
from analysis.dashboard import mix as place
from analysis.dashboard.address import View
from analysis.dashboard.frame import AppState, Children, refusal
from analysis.dashboard.levers import offered
from analysis.dashboard.live import Request
from analysis.dashboard.mix import closed_ports, mixed, yaml_of
from analysis.dashboard.mix_page import mix_map, offer_levers
from analysis.language import gettext, in_language
from sim.errors import InputError
from sim.parameters import Parameters
from sim.scenario.intervention import Scenario

CONTROLS = running.Controls(
    "mix",
    ("mix", "closed", "where", "around", "days", "year", "start", "adversary", "replications",
     "vehicles", "weekdays", "run"),
)  # fmt: skip


def scenario_of(view: View) -> Scenario:
    """The mix of a view, checked."""
    if not view.mix and not view.closed:
        raise InputError(gettext("choose-a-proposal-or-close"))
    scenario = mixed(offered(), view.mix, dict(view.lever), view.closed, view.year)
    scenario.check(Parameters())
    return scenario


def request_of(view: View) -> Request:
    """What a run of this view is asked to do."""
    ports = place.simulated(view.where, view.around, view.year)
    settings = (
        f"ports=[{','.join(ports)}]",
        f"year={view.year}",
        f"run.start={view.start.isoformat()}",
        f"run.days={view.days}",
        *((f"adversary={view.adversary}",) if view.adversary else ()),
    )
    return Request(scenario_of(view), settings, len(ports), view.days, view.replications)


def register(app: Dash, app_state: AppState) -> None:
    """Register the callbacks of the page, each group on its subject."""
    runner = running.Runner(CONTROLS, request_of, mix_answer.shown)
    _follow_controls(app)
    _keep_fields_in_step(app)
    running.register(app, app_state, runner)
    keeping.register(app, app_state, runner)


def _follow_controls(app: Dash) -> None:
    """Show what the controls describe: their levers, the address, the map and the scenario."""
    offer_levers(app, "mix")

    @app.callback(
        Output("query", "data", allow_duplicate=True),
        Output("mix-map", "figure"),
        Output("mix-yaml", "children"),
        Output("mix-trouble", "children"),
        *CONTROLS.places(Input),
        prevent_initial_call="initial_duplicate",
    )
    def follow(*given: Any) -> tuple[Any, ...]:
        view, complaints = CONTROLS.read(*given)
        with in_language(view.lang):
            ports: Collection[str] = ()
            closing: set[str] = set()
            text, name = "", ""
            trouble: Children = [refusal(InputError(line)) for line in complaints]
            try:
                ports = place.simulated(view.where, view.around, view.year)
                if view.mix or view.closed:
                    request = request_of(view)
                    text, name = yaml_of(request.scenario), request.name
                    closing = closed_ports(request.scenario, place.ports_of(view.year))
            except InputError as error:
                trouble = [refusal(error)]
            if view.run and not trouble and name != view.run:
                words = gettext("the-controls-have-changed-since")
                trouble = [html.P(words, className="notice", role="status")]
            figure = mix_map(ports, view.closed, closing) if ports else no_update
            return address.query(view), figure, text, trouble


def _keep_fields_in_step(app: Dash) -> None:
    """Change one field where another is changed: the date with the year, closures with the map."""

    @app.callback(Output("mix-around", "disabled"), Input("mix-where", "value"))
    def near_only(where: str) -> bool:
        """A port is named only where what is simulated lies around it."""
        return where != place.NEAR

    @app.callback(
        Output("mix-start", "value"),
        Input("mix-year", "value"),
        State("mix-start", "value"),
        prevent_initial_call=True,
    )
    def begin_in(year: str, start: str) -> Any:
        """Begin on the same day of the year whose traffic is chosen."""
        try:
            day = datetime.date.fromisoformat(start)
            return day.replace(year=int(year)).isoformat()
        except (ValueError, TypeError):  # 29 February, or no date at all
            return no_update

    @app.callback(
        Output("mix-closed", "value"),
        Output("mix-map", "clickData"),
        Input("mix-map", "clickData"),
        State("mix-closed", "value"),
        prevent_initial_call=True,
    )
    def toggle(clicked: dict[str, Any] | None, closed: list[str]) -> tuple[Any, Any]:
        try:
            port = str(clicked["points"][0]["customdata"]) if clicked else ""
        except (KeyError, IndexError, TypeError):
            port = ""
        if port not in {name for name, _ in place.names()}:
            return no_update, no_update
        kept = [name for name in closed if name != port]
        return (kept if port in closed else [*closed, port]), None
