"""What a replication's summary counts: every fate once, and nothing that is not known."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.model.smuggling.attempt import Booking, Route
from sim.records.tally import IN_TRANSIT, PASSED, SEIZED, TURNED_BACK, new_attempts
from sim.results.schema import KEYS, PRIMARY_OUTCOME, TABLES
from sim.results.summary import FATES, _attempts, _firearms

UNKNOWN = 9


def border(*fates: int) -> Any:
    """A border of which only attempts at its one port are known, one of each fate."""
    attempts = new_attempts(len(fates))
    attempts["fate"] = fates
    rows = [
        Booking(
            attempt_id=f"o{k}", number=k, kind="trafficking", organisation=1, market="on",
            source="ny", route=Route("port", 0), lane=0, time_s=0.0, load=2, deep=False,
            lookout=False, intercepted=False, why="",
        )
        for k in range(len(fates))
    ]  # fmt: skip
    ports = SimpleNamespace(ids=np.array(["sarnia"]))
    return SimpleNamespace(attempts=attempts, ports=ports, bookings=SimpleNamespace(rows=rows))


def test_every_fate_has_its_word() -> None:
    table = _attempts(border(IN_TRANSIT, PASSED, SEIZED, TURNED_BACK))
    assert table["fate"].tolist() == ["in_transit", "passed", "seized", "deterred"]
    assert len(FATES) == len(set(FATES.values()))


def test_an_unknown_fate_is_an_error_and_not_a_success() -> None:
    with pytest.raises(KeyError, match=str(UNKNOWN)):
        _attempts(border(PASSED, UNKNOWN))


def test_a_result_has_none_of_the_keys_that_the_writer_fills_in() -> None:
    columns = [*_attempts(border()).columns]
    assert columns == [column.name for column in TABLES["attempts"][len(KEYS) :]]


def attempts(*rows: tuple[str, str, str, int, float]) -> pd.DataFrame:
    """A table of attempts: kind, route, fate, load, chance of detection."""
    return pd.DataFrame(rows, columns=["kind", "route", "fate", "load", "true_detection_share"])


def test_what_reaches_the_market_is_planned_and_neither_deterred_nor_stopped() -> None:
    found = _firearms(
        attempts(
            ("trafficking", "not_planned", "not_planned", 1, 0.0),
            ("trafficking", "not_made", "deterred", 2, 0.0),
            ("trafficking", "port", "deterred", 4, 0.0),
            ("trafficking", "port", "seized", 8, 0.25),
            ("trafficking", "port", "passed", 16, 0.125),
            ("trafficking", "water", "intercepted", 32, 0.5),
            ("trafficking", "post", "passed", 64, 0.25),
            ("traveller", "port", "seized", 128, 0.5),
        )
    )
    stopped = 8 * 0.25 + 16 * 0.125 + 32 * 0.5 + 64 * 0.25
    assert found["firearms_planned"] == 2 + 4 + 8 + 16 + 32 + 64
    assert found["expected_firearms_stopped"] == stopped
    assert found[PRIMARY_OUTCOME] == found["firearms_planned"] - (2 + 4) - stopped


def test_what_is_not_planned_or_deterred_is_kept_out_and_not_stopped() -> None:
    """Two worlds with the same opportunities: the fall has three parts, one of them is stopped."""
    baseline = _firearms(attempts(*[("trafficking", "port", "passed", 10, 0.1)] * 4))
    proposal = _firearms(
        attempts(
            ("trafficking", "not_planned", "not_planned", 10, 0.0),
            ("trafficking", "not_made", "deterred", 10, 0.0),
            ("trafficking", "port", "passed", 10, 0.1),
            ("trafficking", "port", "passed", 10, 0.2),
        )
    )
    assert baseline[PRIMARY_OUTCOME] - proposal[PRIMARY_OUTCOME] == pytest.approx(9 + 9 + 1)
    more = proposal["expected_firearms_stopped"] - baseline["expected_firearms_stopped"]
    assert more == pytest.approx(-1.0)
