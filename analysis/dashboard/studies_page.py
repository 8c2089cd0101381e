"""The library: every results folder with its name, note and period, and how far what runs is."""

import datetime
from pathlib import Path
from typing import Any

from dash import Dash, Input, Output, dcc, html, no_update

from analysis.dashboard import address, growing
from analysis.dashboard.address import View, href
from analysis.dashboard.controls import EntryField
from analysis.dashboard.figures import table
from analysis.dashboard.folders import is_live
from analysis.dashboard.frame import AppState, Children, answering, attributes, link, refusal
from analysis.dashboard.levers import offered, places_of, title_of_proposal
from analysis.dashboard.library import LONGEST_NAME, LONGEST_NOTE, Entry
from analysis.dashboard.live import ASKED, asked_of, made_here
from analysis.dashboard.mix import NEAR, NEIGHBOURS, places, simulated
from analysis.dashboard.running import UNDER_WAY, words_of
from analysis.language import LANGUAGES, gettext, in_language
from sim.errors import InputError
from sim.execute.live import PLAN_FILE
from sim.progress import Status, read_status

EVERY_MS = 2000
MOST_SHOWN = 100
FILES = ("study.xlsx", "differences.csv", "summary.csv")
"""Files of a results folder that are handed out beside its brief."""


def page(view: View, app_state: AppState) -> Children:
    """Lay the page out for a view."""
    folders = app_state.folders
    there = folders.paths()
    shown: Children = []
    if view.study:
        shown = (
            _managed(view, app_state, there[view.study])
            if view.study in there
            else [html.P(gettext("there-is-no-study-here", name=view.study[:60]),
                         className="notice")]
        )  # fmt: skip
    return [
        html.H1(gettext("nav-library")),
        html.P(gettext("results-folders-under-one-that",
                       roots=", ".join(root.name for root in folders.roots)), className="about"),
        *shown,
        html.Div(listed(view, app_state), id="studies-shown"),
        *growing.place(view, app_state),
        dcc.Interval(id="studies-clock", interval=EVERY_MS),
    ]  # fmt: skip


def _managed(view: View, app_state: AppState, path: Path) -> Children:
    """One folder: its name and note, the pin, its files, and its end."""
    library = app_state.folders.library
    name = view.study
    entry = library.entry(name)
    whole = (path / "manifest.json").is_file()
    pinned = library.pinned == name
    buttons: Children = []
    if whole:
        words = gettext("unpin") if pinned else gettext("pin-to-home")
        buttons.append(html.Button(words, id="library-pin", type="button", className="plain"))
    else:
        buttons.append(html.Button("", id="library-pin", type="button", hidden=True))
    removable = is_live(name) and made_here(app_state.folders.live, path.name)
    buttons.append(
        html.Button(gettext("delete"), id="library-delete", type="button", className="plain",
                    hidden=not removable)
    )  # fmt: skip
    return [
        html.Fieldset(
            [
                html.Legend(entry.title or name),
                html.Div(
                    [
                        EntryField(
                            "library-title", gettext("name"), entry.title, longest=LONGEST_NAME
                        ),
                        EntryField(
                            "library-note", gettext("note"), entry.note, longest=LONGEST_NOTE
                        ),
                        *buttons,
                    ],
                    className="controls",
                ),
                html.Div(id="library-sure"),
                html.P(_ways(view, path, whole=whole), className="ways"),
                html.P(id="library-said", role="status"),
                *([] if removable else [html.P(gettext("delete-only-live"), className="note")]),
            ],
            className="managed",
        )
    ]


def _ways(view: View, path: Path, *, whole: bool) -> Children:
    """Where one can go from a folder: its page, its briefs, its files."""
    own = view.replaced(scenarios=(), adversary="", proposal="")
    ways: Children = []
    if whole:
        ways.append(link(gettext("open-it"), href(own, "home")))
        ways.append(link(gettext("every-measure-of-this-study"), href(own, "results")))
    for lang in LANGUAGES:
        file = brief_of(path, lang)
        if file is not None:
            words = gettext("the-brief", language=lang.upper())
            ways.append(html.A(words, href=file_address(view.study, file.name)))
    for name in FILES:
        if (path / name).is_file():
            ways.append(html.A(name, href=file_address(view.study, name)))
    spaced: Children = []
    for k, way in enumerate(ways):
        spaced += [" · " if k else "", way]
    return spaced


def brief_of(path: Path, lang: str) -> Path | None:
    """Brief of a results folder in a language, if it has one."""
    name = "brief.html" if lang == LANGUAGES[0] else f"brief.{lang}.html"
    return path / name if (path / name).is_file() else None


def file_address(study: str, name: str) -> str:
    """Address under which a file of a results folder is handed out."""
    return "/file" + address.encoded([("study", study), ("name", name)])


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
            rows = [_row(view, name, folders[name], app_state) for name in names[:MOST_SHOWN]]
            head = [gettext("study"), gettext("state"), gettext("place"), gettext("period"),
                    gettext("scenarios"), gettext("replications-heading"),
                    gettext("written")]  # fmt: skip
            shown.append(table(words, head, rows))
            if len(names) > MOST_SHOWN:
                more = gettext("older-ones-are-not-listed", count=len(names) - MOST_SHOWN)
                shown.append(html.P(more, className="note"))
    if not shown:
        words = gettext("there-is-no-study-yet")
        shown = [html.P(words, className="notice")]
    return shown


def _row(view: View, name: str, path: Path, app_state: AppState) -> list[Any]:
    facts = app_state.folders.facts(path)
    library = app_state.folders.library
    entry = library.entry(name)
    own = view.replaced(study=name, scenarios=(), adversary="", proposal="", run="")
    words = entry.title or name
    if facts:
        title: Children = [link(words, href(own, "home"))]
    elif (path / PLAN_FILE).is_file():
        title = [link(gettext("see-it-grow", name=words), href(own, "studies"))]
    else:
        title = [words]
    if library.pinned == name:
        title.append(html.Strong(f" {gettext('pinned')}"))
    scenarios = facts.get("scenarios")
    about = entry.note
    mix = asked_of(app_state.folders.live / ASKED / path.name) if is_live(name) else None
    if mix is not None:
        told = (_short(title_of_mix(mix.title)), places_of(mix), about)
        about = " · ".join(part for part in told if part)
    if about:
        title.append(html.Span(f" {about}", className="note"))
    title += [" ", link(gettext("manage"), href(own, "studies"), "go manage")]
    return [
        title,
        _state(name, path, app_state, whole=bool(facts)),
        _place(facts),
        _period(facts),
        str(len(scenarios)) if isinstance(scenarios, dict) else "",
        str(facts.get("replications", "")),
        _clock(_written(path)),
    ]


def _own_words() -> list[str]:
    return [gettext("own-roster"), gettext("close-ports-word"), gettext("close-ports")]


def title_of_mix(title: str) -> str:
    """Title of a mix in the language set: it was written in that of the page that ran it."""
    known = {one.title: title_of_proposal(name, one) for name, one in offered().items()}
    for language in LANGUAGES:
        with in_language(language):
            written = _own_words()
        known |= dict(zip(written, _own_words(), strict=True))
    return " + ".join(known.get(part, part) for part in title.split(" + "))


def _place(facts: dict[str, Any]) -> str:
    ports = facts.get("ports")
    if not isinstance(ports, list) or not ports:
        return ""
    if len(ports) <= NEIGHBOURS + 1:
        return ", ".join(map(str, ports))
    for area, words in places():
        if area != NEAR and {*ports} == {*simulated(area, "")}:
            return words[:1].upper() + words[1:]
    return gettext("count-ports", count=len(ports))


def _period(facts: dict[str, Any]) -> str:
    if not facts.get("days"):
        return ""
    return gettext("days-from", days=facts["days"], start=str(facts.get("start", "?"))[:10])


def _short(words: str) -> str:
    return words if len(words) <= 120 else f"{words[:119]}…"


def _state(name: str, path: Path, app_state: AppState, *, whole: bool) -> Any:
    """How far a run is, by the words of the page that runs it."""
    try:
        own = is_live(name) and path.parent == app_state.folders.live
        status: Status = app_state.live.seen(path.name) if own else read_status(path)
    except InputError:
        return gettext("done") if whole else gettext("not-known")
    if status.state not in UNDER_WAY:
        return gettext("done") if status.state == "done" else words_of(status)
    return [
        words_of(status),
        html.Progress(
            value=str(status.done),
            max=str(max(status.total, 1)),
            **attributes(aria_label=gettext("replications-done")),
        ),
    ]


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
    library = app_state.folders.library
    said = Output("library-said", "children", allow_duplicate=True)

    answers = answering(app, "studies")

    @answers(Output("studies-shown", "children"), Input("studies-clock", "n_intervals"))
    def refresh(view: View, _: int) -> Any:
        return listed(view, app_state) if app_state.folders.paths() else no_update

    @answers(said, Input("library-title", "value"), Input("library-note", "value"))
    def describe(view: View, title: str, note: str) -> Any:
        try:
            app_state.folders.path(view.study)
            library.describe(view.study, Entry((title or "").strip(), (note or "").strip()))
        except InputError as error:
            return refusal(error)
        return gettext("noted")

    @answers(Output("library-pin", "children"), said, Input("library-pin", "n_clicks"))
    def pin(view: View, _: int) -> tuple[Any, Any]:
        try:
            app_state.folders.path(view.study)
            pinned = library.pinned == view.study
            app_state.folders.pin("" if pinned else view.study)
        except InputError as error:
            return no_update, refusal(error)
        if pinned:
            home = app_state.folders.opening()
            return gettext("pin-to-home"), gettext("now-unpinned", name=home[:60])
        return gettext("unpin"), gettext("now-pinned")

    @answers(Output("library-sure", "children"), Input("library-delete", "n_clicks"))
    def ask(view: View, _: int) -> Any:
        return [
            html.Span(gettext("delete-sure", name=view.study[:60])),
            " ",
            html.Button(gettext("delete-for-good"), id="library-gone", type="button"),
        ]

    @answers(
        Output("address", "search", allow_duplicate=True), said, Input("library-gone", "n_clicks")
    )
    def delete(view: View, clicks: int | None) -> tuple[Any, Any]:
        if not clicks:
            return no_update, no_update
        try:
            path = app_state.folders.path(view.study)
            if not is_live(view.study) or path.parent != app_state.folders.live:
                raise InputError(gettext("delete-only-live"))
            app_state.live.remove(path.name)
            library.forget(view.study)
        except InputError as error:
            return no_update, refusal(error)
        return address.query(view.replaced(study="")), no_update
