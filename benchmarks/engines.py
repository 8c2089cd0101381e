"""What a vehicle, a year and a study cost, each measured in a process of its own, on one core.

Processor time is meant throughout: it does not depend on what else the machine does, or little.
"""

import dataclasses
import datetime
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from sim.execute.pool import GIVEN_BACK

START = datetime.date(2005, 1, 1)
SUMMER = datetime.date(2005, 7, 4)
# Every tenth port by traffic, from the busiest: the reference engine's sample of the border.
SAMPLE_STEP = 10
SAMPLE_DAYS = {"compiled": 120, "reference": 6}
# Every so many scenarios of the headline study, the baseline among them: a group of one worker.
GROUP_STEP = 4
# Every so many ports for what is measured over many years.
FEW_STEP = 7
FOLLOWER = "more_searches"
"""A scenario that leaves no port-day as it is, but every arrival."""
LEVER = "preclearance_fort_erie"
"""A scenario that changes something at one crossing."""
BEFORE = "c392fe2"
"""The commit that `headline_over_before` looks back to."""
CHECKOUT = Path("runs/bench") / BEFORE


def point_of(ports: Sequence[str], days: int, engine: str, start: datetime.date) -> Any:
    """Point of the baseline."""
    from sim.parameters import Parameters
    from sim.scenario.intervention import BASELINE
    from sim.scenario.point import Point

    return Point(Parameters(), BASELINE, tuple(ports), 2005, start, days, 1, engine)


def ports_by_traffic() -> list[str]:
    """Ports, from the busiest."""
    from sim.places.ports import read_ports

    ports = read_ports(2005)
    order = ports.vehicles_per_year.argsort(kind="stable")[::-1]
    return [str(port) for port in ports.ids[order]]


def _headline(days: int) -> list[Any]:
    """Points of the headline study, the baseline first."""
    from sim.config import command_line

    words = ["experiment=headline", f"run.days={days}", "study.dir=runs/unused"]
    points: list[Any] = list(command_line.compose(words).specs[0].points)
    return points


def _vehicles(border: Any) -> float:
    from sim.records import LINE_SERVED

    return float(border.tally.line[:, LINE_SERVED].sum())


def peak_mib() -> float:
    """Peak memory of this process so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


class EngineTime:
    """Processor time spent in the compiled engine since this was made."""

    def __init__(self) -> None:
        from sim.engine.compiled import engine

        self.seconds = 0.0
        run_day: Callable[..., int] = engine.run_day

        def timed(*arguments: Any) -> int:
            began = time.process_time()
            count = run_day(*arguments)
            self.seconds += time.process_time() - began
            return count

        engine.run_day = timed  # type: ignore[assignment]


class ExpectationsTime:
    """Processor time spent in the expectations since this was made."""

    def __init__(self) -> None:
        from sim.model.border import Border

        self.seconds = 0.0
        expected = Border._expected

        def timed(border: Border) -> Any:
            began = time.process_time()
            record = expected(border)
            self.seconds += time.process_time() - began
            return record

        Border._expected = timed  # type: ignore[assignment, method-assign]


def measure(engine: str, ports: list[str], days: int, start: datetime.date) -> dict[str, Any]:
    """Time one replication of the whole model, without its tables.

    Returns
    -------
    dict
        vehicles, seconds, engine_s, ns_per_vehicle, ports, days, peak_rss_mib.
    """
    from sim.replication import run_border

    run_border(point_of(ports[:2], 1, "compiled", start), 0)
    clock = EngineTime()
    began = time.process_time()
    border = run_border(point_of(ports, days, engine, start), 1)
    seconds = time.process_time() - began
    vehicles = _vehicles(border)
    return {
        "engine": engine,
        "ports": len(ports),
        "days": days,
        "vehicles": vehicles,
        "seconds": seconds,
        "engine_s": clock.seconds,
        "ns_per_vehicle": 1e9 * (clock.seconds or seconds) / vehicles,
        "peak_rss_mib": peak_mib(),
    }


def beside() -> dict[str, Any]:
    """Time a scenario beside its baseline: what the engine takes for it, and the memory of both."""
    from sim.replication import run_in_step

    points = {point.scenario.name: point for point in _headline(365)}
    chosen = [points["baseline"], points[FOLLOWER]]
    list(run_in_step([(dataclasses.replace(point, days=1), 0) for point in chosen]))
    clock = EngineTime()
    vehicles = [_vehicles(border) for border in run_in_step([(point, 1) for point in chosen])]
    together_s = clock.seconds
    clock.seconds = 0.0
    list(run_in_step([(chosen[0], 1)]))
    seconds = together_s - clock.seconds
    return {"engine_s": seconds, "ns_per_vehicle": 1e9 * seconds / vehicles[1]}


def study(reuse: bool) -> dict[str, Any]:
    """Time one replication of every fourth point of the headline study, tables included.

    With the baseline they are the eight points that one worker simulates in step.
    """
    from sim.execute.task import plan
    from sim.execute.worker import Job, results_of
    from sim.results.tables import do_without_pandas, to_tables

    do_without_pandas()  # as a worker does
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        points = pool.submit(_headline, 365).result()[::GROUP_STEP]  # a worker does not compose
    one = [dataclasses.replace(points[0], days=1)]
    list(results_of(list(plan(one, 1)), Job(Path(), "")))
    clock = ExpectationsTime()
    began = time.process_time()
    tasks = list(plan(points, 1, "baseline"))  # as the headline study keeps
    for task, result in results_of(tasks, Job(Path(), "", reuse=reuse)):
        to_tables(result, task.kept)  # type: ignore[arg-type]
    seconds = time.process_time() - began
    return {
        "points": len(points),
        "seconds": seconds,
        "expectations_s": clock.seconds,
        "peak_rss_mib": peak_mib(),
    }


def compile_all() -> dict[str, Any]:
    """Run a little of everything, so that nothing is compiled while it is measured.

    That takes more than a minute of processor time, and 300 MiB that a process keeps.
    """
    from sim.execute.task import plan
    from sim.execute.worker import Job, results_of

    points = [dataclasses.replace(point, horizon=1) for point in _headline(2)[::GROUP_STEP]]
    for reuse in (True, False):
        list(results_of(list(plan(points, 1)), Job(Path(), "", reuse=reuse)))
    return {}


def live() -> dict[str, Any]:
    """Time what a lever at one crossing adds to a baseline year that is simulated anyway."""
    from sim.replication import run_in_step

    points = {point.scenario.name: point for point in _headline(365)}
    chosen = [points["baseline"], points[LEVER]]
    list(run_in_step([(dataclasses.replace(point, days=1), 0) for point in chosen]))
    began = time.process_time()
    list(run_in_step([(point, 1) for point in chosen]))
    together_s = time.process_time() - began
    began = time.process_time()
    list(run_in_step([(chosen[0], 1)]))
    year_s = time.process_time() - began
    return {"seconds": together_s - year_s, "year_s": year_s}


def task(name: str) -> dict[str, Any]:
    """Carry out one measurement by name (in the process of its own)."""
    if name.startswith("study-"):  # before anything that a worker does without
        return study(name == "study-reused")
    ports = ports_by_traffic()
    sample = ports[::SAMPLE_STEP]
    if name in ("compiled", "reference"):  # set-up is left out: it is in both
        days = SAMPLE_DAYS[name]
        few, more = (measure(name, sample, 1 + of, SUMMER)["seconds"] for of in (0, days))
        return {"seconds": (more - few) / days}
    if name == "beside":
        return beside()
    if name == "live":
        return live()
    if name == "compile":
        return compile_all()
    kind, number = name.split("-")
    if kind == "few":
        return measure("compiled", ports[::FEW_STEP], 365 * int(number), START)
    if kind == "years":
        return measure("compiled", ports, 365 * int(number), START)
    if kind == "days":
        return measure("compiled", ports, int(number), START)
    return measure("compiled", ports[:: max(1, len(ports) // int(number))], 120, START)


def apart(name: str) -> dict[str, Any]:
    """Carry out one measurement in a process of its own, with the memory of a worker."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.engines", name],
        capture_output=True, text=True, check=False, env={**GIVEN_BACK, **os.environ},
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"benchmarks: {name} failed\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


YEAR_BEFORE = """
import datetime, time
from benchmarks.engines import _by_traffic, _point
from sim.run import run_replication
ports, start = _by_traffic(), datetime.date(2005, 1, 1)
run_replication(_point(ports[:2], 1, "compiled", start), 0)
began = time.process_time()
run_replication(_point(ports, 365, "compiled", start), 1)
print(time.process_time() - began)
"""


def year_before() -> float | None:
    """Time a national year, tables included, at `BEFORE`; None where history lacks that commit."""
    if not CHECKOUT.exists():
        words = ["git", "worktree", "add", "--detach", "--force", str(CHECKOUT), BEFORE]
        if subprocess.run(words, capture_output=True, check=False).returncode:
            return None
    folder = CHECKOUT.resolve()
    done = subprocess.run(
        [sys.executable, "-c", YEAR_BEFORE], cwd=folder, capture_output=True, text=True,
        check=False, env={**os.environ, "PYTHONPATH": str(folder)},
    )  # fmt: skip
    return float(done.stdout.split()[-1]) if done.returncode == 0 else None


def command_s(words: Sequence[str], environment: dict[str, str] | None = None) -> float:
    """Processor time of a command and of all processes that it waited for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False,
        env={**os.environ, **(environment or {})},
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"benchmarks: {' '.join(words)} failed\n{done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def start_up() -> dict[str, float]:
    """Time a first day, and `experiment=quick`, with compiled code and bytecode at hand."""
    script = (
        "import datetime; from benchmarks.engines import ports_by_traffic, point_of;"
        "from sim.replication import run_border;"
        "run_border(point_of(ports_by_traffic()[:2], 1, 'compiled', datetime.date(2005, 1, 1)), 0)"
    )
    command_s(["-m", "compileall", "-q", "sim", "analysis"])
    apart("compile")
    with tempfile.TemporaryDirectory() as folder:
        quick = ["-m", "sim", "experiment=quick", f"study.dir={folder}/quick"]
        return {"cached_start_s": command_s(["-c", script]), "quick_s": command_s(quick)}


SHARED = ["ports=[sarnia,emerson,big-beaver]", "run.days=30", "study.detail=none"]
"""A study of many replications of some 0.3 s."""
FEWER, MORE = 10, 50


def shared_s(*execution: str) -> float:
    """Time that passes for what a study has more than a smaller one: starting is left out.

    Parameters
    ----------
    *execution : str
        Who carries it out.
    """
    took = []
    for replications in (FEWER, MORE):
        with tempfile.TemporaryDirectory() as folder:
            own = [f"run.replications={replications}", f"study.dir={folder}/shared"]
            began = time.perf_counter()
            command_s(["-m", "sim", *SHARED, *execution, *own])
            took.append(time.perf_counter() - began)
    return took[1] - took[0]


if __name__ == "__main__":
    print(json.dumps(task(sys.argv[1])))
