"""The record of a replication: all that its results and its certificate are made of.

The model writes it once, at the end of the run; each part of the model contributes its own part.
Summary and certificate read nothing else.
"""

from dataclasses import dataclass

from sim.numerics.units import Floats, Whole
from sim.places.ports import Ports
from sim.records.tally import AttemptsRecord, Tally
from sim.scenario.point import Point


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
    """

    point: Point
    ports: Ports
    lanes: tuple[str, ...]
    traffic_share: float
    tally: Tally
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
