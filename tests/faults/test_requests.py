"""Whatever is sent to the dashboard is answered, or refused in a line that shows nothing of it."""

import json
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analysis.dashboard.app import AMOUNTS, ANSWERS, _name, make_app
from analysis.dashboard.folders import Folders
from analysis.dashboard.frame import AppState
from analysis.dashboard.live import Live
from analysis.dashboard.serve import _Quiet, open_server, serve
from sim.errors import InputError
from tests import synthetic_study

HEADERS = {"Host": "127.0.0.1:8050", "Origin": "http://127.0.0.1:8050"}
INTERNALS = (b"Traceback", b"Error:", b"site-packages", b'File "', b"werkzeug", b"<module")
PLAIN = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
    st.sampled_from(
        ["", "sound", "baseline", "more_officers", "?lang=fr&study=sound", "../x", "\ud800", "\0",
         "2005-07-04", "near", "7", "1e999", "=1+1", "x" * 30_000, 10**400, -0.0]
    ),
)  # fmt: skip
ANY = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    root = tmp_path_factory.mktemp("dashboard") / "runs"
    synthetic_study.write(root / "sound", replications=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Live, "begin", lambda self, name, words: None)  # nothing is really run
        yield make_app(AppState.of(Folders.of([root])))


@pytest.fixture
def client(app: Any) -> FlaskClient:
    return app.server.test_client()


def sent(client: FlaskClient, body: bytes, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Status of an answer, which shows nothing of the server, and what the server has said."""
    answer = client.post(ANSWERS, data=body, content_type="application/json", headers=HEADERS)
    assert not [word for word in INTERNALS if word in answer.data]
    if answer.status_code >= 400:
        assert answer.data.count(b"\n") == 1
        assert answer.mimetype == "text/plain"
    return answer.status_code, capsys.readouterr().err


@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"[]", b"7", b'"x"', b"{}", b'{"output": []}', b"[" * 100_000,
             b"\xff\xfe", b"x" * 2_000_000, b'{"output": "page.children"}'],
    ids=lambda body: repr(body[:20]),
)  # fmt: skip
def test_a_body_that_is_none_is_refused(
    client: FlaskClient, capsys: pytest.CaptureFixture[str], body: bytes
) -> None:
    status, said = sent(client, body, capsys)
    assert status in (400, 413)
    assert said.count("\n") <= 1


@settings(PLAIN, max_examples=150)
@given(data=st.data())
def test_any_body_is_answered_or_refused(
    app: Any, client: FlaskClient, capsys: pytest.CaptureFixture[str], data: st.DataObject
) -> None:
    output = data.draw(st.sampled_from([*app.callback_map]))
    body = data.draw(
        st.fixed_dictionaries(
            {"output": st.just(output) | ANY},
            optional={
                name: ANY
                for name in (
                    "inputs",
                    "state",
                    "outputs",
                    "changedPropIds",
                    "parsedChangedPropsIds",
                )
            },
        )
    )
    status, said = sent(client, json.dumps(body).encode(), capsys)
    assert status == 400
    assert said == ""


TEXTS = st.text(max_size=20) | st.sampled_from(
    ["", "sound", "baseline", "more_officers", "near", "7", "1e999", "../x", "\0", "2005-07-04",
     "?lang=fr&study=sound", "?begin=True&mix=more_officers&run=abc", "x" * 3_000]
)  # fmt: skip
NUMBERS = st.integers(-(10**9), 10**9) | st.floats(-1e15, 1e15)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("proposals", "closed", "scenarios"), st.lists(TEXTS, max_size=3)),
    **dict.fromkeys(AMOUNTS, NUMBERS),
    **dict.fromkeys(("n_clicks", "n_intervals"), st.integers(0, 9)),
    "duty": st.lists(st.lists(NUMBERS, min_size=3, max_size=3), max_size=2),
    "clickData": st.dictionaries(st.just("points"), ANY),
}
"""What a page can send, by the end of the name of a control, or by its property."""


def asked(places: Any, data: st.DataObject) -> list[Any]:
    """Controls as a page sends them, with values drawn."""
    given: list[Any] = []
    for place in places:
        kind, name = place["property"], _name(place["id"])
        end = name.rpartition("-")[2] if kind == "value" else kind
        value = data.draw(st.none() | VALUES.get(end, TEXTS))
        if place["id"].startswith("{"):
            lever = {name: "more_officers.0"}
            given.append(
                [{"id": lever, "property": kind, "value": lever if kind == "id" else value}]
            )
        else:
            given.append({**place, "value": value})
    return given


@settings(PLAIN, max_examples=80)
@given(data=st.data())
def test_any_value_of_a_control_is_answered(
    app: Any, client: FlaskClient, capsys: pytest.CaptureFixture[str], data: st.DataObject
) -> None:
    output = data.draw(
        st.sampled_from([key for key, kept in app.callback_map.items() if "callback" in kept])
    )
    declared = app.callback_map[output]
    names = output.strip(".").split("...")
    places = [dict(zip(("id", "property"), name.split("."), strict=True)) for name in names]
    first = declared["inputs"][0]
    body = {
        "output": output,
        "outputs": places if output.startswith("..") else places[0],
        "inputs": asked(declared["inputs"], data),
        "state": asked(declared["state"], data),
        "changedPropIds": [f"{first['id']}.{first['property']}"],
    }
    assert sent(client, json.dumps(body).encode(), capsys) in ((200, ""), (204, ""))


PARTS = st.sampled_from(
    ["", "home", "mix", "results", "card", "port", "file", "assets", "static", "..", "%2e%2e",
     "%00", "_dash-layout", "_dash-component-suites", "_dash-update-component", "_dash-config",
     "_reload-hash", "_favicon.ico", "os", "dash", "etc", "passwd", "app.py", "\ud7ff", "%ff"]
)  # fmt: skip


@settings(PLAIN, max_examples=100)
@given(
    parts=st.lists(PARTS | st.text(max_size=6), max_size=4),
    query=st.dictionaries(
        st.sampled_from(["study", "name", "lang", "begin", "mix"]) | st.text(max_size=4),
        st.text(max_size=9), max_size=3,
    ),
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"]),
)  # fmt: skip
@example(parts=["", ".."], query={}, method="GET")
def test_any_address_is_answered_or_refused(
    client: FlaskClient,
    capsys: pytest.CaptureFixture[str],
    parts: list[str],
    query: dict[str, str],
    method: str,
) -> None:
    # With the server named, an address that begins with two slashes is a path and names no other.
    with client.open(
        "/" + "/".join(parts),
        base_url="http://localhost/",
        method=method,
        query_string=query,
        headers=HEADERS,
    ) as answer:
        assert answer.status_code < 500
        assert b"Traceback" not in answer.data
        if answer.status_code >= 400 and method != "HEAD":
            assert answer.data.count(b"\n") == 1
    assert capsys.readouterr().err == ""


def test_the_program_of_another_user_is_refused(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sockets = tmp_path / "tcp"
    monkeypatch.setattr("analysis.dashboard.app.SOCKETS", sockets)
    for user, status in ((os.getuid(), 200), (os.getuid() + 1, 403)):
        sockets.write_text(f"head\n 0: 0100007F:3039 0100007F:1F72 01 0:0 0:0 0 {user} 0 5\n")
        answer = client.get("/", headers=HEADERS, environ_overrides={"REMOTE_PORT": 12345})
        assert answer.status_code == (status if user else 200)


def test_what_the_dashboard_makes_is_of_this_user_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def stopped(*_: object) -> None:
        (tmp_path / "made").touch()
        raise InputError("enough")

    monkeypatch.setattr("analysis.dashboard.serve.open_server", stopped)
    usual = os.umask(0o022)
    try:
        with pytest.raises(InputError, match="enough"):
            serve([tmp_path], None, print)
    finally:
        os.umask(usual)
    assert (tmp_path / "made").stat().st_mode & 0o077 == 0


def test_a_connection_on_which_nothing_comes_is_closed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(_Quiet, "timeout", 0.2)
    server = open_server(AppState.of(Folders.of([tmp_path])), 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for sent_before in (b"", b"POST / HTTP/1.1\r\nContent-Le"):
            with socket.create_connection(("127.0.0.1", server.server_port), timeout=60) as line:
                line.sendall(sent_before)
                while line.recv(1000):
                    pass
    finally:
        server.shutdown()
        server.server_close()
