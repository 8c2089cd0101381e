"""The steps of CONTRIBUTING.md work: followed in a copy of the tree, and undone again.

A step that begins "Write `FILE`:" or "In `FILE`, after `TEXT`:" is followed by a block, which is
written or inserted as it stands. Nothing is compiled, so that the copy runs in seconds.
"""

import csv
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
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
ADDED = ("An adversary", "A port kind", "A metric")


def steps_of(heading: str) -> Iterator[tuple[re.Match[str], str]]:
    """The steps of a section that have a block, and the block."""
    section = GUIDE.split(f"\n### {heading}\n")[1].split("\n##")[0]
    for step in STEP.finditer(section):
        yield step, re.sub("^   ", "", step["block"], flags=re.MULTILINE)


def follow(tree: Path, heading: str) -> int:
    """Carry out the steps of a section that have a block; return how many there were."""
    steps = list(steps_of(heading))
    for step, block in steps:
        if step["written"]:
            (tree / step["written"]).write_text(block, encoding="utf-8")
            continue
        path = tree / step["changed"]
        before, anchor, after = path.read_text(encoding="utf-8").partition(step["text"])
        assert anchor, f"{heading}: {step['changed']} does not hold {step['text']}"
        path.write_text(before + anchor + inserted(block, after) + after, encoding="utf-8")
    return len(steps)


def inserted(block: str, after: str) -> str:
    """A block as inserted: on lines of its own, a class after two empty ones; or in a line."""
    apart = "\n\n" if block.startswith("class ") else ""
    return f"\n{apart}{block.rstrip()}" if after.startswith("\n") else block.strip()


def undo(tree: Path, heading: str) -> None:
    """Take back the steps of a section, the last first."""
    for step, block in reversed(list(steps_of(heading))):
        if step["written"]:
            (tree / step["written"]).unlink()
            continue
        path = tree / step["changed"]
        before, anchor, after = path.read_text(encoding="utf-8").partition(step["text"])
        addition = inserted(block, after)
        assert after.startswith(addition), f"{heading}: {step['changed']} does not hold {addition}"
        path.write_text(before + anchor + after.removeprefix(addition), encoding="utf-8")


def set_kind(tree: Path, port: str, kind: str) -> None:
    """Give a port another kind, and derive the tables again."""
    source = tree / "sim" / "data" / "source" / "ports.csv"
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    (row,) = (row for row in rows if row["port_id"] == port)
    row["kind"] = kind
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    python(tree, "-m", "sim.data.derive")


def contents(tree: Path) -> dict[str, bytes]:
    """Every file that was copied, by its path."""
    return {
        path.relative_to(tree).as_posix(): path.read_bytes()
        for name in COPIED
        for path in ((tree / name).rglob("*") if (tree / name).is_dir() else [tree / name])
        if path.is_file() and "__pycache__" not in path.parts
    }


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
    assert [follow(tree, name) for name in ADDED] == [2, 1, 3]
    set_kind(tree, PORT, "hovercraft")
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
    printed = python(tree, "-m", "analysis", "compare", "runs/added", "--metric", "truck_arrivals")
    assert "trucks arriving" in printed


def test_what_was_added_is_clean(tree: Path) -> None:
    python(tree, "-m", "ruff", "check", "--quiet", "sim")
    python(tree, "-m", "ruff", "format", "--check", "--quiet", "sim/model/smuggling/adversary.py")


def test_what_was_added_can_be_removed_without_a_trace(tree: Path, tmp_path: Path) -> None:
    for name in COPIED:
        if (tree / name).is_dir():
            shutil.copytree(tree / name, tmp_path / name)
        else:
            shutil.copy(tree / name, tmp_path / name)
    before = contents(ROOT)
    changed = {name for name, content in contents(tmp_path).items() if before.get(name) != content}
    assert len(changed) >= 8, changed
    set_kind(tmp_path, PORT, "road")
    for name in reversed(ADDED):
        undo(tmp_path, name)
    after = contents(tmp_path)
    assert set(after) == set(before)
    assert [name for name in before if before[name] != after[name]] == []


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
