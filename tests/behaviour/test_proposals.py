"""Each proposal of the evidence does what its file expects: a sign, or nothing.

The border is whole or a few ports, for two or three weeks; seeds are fixed.
"""

import functools
from pathlib import Path

import numpy as np
import pytest
import yaml

from sim.records import PASSED, SEIZED
from sim.scenario.intervention import BASELINE
from sim.scenario.reading import read
from tests.behaviour.scene import (
    FEW,
    attempts_of,
    border,
    lane_sum,
    numbers,
    point,
    whole_table,
)

REPLICATIONS = 4


@functools.cache
def whole_border(name: str) -> dict[str, np.ndarray]:
    """Numbers of every replication of the 139 ports in three weeks of July."""
    ports = tuple(str(port) for port in whole_table().ids)
    runs = [numbers(point(ports, 21, read(name)), k) for k in range(REPLICATIONS)]
    return {metric: np.array([run[metric] for run in runs]) for metric in runs[0]}


def change(name: str, metric: str) -> np.ndarray:
    """Change against the baseline in each replication."""
    return whole_border(name)[metric] - whole_border("baseline")[metric]


SIGNS: dict[str, dict[str, str]] = yaml.safe_load(
    Path(__file__).with_name("proposals.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(
    ("name", "metric", "sign"),
    [(name, metric, sign) for name, signs in SIGNS.items() for metric, sign in signs.items()],
)
def test_a_proposal_has_the_sign_that_is_expected(name: str, metric: str, sign: str) -> None:
    moved = change(name, metric)
    held = {
        "up": np.all(moved > 0.0),
        "down": np.all(moved < 0.0),
        "never down": np.all(moved >= 0.0) and moved.mean() > 0.0,
        "never up": np.all(moved <= 0.0) and moved.mean() < 0.0,
        "up on average": moved.mean() > 0.0,
        "down on average": moved.mean() < 0.0,
        "unchanged": np.all(moved == 0.0),
    }
    assert held[sign], moved


def test_more_searches_stop_more_but_less_than_twice_as_many() -> None:
    base, more = (whole_border(n)["true_detection_share"] for n in ("baseline", "more_searches"))
    assert np.all(more < 1.9 * base)


def test_police_and_arms_touch_firearms_a_little() -> None:
    """As much as unarmed officers let pass, at the ports and in the share that are concerned.

    A quarter of the officers are armed by then, and others are on courses.
    """
    assert change("rcmp_at_ports", "true_detection_share").mean() > 0.0
    for name in ("rcmp_at_ports", "arm_officers"):
        stopped = change(name, "expected_firearms_stopped")
        base = whole_border("baseline")["expected_firearms_stopped"]
        assert np.abs(stopped).max() < 0.08 * base.mean()
        assert np.all(change(name, "withdrawals") <= 0.0)
        assert np.all(change(name, "dangerous_subjects_met") >= 0.0)


def test_closing_the_quietest_ports_changes_nothing_that_could_be_measured() -> None:
    """Less than 0.1 min of mean wait and a tenth of the firearms stopped.

    A tenth more officers save more than ten times that wait; replications of the baseline differ by
    more than twice as much in both.
    """
    waits = change("close_ports", "mean_wait_min")
    assert np.abs(waits).max() < 0.1
    assert np.abs(change("more_officers", "mean_wait_min")).min() > 10.0 * np.abs(waits).max()
    base = whole_border("baseline")
    assert base["mean_wait_min"].std(ddof=1) > 2.0 * np.abs(waits).max()
    stopped = change("close_ports", "expected_firearms_stopped").mean()
    assert abs(stopped) < 0.1 * base["expected_firearms_stopped"].mean()
    assert base["expected_firearms_stopped"].std(ddof=1) > 2.0 * abs(stopped)
    assert np.all(change("close_ports", "trips_lost") < 0.004 * base["arrivals"])


def test_closing_ports_saves_their_officers_and_no_others() -> None:
    base, closed = (
        border(point(("abercorn", "monchy", "torquay"), 7, read(name)))
        for name in ("baseline", "close_ports")
    )
    shifts = [b.tally.officer[..., 0].sum(axis=(0, 2)) for b in (base, closed)]
    assert shifts[0][0] == shifts[1][0] > 0.0
    assert np.all(shifts[0][1:] > 0.0)
    assert np.all(shifts[1][1:] == 0.0)
    assert lane_sum(closed, "arrivals") < lane_sum(base, "arrivals")


def test_search_every_vehicle_is_the_bound_that_officers_set() -> None:
    base, bound = (numbers(point(FEW, 3, read(n))) for n in ("baseline", "search_every_vehicle"))
    assert bound["examinations_ordered"] > 0.9 * bound["released"]
    assert bound["examinations"] < 0.7 * bound["examinations_ordered"]
    assert bound["examinations_released"] > 0.3 * bound["examinations_ordered"]
    assert bound["examinations"] > 3.0 * base["examinations"]
    assert bound["mean_wait_min"] > 5.0 * base["mean_wait_min"]  # drivers turn round at long lines
    seized = "expected_traveller_firearms_seized"
    assert bound[seized] > base[seized]
    assert read("search_every_vehicle").bound


def test_a_ban_where_guns_are_sold_is_a_bound_and_does_not_end_the_flow() -> None:
    """It stops more than pressure on dealers in five states, and less than everything."""
    base, some, ban = (
        whole_border(name)["firearms_delivered"]
        for name in ("baseline", "stateside_pressure", "us_handgun_ban")
    )
    assert np.all(ban < some)
    assert 0.1 * base.mean() < ban.mean() < 0.7 * base.mean()
    assert some.mean() > 0.8 * base.mean()
    assert read("us_handgun_ban").bound
    assert not read("stateside_pressure").bound


def test_an_order_to_search_every_vehicle_puts_chance_in_the_place_of_suspicion() -> None:
    """Many times the examinations, and far from as many times the traffickers examined."""
    many = {
        "smuggling.firearms_per_year": 1e6,
        "smuggling.load_mean": 1.0,
        "smuggling.adversary": "static",
    }
    done, examined = [], []
    for name in ("baseline", "search_every_vehicle"):
        of = border(point(FEW, 3, read(name), many))
        attempts = attempts_of(of)
        left = attempts[np.isin(attempts["fate"], (PASSED, SEIZED))]
        assert len(left) > 50
        examined.append(float((left["examination_s"] > 0.0).mean()))
        done.append(lane_sum(of, "examinations") / lane_sum(of, "released"))
    assert done[1] > 3.0 * done[0]
    assert examined[1] / examined[0] < 0.5 * done[1] / done[0], (examined, done)


def test_the_baseline_is_what_no_scenario_is() -> None:
    assert numbers(point(FEW, 3, read("baseline"))) == numbers(point(FEW, 3, BASELINE))


def test_currency_is_reported_in_time_only_if_at_once() -> None:
    """Three days are longer than nearly every trip; reports that are there at once tell of all."""
    carried = {"intelligence.report_share": 0.5, "smuggling.firearms_per_year": 1e6}
    late, once = (
        numbers(point(FEW, 7, read(name), carried))
        for name in ("baseline", "immediate_currency_reports")
    )
    assert late["lookout_trip_share"] < 0.15
    assert 0.4 < once["lookout_trip_share"] < 0.6
    assert once["lookouts_hit"] > 3.0 * late["lookouts_hit"]
    assert once["true_detection_share"] > late["true_detection_share"]
