"""Other contraband, the other side of the crossings, and trusted traders who smuggle."""

import numpy as np
import pytest
from hydra import compose, initialize_config_dir

from sim.config.reading import spec_of, without_hydra
from sim.config.schema import CONF, register
from sim.errors import InputError
from sim.model.port.traffic import BUS, CAR, FAST, NEXUS, TRUCK
from sim.model.smuggling.organisation import Enrolment
from sim.numerics.randomness import Streams
from sim.parameters import Contraband
from sim.places.network import known_networks, read_network
from sim.replication import run_replication
from sim.scenario.intervention import BASELINE
from sim.scenario.point import check_point
from tests.behaviour.scene import Changes, border, lane_sum, numbers, point, whole_table

FEW = ("coutts", "sarnia")
SOUTH: Changes = {"traffic.direction": "southbound", "smuggling.network": "currency"}


def test_there_is_a_network_for_every_contraband() -> None:
    assert known_networks() == ["currency", "drugs", "handgun", "parts", "persons"]


def test_loads_are_counted_in_the_unit_of_the_contraband() -> None:
    table = run_replication(point(FEW, 2, BASELINE, {"contraband.unit": "kg"}), 0).frame("summary")
    units = dict(zip(table["metric"], table["unit"], strict=True))
    assert units["firearms_planned"] == "kg"
    assert "firearms" not in units.values()
    assert units["mean_wait_min"] == "min"


def test_what_is_smuggled_changes_no_traffic_but_that_of_smugglers() -> None:
    base, other = (
        numbers(point(FEW, 3, BASELINE, changes))
        for changes in ({}, {"contraband.unit": "parts", "smuggling.network": "parts"})
    )
    assert abs(base["arrivals"] - other["arrivals"]) < 20.0


def test_southbound_traffic_meets_the_officers_of_the_other_side() -> None:
    north = border(point(("abercorn", "cartwright"), 3, BASELINE, {"traffic.day_factor_cv": 0.0}))
    south = border(
        point(("abercorn", "cartwright"), 3, BASELINE, {**SOUTH, "traffic.day_factor_cv": 0.0})
    )
    assert north.ports.one_officer.any()
    assert not south.ports.one_officer.any()
    assert not north.ports.data_link.all()
    assert south.ports.data_link.all()
    ours, theirs = (of.tally.lane[..., 0].sum() for of in (north, south))
    assert theirs == pytest.approx(ours, rel=0.01)
    rows = {trip.source for trip in south.attempts_of_day.trips}
    assert rows <= {"ON", "BC", "QC"}


def test_service_times_of_the_other_side_are_its_own() -> None:
    slow = {**SOUTH, "primary.us_car_s": 75.0}
    waits = [numbers(point(FEW, 7, BASELINE, c))["mean_wait_min"] for c in (SOUTH, slow)]
    assert waits[1] > 1.5 * waits[0]  # 54 to 75 s gave the longest queues in years (B009)
    north = [
        numbers(point(FEW, 7, BASELINE, {"primary.us_car_s": s}))["mean_wait_min"]
        for s in (54.0, 75.0)
    ]
    assert north[0] == north[1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"smuggling.network": "currency"}, "= currency is southbound"),
        ({"smuggling.network": "tea"}, "unknown network 'tea'"),
    ],
)
def test_contraband_that_goes_the_other_way_is_refused(changes: Changes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_point(point(FEW, 2, BASELINE, changes), whole_table())


def test_a_southbound_run_of_northbound_contraband_has_traffic_and_no_attempts() -> None:
    south = border(point(FEW, 2, BASELINE, {"traffic.direction": "southbound"}))
    assert south.attempts_of_day.count == 0
    assert lane_sum(south, "released") > 1000


@pytest.mark.parametrize("kind", ["handgun", "parts", "drugs", "currency", "persons"])
def test_every_contraband_runs_and_something_of_it_is_carried(kind: str) -> None:
    register()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        words = [f"contraband={kind}", "run.days=4", "ports=[fort-erie,sarnia]"]
        spec = spec_of(without_hydra(compose("run", words)))
    (at,) = spec.points
    result = run_replication(at, 0)
    assert all(law["held"] for law in result.certificate)
    attempts = result.frame("attempts")
    trips = attempts[attempts["kind"] == "trafficking"]
    assert set(trips["source"]) <= set(read_network(kind).source_ids)
    assert trips["load"].max() <= at.parameters.smuggling.load_maximum
    assert len(trips) > 0


def enrolment(share: float) -> Enrolment:
    ports = whole_table().select(FEW)
    return Enrolment(ports, list(range(400)), share, Streams(1, 0))


def lane_at(port: int, of: Enrolment, organisation: int, general: int, day: int) -> int:
    return int(of.lanes(organisation, np.full(len(FEW), general), day)[port])


def test_as_many_are_enrolled_as_is_set_and_the_same_whatever_else_is() -> None:
    some, more = enrolment(0.2), enrolment(0.4)
    assert some.enrolled.mean() == pytest.approx(0.2, abs=0.06)
    assert np.all(more.enrolled[some.enrolled])


def test_an_enrolled_trip_takes_the_trusted_lane_where_there_is_one() -> None:
    every = enrolment(1.0)
    assert [lane_at(1, every, 0, lane, 0) for lane in (CAR, TRUCK, BUS)] == [NEXUS, FAST, BUS]
    assert [lane_at(0, every, 0, lane, 0) for lane in (CAR, TRUCK)] == [CAR, TRUCK]
    assert lane_at(1, enrolment(0.0), 0, TRUCK, 0) == TRUCK


def test_audits_find_their_share_and_take_the_enrolment_for_its_time() -> None:
    every = enrolment(1.0)
    rules = Contraband(audits_per_year=73.0, audit_find=0.5, enrolment_lost_days=30.0)
    every.audit(0, rules)
    assert every.lost == pytest.approx(400 * 0.2 * 0.5, rel=0.4)
    gone = int(np.flatnonzero(every.lost_until > 0)[0])
    assert lane_at(1, every, gone, TRUCK, 29) == TRUCK
    assert lane_at(1, every, gone, TRUCK, 30) == FAST
    nobody = enrolment(1.0)
    nobody.audit(0, Contraband(audits_per_year=365.0, audit_find=0.0))
    assert nobody.lost == 0


def test_smugglers_are_met_in_trusted_lanes_if_they_are_enrolled() -> None:
    many = {"smuggling.firearms_per_year": 4e5, "smuggling.commercial_share": 0.5}
    lanes = [
        {
            row.lane
            for row in border(
                point(FEW, 2, BASELINE, many, {"contraband.trusted_share": s})
            ).attempts_of_day.trips
        }
        for s in (0.0, 1.0)
    ]
    assert not {NEXUS, FAST} & lanes[0]
    assert {NEXUS, FAST} <= lanes[1]
