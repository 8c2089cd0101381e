"""Home: the answer of the pinned study, and the card of each of its proposals.

Both are those of the brief (`analysis.front_page`, `analysis.cards`); only the way on is added:
from the table to a card, from a card to a run of one's own.
"""

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dash import html

from analysis.dashboard.address import View, href
from analysis.dashboard.folders import Folders
from analysis.dashboard.frame import AppState, Children, attributes, link, refusal, study_line
from analysis.dashboard.levers import offered
from analysis.headline import question
from analysis.kept import answer_of
from analysis.language import LANGUAGES, contraband_of, gettext, in_language
from sim.errors import InputError

if TYPE_CHECKING:
    from analysis.cards import Card
    from analysis.front_page import FrontPage, Group, Row


def page(view: View, app_state: AppState) -> Children:
    """Lay the first page out for a view."""
    folders = app_state.folders
    try:
        name = view.study or folders.opening()
        study = folders.study(name)
    except InputError as error:
        return [html.H1(gettext("what-would-it-change")), refusal(error)]
    with contraband_of(study):
        head = html.H1(question(study))
        try:
            front = answer_of(study).front
        except InputError as error:
            return [head, refusal(error), study_line(study, name)]
        return [
            html.Div([head, *_answer(front)], className="front"),
            html.Div(
                [
                    html.Section(
                        [
                            _table(front, view),
                            html.P([front.threshold, " ", *_key(front), " ".join(front.notes)],
                                   className="note"),
                        ]
                    ),
                    _beside(front),
                ],
                className="front two-thirds",
            ),
            study_line(study, name),
        ]  # fmt: skip


def stands_in(view: View, folders: Folders) -> list[str]:
    """Say for which other study the one that is shown stands in, on every page of a study."""
    if view.study or view.page not in ("home", "card", "results", "packages", "pair"):
        return []
    shown, fault = folders.opened()
    gone = folders.library.pinned
    said = [gettext("another-study-is-damaged", name=shown[:60], why=fault)] if fault else []
    if shown and gone and gone not in folders.finished():
        said.insert(0, gettext("pinned-study-is-gone", name=gone[:60], shown=shown[:60]))
    return said


def _answer(front: "FrontPage") -> Children:
    return [
        html.P([html.Strong(front.sentence), " ", front.rest], className="answer"),
        html.Ul(
            [
                html.Li(
                    [
                        html.Span(tile.value, className="value"),
                        " ",
                        html.Span(tile.words, className="words"),
                    ]
                )
                for tile in front.tiles
            ],
            className="tiles",
        ),
    ]


def _table(front: "FrontPage", view: View) -> html.Table:
    head = [
        html.Th(gettext("proposal"), scope="col"),
        html.Th([gettext("front-effect"), drawing(front.axis)], scope="col", className="chart"),
        *(html.Th(words, scope="col", className="word" if k > 2 else "")
          for k, words in enumerate(_columns())),
    ]  # fmt: skip
    return html.Table(
        [
            html.Caption(gettext("front-caption")),
            html.Thead(html.Tr(head)),
            *(_group(group, view) for group in front.groups),
        ],
        className="decision",
    )


def _columns() -> tuple[str, ...]:
    return (gettext("front-count"), gettext("front-wait"), gettext("front-cost"),
            gettext("front-actor"), gettext("front-evidence"))  # fmt: skip


def _group(group: "Group", view: View) -> html.Tbody:
    named: Children = []
    for k, (name, title) in enumerate(group.named):
        named += ["; " if k else " ", link(title, card_address(view, name))]
    head = html.Th([group.title, html.Span(named, className="named")], colSpan=7, scope="rowgroup")
    return html.Tbody([html.Tr(head, className="group"), *(_row(row, view) for row in group.rows)])


def _row(row: "Row", view: View) -> html.Tr:
    cost: Children = [row.cost]
    if row.cost_range:
        cost += [" ", html.Span(row.cost_range, className="range")]
    evidence: Children = []
    if row.evidence:
        blocks = "■" * row.evidence + "□" * (4 - row.evidence)
        said = gettext("evidence-of", grade=row.evidence, all=4)
        evidence = [
            html.Span(blocks, className="blocks", role="img", **attributes(aria_label=said))
        ]
    cells: list[Any] = [row.effect, row.wait, cost, row.actor, evidence]
    return html.Tr(
        [
            html.Th(
                [link(row.title, card_address(view, row.name)), row.mark],
                scope="row",
            ),
            html.Td(drawing(row.chart, row.alt), className="chart"),
            *(html.Td(cell, className="word" if k > 2 else "", **attributes(data_label=words))
              for k, (words, cell) in enumerate(zip(_columns(), cells, strict=True))),
        ]
    )  # fmt: skip


def drawing(svg: str, words: str = "", kind: str = "dot") -> html.Img:
    """A small drawing as an image, with the words for who cannot see it."""
    text = str(svg).replace("var(--blue)", "#00558a")
    text = text.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '
                        'font-family="system-ui, sans-serif" ', 1)  # fmt: skip
    return html.Img(src=f"data:image/svg+xml,{quote(text)}", alt=words, className=kind)


def _key(front: "FrontPage") -> Children:
    """What the marks stand for, where a proposal has several."""
    if len(front.horizons) < 2:
        return []
    parts: Children = []
    for mark, name in front.horizons:
        svg = f'<svg viewBox="0 0 12 14">{mark}</svg>'
        parts += [html.Span([drawing(svg, kind="key"), f" {name} "], className="mark")]
    return parts


def _beside(front: "FrontPage") -> html.Aside:
    parts: Children = []
    for words, lines in (
        (gettext("front-trust"), front.trust),
        (gettext("front-change"), front.change),
    ):
        if lines:
            parts += [html.H2(words), html.Ul([html.Li(line) for line in lines])]
    return html.Aside(parts)


def card_address(view: View, name: str) -> str:
    """Address of the card of a proposal."""
    return href(view.replaced(proposal=name), "card")


def doors(view: View, name: str) -> html.P:
    """The ways on from a card: each takes the proposal along, and two begin at once."""
    parts = tuple(part for part in name.split("+") if part in offered())
    ways: Children = []
    if parts:
        own = view.replaced(mix=parts, lever=(), closed=(), roster=(), run="", proposal="")
        ways = [
            link(gettext("door-try"), href(own.replaced(begin=True), "mix"), "go button"),
            link(gettext("door-port"), href(own.replaced(begin=True), "port"), "go button"),
        ]
    ways.append(
        link(gettext("door-package"), href(view.replaced(proposal=name), "packages"), "go button")
    )
    spaced: Children = []
    for way in ways:
        spaced += [way, " "]
    return html.P(spaced, className="doors")


def card_page(view: View, app_state: AppState) -> Children:
    """Lay the card of one proposal out."""
    back = html.P(link(gettext("back-to-all-proposals"), href(view.replaced(proposal=""), "home")))
    try:
        study = app_state.folders.study(view.study)
        with contraband_of(study):
            answer = answer_of(study)
            every = {card.name: card for card in answer.cards}
            if view.proposal not in every:
                raise InputError(gettext("there-is-no-proposal", name=view.proposal[:60]))
            shared = html.P(" ".join(answer.shared), className="note")
            return [back, *_card(every[view.proposal], view), shared]
    except InputError as error:
        head = html.H1(gettext("this-cannot-be-shown"))
        return [back, head, refusal(error), *_from_file(view)]


def _card(card: "Card", view: View) -> Children:
    lines: Children = []
    for line in card.lines:
        lines += [html.Dt(line.heading), html.Dd(line.text, lang=line.language)]
    return [
        html.H1(card.title),
        html.P(f"{card.verdict[:1].upper()}{card.verdict[1:]}", className="answer"),
        doors(view, card.name),
        html.Dl(lines, className="card"),
    ]


def _from_file(view: View) -> Children:
    """The way on from a proposal that the study does not hold, but a scenario file does."""
    return [doors(view, view.proposal)] if view.proposal in offered() else []


def warm(folders: Folders, languages: Sequence[str] = LANGUAGES) -> None:
    """Work the first pages out, so that who opens them finds them there."""
    with contextlib.suppress(InputError):
        study = folders.study("")
        for language in languages:
            with in_language(language), contraband_of(study):
                answer_of(study)
