"""Ranks and regret by hand; a tornado finds the parameter that was put in."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.robustness import agreement, rank_stability, regret
from analysis.sensitivity import shares_by_kind, tornado
from sim.design.design import Factor
from sim.design.sampling import worlds
from sim.errors import InputError
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME
from tests.made_design import made


def study_of(
    effects: dict[str, list[float]],
    metric: str = PRIMARY_OUTCOME,
    design: pd.DataFrame | None = None,
    bounds: tuple[str, ...] = (),
) -> Study:
    """A study in memory: the baseline at 100 in every world, and each scenario's effect there.

    Effects on the primary outcome are firearms kept out: that many fewer reach the market.
    """
    count = len(next(iter(effects.values())))
    sign = -1 if metric == PRIMARY_OUTCOME else 1
    rows = [
        (name, "static", world, replication, metric, "", "all", "all", level + replication)
        for name, sample in {"baseline": [0.0] * count, **effects}.items()
        for world, effect in enumerate(sample)
        for replication, level in enumerate([100 + sign * effect, 110 + sign * effect])
    ]
    keys = ["scenario", "adversary", "world", "replication", "metric", "unit", "port_group"]
    summary = pd.DataFrame(rows, columns=[*keys, "class", "value"])
    points = [{"name": name, "bound": True} for name in bounds]
    study = Study(Path("memory"), {"schema": 2, "days": 365, "points": points}, {}, summary)
    empty = pd.DataFrame(columns=["scenario", "world", "parameter", "value"])
    study.__dict__["design"] = empty if design is None else design
    return study


THREE = {"a": [3.0, 1.0, 2.0, 3.0], "b": [2.0, 2.0, 1.0, 1.0], "c": [1.0, -1.0, 0.0, 2.0]}


def test_ranks_by_hand() -> None:
    table = rank_stability(study_of(THREE)).set_index("scenario")
    assert list(table.index) == ["a", "b", "c"]
    assert table["best_share"].to_dict() == {"a": 0.75, "b": 0.25, "c": 0.0}
    assert table.loc["c", ["lowest_rank", "highest_rank"]].tolist() == [3, 2]
    assert table.loc["c", "harm_share"] == 0.25
    assert table["effect"].to_dict() == {"a": -2.25, "b": -1.5, "c": -0.5}


def test_a_lower_wait_ranks_first() -> None:
    table = rank_stability(study_of(THREE, "mean_wait_min"), "mean_wait_min")
    assert table["scenario"].tolist() == ["c", "b", "a"]
    assert table["effect"].tolist() == [0.5, 1.5, 2.25]


def test_regret_by_hand() -> None:
    table = regret(study_of(THREE)).set_index("scenario")
    assert table.loc["a", "largest_regret"] == 1.0
    assert table.loc["a", "worst_world"] == 1
    assert table.loc["b", "mean_regret"] == pytest.approx((1 + 0 + 1 + 2) / 4)
    assert table.loc["baseline", "largest_regret"] == 3.0
    assert table.index[0] == "a"


def test_doing_nothing_is_no_regret_where_every_proposal_harms() -> None:
    table = regret(study_of({"a": [-1.0, -2.0], "b": [-3.0, -1.0]})).set_index("scenario")
    assert table.loc["baseline", "largest_regret"] == 0.0


def test_bounds_are_not_ranked() -> None:
    table = rank_stability(study_of(THREE, bounds=("a",)))
    assert table["scenario"].tolist() == ["b", "c"]


def test_agreement_is_whole_where_all_states_have_one_order_and_none_where_two_are_opposed() -> (
    None
):
    same = agreement(study_of({"a": [3.0, 9.0], "b": [2.0, 5.0], "c": [1.0, 4.0]}))
    assert same == {"kendall_w": 1.0, "mean_tau": 1.0, "lowest_tau": 1.0, "states": 2.0}
    opposed = agreement(study_of({"a": [3.0, 1.0], "b": [2.0, 2.0], "c": [1.0, 3.0]}))
    assert opposed["kendall_w"] == 0.0


def test_one_proposal_cannot_be_ranked() -> None:
    with pytest.raises(InputError, match="1 proposals; ranks need at least 2"):
        rank_stability(study_of({"a": [1.0]}))


def test_a_metric_without_a_better_direction_is_refused() -> None:
    with pytest.raises(InputError, match="has no direction that is better"):
        regret(study_of(THREE, "arrivals"), "arrivals")


GUESS, COUNT = "smuggling.firearms_per_year", "traffic.distance_elasticity"


def worlds_of(effect: dict[str, float], count: int = 400) -> Study:
    """A study whose outcome is a known line in two parameters, and not in a third."""
    factors = tuple(Factor(name, 0.0, 1.0) for name in (GUESS, COUNT, "duty.rate"))
    design = worlds(count, factors=factors)
    return made(design, lambda values: sum(k * values[name] for name, k in effect.items()))


def test_a_tornado_finds_what_was_put_in() -> None:
    table = tornado(worlds_of({GUESS: 10.0, COUNT: -4.0}))
    assert table["parameter"].tolist()[:2] == [GUESS, COUNT]
    assert table.loc[0, "swing"] == pytest.approx(10, rel=0.2)
    assert table.loc[1, "swing"] < -2
    assert table.loc[0, "share"] > 4 * table.loc[1, "share"] > 0


def test_the_variance_is_shared_out_by_kind() -> None:
    shares = shares_by_kind(worlds_of({GUESS: 10.0, COUNT: -4.0}))
    assert shares is not None
    assert shares["placeholder"] == pytest.approx(100 / 116, abs=0.08)
    assert sum(shares.values()) == pytest.approx(1)


def test_no_influence_gives_no_shares() -> None:
    assert shares_by_kind(worlds_of({})) is None


def test_a_study_without_worlds_has_no_sensitivity() -> None:
    with pytest.raises(InputError, match="has no design"):
        tornado(study_of(THREE))
