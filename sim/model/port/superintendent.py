"""The superintendent's rule, and who turns round at the line that it leaves.

At every control moment `allocate` decides how many of the officers present open booths and how
many work in secondary, from the load expected and the queues seen at that moment. Both engines call
it.
"""

import numpy as np

from sim.model.port.layout import COMMERCE, QUEUES
from sim.numerics.compilation import compiled
from sim.numerics.units import Floats, Whole

# What an empty place counts as when needs per officer are compared.
UNMANNED = 0.5
EVERY_QUEUE = -1


@compiled
def allocate(
    officers: int,
    trade: int,
    lines: int,
    queue_of_line: Whole,
    open_load: Floats,
    need: Floats,
    most: Whole,
    given: Whole,
) -> None:
    """Assign officers to places (the superintendent's rule).

    Where travellers and trade have officers of their own, each group has its places. In a group,
    first one booth for every line with or expecting vehicles, the greatest need first; then one
    officer at a time to the place with the greatest need per officer, within the booths and bays
    that exist. A line gets no further booth while the load of each open one is at most
    ``open_load``: officers who are spared work in secondary, or without a post. A secondary queue
    without an officer counts as half manned: until it is worth an officer of its own, the booth
    officers do its work.

    Parameters
    ----------
    officers : int
        Officers present.
    trade : int
        Those of them who work for trade only, the others for travellers only; -1 where all work
        everywhere.
    lines : int
        The first ``lines`` places are lines, the others secondary queues.
    queue_of_line : array of int
        Secondary queue of each of the lines.
    open_load : array of float, shape (QUEUES,)
        Load of an open booth, in officers, beyond which another opens, by the secondary queue of
        its line.
    need : array of float, shape (places,)
        Load expected until the next control moment, in officers.
    most : array of int, shape (places,)
        Booths or bays.
    given : array of int, shape (places,)
        Officers assigned (written).
    """
    for place in range(len(need)):
        given[place] = 0
    if trade < 0:
        allocate_group(officers, EVERY_QUEUE, lines, queue_of_line, open_load, need, most, given)
    else:
        for queue in range(QUEUES):
            group = trade if queue == COMMERCE else officers - trade
            allocate_group(group, queue, lines, queue_of_line, open_load, need, most, given)


@compiled
def allocate_group(
    officers: int,
    group: int,
    lines: int,
    queue_of_line: Whole,
    open_load: Floats,
    need: Floats,
    most: Whole,
    given: Whole,
) -> None:
    """Assign the officers of a secondary queue and its lines, or of all; see `allocate`.

    Parameters
    ----------
    officers : int
        Who is there to assign.
    group : int
        The secondary queue, or `EVERY_QUEUE`.
    lines : int
    queue_of_line : array of int, shape (lines,)
    open_load : array of float, shape (QUEUES,)
        Load of an open booth above which its line gets one more.
    need, most : array, shape (lines,)
        Officers that a line needs, and the booths that it has.
    given : array of int, shape (lines,)
        Officers assigned; written here.
    """
    left = officers
    for _ in range(lines):
        best = -1
        for line in range(lines):
            if (
                (group == EVERY_QUEUE or queue_of_line[line] == group)
                and given[line] == 0
                and need[line] > 0.0
                and (best < 0 or need[line] > need[best])
            ):
                best = line
        if best < 0 or left == 0:
            break
        given[best] = 1
        left -= 1
    while left > 0:
        best = -1
        greatest = -1.0
        for place in range(len(need)):
            queue = queue_of_line[place] if place < lines else place - lines
            if group != EVERY_QUEUE and queue != group:
                continue
            if (
                place < lines
                and given[place] > 0
                and need[place] <= open_load[queue] * given[place]
            ):
                continue
            if given[place] < most[place]:
                ratio = need[place] / max(float(given[place]), UNMANNED)
                if ratio > greatest:
                    greatest = ratio
                    best = place
        if best < 0:
            break
        given[best] += 1
        left -= 1


@compiled
def turned_round_share(beyond_s: float, patience_s: float) -> float:
    """Share of drivers who turn round at a wait so far beyond the onset (rule 9)."""
    return float(1.0 - np.exp(-beyond_s / patience_s))


@compiled
def patience(service_word: int) -> float:
    """A driver's patience as a uniform number: another one than the word's own."""
    return float((service_word * 2654435761 & 0xFFFFFFFF) / 4294967296.0)
