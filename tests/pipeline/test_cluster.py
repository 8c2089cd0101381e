"""Two real nodes on the loopback address: what dies or joins loses nothing and changes no byte."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.execute.ray_cluster import _check
from sim.execute.reaper import holders
from sim.progress import read_status
from tests.pipeline.test_kill import (
    HERE,
    PATIENCE_S,
    ROOT,
    SCRIPT,
    beyond_forecast,
    content,
    start,
    unbroken,
    wait_until_gone,
)

STUDY = ["compare=[more_officers]", "ports=[sarnia]", "run.days=2", "run.replications=500"]
HEAD, SECOND, THIRD = "127.0.0.2", "127.0.0.3", "127.0.0.4"


def free_port(host: str) -> int:
    with closing(socket.socket()) as one:
        one.bind((host, 0))
        return int(one.getsockname()[1])


class Nodes:
    """Ray nodes on addresses of this machine, started and killed as a person would."""

    def __init__(self, temporary: Path) -> None:
        self.temporary = temporary
        self.port = free_port(HEAD)
        self.address = f"{HEAD}:{self.port}"
        self.environment = {
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
            "RAY_USAGE_STATS_ENABLED": "0",
            "PYTHONPATH": f"{HERE}{os.pathsep}{ROOT}",
        }

    def start(self, host: str) -> None:
        place = (
            ["--head", f"--port={self.port}", f"--temp-dir={self.temporary}",
             "--include-dashboard=false"]
            if host == HEAD
            else [f"--address={self.address}"]
        )  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "ray.scripts.scripts", "start", f"--node-ip-address={host}",
             "--num-cpus=1", "--object-store-memory=100000000", *place],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    def processes(self, *words: str) -> list[int]:
        found = []
        for pid in holders(self.temporary):
            with suppress(OSError):
                command = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
                if all(word in command for word in words):
                    found.append(pid)
        return found

    def kill_node(self, host: str) -> None:
        (raylet,) = self.processes("raylet/raylet", f"--node_ip_address={host}")
        os.kill(raylet, signal.SIGKILL)

    def stop(self) -> None:
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


@pytest.fixture
def nodes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Nodes]:
    pytest.importorskip("ray")
    temporary = Path(tempfile.mkdtemp(prefix="ray-"))  # a socket's path may not be long
    nodes = Nodes(temporary)
    for name, value in nodes.environment.items():
        monkeypatch.setenv(name, value)
    try:
        nodes.start(HEAD)
        nodes.start(SECOND)
        yield nodes
    finally:
        nodes.stop()
        shutil.rmtree(temporary, ignore_errors=True)


@pytest.mark.slow
def test_a_worker_dies_a_node_dies_and_a_node_joins(
    nodes: Nodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "brief.py"
    script.write_text(SCRIPT, encoding="utf-8")
    folder = tmp_path / "study"
    driver = start(script, folder, [*STUDY, "execution=ray", f"execution.address={nodes.address}"])

    def wait_for(done: int) -> None:
        patience = time.monotonic() + PATIENCE_S
        while driver.poll() is None and time.monotonic() < patience:
            if (folder / "progress.json").exists() and read_status(folder).done >= done:
                return
            time.sleep(0.02)
        raise AssertionError(driver.communicate())

    wait_for(1)
    while not (working := nodes.processes("ray::_carry_out")):  # between two chunks none is
        wait_for(1)
    os.kill(working[0], signal.SIGKILL)
    wait_for(150)
    nodes.kill_node(SECOND)
    before = {worker.name for worker in read_status(folder).workers}
    wait_for(300)
    nodes.start(THIRD)
    _, printed = driver.communicate(timeout=PATIENCE_S)
    assert (driver.returncode, beyond_forecast(printed)) == (0, [])
    status = read_status(folder)
    assert (status.state, status.done, status.failed) == ("done", 1000, 0)
    assert {worker.name for worker in status.workers} - before
    wait_until_gone(driver)
    across = content(folder)
    whole = unbroken(tmp_path / "unbroken", STUDY, monkeypatch)
    for name, expected in whole.items():
        assert across[name] == expected, name


@pytest.mark.parametrize("address", ["here", "10.0.0.5", "10.0.0.5:port", ":6379", "a:70000"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="is not local or HOST:PORT"):
        _check(address)


def test_an_address_where_nothing_listens_is_refused_at_once() -> None:
    with pytest.raises(InputError, match="does not answer"):
        _check(f"{HEAD}:{free_port(HEAD)}")


def test_something_that_answers_and_is_no_cluster_is_refused_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("ray")
    monkeypatch.setattr("sim.execute.ray_cluster.HEALTH_S", 2.0)
    with closing(socket.socket()) as silent:
        silent.bind((HEAD, 0))
        silent.listen()
        with pytest.raises(InputError, match="answers, but not as a Ray cluster"):
            _check(f"{HEAD}:{silent.getsockname()[1]}")
