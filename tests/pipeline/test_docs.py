"""README, CONTRIBUTING and the pages of docs/: links lead somewhere, files exist, commands work."""

import importlib
import importlib.util
import itertools
import re
import shlex
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser

import docs.study
from analysis.__main__ import parser as analysis_parser
from docs.__main__ import PAGES, main, out_of_date
from docs.markdown import anchor, plain
from docs.study import BEGIN, END, FINDINGS, PICTURE
from sim.config.reading import spec_of, without_hydra
from sim.config.schema import CONF, register
from sim.scenario.reading import names
from tests import synthetic_study

ROOT = Path(__file__).resolve().parents[2]
GUIDE = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
README, CONTRIBUTING = (page.read_text(encoding="utf-8") for page in GUIDE[:2])
COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
LONGEST_README_WORDS = 600
LARGEST_PICTURE_BYTES = 300_000

LINK = re.compile(r"!?\[[^\]]*\]\(([^()\s]+)\)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
STEP_BLOCK = re.compile(r"^   ```.*?^   ```$", re.MULTILINE | re.DOTALL)
"""Code of the steps of CONTRIBUTING, which `test_contributing.py` runs."""


def commands(program: str) -> list[list[str]]:
    """Arguments of every command of the README and the page of commands, comments left out."""
    lines = f"{README}\n{COMMANDS}".splitlines()
    spoken = [line for line in lines if line.startswith(("    python -m ", "    border "))]
    words = {_as_modules(shlex.split(line, comments=True)) for line in spoken}
    return sorted(list(arguments) for name, *arguments in words if name == program)


def _as_modules(words: list[str]) -> tuple[str, ...]:
    """Words of ``border`` as those of the module that carries them out."""
    if words[0] != "border":
        return tuple(words[2:])
    if words[1] == "run":
        return ("sim", *words[2:])
    return ("sim" if words[1] in ("status", "port_day") else "analysis", *words[1:])


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


def identified(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", GUIDE, ids=identified)
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


@pytest.mark.parametrize("page", GUIDE, ids=identified)
def test_every_file_named_in_a_page_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    rooms = "sim|analysis|conf|scenarios|tests|docs|benchmarks"
    named = re.findall(rf"`((?:{rooms})/[\w./*-]*)`", text)
    made = set(re.findall(r"Write `([^`]+)`:", text))  # by the steps of CONTRIBUTING
    patterns = {name: name.rstrip("/").replace("NAME", "*") for name in named if name not in made}
    assert [name for name, pattern in patterns.items() if not list(ROOT.glob(pattern))] == []


def importable(name: str) -> bool:
    """Whether a dotted name is that of a module, or of something in one."""
    words = name.split(".")
    for length in range(len(words), 0, -1):
        module = ".".join(words[:length])
        if importlib.util.find_spec(words[0]) is None:
            return False
        try:
            thing: object = importlib.import_module(module)
        except ModuleNotFoundError:
            continue
        for word in words[length:]:
            if not hasattr(thing, word):
                return False
            thing = getattr(thing, word)
        return True
    return False


@pytest.mark.parametrize("page", GUIDE, ids=identified)
def test_every_dotted_name_in_a_page_exists(page: Path) -> None:
    text = STEP_BLOCK.sub("", page.read_text(encoding="utf-8"))
    named = set(
        re.findall(r"(?:`|python -m |from )((?:sim|analysis|docs|benchmarks)\.[\w.]+)", text)
    )
    assert sorted(name for name in named if not importable(name.rstrip("."))) == []


def test_a_dotted_name_that_is_gone_would_be_noticed() -> None:
    assert importable("sim.parameters.catalogue")
    assert importable("sim.scenario.reading")
    assert not importable("sim.scenario.nothing")
    assert not importable("sim.parameters.nothing")


def test_the_readme_is_short() -> None:
    assert len(README.split()) <= LONGEST_README_WORDS


def test_every_page_is_in_the_reading_order() -> None:
    order = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert pages - set(LINK.findall(order)) == set()


def test_the_rooms_of_contributing_are_those_of_the_tree() -> None:
    tree = CONTRIBUTING.split("## The rooms")[1].split("##")[0]
    found, room = [], ""
    for indent, name in re.findall(r"^    (  )?([\w.]+/?) {2,}\S", tree, flags=re.MULTILINE):
        room = room if indent else name
        found.append(f"{room}{name}" if indent else name)
    assert [name for name in found if name != "runs/" and not (ROOT / name).exists()] == []
    rooms = {
        f"sim/{path.name}/" for path in (ROOT / "sim").iterdir() if (path / "__init__.py").exists()
    }
    assert rooms - set(found) == set()


def test_the_folders_of_tests_are_those_that_contributing_lists() -> None:
    text = CONTRIBUTING.split("## Tests, by kind of claim")[1]
    listed = re.findall(r"^\| `(\w+)` \|", text.split("## ")[0], flags=re.MULTILINE)
    there = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    assert sorted(listed) == sorted(there)


def test_every_make_target_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([.a-z-]+):", makefile, flags=re.MULTILINE))
    named = set(re.findall(r"(?:^    |`)make ([.a-z-]+)", README, flags=re.MULTILINE))
    assert {"run", "test"} <= named <= targets
    named = {
        target
        for page in GUIDE
        for target in re.findall(
            r"(?:^    |`)make ([.a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE
        )
    }
    assert named <= targets


@pytest.mark.parametrize("arguments", commands("sim"), ids=" ".join)
def test_every_command_of_the_readme_composes(arguments: list[str]) -> None:
    if arguments[:1] == ["status"]:
        assert len(arguments) == 2
        return
    register()
    for overrides in points(arguments):
        chosen = [word.partition("=")[2] for word in overrides if word.startswith("experiment=")]
        with initialize_config_dir(str(CONF), version_base="1.3"):
            composed = compose("run", overrides)
        assert spec_of(without_hydra(composed), *chosen).points


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


def test_the_proposals_of_the_commands_are_those_of_the_headline() -> None:
    table = COMMANDS.split("## The proposals")[1].split("##")[0]
    rows = [line for line in table.splitlines() if line.startswith("|")]
    rows = rows[: next(i for i, row in enumerate(rows) if "adversary" in row)]
    listed = re.findall(r"`(\w+)`", " ".join(rows))
    register()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        composed = compose("run", ["experiment=headline"])
        headline = spec_of(without_hydra(composed), "headline")
    assert {"baseline", *listed} == {point.scenario.name for point in headline.points}
    assert len(listed) == len(set(listed)) == 30
    assert set(listed) <= set(names())


@pytest.mark.parametrize("page", [docs.study.README, FINDINGS], ids=identified)
def test_a_page_has_a_place_for_figures(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
    assert text.index(BEGIN) < text.index(END)


def test_figures_of_a_study_go_where_the_pages_have_a_place_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("README.md", "docs/README.md", "docs/findings.md"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"before\n{BEGIN}\nlast year\n{END}\nafter\n", encoding="utf-8")
    monkeypatch.setattr(docs.study, "HERE", tmp_path / "docs")
    monkeypatch.setattr(docs.study, "README", tmp_path / "README.md")
    monkeypatch.setattr(docs.study, "START", tmp_path / "docs" / "README.md")
    monkeypatch.setattr(docs.study, "FINDINGS", tmp_path / "docs" / "findings.md")
    monkeypatch.setattr(docs.study, "take_picture", lambda *_: "no picture")
    monkeypatch.setattr(docs.study, "_gallery", lambda _: [])
    study = synthetic_study.write(tmp_path / "study")
    assert list(docs.study.write_figures(study)) == [
        "README.md", "docs/README.md", "docs/findings.md", "docs/baseline.md",
        "docs/baseline.fr.md", "no picture",
    ]  # fmt: skip
    short, long = ((tmp_path / n).read_text("utf-8") for n in ("README.md", "docs/findings.md"))
    assert all(text.startswith("before\n") and text.endswith("after\n") for text in (short, long))
    assert "last year" not in short + long
    assert "| proposal |" in long
    assert "| proposal |" not in short
    assert next(line for line in short.splitlines() if line.startswith("> ")) in long


def test_the_readme_has_a_small_picture() -> None:
    assert f"]({PICTURE.relative_to(ROOT)})" in README
    assert PICTURE.read_bytes().startswith(b"\x89PNG")
    assert PICTURE.stat().st_size < LARGEST_PICTURE_BYTES


def test_numbers_and_anchors_are_written_as_pages_have_them() -> None:
    assert [plain(x) for x in (40000.0, 0.0130, -1.8, 6, True, "gamma")] == [
        "40,000", "0.013", "−1.8", "6", "yes", "gamma",
    ]  # fmt: skip
    assert anchor("Why 139 rows, and what 139 is") == "why-139-rows-and-what-139-is"
    assert anchor("more_officers: Increase it") == "more_officers-increase-it"
