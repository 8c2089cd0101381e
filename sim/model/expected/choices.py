"""Choices of route as shares, what becomes of trips under them, and what markets sell (compiled).

The formulas are those of the adversaries. A choice gives how trips and firearms divide: an array of
shape (2, organisations, carriages, patterns, options), summed over loads, so that the shares of
every load need not be kept. Markets follow `sim.model.smuggling.market`, for expected deliveries.

Axes are those of `sim.model.expected.routes`. This module stands by itself, so that Numba's own
check of its file is enough: a change here compiles these functions anew, and not the engine.
"""

from typing import NamedTuple

import numpy as np

from sim.numerics import compilation
from sim.numerics.units import Flags, Floats, Whole

# Below this, a sum of exponentials is worked out again from the greatest of its own terms.
LEAST_SUM = 1e-200
LEAST = 1e-300


@compilation.compiled
def exponentials(score: Floats, among: Flags, weight: Floats) -> None:
    """Write exp(score - the greatest), and 0 for those that are not among the options."""
    most = -np.inf
    for o in range(len(score)):
        if among[o] and score[o] > most:
            most = score[o]
    for o in range(len(score)):
        weight[o] = np.exp(score[o] - most) if among[o] else 0.0


@compilation.compiled
def first_alike(usable: Flags, first: Whole) -> None:
    """Write for each pattern of open ports the first one with the same usable options.

    Most patterns differ by ports that are not in a menu: their shares are the same.

    Parameters
    ----------
    usable : array of bool, shape (patterns, 1, options)
    first : array of int, shape (patterns,)
        Written.
    """
    patterns, _, options = usable.shape
    for p in range(patterns):
        first[p] = p
        for q in range(p):
            alike = first[q] == q
            for o in range(options):
                alike = alike and usable[p, 0, o] == usable[q, 0, o]
            if alike:
                first[p] = q
                break


@compilation.compiled
def copy_alike(first: Whole, taken: Floats) -> None:
    """Take over the shares of patterns that have the same usable options."""
    for p in range(len(first)):
        if first[p] != p:
            taken[:, p] = taken[:, first[p]]


@compilation.compiled
def by_logit(
    value: Floats, stake: Floats, loss: Floats, prior: Floats, rationality: float, usable: Flags,
    weights: Floats,
) -> Floats:  # fmt: skip
    """Choose by utility, prior and Gumbel noise.

    Parameters
    ----------
    value, stake : array of float, shape (organisations, carriages, 1, loads, options)
    loss : array of float, shape (organisations, carriages, options)
    prior : array of float, shape (organisations, carriages, options)
        Logarithm of how much an option is preferred if all else is equal.
    rationality : float
    usable : array of bool, shape (organisations, carriages, patterns, 1, options)
        There is one at least everywhere: no trip.
    weights : array of float, shape (2, loads)
        Of loads among trips and among firearms.
    """
    count, carriages, _, loads, options = value.shape
    patterns = usable.shape[2]
    taken = np.zeros((2, count, carriages, patterns, options))
    score, every, own = np.empty(options), np.empty(options), np.empty(options)
    ever, first = np.empty(options, np.bool_), np.empty(patterns, np.int64)
    for i in range(count):
        for c in range(carriages):
            first_alike(usable[i, c], first)
            ever[:] = False
            for p in range(patterns):
                ever |= usable[i, c, p, 0]
            for load in range(loads):
                for o in range(options):
                    utility = value[i, c, 0, load, o] - loss[i, c, o] * stake[i, c, 0, load, o]
                    score[o] = rationality * utility + prior[i, c, o]
                exponentials(score, ever, every)
                for p in range(patterns):
                    if first[p] != p:
                        continue
                    weight, among = every, usable[i, c, p, 0]
                    total = 0.0
                    for o in range(options):
                        total += every[o] if among[o] else 0.0
                    if total < LEAST_SUM:
                        exponentials(score, among, own)
                        weight, total = own, own.sum()
                    trips, firearms = weights[0, load] / total, weights[1, load] / total
                    for o in range(options):
                        share = weight[o] if among[o] else 0.0
                        taken[0, i, c, p, o] += trips * share
                        taken[1, i, c, p, o] += firearms * share
            copy_alike(first, taken[:, i, c])
    return taken


@compilation.compiled
def by_tolerance(
    value: Floats, accepting: Floats, prior: Floats, rationality: float, usable: Flags,
    weights: Floats,
) -> Floats:  # fmt: skip
    """Choose by value among the routes that a trip's own tolerance of risk accepts.

    Parameters
    ----------
    value, prior, rationality, usable, weights
        As in `by_logit`.
    accepting : array of float, shape (organisations, carriages, options)
        Share of trips that an option's risk does not deter; 1 for no trip.
    """
    count, carriages, _, loads, options = value.shape
    patterns = usable.shape[2]
    taken = np.zeros((2, count, carriages, patterns, options))
    every, own, reached = np.empty(options), np.empty(options), np.empty(options)
    ever, first = np.empty(options, np.bool_), np.empty(patterns, np.int64)
    for i in range(count):
        for c in range(carriages):
            order = np.argsort(-accepting[i, c])
            first_alike(usable[i, c], first)
            ever[:] = False
            for p in range(patterns):
                ever |= usable[i, c, p, 0]
            for load in range(loads):
                score = rationality * value[i, c, 0, load] + prior[i, c]
                exponentials(score, ever, every)
                for p in range(patterns):
                    if first[p] != p:
                        continue
                    weight, among = every, usable[i, c, p, 0]
                    most = options
                    for k in range(options - 1, -1, -1):
                        most = k if among[order[k]] else most
                    # It must not vanish beside an option that is not usable here.
                    if weight[order[most]] < LEAST_SUM:
                        exponentials(score, among, own)
                        weight = own
                    total = 0.0
                    for k in range(options):
                        total += weight[order[k]] if among[order[k]] else 0.0
                        reached[k] = total
                    # From the least accepted on: the trips that accept an option, and not the next.
                    below, of_weight = 0.0, 0.0
                    for k in range(options - 1, -1, -1):
                        o = order[k]
                        if among[o]:
                            of_weight += (accepting[i, c, o] - below) / max(reached[k], LEAST)
                            below = accepting[i, c, o]
                            taken[0, i, c, p, o] += weights[0, load] * of_weight * weight[o]
                            taken[1, i, c, p, o] += weights[1, load] * of_weight * weight[o]
            copy_alike(first, taken[:, i, c])
    return taken


@compilation.compiled
def by_best(value: Floats, stake: Floats, loss: Floats, usable: Flags, weights: Floats) -> Floats:
    """Choose the option of the greatest utility.

    Parameters
    ----------
    value, stake, loss, usable, weights
        As in `by_logit`.
    """
    count, carriages, _, loads, options = value.shape
    patterns = usable.shape[2]
    taken = np.zeros((2, count, carriages, patterns, options))
    score, first = np.empty(options), np.empty(patterns, np.int64)
    for i in range(count):
        for c in range(carriages):
            first_alike(usable[i, c], first)
            for load in range(loads):
                for o in range(options):
                    score[o] = value[i, c, 0, load, o] - loss[i, c, o] * stake[i, c, 0, load, o]
                for p in range(patterns):
                    if first[p] != p:
                        continue
                    best = options - 1
                    most = -np.inf
                    for o in range(options):
                        if usable[i, c, p, 0, o] and score[o] > most:
                            best, most = o, score[o]
                    taken[0, i, c, p, best] += weights[0, load]
                    taken[1, i, c, p, best] += weights[1, load]
            copy_alike(first, taken[:, i, c])
    return taken


@compilation.compiled
def values_and_stakes(
    fixed: Floats, gain: Floats, made: Floats, hidden: Floats, load: Floats, at_stake: Floats,
    unit: Floats,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Value of every option and load if nothing goes wrong, and what is lost if caught.

    Parameters
    ----------
    fixed, gain, made, hidden : array of float, shape (organisations, carriages, options)
        Cost of a trip and gain on a firearm, in CAD; 1 where there is a trip; hidden cost, in mean
        margins.
    load : array of float, shape (loads,)
        Firearms.
    at_stake : array of float, shape (organisations, loads)
        In CAD.
    unit : array of float, shape (organisations,)
        Mean margin, in CAD.

    Returns
    -------
    array of float, shape (organisations, carriages, 1, loads, options)
        Values, in mean margins.
    array of float, of the same shape
        Stakes, in mean margins.
    """
    count, carriages, options = fixed.shape
    value = np.empty((count, carriages, 1, len(load), options))
    stake = np.empty_like(value)
    for i in range(count):
        for c in range(carriages):
            for k in range(len(load)):
                lost = at_stake[i, k] / unit[i]
                for o in range(options):
                    net = load[k] * gain[i, c, o] - fixed[i, c, o]
                    value[i, c, 0, k, o] = net / unit[i] - hidden[i, c, o]
                    stake[i, c, 0, k, o] = made[i, c, o] * lost
    return value, stake


class Places(NamedTuple):
    """Where the options lead, each of shape (organisations, carriages, options).

    Attributes
    ----------
    numbers, port, lane : array of int
        Route; port and lane where it is one.
    made, elsewhere : array of float
        1 where there is a trip, and its chance of loss away from the ports.
    arrest : array of float
        Chance that a courier who is caught leads to the arrest of the organisation.
    """

    numbers: Whole
    port: Whole
    lane: Whole
    at_port: Flags
    made: Floats
    elsewhere: Floats
    arrest: Floats


class Chances(NamedTuple):
    """Chances that a trip is lost at the ports, by hidden deep (0, 1 or as it is).

    Attributes
    ----------
    on_lookout : array of float, shape (ports,)
        If the lookout on it is active.
    hit : array of float, shape (ports,)
        That an active lookout is acted on.
    if_in_time : array of float, shape (ports, lanes)
        If it is not acted on, and an examination begins in time.
    referred : array of float, shape (ports, lanes)
        That it is sent to such an examination.
    withdraws : array of float, shape (ports,)
    """

    on_lookout: Floats
    hit: Floats
    if_in_time: Floats
    referred: Floats
    withdraws: Floats


class Sums(NamedTuple):
    """What becomes of firearms and trips, by organisation; added to.

    Attributes
    ----------
    firearms : array of float, shape (5, organisations)
        Seized, lost away from the ports, turned back, deterred, and all.
    stopped : array of float, shape (2, organisations)
        Trips stopped, and the arrests that they lead to.
    by_route : array of float, shape (2, organisations, routes)
        Trips made, and stopped.
    """

    firearms: Floats
    stopped: Floats
    by_route: Floats


@compilation.compiled
def add_up(
    taken: Floats, share: Floats, of: Places, chances: Chances, in_time: Floats, named: Floats,
    sums: Sums,
) -> None:  # fmt: skip
    """Add up what becomes of trips under a choice.

    Parameters
    ----------
    taken : array of float, shape (2, organisations, carriages, patterns, options)
    share : array of float, shape (organisations, carriages, patterns)
        Of the trips of an organisation.
    of : Places
    chances : Chances
    in_time : array of float, shape (organisations, carriages, options, patterns)
        Chance that an examination begins within its limit.
    named : array of float, shape (organisations,)
        Chance that a lookout on a trip is active.
    sums : Sums
    """
    _, count, carriages, patterns, options = taken.shape
    for i in range(count):
        seized, elsewhere, turned = sums.firearms[0, i], sums.firearms[1, i], sums.firearms[2, i]
        deterred, every = sums.firearms[3, i], sums.firearms[4, i]
        stopped, arrested = sums.stopped[0, i], sums.stopped[1, i]
        for c in range(carriages):
            for o in range(options):
                port, lane, made = of.port[i, c, o], of.lane[i, c, o], of.made[i, c, o]
                away, route = of.elsewhere[i, c, o], of.numbers[i, c, o]
                arrest = of.arrest[i, c, o]
                lookout, missed, turns = 0.0, 0.0, 0.0
                if of.at_port[i, c, o]:
                    hit = chances.hit[port] * named[i]
                    lookout = chances.on_lookout[port] * named[i]
                    missed = (1.0 - hit) * chances.if_in_time[port, lane]
                    ordered = (1.0 - hit) * chances.referred[port, lane]
                    turns = chances.withdraws[port] * (hit + ordered)
                going, caught = sums.by_route[0, i, route], sums.by_route[1, i, route]
                for p in range(patterns):
                    trips = taken[0, i, c, p, o] * share[i, c, p]
                    firearms = taken[1, i, c, p, o] * share[i, c, p]
                    lost = lookout + missed * in_time[i, c, o, p]
                    seized += firearms * lost
                    elsewhere += firearms * away
                    turned += firearms * turns
                    deterred += firearms * (1.0 - made)
                    every += firearms
                    stopped += trips * (lost + away)
                    arrested += trips * (lost + away) * arrest
                    going += trips * made * (1.0 - turns)
                    caught += trips * (lost + away)
                sums.by_route[0, i, route], sums.by_route[1, i, route] = going, caught
        sums.firearms[0, i], sums.firearms[1, i], sums.firearms[2, i] = seized, elsewhere, turned
        sums.firearms[3, i], sums.firearms[4, i] = deterred, every
        sums.stopped[0, i], sums.stopped[1, i] = stopped, arrested


class Response(NamedTuple):
    """How buyers and prices respond, as in `sim.parameters.Market`; the baseline's price in CAD."""

    demand_elasticity: float
    price_response: float
    price_floor: float
    price_ceiling: float
    adjustment_days: float
    price_cad: float


@compilation.compiled
def sell(
    stock: Floats, price: Floats, came: Floats, demand: Floats, scale: Floats, usual: Floats,
    of: Response, days: float,
) -> None:  # fmt: skip
    """Deliver, sell and let prices follow for some days.

    Parameters
    ----------
    stock, price : array of float, shape (kinds, markets)
        Firearms, and CAD; changed.
    came : array of float, shape (kinds, markets)
        Firearms a day.
    demand, scale, usual : array of float, shape (markets,)
        Firearms a day in the baseline, what they are multiplied by, and the usual stock.
    of : Response
    days : float
    """
    steps = round(days)
    length = days / steps
    kinds, markets = stock.shape
    for k in range(kinds):
        for m in range(markets):
            held, asked = stock[k, m], price[k, m]
            for _ in range(steps):
                held += came[k, m] * length
                ratio = asked / of.price_cad if of.price_cad > 0.0 else 1.0
                wanted = scale[m] * demand[m] * ratio**of.demand_elasticity * length
                held -= min(wanted, held)
                scarcity = usual[m] / max(held, 1e-9 * usual[m])
                aim = min(max(scarcity**of.price_response, of.price_floor), of.price_ceiling)
                if demand[m] > 0.0:
                    asked += (aim * of.price_cad - asked) / of.adjustment_days * length
            stock[k, m], price[k, m] = held, asked
