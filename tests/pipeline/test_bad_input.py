"""The command line: what is wrong is said in one line, and what is done is kept."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path

import filelock
import pyarrow.parquet as pq
import pytest

import sim.__main__ as door
from sim.places.ports import DATA
from sim.progress import read_status
from tests.pipeline import stand_in

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
QUICK = ["ports=[sarnia]", "run.days=2", "run.replications=3", "execution=serial"]

Run = Callable[..., int]


def once(*words: str) -> list[str]:
    """Words of a command line, of each name the last: what is given twice is said."""
    return [*{word.partition("=")[0]: word for word in words}.values()]


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> types.SimpleNamespace:
    """The stand-in in place of the model, with the calls it got."""
    seen = types.SimpleNamespace(calls=[], replicate=stand_in.run_replication)

    def run_replication(point, replication):  # type: ignore[no-untyped-def]
        seen.calls.append((point.scenario.name, replication))
        return seen.replicate(point, replication)

    monkeypatch.setitem(sys.modules, "sim.replication", stand_in.model_of(run_replication))
    return seen


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, model: types.SimpleNamespace) -> Run:
    """The command line, its runs going to a folder of the test."""

    def command(*arguments: str) -> int:
        monkeypatch.setattr(
            sys, "argv", ["sim", *once(*arguments), f"study.dir={tmp_path / 'study'}"]
        )
        return door.main()

    return command


# What a line has to name: field, value, bound and unit, and the file; not in which words.
COMMANDS = {
    "ports=[sarna]": ["ports", "'sarna'", "sarnia"],
    "smuggling.network=handgn": ["network", "'handgn'", "handgun"],
    "smuggling.arrest_share=1.5": ["smuggling.arrest_share", "1.5", " 1 share"],
    "market.price_ceiling=0.5": ["market.price_ceiling", "0.5", " 1 ratio"],
    "scenario=more_oficers": ["scenario", "'more_oficers'", "more_officers"],
    "inspection.selective_shar=0.1": ["'inspection.selective_shar'", "inspection.selective_share"],
    "expermient=quick": ["'expermient'", "experiment"],
    "inspection.selective_share=2": ["inspection.selective_share", "2.0", " 1 share"],
    "inspection.selective_share=x": ["inspection.selective_share", "'x'", "number", "share"],
    "staffing.control_interval_min=1.5": [
        "staffing.control_interval_min", "1.5", "whole number", "min"
    ],
    "staffing.control_interval_min=7": ["control_interval_min", "7", "60 min"],
    "staffing.officers_scale=0": ["staffing", "officer"],
    "run.days=0": ["run.days", "0", " 1 days"],
    "run.traffic_replications=0": ["run.traffic_replications", "0", " 1 replications"],
    "run.traffic_replications=9": ["run.traffic_replications", "9", "run.replications = 3"],
    "run.traffic_replications=1 engine=reference": ["run.traffic_replications", "reference"],
    "run.traffic_replications=1 precision=5%": ["run.traffic_replications = 1", "precision"],
    "engine=fast": ["engine", "'fast'", "compiled, reference"],
    "experiment=national": ["experiment", "'national'", "contraband_"],
    "contraband=tea": ["contraband", "'tea'", "currency, drugs, handgun"],
    "traffic.direction=south": ["traffic.direction", "'south'", "northbound, southbound"],
    "inspection.dog_find=1.2": ["inspection.dog_find", "1.2", " 1 share"],
    "smuggling.network=currency": ["currency", "southbound"],
    "traffic=none": ["traffic", "'none'", "default"],
    "ports=[": ["configuration", "'ports=['"],
    "year=1990": ["configuration", "year", "1990", "1996"],
    "hydra.colour=red": ["'hydra.colour'"],
}  # fmt: skip


@pytest.mark.parametrize("given", COMMANDS)
def test_bad_input_is_one_line_and_status_2(
    run: Run, model: types.SimpleNamespace, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    assert run(*QUICK, *given.split()) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert [part for part in COMMANDS[given] if part not in printed.err] == []
    assert model.calls == []


CAR = "parameter: primary.car_s, operation: set"
DEMAND = "parameter: market.demand_scale, operation: set, value: 2"
SCENARIOS = {
    "{parameter: port, operation: close}": ["1", "ports", "2 days"],
    f"{{{CAR}, value: 9, start: 2005-02-01, end: 2005-01-01}}": [
        "bad.yaml", "interventions[0]", "primary.car_s", "end 2005-01-01", "start 2005-02-01"
    ],
    f"{{{CAR}, value: 1}}, {{{CAR}, value: 2}}": [
        "bad.yaml", "set primary.car_s = 1", "set primary.car_s = 2"
    ],
    "{parameter: supply.retail_open_share, operation: set, value: 0, where: {states: [WAA]}}": [
        "where.states", "'WAA'", "WA"
    ],
    f"{{{DEMAND}, where: {{markets: [ONT]}}}}": ["where.markets", "'ONT'", "ON"],
    f"{{{DEMAND}, where: {{states: [OH]}}}}": ["bad.yaml", "market.demand_scale", "states"],
    "{parameter: primary.cvv, operation: set, value: 1}": ["bad.yaml", "primary.cvv", "primary.cv"],
    "{parameter: primary.car_s, operation: set, value: {a: 1}}": [
        "bad.yaml", "interventions[0].value", "{'a': 1}", "number"
    ],
}  # fmt: skip


@pytest.mark.parametrize("text", SCENARIOS)
def test_a_bad_scenario_is_one_line_and_status_2(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str
) -> None:
    file = tmp_path / "mine" / "bad.yaml"
    file.parent.mkdir()
    file.write_text(f"title: x\nsource: x\ninterventions: [{text}]\n", encoding="utf-8")
    assert run(*QUICK, "scenario=bad", f"study.scenarios={file.parent}") == 2
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert [part for part in SCENARIOS[text] if part not in printed] == []


def test_a_run_writes_a_results_folder_and_the_second_start_runs_nothing(
    run: Run, model: types.SimpleNamespace, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(*QUICK, "compare=[more_officers]") == 0
    assert len(model.calls) == 6
    folder = tmp_path / "study"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["scenarios"] == {
        "baseline": "The border of 2005",
        "more_officers": "Increase staffing at the borders",
    }
    assert manifest["points"][1]["costs"][0]["source"]
    said = capsys.readouterr().out.splitlines()
    assert said[-2].startswith("results: ")
    assert said[-1] == f"next: python -m analysis compare {folder}"
    tables = {path.name: path.read_bytes() for path in folder.glob("*.parquet")}
    assert run(*QUICK, "compare=[more_officers]") == 0
    assert len(model.calls) == 6
    assert tables == {path.name: path.read_bytes() for path in folder.glob("*.parquet")}


def test_what_is_given_twice_is_said(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*QUICK, "++run.seed=3", "run.seed=4") == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line == "configuration: run.seed is given twice: 4 holds, 3 is not read"


def test_a_pipe_gets_no_progress(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*QUICK) == 0
    assert capsys.readouterr().err == ""


def test_a_sweep_gives_every_point_a_folder_and_one_store(
    run: Run, model: types.SimpleNamespace, tmp_path: Path
) -> None:
    assert (
        run("-m", *QUICK, "scenario=baseline,more_searches", "inspection.dog_share=0.01,0.02") == 0
    )
    folders = {path.parent.name for path in (tmp_path / "study").glob("*/manifest.json")}
    assert folders == {
        f"scenario={scenario},inspection.dog_share={share}"
        for scenario in ("baseline", "more_searches")
        for share in ("0.01", "0.02")
    }
    assert len(model.calls) == 12
    left = {path.name for path in (tmp_path / "study").iterdir()} - folders
    assert left == {"store", "progress.json", "plan.json"}


def test_a_csv_that_would_be_too_long_is_left_out_and_that_is_said(
    run: Run,
    model: types.SimpleNamespace,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    assert run(*QUICK) == 0
    assert "summary.csv" not in capsys.readouterr().out
    monkeypatch.setattr("sim.results.writing.CSV_MOST_ROWS", 3)
    assert run(*QUICK, "run.replications=4") == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith(f"no {tmp_path / 'study' / 'summary.csv'}: ")
    assert "more than 3 rows" in last
    assert f"pandas.read_parquet('{tmp_path / 'study' / 'summary.parquet'}')" in last


def test_damage_is_reported_and_run_again(
    run: Run, model: types.SimpleNamespace, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(*QUICK)
    folder = tmp_path / "study"
    summary = (folder / "summary.csv").read_bytes()
    first, second, third = sorted(folder.glob("store/*/part-*"))
    index, cut, flipped = first / "index.parquet", second / "laws.parquet", third / "laws.parquet"
    index.write_bytes(index.read_bytes()[:-10])
    cut.write_bytes(b"")
    content = bytearray(flipped.read_bytes())
    content[pq.read_metadata(flipped).row_group(0).column(6).data_page_offset + 20] ^= 0xFF
    flipped.write_bytes(content)
    (folder / "summary.parquet").write_bytes(b"damaged too")
    model.calls.clear()
    capsys.readouterr()
    assert run(*QUICK) == 0
    assert sorted(model.calls) == [("baseline", 0), ("baseline", 1), ("baseline", 2)]
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert all("damaged" in line and "run again" in line for line in lines)
    assert (folder / "summary.csv").read_bytes() == summary
    assert run(*QUICK) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("file", "format_file", "words"),
    [
        ("2a5af08ddd2cdf47-compiled/000000.replication", None, "store 1"),
        ("0123456789abcdef01234567.part", '{"store": 2, "tables": 2}', "store 2, tables 2"),
        ("0123456789abcdef01234567.part", "{", "damaged"),
    ],
)
def test_a_store_of_another_version_is_set_aside(
    run: Run,
    model: types.SimpleNamespace,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    file: str,
    format_file: str | None,
    words: str,
) -> None:
    store = tmp_path / "study" / "store"
    (store / file).parent.mkdir(parents=True)
    (store / file).write_bytes(b"older ...")
    if format_file:
        (store / "store.json").write_text(format_file, encoding="utf-8")
    assert run(*QUICK) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert f"a store of another version ({words}; this program keeps store 3" in line
    assert line.endswith(f"is not used; it is kept in {store / 'older-1'}")
    assert (store / "older-1" / file).read_bytes() == b"older ..."
    assert run(*QUICK) == 0
    assert len(model.calls) == 3
    assert capsys.readouterr().err == ""


def test_results_of_other_code_are_not_taken_for_done_and_not_lost(
    run: Run,
    model: types.SimpleNamespace,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run(*QUICK)
    with monkeypatch.context() as another:
        another.setattr("sim.study.run.code_digest", lambda: "other")
        another.setattr("sim.study.spec.code_digest", lambda: "other")
        run(*QUICK)
        run(*QUICK)
    assert len(model.calls) == 6
    (line,) = capsys.readouterr().err.splitlines()
    assert "3 replications of another version of the code are not used; they are kept in" in line
    run(*QUICK)
    assert len(model.calls) == 6


def test_large_tables_are_on_disk_once_and_serve_later_studies(
    run: Run,
    model: types.SimpleNamespace,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr("sim.execute.store.LINKED_BYTES", 0)
    folder = tmp_path / "study"

    def parts() -> list[str]:
        return sorted(path.name.partition("-")[0] for path in folder.glob("store/*/[!.]*-*"))

    run(*QUICK)
    (part,) = folder.glob("store/*/study-*")
    assert parts() == ["study"]
    assert (part / "summary.parquet").samefile(folder / "summary.parquet")
    three = (folder / "summary.csv").read_bytes()
    run(*QUICK, "run.replications=5")
    assert (len(model.calls), parts()) == (5, ["study"])
    five = (folder / "summary.csv").read_bytes()
    run(*QUICK, "run.replications=1", "compare=[more_searches]", "study.replace=true")
    assert (len(model.calls), parts()) == (6, ["study", "study"])
    run(*QUICK, "study.replace=true")
    assert (folder / "summary.csv").read_bytes() == three
    capsys.readouterr()
    (folder / "summary.parquet").write_bytes(b"damaged")
    run(*QUICK, "run.replications=5")
    assert (folder / "summary.csv").read_bytes() == five
    for line in capsys.readouterr().err.splitlines():
        assert "summary.parquet: damaged; " in line or "it has another size" in line
    assert parts().count("part") == 0


def test_a_folder_of_something_else_is_left_alone(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "thesis.tex").write_text("x", encoding="utf-8")
    assert run(*QUICK) == 2
    assert "holds other files and no results" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "study").iterdir()] == ["thesis.tex"]


def test_a_broken_law_is_named_and_gives_status_1(
    run: Run, model: types.SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    model.replicate = stand_in.breaks_a_law
    assert run(*QUICK, "compare=[more_searches]") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "vehicles in = vehicles out + in line" in line
    assert "scenario more_searches, smugglers quantal_response, replication 1" in line


def test_ctrl_c_keeps_what_is_done(
    run: Run, model: types.SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(point, replication):  # type: ignore[no-untyped-def]
        if replication == 2:
            raise KeyboardInterrupt
        return stand_in.run_replication(point, replication)

    model.replicate = interrupted
    assert run(*QUICK) == 130
    assert "interrupted: 2 of 3 replications are kept" in capsys.readouterr().err
    model.replicate = stand_in.run_replication
    model.calls.clear()
    assert run(*QUICK) == 0
    assert model.calls == [("baseline", 2)]


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
FLUSHED = 2 + 5
"""What the disk is made to keep of a store and its first part: a file or folder at a time."""


def test_a_full_disk_is_one_line_and_nothing_is_half_written(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = os.fsync
    written = []

    def fills_up(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) > FLUSHED:
            raise FULL
        kept(descriptor)

    monkeypatch.setattr("os.fsync", fills_up)
    assert run(*QUICK) == 2
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert "No space left on device; 1 of 3 replications are kept" in printed
    paths = [path for path in (tmp_path / "study").rglob("*") if path.is_file()]
    assert len({path.parent for path in paths if path.name == "index.parquet"}) == 1
    assert sorted(path.name for path in paths if not path.parent.name.startswith("part-")) == [
        ".lock", ".preparing", "plan.json", "progress.json", "store.json",
    ]  # fmt: skip


@pytest.mark.skipif(shutil.which("mount") is None or os.geteuid() != 0, reason="needs to mount")
def test_a_disk_that_really_is_full(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    disk = tmp_path / "study"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("cannot mount a small disk here")
    try:
        assert run(*QUICK, "run.replications=50") == 2
        printed = capsys.readouterr().err
        assert printed.count("\n") == 1
        assert "No space left on device" in printed
        assert not list(disk.rglob(".writing-*"))
    finally:
        subprocess.run(["umount", str(disk)], check=True)


SLOW = """
import sys
import functools
import stand_in
import sim.study.run
import sim.__main__ as door
if __name__ == "__main__":
    sim.study.run.Job = functools.partial(sim.study.run.Job, model=stand_in.slow)
    sys.exit(door.main())
"""


@pytest.mark.parametrize("execution", ["serial", "pool"])
def test_a_real_ctrl_c_ends_at_once_and_the_same_command_continues(
    tmp_path: Path, execution: str
) -> None:
    script = tmp_path / "slow.py"
    script.write_text(SLOW, encoding="utf-8")
    command = [
        sys.executable, str(script), "ports=[sarnia]", "run.days=2", "run.replications=8",
        f"execution={execution}", "execution.workers=2", f"study.dir={tmp_path / 'study'}",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{ROOT}"}
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        patience = time.monotonic() + 60
        while process.poll() is None and not list(tmp_path.glob("study/store/*/part-*")):
            assert time.monotonic() < patience, process.poll()
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to the workers as well
        _, printed = process.communicate(timeout=30)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    assert process.returncode == 130
    assert printed.startswith("interrupted: ")
    assert printed.count("\n") == 1
    kept = int(printed.split()[1])
    assert 1 <= kept < 8
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    status = read_status(tmp_path / "study")
    assert (status.state, status.done, status.found) == ("done", 8, kept)


def test_a_summary_that_was_edited_is_kept_beside_the_one_made_anew(
    run: Run, tmp_path: Path
) -> None:
    assert run(*QUICK) == 0
    path = tmp_path / "study" / "summary.csv"
    made = path.read_bytes()
    path.write_bytes(b"mine")
    assert run(*QUICK) == 0
    assert path.read_bytes() == made
    assert path.with_name("summary.edited.csv").read_bytes() == b"mine"


def test_two_runs_do_not_share_a_folder_at_once(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    store = tmp_path / "study" / "store"
    store.mkdir(parents=True)
    with filelock.FileLock(store / ".lock"):
        assert run(*QUICK) == 2
    assert "is in use by another run" in capsys.readouterr().err


def test_jobs_of_an_array_do_their_shares_and_the_whole_study_only_writes(
    run: Run, model: types.SimpleNamespace, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    study = [*QUICK[:-1], "compare=[more_officers]", "execution.workers=1"]
    for index in range(2):
        monkey = ["--task-index", str(index), "--task-count", "4"]
        assert run(*study, *monkey, "run.replications=2") == 0
        assert f"job {index} of 4: 1 replications are kept" in capsys.readouterr().out
    assert not (tmp_path / "study" / "manifest.json").exists()
    model.calls.clear()
    assert run(*study, "execution=serial", "run.replications=2") == 0
    assert len(model.calls) == 2
    assert (tmp_path / "study" / "manifest.json").exists()


def test_a_study_without_a_folder_of_its_own_does_not_replace_another(
    monkeypatch: pytest.MonkeyPatch,
    model: types.SimpleNamespace,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)

    def command(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["sim", *once(*QUICK, *words)])
        assert door.main() == 0
        return capsys.readouterr().err

    assert command() == ""
    first = (tmp_path / "runs/baseline/summary.csv").read_bytes()
    assert command("run.replications=4") == ""
    assert len((tmp_path / "runs/baseline/summary.csv").read_bytes()) > len(first)
    assert "runs/baseline holds another study (run.days = 2 there, 3 here)" in command("run.days=3")
    monkeypatch.setattr(
        sys, "argv", ["sim", *once(*QUICK, "run.days=3"), "study.dir=runs/baseline"]
    )
    assert door.main() == 2
    refused = capsys.readouterr().err
    assert "study.dir = runs/baseline holds another study (run.days = 2 there, 3 here)" in refused
    assert refused.endswith("add study.replace=true\n")
    assert command("run.days=3", "study.dir=runs/baseline", "study.replace=true") == ""
    names = sorted(path.name for path in (tmp_path / "runs").iterdir())
    assert len(names) == 2
    assert names[1].startswith("baseline-")


def test_a_study_of_other_files_does_not_replace_one_under_the_same_settings(
    monkeypatch: pytest.MonkeyPatch,
    model: types.SimpleNamespace,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    words = [*QUICK, "compare=[mine]", "study.scenarios=own", "study.ports_table=ports.csv"]

    def command(*more: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["sim", *words, *more])
        return door.main(), capsys.readouterr().err

    scenario, table = tmp_path / "own" / "mine.yaml", tmp_path / "ports.csv"
    scenario.parent.mkdir()
    text = (
        "title: x\nsource: x\ninterventions: [{parameter: primary.car_s, operation: set, value: 9}]"
    )
    ports = (DATA / "ports.csv").read_text(encoding="utf-8")
    scenario.write_text(text, encoding="utf-8")
    table.write_text(ports, encoding="utf-8")
    assert command("study.dir=s") == (0, "")
    scenario.write_text(text.replace("title: x", "title: another"), encoding="utf-8")
    assert command("study.dir=s") == (0, ""), "a title decides no result"
    kept = (tmp_path / "s" / "summary.csv").read_bytes()
    scenario.write_text(text.replace("9", "8"), encoding="utf-8")
    status, said = command("study.dir=s")
    assert status == 2
    assert "holds another study (the file of scenario mine held something else)" in said
    scenario.write_text(text, encoding="utf-8")
    table.write_text(ports.replace("42.998611", "42.9"), encoding="utf-8")
    status, said = command("study.dir=s")
    assert status == 2
    assert "its port table, traffic, network or scenario files held something else" in said
    assert (tmp_path / "s" / "summary.csv").read_bytes() == kept
    assert command("study.dir=s", "study.replace=true") == (0, "")
