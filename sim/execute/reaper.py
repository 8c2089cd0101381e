"""Ends what a local Ray cluster left when its driver was killed: its agents outlive it otherwise.

A process of its own, started before the cluster. It waits until the driver's end of a pipe closes,
however that happens, and then ends every process that carries the driver's mark in its environment.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

MARK = "BORDER_INTERDICTION_CLUSTER"
LONGEST_S = 30.0
"""Processes may still be starting when their driver is killed: how long to look for them."""


def watch(word: str) -> "subprocess.Popen[bytes]":
    """Start a reaper of all that will carry a mark; it acts when its standard input closes.

    Parameters
    ----------
    word : str
        Value of the mark, MARK in the environment.
    """
    return subprocess.Popen(
        [sys.executable, "-S", "-E", __file__, word],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C on the terminal is not for it
    )


def marked(word: str) -> list[int]:
    """Processes that carry a mark, but for this one."""
    entry = f"{MARK}={word}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            carries = entry in path.read_bytes()  # Ray writes titles over a part of it
        except OSError:
            continue
        if carries and int(path.parent.name) != os.getpid():
            found.append(int(path.parent.name))
    return found


def reap(word: str) -> None:
    """End what carries a mark, until for a second nothing does."""
    patience = time.monotonic() + LONGEST_S
    clear = 0
    while clear < 5 and time.monotonic() < patience:
        left = marked(word)
        clear = 0 if left else clear + 1
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.2)


if __name__ == "__main__":
    sys.stdin.buffer.read()
    reap(sys.argv[1])
