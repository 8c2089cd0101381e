"""From the sums of a replication to its tables."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.numerics.units import DAY_S, HOUR_S, Floats
from sim.places.ports import PACIFIC
from sim.records import (
    AIR,
    ARREST,
    ARRIVALS,
    BETWEEN_PORTS,
    CLEARANCE_S,
    EXAMINATIONS,
    EXAMINATIONS_RELEASED,
    LANE_COLUMNS,
    NOT_PLANNED,
    OFFICER_COLUMNS,
    PORT,
    POST,
    PRICE,
    PRIMARY_S,
    REFERRED,
    RELEASED,
    SUPPLY,
    TRAFFICKING,
    WAIT_BIN_EDGES_MIN,
    WAIT_BINS,
    WAIT_S,
    WATER,
    WITHIN,
    ReplicationRecord,
)
from sim.results.reading import KEYS, METRICS, TABLES, Result
from sim.results.schema import PRIMARY_OUTCOME

# The Windsor-Detroit gateway, for which a target of transit time was set (B057).
WINDSOR = ("windsor-ambassador", "windsor-tunnel", "windsor-truck-ferry")
_WHOLE = [name for name in LANE_COLUMNS if not name.endswith("_s")]


def result_of(record: ReplicationRecord, certificate: list[dict[str, Any]]) -> Result:
    """Make the tables of a replication that has ended."""
    attempts = _attempts(record)
    return Result(
        summary=_summary(record, attempts),
        port_hours=_port_hours(record),
        officer_hours=_officer_hours(record),
        attempts=attempts,
        certificate=certificate,
    )


def _port_hours(record: ReplicationRecord) -> pd.DataFrame:
    lane, waits = record.tally.lane, record.tally.waits
    weekday, port, hour, number = np.nonzero((lane[..., ARRIVALS] > 0) | (lane[..., RELEASED] > 0))
    rows = lane[weekday, port, hour, number]
    bins = waits[weekday, port, hour, number]
    columns: dict[str, Any] = {
        "port_id": record.ports.ids[port],
        "lane": np.array(record.lanes)[number],
        "weekday": weekday,
        "hour": hour,
    }
    columns |= {f"wait_bin_{k:02d}": bins[:, k].astype(np.int64) for k in range(WAIT_BINS)}
    for i, name in enumerate(LANE_COLUMNS):
        if name != "within_standard":
            columns[name] = rows[:, i].astype(np.int64) if name in _WHOLE else rows[:, i]
    return pd.DataFrame(columns)


def _officer_hours(record: ReplicationRecord) -> pd.DataFrame:
    officer = record.tally.officer
    weekday, port, hour = np.nonzero(officer.any(axis=3))
    columns: dict[str, Any] = {
        "port_id": record.ports.ids[port],
        "weekday": weekday,
        "hour": hour,
    }
    rows = officer[weekday, port, hour]
    columns |= {name: rows[:, i] for i, name in enumerate(OFFICER_COLUMNS)}
    return pd.DataFrame(columns)


def _attempts(record: ReplicationRecord) -> pd.DataFrame:
    of = record.attempts
    at_port = of.number >= 0
    seen = of.at_ports[of.number[at_port]]
    detection, minutes = of.loss.copy(), np.zeros(len(of.loss))
    detection[at_port] = seen["p_found_on_lookout"] + seen["p_found_if_in_time"] * (
        seen["in_time"] > 0
    )
    minutes[at_port] = seen["examination_s"] / 60.0
    table = {
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
    keys = {key.name for key in KEYS}
    columns = [column.name for column in TABLES["attempts"] if column.name not in keys]
    return pd.DataFrame(table, columns=columns)


def wait_quantile_min(counts: Floats, share: float) -> float:
    """Quantile of waits from counts by bin, in minutes, linear within a bin.

    Parameters
    ----------
    counts : array of float, shape (bins,)
    share : float
        0 to 1.
    """
    total = counts.sum()
    if total <= 0:
        return float("nan")
    upper = np.array([*WAIT_BIN_EDGES_MIN, 1.5 * WAIT_BIN_EDGES_MIN[-1]], dtype=float)
    lower = np.concatenate([[0.0], upper[:-1]])
    reached = np.cumsum(counts)
    k = int(np.searchsorted(reached, share * total))
    before = reached[k] - counts[k]
    within = (share * total - before) / counts[k] if counts[k] > 0 else 0.0
    return float(lower[k] + within * (upper[k] - lower[k]))


def _groups(record: ReplicationRecord) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    ports = record.ports
    yield "all", np.ones(len(ports), bool)
    yield "one_officer", ports.one_officer
    yield "larger", ~ports.one_officer
    busiest = np.zeros(len(ports), bool)
    busiest[np.argsort(-ports.vehicles_per_year, kind="stable")[:10]] = True
    yield "busiest10", busiest
    yield "windsor", np.isin(ports.ids, WINDSOR)


def _traffic(sums: Floats, waits: Floats) -> dict[str, float]:
    released = max(sums[RELEASED], 1.0)
    referred = sums[REFERRED : REFERRED + 5]
    return {
        "arrivals": sums[ARRIVALS],
        "released": sums[RELEASED],
        "mean_wait_min": sums[WAIT_S] / released / 60.0,
        "mean_transit_min": (sums[WAIT_S] + sums[PRIMARY_S]) / released / 60.0,
        "wait_p95_min": wait_quantile_min(waits, 0.95),
        "within_standard_share": sums[WITHIN] / released,
        "delay_vehicle_h": sums[WAIT_S] / HOUR_S,
        "referred_share": referred.sum() / released,
        "examinations": sums[EXAMINATIONS],
        "examinations_ordered": referred[0] + referred[3] + referred[4],
        "examinations_released": sums[EXAMINATIONS_RELEASED],
        "officer_clearance_h": sums[CLEARANCE_S] / HOUR_S,
    }


def _summary(record: ReplicationRecord, attempts: pd.DataFrame) -> pd.DataFrame:
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
            if sums[ARRIVALS] + sums[RELEASED] == 0:
                continue
            measures = _traffic(sums, waits[chosen][:, which].sum(axis=(0, 1)))
            for metric, value in measures.items():
                add(metric, group, kind, value)
        officer = record.tally.officer[:, chosen].sum(axis=(0, 1, 2)) / HOUR_S
        for i, name in enumerate(OFFICER_COLUMNS):
            if name != "clearance_s":
                add(f"officer_{name[:-2]}_h", group, "all", officer[i])
    for metric, value in _firearms(attempts).items():
        add(metric, "all", "all", value)
    for metric, value in intelligence_metrics(record, attempts).items():
        add(metric, "all", "all", value)
    for name, declared in METRICS.items():
        if declared.value is not None:
            add(name, "all", "all", declared.value(record))
    for metric, place, value in traces_by_place(record):
        add(metric, "all", place, value)
    for metric, value in record_measures(record, attempts):
        add(metric, "all", "all", value)
    for metric, kind, value in trade_measures(record, attempts):
        add(metric, "all", kind, value)
    return pd.DataFrame(rows, columns=["metric", "unit", "port_group", "class", "value"])


def _firearms(attempts: pd.DataFrame) -> dict[str, float]:
    trade = attempts[attempts["kind"] == "trafficking"]
    visitors = attempts[attempts["kind"] == "traveller"]

    def firearms(table: pd.DataFrame, fate: str) -> float:
        return float(table.loc[table["fate"] == fate, "load"].sum())

    planned = float(trade.loc[trade["route"] != NOT_PLANNED, "load"].sum())
    seized = firearms(trade, "seized")
    away = firearms(trade, "intercepted")
    visitors_seized = firearms(visitors, "seized")
    at_ports = trade[trade["route"] == PORT]
    made = float(at_ports["load"].sum())
    outside = trade[trade["route"].isin((BETWEEN_PORTS, WATER, POST, AIR))]
    expected = float((at_ports["load"] * at_ports["true_detection_share"]).sum())
    expected_outside = float((outside["load"] * outside["true_detection_share"]).sum())
    deterred = firearms(trade, "deterred")
    stopped = expected + expected_outside
    return {
        "firearms_not_planned": firearms(trade, "not_planned"),
        "firearms_planned": planned,
        "firearms_deterred": deterred,
        "firearms_passed": firearms(trade, "passed"),
        "firearms_seized_ports": seized,
        "firearms_intercepted_away": away,
        "traveller_firearms_seized": visitors_seized,
        "firearms_seized_highway": seized + visitors_seized,
        "seizures_highway": float((attempts["fate"] == "seized").sum()),
        "true_interdicted_share": (seized + away) / planned if planned else float("nan"),
        "true_detection_share": expected / made if made else float("nan"),
        "expected_firearms_stopped": stopped,
        PRIMARY_OUTCOME: planned - deterred - stopped,
        "expected_firearms_seized_ports": expected,
    }


def record_measures(
    record: ReplicationRecord, attempts: pd.DataFrame
) -> Iterator[tuple[str, float]]:
    """Expected seizures of a replication that has ended, by kind and place."""
    chance = attempts["true_detection_share"]
    firearms = attempts["load"] * chance
    trafficked = attempts["kind"] == TRAFFICKING
    at_port = attempts["route"] == PORT
    elsewhere = trafficked & attempts["route"].isin((POST, AIR))
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
        float(firearms[at_port & attempts["port_id"].isin(pacific)].sum()),
    )
    yield "expected_firearms_seized_post_air", float(firearms[elsewhere].sum())


def trade_measures(
    record: ReplicationRecord, attempts: pd.DataFrame
) -> Iterator[tuple[str, str, float]]:
    """Measures of a replication that has ended: metric, class (a market's id or all), value.

    The street price is the mean over the days of the run; over all markets it is weighted with
    their demand.
    """
    unused = attempts.loc[attempts["route"] == NOT_PLANNED, "why"]
    for why in (ARREST, SUPPLY, PRICE):
        yield f"trips_not_planned_{why}", "all", float((unused == why).sum())
    run_s = record.point.days * DAY_S
    in_action = record.organisations - record.organisations_away_s / run_s
    yield "organisations_in_action", "all", in_action
    passed = attempts[(attempts["kind"] == "trafficking") & (attempts["fate"] == "passed")]
    delivered = passed.groupby("market")["load"].sum()
    yield "firearms_delivered", "all", float(passed["load"].sum())
    markets = record.markets
    stocks, weights = markets.stock.tolist(), markets.demand_per_day.tolist()
    for name, price, stock in zip(markets.ids, markets.price_cad.tolist(), stocks, strict=True):
        yield "firearms_delivered", name, float(delivered.get(name, 0))
        yield "street_price_cad", name, price
        yield "market_stock", name, stock
    weights = weights if sum(weights) > 0.0 else [1.0] * len(weights)
    yield "street_price_cad", "all", float(np.average(markets.price_cad, weights=weights))
    yield "market_stock", "all", float(sum(stocks))


def traces_by_place(record: ReplicationRecord) -> Iterator[tuple[str, str, float]]:
    """Count traces: metric, market of the request or source of the first sale, value."""
    for metric, counts in zip(
        ("traces_requested", "traces_succeeded"),
        (record.intelligence.traces_requested, record.intelligence.traces_succeeded),
        strict=True,
    ):
        for place, count in counts.items():
            yield metric, place, float(count)


def intelligence_metrics(record: ReplicationRecord, attempts: pd.DataFrame) -> dict[str, float]:
    """Count what intelligence did in the run itself, without the warm-up."""
    of = record.intelligence
    end_s = record.point.days * DAY_S
    counted = dict(of.counted)
    trace_s, message_s = counted.pop("trace_delay_s"), counted.pop("messages_delay_s")
    messages = counted.pop("messages_delivered")
    open_s = sum(
        max(min(ends_s, end_s) - max(opened_s, 0.0), 0.0)
        for opened_s, ends_s in of.cases_s.tolist()
    )
    trips = attempts[(attempts["kind"] == TRAFFICKING) & (attempts["route"] == PORT)]
    sought = trips[trips["lookout"].astype(bool)]
    hit = int((sought["reason"] == "lookout").sum())
    return {
        **counted,
        "trace_delay_days": _mean(trace_s / DAY_S, counted["traces_succeeded"]),
        "message_delay_days": _mean(message_s / DAY_S, messages),
        "cases_open": open_s / end_s,
        "cases_in_line": float(of.cases_in_line),
        "lookouts_active": float(of.lookouts_active),
        "lookout_trips": float(len(sought)),
        "lookout_trip_share": _mean(float(len(sought)), float(len(trips))),
        "lookouts_hit": float(hit),
        "lookouts_missed": float(len(sought) - hit),
    }


def _mean(total: float, count: float) -> float:
    """Mean, which is no number where there is nothing to take it of."""
    return total / count if count else float("nan")
