"""An attempt as decided, and its outcome."""

from typing import NamedTuple

from sim.records import IN_TRANSIT, NOT_MADE, NOT_PLANNED, PASSED, SEIZED, TURNED_BACK, Fate

_AT_PORT = {
    IN_TRANSIT: Fate.IN_TRANSIT,
    PASSED: Fate.PASSED,
    SEIZED: Fate.SEIZED,
    TURNED_BACK: Fate.DETERRED,
}


class Route(NamedTuple):
    """The route of a trip.

    Attributes
    ----------
    kind : str
        port, between_ports, water, post, air or not_made.
    port : int
        -1 away from the ports.
    region : str
        Region of a route away from the ports (`sim.model.smuggling.patrol`), else empty.
    believed_loss : float
        Chance of loss as the smuggler sees it, 0 to 1.
    loss : float
        Away from the ports: the chance of interception. At a port the officers decide: 0.
    """

    kind: str
    port: int = -1
    region: str = ""
    believed_loss: float = 0.0
    loss: float = 0.0


class Attempt(NamedTuple):
    """One attempt, as decided before it meets an officer.

    Attributes
    ----------
    attempt_id : str
        The same in every scenario.
    number : int
        Row in the engine's attempts, -1 where no port is involved.
    kind : str
        trafficking or traveller.
    organisation : int
        -1 for a traveller.
    market, source : str
    route : Route
    lane : int
        -1 where no port is involved.
    time_s : float
    load : int
    deep, lookout : bool
        Hidden deep in the vehicle; a lookout on it is active when it arrives.
    intercepted : bool
        Away from the ports.
    why : str
        Why a trip is not planned: arrest, supply, price or late; else empty.
    arrest_share : float
        Chance that the organisation is arrested if this courier is caught.
    """

    attempt_id: str
    number: int
    kind: str
    organisation: int
    market: str
    source: str
    route: Route
    lane: int
    time_s: float
    load: int
    deep: bool = False
    lookout: bool = False
    intercepted: bool = False
    why: str = ""
    arrest_share: float = 0.0


def fate_at_port(code: int) -> Fate:
    """Fate of an attempt at a port, from what the engine wrote down (`sim.records.ATTEMPT`).

    Raises
    ------
    KeyError
        If that is no fate.
    """
    return _AT_PORT[code]


def fate_of(attempt: Attempt, at_port: int = IN_TRANSIT) -> Fate:
    """What becomes of an attempt.

    Parameters
    ----------
    attempt : Attempt
    at_port : int
        What the engine wrote down of it (``fate`` of `sim.records.ATTEMPT`); without effect
        where no port is involved.

    Raises
    ------
    KeyError
        If the engine wrote down something else than a fate.
    """
    if attempt.number >= 0:
        return fate_at_port(at_port)
    if attempt.route.kind == NOT_PLANNED:
        return Fate.NOT_PLANNED
    if attempt.route.kind == NOT_MADE:
        return Fate.DETERRED
    return Fate.INTERCEPTED if attempt.intercepted else Fate.PASSED


class AttemptOutcome(NamedTuple):
    """Outcome of an attempt, as known after a midnight.

    Attributes
    ----------
    attempt : Attempt
    stopped : bool
        Seized at a port or intercepted away from it.
    turned_back : bool
        It reached a port and gave up; the load is still on the other side.
    """

    attempt: Attempt
    stopped: bool
    turned_back: bool = False

    @property
    def delivered(self) -> bool:
        """Whether the load has reached its market."""
        return not self.stopped and not self.turned_back
