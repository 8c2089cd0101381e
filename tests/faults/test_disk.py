"""Each step that changes the disk fails in turn: the store stays whole, and one line is said.

A small study is run in this process with a model that takes no time. Steps are what Python reports
of itself (opening a file for writing, renaming, making and removing) and what has the disk keep a
file; the same command without a fault has to end with the bytes of a study that met none.
"""

import contextlib
import errno
import functools
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sim.__main__ as door
import sim.config.command_line
import sim.execute.store
import sim.files
import sim.results.writing
import sim.study.run
from sim.execute.worker import Job
from tests.pipeline import stand_in
from tests.pipeline.test_kill import content

WORDS = ["compare=[more_officers]", "ports=[sarnia]", "run.days=2", "run.replications=1",
         "execution=serial"]  # fmt: skip
CHANGES = {"os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.link", "os.chmod"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
KINDS: tuple[tuple[type[BaseException], Any], ...] = (
    (OSError, errno.ENOSPC), (OSError, errno.EIO), (KeyboardInterrupt, None),
    (OSError, errno.EMFILE),
)  # fmt: skip


class Disk:
    """Counts the steps that change the disk within a folder, and has one of them fail."""

    def __init__(self) -> None:
        self.folder = ""
        self.steps = 0
        self.failing = -1
        self.kind = KINDS[0]

    def audit(self, event: str, args: tuple[Any, ...]) -> None:
        """Called by Python for everything that it does."""
        if self.folder and (
            event in CHANGES or (event == "open" and isinstance(args[2], int) and args[2] & WRITES)
        ):
            self.step(args[0])

    def step(self, path: object) -> None:
        here = threading.current_thread() is threading.main_thread()  # another writes the progress
        if not here or not self.folder or not str(path).startswith(self.folder):
            return
        self.steps += 1
        if self.steps - 1 == self.failing:
            kind, number = self.kind
            raise kind(number, os.strerror(number), str(path)) if number else kind

    @contextlib.contextmanager
    def watched(self, folder: Path, failing: int) -> Iterator[None]:
        self.folder, self.steps, self.failing = str(folder), 0, failing
        self.kind = KINDS[(failing + failing // 4) % len(KINDS)]
        try:
            yield
        finally:
            self.folder = ""


DISK = Disk()
sys.addaudithook(DISK.audit)  # for good: what it does, it does only while a folder is watched


def flushed(flush: Any, path: Path) -> None:
    DISK.step(path)
    flush(path)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the study into a folder; composed once, which takes most of the time."""
    quick = functools.partial(Job, model=stand_in.run_replication)
    monkeypatch.setattr("sim.study.run.Job", quick)
    composed = sim.config.command_line.compose(WORDS).specs[0]
    flush = functools.partial(flushed, sim.files.flush)
    monkeypatch.setattr("sim.files.flush", flush)
    monkeypatch.setattr("sim.results.writing.flush", flush)

    def run(folder: Path) -> int:
        spec = sim.study.run.dataclasses.replace(composed, folder=folder)
        line = sim.config.command_line.CommandLine([spec])
        monkeypatch.setattr(line, "in_folders", lambda say: folder)
        monkeypatch.setattr("sim.config.command_line.compose", lambda words: line)
        return door.main([], lambda spec: None)

    return run


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_each_step_that_changes_the_disk_may_fail(
    command: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], every: int
) -> None:
    whole = tmp_path / "whole"
    with DISK.watched(whole, -1):
        assert command(whole) == 0
    steps = DISK.steps
    expected = content(whole)
    assert steps > 20
    for failing in range(0, steps, every):
        folder = tmp_path / f"{failing}"
        capsys.readouterr()
        with DISK.watched(folder, failing):
            status = command(folder)
        said = capsys.readouterr().err
        assert status in (0, 2, 130), (failing, DISK.kind, said)
        assert said.count("\n") == (status != 0), (failing, DISK.kind, said)
        assert command(folder) == 0, (failing, DISK.kind)
        assert content(folder) == expected, (failing, DISK.kind)
        assert not [*folder.glob("**/.writing-*")], (failing, DISK.kind)
