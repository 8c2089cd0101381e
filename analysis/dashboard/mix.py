"""A mix of proposals, with levers moved and ports closed: one scenario, and its file."""

import dataclasses
import functools
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.dashboard.levers import moved, offered
from analysis.language import gettext
from sim.errors import InputError
from sim.files import write_text
from sim.places.ports import Ports, read_ports
from sim.scenario import reading as scenario_files
from sim.scenario.intervention import PORT, Intervention, Scenario, Where, select
from sim.scenario.reading import dumped

NEAR, ALL = "near", "all"
NEIGHBOURS = 3
"""Ports simulated beside the one that was named."""


@functools.cache
def ports_of(year: int = 2005) -> Ports:
    """The port table of a year."""
    return read_ports(year)


def names() -> list[tuple[str, str]]:
    """Ports by id, with their names and provinces, sorted by province and name."""
    ports = ports_of()
    rows = zip(ports.province.tolist(), ports.name.tolist(), ports.ids.tolist(), strict=True)
    return [(str(port), f"{name}, {province}") for province, name, port in sorted(rows)]


def places() -> list[tuple[str, str]]:
    """What can be simulated, the quickest first."""
    ports = ports_of()
    regions = sorted({str(region) for region in ports.region})
    counts = {region: int((ports.region == region).sum()) for region in regions}
    return [
        (NEAR, gettext("a-port-and-its-nearest", count=NEIGHBOURS)),
        *(
            (region, gettext("ports", region=_region(region), count=counts[region]))
            for region in sorted(regions, key=lambda region: counts[region])
        ),
        (ALL, gettext("the-whole-border-ports", count=len(ports))),
    ]


def _region(name: str) -> str:
    translated = {
        "Atlantic": gettext("atlantic"),
        "Quebec": gettext("quebec"),
        "Ontario": gettext("ontario"),
        "Prairie": gettext("prairie"),
        "Pacific": gettext("pacific"),
    }
    return translated.get(name, name)


def simulated(where: str, around: str, year: int = 2005) -> tuple[str, ...]:
    """Ids of the ports that are simulated, sorted.

    Raises
    ------
    InputError
        If there is no such place.
    """
    ports = ports_of(year)
    if where == ALL:
        return tuple(sorted(str(port) for port in ports.ids))
    if where == NEAR:
        index = np.flatnonzero(ports.ids == around)
        if not len(index):
            raise InputError(gettext("there-is-no-port", name=around[:60]))
        order = np.argsort(ports.distance_km[int(index[0])], kind="stable")[: NEIGHBOURS + 1]
        return tuple(sorted(str(port) for port in ports.ids[order]))
    chosen = ports.ids[ports.region == where]
    if not len(chosen):
        raise InputError(gettext("there-is-no-region", name=where[:60]))
    return tuple(sorted(str(port) for port in chosen))


MIX = "mix"
"""Name of a mix that has none yet."""
MOST_TOLD = 12
"""Interventions that the summary of a mix names."""


def mixed(
    offered: dict[str, Scenario],
    chosen: Sequence[str],
    places: dict[str, float],
    closed: Sequence[str],
    year: int = 2005,
) -> Scenario:
    """Put proposals together.

    Parameters
    ----------
    offered : dict
        Proposals by name.
    chosen : sequence of str
        Names of those to put together.
    places : dict
        Where levers were put, by their names.
    closed : sequence of str
        Ports that are closed besides.
    year : int
        Year of the port table.

    Raises
    ------
    InputError
        If one is not known, or two contradict each other.
    """
    for name in chosen:
        if name not in offered:
            raise InputError(gettext("there-is-no-proposal", name=name[:60]))
    ports = read_ports(year)
    for name in closed:
        if name not in ports.ids:
            raise InputError(gettext("there-is-no-port", name=name[:60]))
    parts = [moved(name, offered[name], places) for name in chosen]
    whole = Scenario.combine(parts)
    interventions = list(dict.fromkeys(whole.interventions))
    if closed:
        interventions.append(
            Intervention(PORT, "close", True, Where(ports=tuple(sorted(closed))), program="closed")
        )
    title = whole.title or gettext("close-ports")
    if parts and closed:
        title += f" + {gettext('close-ports-word')}"
    changed = bool(closed) or any(
        part.interventions != offered[name].interventions
        for part, name in zip(parts, chosen, strict=True)
    )
    if changed:  # the files' words tell of the files' numbers
        whole = dataclasses.replace(whole, summary=summary_of(interventions, chosen), expected="")
    return dataclasses.replace(
        whole,
        name=MIX,
        title=title,
        source=whole.source or "dashboard",
        interventions=tuple(_closings_joined(interventions, ports)),
    )


def summary_of(interventions: Sequence[Intervention], chosen: Sequence[str]) -> str:
    """Say what a mix changes, from its interventions, and what it was made of."""
    changes = "; ".join(str(one) for one in interventions[:MOST_TOLD])
    more = len(interventions) - MOST_TOLD
    rest = f"; and {more} more" if more > 0 else ""
    based = f" Based on {', '.join(chosen)}." if chosen else ""
    return f"{changes}{rest}.{based}"


def _closings_joined(interventions: list[Intervention], ports: Ports) -> list[Intervention]:
    """Closings for good as one list of ports, since a file may close a port only once."""
    whole = [
        intervention
        for intervention in interventions
        if intervention.operation == "close" and not intervention.start and not intervention.end
    ]
    if len(whole) < 2:
        return interventions
    taken = select(whole[0].where, ports)
    for intervention in whole[1:]:
        taken = taken | select(intervention.where, ports)
    ids = tuple(sorted(str(name) for name in ports.ids[taken]))
    joined = dataclasses.replace(whole[0], where=Where(ports=ids))
    rest = [intervention for intervention in interventions if intervention not in whole]
    return [*rest, joined]


def closed_ports(scenario: Scenario, ports: Ports) -> set[str]:
    """Ports that a scenario closes at some time."""
    closed: set[str] = set()
    for intervention in scenario.interventions:
        if intervention.operation == "close":
            closed |= {str(name) for name in ports.ids[select(intervention.where, ports)]}
    return closed


def yaml_of(scenario: Scenario) -> str:
    """Write a scenario as the text of its file."""
    content: dict[str, Any] = {"title": scenario.title, "source": scenario.source}
    for name in ("summary", "expected"):
        if getattr(scenario, name):
            content[name] = getattr(scenario, name)
    if scenario.bound:
        content["bound"] = True
    for name in ("aim", "actor", "evidence"):
        if getattr(scenario, name):
            content[name] = getattr(scenario, name)
    content["interventions"] = [_plain(intervention) for intervention in scenario.interventions]
    if scenario.costs:
        content["costs"] = [dataclasses.asdict(cost) for cost in scenario.costs]
    return dumped(content)


def _plain(intervention: Intervention) -> dict[str, Any]:
    content: dict[str, Any] = {
        "parameter": intervention.parameter,
        "operation": intervention.operation,
    }
    if intervention.operation != "close":
        content["value"] = (
            list(intervention.value)
            if isinstance(intervention.value, tuple)
            else intervention.value
        )
    where = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in dataclasses.asdict(intervention.where).items()
        if value not in (None, ())
    }
    if where:
        content["where"] = where
    for name in ("start", "end"):
        if getattr(intervention, name) is not None:
            content[name] = getattr(intervention, name)
    if intervention.ramp_days:
        content["ramp_days"] = intervention.ramp_days
    if intervention.program:
        content["program"] = intervention.program
    return content


def write_scenario(scenario: Scenario, folder: Path, name: str) -> Path:
    """Write a scenario's file and read it back: what is saved is what can be run.

    Parameters
    ----------
    scenario : Scenario
    folder : pathlib.Path
        Made if it is not there.
    name : str
        Of the file, without its ending.

    Raises
    ------
    InputError
        If the name is none, is taken by another scenario, or the file would not be read as the
        same scenario.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    text = yaml_of(scenario)
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=folder) as scratch:
        part = Path(scratch) / f"{name}.yaml"
        part.write_text(text, encoding="utf-8")
        again = scenario_files.read(name, Path(scratch))
        if again.interventions != scenario.interventions or again.costs != scenario.costs:
            raise InputError(gettext("this-mix-cannot-be-kept"))
        own = offered().get(name)  # whose words every page would show for this scenario
        if own is not None and (own.interventions, own.costs) != (again.interventions, again.costs):
            raise InputError(gettext("there-is-a-scenario-already", name=name))
        if path.exists():  # perhaps written by hand, with comments: it stays as it is
            there = scenario_files.read(name, folder)
            if (there.interventions, there.costs) != (again.interventions, again.costs):
                raise InputError(gettext("there-is-a-scenario-already", name=name))
            return path
        write_text(path, text)
    return path
