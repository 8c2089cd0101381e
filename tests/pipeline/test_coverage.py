"""Every proposal of the documents has a scenario, its quantities and its tests."""

import csv

import pytest

from docs.coverage_page import rows
from docs.scenarios_page import LEVERS, held_by
from sim.results.schema import METRICS
from sim.scenario.reading import names, read

ROWS = rows()
with LEVERS.open(encoding="utf-8", newline="") as file:
    NUMBERED = [lever["name"] for lever in csv.DictReader(file)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['document']}-{row['proposal']}")
def test_a_proposal_has_a_scenario_with_quantities_and_a_test(row: dict[str, str]) -> None:
    assert row["proposal"]
    assert read(row["scenario"]).interventions
    assert held_by(row["scenario"])


def test_the_thirty_are_all_there_and_all_proposed() -> None:
    assert len(NUMBERED) == 30
    assert set(NUMBERED) <= set(names())
    assert set(NUMBERED) == {row["scenario"] for row in ROWS}


@pytest.mark.parametrize("name", NUMBERED)
def test_a_lever_cites_its_document_and_says_what_it_costs(name: str) -> None:
    scenario = read(name)
    documents = {row["document"] for row in ROWS if row["scenario"] == name}
    assert any(document in scenario.source for document in documents)
    assert scenario.costs
    assert scenario.expected


def test_no_scenario_changes_an_outcome() -> None:
    for name in names():
        for one in read(name).interventions:
            assert one.parameter.split(".")[-1] not in METRICS
