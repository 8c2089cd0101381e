"""``border.run``: a study from Python, with the settings of the command line."""

import datetime
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from border.extending import ports_table, temporarily
from border.study import Study, read
from sim.errors import InputError
from sim.scenario.intervention import Scenario

if TYPE_CHECKING:
    from sim.model.smuggling.adversary import Adversary
    from sim.results.schema import Metric
    from sim.study.spec import StudySpec

POOL_FROM = 20_000
"""Days of ports in all replications from which several processes are worth their start."""


def run(
    *proposals: "str | Scenario | Sequence[str]",
    ports: str | Sequence[str] = "all",
    days: int | None = None,
    start: datetime.date | str | None = None,
    replications: int | None = None,
    experiment: str | None = None,
    adversary: "str | type[Adversary] | None" = None,
    metrics: "Mapping[str, Metric] | None" = None,
    folder: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    quiet: bool = False,
) -> Study:
    """Simulate proposals against the baseline, and return the results.

    Replications that are in the results folder already are not simulated again.

    Parameters
    ----------
    *proposals : str, Scenario or sequence of str
        Names of scenarios (``border run --help``), scenarios of your own, or several names to be
        simulated together; none for the baseline alone.
    ports : str or sequence of str
        Port ids; "all", "official119", or a province or region such as "ON" or "Ontario".
    days, replications : int, optional
        Length of the run, and number of replications; those of the configuration by default.
    start : date or str, optional
        First day, as 2005-07-04.
    experiment : str, optional
        A named study (``conf/experiment``) to start from.
    adversary : str or subclass of Adversary, optional
        How smugglers decide.
    metrics : mapping of Metric, optional
        Further metrics by name.
    folder : path, optional
        Results folder; one below ``runs`` by default.
    settings : mapping, optional
        Any other setting by its dotted name: ``{"inspection.selective_share": 0.02}``.
    quiet : bool
        Whether to say nothing on the way.

    Raises
    ------
    InputError
        With field, value, bound and unit in one line.
    RuntimeError
        If replications failed, or a law that always holds was broken.
    """
    own: dict[str, dict[str, Any]] = {"scenarios": {}, "adversaries": {}, "metrics": {}}
    compared: list[str | Sequence[str]] = []
    for proposal in proposals:
        if isinstance(proposal, Scenario):
            own["scenarios"][proposal.name] = proposal
            compared.append(proposal.name)
        else:
            compared.append(proposal)
    if settings is not None and not isinstance(settings, Mapping):
        raise InputError(f"settings = {settings!r} is not a mapping of names to values")
    if isinstance(adversary, type):
        own["adversaries"][adversary.__name__.lower()] = adversary
        adversary = adversary.__name__.lower()
    own["metrics"].update(metrics or {})
    given = {
        "compare": compared or None,
        "ports": _ports(ports),
        "run.days": days,
        "run.start": None if start is None else str(start).removesuffix(" 00:00:00"),
        "run.replications": replications,
        "experiment": experiment,
        "adversary": adversary,
        "study.dir": None if folder is None else str(folder),
    }
    if experiment is not None and isinstance(ports, str) and ports == "all":
        del given["ports"]
    words = [_word(name, value) for name, value in given.items() if value is not None]
    words += [_word(name, value) for name, value in (settings or {}).items()]
    table = ports_table()
    if table is not None and "study.ports_table" not in (settings or {}):
        words.append(_word("study.ports_table", str(table)))
    with temporarily(own):
        return _run(words, own_execution="execution" in (settings or {}), quiet=quiet)


def _run(words: list[str], *, own_execution: bool, quiet: bool) -> Study:
    from analysis.tables import write_tables
    from sim.config.command_line import compose
    from sim.extensions import in_this_process
    from sim.progress import Progress
    from sim.study.run import run_study

    command_line = compose(words)
    if not own_execution:
        (spec,) = command_line.specs
        if in_this_process() or _port_days(spec) < POOL_FROM:
            command_line = compose([*words, "execution=serial"])
    base = command_line.in_folders(_nothing if quiet else _say)
    (spec,) = command_line.specs
    ended = run_study([spec], base, Progress(_nothing if quiet else _say))
    if ended.failures:
        raise RuntimeError(f"{ended.failures[0]}; {base / 'failures.log'} says where")
    if ended.broken:
        raise RuntimeError(str(ended.broken[0]))
    study = read(spec.folder)
    write_tables(study.results)
    return study


def _port_days(spec: "StudySpec") -> int:
    return sum(len(point.ports) * point.days * count for point, count in spec.runs())


def _ports(ports: str | Sequence[str]) -> str | list[str]:
    """Ids of ports; a province or region stands for all its ports."""
    if isinstance(ports, str) or not isinstance(ports, Iterable):
        ports = [str(ports)]
    words = [str(word) for word in ports]
    if words in (["all"], ["official119"]):
        return words[0]
    from sim.places.ports import read_ports

    table = read_ports(2005, ports_table())
    ids: list[str] = []
    for word in words:
        chosen = (table.province == word.upper()) | (table.region == word.capitalize())
        ids += [str(port_id) for port_id in table.ids[chosen]] if chosen.any() else [word]
    return ids


def _word(name: str, value: Any) -> str:
    """A setting as a word of the command line, quoted so that it is read as it is."""
    if not str(name).replace(".", "_").isidentifier():
        raise InputError(f"settings: {name!r} is not the name of a setting")
    return f"{name}={_text(value)}"


def _text(value: Any) -> str:
    if hasattr(value, "tolist"):  # numbers and arrays of NumPy and pandas
        value = value.tolist()
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{name}:{_text(one)}" for name, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_text(one) for one in value) + "]"
    text = str(value)
    if text.replace("_", "").replace("-", "").isalnum() and text.isascii():
        return text
    before_quote = text.replace("\\", "\\\\") if text.endswith("\\") else text
    return "'" + before_quote.replace("'", "\\'").replace("${", "\\${") + "'"


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _nothing(line: str) -> None:
    """Say nothing."""
