"""What the model writes down: running sums, and attempts with their fates.

Sums are kept by port, lane, and hour of the week (168), so that memory does not grow with the
traffic.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.numerics.units import Flags, Floats, Rows, Texts, Whole

# Sums by port, lane and hour of the week. Arrivals count in the hour they arrive; all that happens
# at primary counts in the hour in which service starts, and secondary work in the hour in which an
# officer takes it on.
LANE_COLUMNS = (
    "arrivals",
    "released",
    "wait_s",
    "within_standard",
    "primary_s",
    "referred_lookout",
    "referred_paperwork",
    "referred_duty",
    "referred_random",
    "referred_selective",
    "duty_waived",
    "examinations",
    "examinations_released",
    "clearance_s",
    "examination_s",
)
(
    ARRIVALS,
    RELEASED,
    WAIT_S,
    WITHIN,
    PRIMARY_S,
    REFERRED,
    _PAPERWORK,
    _DUTY,
    _RANDOM,
    _SELECTIVE,
    WAIVED,
    EXAMINATIONS,
    EXAMINATIONS_RELEASED,
    CLEARANCE_S,
    EXAMINATION_S,
) = range(len(LANE_COLUMNS))

# Sums of officers' time by port and hour of the week, in seconds.
OFFICER_COLUMNS = ("shift_s", "overtime_s", "primary_s", "clearance_s", "examination_s", "ready_s")
SHIFT, OVERTIME, ON_PRIMARY, ON_CLEARANCE, ON_EXAMINATION, READY = range(len(OFFICER_COLUMNS))

# Upper ends of the wait bins in minutes; bin 0 holds those who did not wait at all.
WAIT_BIN_EDGES_MIN = (
    0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 90, 120, 180, 240, 360,
)  # fmt: skip
WAIT_BINS = len(WAIT_BIN_EDGES_MIN) + 1

# What is kept of each line for the certificate. queue_s: vehicle seconds spent in line.
LINE_COLUMNS = ("arrived", "served", "wait_s", "queue_s")
LINE_ARRIVED, LINE_SERVED, LINE_WAIT_S, LINE_QUEUE_S = range(len(LINE_COLUMNS))

IN_TRANSIT, PASSED, SEIZED, TURNED_BACK = range(4)


class Tally(NamedTuple):
    """Running sums of one replication.

    Attributes
    ----------
    lane : array of float, shape (7, ports, 24, lanes, columns)
        By weekday first, so that what a day touches lies together in memory.
    waits : array of int, shape (7, ports, 24, lanes, bins)
    officer : array of float, shape (7, ports, 24, columns)
    line : array of float, shape (lines, columns)
    """

    lane: Floats
    waits: npt.NDArray[np.int32]
    officer: Floats
    line: Floats


def new_tally(ports: int, lanes: int, lines: int) -> Tally:
    """Sums of nothing."""
    return Tally(
        np.zeros((7, ports, 24, lanes, len(LANE_COLUMNS))),
        np.zeros((7, ports, 24, lanes, WAIT_BINS), np.int32),
        np.zeros((7, ports, 24, len(OFFICER_COLUMNS))),
        np.zeros((lines, len(LINE_COLUMNS))),
    )


# What an engine finds out about attempts, one row an attempt, in order of booking.
#
# fate: 0 in transit, 1 passed, 2 seized, 3 turned back; reason: of referral
# (`sim.model.port.referral`); examination_s: officer seconds of its examination, 0 where there was
# none; rate_per_s: search rate; p_find: probability that the examination it had, or would have had,
# finds the load (the detection law); in_time: whether an examination would begin within its limit:
# 0, 1, or -1 while not known; find_word: the random word that decides whether an examination finds
# the load.
#
# Its probability of detection, before chance decides, is
# p_found_on_lookout + p_found_if_in_time x (in_time is 1): found in an examination on a lookout;
# found in a random or selective one, given that it begins in time.
ATTEMPT = np.dtype(
    [
        ("fate", np.int64),
        ("reason", np.int64),
        ("examination_s", np.float64),
        ("rate_per_s", np.float64),
        ("p_find", np.float64),
        ("p_found_on_lookout", np.float64),
        ("p_found_if_in_time", np.float64),
        ("in_time", np.int64),
        ("find_word", np.int64),
    ]
)


def new_attempts(room: int) -> Rows:
    """Room for attempts, none of them decided."""
    attempts = np.zeros(room, ATTEMPT)
    attempts["in_time"] = -1
    return attempts


def more_room(attempts: Rows, room: int) -> Rows:
    """The same attempts with room for at least ``room``, growing by doubling."""
    have = len(attempts)
    if have >= room:
        return attempts
    grown = new_attempts(max(room, 2 * have))
    grown[:have] = attempts
    return grown


PORT, BETWEEN_PORTS, WATER, POST, AIR = "port", "between_ports", "water", "post", "air"
NOT_MADE = "not_made"
NOT_PLANNED = "not_planned"

TRAFFICKING, TRAVELLER = "trafficking", "traveller"

ARREST, SUPPLY, PRICE = "arrest", "supply", "price"


class Fate(StrEnum):
    """What becomes of an attempt (`sim.model.smuggling.attempt.fate_of`).

    Not planned; given up before the trip or at a shut or searching port; through; found at a port;
    on the way at the end of the run; found away from the ports.
    """

    NOT_PLANNED = "not_planned"
    DETERRED = "deterred"
    PASSED = "passed"
    SEIZED = "seized"
    IN_TRANSIT = "in_transit"
    INTERCEPTED = "intercepted"


@dataclass(frozen=True, slots=True)
class AttemptsRecord:
    """All attempts of a replication, one array a column, in the order in which they were decided.

    Attributes
    ----------
    attempt_id, kind, market, source, route, region, why : array of str, shape (attempts,)
        As in `sim.model.smuggling.attempt.Attempt`; empty where nothing applies.
    port_id, lane, reason : array of str, shape (attempts,)
        Where a port is involved, and why an officer referred it; else empty.
    fate : array of str, shape (attempts,)
        A `Fate`. The certificate does not read it: it counts for itself.
    organisation : array of int, shape (attempts,)
        -1 for a traveller.
    number : array of int, shape (attempts,)
        Row in ``at_ports``; -1 where no port is involved.
    time_s : array of float, shape (attempts,)
        Moment of the attempt, in seconds since the run began.
    load : array of int, shape (attempts,)
        In the unit of the contraband.
    deep, lookout, intercepted : array of bool, shape (attempts,)
        Hidden deep; under an active lookout on arrival; intercepted away from the ports.
    believed_loss, loss : array of float, shape (attempts,)
        Chance of loss as the smuggler sees it; away from the ports, the chance of interception.
    at_ports : array of `sim.records.tally.ATTEMPT`, shape (attempts at ports,)
        What the engine wrote down of those who went to a port.
    """

    attempt_id: Texts
    kind: Texts
    organisation: Whole
    market: Texts
    source: Texts
    route: Texts
    region: Texts
    why: Texts
    port_id: Texts
    lane: Texts
    reason: Texts
    fate: Texts
    number: Whole
    time_s: Floats
    load: Whole
    deep: Flags
    lookout: Flags
    intercepted: Flags
    believed_loss: Floats
    loss: Floats
    at_ports: Rows
