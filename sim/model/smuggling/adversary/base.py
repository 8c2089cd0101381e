"""The routes open to a trip, and the base class of the models that choose among them."""

from dataclasses import dataclass
from typing import Self

from sim.model.smuggling.attempt import AttemptOutcome
from sim.model.smuggling.routes import RouteNetwork
from sim.numerics.randomness import Streams
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
        Loss of a trafficker who is caught, in mean margins; 0 for no trip.
    believed : array of float, shape (options,)
        Chance of loss as smugglers in general believe it, 0 to 1.
    before : array of float, shape (options,)
        Chance of loss as it was believed before the run.
    true : array of float, shape (options,)
        Chance of loss by the settings of the day, 0 to 1. Only the worst case may use it.
    habit : array of float, shape (options,)
        Share of trips in the baseline; 0 for no trip.
    prior : array of float, shape (options,)
        Logarithm of how much a route is preferred if all else is equal: ports by traffic.
    noise : array of float, shape (options,)
        Gumbel noise of the trip and route, or of the organisation and route where it goes its usual
        way: the same in every scenario.
    risk_tolerance_quantile : float
        Tolerance of risk of this trip, a quantile between 0 (it accepts any risk) and 1.
    """

    organisation: int
    numbers: Whole
    value: Floats
    stake: Floats
    believed: Floats
    before: Floats
    true: Floats
    habit: Floats
    prior: Floats
    noise: Floats
    risk_tolerance_quantile: float

    @property
    def inclination(self) -> Floats:
        """What is added to lambda x utility: the prior and the noise."""
        return self.prior + self.noise

    def utility(self, loss: Floats) -> Floats:
        """Expected utility of every option under chances of loss, in mean margins of a trip."""
        return self.value - loss * self.stake


class Adversary:
    """A model of how smugglers decide. Unless a subclass says otherwise, it has no memory."""

    @classmethod
    def of_replication(cls, smuggling: Smuggling, network: RouteNetwork, streams: Streams) -> Self:
        """Make the adversary of one replication.

        Parameters
        ----------
        smuggling : Smuggling
            The baseline.
        network : RouteNetwork
        streams : Streams
        """
        return cls()

    def loss(self, options: Options) -> Floats:
        """Chance of loss that this organisation expects, by option: what smugglers believe."""
        return options.believed

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Position of the option that is taken.

        Parameters
        ----------
        options : Options
        loss : array of float, shape (options,)
            From `loss`.
        smuggling : Smuggling
            Values in force, with the prices of this deal.
        """
        raise NotImplementedError

    def on_outcomes(self, outcomes: list[AttemptOutcome], now_s: float) -> None:
        """Learn from the outcomes of trips, after a midnight: nothing, without memory."""
