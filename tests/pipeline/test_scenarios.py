"""Every file of scenarios/ is read, complete and feasible because it exists."""

import datetime
import os
import re
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.parameters import Parameters
from sim.places.ports import read_ports
from sim.replication import run_border
from sim.scenario.intervention import Intervention, Scenario, Where, moment
from sim.scenario.point import Point, check_point
from sim.scenario.reading import FOLDER, dumped, names, parsed, read

TABLE = read_ports(2005)
NATURAL_EXPERIMENTS = (
    "border_closed_2020",
    "boycott_2025",
    "history",
    "ports_closed_2011",
    "work_to_rule_2021",
)


def point(scenario: Scenario, ports: tuple[str, ...] = ("sarnia",), days: int = 365) -> Point:
    """A run of a year that the scenario's dates fall into."""
    starts = [one.start for one in scenario.interventions if one.start is not None]
    start = max([datetime.date(2005, 1, 1), *(moment(one).date() for one in starts)])
    return Point(Parameters(), scenario, ports, 2005, start, days, 1, "compiled")


@pytest.mark.parametrize("name", names())
def test_every_scenario_can_be_run_and_says_why_and_what_is_expected(name: str) -> None:
    scenario = read(name)
    assert scenario.name == name
    for text in (scenario.title, scenario.source, scenario.summary, scenario.expected):
        assert text
    if name != "baseline":
        assert scenario.interventions
        assert "\naim: " in (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    check_point(point(scenario), TABLE)


@pytest.mark.parametrize("name", sorted({*names()} - {"baseline", *NATURAL_EXPERIMENTS}))
def test_every_proposal_says_what_is_evidence_and_what_is_assumed(name: str) -> None:
    summary = read(name).summary.lower()
    assert "evidence" in summary
    assert "assum" in summary


def test_the_cited_facts_are_in_the_fact_table() -> None:
    facts = (FOLDER.parent / "sim/data/source/facts.csv").read_text(encoding="utf-8")
    known = set(re.findall(r"^([A-Z]\d{3}),", facts, flags=re.MULTILINE))
    for name in names():
        cited = re.findall(r"\b[A-Z]\d{3}\b", (FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
        assert set(cited) <= known, name


def write(folder: Path, text: str) -> Path:
    (folder / "mine.yaml").write_text("title: Mine\nsource: assumed\n" + text, encoding="utf-8")
    return folder


def test_a_scenario_of_ones_own_is_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
interventions:
  - parameter: port
    operation: hours
    value: [8, 16]
    where: {one_officer: true, provinces: [QC, NB]}
    start: "2005-03-01 06:00"
    end: 2005-09-01
  - {parameter: smuggling.adversary, operation: set, value: static}
costs:
  - {what: pay, cad_per_year: 2, low: 1, high: 3, source: assumed}
""",
    )
    scenario = read("mine", tmp_path)
    hours, adversary = scenario.interventions
    assert hours.value == (8.0, 16.0)
    assert hours.start == datetime.datetime(2005, 3, 1, 6)
    assert hours.where.provinces == ("QC", "NB")
    assert adversary.value == "static"
    assert scenario.costs[0].low == 1.0


ONE = "interventions: [{parameter: inspection.selective_share, operation: set, "


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colour: red", "unknown field colour"),
        ("tilte: x", "unknown field tilte; did you mean title"),
        ("title: again", "line 3: .*duplicate key .title."),
        ("aim: guns", "aim = 'guns' is not one of firearms, flow, other_contraband"),
        ("bound: 3", "bound = 3 is not true or false"),
        ("costs: 3", "costs = 3 is not a list"),
        ("costs: [{what: x}]", r"field costs\[0\]\.cad_per_year is missing"),
        ("interventions: [3]", r"interventions\[0\] = 3 is not a mapping"),
        (ONE + "value: much}]", "value 'much' is not a number"),
        (ONE + "}]", r"field interventions\[0\]\.value is missing"),
        (ONE + "value: 0.1, where: {busiest: some}}]", "where.busiest = 'some' is not a whole"),
        (
            ONE + "value: 0.1, where: {port: [x]}}]",
            r"field interventions\[0\]\.where\.port; did",
        ),
        (ONE + "value: 0.1, start: soon}]", "start = 'soon' is not a date"),
        (ONE + "value: 0.1, start: 2005-02-30}]", "line 3: 2005-02-30: day is out of range"),
        (ONE + "value: 0.1, start: 2005-02-03 06:00:00-05:00}]", "names a time zone"),
        (ONE + "value: 0.1, start: 2005-05-01, end: 2005-04-01}]", "is not after start"),
        ('title2: !!python/object/apply:os.system ["true"]', "could not determine a constructor"),
        ("a: [1", "line "),
        ("combines: &a [x]\nsummary: *a", r"line 4: alias \*a"),
        ("summary: " + "[" * 50 + "]" * 50, "maximum depth"),
        ("summary: [" + "x, " * 5_000 + "]", r"summary = \['x', .*\.\.\. is not text"),
        ("bound: yes", "bound = 'yes' is not true or false"),
        ("1: x", "unknown field 1"),
        ("--- 2", "line 3: .*another document"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as refused:
        read("mine", write(tmp_path, text))
    assert str(refused.value).startswith("mine.yaml: ")
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


def test_words_are_those_of_yaml_1_2(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("title: ON\nsource: no", encoding="utf-8")
    scenario = read("mine", tmp_path)
    assert (scenario.title, scenario.source) == ("ON", "no")
    (tmp_path / "mine.yaml").write_text("%YAML 1.1\n---\ntitle: x\nsource: x", encoding="utf-8")
    with pytest.raises(InputError, match="a directive"):
        read("mine", tmp_path)


def test_a_pipe_and_a_large_file_are_refused_unread(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(InputError, match=r"pipe\.yaml: is not a regular file"):
        read("pipe", tmp_path)
    (tmp_path / "large.yaml").write_text("#" * 1_000_001, encoding="utf-8")
    with pytest.raises(InputError, match=r"large\.yaml: is larger than 200000 bytes"):
        read("large", tmp_path)


@pytest.mark.parametrize("text", ["1e5", "ON", "2005-07-01", "true", "~", "07", "a: b", "é # x"])
def test_a_text_is_written_so_that_it_is_read_as_text(text: str) -> None:
    assert parsed(dumped({"title": text})) == {"title": text}


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("title: Mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.yaml: field source is missing"):
        read("mine", tmp_path)


def test_interventions_that_overlap_in_one_file_are_both_named(tmp_path: Path) -> None:
    text = ONE + "value: 0.1}, {parameter: inspection.selective_share, operation: set, value: 0.1}]"
    with pytest.raises(InputError, match=r"overlap: set .* = 0\.1; set .* = 0\.1"):
        read("mine", write(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("interventions: [{parameter: port, operation: close}]", "closes all 1 selected ports"),
        (
            "interventions: [{parameter: port, operation: close, where: {ports: [sarna]}}]",
            "unknown port 'sarna'; did you mean sarnia",
        ),
        (
            "interventions: [{parameter: port, operation: close, where: {regions: [East]}}]",
            "unknown region 'East'",
        ),
        (
            "interventions: [{parameter: port, operation: close, where: "
            "{provinces: [ON], regions: [Quebec]}}]",
            "selects none of the 139 ports",
        ),
        (
            "interventions: [{parameter: staffing.officers_scale, operation: set, value: 0}]",
            "leaves no officer at any port",
        ),
        (ONE + "value: 0.1, end: 2004-01-01}]", "is never in force in the run"),
        (ONE + "value: 7}]", "= 7 is above 1 share"),
    ],
)
def test_what_cannot_be_run_is_refused(tmp_path: Path, text: str, words: str) -> None:
    scenario = read("mine", write(tmp_path, text))
    with pytest.raises(InputError, match=words):
        check_point(point(scenario), TABLE)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            Intervention("inspection.selective_share", "set", 7.0),
            "scenario mine: set inspection.selective_share = 7.0: "
            "inspection.selective_share = 7.0 is above 1 share",
        ),
        (
            Intervention("inspection.selective_share", "set", 0.1, Where(ports=("sarnai",))),
            "scenario mine: set inspection.selective_share = 0.1: where.ports: "
            "unknown port 'sarnai'; did you mean sarnia?",
        ),
        (
            Intervention("smuggling.acquisition_cad", "scale", 2.0, Where(states=("bavaria",))),
            "unknown state 'bavaria'",
        ),
    ],
)
def test_a_scenario_made_in_python_is_refused_before_it_runs(
    change: Intervention, words: str
) -> None:
    with pytest.raises(InputError) as refusal:
        run_border(point(Scenario("mine", interventions=(change,)), days=1), 0)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_ports_that_are_all_closed_leave_nowhere_to_go(tmp_path: Path) -> None:
    text = "interventions: [{parameter: port, operation: close, end: 2005-01-05}]"
    with pytest.raises(InputError, match="its cars have nowhere to go"):
        check_point(point(read("mine", write(tmp_path, text))), TABLE)


def named(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.yaml").write_text(f'title: {name}\nsource: "000"\n{text}\n', "utf-8")


def test_a_combination_has_the_changes_and_costs_of_its_parts(tmp_path: Path) -> None:
    cost = "costs: [{what: pay, cad_per_year: 2, low: 1, high: 3, source: assumed}]\n"
    named(tmp_path, "one", cost + ONE + "value: 0.1}]")
    named(tmp_path, "two", "interventions: [{parameter: port, operation: close}]")
    named(tmp_path, "both", cost + "aim: flow\ncombines: [one, two]")
    both = read("both", tmp_path)
    assert both.interventions == (
        *read("one", tmp_path).interventions,
        *read("two", tmp_path).interventions,
    )
    assert len(both.costs) == 2
    assert both.aim == "flow"


def test_several_scenarios_together_aim_at_what_all_aim_at() -> None:
    waiting, guns = read("nexus_expansion"), read("more_searches")
    assert Scenario.combine([waiting, read("fast_expansion")]).aim == "flow"
    assert Scenario.combine([waiting, guns]).aim == Scenario("one").aim == "firearms"


def test_every_shipped_scenario_says_who_acts_and_how_well_its_lever_is_known() -> None:
    for name in names():
        scenario = read(name)
        assert name == "baseline" or (scenario.actor and scenario.evidence), name


def test_together_both_act_and_the_weakest_part_is_the_evidence() -> None:
    together = Scenario.combine([read("stateside_pressure"), read("better_training")])
    assert (together.actor, together.evidence) == ("both", 1)
    assert Scenario.combine([read("more_officers")] * 2).actor == "canada"


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("actor: mexico", "actor = 'mexico' is not one of canada, united_states, both"),
        ("evidence: 5", "evidence = 5 is not a grade from 1 to 4"),
    ],
)
def test_an_actor_or_a_grade_that_is_none_is_refused(
    tmp_path: Path, field: str, words: str
) -> None:
    named(tmp_path, "mine", f"{field}\n{ONE}value: 0.1}}]")
    with pytest.raises(InputError, match=words):
        read("mine", tmp_path)


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ("combines: [two]", r"two\.yaml: combines: a circle: mine > two > mine"),
        ("combines: [mine]", "combines: a circle: mine > mine"),
        ("combines: [three, three]", "combines: three is given twice"),
        ("combines: [three]\n" + ONE + "value: 0.2}]", "contradiction"),
        ("combines: [four]", "unknown scenario 'four'"),
    ],
)
def test_a_combination_that_cannot_be_is_refused(tmp_path: Path, own: str, words: str) -> None:
    named(tmp_path, "mine", own)
    named(tmp_path, "two", "combines: [mine]")
    named(tmp_path, "three", ONE + "value: 0.1}]")
    with pytest.raises(InputError, match=words) as refused:
        read("mine", tmp_path)
    assert str(refused.value).startswith("mine.yaml: ")
    assert "\n" not in str(refused.value)
