"""Choices of route as shares, what becomes of trips under them, and what markets sell (compiled).

The formulas are those of the adversaries. A choice gives how trips and firearms divide: an array of
shape (2, menus, carriages, patterns, options), summed over loads, so that the shares of every load
need not be kept. Organisations with the same menu choose alike, unless they have learnt. Markets
follow `sim.model.smuggling.market`, for expected deliveries.

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
def opened(
    is_open: Flags, takes: Flags, in_time: Floats, exists: Flags, at_port: Flags, port: Whole,
    queue: Whole,
) -> tuple[Flags, Floats, Floats]:  # fmt: skip
    """Find which options of every menu are open together (`Terms`): hours that are alike are one.

    Parameters
    ----------
    is_open : array of bool, shape (hours, ports)
    takes : array of bool, shape (carriages, ports)
        Whether a port is not closed to a way of carriage.
    in_time : array of float, shape (ports, queues, hours)
        Chance that an examination begins within its limit.
    exists, at_port, port, queue : array, shape (menus, carriages, options)
    """
    count, carriages, options = port.shape
    shape = (count, carriages, len(is_open))
    usable, share = np.zeros((*shape, 1, options), np.bool_), np.zeros(shape)
    examined, now, most = np.zeros((*shape, options)), np.empty(options, np.bool_), 0
    for i in range(count):
        for c in range(carriages):
            patterns = 0
            for hour in range(len(is_open)):
                for o in range(options):
                    there = is_open[hour, port[i, c, o]] and takes[c, port[i, c, o]]
                    now[o] = exists[i, c, o] and (there or not at_port[i, c, o])
                p = 0
                while p < patterns and np.any(usable[i, c, p, 0] != now):
                    p += 1
                patterns = max(patterns, p + 1)
                usable[i, c, p, 0] = now
                share[i, c, p] += 1.0 / len(is_open)
                for o in range(options):
                    chance = in_time[port[i, c, o], queue[i, c, o], hour]
                    examined[i, c, p, o] += chance / len(is_open)
            most = max(most, patterns)
    return usable[:, :, :most].copy(), share[:, :, :most].copy(), examined[:, :, :most].copy()


@compilation.compiled
def by_logit(
    worth: tuple[Floats, Floats], loss: Floats, prior: Floats, rationality: float, usable: Flags,
    share: Floats, weights: Floats, menu: Whole,
) -> Floats:  # fmt: skip
    """Choose by utility, prior and Gumbel noise.

    Parameters
    ----------
    worth : two arrays of float, shape (menus, carriages, 1, loads, options)
        Value and stake.
    loss : array of float, shape (choices, carriages, options)
    prior : array of float, shape (menus, carriages, options)
        Logarithm of how much an option is preferred if all else is equal.
    rationality : float
    usable, share
        As in `Terms`.
    weights : array of float, shape (2, loads)
        Of loads among trips and among firearms.
    menu : array of int, shape (choices,)
        Menu of each of the choices.
    """
    value, stake = worth
    _, carriages, _, loads, options = value.shape
    patterns = usable.shape[2]
    taken = np.zeros((2, len(menu), carriages, patterns, options))
    score, every, own = np.empty(options), np.empty(options), np.empty(options)
    ever = np.empty(options, np.bool_)
    for k in range(len(menu)):
        i = menu[k]
        for c in range(carriages):
            ever[:] = False
            for p in range(patterns):
                ever |= usable[i, c, p, 0]
            for load in range(loads):
                for o in range(options):
                    utility = value[i, c, 0, load, o] - loss[k, c, o] * stake[i, c, 0, load, o]
                    score[o] = rationality * utility + prior[i, c, o]
                exponentials(score, ever, every)
                for p in range(patterns):
                    if share[i, c, p] == 0.0:
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
                        part = weight[o] if among[o] else 0.0
                        taken[0, k, c, p, o] += trips * part
                        taken[1, k, c, p, o] += firearms * part
    return taken


@compilation.compiled
def by_tolerance(
    value: Floats, accepting: Floats, prior: Floats, rationality: float, usable: Flags,
    share: Floats, weights: Floats,
) -> Floats:  # fmt: skip
    """Choose by value among the routes that a trip's own tolerance of risk accepts.

    Parameters
    ----------
    value, prior, rationality, usable, share, weights
        As in `by_logit`, where every menu is one choice.
    accepting : array of float, shape (menus, carriages, options)
        Share of trips that an option's risk does not deter; 1 for no trip.
    """
    count, carriages, _, loads, options = value.shape
    patterns = usable.shape[2]
    taken = np.zeros((2, count, carriages, patterns, options))
    every, own, reached = np.empty(options), np.empty(options), np.empty(options)
    ever = np.empty(options, np.bool_)
    for i in range(count):
        for c in range(carriages):
            order = np.argsort(-accepting[i, c])
            ever[:] = False
            for p in range(patterns):
                ever |= usable[i, c, p, 0]
            for load in range(loads):
                score = rationality * value[i, c, 0, load] + prior[i, c]
                exponentials(score, ever, every)
                for p in range(patterns):
                    if share[i, c, p] == 0.0:
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
    return taken


@compilation.compiled
def by_best(
    value: Floats, stake: Floats, loss: Floats, usable: Flags, share: Floats, weights: Floats
) -> Floats:
    """Choose the option of the greatest utility.

    Parameters
    ----------
    value, stake, usable, share, weights
        As in `by_logit`, where every menu is one choice.
    loss : array of float, shape (cases, menus, carriages, options)
        Of each way of hiding a load.

    Returns
    -------
    array of float, shape (cases, 2, menus, carriages, patterns, options)
    """
    count, carriages, _, loads, options = value.shape
    patterns = usable.shape[2]
    taken = np.zeros((len(loss), 2, count, carriages, patterns, options))
    score, ever = np.empty(options), np.empty(options, np.bool_)
    for i in range(count):
        for c in range(carriages):
            ever[:] = False
            for p in range(patterns):
                ever |= usable[i, c, p, 0]
            for load in range(loads):
                for case in range(len(loss)):
                    for o in range(options):
                        at_stake = loss[case, i, c, o] * stake[i, c, 0, load, o]
                        score[o] = value[i, c, 0, load, o] - at_stake
                    # Where the best of all is open, nothing else has to be looked at.
                    top = best_of(score, ever)
                    for p in range(patterns):
                        if share[i, c, p] == 0.0:
                            continue
                        best = top
                        if not usable[i, c, p, 0, top]:
                            best = best_of(score, usable[i, c, p, 0])
                        taken[case, 0, i, c, p, best] += weights[0, load]
                        taken[case, 1, i, c, p, best] += weights[1, load]
    return taken


@compilation.compiled
def best_of(score: Floats, among: Flags) -> int:
    """Find the first of the greatest scores among some options; the last one without any."""
    best = len(score) - 1
    most = -np.inf
    for o in range(len(score)):
        if among[o] and score[o] > most:
            best, most = o, score[o]
    return best


@compilation.compiled
def values_and_stakes(
    fixed: Floats, gain: Floats, made: Floats, hidden: Floats, load: Floats, at_stake: Floats,
    unit: Floats,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Value of every option and load if nothing goes wrong, and what is lost if caught.

    Parameters
    ----------
    fixed, gain, made, hidden : array of float, shape (menus, carriages, options)
        Cost of a trip and gain on a firearm, in CAD; 1 where there is a trip; hidden cost, in mean
        margins.
    load : array of float, shape (loads,)
        Firearms.
    at_stake : array of float, shape (menus, loads)
        In CAD.
    unit : array of float, shape (menus,)
        Mean margin, in CAD.

    Returns
    -------
    array of float, shape (menus, carriages, 1, loads, options)
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


class Chances(NamedTuple):
    """Chances that a trip is lost at the ports.

    Attributes
    ----------
    on_lookout : array of float, shape (2, ports)
        If the lookout on it is active: of a load that is not hidden deep, and of one that is.
    hit : array of float, shape (ports,)
        That an active lookout is acted on.
    if_in_time : array of float, shape (2, ports, lanes)
        The same if no lookout is acted on, and an examination begins in time.
    referred : array of float, shape (ports, lanes)
        That it is sent to such an examination.
    withdraws : array of float, shape (ports,)
    """

    on_lookout: Floats
    hit: Floats
    if_in_time: Floats
    referred: Floats
    withdraws: Floats


class Terms(NamedTuple):
    """What options have in common for all kinds of smuggler, of shape (menus, carriages, options).

    Attributes
    ----------
    carriage : array of float, shape (carriages,)
        Share of trips.
    numbers, port, lane : array of int
        Route; port and lane where it is one.
    made, elsewhere : array of float
        1 where there is a trip, and its chance of loss away from the ports.
    arrest : array of float
        Chance that a courier who is caught leads to the arrest of the organisation.
    usable : array of bool, shape (menus, carriages, patterns, 1, options)
        Which are open; no trip always is.
    share : array of float, shape (menus, carriages, patterns)
        Of the day; 0 beyond the patterns that a menu has.
    in_time : array of float, shape (menus, carriages, patterns, options)
        The same share times the chance that an examination begins within its limit.
    habit : array of float, shape (menus, carriages, patterns, options)
        Shares by habit.
    chances : Chances
    """

    carriage: Floats
    numbers: Whole
    port: Whole
    lane: Whole
    at_port: Flags
    made: Floats
    elsewhere: Floats
    arrest: Floats
    usable: Flags
    share: Floats
    in_time: Floats
    habit: Floats
    chances: Chances


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
    taken: Floats, menu: Whole, choice: Whole, of: Terms, deep: float, named: Floats,
    weight: Floats, sums: Sums,
) -> None:  # fmt: skip
    """Add up what becomes of trips under choices.

    Parameters
    ----------
    taken : array of float, shape (2, choices, carriages, patterns, options)
    menu : array of int, shape (choices,)
        Menu of each of the choices.
    choice : array of int, shape (organisations,)
        Which of the choices is that of an organisation.
    of : Terms
    deep : float
        Share hidden deep, in which chances are linear.
    named : array of float, shape (organisations,)
        Chance that a lookout on a trip is active.
    weight : array of float, shape (organisations,)
        Share of all its loads that these are.
    sums : Sums
    """
    _, choices, carriages, patterns, options = taken.shape
    chances = of.chances
    # Trips and firearms, and those of which an examination would begin in time.
    parts = np.zeros((choices, carriages, 4, options))
    for k in range(choices):
        for c in range(carriages):
            share, in_time = of.share[menu[k], c], of.in_time[menu[k], c]
            for p in range(patterns):
                if share[p] > 0.0:
                    for o in range(options):
                        parts[k, c, 0, o] += taken[0, k, c, p, o] * share[p]
                        parts[k, c, 1, o] += taken[1, k, c, p, o] * share[p]
                        parts[k, c, 2, o] += taken[0, k, c, p, o] * in_time[p, o]
                        parts[k, c, 3, o] += taken[1, k, c, p, o] * in_time[p, o]
    for i in range(len(choice)):
        seized, elsewhere, turned, deterred, every = 0.0, 0.0, 0.0, 0.0, 0.0
        stopped, arrested = 0.0, 0.0
        m = menu[choice[i]]
        for c in range(carriages):
            part, of_all = parts[choice[i], c], weight[i] * of.carriage[c]
            for o in range(options):
                made, away, route = of.made[m, c, o], of.elsewhere[m, c, o], of.numbers[m, c, o]
                trips, firearms = part[0, o] * of_all, part[1, o] * of_all
                caught, lost, turns = trips * away, 0.0, 0.0
                if of.at_port[m, c, o]:
                    port, lane = of.port[m, c, o], of.lane[m, c, o]
                    hit = chances.hit[port] * named[i]
                    lookout = between(chances.on_lookout[:, port], deep) * named[i]
                    missed = (1.0 - hit) * between(chances.if_in_time[:, port, lane], deep)
                    ordered = (1.0 - hit) * chances.referred[port, lane]
                    turns = chances.withdraws[port] * (hit + ordered)
                    caught += (lookout * part[0, o] + missed * part[2, o]) * of_all
                    lost = (lookout * part[1, o] + missed * part[3, o]) * of_all
                seized += lost
                elsewhere += firearms * away
                turned += firearms * turns
                deterred += firearms * (1.0 - made)
                every += firearms
                stopped += caught
                arrested += caught * of.arrest[m, c, o]
                sums.by_route[0, i, route] += trips * made * (1.0 - turns)
                sums.by_route[1, i, route] += caught
        sums.firearms[0, i] += seized
        sums.firearms[1, i] += elsewhere
        sums.firearms[2, i] += turned
        sums.firearms[3, i] += deterred
        sums.firearms[4, i] += every
        sums.stopped[0, i] += stopped
        sums.stopped[1, i] += arrested


@compilation.compiled
def between(of_two: Floats, deep: float) -> float:
    """What a share hidden deep makes of chances if nothing and if everything is."""
    chance: float = of_two[0] + deep * (of_two[1] - of_two[0])
    return chance


@compilation.compiled
def learn(
    told: Floats, share: Floats, trips: Floats, days: float, kind_of: Whole, kept: float,
    news_share: float, alike_share: float,
) -> None:  # fmt: skip
    """Let organisations learn of their own trips and of some of the others'.

    Parameters
    ----------
    told, share : array of float, shape (2, organisations, routes)
        Trips and losses that they know of (changed), and those of a trip planned.
    trips : array of float, shape (organisations,)
        Planned a day.
    days : float
    kind_of : array of int, shape (routes,)
    kept : float
        What is left of those known before.
    news_share, alike_share : float
        What the others' count, and those on another route of its kind.
    """
    _, count, routes = told.shape
    alike = np.empty(kind_of.max() + 1)
    for what in range(2):
        every = np.zeros(routes)
        for i in range(count):
            every += trips[i] * share[what, i] * days
        for i in range(count):
            own = trips[i] * share[what, i] * days
            heard = own * (1.0 - news_share) + news_share * every
            alike[:] = 0.0
            for route in range(routes):
                alike[kind_of[route]] += heard[route]
            for route in range(routes):
                others = alike_share * alike[kind_of[route]]
                news = others + (1.0 - alike_share) * heard[route]
                told[what, i, route] = told[what, i, route] * kept + news


class Response(NamedTuple):
    """How buyers and prices respond in some days, as in `sim.parameters.Market`; prices in CAD."""

    demand_elasticity: float
    price_response: float
    price_floor: float
    price_ceiling: float
    adjustment_days: float
    price_cad: float
    days: float


@compilation.compiled
def sell(
    stock: Floats, price: Floats, arriving: Floats, market: Whole, demand: Floats, scale: Floats,
    usual: Floats, of: Response,
) -> None:  # fmt: skip
    """Deliver, sell and let prices follow for some days.

    Parameters
    ----------
    stock, price : array of float, shape (kinds, markets)
        Firearms, and CAD; changed.
    arriving : array of float, shape (kinds, organisations)
        Firearms a day.
    market : array of int, shape (organisations,)
    demand, scale, usual : array of float, shape (markets,)
        Firearms a day in the baseline, what they are multiplied by, and the usual stock.
    of : Response
    """
    steps = round(of.days)
    length = of.days / steps
    kinds, markets = stock.shape
    for k in range(kinds):
        came = np.zeros(markets)
        for i in range(len(market)):
            came[market[i]] += arriving[k, i]
        for m in range(markets):
            held, asked = stock[k, m], price[k, m]
            for _ in range(steps):
                held += came[m] * length
                ratio = asked / of.price_cad if of.price_cad > 0.0 else 1.0
                wanted = scale[m] * demand[m] * ratio**of.demand_elasticity * length
                held -= min(wanted, held)
                scarcity = usual[m] / max(held, 1e-9 * usual[m])
                aim = min(max(scarcity**of.price_response, of.price_floor), of.price_ceiling)
                if demand[m] > 0.0:
                    asked += (aim * of.price_cad - asked) / of.adjustment_days * length
            stock[k, m], price[k, m] = held, asked
