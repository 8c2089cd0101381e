"""What is built on a plaza, and who may turn round on it."""

import datetime

import numpy as np
import pytest

from sim.errors import InputError
from sim.model.port.traffic import FAST, NEXUS, TRUCK
from sim.model.smuggling.attempts_of_day import AGAIN
from sim.numerics.units import DAY_S
from sim.records import OFFICER_COLUMNS, PASSED, SEIZED, TURNED_BACK
from sim.scenario.intervention import Intervention, Scenario, Where
from tests.behaviour.scene import (
    Changes,
    attempts_of,
    border,
    lane_sum,
    numbers,
    officer_h,
    point,
    same_tallies,
    setting,
)

BUSY = ("coutts", "emerson", "windsor-ambassador")


def built(where: str, **changes: float | bool) -> Scenario:
    return Scenario(
        "built",
        interventions=tuple(
            Intervention(
                name.replace("__", "."), "add" if name.startswith("primary") else "set", value,
                Where(ports=(where,)),
            )
            for name, value in changes.items()
        ),
    )  # fmt: skip


def test_booths_stand_where_they_are_built_and_bring_no_officers() -> None:
    base = border(point(BUSY, 3))
    more = border(point(BUSY, 3, built("windsor-ambassador", primary__truck_booths_added=6)))
    line = base.layout.line_of_lane[2, TRUCK]
    added = more.layout.booths - base.layout.booths
    assert added[line] == 6
    assert added.sum() == 6
    shift = OFFICER_COLUMNS.index("shift_s")
    hours = [of.tally.officer[..., shift].sum(axis=(0, 2)) for of in (base, more)]
    assert np.array_equal(*hours)
    assert np.array_equal(base.tally.lane[:, :2], more.tally.lane[:, :2])


def test_booths_are_worth_little_without_officers() -> None:
    """Staff bind before booths (B005)."""
    officers = Intervention("staffing.officers_scale", "scale", 1.3, Where(kinds=("bridge",)))
    booths = built("windsor-ambassador", primary__car_booths_added=4, primary__truck_booths_added=4)
    both = Scenario("both", interventions=(*booths.interventions, officers))
    base, empty, staffed = (
        numbers(point(("windsor-ambassador",), 14, scenario))["mean_wait_min"]
        for scenario in (Scenario("none"), booths, both)
    )
    assert 0.0 <= base - empty < 0.1 * (base - staffed)


def test_a_trusted_lane_is_opened_where_there_was_none() -> None:
    base = border(point(BUSY, 3))
    opened = border(
        point(BUSY, 3, built("coutts", traffic__fast_lane=True, traffic__nexus_lane=True))
    )
    assert base.layout.line_of_lane[0, FAST] == base.layout.line_of_lane[0, NEXUS] == -1
    lines = opened.layout.line_of_lane[0]
    assert len({lines[FAST], lines[NEXUS], lines[TRUCK], lines[0]}) == 4
    assert np.array_equal(opened.layout.line_of_lane[1] >= 0, base.layout.line_of_lane[1] >= 0)
    fast = opened.tally.lane[:, 0, :, FAST, 0].sum()
    trucks = opened.tally.lane[:, 0, :, TRUCK, 0].sum()
    assert fast / (fast + trucks) == pytest.approx(0.12, abs=0.03)
    assert opened.plans.facilities.rostered == pytest.approx(base.plans.facilities.rostered)


@pytest.mark.parametrize("name", ["primary.fast_booths_added", "traffic.fast_lane"])
def test_nothing_is_built_during_a_run(name: str) -> None:
    value = True if name.startswith("traffic") else 1
    with pytest.raises(InputError, match=f"{name}: is built before the first day"):
        setting(name, value, start=datetime.date(2005, 7, 1))


MANY: Changes = {
    "smuggling.firearms_per_year": 2e5,
    "smuggling.load_mean": 1.0,
    "smuggling.traveller_firearms_per_million": 30_000.0,
    "smuggling.adversary": "static",
    "inspection.selective_share": 0.2,
}


def test_those_who_may_withdraw_do_and_are_not_caught() -> None:
    stays, half, free = (
        border(point(BUSY, 7, setting("inspection.withdrawal_share", share), MANY))
        for share in (0.0, 0.5, 1.0)
    )
    fates = [attempts_of(of, "traveller") for of in (stays, half, free)]
    caught = [int((attempts["fate"] == SEIZED).sum()) for attempts in fates]
    gone = [int((attempts["fate"] == TURNED_BACK).sum()) for attempts in fates]
    assert gone[0] == 0
    assert caught[0] > 30
    # Where all who may withdraw do, they are all who are ordered to secondary; at half, half are.
    # (Not half of the examinations are left: the others find a shorter queue.)
    assert abs(gone[1] - 0.5 * gone[2]) < 4.0 * np.sqrt(0.25 * gone[2])
    examined = [int((attempts["examination_s"] > 0.0).sum()) for attempts in fates]
    assert examined[2] == 0 < examined[1] < examined[0]
    assert caught[1] < caught[0]
    assert caught[2] == 0
    assert gone[2] > gone[1] > caught[0] - caught[1] > 0
    # Nobody who passes or withdraws at half passes unseen any other way.
    alike = fates[1]["fate"] == PASSED
    assert (fates[0]["fate"][alike] == PASSED).mean() > 0.98
    chances = [
        float((attempts["p_found_on_lookout"] + attempts["p_found_if_in_time"]).mean())
        for attempts in fates
    ]
    assert chances[1] == pytest.approx(0.5 * chances[0], rel=0.05)
    assert chances[2] == 0.0


def test_who_turned_back_tries_again_through_another_port() -> None:
    """Nine in ten by the parameter, with the same load, and as a trip of its own."""
    free = setting("inspection.withdrawal_share", 1.0, where=Where(ports=("windsor-ambassador",)))
    trafficked = {**MANY, "smuggling.firearms_per_year": 1e6, "inspection.selective_share": 0.3}
    of = border(point(BUSY, 7, free, trafficked))
    trips = of.attempts_of_day.record(of.attempts)
    back = (trips.kind == "trafficking") & (trips.fate == "deterred")
    # Those of the last days may still wait for their organisation's next opportunity.
    back &= (trips.port_id == "windsor-ambassador") & (trips.time_s < 5 * DAY_S)
    loads = dict(zip(trips.attempt_id[back], trips.load[back], strict=True))
    assert len(loads) > 50
    again = {}
    for i in np.flatnonzero(trips.kind == "trafficking"):
        name, _, index = trips.attempt_id[i].rpartition("/")
        if int(index) > AGAIN and f"{name}/{int(index) - AGAIN}" in loads:
            again[f"{name}/{int(index) - AGAIN}"] = i
    assert 0.75 * len(loads) < len(again) <= len(loads)
    for first, i in again.items():
        assert trips.load[i] == loads[first]
        assert trips.port_id[i] != "windsor-ambassador"


def test_the_innocent_have_no_reason_to_withdraw() -> None:
    nobody = {"smuggling.firearms_per_year": 0.0, "smuggling.traveller_firearms_per_million": 0.0}
    base = border(point(BUSY, 3, Scenario("none"), nobody))
    free = border(point(BUSY, 3, setting("inspection.withdrawal_share", 1.0), nobody))
    assert same_tallies(base, free)


def test_trusted_lanes_are_referred_as_often_as_is_set() -> None:
    often = {"inspection.selective_truck_share": 0.2, "inspection.random_share": 0.0}
    base, less = (
        border(point(("windsor-ambassador",), 7, scenario, often))
        for scenario in (Scenario("none"), setting("inspection.fast_referral", 0.25))
    )

    def share(of: object, lane: str) -> float:
        chosen = sum(lane_sum(of, f"referred_{why}", lane) for why in ("random", "selective"))  # type: ignore[arg-type]
        return chosen / lane_sum(of, "released", lane)  # type: ignore[arg-type]

    assert share(less, "fast") == pytest.approx(0.25 * share(base, "fast"), rel=0.25)
    # The others are as they were, but for those whom another line turns away.
    assert share(less, "truck") == pytest.approx(share(base, "truck"), rel=0.01)


def test_officers_who_withdraw_are_still_on_shift() -> None:
    base = border(point(("coutts",), 20, Scenario("none"), {"danger.lookouts_per_year": 0.0}))
    danger = border(point(("coutts",), 20, Scenario("none"), {"danger.lookouts_per_year": 1e5}))
    assert danger.danger.tally.withdrawals > 20
    assert officer_h(danger, "shift_s") == pytest.approx(officer_h(base, "shift_s"))
    assert officer_h(danger, "ready_s") > officer_h(base, "ready_s")
