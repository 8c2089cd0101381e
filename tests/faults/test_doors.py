"""Both command lines end in one line, whatever happens to them."""

import errno
import io
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sim.errors import FAULT, EndedError, InputError, guarded, write_plainly

ROOT = Path(__file__).resolve().parents[2]
ENDS = [
    (InputError("x = 2 is above 1"), 2, "x = 2 is above 1"),
    (KeyboardInterrupt(), 130, "interrupted"),
    (EndedError(signal.SIGTERM), 143, "interrupted"),
    (MemoryError("Unable to allocate 28.3 GiB"), 2, "not enough memory (Unable to allocate"),
    (RecursionError(), 2, "nested too deeply"),
    (OSError(errno.EIO, os.strerror(errno.EIO), "table"), 2, "table: Input/output error"),
    (ZeroDivisionError("division by zero"), FAULT, "fault of this program: ZeroDivisionError"),
]


@pytest.mark.parametrize(("error", "status", "words"), ENDS, ids=lambda end: type(end).__name__)
def test_whatever_is_raised_is_one_line_and_a_status(
    error: BaseException, status: int, words: str
) -> None:
    said: list[str] = []

    def command() -> int:
        raise error

    assert guarded(command, said.append) == status
    (line,) = said
    assert words in line
    assert "\n" not in line
    if status == FAULT:
        trace = Path(line.rpartition("is in ")[2].partition(",")[0])
        assert "ZeroDivisionError" in trace.read_text(encoding="utf-8")
        trace.unlink()


@pytest.mark.parametrize("number", errno.errorcode)
def test_every_error_of_the_system_is_one_line(number: int) -> None:
    said: list[str] = []

    def command() -> int:
        raise OSError(number, os.strerror(number))

    assert guarded(command, said.append) in (0, 2, 130)
    assert len(said) <= 1


def test_a_line_that_nobody_can_be_told_changes_no_status() -> None:
    def full(line: str) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def refused() -> int:
        raise InputError(fault)

    fault = "x = 2 is above 1"
    assert guarded(refused, full) == 2


def test_a_system_that_is_not_supported_is_refused_in_a_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    monkeypatch.setattr(sys, "platform", "win32")
    assert guarded(lambda: pytest.fail("it ran"), said.append) == 2
    assert said == ["Windows is not supported: use WSL or a container (docs/install.md)"]


@pytest.mark.parametrize("code", ["ascii", "cp1252", "cp850", "latin-1"])
def test_a_minus_is_never_lost(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    kept = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(kept, encoding=code, write_through=True))
    write_plainly()
    print("\u22121.5 [\u22122.0, \u22120.9] \u2013 \u2264 3 \u4e2d")  # noqa: T201
    text = kept.getvalue().decode(code)
    assert text.startswith("-1.5 [-2.0, -0.9] ")
    assert "<= 3" in text


def unignored() -> None:
    """Take signals as a program does that a person starts, whatever started the tests."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def started(*words: str, **how: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, text=True, stderr=subprocess.PIPE,
        preexec_fn=unignored, **how,
    )  # type: ignore[call-overload,no-any-return]  # fmt: skip


@pytest.mark.parametrize("module", ["sim", "analysis"])
def test_a_reader_that_leaves_early_is_no_error(module: str, tmp_path: Path) -> None:
    readable, writable = os.pipe()
    os.close(readable)
    with started("-u", "-m", module, "--help", stdout=writable) as process:
        os.close(writable)
        _, said = process.communicate(timeout=120)
    assert (process.returncode, said) == (0, "")


def test_an_interruption_while_modules_are_imported_is_one_line() -> None:
    code = (
        "import sys; from sim.errors import take_interruptions; take_interruptions();"
        "print('ready', flush=True)\nwhile True: pass"
    )
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with started("-c", code, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            process.send_signal(number)
            try:
                _, said = process.communicate(timeout=60)
            finally:
                process.kill()
        assert process.returncode == 128 + number
        assert said == "interrupted before anything was done\n"


def test_streams_that_are_closed_are_no_fault() -> None:
    """Else a results file gets their number, and what is said goes into it."""
    code = (
        "import os, sys; from sim.errors import guarded, take_interruptions; take_interruptions();"
        "print('x'); number = os.open(os.devnull, 0); os.write(2, b'y'); sys.stdin.read();"
        "sys.exit(guarded(lambda: 7 if number > 2 else 1, print))"
    )
    for closed in ((0,), (1,), (2,), (0, 1, 2)):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.DEVNULL,
            preexec_fn=lambda closed=closed: [os.close(number) for number in closed],
        )  # fmt: skip
        assert done.returncode == 7, closed


def test_a_working_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    code = (
        "import os, sys; from sim.errors import guarded; os.rmdir(os.getcwd());"
        "sys.exit(guarded(lambda: len(os.getcwd()), print))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=gone, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout == "the folder in which this was started is gone\n"


def test_a_line_has_an_end() -> None:
    def command() -> int:
        raise InputError("x" * 10**6)

    said: list[str] = []
    assert guarded(command, said.append) == 2
    assert len(said[0]) < 4_000


WORDS = {
    "--runs": "unknown option '--runs'",
    "run.day=2": "did you mean run.days",
    "foo": "'foo' is not NAME=VALUE, such as experiment=headline",
    "headline": "'headline' is not NAME=VALUE; did you mean experiment=headline?",
    "more_officer": "did you mean compare=[more_officers]?",
    "hydra.callbacks.x={_target_: os.mkdir, path: made}": "cannot be set",
    "+hydra.job_logging.x=1": "cannot be set",
    "hydra/launcher=x": "cannot be set",
    "ports=sarnia,emerson": "write a list in brackets",
    "compare=more_officers": "write a list in brackets, compare=[...]",
    "scenario=bäd": "quote what is not plain ASCII twice",
    "worlds=99999": "would take about",
    "design=morris design.trajectories=1000000000": "replications in all are above 1,000,000,000",
    "design=grid design.levels=1000000": "far too many replications in all are above",
    "-m run.seed=range(1,100000000)": "are above 1,000,000",
    "run.start=9999-12-31": "run.start",
    "run.seed=4294967296": "run.seed = 4294967296 is above 4294967295",
    "study.dir=a\0b": "zero byte",
    "study.dir=\udcff": r"study.dir=\udcff is not text in UTF-8",
    "=5": "'=5' is not NAME=VALUE",
    "a" * 500 + "=1": "aaa... is no name: it has 500 letters",
    "ports=[\u0455arnia]": "quote what is not plain ASCII twice",
    "primary..car_s=5": "is not NAME=VALUE",
    "--cfg": "--cfg: give a word, job",
    "--info bogus": "--info 'bogus' is not one of all, config",
    "-p x": "-p is for --cfg job",
    "-c job -p nope": "package 'nope' not found in config",
    "hydra.searchpath=[/dev/null]": "/dev/null: there is no such folder",
    "-m run.seed=1,1": "gives a value twice",
    "ports=[all,sarnia]": "ports: all stands alone",
    "study.dir=~nobody_of_this_name/x": "there is no such user",
    "smuggling.network=~/nonesuch.csv": f"unknown network '{Path.home()}/nonesuch.csv'",
    "hydra.searchpath=[file://nowhere]": "nowhere: there is no such folder",
    "hydra.searchpath=[pkg://nowhere]": "path=nowhere is not available",
    "compare={a:b}": "write a list in brackets, compare=[...]",
}


@pytest.mark.parametrize("given", WORDS)
def test_words_that_cannot_be_meant_are_refused_at_once(
    given: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    import sim.__main__ as door
    from tests.pipeline import stand_in

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.execute.worker.replicate", stand_in.run_replication)
    monkeypatch.setattr("sim.execute.worker.precompile", lambda point, model: None)
    words = [given] if " {" in given or ": " in given else given.split(" ")
    assert door.main(["ports=[big-beaver]", "run.days=1", "execution=serial", *words]) == 2
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1
    assert WORDS[given] in printed.err
    assert [*tmp_path.iterdir()] == []


SETTINGS: dict[str, tuple[str | None, str]] = {
    "an alias": ("a: &a [x, x]\nb: [*a, *a]\n", "line 2: an alias"),
    "a pipe": (None, "is not a regular file"),
    "large": ("# " + "x" * 2_000_000, "is larger than"),
    "deep": ("run: " + "[" * 3_000, ""),
    "a circle": ("# @package _global_\ndefaults: [theirs]\n", "name each other in turn"),
    "tabs": ("run:\n\tdays: 1\n", "theirs.yaml: line 2: found character"),
    "no package": ("run: {days: 1}\n", "does not begin with # @package _global_"),
    "a list": ("- run\n", "holds no settings by name"),
    "a callback": (
        "# @package _global_\nhydra: {callbacks: {x: {_target_: os.mkdir, path: made}}}\n",
        "could run code",
    ),
}


@pytest.mark.parametrize("what", SETTINGS)
def test_a_file_of_settings_is_read_or_refused_at_once(
    what: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from sim.config.command_line import compose

    text, words = SETTINGS[what]
    folder = tmp_path / "own" / "experiment"
    folder.mkdir(parents=True)
    if text is None:
        os.mkfifo(folder / "theirs.yaml")
    else:
        (folder / "theirs.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as error:
        compose(["hydra.searchpath=[file://own]", "experiment=theirs"])
    assert words in str(error.value)
    assert len(str(error.value).splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["own"]


@pytest.mark.parametrize(
    "words", [[], ["bogus"], ["compare", "--bogus"], ["ledger"], ["compare", "a", "b"],
              ["sensitivity", "x", "--top", "many"]],
)  # fmt: skip
def test_wrong_words_of_the_analysis_are_one_line(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    import analysis.__main__ as door

    assert door.main(words) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_version_is_that_of_this_program(capsys: pytest.CaptureFixture[str]) -> None:
    import sim.__main__ as door
    from sim.execute.store import code_version

    assert door.main(["--version"]) == 0
    assert capsys.readouterr().out == f"{code_version()}\n"


def test_an_unknown_name_is_answered_with_what_there_is() -> None:
    known = ["mean_wait_min", "wait_p95_min", *(f"other{number}" for number in range(9))]
    said = str(InputError.unknown("metric", "Waits", known, "metric"))
    assert said == "metric: unknown metric 'Waits'; did you mean mean_wait_min, wait_p95_min?"
    assert str(InputError.unknown("language", "FR", ["en", "fr"], "lang")).endswith(
        "; give one of en, fr"
    )


def test_an_interruption_that_got_lost_is_raised_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The compiler calls back where an exception ends, and fails of something else."""
    import sim.errors
    from sim.execute.task import plan
    from sim.execute.worker import Job, carry_out
    from tests.pipeline import stand_in

    taken = sim.errors._Interruptions()
    taken.orderly = True
    monkeypatch.setattr(sim.errors, "_taken", taken)

    def model(point: object, replication: int) -> object:
        with pytest.raises(EndedError):
            taken(signal.SIGTERM, None)
        raise RuntimeError("no compiled object yet")

    job = Job(Path("nowhere"), "code", model)
    with pytest.raises(EndedError) as error:
        carry_out([*plan([stand_in.POINT], 1)], job)
    assert error.value.number == signal.SIGTERM


UNPICKLED = {"sim/model/intelligence/intelligence.py"}
"""Where an object is pickled and read again, in memory."""


def test_nothing_is_unpickled_that_another_could_have_written() -> None:
    named = re.compile(r"\b(pickle|shelve|marshal|dill|joblib|allow_pickle|yaml\.load\b)")
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in ("sim", "analysis", "border")
        for path in (ROOT / folder).rglob("*.py")
        if named.search(path.read_text(encoding="utf-8"))
    }
    assert found - {"sim/scenario/reading.py"} == UNPICKLED  # that one is a loader of plain data
