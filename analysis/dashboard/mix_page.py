"""The page where proposals are combined and tried, live."""

import re
from collections.abc import Collection
from typing import Any

import numpy as np
import plotly.graph_objects as go
from dash import ALL, Dash, Input, Output, State, dcc, html

from analysis.charts.border_map import lambert, outline
from analysis.charts.style import GREY, INK, safe
from analysis.dashboard import mix as place
from analysis.dashboard.address import DAYS, MOST_REPLICATIONS, View
from analysis.dashboard.controls import Amount, Boxes, Chips, Choice, EntryField
from analysis.dashboard.figures import graph, styled
from analysis.dashboard.frame import AppState, Children, answering, attributes, stamp
from analysis.dashboard.hours import choices
from analysis.dashboard.levers import levers, offered, title_of_proposal
from analysis.dashboard.mix import ports_of
from analysis.dashboard.results_page import smugglers_who
from analysis.dashboard.running import bar
from analysis.language import gettext
from sim.parameters import catalogue
from sim.scenario.intervention import Scenario
from sim.scenario.point import YEARS

ROOM_KM = 60.0
"""Width of the frame about the outermost ports that are simulated."""

LARGE, SMALL, MANY = 11, 8, 40
"""Diameters of markers in pixels, and the number of ports from which they are small."""

FIRST_LEVERS = 3
"""Levers of a proposal that are open; the others are folded."""
HAPPENED = ("border_closed_2020", "boycott_2025", "ports_closed_2011", "work_to_rule_2021")
"""Natural experiments among the scenario files, which nobody proposes."""

OPEN, SHUT, OUTSIDE = "#0072B2", "#D55E00", "#aeb8bf"


def mix_map(
    simulated: Collection[str], closed: Collection[str], by_proposals: Collection[str]
) -> go.Figure:
    """Ports that a run simulates, and which of them are closed.

    Parameters
    ----------
    simulated : collection of str
        Ids of ports.
    closed, by_proposals : collection of str
        Ports closed by hand, and by the proposals chosen.
    """
    ports = ports_of()
    x, y = lambert(ports.lon, ports.lat)
    inside = np.isin(ports.ids, list(simulated))
    shut = np.isin(ports.ids, [*closed, *by_proposals])
    figure = go.Figure()
    for kind, style in (
        ("coast", {"color": "#a9b4bc", "width": 1}), ("boundary", {"color": GREY, "width": 1.5}),
    ):  # fmt: skip
        xs: list[float | None] = []
        ys: list[float | None] = []
        for line in outline()[kind]:
            east, north = lambert(*np.array(line).T)
            xs += [*np.round(east, 1).tolist(), None]
            ys += [*np.round(north, 1).tolist(), None]
        figure.add_scatter(x=xs, y=ys, mode="lines", line=style, hoverinfo="skip", showlegend=False)
    size = LARGE if inside.sum() <= MANY else SMALL
    for chosen, name, symbol, colour, diameter in (
        (~inside, gettext("not-simulated"), "circle", OUTSIDE, 6),
        (inside & ~shut, gettext("open"), "circle", OPEN, size),
        (inside & shut, gettext("closed"), "x", SHUT, size + 1),
    ):
        rows = np.flatnonzero(chosen)
        figure.add_scatter(
            x=x[rows].round(1),
            y=y[rows].round(1),
            mode="markers",
            name=name,
            marker={"symbol": symbol, "color": colour, "size": diameter,
                    "line": {"color": "white" if symbol == "circle" else INK, "width": 1}},
            text=[safe(f"{ports.name[k]}, {ports.province[k]}") for k in rows],
            customdata=[str(ports.ids[k]) for k in rows],
            hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    bare = {"visible": False, "showgrid": False, "constrain": "domain"}
    frame = _frame(x[inside], y[inside])
    figure.update_layout(
        xaxis={**bare, "range": frame[:2]},
        yaxis={**bare, "range": frame[2:], "scaleanchor": "x", "scaleratio": 1},
        clickmode="event",
    )
    figure = styled(figure, 360)
    figure.update_layout(uirevision=f"{sorted(simulated)}", margin={"l": 0, "r": 0, "b": 0})
    figure.update_xaxes(automargin=False)
    figure.update_yaxes(automargin=False)
    return figure


def _frame(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float, float]:
    room = max(ROOM_KM, 0.12 * float(np.ptp(x)))
    return (
        float(x.min()) - room,
        float(x.max()) + room,
        float(y.min()) - room,
        float(y.max()) + room,
    )


def page(view: View, app_state: AppState) -> Children:
    """Lay the page out for a view."""
    chosen, complaints = known_proposals(view)
    closing = html.Details(
        [html.Summary(gettext("ports-that-are-closed")), _closing(view)], open=bool(view.closed)
    )
    return [
        html.H1(gettext("try-it")),
        *stamp(),
        *complaints,
        bar("mix", view, gettext("choose-proposals-move-their-levers")),
        two_columns("mix", view, [*chooser("mix", view), closing, _running(view)], chosen),
    ]


def known_proposals(view: View) -> tuple[list[str], Children]:
    """Proposals of a view that there are, and a sentence for each that there is not."""
    proposals = offered()
    complaints = [
        html.P(gettext("there-is-no-proposal", name=name[:60]), className="notice")
        for name in view.mix
        if name not in proposals
    ]
    return [name for name in view.mix if name in proposals], complaints


def two_columns(name: str, view: View, left: Children, suggested: list[str]) -> html.Div:
    """Lay out the controls, and beside them what a run comes to and how it is kept.

    Parameters
    ----------
    name : str
        Of the page, with which the ids begin.
    view : View
    left : list
        The controls.
    suggested : list of str
        Words of which the name of the scenario is made until another is given.
    """
    right = [
        html.Div(id=f"{name}-trouble"),
        html.Div(choices(name, view), className="controls"),
        html.Div(id=f"{name}-shown", className="shown"),
        saving(name, suggested),
    ]
    return html.Div([html.Div(left), html.Div(right, className="answering")], className="two")


def chooser(name: str, view: View) -> Children:
    """What is chosen as chips, each with a way to drop it, a list to add from, and the levers."""
    chosen, _ = known_proposals(view)
    levers_there = _lever_controls(name, offered(), chosen, dict(view.lever))
    chips = Chips(f"{name}-proposals", gettext("chosen-proposals"), titles(), chosen,
                  add=gettext("add-a-proposal"), drop=gettext("drop-it"))  # fmt: skip
    return [html.Div([chips]), html.Div(levers_there, id=f"{name}-levers")]


def titles() -> list[tuple[str, str, str]]:
    """What can be chosen: name, title, and the group it is listed in."""
    rows = []
    for name, proposal in offered().items():
        if proposal.bound:
            group = gettext("extreme-cases")
        elif proposal.chronicle or name in HAPPENED:
            group = gettext("what-happened")
        else:
            group = gettext("proposals")
        rows.append((name, title_of_proposal(name, proposal), group))
    order = [gettext("proposals"), gettext("what-happened"), gettext("extreme-cases")]
    return sorted(rows, key=lambda row: (order.index(row[2]), row[1].lower()))


def _lever_controls(
    page_name: str, proposals: dict[str, Scenario], chosen: list[str], places: dict[str, float]
) -> Children:
    """Lay out a slider for each number that the chosen proposals change, the first three open."""
    kind = f"{page_name}-lever"
    groups: Children = []
    for name in chosen:
        controls = [
            Amount(
                {kind: lever.name}, lever.label, places.get(lever.name, lever.value),
                lever.low, lever.high, lever.step, lever.unit, times=lever.times,
            )
            for lever in levers(name, proposals[name])
        ]  # fmt: skip
        if controls:
            first, more = controls[:FIRST_LEVERS], controls[FIRST_LEVERS:]
            folded = [html.Details([html.Summary(gettext("more-levers")), *more])] if more else []
            title = title_of_proposal(name, proposals[name])
            groups.append(html.Fieldset([html.Legend(title), *first, *folded]))
    return groups


def offer_levers(app: Dash, page_name: str) -> None:
    """Show the levers of the proposals that are chosen, those that stay where they were put."""
    kind = {f"{page_name}-lever": ALL}

    answers = answering(app, page_name)

    @answers(
        Output(f"{page_name}-levers", "children"),
        Input(f"{page_name}-proposals", "value"),
        State(kind, "value"),
        State(kind, "id"),
    )
    def offer(_: View, chosen: list[str] | None, values: list[float], ids: list[Any]) -> Children:
        known = offered()
        places = {one[f"{page_name}-lever"]: at for one, at in zip(ids, values, strict=True)}
        there = [one for one in chosen or [] if one in known]
        return _lever_controls(page_name, known, there, places)


def _closing(view: View) -> html.Div:
    ports = place.names()
    ids = {port for port, _ in ports}
    closed = [port for port in view.closed if port in ids]
    return html.Div(
        [
            html.P(gettext("click-a-port-on-the"),
                   className="note"),
            graph("mix-map", height=360),
            html.Details(
                [
                    html.Summary(gettext("list-of-ports")),
                    Boxes("mix-closed", gettext("close-these-ports"), ports, closed),
                ]
            ),
        ]
    )  # fmt: skip


def _running(view: View) -> html.Fieldset:
    kinds = catalogue()["smuggling.adversary"].metadata["choices"]
    kind = view.adversary if view.adversary in kinds else ""
    areas = {name for name, _ in place.places()}
    ports = [port for port, _ in place.names()]
    return html.Fieldset(
        [
            html.Legend(gettext("what-is-simulated")),
            html.Div(
                [
                    Choice("mix-where", gettext("where"), place.places(),
                           view.where if view.where in areas else place.NEAR),
                    Choice("mix-around", gettext("around-the-port"), place.names(),
                           view.around if view.around in ports else ports[0]),
                    Choice("mix-year", gettext("traffic-of-the-year"),
                           [(str(year), str(year)) for year in YEARS], str(view.year)),
                    Choice("mix-days", gettext("how-long"), lengths(), str(view.days)),
                    EntryField("mix-start", gettext("from"), view.start.isoformat(), "date",
                               low="1990-01-01", high="2060-12-31"),
                    Choice("mix-adversary", gettext("smugglers-who-are"),
                           [("", gettext("as-by-default")),
                            *((name, smugglers_who(name)) for name in kinds)], kind),
                ],
                className="controls",
            ),
            Amount("mix-replications", gettext("pairs-heading"), view.replications,
                   2, MOST_REPLICATIONS, 1),
        ]
    )  # fmt: skip


def lengths() -> list[tuple[str, str]]:
    """Lengths of a run in days, with their names."""
    words = (gettext("a-week"), gettext("four-weeks"), gettext("a-quarter"), gettext("a-year"))
    return list(zip(map(str, DAYS), words, strict=True))


def saving(name: str, chosen: list[str]) -> html.Details:
    """Save the scenario, copy the command that repeats the screen, take the numbers along."""
    suggested = f"my_{re.sub(r'[^a-z0-9_]+', '_', '_and_'.join(chosen or ['mix']).lower())}"[:40]
    return html.Details(
        [
            html.Summary(gettext("save-and-export")),
            html.Div(
                [
                    EntryField(f"{name}-save-name", gettext("name"), suggested,
                               note=gettext("small-letters-digits-and")),
                    html.Button(gettext("save"), id=f"{name}-save", type="button",
                                className="plain"),
                ],
                className="controls",
            ),
            html.Div(id=f"{name}-saved", role="status"),
            html.Div(
                [
                    html.Button(words, id=f"{name}-{kind}", type="button", className="plain")
                    for kind, words in (("csv", "CSV"), ("xlsx", "Excel (xlsx)"))
                ]
                + [
                    html.Button(words, type="button", className="plain",
                                **attributes(data_save=kind))
                    for kind, words in (("png", "PNG"), ("svg", "SVG"))
                ],
                className="controls",
            ),
            html.Div(id=f"{name}-exported", role="status"),
            dcc.Download(id=f"{name}-download"),
            html.P(gettext("cost-entries-are-those-of"), className="note"),
            html.Pre(
                id=f"{name}-yaml", tabIndex="0", **attributes(aria_label=gettext("scenario-file"))
            ),
        ]
    )  # fmt: skip
