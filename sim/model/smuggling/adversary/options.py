"""What an organisation has before it when it decides on a trip, and who decides."""

from dataclasses import dataclass
from typing import Protocol

from sim.model.smuggling.attempt import AttemptOutcome
from sim.numerics.units import Floats, Whole
from sim.parameters import Smuggling


@dataclass(frozen=True, slots=True)
class Options:
    """The routes that one trip may take; the last option is to make no trip.

    Attributes
    ----------
    organisation : int
        Whose trip it is.
    numbers : array of int, shape (options,)
        Numbers of the routes (`sim.model.smuggling.routes`).
    value : array of float, shape (options,)
        What a route is worth if nothing goes wrong, in mean margins of a trip; 0 for no trip.
    stake : array of float, shape (options,)
        What is lost by whoever is caught, in mean margins; 0 for no trip.
    believed : array of float, shape (options,)
        Chance of loss as the trade at large believes it, 0 to 1.
    before : array of float, shape (options,)
        Chance of loss as it was believed before the run.
    true : array of float, shape (options,)
        Chance of loss by the settings of the day, 0 to 1. Only who is said to know may look.
    habit : array of float, shape (options,)
        Share of trips in the baseline; 0 for no trip.
    noise : array of float, shape (options,)
        Gumbel noise of the trip and route: the same in every scenario.
    risk_tolerance_quantile : float
        How much risk this trip shies at, a quantile between 0 (none) and 1.
    """

    organisation: int
    numbers: Whole
    value: Floats
    stake: Floats
    believed: Floats
    before: Floats
    true: Floats
    habit: Floats
    noise: Floats
    risk_tolerance_quantile: float

    def utility(self, loss: Floats) -> Floats:
        """Expected utility of every option under chances of loss, in mean margins of a trip."""
        return self.value - loss * self.stake


class Adversary(Protocol):
    """A way in which smugglers may decide."""

    def loss(self, options: Options) -> Floats:
        """Chance of loss that this organisation reckons with, by option."""

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Position of the option that is taken."""

    def on_outcomes(self, outcomes: list[AttemptOutcome], now_s: float) -> None:
        """Take in what has become of trips, after a midnight."""
