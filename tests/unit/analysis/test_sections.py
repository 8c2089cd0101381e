"""What follows the front page: what a study holds, or the command that makes one."""

import math
from pathlib import Path

import pytest

from analysis.__main__ import main
from analysis.evidence import read_scores
from analysis.history import stored_strip
from analysis.language import in_language
from analysis.sections import sections
from sim.errors import InputError
from tests import synthetic_study
from tests.unit.analysis.test_answer import COST, KEPT, study_of, worlds

ORDER = ["packages", "believe", "would-we-know", "history"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_a_study_lacks_is_one_line_with_the_command_that_makes_it(language: str) -> None:
    with in_language(language):
        made = sections(study_of({"a": 100.0, "b": 80.0}, COST))
    assert [section.name for section in made] == ORDER
    packages, believe, known, history = made
    assert packages.table is None
    assert "experiment=mixes" in packages.lines[0]
    assert believe.table is not None
    assert any("experiment=break_even" in line for line in believe.notes)
    assert any("experiment=proposals_full" in line for line in believe.notes)
    assert known.lines
    assert history.chart is not None
    assert any("experiment=history" in line for line in history.notes)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_studies_beside_it_fill_their_sections(language: str) -> None:
    mixes = study_of(KEPT, COST)
    sized = study_of({"p": 100.0, "p*0.5": 90.0, "q": 50.0}, {"p": 2.0, "p*0.5": 2.0, "q": 1.5})
    table, by_world = worlds()
    varied = study_of(
        {"a": 105.0, "b": 100.0}, {"a": 10.0, "b": 10.0}, replications=1, worlds=table,
        by_world=by_world,
    )  # fmt: skip
    with in_language(language):
        made = sections(study_of({"a": 100.0}, COST), [mixes, sized, varied])
    packages, believe, *_ = made
    assert packages.table is not None
    assert [row[0].split()[0] for row in packages.table.rows] == ["5", "10", "20", "50", "100"]
    assert "a + b" in packages.table.rows[2][1]
    assert any("a + b" in line for line in packages.lines)  # what multiplies
    assert any("a + c" in line for line in packages.lines)  # what cancels
    assert packages.chart is not None
    assert believe.table is not None
    assert [row[0] for row in believe.table.rows] == ["p", "q", "a"]
    assert any("80" in line and "M" in line.upper() for line in believe.lines)  # worlds


def test_a_study_that_fills_no_section_is_refused() -> None:
    one = study_of({"a": 100.0}, COST)
    with pytest.raises(InputError, match="holds no mixes") as error:
        sections(one, [study_of({"b": 10.0}, {})])
    assert "\n" not in str(error.value)


def test_the_stored_history_is_whole_and_has_its_day() -> None:
    strip, made = stored_strip(read_scores())
    assert len(strip) > 15
    assert not strip.isna().any(axis=None)
    assert (strip["low90"] < strip["predicted"]).all()
    assert (strip["predicted"] < strip["high90"]).all()
    assert strip["first"].is_monotonic_increasing
    assert len(made) == len("2006-11-30")
    assert math.isfinite(float(made.replace("-", "")))


def test_a_folder_beside_that_is_no_study_ends_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    effects = {name: synthetic_study.EFFECTS[name] for name in ("baseline", "more_officers")}
    folder = synthetic_study.write(tmp_path / "study", effects, 3)
    assert main(["brief", str(folder), "--with", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "not a results folder" in said
