"""What a study that still runs has come to so far: every scenario's difference, which tightens."""

from typing import Any

from dash import Dash, Input, Output, dcc, html, no_update

from analysis.compare import HEADLINE
from analysis.dashboard.address import View, href
from analysis.dashboard.figures import nothing
from analysis.dashboard.frame import AppState, Children, answering, link, refusal
from analysis.dashboard.levers import offered
from analysis.dashboard.results_page import scenarios, shown
from analysis.language import gettext
from analysis.values import BASELINE, headline_adversary
from sim.errors import InputError
from sim.execute.live import Planned, read_plan
from sim.results.reading import Study

EVERY_MS = 3000


def place(view: View, app_state: AppState) -> Children:
    """A place for what a study that is not whole yet has come to; nothing for any other."""
    path = app_state.folders.paths().get(view.study)
    if path is None or (path / "manifest.json").is_file():
        return []
    return [
        html.Div(id="growing-shown", className="shown"),
        dcc.Interval(id="growing-clock", interval=EVERY_MS, max_intervals=1),
    ]


def _grown(plan: Planned, study: Study, name: str, metric: str) -> Children:
    """Differences to the baseline of what has arrived of a planned study."""
    head = html.H2(gettext("so-far", name=name))
    if study.summary.empty or BASELINE not in study.scenarios or len(study.scenarios) < 2:
        return [head, nothing(gettext("no-pair-of-replications-has"))]
    words = gettext(
        "of-replications-are-there-the",
        done=len(study.runs),
        total=len(plan.keys) * plan.replications,
    )
    chosen = metric if metric in HEADLINE else HEADLINE[0]
    parts = shown(study, chosen, headline_adversary(study), scenarios(study))
    return [head, html.P(words, className="about"), *parts]


def _manifest() -> dict[str, Any]:
    """What a whole study's manifest says of the proposals: their titles, and which are bounds."""
    proposals = offered()
    return {
        "scenarios": {name: proposal.title for name, proposal in proposals.items()},
        "points": [{"name": name, "bound": proposal.bound} for name, proposal in proposals.items()],
    }


def register(app: Dash, app_state: AppState) -> None:
    """Let the place be filled, and again while the study runs."""
    answers = answering(app, "studies")

    @answers(
        Output("growing-shown", "children"),
        Output("growing-clock", "max_intervals"),
        Input("growing-clock", "n_intervals"),
        opening=True,
    )
    def look(view: View, ticks: int | None) -> tuple[Any, Any]:
        once_more = (ticks or 0) + 1  # the next look waits for this answer, however long it takes
        path = app_state.folders.paths().get(view.study)
        if path is None:
            return no_update, no_update
        if (path / "manifest.json").is_file():
            return link(gettext("this-study-is-whole-now"), href(view, "results")), no_update
        try:
            plan = read_plan(path)
            study = app_state.arrivals.study(plan, _manifest())
            return _grown(plan, study, view.study, view.metric), once_more
        except InputError as error:
            return refusal(error), once_more
