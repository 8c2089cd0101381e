"""The ledger's parts sum to the difference in firearms delivered, whatever the two worlds are."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.ledger import PARTS, attempt_parts

MARKETS = ("ON", "BC")
AWAY = ("between_ports", "water", "post", "air")


@st.composite
def attempts(draw: st.DrawFn, number: int) -> dict[str, object] | None:
    """One attempt in one world, or None where it does not exist there."""
    kind = draw(st.sampled_from(("none", "not_planned", "not_made", "port", *AWAY)))
    if kind == "none":
        return None
    row: dict[str, object] = {
        "attempt_id": f"o1/0/{number}",
        "kind": "trafficking",
        "market": MARKETS[number % 2],
        "route": kind,
        "region": draw(st.sampled_from(("east", "west"))) if kind in AWAY else "",
        "port_id": draw(st.sampled_from(("sarnia", "emerson"))) if kind == "port" else "",
        "lane": draw(st.sampled_from(("car", "truck"))) if kind == "port" else "",
        "load": draw(st.integers(1, 60)),
        "true_detection_share": 0.0,
        "why": "",
    }
    if kind == "not_planned":
        why = draw(st.sampled_from(("arrest", "supply", "price")))
        return row | {"fate": "not_planned", "why": why}
    if kind == "not_made":
        return row | {"fate": "deterred"}
    stopped = "seized" if kind == "port" else "intercepted"
    fates = (stopped, "passed", "deterred", "in_transit") if kind == "port" else (stopped, "passed")
    share = draw(st.floats(0.0, 1.0))
    return row | {"fate": draw(st.sampled_from(fates)), "true_detection_share": share}


@st.composite
def worlds(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    pairs = [
        (draw(attempts(number)), draw(attempts(number)))
        for number in range(draw(st.integers(1, 12)))
    ]
    traveller = dict.fromkeys(("why", "region", "market"), "") | {
        "attempt_id": "sarnia/0/0", "kind": "traveller", "route": "port", "port_id": "sarnia",
        "lane": "car", "load": 3, "true_detection_share": 0.5, "fate": "passed",
    }  # fmt: skip
    sides = [[traveller] + [pair[i] for pair in pairs if pair[i]] for i in (0, 1)]
    return pd.DataFrame(sides[0]), pd.DataFrame(sides[1])


def delivered(table: pd.DataFrame, market: str, *, expected: bool) -> float:
    """Firearms delivered, worked out without the ledger."""
    trade = table[(table["kind"] == "trafficking") & (table["market"] == market)]
    if not expected:
        return float(trade.loc[trade["fate"] == "passed", "load"].sum())
    made = trade[trade["fate"].isin(("passed", "seized", "intercepted"))]
    return float((made["load"] * (1 - made["true_detection_share"])).sum())


@given(worlds(), st.booleans())
def test_parts_sum_to_the_difference_in_every_market(
    pair: tuple[pd.DataFrame, pd.DataFrame], expected: bool
) -> None:
    baseline, scenario = pair
    parts = attempt_parts(baseline, scenario, expected=expected)
    assert set(parts["part"]) <= set(PARTS)
    assert (parts[["lost", "gained"]] >= 0.0).all(axis=None)
    for market in MARKETS:
        of_market = parts[parts["market"] == market]
        difference = delivered(scenario, market, expected=expected) - delivered(
            baseline, market, expected=expected
        )
        assert of_market["gained"].sum() - of_market["lost"].sum() == pytest.approx(
            difference, abs=1e-9
        )


@given(worlds(), st.booleans())
def test_the_way_back_is_the_same_with_gains_and_losses_exchanged(
    pair: tuple[pd.DataFrame, pd.DataFrame], expected: bool
) -> None:
    baseline, scenario = pair
    loads = baseline.set_index("attempt_id")["load"]
    same = scenario["attempt_id"].map(loads).fillna(scenario["load"])
    scenario = scenario.assign(load=same)
    there = attempt_parts(baseline, scenario, expected=expected)
    back = attempt_parts(scenario, baseline, expected=expected)
    assert there["gained"].sum() == pytest.approx(back["lost"].sum())
    for part, mirror in (("other_port", "other_port"), ("out_of_ports", "into_ports")):
        gained = there.loc[there["part"] == part, "gained"].sum()
        other = back.loc[back["part"] == mirror, "lost"].sum()
        assert gained == pytest.approx(other)


ROW = {
    "attempt_id": "o1/0/1", "kind": "trafficking", "market": "ON", "route": "port", "region": "",
    "port_id": "sarnia", "lane": "car", "load": 5, "true_detection_share": 0.1, "fate": "passed",
    "why": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "part", "lost"),
    [
        ({"fate": "seized"}, "detection", 5),
        ({"fate": "seized", "port_id": "emerson"}, "other_port", 5),
        ({"fate": "intercepted", "route": "water", "port_id": "", "region": "east"},
         "out_of_ports", 5),
        ({"fate": "deterred", "route": "not_made", "port_id": ""}, "deterred", 5),
        ({"fate": "deterred"}, "deterred", 5),
        ({"fate": "in_transit"}, "in_transit", 5),
        ({"fate": "not_planned", "route": "not_planned", "why": "arrest"},
         "not_planned_arrest", 5),
        ({"load": 2}, "load", 3),
    ],
)  # fmt: skip
def test_each_reason_has_its_part(changed: dict[str, object], part: str, lost: int) -> None:
    parts = attempt_parts(pd.DataFrame([ROW]), pd.DataFrame([ROW | changed]), expected=False)
    moved = parts[(parts["lost"] > 0) | (parts["gained"] > 0)]
    assert moved["part"].tolist() == [part]
    assert moved["lost"].tolist() == [lost]


def test_expected_deliveries_follow_the_chance_alone() -> None:
    safer = ROW | {"true_detection_share": 0.3, "fate": "seized"}
    parts = attempt_parts(pd.DataFrame([ROW]), pd.DataFrame([safer]), expected=True)
    assert parts["part"].tolist() == ["detection"]
    assert np.isclose(parts["lost"], 5 * 0.2).all()
