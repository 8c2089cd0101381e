"""Spread of differences between replications: agents beside expectations."""

from pathlib import Path

import numpy as np
import pytest

from analysis.variance import variance_text, variances
from sim.errors import InputError
from sim.results.reading import read_study
from tests.synthetic_study import write

TWO = {"baseline": (0.0, 0.0), "more_searches": (31.0, 1.4)}


def test_spreads_are_those_of_paired_differences(tmp_path: Path) -> None:
    study = read_study(write(tmp_path, TWO, 6, adversaries=("static",)))
    (row,) = variances(study).itertuples()
    rows = study.summary_of()
    rows = rows[rows["metric"] == "expected_firearms_reaching_market"]
    wide = rows.pivot_table(index="replication", columns="scenario", values="value")
    assert row.proposal == "more_searches"
    assert row.agents == pytest.approx(np.std(wide["more_searches"] - wide["baseline"], ddof=1))
    assert row.expectation == pytest.approx(0.0, abs=1e-9)  # made: both have the same shock
    assert "more_searches" in variance_text(study)


def test_one_replication_has_no_spread(tmp_path: Path) -> None:
    study = read_study(write(tmp_path, TWO, 1, adversaries=("static",)))
    with pytest.raises(InputError, match="1 replication has no spread"):
        variances(study)
