"""Ends what a local Ray cluster left when its driver was killed: its agents outlive it otherwise.

A process of its own, started before the cluster. It waits until the driver's end of a pipe closes,
however that happens, and then ends every process that has a file of the cluster's folder open, and
removes the folder. (Ray writes titles over the environment of its processes, so a mark in there
would not always be found.)
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

LONGEST_S = 30.0
"""Processes may still be starting when their driver is killed: how long to look for them."""


def watch(folder: Path) -> "subprocess.Popen[bytes]":
    """Start a reaper of a cluster; it acts when its standard input closes.

    The folder is where the cluster, and no other, keeps its sockets and logs.
    """
    return subprocess.Popen(
        [sys.executable, "-S", "-E", __file__, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C on the terminal is not for it
    )


def holders(folder: Path) -> set[int]:
    """Processes that have a file of a folder open."""
    inside = f"{folder}{os.sep}"
    pids = set()
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            held = os.readlink(link).startswith(inside)
        except OSError:
            continue
        if held:
            pids.add(int(link.parts[2]))
    return pids


def reap(folder: Path, driver: int) -> None:
    """End what holds files of a folder, until for a second nothing does; remove the folder.

    The driver is left alone: it may go on after its cluster.
    """
    patience = time.monotonic() + LONGEST_S
    clear = 0
    while clear < 5 and time.monotonic() < patience:
        left = holders(folder) - {driver}
        clear = 0 if left else clear + 1
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.2)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    parent = os.getppid()
    sys.stdin.buffer.read()
    reap(Path(sys.argv[1]), parent)
