"""A study whose driver is killed again and again ends with the bytes of one that was left alone."""

import functools
import importlib
import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import sim.__main__ as door
from sim.errors import InputError
from sim.progress import read_status
from tests.pipeline import stand_in

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
REPLICATIONS_A_KILL = 15
STUDY = ["compare=[more_officers]", "ports=[sarnia]", "run.days=2"]
TABLES = ("summary", "port_hours", "officer_hours", "attempts")
PATIENCE_S = 300

SCRIPT = """
import functools
import sys
import time
import stand_in
import sim.study.run
import sim.__main__ as door

class Slow(sim.study.run.Store):
    def load(self, task):
        time.sleep(0.02)  # tables of a hundred replications take longer than any kill waits
        return super().load(task)

if __name__ == "__main__":
    sim.study.run.Store = Slow
    sim.study.run.Job = functools.partial(sim.study.run.Job, model=stand_in.brief)
    sys.exit(door.main())
"""


def start(
    script: Path, folder: Path, words: list[str], allowance: float = math.inf
) -> subprocess.Popen[bytes]:
    path = f"{HERE}{os.pathsep}{ROOT}"
    return subprocess.Popen(
        [sys.executable, str(script), *words, f"study.dir='{folder}'"],
        cwd=script.parent,
        env={**os.environ, "PYTHONPATH": path, stand_in.ALLOWANCE: str(allowance)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def left_running(session: int) -> list[str]:
    """Processes of a session that are still there."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_text().replace("\0", " ").strip()
            inside = os.getsid(int(path.parent.name)) == session
        except OSError:
            continue
        if inside and command:  # one without a command is dead and waits for its parent
            found.append(command)
    return found


def beyond_forecast(printed: bytes) -> list[bytes]:
    """Lines beside those that foretell what a thousand replications and more will cost."""
    foretold = [b"points", b"expected precision"]
    return [line for line in printed.splitlines() if not any(word in line for word in foretold)]


def wait_until_gone(process: subprocess.Popen[bytes]) -> None:
    patience = time.monotonic() + 60
    while left := left_running(process.pid):
        assert time.monotonic() < patience, left
        time.sleep(0.05)


def done(folder: Path) -> int:
    try:
        return read_status(folder).done
    except InputError:
        return 0


def content(folder: Path) -> dict[str, bytes]:
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    manifest = json.loads(files["manifest.json"])
    for changing in ("began", "ended", "configuration"):
        del manifest[changing]
    files["manifest.json"] = json.dumps(manifest).encode()
    for passing in ("progress.json", "plan.json"):
        del files[passing]
    return files


def unbroken(folder: Path, words: list[str], monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The same study in this process, from beginning to end."""
    job = importlib.import_module("sim.study.run").Job
    quick = functools.partial(job, model=stand_in.run_replication)
    monkeypatch.setattr("sim.study.run.Job", quick)
    monkeypatch.setattr(sys, "argv", ["sim", *words, "execution=serial", f"study.dir='{folder}'"])
    assert door.main() == 0
    return content(folder)


@pytest.mark.parametrize(
    ("execution", "workers", "kills"),
    [
        ("pool", 2, 4),
        *(
            pytest.param(execution, workers, 20, marks=pytest.mark.slow)
            for execution, workers in (("pool", 1), ("pool", 2), ("pool", 4), ("ray", 2))
        ),
    ],
)
def test_killed_at_random_moments_it_ends_as_if_it_had_not_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, execution: str, workers: int, kills: int
) -> None:
    if execution == "ray":
        pytest.importorskip("ray")
    script = tmp_path / "brief.py"
    script.write_text(SCRIPT, encoding="utf-8")
    folder = tmp_path / "study"
    study = [*STUDY, f"run.replications={REPLICATIONS_A_KILL * kills * workers}"]
    # Of two scenarios: it is not done before the last kill.
    allowance = 2 * REPLICATIONS_A_KILL * kills // (kills + 1)
    words = [*study, f"execution={execution}", f"execution.workers={workers}"]
    chance = np.random.default_rng(workers)
    for kill in range(kills + 2):
        process = start(script, folder, words, allowance if kill < kills else math.inf)
        if kill % 4 == 3 and kill < kills:  # while it starts
            time.sleep(chance.uniform(0.0, 3.0))
        elif kill < kills:  # while it works
            wait_for(process, folder, done(folder), "running")
            time.sleep(chance.uniform(0.0, 0.8))
        else:  # while it writes its tables
            wait_for(process, folder, sys.maxsize, "writing")
            time.sleep(chance.uniform(0.0, 0.8))
        assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGKILL)
        process.communicate()
        wait_until_gone(process)
    process = start(script, folder, words)
    _, printed = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, beyond_forecast(printed)) == (0, [])
    assert read_status(folder).state == "done"
    wait_until_gone(process)
    killed = content(folder)
    whole = unbroken(tmp_path / "unbroken", study, monkeypatch)
    assert killed.keys() == whole.keys()
    for name, expected in whole.items():
        assert killed[name] == expected, name
    assert not list(folder.glob(".*"))
    assert not list((folder / "store").glob(".writing-*"))


def wait_for(process: subprocess.Popen[bytes], folder: Path, before: int, state: str) -> None:
    """Wait until a run has done more than before, or is in a state other than running.

    However slow the machine is: patience ends where nothing has been done for a while.
    """
    patience = time.monotonic() + PATIENCE_S
    seen = -1
    while process.poll() is None:
        assert time.monotonic() < patience
        if (folder / "progress.json").exists():
            status = read_status(folder)
            if status.done != seen:
                seen, patience = status.done, time.monotonic() + PATIENCE_S
            if status.pid == process.pid and (
                status.done > before if state == "running" else status.state == state
            ):
                return
        time.sleep(0.01)
