"""The history: a known truth is found again, scores are right, what is predicted is not read."""

import dataclasses

import numpy as np
import pytest

from analysis.history import (
    SPLIT,
    Course,
    Row,
    crps,
    examinations,
    fitted,
    parts_of,
    prior,
    read_record,
)
from sim.data import read_source
from sim.places.calendar import month_number

YEARS = range(1996, 2025)
CARS = {year: 1.0 - 0.01 * (year - 1996) - 0.7 * (year in (2020, 2021)) for year in YEARS}
COURSE = Course(2005, CARS, dict.fromkeys(YEARS, 1.0), np.array([[300.0, 200.0], [250.0, 250.0]]))


def row(year: int, firearms: float) -> Row:
    first = month_number(year, 1)
    return Row(first, first + 11, firearms, "all modes", "calendar", "made up", "")


def made(share: float, years: range = YEARS) -> list[Row]:
    return [row(y, 600.0 * (share * CARS[y] + 1.0 - share)) for y in years]


@pytest.mark.parametrize("share", [0.2, 0.7])
def test_the_closure_tells_the_share_of_travellers_and_other_years_do_not(share: float) -> None:
    draws = fitted(COURSE, made(share, range(2013, 2025)))
    low, middle, high = draws.quantile(draws.share, (0.05, 0.5, 0.95))
    assert low < share < high
    assert abs(middle - share) < 0.15
    before = fitted(COURSE, made(share, range(1998, 2006)))
    wide = np.diff(before.quantile(before.share, (0.05, 0.95)))[0]
    assert wide > 1.5 * (high - low)


def test_the_score_is_that_of_a_normal_forecast() -> None:
    draws = np.random.default_rng(5).normal(10.0, 2.0, 200_000)
    # Gneiting and Raftery 2007, equation 5, at the mean: sigma (2 phi(0) - 1 / sqrt(pi)).
    assert crps(draws, 10.0) == pytest.approx(2.0 * (2 / np.sqrt(2 * np.pi) - 1 / np.sqrt(np.pi)),
                                              rel=0.02)  # fmt: skip
    assert crps(np.full(10, 7.0), 10.0) == pytest.approx(3.0)


def test_the_half_that_is_predicted_does_not_enter_the_fit() -> None:
    record = made(0.5)
    other = [
        dataclasses.replace(r, firearms=3.0 * r.firearms) if r.year >= SPLIT else r for r in record
    ]
    names = [f"fitted before {SPLIT}, predicted from then on"]
    first, second = (
        next(part for part in examinations(COURSE, rows) if part.name in names)
        for rows in (record, other)
    )
    assert [s.middle for s in first.rows] == [s.middle for s in second.rows]
    assert first.coverage(0.9) > second.coverage(0.9)


def test_a_part_of_a_year_has_a_part_of_its_seizures() -> None:
    first = month_number(2005, 1)
    whole = Row(first, first + 11, 1.0, "", "", "", "")
    summer = Row(first + 5, first + 7, 1.0, "", "", "", "")
    parts = parts_of(COURSE, [whole, summer])
    assert parts.travellers[0] == pytest.approx(CARS[2005])
    assert 0.3 < parts.travellers[1] / parts.travellers[0] < 0.45
    assert parts.traffickers[1] == pytest.approx(0.25)


def test_the_record_names_its_sources() -> None:
    facts = {fact["id"] for fact in read_source("facts.csv")}
    for known in read_record():
        assert facts & set(known.source.split()), known
        assert known.scope
        assert known.years in ("calendar", "fiscal")
    assert prior().weight.sum() == pytest.approx(1.0)
