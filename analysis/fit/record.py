"""What the fit holds the model against, and how each number is made of emulated quantities.

Quantities are totals of a national year, by every attempt's own chance where chance matters.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import least_squares
from scipy.stats import norm

from analysis.fit.values import FLOW
from sim.numerics.units import Floats
from sim.parameters import catalogue

Named = Mapping[str, Floats]

HANDGUNS = "smuggling.traveller_handgun_share"
POST_LOSS, AIR_LOSS = "patrol.post_loss", "patrol.air_loss"

FREE = (HANDGUNS, POST_LOSS, AIR_LOSS)
"""Parameters that need not be run: they decide what is seized of what is there, by a factor.

(The model gives the post and the air their share of the trips whatever their loss is.)
"""

TRAFFICKED = "expected_firearms_seized_ports"
TRAVELLERS = "expected_traveller_firearms_seized"
TRIPS = "expected_trafficking_seizures"
VISITS = "expected_traveller_seizures"
PACIFIC = "expected_firearms_seized_pacific"
POST_AIR = "expected_firearms_seized_post_air"
WITHIN = "within_standard_share"
PRICE = "street_price_cad"

QUANTITIES = (TRAFFICKED, TRAVELLERS, TRIPS, VISITS, WITHIN, PRICE)
SHARES = (WITHIN,)
"""Quantities between 0 and 1; the others are above 0."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One number of the record that the fit is held against.

    Attributes
    ----------
    title, unit : str
    low, high, central : float
        Range that the record supports, and its best single value.
    source : str
        Ids of the table of facts.
    of : callable
        The number from the emulated quantities and the parameters.
    """

    title: str
    unit: str
    low: float
    high: float
    central: float
    source: str
    of: Callable[[Named, Named], Floats]


def default_of(name: str) -> float:
    """Value of a parameter in the baseline."""
    value: Any = catalogue()[name].default
    return float(value)


def _seized(quantities: Named) -> Floats:
    return np.asarray(quantities[TRAFFICKED] + quantities[TRAVELLERS])


MARKS: tuple[Mark, ...] = (
    Mark(
        "firearms seized at highway ports, a year", "firearms", 470, 1030, 525, "C080 x C103",
        lambda quantities, _: _seized(quantities),
    ),
    Mark(
        "of these, travellers' own", "share", 0.3, 0.9, 0.65, "Z020, C043",
        lambda quantities, _: quantities[TRAVELLERS] / _seized(quantities),
    ),
    Mark(
        "firearms a seizure", "firearms", 1.3, 2.75, 1.81, "C083, C084",
        lambda quantities, _: _seized(quantities) / (quantities[TRIPS] + quantities[VISITS]),
    ),
    Mark(
        "handguns among firearms seized", "share", 0.6, 0.82, 0.75, "C096-C102",
        lambda quantities, at: (
            (quantities[TRAFFICKED] + at[HANDGUNS] * quantities[TRAVELLERS]) / _seized(quantities)
        ),
    ),
    Mark(
        "seized at highway points, of all ports of entry", "share", 0.9, 0.97, 0.94, "C103",
        lambda quantities, _: _seized(quantities) / (_seized(quantities) + quantities[POST_AIR]),
    ),
    Mark(
        "firearms seized in the Pacific region", "share", 0.25, 0.4, 0.33, "C104-C108, C114",
        lambda quantities, _: quantities[PACIFIC] / _seized(quantities),
    ),
    Mark(
        "conveyances within the wait standard", "share", 0.8, 0.97, 0.9, "B058-B060",
        lambda quantities, _: quantities[WITHIN],
    ),
    Mark(
        "street price over the one that markets balance at", "ratio", 0.9, 1.1, 1.0, "assumed",
        lambda quantities, _: quantities[PRICE] / default_of("smuggling.price_cad"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PostAndAir:
    """What is seized in the post and by air, of what is planned for them.

    Attributes
    ----------
    made : float
        Firearms that are sent, over those that the flow and the share of the route give.
    """

    made: float

    def seized(self, at: Named) -> Floats:
        """Firearms seized there."""
        post = _value(at, "smuggling.post_share") * _value(at, POST_LOSS)
        air = _value(at, "smuggling.air_share") * _value(at, AIR_LOSS)
        return np.asarray(self.made * _value(at, FLOW) * (post + air))

    @classmethod
    def of(cls, design: Named, at: Named) -> "PostAndAir":
        """Find it from what was seized at some points."""
        return cls(float(design[POST_AIR].sum() / cls(1.0).seized(at).sum()))


@dataclass(frozen=True, slots=True)
class PacificShares:
    """What the Pacific region has of the travellers' cars, and of what is taken from traffickers.

    Attributes
    ----------
    cars, trafficked : float
        Shares, 0 to 1.
    """

    cars: float
    trafficked: float

    def seized(self, quantities: Named, at: Named) -> Floats:
        """Firearms seized there."""
        more = self.cars * _value(at, "smuggling.traveller_pacific_factor")
        travellers = quantities[TRAVELLERS] * more / (more + 1.0 - self.cars)
        return np.asarray(travellers + self.trafficked * quantities[TRAFFICKED])

    @classmethod
    def of(cls, design: Named, at: Named) -> "PacificShares":
        """Find both shares from what was seized at some points."""

        def off(shares: Floats) -> Floats:
            return np.asarray(np.log(cls(*shares).seized(design, at) / design[PACIFIC]))

        best = least_squares(off, [0.2, 0.2], bounds=([1e-6, 1e-6], [1.0, 1.0]))
        return cls(*(float(share) for share in best.x))


def features(at: Named, quantity: str) -> Floats:
    """What the emulator of a quantity is linear in, by name, shape (points, features).

    Logarithms of parameters above 0, the others as they are; and of the chance to be chosen for an
    examination as signal detection gives it, since that is how seizures depend on it. Travellers'
    firearms have nothing to do with the trade, nor the trade with them, nor waits with either: what
    cannot matter is left out, or chance would find something.
    """
    columns = [np.ones(len(next(iter(at.values()))))]
    names = sorted(name for name in set(at) - set(FREE) if _matters(name, quantity))
    columns += [np.log(at[name]) if np.all(at[name] > 0.0) else at[name] for name in names]
    columns += [_chosen(at, name) for name in names if name.startswith("inspection.d_prime")]
    return np.stack(columns, axis=1)


def _matters(name: str, quantity: str) -> bool:
    of_travellers = "traveller" in name
    of_trade = not of_travellers and (
        name.startswith(("smuggling.", "market.")) or name == "inspection.d_prime"
    )
    if quantity in (TRAVELLERS, VISITS):
        return not of_trade
    return not of_travellers and not (of_trade and quantity == WITHIN)


def _chosen(at: Named, d_prime: str) -> Floats:
    """Logarithm of the chance of a random or selective referral, by signal detection."""
    selective = _value(at, "inspection.selective_share")
    random = _value(at, "inspection.random_share")
    hit = norm.cdf(at[d_prime] - norm.isf(selective))
    return np.asarray(np.log(random + (1.0 - random) * hit))


def _value(at: Named, name: str) -> Floats:
    return at[name] if name in at else np.asarray(default_of(name))
