"""Larger mixes that pairs speak for: by hand."""

from sim.design.mixes import grown
from sim.results.schema import LONG_RUN, YEAR_1, YEAR_3, last_horizon

NAMES = ["a", "b", "c", "d"]
ALONE = {"a": 100.0, "b": 60.0, "c": 55.0, "d": 5.0}
COSTS = {"a": 10.0, "b": 5.0, "c": 5.0, "d": 0.0}


def pairs(**beyond: float) -> dict[str, float]:
    """Gains of singles and pairs, a pair being its sum and what it does beyond it."""
    made = dict(ALONE)
    for k, one in enumerate(NAMES):
        for other in NAMES[k + 1 :]:
            made[f"{one}+{other}"] = ALONE[one] + ALONE[other] + beyond.get(one + other, 0.0)
    return made


def test_a_set_is_built_up_by_gain_for_its_cost_until_the_budget_is_spent() -> None:
    assert grown(pairs(), COSTS, NAMES, [20.0]) == [("b", "c", "d"), ("a", "b", "c", "d")]
    assert grown(pairs(), COSTS, NAMES, [10.0]) == [("b", "c", "d")]
    assert grown(pairs(), COSTS, NAMES, [5.0]) == []


def test_what_cancels_is_not_put_together_and_what_contradicts_cannot_be() -> None:
    cancels = pairs(bc=-60.0)
    assert ("b", "c", "d") not in grown(cancels, COSTS, NAMES, [20.0])
    lacking = pairs()
    del lacking["b+c"]
    assert all({"b", "c"} - {*mix} for mix in grown(lacking, COSTS, NAMES, [20.0]))


def test_each_set_comes_once() -> None:
    found = grown(pairs(), COSTS, NAMES, [20.0, 20.0, 19.0])
    assert len(found) == len(set(found))


def test_a_mix_is_chosen_for_the_last_horizon_that_its_years_have() -> None:
    assert [last_horizon(years) for years in (1, 3, 5)] == [YEAR_1, YEAR_3, LONG_RUN]
