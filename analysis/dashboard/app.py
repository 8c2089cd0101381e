"""The application: one page at a time, laid out from its address, for this machine alone."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import flask
from dash import ClientsideFunction, Dash, Input, Output, dcc, html, set_props
from dash.exceptions import DependencyException
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from analysis.dashboard import (
    address,
    home_page,
    mix_callbacks,
    mix_page,
    packages_page,
    pair_page,
    port_page,
    results_page,
    studies_page,
)
from analysis.dashboard.frame import AppState, Children, framed, refusal
from analysis.language import LANGUAGES, gettext, in_language
from sim.errors import InputError
from sim.progress import plainly

ASSETS = Path(__file__).resolve().parent.parent / "assets"
FRONT = ASSETS.parent / "templates" / "front.css"
"""How the table of proposals looks, here and in the brief."""
Lay = Callable[[address.View, AppState], Children]
Register = Callable[[Dash, AppState], None]

HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?")
MOST_BYTES = 1_000_000
"""Of what a page sends: its controls are a few thousand."""
ANSWERS = "/_dash-update-component"
"""Where pages ask for answers."""
AMOUNTS = ("lever", "budget", "replications")
"""Ends of names of controls whose value is a number."""
LONGEST_TEXT, LARGEST_NUMBER = 20_000, 1e15
"""Of the value of a control."""
SOCKETS = Path("/proc/net/tcp")
"""Where Linux says to whom a connection belongs."""
PAGES: dict[str, tuple[Lay, Register | None]] = {
    "home": (home_page.page, None),
    "card": (home_page.card_page, None),
    "results": (results_page.page, results_page.register),
    "mix": (mix_page.page, mix_callbacks.register),
    "port": (port_page.page, port_page.register),
    "packages": (packages_page.page, packages_page.register),
    "pair": (pair_page.page, pair_page.register),
    "studies": (studies_page.page, studies_page.register),
}

POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
"""What a page may load: nothing but what this server sends."""

INDEX = FRONT.with_name("dashboard.html")
"""The page that the browser loads first."""


class Page(Dash):
    """Dash with a page of our own around it, in the language that was asked for."""

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]
        """Fill in the page that the browser loads first."""
        lang = address.language(flask.request.query_string.decode("latin-1"))
        with in_language(lang):
            title = gettext("guns-at-the-border")
        return INDEX.read_text(encoding="utf-8").format(
            lang=lang,
            title=title,
            front=FRONT.read_text(encoding="utf-8"),
            **{name: parts[name] for name in ("css", "app_entry", "config", "scripts", "renderer")},
        )


def make_app(app_state: AppState, *, for_strangers: bool = False) -> Dash:
    """Make the application for the folders that were chosen.

    Parameters
    ----------
    app_state : AppState
    for_strangers : bool
        Whether other machines may ask, under whatever name they know this one by.
    """
    app = Page(
        __name__,
        title="",
        update_title=None,  # type: ignore[arg-type]
        assets_folder=str(ASSETS),
        suppress_callback_exceptions=True,
        compress=False,
        serve_locally=True,
        on_error=_say,
        assets_ignore=r"^(?!dashboard\.css$|controls\.js$).*",
    )
    guard(app.server, app.callback_map, for_strangers=for_strangers)
    app.layout = html.Div(
        [
            dcc.Location(id="address", refresh=False),
            dcc.Store(id="query"),
            html.Div(id="trouble", role="alert"),
            html.Div(id="page"),
            html.Div(id="followed", hidden=True),
        ]
    )
    _route(app, app_state)
    _hand_out(app.server, app_state)
    for _, register in PAGES.values():
        if register is not None:
            register(app, app_state)
    return app


def _say(error: Exception) -> None:
    """Say in the page, in a sentence, that an answer failed, and on standard error why."""
    if not isinstance(error, InputError):
        _tell(error)
    with in_language(address.language(urlsplit(flask.request.referrer or "").query)):
        words = str(error) if isinstance(error, InputError) else gettext("the-answer-failed")
    set_props("trouble", {"children": html.P(words, className="notice")})


def _tell(error: BaseException) -> None:
    """Say an error on standard error in one line, whatever somebody had written into it."""
    first = next(iter(str(error).splitlines()), "")[:200]
    shown = "".join(letter if letter.isprintable() else "?" for letter in first)
    plainly(f"dashboard: {type(error).__name__}: {shown}")


def _route(app: Dash, app_state: AppState) -> None:
    @app.callback(
        Output("page", "children"), Input("address", "pathname"), Input("address", "search")
    )
    def lay_out(pathname: str | None, search: str | None) -> Children:
        with in_language(address.language(search)):
            view, complaints = address.read(pathname, search)
            complaints += home_page.stands_in(view, app_state.folders)
            try:
                content = PAGES[view.page][0](view, app_state)
            except InputError as error:
                content = [html.H1(gettext("this-cannot-be-shown")), refusal(error)]
            return framed(view, content, complaints)

    follow, settle = (ClientsideFunction("border", name) for name in ("follow", "settle"))
    place = Output(
        "followed", "title"
    )  # functions of assets/controls.js, which change nothing here
    app.clientside_callback(follow, place, Input("query", "data"), prevent_initial_call=True)  # type: ignore[no-untyped-call]
    app.clientside_callback(settle, Output("followed", "lang"), Input("page", "children"))  # type: ignore[no-untyped-call]


def _hand_out(server: flask.Flask, app_state: AppState) -> None:
    """Hand out briefs and tables of results folders, and nothing else of them."""
    names = {*studies_page.FILES, "brief.html", *(f"brief.{lang}.html" for lang in LANGUAGES)}

    @server.get("/file")
    def file() -> flask.Response:
        name = flask.request.args.get("name", "")
        try:
            path = app_state.folders.path(flask.request.args.get("study", "")) / name
        except InputError:
            flask.abort(404)
        if name not in names or not path.is_file() or path.is_symlink():
            flask.abort(404)
        return flask.send_file(path, as_attachment=not name.endswith(".html"))


def guard(server: flask.Flask, answers: Mapping[str, Any], *, for_strangers: bool = False) -> None:
    """Answer only pages of this machine and user, or of this server; let them load nothing else.

    What is asked in any other way is refused in a line, which shows nothing of the server.

    Parameters
    ----------
    server : flask.Flask
    answers : mapping
        What pages may ask, by its output, as Dash keeps it: ``inputs`` and ``state``.
    for_strangers : bool
        Whether other machines may ask.
    """
    server.config["MAX_CONTENT_LENGTH"] = MOST_BYTES

    @server.errorhandler(Exception)
    def in_one_line(error: Exception) -> Response:
        if isinstance(error, HTTPException):
            code = error.code or 500
            return error.get_response() if code < 400 else _refused(str(error.name), code)
        if isinstance(error, DependencyException):
            return _refused("there is no such file", 404)
        _tell(error)
        is_post = flask.request.method == "POST"
        return _refused("this cannot be answered", 400 if is_post else 500)

    @server.before_request
    def refuse_strangers() -> flask.Response | None:
        host = flask.request.headers.get("Host", "")
        if not HOST.fullmatch(host) and not for_strangers:
            return _refused("this server answers to 127.0.0.1 only")
        if not for_strangers and not _is_own(flask.request.environ.get("REMOTE_PORT")):
            return _refused("this server answers the user who started it only")
        origin = flask.request.headers.get("Origin")
        is_own = origin is not None and urlsplit(origin).netloc == host
        if not is_own and (origin is not None or flask.request.method not in ("GET", "HEAD")):
            return _refused("this server answers its own pages only")
        if _is_led_here() and "begin" in flask.request.args:
            left = [pair for pair in flask.request.args.items(multi=True) if pair[0] != "begin"]
            return cast(flask.Response, flask.redirect(flask.request.path + address.encoded(left)))
        if flask.request.path == ANSWERS and not _is_asked(flask.request.get_json(), answers):
            return _refused("no page of this server asks so", 400)
        return None

    @server.after_request
    def say_what_may_load(response: flask.Response) -> flask.Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


def _is_own(port: object) -> bool:
    """Whether a connection comes from a program of this user, where the system can say so."""
    if not isinstance(port, int) or not hasattr(os, "getuid"):
        return True
    try:
        lines = SOCKETS.read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return True
    for line in lines:
        words = line.split()
        if len(words) > 7 and words[1] == f"0100007F:{port:04X}":
            return int(words[7]) in (os.getuid(), 0)
    return True


def _is_led_here() -> bool:
    """Whether a link of another site leads here: it may show a page, and begin nothing."""
    return flask.request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")


def _is_asked(body: Any, answers: Mapping[str, Any]) -> bool:
    """Whether a page asks for something that there is, with values that its controls can have."""
    output = body.get("output") if isinstance(body, dict) else None
    if not isinstance(output, str) or output not in answers:
        return False
    for part in ("inputs", "state"):
        given, places = body.get(part, []), answers[output][part]
        if not isinstance(given, list) or len(given) != len(places):
            return False
        for one, place in zip(given, places, strict=True):
            several = str(place["id"]).startswith("{")  # any number of controls of a kind
            if several != isinstance(one, list) or not all(
                isinstance(control, dict)
                and control.get("property") == place["property"]
                and (
                    isinstance(control.get("id"), dict)
                    if several
                    else control.get("id") == place["id"]
                )
                and _fits(control.get("value"), _name(place["id"]), place["property"])
                for control in (one if several else [one])
            ):
                return False
    return True


def _name(identity: str) -> str:
    """Name of a control, or of a kind of which there is any number ({"mix-lever":["ALL"]})."""
    return identity.partition(":")[0].strip('{"')


def _fits(value: Any, name: str, property_name: str) -> bool:
    """Whether a control can have this value; the end of its name says which kind it is of."""
    if property_name == "clickData":
        return value is None or isinstance(value, dict)
    if property_name == "id":
        return isinstance(value, dict) and all(_is_plain(part, str) for part in value.values())
    end = name.rpartition("-")[2] if property_name == "value" else property_name
    if value is None:
        return True
    if end == "duty":
        return isinstance(value, list) and all(
            isinstance(hour, list)
            and len(hour) == 3
            and all(_is_plain(part, int, float, str) for part in hour)
            for hour in value
        )
    if end in ("proposals", "closed", "scenarios"):
        return isinstance(value, list) and all(_is_plain(part, str) for part in value)
    numbers = {"n_clicks": (int,), "n_intervals": (int,), **dict.fromkeys(AMOUNTS, (int, float))}
    return _is_plain(value, *numbers.get(end, (str,)))


def _is_plain(value: Any, *kinds: type) -> bool:
    """Whether a value is a text that can be written, or a number that can be meant."""
    if type(value) not in kinds:
        return False
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT and not any(
            "\ud800" <= letter < "\ue000" for letter in value
        )
    return bool(abs(value) <= LARGEST_NUMBER)


def _refused(why: str, status: int = 403) -> flask.Response:
    return flask.Response(f"refused: {why}\n", status=status, mimetype="text/plain")
