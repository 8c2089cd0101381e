"""Rows of the day of work to rule, and the verdicts that the summary counts."""

from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.estimates import estimate
from analysis.targets import Target
from analysis.targets_of_places import work_to_rule_targets
from analysis.validate import TargetRow, held_in_other_runs, summary_line
from sim.places.on_record import WORK_TO_RULE


def hours(mean_min: float) -> pd.DataFrame:
    """Trucks at Sarnia wait so long in the afternoon, cars a tenth of it."""
    return pd.DataFrame(
        {
            "replication": 0, "port_id": "sarnia", "lane": lane, "weekday": weekday, "hour": hour,
            "released": 10, "wait_s": 600.0 * mean_min * share * (1.0 if hour == 16 else 0.5),
        }
        for lane, share in (("truck", 1.0), ("car", 0.1))
        for weekday in (3, 4)
        for hour in (14, 16)
    )  # fmt: skip


def test_the_longest_hour_of_the_day_is_compared() -> None:
    study = SimpleNamespace(scenarios=[WORK_TO_RULE], table=lambda *_: hours(110.0))
    rows = {target.title: target for target in work_to_rule_targets(study)}  # type: ignore[arg-type]
    sarnia = next(t for title, t in rows.items() if "sarnia, trucks" in title)
    assert sarnia.measure(study).tolist() == [pytest.approx(110.0)]  # type: ignore[arg-type]
    assert (sarnia.low, sarnia.high, sarnia.standing) == (72.0, 168.0, "independent")
    ratio = next(t for title, t in rows.items() if "sarnia, cars over" in title)
    assert ratio.measure(study).tolist() == [pytest.approx(0.1)]  # type: ignore[arg-type]
    missing = next(t for title, t in rows.items() if "queenston" in title)
    with pytest.raises(KeyError):
        missing.measure(study)  # type: ignore[arg-type]
    assert not list(work_to_rule_targets(SimpleNamespace(scenarios=["baseline"])))  # type: ignore[arg-type]


def test_guesses_are_not_counted_as_successes() -> None:
    def row(standing: str, value: float) -> TargetRow:
        target = Target("x", "min", 0.0, 10.0, 5.0, "A001", standing, lambda s: pd.Series([1.0]))
        return TargetRow(target, estimate(pd.Series([value])))

    rows = [row("guess", 5.0), row("independent", 5.0), row("independent", 50.0)]
    line = summary_line(SimpleNamespace(days=365), rows)  # type: ignore[arg-type]
    assert line.startswith("Of the 2 rows that are independent, 1 inside the range")
    assert "guess: 1 of 1 (these do not count as successes)" in line


def test_rows_of_other_runs_are_independent_and_say_why_they_are_outside() -> None:
    rows = held_in_other_runs()
    assert {row.target.standing for row in rows} == {"independent"}
    for row in rows:
        assert row.target.why_outside or row.verdict == "inside", row.target.title
    crossings = next(row for row in rows if row.target.unit == "crossings")
    assert (crossings.target.low, crossings.target.high, crossings.verdict) == (
        12.0,
        15.0,
        "inside",
    )
