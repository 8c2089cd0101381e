"""What the compiled engine carries on from one control interval to the next."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.model.port import MOST_BAYS, MOST_BOOTHS

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

MOST_SERVERS = max(MOST_BOOTHS, MOST_BAYS)


class State(NamedTuple):
    """What a port carries from one control interval to the next.

    A *place* is a line or a secondary queue; the places of a port follow one another, lines first.

    Attributes
    ----------
    free : array of float, shape (places, servers)
        When each booth or secondary officer has finished, in seconds since the run began.
    manned : array of int, shape (places,)
        Booths or secondary officers at work, the first of each place.
    present : array of int, shape (ports,)
        Officers present.
    after_hours : array of int, shape (ports,)
        1 while the closing shift clears the line.
    """

    free: Floats
    manned: Whole
    present: Whole
    after_hours: Whole
