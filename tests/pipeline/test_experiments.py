"""Every experiment file runs, because it exists: tiny, with a model that takes no time."""

import json
import sys
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir

import sim.__main__ as door
from sim.config.schema import CONF, register
from sim.results.reading import read_study
from tests.pipeline import stand_in

EXPERIMENTS = sorted(path.stem for path in (CONF / "experiment").glob("*.yaml"))


def small(experiment: str) -> list[str]:
    """Overrides that make an experiment as small as it can be."""
    register()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        asked = compose("run", [f"experiment={experiment}"])
    points = {"lhs": 16, "sobol": 2, "optimise": 4}.get(asked.design.method, 64)
    return [
        f"experiment={experiment}", "ports=[sarnia]", "run.days=1", "run.replications=1",
        "run.start=2005-07-04", "execution=serial", "design.trajectories=2",
        f"design.points={points}", "stopping.pilot=2", "stopping.maximum=3",
        *(["worlds=1"] if asked.worlds else []),
        *(["run.years=null"] if asked.run.apart else []),
    ]  # fmt: skip


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_every_experiment_runs(
    experiment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = stand_in.model_of(stand_in.run_replication)
    monkeypatch.setitem(sys.modules, "sim.replication", model)
    given = [*small(experiment), f"study.dir={tmp_path / 'study'}"]
    monkeypatch.setattr(sys, "argv", ["sim", *given])
    assert door.main() == 0
    study = read_study(tmp_path / "study")
    assert study.certificate["held"]
    first = "2005" if experiment == "history" else "baseline"
    assert first in set(study.summary["scenario"])
    manifest = json.loads((tmp_path / "study" / "manifest.json").read_text())
    assert (manifest["design"] is None) == study.design.empty


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_an_experiment_begins_with_its_command(experiment: str) -> None:
    lines = (CONF / "experiment" / f"{experiment}.yaml").read_text().splitlines()
    assert f"# python -m sim experiment={experiment}" in lines[:2]
