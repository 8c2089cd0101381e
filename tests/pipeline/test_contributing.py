"""The steps of CONTRIBUTING.md work: followed in a copy of the tree, for what they add.

A step that begins "Write `FILE`:" or "In `FILE`, after `TEXT`:" is followed by a block, which is
written or inserted as it stands. Nothing is compiled, so that the copy runs in seconds.
"""

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
COPIED = ("sim", "analysis", "conf", "scenarios", "pyproject.toml")
STEP = re.compile(
    r"^\d+\. (?:Write `(?P<written>[^`]+)`|In `(?P<changed>[^`]+)`, after `(?P<text>[^`]+)`):\n\n"
    r"   ```\w+\n(?P<block>.*?)^   ```$",
    re.MULTILINE | re.DOTALL,
)
PORT, OTHER = "abercorn", "frelighsburg"


def follow(tree: Path, heading: str) -> int:
    """Carry out the steps of a section that have a block; return how many there were."""
    section = GUIDE.split(f"\n### {heading}\n")[1].split("\n##")[0]
    steps = list(STEP.finditer(section))
    for step in steps:
        block = re.sub("^   ", "", step["block"], flags=re.MULTILINE)
        if step["written"]:
            (tree / step["written"]).write_text(block, encoding="utf-8")
            continue
        path = tree / step["changed"]
        before, found, after = path.read_text(encoding="utf-8").partition(step["text"])
        assert found, f"{heading}: {step['changed']} does not hold {step['text']}"
        inserted = f"\n{block.rstrip()}" if after.startswith("\n") else block.strip()
        path.write_text(before + found + inserted + after, encoding="utf-8")
    return len(steps)


def python(tree: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree with an adversary, a port kind and a metric added, and a study run."""
    tree = tmp_path_factory.mktemp("tree")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, tree / name)
    steps = [follow(tree, name) for name in ("An adversary", "A port kind", "A metric")]
    assert steps == [4, 1, 3]

    source = tree / "sim" / "data" / "source" / "ports.csv"
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["kind"] = "hovercraft" if row["port_id"] == PORT else row["kind"]
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    python(tree, "-m", "sim.data.derive")

    python(
        tree, "-m", "sim", "compare=[more_searches]", f"ports=[{PORT},{OTHER}]",
        "adversary=heedless", "smuggling.firearms_per_year=1000000", "smuggling.load_mean=1",
        "run.days=1", "run.replications=1", "engine=reference", "execution=serial",
        "study.dir=runs/added",
    )  # fmt: skip
    return tree


def test_a_new_adversary_chooses(tree: Path) -> None:
    attempts = pd.read_parquet(tree / "runs" / "added" / "attempts.parquet")
    trips = attempts[attempts["kind"] == "trafficking"]
    assert set(trips["adversary"].astype(str)) == {"heedless"}
    assert (trips["route"].astype(str) != "not_planned").any()


def test_a_port_of_a_new_kind_is_derived_and_runs(tree: Path) -> None:
    with (tree / "sim" / "data" / "ports.csv").open(encoding="utf-8", newline="") as file:
        kinds = {row["port_id"]: row["kind"] for row in csv.DictReader(file)}
    assert kinds[PORT] == "hovercraft"
    hours = pd.read_parquet(tree / "runs" / "added" / "port_hours.parquet")
    landed = hours[hours["port_id"].astype(str) == PORT]
    assert landed["arrivals"].sum() > 0


def test_a_new_metric_is_in_the_tables_and_compared(tree: Path) -> None:
    summary = pd.read_parquet(tree / "runs" / "added" / "summary.parquet")
    values = summary.loc[summary["metric"].astype(str) == "truck_arrivals", "value"]
    assert len(values) == 2
    assert (values > 0).all()
    said = python(tree, "-m", "analysis", "compare", "runs/added", "--metric", "truck_arrivals")
    assert "trucks arriving" in said


def test_what_was_added_is_clean(tree: Path) -> None:
    python(tree, "-m", "ruff", "check", "--quiet", "sim")
    python(tree, "-m", "ruff", "format", "--check", "--quiet", "sim/model/smuggling/adversary")


def test_every_section_has_numbered_steps() -> None:
    sections = GUIDE.split("\n## How to add\n")[1].split("\n## ")[0].split("\n### ")[1:]
    names = [section.splitlines()[0] for section in sections]
    assert names == [
        "A proposal", "A port", "A port kind", "An adversary", "A contraband", "A metric",
        "A chart", "An engine rule",
    ]  # fmt: skip
    for name, section in zip(names, sections, strict=True):
        numbers = [int(number) for number in re.findall(r"^(\d+)\. ", section, re.MULTILINE)]
        assert numbers == list(range(1, len(numbers) + 1)), name
        assert len(numbers) > 3, name
