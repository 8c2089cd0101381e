"""The measures of the source tree: no import circles, and targets once reached stay reached."""

import re
from pathlib import Path

import pytest

from docs.house_measures import Tree, circles, imports, live_paths, measures
from docs.house_measures import parameters_read_by_string as read_by_string
from docs.house_page import ALLOWANCE, FEW, MEASURES, THEN, reached

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")

# To be struck off as they go; a circle that is not here is a mistake.
KNOWN_CIRCLES: list[list[str]] = []


@pytest.fixture(scope="module")
def now() -> dict[str, int]:
    return measures(ROOT)


def written(tmp_path: Path, files: dict[str, str]) -> Tree:
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Tree(tmp_path)


def test_no_modules_import_each_other() -> None:
    new = [
        group
        for group in circles(Tree(ROOT))
        if not any(set(group) <= set(known) for known in KNOWN_CIRCLES)
    ]
    assert new == []


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_a_target_that_the_page_reports_as_reached_is_still_reached(
    measure: object, now: dict[str, int]
) -> None:
    name, title, target, _ = measure  # type: ignore[misc]
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| {title} |"))
    if row.endswith("| reached |"):
        assert reached(now)[name], f"{title}: {now[name]} is above {target}"


def test_the_tree_does_not_grow(now: dict[str, int]) -> None:
    for measure in MEASURES:
        if measure.ceiling is None:
            continue
        room = measure.ceiling - now[measure.name]
        assert room >= 0, (
            f"{measure.title}: {now[measure.name]:,} is above the ceiling of {measure.ceiling:,}; "
            "merge or remove something"
        )
        assert room <= max(measure.ceiling * ALLOWANCE, FEW), (
            f"{measure.title}: {now[measure.name]:,} is well below the ceiling of "
            f"{measure.ceiling:,}; lower it in docs/house_page.py"
        )


def test_the_walks_of_the_guide_go_from_file_to_file() -> None:
    tree = Tree(ROOT)
    edges = imports(tree)
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    walks = guide.split("\n## Three walks\n")[1].split("\n## ")[0].split("\n- ")[1:]
    assert len(walks) == 3
    for walk in walks:
        paths = [ROOT / name for name in re.findall("`(.+?)`", walk)]
        assert [path for path in paths if not path.is_file()] == []
        modules = [tree.module_of(path) for path in paths if path.suffix == ".py"]
        for k, module in enumerate(modules[1:], start=1):
            before = modules[:k]
            near = edges[module] & {*before} or [name for name in before if module in edges[name]]
            assert near, f"{module} imports none of the files before it, nor is it imported"


def test_every_measure_was_taken_before() -> None:
    assert list(THEN) == [measure.name for measure in MEASURES]


def test_a_circle_is_found_where_a_function_or_a_type_closes_it(tmp_path: Path) -> None:
    tree = written(
        tmp_path,
        {
            "sim/__init__.py": "",
            "sim/a.py": "from sim import b\n",
            "sim/b.py": "def f():\n    from sim.c import g\n    return g\n",
            "sim/c.py": "from typing import TYPE_CHECKING\n"
            "if TYPE_CHECKING:\n    from sim.a import x\n",
            "sim/d.py": "import sim.a\n",
        },
    )
    assert circles(tree) == [["sim.a", "sim.b", "sim.c"]]
    assert imports(tree)["sim.d"] == {"sim.a"}


def test_what_is_read_by_string_or_from_the_live_model_is_found(tmp_path: Path) -> None:
    tree = written(
        tmp_path,
        {
            "sim/parameters/__init__.py": "class Parameters:\n    traffic: Traffic = Traffic()\n",
            "sim/parameters/traffic.py": "class Traffic:\n    a: float = par(1.0)\n"
            "    b: float = par(2.0)\n    about: str = 'none'\n",
            "sim/model/border.py": "def f(p):\n    return p.traffic.a + p['traffic.b']\n",
            "sim/results/summary.py": "from sim.model.border import Border\n"
            "def f(border: Border, n: int):\n    tally = border.tally\n"
            "    return tally.lane.sum() + border.open_s + n.real\n",
        },
    )
    assert read_by_string(tree) == ["traffic.b"]
    assert live_paths(tree) == ["Border.open_s", "Border.tally.lane"]
