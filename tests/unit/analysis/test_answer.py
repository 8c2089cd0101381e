"""Best mix, value of information, break-even, and whether anyone would know, on made-up studies."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.power import TTestIndPower

from analysis.__main__ import main
from analysis.answer.break_even import break_even, break_even_text
from analysis.answer.choices import choices
from analysis.answer.mix import NOTHING, best_under, frontier, interactions, mix, mix_text
from analysis.answer.value import value, value_text
from analysis.answer.would_we_know import would_we_know, would_we_know_text, years_needed
from analysis.costs import COMPONENTS
from sim.errors import InputError
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME
from tests import synthetic_study

LEVEL = 7000.0
MILLION = 1e6


def study_of(
    kept: Mapping[str, float],
    cost: Mapping[str, float],
    *,
    replications: int = 8,
    noise: float = 5.0,
    seed: int = 11,
    worlds: pd.DataFrame | None = None,
    by_world: Mapping[str, np.ndarray] | None = None,
    **manifest: object,
) -> Study:
    """A study of what proposals keep out (firearms) and cost (million CAD a year of programme)."""
    draws = np.random.default_rng(seed)
    count = 1 if worlds is None else len(worlds)
    rows = []
    for world in range(count):
        number = 0 if worlds is None else world + 1
        for replication in range(replications):
            base = LEVEL + 40 * draws.standard_normal()
            for name in ("baseline", *kept):
                gain = kept.get(name, 0.0) + (
                    by_world[name][world] if by_world and name in by_world else 0
                )
                chance = noise * draws.standard_normal() if name != "baseline" else 0.0
                metrics = {PRIMARY_OUTCOME: base - gain + chance, **dict.fromkeys(COMPONENTS, 0.0)}
                metrics["programme_cost_cad"] = MILLION * cost.get(name, 0.0)
                metrics["delay_value_cad"] = 3 * MILLION if name == "slow" else 0.0
                metrics["firearms_seized_highway"] = 500 + 50 * draws.standard_normal()
                rows += [
                    (name, "static", number, replication, metric, "", "all", "all", amount)
                    for metric, amount in metrics.items()
                ]
    columns = ["scenario", "adversary", "world", "replication", "metric", "unit", "port_group"]
    summary = pd.DataFrame(rows, columns=[*columns, "class", "value"])
    made = Study(Path("memory"), {"schema": 2, "days": 365, **manifest}, {}, summary)
    if worlds is not None:
        long = worlds.melt(ignore_index=False, var_name="parameter").reset_index(names="world")
        made.__dict__["design"] = long.assign(scenario="", place=0.5, world=long["world"] + 1)
    return made


KEPT = {"a": 100.0, "b": 80.0, "c": 60.0, "slow": 50.0, "a+b": 260.0, "a+c": 120.0, "b+c": 140.0}
COST = {"a": 10.0, "b": 8.0, "c": 3.0, "a+b": 18.0, "a+c": 13.0, "b+c": 11.0}


def test_the_best_mix_is_the_best_that_the_budget_allows() -> None:
    found = mix(study_of(KEPT, COST), 20)
    assert [best_under(found, budget).name for budget in (5, 10, 12, 20)] == [
        "c", "a", "b+c", "a+b",
    ]  # fmt: skip
    best = best_under(found, 20)
    assert best.cost == pytest.approx(18)
    assert (best.chosen_on, best.fresh) == (4, 4)
    assert best.kept.low < 260 < best.kept.high
    assert best.rivals == ()
    steps = frontier(found)
    assert [step.name for step in steps] == ["c", "b", "a", "b+c", "a+b"]
    assert all(x.cost < y.cost for x, y in pairwise(steps))


def test_waiting_counts_as_much_as_it_is_given_weight() -> None:
    study = study_of(KEPT, COST)
    assert best_under(mix(study, 2), 3).name == "c"
    assert best_under(mix(study, 2, 0.0), 2).name == "slow"
    assert choices(study, None, 2.0).cost["slow"] == pytest.approx(6)


def test_what_multiplies_and_what_cancels_is_told() -> None:
    words = {row.name: row.word for row in interactions(mix(study_of(KEPT, COST), 20))}
    assert words == {"a+b": "multiply", "a+c": "cancel", "b+c": "add up"}
    text = mix_text(study_of(KEPT, COST), mix(study_of(KEPT, COST), 20), 20, 1.0)
    assert "a + b: 2" in text
    assert "had no part in the choice" in text


def test_the_winner_among_equals_is_not_flattered() -> None:
    """Fifty mixes that keep 100 out: the amount told is 100, and its rivals are not hidden."""
    equal = {f"m{k}+n": 100.0 for k in range(50)}
    told, chosen = [], []
    for seed in range(12):
        study = study_of(equal, {}, noise=30.0, seed=seed)
        found = choices(study)
        best = best_under(found, 1.0)
        told.append(best.kept.mean)
        chosen.append(float(found.kept[best.name].iloc[: best.chosen_on].mean()))
        assert len(best.rivals) > 30
    assert np.mean(chosen) > 120
    assert abs(np.mean(told) - 100) < 15


def test_what_only_harms_is_not_chosen() -> None:
    found = mix(study_of({"a": -20.0, "a+b": -40.0}, {"a": 1.0, "a+b": 2.0}), 5)
    assert best_under(found, 5).name == NOTHING
    assert frontier(found) == []


@pytest.mark.parametrize(
    ("budget", "words"),
    [(0, "--budget = 0 is not above 0"), (-3, "--budget = -3"), (float("nan"), "--budget = nan")],
)
def test_a_budget_of_nothing_is_refused(budget: float, words: str) -> None:
    with pytest.raises(InputError, match=words) as error:
        mix(study_of(KEPT, COST), budget)
    assert "\n" not in str(error.value)


def test_a_budget_below_everything_and_a_study_without_mixes_are_refused() -> None:
    with pytest.raises(InputError, match="the cheapest, c, costs 3"):
        best_under(mix(study_of({"c": 60.0, "a+b": 1.0}, COST), 2), 2)
    with pytest.raises(InputError, match="experiment=mixes"):
        mix(study_of({"a": 100.0}, COST), 20)
    with pytest.raises(InputError, match="--weight-of-waiting = -1"):
        mix(study_of(KEPT, COST), 20, -1.0)


# ---------------------------------------------------------------- value of information


def worlds(count: int = 80) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Which of two proposals is better depends on one parameter, not on the other two."""
    draws = np.random.default_rng(5)
    table = pd.DataFrame(
        {
            "intelligence.investigators": draws.uniform(12, 90, count),
            "smuggling.organisations": draws.uniform(20, 200, count),
            "market.demand_elasticity": draws.uniform(0, 1, count),
        }
    )
    tilt = (table["intelligence.investigators"].to_numpy() - 50) * 2.0
    return table, {"a": tilt, "b": -tilt}


def test_the_parameter_that_decides_is_worth_knowing_and_no_other() -> None:
    table, by_world = worlds()
    made = study_of(
        {"a": 105.0, "b": 100.0}, {"a": 10.0, "b": 10.0}, replications=1, worlds=table,
        by_world=by_world,
    )  # fmt: skip
    found = value(made, 20)
    first = found.table.iloc[0]
    assert first["parameter"] == "intelligence.investigators"
    # E max(105 + x, 100 - x) - 105 with x uniform on -76..80: by integration about 36.
    best = max(105 + by_world["a"].mean(), 100 + by_world["b"].mean())
    exact = np.maximum(105 + by_world["a"], 100 + by_world["b"]).mean() - best
    assert first["firearms"] == pytest.approx(exact, rel=0.15)
    assert first["p"] < 0.01
    assert (found.table["firearms"].iloc[1:] < 0.15 * exact).all()
    assert (found.table["p"].iloc[1:] > 0.02).all()
    assert found.everything >= first["firearms"]
    assert first["cad"] == pytest.approx(first["firearms"] * 1e7 / found.kept)
    assert "intelligence.investigators" in value_text(made, found, 20, 3, "run")


def test_without_worlds_there_is_no_value_of_information() -> None:
    with pytest.raises(InputError, match="no worlds") as error:
        value(study_of(KEPT, COST), 20)
    assert "\n" not in str(error.value)
    table, by_world = worlds(6)
    made = study_of({"a": 1.0}, {}, replications=1, worlds=table, by_world=by_world)
    with pytest.raises(InputError, match="worlds = 6 is below 20"):
        value(made)


# ---------------------------------------------------------------- break-even


def test_the_size_from_which_a_proposal_pays() -> None:
    change = {
        "parameter": "inspection.selective_share", "operation": "scale", "value": 3.0,
    }  # fmt: skip
    points = [{"name": "dear", "interventions": [change], "costs": []}]
    kept = {"cheap": 100.0, "dear": 50.0, "free": 30.0, "harm": -50.0, "none": 0.0}
    made = study_of(kept, {"cheap": 1.0, "dear": 2.0}, points=points)
    rows = {row.proposal: row for row in break_even(made, 20_000)}
    assert rows["dear"].times.value == pytest.approx(2, rel=0.1)  # 40,000 CAD for each
    assert rows["dear"].word == "does not pay as assumed"
    assert rows["cheap"].times.value == pytest.approx(0.5, rel=0.1)
    assert rows["cheap"].word == "pays as assumed"
    assert rows["free"].word == "pays at any size"
    assert rows["harm"].word == "never pays, since it keeps none out"
    assert rows["none"].code == "open"
    assert rows["dear"].lever == "inspection.selective_share"
    assert rows["dear"].size != rows["dear"].assumed
    default = {row.proposal: row for row in break_even(made)}
    assert default["cheap"].times.value == pytest.approx(1)
    assert "what cheap pays for each" in break_even_text(made, [*rows.values()], None)


def test_sizes_that_were_simulated_decide_where_there_are_some() -> None:
    """Half of it keeps nearly as much out as the whole: a straight line would say twice as much."""
    kept = {"p": 100.0, "p*0.5": 90.0, "p*2": 110.0, "q": 10.0, "q*2": 15.0}
    made = study_of(kept, {name: 2.0 for name in kept})
    rows = {row.proposal: row for row in break_even(made, 2e6 / 72)}  # it takes 72 firearms
    assert set(rows) == {"p", "q"}
    assert rows["p"].times.value == pytest.approx(0.5 * 72 / 90, rel=0.1)
    assert rows["p"].times.low < rows["p"].times.value < rows["p"].times.high
    assert rows["p"].sizes == (0.5, 1.0, 2.0)
    assert rows["q"].word == "does not pay at any size that was simulated"
    text = break_even_text(made, [*rows.values()], 2e6 / 72)
    assert "p: simulated at 0.5, 1, 2 times." in text


def test_a_worth_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="--cad-per-firearm = 0 is not above 0 CAD"):
        break_even(study_of(KEPT, COST), 0.0)
    with pytest.raises(InputError, match="give --cad-per-firearm"):
        break_even(study_of({"free": 30.0}, {}))


# ---------------------------------------------------------------- would we know


@pytest.mark.parametrize("size", [0.35, 0.5, 1.0, 2.0, 4.0])
def test_years_are_those_of_the_power_of_students_test(size: float) -> None:
    years = years_needed(size, 1.0)
    exact = TTestIndPower().solve_power(effect_size=size, power=0.8, alpha=0.05)
    assert years == max(2, np.ceil(exact))


def test_a_change_of_nothing_is_never_seen() -> None:
    assert years_needed(0.0, 3.0) == np.inf
    assert years_needed(2.0, 0.0) == 2


def test_the_records_move_with_their_sign(tmp_path: Path) -> None:
    from sim.results.reading import read_study

    rows = {
        (row.proposal, row.record): row
        for row in would_we_know(read_study(synthetic_study.write(tmp_path / "study")))
    }
    assert rows["more_searches", "firearms seized"].sign == "up"
    assert not rows["more_searches", "firearms seized"].misleading
    assert rows["more_officers", "mean wait"].sign == "down"
    assert rows["arm_officers", "mean wait"].sign == "no change"
    text = would_we_know_text([*rows.values()])
    assert "Years of records on each side" in text


# ---------------------------------------------------------------- the commands


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["mix", "--budget", "0"], "--budget = 0"),
        (["mix"], "--budget is missing"),
        (["mix", "--budget", "much"], "--budget = 'much' is not a number (million CAD a year)"),
        (["mix", "--budget", "20"], "experiment=mixes"),
        (["value"], "no worlds"),
        (["value", "--top", "0"], "--top = 0"),
        (["break-even", "--cad-per-firearm", "-1"], "--cad-per-firearm = -1"),
        (["mix", "--budget", "20", "--horizon", "year_9"], "year_9"),
    ],
)
def test_bad_input_is_one_line_and_status_2(
    command: list[str],
    words: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name, *rest = command
    assert main([name, str(folder), *rest]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert words in said


def test_the_commands_print_and_write(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("break-even", "would-we-know"):
        path = tmp_path / f"{name}.csv"
        assert main([name, str(folder), "--csv", str(path)]) == 0
        assert len(pd.read_csv(path)) > 0
    assert "pays from" in capsys.readouterr().out


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    effects = {name: synthetic_study.EFFECTS[name] for name in ("baseline", "more_officers")}
    return synthetic_study.write(tmp_path_factory.mktemp("answer") / "study", effects, 3)
