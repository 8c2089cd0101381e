"""The words of attempts: kinds, routes, fates and the reasons for which trips are not planned."""

from dataclasses import dataclass
from enum import StrEnum

from sim.numerics.units import Flags, Floats, Rows, Texts, Whole

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
