"""What a replication's summary counts: every fate once, and nothing that is not known."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from sim.model.smuggling.attempts_of_day import AttemptsOfDay
from sim.model.smuggling.routes import Attempt, Route
from sim.records import IN_TRANSIT, PASSED, SEIZED, TURNED_BACK, Fate, new_attempts
from sim.results.schema import KEYS, PRIMARY_OUTCOME, TABLES
from sim.results.summary import _attempts, _firearms

UNKNOWN = 9


def attempt(route: Route, number: int = -1, *, intercepted: bool = False) -> Attempt:
    return Attempt(
        attempt_id="o1/0/1", number=number, kind="trafficking", organisation=1, market="ON",
        source="NY", route=route, lane=0 if number >= 0 else -1, time_s=0.0, load=2,
        intercepted=intercepted,
    )  # fmt: skip


def table_of(*rows: Attempt, fates: tuple[int, ...] = ()) -> pd.DataFrame:
    """The table of some attempts; what the engine wrote down of those who went to the one port."""
    attempts = new_attempts(1024)
    attempts["fate"][: len(fates)] = fates
    border: Any = SimpleNamespace(
        trips=list(rows),
        travellers=[],
        count=len(fates),
        port_name=np.array(["sarnia"]),
        deals=SimpleNamespace(waiting={}),
    )
    record = AttemptsOfDay.record(cast("AttemptsOfDay", border), attempts)
    return _attempts(cast("Any", SimpleNamespace(attempts=record)))


def test_every_fate_has_its_word() -> None:
    fates = (IN_TRANSIT, PASSED, SEIZED, TURNED_BACK)
    port = [attempt(Route("port", 0), number) for number in range(len(fates))]
    away = [
        attempt(Route("not_planned")),
        attempt(Route("not_made")),
        attempt(Route("water", region="ON", loss=0.5), intercepted=True),
        attempt(Route("post", loss=0.25)),
    ]
    table = table_of(*port, *away, fates=fates)
    assert table["fate"].tolist() == [
        "in_transit", "passed", "seized", "deterred", "not_planned", "deterred", "intercepted",
        "passed",
    ]  # fmt: skip
    assert set(table["fate"]) == {fate.value for fate in Fate}
    assert table["port_id"].tolist() == ["sarnia"] * 4 + [""] * 4
    assert table["lane"].tolist() == ["car"] * 4 + [""] * 4
    assert table["true_detection_share"].tolist() == [0.0] * 6 + [0.5, 0.25]


def test_an_unknown_fate_is_an_error_and_not_a_success() -> None:
    port = [attempt(Route("port", 0), number) for number in range(2)]
    with pytest.raises(KeyError, match=str(UNKNOWN)):
        table_of(*port, fates=(PASSED, UNKNOWN))


def test_a_result_has_none_of_the_keys_that_the_writer_fills_in() -> None:
    columns = [*table_of()]
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
