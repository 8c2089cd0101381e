"""What a vehicle costs in our engines, and how that changes with days and ports.

Each measurement runs in a process of its own, on one core, so that memory and caches start fresh.
"""

import datetime
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from typing import Any

START = datetime.date(2005, 1, 1)
SUMMER = datetime.date(2005, 7, 4)
# Every tenth port by traffic, from the busiest: the reference engine's sample of the border.
SAMPLE_STEP = 10
SAMPLE_DAYS = 3


def _point(ports: Any, days: int, engine: str, start: datetime.date) -> Any:
    from sim.parameters import Parameters
    from sim.scenario.intervention import BASELINE
    from sim.scenario.point import Point

    return Point(Parameters(), BASELINE, tuple(ports), 2005, start, days, 1, engine)


def _by_traffic() -> list[str]:
    from sim.places.ports import read_ports

    ports = read_ports(2005)
    order = ports.vehicles_per_year.argsort(kind="stable")[::-1]
    return [str(port) for port in ports.ids[order]]


def _vehicles(border: Any) -> float:
    from sim.records import LINE_SERVED

    return float(border.tally.line[:, LINE_SERVED].sum())


def measure(engine: str, ports: list[str], days: int, start: datetime.date) -> dict[str, Any]:
    """Time one replication of the whole model, without writing tables.

    Returns
    -------
    dict
        vehicles, seconds, ns_per_vehicle, ports, days, peak_rss_mib.
    """
    from sim.replication import run_border

    run_border(_point(ports[:2], 1, "compiled", start), 0)
    began = time.perf_counter()
    border = run_border(_point(ports, days, engine, start), 1)
    seconds = time.perf_counter() - began
    vehicles = _vehicles(border)
    return {
        "engine": engine,
        "ports": len(ports),
        "days": days,
        "vehicles": vehicles,
        "seconds": seconds,
        "ns_per_vehicle": 1e9 * seconds / vehicles,
        "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
    }


def task(name: str) -> dict[str, Any]:
    """Carry out one measurement by name (in the process of its own)."""
    ports = _by_traffic()
    sample = ports[::SAMPLE_STEP]
    if name == "year":
        return measure("compiled", ports, 365, START)
    if name == "sample":
        return measure("compiled", sample, SAMPLE_DAYS, SUMMER)
    if name == "reference":
        return measure("reference", sample, SAMPLE_DAYS, SUMMER)
    kind, number = name.split("-")
    if kind == "days":
        return measure("compiled", ports, int(number), START)
    return measure("compiled", ports[:: max(1, len(ports) // int(number))], 120, START)


def apart(name: str, environment: dict[str, str] | None = None) -> dict[str, Any]:
    """Carry out one measurement in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.engines", name],
        capture_output=True, text=True, check=True, env={**os.environ, **(environment or {})},
    )  # fmt: skip
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def start_up() -> dict[str, float]:
    """Seconds from nothing to a first day simulated: compiling, and with compiled code at hand."""
    script = (
        "import datetime; from benchmarks.engines import _by_traffic, _point;"
        "from sim.replication import run_border;"
        "run_border(_point(_by_traffic()[:2], 1, 'compiled', datetime.date(2005, 1, 1)), 0)"
    )
    times = {}
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "XDG_CACHE_HOME": folder}
        for label in ("compile_s", "cached_start_s"):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", script], check=True, env=environment)
            times[label] = time.perf_counter() - began
    return times


if __name__ == "__main__":
    print(json.dumps(task(sys.argv[1])))
