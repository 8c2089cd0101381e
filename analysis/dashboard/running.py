"""A run that a page begins, watches and cancels: the same bar and the same words on every page."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from analysis.dashboard import address
from analysis.dashboard.address import View
from analysis.dashboard.arrivals import Arrivals, Hours
from analysis.dashboard.frame import AppState, Children, attributes, refusal, why
from analysis.dashboard.hours import weekday_names
from analysis.dashboard.levers import levers, offered
from analysis.dashboard.live import PREPARING, STOPPING, WAITING, Live, Request
from analysis.language import gettext, in_language
from sim.errors import InputError
from sim.execute.live import read_plan
from sim.progress import Status, in_words
from sim.results.reading import Study

EVERY_MS = 600
"""How often a run is looked at."""
UNDER_WAY = (WAITING, PREPARING, STOPPING, "running", "writing")


@dataclass(frozen=True, slots=True)
class Controls:
    """What a page is read from: its controls by the field of the address that each sets.

    Attributes
    ----------
    page : str
    fields : tuple of str
        The control of a field is called after page and field; that of ``mix`` is ``proposals``,
        that of ``roster`` is ``duty``, and ``run`` is kept in a store called ``name``.
    """

    page: str
    fields: tuple[str, ...]

    def places(self, kind: type) -> list[Any]:
        """The controls, the levers, and the address, as Input or as State."""
        named = [(field, f"{self.page}-{NAMED.get(field, field)}") for field in self.fields]
        return [
            *(kind(name, "data" if field == "run" else "value") for field, name in named),
            kind(self.levers, "value"), State(self.levers, "id"), State("page-query", "children"),
        ]  # fmt: skip

    @property
    def levers(self) -> dict[str, Any]:
        """The levers of the page."""
        return {f"{self.page}-lever": ALL}

    def read(self, *given: Any) -> tuple[View, list[str]]:
        """Read the view by the rules of an address, and what in the controls cannot be.

        What is run must be what the page shows, so nothing is run while there are complaints.
        """
        *values, places, ids, search = given
        base, _ = address.read(f"/{self.page}", search)
        pairs = [
            (field, _text(part))
            for field, value in zip(self.fields, values, strict=True)
            for part in (value if isinstance(value, list) else [value])
        ]
        pairs += [
            ("lever", f"{identity[f'{self.page}-lever']}:{value:.10g}")
            for identity, value in zip(ids, places, strict=True)
            if value is not None
        ]
        with in_language(base.lang):
            complaints = [_wrong(*pair) for pair in pairs if not address.can_be(*pair)]
        view, _ = address.read(f"/{self.page}", address.encoded(pairs))
        known = offered()
        still = {
            lever.name: lever.value
            for part in view.mix
            if part in known
            for lever in levers(part, known[part])
        }
        moved = tuple((key, value) for key, value in view.lever if still.get(key) != value)
        read = {field: getattr(view, field) for field in self.fields}
        return base.replaced(**read, lever=moved, begin=False), complaints


def _wrong(field: str, value: str) -> str:
    """Say of a control that what it holds cannot be."""
    hour = re.match(r"([0-6])-(\d{1,2}):", value) if field == "roster" else None
    if hour is not None:
        when = gettext("day-and-hour", day=weekday_names()[int(hour[1])], hour=int(hour[2]))
        return gettext("roster-not-whole", when=when, officers=value[hour.end() :][:20])
    names = {
        "replications": f"{gettext('pairs-heading')} (1–{address.MOST_REPLICATIONS})",
        "start": f"{gettext('from')} (1990–2060)",
    }
    return gettext("control-cannot-be", name=names.get(field, field), value=value[:40])


NAMED = {"mix": "proposals", "roster": "duty", "run": "name"}
"""Controls that are not called after their field."""


def _text(value: Any) -> str:
    """A value of a control as an address has it."""
    if isinstance(value, list):  # an hour of a roster
        return "{}-{}:{}".format(*value)
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return "" if value is None else str(value)


def words_of(status: Status) -> str:
    """How far a run has come, in one line with one truth."""
    count = {"done": status.done, "total": status.total}
    if status.state == WAITING:
        return gettext("status-waiting")
    if status.state == PREPARING or (status.state == "running" and not status.total):
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
    controls : Controls
    request : callable
        From the view to what is run.
    shown : callable
        From what has arrived to the page's content.
    watched : tuple of str
        Fields that change what is shown, not what is run.
    """

    controls: Controls
    request: Callable[[View], Request]
    shown: Callable[[Study, Hours, View], Children]
    watched: tuple[str, ...] = ("vehicles", "weekdays")

    @property
    def name(self) -> str:
        """Name of the page, with which ids begin."""
        return self.controls.page


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
        *runner.controls.places(State),
        prevent_initial_call="initial_duplicate",
    )
    def press(run: int | None, cancel: int | None, *given: Any) -> tuple[Any, ...]:
        asked, _ = address.read(f"/{runner.name}", given[-1])
        pressed = str(ctx.triggered_id or "")
        if not pressed and not asked.begin:
            return no_update, no_update, no_update
        view, complaints = runner.controls.read(*given)
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
                return no_update, no_update, why(error)
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
        *(Input(f"{name}-{field}", "value") for field in runner.watched),
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
        view, _ = _with(view, dict(zip(runner.watched, given, strict=False)))
        with in_language(view.lang):
            try:
                status = live.status(run)
                over = status.state not in UNDER_WAY
                shown: Any = no_update
                new = str(status.done) != seen or over or ctx.triggered_id != f"{name}-clock"
                if new and (live.path(run) / "plan.json").is_file():
                    plan = read_plan(live.path(run))
                    study = arrivals.study(plan, live.facts(run))
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
