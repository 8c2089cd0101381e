"""Scenario files: ``scenarios/NAME.yaml`` read into `Scenario`. Data, never code."""

import datetime
import difflib
import functools
import re
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, ClassVar

import yaml

from sim.errors import InputError
from sim.scenario.intervention import BASELINE, Cost, Intervention, Scenario, Where

FOLDER = Path(__file__).resolve().parents[2] / "scenarios"
LARGEST_BYTES = 1_000_000

_NAME = re.compile(r"[a-z0-9][a-z0-9_]*")

Reader = Callable[[Any], Any]


_REDEFINED = (":bool", ":int", ":float")
_TAG = "tag:yaml.org,2002:"


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """YAML that refuses a key given twice, and reads words as YAML 1.2 does: ON is Ontario."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        first: [(tag, pattern) for tag, pattern in known if not tag.endswith(_REDEFINED)]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    for key in keys:
        if not isinstance(key, str):
            raise InputError(f"line {node.start_mark.line + 1}: key {key!r} is not a word")
        if keys.count(key) > 1:
            raise InputError(f"line {node.start_mark.line + 1}: {key} is given twice")
    loader.flatten_mapping(node)
    return {
        loader.construct_object(key): loader.construct_object(value, deep=True)
        for key, value in node.value
    }


_Loader.add_implicit_resolver(
    f"{_TAG}bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(
    f"{_TAG}int", re.compile(r"^[-+]?(?:0|[1-9][0-9_]*)$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    f"{_TAG}float",
    re.compile(r"^[-+]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)
_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def names(folder: Path = FOLDER) -> list[str]:
    """Names of the scenarios in a folder, sorted."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def read(name: str, folder: Path = FOLDER, within: tuple[str, ...] = ()) -> Scenario:
    """Read one scenario by name.

    Parameters
    ----------
    name : str
        File name without ``.yaml``.
    folder : pathlib.Path
        Folder of the scenario files.
    within : tuple of str
        Scenarios that combine this one, the outermost first; none of them may come again.

    Raises
    ------
    InputError
        With file, field, value, bound and unit in one line.
    """
    if not folder.is_dir():
        raise InputError(f"study.scenarios = {folder} is not a folder")
    known = names(folder)
    if not _NAME.fullmatch(name) or name not in known:
        if name == BASELINE.name:
            return BASELINE
        raise InputError.unknown("scenario", name, known, "scenario")
    path = folder / f"{name}.yaml"
    try:
        fields = _fields(_load(path), _SCENARIO, "", ("title", "source"))
        _refuse_doubles(fields.get("interventions", ()))
        parts = _combined(fields.pop("combines", ()), folder, (*within, name))
        for field in ("interventions", "costs"):
            those = [one for part in parts for one in getattr(part, field)]
            fields[field] = (*those, *fields.get(field, ()))
        return Scenario(name=name, **fields)
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from None


def _combined(names: Sequence[str], folder: Path, within: tuple[str, ...]) -> list[Scenario]:
    """Read the scenarios that one puts together, refusing a circle."""
    for name in names:
        if name in within:
            raise InputError(f"combines: a circle: {' > '.join((*within, name))}")
        if names.count(name) > 1:
            raise InputError(f"combines: {name} is given twice")
    return [read(name, folder, within) for name in names]


def _load(path: Path) -> Any:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise InputError(f"is larger than {LARGEST_BYTES} bytes")
        return _parsed(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(str(error.strerror)) from None
    except UnicodeDecodeError:
        raise InputError("is not text in UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise InputError(f"{line}{error.problem}") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"cannot be read as YAML: {error}".splitlines()[0]) from None


@functools.lru_cache(maxsize=100)
def _parsed(text: str) -> Any:
    """Content of a file, which nobody changes: the points of a sweep have the same scenarios."""
    return yaml.load(text, Loader=_Loader)  # a SafeLoader


def _refuse_doubles(interventions: Sequence[Intervention]) -> None:
    for one, other in combinations(interventions, 2):
        if one.coincides(other):
            raise InputError(f"interventions overlap: {one}; {other}")


def _fields(
    content: Any, readers: dict[str, Reader], place: str, required: Sequence[str]
) -> dict[str, Any]:
    """Read a mapping field by field, refusing what is unknown or missing."""
    if not isinstance(content, dict):
        raise InputError(f"{place or 'the file'} is not a mapping of fields to values")
    prefix = f"{place}." if place else ""
    for key in content:
        if key not in readers:
            near = difflib.get_close_matches(key, list(readers), n=2)
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            raise InputError(f"unknown field {prefix}{key}{hint}")
    for key in required:
        if content.get(key) is None:
            raise InputError(f"field {prefix}{key} is missing")
    found = {}
    for key, value in content.items():
        if value is None:
            continue
        try:
            found[key] = readers[key](value)
        except InputError as error:
            raise InputError(f"{prefix}{key}: {error}" if place == "" else str(error)) from None
        except TypeError as error:
            raise InputError(f"{prefix}{key} = {value!r} is not {error}") from None
    return found


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text")
    return " ".join(value.split())


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError("a number")
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("a whole number")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false")
    return value


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise TypeError("a list of words")
    return tuple(value)


def _date(value: Any) -> datetime.date | datetime.datetime:
    if isinstance(value, str):
        try:
            value = datetime.datetime.fromisoformat(value)
        except ValueError:
            raise TypeError("a date such as 2005-07-01 or 2005-07-01 06:00") from None
    if not isinstance(value, datetime.date):
        raise TypeError("a date such as 2005-07-01 or 2005-07-01 06:00")
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        raise TypeError("in local time (it names a time zone)")
    return value


def _value(value: Any) -> float | int | bool | str | tuple[float, float]:
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, list) and len(value) == 2:
        return _number(value[0]), _number(value[1])
    raise TypeError("a number, a word, true, false, or two hours")


def _intervention(content: Any, place: str) -> Intervention:
    required = ("parameter", "operation")
    fields = _fields(content, _INTERVENTION, place, required)
    if fields["operation"] == "close":
        fields.setdefault("value", True)
    elif "value" not in fields:
        raise InputError(f"field {place}.value is missing")
    try:
        return Intervention(**fields)
    except InputError as error:
        raise InputError(f"{place}: {error}") from None


def _cost(content: Any, place: str) -> Cost:
    required = ("what", "cad_per_year", "source", "low", "high")
    return Cost(**_fields(content, _COST, place, required))


def _each(read_one: Callable[[Any, str], Any], field: str) -> Reader:
    def read_all(content: Any) -> tuple[Any, ...]:
        if not isinstance(content, list):
            raise TypeError("a list")
        return tuple(read_one(one, f"{field}[{i}]") for i, one in enumerate(content))

    return read_all


_WHERE: dict[str, Reader] = {
    "ports": _words,
    "provinces": _words,
    "regions": _words,
    "kinds": _words,
    "one_officer": _flag,
    "busiest": _whole,
    "quietest": _whole,
    "below_travellers_per_day": _number,
    "states": _words,
    "markets": _words,
}
_INTERVENTION: dict[str, Reader] = {
    "parameter": _text,
    "operation": _text,
    "value": _value,
    "where": lambda content: Where(**_fields(content, _WHERE, "where", ())),
    "start": _date,
    "end": _date,
    "ramp_days": _number,
    "program": _text,
}
_COST: dict[str, Reader] = {
    "what": _text,
    "cad_per_year": _number,
    "source": _text,
    "low": _number,
    "high": _number,
    "cad_once": _number,
}
_SCENARIO: dict[str, Reader] = {
    "title": _text,
    "source": _text,
    "summary": _text,
    "expected": _text,
    "bound": _flag,
    "combines": _words,
    "interventions": _each(_intervention, "interventions"),
    "costs": _each(_cost, "costs"),
}
