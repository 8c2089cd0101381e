"""The history: a known truth is found again, scores are right, what is predicted is not read."""

import dataclasses

import numpy as np
import pytest

from analysis import yearly_state
from analysis.history import (
    BACKWARDS,
    EVENTS,
    IN_TURN,
    NAIVE,
    PREDICTED,
    QUANTITIES,
    SPLIT,
    WORLDS,
    Course,
    RecordRow,
    crps,
    examinations,
    fitted,
    identified,
    of_parameters,
    one_by_one,
    parts_of,
    read_record,
)
from analysis.language import LANGUAGES
from analysis.targets_of_places import SEIZED_BY_REGION
from sim.data import read_source
from sim.places.calendar import month_number
from tests.catalogues import texts

YEARS = range(1996, 2025)
CARS = {year: 1.0 - 0.01 * (year - 1996) - 0.7 * (year in (2020, 2021)) for year in YEARS}
COURSE = Course(CARS, dict.fromkeys(YEARS, 1.0), np.array([[300.0, 200.0], [250.0, 250.0]]))


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yearly_state, "DRAWS", 20_000)


def row(year: int, firearms: float) -> RecordRow:
    first = month_number(year, 1)
    return RecordRow(first, first + 11, firearms, "all modes", "calendar", "made up", "")


def made(share: float, years: range = YEARS) -> list[RecordRow]:
    noise = np.random.default_rng(7).normal(0.0, 0.15, len(years))
    return [
        row(y, 600.0 * (share * CARS[y] + 1.0 - share) * float(np.exp(z)))
        for y, z in zip(years, noise, strict=True)
    ]


@pytest.mark.parametrize("share", [0.2, 0.7])
def test_the_closure_tells_the_share_of_travellers_and_other_years_do_not(share: float) -> None:
    def edges(years: range) -> list[float]:
        draws = fitted(COURSE, made(share, years))
        of = draws.travellers / (draws.travellers + draws.traffickers)
        return np.quantile(of, [0.05, 0.5, 0.95]).tolist()

    low, middle, high = edges(range(2013, 2025))
    assert low < share < high
    assert abs(middle - share) < 0.2
    before = edges(range(1998, 2006))
    assert before[2] - before[0] > 1.3 * (high - low)


def test_a_year_of_much_trafficking_is_found_in_its_own_year() -> None:
    record = made(0.3, range(2010, 2020))
    record[5] = row(2015, 3.0 * record[5].firearms)
    state = np.median(fitted(COURSE, record).state, axis=0)
    assert state.argmax() == 2015 - 1996
    assert state[2015 - 1996] > 0.3
    # Against time it is the same year.
    assert np.median(fitted(COURSE, record, backwards=True).state, axis=0).argmax() == 2015 - 1996


def test_what_lies_further_ahead_is_less_certain_and_nothing_read_is_as_before() -> None:
    nothing = fitted(COURSE, [])
    spread = nothing.change / np.sqrt(1.0 - nothing.memory**2)
    for year in (0, 15, 28):
        assert nothing.state[:, year] / spread == pytest.approx(0.0, abs=6.0)
        assert np.std(nothing.state[:, year] / spread) == pytest.approx(1.0, abs=0.05)
    ahead = fitted(COURSE, made(0.3, range(2000, 2013))).state
    assert np.std(ahead[:, 2013 - 1996]) < np.std(ahead[:, 2023 - 1996])


def test_a_figure_in_turn_knows_those_before_it_and_not_itself() -> None:
    record = made(0.3, range(2000, 2020))
    other = [*record[:-1], dataclasses.replace(record[-1], firearms=5.0)]
    high = [dataclasses.replace(r, firearms=4.0 * r.firearms) for r in record[:-1]] + record[-1:]
    last, same, more = (np.median(one_by_one(COURSE, rows)[-1]) for rows in (record, other, high))
    assert last == same
    assert more > 2.0 * last


def test_the_score_is_that_of_a_normal_forecast() -> None:
    draws = np.random.default_rng(5).normal(10.0, 2.0, 200_000)
    # Gneiting and Raftery 2007, equation 5, at the mean: sigma (2 phi(0) - 1 / sqrt(pi)).
    assert crps(draws, 10.0) == pytest.approx(2.0 * (2 / np.sqrt(2 * np.pi) - 1 / np.sqrt(np.pi)),
                                              rel=0.02)  # fmt: skip
    assert crps(np.full(10, 7.0), 10.0) == pytest.approx(3.0)


def test_the_half_that_is_predicted_does_not_enter_the_fit() -> None:
    record = made(0.5)
    other = [
        dataclasses.replace(r, firearms=6.0 * r.firearms) if r.year >= SPLIT else r for r in record
    ]
    first, second = (
        {part.name: part for part in examinations(COURSE, rows)} for rows in (record, other)
    )
    assert [s.middle for s in first[PREDICTED].rows] == [s.middle for s in second[PREDICTED].rows]
    assert first[PREDICTED].coverage(0.9) > second[PREDICTED].coverage(0.9)
    assert [s.middle for s in first[IN_TURN].rows] != [s.middle for s in second[IN_TURN].rows]


def test_what_each_part_of_the_record_finds_is_said() -> None:
    record = read_record()
    found = {one.name: one.of_part for one in identified(COURSE, record)}
    for edges in found.values():
        assert list(edges)[:3] == ["before any record", "2005 alone", "1996-2012"]
        assert all(low < middle < high for low, middle, high in edges.values())
    level = found["level"]
    wide = {part: high - low for part, (low, _, high) in level.items()}
    assert wide["1996-2012"] < wide["2005 alone"] < wide["before any record"]
    assert all(len(one.of_part) == 4 for one in of_parameters(COURSE, record))


def test_a_part_of_a_year_has_a_part_of_its_seizures() -> None:
    first = month_number(2005, 1)
    whole = RecordRow(first, first + 11, 1.0, "", "", "", "")
    summer = RecordRow(first + 5, first + 7, 1.0, "", "", "", "")
    parts = parts_of(COURSE, [whole, summer])
    assert parts.travellers[0] == pytest.approx(CARS[2005])
    assert np.flatnonzero(parts.traffickers[1]).tolist() == [9]
    assert 0.3 < parts.travellers[1] / parts.travellers[0] < 0.45
    assert parts.traffickers[1].sum() == pytest.approx(0.25)


def test_the_record_names_its_sources() -> None:
    facts = {fact["id"] for fact in read_source("facts.csv")}
    for known in read_record():
        assert facts & set(known.source.split()), known
        assert known.scope
        assert known.years in ("calendar", "fiscal")


def test_what_the_page_names_has_french() -> None:
    rows = read_record()
    named = {
        "examination": (WORLDS, PREDICTED, IN_TURN, BACKWARDS),
        "naive": NAIVE,
        "scope": {row.scope for row in rows},
        "years": {row.years for row in rows},
        "event": EVENTS,
        "quantity": QUANTITIES,
        "part": identified(COURSE, rows)[0].of_part,
        "finding": ("inside", "below", "above", "not in this study"),
        "standing": ("independent", "fitted", "input", "guess"),
        "class": ("car", "truck", "bus", "train"),
        "lane": ("car", "truck"),
        "region": set(SEIZED_BY_REGION) - {"Pacific"},
    }
    known = [texts(language) for language in LANGUAGES]
    wanted = [(context, name) for context, names in named.items() for name in names]
    assert [key for key in wanted if not all(key in of for of in known)] == []
