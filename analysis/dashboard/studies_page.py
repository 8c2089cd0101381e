"""The page of studies: every results folder, and how far those have come that run."""

import datetime
import json
from pathlib import Path
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from analysis.dashboard import address, growing
from analysis.dashboard.address import View, href
from analysis.dashboard.figures import table
from analysis.dashboard.folders import is_live
from analysis.dashboard.frame import AppState, Children, attributes
from analysis.dashboard.mix import MIX
from analysis.language import gettext, in_language
from sim.errors import InputError
from sim.execute.live import PLAN_FILE
from sim.progress import Status, in_words, read_status

EVERY_MS = 2000
MOST_SHOWN = 100
UNDER_WAY = ("running", "writing")


def page(view: View, app_state: AppState) -> Children:
    """Lay the page out for a view."""
    return [
        html.H1(gettext("studies")),
        html.P(gettext("results-folders-under-one-that",
                    roots=", ".join(root.name for root in app_state.folders.roots)),
               className="about"),
        html.Div(listed(view, app_state), id="studies-shown"),
        *growing.place(view, app_state),
        dcc.Interval(id="studies-clock", interval=EVERY_MS),
    ]  # fmt: skip


def listed(view: View, app_state: AppState) -> Children:
    """The tables of studies and of live runs."""
    folders = app_state.folders.paths()
    order = sorted(folders, key=lambda name: -_written(folders[name]))
    groups = (
        (gettext("studies"), [name for name in order if not is_live(name)]),
        (gettext("live-runs"), [name for name in order if is_live(name)]),
    )
    shown: Children = []
    for words, names in groups:
        if names:
            rows = [_row(view, name, folders[name]) for name in names[:MOST_SHOWN]]
            head = [gettext("study"), gettext("state"), gettext("replications-heading"),
                    gettext("scenarios"), gettext("days"), gettext("written")]  # fmt: skip
            shown.append(table(words, head, rows))
            if len(names) > MOST_SHOWN:
                more = gettext("older-ones-are-not-listed", count=len(names) - MOST_SHOWN)
                shown.append(html.P(more, className="note"))
    if not shown:
        words = gettext("there-is-no-study-yet")
        shown = [html.P(words, className="notice")]
    return shown


def _row(view: View, name: str, path: Path) -> list[Any]:
    manifest = _manifest(path)
    whole = bool(manifest)
    title: Any = name
    if whole:
        target = href(view.replaced(study=name, scenarios=(), adversary=""), "results")
        title = html.A(name, href=target, className="go")
    elif (path / PLAN_FILE).is_file():
        target = href(view.replaced(study=name, scenarios=(), adversary=""), "studies")
        title = html.A(gettext("see-it-grow", name=name), href=target, className="go")
    scenarios = manifest.get("scenarios")
    if is_live(name) and isinstance(scenarios, dict):
        title = [title, html.Span(_short(str(scenarios.get(MIX, ""))), className="note")]
    try:
        state: Any = _state(read_status(path))
    except InputError:
        state = gettext("done") if whole else gettext("not-known")
    return [
        title,
        state,
        str(manifest.get("replications", "")),
        str(len(scenarios)) if isinstance(scenarios, dict) else "",
        str(manifest.get("days", "")),
        _clock(_written(path)),
    ]


def _short(words: str) -> str:
    return f" {words}" if len(words) <= 120 else f" {words[:119]}…"


def _state(status: Status) -> Any:
    words = {
        "running": gettext("running"),
        "writing": gettext("writing-its-tables"),
        "done": gettext("done"),
        "interrupted": gettext("stopped-the-same-command-continues"),
        "failed": gettext("failed-the-same-command-continues"),
        "dead": gettext("ended-without-a-word-the"),
    }.get(status.state, status.state)
    if status.state == "done":
        return words
    left = "" if not status.left_s else gettext("left", time=in_words(status.left_s))
    count = gettext("done-of-total", done=status.done, total=status.total)
    if status.state not in UNDER_WAY:
        return f"{words} ({count})"
    return [
        f"{words}: {count}{left}",
        html.Progress(
            value=str(status.done),
            max=str(max(status.total, 1)),
            **attributes(aria_label=gettext("replications-done")),
        ),
    ]


def _manifest(path: Path) -> dict[str, Any]:
    try:
        content = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _written(path: Path) -> float:
    times = [0.0]
    for name in ("manifest.json", "progress.json"):
        try:
            times.append((path / name).stat().st_mtime)
        except OSError:
            continue
    return max(times)


def _clock(moment: float) -> str:
    if not moment:
        return ""
    local = datetime.datetime.fromtimestamp(moment).astimezone()
    return local.strftime("%Y-%m-%d %H:%M")


def register(app: Dash, app_state: AppState) -> None:
    """Let the page answer."""
    growing.register(app, app_state)

    @app.callback(
        Output("studies-shown", "children"),
        Input("studies-clock", "n_intervals"),
        State("page-query", "children"),
        prevent_initial_call=True,
    )
    def refresh(_: int, search: str) -> Any:
        view, _complaints = address.read("/studies", search)
        with in_language(view.lang):
            return listed(view, app_state) if app_state.folders.paths() else no_update
