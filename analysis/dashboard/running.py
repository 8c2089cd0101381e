"""A run that a page begins, watches and cancels: the same bar and the same words on every page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dash import Dash, Input, Output, State, ctx, dcc, html, no_update

from analysis.dashboard import address
from analysis.dashboard.address import View
from analysis.dashboard.arrivals import Arrivals, Hours
from analysis.dashboard.frame import AppState, Children, attributes, refusal
from analysis.dashboard.live import PREPARING, STOPPING, WAITING, Live, Request
from analysis.dashboard.mix import MIX
from analysis.language import gettext, in_language
from sim.errors import InputError
from sim.execute.live import read_plan
from sim.progress import Status, in_words
from sim.results.reading import Study

EVERY_MS = 600
"""How often a run is looked at."""
UNDER_WAY = (WAITING, PREPARING, STOPPING, "running", "writing")


def controls_of(names: Sequence[str], levers: dict[str, Any], kind: type) -> list[Any]:
    """List what a page is read from: its controls, the name of its run, its levers, its address."""
    places = [kind(name, "data" if name.endswith("-name") else "value") for name in names]
    return [*places, kind(levers, "value"), State(levers, "id"), State("page-query", "children")]


def words_of(status: Status) -> str:
    """How far a run has come, in one line with one truth."""
    count = {"done": status.done, "total": status.total}
    if status.state == WAITING:
        return gettext("status-waiting")
    if status.state == PREPARING:
        return gettext("status-preparing")
    if status.state == STOPPING:
        return gettext("status-stopping", **count)
    if status.state == "running":
        left = "" if not status.left_s else gettext("left", time=in_words(status.left_s))
        return gettext("of-replications", **count) + left
    if status.state == "writing":
        return gettext("all-replications-are-done-tables", **count)
    if status.state == "done":
        return gettext("done-replications", **count)
    return gettext("stopped-at-of-replications-which", **count)


def bar(name: str, view: View, words: str) -> html.Div:
    """Run, Cancel and how far it has come; it stays in view while the page scrolls.

    Parameters
    ----------
    name : str
        Of the page, with which its ids begin.
    view : View
    words : str
        What is said before anything runs.
    """
    return html.Div(
        [
            html.Button(gettext("run"), id=f"{name}-run", type="button", title="Ctrl+Enter"),
            html.Button(gettext("cancel"), id=f"{name}-cancel", type="button", className="plain",
                        disabled=True),
            html.P(words, id=f"{name}-words", role="status"),
            html.Progress(id=f"{name}-progress", value="0", max="1",
                          **attributes(aria_label=gettext("replications-done"))),
            dcc.Store(id=f"{name}-name", data=view.run),
            dcc.Interval(id=f"{name}-clock", interval=EVERY_MS, disabled=not view.run,
                         max_intervals=1),
        ],
        className="runbar",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Runner:
    """What a page runs, and how it shows what comes of it.

    Attributes
    ----------
    name : str
        Of the page.
    inputs : callable
        Its controls, as Input or as State.
    read : callable
        From their values to the view, and what in them cannot be.
    request : callable
        From the view to what is run.
    shown : callable
        From what has arrived to the page's content.
    watched : tuple of str
        Controls that change what is shown, not what is run.
    """

    name: str
    inputs: Callable[[type], list[Any]]
    read: Callable[..., tuple[View, list[str]]]
    request: Callable[[View], Request]
    shown: Callable[[Study, Hours, View], Children]
    watched: tuple[str, ...]


def register(app: Dash, app_state: AppState, runner: Runner) -> None:
    """Let the bar of a page answer."""
    _start_and_cancel(app, app_state.live, runner)
    _watch(app, app_state.live, app_state.arrivals, runner)


def _start_and_cancel(app: Dash, live: Live, runner: Runner) -> None:
    @app.callback(
        Output(f"{runner.name}-name", "data"),
        Output(f"{runner.name}-clock", "disabled", allow_duplicate=True),
        Output(f"{runner.name}-words", "children", allow_duplicate=True),
        Input(f"{runner.name}-run", "n_clicks"),
        Input(f"{runner.name}-cancel", "n_clicks"),
        *runner.inputs(State),
        prevent_initial_call="initial_duplicate",
    )
    def press(run: int | None, cancel: int | None, *given: Any) -> tuple[Any, ...]:
        asked, _ = address.read(f"/{runner.name}", given[-1])
        pressed = str(ctx.triggered_id or "")
        if not pressed and not asked.begin:
            return no_update, no_update, no_update
        view, complaints = runner.read(*given)
        with in_language(view.lang):
            if pressed == f"{runner.name}-cancel":
                if view.run:
                    live.cancel(view.run)
                return no_update, False, no_update
            if complaints:
                return no_update, no_update, " ".join(complaints)
            try:
                name = live.start(runner.request(view))
            except (InputError, OSError) as error:
                return no_update, no_update, str(error)
            return name, False, gettext("status-preparing")


def _watch(app: Dash, live: Live, arrivals: Arrivals, runner: Runner) -> None:
    name = runner.name

    @app.callback(
        Output(f"{name}-words", "children"),
        Output(f"{name}-progress", "value"),
        Output(f"{name}-progress", "max"),
        Output(f"{name}-shown", "children"),
        Output(f"{name}-clock", "disabled"),
        Output(f"{name}-cancel", "disabled"),
        Output(f"{name}-clock", "max_intervals"),
        Input(f"{name}-clock", "n_intervals"),
        *(Input(control, "value") for control in runner.watched),
        State(f"{name}-name", "data"),
        State(f"{name}-progress", "value"),
        State("query", "data"),
        State("page-query", "children"),
    )
    def look(ticks: int | None, *given: Any) -> tuple[Any, ...]:
        run, seen, search, first = given[-4:]
        if not run:
            return (no_update,) * 7
        once_more = (ticks or 0) + 1  # the next look waits for this answer, however long it takes
        view, _ = address.read(f"/{name}", search or first)
        chosen = zip(runner.watched, given, strict=False)
        view, _ = _with(view, {control.rpartition("-")[2]: value for control, value in chosen})
        with in_language(view.lang):
            try:
                status = live.status(run)
                over = status.state not in UNDER_WAY
                shown: Any = no_update
                new = str(status.done) != seen or over or ctx.triggered_id != f"{name}-clock"
                if new and (live.path(run) / "plan.json").is_file():
                    plan = read_plan(live.path(run))
                    facts = {"days": live.days(run), "scenarios": {MIX: gettext("this-mix")}}
                    study = arrivals.study(plan, facts)
                    if len(study.summary):
                        shown = runner.shown(study, arrivals.hours(plan), view)
                total = str(max(status.total, 1))
                words = words_of(status)
                return words, str(status.done), total, shown, over, over, once_more
            except InputError as error:
                return "", "0", "1", [refusal(error)], True, True, once_more


def _with(view: View, changes: dict[str, Any]) -> tuple[View, list[str]]:
    """A view with what the controls of the chart say, by the rules of an address."""
    pairs = [(key, str(value or "")) for key, value in changes.items()]
    read, complaints = address.read(f"/{view.page}", address.encoded(pairs))
    return view.replaced(**{key: getattr(read, key) for key in changes}), complaints
