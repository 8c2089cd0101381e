"""Serving the dashboard to the browsers of this machine."""

import contextlib
import errno
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from analysis.dashboard.app import make_app
from analysis.dashboard.folders import Folders
from analysis.dashboard.frame import AppState
from analysis.dashboard.home_page import warm
from analysis.dashboard.live import clean
from sim.errors import InputError, check_within

LOOPBACK = "127.0.0.1"
PORT = 8050
MOST_PORTS = 20
SILENT_S = 120.0
"""A connection on which nothing comes for this long is closed, with the thread that waits."""


class _Quiet(WSGIRequestHandler):
    """Says nothing of requests."""

    protocol_version = "HTTP/1.1"
    timeout = SILENT_S

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


def open_server(
    app_state: AppState, port: int | None = None, host: str = LOOPBACK
) -> BaseWSGIServer:
    """Make a server that answers ten browsers at once, on the loopback address if not told else.

    Parameters
    ----------
    app_state : AppState
    port : int, optional
        0 for any that is free; by default the first free one from `PORT`.
    host : str
        Address to listen at; other machines may ask if it is not the loopback address.

    Raises
    ------
    InputError
        If the port is taken, or the address is none of this machine.
    """
    if port is not None:
        check_within("--port", port, 0, 65_535)
    wanted = range(PORT, PORT + MOST_PORTS) if port is None else (port,)
    for number in wanted:
        if _is_free(host, number):
            app = make_app(app_state, for_strangers=host != LOOPBACK)
            return make_server(host, number, app.server, threaded=True, request_handler=_Quiet)
    raise InputError(f"port {wanted[0]} of {host} is taken; name another with --port")


def _is_free(host: str, port: int) -> bool:
    """Whether a port can be had; the server itself would print its complaint."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror:
            raise InputError(f"--host {host} is no address of this machine") from None
        except PermissionError:
            raise InputError(f"--port {port} needs the rights of an administrator") from None
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise InputError(f"--host {host} is no address of this machine") from None
            return False
    return True


def serve(
    chosen: list[Path], port: int | None, say: Callable[[str], object], host: str = LOOPBACK
) -> None:
    """Serve until interrupted.

    Parameters
    ----------
    chosen : list of Path
        Results folders, or folders of results folders.
    port : int, optional
        Of the loopback address; by default the first free one from `PORT`.
    say : callable
        Takes a line for the user.
    host : str
        Address to listen at: the loopback address, so this machine alone, if not told else.
    """
    os.umask(0o077)  # what is made from here on is of this user alone
    folders = Folders.of(chosen)
    app_state = AppState.of(folders)
    server = open_server(app_state, port, host)
    try:
        with contextlib.suppress(OSError):  # another server may be at it
            clean(folders.live)
        say(f"dashboard: http://{host}:{server.server_port}/  (Ctrl-C stops it)")
        if not folders.finished():
            where = ", ".join(map(str, chosen))
            say(f"there is no study in {where} yet: border run experiment=headline makes one")
        threading.Thread(target=warm, args=(folders,), daemon=True).start()
        threading.Thread(target=app_state.live.ready, daemon=True).start()
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()  # which takes an interruption for its end
        say("dashboard: stopped")
    finally:
        server.server_close()
        app_state.live.close()
