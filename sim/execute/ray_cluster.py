"""Carrying out chunks on a Ray cluster: one machine or many, which may come and go.

A worker that sees the store (a folder that all machines share) writes to it, so nothing that was
finished goes with a machine or with the driver; any other gives its results back to the driver.
A machine that stops is noticed by Ray; a process that stops on one that runs is noticed here.
"""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.errors import InputError, first_line
from sim.execute.reaper import watch
from sim.execute.store import code_digest, package_versions
from sim.execute.worker import Chunk, ChunkResult, Chunks, Job, carry_out, precompile, written_down
from sim.progress import Say

LOCAL = "local"
ANSWER_S = 5.0
"""How long to wait for an address to accept a connection."""
HEALTH_S = 30.0
"""How long to wait for a cluster to say that it is one."""
RETRIES = 3
"""How often Ray itself sends a chunk again whose process or machine died."""

SIGN_S = 2.0
"""How often a process gives a sign of life."""
SILENT_S = 60.0
"""A process that has given none for this long is ended; for twice as long after each such end."""

SOCKETS = "/tmp"
"""Parent of a local cluster's folder: the path of a socket has at most 107 bytes."""

SETTINGS = {
    "RAY_AUTH_MODE": "token",  # the same on every machine; from 2.61 on Ray's default
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Ray cluster.

    Attributes
    ----------
    address : str
        HOST:PORT of its head, or "local" to start one on this machine.
    workers : int
        Processes of a local one.
    """

    address: str
    workers: int

    def run(self, chunks: Chunks, job: Job, say: Say) -> Iterator[ChunkResult]:
        """Carry out chunks until none is left."""
        with _connected(self.address, self.workers) as ray, _marked(job.store) as mark:
            remote = ray.remote(max_retries=RETRIES, num_cpus=1)(_carry_out)
            signs = ray.remote(num_cpus=0)(Signs).remote(SIGN_S)
            shared = ray.put((job, mark, code_digest(), package_versions(), signs))
            flight = _Flight(ray, remote, shared, signs)
            try:
                while chunks or flight.flying:
                    flight.send(chunks)
                    yield from flight.land(chunks, job)
                    flight.end_the_silent(say)
            finally:
                for reference in flight.flying:
                    with contextlib.suppress(Exception):
                        ray.cancel(reference, force=True)


@dataclass(slots=True)
class _Flight:
    """Chunks that are out."""

    ray: Any
    remote: Any
    shared: Any
    signs: Any
    flying: dict[Any, Chunk] = field(default_factory=dict)
    patience_s: float = SILENT_S
    looked_s: float = field(default_factory=time.monotonic)

    def send(self, chunks: Chunks) -> None:
        """Have one chunk in work and one waiting for every processor there is now."""
        processors = max(1, int(self.ray.cluster_resources().get("CPU", 1)))
        while len(self.flying) < 2 * processors:
            chunk = chunks.take(processors)
            if not chunk and not self.flying:
                chunk = chunks.take_alone()
            if not chunk:
                return
            self.flying[self.remote.remote(chunk, self.shared)] = chunk

    def land(self, chunks: Chunks, job: Job) -> Iterator[ChunkResult]:
        """Wait a little for chunks to come back."""
        ready, _ = self.ray.wait(list(self.flying), num_returns=1, timeout=1.0)
        for reference in ready:
            chunk = self.flying.pop(reference)
            try:
                outcome: ChunkResult = self.ray.get(reference)
            except self.ray.exceptions.RayTaskError as error:
                raise _cause(error) from None
            except self.ray.exceptions.RayError:  # its process died more often than Ray tries
                yield chunks.take_back(chunk, job)
                continue
            chunks.learn(outcome, len(chunk))
            yield outcome

    def end_the_silent(self, say: Say) -> None:
        """End processes that have been silent for too long; Ray sends their chunks again."""
        if time.monotonic() - self.looked_s < SIGN_S:
            return
        self.looked_s = time.monotonic()
        end = self.ray.remote(num_cpus=0, max_retries=0)(_end_process)
        where = self.ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
        with contextlib.suppress(self.ray.exceptions.RayError):
            asked = self.signs.silent.remote(self.patience_s)
            for node, host, pid, began in self.ray.get(asked, timeout=ANSWER_S):
                say(
                    f"worker {host}:{pid} has given no sign of life for {self.patience_s:.0f} s "
                    "(stopped?): it is ended, and what it had in hand is run again"
                )
                there = where(node, soft=False)
                end.options(scheduling_strategy=there).remote(pid, began)
                self.patience_s *= 2.0


Process = tuple[str, str, int, str]
"""Node and machine of a process, its number, and when it began."""


class Signs:
    """When each process of a cluster was heard last; a Ray actor.

    Time in which nobody asked (a suspended machine) does not count.

    Parameters
    ----------
    every_s : float
        How often it is asked.
    """

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._silent_s: dict[Process, float] = {}
        self._asked_s = time.monotonic()

    def sign(self, process: Process) -> None:
        """Note a sign of life."""
        self._silent_s[process] = 0.0

    def silent(self, most_s: float) -> list[Process]:
        """Give those that have been silent for longer than this, once."""
        now = time.monotonic()
        passed, self._asked_s = min(now - self._asked_s, 3.0 * self._every_s), now
        for process in self._silent_s:
            self._silent_s[process] += passed
        found = [process for process, silent in self._silent_s.items() if silent > most_s]
        for process in found:
            del self._silent_s[process]
        return found


_signing: list[Any] = []
"""The actor that this process gives its signs to."""


def _give_signs(signs: Any) -> None:
    """Have this process say every few seconds that it runs, as long as there is who hears it."""
    if signs in _signing:
        return
    import ray

    _signing[:] = [signs]
    pid = os.getpid()
    process = ray.get_runtime_context().get_node_id(), socket.gethostname(), pid, _began(pid)

    def run() -> None:
        with contextlib.suppress(Exception):
            while signs in _signing:
                ray.get(signs.sign.remote(process))
                time.sleep(SIGN_S)

    threading.Thread(target=run, daemon=True).start()


def _began(pid: int) -> str:
    """When a process began, in ticks since the machine did; empty where the system hides it."""
    with contextlib.suppress(OSError, IndexError):
        line = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return line.rpartition(")")[2].split()[19]
    return ""


def _end_process(pid: int, began: str) -> None:
    """End a process of this machine, unless another one has its number now."""
    if _began(pid) == began:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def _cause(error: Any) -> Exception:
    """Say in one line what went wrong with a task, as on one machine."""
    cause = error.cause
    if isinstance(cause, (InputError, OSError)):
        return cause
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return InputError(
        f"a task failed on the cluster ({lines[-1] if lines else type(cause).__name__}); is the "
        "same version installed on all machines?"
    )


def _carry_out(
    chunk: Chunk, shared: tuple[Job, tuple[str, str], str, dict[str, str], Any]
) -> ChunkResult:
    """Carry out a chunk on whatever machine this is."""
    job, (name, word), code, packages, signs = shared
    _give_signs(signs)
    if code_digest() != code:
        raise InputError(
            f"machine {socket.gethostname()} runs other code ({code_digest()}) than the driver "
            f"({code}): install the same version on all machines"
        )
    for package, version in packages.items():
        if package_versions()[package] != version:
            raise InputError(
                f"machine {socket.gethostname()} has {package} {package_versions()[package]}, the "
                f"driver {version}: install the same requirements on all machines"
            )
    try:
        at_home = (job.store / name).read_text(encoding="utf-8") == word
    except OSError:
        at_home = False
    with written_down() as messages:
        precompile(chunk[0].point, job.model)
        outcome = carry_out(chunk, job, at_home=at_home)
    outcome.messages = messages
    return outcome


@contextlib.contextmanager
def _marked(store: Path) -> Iterator[tuple[str, str]]:
    """Leave a word in the store by which a worker knows that it sees the same folder."""
    name, word = ".driver", secrets.token_hex(16)
    (store / name).write_text(word, encoding="utf-8")
    try:
        yield name, word
    finally:
        (store / name).unlink(missing_ok=True)


@contextlib.contextmanager
def _connected(address: str, workers: int) -> Iterator[Any]:
    """Start a cluster on this machine, or join one."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    try:
        import ray
    except ImportError:
        raise InputError(
            "execution=ray needs Ray, which is not installed: pip install "
            "'border-interdiction[cluster]'"
        ) from None
    common: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
    if address == LOCAL:
        with _own_cluster(ray, workers, common):
            yield ray
        return
    _check(address)
    try:
        ray.init(address=address, **common)
    except (ConnectionError, RuntimeError, ray.exceptions.RayError) as error:
        why = first_line(error) or type(error).__name__
        raise InputError(f"execution.address = {address}: {why}") from None
    try:
        yield ray
    finally:
        ray.shutdown()


@contextlib.contextmanager
def _own_cluster(ray: Any, workers: int, common: dict[str, Any]) -> Iterator[None]:
    """Start a cluster on this machine, and leave nothing of it, however this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="ray-", dir=SOCKETS))
    reaper = watch(folder)
    alone = {"num_cpus": workers, "include_dashboard": False, "_temp_dir": str(folder)}
    try:
        try:
            ray.init(address="local", **alone, **common)
        except Exception as error:  # Ray raises Exception itself where a machine is too busy
            why = first_line(error) or type(error).__name__
            raise InputError(
                f"execution=ray: no cluster began on this machine ({why}); "
                "execution=pool needs none"
            ) from None
        yield
    finally:
        ray.shutdown()
        assert reaper.stdin is not None
        reaper.stdin.close()
        reaper.wait()


def _check(address: str) -> None:
    """Refuse an address at which no cluster answers, in bounded time."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise InputError(
            f"configuration: execution.address = {address!r} is not local or HOST:PORT, "
            "such as 10.0.0.5:6379"
        )
    try:
        socket.create_connection((host, int(port)), timeout=ANSWER_S).close()
    except OSError as error:
        raise InputError(
            f"execution.address = {address} does not answer ({error.strerror or error}); "
            "is the cluster started (ray start --head)?"
        ) from None
    command = [sys.executable, "-m", "ray.scripts.scripts", "health-check", "--address", address]
    try:
        answer = subprocess.run(command, capture_output=True, timeout=HEALTH_S, check=False)
    except subprocess.TimeoutExpired:
        raise InputError(
            f"execution.address = {address} answers, but not as a Ray cluster within {HEALTH_S:g} s"
        ) from None
    if answer.returncode != 0:
        raise InputError(
            f"execution.address = {address} answers, but not as a Ray cluster of this version and "
            "with this token (RAY_AUTH_MODE=token, the same token on all machines)"
        )
