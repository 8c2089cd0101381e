"""The container: what it copies is there, it is no root's, and its command is one that works."""

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from analysis.__main__ import parser
from analysis.dashboard.serve import open_server
from sim.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
LINES = re.sub(r"\\\n", " ", (ROOT / "Containerfile").read_text(encoding="utf-8")).splitlines()


def instructions(name: str) -> list[str]:
    return [line.removeprefix(f"{name} ") for line in LINES if line.startswith(f"{name} ")]


def test_it_copies_the_wheel_and_the_pins_and_nothing_else() -> None:
    (copied,) = instructions("COPY")
    *sources, _ = shlex.split(copied)
    wheel, *others = sources
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    name = re.search(r'^name = "(.*)"$', project, re.MULTILINE)
    assert name is not None
    assert wheel == f"dist/{name[1].replace('-', '_')}-*.whl"
    assert all((ROOT / path).is_file() for path in others)
    assert not instructions("ADD")


def test_the_versions_it_pins_have_no_hashes_which_pip_refuses_beside_a_wheel(
    tmp_path: Path,
) -> None:
    (command,) = (line for line in instructions("RUN") if "pip install" in line)
    made = command.partition("&&")[0].replace("/tmp/install/requirements.txt", "requirements.txt")
    kept = tmp_path / "versions.txt"
    subprocess.run(made.replace("/tmp/install/versions.txt", str(kept)), shell=True, check=True)
    lines = [line for line in kept.read_text().splitlines() if not line.lstrip().startswith("#")]
    assert len(lines) > 100
    assert all("==" in str(Requirement(line).specifier) for line in lines)
    assert f"--constraint /tmp/install/{kept.name}" in command


def test_its_user_is_not_root() -> None:
    (user,) = instructions("USER")
    assert int(user) > 0
    made = next(line for line in instructions("RUN") if "useradd" in line)
    assert f"--uid {user}" in made
    assert LINES.index(f"USER {user}") < next(
        k for k, line in enumerate(LINES) if line.startswith("ENTRYPOINT")
    )


def test_its_command_is_one_of_ours() -> None:
    (entry,), (words,) = instructions("ENTRYPOINT"), instructions("CMD")
    assert json.loads(entry) == ["border"]
    arguments = parser("border").parse_args(json.loads(words))
    assert arguments.command == "dashboard"
    assert [str(folder) for folder in arguments.folder] == ["/live", "/studies"]
    assert str(arguments.port) in instructions("EXPOSE")
    made = next(line for line in instructions("RUN") if "install -d" in line)
    assert all(str(folder) in made for folder in arguments.folder)


def test_an_address_of_no_machine_is_refused() -> None:
    with pytest.raises(InputError, match="--host no such place is no address of this machine"):
        open_server(None, 0, "no such place")  # type: ignore[arg-type]
