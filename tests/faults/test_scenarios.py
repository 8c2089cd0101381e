"""Scenario files that people bring: read as the schema says, or refused in one line, and soon."""

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.parameters import catalogue
from sim.scenario.intervention import MOST_CAD, MOST_INTERVENTIONS, OPERATIONS, Scenario
from sim.scenario.reading import read

PARAMETERS = ["primary.car_s", "staffing.officers_scale", "port", "market.demand_scale"]
VALUES = [
    0, 1, -1, 1.5, 1e308, "nan", ".nan", ".inf", "1e999", True, None, "yes", [6, 22], [22, 6], [1],
    {}, {"a": 1}, "2%", "0,02", "", "\u202e", [[[]]],
]  # fmt: skip
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "parameter": st.sampled_from([*PARAMETERS, *list(catalogue())[:20], "x", 7, None]),
    "operation": st.sampled_from([*OPERATIONS, "Set", "remove", None, 1]),
    "value": st.sampled_from(VALUES),
    "start": st.sampled_from(["2005-07-01", "2005-02-30", "1/2/2005", "2005-07-01T00:00Z", 5, []]),
    "end": st.sampled_from(["2005-01-01", "2006-01-01", "9999-12-31", {}]),
    "where": st.sampled_from(
        [{}, {"ports": ["sarnia"]}, {"ports": []}, {"ports": "sarnia"}, {"busiest": -1},
         {"busiest": 1.5}, {"places": ["x"]}, {"kinds": ["ROAD"]}, {"states": ["OH"]}, [], "x",
         {"below_travellers_per_day": ".inf"}]
    ),
    "ramp_days": st.sampled_from([0, -1, 1e9, ".nan", "7", None]),
    "programme": st.just("misspelt"),
}  # fmt: skip
INTERVENTIONS = st.lists(
    st.fixed_dictionaries(
        {"parameter": FIELDS["parameter"], "operation": FIELDS["operation"]},
        optional={name: FIELDS[name] for name in FIELDS if name not in ("parameter", "operation")},
    ),
    max_size=3,
)
MONEY = st.sampled_from([0, -1e3, 1e300, ".nan", ".inf", "1e999", "much", None])
COSTS = st.lists(
    st.fixed_dictionaries(
        {"what": st.sampled_from(["x", "", 3]), "cad_per_year": MONEY, "source": st.just("x"),
         "low": MONEY, "high": MONEY},
        optional={"cad_once": MONEY, "bearer": st.sampled_from(["canada", "nobody"])},
    ),
    max_size=2,
)  # fmt: skip


def flow(content: Any) -> str:
    """YAML of one line, with words as they were given and not quoted."""
    if isinstance(content, dict):
        return "{" + ", ".join(f"{key}: {flow(value)}" for key, value in content.items()) + "}"
    if isinstance(content, list):
        return "[" + ", ".join(map(flow, content)) + "]"
    return {None: "null", True: "true", False: "false", "": '""'}.get(content, str(content))


def refused(folder: Path, text: str | bytes, name: str = "mine") -> str:
    path = folder / f"{name}.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    try:
        check(read(name, folder))
    except InputError as error:
        line = str(error)
        assert name in line
        assert len(line.splitlines()) == 1, line
        assert len(line) < 700
        return line
    return ""


def check(scenario: Scenario) -> None:
    """What the schema promises, said once more in other words."""
    assert len(scenario.interventions) <= MOST_INTERVENTIONS
    for intervention in scenario.interventions:
        assert intervention.operation in OPERATIONS
        assert intervention.parameter in {*catalogue(), "port"}
        assert 0 <= intervention.ramp_days <= 36525
        if isinstance(intervention.value, float):
            assert math.isfinite(intervention.value)
        if intervention.start and intervention.end:
            assert str(intervention.start) < str(intervention.end)
    for cost in scenario.costs:
        assert cost.low <= cost.cad_per_year <= cost.high
        assert max(abs(cost.low), abs(cost.high), abs(cost.cad_once)) <= MOST_CAD


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(interventions=INTERVENTIONS, costs=COSTS)
def test_any_fields_are_read_or_refused(
    tmp_path: Path, interventions: list[Any], costs: list[Any]
) -> None:
    lines = ["title: x", "source: x", f"interventions: {flow(interventions)}"]
    refused(tmp_path, "\n".join([*lines, f"costs: {flow(costs)}" if costs else "", ""]))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_any_text_is_refused(tmp_path: Path, content: str | bytes) -> None:
    assert refused(tmp_path, content)


DEEP = "[" * 10_000
BOMB = "".join(f"  - &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]\n" for n in range(9))
CLOSE = "{parameter: port, operation: close, where: {ports: [sarnia]}}"
HUGE = {
    "title: x\nsource: x\ninterventions: " + DEEP: "",
    f"title:\n{BOMB}": "alias",
    f"title: x\nsource: x\ninterventions: [{', '.join([CLOSE] * 1_500)}]": "above 500",
    "title: " + "x" * 2_000_000: "is larger than",
    "title: &a [*a]": "alias",
    "!!python/object/apply:os.system [echo]": "",
}


@pytest.mark.parametrize("text", HUGE, ids=range(len(HUGE)))
def test_what_grows_without_bound_is_refused_at_once(tmp_path: Path, text: str) -> None:
    line = refused(tmp_path, text)
    assert line
    assert HUGE[text] in line or "larger than" in line


@pytest.mark.parametrize(
    ("name", "file", "words"),
    [
        ("my-scenario", "my-scenario.yaml", "small letters a-z, digits and _"),
        ("null", "null.yaml", "mean nothing else on the command line"),
        ("1e5", "1e5.yaml", "mean nothing else on the command line"),
        ("1_000", "1_000.yaml", "mean nothing else on the command line"),
        ("Mine", "Mine.yaml", "to mine.yaml say"),
        ("scénario", "scénario.yaml", "to scenario.yaml say"),
        ("short", "short.yml", "end with .yaml"),
        ("absent", "other.yaml", "unknown scenario 'absent'"),
        ("../secret", "other.yaml", "names of scenarios have"),
        ("baseline", "baseline.yaml", "the baseline has no interventions"),
    ],
)
def test_a_file_that_is_there_is_never_unknown(
    tmp_path: Path, name: str, file: str, words: str
) -> None:
    text = (
        "title: x\nsource: x\ninterventions: [{parameter: primary.car_s, operation: set, value: 9}]"
    )
    (tmp_path / file).write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read(name, tmp_path)
    assert words in str(error.value)
    assert f"did you mean {name}" not in str(error.value)


def test_files_that_name_each_other_in_pairs_are_refused_at_once(tmp_path: Path) -> None:
    for level in range(30):
        for side in "ab":
            combines = f"combines: [a{level + 1}, b{level + 1}]" if level < 29 else ""
            file = tmp_path / f"{side}{level}.yaml"
            file.write_text(f"title: x\nsource: x\n{combines}\n", encoding="utf-8")
    with pytest.raises(InputError, match="combines: a29 is given twice"):
        read("a0", tmp_path)
