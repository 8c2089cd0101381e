"""Proposals about lanes, booths, trusted traders and trade do what their files expect.

The whole border for three weeks of July; seeds are fixed.
"""

import dataclasses
import functools

import numpy as np
import pytest

from sim.replication import run_replication
from sim.scenario.intervention import Scenario
from sim.scenario.reading import read
from tests.behaviour.scene import Changes, point, whole_table

REPLICATIONS = 4

Key = tuple[str, str, str]


@functools.cache
def numbers(scenario: Scenario, changes: tuple[tuple[str, object], ...]) -> dict[Key, np.ndarray]:
    """Every number of the summary, in each replication."""
    ports = tuple(str(port) for port in whole_table().ids)
    at = point(ports, 21, scenario, dict(changes))
    runs = [run_replication(at, k).frame("summary") for k in range(REPLICATIONS)]
    tables = [run.set_index(["metric", "port_group", "class"])["value"] for run in runs]
    return {key: np.array([table[key] for table in tables]) for key in tables[0].index}


def change(
    scenario: str | Scenario, metric: str, group: str = "all", kind: str = "all",
    changes: Changes | None = None,
) -> np.ndarray:  # fmt: skip
    """Change against the baseline in each replication."""
    if isinstance(scenario, str):
        scenario = read(scenario)
    with_it = numbers(scenario, tuple((changes or {}).items()))
    without = numbers(read("baseline"), tuple((changes or {}).items()))
    return with_it[metric, group, kind] - without[metric, group, kind]


def base(metric: str, group: str = "all", kind: str = "all") -> float:
    return float(numbers(read("baseline"), ())[metric, group, kind].mean())


def without_officers(name: str) -> Scenario:
    """The same plazas, and nobody more to work there."""
    whole = read(name)
    kept = tuple(x for x in whole.interventions if not x.parameter.startswith("staffing."))
    return dataclasses.replace(whole, interventions=kept)


# What goes up (+) or down (-) in every replication, or does not change at all (0).
SIGNS = [
    ("windsor_25_percent", "mean_transit_min", "windsor", "all", "-"),
    ("windsor_25_percent", "mean_transit_min", "windsor", "truck", "-"),
    ("windsor_25_percent", "officer_shift_h", "all", "all", "+"),
    ("windsor_25_percent", "withdrawals", "all", "all", "0"),
    ("preclearance_fort_erie", "mean_wait_min", "all", "all", "-"),
    ("preclearance_fort_erie", "officer_shift_h", "all", "all", "+"),
    ("preclearance_fort_erie", "withdrawals", "all", "all", "0"),
    ("nexus_expansion", "arrivals", "all", "nexus", "+"),
    ("nexus_expansion", "arrivals", "all", "car", "-"),
    ("nexus_expansion", "mean_wait_min", "all", "all", "-"),
    ("fast_expansion", "arrivals", "all", "fast", "+"),
    ("fast_expansion", "mean_wait_min", "all", "truck", "-"),
    ("trusted_trader", "examinations", "all", "fast", "-"),
    ("trusted_trader", "officer_shift_h", "all", "all", "0"),
    ("trusted_trader", "withdrawals", "all", "all", "0"),
    ("trade_channel", "examinations", "all", "truck", "+"),
    ("trade_channel", "examinations", "all", "fast", "+"),
    ("trade_channel", "officer_shift_h", "all", "all", "+"),
    ("trade_channel", "withdrawals", "all", "all", "0"),
]


@pytest.mark.parametrize(("name", "metric", "group", "kind", "sign"), SIGNS)
def test_a_proposal_has_the_sign_that_is_expected(
    name: str, metric: str, group: str, kind: str, sign: str
) -> None:
    moved = change(name, metric, group, kind)
    held = {
        "+": np.all(moved > 0),
        "-": np.all(moved < 0),
        "0": np.all(moved == 0),
    }
    assert held[sign], moved


@pytest.mark.parametrize("name", ["windsor_25_percent", "fast_expansion", "trusted_trader"])
def test_moving_vehicles_faster_stops_next_to_no_firearms(name: str) -> None:
    stopped = change(name, "expected_firearms_stopped").mean()
    assert abs(stopped) < 0.05 * base("expected_firearms_stopped")


@pytest.mark.parametrize(
    ("name", "others"), [("nexus_expansion", "car"), ("fast_expansion", "truck")]
)
def test_a_lane_without_officers_of_its_own_takes_them_from_the_others(
    name: str, others: str
) -> None:
    alone, whole = (
        change(scenario, "mean_wait_min", "all", others)
        for scenario in (without_officers(name), name)
    )
    assert np.all(alone - whole > 0.2)
    # Trade has few officers: one who sits in an empty lane is worth more than what it takes away.
    assert others == "car" or np.all(alone > 0.2)


def test_booths_alone_are_no_answer_at_windsor() -> None:
    """Without officers, what is left of the fall in transit is what papers sent ahead save."""
    alone = change(without_officers("windsor_25_percent"), "mean_transit_min", "windsor").mean()
    whole = change("windsor_25_percent", "mean_transit_min", "windsor").mean()
    assert whole < 10.0 * alone < 0.0
    assert whole < -0.1 * base("mean_transit_min", "windsor")


def test_who_may_withdraw_is_not_stopped() -> None:
    assert np.all(change("preclearance_fort_erie", "expected_firearms_stopped") <= 0.0)
    assert change("preclearance_fort_erie", "expected_firearms_stopped").mean() < 0.0


# Many small loads whose routes do not depend on anything, most of them in trucks, or few.
STEADY: Changes = {
    "smuggling.adversary": "static",
    "smuggling.load_mean": 1.0,
    "smuggling.firearms_per_year": 20_000.0,
    "market.trip_elasticity": 0.0,
}
PARTS: Changes = {**STEADY, "smuggling.commercial_share": 0.8}


def test_imaging_in_trade_finds_what_goes_by_truck() -> None:
    metric = "expected_firearms_seized_ports"
    gains = []
    for changes in (PARTS, STEADY):
        moved = change("trade_channel", metric, changes=changes)
        assert moved.mean() > 0.0
        without = numbers(read("baseline"), tuple(changes.items()))[metric, "all", "all"]
        gains.append(moved.mean() / without.mean())
    assert gains[0] > 2.0 * gains[1]
