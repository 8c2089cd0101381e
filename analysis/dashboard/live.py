"""Live runs: the ordinary command line as a process of its own, started, watched and cancelled.

Results stay where the command keeps them. When the server ends, so do its runs, and what they have
finished is kept: the same mix continues.
"""

import contextlib
import dataclasses
import functools
import hashlib
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.dashboard.mix import MIX, write_scenario
from analysis.language import gettext
from sim.design.mixes import once_share
from sim.errors import InputError
from sim.execute.live import free_memory_mib, memory_mib, read_plan
from sim.files.brought import json_of
from sim.progress import STATUS_FILE, Status, read_status
from sim.scenario.intervention import BASELINE, Scenario
from sim.scenario.reading import read

ROOT = Path(__file__).resolve().parents[__name__.count(".")]
"""Folder from which the package is imported: of the checkout, or of installed packages."""
STANDBY = f"{read_plan.__module__.rpartition('.')[0]}.worker"
"""Name of the module that waits for a command, under whichever name the packages are."""
GRACE_S = 10.0
"""How long a cancelled run may take to end by itself."""


def quoted(path: Path) -> str:
    """A path as a quoted word of the command line."""
    escaped = re.sub(r"(\\*)('|$)", r"\1\1\2", str(path.resolve())).replace("'", "\\'")
    return f"'{escaped}'"


def spawn() -> subprocess.Popen[bytes]:
    """Start a process that loads and waits, in a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", STANDBY],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def tell_command(
    process: subprocess.Popen[bytes], words: list[str], log: Path
) -> subprocess.Popen[bytes]:
    """Tell a waiting process what to do, and keep what it says in a file."""
    assert process.stdin is not None
    process.stdin.write(json.dumps(words).encode() + b"\n")
    process.stdin.flush()

    def keep() -> None:
        assert process.stderr is not None
        with process.stderr, log.open("wb") as file:
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
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:  # Windows
                process.kill()
        process.wait()


MOST_RUNNING = 2
MOST_WAITING = 8
"""Runs that may wait for their turn; what is asked beyond that is refused."""
UNSEEN_S = 300.0
"""A run that no page has looked at for this long is ended; what it has finished is kept."""
LONGEST_S = 4 * 3600.0
"""A run that takes longer than this is ended; longer ones are for the command line."""
SMALLEST_LIMIT_MIB = 1500.0
"""A run may take half of the memory that is free when it begins, and always this much."""
LOOK_S = 10.0

POOL_FROM = 2500
"""Days of ports in a replication from which several processes are worth their start."""

WAITING, PREPARING, STOPPING = "waiting", "preparing", "stopping"
"""States of a run beside those that it writes down itself (`sim.progress.STATES`)."""
ABOUT = "about.json"
MARK = "live_run.json"
"""File in the folder of a live run by which the program knows its own folders from others."""

STORE = "store"
ASKED = ".asked"
"""Folder of what runs were asked, and of days at a port."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a live run is asked to do.

    Attributes
    ----------
    scenario : Scenario
        The mix.
    settings : tuple of str
        Words of the command line that decide the results, without the replications.
    ports, days : int
        How much a replication simulates.
    replications : int
    """

    scenario: Scenario
    settings: tuple[str, ...]
    ports: int
    days: int
    replications: int

    @property
    def setting(self) -> str:
        """Identity of the setting, which the baseline shares with other mixes."""
        return _digest(*self.settings)

    @property
    def name(self) -> str:
        """Identity of the run: the same mix in the same setting continues it."""
        return _digest(self.setting, repr(self.scenario.interventions), repr(self.scenario.costs))


def _checked(name: str) -> str:
    """The name of a run, which is also that of its folder."""
    if not name.isalnum():
        raise InputError(f"{name}: is no live run")
    return name


def _digest(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:12]


@functools.lru_cache(maxsize=256)
def asked_of(folder: Path) -> Scenario | None:
    """The mix that a live run was asked for, whose folder is named after what it is."""
    with contextlib.suppress(InputError):
        return read(MIX, folder)
    return None


@dataclass(slots=True)
class Live:
    """The live runs of a server.

    Attributes
    ----------
    folder : pathlib.Path
        Folder with a results folder for each run; what they were asked for is in ``.asked``.
    """

    folder: Path
    _spare: subprocess.Popen[bytes] | None = None
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _queue: deque[tuple[str, list[str]]] = field(default_factory=deque)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _seen_s: dict[str, float] = field(default_factory=dict)
    _begun_s: dict[str, float] = field(default_factory=dict)
    _most_mib: dict[str, float] = field(default_factory=dict)
    _begun_at: dict[str, float] = field(default_factory=dict)
    _stopping: set[str] = field(default_factory=set)
    _closed: threading.Event = field(default_factory=threading.Event)
    _keeper: threading.Thread | None = None

    def start(self, request: Request) -> str:
        """Start a run, or put it in the queue; return its name."""
        name = request.name
        with self._lock:
            if self.is_busy(name):
                return name
            request_folder = self.make(name)
            write_scenario(request.scenario, request_folder, MIX)
            facts = {"setting": request.setting, "days": request.days}
            (request_folder / ABOUT).write_text(json.dumps(facts), encoding="utf-8")
            self._share_baseline(request)
            kind = "pool" if request.ports * request.days >= POOL_FROM else "serial"
            words = [
                "sim",
                f"compare=[{MIX}]",
                f"study.scenarios={quoted(request_folder)}",
                f"study.dir={quoted(self.folder / name)}",
                f"run.replications={request.replications}",
                f"execution={kind}",
                *request.settings,
            ]
            self.begin(name, words)
        return name

    def begin(self, name: str, words: list[str]) -> None:
        """Have a command carried out when its turn comes, under a name."""
        with self._lock:
            if not self.is_busy(name):
                if len(self._queue) >= MOST_WAITING:
                    raise InputError(gettext("too-many-runs-wait", count=MOST_WAITING))
                self.make(name)
                self._seen_s[name] = time.monotonic()
                if self._keeper is None:
                    self._keeper = threading.Thread(target=self._keep_limits, daemon=True)
                    self._keeper.start()
                self._queue.append((name, words))
                self._advance()

    def make(self, name: str) -> Path:
        """Make the folder of what a run is asked, marked as this program's own; return it.

        The mark also records whether the results folder is the run's own, as it is unless it was
        there before. A folder that was there without a mark never gets one.
        """
        folder = self.request_folder(name)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
            mark = {"live run": name, "own results": not self.path(name).exists()}
            (folder / MARK).write_text(json.dumps(mark), encoding="utf-8")
        return folder

    def request_folder(self, name: str) -> Path:
        """Folder of what a run was asked, and of what it has said."""
        return self.folder / ASKED / _checked(name)

    def cancel(self, name: str) -> None:
        """End a run; what it has finished is kept."""
        with self._lock:
            self._queue = deque(waiting for waiting in self._queue if waiting[0] != name)
            process = self._running.get(name)
            if process is not None:
                self._stopping.add(name)
        if process is not None and process.poll() is None:
            if sys.platform == "win32":
                process.terminate()
            else:
                process.send_signal(signal.SIGINT)
            threading.Thread(target=make_sure, args=(process,), daemon=True).start()

    def is_busy(self, name: str) -> bool:
        """Whether a run is going on or waits for its turn."""
        with self._lock:
            self._seen_s[name] = time.monotonic()
            self._advance()
            waits = any(queued == name for queued, _ in self._queue)
            return waits or name in self._running

    def status(self, name: str) -> Status:
        """How far a run has come, for a page that watches it and so keeps it going.

        Raises
        ------
        InputError
            If it never began; with its own words if it could not.
        """
        with self._lock:
            self._seen_s[name] = time.monotonic()
        return self.seen(name)

    def seen(self, name: str) -> Status:
        """How far a run has come, in one state: what an earlier run of it wrote does not count.

        Raises
        ------
        InputError
            If it never began; with its own words if it could not.
        """
        with self._lock:
            self._advance()
            if any(queued == name for queued, _ in self._queue):
                return Status(WAITING, name, 0, 0)
            busy = name in self._running
            begun, stopping = self._begun_at.get(name, 0.0), name in self._stopping
        try:
            status = read_status(self.path(name))
            fresh = (self.path(name) / STATUS_FILE).stat().st_mtime >= begun
        except (InputError, OSError):
            if busy:
                return Status(PREPARING, name, 0, 0)
            if begun and stopping:
                return Status("interrupted", name, 0, 0)
            raise InputError(
                self.last_line(name) or gettext("no-run-was-begun-here", name=name[:60])
            ) from None
        if busy and stopping:
            return dataclasses.replace(status, state=STOPPING)
        if busy and not fresh:
            return Status(PREPARING, name, 0, 0)
        if not busy and status.state == "failed":
            raise InputError(self.last_line(name) or gettext("the-run-failed"))
        return status

    def path(self, name: str) -> Path:
        """Results folder of a run."""
        return self.folder / _checked(name)

    def last_line(self, name: str) -> str:
        """The last line that a run wrote on its standard error, or nothing."""
        try:
            lines = (self.request_folder(name) / "said").read_text("utf-8", "replace")
        except OSError:
            return ""
        return next(iter(lines.strip().splitlines()[-1:]), "")[:500]

    def remove(self, name: str) -> None:
        """Remove what a live run has left: only folders that this program made, and none that runs.

        Raises
        ------
        InputError
            If it runs, or its folders are not the program's own.
        """
        if self.is_busy(name):
            raise InputError(gettext("delete-it-runs", name=name[:60]))
        paths = _own(self.folder / ASKED / name / MARK, self.folder) if name.isalnum() else []
        if not paths:
            raise InputError(gettext("delete-not-ours", name=name[:60]))
        for path in paths:
            shutil.rmtree(path, ignore_errors=True)

    def facts(self, name: str) -> dict[str, Any]:
        """What is known of a run before its manifest: days, share of cost paid once, title."""
        days = self._about(name).get("days")
        known = {"days": float(days)} if isinstance(days, (int, float)) else {}
        mix = asked_of(self.folder / ASKED / name)
        if mix is None:
            return known
        once = {"once_share": once_share(mix, known["days"])} if known else {}
        return {**known, **once, "scenarios": {MIX: mix.title}}

    def _about(self, name: str) -> dict[str, Any]:
        try:
            content = json_of(self.folder / ASKED / name / ABOUT)
        except InputError:
            return {}
        return content if isinstance(content, dict) else {}

    def ready(self) -> None:
        """Have a process waiting, loaded, so that a run begins at once."""
        with self._lock, contextlib.suppress(OSError):  # a run says so when it is to begin
            if self._spare is None or self._spare.poll() is not None:
                self._spare = spawn()

    def close(self) -> None:
        """End everything that was started."""
        self._closed.set()
        with self._lock:
            self._queue.clear()
            every = [*self._running.values(), *([self._spare] if self._spare else [])]
            for process in every:
                let_go(process)
            for process in every:
                make_sure(process)
            if self._spare is not None and self._spare.stderr is not None:
                self._spare.stderr.close()
            self._spare = None

    def _keep_limits(self) -> None:
        """End runs whose page is gone, and those that take too much, until the server closes."""
        while not self._closed.wait(LOOK_S):
            for name in self.beyond_limits(time.monotonic()):
                self.cancel(name)
            with self._lock:
                self._advance()

    def beyond_limits(self, now_s: float) -> list[str]:
        """Names of the runs that are to be ended."""
        with self._lock:
            names = [*self._running, *(name for name, _ in self._queue)]
            large = [
                name
                for name, process in self._running.items()
                if memory_mib(process.pid) > self._most_mib.get(name, math.inf)
            ]
            return large + [
                name
                for name in names
                if name not in large
                and (
                    now_s - self._seen_s.get(name, now_s) > UNSEEN_S
                    or now_s - self._begun_s.get(name, now_s) > LONGEST_S
                )
            ]

    def _advance(self) -> None:
        """Forget runs that have ended and begin those whose turn has come."""
        for name, process in [*self._running.items()]:
            if process.poll() is not None:
                let_go(process)
                del self._running[name]
        while self._queue and len(self._running) < MOST_RUNNING:
            name, words = self._queue.popleft()
            process = self._spare if self._spare and self._spare.poll() is None else spawn()
            self._spare = None
            self._begun_s[name] = time.monotonic()
            self._most_mib[name] = max(free_memory_mib() / 2.0, SMALLEST_LIMIT_MIB)
            self._begun_at[name] = time.time()
            self._stopping.discard(name)
            log = self.request_folder(name) / "said"
            self._running[name] = tell_command(process, words, log)
            self._spare = spawn()

    def _share_baseline(self, request: Request) -> None:
        """Take over what another mix in the same setting has kept, as links to its files.

        The baseline's replications are found there by their key; the other mix's do no harm.
        """
        best: tuple[int, Path] | None = None
        for path in self.folder.glob(f"{ASKED}/*/{ABOUT}"):
            other = path.parent.name
            if other != request.name and self._about(other).get("setting") == request.setting:
                with contextlib.suppress(InputError, OSError):
                    plan = read_plan(self.folder / other)
                    kept = sum(label.scenario == BASELINE.name for label, _, _ in plan.arrived())
                    if best is None or kept > best[0]:
                        best = (kept, plan.folder)
        store = self.folder / request.name / STORE
        if best is None or not best[0] or store.exists():
            return
        hidden = shutil.ignore_patterns(".*")
        with contextlib.suppress(OSError):
            shutil.copytree(best[1] / STORE, store, copy_function=os.link, ignore=hidden)


KEPT = 20
"""Live runs that are kept after they have ended."""

SILENT_S = 3600.0
"""How long a folder that does not say how far it has come must have lain untouched."""

UNDER_WAY = ("running", "writing")


def made_here(folder: Path, name: str) -> bool:
    """Whether a live run's folders were made by this program, so that it may remove them."""
    return bool(_own(folder / ASKED / name / MARK, folder))


def clean(folder: Path, kept: int = KEPT) -> list[str]:
    """Remove live runs that have ended, but for the newest; one that runs is never touched.

    Only folders are removed that `Live.make` marked when it made them: whatever else lies there
    belongs to the user.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the live runs (`analysis.dashboard.live.Live`).
    kept : int

    Returns
    -------
    list of str
        Names of the runs that were removed.
    """
    runs = {path.parent.name: _own(path, folder) for path in folder.glob(f"{ASKED}/*/{MARK}")}
    ended = [paths for name, paths in runs.items() if paths and _has_ended(folder / name, paths)]
    ended.sort(key=_written)
    old = ended[: max(0, len(ended) - kept)]
    for path in (path for paths in old for path in paths):
        shutil.rmtree(path, ignore_errors=True)
    return [paths[0].name for paths in old]


def _own(mark: Path, folder: Path) -> list[Path]:
    """Folders that a live run made, as its mark records them; none if the mark is damaged."""
    try:
        content = json_of(mark)
        name, own_results = content["live run"], content["own results"]
    except (InputError, TypeError, KeyError):
        return []
    if name != mark.parent.name or mark.parent.is_symlink():
        return []
    results = folder / name
    kept = own_results is True and results.is_dir() and not results.is_symlink()
    return [mark.parent, *([results] if kept else [])]


def _has_ended(run: Path, folders: list[Path]) -> bool:
    try:
        return read_status(run).state not in UNDER_WAY
    except InputError:
        return time.time() - _written(folders) > SILENT_S


def _written(folders: list[Path]) -> float:
    """When something was last written of a run."""
    return max(file.stat().st_mtime for folder in folders for file in (folder, *folder.iterdir()))
