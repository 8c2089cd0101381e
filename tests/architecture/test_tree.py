"""What the files of the tree may be called, contain and do."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ["sim", "analysis", "benchmarks", "docs", "tests"]

EMPTY_NAMES = {"util", "utils", "helper", "helpers", "manager", "managers", "misc", "common"}
TERM = "common_random_numbers"
"""A term of the field, which says what it holds."""

# What only the writer's own machine knows. Spelled so that no pattern matches this file.
PRIVATE = {
    "a path of one machine": re.compile(r"(?<![\w.%~-])/(?:work|root|opt|home/\w+)/"),
    "a package index": re.compile(r"\bpy(?:pi|thonhosted)\.org\b"),
    "an index option": re.compile(r"--(?:extra-)?(?:index-url|find-links)\b"),
}

HEAVY = ["hydra", "omegaconf", "pandas", "plotly", "dash", "numba", "pyarrow", "scipy"]


def modules() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))


def checkout() -> list[Path]:
    """Files git holds or would hold; skips the test where there is no checkout."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip(f"git lists no files here: {listed.stderr.strip()}")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def text_of(path: Path) -> str | None:
    """The file as text, or None if it is none."""
    content = path.read_bytes()
    return None if b"\0" in content[:8192] else content.decode("utf-8", errors="replace")


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def test_every_module_is_named_for_what_it_holds() -> None:
    nameless = [
        str(path.relative_to(ROOT))
        for path in modules()
        if EMPTY_NAMES & set(path.stem.replace(TERM, "").split("_"))
        or path.parent.name in EMPTY_NAMES
    ]
    assert nameless == []


def test_imports_are_absolute_and_name_what_they_take() -> None:
    breaches = [
        place(path, node.lineno)
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and (node.level > 0 or any(alias.name == "*" for alias in node.names))
    ]
    assert breaches == []


def test_no_file_tells_on_the_machine_it_was_written_on() -> None:
    breaches = [
        f"{place(path, number)}: {what}"
        for path in checkout()
        for number, line in enumerate((text_of(path) or "").splitlines(), start=1)
        for what, pattern in PRIVATE.items()
        if pattern.search(line)
    ]
    assert breaches == []


@pytest.mark.parametrize("room", ["sim", "analysis"])
def test_importing_a_room_loads_nothing_heavy(room: str) -> None:
    code = f"import sys, {room}; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
    assert done.stderr == ""
