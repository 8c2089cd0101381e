"""What a study is, its manifest, which says how it was made, and what a large one will take.

A large study is foretold from a pilot that is part of it: the pilot's replications stay in the
store, so nothing is run twice.
"""

import dataclasses
import datetime
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np

from sim.design.design import Design, Procedure, ProcedureResult, Read
from sim.errors import InputError
from sim.execute.execution import Execution
from sim.execute.store import FORMAT_FILE, code_digest, code_version, package_versions, processor
from sim.execute.task import key_of
from sim.files.brought import json_of
from sim.numerics.units import Floats
from sim.progress import in_words
from sim.results.schema import METRICS, PRIMARY_OUTCOME, YEAR_1, at_horizon
from sim.scenario.intervention import BASELINE
from sim.scenario.point import Label, Point

STORE = "store"
OF_THE_SYSTEM = ("Thumbs.db", "ehthumbs.db", "desktop.ini", "Desktop.ini", "Icon\r", "lost+found")
"""Names of what systems put into folders by themselves, besides those that begin with a dot."""


@dataclass(frozen=True, slots=True)
class StudySpec:
    """What one composed configuration asks for.

    Attributes
    ----------
    name : str
        Name of the experiment or scenario.
    folder : pathlib.Path
        Results folder.
    points : tuple of Point
        By scenario (the baseline first, if there are several), smuggler and world.
    execution : Execution
        Where and how the replications are run.
    configuration : dict
        The composed configuration, resolved.
    design : Design, optional
        How the points were chosen, where they are numbered.
    detail : str
        Of which points the detail tables are kept: all; attempts (those by hour and day of points
        without interventions, attempts of all); baseline (of points without interventions) or none.
    procedure : Procedure, optional
        What decides on points and replications as it goes.
    counts : tuple of int, optional
        Replications of each point, where a procedure has decided on them.
    outcome : ProcedureResult, optional
        How the procedure ended.
    warnings : tuple of (str, str)
        What was asked for and can have no effect: name of the scenario, or an empty one, and a
        line.
    """

    name: str
    folder: Path
    points: tuple[Point, ...]
    replications: int
    execution: Execution
    configuration: dict[str, Any]
    design: Design | None = None
    detail: str = "all"
    procedure: Procedure | None = None
    counts: tuple[int, ...] | None = None
    outcome: ProcedureResult | None = None
    warnings: tuple[tuple[str, str], ...] = ()

    def runs(self) -> Iterator[tuple[Point, int]]:
        """Give every point with its number of replications."""
        return zip(self.points, self.counts or repeat(self.replications), strict=False)


@dataclass(frozen=True, slots=True)
class Broken:
    """A law that did not hold in a replication."""

    law: str
    label: Label
    replication: int
    detail: str

    def __str__(self) -> str:
        """Say it in one line."""
        return (
            f"law broken: {self.law} in {self.label}, replication {self.replication}"
            f" ({self.detail}): this is not a result"
        )


def check_folder(folder: Path) -> None:
    """Refuse a folder that holds something else than results.

    What the system puts into folders (``.DS_Store``, ``desktop.ini``) is nothing.
    """
    if os.path.lexists(folder) and not folder.is_dir():
        raise InputError(f"study.dir = {folder} is a file, not a folder")
    try:
        names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    except OSError as error:
        raise InputError(f"study.dir = {folder}: {error.strerror}") from None
    names = {name for name in names if not name.startswith(".") and name not in OF_THE_SYSTEM}
    if names and not _is_own(folder, names):
        raise InputError(f"study.dir = {folder} holds other files and no results; name another")
    for name in (STORE, *(name for name in names if _OWN.fullmatch(name))):
        path = folder / name
        fits = path.is_dir() if name == STORE else path.is_file()
        if not fits and os.path.lexists(path):
            what = "a folder" if path.is_dir() else "no folder" if name == STORE else "no file"
            raise InputError(f"study.dir = {folder}: {name} in it is {what}; move it away")


_OWN = re.compile(r"(manifest|certificate|plan|progress.*)\.json|.*\.parquet|summary\.csv|.*\.log")


def _is_own(folder: Path, names: set[str]) -> bool:
    """Whether a folder holds a study, or one that had only just begun: by what is written in it.

    Others use the names of our files too: a manifest.json may be of a web page, a store a shop.
    """
    store = folder / STORE
    if (store / FORMAT_FILE).exists() or any(store.glob("*/*.replication")):
        return True
    try:
        manifest = json_of(folder / "manifest.json")
        if isinstance(manifest, dict) and "schema" in manifest and "rows" in manifest:
            return True
    except InputError:
        pass
    begun = {STORE, "progress.json", "plan.json"}
    return names <= begun and all(path.name.startswith(".") for path in store.glob("*"))


def own_folder(spec: StudySpec, say: Callable[[str], object]) -> StudySpec:
    """Send a study that was given no folder elsewhere, if its own holds another study.

    More replications, and another way of carrying it out, do not make it another study.

    Raises
    ------
    InputError
        If the folder was named (``study.dir``) and holds another study, unless it is asked for by
        name that this one replaces it (``study.replace``).
    """
    differing = _other_study(spec)
    if not differing:
        return spec
    if spec.configuration["study"]["dir"]:
        check_replaced(spec)
        return spec
    here = {**_identifying(spec.configuration), "files": _identities(spec)}
    digest = hashlib.sha256(json.dumps(here, sort_keys=True).encode()).hexdigest()[:6]
    elsewhere = spec.folder.with_name(f"{spec.folder.name}-{digest}")
    say(f"{spec.folder} holds another study ({differing}): this one goes to {elsewhere}")
    return dataclasses.replace(spec, folder=elsewhere)


def check_replaced(spec: StudySpec) -> None:
    """Refuse to replace the tables of another study, unless that is asked for."""
    differing = _other_study(spec)
    if differing and not spec.configuration["study"]["replace"]:
        raise InputError(
            f"study.dir = {spec.folder} holds another study ({differing}); name another folder, or "
            "add study.replace=true"
        )


def _other_study(spec: StudySpec) -> str:
    """What makes the results that a folder holds another study than this one; empty if nothing."""
    try:
        manifest = json_of(spec.folder / "manifest.json")
        there = _identifying(manifest["configuration"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ""
    here = _identifying(spec.configuration)
    differing = [name for name in here if name in there and here[name] != there[name]]
    if not differing:
        return _changed_files(spec, manifest)
    name = differing[0]
    return f"{name} = {_brief(there[name])} there, {_brief(here[name])} here"


def _changed_files(spec: StudySpec, manifest: dict[str, Any]) -> str:
    """Which files of the user's make another study, though all settings are the same."""
    if manifest.get("code_digest") != code_digest() or spec.procedure is not None:
        return ""
    try:
        there = {point["name"]: point["identity"] for point in manifest["points"]}
        here = _identities(spec)
    except (OSError, KeyError, TypeError):
        return ""
    changed = [name for name in here if name in there and here[name] != there[name]]
    if changed and len(changed) == len(here):
        return "its port table, traffic, network or scenario files held something else"
    return f"the file of scenario {changed[0]} held something else" if changed else ""


def _identities(spec: StudySpec) -> dict[str, str]:
    """What decides the results of each scenario, by its name."""
    return {name: key_of(point).partition("-")[0] for name, point in _leading(spec).items()}


def _leading(spec: StudySpec) -> dict[str, Point]:
    """The first point of each scenario, by its name."""
    leading: dict[str, Point] = {}
    for point in spec.points:
        leading.setdefault(point.scenario.name, point)
    return leading


def _brief(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}..."


def _identifying(configuration: dict[str, Any]) -> dict[str, Any]:
    """Values by dotted name that make a study this one and no other."""
    plain = json.loads(json.dumps(configuration, default=str))
    values = {
        f"{room}.{name}" if name else room: setting
        for room, value in plain.items()
        if room not in ("study", "execution", "precision", "stopping", "selection")
        for name, setting in (value.items() if isinstance(value, dict) else [("", value)])
    }
    values.pop("run.replications", None)
    return values


def manifest(spec: StudySpec, began: datetime.datetime) -> dict[str, Any]:
    """How a study was made, as plain values that JSON can hold."""
    first = spec.points[0]
    identities, leading = _identities(spec), _leading(spec)
    content = {
        "name": spec.name,
        "configuration": spec.configuration,
        "configuration_hash": (decided := configuration_hash(spec)),
        "content_hash": content_hash(spec, decided),
        "detail": spec.detail,
        "start": first.start,
        "days": first.days,
        "year": first.table_year,
        "traffic_by_month": first.year is None,
        "seed": first.seed,
        "ports": first.ports,
        "engine": first.engine,
        "adversary": first.parameters.smuggling.adversary,
        "adversaries": list(
            dict.fromkeys(point.parameters.smuggling.adversary for point in spec.points)
        ),
        "worlds": max(point.world for point in spec.points),
        "replications": spec.replications,
        "traffic_replications": first.traffic_replications,
        "scenarios": {name: point.scenario.title for name, point in leading.items()},
        "points": [
            {"identity": identities[name], **asdict(point.scenario)}
            for name, point in leading.items()
        ],
        "design": spec.design.about if spec.design else None,
        "procedure": spec.outcome and {**spec.outcome.about, "said": spec.outcome.lines},
        "warnings": [list(warning) for warning in spec.warnings],
        "code_version": code_version(),
        "code_digest": code_digest(),
        "packages": dict(package_versions()),
        "processor": processor(),
        "began": began.isoformat(timespec="seconds"),
        "ended": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }
    plain: dict[str, Any] = json.loads(json.dumps(content, default=str))
    return plain


def configuration_hash(spec: StudySpec) -> str:
    """Hash of what decides the results: where they go and how they are computed do not enter.

    What was read from files (a port table, a folder of scenarios) enters with its content.
    """
    deciding = {
        key: value for key, value in spec.configuration.items() if key not in ("study", "execution")
    }
    return _digest([deciding, _digest(*(key_of(point) for point in spec.points))])


def content_hash(spec: StudySpec, decided: str) -> str:
    """Hash of everything that decides the bytes of the tables: settings (their hash) and code."""
    runs = _digest(*([*point.label, key_of(point), count] for point, count in spec.runs()))
    scenarios = {point.scenario.name: point.scenario for point in spec.points}
    titles = [asdict(scenario) for scenario in scenarios.values()]
    design = spec.design.about if spec.design else None
    # The manifest holds them.
    judging = [spec.configuration["study"].get(k) for k in ("smallest_difference", "nothing_share")]
    return _digest(code_digest(), decided, runs, titles, design, spec.detail, *judging)


def _digest(*content: object) -> str:
    """Hash of any number of things, one after another: they may be many."""
    digest = hashlib.sha256()
    for part in content:
        digest.update(json.dumps(part, sort_keys=True, default=str).encode() + b"\n")
    return digest.hexdigest()[:16]


FORETOLD_FROM = 1000
"""Replications from which a study is foretold; a smaller one is soon over."""
PROPOSALS, PAIRS = 3, 4
"""Proposals of the pilot, and worlds of each, or replications where there are no worlds."""

Run = Callable[[Sequence[Point], int], float]
"""Runs so many replications of points, and gives the seconds of one on one process (0: known)."""


@dataclass(frozen=True, slots=True)
class Pilot:
    """A part of a study.

    Attributes
    ----------
    points : tuple of Point
        The baseline and some proposals, for one kind of smuggler, in some worlds.
    pairs : int
        What will be independent in the whole study, for one proposal.
    proposals : int
        Proposals of the whole study that are judged together.
    """

    points: tuple[Point, ...]
    replications: int
    pairs: int
    proposals: int


def pilot_of(spec: StudySpec) -> Pilot | None:
    """Choose a pilot; none where a study compares nothing."""
    names = list(dict.fromkeys(point.scenario.name for point in spec.points))
    if BASELINE.name not in names or len(names) < 2:
        return None
    others = [name for name in names if name != BASELINE.name]
    spread = np.unique(np.linspace(0, len(others) - 1, PROPOSALS).round().astype(int))
    chosen = {BASELINE.name, *(others[k] for k in spread)}
    kind = spec.points[0].parameters.smuggling.adversary
    worlds = sorted({point.world for point in spec.points})
    several = len(worlds) > 1
    taken = set(worlds[:PAIRS]) if several else {worlds[0]}
    points = tuple(
        point
        for point in spec.points
        if point.scenario.name in chosen
        and point.parameters.smuggling.adversary == kind
        and point.world in taken
    )
    replications = 1 if several else min(PAIRS, spec.replications)
    pairs = len(worlds) if several else spec.points[0].traffic_replications or spec.replications
    return Pilot(points, replications, pairs, len(others))


def half_interval(differences: Sequence[Floats], pairs: int, proposals: int) -> float:
    """Half of a joint interval that the whole study will have, in the unit of the differences.

    Parameters
    ----------
    differences : sequence of array of float
        Paired differences of each proposal of the pilot, at least two each.
    pairs, proposals : int
        Of the whole study.
    """
    from scipy import special  # slow to import, and most studies are not foretold

    spread = np.sqrt(np.mean([sample.var(ddof=1) for sample in differences]))
    if pairs < 2:
        return float("nan")
    reach = special.stdtrit(pairs - 1, 1 - 0.025 / proposals)
    return float(reach * spread / np.sqrt(pairs))


def foretold(spec: StudySpec, run: Run, read: Read) -> list[str]:
    """Run a pilot of a large study, and say what the whole will take and show."""
    total = sum(count for _, count in spec.runs())
    pilot = pilot_of(spec)
    if total < FORETOLD_FROM or pilot is None or spec.procedure is not None:
        return []
    run(pilot.points[:1], 1)  # compiles, so that what follows is measured without it
    each_s = run(pilot.points, pilot.replications)
    lines = [f"{len(spec.points):,} points, {total:,} replications in all"]
    if each_s > 0:
        workers = spec.execution.workers
        took = in_words(total * each_s / workers)
        lines[0] += f": about {took} on {workers} processes ({each_s:.2g} s each in a pilot)"
    # Proposals are judged by their expectations, where these are worked out.
    told = at_horizon("reaching_market", YEAR_1) if pilot.points[0].horizon else PRIMARY_OUTCOME
    samples: dict[str, list[float]] = {}
    for point in pilot.points:
        for number in range(pilot.replications):
            value = read(point, number).get(told, float("nan"))
            samples.setdefault(point.scenario.name, []).append(value)
    base = np.array(samples.pop(BASELINE.name))
    differences = [np.array(sample) - base for sample in samples.values()]
    if len(base) > 1 and base.mean():
        half = 100 * half_interval(differences, pilot.pairs, pilot.proposals) / abs(base.mean())
        if half == half:
            lines.append(
                f"expected precision: ± {half:.2g} % of the {METRICS[PRIMARY_OUTCOME].title} for "
                f"each of {pilot.proposals} proposals at once, by {len(base)} pairs of "
                f"{len(differences)} of them"
            )
    return lines
