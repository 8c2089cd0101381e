"""Laws that always hold, checked in every replication. A run that breaks one is not a result."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.model.border import Border
from sim.model.port.referral import LOOKOUT, RANDOM, SELECTIVE
from sim.model.smuggling.attempt import NOT_MADE, NOT_PLANNED, TRAFFICKING
from sim.numerics.units import DAY_S
from sim.records.tally import (
    LINE_ARRIVED,
    LINE_QUEUE_S,
    LINE_SERVED,
    LINE_WAIT_S,
    ON_CLEARANCE,
    ON_EXAMINATION,
    ON_PRIMARY,
    OVERTIME,
    PASSED,
    PRIMARY_S,
    READY,
    RELEASED,
    SEIZED,
    SHIFT,
    TURNED_BACK,
)

# Sums of up to 1e10 seconds in double precision.
RELATIVE_TOLERANCE = 1e-7
# Each vehicle adds moments of up to 3e7 s, with a rounding of 4e-9 s, to sums of up to 1e10 s.
LITTLE_TOLERANCE_S = 1e-7


def _law(law: str, residual: float, tolerance: float, detail: str) -> dict[str, Any]:
    held = bool(np.isfinite(residual) and abs(residual) <= tolerance)
    return {
        "law": law,
        "held": held,
        "residual": float(residual),
        "tolerance": float(tolerance),
        "detail": detail,
    }


def certify(border: Border) -> list[dict[str, Any]]:
    """Check every law on a replication that has ended.

    Returns
    -------
    list of dict
        law, held, residual, tolerance (in the unit of the residual), detail.
    """
    return [
        *_vehicles(border),
        *_officers(border),
        *_attempts(border),
        *_intelligence(border),
        _markets(border),
    ]


def _vehicles(border: Border) -> Iterator[dict[str, Any]]:
    line = border.tally.line
    end = border.point.days * DAY_S
    where, arrived = border.engine.still_in_line()
    waiting = np.bincount(where, minlength=len(line))
    missing = line[:, LINE_ARRIVED] - line[:, LINE_SERVED] - waiting
    yield _law(
        "vehicles in = vehicles out + still in line",
        float(np.abs(missing).max()),
        0.0,
        "vehicles; worst line",
    )
    unserved_s = np.bincount(where, weights=end - arrived, minlength=len(line))
    little = line[:, LINE_QUEUE_S] - line[:, LINE_WAIT_S] - unserved_s
    scale = 1.0 + line[:, LINE_QUEUE_S] / DAY_S + line[:, LINE_SERVED] + waiting
    with np.errstate(invalid="ignore"):  # a sum that is no number breaks the law
        ratio = little / scale
    yield _law(
        "Little's law: time integral of the line = sum of waits",
        float(np.abs(ratio).max()),
        LITTLE_TOLERANCE_S,
        "seconds a vehicle; worst line",
    )
    lanes = border.tally.lane
    shut = border.open_s <= 0.0
    served = lanes[..., RELEASED].sum(axis=3)
    primary_s = lanes[..., PRIMARY_S].sum(axis=3)
    excess = primary_s - border.tally.officer[..., OVERTIME]
    worst = float(excess[shut].max(initial=0.0))
    yield _law(
        "no vehicle served while its port is closed, but by the closing shift in overtime",
        worst,
        1e-6 * (1.0 + float(primary_s[shut].max(initial=0.0))),
        f"seconds; {int(served[shut].sum())} vehicles cleared after hours",
    )


def _officers(border: Border) -> Iterator[dict[str, Any]]:
    officer = border.tally.officer.sum(axis=(0, 2))
    paid = officer[:, SHIFT] + officer[:, OVERTIME]
    busy = officer[:, ON_PRIMARY] + officer[:, ON_CLEARANCE] + officer[:, ON_EXAMINATION]
    after = border.engine.busy_after(border.point.days * DAY_S)
    scale = 1.0 + float(paid.sum())
    yield _law(
        "officers at work <= officers on shift",
        max(0.0, float((busy - paid).max()) - after) / scale,
        RELATIVE_TOLERANCE,
        "ratio of all officer time; worst port",
    )
    rest = float(paid.sum() - busy.sum() - officer[:, READY].sum() + after)
    yield _law(
        "time in each officer's tasks sums to the shift",
        rest / scale,
        RELATIVE_TOLERANCE,
        "ratio of all officer time",
    )


def _attempts(border: Border) -> Iterator[dict[str, Any]]:
    attempts = border.attempts[: border.attempts_of_day.count]
    loads = np.zeros(len(attempts), np.int64)
    planned = elsewhere = 0
    for row in border.attempts_of_day.rows:
        if row.route.kind == NOT_PLANNED:
            continue
        planned += row.load
        if row.number >= 0:
            loads[row.number] = row.load
        else:
            elsewhere += row.load
    decided = np.isin(attempts["fate"], (PASSED, SEIZED, TURNED_BACK))
    on_the_way = border.extra_arrivals.on_the_way["attempt"]
    inside = np.concatenate([border.engine.attempts_inside(), on_the_way[on_the_way >= 0]])
    inside = inside[~decided[inside]]  # who has withdrawn still goes through as a probe
    ended = int(loads[decided].sum()) + elsewhere
    yield _law(
        "firearms planned = deterred + passed + seized + in transit",
        float(planned - ended - int(loads[inside].sum())),
        0.0,
        f"firearms; {len(inside)} attempts in transit at the end",
    )
    own = attempts["p_found_on_lookout"] + attempts["p_found_if_in_time"] * (
        attempts["in_time"] > 0
    )
    outside = np.maximum(np.maximum(own - 1.0, -own), 0.0)
    yield _law(
        "detection probability of every attempt within 0 and 1",
        float(outside.max(initial=0.0)),
        0.0,
        "share; worst attempt",
    )
    searched = np.isin(attempts["reason"], (LOOKOUT, RANDOM, SELECTIVE))
    searched &= attempts["examination_s"] > 0
    law = 1.0 - np.exp(-attempts["rate_per_s"] * attempts["examination_s"])
    yield _law(
        "detection probability = what the law gives for its minutes",
        float(np.abs(law - attempts["p_find"])[searched].max(initial=0.0)),
        1e-12,
        f"share; {int(searched.sum())} searched attempts",
    )


def _intelligence(border: Border) -> Iterator[dict[str, Any]]:
    of = border.intelligence
    leads, cases, lookouts = of.leads, of.investigations, of.lookouts
    yield _law(
        "leads received = used + faded + waiting",
        float(leads.received - leads.used - leads.faded - leads.waiting),
        0.0,
        f"leads, with the warm-up; {leads.waiting} waiting at the end",
    )
    yield _law(
        "investigators = free + at work on a case",
        float(cases.staff + cases.leaving - cases.free.level - cases.open),
        0.0,
        f"investigators; {cases.open} cases open at the end",
    )
    yield _law(
        "lookouts issued = expired + active",
        float(lookouts.issued - lookouts.expired - lookouts.active),
        0.0,
        f"lookouts, with the warm-up; {lookouts.active} active at the end",
    )


def _markets(border: Border) -> dict[str, Any]:
    """Count what has passed anew, from the fates of the attempts."""
    arrived = dict.fromkeys(border.markets.markets, 0)
    for row in border.attempts_of_day.rows:
        if row.kind != TRAFFICKING or row.route.kind in (NOT_MADE, NOT_PLANNED):
            continue
        fate = PASSED if row.number < 0 else int(border.attempts["fate"][row.number])
        if fate == PASSED and not row.intercepted:
            arrived[row.market] += row.load
    residuals = [
        (market.opening_stock + arrived[name] - market.sold - market.stock.level)
        / (1.0 + market.opening_stock + arrived[name])
        for name, market in border.markets.markets.items()
    ]
    return _law(
        "markets: stock at the start + firearms passed = sold + stock at the end",
        max(residuals, key=abs),
        RELATIVE_TOLERANCE,
        "ratio; worst market",
    )
