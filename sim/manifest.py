"""The manifest: how a study was made."""

import datetime
import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sim.execute.plan import key_of
from sim.execute.provenance import code_digest, code_version, package_versions
from sim.point import Point

if TYPE_CHECKING:
    from sim.study import Settings


def manifest(settings: "Settings", began: datetime.datetime) -> dict[str, Any]:
    """How a study was made, as plain values that JSON can hold."""
    first = settings.points[0]
    leading: dict[str, Point] = {}
    for point in settings.points:
        leading.setdefault(point.scenario.name, point)
    content = {
        "name": settings.name,
        "configuration": settings.configuration,
        "configuration_hash": configuration_hash(settings),
        "content_hash": content_hash(settings),
        "detail": settings.detail,
        "start": first.start,
        "days": first.days,
        "year": first.year,
        "seed": first.seed,
        "ports": first.ports,
        "engine": first.engine,
        "adversary": first.parameters.smuggling.adversary,
        "adversaries": list(
            dict.fromkeys(point.parameters.smuggling.adversary for point in settings.points)
        ),
        "worlds": max(point.world for point in settings.points),
        "replications": settings.replications,
        "scenarios": {name: point.scenario.title for name, point in leading.items()},
        "points": [
            {"identity": point.identity(), **asdict(point.scenario)} for point in leading.values()
        ],
        "design": settings.design.about if settings.design else None,
        "procedure": _procedure(settings),
        "code_version": code_version(),
        "code_digest": code_digest(),
        "packages": package_versions(),
        "began": began.isoformat(timespec="seconds"),
        "ended": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }
    plain: dict[str, Any] = json.loads(json.dumps(content, default=str))
    return plain


def _procedure(settings: "Settings") -> dict[str, Any] | None:
    """What a procedure wanted, did and came to."""
    if settings.outcome is None:
        return None
    return {**settings.outcome.about, "said": settings.outcome.lines}


def configuration_hash(settings: "Settings") -> str:
    """Hash of what decides the results: where they go and how they are computed do not enter.

    What was read from files (a port table, a folder of scenarios) enters with its content.
    """
    deciding = {
        key: value
        for key, value in settings.configuration.items()
        if key not in ("study", "execution")
    }
    read = [key_of(point) for point in settings.points]
    return _digest([deciding, _digest(read)])


def content_hash(settings: "Settings") -> str:
    """Hash of everything that decides the bytes of the tables, the code among it."""
    labelled = [(*point.label, key_of(point)) for point in settings.points]
    titles = {point.scenario.name: asdict(point.scenario) for point in settings.points}
    design = settings.design.about if settings.design else None
    kept = [[count for _, count in settings.runs()], settings.detail]
    return _digest([code_digest(), configuration_hash(settings), labelled, titles, design, kept])


def _digest(content: object) -> str:
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
