"""The page that measures the source tree: then, now, and the targets."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from docs.house_measures import (
    Tree,
    circles,
    lines_by_room,
    live_paths,
    long_functions,
    measures,
    parameters_read_by_string,
    repeated_classes,
    too_many_arguments,
)
from docs.markdown import plain, table

ROOT = Path(__file__).resolve().parent.parent

INTRODUCTION = """\
# The source tree, measured

Written by `python -m docs` from the files of `sim/` and `analysis/`; do not edit it here. Line
counts change with every commit, so this page is not compared with the code, but its targets are:
`tests/architecture/test_house.py` fails when a target that this page reports as reached is missed,
or when a measure is above its *ceiling*. A ceiling is only lowered: it has to follow when a measure
is more than 3 % (or 5) below it.

*Then* is commit c392fe2, before the tree was divided into rooms. `docs/house_measures.py` produced
both columns. Lines include comments, docstrings and blank lines.

*What a further cut would cost.* Of the lines of `sim/`, 21,700 are code, so 17,500 cannot be had by
fewer docstrings (7,300 lines, of which 20 only repeat a signature). A search for copies and one
for dead code find next to nothing. What could go are features: the recorded traffic
(`run.traffic_replications`), the reuse of port-days, Ray, or the second engine.
"""


class Measure(NamedTuple):
    """A row of the page."""

    name: str
    title: str
    target: int | None = None
    ceiling: int | None = None


ALLOWANCE, FEW = 0.03, 5
"""How far below its ceiling a measure may be before the ceiling is lowered: ratio, at least."""

MEASURES = (
    Measure("sim_files", "Python files in `sim/`", 120, 120),
    Measure("sim_lines", "lines in `sim/`", 17_500, 33_200),
    Measure("sim_loose", "loose files in `sim/`, with `__init__.py`", 8),
    Measure("analysis_files", "Python files in `analysis/`", ceiling=93),
    Measure("analysis_lines", "lines in `analysis/`", ceiling=19_200),
    Measure("analysis_loose", "loose files in `analysis/`, with `__init__.py`"),
    Measure("circles", "import circles within `sim` and `analysis`", 0),
    Measure("repeated_classes", "public class names that occur more than once", 5),
    Measure("parameters", "parameters"),
    Measure("read_by_string", "parameters read only by string", 0),
    Measure("live_paths", "paths into the live model read by `sim/results/`", 0),
    Measure("long_functions", "functions over 60 lines", ceiling=36),
    Measure("over_12_arguments", "functions with more than 12 arguments", 0),
    Measure("over_8_arguments", "functions with more than 8, outside the compiled engine", 0),
)

THEN = {
    "sim_files": 165,
    "sim_lines": 20169,
    "sim_loose": 37,
    "analysis_files": 89,
    "analysis_lines": 10988,
    "analysis_loose": 40,
    "circles": 2,
    "repeated_classes": 11,
    "parameters": 229,
    "read_by_string": 54,
    "live_paths": 53,
    "long_functions": 18,
    "over_12_arguments": 7,
    "over_8_arguments": 3,
}


def reached(now: dict[str, int]) -> dict[str, bool]:
    """Whether each measure that has a target has reached it."""
    return {
        measure.name: now[measure.name] <= measure.target
        for measure in MEASURES
        if measure.target is not None
    }


def house_page() -> str:
    """The whole page."""
    now = measures(ROOT)
    done = reached(now)
    rows = [
        (
            measure.title,
            plain(THEN[measure.name]),
            plain(now[measure.name]),
            "" if measure.ceiling is None else plain(measure.ceiling),
            "" if measure.target is None else _target(measure.target),
            {True: "reached", False: "open"}.get(done.get(measure.name), ""),  # type: ignore[arg-type]
        )
        for measure in MEASURES
    ]
    tree = Tree(ROOT)
    rooms = [
        (f"`{name}`" if name.endswith("/") else f"`{name.split()[0]}`, loose", str(files), f"{n:,}")
        for name, (files, n) in lines_by_room(tree).items()
    ]
    return "\n".join(
        [
            INTRODUCTION,
            *table(("measure", "then", "now", "ceiling", "target", ""), rows),
            "",
            "## Files and lines by room",
            "",
            *table(("room", "files", "lines"), rooms),
            *_listed(tree),
            "",
        ]
    )


def _target(value: int) -> str:
    return f"at most {value:,}" if value else "0"


def _listed(tree: Tree) -> list[str]:
    """What stands behind the counts that are not yet nought."""
    kinds: dict[str, Callable[[Tree], list[str]]] = {
        "Import circles": lambda tree: [", ".join(group) for group in circles(tree)],
        "Public class names that occur more than once": repeated_classes,
        "Parameters read only by string": parameters_read_by_string,
        "Paths into the live model": live_paths,
        "Functions with more arguments than their place allows": too_many_arguments,
        "Functions over 60 lines": long_functions,
    }
    lines = []
    for title, names in kinds.items():
        found = names(tree)
        if found:
            lines += ["", f"## {title}", "", *(f"- `{name}`" for name in found)]
    return lines
