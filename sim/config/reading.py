"""From a composed configuration to what is to be run, or one line that says what is wrong."""

import contextlib
import dataclasses
import datetime
import functools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim.config.schema import SOURCE, explain, known_names
from sim.design.design import WORLD, Design, full_factorial
from sim.design.from_config import (
    METHODS,
    POINTLESS,
    DesignConfig,
    SelectionConfig,
    StoppingConfig,
    design_of,
    most_replications,
    procedure_of,
    size_of,
)
from sim.design.sampling import worlds
from sim.errors import InputError, check_within
from sim.execute.execution import Execution
from sim.execute.task import DETAILS, detail_kept
from sim.parameters import Parameters, catalogue, check
from sim.places.ports import PORT_SETS, Ports, read_ports, traffic_beside
from sim.results.schema import check_nothing_share, check_smallest_difference
from sim.scenario.intervention import BASELINE, Scenario, moment
from sim.scenario.point import ENGINES, YEARS, Point, check_point, unread_parameters, without_effect
from sim.study.spec import StudySpec

BASE_YEAR = 2005
MOST_YEARS = 30


def without_hydra(config: DictConfig) -> dict[str, Any]:
    """Take the plain values of a composed configuration that has Hydra's own settings in it."""
    return _plain(OmegaConf.masked_copy(config, [str(key) for key in config if key != "hydra"]))


def with_values(
    plain: dict[str, Any], config: DictConfig, changed: Sequence[str]
) -> dict[str, Any]:
    """Take over some values of a configuration, sharing all rooms that stay as they are.

    ``plain`` has the values of the point before, ``changed`` the dotted names of what differs.
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
    if plain["year"] is not None:
        check_within(f"{SOURCE}: year", plain["year"], YEARS[0], YEARS[-1], "")
    run = plain["run"] = _with_period(run, plain["year"])
    start = datetime.date.fromisoformat(run["start"])
    check_within(f"{SOURCE}: run.start: year", start.year, 1900, 2200, "")
    check_within(f"{SOURCE}: run.replications", run["replications"], 1, 100_000, "replications")
    check_within(f"{SOURCE}: run.horizon", run["horizon"], 0, 50, "years")
    _check_traffic(run, plain["engine"])
    check_within(f"{SOURCE}: run.seed", run["seed"], 0, 2**32 - 1, "")
    _one_of("engine", plain["engine"], ENGINES)
    _one_of("design.method", plain["design"]["method"], METHODS)
    _one_of("study.detail", study["detail"], DETAILS)
    check_smallest_difference(f"{SOURCE}: study.smallest_difference", study["smallest_difference"])
    check_nothing_share(f"{SOURCE}: study.nothing_share", study["nothing_share"])
    given_table = study["ports_table"] or None
    table_year = plain["year"] or min(max(start.year, YEARS[0]), YEARS[-1])
    table, table_notes = _port_table(table_year, given_table, _changed_ns(given_table))
    ports = _ports(plain["ports"], table)
    scenarios = _scenarios(plain, parameters)
    base = Point(
        parameters=parameters,
        scenario=BASELINE,
        ports=ports,
        year=plain["year"],
        start=start,
        days=run["days"],
        seed=run["seed"],
        engine=plain["engine"],
        ports_table=given_table,
        traffic_replications=run["traffic_replications"],
        horizon=run["horizon"],
        smugglers=_smugglers(run["horizon"], run["smugglers"]),
    )
    kinds = _adversaries(plain)
    _confirm(plain, base, len(scenarios) * max(1, len(kinds)))
    design = _design(plain)
    named = [*scenarios]
    scenarios += design.scenarios if design else []
    points = full_factorial(base, scenarios, kinds, design.worlds if design else ())
    points = years_apart(points, run) if run["apart"] else tuple(map(_within_dates, points))
    for point in points:
        check_point(point, table)
    warnings = [
        *(("", note) for note in table_notes),
        *(("", line) for line in _not_read(plain, start)),
        *(("", line) for line in unread_parameters(base, table, _kinds(base, kinds))),
        *(_without_effect(base, named, table) if not run["apart"] else ()),
    ]
    execution = Execution.from_config(**plain["execution"], environment=os.environ)
    procedure = procedure_of(plain, scenarios, run["replications"], execution.workers)
    if procedure and base.traffic_replications is not None:
        raise InputError(
            f"{SOURCE}: run.traffic_replications = {base.traffic_replications} with precision, "
            "selection or design=optimise: they take replications to be independent, and those on "
            "the same traffic are not (run.traffic_replications=null)"
        )
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
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _without_effect(
    base: Point, scenarios: Sequence[Scenario], table: Ports
) -> Iterator[tuple[str, str]]:
    """What of each scenario can change nothing in this run, a line each."""
    for scenario in scenarios:
        point = dataclasses.replace(base, scenario=scenario)
        if scenario.chronicle:
            continue
        for line in without_effect(point, table):
            yield scenario.name, line


MOST_YEARS_APART = 10


def _not_read(plain: dict[str, Any], start: datetime.date) -> Iterator[str]:
    """What was set and is not read in this study, a line each."""
    design, wanted = plain["design"], plain["selection"]["metric"] is not None
    stops = wanted or plain["precision"] is not None or design["method"] == "optimise"
    kind = plain["execution"]["kind"]
    rooms = (
        ("design", DesignConfig(), design["method"] == "none", "there is no design (design=...)"),
        ("selection", SelectionConfig(), not wanted, "there is no selection.metric"),
        ("stopping", StoppingConfig(), not stops, "there is no precision and no selection.metric"),
    )
    for room, default, idle, why in rooms:
        for field in dataclasses.fields(default):
            value = plain[room][field.name]
            drawn = room == "design" and field.name == "seed" and plain["worlds"]
            if idle and not drawn and value != getattr(default, field.name):
                yield f"{SOURCE}: {room}.{field.name} = {value} is not read: {why}"
    if plain["execution"]["address"] != "local" and kind != "ray":
        address = plain["execution"]["address"]
        yield f"{SOURCE}: execution.address = {address} is not read: execution is {kind}, not ray"
    if isinstance(plain["precision"], dict) and plain["stopping"]["metrics"] != (
        StoppingConfig().metrics
    ):
        yield f"{SOURCE}: stopping.metrics is not read: precision names its metrics itself"
    of_smugglers = plain["smuggling"]["adversary"]
    usual = catalogue()["smuggling.adversary"].default
    if plain["adversary"] not in (None, of_smugglers) and of_smugglers != usual:
        yield (
            f"{SOURCE}: smuggling.adversary = {of_smugglers} is not read: "
            f"adversary = {plain['adversary']} is given too"
        )
    if plain["year"] and abs(start.year - plain["year"]) > MOST_YEARS_APART:
        yield (
            f"{SOURCE}: run.start = {start} with year = {plain['year']}: the traffic of "
            f"{plain['year']} on the calendar of {start.year}"
        )


def _confirm(plain: dict[str, Any], base: Point, points: int) -> None:
    """Refuse more replications than anyone would mean, before a single point is made."""
    if plain["study"]["confirm"]:
        return
    from sim.study.run import MOST_REPLICATIONS, refusal  # imports all that runs a study

    config = DesignConfig(**plain["design"])
    made = plain["worlds"] if config.method in POINTLESS else size_of(config)
    in_all = (
        points + made if config.method == "grid" and config.role != WORLD else points * (made + 1)
    )
    replications = in_all * plain["run"]["replications"]
    if replications > MOST_REPLICATIONS:
        execution = Execution.from_config(**plain["execution"], environment=os.environ)
        spec = StudySpec("", Path("runs"), (base,), 1, execution, plain)
        raise refusal(in_all, replications, spec)


def _check_traffic(run: dict[str, Any], engine: str) -> None:
    """Refuse traffic for so many replications that nothing is repeated, or that is not recorded."""
    shared, name = run["traffic_replications"], f"{SOURCE}: run.traffic_replications"
    if shared is None:
        return
    check_within(name, shared, 1, 100_000, "replications")
    if shared > run["replications"]:
        raise InputError(
            f"{name} = {shared} replications is above run.replications = {run['replications']}: "
            "nothing would be repeated"
        )
    if engine != "compiled":
        raise InputError(f"{name} = {shared}: only engine=compiled records traffic, not {engine}")


def _design(plain: dict[str, Any]) -> Design | None:
    """Make the design of a configuration, if it has one: of a method, or worlds drawn at random."""
    config = DesignConfig(**plain["design"])
    check_within(f"{SOURCE}: worlds", plain["worlds"], 0, 100_000, "worlds")
    if config.method in POINTLESS:
        return worlds(plain["worlds"], config.seed) if plain["worlds"] else None
    design = design_of(config)
    if plain["worlds"] and design.role == WORLD:
        raise InputError(
            f"{SOURCE}: worlds = {plain['worlds']} with design={config.method}: "
            "the design makes the worlds; give one"
        )
    return design


def _plain(config: DictConfig) -> dict[str, Any]:
    try:
        content = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    except OmegaConfBaseException as error:
        raise InputError(explain(error)) from None
    if not isinstance(content, dict):
        raise InputError(f"{SOURCE}: is not a mapping")
    plain = {str(key): value for key, value in content.items()}
    given = [
        f"{key}.{name}" if isinstance(value, dict) and key != "precision" else key
        for key, value in plain.items()
        for name in (value if isinstance(value, dict) else [""])
    ]
    names = [*catalogue(), *known_names()]
    for name in given:
        if name not in names:
            raise InputError.unknown("name", name, names, SOURCE)
    for name in names:
        if name not in given:
            raise InputError(f"{SOURCE}: {name} is missing")
    return plain


def _parameters(plain: dict[str, Any]) -> Parameters:
    if plain["adversary"] is not None:
        plain["smuggling"] = {**plain["smuggling"], "adversary": plain["adversary"]}
    rooms = {
        room.name: _room(room.type(**plain[room.name]))  # type: ignore[operator]
        for room in dataclasses.fields(Parameters)
    }
    parameters = Parameters(**rooms)
    check(parameters, SOURCE)
    return parameters


@functools.lru_cache(maxsize=1000)
def _room(values: Any) -> Any:
    """Give one object for equal values: thousands of points share most of their rooms."""
    return values


@functools.lru_cache(maxsize=8)
def _port_table(year: int, path: str | None, changed_ns: int) -> tuple[Ports, tuple[str, ...]]:
    """The port table, and what is to be said of it."""
    notes: list[str] = []
    return read_ports(year, Path(path) if path else None, notes), tuple(notes)


def _changed_ns(path: str | None) -> int:
    """When a file was last changed; 0 where there is none."""
    total = 0
    for file in (Path(path), traffic_beside(path)) if path else ():
        with contextlib.suppress(OSError):
            total += file.stat().st_mtime_ns
    return total


def _with_period(run: dict[str, Any], year: int | None) -> dict[str, Any]:
    """Complete the period of a run: its first day and its days.

    Without ``run.start`` it begins on 1 January of ``year``, or of 2005; without ``run.days`` and
    ``run.years`` it takes 365 days.
    """
    text = run["start"] or f"{year or BASE_YEAR}-01-01"
    try:
        start = datetime.date.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"{SOURCE}: run.start = {text!r} is not a date such as 2005-07-01"
        ) from None
    days, years = run["days"], run["years"]
    if years is not None:
        check_within(f"{SOURCE}: run.years", years, 1, MOST_YEARS, "years")
        whole = (_years_later(start, years) - start).days
        if days not in (None, whole):
            raise InputError(
                f"{SOURCE}: run.days = {days} days with run.years = {years} years: give one"
            )
        days = whole
    days = 365 if days is None else days
    check_within(f"{SOURCE}: run.days", days, 1, 366 * MOST_YEARS, "days")
    return {**run, "start": str(start), "days": days}


def years_apart(points: Sequence[Point], run: dict[str, Any]) -> tuple[Point, ...]:
    """Make a point of every calendar year of points of a whole period, named by the year.

    Each begins afresh with its own warm-up, so that they run side by side. Of a chronicle it has
    what was in force in the year. ``run`` is the room of that name of the configuration.

    Raises
    ------
    InputError
        If there are several scenarios, or traffic does not follow the dates.
    """
    if len({point.scenario.name for point in points}) > 1 or points[0].year is not None:
        raise InputError(
            f"{SOURCE}: run.apart = true takes one scenario and the traffic of its dates "
            "(no compare, no year)"
        )
    first = points[0].start
    end = first + datetime.timedelta(days=points[0].days)
    years = range(first.year, (end - datetime.timedelta(days=1)).year + 1)
    made: list[Point] = []
    for year in years:
        start = max(first, datetime.date(year, 1, 1))
        days = (min(end, datetime.date(year + 1, 1, 1)) - start).days
        for point in points:
            of_year = _within_dates(dataclasses.replace(point, start=start, days=days))
            scenario = dataclasses.replace(of_year.scenario, name=str(year))
            made.append(dataclasses.replace(of_year, scenario=scenario))
    return tuple(made)


def _within_dates(point: Point) -> Point:
    """Leave out of a chronicle what lies outside the dates of a run."""
    if not point.scenario.chronicle:
        return point
    first = moment(point.start)
    last = first + datetime.timedelta(days=point.days)
    kept = tuple(
        x
        for x in point.scenario.interventions
        if moment(x.start) < last and moment(x.end, last=True) > first
    )
    return dataclasses.replace(
        point, scenario=dataclasses.replace(point.scenario, interventions=kept)
    )


def _years_later(day: datetime.date, years: int) -> datetime.date:
    """Give the same day of a later year; 1 March for 29 February where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return datetime.date(day.year + years, 3, 1)


def _one_of(name: str, value: object, allowed: tuple[object, ...]) -> None:
    if value not in allowed:
        words = ", ".join(map(str, allowed))
        raise InputError(f"{SOURCE}: {name} = {value!r} is not one of {words}")


def _words(name: str, value: Any) -> list[str]:
    """Read a word or a list of words."""
    words = value if isinstance(value, list) else [value]
    # a name of digits, as 2011.yaml has, is a number to Hydra
    words = [str(word) if type(word) is int and word >= 0 else word for word in words]
    if not words or not all(isinstance(word, str) for word in words):
        raise InputError(f"{SOURCE}: {name} = {value!r} is not a name or a list of names")
    for word in words:
        if words.count(word) > 1:
            raise InputError(f"{SOURCE}: {name} names {word!r} twice")
    return words


def _kinds(base: Point, adversaries: Sequence[str]) -> set[str]:
    """Kinds of smuggler of a run: of its agents, and of its expectations."""
    return {base.parameters.smuggling.adversary, *base.smugglers, *adversaries}


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


def _smugglers(horizon: int, value: Any) -> tuple[str, ...]:
    """Read the kinds of smuggler that expectations are worked out for; none for a point's own."""
    words = _words("run.smugglers", value)
    known = catalogue()["smuggling.adversary"].metadata["choices"]
    for word in words:
        if word not in (*known, "all", "own"):
            raise InputError.unknown(
                "smuggler", word, (*known, "all", "own"), f"{SOURCE}: run.smugglers"
            )
    if words == ["own"]:
        return ()
    if not horizon:
        raise InputError(
            f"{SOURCE}: run.smugglers = {value!r} with run.horizon = 0 years: nothing is expected "
            "(run.horizon=10)"
        )
    return tuple(known) if words == ["all"] else tuple(dict.fromkeys(words))


def _ports(value: Any, table: Ports) -> tuple[str, ...]:
    words = _words("ports", value)
    ids = [str(port_id) for port_id in table.ids]
    if words == ["all"]:
        return tuple(sorted(ids))
    if words == ["official119"]:
        return tuple(sorted(str(port_id) for port_id in table.ids[table.in_119]))
    for word in words:
        if word in PORT_SETS:
            raise InputError(f"{SOURCE}: ports: {word} stands alone, ports={word}")
        if word not in ids:
            raise InputError.unknown("port", word, [*ids, *PORT_SETS], f"{SOURCE}: ports")
    return tuple(sorted(words))


def _scenarios(plain: dict[str, Any], parameters: Parameters) -> list[Scenario]:
    from sim.scenario.reading import FOLDER, read  # its libraries take a while, and help needs none

    given_folder = plain["study"]["scenarios"]
    folder = Path(given_folder) if given_folder else FOLDER

    def sized(word: str) -> Scenario:
        """Read a scenario, or with ``NAME*0.5`` half of it."""
        name, star, times = word.partition("*")
        if not star:
            return read(name, folder)
        try:
            size = float(times)
        except ValueError:
            raise InputError(
                f"{SOURCE}: {word!r}: {times!r} is no number of times, such as {name}*0.5"
            ) from None
        return read(name, folder).resized(size, parameters)

    def combined(name: str, value: Any) -> Scenario:
        parts = [sized(word) for word in _words(name, value)]
        return parts[0] if len(parts) == 1 else Scenario.combine(parts)

    if not plain["compare"]:
        return [combined("scenario", plain["scenario"])]
    if plain["scenario"] != BASELINE.name:
        raise InputError(
            f"{SOURCE}: scenario = {plain['scenario']!r} with compare or an experiment: give one"
        )
    against = [combined("compare", value) for value in plain["compare"]]
    named = [BASELINE.name, *(scenario.name for scenario in against)]
    for name in named:
        if named.count(name) > 1:
            raise InputError(
                f"{SOURCE}: compare names {name!r} twice (the baseline is always there)"
            )
    return [combined("scenario", BASELINE.name), *against]
