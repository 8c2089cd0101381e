"""A study that grows can be read from outside, and one that is stopped loses nothing."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.execute.live import read_plan, summary_of
from sim.progress import read_status
from sim.results.reading import read_study

ROOT = Path(__file__).resolve().parents[2]
SMALL = ["ports=[big-beaver]", "run.days=2", "execution=serial"]
PATIENCE_S = 240


def waiting() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sim.execute.worker"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ask(process: subprocess.Popen[str], words: list[str]) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(words) + "\n")
    process.stdin.flush()


def wait_for_two(process: subprocess.Popen[str], folder: Path) -> None:
    """Wait until two replications are kept, or the process has ended."""
    for _ in range(PATIENCE_S * 20):
        if (folder / "plan.json").is_file() and len(read_plan(folder).arrived()) >= 2:
            return
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        return


def test_what_arrives_is_what_the_tables_say_at_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    with waiting() as process:
        ask(process, ["sim", "compare=[more_searches]", *SMALL, "run.replications=2",
                  f"study.dir='{folder}'"])  # fmt: skip
        assert process.wait(PATIENCE_S) == 0

    plan = read_plan(folder)
    arrived = plan.arrived()
    assert [(label.scenario, number) for label, number, _ in arrived] == [
        ("baseline", 0), ("baseline", 1), ("more_searches", 0), ("more_searches", 1)
    ]  # fmt: skip
    whole = read_study(folder).summary
    for label, number, stored in arrived:
        part = summary_of(stored, label, number)
        same = whole[(whole["scenario"] == label.scenario) & (whole["replication"] == number)]
        assert part["value"].tolist() == same["value"].tolist()
    assert dataclasses.replace(plan, code="another").arrived() == []


def test_a_run_whose_owner_ends_keeps_what_is_done_and_continues(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    words = ["sim", *SMALL, "run.days=28", "ports=[windsor-ambassador,sarnia]",
             "run.replications=400", f"study.dir='{folder}'"]  # fmt: skip
    with waiting() as process:
        ask(process, words)
        wait_for_two(process, folder)
        process.communicate(
            timeout=PATIENCE_S
        )  # closes its standard input, as a server does that ends
    assert process.returncode == 130
    assert read_status(folder).state == "interrupted"
    kept = len(read_plan(folder).arrived())
    assert 2 <= kept < 400

    again = [*words[:-2], f"run.replications={kept}", words[-1]]
    with waiting() as process:
        ask(process, again)
        assert process.wait(PATIENCE_S) == 0
    status = read_status(folder)
    assert (status.total, status.found) == (kept, kept)


def test_a_waiting_process_ends_when_it_is_asked_for_nothing() -> None:
    with waiting() as process:
        process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0


def test_a_waiting_process_runs_no_other_module() -> None:
    with waiting() as process:
        _, said = process.communicate(json.dumps(["os", "x"]) + "\n", timeout=PATIENCE_S)
    assert process.returncode == 1
    assert "os: is not one of sim" in said


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"schema": 1}', '{"schema": 1, "code": "x", "replications": 1, "points": '
     '[{"scenario": "a", "adversary": "b", "world": 0, "key": "../../etc"}]}'],
)  # fmt: skip
def test_a_plan_that_is_none_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "plan.json").write_text(content)
    with pytest.raises(InputError, match="damaged") as refused:
        read_plan(tmp_path)
    assert "\n" not in str(refused.value)


def test_where_no_run_was_begun_there_is_no_plan(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no run was begun here"):
        read_plan(tmp_path)
