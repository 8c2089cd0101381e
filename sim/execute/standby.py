"""A process that has everything loaded and waits for its command line on standard input.

Starting Python and loading the engine takes seconds; whoever wants an answer at once keeps such a
process ready. It takes one line, a JSON list of words, and is from then on ``python -m sim`` with
these words. When its standard input ends, so does it: finished replications are kept.
"""

import datetime
import importlib
import json
import os
import runpy
import signal
import sys
import threading
import time

MODULES = ("sim",)
ROOM = str(__package__).removesuffix(".execute")
"""Name of the package: sim, or border.sim where it is installed."""
GRACE_S = 20.0
"""How long a command may take to end in good order."""


def main() -> None:
    """Load, wait, and become the command."""
    load()
    line = sys.stdin.readline()
    if not line:
        return
    module, *words = json.loads(line)
    if module not in MODULES:
        raise SystemExit(f"{module}: is not one of {', '.join(MODULES)}")
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=_end_with_input, daemon=True).start()
    sys.argv = [f"python -m {module}", *words]
    runpy.run_module(f"{ROOM}.__main__", run_name="__main__")


def load() -> None:
    """Import what a run needs, and have the engine compiled and called once."""
    for name in ("hydra", "pandas", "pyarrow.parquet"):
        importlib.import_module(name)
    for name in ("config.command_line", "study.run"):
        importlib.import_module(f"{ROOM}.{name}")
    from sim.execute.worker import precompile, replicate
    from sim.parameters import Parameters
    from sim.scenario.intervention import BASELINE
    from sim.scenario.point import Point

    point = Point(
        parameters=Parameters(),
        scenario=BASELINE,
        ports=("sarnia",),
        year=2005,
        start=datetime.date(2005, 7, 4),
        days=1,
        seed=1,
        engine="compiled",
    )
    precompile(point, replicate)


def _end_with_input() -> None:
    """Stop as for Ctrl-C when standard input ends, because who started this has ended.

    Whoever ignores interruptions passes that on to what it starts (``nohup``): they are taken again
    here. What has not ended in good order after a while is ended at once.
    """
    while sys.stdin.readline():
        pass
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(GRACE_S)
    os._exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main()
