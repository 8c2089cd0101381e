"""What befalls organisations by chance: a Poisson number a day for each, at random moments."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.model.chance import Key, uniforms
from sim.model.conditions import DAY_S
from sim.randomness import RECOVERY, Streams, entity_number, to_uniform

DAYS_PER_YEAR = 365.0
# Days before the run have negative numbers, keys of draws do not.
DAY_ZERO = 40_000

Floats = npt.NDArray[np.float64]


class Occurrence(NamedTuple):
    """Something that happened to an organisation.

    Attributes
    ----------
    kind : str
    organisation : int
    key : Key
    time_s : float
        When, in seconds since the run began.
    uniform : tuple of float
        Three numbers between 0 and 1 that settle what it was.
    """

    kind: str
    organisation: int
    key: Key
    time_s: float
    uniform: tuple[float, float, float]


class Occurrences:
    """Some kinds of occurrence, for all organisations of a replication.

    Every organisation has its own numbers, so that another one leaves them unchanged.

    Parameters
    ----------
    kinds : tuple of str
    organisations : list of int
        Entity numbers.
    streams : Streams
    """

    def __init__(self, kinds: tuple[str, ...], organisations: list[int], streams: Streams) -> None:
        self.kinds = kinds
        self.streams = streams
        self.organisations = len(organisations)
        numbers = [entity_number(f"{kind}/{one}") for kind in kinds for one in organisations]
        self.entities = np.array(numbers, np.int64)

    def of_day(self, day: int, rates: Floats) -> list[Occurrence]:
        """What happens on a day, by kind and organisation.

        Parameters
        ----------
        day : int
            Negative before the run.
        rates : array of float, shape (kinds, organisations)
            Expected number on the day.
        """
        number = day + DAY_ZERO
        first = self.streams.first_words(RECOVERY, self.entities, number, 0)
        counts = poisson_counts(to_uniform(first), rates.ravel())
        found = []
        for row in np.flatnonzero(counts).tolist():
            entity = int(self.entities[row])
            for i in range(1, int(counts[row]) + 1):
                when, *uniform = uniforms(self.streams, RECOVERY, entity, number, i)
                found.append(
                    Occurrence(
                        self.kinds[row // self.organisations],
                        row % self.organisations,
                        Key(entity, number, i),
                        (day + when) * DAY_S,
                        (uniform[0], uniform[1], uniform[2]),
                    )
                )
        return found


def poisson_counts(uniform: Floats, rates: Floats) -> npt.NDArray[np.int64]:
    """Quantiles of Poisson distributions."""
    term = np.exp(-rates)
    counts = np.zeros(len(rates), np.int64)
    rows = np.flatnonzero(uniform > term)
    term, below, rate, level = term[rows], term[rows], rates[rows], uniform[rows]
    number = 0
    while len(rows):
        number += 1
        counts[rows] = number
        term = term * rate / number
        below = below + term
        more = level > below
        rows, term, below = rows[more], term[more], below[more]
        rate, level = rate[more], level[more]
    return counts
