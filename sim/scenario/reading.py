"""Scenario files: ``scenarios/NAME.yaml`` read into `Scenario`. Data, never code.

`ScenarioFile` and the classes of its fields are the schema: what they do not declare is refused.
YAML 1.2 is read as plain data: one document, bounded in size and depth, without aliases. In it the
words ON, NO and yes are text, so that Ontario stays Ontario.
"""

import dataclasses
import datetime
import difflib
import functools
import io
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, get_args, get_origin

from cattrs import (
    BaseValidationError,
    ClassValidationError,
    Converter,
    ForbiddenExtraKeysError,
    IterableValidationError,
)
from cattrs.cols import homogenous_tuple_structure_factory
from cattrs.gen import make_dict_structure_fn
from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, DocumentStartEvent

from sim.errors import InputError
from sim.extensions import extensions
from sim.files.brought import content_of, letters_of
from sim.scenario.intervention import (
    BASELINE,
    FIREARMS,
    Cost,
    Intervention,
    Moment,
    Scenario,
    Value,
    check_count,
)

LARGEST_BYTES = 200_000
DEEPEST = 20
LONGEST_TITLE = 1000
LONGEST_PROBLEM = 200
"""Characters of the parser's own words that a message repeats."""


class _PlainComposer(Composer):
    """Refuses what plain data does without: aliases, which grow exponentially, and directives."""

    def compose_document(self) -> Any:
        """Refuse ``%YAML 1.1``, in which ON means true."""
        event = self.parser.peek_event()
        if isinstance(event, DocumentStartEvent) and (event.version or event.tags):
            raise InputError("a directive, a line that begins with %, is not allowed")
        return super().compose_document()

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse an alias."""
        event = self.parser.peek_event()
        if isinstance(event, AliasEvent):
            raise InputError(f"{_line(event)}: alias *{event.anchor}: write the value out instead")
        return super().compose_node(parent, index)


class _PlainConstructor(SafeConstructor):
    """Names the line of a scalar that has no value, such as the date 2005-02-30."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        """Build the value of a node."""
        try:
            return super().construct_object(node, deep)
        except InputError:
            raise
        except ValueError as error:
            problem = f"{node.value}: {error}".replace("\n", " ")[:LONGEST_PROBLEM]
            raise InputError(f"{_line(node)}: {problem}") from None


def text_of(path: Path) -> str:
    """Read a file that is to be parsed, refusing what is not a text of ordinary size.

    Raises
    ------
    InputError
        In one line that does not name the file.
    """
    text, guessed = letters_of(content_of(path, LARGEST_BYTES))
    if guessed:
        raise InputError(f"is not text in UTF-8 (in {guessed}, it seems): save it as UTF-8")
    return text


def parsed(text: str) -> Any:
    """Read a text of plain data.

    Raises
    ------
    InputError
        With the line, in one line.
    """
    yaml = YAML(typ="safe", pure=True)  # the C parser has neither the composer nor the depth
    yaml.Composer = _PlainComposer
    yaml.Constructor = _PlainConstructor
    yaml.max_depth = DEEPEST
    try:
        return yaml.load(text)
    except InputError:
        raise
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}: " if mark else ""
        problem = next(iter(str(error.problem or error.context).splitlines()), "")
        raise InputError(f"{place}{problem[:LONGEST_PROBLEM]}") from None
    except (YAMLError, RecursionError, ValueError) as error:
        raise InputError(f"cannot be read as YAML: {error}".splitlines()[0]) from None


def dumped(content: Any) -> str:
    """Write plain data as text that `parsed` reads as the same data."""
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.sort_base_mapping_type_on_output = False
    yaml.width = 100
    text = io.StringIO()
    try:
        yaml.dump(content, text)
    except (YAMLError, RecursionError) as error:
        first = next(iter(str(error).splitlines()), type(error).__name__)
        raise InputError(f"is no plain data ({first})") from None
    return text.getvalue()


def _line(part: Any) -> str:
    return f"line {part.start_mark.line + 1}"


FOLDER = Path(__file__).resolve().parents[2] / "scenarios"

_NAME = re.compile(
    r"(?!(?:null|true|false|nan|inf|con|prn|aux|nul|com\d|lpt\d|\d[\d_]*e\d[\d_]*|\d+(_\d+)+)$)"
    r"[a-z0-9][a-z0-9_]{0,99}"
)
_NAMING = (
    "names of scenarios have small letters a-z, digits and _, at most 100 of them, and mean "
    "nothing else on the command line (null, true, 1e5) or to a system (con)"
)
_LONGEST_VALUE = 80
"""Characters of a wrong value that a message quotes."""


@dataclass(frozen=True)
class ScenarioFile:
    """What a scenario file holds: fields of `Scenario`, and what it is put together from.

    Attributes
    ----------
    combines : tuple of str
        Scenarios of the same folder whose interventions and costs come before those given here.
    """

    title: str
    source: str
    summary: str = ""
    expected: str = ""
    bound: bool = False
    aim: str = FIREARMS
    actor: str = ""
    evidence: int = 0
    chronicle: bool = False
    combines: tuple[str, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    costs: tuple[Cost, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a title that is none, and interventions that decide the same quantity."""
        if not 0 < len(self.title) <= LONGEST_TITLE:
            raise InputError(f"title: has {len(self.title)} letters, not 1 to {LONGEST_TITLE}")
        check_count(self.interventions)
        for first, second in combinations(self.interventions, 2):
            if first.coincides(second):
                raise InputError(f"interventions overlap: {first}; {second}")


def names(folder: Path = FOLDER) -> list[str]:
    """Names of the scenarios in a folder, sorted; what the system hides there is not one."""
    return sorted(path.stem for path in folder.glob("[!.]*.yaml"))


def read(
    name: str,
    folder: Path = FOLDER,
    within: tuple[str, ...] = (),
    taken: list[str] | None = None,
) -> Scenario:
    """Read one scenario by name.

    Parameters
    ----------
    name : str
        File name without ``.yaml``.
    folder : pathlib.Path
        Folder of the scenario files.
    within : tuple of str
        Scenarios that combine this one, the outermost first; none of them may come again.
    taken : list of str, optional
        Scenarios that the outermost one has put together so far; each counts once, else a few small
        files that name each other in pairs would be read a million times.

    Raises
    ------
    InputError
        With file, field, value, bound and unit in one line.
    """
    if not folder.is_dir():
        raise InputError(f"study.scenarios = {folder} is not a folder")
    in_folder, own = names(folder), extensions("scenarios")
    if name in own and name != BASELINE.name:  # also where a file has this name
        return scenario_of(name, own[name], folder)
    if not _NAME.fullmatch(name) or name not in in_folder:
        if name == BASELINE.name:
            return BASELINE
        raise _not_read(name, folder, [*in_folder, *own])
    path = folder / f"{name}.yaml"
    try:
        scenario = _scenario(name, text_of(path), folder, within, taken)
        if name == BASELINE.name and scenario.interventions:
            raise InputError(
                "the baseline has no interventions: give this scenario another name, or set "
                "parameters on the command line"
            )
        return scenario
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from None


def scenario_of(name: str, content: Any, folder: Path = FOLDER) -> Scenario:
    """Make a scenario of what a program or another package gives.

    Parameters
    ----------
    content : Scenario, pathlib.Path, str or dict
        A scenario; a file; or the content of a file, as text or as plain data.
    folder : pathlib.Path
        Where scenarios that it combines are looked up.

    Raises
    ------
    InputError
        With name, field, value, bound and unit in one line.
    """
    if isinstance(content, Scenario):
        return dataclasses.replace(content, name=name)
    try:
        if isinstance(content, Path):
            text = text_of(content)
        elif isinstance(content, str):
            text = content
        else:
            text = dumped(content)
        return _scenario(name, text, folder, ())
    except InputError as error:
        raise InputError(f"scenario {name}: {error}") from None


def _scenario(
    name: str, text: str, folder: Path, within: tuple[str, ...], taken: list[str] | None = None
) -> Scenario:
    file = _file_of(text)
    parts = _combined(file.combines, folder, (*within, name), [] if taken is None else taken)
    given = {of.name: getattr(file, of.name) for of in dataclasses.fields(file)}
    del given["combines"]
    for name_of in ("interventions", "costs"):
        given[name_of] = sum((getattr(part, name_of) for part in parts), ()) + given[name_of]
    return Scenario(name, **given)


def _not_read(name: str, folder: Path, in_folder: list[str]) -> InputError:
    """Say why a scenario is not read: its name, its ending, or that it is not there."""
    if not _NAME.fullmatch(name):
        plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
        better = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
        if name in in_folder or better not in in_folder:
            hint = f" (rename {name}.yaml, to {better}.yaml say)" if name in in_folder else ""
            return InputError(f"scenario {name[:60]!r}: {_NAMING}{hint}")
    for ending in (".yml", ".YAML", ".YML", ".yaml.txt", ".json", ""):
        if (folder / f"{name}{ending}").is_file():
            return InputError(
                f"scenario {name!r}: {folder / f'{name}{ending}'} is there, but files of scenarios "
                "end with .yaml"
            )
    return InputError.unknown("scenario", name, in_folder, "scenario")


def _combined(
    names: Sequence[str], folder: Path, within: tuple[str, ...], taken: list[str]
) -> list[Scenario]:
    """Read the scenarios that one puts together, refusing a circle and what comes in twice."""
    parts = []
    for name in names:
        if name in within:
            raise InputError(f"combines: a circle: {' > '.join((*within, name))}")
        if name in taken:
            raise InputError(f"combines: {name} is given twice")
        taken.append(name)
        parts.append(read(name, folder, within, taken))
    return parts


# ---------------------------------------------------------------- from plain data to the schema


class _WrongTypeError(TypeError):
    """A value that is not what its field takes."""

    def __init__(self, value: object, expected: str) -> None:
        super().__init__()
        self.value = value
        self.expected = expected


@functools.lru_cache(maxsize=100)  # the points of a sweep read the same files again
def _file_of(text: str) -> ScenarioFile:
    """Turn the text of a file into the schema, or name the first thing wrong with it."""
    content = parsed(text)
    try:
        return _converter().structure(content, ScenarioFile)
    except BaseValidationError as errors:
        raise InputError(_first_error(errors)) from None
    except _WrongTypeError:
        raise InputError("the file is not a mapping of fields to values") from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _WrongTypeError(value, "text")
    text = " ".join(value.split())
    if not text.isprintable():  # what moves the cursor of a terminal, or turns the line round
        raise _WrongTypeError(ascii(value), "text that can be shown")
    return text


def _plain(expected: str, kind: Callable[[Any], Any], *kinds: type) -> Callable[[Any], Any]:
    """Give a reader of values of some types, which makes them one of a kind."""

    def structure(value: Any) -> Any:
        if type(value) not in kinds:  # true is no number
            raise _WrongTypeError(value, expected)
        return kind(value)

    return structure


_number = _plain("a number", float, int, float)


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
        raise _WrongTypeError(value, "a list of words")
    return tuple(value)


def _moment(value: Any) -> Moment:
    expected = "a date such as 2005-07-01 or 2005-07-01 06:00"
    moment = value
    if isinstance(value, str):
        try:
            moment = datetime.datetime.fromisoformat(value)
        except ValueError:
            raise _WrongTypeError(value, expected) from None
    if not isinstance(moment, datetime.date):
        raise _WrongTypeError(value, expected)
    if isinstance(moment, datetime.datetime) and moment.tzinfo is not None:
        raise _WrongTypeError(str(value), "in local time (it names a time zone)")
    return moment


def _value(value: Any) -> Value:
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, list) and len(value) == 2:
        return _number(value[0]), _number(value[1])
    raise _WrongTypeError(value, "a number, a word, true, false, or two hours")


def _reader(structure: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    """Give a reader of values the second argument that the converter passes: the type."""
    return lambda value, _: structure(value)


@functools.cache
def _converter() -> Converter:
    """Build the reader of the schema: strict about types, names and lists."""
    converter = Converter(detailed_validation=True)
    for kind, structure in (
        (str, _text),
        (float, _number),
        (int, _plain("a whole number", int, int)),
        (bool, _plain("true or false", bool, bool)),
        (Value, _value),
        (Moment | None, _moment),
    ):
        converter.register_structure_hook(kind, _reader(structure))
    converter.register_structure_hook_func(
        lambda kind: bool(kind == tuple[str, ...]), _reader(_words)
    )
    converter.register_structure_hook_factory(_is_tuple_of_classes, _list_reader)
    converter.register_structure_hook_factory(dataclasses.is_dataclass, _mapping_reader)
    return converter


def _is_tuple_of_classes(kind: Any) -> bool:
    return get_origin(kind) is tuple and dataclasses.is_dataclass(get_args(kind)[0])


def _list_reader(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    structure = homogenous_tuple_structure_factory(kind, converter)

    def read_list(value: Any, kind: Any) -> Any:
        if not isinstance(value, list):
            raise _WrongTypeError(value, "a list")
        return structure(value, kind)

    return read_list


def _mapping_reader(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    structure = make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=True)

    def read_mapping(value: Any, kind: Any) -> Any:
        if not isinstance(value, dict):
            raise _WrongTypeError(value, "a mapping of fields to values")
        given = {str(key): content for key, content in value.items() if content is not None}
        if kind is Intervention and given.get("operation") == "close":
            given.setdefault("value", True)
        return structure(given, kind)

    return read_mapping


# ---------------------------------------------------------------- what is wrong, in one line


def _first_error(errors: BaseException, place: str = "") -> str:
    """Say the first error of a converter, or of the class it was to make, in one line.

    ``place`` is the dotted name of the field that it is about; empty for the file.
    """
    if isinstance(errors, ClassValidationError):
        by_field, others = errors.group_exceptions()
        unknown = [error for error in others if isinstance(error, ForbiddenExtraKeysError)]
        if unknown:  # first, because a misspelt name is missing as well
            return _unknown_field(unknown[0], place)
        if by_field:
            error, field = by_field[0]
            return _first_error(error, f"{place}.{field.name}" if place else field.name)
        return _first_error(others[0], place)
    if isinstance(errors, IterableValidationError):
        error, item = errors.group_exceptions()[0][0]
        return _first_error(error, f"{place}[{item.index}]")
    if isinstance(errors, KeyError):
        return f"field {place} is missing"
    if isinstance(errors, _WrongTypeError):
        return f"{place} = {_shortened(errors.value)} is not {errors.expected}"
    place = place.removesuffix(".where")  # `Where` names itself
    return f"{place}: {errors}" if place else str(errors)


def _unknown_field(error: ForbiddenExtraKeysError, place: str) -> str:
    fields = [field.name for field in dataclasses.fields(error.cl)]
    name = min(error.extra_fields)
    near = difflib.get_close_matches(name, fields, n=2)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return f"unknown field {place}.{name}{hint}" if place else f"unknown field {name}{hint}"


def _shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."
