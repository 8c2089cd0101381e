"""Precision on request: the rule stops where it should, and holds what it promises."""

import dataclasses
import math

import numpy as np
import pytest
from scipy import stats

from sim.design.design import ProcedureResult, Ran
from sim.design.precision import ALPHA, Precision, PrecisionTarget, interval
from sim.scenario.intervention import BASELINE, Scenario
from sim.scenario.point import Point
from tests.pipeline.stand_in import POINT

WAIT = "mean_wait_min"
OTHER = dataclasses.replace(POINT, scenario=Scenario("other"))


def followed(
    procedure: Precision, points: list[Point], seed: int = 1, spread: float = 2.0
) -> tuple[ProcedureResult, list[int], list[str]]:
    """Carry a procedure out on normal values: baseline 10, other 11, of which 9/10 in common."""
    rng = np.random.default_rng(seed)
    common = rng.normal(10, spread, procedure.maximum)
    noise = rng.normal(1, spread / 10, procedure.maximum)

    def read(point: Point, replication: int) -> dict[str, float]:
        value = common[replication] + (point.scenario.name == "other") * noise[replication]
        return {WAIT: float(value)}

    counts: list[int] = []
    lines: list[str] = []
    steps = procedure.steps(points, read, lines.append)
    try:
        wanted = next(steps)
        while True:
            counts.append(wanted.replications)
            wanted = steps.send(Ran(2.0, 10))
    except StopIteration as end:
        return end.value, counts, lines


def test_the_interval_is_students() -> None:
    sample = np.array([5.0, 6.5, 4.2, 7.7, 5.1])
    estimate = interval("x", PrecisionTarget(WAIT, absolute=1.0), sample, 1.0, 0.05)
    low, high = stats.t.interval(0.95, 4, sample.mean(), stats.sem(sample))
    assert (
        estimate.mean - estimate.half_width,
        estimate.mean + estimate.half_width,
    ) == pytest.approx((low, high))


def test_what_is_needed_is_the_first_number_that_is_narrow_enough() -> None:
    sample = np.random.default_rng(0).normal(10, 3, 10)
    found = interval("x", PrecisionTarget(WAIT, absolute=1.0), sample, 1.0, 0.05)
    spread = sample.std(ddof=1)

    def reach(count: int) -> float:
        return float(stats.t.ppf(0.975, count - 1)) * spread / math.sqrt(count)

    assert reach(found.needed) <= 1.0
    assert reach(found.needed - 1) > 1.0


def test_it_runs_on_until_every_interval_is_narrow_enough() -> None:
    outcome, counts, lines = followed(
        Precision((PrecisionTarget(WAIT, relative=0.05),), "both", 10, 2000), [POINT, OTHER]
    )
    assert counts == sorted(counts)
    assert len(counts) >= 2
    assert outcome.about["reached"]
    for reported in outcome.about["intervals"]:
        assert reported["half_width"] <= reported["wanted"]
    assert len(outcome.about["intervals"]) == 3
    assert "replications about" in lines[0]
    assert outcome.about["predicted"]["minutes"] > 0


def test_the_prediction_from_the_pilot_is_about_what_it_takes() -> None:
    ratios = []
    for seed in range(30):
        procedure = Precision((PrecisionTarget(WAIT, absolute=0.5),), "levels", 20, 5000)
        outcome, _, _ = followed(procedure, [POINT], seed)
        ratios.append(outcome.counts[0] / outcome.about["predicted"]["replications"])
    assert 0.7 < float(np.median(ratios)) < 1.4


def test_pairs_need_fewer_than_levels() -> None:
    target = (PrecisionTarget(WAIT, absolute=0.3),)
    pairs, _, _ = followed(Precision(target, "differences", 10, 5000), [POINT, OTHER])
    levels, _, _ = followed(Precision(target, "levels", 10, 5000), [POINT, OTHER])
    assert pairs.counts[0] < levels.counts[0] / 3


def test_the_maximum_is_kept_and_what_was_not_reached_is_said() -> None:
    procedure = Precision((PrecisionTarget(WAIT, relative=0.001),), "both", 10, 25)
    outcome, counts, lines = followed(procedure, [POINT])
    assert counts[-1] == 25
    assert not outcome.about["reached"]
    assert "NOT reached by 1 of 1 intervals" in outcome.lines[0]
    assert "of which at most 25 are run" in lines[0]


def test_values_that_never_differ_need_no_more() -> None:
    outcome, counts, _ = followed(
        Precision((PrecisionTarget(WAIT, relative=0.05),), "both", 10, 99), [POINT], spread=0.0
    )
    assert counts == [10]
    assert outcome.about["reached"]


@pytest.mark.slow
def test_all_intervals_hold_together_as_often_as_promised() -> None:
    hits = 0
    studies = 1000
    for seed in range(studies):
        procedure = Precision((PrecisionTarget(WAIT, relative=0.05),), "both", 10, 5000)
        outcome, _, _ = followed(procedure, [POINT, OTHER], seed)
        truth = [10.0, 11.0, 1.0]
        hits += all(
            abs(reported["mean"] - true) <= reported["half_width"]
            for reported, true in zip(outcome.about["intervals"], truth, strict=True)
        )
    assert hits / studies >= 1 - ALPHA - 0.015


def test_a_baseline_is_what_differences_are_taken_to() -> None:
    assert POINT.scenario == BASELINE
    outcome, _, _ = followed(
        Precision((PrecisionTarget(WAIT, absolute=1.0),), "differences", 10, 99), [POINT, OTHER]
    )
    assert [reported["of"] for reported in outcome.about["intervals"]] == [
        f"difference in {WAIT} of other (quantal_response)"
    ]
