"""The manifest: how a study was made."""

import datetime
import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sim.execute.provenance import code_digest, code_version, package_versions
from sim.execute.task import key_of
from sim.scenario.point import Point

if TYPE_CHECKING:
    from sim.study.settings import Settings


def manifest(settings: "Settings", began: datetime.datetime) -> dict[str, Any]:
    """How a study was made, as plain values that JSON can hold."""
    first = settings.points[0]
    leading: dict[str, Point] = {}
    for point in settings.points:
        leading.setdefault(point.scenario.name, point)
    content = {
        "name": settings.name,
        "configuration": settings.configuration,
        "configuration_hash": (decided := configuration_hash(settings)),
        "content_hash": content_hash(settings, decided),
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
            {"identity": key_of(point).partition("-")[0], **asdict(point.scenario)}
            for point in leading.values()
        ],
        "design": settings.design.about if settings.design else None,
        "procedure": _procedure(settings),
        "code_version": code_version(),
        "code_digest": code_digest(),
        "packages": dict(package_versions()),
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
    return _digest([deciding, _digest(*(key_of(point) for point in settings.points))])


def content_hash(settings: "Settings", decided: str) -> str:
    """Hash of everything that decides the bytes of the tables: settings (their hash) and code."""
    runs = _digest(*([*point.label, key_of(point), count] for point, count in settings.runs()))
    scenarios = {point.scenario.name: point.scenario for point in settings.points}
    titles = [asdict(scenario) for scenario in scenarios.values()]
    design = settings.design.about if settings.design else None
    return _digest(code_digest(), decided, runs, titles, design, settings.detail)


def _digest(*content: object) -> str:
    """Hash of any number of things, one after another: they may be many."""
    digest = hashlib.sha256()
    for one in content:
        digest.update(json.dumps(one, sort_keys=True, default=str).encode() + b"\n")
    return digest.hexdigest()[:16]
