"""The wheel in an empty environment: one name, read-only packages, another folder."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import sysconfig
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from hatch_build import under_one_name

ROOT = Path(__file__).resolve().parents[2]
SHORT = (
    "experiment=quick", "ports=[big-beaver,sarnia]", "compare=[more_officers]", "engine=reference",
    "run.days=1", "run.replications=2", "execution=serial", "traffic.volume_scale=0.005",
)  # fmt: skip


class Installed(NamedTuple):
    """An environment that has the wheel and nothing else of ours, and a folder to work in."""

    wheel: Path
    bin: Path
    packages: Path
    folder: Path

    def run(self, *words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.bin / words[0], *words[1:]],
            cwd=folder or self.folder,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    base = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", "--no-input"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(base), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=300)
    (wheel,) = base.glob("*.whl")
    place = base / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    scripts = place / ("Scripts" if os.name == "nt" else "bin")
    found = subprocess.run(
        [scripts / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    )
    packages = Path(found.stdout.strip())
    python = str(scripts / "python")
    install = [*pip, "--python", python, "install", "--no-deps", "--no-compile", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, timeout=300)
    # the libraries of this environment; .pth files in there, ours among them, are not followed
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    for path in [packages, *packages.rglob("*")]:
        path.chmod(path.stat().st_mode & ~0o222)
    folder = base / 'un dossier d\'été, "quoted"'
    folder.mkdir()
    yield Installed(wheel, scripts, packages, folder)
    for path in [packages, *packages.rglob("*")]:
        path.chmod(path.stat().st_mode | 0o200)


@pytest.fixture(scope="module")
def study(installed: Installed) -> str:
    """What a short run says."""
    done = installed.run("border", "run", *SHORT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def files(folder: Path) -> dict[str, float]:
    return {str(path): path.stat().st_mtime for path in folder.rglob("*")}


def test_the_wheel_installs_one_name(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        names = wheel.namelist()
    tops = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"border"}
    for there in ("conf/run.yaml", "scenarios/more_officers.yaml", "sim/data/volumes.parquet"):
        assert f"border/{there}" in names
    assert "border/analysis/templates/brief.html" in names
    assert not [name for name in names if "/tests/" in name or "local/" in name]
    code = "import border, sys; print(border.__file__); import sim"
    done = installed.run("python", "-c", code)
    assert str(installed.packages) in done.stdout
    assert "No module named 'sim'" in done.stderr


def test_packages_of_the_same_names_are_left_alone(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "sim.py").write_text("THEIRS = 1\n")
    (tmp_path / "analysis").mkdir()
    (tmp_path / "analysis" / "__init__.py").write_text("THEIRS = 1\n")
    code = (
        "import border.sim.study.run, border.analysis.compare; import sim, analysis;"
        "print(sim.THEIRS, analysis.THEIRS)"
    )
    done = installed.run("python", "-c", code, folder=tmp_path)
    assert done.stdout.split() == ["1", "1"], done.stderr


def test_a_run_ends_with_the_comparison_and_the_next_command(study: str) -> None:
    assert "more_officers" in study
    assert "95 % interval" in study
    last = study.strip().splitlines()[-1]
    assert last.startswith("next: border brief ")


def test_every_command_finds_the_newest_study(installed: Installed, study: str) -> None:
    before = files(installed.packages)
    brief = installed.run("border", "brief")
    assert brief.returncode == 0, brief.stderr
    assert (installed.folder / "runs" / "quick" / "brief.html").is_file()
    code = (
        "from border.__main__ import main;"
        "print([main([name]) for name in ('compare', 'verdicts', 'costs', 'ls', '--help')])"
    )
    done = installed.run("python", "-c", code)
    assert "[0, 0, 0, 0, 0]" in done.stdout, done.stderr
    assert f"reading {Path('runs') / 'quick'}, the newest in runs" in done.stderr
    assert files(installed.packages) == before, "the installation was written to"


def test_the_dashboard_answers(installed: Installed, study: str) -> None:
    process = subprocess.Popen(
        [installed.bin / "border", "dashboard", "--port", "0"],
        cwd=installed.folder,
        env={**environment(), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = None
        said = ""
        while address is None:
            line = process.stdout.readline()
            assert line, said
            said += line
            address = re.search(r"http://[\w.:]+", line)
        page = None
        for _ in range(50):
            with contextlib.suppress(OSError):
                with urllib.request.urlopen(address[0], timeout=30) as answer:
                    page = answer.read().decode()
                break
            time.sleep(0.2)
        assert page is not None
        assert "<html" in page
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_imports_are_rewritten_and_nothing_else() -> None:
    text = "import simpy\nfrom sim.errors import A\n    from analysis import b\nimport simple\n"
    assert under_one_name(text) == (
        "import simpy\nfrom border.sim.errors import A\n    from border.analysis import b\n"
        "import simple\n"
    )
    with pytest.raises(ValueError, match="not import sim"):
        under_one_name("import sim.errors\n")


def test_no_module_names_a_package_in_a_string() -> None:
    """What a string names is not rewritten: an import by name would fail in the wheel only."""
    named = re.compile(r"""["'](?:sim|analysis)\.[a-z_.]+["']""")
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for room in ("border", "sim", "analysis")
        for path in (ROOT / room).rglob("*.py")
        for match in named.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []
