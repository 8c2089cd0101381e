"""Which code made a result, with which packages."""

import functools
import hashlib
import importlib.metadata
import platform
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
DISTRIBUTION = "border-interdiction"
PACKAGES = ("numpy", "numba", "simpy", "pandas", "pyarrow", "scipy", "hydra-core", "omegaconf")

# Rooms and files that decide the result of a replication. The others ask for it, carry it out,
# keep it and show it.
_DECIDING = (
    "data/",
    "engine/",
    "model/",
    "numerics/",
    "parameters/",
    "places/",
    "records.py",
    "replication.py",
    "results/",
    "scenario/",
)


@functools.cache
def code_digest() -> str:
    """Digest of every file that decides the result of a replication, 16 hexadecimal digits."""
    digest = hashlib.sha256()
    files = [*HERE.rglob("*.py"), *HERE.glob("data/*.csv*"), *HERE.glob("data/source/*.csv*")]
    for path in sorted(files):
        name = path.relative_to(HERE).as_posix()
        if name.startswith(_DECIDING):
            digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


@functools.cache  # a sweep asks for it once a point
def code_version() -> str:
    """Version of the package and, in a git checkout, the commit."""
    try:
        version = importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        version = "unknown"
    return f"{version} ({_commit()})"


def _commit() -> str:
    if shutil.which("git") is None or not (HERE.parent / ".git").exists():
        return "commit unknown"
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--tags"],
        cwd=HERE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or "commit unknown"


@functools.cache
def package_versions() -> Mapping[str, str]:
    """Versions of Python and of the packages that results depend on."""
    versions = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return versions
