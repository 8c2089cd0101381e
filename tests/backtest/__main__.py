"""``python -m tests.backtest`` compares results with those stored; ``refresh`` stores new ones."""

import argparse
import contextlib
import sys
import tempfile
import time
from pathlib import Path

from tests.backtest.cases import CASES, run
from tests.backtest.comparing import between_digests, between_summaries, report
from tests.backtest.tables import (
    DIGESTS,
    STORED,
    digests_of,
    read_digests,
    read_summary,
    summary_of,
    write_digests,
    write_summary,
)


def main() -> int:
    """Run the cases and compare them to the last bit, or store them.

    Returns
    -------
    int
        0; 1 if results differ.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.backtest", description=__doc__)
    parser.add_argument("do", nargs="?", choices=["check", "refresh", "run"], default="check")
    parser.add_argument("--case", action="append", choices=list(CASES), help="these alone")
    parser.add_argument("--folder", type=Path, help="keep the results folders here")
    words = parser.parse_args()
    cases = words.case or list(CASES)
    with contextlib.ExitStack() as stack:
        folder = words.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for case in cases:
            began = time.perf_counter()
            run(case, folder / case)
            print(f"{case}: run in {time.perf_counter() - began:.1f} s", flush=True)
        if words.do == "refresh":
            refresh(folder, cases)
        if words.do == "check":
            return check(folder, cases)
    return 0


def refresh(folder: Path, cases: list[str]) -> None:
    """Store the results of cases, and forget those of cases that are no more."""
    STORED.mkdir(exist_ok=True)
    path = STORED / DIGESTS
    digests = read_digests(path) if path.exists() else {}
    for case in cases:
        write_summary(STORED / f"{case}.csv", summary_of(folder / case))
        digests[case] = digests_of(folder / case)
    write_digests(path, {case: digests[case] for case in CASES if case in digests})
    for old in STORED.glob("*.csv"):
        if old.stem not in CASES and old != path:
            old.unlink()
    print(f"stored in {STORED.relative_to(Path.cwd())}; say in the commit what moved and why")


def check(folder: Path, cases: list[str]) -> int:
    """Compare cases with what is stored, to the last bit, and print what differs."""
    digests = read_digests(STORED / DIGESTS)
    differences, tables = [], []
    for case in cases:
        stored = read_summary(STORED / f"{case}.csv")
        differences += between_summaries(case, stored, summary_of(folder / case), tolerance=0)
        tables += between_digests(case, digests.get(case, {}), digests_of(folder / case))
    differing = report(differences, tables)
    print(differing or f"{len(cases)} cases: all results are those stored, to the last bit")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
