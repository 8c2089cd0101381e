"""The tutorial runs: its blocks, from top to bottom, on a study as it tells to make one."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.charts.style import Chart

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
CHARTS = ROOT / "analysis" / "charts"


def test_the_blocks_run_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = re.search(r"python -m sim (experiment=quick.*)", PAGE)
    assert arguments is not None
    short = ["run.days=2", "run.replications=2", "execution=serial"]
    subprocess.run(
        [sys.executable, "-m", "sim", *arguments[1].split(), *short],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    assert len(BLOCKS) > 6
    for block in BLOCKS:
        exec(compile(block, "docs/tutorial.md", "exec"), names)
    assert isinstance(names["french"], Chart)
    assert (tmp_path / "runs" / "quick" / "brief.fr.html").is_file()


def test_every_chart_is_in_the_tutorial() -> None:
    charts = {  # what takes a study alone and returns a figure
        node.name
        for path in CHARTS.glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and len(node.args.args) - len(node.args.defaults) == 1
        and ast.unparse(node.args.args[0].annotation or ast.Constant("")) == "Study"
        and ast.unparse(node.returns or ast.Constant("")) in ("go.Figure", "Chart")
    }
    assert len(charts) > 10
    assert sorted(name for name in charts if f"`{name}`" not in PAGE) == []
