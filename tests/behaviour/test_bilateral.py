"""Joint institutions are their parts together, and nothing else."""

import pytest

from sim.scenario.intervention import BASELINE
from sim.scenario.reading import read
from tests.behaviour.scene import FEW, numbers, point

PARTS = (
    "database_access", "broader_ibets", "etrace", "ballistics_link", "trace_training",
    "atf_attache_toronto", "gun_runner", "direct_sharing", "firearms_task_force",
)  # fmt: skip
MANY = {"smuggling.firearms_per_year": 400_000.0, "smuggling.adversary": "static"}
"""So many trips that a few ports in a few weeks show a difference, on routes that do not change."""


def test_it_changes_what_its_parts_change() -> None:
    whole = read("bilateral_institutions")
    parts = [read(name) for name in PARTS]
    assert whole.interventions == tuple(change for part in parts for change in part.interventions)
    assert whole.costs == tuple(cost for part in parts for cost in part.costs)


@pytest.mark.parametrize("part", ["database_access", "firearms_task_force"])
def test_it_stops_a_larger_share_than_a_part(part: str) -> None:
    none, one, whole = (
        numbers(point(FEW, 28, scenario, MANY))["true_detection_share"]
        for scenario in (BASELINE, read(part), read("bilateral_institutions"))
    )
    assert none < one < whole
