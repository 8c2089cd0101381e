"""What the page of mixes does: follow its controls, run, cancel and keep."""

import contextlib
import dataclasses
import datetime
import shlex
from pathlib import Path
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, html, no_update

from analysis.compare import HEADLINE
from analysis.dashboard import address, mix_answer
from analysis.dashboard import mix as place
from analysis.dashboard.address import View
from analysis.dashboard.frame import AppState, Children, refusal
from analysis.dashboard.levers import levers, offered
from analysis.dashboard.live import WAITING, Live, Request
from analysis.dashboard.mix import MIX, check_mix, closed_ports, mixed, write_scenario, yaml_of
from analysis.dashboard.mix_page import lever_controls, mix_map
from analysis.language import gettext, in_language
from sim.errors import InputError
from sim.execute.live import read_plan
from sim.progress import Status, in_words
from sim.scenario.intervention import Scenario

KEPT_MIXES = "scenarios"
"""Folder beside the live runs in which mixes are kept."""

ENDED = ("done", "interrupted", "failed", "dead")

CONTROLS = (
    "mix-proposals", "mix-closed", "mix-where", "mix-around", "mix-days", "mix-year", "mix-start",
    "mix-adversary", "mix-replications", "mix-metric", "mix-name",
)  # fmt: skip


def _inputs(kind: type) -> list[Any]:
    places = [kind(name, "data" if name == "mix-name" else "value") for name in CONTROLS]
    return [*places, kind({"lever": ALL}, "value"), State({"lever": ALL}, "id"),
            State("page-query", "children")]  # fmt: skip


def view_of(*given: Any) -> View:
    """Read the view from the controls; what cannot be is as by default."""
    return read_controls(*given)[0]


def read_controls(*given: Any) -> tuple[View, list[str]]:
    """Read the view from the controls, by the rules of an address, and what in them cannot be.

    What is run must be what the page shows, so nothing is run while there are complaints.
    """
    (proposals, closed, where, around, days, year, start, kind, runs, metric, name, values, ids,
     search) = given  # fmt: skip
    fields = {
        "mix": proposals, "closed": closed, "where": [where], "around": [around], "days": [days],
        "year": [year], "start": [start], "adversary": [kind], "replications": [_whole(runs)],
        "metric": [metric], "run": [name or ""],
        "lever": [f"{identity['lever']}:{value:.10g}"
                  for identity, value in zip(ids, values, strict=True) if value is not None],
    }  # fmt: skip
    base, _ = address.read("/mix", search)
    pairs = [(key, str(value)) for key, chosen in fields.items() for value in chosen or []]
    view, complaints = address.read("/mix", address.encoded(pairs))
    by_name = offered()
    still = {lever.name: lever.value for part in view.mix if part in by_name
             for lever in levers(part, by_name[part])}  # fmt: skip
    moved = tuple((key, value) for key, value in view.lever if still.get(key) != value)
    read = dataclasses.replace(
        base,
        **{key: getattr(view, key) for key in fields} | {"lever": moved},
    )
    return read, complaints


def _whole(number: float | None) -> str:
    """A number as it was typed; empty where the field is."""
    if number is None:
        return ""
    return f"{number:.0f}" if float(number).is_integer() else str(number)


def scenario_of(view: View) -> Scenario:
    """The mix of a view, checked."""
    if not view.mix and not view.closed:
        raise InputError(gettext("choose-a-proposal-or-close"))
    scenario = mixed(offered(), view.mix, dict(view.lever), view.closed, view.year)
    check_mix(scenario)
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


def _is_of(view: View) -> bool:
    """Whether the run that is watched is of the mix that the controls show."""
    try:
        return request_of(view).name == view.run
    except InputError:
        return False


def register(app: Dash, app_state: AppState) -> None:
    """Register the callbacks of the page, each group on its subject."""
    _follow_controls(app)
    _keep_fields_in_step(app)
    _start_and_cancel(app, app_state.live)
    _watch(app, app_state.live)
    _save(app, app_state)


def _follow_controls(app: Dash) -> None:
    """Show what the controls describe: their levers, the address, the map and the scenario."""

    @app.callback(
        Output("mix-levers", "children"),
        Input("mix-proposals", "value"),
        State({"lever": ALL}, "value"),
        State({"lever": ALL}, "id"),
        State("page-query", "children"),
        prevent_initial_call=True,
    )
    def offer_levers(
        proposals: list[str], values: list[float], ids: list[dict[str, str]], search: str
    ) -> Children:
        with in_language(address.language(search)):
            available = offered()
            places = {identity["lever"]: value for identity, value in zip(ids, values, strict=True)}
            return lever_controls(
                available, [name for name in proposals if name in available], places
            )

    @app.callback(
        Output("query", "data", allow_duplicate=True),
        Output("mix-map", "figure"),
        Output("mix-yaml", "children"),
        Output("mix-trouble", "children"),
        *_inputs(Input),
        prevent_initial_call="initial_duplicate",
    )
    def follow(*given: Any) -> tuple[Any, ...]:
        view, complaints = read_controls(*given)
        with in_language(view.lang):
            closing: set[str] = set()
            text = ""
            trouble: Children = [refusal(InputError(line)) for line in complaints]
            try:
                if view.mix or view.closed:
                    scenario = scenario_of(view)
                    text = yaml_of(scenario)
                    closing = closed_ports(scenario, place.ports_of(view.year))
            except InputError as error:
                trouble = [refusal(error)]
            if view.run and not trouble and not _is_of(view):
                words = gettext("the-controls-have-changed-since")
                trouble = [html.P(words, className="notice", role="status")]
            ports = place.simulated(view.where, view.around, view.year)
            figure = mix_map(ports, view.closed, closing)
            return address.query(view), figure, text, trouble


def _keep_fields_in_step(app: Dash) -> None:
    """Change one field where another is changed: the date with the year, closures with the map."""

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


def _start_and_cancel(app: Dash, live: Live) -> None:
    """Start a run of the mix, or cancel the one that is shown."""

    @app.callback(
        Output("mix-name", "data"),
        Output("mix-clock", "disabled", allow_duplicate=True),
        Output("mix-words", "children", allow_duplicate=True),
        Input("mix-run", "n_clicks"),
        Input("mix-cancel", "n_clicks"),
        *_inputs(State),
        prevent_initial_call=True,
    )
    def press(run: int | None, cancel: int | None, *given: Any) -> tuple[Any, ...]:
        view, complaints = read_controls(*given)
        with in_language(view.lang):
            if ctx.triggered_id == "mix-cancel":
                if view.run:
                    live.cancel(view.run)
                return no_update, no_update, gettext("cancelled-what-is-done-is")
            if complaints:
                return no_update, no_update, " ".join(complaints)
            try:
                name = live.start(request_of(view))
            except (InputError, OSError) as error:
                return no_update, no_update, str(error)
            return name, False, gettext("starting")


def _watch(app: Dash, live: Live) -> None:
    """Show how far the run has come and what it has found, at every tick of the page's clock."""
    arrivals = mix_answer.Arrivals()  # reads each finished replication once, for all readers

    @app.callback(
        Output("mix-words", "children"),
        Output("mix-progress", "value"),
        Output("mix-progress", "max"),
        Output("mix-shown", "children"),
        Output("mix-clock", "disabled"),
        Output("mix-cancel", "disabled"),
        Output("mix-clock", "max_intervals"),
        Input("mix-clock", "n_intervals"),
        Input("mix-metric", "value"),
        State("mix-name", "data"),
        State("page-query", "children"),
    )
    def look(ticks: int | None, metric: str, name: str, search: str) -> tuple[Any, ...]:
        if not name:
            return (no_update,) * 7
        once_more = (ticks or 0) + 1  # the next look waits for this answer, however long it takes
        with in_language(address.language(search)):
            try:
                status = live.status(name)
                busy = live.is_busy(name)
                words, over = _progress_text(status, busy), not busy and status.state in ENDED
                shown: Any = no_update
                if (live.path(name) / "plan.json").is_file():
                    plan = read_plan(live.path(name))
                    facts = {"days": live.days(name), "scenarios": {MIX: gettext("this-mix")}}
                    study = arrivals.study(plan, facts)
                    shown = mix_answer.shown(study, metric if metric in HEADLINE else HEADLINE[0])
                total = str(max(status.total, 1))
                return words, str(status.done), total, shown, over, not busy, once_more
            except InputError as error:
                return str(error), "0", "1", [refusal(error)], True, True, once_more


def _save(app: Dash, app_state: AppState) -> None:
    """Write the mix to a file, and show the command that runs it."""

    @app.callback(
        Output("mix-saved", "children"),
        Input("mix-save", "n_clicks"),
        State("mix-save-name", "value"),
        *_inputs(State),
        prevent_initial_call=True,
    )
    def save(_: int, name: str, *given: Any) -> Any:
        view, complaints = read_controls(*given)
        with in_language(view.lang):
            try:
                if complaints:
                    raise InputError(" ".join(complaints))
                if not name or not address.is_scenario_name(name):
                    raise InputError(gettext("a-name-has-small-letters"))
                folder = app_state.folders.roots[0] / KEPT_MIXES
                path = write_scenario(scenario_of(view), folder, name)
            except (InputError, OSError) as error:
                return refusal(InputError(str(error)))
            command = f"python -m sim study.scenarios={_shown(path.parent)} compare=[{name}]"
            return html.P([gettext("saved-run-it-with"), " ", html.Code(command)])


def _progress_text(status: Status, busy: bool) -> str:
    """How far a live run has come, in a sentence."""
    count = {"done": status.done, "total": status.total}
    if status.state == WAITING:
        return gettext("starting-or-waiting-for-another")
    if status.state == "running" and busy:
        left = "" if not status.left_s else gettext("left", time=in_words(status.left_s))
        return gettext("of-replications", **count) + left
    if status.state == "writing" and busy:
        return gettext("all-replications-are-done-tables", **count)
    if status.state == "done":
        return gettext("done-replications", **count)
    return gettext("stopped-at-of-replications-which", **count)


def _shown(path: Path) -> str:
    """A path as one would type it: from here where it is below, in quotes where it must be."""
    with contextlib.suppress(ValueError):
        path = path.resolve().relative_to(Path.cwd())
    return shlex.quote(str(path))
