"""Leads, cases and arrests of many copies of all organisations, one step of some days (compiled).

The copies of an organisation have the same rates and different luck. Their luck is stratified: of
each draw, the copies take one value in each of so many equal parts of the unit interval, in an
order that is shuffled anew for the next draw. Every copy by itself has independent draws, and what
is added up over copies has little luck left.

Arrests are coupled: whoever has met as much risk of arrest as his luck allows is arrested. With the
chance p of an arrest, the risk is -log(1 - p), and the luck is exponential. So a scenario with
a little more risk brings arrests a little earlier, and not other ones. The luck belongs to the
organisation's number of arrests so far, the length of a case to the number of the case since.

This module stands by itself, so that Numba's own check of its file is enough: a change compiles
this function anew, and not the engine.
"""

import math
from typing import NamedTuple

import numpy as np

from sim.numerics import compilation
from sim.numerics.randomness import TWO_32, philox
from sim.numerics.units import Flags, Floats, Whole

# A prime number, so that every multiple of a number, modulo it, is another one.
COPIES = 503
# Spread of the strength of one lead, as a ratio of its mean: evidence is uniform, ages differ.
SPREAD = 0.6
# Purposes of draws, beside those of `sim.numerics.randomness`.
LEADS, STOPS, STRENGTH, LUCK, LENGTH = range(64, 69)
MOST_CASES = 1 << 16


class Copies(NamedTuple):
    """What the copies are at, each of shape (kinds, copies, organisations).

    Attributes
    ----------
    strength, evidence : array of float
        Of leads in hand, and in an open case, in average fresh leads.
    left_days, away_days : array of float
        Of the open case; out of action.
    luck : array of float
        How much more risk of arrest it will meet before the next arrest.
    since : array of int
        Steps since the last arrest.
    arrests, cases : array of int
        So far; since the last arrest.
    is_open : array of bool
        Whether there is a case.
    """

    strength: Floats
    evidence: Floats
    left_days: Floats
    away_days: Floats
    luck: Floats
    since: Whole
    arrests: Whole
    cases: Whole
    is_open: Flags


class Flow(NamedTuple):
    """What a step brings, by kind of smuggler and organisation unless said otherwise.

    Attributes
    ----------
    recovered, recovered_strength : array of float
        Leads from recoveries if all were of recent sales, and their strength.
    other, other_strength : array of float, shape (organisations,)
        Leads of other kinds.
    stops : array of float
        Loads stopped of an organisation in action.
    told : array of float
        Strength of the leads that a stop brings.
    by_age : array of float, shape (4, steps)
        What is left of recoveries by time since the last arrest: leads, their strength, leads on a
        vehicle and on a driver.
    """

    recovered: Floats
    recovered_strength: Floats
    other: Floats
    other_strength: Floats
    stops: Floats
    told: Floats
    by_age: Floats


class CaseRules(NamedTuple):
    """Rules of leads, cases and arrests in force, and the length of the step in days."""

    days: float
    kept: float
    case_leads: float
    evidence_arrest: float
    evidence_speed: float
    case_risk: float
    case_days: float
    spread: float
    investigators: int
    stop_risk: float
    out_days: float


class Stream(NamedTuple):
    """Key of the draws, and the number of the step."""

    seed: int
    replication: int
    step: int


class Seen(NamedTuple):
    """What a step gives, each of shape (kinds, organisations), as means over the copies.

    Attributes
    ----------
    in_action : array of float
    by_stop, by_case : array of float
        Arrests.
    vehicles, drivers : array of float
        What is left of recoveries as leads on a vehicle and on a driver.
    """

    in_action: Floats
    by_stop: Floats
    by_case: Floats
    vehicles: Floats
    drivers: Floats


@compilation.compiled
def stratified(copy: int, number: int, organisation: int, purpose: int, of: Stream) -> float:
    """Draw of a copy: uniform, and spread evenly over the copies.

    Parameters
    ----------
    copy : int
    number : int
        Of the draw, among those of the organisation for this purpose.
    organisation, purpose : int
    of : Stream
    """
    a, b, c, _ = philox(
        np.uint64(0), np.uint64(number), np.uint64(organisation), np.uint64(purpose),
        np.uint64(of.seed), np.uint64(of.replication),
    )  # fmt: skip
    factor = 1 + int(a) % (COPIES - 1)
    place = (factor * copy + int(b) % COPIES) % COPIES
    return float((place + (float(c) + 0.5) / TWO_32) / COPIES)


@compilation.compiled
def shuffled(number: int, purpose: int, of: Stream, uniform: Floats) -> None:
    """Write the same draw of all copies and organisations.

    Parameters
    ----------
    number, purpose, of
        As in `stratified`.
    uniform : array of float, shape (copies, organisations)
        Written.
    """
    for i in range(uniform.shape[1]):
        a, b, c, _ = philox(
            np.uint64(0), np.uint64(number), np.uint64(i), np.uint64(purpose),
            np.uint64(of.seed), np.uint64(of.replication),
        )  # fmt: skip
        factor, shift, within = (
            1 + int(a) % (COPIES - 1),
            int(b) % COPIES,
            (float(c) + 0.5) / TWO_32,
        )
        for copy in range(COPIES):
            uniform[copy, i] = ((factor * copy + shift) % COPIES + within) / COPIES


@compilation.compiled
def counted(uniform: float, none: float, rate: float) -> int:
    """Poisson count at a quantile, ``none`` being the chance of zero."""
    count, term, reached = 0, none, none
    while uniform > reached and count < 1000:
        count += 1
        term *= rate / count
        reached += term
        if term < 1e-12 and count > rate:
            break
    return count


@compilation.compiled
def length_of(copy: int, i: int, number: int, spread: float, of: Stream) -> float:
    """Length of a case as a ratio of its mean (lognormal).

    Parameters
    ----------
    copy, i : int
        Copy and organisation.
    number : int
        Of the case.
    spread : float
        Of the logarithm.
    of : Stream
    """
    first = stratified(copy, number, i, LENGTH, of)
    second = stratified(copy, number, i, LENGTH + 1, of)
    normal = math.sqrt(-2.0 * math.log(first)) * math.cos(2.0 * math.pi * second)
    return math.exp(spread * normal - 0.5 * spread * spread)


@compilation.compiled
def first_luck(copies: Copies, of: Stream) -> None:
    """Give every organisation the luck of its first arrest."""
    kinds, number, organisations = copies.luck.shape
    for k in range(kinds):
        for c in range(number):
            for i in range(organisations):
                copies.luck[k, c, i] = -math.log(stratified(c, 0, i, LUCK, of))


@compilation.compiled
def step_of_copies(copies: Copies, flow: Flow, rules: CaseRules, of: Stream, seen: Seen) -> None:
    """Advance all copies by a step.

    Parameters
    ----------
    copies : Copies
        Changed.
    flow : Flow
    rules : CaseRules
    of : Stream
    seen : Seen
        Written.
    """
    kinds, number, organisations = copies.luck.shape
    oldest = flow.by_age.shape[1] - 1
    # The same for all kinds of smuggler.
    drawn = np.empty((3, number, organisations))
    for which in range(3):
        shuffled(of.step, LEADS + which, of, drawn[which])
    ready = np.empty(organisations)
    for told in seen:
        told[:] = 0.0
    for k in range(kinds):
        no_stop = np.exp(-flow.stops[k])
        for c in range(number):
            opened = 0
            for i in range(organisations):
                since = min(copies.since[k, c, i], oldest)
                seen.vehicles[k, i] += flow.by_age[2, since]
                seen.drivers[k, i] += flow.by_age[3, since]
                rate = flow.recovered[k, i] * flow.by_age[0, since] + flow.other[i]
                leads = counted(drawn[0, c, i], math.exp(-rate), rate)
                inflow = 0.0
                if leads > 0:
                    # Uniform, of the same mean and spread as so many leads.
                    luck = math.sqrt(12.0) * (drawn[2, c, i] - 0.5)
                    total = (
                        flow.recovered_strength[k, i] * flow.by_age[1, since]
                        + flow.other_strength[i]
                    )
                    inflow = total / rate * max(leads + SPREAD * math.sqrt(leads) * luck, 0.0)
                working = copies.away_days[k, c, i] <= 0.0
                stopped = False
                if working:
                    uniform = drawn[1, c, i]
                    if uniform > no_stop[i]:
                        hits = counted(uniform, no_stop[i], flow.stops[k, i])
                        inflow += hits * flow.told[k, i]
                        copies.luck[k, c, i] -= hits * rules.stop_risk
                        stopped = copies.luck[k, c, i] <= 0.0
                copies.strength[k, c, i] *= rules.kept
                if copies.is_open[k, c, i]:
                    copies.evidence[k, c, i] += inflow
                else:
                    copies.strength[k, c, i] += inflow
                caught = False
                copies.left_days[k, c, i] -= rules.days
                if copies.is_open[k, c, i]:
                    if copies.left_days[k, c, i] <= 0.0:
                        copies.is_open[k, c, i] = False
                        if working and not stopped:
                            ratio = copies.evidence[k, c, i] / rules.case_leads
                            copies.luck[k, c, i] -= rules.case_risk * ratio**rules.evidence_arrest
                            caught = copies.luck[k, c, i] <= 0.0
                        copies.evidence[k, c, i] = 0.0
                    else:
                        opened += 1
                strength = copies.strength[k, c, i]
                may = working and not (stopped or caught or copies.is_open[k, c, i])
                ready[i] = strength if may and strength >= rules.case_leads else -1.0
                copies.away_days[k, c, i] = max(copies.away_days[k, c, i] - rules.days, 0.0)
                copies.since[k, c, i] += 1
                if stopped or caught:
                    if stopped:
                        seen.by_stop[k, i] += 1.0
                    else:
                        seen.by_case[k, i] += 1.0
                    copies.arrests[k, c, i] += 1
                    copies.cases[k, c, i] = 0
                    copies.luck[k, c, i] = -math.log(
                        stratified(c, copies.arrests[k, c, i], i, LUCK, of)
                    )
                    copies.away_days[k, c, i] = rules.out_days
                    copies.since[k, c, i] = 0
                    copies.strength[k, c, i] = 0.0
                seen.in_action[k, i] += copies.away_days[k, c, i] <= 0.0
            free = rules.investigators - opened
            while free > 0:
                i = int(np.argmax(ready))
                if ready[i] < 0.0:
                    break
                free -= 1
                which = copies.arrests[k, c, i] * MOST_CASES + copies.cases[k, c, i]
                ratio = max(ready[i] / rules.case_leads, 1.0) ** -rules.evidence_speed
                length = rules.case_days * ratio * length_of(c, i, which, rules.spread, of)
                # Within a step, it frees its investigator half a step late on average.
                copies.left_days[k, c, i] = max(length - 0.5 * rules.days, 0.1)
                copies.evidence[k, c, i] = ready[i]
                copies.strength[k, c, i] = 0.0
                copies.is_open[k, c, i] = True
                copies.cases[k, c, i] += 1
                ready[i] = -1.0
    for told in seen:
        told /= number
