"""The page where proposals are combined and tried, live."""

from dash import dcc, html

from analysis.compare import HEADLINE
from analysis.dashboard import place
from analysis.dashboard.address import DAYS, MOST_REPLICATIONS, View
from analysis.dashboard.controls import Amount, Boxes, Choice, Entry
from analysis.dashboard.desk import Desk, attributes
from analysis.dashboard.figures import graph
from analysis.dashboard.frame import Children, stamp
from analysis.dashboard.levers import levers, offered, title_of_proposal
from analysis.dashboard.results_page import metrics
from analysis.language import tell
from sim.intervention import Scenario
from sim.parameters import catalogue
from sim.point import YEARS

EVERY_MS = 600
"""How often a live run is looked at."""


def page(view: View, desk: Desk) -> Children:
    """Lay the page out for a view."""
    known = offered()
    complaints = [
        html.P(tell("There is no proposal “{name}”.", name=name[:60]), className="notice")
        for name in view.mix
        if name not in known
    ]
    chosen = [name for name in view.mix if name in known]
    options = [(name, title_of_proposal(name, one)) for name, one in known.items()]
    left = html.Div(
        [
            Boxes("mix-proposals", tell("Proposals"), options, chosen),
            html.Div(lever_controls(known, chosen, dict(view.lever)), id="mix-levers"),
            _closing(view),
            _running(view),
        ]
    )
    right = html.Div(
        [
            html.Div(
                [
                    html.Button(tell("Run"), id="mix-run", type="button"),
                    html.Button(
                        tell("Cancel"), id="mix-cancel", type="button", className="plain",
                        disabled=True,
                    ),
                    Choice("mix-metric", tell("Measure"), metrics()[: len(HEADLINE)],
                           view.metric if view.metric in HEADLINE else HEADLINE[0]),
                ],
                className="controls",
            ),
            html.Div(id="mix-trouble"),
            html.P(tell("Choose proposals, move their levers, close ports, then press Run."),
                   id="mix-words", role="status"),
            html.Progress(id="mix-progress", value="0", max="1",
                          **attributes(aria_label=tell("replications done"))),
            html.Div(id="mix-shown", className="shown"),
            _saving(),
            dcc.Store(id="mix-name", data=view.run),
            dcc.Interval(
                id="mix-clock", interval=EVERY_MS, disabled=not view.run, max_intervals=1
            ),
        ],
        className="answering",
    )  # fmt: skip
    return [
        html.H1(tell("Try a mix of proposals")),
        *stamp(),
        *complaints,
        html.Div([left, right], className="two"),
    ]


def lever_controls(
    known: dict[str, Scenario], chosen: list[str], places: dict[str, float]
) -> Children:
    """Lay out a slider for each number that the chosen proposals change."""
    groups = []
    for name in chosen:
        own = levers(name, known[name])
        title = title_of_proposal(name, known[name])
        if own:
            groups.append(
                html.Details(
                    [
                        html.Summary(tell("Levers: {title}", title=title)),
                        *(
                            Amount(
                                {"lever": one.name}, one.label,
                                places.get(one.name, one.value), one.low, one.high, one.step,
                                one.unit,
                            )
                            for one in own
                        ),
                    ],
                    open=True,
                )
            )  # fmt: skip
    return groups


def _closing(view: View) -> html.Fieldset:
    known = place.names()
    ids = {port for port, _ in known}
    closed = [port for port in view.closed if port in ids]
    return html.Fieldset(
        [
            html.Legend(tell("Ports that are closed")),
            html.P(tell("Click a port on the map to close or open it, or use the list."),
                   className="note"),
            graph("mix-map", height=360),
            html.Details(
                [
                    html.Summary(tell("List of ports")),
                    Boxes("mix-closed", tell("Close these ports"), known, closed),
                ]
            ),
        ]
    )  # fmt: skip


def _running(view: View) -> html.Fieldset:
    kinds = catalogue()["smuggling.adversary"].metadata["choices"]
    kind = view.adversary if view.adversary in kinds else ""
    known = {name for name, _ in place.places()}
    ports = [port for port, _ in place.names()]
    return html.Fieldset(
        [
            html.Legend(tell("What is simulated")),
            html.Div(
                [
                    Choice("mix-where", tell("Where"), place.places(),
                           view.where if view.where in known else place.NEAR),
                    Choice("mix-around", tell("Around the port"), place.names(),
                           view.around if view.around in ports else ports[0]),
                    Choice("mix-year", tell("Traffic of the year"),
                           [(str(year), str(year)) for year in YEARS], str(view.year)),
                    Choice("mix-days", tell("How long"), lengths(), str(view.days)),
                    Entry("mix-start", tell("From"), view.start.isoformat(), "date",
                          low="1990-01-01", high="2060-12-31"),
                    Choice("mix-adversary", tell("Smugglers who are"),
                           [("", tell("as by default")),
                            *((one, tell(one.replace("_", " "))) for one in kinds)], kind),
                ],
                className="controls",
            ),
            Amount("mix-replications", tell("Pairs of replications"), view.replications,
                   2, MOST_REPLICATIONS, 1),
        ]
    )  # fmt: skip


def lengths() -> list[tuple[str, str]]:
    """Lengths of a run in days, with their names."""
    words = (tell("a week"), tell("four weeks"), tell("a quarter"), tell("a year"))
    return list(zip(map(str, DAYS), words, strict=True))


def _saving() -> html.Details:
    return html.Details(
        [
            html.Summary(tell("Keep this mix as a scenario")),
            html.Div(
                [
                    Entry("mix-save-name", tell("Name"), "my_mix",
                          note=tell("small letters, digits and _")),
                    html.Button(tell("Save"), id="mix-save", type="button", className="plain"),
                ],
                className="controls",
            ),
            html.Div(id="mix-saved", role="status"),
            html.P(tell("Cost entries are those of the proposals' files; they do not move with "
                        "the levers."), className="note"),
            html.Pre(id="mix-yaml", tabIndex="0", **attributes(aria_label=tell("Scenario file"))),
        ]
    )  # fmt: skip
