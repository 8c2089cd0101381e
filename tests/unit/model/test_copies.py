"""Copies of the organisations: their luck is uniform, independent and evenly spread."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from sim.model.expected.copies import (
    COPIES,
    Flow,
    Seen,
    Stream,
    step_of_copies,
    steps_of,
    stratified,
)
from sim.model.expected.investigators import Investigators, by_age, rules_of
from sim.model.intelligence.lead import chance_of_arrest
from sim.parameters import Intelligence, Smuggling

STREAM = Stream(7, 3, 0)
ORGANISATIONS = 40
DAYS = 10.0


def test_each_draw_takes_every_part_of_the_unit_interval_once() -> None:
    for number in range(20):
        draws = np.array([stratified(copy, number, 5, 64, STREAM) for copy in range(COPIES)])
        assert sorted((draws * COPIES).astype(int)) == list(range(COPIES))


def test_a_copy_by_itself_has_independent_uniform_draws() -> None:
    draws = np.array([stratified(17, number, 5, 64, STREAM) for number in range(4000)])
    assert stats.kstest(draws, "uniform").pvalue > 0.001
    assert abs(np.corrcoef(draws[1:], draws[:-1])[0, 1]) < 0.05


@pytest.mark.parametrize("days", [0.1, 9.0, 10.0, 10.1, 273.0, 3650.0, 21 * (365 / 37)])
@pytest.mark.parametrize("step_days", [DAYS, 365 / 37])
def test_as_many_steps_are_left_as_can_be_subtracted(days: float, step_days: float) -> None:
    left, steps = days - step_days, 1
    while left > 0.0:
        left, steps = left - step_days, steps + 1
    assert steps_of(days, step_days) == steps


def share_arrested(now: Intelligence, stops: float, evidence: float, times: int) -> float:
    """Share of the copies arrested in one of so many steps in which a case ends, or loads stop."""
    of = Investigators(np.full(ORGANISATIONS, 1 / ORGANISATIONS), 1e3, now, 1.0, STREAM)
    nothing = np.zeros((1, ORGANISATIONS))
    risk = nothing - np.log1p(-Smuggling().arrest_share)
    flow = Flow(
        nothing, np.zeros(3), np.zeros((3, ORGANISATIONS)), nothing + stops, risk, 0.0, 0.0,
        by_age(now, DAYS),
    )  # fmt: skip
    rules = rules_of(now, dataclasses.replace(Smuggling(), replacement_days=1000.0), DAYS)
    seen = Seen(*(np.zeros((1, ORGANISATIONS)) for _ in Seen._fields))
    arrested = 0.0
    for step in range(times):
        of.copies.left[:] = evidence > 0.0
        of.copies.evidence[:] = evidence
        step_of_copies(of.copies, flow, rules, STREAM._replace(step=step), seen)
        arrested += float((seen.by_stop + seen.by_case).mean())
    return arrested


@pytest.mark.parametrize("evidence", [2.0, 5.0, 20.0])
def test_a_case_ends_in_arrest_as_often_as_its_evidence_says(evidence: float) -> None:
    now = Intelligence()
    chance = float(chance_of_arrest(evidence, now))
    for times in (1, 3):
        expected = 1 - (1 - chance) ** times
        found = share_arrested(now, 0.0, evidence, times)
        # Copies of one draw are spread evenly, so that one step leaves next to no luck.
        error = 0.002 if times == 1 else 4 * np.sqrt(0.25 / (COPIES * ORGANISATIONS))
        assert found == pytest.approx(expected, abs=error)


def test_stops_lead_to_arrest_with_the_share_of_each() -> None:
    stops, share = 0.7, Smuggling().arrest_share
    found = share_arrested(Intelligence(), stops, 0.0, 3)
    expected = 1 - np.exp(-3 * stops * share)
    assert found == pytest.approx(expected, abs=4 * np.sqrt(0.25 / (COPIES * ORGANISATIONS)))


def cases_opened() -> int:
    """Cases that a step opens where all, once arrested, have more leads than a case needs."""
    now = Intelligence()
    of = Investigators(np.full(ORGANISATIONS, 1 / ORGANISATIONS), 1e3, now, 1.0, STREAM)
    nothing = np.zeros((1, ORGANISATIONS))
    flow = Flow(
        nothing, np.zeros(3), np.zeros((3, ORGANISATIONS)), nothing, nothing, 0.0, 0.0,
        by_age(now, DAYS),
    )  # fmt: skip
    of.copies.strength[:] = 10.0 * now.case_leads
    of.copies.arrests[:] = 1
    seen = Seen(*(np.zeros((1, ORGANISATIONS)) for _ in Seen._fields))
    rules = rules_of(now, Smuggling(), DAYS)
    step_of_copies(of.copies, flow, rules, STREAM, seen)
    return int(of.copies.cases.sum())


def test_as_many_cases_open_where_nothing_is_compiled() -> None:
    code = "from tests.unit.model.test_copies import cases_opened; print(cases_opened())"
    plain = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    opened = cases_opened()
    assert opened == COPIES * Intelligence().investigators
    assert int(plain.stdout) == opened
