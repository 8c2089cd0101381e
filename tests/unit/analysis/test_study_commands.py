"""Commands on a stored study: each says what it should, and refuses in one line what it cannot."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.__main__ import main
from sim.design.design import Design, Factor
from sim.design.from_config import DesignConfig, design_of
from sim.design.sampling import worlds
from sim.results.schema import KEYS, METRICS, TABLES, Result
from sim.results.writing import write_study
from sim.scenario.point import Label

A, B = "smuggling.deep_share", "inspection.d_prime"
FACTORS = (Factor(A, 0.1, 0.6), Factor(B, 0.0, 2.0))
LAW = {"law": "x", "held": True, "residual": 0.0, "tolerance": 0.0, "detail": ""}


def result(value: float) -> Result:
    keys = {key.name for key in KEYS}
    rows = [(name, metric.unit, "all", "all", value) for name, metric in METRICS.items()]
    names = [column.name for column in TABLES["summary"] if column.name not in keys]
    empty = {
        name: pd.DataFrame(columns=[c.name for c in columns if c.name not in keys])
        for name, columns in TABLES.items()
        if name != "summary"
    }
    return Result(summary=pd.DataFrame(rows, columns=names), **empty, certificate=[LAW])


def stored(folder: Path, design: Design | None, procedure: dict | None = None) -> Path:
    """Two proposals, of which one is better where A is low and the other where it is high."""
    rows = []
    for world, values in enumerate([{A: 0.3, B: 1.0}, *(design.worlds if design else ())]):
        for scenario, effect in (
            ("baseline", 0.0), ("a", 10 * values[A]), ("b", 4 - 4 * values[A] + values[B]),
        ):  # fmt: skip
            rows.append((Label(scenario, "static", world), 0, result(100 + effect)))
    rows.sort(key=lambda row: row[0].scenario)
    about = {"days": 365, "design": design.about if design else None, "procedure": procedure}
    write_study(folder, rows, about, design.table() if design else None)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stored(tmp_path_factory.mktemp("worlds"), worlds(120, factors=FACTORS))


def test_robustness_says_who_is_best_how_often(folder: Path, capsys) -> None:
    assert main(["robustness", str(folder)]) == 0
    printed = capsys.readouterr().out
    assert "in 121 states" in printed
    assert "Kendall's W" in printed
    assert "do nothing" in printed


def test_one_state_agrees_with_no_other(tmp_path: Path, capsys) -> None:
    assert main(["robustness", str(stored(tmp_path / "one", None))]) == 0
    printed = capsys.readouterr().out
    assert "in one state" in printed
    assert "With one state there is nothing to compare" in printed
    assert "Kendall" not in printed


def test_a_tornado_names_what_was_put_in(folder: Path, tmp_path: Path, capsys) -> None:
    out, chart = tmp_path / "table.csv", tmp_path / "chart.html"
    words = ["sensitivity", str(folder), "--scenario", "a"]
    assert main([*words, "--csv", str(out), "--html", str(chart)]) == 0
    assert A in capsys.readouterr().out.splitlines()[2]
    assert pd.read_csv(out)["parameter"].iloc[0] == A
    assert "plotly" in chart.read_text()


@pytest.mark.parametrize("method", ["heatmap", "prim"])
def test_other_methods_draw_and_write_too(
    folder: Path, tmp_path: Path, method: str, capsys
) -> None:
    out, chart = tmp_path / "table.csv", tmp_path / "chart.html"
    words = ["sensitivity", str(folder), "--method", method, "--scenario", "b"]
    assert main([*words, "--csv", str(out), "--html", str(chart)]) == 0
    assert len(pd.read_csv(out))
    assert capsys.readouterr().out


@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_indices_of_a_design_made_for_them(tmp_path: Path, method: str, capsys) -> None:
    design = design_of(DesignConfig(method, vary=[A, B], points=8, trajectories=4))
    made = stored(tmp_path, design)
    assert main(["sensitivity", str(made), "--method", method, "--scenario", "a"]) == 0
    assert A in capsys.readouterr().out.splitlines()[2]


def test_what_a_procedure_came_to_is_said_again(tmp_path: Path, capsys) -> None:
    about = {
        "procedure": "selection", "rule": "r", "metric": "mean_wait_min", "best": "a",
        "decided": True, "left": ["a"], "replications": {"a": 30, "b": 10},
        "means": {"a": 1.0, "b": 2.0}, "said": ["selection: a is best"],
    }  # fmt: skip
    made = stored(tmp_path, None, about)
    assert main(["selection", str(made)]) == 0
    assert "selection: a is best" in capsys.readouterr().out
    assert main(["precision", str(made)]) == 2
    assert "was not run with precision=5%" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--method", "sobol"], "the design is worlds; this needs design=sobol"),
        (["--metric", "mean_wait"], "unknown metric 'mean_wait'; did you mean mean_wait_min"),
        (["--scenario", "c"], "unknown scenario 'c'"),
        (["--adversary", "statik"], "did you mean static"),
        (["--top", "0"], "--top 0 is below 1 row"),
        (["--method", "heatmap", "--x", "duty.rate"], "unknown parameter 'duty.rate'"),
        (["--method", "heatmap", "--x", A, "--y", A], "against itself"),
        (["--method", "prim", "--threshold", "1e9"], "a box needs at least 10"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_line(
    folder: Path, words: list[str], complaint: str, capsys
) -> None:
    assert main(["sensitivity", str(folder), *words]) == 2
    message = capsys.readouterr().err
    assert complaint in message
    assert message.count("\n") == 1


def test_a_study_that_varied_nothing_has_no_sensitivity(tmp_path: Path, capsys) -> None:
    made = stored(tmp_path, None)
    assert main(["sensitivity", str(made)]) == 2
    assert "has no design, so nothing was varied" in capsys.readouterr().err
