"""Running a study: what is missing is run, then the tables are written."""

import contextlib
import dataclasses
import datetime
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from sim.design.design import ProcedureResult, Ran, Read
from sim.errors import InputError
from sim.execute.execution import most_together
from sim.execute.live import free_memory_mib, write_plan
from sim.execute.store import Store, code_digest, keep_packed
from sim.execute.task import MOST_TOGETHER, Plan, Task, foreseen_s, in_units, kept_of, key_of
from sim.execute.worker import Chunks, Failure, Job
from sim.files import clear_unfinished, keep_edited, write_text
from sim.progress import Progress, Say, in_words
from sim.results.tables import LAWS, DamagedError, Kept, Replication, release
from sim.scenario.point import Point
from sim.study.spec import (
    STORE,
    Broken,
    StudySpec,
    check_folder,
    check_replaced,
    foretold,
    manifest,
)

MOST_REPLICATIONS = 200_000
"""A study of more replications than this has to be confirmed."""
NEVER_REPLICATIONS = 1_000_000_000
"""Of a study of more than this not even the time is foretold."""


def refusal(points: int, replications: int, spec: StudySpec) -> InputError:
    """Say how long a study would take that nobody has confirmed.

    Points and replications are those in all; ``spec`` is that of one of the points.
    """
    if replications > NEVER_REPLICATIONS:
        many = f"{replications:,}" if replications < 1000 * NEVER_REPLICATIONS else "far too many"
        return InputError(
            f"configuration: {many} replications in all are above {NEVER_REPLICATIONS:,}"
        )
    from sim.execute.worker import precompile, replicate

    point = spec.points[0]
    precompile(point, replicate)
    replicate(point, 0)
    began = time.perf_counter()
    replicate(point, 1)
    each_s = time.perf_counter() - began
    workers = spec.execution.workers
    took = in_words(replications * each_s / workers)
    return InputError(
        f"{points:,} points with {replications:,} replications in all would take about {took} on "
        f"{workers} processes ({each_s:.2g} s each); "
        "if that is meant, add study.confirm=true"
    )


def confirm(spec: StudySpec) -> None:
    """Refuse more replications than anyone would mean without saying so."""
    if spec.configuration["study"]["confirm"]:
        return
    replications = sum(count for _, count in spec.runs())
    if replications > MOST_REPLICATIONS:
        raise refusal(len(spec.points), replications, spec)


MOST_NEW_PARTS = 1000
"""After so many new parts they are put together, in the middle of a run."""
MOST_ROUNDS = 5
"""Damage that comes back more often than this is a broken disk."""
FAILURES_FILE = "failures.log"
WRITERS = 8
"""Folders of a sweep that are written at once: most of the time passes until the disk has them."""


@dataclass(slots=True)
class Ended:
    """How a study ended.

    Attributes
    ----------
    broken : list of Broken
        Laws that did not hold.
    failures : list of Failure
        Replications that were given up; there are no tables then.
    share : str
        What a job of an array says of its share; empty for a whole study.
    """

    broken: list[Broken]
    failures: list[Failure]
    share: str = ""


def run_study(specs: Sequence[StudySpec], base: Path, progress: Progress) -> Ended:
    """Run what the store lacks of a study or of a sweep's, and write each results folder.

    The studies share the executor, and the store that the folder ``base`` holds.
    """
    check_folder(base)
    for spec in specs:
        check_replaced(spec)
        confirm(spec)
    execution = specs[0].execution
    store = Store(base / STORE, code_digest())
    with store.locked(execution.member):
        noted = store.prepare(alone=not execution.member)
        if not execution.member:
            for folder in {base, *(spec.folder for spec in specs)}:
                clear_unfinished(folder)
        began = datetime.datetime.now(datetime.UTC)
        with progress.watched(base, specs[0].name, execution.kind, execution.member):
            warned = dict.fromkeys(line for spec in specs for _, line in spec.warnings)
            for line in (*warned, *noted, *store.refresh()):
                progress.tell(line)
            try:
                specs = [_followed(spec, base, store, progress) for spec in specs]
            except _GivenUpError as given_up:
                _write_failures(base, given_up.failures)
                return Ended([], given_up.failures)
            if not execution.member:
                for spec in specs:
                    _foretell(spec, store, progress)
            plan = Plan()
            for spec in specs:
                for point, count in spec.runs():
                    plan.add([point], count, spec.detail)
            points = (point for spec in specs for point in spec.points)
            most = max(spec.replications for spec in specs)
            write_plan(base, store.code, points, most)
            if execution.member:
                return _share(plan, specs[0], store, progress)
            for _ in range(MOST_ROUNDS):
                failures = run_missing(plan, specs[0], store, progress)
                if failures:
                    _write_failures(base, failures)
                    return Ended([], failures)
                progress.writing()
                broken, damaged = _write_all(specs, store, began)
                for line in damaged:
                    progress.tell(line)
                if not damaged:
                    (base / FAILURES_FILE).unlink(missing_ok=True)
                    store.compact()
                    return Ended(broken, [])
            raise InputError(f"{store.folder}: damaged again and again; is the disk in order?")


def _foretell(spec: StudySpec, store: Store, progress: Progress) -> None:
    """Say what a large study will take and show, from a pilot whose replications stay."""

    def run(points: Sequence[Point], replications: int) -> float:
        plan = Plan()
        plan.add(points, replications, spec.detail)
        lacking = sum(1 for task in plan if not store.has(task))
        began = time.monotonic()
        run_missing(plan, spec, store, progress)
        busy = min(spec.execution.workers, max(lacking, 1))
        return (time.monotonic() - began) * busy / lacking if lacking else 0.0

    with contextlib.suppress(DamagedError, KeyError):  # the run itself deals with what fails
        for line in foretold(spec, run, reader(store)):
            progress.tell(line)


class _GivenUpError(Exception):
    """Replications that a procedure wanted were tried and given up."""

    def __init__(self, failures: list[Failure]) -> None:
        super().__init__(str(failures[0]))
        self.failures = failures


def _followed(spec: StudySpec, base: Path, store: Store, progress: Progress) -> StudySpec:
    """Carry out a study's procedure, if it has one; give the study that it came to."""

    def run(wanted: StudySpec) -> int:
        plan = Plan()
        plan.add(wanted.points, wanted.replications, wanted.detail)
        write_plan(base, store.code, wanted.points, wanted.replications)
        lacking = sum(1 for task in plan if not store.has(task))
        failures = run_missing(plan, wanted, store, progress)
        if failures:
            raise _GivenUpError(failures)
        return lacking

    for _ in range(MOST_ROUNDS):
        try:
            return follow(spec, reader(store), run, progress.tell)
        except DamagedError as error:
            progress.tell(f"{error}: damaged; the replication is run again")
    raise InputError(f"{store.folder}: damaged again and again; is the disk in order?")


def _share(plan: Plan, spec: StudySpec, store: Store, progress: Progress) -> Ended:
    """Run one job's share of an array; a run of the whole study writes the tables later."""
    execution = spec.execution
    failures = run_missing(plan, spec, store, progress)
    if failures:
        _write_failures(store.folder.parent, failures)
    return Ended(
        [],
        failures,
        f"job {execution.index} of {execution.count}: {progress.done} replications are kept in "
        f"{store.folder}; when all jobs are done, the same command without the array's settings "
        "writes the tables",
    )


def run_missing(plan: Plan, spec: StudySpec, store: Store, progress: Progress) -> list[Failure]:
    """Run the replications that are not in the store; in an array, this job's equal share of them.

    Parameters
    ----------
    plan : Plan
    spec : StudySpec
        Says how to run them.
    store : Store
    progress : Progress

    Returns
    -------
    list of Failure
        What was tried and given up.
    """
    index, count = spec.execution.index, spec.execution.count

    def share() -> Iterator[Task]:
        most = min(MOST_TOGETHER, math.ceil(len(plan) / count))  # no job is left without a share
        for number, unit in enumerate(in_units(plan, max(most, 1))):
            if number % count == index:
                yield from unit

    def missing() -> Iterable[Task]:
        return (task for task in share() if not store.has(task))

    total = sum(1 for _ in share())
    left = sum(1 for _ in missing())
    execution = spec.execution.fit_for(sum(foreseen_s(task.point) for task in missing()))
    workers = 1 if execution.kind == "serial" else execution.workers
    progress.begin(total, total - left, workers)
    failures: list[Failure] = []
    if not left:
        return failures
    together = _together(spec, workers, progress)
    chunks = Chunks(missing(), left, together)
    job = Job(store.folder, store.code, reuse=spec.execution.reuse, together=together)
    parts = 0
    try:
        for outcome in execution.executor(left).run(chunks, job, progress.tell):
            for packed in outcome.packed:
                keep_packed(store.folder, store.code, packed)
            for line in outcome.messages:
                progress.tell(line)
            for failure in outcome.failures:
                progress.fail(str(failure))
            failures += outcome.failures
            progress.advance(outcome.done, outcome.worker, outcome.seconds)
            parts += 1
            if parts % MOST_NEW_PARTS == 0 and count == 1:
                store.compact()
    finally:
        store.refresh()
        progress.done = total - sum(1 for _ in missing())
    return failures


def _together(spec: StudySpec, workers: int, progress: Progress) -> int:
    """How many points a worker simulates in step; a line where memory allows fewer than usual."""
    if spec.execution.kind == "ray":  # its machines are not this one
        return MOST_TOGETHER
    together = most_together(max(len(point.ports) for point in spec.points), workers)
    if spec.execution.reuse and together < min(MOST_TOGETHER, len(spec.points)):
        progress.tell(
            f"memory: {free_memory_mib():,.0f} MiB for {workers} workers, so {together} and not "
            f"{MOST_TOGETHER} points run in step (fewer workers: execution.workers=N)"
        )
    return together


def _write_all(
    specs: Sequence[StudySpec], store: Store, began: datetime.datetime
) -> tuple[list[Broken], list[str]]:
    """Write each results folder that is not what it should be already."""
    broken: list[Broken] = []
    damaged: list[str] = []

    def written(spec: StudySpec) -> tuple[list[Broken], list[str]]:
        return write(spec, store, began)

    with ThreadPoolExecutor(WRITERS) as writers:
        # a single folder is written here, so that an interruption need not wait for it
        written_all = map(written, specs) if len(specs) == 1 else writers.map(written, specs)
        for laws, lines in written_all:
            broken += laws
            damaged += lines
    release()
    pa.default_memory_pool().release_unused()  # Arrow keeps what a large table took
    return broken, damaged


def write(
    spec: StudySpec, store: Store, began: datetime.datetime
) -> tuple[list[Broken], list[str]]:
    """Write a results folder from the store, unless it holds just that."""
    from sim.results.writing import CSV_FILE, OF_ANALYSIS, is_written, write_study

    broken: list[Broken] = []
    damaged: Counter[str] = Counter()

    def results() -> Iterator[Replication]:
        for point, count in spec.runs():
            key, kept = key_of(point), kept_of(spec.detail, point)
            for number in range(count):
                task = Task(point, number, key, kept)
                try:
                    tables = store.load(task)
                except DamagedError as error:
                    damaged[str(error)] += 1
                    store.forget(task)
                    continue
                broken.extend(
                    Broken(law["law"], point.label, number, law["detail"])
                    for law in tables[LAWS].to_pylist()
                    if not law["held"]
                )
                if not damaged:
                    yield Replication(point.label, number, tables, key, kept)
        if damaged:
            raise DamagedError(next(iter(damaged)))

    about = manifest(spec, began)
    if not is_written(spec.folder, about["content_hash"]):
        design = spec.design.table() if spec.design else None
        whole = (spec.folder / "manifest.json").is_file()  # else half written, and known to none
        for name in (*((CSV_FILE,) if whole else ()), *OF_ANALYSIS):
            keep_edited(spec.folder / name)
        with contextlib.suppress(DamagedError):
            write_study(spec.folder, results(), about, design, store.link)
    return broken, [
        f"{error}: damaged; {count} replications are run again" for error, count in damaged.items()
    ]


def _write_failures(base: Path, failures: Sequence[Failure]) -> None:
    """Leave a file that says where in the code each failure happened."""
    text = "\n".join(f"{failure}\n{failure.trace}" for failure in failures)
    write_text(base / FAILURES_FILE, text)


COLUMNS = ("metric", "port_group", "class", "value")

Run = Callable[[StudySpec], int]
"""Runs what the store lacks of a study's points, and returns how many replications that was."""


def follow(spec: StudySpec, read: Read, run: Run, say: Say) -> StudySpec:
    """Carry out a study's procedure, if it has one.

    Parameters
    ----------
    spec : StudySpec
    read : callable
        Reads a replication's metrics from the store.
    run : callable
    say : callable
        Takes a line for the user.

    Returns
    -------
    Settings
        The study with the points and replications that the procedure came to, and its outcome.
    """
    if spec.procedure is None:
        return spec
    steps = spec.procedure.steps(spec.points, read, say)
    try:
        wanted = next(steps)
        while True:
            began = time.monotonic()
            step = dataclasses.replace(spec, points=wanted.points, replications=wanted.replications)
            ran = run(step)
            wanted = steps.send(Ran(time.monotonic() - began, ran))
    except StopIteration as end:
        outcome: ProcedureResult = end.value
    return dataclasses.replace(
        spec,
        points=outcome.points,
        replications=max(outcome.counts),
        counts=outcome.counts,
        design=outcome.design or spec.design,
        outcome=outcome,
    )


def reader(store: Store) -> Read:
    """Make a function that gives a replication's metrics, each read from the store once."""
    known: dict[tuple[str, int], Mapping[str, float]] = {}

    def read(point: Point, replication: int) -> Mapping[str, float]:
        key = key_of(point)
        if (key, replication) not in known:
            task = Task(point, replication, key, Kept.SUMMARY)
            try:
                summary = store.load(task)["summary"].to_pydict()
            except DamagedError:
                store.forget(task)  # so that it is run again
                raise
            rows = zip(*(summary[name] for name in COLUMNS), strict=True)
            known[key, replication] = {
                metric: value for metric, group, kind, value in rows if group == kind == "all"
            }
        return known[key, replication]

    return read
