"""The 95 % intervals hold the truth as often as they say: measured over 1,000 small studies."""

import dataclasses
import datetime

import numpy as np
import pandas as pd
import pytest

from analysis.estimates import estimate
from sim.parameters import Parameters
from sim.scenario.intervention import Intervention, Scenario
from sim.scenario.point import Point
from tests.theory.station import Station

STUDIES, REPLICATIONS = 1000, 10
LOWEST, HIGHEST = 0.93, 0.97


def covered(samples: np.ndarray, truth: float) -> float:
    """Share of studies (rows) whose interval holds the truth."""
    found = [estimate(pd.Series(row)) for row in samples]
    return float(np.mean([one.low <= truth <= one.high for one in found]))


def mean_waits_s(booths: int, count: int) -> np.ndarray:
    """Mean wait of each of many days of a station, one replication each."""
    found = np.empty(count)
    for k in range(count):
        day = Station((100.0,), 60.0, (booths,), replication=k).run(1)
        wait, served = day.tally.line[0, 2], day.tally.line[0, 1]
        found[k] = wait / served
    return found


@pytest.mark.slow
def test_intervals_of_independent_studies_hold_the_truth_as_often_as_they_say() -> None:
    # The truth is the mean of another 20,000 days: its own error is a fortieth of a study's.
    every = STUDIES * REPLICATIONS
    two, three = (mean_waits_s(booths, every + 20_000) for booths in (2, 3))
    for sample in (two, three - two):
        truth = float(sample[every:].mean())
        share = covered(sample[:every].reshape(STUDIES, REPLICATIONS), truth)
        assert LOWEST <= share <= HIGHEST


@pytest.mark.slow
def test_intervals_of_the_model_itself_hold_the_truth_as_often_as_they_say() -> None:
    # Real replications are dear: 1,000 studies are drawn from 400 of them, whose mean is the truth.
    from sim.replication import run_replication

    rooms = Parameters()
    point = Point(
        dataclasses.replace(
            rooms, intelligence=dataclasses.replace(rooms.intelligence, warm_up_days=0)
        ),
        Scenario("baseline"), ("sarnia",), 2005, datetime.date(2005, 7, 4), 2, 1, "compiled",
    )  # fmt: skip
    change = Intervention("staffing.officers_scale", "scale", 1.1)
    other = dataclasses.replace(point, scenario=Scenario("more", interventions=(change,)))
    pool = np.array([[_wait_min(run_replication(one, k)) for one in (point, other)]
                     for k in range(400)])  # fmt: skip
    rng = np.random.default_rng(1)
    chosen = np.array([rng.choice(400, REPLICATIONS, replace=False) for _ in range(STUDIES)])
    differences = pool[:, 1] - pool[:, 0]
    assert LOWEST <= covered(differences[chosen], float(differences.mean())) <= HIGHEST
    logs = np.log(pool[:, 0])
    assert LOWEST <= covered(logs[chosen], float(logs.mean())) <= HIGHEST


def _wait_min(result) -> float:
    table = result.frame("summary")
    rows = table[(table["port_group"] == "all") & (table["class"] == "all")]
    (value,) = rows.loc[rows["metric"] == "mean_wait_min", "value"]
    return float(value)
