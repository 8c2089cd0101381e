"""From the sums of a replication to its tables."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sim import records
from sim.numerics import added
from sim.numerics.units import DAY_S, HOUR_S, Flags, Floats, Texts, Whole
from sim.places.ports import PACIFIC
from sim.records import Fate, ReplicationRecord
from sim.results.schema import (
    EXPECTED_METRICS,
    HORIZONS,
    LEAST_YEARS,
    LONG_RUN,
    METRICS,
    PRIMARY_OUTCOME,
    Result,
    at_horizon,
)
from sim.results.tables import schema

# The Windsor-Detroit gateway, for which a target of transit time was set (B057).
WINDSOR = ("windsor-ambassador", "windsor-tunnel", "windsor-truck-ferry")
# Columns of a table by name.
Columns = dict[str, npt.NDArray[Any]]

_WHOLE = [name for name in records.LANE_COLUMNS if not name.endswith("_s")]


def result_of(
    record: ReplicationRecord, certificate: list[dict[str, Any]], *, hours: bool = True
) -> Result:
    """Make the tables of a replication that has ended, with rows by port and hour or without.

    One that repeats the smuggling on the traffic of another has none: they stand with that traffic.
    """
    attempts = _attempts(record)
    ports = slice(None) if hours else slice(0, 0)
    return Result(
        summary=_summary(record, attempts),
        port_hours=_port_hours(record, ports),
        officer_hours=_officer_hours(record, ports),
        port_days=_port_days(record, hours=hours),
        attempts=_table("attempts", attempts),
        certificate=certificate,
        expected=_expected(record),
    )


def _texts(names: Sequence[str] | Texts, numbers: Whole) -> Any:
    """Names by number, as a column of a table: each name is converted once, not in every row."""
    return pa.array(list(map(str, names)), pa.string()).take(pa.array(numbers))


def _table(name: str, columns: Mapping[str, Any]) -> pa.Table:
    """Make a table with the declared columns."""
    declared = schema(name, keys=False)
    if odd := set(declared.names) ^ set(columns):
        raise ValueError(f"{name}: columns missing or not declared: {sorted(odd)}")
    return pa.table({**columns}, declared)


def _table_of(name: str, rows: list[tuple[Any, ...]]) -> pa.Table:
    """Make a table of rows whose values stand in the order of the declared columns."""
    columns = zip(*rows, strict=True) if rows else ((),) * len(schema(name, keys=False))
    return _table(name, dict(zip(schema(name, keys=False).names, columns, strict=True)))


def by_horizon(years: Floats) -> dict[str, Floats]:
    """Values of each year, and of the long run where there are enough of them.

    Parameters
    ----------
    years : array of float, shape (years, kinds)

    Returns
    -------
    dict of array of float, shape (kinds,)
        By horizon; the long run is the mean of the last third of the years.
    """
    values = {f"year_{year + 1}": value for year, value in enumerate(years)}
    if len(years) >= LEAST_YEARS:
        values[LONG_RUN] = _last(years).mean(axis=0)
    return values


def _last(years: Floats) -> Floats:
    return years[-(max(2, len(years) // 3)) :]


def drift(years: Floats) -> Floats:
    """Change over the last years, the second half of them less the first, as a ratio of the mean.

    The test of the long run: where it is not small, the transition has not ended.
    """
    last = _last(years)
    half = len(last) // 2
    change = last[-half:].mean(axis=0) - last[:half].mean(axis=0)
    return np.asarray(change / np.maximum(last.mean(axis=0), 1e-300))


def _expected(record: ReplicationRecord) -> pa.Table | None:
    """Expectations by kind of smuggler, horizon and metric."""
    of = record.expected
    if of is None:
        return None
    loads = record.point.parameters.contraband.unit
    rows = []
    for metric, declared in EXPECTED_METRICS.items():
        unit = declared.unit.replace("firearms", loads)
        if metric in of.values:
            horizons = by_horizon(of.values[metric])
        else:  # the drift
            reaching = of.values["reaching_market"]
            horizons = {LONG_RUN: drift(reaching)} if len(reaching) >= LEAST_YEARS else {}
        rows += [
            (smugglers, horizon, metric, unit, float(value))
            for horizon, values in horizons.items()
            for smugglers, value in zip(of.smugglers, values, strict=True)
        ]
    return _table_of("expected", rows)


def _own_horizons(record: ReplicationRecord) -> Iterator[tuple[str, float]]:
    """Expected firearms that reach the market, for the smugglers of the point."""
    of, own = record.expected, record.point.parameters.smuggling.adversary
    if of is None or own not in of.smugglers:
        return
    years = of.values["reaching_market"][:, [of.smugglers.index(own)]]
    for horizon, value in by_horizon(years).items():
        if horizon in HORIZONS:
            yield at_horizon("reaching_market", horizon), float(value[0])


def _port_hours(record: ReplicationRecord, ports: slice) -> pa.Table:
    lane, waits = record.tally.lane[:, ports], record.tally.waits[:, ports]
    weekday, port, hour, number = np.nonzero(
        (lane[..., records.ARRIVALS] > 0) | (lane[..., records.RELEASED] > 0)
    )
    rows = lane[weekday, port, hour, number]
    bins = waits[weekday, port, hour, number]
    columns: dict[str, Any] = {
        "port_id": _texts(record.ports.ids, port),
        "lane": _texts(record.lanes, number),
        "weekday": weekday,
        "hour": hour,
    }
    columns |= {f"wait_bin_{k:02d}": bins[:, k].astype(np.int64) for k in range(records.WAIT_BINS)}
    for i, name in enumerate(records.LANE_COLUMNS):
        if name != "within_standard":
            columns[name] = rows[:, i].astype(np.int64) if name in _WHOLE else rows[:, i]
    return _table("port_hours", columns)


def _port_days(record: ReplicationRecord, *, hours: bool) -> pa.Table:
    """What every lane saw on every date, so that an event can be found."""
    sums = dict(zip(records.DATE_COLUMNS, np.moveaxis(record.by_date, 3, 0), strict=True))
    day, port, number = np.nonzero((sums["arrivals"] + sums["gave_up"] + sums["released"]) > 0)
    if not hours:
        day, port, number = day[:0], port[:0], number[:0]
    of = {name: column[day, port, number].astype(float) for name, column in sums.items()}
    served = np.maximum(of["released"], 1.0)
    dates = np.datetime64(record.point.start, "D") + np.arange(record.point.days)
    table: Columns = {
        "date": dates[day].astype(np.str_),
        "port_id": _texts(record.ports.ids, port),
        "lane": _texts(np.array(record.lanes), number),
        **{name: of[name].astype(np.int64) for name in ("arrivals", "released", "gave_up")},
        "mean_wait_min": of["wait_s"] / served / 60.0,
        "within_standard_share": of["within"] / served,
    }
    return _table("port_days", table)


def _officer_hours(record: ReplicationRecord, ports: slice) -> pa.Table:
    officer = record.tally.officer[:, ports]
    weekday, port, hour = np.nonzero(officer.any(axis=3))
    columns: dict[str, Any] = {
        "port_id": _texts(record.ports.ids, port),
        "weekday": weekday,
        "hour": hour,
    }
    rows = officer[weekday, port, hour]
    columns |= {name: rows[:, i] for i, name in enumerate(records.OFFICER_COLUMNS)}
    columns |= {"booths": record.booths[port], "bays": record.bays[port]}
    return _table("officer_hours", columns)


def _attempts(record: ReplicationRecord) -> Columns:
    """Columns of the table of attempts; measures are taken from arrays, which are fast to read."""
    of = record.attempts
    at_port = of.number >= 0
    seen = of.at_ports[of.number[at_port]]
    detection, minutes = of.loss.copy(), np.zeros(len(of.loss))
    detection[at_port] = seen["p_found_on_lookout"] + seen["p_found_if_in_time"] * (
        seen["in_time"] > 0
    )
    minutes[at_port] = seen["examination_s"] / 60.0
    return {
        "attempt_id": of.attempt_id,
        "kind": of.kind,
        "organisation": np.where(of.organisation >= 0, of.organisation.astype(np.str_), ""),
        "market": of.market,
        "source": of.source,
        "route": of.route,
        "region": of.region,
        "port_id": of.port_id,
        "lane": of.lane,
        "time_s": of.time_s,
        "load": of.load,
        "deep": of.deep,
        "lookout": of.lookout,
        "perceived_loss": of.believed_loss,
        "true_detection_share": detection,
        "reason": of.reason,
        "examination_min": minutes,
        "fate": of.fate,
        "why": of.why,
    }


def _groups(record: ReplicationRecord) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    ports = record.ports
    yield "all", np.ones(len(ports), bool)
    yield "one_officer", ports.one_officer
    yield "larger", ~ports.one_officer
    busiest = np.zeros(len(ports), bool)
    busiest[np.argsort(-ports.vehicles_per_year, kind="stable")[:10]] = True
    yield "busiest10", busiest
    yield "windsor", np.isin(ports.ids, WINDSOR)


def _summary(record: ReplicationRecord, attempts: Columns) -> pa.Table:
    lane = record.tally.lane.sum(axis=(0, 2))
    waits = record.tally.waits.sum(axis=(0, 2))
    rows = []

    def add(metric: str, group: str, kind: str, value: float) -> None:
        if value == value:
            unit = METRICS[metric].unit.replace("firearms", record.point.parameters.contraband.unit)
            rows.append((metric, unit, group, kind, float(value)))

    for group, chosen in _groups(record):
        if not chosen.any():
            continue
        classes = [
            ("all", slice(None)),
            *((name, slice(i, i + 1)) for i, name in enumerate(record.lanes)),
        ]
        for kind, which in classes:
            sums = lane[chosen][:, which].sum(axis=(0, 1))
            if sums[records.ARRIVALS] + sums[records.RELEASED] == 0:
                continue
            counts = waits[chosen][:, which].sum(axis=(0, 1))
            for metric, declared in METRICS.items():
                if declared.of_lanes is not None:
                    add(metric, group, kind, declared.of_lanes(sums, counts))
        officer = record.tally.officer[:, chosen].sum(axis=(0, 1, 2)) / HOUR_S
        for i, name in enumerate(records.OFFICER_COLUMNS):
            if name != "clearance_s":
                add(f"officer_{name[:-2]}_h", group, "all", officer[i])
    whole = [*_firearms(attempts).items(), *intelligence_metrics(record, attempts).items()]
    whole += [(name, of.value(record)) for name, of in METRICS.items() if of.value is not None]
    by_place = [(metric, "all", value) for metric, value in whole]
    by_place += traces_by_place(record)
    for metric, value in (*record_measures(record, attempts), *_own_horizons(record)):
        by_place.append((metric, "all", value))
    for metric, kind, value in (*by_place, *trade_measures(record, attempts)):
        add(metric, "all", kind, value)
    return _table_of("summary", rows)


def _firearms(attempts: Columns) -> dict[str, float]:
    route, fate = attempts["route"], attempts["fate"]
    load, chance = attempts["load"], attempts["true_detection_share"]
    trafficked = attempts["kind"] == records.TRAFFICKING

    def firearms(chosen: Flags) -> float:
        return float(load[chosen].sum())

    def expected_of(chosen: Flags) -> float:
        return float((load[chosen] * chance[chosen]).sum())

    planned = firearms(trafficked & (route != records.NOT_PLANNED))
    seized = firearms(trafficked & (fate == Fate.SEIZED))
    away = firearms(trafficked & (fate == Fate.INTERCEPTED))
    visitors_seized = firearms(~trafficked & (fate == Fate.SEIZED))
    at_ports = trafficked & (route == records.PORT)
    made = firearms(at_ports)
    expected = expected_of(at_ports)
    expected_outside = expected_of(
        trafficked
        & np.isin(route, (records.BETWEEN_PORTS, records.WATER, records.POST, records.AIR))
    )
    deterred = firearms(trafficked & (fate == Fate.DETERRED))
    stopped = expected + expected_outside
    return {
        "firearms_not_planned": firearms(trafficked & (fate == Fate.NOT_PLANNED)),
        "firearms_planned": planned,
        "firearms_deterred": deterred,
        "firearms_passed": firearms(trafficked & (fate == Fate.PASSED)),
        "firearms_seized_ports": seized,
        "firearms_intercepted_away": away,
        "traveller_firearms_seized": visitors_seized,
        "firearms_seized_highway": seized + visitors_seized,
        "seizures_highway": float((fate == Fate.SEIZED).sum()),
        "true_interdicted_share": (seized + away) / planned if planned else float("nan"),
        "true_detection_share": expected / made if made else float("nan"),
        "expected_firearms_stopped": stopped,
        PRIMARY_OUTCOME: planned - deterred - stopped,
        "expected_firearms_seized_ports": expected,
    }


def record_measures(record: ReplicationRecord, attempts: Columns) -> Iterator[tuple[str, float]]:
    """Expected seizures of a replication that has ended, by kind and place."""
    chance = attempts["true_detection_share"]
    firearms = attempts["load"] * chance
    trafficked = attempts["kind"] == records.TRAFFICKING
    at_port = attempts["route"] == records.PORT
    elsewhere = trafficked & np.isin(attempts["route"], (records.POST, records.AIR))
    travellers = float(firearms[~trafficked].sum())
    handguns = record.point.parameters.smuggling.traveller_handgun_share
    pacific = record.ports.ids[record.ports.region == PACIFIC].tolist()
    yield "expected_traveller_firearms_seized", travellers
    yield "expected_trafficking_seizures", float(chance[trafficked & at_port].sum())
    yield "expected_traveller_seizures", float(chance[~trafficked].sum())
    yield (
        "expected_handguns_seized",
        float(firearms[trafficked & at_port].sum()) + handguns * travellers,
    )
    yield (
        "expected_firearms_seized_pacific",
        float(firearms[at_port & np.isin(attempts["port_id"], pacific)].sum()),
    )
    yield "expected_firearms_seized_post_air", float(firearms[elsewhere].sum())


def trade_measures(
    record: ReplicationRecord, attempts: Columns
) -> Iterator[tuple[str, str, float]]:
    """Measures of a replication that has ended: metric, class (a market's id or all), value.

    The street price is the mean over the days of the run; over all markets it is weighted with
    their demand.
    """
    unused = attempts["why"][attempts["route"] == records.NOT_PLANNED]
    for why in (records.ARREST, records.SUPPLY, records.PRICE, records.LATE):
        yield f"trips_not_planned_{why}", "all", float((unused == why).sum())
    run_s = record.point.days * DAY_S
    in_action = record.organisations - record.organisations_away_s / run_s
    yield "organisations_in_action", "all", in_action
    passed = (attempts["kind"] == records.TRAFFICKING) & (attempts["fate"] == Fate.PASSED)
    load, market = attempts["load"][passed], attempts["market"][passed]
    yield "firearms_delivered", "all", float(load.sum())
    markets = record.markets
    stocks, weights = markets.stock.tolist(), markets.demand_per_day.tolist()
    for name, price, stock in zip(markets.ids, markets.price_cad.tolist(), stocks, strict=True):
        yield "firearms_delivered", name, float(load[market == name].sum())
        yield "street_price_cad", name, price
        yield "market_stock", name, stock
    weights = weights if added(weights) > 0.0 else [1.0] * len(weights)
    yield "street_price_cad", "all", float(np.average(markets.price_cad, weights=weights))
    yield "market_stock", "all", added(stocks)


def traces_by_place(record: ReplicationRecord) -> Iterator[tuple[str, str, float]]:
    """Count traces: metric, market of the request or source of the first sale, value."""
    for metric, counts in zip(
        ("traces_requested", "traces_succeeded"),
        (record.intelligence.traces_requested, record.intelligence.traces_succeeded),
        strict=True,
    ):
        for place, count in counts.items():
            yield metric, place, float(count)


def intelligence_metrics(record: ReplicationRecord, attempts: Columns) -> dict[str, float]:
    """Count what intelligence did in the run itself, without the warm-up."""
    of = record.intelligence
    end_s = record.point.days * DAY_S
    counted = dict(of.counted)
    trace_s, message_s = counted.pop("trace_delay_s"), counted.pop("messages_delay_s")
    messages = counted.pop("messages_delivered")
    open_s = added(
        max(min(ends_s, end_s) - max(opened_s, 0.0), 0.0)
        for opened_s, ends_s in of.cases_s.tolist()
    )
    trips = (attempts["kind"] == records.TRAFFICKING) & (attempts["route"] == records.PORT)
    sought = trips & attempts["lookout"]
    hit = int(np.sum(attempts["reason"][sought] == "lookout"))
    trip_count, sought_count = float(trips.sum()), float(sought.sum())
    return {
        **counted,
        "trace_delay_days": _mean(trace_s / DAY_S, counted["traces_succeeded"]),
        "message_delay_days": _mean(message_s / DAY_S, messages),
        "cases_open": open_s / end_s,
        "cases_in_line": float(of.cases_in_line),
        "lookouts_active": float(of.lookouts_active),
        "lookout_trips": sought_count,
        "lookout_trip_share": _mean(sought_count, trip_count),
        "lookouts_hit": float(hit),
        "lookouts_missed": sought_count - hit,
    }


def _mean(total: float, count: float) -> float:
    """Mean, which is no number where there is nothing to take it of."""
    return total / count if count else float("nan")
