"""Faults seeded in the compiled engine do not go unnoticed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHECK = Path(__file__).parent / "fixed.py"

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Fault:
    """A text of one file of the engine, and what stands there instead."""

    file: str
    right: str
    wrong: str


FAULTS = {
    "the highest-numbered free booth instead of the lowest": Fault(
        "officers.py",
        "    for place in range(1, manned):\n        if free[place] <= arrival:",
        "    for place in range(manned - 1, 0, -1):\n        if free[place] <= arrival:",
    ),
    "a closing booth drops its vehicle": Fault(
        "officers.py", "moment = max(free[place, server], now)", "moment = now"
    ),
    "officers change place without regard to who finishes first": Fault(
        "officers.py", "while slot > 0 and available[slot - 1] > moment:", "while slot > count:"
    ),
    "an examination must end, not begin, within its limit": Fault(
        "secondary.py",
        "if start > latest and",
        "if start + waiting[entry].work_s > latest and",
    ),
    "duty is waived by the line of the moment, not that of the last control moment": Fault(
        "primary.py",
        "words, row, hurry, waive, own_work, end,",
        "words, row, hurry, head < last and time_s[head] < start, own_work, end,",
    ),
    "a lone officer inspects on while he is in secondary": Fault(
        "primary.py", "free[booth] += booth_work", "free[booth] += 0.0"
    ),
    "whoever withdraws is searched all the same": Fault(
        "referral.py",
        "            reason = referral.PROBE\n            work = 0.0",
        "            pass",
    ),
    "withdrawing is drawn anew by lane, not by conveyance": Fault(
        "referral.py",
        "withdraws(row[WITHDRAWAL_SHARE], index, day, entity,",
        "withdraws(row[WITHDRAWAL_SHARE], index, day, own_entity,",
    ),
    "officers who have withdrawn are off shift": Fault(
        "port.py", "if mode == HELD:", "if mode == HELD and False:"
    ),
    "those in line at closing time are not served": Fault(
        "port.py",
        "if manned[place] > 0 and before < last_of[place]",
        "if on_shift and manned[place] > 0 and before < last_of[place]",
    ),
}


def verdict(folder: Path, fault: Fault | None) -> subprocess.CompletedProcess[str]:
    """Check a copy of the package, compiled anew."""
    shutil.copytree(ROOT / "sim", folder / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    if fault is not None:
        path = folder / "sim" / "engine" / "compiled" / fault.file
        text = path.read_text(encoding="utf-8")
        assert text.count(fault.right) == 1, fault
        path.write_text(text.replace(fault.right, fault.wrong), encoding="utf-8")
    return subprocess.run(
        [sys.executable, str(CHECK)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "XDG_CACHE_HOME": str(folder / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def verdicts(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, Future[subprocess.CompletedProcess[str]]]]:
    """All checks, two at a time: each compiles the engine, which takes most of a minute."""
    cases = {"none": None, **FAULTS}
    with ThreadPoolExecutor(max_workers=2) as pool:
        yield {
            name: pool.submit(verdict, tmp_path_factory.mktemp("copy"), fault)
            for name, fault in cases.items()
        }


def test_without_a_fault_the_check_passes(
    verdicts: dict[str, Future[subprocess.CompletedProcess[str]]],
) -> None:
    done = verdicts["none"].result()
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_caught(
    name: str, verdicts: dict[str, Future[subprocess.CompletedProcess[str]]]
) -> None:
    done = verdicts[name].result()
    assert done.returncode == 1, f"{name}: not caught"
    assert done.stderr.startswith("engines of "), done.stderr
    assert "copy" in done.stderr.splitlines()[0], done.stderr  # the copy was checked, not the tree
