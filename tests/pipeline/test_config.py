"""Every file of conf/ composes because it exists, and composed values become parameters."""

import dataclasses
import itertools
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir

from sim.config.reading import spec_of, without_hydra
from sim.config.schema import CONF, GROUPS_WITH_DEFAULT, register
from sim.errors import InputError
from sim.parameters import Parameters, catalogue
from sim.study.spec import StudySpec, configuration_hash

GROUPS = [
    "traffic",
    "inspection",
    "staffing",
    "smuggling",
    "contraband",
    "intelligence",
    "patrol",
    "market",
    "supply",
    "design",
    "engine",
    "execution",
]
CHOICES = [
    *((group, "default") for group in GROUPS_WITH_DEFAULT),
    *((group, path.stem) for group in GROUPS for path in sorted((CONF / group).glob("*.yaml"))),
]
EXPERIMENTS = sorted(path.stem for path in (CONF / "experiment").glob("*.yaml"))


def settings(*overrides: str, experiment: str | None = None) -> StudySpec:
    register()
    chosen = [f"experiment={experiment}"] if experiment else []
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return spec_of(without_hydra(compose("run", [*chosen, *overrides])), experiment)


def test_every_folder_of_conf_is_a_group_that_is_tried() -> None:
    folders = {path.name for path in CONF.iterdir() if path.is_dir()}
    assert folders - {"local", "experiment"} | {*GROUPS_WITH_DEFAULT} == {*GROUPS}


def test_nothing_given_is_the_baseline_of_the_whole_border_for_a_year() -> None:
    spec = settings()
    (point,) = spec.points
    assert point.parameters == Parameters()
    assert (len(point.ports), point.days, str(point.start)) == (139, 365, "2005-01-01")
    assert (point.scenario.name, point.engine) == ("baseline", "compiled")
    assert spec.execution.kind == "pool"
    assert spec.folder == Path("runs/baseline")
    assert spec.execution.workers >= 1


@pytest.mark.parametrize(("group", "choice"), CHOICES)
def test_every_choice_of_a_group_composes(group: str, choice: str) -> None:
    array = ["execution.index=3", "execution.count=20"] if choice == "array" else []
    vary = "design.vary=[inspection.selective_share]"
    pair = ["compare=[more_searches,better_training]"] if choice == "mixes" else []
    assert settings(f"{group}={choice}", vary, *array, *pair).points


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_every_experiment_composes(experiment: str) -> None:
    worlds = ["worlds=2"] if experiment == "proposals_full" else []  # 64 take half a minute
    spec = settings(*worlds, experiment=experiment)
    assert spec.name == experiment
    assert spec.folder == Path("runs") / experiment
    first = "1996" if experiment == "history" else "baseline"
    assert spec.points[0].scenario.name == first
    lines = (CONF / "experiment" / f"{experiment}.yaml").read_text().splitlines()
    assert f"# python -m sim experiment={experiment}" in lines


def test_the_headline_compares_all_proposals_with_the_baseline() -> None:
    points = settings(experiment="headline").points
    names = [point.scenario.name for point in points]
    assert len(names) == len(set(names)) == 31
    assert names[-1] == "search_every_vehicle"
    assert {point.parameters.smuggling.adversary for point in points} == {"quantal_response"}


def test_every_proposal_meets_every_kind_of_smuggler() -> None:
    headline = {point.scenario.name for point in settings(experiment="headline").points}
    met = [
        (point.scenario.name, point.parameters.smuggling.adversary)
        for point in settings(experiment="proposals").points
    ]
    kinds = catalogue()["smuggling.adversary"].metadata["choices"]
    assert len(kinds) == 5
    assert sorted(met) == sorted(itertools.product(headline, kinds))


def test_every_parameter_is_reachable_by_its_name() -> None:
    given = [f"{name}={field.default}" for name, field in catalogue().items()]
    (point,) = settings(*given).points
    assert point.parameters == Parameters()


def test_a_parameter_is_changed_and_nothing_else() -> None:
    (point,) = settings("inspection.selective_share=0.02").points
    expected = dataclasses.replace(Parameters().inspection, selective_share=0.02)
    assert point.parameters == dataclasses.replace(Parameters(), inspection=expected)


def test_a_choice_of_a_group_changes_its_parameters() -> None:
    (point,) = settings("smuggling=static").points
    assert point.parameters.smuggling.adversary == "static"


def test_the_adversary_has_a_short_name() -> None:
    (point,) = settings("adversary=static").points
    assert point.parameters.smuggling.adversary == "static"


@pytest.mark.parametrize(
    ("given", "ports"),
    [
        ("ports=sarnia", ("sarnia",)),
        ("ports=[sarnia,aden]", ("aden", "sarnia")),
        ("ports=[all]", None),
        ("ports=official119", None),
    ],
)
def test_ports_are_one_id_several_or_a_set(given: str, ports: tuple[str, ...] | None) -> None:
    (point,) = settings(given).points
    assert point.ports == (ports or point.ports)
    assert len(point.ports) == {"ports=[all]": 139, "ports=official119": 119}.get(
        given, len(ports or ())
    )


def test_scenarios_combine() -> None:
    spec = settings("scenario=[more_officers,more_searches]")
    (point,) = spec.points
    assert point.scenario.name == spec.name == "more_officers+more_searches"
    assert len(point.scenario.interventions) == 4


def test_compare_takes_scenarios_and_combinations() -> None:
    spec = settings("compare=[more_officers,[more_officers,more_searches]]")
    assert [point.scenario.name for point in spec.points] == [
        "baseline",
        "more_officers",
        "more_officers+more_searches",
    ]


def test_any_period_of_the_data_can_be_run() -> None:
    point = settings("run.start=1998-07-01", "run.years=3").points[0]
    assert (point.year, point.table_year, point.days) == (None, 1998, 366 + 2 * 365)
    leap = settings("run.start=2024-02-29", "run.days=1").points[0]
    assert (leap.start.isoformat(), leap.days) == ("2024-02-29", 1)
    plain = settings().points[0]
    assert (plain.start.isoformat(), plain.days, plain.year) == ("2005-01-01", 365, None)
    assert settings("year=2019").points[0].start.isoformat() == "2019-01-01"
    with pytest.raises(InputError, match=r"run\.days = 3 days with run\.years = 2 years: give one"):
        settings("run.years=2", "run.days=3")
    with pytest.raises(InputError, match="have no traffic data"):
        settings("ports=[big-beaver]", "run.start=2015-01-01")


def test_years_of_a_chronicle_run_apart() -> None:
    words = ["experiment=history", "run.start=2006-07-01", "run.years=2"]
    points = settings(*words).points
    assert [p.scenario.name for p in points] == ["2006", "2007", "2008"]
    assert [str(p.start) for p in points] == ["2006-07-01", "2007-01-01", "2008-01-01"]
    assert sum(p.days for p in points) == 365 + 366
    named = [{x.program for x in p.scenario.interventions} for p in points]
    assert named[0] == set()
    assert {"exemption of 2007 (D023)", "arming (A045, A046)"} <= named[1] & named[2]
    with pytest.raises(InputError, match=r"run\.apart = true takes one scenario"):
        settings(*words, "year=2005")


def test_the_hash_is_that_of_what_decides_the_results() -> None:
    def digest(*overrides: str) -> str:
        return configuration_hash(settings(*overrides))

    assert digest() == digest("execution=serial", "study.dir=elsewhere")
    assert digest() != digest("run.seed=2")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("run.days=0", "run.days = 0 is below 1 days"),
        ("run.replications=0", "run.replications = 0 is below 1"),
        ("run.seed=-1", "run.seed = -1 is below 0"),
        ("run.start=2005-02-30", "run.start = '2005-02-30' is not a date"),
        ("year=1990", "year = 1990 is below 1996"),
        ("run.start=1995-12-01", "is not within the traffic data, 1996-01-01 to 2025-02-28"),
        ("run.start=2024-06-01", "is not within the traffic data"),
        ("run.years=0", "run.years = 0 is below 1 years"),
        ("traffic.holidays=DE", "traffic.holidays = 'DE' is not one of CA"),
        ("ports=sarna", "unknown port 'sarna'; did you mean sarnia"),
        ("ports=[]", "ports = .* is not a name or a list"),
        ("ports=[aden,aden]", "names 'aden' twice"),
        ("scenario=more_oficers", "unknown scenario 'more_oficers'; did you mean more_officers"),
        ("scenario=3", "unknown scenario '3'"),
        ("scenario=../run", "names of scenarios have small letters"),
        ("compare=[baseline]", "names 'baseline' twice"),
        ("inspection.selective_share=1.5", r"selective_share = 1\.5 is above 1 share"),
        ("inspection.selective_share=nan", "selective_share = nan"),
        ("adversary=clever", "adversary = 'clever' is not one of static"),
        ("smuggling.rationality=-1", r"smuggling\.rationality = -1(\.0)? is below 0 1/utility"),
        ("smuggling.news_share=2", r"smuggling\.news_share = 2(\.0)? is above 1 share"),
        ("patrol.post_loss=-0.1", r"patrol\.post_loss = -0\.1 is below 0 share"),
        (
            "smuggling.between_ports_share=0.99",
            r"between_ports_share \+ post_share \+ air_share = 1\.0\d+ is above 1 share",
        ),
        ("execution.workers=0", "execution.workers = 0 is below 1"),
        ("execution.index=3", "execution.index is for execution=array"),
        (
            "study.smallest_difference=0",
            "study.smallest_difference = 0 is not above 0 and at most 1",
        ),
        ("study.nothing_share=2", "study.nothing_share = 2 is not between 0 and 1"),
        (
            "study.detail=some",
            "study.detail = 'some' is not one of auto, all, attempts, baseline, none",
        ),
        ("staffing.officers_scale=0", "leaves no officer at any port"),
        ("+traffic.colour=red", "unknown name 'traffic.colour'"),
        ("study.ports_table=nowhere.csv", "nowhere.csv: No such file"),
        ("study.scenarios=nowhere", "study.scenarios = nowhere is not a folder"),
    ],
)
def test_what_cannot_be_is_refused(given: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        settings(given)


def test_traffickers_without_any_route_are_refused() -> None:
    none = [f"smuggling.{kind}_share=0" for kind in ("between_ports", "post", "air")]
    settings("ports=[rail-sarnia,sarnia]", *none)
    settings("ports=[rail-sarnia]")
    with pytest.raises(InputError, match="no route is open to traffickers: none of the 1"):
        settings("ports=[rail-sarnia]", *none)


def test_an_experiment_and_a_scenario_are_not_both_given() -> None:
    with pytest.raises(InputError, match="give one"):
        settings("scenario=more_officers", experiment="quick")


def test_a_configuration_cannot_name_code() -> None:
    with pytest.raises(InputError, match=r"unknown name 'traffic\._target_'"):
        settings("+traffic._target_=os.system")
