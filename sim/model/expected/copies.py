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
import numpy.typing as npt

from sim.numerics import compilation
from sim.numerics.randomness import TWO_32, philox
from sim.numerics.units import Floats

# A prime number, so that every multiple of a number, modulo it, is another one.
COPIES = 503
# Purposes of draws, beside those of `sim.numerics.randomness`.
LEADS, STOPS, STRENGTH, LUCK, LENGTH = range(64, 69)
MOST_CASES = 1 << 16
Steps = npt.NDArray[np.int16]
MOST_STEPS = (1 << 15) - 1
# By factor: what undoes it, modulo the number of copies.
INVERSE = np.array([pow(factor, COPIES - 2, COPIES) for factor in range(COPIES)])


class Copies(NamedTuple):
    """What the copies are at, each of shape (kinds, organisations, copies).

    Attributes
    ----------
    strength, evidence : array of float
        Of leads in hand, and in an open case, in average fresh leads.
    luck : array of float
        How much more risk of arrest it will meet before the next arrest.
    returns : array of float
        Of an organisation out of action: the part of its last such step in which it is back.
    left, away : array of int
        Steps until the end of the open case, and until it is in action for a whole one.
    since : array of int
        Steps since the last arrest, up to a most.
    arrests, cases : array of int
        So far; since the last arrest.
    """

    strength: Floats
    evidence: Floats
    luck: Floats
    returns: Floats
    left: Steps
    away: Steps
    since: Steps
    arrests: Steps
    cases: Steps


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
def order_of(number: int, organisation: int, purpose: int, of: Stream) -> tuple[int, int, float]:
    """Order in which the copies take the parts of the unit interval in a draw.

    Parameters
    ----------
    number : int
        Of the draw, among those of the organisation for this purpose.
    organisation, purpose : int
    of : Stream

    Returns
    -------
    factor, shift : int
        A copy takes the part (factor x copy + shift), modulo the number of copies.
    within : float
        Where in its part, 0 to 1.
    """
    a, b, c, _ = philox(
        np.uint64(0), np.uint64(number), np.uint64(organisation), np.uint64(purpose),
        np.uint64(of.seed), np.uint64(of.replication),
    )  # fmt: skip
    return 1 + int(a) % (COPIES - 1), int(b) % COPIES, (float(c) + 0.5) / TWO_32


@compilation.compiled
def stratified(copy: int, number: int, organisation: int, purpose: int, of: Stream) -> float:
    """Draw of a copy: uniform, and spread evenly over the copies.

    Parameters
    ----------
    copy : int
        Of the organisation, from 0.
    number, organisation, purpose, of
        As in `order_of`.
    """
    factor, shift, within = order_of(number, organisation, purpose, of)
    return float(((factor * copy + shift) % COPIES + within) / COPIES)


@compilation.compiled
def counted(uniform: float, none: float, rate: float) -> int:
    """Poisson count at a quantile, ``none`` being the chance of zero."""
    count, term, reached = 0, none, none
    while uniform > reached and count < 1000:
        count += 1
        term *= rate if count == 1 else rate / count
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
    kinds, organisations, number = copies.luck.shape
    for k in range(kinds):
        for i in range(organisations):
            for c in range(number):
                copies.luck[k, i, c] = -math.log(stratified(c, 0, i, LUCK, of))


@compilation.compiled
def steps_of(days: float, step_days: float) -> int:
    """Steps after which nothing is left of some days: at least 1, at most `MOST_STEPS`."""
    ratio = days / step_days
    # Near a whole number it is the rounding of every subtraction that decides.
    if ratio < MOST_STEPS and abs(ratio - round(ratio)) > 1e-6:
        return math.ceil(ratio)
    steps = 1
    days -= step_days
    while days > 0.0 and steps < MOST_STEPS:
        days -= step_days
        steps += 1
    return steps


@compilation.compiled
def step_of_copies(copies: Copies, flow: Flow, rules: CaseRules, of: Stream, seen: Seen) -> None:
    """Advance all copies by a step.

    Few copies have a lead or a stop in a step: those of the greatest draws, which are gone to from
    the greatest on.

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
    kinds, organisations, number = copies.luck.shape
    oldest, most_fresh = flow.by_age.shape[1] - 1, flow.by_age[0].max()
    # Whoever is arrested is out of action for so many whole steps, and a part of the next one.
    whole, out_days = 0, rules.out_days
    while out_days >= rules.days and whole < MOST_STEPS - 2:
        out_days -= rules.days
        whole += 1
    too_weak = np.nextafter(rules.case_leads, -np.inf)
    inflow = np.zeros(number)
    ends, arrested = np.empty(number + 1, np.int64), np.empty(2 * number, np.int64)
    # Of each copy: the strongest leads for which there is no case, whose they are, and open cases.
    most, whose, opened = np.empty(number), np.empty(number, np.int64), np.empty(number, np.int64)
    for k in range(kinds):
        most[:], whose[:], opened[:] = too_weak, -1, 0
        for i in range(organisations):
            strength, evidence, luck = (
                copies.strength[k, i], copies.evidence[k, i], copies.luck[k, i]
            )  # fmt: skip
            returns, left, away, since = (
                copies.returns[k, i], copies.left[k, i], copies.away[k, i], copies.since[k, i]
            )  # fmt: skip
            recovered, stops, risk = flow.recovered[k, i], flow.stops[k, i], flow.risk[k, i]
            # What is left of recoveries, and whose case ends.
            vehicles, drivers, ended = 0.0, 0.0, 0
            for c in range(number):
                age = min(since[c], oldest)
                vehicles += flow.by_age[3, age]
                drivers += flow.by_age[4, age]
                ends[ended] = c
                ended += left[c] == 1
            arrests = 0
            no_stop = math.exp(-stops)
            factor, shift, within = order_of(of.step, i, STOPS, of)
            c = INVERSE[factor] * (COPIES - 1 - shift) % COPIES
            for place in range(COPIES - 1, -1, -1):
                uniform = (place + within) / COPIES
                if uniform <= no_stop:
                    break
                if away[c] <= 1:
                    # In the step in which it returns, it is in action for a part.
                    part = returns[c] if away[c] == 1 else 1.0
                    none = no_stop if part == 1.0 else no_stop**part
                    if uniform > none:
                        hits = counted(uniform, none, part * stops)
                        inflow[c] = hits * (flow.said + flow.told)
                        luck[c] -= hits * risk
                        if luck[c] <= 0.0:
                            arrested[arrests] = c
                            arrests += 1
                c = (c - INVERSE[factor]) % COPIES
            stopped = arrests
            # The least chance of no lead at any age.
            no_lead = math.exp(-(recovered * flow.fresh[0] * most_fresh + flow.other[0, i]))
            factor, shift, within = order_of(of.step, i, LEADS, of)
            another, shift_of_it, within_it = order_of(of.step, i, STRENGTH, of)
            c = INVERSE[factor] * (COPIES - 1 - shift) % COPIES
            for place in range(COPIES - 1, -1, -1):
                uniform = (place + within) / COPIES
                if uniform <= no_lead:
                    break
                age = min(since[c], oldest)
                rate = recovered * flow.fresh[0] * flow.by_age[0, age] + flow.other[0, i]
                leads = counted(uniform, math.exp(-rate), rate)
                if leads > 0:
                    # Uniform, of the same mean and spread as so many leads.
                    drawn = ((another * c + shift_of_it) % COPIES + within_it) / COPIES
                    strong = math.sqrt(12.0) * (drawn - 0.5)
                    street = recovered * flow.fresh[1] * flow.by_age[1, age]
                    square = recovered * flow.fresh[2] * flow.by_age[2, age] + flow.other[2, i]
                    mean = (street + flow.other[1, i]) / rate
                    spread = math.sqrt(leads * max(square / rate - mean * mean, 0.0))
                    inflow[c] += max(mean * leads + spread * strong, 0.0)
                c = (c - INVERSE[factor]) % COPIES
            for c in range(number):
                is_open = left[c] > 0
                evidence[c] += inflow[c] if is_open else 0.0
                strength[c] = strength[c] * rules.kept + (0.0 if is_open else inflow[c])
                inflow[c] = 0.0
            for e in range(ended):
                c = ends[e]
                if away[c] <= 1 and luck[c] > 0.0:
                    ratio = evidence[c] / rules.case_leads
                    luck[c] -= rules.case_risk * ratio**rules.evidence_arrest
                    if luck[c] <= 0.0:
                        arrested[arrests] = c
                        arrests += 1
                evidence[c] = 0.0
            for a in range(arrests):
                c = arrested[a]
                copies.arrests[k, i, c] += 1
                copies.cases[k, i, c] = 0
                luck[c] = -math.log(stratified(c, copies.arrests[k, i, c], i, LUCK, of))
                # The step that ends now counts in what follows.
                away[c], since[c] = whole + 2, -1
                returns[c] = 1.0 - out_days / rules.days
                # What a stop tells of its organisation arrives after the arrest.
                strength[c] = flow.said if a < stopped else 0.0
            for c in range(number):
                left[c] -= left[c] > 0
                opened[c] += left[c] > 0
                away[c] -= away[c] > 0
                since[c] += since[c] < MOST_STEPS
            for c in range(number):
                stronger = (left[c] == 0) & (away[c] == 0) & (strength[c] > most[c])
                most[c] = strength[c] if stronger else most[c]
                whose[c] = i if stronger else whose[c]
            in_action = 0.0
            for c in range(number):
                in_action += returns[c] if away[c] == 1 else (away[c] == 0) * 1.0
            seen.in_action[k, i] = in_action / number
            seen.by_stop[k, i], seen.by_case[k, i] = stopped / number, (arrests - stopped) / number
            seen.vehicles[k, i], seen.drivers[k, i] = vehicles / number, drivers / number
        for c in range(number):
            i, free = whose[c], rules.investigators - opened[c]
            while i >= 0 and free > 0:
                free -= 1
                held = copies.strength[k, i, c]
                which = int(copies.arrests[k, i, c]) * MOST_CASES + int(copies.cases[k, i, c])
                ratio = max(held / rules.case_leads, 1.0) ** -rules.evidence_speed
                length = rules.case_days * ratio * length_of(c, i, which, rules.spread, of)
                # Within a step, it frees its investigator half a step late on average.
                copies.left[k, i, c] = steps_of(max(length - 0.5 * rules.days, 0.1), rules.days)
                copies.evidence[k, i, c] = held
                copies.strength[k, i, c] = 0.0
                copies.cases[k, i, c] += 1
                i, strongest = -1, too_weak
                for j in range(organisations if free else 0):
                    held = copies.strength[k, j, c]
                    if held > strongest and (copies.left[k, j, c] | copies.away[k, j, c]) == 0:
                        i, strongest = j, held
