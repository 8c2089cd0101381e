"""Routes of all organisations at once: values, chances of loss, and the shares that take each.

The formulas are those of `sim.model.smuggling.perception` and the adversaries, for arrays with
the axes menu, way of carriage (car, truck), pattern of open ports, load and option. A menu belongs
to all organisations of a source and market who may use the same lanes.

Waits and examinations begun in time are those of the traffic of the run (`TrafficSeen`), kept in
blocks of days. How the chance that an examination begins within its limit differs by hour is taken
from the whole run: a block of ten days has few examinations at most ports. Years beyond the run
reuse its days from the first on, so that with a run of a year a day has the traffic of the same day
of the calendar.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.model.conditions import Snapshot
from sim.model.expected.choices import values_and_stakes
from sim.model.port.traffic import CAR, CLASS_OF_LANE, COMMERCIAL, LANES, TRUCK
from sim.model.smuggling.organisation import Enrolment, Organisations, load_of, load_scale
from sim.model.smuggling.perception import TERMS, Observation, at_stake_cad
from sim.model.smuggling.route_choice import RouteChoice
from sim.model.smuggling.routes import baseline_shares
from sim.numerics.units import HOUR_S, Flags, Floats, Whole
from sim.parameters import Smuggling
from sim.records import EXAMINATIONS, EXAMINATIONS_RELEASED, PORT

BLOCK_DAYS = 10
HOURS_OF_DAY = 24
# Examinations that what is known of the whole day counts for, when an hour has few of its own.
PRIOR_EXAMINATIONS = 5.0
TRAVELLERS, TRADE = range(2)
QUEUE_OF_LANE = np.where(np.asarray(COMMERCIAL, bool), TRADE, TRAVELLERS)


class TrafficSeen:
    """Sums of what was observed at the ports, by block of days.

    Parameters
    ----------
    days : int
        Length of the run.
    """

    def __init__(self, ports: int, days: int) -> None:
        self.days = days
        blocks = -(-days // BLOCK_DAYS)
        self.sums = np.zeros((blocks, 4, ports, len(LANES)))
        self.nothing = np.zeros((3, ports, len(LANES)))

    def add(self, day: int, observed: Observation) -> None:
        """Add a day."""
        of_block = self.sums[day // BLOCK_DAYS]
        of_block[0] += observed.released
        of_block[1] += observed.wait_s
        of_block[2] += observed.done
        of_block[3] += observed.undone

    def at(self, day: float) -> Observation:
        """Sums of the block in which a day lies; beyond the run, its days come again."""
        of_block = self.sums[int(day % self.days) // BLOCK_DAYS]
        return Observation._make((*of_block, *self.nothing, 0.0))


def in_time_by_hour(lane_sums: Floats) -> Floats:
    """Chance that an examination begins within its limit, by port, queue and hour.

    Parameters
    ----------
    lane_sums : array of float, shape (7, ports, 24, lanes, columns)
        Those of `sim.records.Tally`.

    Returns
    -------
    array of float, shape (ports, 2, 24)
        Of travellers and of trade; 1 where none was ever ordered.
    """
    sums = lane_sums.sum(axis=0)
    done, undone = sums[..., EXAMINATIONS], sums[..., EXAMINATIONS_RELEASED]
    by_queue = np.zeros((2, len(sums), 2, HOURS_OF_DAY))
    for queue in (TRAVELLERS, TRADE):
        for k, counts in enumerate((done, undone)):
            by_queue[k, :, queue] = counts[:, :, queue == QUEUE_OF_LANE].sum(axis=2)
    done, both = by_queue[0], by_queue.sum(axis=0)
    whole = both.sum(axis=2, keepdims=True)
    mean = np.divide(
        done.sum(axis=2, keepdims=True), whole, out=np.ones_like(whole), where=whole > 0.0
    )
    return np.asarray((done + PRIOR_EXAMINATIONS * mean) / (both + PRIOR_EXAMINATIONS))


CARRIAGES = (CAR, TRUCK)
# Lower ends of the strata of loads, in firearms; finer where all take the best route, since all
# loads of a stratum then turn to another one together.
LOAD_EDGES = (1, 2, 3, 4, 5, 7, 10, 16, 40)
FINE_EDGES = (*range(1, 21), 22, 24, 27, 30, 35, 40, 50, 65, 90)


class Loads(NamedTuple):
    """Strata of loads.

    Attributes
    ----------
    share : array of float, shape (strata,)
        Of trips.
    mean : array of float, shape (strata,)
        Firearms.
    square : float
        Mean square of all loads.
    weights : array of float, shape (2, strata)
        Share of trips, and of firearms.
    """

    share: Floats
    mean: Floats
    square: float
    weights: Floats


def loads_of(smuggling: Smuggling, edges: tuple[int, ...] = LOAD_EDGES) -> Loads:
    """Strata of the distribution of loads, by their lower ends."""
    uniform = (np.arange(20000) + 0.5) / 20000
    load = load_of(uniform, load_scale(smuggling), smuggling)
    stratum = np.searchsorted(edges, load, side="right") - 1
    count = np.bincount(stratum, minlength=len(edges))
    some = count > 0
    total = np.bincount(stratum, load, len(edges))
    share, mean = count[some] / len(load), total[some] / count[some]
    weights = np.stack([share, share * mean / (share * mean).sum()])
    return Loads(share, mean, float(np.mean(load**2)), weights)


@dataclass
class Menus:
    """Routes considered by the organisations, padded to the same number of options.

    Attributes
    ----------
    of : array of int, shape (organisations,)
        The menu of each.
    numbers : array of int, shape (menus, carriages, options)
        Numbers of the routes; the last option is no trip.
    exists, at_port : array of bool
        Of the same shape: whether the option is one, and a port.
    km, post, air, made, hidden, prior, habit : array of float
        As in `sim.model.smuggling.perception.Menu`; the habit of a port is its weight by traffic,
        and the prior that among all ports of the menu, open or not.
    lane : array of int
        Lane taken at a port.
    port, other : array of int
        Number of a port, and of a route that is none (from 0); 0 where it is not one.
    goes : array of bool
        Whether there is a trip.
    """

    of: Whole
    numbers: Whole
    exists: Flags
    at_port: Flags
    km: Floats
    post: Floats
    air: Floats
    made: Floats
    hidden: Floats
    prior: Floats
    habit: Floats
    lane: Whole
    port: Whole
    other: Whole
    goes: Flags


def menus_of(
    organisations: Organisations,
    choice: RouteChoice,
    enrolment: Enrolment,
    general_lane: dict[int, Whole],
    smuggling: Smuggling,
) -> Menus:
    """Collect the routes of all organisations.

    Parameters
    ----------
    organisations : Organisations
    choice : RouteChoice
        Whose menus are read.
    enrolment : Enrolment
        Who may use a trusted lane.
    general_lane : dict
        Lane of the others at each port, by carriage.
    smuggling : Smuggling
    """
    keys = list(
        zip(organisations.source, organisations.market, enrolment.enrolled.tolist(), strict=True)
    )
    # One organisation of each menu.
    whose = dict(zip(keys, range(len(keys)), strict=True))
    menus = [
        [choice.menus.menu(key[:2], lane == TRUCK, smuggling) for lane in CARRIAGES]
        for key in whose
    ]
    width = max(len(menu.numbers) for pair in menus for menu in pair)
    shape = (len(menus), len(CARRIAGES), width)
    of = {name: np.zeros(shape) for name in (*TERMS, "prior", "habit")}
    numbers, lane = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    exists, at_port = np.zeros(shape, bool), np.zeros(shape, bool)
    weight = choice.menus.weight
    for i, (pair, organisation) in enumerate(zip(menus, whose.values(), strict=True)):
        for c, menu in enumerate(pair):
            count, ports = len(menu.numbers), menu.at_ports
            # Ports first, no trip in the last place of all.
            place = np.append(np.arange(count - 1), width - 1)
            numbers[i, c, place] = menu.numbers
            exists[i, c, place] = True
            at_port[i, c, :ports] = True
            for name, values in zip(of, (*menu.terms, menu.prior, menu.habit), strict=True):
                of[name][i, c, place] = values
            of["habit"][i, c, :ports] = weight[menu.numbers[:ports]]
            lanes = enrolment.lanes(organisation, general_lane[CARRIAGES[c]], 0)
            lane[i, c, :ports] = lanes[menu.numbers[:ports]]
    port = np.where(at_port, numbers, 0)
    away = np.where(exists & ~at_port & (of["made"] > 0.0), numbers - len(weight), 0)
    which = [*whose]
    return Menus(
        np.array([which.index(key) for key in keys]), numbers, exists, at_port,
        **of, lane=lane, port=port, other=away, goes=exists & (of["made"] > 0.0),
    )  # fmt: skip


def opening_of(snapshot: Snapshot, season: Flags) -> tuple[Flags, Flags]:
    """Find which ports are open on a day by hour, and which are not closed to a way of carriage.

    Parameters
    ----------
    season : array of bool, shape (ports,)
        Ports whose season it is.

    Returns
    -------
    array of bool, shape (24, ports)
    array of bool, shape (carriages, ports)
    """
    hour = np.arange(HOURS_OF_DAY)[:, None] + 0.5
    is_open = (snapshot.open_hour <= hour) & (hour < snapshot.close_hour)
    is_open &= season & ~snapshot.closed
    return is_open, ~snapshot.closed_to[:, CLASS_OF_LANE[list(CARRIAGES)]].T


def situation_of(
    menus: Menus,
    loads: Loads,
    wait_s: Floats,
    price_cad: Floats,
    smuggling: Smuggling,
) -> tuple[Floats, Floats]:
    """Values and stakes of all options today (`values_and_stakes`).

    Parameters
    ----------
    menus, loads
    wait_s : array of float, shape (ports, lanes)
        Usual waits.
    price_cad : array of float, shape (menus,)
        Street price in the market of each.
    smuggling : Smuggling
        Values in force.
    """
    wait = np.where(menus.at_port, wait_s[menus.port, menus.lane], 0.0)
    fixed = smuggling.travel_cad_per_km * menus.km + smuggling.wait_cad_per_h * wait / HOUR_S
    each = smuggling.post_cad_per_firearm * menus.post + smuggling.air_cad_per_firearm * menus.air
    margin = np.maximum(price_cad - smuggling.acquisition_cad, -1e300)
    unit = np.maximum(smuggling.load_mean * margin, 1.0)
    gain = margin[:, None, None] * menus.made - each
    at_stake = at_stake_cad(0.0, 0.0, smuggling) + loads.mean * price_cad[:, None]
    return values_and_stakes(fixed, gain, menus.made, menus.hidden, loads.mean, at_stake, unit)


def option_loss(menus: Menus, at_ports: Floats, away: Floats) -> Floats:
    """Chance of loss of every option, shape (menus, carriages, options).

    Parameters
    ----------
    at_ports : array of float, shape (ports, lanes) or (cases, ports, lanes)
    away : array of float
        Of the routes that are not ports, without no trip.
    """
    loss = np.where(menus.at_port, at_ports[..., menus.port, menus.lane], away[menus.other])
    return np.asarray(np.where(menus.goes, loss, 0.0))


def by_habit(menus: Menus, usable: Flags, smuggling: Smuggling) -> Floats:
    """Shares by habit: each kind of route keeps its share, ports by traffic among those open."""
    habit = menus.habit[:, :, None, None] * usable
    at_port = menus.at_port[:, :, None, None]
    of_ports = np.where(at_port, habit, 0.0)
    total = of_ports.sum(axis=-1, keepdims=True)
    share = baseline_shares(smuggling)[PORT]
    of_ports = share * of_ports / np.maximum(total, 1e-300)
    habit = np.where(at_port, of_ports, habit)
    total = habit.sum(axis=-1, keepdims=True)
    nothing = np.zeros_like(habit)
    nothing[..., -1] = 1.0
    return np.asarray(np.where(total > 0.0, habit / np.maximum(total, 1e-300), nothing))
