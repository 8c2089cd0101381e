"""Levers by class and residence: what moves, and what stays."""

import dataclasses
import datetime

import numpy as np
import pytest

from sim.model.port.plans import PortPlans
from sim.model.port.traffic import CAR, FAST, TRUCK
from sim.model.smuggling.attempts_of_day import _us_cars
from sim.numerics.randomness import Streams
from sim.parameters import Parameters
from sim.places.ports import read_ports
from sim.scenario.intervention import BASELINE
from sim.scenario.point import Point

PORTS = read_ports(2005)


def planned(year: int = 2005, month: int = 8, **traffic: float) -> tuple[PortPlans, np.ndarray]:
    parameters = Parameters()
    changed = dataclasses.replace(parameters.traffic, **traffic)
    parameters = dataclasses.replace(parameters, traffic=changed)
    start = datetime.date(year, month, 10)
    point = Point(parameters, BASELINE, ("sarnia",), None, start, 1, 1, "compiled")
    plans = PortPlans(point, PORTS, Streams(1, 0))
    return plans, plans.of_day(0).cumulative[0, :, 24]


def test_cars_of_us_residents_are_a_part_of_the_cars_alone() -> None:
    plans, before = planned()
    us = plans.demand.us_residents(0, plans.parameters.duty.resident_share)
    assert 0.35 < us < 0.5
    without, after = planned(us_cars_scale=0.0)
    assert after[CAR] == pytest.approx((1.0 - us) * before[CAR])
    assert after[TRUCK] == before[TRUCK]
    assert after[FAST] == before[FAST]
    assert _us_cars(without.conditions.at(0.0)).tolist() == [0.0]
    _, canadians = planned(canadian_cars_scale=0.0)
    assert canadians[CAR] + after[CAR] == pytest.approx(before[CAR])


def test_each_class_has_a_lever() -> None:
    _, before = planned()
    _, after = planned(truck_scale=0.5, car_scale=2.0)
    assert after[TRUCK] == pytest.approx(0.5 * before[TRUCK])
    assert after[CAR] == pytest.approx(2.0 * before[CAR])


def test_the_closure_of_2020_is_in_the_traffic_and_its_residents() -> None:
    plans, closed = planned(2020)
    _, open_year = planned(2019)
    assert closed[CAR] < 0.15 * open_year[CAR]
    assert closed[TRUCK] > 0.8 * open_year[TRUCK]
    assert plans.demand.us_residents(0, 0.59) < 0.25
