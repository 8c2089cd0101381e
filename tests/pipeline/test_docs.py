"""README, CONTRIBUTING and the pages of docs/: links lead somewhere, files exist, commands work."""

import itertools
import re
import shlex
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser

from analysis.__main__ import parser as analysis_parser
from docs.__main__ import PAGES, main, out_of_date
from docs.markdown import anchor, plain
from docs.study import BEGIN, END, PICTURE
from sim import config
from sim import config as config_schema
from sim.scenario.reading import names

ROOT = Path(__file__).resolve().parents[2]
GUIDE = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
README = GUIDE[0].read_text(encoding="utf-8")
LARGEST_PICTURE_BYTES = 300_000

LINK = re.compile(r"!?\[[^\]]*\]\(([^()\s]+)\)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def commands(program: str) -> list[list[str]]:
    """Arguments of every command of the README, comments left out."""
    lines = [line for line in README.splitlines() if line.startswith("    python -m ")]
    words = [shlex.split(line, comments=True)[2:] for line in lines]
    return [arguments for name, *arguments in words if name == program]


def headings(page: Path) -> set[str]:
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    return {anchor(line.lstrip("#").strip()) for line in text.splitlines() if line.startswith("#")}


def points(arguments: list[str]) -> list[list[str]]:
    """Overrides of every point that a command of ``sim`` asks for."""
    given = [argument for argument in arguments if not argument.startswith("-")]
    given = [argument for argument in given if argument != "job"]
    choices = [
        [f"{one.key_or_group}={value}" for value in one.sweep_string_iterator()]
        if one.is_sweep_override()
        else [str(one.input_line)]
        for one in OverridesParser.create().parse_overrides(given)
    ]
    assert "-m" in arguments or all(len(choice) == 1 for choice in choices)
    return [list(point) for point in itertools.product(*choices)]


def test_generated_pages_are_up_to_date() -> None:
    assert out_of_date() == [], "run python -m docs"


def test_a_page_that_is_out_of_date_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(PAGES, "parameters.md", lambda: "something else")
    assert main(["--check"]) == 1
    assert capsys.readouterr().err == "docs/parameters.md is out of date: run python -m docs\n"


@pytest.mark.parametrize("page", GUIDE, ids=lambda page: page.name)
def test_every_relative_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    broken = []
    for target in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        if "://" in target:
            continue
        file, _, heading = target.partition("#")
        path = page.parent / file if file else page
        if not path.exists() or (heading and heading not in headings(path)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", GUIDE, ids=lambda page: page.name)
def test_every_file_named_in_a_page_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    rooms = "sim|analysis|conf|scenarios|tests|docs|benchmarks"
    named = re.findall(rf"`((?:{rooms})/[\w./*-]*)`", text)
    assert [name for name in named if not list(ROOT.glob(name.rstrip("/")))] == []


def test_the_rooms_of_the_readme_exist() -> None:
    tree = README.split("## The rooms")[1].split("##")[0]
    found, room = [], ""
    for indent, name in re.findall(r"^    (  )?([\w.]+/?) {2,}\S", tree, flags=re.MULTILINE):
        room = room if indent else name
        found.append(f"{room}{name}" if indent else name)
    assert len(found) > 10
    assert [name for name in found if name != "runs/" and not (ROOT / name).exists()] == []


def test_the_folders_of_tests_are_those_that_contributing_lists() -> None:
    text = GUIDE[1].read_text(encoding="utf-8").split("## Tests, by kind of claim")[1]
    listed = re.findall(r"^\| `(\w+)` \|", text.split("## ")[0], flags=re.MULTILINE)
    there = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    assert sorted(listed) == sorted(there)


def test_every_make_target_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([.a-z-]+):", makefile, flags=re.MULTILINE))
    named = set(re.findall(r"(?:^    |`)make ([.a-z-]+)", README, flags=re.MULTILINE))
    assert {"run", "test"} <= named <= targets
    contributing = GUIDE[1].read_text(encoding="utf-8")
    assert set(re.findall(r"(?:^    |`)make ([.a-z-]+)", contributing, re.MULTILINE)) <= targets


@pytest.mark.parametrize("arguments", commands("sim"), ids=" ".join)
def test_every_command_of_the_readme_composes(arguments: list[str]) -> None:
    if arguments[:1] == ["status"]:
        assert len(arguments) == 2
        return
    config_schema.register()
    for overrides in points(arguments):
        chosen = [word.partition("=")[2] for word in overrides if word.startswith("experiment=")]
        with initialize_config_dir(str(config.CONF), version_base="1.3"):
            composed = compose("run", overrides)
        assert config.read_spec(composed, *chosen).points


@pytest.mark.parametrize("arguments", commands("analysis"), ids=" ".join)
def test_every_command_of_the_analysis_is_understood(arguments: list[str]) -> None:
    given = analysis_parser().parse_args(arguments)
    folders = given.folder if isinstance(given.folder, list) else [given.folder]
    assert all(folder.parts[0] == "runs" for folder in folders)


def test_a_mistyped_command_would_be_noticed() -> None:
    assert len(commands("sim")) > 10
    assert points(["-m", "a=1,2", "b=3"]) == [["a=1", "b=3"], ["a=2", "b=3"]]
    assert points(["compare=[x,[x,y]]"]) == [["compare=[x,[x,y]]"]]
    with pytest.raises(AssertionError):
        points(["a=1,2"])


def test_the_proposals_of_the_readme_are_those_of_the_headline() -> None:
    table = README.split("## The proposals")[1].split("##")[0]
    rows = [line for line in table.splitlines() if line.startswith("|")]
    listed = re.findall(r"`(\w+)`", " ".join(rows))
    config_schema.register()
    with initialize_config_dir(str(config.CONF), version_base="1.3"):
        headline = config.read_spec(compose("run", ["experiment=headline"]), "headline")
    assert {"baseline", *listed} == {point.scenario.name for point in headline.points}
    assert len(listed) == len(set(listed)) == 30
    assert set(listed) <= set(names())


def test_the_readme_has_a_place_for_figures_and_a_small_picture() -> None:
    assert README.count(BEGIN) == README.count(END) == 1
    assert README.index(BEGIN) < README.index(END)
    assert f"]({PICTURE.relative_to(ROOT)})" in README
    assert PICTURE.read_bytes().startswith(b"\x89PNG")
    assert PICTURE.stat().st_size < LARGEST_PICTURE_BYTES


def test_numbers_and_anchors_are_written_as_pages_have_them() -> None:
    assert [plain(x) for x in (40000.0, 0.0130, -1.8, 6, True, "gamma")] == [
        "40,000", "0.013", "−1.8", "6", "yes", "gamma",
    ]  # fmt: skip
    assert anchor("Why 139 rows, and what 139 is") == "why-139-rows-and-what-139-is"
    assert anchor("more_officers: Increase it") == "more_officers-increase-it"
