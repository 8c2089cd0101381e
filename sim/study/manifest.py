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
    from sim.study.spec import StudySpec


def manifest(spec: "StudySpec", began: datetime.datetime) -> dict[str, Any]:
    """How a study was made, as plain values that JSON can hold."""
    first = spec.points[0]
    leading: dict[str, Point] = {}
    for point in spec.points:
        leading.setdefault(point.scenario.name, point)
    content = {
        "name": spec.name,
        "configuration": spec.configuration,
        "configuration_hash": (decided := configuration_hash(spec)),
        "content_hash": content_hash(spec, decided),
        "detail": spec.detail,
        "start": first.start,
        "days": first.days,
        "year": first.year,
        "seed": first.seed,
        "ports": first.ports,
        "engine": first.engine,
        "adversary": first.parameters.smuggling.adversary,
        "adversaries": list(
            dict.fromkeys(point.parameters.smuggling.adversary for point in spec.points)
        ),
        "worlds": max(point.world for point in spec.points),
        "replications": spec.replications,
        "scenarios": {name: point.scenario.title for name, point in leading.items()},
        "points": [
            {"identity": key_of(point).partition("-")[0], **asdict(point.scenario)}
            for point in leading.values()
        ],
        "design": spec.design.about if spec.design else None,
        "procedure": _procedure(spec),
        "code_version": code_version(),
        "code_digest": code_digest(),
        "packages": dict(package_versions()),
        "began": began.isoformat(timespec="seconds"),
        "ended": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }
    plain: dict[str, Any] = json.loads(json.dumps(content, default=str))
    return plain


def _procedure(spec: "StudySpec") -> dict[str, Any] | None:
    """What a procedure wanted, did and came to."""
    if spec.outcome is None:
        return None
    return {**spec.outcome.about, "said": spec.outcome.lines}


def configuration_hash(spec: "StudySpec") -> str:
    """Hash of what decides the results: where they go and how they are computed do not enter.

    What was read from files (a port table, a folder of scenarios) enters with its content.
    """
    deciding = {
        key: value for key, value in spec.configuration.items() if key not in ("study", "execution")
    }
    return _digest([deciding, _digest(*(key_of(point) for point in spec.points))])


def content_hash(spec: "StudySpec", decided: str) -> str:
    """Hash of everything that decides the bytes of the tables: settings (their hash) and code."""
    runs = _digest(*([*point.label, key_of(point), count] for point, count in spec.runs()))
    scenarios = {point.scenario.name: point.scenario for point in spec.points}
    titles = [asdict(scenario) for scenario in scenarios.values()]
    design = spec.design.about if spec.design else None
    return _digest(code_digest(), decided, runs, titles, design, spec.detail)


def _digest(*content: object) -> str:
    """Hash of any number of things, one after another: they may be many."""
    digest = hashlib.sha256()
    for one in content:
        digest.update(json.dumps(one, sort_keys=True, default=str).encode() + b"\n")
    return digest.hexdigest()[:16]
