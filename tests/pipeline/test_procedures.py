"""Precision, selection and optimisation from the command line: stopped, continued, refused."""

import sys
import types
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import sim.__main__ as door
from sim.results.reading import read_study
from tests.pipeline import stand_in

SMALL = ["ports=[sarnia]", "run.days=1", "run.start=2005-07-04", "execution=serial"]
PRECISE = ["precision={mean_wait_min: 2.0}", "stopping.pilot=3", "stopping.maximum=40"]
SELECT = ["selection.metric=mean_wait_min", "selection.margin=1.0", "stopping.pilot=3",
          "stopping.maximum=12", "compare=[more_officers,more_searches]"]  # fmt: skip
OPTIMISE = ["design=optimise", "design.points=6", "design.batch=2", "run.replications=2",
            "design.vary={inspection.selective_share: [0.005, 0.03]}"]  # fmt: skip

MIXES = ["design=mixes", "run.replications=2", "design.points=3",
         "compare=[gun_runner,etrace,direct_sharing]"]  # fmt: skip

Run = Callable[..., int]


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> types.SimpleNamespace:
    seen = types.SimpleNamespace(calls=0, stop_after=10**9)

    def run_replication(point, replication):
        if seen.calls >= seen.stop_after:
            raise KeyboardInterrupt
        seen.calls += 1
        return stand_in.run_replication(point, replication)

    monkeypatch.setitem(sys.modules, "sim.replication", stand_in.model_of(run_replication))
    return seen


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, model: types.SimpleNamespace) -> Run:
    def command(folder: Path, *given: str) -> int:
        monkeypatch.setattr(sys, "argv", ["sim", *SMALL, *given, f"study.dir={folder}"])
        return door.main()

    return command


@pytest.mark.parametrize("asked", [PRECISE, SELECT, OPTIMISE, MIXES], ids=lambda one: one[0])
def test_a_procedure_that_was_stopped_continues_and_comes_to_the_same(
    asked: list[str], run: Run, model: types.SimpleNamespace, tmp_path: Path
) -> None:
    assert run(tmp_path / "whole", *asked) == 0
    needed = model.calls
    model.calls, model.stop_after = 0, needed // 2
    assert run(tmp_path / "stopped", *asked) == door.INTERRUPTED
    model.stop_after = 10**9
    assert run(tmp_path / "stopped", *asked) == 0
    for name in ("summary.parquet", "summary.csv"):
        whole, stopped = ((tmp_path / one / name).read_bytes() for one in ("whole", "stopped"))
        assert whole == stopped
    told = [read_study(tmp_path / one).manifest["procedure"] for one in ("whole", "stopped")]
    for one in told:
        one.pop("predicted", None)
    assert told[0] == told[1]


def test_replications_in_the_store_count(
    run: Run, model: types.SimpleNamespace, tmp_path: Path
) -> None:
    assert run(tmp_path / "study", "run.replications=40") == 0
    model.calls = 0
    assert run(tmp_path / "study", *PRECISE) == 0
    assert model.calls == 0


def test_what_was_reached_is_in_the_manifest_and_in_print(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "study", *PRECISE) == 0
    about = read_study(tmp_path / "study").manifest["procedure"]
    assert about["procedure"] == "precision"
    assert about["predicted"]["replications"] > 3
    assert about["said"][0] in capsys.readouterr().out


def test_pairs_are_simulated_whole(run: Run, tmp_path: Path) -> None:
    assert run(tmp_path / "study", *MIXES) == 0
    study = read_study(tmp_path / "study")
    pairs = {"gun_runner+etrace", "gun_runner+direct_sharing", "etrace+direct_sharing"}
    assert pairs <= set(study.scenarios)
    assert study.manifest["procedure"]["pairs"] == 3


def test_a_pair_that_contradicts_itself_is_named_and_left_out(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    for name, share in (("many", 0.2), ("few", 0.01), ("other", None)):
        change = (
            f"parameter: inspection.random_share, operation: set, value: {share}"
            if share
            else "parameter: inspection.selective_share, operation: scale, value: 2"
        )
        text = f"title: {name}\nsource: made up\ninterventions: [{{{change}}}]\ncosts: []\n"
        (folder / f"{name}.yaml").write_text(text)
    of = [f"study.scenarios={folder}"]
    asked = [*MIXES[:-1], "compare=[many,few,other]", *of]
    assert run(tmp_path / "study", *asked) == 0
    assert "many+few: contradiction" in capsys.readouterr().err
    assert "many+few" not in read_study(tmp_path / "study").scenarios
    assert run(tmp_path / "other", "compare=[[many,few]]", *of) == door.BAD_INPUT
    said = capsys.readouterr().err
    assert "contradiction" in said
    assert said.count("\n") == 1


def test_trials_are_scenarios_of_the_study(run: Run, tmp_path: Path) -> None:
    assert run(tmp_path / "study", *OPTIMISE) == 0
    study = read_study(tmp_path / "study")
    made = set(study.design["scenario"])
    assert made | {"baseline"} == set(study.summary["scenario"])
    best = study.manifest["procedure"]["best"]["inspection.selective_share"]
    assert 0.005 <= best <= 0.03


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (["precision=0"], "precision = 0 is not above 0 %"),
        (["precision=-5%"], "= -5% is not above 0 and below 100 %"),
        (["precision=0.05"], "is neither a percentage such as 5% nor"),
        (["precision={mean_wait: 5%}"], "unknown metric 'mean_wait'; did you mean mean_wait_min"),
        (["precision={mean_wait_min: -1}"], "precision of mean_wait_min = -1 is not above 0 min"),
        (["precision=5%", "stopping.of=all"], "is not one of levels, differences, both"),
        (["precision=5%", "stopping.metrics=[]"], "names no metric"),
        (["precision=5%", "stopping.pilot=1"], "stopping.pilot = 1 is not within 2 and"),
        (["precision=5%", *OPTIMISE], "exclude each other: give one"),
        (["precision=5%", "execution=array", "execution.index=0", "execution.count=2"],
         "one process has to drive it"),
        (["selection.metric=mean_wait_min"], "selection.margin = None is not above 0 min"),
        (["selection.metric=arrivals"], "arrivals has no direction that is better"),
        (["selection.metric=mean_wait_min", "selection.margin=1"], "needs two scenarios or more"),
        ([*OPTIMISE, "design.goal=wait"], "unknown metric 'wait'"),
        ([*OPTIMISE, "design.at_most={mean_wait_min: x}"], "= 'x' is not a number (min)"),
        ([*MIXES[:-1], "compare=[etrace]"], "design=mixes needs two proposals or more"),
        ([*MIXES, "design.budgets=[0]"], "design.budgets: 0 is not above 0 million CAD a year"),
        ([*MIXES, "design.goal=arrivals"], "arrivals: less of it is not better"),
        (["worlds=3", "design=lhs", "design.vary=[duty.rate]"], "the design makes the worlds"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_in_one_line(
    given: list[str], complaint: str, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "study", *given) == door.BAD_INPUT
    message = capsys.readouterr().err
    assert complaint in message
    assert message.count("\n") == 1
    assert not (tmp_path / "study").exists()


def test_a_large_study_is_foretold_and_nothing_is_run_twice(
    run: Run,
    model: types.SimpleNamespace,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = ["compare=[more_officers,more_searches]", "run.replications=6"]
    assert run(tmp_path / "small", *asked) == 0
    needed = model.calls
    assert "expected precision" not in capsys.readouterr().err
    monkeypatch.setattr("sim.study.spec.FORETOLD_FROM", 10)
    model.calls = 0
    assert run(tmp_path / "large", *asked) == 0
    said = capsys.readouterr().err
    assert "18 replications in all" in said
    assert "% of the firearms that reach the market for each of 2 proposals" in said
    assert model.calls == needed
    for name in ("summary.parquet", "attempts.parquet"):
        small, large = ((tmp_path / one / name).read_bytes() for one in ("small", "large"))
        assert small == large


def test_the_precision_foretold_is_that_of_the_joint_interval() -> None:
    from analysis.equivalence import joint_intervals
    from sim.study.spec import half_interval

    sample = np.random.default_rng(2).standard_normal((3, 40))
    half = half_interval([*sample], 40, 3)
    _, low, high = joint_intervals(sample, np.ones_like(sample), 3)
    assert half == pytest.approx(float(((high - low) / 2).mean()), rel=0.1)
