"""A sweep of the command line: counted first, composed once, run as one study."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import sim.__main__ as door
from sim.config import command_line
from sim.scenario.point import Point
from sim.study import run as run_study
from tests.pipeline import stand_in

QUICK = ["ports=[sarnia]", "run.days=2", "run.replications=1", "execution=serial"]


@pytest.fixture
def compose() -> Callable[..., list[Point]]:
    def composed(*words: str) -> list[Point]:
        return [spec.points[0] for spec in command_line.compose(words).specs]

    return composed


SWEEPS = {
    "values": ["primary.cv=0.5,0.7", "inspection.dog_share=range(0.01,0.04,0.01)"],
    "a group and a value": ["staffing=default,lean", "inspection.dog_share=0.01,0.02"],
    "scenarios, seeds and smugglers": [
        "scenario=baseline,[more_officers,more_searches]", "run.seed=1,2", "adversary=static,null"
    ],
    "a list": ["ports=[sarnia],[aden,sarnia]", "year=2005,2019"],
}  # fmt: skip


@pytest.mark.parametrize("words", SWEEPS.values(), ids=SWEEPS)
def test_points_are_those_of_composing_each_alone(
    compose: Callable[..., list[Point]], words: list[str]
) -> None:
    swept = compose("-m", *QUICK, *words)
    first, second = (
        [f"{key}={value}" for value in values] for key, values in map(listed, words[:2])
    )
    rest = [word.rpartition(",")[0] for word in words[2:]]
    alone = [compose(*QUICK, one, other, *rest)[0] for one in first for other in second]
    every = 2 if rest else 1
    assert swept[::every] == alone


def listed(word: str) -> tuple[str, list[str]]:
    key, _, values = word.partition("=")
    if values.startswith("range("):
        return key, ["0.01", "0.02", "0.03"]
    if "]," in values or ",[" in values:
        cut = values.index(",[")
        return key, [values[:cut], values[cut + 1 :]]
    return key, values.split(",")


def test_hydra_composes_once_where_only_values_change(
    compose: Callable[..., list[Point]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from hydra._internal.config_loader_impl import ConfigLoaderImpl

    calls = []
    kept = ConfigLoaderImpl.load_sweep_config

    def counted(self, config, words):  # type: ignore[no-untyped-def]
        calls.append(words)
        return kept(self, config, words)

    monkeypatch.setattr(ConfigLoaderImpl, "load_sweep_config", counted)
    swept = compose("-m", *QUICK, "inspection.dog_share=range(0.01,0.31,0.01)")
    assert (len(swept), len(calls)) == (30, 1)
    rooms = {id(point.parameters.traffic) for point in swept}
    assert len(rooms) == 1, "points share the rooms that do not differ"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("inspection.dog_share=range(0.3,0.1,0.1)", "is empty"),
        ("inspection.dog_share=range(1,1)", "is empty"),
        ("inspection.dog_shar=0.1,0.2", "unknown name 'inspection.dog_shar'; did you mean"),
        ("inspection.dog_share=0.1,many", "inspection.dog_share = 'many' is not a number (share)"),
        ("inspection.dog_share=0.1,2", "inspection.dog_share = 2.0 is above 1 share"),
        ("primary.cv=interval(0,1)", "give a list of values, choice() or range()"),
        ("traffic=default,none", "traffic = 'none' is not one of default"),
        ("primary.cv=range(0,1000000)", "1,000,000 points with 1,000,000 replications in all would "
         "take about"),
    ],
)  # fmt: skip
def test_a_bad_sweep_is_one_line_before_anything_runs(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    given: str,
    words: str,
) -> None:
    monkeypatch.setattr("sim.execute.worker.replicate", stand_in.run_replication)
    folder = tmp_path / "study"
    monkeypatch.setattr(sys, "argv", ["sim", "-m", *QUICK, given, f"study.dir='{folder}'"])
    assert door.main() == 2
    printed = capsys.readouterr().err
    assert words in printed
    assert printed.count("\n") == 1
    assert not folder.exists()


def test_a_study_that_nobody_meant_is_refused_and_one_that_is_confirmed_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("sim.study.run.MOST_REPLICATIONS", 2)
    monkeypatch.setattr("sim.execute.worker.replicate", stand_in.run_replication)
    folder = tmp_path / "study"
    words = ["sim", *QUICK, "run.replications=3", f"study.dir='{folder}'"]
    monkeypatch.setattr(sys, "argv", words)
    assert door.main() == 2
    assert "3 replications in all would take about" in capsys.readouterr().err
    kept = run_study.Job
    monkeypatch.setattr(
        run_study,
        "Job",
        lambda store, code, **how: kept(store, code, stand_in.run_replication, **how),
    )
    monkeypatch.setattr(sys, "argv", [*words, "study.confirm=true"])
    assert door.main() == 0


def job(store: Path, code: str):  # type: ignore[no-untyped-def]
    from sim.execute.worker import Job

    return Job(store, code, stand_in.run_replication)
