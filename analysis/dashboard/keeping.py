"""What a reader takes away from a run: a scenario with the command that repeats it, and numbers."""

import contextlib
import io
import shlex
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update

from analysis.compare import HEADLINE, compare
from analysis.dashboard import address
from analysis.dashboard.address import View
from analysis.dashboard.arrivals import Hours
from analysis.dashboard.frame import AppState, attributes, refusal
from analysis.dashboard.hours import hours_frame
from analysis.dashboard.live import Request
from analysis.dashboard.mix import write_scenario
from analysis.dashboard.running import Runner
from analysis.language import gettext, in_language
from analysis.tables import differences, write_workbook
from analysis.wording import as_csv
from sim.errors import InputError
from sim.execute.live import read_plan
from sim.results.reading import Study

KEPT_MIXES = "scenarios"
"""Folder beside the live runs in which mixes are kept."""


def command_of(request: Request, file: Path) -> str:
    """The two commands that repeat what the screen shows, numbers and all.

    Parameters
    ----------
    request : Request
        What was run.
    file : pathlib.Path
        Of the scenario that was kept.
    """
    name = file.stem
    results = file.parent.parent / name
    words = [
        f"study.scenarios={shown_path(file.parent)}",
        f"compare=[{name}]",
        *(shlex.quote(word) for word in request.settings),
        f"run.replications={request.replications}",
        f"study.dir={shown_path(results)}",
    ]
    run = " ".join(["python -m sim", *words])
    return f"{run}\npython -m analysis compare {shown_path(results)}"


def shown_path(path: Path) -> str:
    """A path as one would type it: from here where it is below, in quotes where it must be."""
    with contextlib.suppress(ValueError):
        path = path.resolve().relative_to(Path.cwd())
    return shlex.quote(str(path))


def tables_of(study: Study, hours: Hours, view: View) -> dict[str, pd.DataFrame]:
    """What a run comes to as tidy tables: measures, and waits by hour as the page shows them."""
    return {
        "Measures": differences(study, compare(study, HEADLINE)),
        "Waits by hour": hours_frame(hours, view),
    }


def workbook(study: Study, sheets: dict[str, pd.DataFrame]) -> bytes:
    """The tables as a workbook."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tables.xlsx"
        write_workbook(path, sheets, study)
        return path.read_bytes()


def text(sheets: dict[str, pd.DataFrame]) -> str:
    """The tables as one CSV for a spreadsheet, below each other."""
    parts = io.StringIO()
    for k, table in enumerate(sheets.values()):
        parts.write(("\r\n" if k else "") + as_csv(table).lstrip("\ufeff"))
    return "\ufeff" + parts.getvalue()


def register(app: Dash, app_state: AppState, runner: Runner) -> None:
    """Let a page save its scenario and hand out its numbers."""
    name = runner.name

    @app.callback(
        Output(f"{name}-saved", "children"),
        Input(f"{name}-save", "n_clicks"),
        State(f"{name}-save-name", "value"),
        *runner.controls.places(State),
        prevent_initial_call=True,
    )
    def save(_: int, title: str, *given: Any) -> Any:
        view, complaints = runner.controls.read(*given)
        with in_language(view.lang):
            try:
                if complaints:
                    raise InputError(" ".join(complaints))
                if not title or not address.is_scenario_name(title):
                    raise InputError(gettext("a-name-has-small-letters"))
                request = runner.request(view)
                folder = app_state.folders.roots[0] / KEPT_MIXES
                command = command_of(request, write_scenario(request.scenario, folder, title))
            except (InputError, OSError) as error:
                return refusal(error)
            copy = html.Button(gettext("copy-the-command"), type="button", className="plain",
                               **attributes(data_copy=f"{name}-command"))  # fmt: skip
            said = html.Pre(command, id=f"{name}-command", tabIndex="0",
                            **attributes(aria_label=gettext("command")))  # fmt: skip
            return [html.P(gettext("saved-run-it-with")), said, copy]

    @app.callback(
        Output(f"{name}-download", "data"),
        Output(f"{name}-exported", "children"),
        Input(f"{name}-csv", "n_clicks"),
        Input(f"{name}-xlsx", "n_clicks"),
        State(f"{name}-name", "data"),
        State("query", "data"),
        State("page-query", "children"),
        prevent_initial_call=True,
    )
    def export(_: int, __: int, run: str, search: str, first: str) -> tuple[Any, Any]:
        view, _complaints = address.read(f"/{name}", search or first)
        with in_language(view.lang):
            try:
                if not run:
                    raise InputError(gettext("nothing-to-export-yet"))
                plan = read_plan(app_state.live.path(run))
                study = app_state.arrivals.study(plan, app_state.live.facts(run))
                if len(study.scenarios if len(study.summary) else []) < 2:
                    raise InputError(gettext("nothing-to-export-yet"))
                sheets = tables_of(study, app_state.arrivals.hours(plan), view)
                if str(ctx.triggered_id) == f"{name}-csv":
                    made = text(sheets).encode()
                else:
                    made = workbook(study, sheets)
                kind = str(ctx.triggered_id).rpartition("-")[2]
                sent = dcc.send_bytes(made, f"{run}.{kind}")  # type: ignore[attr-defined,no-untyped-call]
                return sent, ""
            except (InputError, OSError) as error:
                return no_update, refusal(error)
