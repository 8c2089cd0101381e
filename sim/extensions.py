"""What users bring in themselves: adversaries, metrics, scenarios and ports, by name.

A thing is registered in a program, or another installed package names it as an entry point: group
``border.adversaries``, ``border.metrics``, ``border.scenarios`` or ``border.ports``. Entry points
are found in every process of a study; what a program registered is known to that process alone.
"""

import functools
import hashlib
import inspect
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

from sim.errors import InputError

KINDS = ("adversaries", "metrics", "scenarios", "ports")
_of_program: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}


def register(kind: str, name: str, thing: Any) -> None:
    """Make a thing known under a name in this process; an older one of that name is replaced.

    Parameters
    ----------
    kind : str
        One of KINDS.
    name : str
        An identifier in small letters; ports may have hyphens.
    thing : object
        What it is for this kind is said where it is used.

    Raises
    ------
    InputError
        If the name could not be written on a command line.
    """
    name = str(name)
    if not name.replace("-", "_").isidentifier() or name != name.lower():
        raise InputError(f"{kind}: {name!r} is not a name of small letters, digits and _")
    _of_program[kind][name] = thing


def forget(kind: str, name: str) -> None:
    """Take back what was registered in this process."""
    _of_program[kind].pop(name, None)


def in_this_process() -> bool:
    """Whether something is known to this process alone, so that no other can run the study."""
    return any(_of_program[kind] for kind in ("adversaries", "metrics"))


def extensions(kind: str) -> Mapping[str, Any]:
    """Things of a kind by name: those of installed packages, then those of this process."""
    return {**_of_packages(kind), **_of_program[kind]}


@functools.cache
def _of_packages(kind: str) -> dict[str, Any]:
    found = {}
    for point in entry_points(group=f"border.{kind}"):
        try:
            found[point.name] = point.load()
        except Exception as error:  # code of another package: whatever it raises is about it
            package = point.dist.name if point.dist else point.value
            raise InputError(
                f"{package}: entry point {point.name} of border.{kind} cannot be loaded "
                f"({type(error).__name__}: {error})"
            ) from None
    return found


def digest() -> bytes:
    """Digest of the adversaries and metrics; empty where there are none.

    They decide results, so they are a part of the code that a stored replication belongs to.
    """
    parts = [
        f"{kind}\0{name}\0{_source(thing)}\0".encode()
        for kind in ("adversaries", "metrics")
        for name, thing in sorted(extensions(kind).items())
    ]
    return hashlib.sha256(b"".join(parts)).digest() if parts else b""


def _source(thing: Any) -> str:
    """Text that changes when a thing does: its source where there is one."""
    value = getattr(thing, "value", None) or getattr(thing, "of_lanes", None) or thing
    try:
        text = inspect.getsource(value)
    except (OSError, TypeError):
        text = f"{value.__module__}.{value.__qualname__}"
    return text if value is thing else f"{thing!r}".partition(" at 0x")[0] + text
