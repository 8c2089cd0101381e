"""The page of one port: minutes waited by hour, before and after, with a roster to be edited."""

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from babel.dates import get_day_names
from dash import Dash, Input, Output, html

from analysis.dashboard import address, keeping, running
from analysis.dashboard import mix as place
from analysis.dashboard.address import Duty, View
from analysis.dashboard.arrivals import Hours
from analysis.dashboard.controls import Amount, Choice, EntryField, Roster
from analysis.dashboard.figures import nothing
from analysis.dashboard.folders import Folders, is_live
from analysis.dashboard.frame import AppState, Children, answering, refusal
from analysis.dashboard.hours import (
    arrow,
    change_of,
    chosen_of,
    dates,
    days_in,
    officers_shown,
    wait_min,
    waits_shown,
    weekday_names,
)
from analysis.dashboard.levers import offered
from analysis.dashboard.live import Request
from analysis.dashboard.mix import mixed, summary_of, yaml_of
from analysis.dashboard.mix_answer import amount, between, how_sure, tile
from analysis.dashboard.mix_page import chooser, known_proposals, offer_levers, two_columns
from analysis.dashboard.running import bar
from analysis.language import current_language, gettext, in_language
from analysis.values import BASELINE
from sim.errors import InputError
from sim.numerics.units import HOUR_S
from sim.parameters import Parameters
from sim.results.reading import Study
from sim.scenario.intervention import Intervention, Scenario, Where
from sim.scenario.point import YEARS

LENGTHS = (7, 28)
"""Days that can be simulated at one port."""
LOOKED_AT = 12
"""Folders that are tried for the roster of a port."""

Usual = list[list[float]]
"""Officers on duty of 24 hours of seven days, Monday first."""


class OnDuty(NamedTuple):
    """Who is on duty at a port, and how many can be at work there.

    Attributes
    ----------
    usual : list of list of float
    booths, bays : int
        An officer at work is at one or the other.
    """

    usual: Usual
    booths: int
    bays: int


def usual_of(folders: Folders, port: str) -> tuple[OnDuty, str] | None:
    """Officers on duty at a port by hour of the week, and the study that says so.

    The study that the first page shows is asked first, then the newest ones that hold the port.
    """
    finished = folders.finished()
    order = dict.fromkeys([folders.opening(), *(n for n in finished if not is_live(n)), *finished])
    asked = 0
    for name in order:
        if name not in finished or port not in (folders.facts(finished[name]).get("ports") or ()):
            continue
        asked += 1
        if asked > LOOKED_AT:
            return None
        try:
            study = folders.study(name)
            table = _usual(study, port)
        except (InputError, OSError, KeyError):
            continue
        if table is not None:
            return table, name
    return None


def _usual(study: Study, port: str) -> OnDuty | None:
    key = ("officers on duty", port)
    if key not in study.derived:
        columns = ["replication", "adversary", "world", "port_id", "weekday", "hour", "shift_s"]
        every = study.table("officer_hours", [*columns, "booths", "bays"], BASELINE)
        own = every[every["port_id"] == port]
        study.derived[key] = None
        if len(own) and "booths" in own:  # an older study has none
            posts = own[["booths", "bays"]].max().astype(int)
            study.derived[key] = OnDuty(_table(study, own), *posts.tolist())
    made: OnDuty | None = study.derived[key]
    return made


def _table(study: Study, own: pd.DataFrame) -> Usual:
    runs = len(own[["replication", "adversary", "world"]].drop_duplicates())
    start = datetime.date.fromisoformat(str(study.manifest["start"])[:10])
    days = [(start + datetime.timedelta(days=k)).weekday() for k in range(int(study.days or 0))]
    times = np.bincount(days, minlength=7).astype(float)
    sums = own.groupby(["weekday", "hour"])["shift_s"].sum()
    return [
        [
            float(sums.get((day, hour), 0.0) / HOUR_S / max(runs * times[day], 1.0))
            for hour in range(24)
        ]
        for day in range(7)
    ]


def check_roster(roster: Sequence[Duty], known: OnDuty) -> None:
    """Refuse officers that cannot be, each with day, hour, bound and unit.

    Raises
    ------
    InputError
        In one line.
    """
    most = known.booths + known.bays
    for day, hour, officers in roster:
        when = gettext("day-and-hour", day=weekday_names()[day], hour=hour)
        if officers < 0:
            raise InputError(gettext("roster-negative", when=when, officers=officers))
        if officers > most:
            posts = {"most": most, "booths": known.booths, "bays": known.bays}
            raise InputError(gettext("roster-too-many", when=when, officers=officers, **posts))
        if known.usual[day][hour] < 0.05:
            raise InputError(gettext("roster-closed", when=when))


def changes_of(view: View, known: OnDuty) -> tuple[Intervention, ...]:
    """What an edited roster changes: officers at the port, by date and hour.

    Hours in a row with the same ratio are one change.
    """
    check_roster(view.roster, known)
    ratio = {(day, hour): officers / known.usual[day][hour] for day, hour, officers in view.roster}
    spans: list[tuple[datetime.datetime, datetime.datetime, float]] = []
    for date in dates(view) if ratio else []:
        midnight = datetime.datetime.combine(date, datetime.time())
        for hour in range(24):
            times = ratio.get((date.weekday(), hour))
            if times is None:
                continue
            start = midnight + datetime.timedelta(hours=hour)
            end = start + datetime.timedelta(hours=1)
            if spans and spans[-1][1] == start and abs(spans[-1][2] - times) < 1e-9:
                spans[-1] = (spans[-1][0], end, times)
            else:
                spans.append((start, end, times))
    return tuple(
        Intervention(
            "staffing.officers_scale", "scale", round(times, 6), Where(ports=(view.port,)),
            start=start, end=end, program="roster",
        )
        for start, end, times in spans
    )  # fmt: skip


def scenario_of(view: View, known: OnDuty | None) -> Scenario:
    """What the port is simulated with, besides the baseline.

    Raises
    ------
    InputError
        If nothing is changed, or what is changed cannot be.
    """
    if view.port not in place.ports_of(view.year).ids:
        raise InputError(gettext("there-is-no-port", name=view.port[:60]))
    if view.roster and known is None:
        raise InputError(gettext("roster-unknown"))
    duty = changes_of(view, known) if known is not None else ()
    if not view.mix and not duty:
        raise InputError(gettext("choose-a-proposal-or-officers"))
    scenario = mixed(offered(), view.mix, dict(view.lever), [], view.year)
    if duty:
        every = (*scenario.interventions, *duty)
        parts = [scenario.title] if view.mix else []
        title = " + ".join([*parts, gettext("own-roster")])
        scenario = dataclasses.replace(
            scenario, title=title, interventions=every, expected="",
            summary=summary_of(every, view.mix),
        )  # fmt: skip
    scenario.check(Parameters())
    return scenario


def page(view: View, app_state: AppState) -> Children:
    """Lay the page out for a view."""
    ports = place.names()
    ids = {port for port, _ in ports}
    chosen, notes = known_proposals(view)
    if view.port not in ids:
        notes.append(html.P(gettext("there-is-no-port", name=view.port[:60]), className="notice"))
        ports = [("", gettext("choose-a-port")), *ports]
    left = [
        html.Div(
            [
                Choice("port-port", gettext("port"), ports, view.port if view.port in ids else ""),
                EntryField("port-start", gettext("from"), view.start.isoformat(), "date",
                           low="1996-01-01", high="2060-12-31"),
                Choice("port-days", gettext("how-long"),
                       [("7", gettext("a-week")), ("28", gettext("four-weeks"))],
                       str(view.days if view.days in LENGTHS else LENGTHS[0])),
            ],
            className="controls",
        ),
        Amount("port-replications", gettext("pairs-heading"), view.replications, 2,
               address.MOST_REPLICATIONS, 1),
        *chooser("port", view),
        html.H2(gettext("roster")),
        html.Div(roster_controls(view, app_state.folders), id="port-roster"),
    ]  # fmt: skip
    return [
        html.H1(gettext("nav-port")),
        html.P(gettext("one-port-is-simulated"), className="about"),
        *notes,
        bar("port", view, gettext("choose-proposals-or-edit-the-roster")),
        two_columns("port", view, left, chosen or ["roster"]),
    ]


def roster_controls(view: View, folders: Folders) -> Children:
    """The roster of a port, to be edited; a sentence where no study tells it."""
    found = usual_of(folders, view.port)
    of_language = get_day_names("abbreviated", locale=current_language())
    names = [of_language[day] for day in range(7)]
    usual: Usual = found[0].usual if found else [[0.0] * 24] * 7
    grid = Roster(
        "port-duty", gettext("officers-on-duty-by-hour"), usual, view.roster, names,
        gettext("hour"), gettext("undo-all-changes"),
    )  # fmt: skip
    if found is None:
        return [html.P(gettext("roster-unknown"), className="note"), html.Div(grid, hidden=True)]
    words = gettext("roster-note", study=found[1], booths=found[0].booths, bays=found[0].bays)
    return [html.P(words, className="note"), grid]


def shown(_: Study, hours: Hours, view: View) -> Children:
    """Four numbers, the waits by hour, and booths and officers below."""
    if hours.waits.empty:
        return [nothing(gettext("no-pair-of-replications-has"))]
    chosen = chosen_of(hours, view)
    pairs = change_of(wait_min(hours.waits, [])).difference.count
    return [
        html.Ul(_tiles(hours, chosen, view), className="tiles"),
        html.P(how_sure(pairs), className="note") if pairs else "",
        *waits_shown(hours, view),
        *officers_shown(hours, view),
    ]


def _tiles(hours: Hours, chosen: Hours, view: View) -> Children:
    """Mean wait, worst hour of the week, waiting and officers' time a day, before and after."""
    days = max(days_in(view), 1)
    mean = change_of(wait_min(chosen.waits, []))
    made: Children = [tile(arrow(mean), gettext("tile-mean-wait"), amount(mean.difference, 2))]
    by_place = wait_min(chosen.waits, ["weekday", "hour"]).groupby(
        level=["scenario", "weekday", "hour"]
    )
    means = by_place.mean()
    before = means.xs(BASELINE, level="scenario") if BASELINE in means.index else means[:0]
    if len(before) and before.notna().any():
        day, hour = before.idxmax()
        own = wait_min(chosen.waits, ["weekday", "hour"]).xs((day, hour), level=["weekday", "hour"])
        worst = change_of(own)
        when = gettext("day-and-hour", day=weekday_names()[int(day)], hour=int(hour))
        words = gettext("tile-worst-hour", when=when)
        made.append(tile(arrow(worst), words, amount(worst.difference, 1)))
    for frame, column, words in (
        (chosen.waits, "wait_s", gettext("tile-waiting")),
        (chosen.officers, "shift_s", gettext("tile-on-duty")),
    ):
        change = change_of(frame.groupby(["scenario", "replication"])[column].sum() / HOUR_S / days)
        made.append(tile(f"{between(change, 0)} h", words, amount(change.difference, 1)))
    return made


CONTROLS = running.Controls(
    "port",
    ("port", "start", "days", "replications", "mix", "roster", "vehicles", "weekdays", "run"),
)


def register(app: Dash, app_state: AppState) -> None:
    """Let the page answer."""
    folders = app_state.folders

    def request_of(view: View) -> Request:
        """What a run of this view is asked to do."""
        view = view.replaced(year=min(max(view.start.year, YEARS[0]), YEARS[-1]))
        found = usual_of(folders, view.port) if view.roster else None
        scenario = scenario_of(view, found[0] if found else None)
        settings = (
            f"ports=[{view.port}]",
            f"year={view.year}",
            f"run.start={view.start.isoformat()}",
            f"run.days={view.days}",
        )
        return Request(scenario, settings, 1, view.days, view.replications)

    runner = running.Runner(CONTROLS, request_of, shown)
    running.register(app, app_state, runner)
    keeping.register(app, app_state, runner)

    @app.callback(
        Output("query", "data", allow_duplicate=True),
        Output("port-yaml", "children"),
        Output("port-trouble", "children"),
        *CONTROLS.places(Input),
        prevent_initial_call="initial_duplicate",
    )
    def follow(*given: Any) -> tuple[Any, ...]:
        """Keep the address and the scenario in step with the controls, and say what cannot be."""
        view, complaints = CONTROLS.read(*given)
        with in_language(view.lang):
            trouble: Children = [refusal(InputError(line)) for line in complaints]
            text = ""
            try:
                if view.port and (view.mix or view.roster):
                    request = request_of(view)
                    text = yaml_of(request.scenario)
                    if view.run and not trouble and request.name != view.run:
                        words = gettext("the-controls-have-changed-since")
                        trouble = [html.P(words, className="notice", role="status")]
            except InputError as error:
                trouble = [refusal(error)]
            return address.query(view), text, trouble

    offer_levers(app, "port")

    answers = answering(app, "port")

    @answers(Output("port-roster", "children"), Input("port-port", "value"))
    def show_roster(view: View, port: str) -> Children:
        """Show the roster of the port that is chosen; edits of another are let go."""
        kept = view.roster if port == view.port else ()
        return roster_controls(view.replaced(port=str(port), roster=kept), folders)
