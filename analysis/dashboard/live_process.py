"""The processes of live runs: started loaded, told what to do, and ended with all they began."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GRACE_S = 10.0
"""How long a cancelled run may take to end by itself."""


def quoted(path: Path) -> str:
    """A path as a quoted word of the command line."""
    escaped = re.sub(r"(\\*)('|$)", r"\1\1\2", str(path.resolve())).replace("'", "\\'")
    return f"'{escaped}'"


def spawn() -> subprocess.Popen[bytes]:
    """Start a process that loads and waits, in a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "sim.execute.waiting"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def tell_command(
    process: subprocess.Popen[bytes], words: list[str], said: Path
) -> subprocess.Popen[bytes]:
    """Tell a waiting process what to do, and keep what it says in a file."""
    assert process.stdin is not None
    process.stdin.write(json.dumps(words).encode() + b"\n")
    process.stdin.flush()

    def keep() -> None:
        assert process.stderr is not None
        with process.stderr, said.open("wb") as file:
            for line in process.stderr:
                file.write(line)
                file.flush()

    threading.Thread(target=keep, daemon=True).start()
    return process


def let_go(process: subprocess.Popen[bytes]) -> None:
    """Close the standard input of a process, at which it ends if it has not."""
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()


def make_sure(process: subprocess.Popen[bytes]) -> None:
    """See that a process and all it started end."""
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
