"""The application: one page at a time, laid out from its address, for this machine alone."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import flask
from dash import Dash, Input, Output, State, dcc, html, set_props

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

INDEX = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{front}</style>
{css}
</head>
<body>
{app_entry}
<div>{config}{scripts}{renderer}</div>
</body>
</html>
"""

FOLLOW_QUERY = """
function (query) {
    if (typeof query !== "string") { return window.dash_clientside.no_update; }
    window.border_address(query);
    return window.dash_clientside.no_update;
}
"""
SETTLE = """
function (children, asked) {
    window.border_settle();
    return window.dash_clientside.no_update;
}
"""


class Page(Dash):
    """Dash with a page of our own around it, in the language that was asked for."""

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]
        """Fill in the page that the browser loads first."""
        lang = address.language(flask.request.query_string.decode("latin-1"))
        with in_language(lang):
            title = gettext("guns-at-the-border")
        return INDEX.format(
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
    guard(app.server, for_strangers=for_strangers)
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
    first = next(iter(str(error).splitlines()), "")
    plainly(f"dashboard: {type(error).__name__}: {first}")
    words = f"{type(error).__name__}: {first[:200]}"
    set_props("trouble", {"children": html.P(words, className="notice")})


def _route(app: Dash, app_state: AppState) -> None:
    @app.callback(
        Output("page", "children"),
        Input("address", "pathname"),
        Input("address", "search"),
    )
    def lay_out(pathname: str | None, search: str | None) -> Children:
        with in_language(address.language(search)):
            view, complaints = address.read(pathname, search)
            try:
                content = PAGES[view.page][0](view, app_state)
            except InputError as error:
                content = [html.H1(gettext("this-cannot-be-shown")), refusal(error)]
            return framed(view, content, complaints)

    app.clientside_callback(  # type: ignore[no-untyped-call]
        FOLLOW_QUERY, Output("followed", "title"), Input("query", "data"), prevent_initial_call=True
    )
    app.clientside_callback(  # type: ignore[no-untyped-call]
        SETTLE, Output("followed", "lang"), Input("page", "children"), State("address", "search")
    )


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


def guard(server: flask.Flask, *, for_strangers: bool = False) -> None:
    """Answer only pages of this machine and user, or of this server; let them load nothing else.

    Parameters
    ----------
    server : flask.Flask
    for_strangers : bool
        Whether other machines may ask.
    """
    server.config["MAX_CONTENT_LENGTH"] = MOST_BYTES

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


def _refused(why: str) -> flask.Response:
    return flask.Response(f"refused: {why}\n", status=403, mimetype="text/plain")
