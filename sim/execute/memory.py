"""How much memory there is, and how much of it a group of processes takes."""

import contextlib
import math
import os
from pathlib import Path

GROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
"""Where Linux says how much memory a container may use."""
MEMORY = Path("/proc/meminfo")


def free_memory_mib() -> float:
    """Memory that this program may still take, in MiB; infinite where the system does not say."""
    with contextlib.suppress(OSError, ValueError):
        lines = dict(line.split(":", 1) for line in MEMORY.read_text().splitlines())
        available = int(lines["MemAvailable"].split()[0]) / 1024.0
        with contextlib.suppress(OSError, ValueError):  # no container, or one without a limit
            used = int(GROUP_LIMIT.with_name("memory.current").read_text())
            available = min(available, (int(GROUP_LIMIT.read_text()) - used) / 2**20)
        return available
    return math.inf


def memory_mib(group: int) -> float:
    """Memory of a group of processes, in MiB, without what they share; 0 where nothing says it."""
    pages = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            if int(path.read_text("utf-8", "replace").rpartition(")")[2].split()[2]) == group:
                own = path.with_name("statm").read_text().split()
                pages += int(own[1]) - int(own[2])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20 if pages else 0.0
