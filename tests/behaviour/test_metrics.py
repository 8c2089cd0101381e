"""What a run is measured by: every metric that is declared is given, and no other."""

import dataclasses

import pytest

from sim.results import summary
from sim.results.certificate import certify
from sim.results.schema import METRICS, PRIMARY_OUTCOME, Metric
from sim.scenario.intervention import BASELINE
from tests.behaviour.scene import FEW, border, numbers, point

AT = point(FEW, 20, BASELINE, {"smuggling.firearms_per_year": 1e6})


def test_a_summary_has_every_metric_and_no_other() -> None:
    by_year = {name for name in METRICS if name.startswith(f"{PRIMARY_OUTCOME}_")}
    assert len(by_year) == 3  # of expectations, which this run does not work out
    assert set(numbers(AT)) == set(METRICS) - by_year


def test_a_new_metric_is_one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    new = Metric("days", "days run", value=lambda record: record.point.days)
    monkeypatch.setitem(METRICS, "days_run", new)
    record = border(AT).record()
    rows = summary.result_of(record, certify(record)).frame("summary")
    assert rows[rows["metric"] == "days_run"]["value"].tolist() == [20.0]


def test_a_record_is_the_last_word() -> None:
    """Nothing of it can be set anew, and asking twice gives the same."""
    run = border(AT)
    first, second = run.record(), run.record()
    assert certify(first) == certify(second)
    with pytest.raises(dataclasses.FrozenInstanceError):
        first.duty_cad = 0.0  # type: ignore[misc]
