"""The adversary ensemble: models of how smugglers decide among the routes open to a trip.

Four have no memory of their own trips and choose by what is known today. A new model is a subclass
of `Adversary` with a name, and that name among the choices of ``smuggling.adversary`` (a test
compares the two).

References
----------
.. [1] McKelvey and Palfrey, "Quantal response equilibria for normal form games", Games and Economic
   Behavior 10, 1995.
.. [2] Anthony, "A calibrated model of the psychology of deterrence", Bulletin on Narcotics 56,
   2004.
.. [3] Erev and Roth, "Predicting how people play games: reinforcement learning in experimental
   games with unique, mixed strategy equilibria", American Economic Review 88, 1998.
"""

from collections.abc import Callable
from typing import NamedTuple, Self

import numpy as np

from sim.model.smuggling.routes import AttemptOutcome, Route, RouteNetwork
from sim.numerics.randomness import ROUTE, Streams, entity_number, to_uniform
from sim.numerics.units import DAY_S, Flags, Floats, Whole
from sim.parameters import Smuggling


class Options(NamedTuple):
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
    habit : array of float, shape (options,)
        Share of trips in the baseline; 0 for no trip.
    prior : array of float, shape (options,)
        Logarithm of how much a route is preferred if all else is equal: ports by traffic.
    noise : array of float, shape (options,)
        Gumbel noise of the trip and route, or of the organisation and route where it goes its usual
        way: the same in every scenario.
    risk_tolerance_quantile : float
        Tolerance of risk of this trip, a quantile between 0 (it accepts any risk) and 1.
    chance_before, chance_true : callable
        Give `before` and `true`, which few adversaries need.
    """

    organisation: int
    numbers: Whole
    value: Floats
    stake: Floats
    believed: Floats
    habit: Floats
    prior: Floats
    noise: Floats
    risk_tolerance_quantile: float
    chance_before: Callable[[], Floats]
    chance_true: Callable[[], Floats]

    @property
    def before(self) -> Floats:
        """Chance of loss as it was believed before the run, shape (options,)."""
        return self.chance_before()

    @property
    def true(self) -> Floats:
        """Chance of loss by the settings of the day, 0 to 1, shape (options,).

        Only the worst case may use it.
        """
        return self.chance_true()

    @property
    def inclination(self) -> Floats:
        """What is added to lambda x utility: the prior and the noise."""
        return self.prior + self.noise

    def utility(self, loss: Floats) -> Floats:
        """Expected utility of every option under chances of loss, in mean margins of a trip."""
        return self.value - loss * self.stake


ADVERSARIES: "dict[str, type[Adversary]]" = {}
"""By the value of ``smuggling.adversary``, in the order of its choices."""


class Adversary:
    """A model of how smugglers decide. Unless a subclass says otherwise, it has no memory.

    Those of the project name themselves: ``class Static(Adversary, name="static")``.
    """

    # Whether `choose` reads the prices of the deal; else they need not be put there for every trip.
    reads_prices = True

    def __init_subclass__(cls, name: str = "", reads_prices: bool = True) -> None:
        """Enter a subclass under its name."""
        cls.reads_prices = reads_prices
        if name:
            ADVERSARIES[name] = cls

    @classmethod
    def of_replication(cls, smuggling: Smuggling, network: RouteNetwork, streams: Streams) -> Self:
        """Make the adversary of one replication, by the parameters of the baseline."""
        return cls()

    def loss(self, options: Options) -> Floats:
        """Chance of loss that this organisation expects, by option: what smugglers believe."""
        return options.believed

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Position of the option that is taken.

        Parameters
        ----------
        loss : array of float, shape (options,)
            From `loss`.
        smuggling : Smuggling
            Values in force, with the prices of this deal.
        """
        raise NotImplementedError

    def on_outcomes(self, outcomes: list[AttemptOutcome], now_s: float) -> None:
        """Learn from the outcomes of trips, after a midnight: nothing, without memory."""


class Static(Adversary, name="static", reads_prices=False):
    """Each route keeps its share of trips in the baseline, whatever changes.

    Ports have shares by their traffic, other routes by assumption.
    """

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Take a route by its share in the baseline."""
        with np.errstate(divide="ignore"):
            return int((np.log(options.habit) + options.noise).argmax())


class QuantalResponse(Adversary, name="quantal_response", reads_prices=False):
    """Better routes are taken more often: a logit with rationality lambda [1]_.

    As lambda goes to 0, options become as likely as the prior says; as it goes to infinity, the
    best response is taken.
    """

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Take the best of lambda x utility + prior + noise."""
        score = smuggling.rationality * options.utility(loss) + options.inclination
        return int(score.argmax())


class Learning(Adversary, name="learning", reads_prices=False):
    """Smugglers who learn from their own losses and from news of others' [3]_.

    Each organisation counts trips and losses by route, with exponential discounting. The belief
    held before the run is a prior worth some number of trips; a change of settings is learnt only
    through losses. A trip also counts, with less weight, for the other routes of its kind. Choice
    is a quantal response to these beliefs.

    Parameters
    ----------
    smuggling : Smuggling
        The baseline.
    alike : array of bool, shape (routes, routes)
        Which routes are of the same kind.
    number_of : callable
        Number of a route.
    streams : Streams
    """

    def __init__(
        self,
        smuggling: Smuggling,
        alike: Flags,
        number_of: Callable[[Route], int],
        streams: Streams,
    ) -> None:
        self.smuggling = smuggling
        self.number_of = number_of
        self.streams = streams
        self.weight = smuggling.learning_alike_share * alike + np.eye(len(alike)) * (
            1.0 - smuggling.learning_alike_share
        )
        self.organisation_entity = np.array(
            [entity_number(f"news/organisation/{i}") for i in range(smuggling.organisations)]
        )
        self.trips = np.zeros((smuggling.organisations, len(alike)))
        self.losses = np.zeros_like(self.trips)
        self.updated_s = 0.0

    @classmethod
    def of_replication(cls, smuggling: Smuggling, network: RouteNetwork, streams: Streams) -> Self:
        """Make the adversary of one replication, with the routes it learns about."""
        return cls(smuggling, network.alike(), network.number_of, streams)

    def loss(self, options: Options) -> Floats:
        """Return the mean of the prior and of what this organisation has learnt."""
        weight = self.smuggling.learning_prior_trips
        trips = self.trips[options.organisation, options.numbers]
        losses = self.losses[options.organisation, options.numbers]
        return np.asarray((weight * options.before + losses) / (weight + trips))

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Take the best of lambda x utility + prior + noise."""
        score = smuggling.rationality * options.utility(loss) + options.inclination
        return int(score.argmax())

    def on_outcomes(self, outcomes: list[AttemptOutcome], now_s: float) -> None:
        """Discount what was learnt before, and add the outcomes of trips."""
        discount = np.exp((self.updated_s - now_s) / DAY_S / self.smuggling.learning_days)
        self.trips *= discount
        self.losses *= discount
        self.updated_s = now_s
        for outcome in outcomes:
            if not outcome.turned_back:
                informed = self._informed(outcome)
                weight = self.weight[self.number_of(outcome.attempt.route)]
                self.trips[informed] += weight
                if outcome.stopped:
                    self.losses[informed] += weight

    def _informed(self, outcome: AttemptOutcome) -> Flags:
        """Which organisations learn of a trip: its own, and others by chance."""
        attempt = outcome.attempt
        day = int(attempt.time_s // DAY_S)
        index = int(attempt.attempt_id.rpartition("/")[2])
        words = self.streams.first_words(ROUTE, self.organisation_entity, day, index)
        informed = np.asarray(to_uniform(words) < self.smuggling.news_share)
        informed[attempt.organisation] = True
        return informed


def willing(risk: Floats, smuggling: Smuggling) -> Floats:
    """Share of trips that a chance of loss does not deter."""
    level, residue = smuggling.threshold_loss, smuggling.threshold_residue
    ratio = np.divide(level, risk, out=np.ones_like(risk), where=risk > level)
    return np.asarray(residue + (1.0 - residue) * ratio**smuggling.threshold_steepness)


class Threshold(Adversary, name="threshold", reads_prices=False):
    """Risk is ignored up to a threshold; above it, growing numbers are deterred [2]_.

    Of the trips that would be made, a share min(1, threshold / risk) ^ steepness is still made, and
    a residue whatever the risk. Each trip has its own tolerance of risk: as a route becomes
    riskier, the least tolerant trips leave it first, for routes whose risk they accept. Among
    those, the choice is a logit that ignores risk.
    """

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Take the best of the routes whose risk this trip accepts."""
        score = smuggling.rationality * options.value + options.inclination
        score[options.risk_tolerance_quantile >= willing(loss, smuggling)] = -np.inf
        return int(score.argmax())


class WorstCase(Adversary, name="worst_case", reads_prices=False):
    """Best response to the true chances of loss of the day.

    No other adversary gives an organisation a greater expected utility.
    """

    def loss(self, options: Options) -> Floats:
        """Return the chances by the settings of the day."""
        return options.true

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Take the route of greatest expected utility."""
        return int(np.argmax(options.utility(loss)))
