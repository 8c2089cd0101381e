"""Whether a point can be run at all: what only shows when scenario, ports and dates meet."""

import datetime
from collections.abc import Iterable

import numpy as np

from sim.errors import InputError
from sim.places.network import Network, read_network
from sim.places.ports import Ports
from sim.scenario.intervention import PORT, Intervention, Where, moment, select
from sim.scenario.point import Point
from sim.scenario.where import EVERYWHERE

_NOBODY = {"staffing.officers_scale": 0.0, "staffing.absent_share": 1.0}


def check_point(point: Point, table: Ports) -> None:
    """Refuse a point in which nothing could happen, or which names ports that are not there.

    Parameters
    ----------
    point : Point
    table : Ports
        The whole port table, of which the point simulates a part.

    Raises
    ------
    InputError
        In one line.
    """
    _check_direction(point)
    check_scenario(point, table)
    for one in point.scenario.interventions:
        _check_dates(one, point)
    _check_officers(point)
    _check_openings(point, table)
    _check_routes(point, table)


def check_scenario(point: Point, table: Ports) -> None:
    """Refuse a scenario that names places that are not there, or takes a value out of its bounds.

    Parameters
    ----------
    point : Point
    table : Ports
        The whole port table, of which the point simulates a part.

    Raises
    ------
    InputError
        In one line.
    """
    network = read_network(point.parameters.smuggling.network)
    scenario = point.scenario
    for one in scenario.interventions:
        if one.where != EVERYWHERE:
            _check_where(one.where, table, network, f"scenario {scenario.name}: {one}")
    scenario.check(point.parameters)


def _check_routes(point: Point, table: Ports) -> None:
    """Refuse traffickers who would have no way at all."""
    smuggling = point.parameters.smuggling
    ports = np.isin(table.ids, point.ports)
    by_road = ports & table.takes_road_traffic & (table.vehicles_per_year > 0)
    away = smuggling.between_ports_share + smuggling.post_share + smuggling.air_share
    if smuggling.firearms_per_year > 0.0 and away == 0.0 and not by_road.any():
        raise InputError(
            f"no route is open to traffickers: none of the {ports.sum()} selected ports takes road "
            "vehicles, and smuggling.between_ports_share, post_share and air_share are 0 share"
        )


def _check_direction(point: Point) -> None:
    """Refuse contraband that does not go the way of the traffic."""
    smuggling, direction = point.parameters.smuggling, point.parameters.traffic.direction
    network = read_network(smuggling.network)
    lat = {
        role: float(np.average([p.lat for p in places], weights=[p.weight for p in places]))
        for role, places in (("sources", network.sources), ("markets", network.markets))
    }
    goes = "northbound" if lat["sources"] < lat["markets"] else "southbound"
    if goes != direction and smuggling.firearms_per_year > 0.0:
        raise InputError(
            f"traffic.direction = {direction}, but smuggling.network = {smuggling.network} "
            f"is {goes} (its sources lie {'south' if goes == 'northbound' else 'north'} of its "
            "markets)"
        )


def _check_where(where: Where, table: Ports, network: Network, place: str) -> None:
    columns: dict[str, Iterable[str]] = {
        "ports": table.ids,
        "provinces": table.province,
        "regions": table.region,
        "kinds": table.kind,
        "states": network.source_ids,
        "markets": network.market_ids,
    }
    for field, column in columns.items():
        named = getattr(where, field)
        known = sorted({str(word) for word in column}) if named else []
        for word in named:
            if word not in known:
                raise InputError.unknown(field[:-1], word, known, f"{place}: where.{field}")
    if not select(where, table).any():
        raise InputError(f"{place}: where selects none of the {len(table)} ports")


def _check_dates(one: Intervention, point: Point) -> None:
    first, last = _span(point)
    if moment(one.start) >= last or moment(one.end, last=True) <= first:
        raise InputError(
            f"scenario {point.scenario.name}: {one}: is never in force in the run, "
            f"{first.date()} to {last.date()} (see run.start and run.days)"
        )


def _check_officers(point: Point) -> None:
    staffing = point.parameters.staffing
    values = {
        "staffing.officers_scale": staffing.officers_scale,
        "staffing.absent_share": staffing.absent_share,
    }
    for one in point.scenario.interventions:
        if one.parameter in values and one.where == Where() and _whole_run(one, point):
            values[one.parameter] = one.of(values[one.parameter])
    for name, value in values.items():
        if value == _NOBODY[name]:
            raise InputError(
                f"scenario {point.scenario.name}: {name} = {value:g} leaves no officer at any port"
            )


def _check_openings(point: Point, table: Ports) -> None:
    closed = np.zeros(len(table), dtype=np.bool_)
    for one in point.scenario.interventions:
        if one.parameter == PORT and one.operation == "close" and _whole_run(one, point):
            closed |= select(one.where, table)
    chosen = np.isin(table.ids, point.ports)
    if closed[chosen].all():
        raise InputError(
            f"scenario {point.scenario.name}: closes all {chosen.sum()} selected ports "
            f"for all {point.days} days"
        )


def _whole_run(one: Intervention, point: Point) -> bool:
    first, last = _span(point)
    return moment(one.start) <= first and moment(one.end, last=True) >= last


def _span(point: Point) -> tuple[datetime.datetime, datetime.datetime]:
    """First instant of the run, and the first after it."""
    first = moment(point.start)
    return first, first + datetime.timedelta(days=point.days)
