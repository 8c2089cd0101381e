"""Bringing in what is one's own: scenarios, ports, adversaries and metrics."""

import csv
import dataclasses
import functools
import hashlib
import io
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import extensions
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.model.smuggling.adversary import Adversary
    from sim.results.schema import Metric
    from sim.scenario.intervention import Scenario

TRAFFIC = ("cars", "trucks", "buses", "trains")
"""Columns of a port's own traffic, in vehicles a year."""
_brought_in: set[str] = set()
"""Metrics that have been registered in this process."""


def register_scenario(
    name: str, content: "Scenario | Mapping[str, Any] | str | Path"
) -> "Scenario":
    """Make a proposal known by name.

    Parameters
    ----------
    name : str
    content : Scenario, mapping, str or path
        A scenario, or what a file of ``scenarios/`` holds: as a mapping, as text, or the file.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        With field, value, bound and unit in one line.
    """
    from sim.scenario.reading import scenario_of

    if name == "baseline":
        raise InputError("scenarios: baseline is the border without a proposal; take another name")
    made = scenario_of(name, dict(content) if isinstance(content, Mapping) else content)
    extensions.register("scenarios", name, made)
    return made


def register_adversary(name: str, model: "type[Adversary]") -> None:
    """Make a model of how smugglers decide known, for ``adversary=NAME``.

    Studies run on one process then; as an entry point of a package it is known to all processes.

    Parameters
    ----------
    name : str
    model : subclass of Adversary
    """
    from sim.model.smuggling.adversary import Adversary

    if not (isinstance(model, type) and issubclass(model, Adversary)):
        raise InputError(f"adversaries: {name} = {model!r} is not a subclass of border.Adversary")
    extensions.register("adversaries", name, model)


def register_metric(name: str, metric: "Metric") -> None:
    """Make a number known that is computed of every replication's record.

    Studies run on one process then, as for an adversary.

    Parameters
    ----------
    name : str
    metric : Metric
        Its ``value`` takes a `sim.records.ReplicationRecord` and gives a number.
    """
    from sim.results.schema import METRICS, Metric

    if not isinstance(metric, Metric) or (metric.value is None and metric.of_lanes is None):
        raise InputError(f"metrics: {name} = {metric!r} is not a border.Metric with a value")
    if name in METRICS and name not in {*extensions.extensions("metrics"), *_brought_in}:
        raise InputError(f"metrics: {name} is a metric of the model; take another name")
    extensions.register("metrics", name, metric)
    METRICS[name] = metric
    _brought_in.add(name)


def register_port(port_id: str, like: str | None = None, **columns: Any) -> None:
    """Make a port of entry known, beside those of the table.

    Parameters
    ----------
    port_id : str
    like : str, optional
        A port of the table that gives all columns not named here, but for the traffic.
    **columns
        Columns of ``sim/data/ports.csv`` (its dictionary is ``sim/data/README.md``), and cars,
        trucks, buses, trains: vehicles into Canada a year.

    Raises
    ------
    InputError
        Naming column, value and bound.
    """
    row = _row(port_id, {"like": like, **columns})
    extensions.register("ports", port_id, row)
    try:
        from sim.places.ports import read_ports

        read_ports(2005, ports_table())
    except InputError:
        extensions.forget("ports", port_id)
        raise


def ports_table() -> Path | None:
    """Write the port table with the ports that were brought in; None where there are none."""
    own = extensions.extensions("ports")
    if not own:
        return None
    rows = [_row(name, row) for name, row in own.items()]
    header = [*_base()[0], *TRAFFIC]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows([row for row in _base() if row["port_id"] not in own])
    writer.writerows(rows)
    content = text.getvalue().encode()
    path = _own_folder() / f"ports-{hashlib.sha256(content).hexdigest()[:16]}.csv"
    if not path.exists():
        from sim.files import replaced

        with replaced(path) as scratch:
            scratch.write_bytes(content)
    return path


@functools.cache
def _own_folder() -> Path:
    """A folder in the temporary folder that nobody but the user can have put something into."""
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    folder = Path(tempfile.gettempdir()) / f"border-interdiction-{user}"
    folder.mkdir(mode=0o700, exist_ok=True)
    about = folder.lstat()
    is_own = not hasattr(os, "getuid") or (about.st_uid == user and not about.st_mode & 0o022)
    return folder if is_own and stat.S_ISDIR(about.st_mode) else Path(tempfile.mkdtemp())


@functools.cache
def _base() -> list[dict[str, str]]:
    from sim.places.calendar import DATA

    with (DATA / "ports.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _row(port_id: str, columns: Mapping[str, Any]) -> dict[str, str]:
    given = {name: str(value) for name, value in columns.items() if name != "like"}
    known = [*_base()[0], *TRAFFIC]
    for name in given:
        if name not in known:
            raise InputError.unknown("column", name, known, f"port {port_id!r}")
    like = columns.get("like")
    ids = {row["port_id"]: row for row in _base()}
    if like is not None and like not in ids:
        raise InputError.unknown("port", like, ids, f"port {port_id!r}: like")
    row = {**(ids[str(like)] if like is not None else {}), **given, "port_id": port_id}
    for name in _base()[0]:
        if name not in row:
            raise InputError(f"port {port_id!r}: column {name} is missing (or give like=PORT)")
    if like is not None and "name" not in given:
        row["name"] = port_id
    return row


@contextmanager
def temporarily(own: Mapping[str, Mapping[str, Any]]) -> Iterator[None]:
    """Register what a call brings in, and forget it again."""
    from sim.results.schema import METRICS

    try:
        for name, metric in own["metrics"].items():
            register_metric(name, metric)
        for name, model in own["adversaries"].items():
            register_adversary(name, model)
        for name, scenario in own["scenarios"].items():
            register_scenario(name, scenario)
        yield
    finally:
        for kind, things in own.items():
            for name in things:
                extensions.forget(kind, name)
                if kind == "metrics" and name in _brought_in:  # readable, but no run computes it
                    METRICS[name] = dataclasses.replace(METRICS[name], value=None)
