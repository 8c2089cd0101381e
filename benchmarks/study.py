"""``python -m benchmarks.study``: what a large study costs beyond the time of its model.

A thousand points (or as many as are given) with four replications of a small border, a Latin
hypercube over six parameters, on each executor; then the start of the same study when all is done;
then a sweep (``-m``) of one replication a point, each with a results folder of its own; then the
driver's memory as the points grow from a hundred to ten thousand, with a model that takes no time.
Efficiency is that of wall-clock time and needs a machine with nothing else to do; overhead is that
of processor time.
"""

import importlib.util
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.small_border import VARY, pure_model

OUTPUT = Path("runs/bench/study.json")
POINTS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
REPLICATIONS, WORKERS = 4, 2
FEW = 20
"""Points of the short study, whose cost is taken off as that of starting."""
SWEPT = min(POINTS, 400)
"""Points of the sweep."""
MEMORY_POINTS = (100, 1000, 10_000)
TARGETS = {
    "overhead_serial": ("at most", 0.05, "of model time"),
    "overhead_pool": ("at most", 0.05, "of model time"),
    "overhead_sweep": ("at most", 0.05, "of model time, composing included"),
    "efficiency_pool": ("at least", 0.90, "of two processors"),
    "efficiency_ray": ("at least", 0.85, "of two processors, after its start"),
    "complete_start_s": ("at most", 2.0, "s"),
    "driver_growth": ("at most", 1.1, "times the memory, from 100 to 10,000 points"),
}


def study(folder: Path, points: int, execution: str, *more: str) -> list[str]:
    """Command of a study."""
    return [
        "ports=[sarnia]", "run.days=7", f"run.replications={REPLICATIONS}", "design=lhs",
        f"design.points={points}", f"design.vary=[{','.join(VARY)}]", "study.detail=none",
        f"execution={execution}", f"execution.workers={WORKERS}", f"study.dir='{folder}'", *more,
    ]  # fmt: skip


def command(words: list[str], module: str = "sim") -> dict[str, float]:
    """Run a command; wall-clock and processor time of it and of all that it waited for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", module, *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "wall_s": time.perf_counter() - began,
        "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    }


def executor(execution: str, base: Path, pure: dict[str, float]) -> dict[str, float]:
    """Time a short and a long study, and the long one again when it is complete."""
    few, many = base / f"few-{execution}", base / execution
    short = command(study(few, FEW, execution))
    long = command(study(many, POINTS, execution))
    again = command(study(many, POINTS, execution))
    more = (POINTS - FEW) * REPLICATIONS
    workers = 1 if execution == "serial" else WORKERS
    found = {
        "wall_s": long["wall_s"],
        "start_s": short["wall_s"],
        "efficiency": pure["wall_s"] * more / workers / (long["wall_s"] - short["wall_s"]),
        "complete_start_s": again["wall_s"],
        "complete_start_cpu_s": again["cpu_s"],
    }
    if execution != "ray":  # what Ray starts is not waited for, so its processor time is not known
        found["overhead"] = (long["cpu_s"] - short["cpu_s"]) / (pure["cpu_s"] * more) - 1
    return found


def sweep(base: Path, pure: dict[str, float]) -> dict[str, float]:
    """Time a short and a long sweep of one parameter, and what a point of it costs, s."""

    def timed(points: int) -> dict[str, float]:
        values = f"range(0.02,{0.02 + 0.0002 * (points - 0.5):.5f},0.0002)"
        return command([
            "-m", "ports=[sarnia]", "run.days=7", "run.replications=1", "study.detail=none",
            f"inspection.selective_share={values}", "execution=serial",
            f"study.dir='{base / f'sweep-{points}'}'",
        ])  # fmt: skip

    short, long = timed(FEW), timed(SWEPT)
    point = {name: (long[name] - short[name]) / (SWEPT - FEW) for name in long}
    return {**point, "start_s": short["wall_s"], "overhead": point["cpu_s"] / pure["cpu_s"] - 1}


def driver_memory(base: Path) -> dict[str, float]:
    """Peak memory of the driver, MiB, by number of points, with a model that takes no time."""
    found = {}
    for points in MEMORY_POINTS:
        words = study(base / f"memory-{points}", points, "pool")
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.small_border", *words],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(done.stderr)
        found[str(points)] = float(done.stdout.splitlines()[-1])
        shutil.rmtree(base / f"memory-{points}")
    return found


def main() -> None:
    """Measure, print and write."""
    pure = pure_model()
    report: dict[str, Any] = {"pure": pure, "load": os.getloadavg()[0]}
    kinds = ["serial", "pool"] + (["ray"] if importlib.util.find_spec("ray") else [])
    with tempfile.TemporaryDirectory() as scratch:
        for execution in kinds:
            report[execution] = executor(execution, Path(scratch), pure)
        report["sweep"] = sweep(Path(scratch), pure)
        report["memory_mib"] = driver_memory(Path(scratch))
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(report, indent=2) + "\n")
    show(report)


def reached(report: dict[str, Any]) -> dict[str, float]:
    """Give what the targets are about."""
    memory = report["memory_mib"]
    values = {
        "overhead_serial": report["serial"]["overhead"],
        "overhead_pool": report["pool"]["overhead"],
        "overhead_sweep": report["sweep"]["overhead"],
        "efficiency_pool": report["pool"]["efficiency"],
        "complete_start_s": report["pool"]["complete_start_s"],
        "driver_growth": memory[str(MEMORY_POINTS[-1])] / memory[str(MEMORY_POINTS[0])],
    }
    if "ray" in report:
        values["efficiency_ray"] = report["ray"]["efficiency"]
    return values


def show(report: dict[str, Any]) -> None:
    """Print the report for a person."""
    pure = report["pure"]
    print(
        f"a replication of the small border: {1000 * pure['wall_s']:.1f} ms "
        f"({1000 * pure['cpu_s']:.1f} ms of processor time); load of the machine at the beginning: "
        f"{report['load']:.1f}"
    )
    print(f"{POINTS:,} points x {REPLICATIONS} replications")
    print(
        f"  {'':8}{'wall s':>10}{'start s':>10}{'overhead':>10}{'efficiency':>12}{'complete s':>12}"
    )
    for kind in ("serial", "pool", "ray"):
        if kind in report:
            one = report[kind]
            overhead = f"{one['overhead']:.1%}" if "overhead" in one else "-"
            print(
                f"  {kind:8}{one['wall_s']:>12.1f}{one['start_s']:>12.1f}{overhead:>12}"
                f"{one['efficiency']:>12.2f}{one['complete_start_s']:>12.2f}"
            )
    one = report["sweep"]
    print(
        f"a sweep of {SWEPT} points: {1000 * one['wall_s']:.1f} ms a point with its replication "
        f"and its folder ({1000 * one['cpu_s']:.1f} ms of processor time)"
    )
    sizes = ", ".join(f"{n} points {mib:.0f} MiB" for n, mib in report["memory_mib"].items())
    print(f"peak memory of the driver: {sizes}")
    for name, value in reached(report).items():
        word, bound, unit = TARGETS[name]
        good = value >= bound if word == "at least" else value <= bound
        verdict = "reached" if good else "NOT reached"
        print(f"{name}: {value:.3g} ({word} {bound:g} {unit}): {verdict}")
    print(f"written: {OUTPUT}")


if __name__ == "__main__":
    main()
