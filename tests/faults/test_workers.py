"""Workers that stop are ended, and what they had in hand is run again; quotas are respected."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analysis.dashboard.live import Live
from sim.execute import execution
from sim.execute.live import memory_mib
from sim.execute.ray_cluster import Signs, _began, _end_process
from sim.progress import read_status

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SLOW = """
import functools, sys
import stand_in
import sim.execute.pool as pool
import sim.study.run
import sim.__main__ as door
if __name__ == "__main__":
    pool.SILENT_S = 6.0
    sim.study.run.Job = functools.partial(sim.study.run.Job, model=stand_in.slow)
    sys.exit(door.main())
"""


def stopped_worker(driver: int) -> int:
    """Stop a process that the driver started and that runs replications."""
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(
                line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line
            )
            words = status.with_name("cmdline").read_bytes()
        except OSError:
            continue
        if int(lines["PPid"]) == driver and b"spawn_main" in words:
            os.kill(int(lines["Pid"]), signal.SIGSTOP)
            return int(lines["Pid"])
    raise AssertionError("no worker")


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the worker in /proc")
@pytest.mark.parametrize("interrupt", [False, True])
def test_a_stopped_worker_does_not_stop_the_study(tmp_path: Path, interrupt: bool) -> None:
    script = tmp_path / "slow.py"
    script.write_text(SLOW, encoding="utf-8")
    command = [
        sys.executable, str(script), "ports=[sarnia]", "run.days=2", "run.replications=12",
        "execution.workers=2", f"study.dir={tmp_path / 'study'}",
    ]  # fmt: skip
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "tests" / "pipeline"), str(ROOT)])
    }  # fmt: skip
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
        text=True, start_new_session=True,
    )  # fmt: skip
    try:
        until = time.monotonic() + 120
        while not list(tmp_path.glob("study/store/*/part-*")):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < until
            time.sleep(0.05)
        worker = stopped_worker(process.pid)
        if interrupt:
            process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=180)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    assert not Path(f"/proc/{worker}").exists()
    if interrupt:
        assert process.returncode == 130
        assert said.splitlines()[-1].startswith("interrupted: ")
        assert "Traceback" not in said
    else:
        assert process.returncode == 0
        assert f"worker {worker} has given no sign of life" in said
        assert "Traceback" not in said
        assert read_status(tmp_path / "study").done == 12


def test_allocations_and_quotas_limit_the_processes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)
    for name in execution.ALLOCATED:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(execution, "GROUPS", tmp_path / "none")
    assert execution.processors() == 16
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "6")
    assert execution.processors() == 6
    group = tmp_path / "groups"
    (group / "a" / "b").mkdir(parents=True)
    (group / "a" / "cpu.max").write_text("50000 100000\n")
    (group / "a" / "b" / "cpu.max").write_text("max 100000\n")
    own = tmp_path / "cgroup"
    own.write_text("0::/a/b\n")
    monkeypatch.setattr(execution, "GROUPS", group)
    monkeypatch.setattr(execution, "OWN_GROUP", own)
    assert execution.processors() == 1
    (group / "a" / "cpu.max").write_text("250000 100000\n")
    assert execution.processors() == 3


def test_signs_of_a_cluster_are_missed_after_a_while_once_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr("sim.execute.ray_cluster.time.monotonic", lambda: now[0])
    signs = Signs(every_s=2.0)
    here, there = ("node", "host", 1, "5"), ("node", "host", 2, "6")
    for process in (here, there):
        signs.sign(process)
    now[0] = 3600.0  # the machine was suspended: nobody was silent
    assert signs.silent(60.0) == []
    for second in range(3602, 3650, 2):
        now[0] = float(second)
        signs.sign(here)
        assert signs.silent(60.0) == []
    now[0] = 3652.0
    signs.sign(here)
    assert signs.silent(60.0) == []
    now[0] = 3658.0
    assert signs.silent(60.0) == [there]
    assert signs.silent(60.0) == []


def test_only_the_process_that_was_meant_is_ended() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        began = _began(process.pid)
        _end_process(process.pid, f"{began}0")
        assert process.poll() is None
        _end_process(process.pid, began)
        assert process.wait(60) == -signal.SIGKILL
    _end_process(process.pid, began)


def test_a_live_run_of_too_much_memory_is_ended(tmp_path: Path) -> None:
    live = Live(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", "held = bytes(range(256)) * 4 * 2**18; print(flush=True); input()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        live._running["run"] = process
        assert 250.0 < memory_mib(process.pid) < 500.0
        for most, ended in ((1500.0, []), (200.0, ["run"])):
            live._most_mib["run"] = most
            assert live.beyond_limits(time.monotonic()) == ended
        process.kill()
