"""The command ``border``: one tree of help, one line for what is wrong."""

import importlib.metadata
import re
from pathlib import Path

import pytest

import border.__main__ as door
from border import __version__

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "border COMMAND"),
        (["--help"], "border COMMAND"),
        (["--version"], f"border {__version__} (Python"),
        (["completion", "bash"], "experiment=quick"),
        (["completion", "zsh"], "bashcompinit"),
        (["completion", "fish"], "complete -c border"),
        (["status", "--help"], "border status DIR"),
    ],
)
def test_help_has_one_tree(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert door.main(words) == 0
    said = capsys.readouterr()
    assert says in said.out
    assert said.err == ""


def test_every_command_has_a_line_in_the_help() -> None:
    text = door.help_text()
    for name, about in {**door.OF_SIM, **door.OWN, **door.analysis_commands()}.items():
        assert re.search(rf"^  {name} +{re.escape(about.partition(';')[0])}$", text, re.MULTILINE)


def test_help_of_a_command_names_this_program(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        door.main(["help", "compare"])
    assert ended.value.code == 0
    assert "usage: border compare" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["compre"], "unknown command 'compre'; did you mean compare?"),
        (["experiment=quick"], "did you mean border run experiment=quick?"),
        (["brief", "nowhere"], "nowhere: not a results folder"),
        (["brief", "several"], "several: not a results folder (name one of those in it: a, b)"),
        (["brief", "octet\udcff"], r"octet\udcff: its name is not text in UTF-8"),
        (["dashboard", "several", "--host", "192.0.2.1"], "--host 192.0.2.1 is no address of this"),
        (["brief"], "runs: no results folder in it"),
        (["ls", "nowhere"], "nowhere: there is no such folder"),
        (["run", "run.days=0"], "run.days = 0 is below 1 days"),
    ],
)
def test_bad_input_is_one_line(
    words: list[str],
    says: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        (tmp_path / "several" / name).mkdir(parents=True)
        (tmp_path / "several" / name / "manifest.json").touch()
    assert door.main(words) == 2
    said = capsys.readouterr()
    assert says in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_a_study_takes_one_line_of_the_list_whatever_it_is_called(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("new\nline", "été «\u00a0d’essai\u00a0»", "octet\udcff"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text("{}", encoding="utf-8")
    assert door.main(["ls", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert said.count("\n") == 4
    assert "new?line " in said
    assert "été «\u00a0d’essai\u00a0» " in said


def test_a_folder_that_is_damaged_is_listed_all_the_same(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "manifest.json").write_text("[")
    assert door.main(["ls", str(tmp_path)]) == 0
    assert "broken" in capsys.readouterr().out


def test_the_version_is_written_once_in_each_place_that_needs_it() -> None:
    written = re.search(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert written is not None
    assert written[1] == __version__
    assert f"version: {__version__}\n" in (ROOT / "CITATION.cff").read_text()
    assert importlib.metadata.version("border-interdiction") == __version__
