"""What is kept of a study is used for that study and that program alone."""

import argparse
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis import kept
from analysis.__main__ import main
from analysis.brief import NAMES, write_brief
from analysis.compare import HEADLINE, compare
from analysis.front_page import front_page
from sim.errors import InputError
from sim.extensions import forget, register
from sim.results.reading import read_study
from tests import synthetic_study

NO_MORE = "worked out anew"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return synthetic_study.write(tmp_path / "study", replications=2)


def nothing_is_read(*_: object) -> None:
    raise InputError(NO_MORE)


def words_of(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    assert main(command) == 0
    return capsys.readouterr().out


def test_the_second_comparison_is_the_first(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = words_of(capsys, "compare", str(folder))
    assert "more_officers" in first
    one = words_of(capsys, "compare", str(folder), "--metric", "arrivals")
    monkeypatch.setattr("sim.results.reading.read_study", nothing_is_read)
    assert words_of(capsys, "compare", str(folder)) == first != one
    (folder / "study.xlsx").unlink()
    assert main(["compare", str(folder)]) == 2
    assert NO_MORE in capsys.readouterr().err


def test_a_page_that_was_changed_is_written_again(folder: Path) -> None:
    study = read_study(folder)
    page = write_brief(study)
    made = page.read_bytes()
    arguments = argparse.Namespace(command="brief", out=None, sheet=False, beside=[], lang="en")
    assert kept.said_before(folder, arguments) == str(page)
    page.write_text("by hand", encoding="utf-8")
    assert kept.said_before(folder, arguments) is None
    page.write_bytes(made)
    assert kept.said_before(folder, arguments) == str(page)
    page.unlink()
    assert kept.said_before(folder, arguments) is None


def another_program(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_program", lambda: b"another")


def another_byte(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "attempts.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def another_study(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = (folder / kept.FILE).read_bytes()
    synthetic_study.write(folder, replications=3)
    (folder / kept.FILE).write_bytes(own)


def another_metric(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register("metrics", "mine", object())


@pytest.mark.parametrize("change", [another_program, another_byte, another_study, another_metric])
def test_nothing_is_used_of_another_study_or_program(
    folder: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[..., None]
) -> None:
    kept.keep(folder, "something", 1)
    assert kept.content(folder)["something"] == 1
    change(folder, monkeypatch)
    try:
        assert "something" not in kept.content(folder)
    finally:
        forget("metrics", "mine")


def test_the_answer_that_a_page_leaves_is_the_one_that_home_would_make(folder: Path) -> None:
    study = read_study(folder)
    write_brief(study)
    assert (folder / NAMES["en"]).is_file()
    front = kept.answer_of(read_study(folder)).front
    made = front_page(study, compare(study, HEADLINE))
    assert front.sentence.startswith(made.sentence)
    assert [row.mark for group in front.groups for row in group.rows] == [
        row.mark for group in made.groups for row in group.rows
    ]
