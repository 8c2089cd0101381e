"""What a trip is worth as a smuggler sees it: its value, stake and chance of loss, by route.

The unit of utility is the margin on a trip of mean load. Outside the ports only running averages of
past observations are available, updated each midnight.
"""

import dataclasses
import functools
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sim.model.port.inspection_rates import (
    DUTY,
    KIND_RATE,
    KIND_S,
    LOOKOUT_HIT,
    PAPERWORK,
    PATIENCE_FROM_S,
    PICK_TRAFFICKER,
    PICK_TRAFFICKER_HURRY,
    RANDOM,
    SELECTIVE,
    WITHDRAWAL_SHARE,
    shares_of_kinds,
)
from sim.model.port.referral import FULL, KINDS, examined_shares, mean_find
from sim.model.port.traffic import CAR, COMMERCIAL, LANES
from sim.numerics import compilation
from sim.numerics.units import HOUR_S, Floats, Whole
from sim.parameters import Smuggling


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
    terms : array of float, shape (5, options)
        What values follow from (`TERMS`): the way from source to market in km; 1 where the load
        goes by post, by air, or at all, else 0; unknown cost away from the ports, in mean margins.
    habit : array of float, shape (options,)
        Share of trips in the baseline.
    prior : array of float, shape (options,)
        Logarithm of how much a route is preferred if all else is equal.
    entity : array of int, shape (options + 2,)
        Keys of their draws; the last two are the trip's own.
    """

    numbers: Whole
    at_ports: int
    ports: int
    terms: Floats
    habit: Floats
    prior: Floats
    entity: Whole


TERMS = "km", "post", "air", "made", "hidden"
MADE = TERMS.index("made")


def value_if_safe(
    terms: Floats,
    load: float | Floats,
    price_cad: float | Floats,
    acquisition_cad: float | Floats,
    wait_s: Floats,
    smuggling: Smuggling,
) -> Floats:
    """Value of each route if nothing goes wrong, in mean margins.

    Margin on the load, less travel, wait, postage or fare, and hidden cost.

    Parameters
    ----------
    terms : array of float, shape (5, options)
        Of a menu, or of those of several trips.
    load, price_cad, acquisition_cad : float or array of float, shape (options,)
        Firearms, and the prices of one.
    wait_s : array of float, shape (options,)
        Usual waits; 0 away from the ports.
    smuggling : Smuggling
        Values in force.

    Returns
    -------
    array of float, shape (options,)
    """
    km, post, air, made, hidden = terms
    cost = smuggling.travel_cad_per_km * km
    cost += load * smuggling.post_cad_per_firearm * post
    cost += load * smuggling.air_cad_per_firearm * air
    cost += smuggling.wait_cad_per_h * wait_s / HOUR_S
    margin = price_cad - acquisition_cad
    return np.asarray((load * margin * made - cost) / unit_cad(margin, smuggling) - hidden)


def unit_cad(margin: float | Floats, smuggling: Smuggling) -> Floats:
    """Margin on a trip of mean load in CAD (at least 1), by that on a firearm: unit of utility."""
    return np.asarray(np.maximum(smuggling.load_mean * margin, 1.0))


def at_stake_cad(load: Any, price_cad: Any, smuggling: Smuggling) -> Any:
    """Loss of a trafficker who is caught, in CAD: load, vehicle, fine and liberty."""
    liberty = smuggling.sentence_years * smuggling.liberty_cad_per_year
    return load * price_cad + smuggling.vehicle_cad + smuggling.fine_cad + liberty


def stake(
    terms: Floats, load: float | Floats, price_cad: Any, acquisition_cad: Any, smuggling: Smuggling
) -> Floats:
    """Loss on each route of a trafficker who is caught, in mean margins.

    Parameters
    ----------
    terms, load, price_cad, acquisition_cad, smuggling
        As in `value_if_safe`.
    """
    unit = unit_cad(price_cad - acquisition_cad, smuggling)
    return np.asarray(terms[MADE] * (at_stake_cad(load, price_cad, smuggling) / unit))


def on_routes(menu: Menu, lane: int | Whole, at_ports: Floats, away: Floats) -> Floats:
    """Chance of loss, or usual wait, on each route.

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


class LossTerms(NamedTuple):
    """What a trip's chance of loss at the ports depends on, apart from the lookouts.

    Attributes
    ----------
    hit : array of float, shape (ports,)
        Chance that an active lookout is acted on.
    stays : array of float, shape (ports,)
        Chance that somebody who is referred does not withdraw.
    found_on_lookout : array of float, shape (ports,)
        Chance that the examination that a lookout brings finds the load.
    not_mandatory, chosen, found : array of float, shape (ports, lanes)
        Chances that there is no mandatory referral, that a trip is chosen for examination, and that
        the examination finds the load.
    """

    hit: Floats
    stays: Floats
    found_on_lookout: Floats
    not_mandatory: Floats
    chosen: Floats
    found: Floats


# Settings from which the terms follow, but for those that change with how many are searched.
_LASTING = slice(PAPERWORK, RANDOM), slice(LOOKOUT_HIT, PATIENCE_FROM_S)


def loss_terms(
    rows: Floats,
    smuggling: Smuggling,
    cv: float = 0.0,
    lengths: tuple[float, ...] = (1.0,),
    known: tuple[Floats, LossTerms] | None = None,
) -> LossTerms:
    """Work out the terms of the loss.

    Parameters
    ----------
    rows : array of float, shape (ports, WIDTH)
        Settings (`sim.model.port.inspection_rates`).
    smuggling : Smuggling
    cv : float
        Coefficient of variation of the lengths of examinations.
    lengths : tuple of float
        Equally likely lengths as a ratio of the mean, over which the chances to find are averaged.
    known : tuple, optional
        Other settings and their terms; mostly they differ in how many are searched alone.
    """
    picked = rows[:, PICK_TRAFFICKER:PICK_TRAFFICKER_HURRY]
    chosen = examined_shares(rows[:, RANDOM:SELECTIVE], picked)
    if known is not None and all(np.array_equal(rows[:, of], known[0][:, of]) for of in _LASTING):
        return known[1]._replace(chosen=chosen)
    kinds = slice(KIND_RATE, KIND_RATE + len(KINDS)), slice(KIND_S, KIND_S + len(KINDS))
    exposure = rows[:, kinds[0]] * rows[:, kinds[1]]
    open_find = _found(exposure.tobytes(), cv, lengths)
    deep_find = _found((exposure * smuggling.deep_factor).tobytes(), cv, lengths)
    find = (1.0 - smuggling.deep_share) * open_find + smuggling.deep_share * deep_find
    travellers, trade = (
        np.sum(shares * find, axis=1, keepdims=True) for shares in shares_of_kinds(rows)
    )
    found = np.where(np.asarray(COMMERCIAL, bool), trade, travellers)
    not_mandatory = 1.0 - (rows[:, PAPERWORK:DUTY] + rows[:, DUTY:RANDOM])
    stays = 1.0 - rows[:, WITHDRAWAL_SHARE]
    return LossTerms(rows[:, LOOKOUT_HIT], stays, find[:, FULL], not_mandatory, chosen, found)


@functools.lru_cache(maxsize=64)
def _found(exposure: bytes, cv: float, lengths: tuple[float, ...]) -> Floats:
    """Chance that each kind of examination finds what is there, shape (ports, kinds).

    Most points, and most days, have the same; nothing may write into it.
    """
    mean = np.frombuffer(exposure).reshape(-1, len(KINDS))
    found: Floats = np.mean([mean_find(mean * length, cv) for length in lengths], axis=0)
    found.setflags(write=False)
    return found


class Observation(NamedTuple):
    """What is observed at the ports on a day.

    Attributes
    ----------
    released, wait_s : array of float, shape (ports, lanes)
        Vehicles served at primary, and the sum of their waits in seconds.
    done, undone : array of float, shape (ports, lanes)
        Examinations made, and those ordered that did not begin within their limit.
    gave_up : array of float, shape (ports, lanes)
        Vehicles that turned round at a long line.
    arrivals, within : array of float, shape (ports, lanes)
        Vehicles that joined a line, and those served within the wait standard.
    collections : float
        Duty collections at all ports.
    """

    released: Floats
    wait_s: Floats
    done: Floats
    undone: Floats
    gave_up: Floats
    arrivals: Floats
    within: Floats
    collections: float

    @classmethod
    def between(cls, before: Floats, now: Floats) -> "Observation":
        """By how much sums of the columns `sim.records.OBSERVED` have grown."""
        *by_lane, duty = (now - before).transpose(2, 0, 1).copy()
        return cls._make((*by_lane, float(duty.sum())))


# Compiled, since arrays by port and lane are small. They depend on no other module: Numba's check
# of this file is enough, and a change here does not compile the engine anew.


@compilation.compiled
def _learn_traffic(
    seen: tuple[Floats, ...], weight: float, wait_s: Floats, yesterday_s: Floats, in_time: Floats
) -> None:
    """Update waits, and the share of examinations that are made (see `Beliefs`)."""
    released, waited_s, done, undone = seen
    for port in range(len(in_time)):
        made = ordered = 0.0
        for lane in range(wait_s.shape[1]):
            if released[port, lane] > 0.0:
                yesterday_s[port, lane] = waited_s[port, lane] / released[port, lane]
            else:
                yesterday_s[port, lane] = wait_s[port, lane]
            wait_s[port, lane] += weight * (yesterday_s[port, lane] - wait_s[port, lane])
            made += done[port, lane]
            ordered += done[port, lane] + undone[port, lane]
        if ordered > 0.0:
            in_time[port] += weight * (made / ordered - in_time[port])


@compilation.compiled
def loss_at_ports(terms: LossTerms, lookout_share: Floats, in_time: Floats) -> Floats:
    """Chance that a trafficker's trip is lost, shape (kinds, ports, lanes).

    Parameters
    ----------
    terms : LossTerms
    lookout_share : array of float, shape (kinds,)
        Trips of each kind of smuggler on which a lookout is active; its examination is always made.
    in_time : array of float, shape (ports,)
        Share of other examinations that begin within their limit.
    """
    loss = np.empty((len(lookout_share), *terms.found.shape))
    for kind in range(len(loss)):
        for port in range(len(in_time)):
            hit = terms.hit[port] * lookout_share[kind]
            on_lookout = terms.stays[port] * hit * terms.found_on_lookout[port]
            not_hit = terms.stays[port] * (1.0 - hit)
            for lane in range(loss.shape[2]):
                if_in_time = not_hit * terms.not_mandatory[port, lane] * terms.chosen[port, lane]
                found = if_in_time * terms.found[port, lane] * in_time[port]
                loss[kind, port, lane] = on_lookout + found
    return loss


class Beliefs:
    """Running averages of what is observed at the ports.

    They begin with what the settings before the run imply.

    Parameters
    ----------
    ports : int
    smuggling : Smuggling
        The baseline.
    lookout_share : float or array of float, shape (kinds, 1)
        Share of trips on which a lookout is active, as believed before the run; an array makes
        beliefs of so many kinds of smuggler, who differ in nothing else that is believed.
    baseline, before : array of float, shape (ports, WIDTH)
        Settings (`sim.model.port.inspection_rates`) of the baseline, and before the run.
    cv : float
        Coefficient of variation of the lengths of examinations.

    Attributes
    ----------
    loss, baseline_loss : array of float, shape (ports, lanes) or (kinds, ports, lanes)
        Perceived chance that a trip is lost, now and in the baseline.
    wait_s : array of float, shape (ports, lanes)
        Usual wait in seconds.
    yesterday_s : array of float, shape (ports, lanes)
        Mean wait of the last day, or the usual one where nobody came.
    in_time : array of float, shape (ports,)
        Share of the examinations ordered that are made.
    """

    def __init__(
        self,
        ports: int,
        smuggling: Smuggling,
        lookout_share: float | Floats,
        baseline: Floats,
        before: Floats,
        cv: float = 0.0,
    ) -> None:
        self.smuggling = smuggling
        self.cv = cv
        self.lookout_share = lookout_share
        self.wait_s = np.zeros((ports, len(LANES)))
        self.yesterday_s = np.zeros((ports, len(LANES)))
        self.in_time = np.ones(ports)
        # The terms of the loss under the settings last used.
        self._rows = baseline
        self._terms = loss_terms(baseline, smuggling, cv)
        self.baseline_loss = self._loss(baseline)
        self.loss = self._loss(before)
        self._today = before
        self._of_trip: dict[bool, LossTerms] = {}

    def _terms_of(self, rows: Floats) -> LossTerms:
        if rows is not self._rows:
            known = self._rows, self._terms
            self._rows, self._terms = rows, loss_terms(rows, self.smuggling, self.cv, known=known)
        return self._terms

    def _loss(self, rows: Floats) -> Floats:
        kinds = np.reshape(self.lookout_share, -1)
        loss = loss_at_ports(self._terms_of(rows), kinds, self.in_time)
        return loss if np.ndim(self.lookout_share) else loss[0]

    def today(self, rows: Floats) -> None:
        """Set the settings of the day, from which `true_loss` follows."""
        if rows is not self._today:
            self._today = rows
            self._of_trip.clear()

    def true_loss(self, deep: bool, lookout: bool) -> Floats:
        """Chance that a trip is lost today, by port and lane.

        The share of examinations that begin in time is that of the days before.
        """
        if deep not in self._of_trip:
            this_trip = dataclasses.replace(self.smuggling, deep_share=float(deep))
            self._of_trip[deep] = loss_terms(self._today, this_trip, self.cv)
        alone = np.array([float(lookout)])
        return np.asarray(loss_at_ports(self._of_trip[deep], alone, self.in_time)[0])

    def deep_share(self, smuggling: Smuggling, weight: Floats, kind: int | None = None) -> float:
        """Share of loads hidden deep: it follows the believed chance of loss at the ports.

        Parameters
        ----------
        smuggling : Smuggling
            Values in force.
        weight : array of float, shape (ports,)
            Of each port in the mean.
        kind : int, optional
            Which of several kinds of smuggler.
        """
        both = (self.loss, self.baseline_loss)
        if kind is not None:
            both = (self.loss[kind], self.baseline_loss[kind])
        now, then = (float(np.einsum("p,p->", weight, loss[:, CAR])) for loss in both)
        ratio = now / then if then > 0.0 else 1.0
        return float(min(smuggling.deep_share * ratio**smuggling.deep_response, 1.0))

    def perception(self) -> Perception:
        """Beliefs of smugglers now."""
        return Perception(self.loss, self.wait_s)

    def baseline(self) -> Perception:
        """Beliefs that the baseline would give before the run."""
        return Perception(self.baseline_loss, np.zeros_like(self.wait_s))

    def day_is_over(
        self, observed: Observation, rows: Floats, lookout_share: float | Floats
    ) -> None:
        """Update the running averages after a day.

        Parameters
        ----------
        rows : array of float, shape (ports, WIDTH)
            Settings of the day.
        lookout_share : float or array of float, shape (kinds, 1)
            Share of trips on which a lookout would be active by now.
        """
        weight = 1.0 / self.smuggling.perception_days
        _learn_traffic(observed[:4], weight, self.wait_s, self.yesterday_s, self.in_time)
        self.lookout_share = self.lookout_share + weight * (lookout_share - self.lookout_share)
        self.loss += weight * (self._loss(rows) - self.loss)
