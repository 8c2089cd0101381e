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


def installing() -> tuple[dict[str, str], str]:
    """What the line that installs sees of the context, by its place in the image, and its words."""
    (line,) = (line for line in instructions("RUN") if "pip install" in line)
    seen = re.findall(r"--mount=type=bind,source=(\S+?),target=(\S+)", line)
    return {target: source for source, target in seen}, re.sub(r"--mount=\S+ +", "", line)


def test_it_sees_the_wheel_and_the_pins_and_keeps_neither() -> None:
    seen, command = installing()
    assert set(seen.values()) == {"dist", "requirements.txt"}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    name = re.search(r'^name = "(.*)"$', project, re.MULTILINE)
    assert name is not None
    (dist,) = (target for target, source in seen.items() if source == "dist")
    assert f"{dist}/{name[1].replace('-', '_')}-*.whl" in command
    assert (ROOT / "requirements.txt").is_file()
    assert not instructions("ADD") + instructions("COPY")
    made = re.findall(r"> (/tmp/\S+)", command)
    assert all(f"rm {path}" in command for path in made)


def test_the_versions_it_pins_have_no_hashes_which_pip_refuses_beside_a_wheel(
    tmp_path: Path,
) -> None:
    seen, command = installing()
    (pins,) = (target for target, source in seen.items() if source == "requirements.txt")
    kept = tmp_path / "versions.txt"
    made = command.partition("&&")[0].replace(pins, "requirements.txt")
    made = made.replace("/tmp/versions.txt", shlex.quote(str(kept)))
    subprocess.run(made, shell=True, check=True, cwd=ROOT)
    lines = [line for line in kept.read_text().splitlines() if not line.lstrip().startswith("#")]
    assert len(lines) > 100
    assert all("==" in str(Requirement(line).specifier) for line in lines)
    assert "--constraint /tmp/versions.txt" in command


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
