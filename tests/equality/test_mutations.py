"""Faults seeded in the compiled engine do not go unnoticed.

Each fault is a patch of one file, with the fault in words above it. The engine is checked as plain
Python, uncompiled, which takes a third of the time that compiling it would.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHECK = Path(__file__).parent / "fixed.py"
ENGINE = Path("sim/engine/compiled")
FAULTS = sorted((Path(__file__).parent / "faults").glob("*.patch"))
NAMES = [patch.stem for patch in FAULTS]


def seed_fault(patch: Path, folder: Path) -> None:
    """Apply a patch to the copy of the package in ``folder``.

    The context may differ but for one line, and the file may have another name: the first file of
    the engine that the patch fits is taken.
    """
    text = patch.read_text(encoding="utf-8")
    (named,) = re.findall(r"^\+\+\+ b/(.+)$", text, re.MULTILINE)
    files = [path.relative_to(folder).as_posix() for path in sorted((folder / ENGINE).glob("*.py"))]
    for file in sorted(files, key=lambda file: file != named):
        done = subprocess.run(
            ["git", "apply", "-C1", "-"],
            cwd=folder,
            env={**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)},
            input=text.replace(named, file),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            return
    raise AssertionError(
        f"{patch.relative_to(ROOT)} fits no file of {ENGINE}: "
        f"bring it up to date with the lines it changes"
    )


def copy_package(folder: Path) -> None:
    """Copy the package to where a fault can be seeded."""
    shutil.copytree(ROOT / "sim", folder / "sim", ignore=shutil.ignore_patterns("__pycache__"))


def verdict(folder: Path, patch: Path | None) -> subprocess.CompletedProcess[str]:
    """Check a copy of the package, as plain Python."""
    copy_package(folder)
    if patch is not None:
        seed_fault(patch, folder)
    return subprocess.run(
        [sys.executable, str(CHECK)],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(folder),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "NUMBA_DISABLE_JIT": "1",
            "PYTHONWARNINGS": "ignore",  # uncompiled, a chance that vanishes warns of its overflow
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def verdicts(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[Path | None, Future[subprocess.CompletedProcess[str]]]]:
    """All checks, two at a time."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        yield {
            patch: pool.submit(verdict, tmp_path_factory.mktemp("copy"), patch)
            for patch in (None, *FAULTS)
        }


def test_every_fault_fits_the_engine(tmp_path: Path) -> None:
    assert len(FAULTS) >= 10
    for patch in FAULTS:
        copy_package(tmp_path / patch.stem)
        seed_fault(patch, tmp_path / patch.stem)


def test_a_fault_survives_a_rename_and_says_when_it_does_not_fit(tmp_path: Path) -> None:
    copy_package(tmp_path)
    patch = FAULTS[0]
    (named,) = re.findall(r"^\+\+\+ b/(.+)$", patch.read_text(encoding="utf-8"), re.MULTILINE)
    (tmp_path / named).rename(tmp_path / ENGINE / "renamed.py")
    seed_fault(patch, tmp_path)
    with pytest.raises(AssertionError, match=f"{patch.name} fits no file"):
        seed_fault(patch, tmp_path)


@pytest.mark.slow
def test_without_a_fault_the_check_passes(
    verdicts: dict[Path | None, Future[subprocess.CompletedProcess[str]]],
) -> None:
    done = verdicts[None].result()
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("patch", FAULTS, ids=NAMES)
def test_fault_is_caught(
    patch: Path, verdicts: dict[Path | None, Future[subprocess.CompletedProcess[str]]]
) -> None:
    done = verdicts[patch].result()
    assert done.returncode == 1, f"{patch.stem}: not caught"
    assert done.stderr.startswith("engines of "), done.stderr
    assert "copy" in done.stderr.splitlines()[0], done.stderr  # the copy was checked, not the tree
