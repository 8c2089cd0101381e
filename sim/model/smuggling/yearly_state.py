"""The yearly state of trafficking: years of much and of little, without a cause in the model.

The logarithm of what is smuggled and wanted in a calendar year, as a ratio of an ordinary year, is
a first-order autoregression about nothing. Years that run apart have the state that they have in a
run of all years; the baseline and the proposals of a replication have the same.
"""

import datetime
import functools
import math

from scipy.special import ndtri

from sim.numerics.randomness import OPPORTUNITY, Streams, entity_number
from sim.parameters import Smuggling
from sim.places.calendar import FIRST_YEAR


@functools.lru_cache(maxsize=1024)
def yearly_state(year: int, change: float, memory: float, streams: Streams) -> float:
    """Logarithm of a calendar year's trafficking as a ratio of an ordinary year's.

    Parameters
    ----------
    year : int
        From `FIRST_YEAR` on, in which the state is as spread as in any other.
    change : float
        Standard deviation of the change from a year to the next.
    memory : float
        What is left of a state after a year, 0 to 1.
    streams : Streams
        Of the replication.
    """
    uniform = streams.uniforms(OPPORTUNITY, entity_number("yearly state"), year, 1)[0, 0]
    moved = change * float(ndtri(uniform))
    if year <= FIRST_YEAR:
        return moved / math.sqrt(1.0 - memory**2)
    return memory * yearly_state(year - 1, change, memory, streams) + moved


def ratio_of_year(when: datetime.datetime, smuggling: Smuggling, streams: Streams) -> float:
    """Trafficking at a moment as a ratio of an ordinary year's; 1 where years do not differ."""
    if smuggling.yearly_change == 0.0:
        return 1.0
    change, memory = smuggling.yearly_change, smuggling.yearly_memory
    return math.exp(yearly_state(when.year, change, memory, streams))
