"""The small border of `benchmarks.study`: its model alone, and a driver with no model at all."""

import datetime
import functools
import sys
import time
from pathlib import Path
from typing import Any

VARY = (
    "inspection.selective_share", "inspection.dog_share", "inspection.d_prime", "primary.cv",
    "primary.car_s", "staffing.officers_scale",
)  # fmt: skip
SAMPLE = 200


def pure_model() -> dict[str, float]:
    """Time of one replication, in this process, once the engine is warm."""
    from sim.execute.worker import replicate
    from sim.parameters import Parameters
    from sim.scenario.intervention import BASELINE
    from sim.scenario.point import Point

    start = datetime.date(2005, 1, 1)
    point = Point(Parameters(), BASELINE, ("sarnia",), 2005, start, 7, 1, "compiled")
    for number in range(5):
        replicate(point, number)
    wall, cpu = time.perf_counter(), time.process_time()
    for number in range(SAMPLE):
        replicate(point, number)
    return {
        "wall_s": (time.perf_counter() - wall) / SAMPLE,
        "cpu_s": (time.process_time() - cpu) / SAMPLE,
    }


@functools.cache
def _one() -> Any:
    from sim.execute.worker import replicate
    from sim.parameters import Parameters
    from sim.scenario.intervention import BASELINE
    from sim.scenario.point import Point

    start = datetime.date(2005, 1, 1)
    point = Point(Parameters(), BASELINE, ("sarnia",), 2005, start, 7, 1, "compiled")
    return replicate(point, 0)


def no_time(point: Any, replication: int) -> Any:
    """Give the same result for everything."""
    return _one()


def main() -> None:
    """Drive a study whose model takes no time, and print the driver's peak memory in MiB."""
    import sim.__main__ as door
    import sim.study.run
    from benchmarks import small_border

    names = vars(sim.study.run)
    names["Job"] = functools.partial(names["Job"], model=small_border.no_time)
    status = door.main()
    print(peak_mib())
    sys.exit(status)


def peak_mib() -> float:
    """Peak memory of this process. What getrusage says begins with that of the parent."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    (peak,) = (line for line in lines if line.startswith("VmHWM:"))
    return float(peak.split()[1]) / 1024


if __name__ == "__main__":
    main()
