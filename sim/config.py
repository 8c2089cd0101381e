"""The door from Hydra to parameters: a mutable twin goes in, frozen values come out."""

import dataclasses
import datetime
import functools
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import MISSING, DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

import sim.scenario.reading
from sim.design.asking import (
    METHODS,
    DesignConfig,
    SelectionConfig,
    StoppingConfig,
    design_of,
    most_replications,
    procedure_of,
)
from sim.design.design import WORLD, Design, full_factorial
from sim.design.worlds import worlds
from sim.errors import InputError, check_within
from sim.execute.execution import Execution
from sim.execute.task import DETAILS, detail_kept
from sim.parameters import Parameters, catalogue, check
from sim.places.ports import Ports, read_ports
from sim.scenario.checks import check_point
from sim.scenario.intervention import BASELINE, Scenario
from sim.scenario.point import ENGINES, YEARS, Point
from sim.study.spec import StudySpec

CONF = Path(__file__).resolve().parent.parent / "conf"
SOURCE = "configuration"
PORT_SETS = ("all", "official119")


def read_spec(config: DictConfig, experiment: str | None = None) -> StudySpec:
    """Turn a composed configuration into what is to be run, or refuse it.

    Parameters
    ----------
    config : omegaconf.DictConfig
    experiment : str, optional
        Name of the chosen experiment.

    Raises
    ------
    InputError
        With field, value, bound and unit in one line.
    """
    return spec_of(_plain(config), experiment)


def without_hydra(config: DictConfig) -> dict[str, Any]:
    """Take the plain values of a composed configuration that has Hydra's own settings in it."""
    return _plain(OmegaConf.masked_copy(config, [str(key) for key in config if key != "hydra"]))


def with_values(
    plain: dict[str, Any], config: DictConfig, changed: Sequence[str]
) -> dict[str, Any]:
    """Take over some values of a configuration, sharing all rooms that stay as they are.

    Parameters
    ----------
    plain : dict
        Values of the point before.
    config : omegaconf.DictConfig
    changed : sequence of str
        Dotted names.
    """
    taken = dict(plain)
    for name in changed:
        value = OmegaConf.select(config, name)
        value = OmegaConf.to_container(value, resolve=True) if OmegaConf.is_config(value) else value
        room, _, field_name = name.partition(".")
        taken[room] = {**taken[room], field_name: value} if field_name else value
    return taken


def spec_of(plain: dict[str, Any], experiment: str | None = None) -> StudySpec:
    """Turn plain values into what is to be run, or refuse them."""
    plain = dict(plain)
    run, study = plain["run"], plain["study"]
    parameters = _parameters(plain)
    start = _start(run["start"])
    check_within(f"{SOURCE}: run.days", run["days"], 1, 3660, "days")
    check_within(f"{SOURCE}: run.replications", run["replications"], 1, 100_000, "replications")
    check_within(f"{SOURCE}: run.seed", run["seed"], 0, 2**32 - 1, "")
    _one_of("year", plain["year"], YEARS)
    _one_of("engine", plain["engine"], ENGINES)
    _one_of("study.detail", study["detail"], DETAILS)
    own_table = study["ports_table"] or None
    table = _port_table(plain["year"], own_table, _changed_ns(own_table))
    ports = _ports(plain["ports"], table)
    scenarios = _scenarios(plain)
    base = Point(
        parameters=parameters,
        scenario=BASELINE,
        ports=ports,
        year=plain["year"],
        start=start,
        days=run["days"],
        seed=run["seed"],
        engine=plain["engine"],
        ports_table=own_table,
    )
    design = _design(plain)
    scenarios += design.scenarios if design else []
    points = full_factorial(base, scenarios, _adversaries(plain), design.worlds if design else ())
    for point in points:
        check_point(point, table)
    execution = Execution.asked(**plain["execution"], environment=os.environ)
    procedure = procedure_of(plain, scenarios, run["replications"], execution.workers)
    if procedure and execution.member:
        raise InputError(
            f"{SOURCE}: execution=array with precision, selection or design=optimise: what is run "
            "next depends on what came out, so one process has to drive it (execution=ray, pool)"
        )
    name = experiment or (scenarios[0].name if len(scenarios) == 1 else "compare")
    return StudySpec(
        name=name,
        folder=Path(study["dir"] or Path("runs") / name),
        points=points,
        replications=run["replications"],
        execution=execution,
        configuration=plain,
        design=design,
        detail=detail_kept(study["detail"], points, most_replications(plain, procedure)),
        procedure=procedure,
    )


def _design(plain: dict[str, Any]) -> Design | None:
    """Make the design that is asked for: of a method, or worlds drawn at random."""
    asked = DesignConfig(**plain["design"])
    check_within(f"{SOURCE}: worlds", plain["worlds"], 0, 100_000, "worlds")
    _one_of("design.method", asked.method, METHODS)
    if asked.method == "none":
        return worlds(plain["worlds"], asked.seed) if plain["worlds"] else None
    design = design_of(asked)
    if plain["worlds"] and design.role == WORLD:
        raise InputError(
            f"{SOURCE}: worlds = {plain['worlds']} with design={asked.method}: "
            "the design makes the worlds; give one"
        )
    return design


def _plain(config: DictConfig) -> dict[str, Any]:
    try:
        content = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    except OmegaConfBaseException as error:
        raise InputError(explain(error, known_names())) from None
    if not isinstance(content, dict):
        raise InputError(f"{SOURCE}: is not a mapping")
    plain = {str(key): value for key, value in content.items()}
    given = [
        f"{key}.{name}" if isinstance(value, dict) and key != "precision" else key
        for key, value in plain.items()
        for name in (value if isinstance(value, dict) else [""])
    ]
    known = [*catalogue(), *known_names()]
    for name in given:
        if name not in known:
            raise InputError.unknown("name", name, known, SOURCE)
    for name in known:
        if name not in given:
            raise InputError(f"{SOURCE}: {name} is missing")
    return plain


def _parameters(plain: dict[str, Any]) -> Parameters:
    if plain["adversary"] is not None:
        plain["smuggling"] = {**plain["smuggling"], "adversary": plain["adversary"]}
    rooms = {one.name: _room(one.type(**plain[one.name])) for one in dataclasses.fields(Parameters)}  # type: ignore[operator]
    parameters = Parameters(**rooms)
    check(parameters, SOURCE)
    return parameters


@functools.lru_cache(maxsize=1000)
def _room(values: Any) -> Any:
    """Give one object for equal values: thousands of points share most of their rooms."""
    return values


@functools.lru_cache(maxsize=8)
def _port_table(year: int, own: str | None, changed_ns: int) -> Ports:
    return read_ports(year, Path(own) if own else None)


def _changed_ns(path: str | None) -> int:
    """When a file was last changed; 0 where there is none."""
    try:
        return Path(path).stat().st_mtime_ns if path else 0
    except OSError:
        return 0


def _start(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"{SOURCE}: run.start = {text!r} is not a date such as 2005-07-01"
        ) from None


def _one_of(name: str, value: object, allowed: tuple[object, ...]) -> None:
    if value not in allowed:
        words = ", ".join(map(str, allowed))
        raise InputError(f"{SOURCE}: {name} = {value!r} is not one of {words}")


def _words(name: str, value: Any) -> list[str]:
    """Read a word or a list of words."""
    words = value if isinstance(value, list) else [value]
    if not words or not all(isinstance(word, str) for word in words):
        raise InputError(f"{SOURCE}: {name} = {value!r} is not a name or a list of names")
    for word in words:
        if words.count(word) > 1:
            raise InputError(f"{SOURCE}: {name} names {word!r} twice")
    return words


def _adversaries(plain: dict[str, Any]) -> list[str]:
    """Read the kinds of smuggler that every scenario is to meet; none for the one there is."""
    value = plain["adversaries"]
    if value in ([], None):
        return []
    if plain["adversary"] is not None:
        raise InputError(
            f"{SOURCE}: adversary = {plain['adversary']!r} with adversaries = {value!r}: give one"
        )
    words = _words("adversaries", value)
    if words == ["all"]:
        return list(catalogue()["smuggling.adversary"].metadata["choices"])
    return words


def _ports(value: Any, table: Ports) -> tuple[str, ...]:
    words = _words("ports", value)
    known = [str(port_id) for port_id in table.ids]
    if words == ["all"]:
        return tuple(sorted(known))
    if words == ["official119"]:
        return tuple(sorted(str(port_id) for port_id in table.ids[table.in_119]))
    for word in words:
        if word not in known:
            raise InputError.unknown("port", word, [*known, *PORT_SETS], f"{SOURCE}: ports")
    return tuple(sorted(words))


def _scenarios(plain: dict[str, Any]) -> list[Scenario]:
    folder = plain["study"]["scenarios"]
    read = functools.partial(
        sim.scenario.reading.read, folder=Path(folder) if folder else sim.scenario.reading.FOLDER
    )

    def one(name: str, value: Any) -> Scenario:
        parts = [read(word) for word in _words(name, value)]
        return parts[0] if len(parts) == 1 else Scenario.combine(parts)

    if not plain["compare"]:
        return [one("scenario", plain["scenario"])]
    if plain["scenario"] != BASELINE.name:
        raise InputError(
            f"{SOURCE}: scenario = {plain['scenario']!r} with compare or an experiment: give one"
        )
    against = [one("compare", value) for value in plain["compare"]]
    named = [BASELINE.name, *(scenario.name for scenario in against)]
    for name in named:
        if named.count(name) > 1:
            raise InputError(
                f"{SOURCE}: compare names {name!r} twice (the baseline is always there)"
            )
    return [one("scenario", BASELINE.name), *against]


def words(listed: Any) -> list[str]:
    """Read a list of overrides as it was given, without resolving anything in it."""
    plain = OmegaConf.to_container(listed, resolve=False)
    return [str(word) for word in plain or ()]


@dataclass
class _Run:
    start: str = "2005-01-01"
    days: int = 365
    replications: int = 6
    seed: int = 1


@dataclass
class _Execution:
    kind: str = MISSING
    workers: int | None = None
    address: str = "local"
    index: int | None = None
    count: int | None = None


@dataclass
class _StudyFolder:
    dir: str | None = None
    scenarios: str | None = None
    ports_table: str | None = None
    detail: str = "auto"
    confirm: bool = False


ROOMS_OF_A_RUN = (
    ("run", _Run),
    ("design", DesignConfig),
    ("stopping", StoppingConfig),
    ("selection", SelectionConfig),
    ("execution", _Execution),
    ("study", _StudyFolder),
)


def _twin(frozen: type) -> type:
    """Make the mutable class that Hydra needs from a frozen one."""
    return dataclasses.make_dataclass(
        f"{frozen.__name__}Schema",
        [(one.name, one.type, field(default=one.default)) for one in dataclasses.fields(frozen)],
    )


def register(scratch: Path = Path()) -> None:
    """Make the schema known to Hydra, and a folder where it may leave its note of a sweep."""
    rooms = [
        (one.name, twin := _twin(one.type), field(default_factory=twin))  # type: ignore[arg-type]
        for one in dataclasses.fields(Parameters)
    ]
    schema = dataclasses.make_dataclass(
        "RunSchema",
        [
            *rooms,
            ("run", _Run, field(default_factory=_Run)),
            ("scenario", Any, field(default=BASELINE.name)),
            ("compare", list[Any], field(default_factory=list)),
            ("ports", Any, field(default="all")),
            ("year", int, field(default=2005)),
            ("adversary", str | None, field(default=None)),
            ("adversaries", Any, field(default_factory=list)),
            ("worlds", int, field(default=0)),
            ("design", DesignConfig, field(default_factory=DesignConfig)),
            ("precision", Any, field(default=None)),
            ("stopping", StoppingConfig, field(default_factory=StoppingConfig)),
            ("selection", SelectionConfig, field(default_factory=SelectionConfig)),
            ("engine", str, field(default=MISSING)),
            ("execution", _Execution, field(default_factory=_Execution)),
            ("study", _StudyFolder, field(default_factory=_StudyFolder)),
        ],
    )
    ConfigStore.instance().store(name="schema", node=schema)
    OmegaConf.register_new_resolver("scratch", lambda: str(scratch), replace=True)


def known_names() -> list[str]:
    """Names that can be given on the command line, besides parameters."""
    names = ["scenario", "compare", "ports", "year", "adversary", "adversaries", "worlds", "engine"]
    names += ["precision"]
    for room, schema in ROOMS_OF_A_RUN:
        names += [f"{room}.{one.name}" for one in dataclasses.fields(schema)]
    return names


_WORDS = {"Float": "a number", "Integer": "a whole number", "Boolean": "true or false"}


def explain(error: BaseException, known: Iterable[str]) -> str:
    """Say an error of Hydra or OmegaConf in one line.

    Parameters
    ----------
    error : BaseException
        What composing the configuration raised.
    known : iterable of str
        Names that can be given, besides those of parameters.

    Returns
    -------
    str
    """
    if isinstance(error, InputError):
        return str(error)
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(cause)
    text = "\n".join(str(one) for one in chain)
    names = [*catalogue(), *known]
    unknown = _unknown_name(text)
    if unknown is not None:
        return str(InputError.unknown("name", unknown, names, "configuration"))
    option = re.search(r"Could not find '([^']*)/([^'/]*)'\n+Available options in '[^']*':", text)
    if option:
        group, choice = option.groups()
        listed = re.findall(r"^\t(\S+)$", text, flags=re.MULTILINE)
        return f"configuration: {group} = {choice!r} is not one of {', '.join(listed)}"
    wrong = re.search(r"Value '(.*?)' of type '\w+' could not be converted to (\w+)", text)
    wrong = wrong or re.search(r"Value '(.*?)' is not a valid (\w+)", text)
    place = re.search(r"full_key: (\S+)", text)
    if wrong and place:
        value, kind = wrong.groups()
        kind = {"bool": "Boolean", "int": "Integer", "float": "Float"}.get(kind, kind)
        return (
            f"configuration: {place[1]} = {value!r} is not {_WORDS.get(kind, 'a ' + kind.lower())}"
            + _unit(place[1])
        )
    lines = [next(iter(str(one).strip().splitlines()), "") for one in chain[:2]]
    said = [line for line in dict.fromkeys(lines) if line not in ("", "None")]
    return f"configuration: {': '.join(said) or type(error).__name__}"


def _unknown_name(text: str) -> str | None:
    """Find the dotted name that is not in the schema, if that is the complaint."""
    missing = re.search(r"Key '([^']*)' (?:is )?not in '", text)
    place = re.search(r"full_key: (\S+)", text)
    if missing:
        return place[1] if place else missing[1]
    override = re.search(r"Could not override '([^']*)'", text)
    if override:
        return override[1]
    group = re.search(r"No match in the defaults list", text) and re.search(
        r"In '[^']*'|'([^']*)'", text
    )
    return group[1] if group and group[1] else None


def _unit(name: str) -> str:
    field = catalogue().get(name)
    return f" ({field.metadata['unit']})" if field and field.metadata["unit"] else ""
