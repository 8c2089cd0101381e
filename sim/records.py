"""What the model writes down: running sums, attempts with their fates, and the record of it all.

Sums are kept by port, lane, and hour of the week (168), so that memory does not grow with the
traffic. The record of a replication is all that its results and its certificate are made of. The
model writes it once, at the end of the run; each part of the model contributes its own part.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.numerics.units import Flags, Floats, Rows, Texts, Whole
from sim.places.ports import Ports
from sim.scenario.point import Point

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
    "gave_up",
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
    GAVE_UP,
) = range(len(LANE_COLUMNS))

# Of these, what is observed of a day at the ports (`sim.model.smuggling.perception`).
OBSERVED = np.array(
    [RELEASED, WAIT_S, EXAMINATIONS, EXAMINATIONS_RELEASED, GAVE_UP, ARRIVALS, WITHIN, _DUTY]
)

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


# What every lane saw on a day, by port and date.
DATE_COLUMNS = ("arrivals", "released", "gave_up", "wait_s", "within")


def new_days(days: int, ports: int, lanes: int) -> npt.NDArray[np.float32]:
    """Room for what every lane sees on every day, shape (days, ports, lanes, columns)."""
    return np.zeros((days, ports, lanes, len(DATE_COLUMNS)), np.float32)


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

ARREST, SUPPLY, PRICE, LATE = "arrest", "supply", "price", "late"


class Fate(StrEnum):
    """What becomes of an attempt (`sim.model.smuggling.routes.fate_of`).

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
        As in `sim.model.smuggling.routes.Attempt`; empty where nothing applies.
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
    at_ports : array of `sim.records.ATTEMPT`, shape (attempts at ports,)
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


@dataclass(frozen=True, slots=True)
class DangerRecord:
    """Dangerous subjects and port runners of a replication.

    Attributes
    ----------
    withdrawals, subjects_met, runners_met : int
        Withdrawals of officers; subjects and runners that police met.
    withdrawn_s : array of float, shape (withdrawals, 2)
        Start and end of each closure, in seconds since the run began.
    """

    withdrawals: int
    subjects_met: int
    runners_met: int
    withdrawn_s: Floats


@dataclass(frozen=True, slots=True)
class IntelligenceRecord:
    """Intelligence of a replication.

    Attributes
    ----------
    counted : dict of str to float
        What was counted in the run itself, without the warm-up, by name.
    traces_requested, traces_succeeded : dict of str to int
        Of the run itself: by market of the request, by source of the first sale.
    leads_received, leads_used, leads_faded, leads_waiting : int
        With the warm-up; waiting at the end.
    investigators, investigators_leaving, investigators_free : int
        At the end: in service, of these about to leave, and without a case.
    cases_s : array of float, shape (cases, 2)
        Opening and end of each case, in seconds since the run began; the end may lie after it.
    cases_ended : int
        Of these, ended.
    cases_in_line : int
        Organisations with leads enough that wait for an investigator.
    lookouts_issued, lookouts_expired, lookouts_active : int
        With the warm-up; active at the end.
    """

    counted: dict[str, float]
    traces_requested: dict[str, int]
    traces_succeeded: dict[str, int]
    leads_received: int
    leads_used: int
    leads_faded: int
    leads_waiting: int
    investigators: int
    investigators_leaving: int
    investigators_free: int
    cases_s: Floats
    cases_ended: int
    cases_in_line: int
    lookouts_issued: int
    lookouts_expired: int
    lookouts_active: int


@dataclass(frozen=True, slots=True)
class MarketsRecord:
    """Markets of a replication, in loads' unit.

    Attributes
    ----------
    ids : tuple of str
    demand_per_day, opening_stock, sold, stock : array of float, shape (markets,)
        Demand at the baseline's price; stock at the start; sold since; stock at the end.
    price_cad : array of float, shape (markets,)
        Mean street price over the days of the run.
    """

    ids: tuple[str, ...]
    demand_per_day: Floats
    opening_stock: Floats
    sold: Floats
    stock: Floats
    price_cad: Floats


class ExpectedRecord(NamedTuple):
    """Expectations of a replication (`sim.model.expected`).

    Attributes
    ----------
    smugglers : tuple of str
        Kinds of smuggler.
    values : dict of array
        By metric (`sim.results.schema.EXPECTED_METRICS`): array of float, shape (years, kinds).
    """

    smugglers: tuple[str, ...]
    values: dict[str, Floats]


@dataclass(frozen=True, slots=True)
class ReplicationRecord:
    """All that a replication leaves behind.

    Attributes
    ----------
    point : Point
        What was run: its label, days, parameters and scenario.
    ports : Ports
        The ports that were simulated, in the order of the tallies.
    lanes : tuple of str
        Lanes, in the order of the tallies.
    traffic_share : float
        Share of the border's traffic that the run simulates, 0 to 1.
    tally : Tally
    booths, bays : array of int, shape (ports,)
        Of each port at primary and in its secondary.
    by_date : array of float32, shape (days, ports, lanes, columns)
        See `DATE_COLUMNS`.
    open_s : array of float, shape (7, ports, 24)
        Seconds for which each port was open, by weekday and hour.
    in_line : array of int, shape (vehicles,)
        Line of each vehicle that is still in line at the end.
    in_line_since_s : array of float, shape (vehicles,)
        When each of them joined it, in seconds since the run began.
    busy_after_s : float
        Officer seconds of work begun that lie after the end.
    attempts_inside : array of int
        Numbers of the attempts at a port or on the road to another at the end.
    planned_officer_h : float
        Officers' hours of the rosters.
    duty_cad : float
        Duty and tax collected, in CAD.
    collections : float
        Duty collections.
    trips_lost, trips_diverted : int
        Trips given up for a shut port; sent to another.
    organisations : int
        Trafficking organisations.
    organisations_away_s : float
        Time that they were out of action, in organisation-seconds.
    enrolments_lost : int
        Trusted enrolments lost to audits.
    attempts : AttemptsRecord
    danger : DangerRecord
    intelligence : IntelligenceRecord
    markets : MarketsRecord
    expected : ExpectedRecord, optional
        Expectations by year and kind of smuggler, if the point has a horizon.
    """

    point: Point
    ports: Ports
    lanes: tuple[str, ...]
    traffic_share: float
    tally: Tally
    booths: Whole
    bays: Whole
    by_date: npt.NDArray[np.float32]
    open_s: Floats
    in_line: Whole
    in_line_since_s: Floats
    busy_after_s: float
    attempts_inside: Whole
    planned_officer_h: float
    duty_cad: float
    collections: float
    trips_lost: int
    trips_diverted: int
    organisations: int
    organisations_away_s: float
    enrolments_lost: int
    attempts: AttemptsRecord
    danger: DangerRecord
    intelligence: IntelligenceRecord
    markets: MarketsRecord
    expected: ExpectedRecord | None = None
