"""Laws that always hold, checked in every replication. A run that breaks one is not a result."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from sim import records
from sim.numerics.units import DAY_S
from sim.records import ReplicationRecord
from sim.results.schema import EXPECTED_METRICS

# Sums of up to 1e10 seconds in double precision.
RELATIVE_TOLERANCE = 1e-7
# Each vehicle adds moments of up to 3e7 s, with a rounding of 4e-9 s, to sums of up to 1e10 s.
LITTLE_TOLERANCE_S = 1e-7
# Reasons of referral that lead to an examination; paperwork and duty do not.
SEARCHES = ("lookout", "random", "selective")


def _law(law: str, residual: float, tolerance: float, detail: str) -> dict[str, Any]:
    held = bool(np.isfinite(residual) and abs(residual) <= tolerance)
    return {
        "law": law,
        "held": held,
        "residual": float(residual),
        "tolerance": float(tolerance),
        "detail": detail,
    }


def certify(record: ReplicationRecord) -> list[dict[str, Any]]:
    """Check every law on a replication that has ended.

    Returns for each law: held, residual, tolerance (in the unit of the residual), detail.
    """
    return [
        *_vehicles(record),
        *_officers(record),
        *_attempts(record),
        *_intelligence(record),
        _markets(record),
        *_expected(record),
    ]


def _vehicles(record: ReplicationRecord) -> Iterator[dict[str, Any]]:
    line = record.tally.line
    end = record.point.days * DAY_S
    waiting = np.bincount(record.in_line, minlength=len(line))
    missing = line[:, records.LINE_ARRIVED] - line[:, records.LINE_SERVED] - waiting
    yield _law(
        "vehicles in = vehicles out + still in line",
        float(np.abs(missing).max()),
        0.0,
        "vehicles; worst line",
    )
    unserved_s = np.bincount(
        record.in_line, weights=end - record.in_line_since_s, minlength=len(line)
    )
    little = line[:, records.LINE_QUEUE_S] - line[:, records.LINE_WAIT_S] - unserved_s
    scale = 1.0 + line[:, records.LINE_QUEUE_S] / DAY_S + line[:, records.LINE_SERVED] + waiting
    with np.errstate(invalid="ignore"):  # a sum that is no number breaks the law
        ratio = little / scale
    yield _law(
        "Little's law: time integral of the line = sum of waits",
        float(np.abs(ratio).max()),
        LITTLE_TOLERANCE_S,
        "seconds a vehicle; worst line",
    )
    lanes = record.tally.lane
    shut = record.open_s <= 0.0
    served = lanes[..., records.RELEASED].sum(axis=3)
    primary_s = lanes[..., records.PRIMARY_S].sum(axis=3)
    excess = primary_s - record.tally.officer[..., records.OVERTIME]
    worst = float(excess[shut].max(initial=0.0))
    yield _law(
        "no vehicle served while its port is closed, but by the closing shift in overtime",
        worst,
        1e-6 * (1.0 + float(primary_s[shut].max(initial=0.0))),
        f"seconds; {int(served[shut].sum())} vehicles cleared after hours",
    )


def _officers(record: ReplicationRecord) -> Iterator[dict[str, Any]]:
    officer = record.tally.officer.sum(axis=(0, 2))
    paid = officer[:, records.SHIFT] + officer[:, records.OVERTIME]
    busy = (
        officer[:, records.ON_PRIMARY]
        + officer[:, records.ON_CLEARANCE]
        + officer[:, records.ON_EXAMINATION]
    )
    after = record.busy_after_s
    scale = 1.0 + float(paid.sum())
    yield _law(
        "officers at work <= officers on shift",
        max(0.0, float((busy - paid).max()) - after) / scale,
        RELATIVE_TOLERANCE,
        "ratio of all officer time; worst port",
    )
    rest = float(paid.sum() - busy.sum() - officer[:, records.READY].sum() + after)
    yield _law(
        "time in each officer's tasks sums to the shift",
        rest / scale,
        RELATIVE_TOLERANCE,
        "ratio of all officer time",
    )


def _attempts(record: ReplicationRecord) -> Iterator[dict[str, Any]]:
    of, attempts = record.attempts, record.attempts.at_ports
    planned = of.route != records.NOT_PLANNED
    at_port = of.number >= 0
    loads = np.zeros(len(attempts), np.int64)
    loads[of.number[at_port]] = of.load[at_port]
    elsewhere = int(of.load[planned & ~at_port].sum())
    decided = np.isin(attempts["fate"], (records.PASSED, records.SEIZED, records.TURNED_BACK))
    inside = record.attempts_inside
    inside = inside[~decided[inside]]  # who has withdrawn still goes through as a probe
    ended = int(loads[decided].sum()) + elsewhere
    yield _law(
        "firearms planned = deterred + passed + seized + in transit",
        float(of.load[planned].sum() - ended - int(loads[inside].sum())),
        0.0,
        f"firearms; {len(inside)} attempts in transit at the end",
    )
    chance = attempts["p_found_on_lookout"] + attempts["p_found_if_in_time"] * (
        attempts["in_time"] > 0
    )
    outside = np.maximum(np.maximum(chance - 1.0, -chance), 0.0)
    yield _law(
        "detection probability of every attempt within 0 and 1",
        float(outside.max(initial=0.0)),
        0.0,
        "share; worst attempt",
    )
    searched = np.zeros(len(attempts), bool)
    searched[of.number[at_port]] = np.isin(of.reason[at_port], SEARCHES)
    searched &= attempts["examination_s"] > 0
    law = 1.0 - np.exp(-attempts["rate_per_s"] * attempts["examination_s"])
    yield _law(
        "detection probability = what the law gives for its minutes",
        float(np.abs(law - attempts["p_find"])[searched].max(initial=0.0)),
        1e-12,
        f"share; {int(searched.sum())} searched attempts",
    )


def _intelligence(record: ReplicationRecord) -> Iterator[dict[str, Any]]:
    of = record.intelligence
    cases_open = len(of.cases_s) - of.cases_ended
    yield _law(
        "leads received = used + faded + waiting",
        float(of.leads_received - of.leads_used - of.leads_faded - of.leads_waiting),
        0.0,
        f"leads, with the warm-up; {of.leads_waiting} waiting at the end",
    )
    yield _law(
        "investigators = free + at work on a case",
        float(of.investigators + of.investigators_leaving - of.investigators_free - cases_open),
        0.0,
        f"investigators; {cases_open} cases open at the end",
    )
    yield _law(
        "lookouts issued = expired + active",
        float(of.lookouts_issued - of.lookouts_expired - of.lookouts_active),
        0.0,
        f"lookouts, with the warm-up; {of.lookouts_active} active at the end",
    )


def _expected(record: ReplicationRecord) -> Iterator[dict[str, Any]]:
    """Count opportunities anew, from what there is of them a year."""
    of = record.expected
    if of is None:
        return
    parts = [name for name in of.values if EXPECTED_METRICS[name].unit == "firearms"]
    parts.remove("opportunities")
    smuggling, market = record.point.parameters.smuggling, record.point.parameters.market
    there = smuggling.firearms_per_year / market.used_share * record.traffic_share
    total = sum(of.values[name] for name in parts)
    fixed = not smuggling.yearly_change and not any(
        intervention.parameter == "smuggling.firearms_per_year"
        for intervention in record.point.scenario.interventions
    )
    expected = there if fixed else of.values["opportunities"]
    residual = (total - expected) / max(there, 1e-300)
    yield _law(
        "expected firearms: what becomes of them = opportunities",
        float(np.abs(residual).max()),
        RELATIVE_TOLERANCE,
        "ratio; worst year and kind of smuggler",
    )
    least = min(float(of.values[name].min()) for name in parts if name != "waiting")
    yield _law(
        "expected firearms: no part is negative",
        max(-least / max(there, 1e-300), 0.0),
        RELATIVE_TOLERANCE,
        "ratio; worst year and kind of smuggler",
    )


def _markets(record: ReplicationRecord) -> dict[str, Any]:
    """Count what has passed anew, from what officers and patrols wrote down."""
    of, markets = record.attempts, record.markets
    passed = (of.kind == records.TRAFFICKING) & ~np.isin(
        of.route, (records.NOT_MADE, records.NOT_PLANNED)
    )
    at_port = of.number >= 0
    passed[at_port] &= of.at_ports["fate"][of.number[at_port]] == records.PASSED
    passed &= ~of.intercepted
    arrived = np.array([of.load[passed & (of.market == name)].sum() for name in markets.ids])
    residuals = (markets.opening_stock + arrived - markets.sold - markets.stock) / (
        1.0 + markets.opening_stock + arrived
    )
    return _law(
        "markets: stock at the start + firearms passed = sold + stock at the end",
        max(residuals.tolist(), key=abs),
        RELATIVE_TOLERANCE,
        "ratio; worst market",
    )
