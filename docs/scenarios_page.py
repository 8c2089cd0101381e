"""The page of scenarios, from ``scenarios/*.yaml`` and the levers of ``docs/levers.csv``."""

import csv
import datetime
import re
from pathlib import Path

from docs.markdown import anchor, plain, table
from sim.parameters import catalogue
from sim.scenario.intervention import (
    BASELINE,
    GRADES,
    PORT,
    Cost,
    Intervention,
    Moment,
    Scenario,
    Where,
)
from sim.scenario.reading import names, read

ROOT = Path(__file__).resolve().parent.parent
LEVERS = Path(__file__).with_name("levers.csv")
CARRIED_OUT = {"canada": "Canada", "united_states": "the United States", "both": "both countries"}

INTRODUCTION = """\
# Scenarios

Written by `python -m docs` from `scenarios/*.yaml` and `docs/levers.csv`; do not edit it here.

A scenario is a file of data: what changes, where, when and by how much, what it costs, and the
effect expected before it was run. It changes quantities such as officers, minutes or rates; it
cannot set an outcome. "000 ¶10" is paragraph 10 of source document 000 (the documents are named
in the [data dictionary](../sim/data/README.md#source)). *Evidence* grades the size of the lever,
not of the effect, from 1 to 4: assumed; part measured, part assumed; measured elsewhere or computed
from measured quantities; measured at this border. *Tests* names the tests of behaviour that
use the scenario; [`tests/pipeline/test_scenarios.py`](../tests/pipeline/test_scenarios.py) reads
and checks every file.
"""


def scenarios_page() -> str:
    """The whole page."""
    with LEVERS.open(encoding="utf-8", newline="") as file:
        levers = list(csv.DictReader(file))
    built = {name: read(name) for name in names()}
    numbers = {lever["name"]: lever["number"] for lever in levers}
    rows = [_coverage(lever, built) for lever in levers]
    there = sum(lever["name"] in built for lever in levers)
    others = [name for name in built if name not in numbers]
    lines = [
        INTRODUCTION,
        "## The proposals",
        "",
        f"{there} of the {len(levers)} levers have a file.",
        "",
        *table(("no.", "proposal", "source", "what it changes", "file"), rows),
        "",
    ]
    for name in [*sorted(set(built) & set(numbers), key=lambda one: int(numbers[one])), *others]:
        lines += _section(built[name], numbers.get(name, ""))
    return "\n".join(lines)


def _coverage(lever: dict[str, str], built: dict[str, Scenario]) -> tuple[str, ...]:
    name = lever["name"]
    file = f"[`{name}`](#{anchor(heading(built[name]))})" if name in built else "not built"
    return lever["number"], lever["title"], lever["source"], lever["changes"], file


def heading(scenario: Scenario) -> str:
    """Heading of a scenario's section."""
    return f"{scenario.name}: {scenario.title}"


def _section(scenario: Scenario, number: str) -> list[str]:
    kind = f"Number {number}." if number else "Not one of the thirty proposals."
    if scenario.bound:
        kind += " An upper bound, not a policy."
    if scenario.name != BASELINE.name:
        kind += f" Aim: {scenario.aim.replace('_', ' ')}."
    if scenario.actor:
        kind += f" Carried out by: {CARRIED_OUT[scenario.actor]}."
    if scenario.evidence:
        kind += f" Evidence for the size of its lever: {scenario.evidence} of {GRADES[-1]}."
    tests = held_by(scenario.name)
    lines = [
        f"## {heading(scenario)}",
        "",
        f"{kind} Source: {scenario.source}. {scenario.summary}",
        "",
        f"*Expected:* {scenario.expected}.",
        "",
    ]
    if scenario.interventions:
        rows = [_change(one) for one in scenario.interventions]
        lines += [*table(("quantity", "baseline", "change", "where", "when"), rows), ""]
    if scenario.costs:
        rows = [_cost(one) for one in scenario.costs]
        head = ("cost", "CAD a year", "range", "CAD once", "borne by", "source")
        lines += [*table(head, rows), ""]
    return [*lines, f"*Tests:* {', '.join(tests) if tests else 'no test yet'}.", ""]


def _change(one: Intervention) -> tuple[str, ...]:
    until = f", until {_date(one.end)}" if one.end else ""
    when = f"from {_date(one.start)}{until}" if one.start else f"throughout{until}"
    when += f", growing over {plain(one.ramp_days)} days" if one.ramp_days else ""
    if one.parameter == PORT:
        hours = one.value if isinstance(one.value, tuple) else ()
        words = f"open {plain(hours[0])} to {plain(hours[1])} h" if hours else "closed"
        words += f" to {one.value}" if isinstance(one.value, str) else ""
        return "opening", "as in the port table", words, _where(one.where), when
    field = catalogue()[one.parameter]
    unit = field.metadata["unit"]
    words = {"set": "", "scale": "times ", "add": "plus "}[one.operation]
    measure = "" if one.operation == "scale" or not unit else f" {unit}"
    return (
        f"`{one.parameter}`",
        f"{plain(field.default)} {unit}".strip(),
        f"{words}{plain(one.value)}{measure}",
        _where(one.where),
        when,
    )


def _date(when: Moment) -> str:
    return f"{when:%Y-%m-%d %H:%M}" if isinstance(when, datetime.datetime) else str(when)


def _where(where: Where) -> str:
    words = []
    if where.busiest or where.quietest:
        words.append(f"the {where.busiest or where.quietest} "
                     f"{'busiest' if where.busiest else 'quietest'}")  # fmt: skip
    lists = (where.ports, where.provinces, where.regions, where.kinds)
    words += [", ".join(listed) for listed in lists if listed]
    if where.one_officer is not None:
        words.append("one-officer ports" if where.one_officer else "ports of more officers")
    if where.below_travellers_per_day is not None:
        words.append(f"below {plain(where.below_travellers_per_day)} travellers a day")
    return "; ".join(words) or "everywhere"


def _cost(one: Cost) -> tuple[str, ...]:
    return (
        one.what,
        plain(one.cad_per_year),
        f"{plain(one.low)} to {plain(one.high)}",
        plain(one.cad_once) if one.cad_once else "",
        one.bearer.replace("_", " "),
        one.source,
    )


def held_by(name: str) -> list[str]:
    """Links to the tests of behaviour, and to their table of signs, that name a scenario."""
    folder = ROOT / "tests" / "behaviour"
    found = []
    for path in sorted([*folder.glob("*.yaml"), *folder.rglob("test_*.py")]):
        if re.search(rf"\b{name}\b", path.read_text(encoding="utf-8")):
            place = path.relative_to(ROOT).as_posix()
            found.append(f"[`{place}`](../{place})")
    return found
