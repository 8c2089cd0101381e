"""Value, stake and chance of loss of a trip, by route.

The unit of utility is the margin on a trip of mean load.
"""

from dataclasses import dataclass

import numpy as np

from sim.numerics.units import Floats, Whole
from sim.parameters import Smuggling

SECONDS_PER_H = 3600.0


@dataclass(frozen=True, slots=True)
class Perception:
    """Beliefs of smugglers about the ports, by port and lane.

    Attributes
    ----------
    loss : array of float, shape (ports, lanes)
        Chance that a trip through the lane is lost.
    wait_s : array of float, shape (ports, lanes)
        Usual wait in seconds.
    """

    loss: Floats
    wait_s: Floats


@dataclass(frozen=True, slots=True)
class Menu:
    """The fixed properties of the routes considered for a source and market.

    Attributes
    ----------
    numbers : array of int, shape (options,)
        Numbers of the routes (`sim.model.smuggling.routes`): ports first, no trip last.
    at_ports : int
        How many of them are ports.
    ports : int
        How many ports there are in all, which is the number of the first other route.
    km : array of float, shape (options,)
        Way from source to market, in km.
    post, air, made : array of float, shape (options,)
        1 where the load goes by post, by air, or at all; else 0.
    hidden : array of float, shape (options,)
        Unknown cost of routes away from the ports, in mean margins.
    habit : array of float, shape (options,)
        Share of trips in the baseline.
    entity : array of int, shape (options + 1,)
        Keys of their draws; the last is the trip's own.
    """

    numbers: Whole
    at_ports: int
    ports: int
    km: Floats
    post: Floats
    air: Floats
    made: Floats
    hidden: Floats
    habit: Floats
    entity: Whole


def value_if_safe(
    menu: Menu, load: float, lane: int | Whole, perception: Perception, smuggling: Smuggling
) -> Floats:
    """Value of each route if nothing goes wrong, in mean margins.

    Margin on the load, less travel, wait, postage or fare, and hidden cost.

    Parameters
    ----------
    menu : Menu
    load : float
        Firearms.
    lane : int or array of int, shape (ports of the menu,)
    perception : Perception
    smuggling : Smuggling
        Values in force, with the prices of this deal.

    Returns
    -------
    array of float, shape (options,)
    """
    cost = smuggling.travel_cad_per_km * menu.km
    cost += load * smuggling.post_cad_per_firearm * menu.post
    cost += load * smuggling.air_cad_per_firearm * menu.air
    wait_s = perception.wait_s[menu.numbers[: menu.at_ports], lane]
    cost[: menu.at_ports] += smuggling.wait_cad_per_h * wait_s / SECONDS_PER_H
    gain = load * margin_cad(smuggling) * menu.made
    return np.asarray((gain - cost) / mean_margin_cad(smuggling) - menu.hidden)


def stake(menu: Menu, load: float, smuggling: Smuggling) -> Floats:
    """Loss on each route of a trafficker who is caught, in mean margins."""
    return np.asarray(menu.made * (at_stake_cad(load, smuggling) / mean_margin_cad(smuggling)))


def chance_of_loss(menu: Menu, lane: int | Whole, at_ports: Floats, away: Floats) -> Floats:
    """Chance of loss on each route.

    Parameters
    ----------
    menu : Menu
    lane : int or array of int, shape (ports of the menu,)
    at_ports : array of float, shape (ports, lanes)
    away : array of float
        Of the routes that are not ports, in order of their number, without no trip.
    """
    loss = np.zeros(len(menu.numbers))
    loss[: menu.at_ports] = at_ports[menu.numbers[: menu.at_ports], lane]
    loss[menu.at_ports : -1] = away[menu.numbers[menu.at_ports : -1] - menu.ports]
    return loss


def margin_cad(smuggling: Smuggling) -> float:
    """Margin on one firearm before travel and risk, in CAD."""
    return smuggling.price_cad - smuggling.acquisition_cad


def mean_margin_cad(smuggling: Smuggling) -> float:
    """Margin on a trip of mean load in CAD (at least 1): the unit of utility."""
    return max(smuggling.load_mean * margin_cad(smuggling), 1.0)


def at_stake_cad(load: float, smuggling: Smuggling) -> float:
    """Loss of a trafficker who is caught, in CAD: load, vehicle, fine and liberty."""
    liberty = smuggling.sentence_years * smuggling.liberty_cad_per_year
    return load * smuggling.price_cad + smuggling.vehicle_cad + smuggling.fine_cad + liberty
