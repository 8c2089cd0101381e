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
    recovered : array of float
        Recoveries.
    fresh : array of float, shape (3,)
        Of a recovery, if its sale were of today: leads, their strength and its square.
    other : array of float, shape (3, organisations)
        Leads of other kinds: their number, strength and square.
    stops : array of float
        Loads stopped of an organisation in action.
    risk : array of float
        Risk of arrest that a stop brings.
    said, told : float
        Strength of the leads that a stop brings: itself, and by the traces of its load.
    by_age : array of float, shape (5, steps)
        What is left of recoveries by time since the last arrest: leads, their strength and its
        square, leads on a vehicle and on a driver.
    """

    recovered: Floats
    fresh: Floats
    other: Floats
    stops: Floats
    risk: Floats
    said: float
    told: float
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
    copies, flow, seen = (
        compilation.borrowed(copies), compilation.borrowed(flow), compilation.borrowed(seen)
    )  # fmt: skip
    kinds, number, organisations = copies.luck.shape
    oldest = flow.by_age.shape[1] - 1
    # The same for all kinds of smuggler.
    drawn = np.empty((3, number, organisations))
    for which in range(3):
        shuffled(of.step, LEADS + which, of, drawn[which])
    ready = np.empty(organisations)
    for sums in seen:
        sums[:] = 0.0
    for k in range(kinds):
        no_stop = np.exp(-flow.stops[k])
        # The least chance of no lead at any age: most draws are below it.
        recovered = flow.recovered[k]
        no_lead = np.exp(-(recovered * flow.fresh[0] * flow.by_age[0].max() + flow.other[0]))
        stops, risk = flow.stops[k], flow.risk[k]
        in_action, by_stop, by_case = seen.in_action[k], seen.by_stop[k], seen.by_case[k]
        vehicles, drivers = seen.vehicles[k], seen.drivers[k]
        for c in range(number):
            strength, evidence, luck = (
                copies.strength[k, c], copies.evidence[k, c], copies.luck[k, c]
            )  # fmt: skip
            left_days, away_days = copies.left_days[k, c], copies.away_days[k, c]
            since, arrests, cases = copies.since[k, c], copies.arrests[k, c], copies.cases[k, c]
            is_open = copies.is_open[k, c]
            opened = 0
            for i in range(organisations):
                age = min(since[i], oldest)
                vehicles[i] += flow.by_age[3, age]
                drivers[i] += flow.by_age[4, age]
                rate = recovered[i] * flow.fresh[0] * flow.by_age[0, age] + flow.other[0, i]
                leads = 0
                if drawn[0, c, i] > no_lead[i]:
                    leads = counted(drawn[0, c, i], math.exp(-rate), rate)
                inflow = 0.0
                if leads > 0:
                    # Uniform, of the same mean and spread as so many leads.
                    strong = math.sqrt(12.0) * (drawn[2, c, i] - 0.5)
                    street = recovered[i] * flow.fresh[1] * flow.by_age[1, age]
                    square = recovered[i] * flow.fresh[2] * flow.by_age[2, age] + flow.other[2, i]
                    mean = (street + flow.other[1, i]) / rate
                    spread = math.sqrt(leads * max(square / rate - mean * mean, 0.0))
                    inflow = max(mean * leads + spread * strong, 0.0)
                # In the step in which it returns, it is in action for a part.
                part = 1.0 - min(away_days[i] / rules.days, 1.0)
                working = part > 0.0
                stopped = False
                if working:
                    none = no_stop[i] if part == 1.0 else no_stop[i] ** part
                    if drawn[1, c, i] > none:
                        hits = counted(drawn[1, c, i], none, part * stops[i])
                        inflow += hits * (flow.said + flow.told)
                        luck[i] -= hits * risk[i]
                        stopped = luck[i] <= 0.0
                strength[i] *= rules.kept
                if is_open[i]:
                    evidence[i] += inflow
                else:
                    strength[i] += inflow
                caught = False
                if is_open[i]:
                    left_days[i] -= rules.days
                    if left_days[i] <= 0.0:
                        is_open[i] = False
                        if working and not stopped:
                            ratio = evidence[i] / rules.case_leads
                            luck[i] -= rules.case_risk * ratio**rules.evidence_arrest
                            caught = luck[i] <= 0.0
                        evidence[i] = 0.0
                    else:
                        opened += 1
                may = working and not (stopped or caught or is_open[i])
                ready[i] = strength[i] if may and strength[i] >= rules.case_leads else -1.0
                if part < 1.0:
                    away_days[i] = max(away_days[i] - rules.days, 0.0)
                since[i] += 1
                if stopped or caught:
                    if stopped:
                        by_stop[i] += 1.0
                    else:
                        by_case[i] += 1.0
                    arrests[i] += 1
                    cases[i] = 0
                    luck[i] = -math.log(stratified(c, arrests[i], i, LUCK, of))
                    away_days[i] = rules.out_days
                    since[i] = 0
                    # What a stop tells of its organisation arrives after the arrest.
                    strength[i] = flow.said if stopped else 0.0
                in_action[i] += 1.0 - min(away_days[i] / rules.days, 1.0)
            free = rules.investigators - opened
            while free > 0:
                i = int(np.argmax(ready))
                if ready[i] < 0.0:
                    break
                free -= 1
                which = arrests[i] * MOST_CASES + cases[i]
                ratio = max(ready[i] / rules.case_leads, 1.0) ** -rules.evidence_speed
                length = rules.case_days * ratio * length_of(c, i, which, rules.spread, of)
                # Within a step, it frees its investigator half a step late on average.
                left_days[i] = max(length - 0.5 * rules.days, 0.1)
                evidence[i] = ready[i]
                strength[i] = 0.0
                is_open[i] = True
                cases[i] += 1
                ready[i] = -1.0
    for sums in seen:
        sums /= number
